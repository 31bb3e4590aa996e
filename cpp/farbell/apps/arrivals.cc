#include "farbell/apps/arrivals.hpp"

#include <cmath>

namespace farbell {

Tick Arrivals::next(const ArrivalPlan& plan, const Clock& clock) {
  const std::size_t k = made_++;
  switch (plan.kind) {
    case ArrivalPlan::Kind::poisson:
      gaps_s_ += -std::log1p(-stream_.next().u0) / plan.rate_hz;
      return clock.tick(gaps_s_ + plan.at_s);
    case ArrivalPlan::Kind::table: return k < plan.table.size() ? plan.table[k] : never;
    case ArrivalPlan::Kind::programs: return never;
    default: return k == 0 ? plan.at : never;
  }
}

}  // namespace farbell
