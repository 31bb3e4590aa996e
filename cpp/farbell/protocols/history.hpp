// Where the time of a pair went: along its decisive path, and on pairs that were lost before it (docs/physics/where_the_time_goes.md).
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "farbell/base/tick.hpp"

namespace farbell {

// Of everything that a pair needed, what came last, and so on backwards: from when the hop began to attempt for it.
struct alignas(64) Path {
  Tick began = tick_zero;
  Tick until = tick_zero;  // accounted for so far
  Tick links = tick_zero, operations = tick_zero, messages = tick_zero;
  Tick arrives = tick_zero;  // when both ends of the chain have its news
};

enum class LossCause : std::uint8_t { cut_off, failed_swap, failed_distillation, stale_half };
inline constexpr std::size_t loss_causes = 4;

// Stretches of time, since the last delivery, in which a pair was made or kept that was lost in the end. Where they overlap the loss
// that came last counts.
class LostTime {
 public:
  void add(Tick from, Tick to, LossCause cause) {
    from = later(from, since_);
    if (!(from < to)) return;
    while (!stretches_.empty() && stretches_.back().from >= from) stretches_.pop_back();
    if (!stretches_.empty()) stretches_.back().to = earlier(stretches_.back().to, from);
    if (stretches_.size() == most) {
      // Nothing was delivered for long: the older half is only summed up.
      for (std::size_t i = 0; i < most / 2; ++i) settle(stretches_[i]);
      stretches_.erase(stretches_.begin(), stretches_.begin() + most / 2);
    }
    stretches_.push_back({from, to, cause});
  }

  // Adds what was lost before `to` to `lost`, and returns how much of the time since the last call that is. Starts anew at `now`.
  double take(Tick to, Tick now, std::array<double, loss_causes>& lost) {
    for (const Stretch& s : stretches_) settle({s.from, earlier(s.to, to), s.cause});
    double sum = 0;
    for (std::size_t i = 0; i < loss_causes; ++i) {
      lost[i] += settled_[i];
      sum += settled_[i];
    }
    stretches_.clear();
    settled_ = {};
    since_ = now;
    return sum;
  }

 private:
  static constexpr std::size_t most = 256;

  struct Stretch {
    Tick from, to;
    LossCause cause;
  };
  void settle(const Stretch& s) {
    if (s.from < s.to) settled_[static_cast<std::size_t>(s.cause)] += static_cast<double>(count(s.to - s.from));
  }

  Tick since_ = tick_zero;
  std::vector<Stretch> stretches_;  // in order of time
  std::array<double, loss_causes> settled_{};
};

}  // namespace farbell
