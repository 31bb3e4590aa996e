// The parts of run(), for a run that is not made in one go.
#pragma once
#include "farbell/simulation/replica.hpp"
#include "farbell/simulation/rows.hpp"
#include "farbell/simulation/run.hpp"

namespace farbell {

using ReplicaResults = std::vector<std::optional<ReplicaResult>>;

// Of the `index`th replica.
ReplicaOptions replica_options(const Model& model, const RunOptions& options, std::uint64_t index);

RowStore row_store(const Model& model, const RunOptions& options, const RunHooks& hooks);

// What is left of replicas as tables and statistics; `failed` is one that has not come to its end, as far as it was traced.
void put_together(const Model& model, const RunOptions& options, ReplicaResults& results, const ReplicaResult& failed, RowStore& rows,
                  RunOutput& out);

}  // namespace farbell
