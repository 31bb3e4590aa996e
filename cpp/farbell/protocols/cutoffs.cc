#include "farbell/protocols/cutoffs.hpp"

#include <algorithm>

namespace farbell {

Tick expiry(const Cutoff& cutoff, const States& states, QubitId a, QubitId b, int frame, Tick born) {
  const Tick by_age = born + cutoff.age + Tick{1};
  if (cutoff.fidelity <= 0) return by_age;
  const auto good_at = [&](Tick t) { return states.correlators(a, b, t, frame).fidelity() >= cutoff.fidelity; };
  const Tick start = later(states.since(a), states.since(b));
  if (!good_at(start)) return earlier(start, by_age);
  // Doubles the step until the pair has become too bad, then halves the interval; nothing past the age matters.
  const Tick end = by_age == never ? Tick{count(start) + (std::int64_t{1} << 61)} : by_age;
  std::int64_t good = 0, step = 1;
  while (good_at(Tick{count(start) + step})) {
    good = step;
    if (count(start) + step >= count(end)) return by_age;
    step = std::min(2 * step, count(end) - count(start));
  }
  std::int64_t bad = step;
  while (bad - good > 1) {
    const std::int64_t middle = good + (bad - good) / 2;
    (good_at(Tick{count(start) + middle}) ? good : bad) = middle;
  }
  return earlier(Tick{count(start) + bad}, by_age);
}

}  // namespace farbell
