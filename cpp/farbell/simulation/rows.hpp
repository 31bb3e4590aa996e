// Rows of pairs, GHZ states and requests on their way from the replicas to tables.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
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
  std::vector<GhzRow> ghz_states;
  std::vector<RequestRow> ghz_requests;
  bool last = false;

  std::size_t rows() const { return pairs.size() + requests.size() + ghz_states.size() + ghz_requests.size(); }
  std::size_t bytes() const {
    return pairs.size() * sizeof(PairRow) + (requests.size() + ghz_requests.size()) * sizeof(RequestRow) + ghz_states.size() * sizeof(GhzRow);
  }
};

// What the tables of GHZ demands say of all their rows.
struct GhzWords {
  std::size_t first_demand = 0;  // they are numbered after the demands for pairs, as their names are
  bool sampled = false;          // fidelities
};

// Keeps rows while they fit into memory. Whenever they outgrow it, all that are held are passed on to `spill`: tables of rows in
// the order of replicas, which sort into that order by their first replica, equal ones staying as they came. Blocks of different
// replicas may come in any order, those of one replica in theirs.
class RowStore {
 public:
  using Spill = std::function<void(Table&&)>;  // unset = everything is kept

  // Without `ghz` there are no tables of GHZ demands.
  RowStore(Clock clock, std::uint64_t limit_bytes, Spill spill, std::optional<GhzWords> ghz = {})
      : clock_(clock), limit_bytes_(limit_bytes), spill_(std::move(spill)), ghz_(ghz) {}

  void take(RowBlock&& block);
  // The tables "pairs" and "requests", "ghz_states" and "ghz_requests" of all rows; empty, and the rest passed on, if earlier rows were spilled.
  void finish(std::vector<Table>& out);
  bool spilled() const { return spilled_; }

 private:
  struct Held {
    std::vector<RowBlock> blocks;
    bool ended = false;
  };

  void spill_all();
  void spill_run(const std::vector<RowBlock>& run);
  std::vector<Table> tables(const std::vector<RowBlock>& blocks) const;

  Clock clock_;
  std::uint64_t limit_bytes_, bytes_ = 0;
  Spill spill_;
  std::optional<GhzWords> ghz_;
  std::map<std::uint64_t, Held> held_;   // by replica
  std::set<std::uint64_t> begun_;        // replicas some of whose rows were spilled, and that still run
  bool spilled_ = false;
};

}  // namespace farbell
