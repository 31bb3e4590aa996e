// One replica of a run in rounds.
#pragma once
#include "farbell/simulation/replica.hpp"

namespace farbell {

ReplicaResult run_rounds(const Model& model, const ReplicaOptions& options, const RunLimits& limits, std::atomic<double>& progress);

}  // namespace farbell
