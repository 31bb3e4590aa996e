// Which requests a demand takes, by a rule or a hook.
#include <limits>

#include "farbell/apps/requests.hpp"

namespace farbell {

bool Requests::admits(DemandId d, const Request& request) const {
  const Decisions& decisions = setup_.decisions[d.value];
  if (!decisions.taken(DecisionPoint::admit)) return true;
  const Row& row = rows_[d.value];
  const auto view = [&](Column column) -> double {
    switch (column) {
      case Column::time_s: return setup_.clock.seconds(queue_.now());
      case Column::hops: return static_cast<double>(circuits_.route(circuits_.first(d)).links.size());
      case Column::request: return static_cast<double>(request.id);
      case Column::pairs: return request.pairs > 0 ? static_cast<double>(request.pairs) : std::numeric_limits<double>::infinity();
      case Column::min_fidelity: return request.min_fidelity;
      case Column::waiting_requests: return static_cast<double>(row.queue.size());
      case Column::served_requests: return row.served;
      default: return std::numeric_limits<double>::quiet_NaN();  // of pairs: no rule and no view reads them here
    }
  };
  return decisions.decide(DecisionPoint::admit, view, NodeId{}, d, queue_.now());
}

}  // namespace farbell
