// What happens over and over without an event each time: in the attempts phase of a tick, for the first time in some round of it, and
// every `period` from then on in round 0.
#pragma once
#include <cstdint>

#include "farbell/base/tick.hpp"
#include "farbell/engine/queue.hpp"

namespace farbell {

// How many of the cycles that begin at `next`, in that round of its tick, and every `period` from then on have begun: their attempts
// phase is over, or, with `this_one`, on.
inline std::int64_t cycles_begun(EventQueue const& queue, Tick next, std::uint32_t round, Tick const& period, bool this_one = false) {
  const Tick now = queue.now();
  const bool over = this_one ? queue.phase() >= Phase::attempts : queue.phase() > Phase::attempts;
  if (next != now ? next > now : queue.round() != round ? queue.round() < round : !over) return 0;
  const std::int64_t behind = count(now - next);
  std::int64_t cycles = behind / count(period) + 1;
  // The cycle that starts at this very tick is made in the attempts phase of round 0.
  if (behind > 0 && behind % count(period) == 0 && queue.round() == 0 && !over) --cycles;
  return cycles;
}

}  // namespace farbell
