// Rows of pairs and requests on their way from the replicas to tables.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "farbell/apps/records.hpp"
#include "farbell/simulation/table.hpp"

namespace farbell {

// A replica's next rows. The last block of a replica says so, and may be empty.
struct RowBlock {
  std::uint64_t replica = 0;
  std::vector<PairRow> pairs;
  std::vector<RequestRow> requests;
  bool last = false;

  std::size_t bytes() const { return pairs.size() * sizeof(PairRow) + requests.size() * sizeof(RequestRow); }
};

// Keeps rows while they fit into memory. Whenever they outgrow it, all that are held are passed on to `spill`: tables of rows in
// the order of replicas, which sort into that order by their first replica, equal ones staying as they came. Blocks of different
// replicas may come in any order, those of one replica in theirs.
class RowStore {
 public:
  using Spill = std::function<void(Table&&)>;  // unset = everything is kept

  RowStore(Clock clock, std::uint64_t limit_bytes, Spill spill)
      : clock_(clock), limit_bytes_(limit_bytes), spill_(std::move(spill)) {}

  void take(RowBlock&& block);
  // The tables "pairs" and "requests" of all rows; empty, and the rest passed on, if earlier rows were spilled.
  void finish(std::vector<Table>& tables);
  bool spilled() const { return spilled_; }

 private:
  struct Held {
    std::vector<RowBlock> blocks;
    bool ended = false;
  };

  void spill_all();
  void spill_run(const std::vector<RowBlock>& run);

  Clock clock_;
  std::uint64_t limit_bytes_, bytes_ = 0;
  Spill spill_;
  std::map<std::uint64_t, Held> held_;   // by replica
  std::set<std::uint64_t> begun_;        // replicas some of whose rows were spilled, and that still run
  bool spilled_ = false;
};

}  // namespace farbell
