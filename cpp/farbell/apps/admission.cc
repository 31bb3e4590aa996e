// Which requests a demand takes, by a rule or a hook.
#include <limits>

#include "farbell/apps/requests.hpp"

namespace farbell {

bool Requests::admits(DemandId d, const Request& request) const {
  const Decisions& decisions = setup_.decisions[d.value];
  if (!decisions.taken(DecisionPoint::admit)) return true;
  const Row& row = rows_[d.value];
  const auto view = [&](RuleColumn column) -> double {
    switch (column) {
      case RuleColumn::time_s: return setup_.clock.seconds(queue_.now());
      case RuleColumn::hops: return static_cast<double>(circuits_.route(circuits_.first(d)).links.size());
      case RuleColumn::request: return static_cast<double>(request.id);
      case RuleColumn::pairs: return request.pairs > 0 ? static_cast<double>(request.pairs) : std::numeric_limits<double>::infinity();
      case RuleColumn::min_fidelity: return request.min_fidelity;
      case RuleColumn::waiting_requests: return static_cast<double>(row.queue.size());
      case RuleColumn::served_requests: return row.served;
      default: return std::numeric_limits<double>::quiet_NaN();  // of pairs: no rule and no view reads them here
    }
  };
  return decisions.decide(DecisionPoint::admit, view, NodeId{}, d, queue_.now());
}

}  // namespace farbell
