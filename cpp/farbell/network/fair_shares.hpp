// How much of the network's memory each demand has had for its weight while others waited: start-time fair queueing over slots times time
// (docs/physics/protocol.md, "Who is served first").
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"

namespace farbell {

class FairShares {
 public:
  // Weights by demand.
  explicit FairShares(std::span<const double> weights);

  // A busy period, in which somebody waits, begins or ends. What was counted in the one before is forgotten.
  void set_busy(bool busy, Tick now);
  bool busy() const { return busy_; }
  // The demand books slots, or gives them back (negative).
  void book(DemandId demand, std::int64_t slots, Tick now);
  // Its slots times ticks in this busy period, over its weight, from where it began.
  double tag(DemandId demand, Tick now) const;
  // It begins here, if it is not further already.
  void raise(DemandId demand, double tag, Tick now);

 private:
  // Doubles hold slots times ticks exactly below 2^53.
  struct Row {
    double weight = 1, base = 0, use = 0;
    std::int64_t slots = 0;
    Tick since{};            // when `use` was last brought up to date
    std::uint64_t period = 0;
  };

  Row settled(Row row, Tick now) const;

  std::vector<Row> rows_;  // by demand
  bool busy_ = false;
  std::uint64_t period_ = 0;
  Tick began_{};
};

}  // namespace farbell
