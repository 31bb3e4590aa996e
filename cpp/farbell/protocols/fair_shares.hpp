// How much of what is scarce each of those who want it has had for its weight while others waited: start-time fair queueing over amounts
// times time, memory slots of demands or stations of links (docs/physics/protocol.md, "Who is served first" and "Turns").
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/base/tick.hpp"

namespace farbell {

class FairShares {
 public:
  // Who wants is known by its number.
  explicit FairShares(std::span<const double> weights);

  // A busy period, in which somebody waits, begins or ends. What was counted in the one before is forgotten.
  void set_busy(bool busy, Tick now);
  bool busy() const { return busy_; }
  // It takes so much, or gives it back (negative).
  void book(std::uint32_t who, std::int64_t amount, Tick now);
  // What it has held times ticks in this busy period, over its weight, from where it began.
  double tag(std::uint32_t who, Tick now) const;
  // It begins here, if it is not further already.
  void raise(std::uint32_t who, double tag, Tick now);
  // From now on; the tag stays where it is.
  void set_weight(std::uint32_t who, double weight, Tick now);

  // It comes to have or want something, and did not; it is about not to any more.
  void comes(std::uint32_t who, Tick now);
  void goes(std::uint32_t who, Tick now) { rows_[who].left = now; }
  // Whether it had been away since an earlier tick, asked once each time that it comes.
  bool comes_anew(std::uint32_t who);

 private:
  // Doubles hold amounts times ticks exactly below 2^53.
  struct Row {
    double weight = 1, base = 0, use = 0;
    std::int64_t held = 0;
    Tick since{};            // when `use` was last brought up to date
    std::uint64_t period = 0;
    Tick left{-1};
    bool anew = false;
  };

  Row settled(Row row, Tick now) const;

  std::vector<Row> rows_;
  bool busy_ = false;
  std::uint64_t period_ = 0;
  Tick began_{};
};

}  // namespace farbell
