#include "farbell/network/routes.hpp"

#include <algorithm>

namespace farbell {

Routes::Routes(const Graph& graph, RoutingMetric kind, const SwapFacts& swaps, std::span<const RoutePlan> plans,
               std::span<const double> link_cost)
    : graph_(graph), kind_(kind), swaps_(swaps), plans_(plans), rows_(plans.size()), cost_(link_cost.begin(), link_cost.end()) {}

bool Routes::usable(const Route& route) const {
  return std::all_of(route.links.begin(), route.links.end(),
                     [&](LinkId l) { return cost_[l.value] < std::numeric_limits<double>::infinity(); });
}

bool Routes::any_usable(DemandId demand) const {
  const auto list = of(demand);
  return std::any_of(list.begin(), list.end(), [&](const Route& route) { return usable(route); });
}

std::size_t Routes::preferred(DemandId demand) const {
  const auto list = of(demand);
  if (list.size() == 1) return 0;
  const auto first = std::find_if(list.begin(), list.end(), [&](const Route& route) { return usable(route); });
  return first == list.end() ? 0 : static_cast<std::size_t>(first - list.begin());
}

void Routes::set_cost(LinkId link, double cost) {
  if (!repaired_cost_.empty()) repaired_cost_[link.value] = cost;
  if (repaired_cost_.empty() || !failed_[link.value]) cost_[link.value] = cost;
}

void Routes::set_failed(LinkId link, bool failed) {
  if (repaired_cost_.empty()) {
    repaired_cost_ = cost_;
    failed_.assign(cost_.size(), false);
  }
  failed_[link.value] = failed;
  cost_[link.value] = failed ? std::numeric_limits<double>::infinity() : repaired_cost_[link.value];
}

Router& Routes::router() {
  if (!router_) router_ = std::make_unique<Router>(graph_, kind_, swaps_);
  return *router_;
}

bool Routes::find(DemandId demand) {
  const RoutePlan& plan = plans_[demand.value];
  if (plan.fixed) return any_usable(demand);
  std::vector<Route> found = router().find(plan.ends[0], plan.ends[1], plan.alternatives, cost_);
  if (found.empty()) return false;
  Row& row = rows_[demand.value];
  row.found = std::move(found);
  row.version = ++row.versions;
  return true;
}

bool Routes::usable_when_repaired(DemandId demand) {
  if (repaired_cost_.empty()) return any_usable(demand);
  const auto usable = [&](const Route& route) {
    return route_cost(route, repaired_cost_) < std::numeric_limits<double>::infinity();
  };
  const auto list = of(demand);
  const RoutePlan& plan = plans_[demand.value];
  if (std::any_of(list.begin(), list.end(), usable)) return true;
  return !plan.fixed && !router().find(plan.ends[0], plan.ends[1], 1, repaired_cost_).empty();
}

bool Routes::first_usable(DemandId demand) const {
  const std::vector<Route>& first = plans_[demand.value].routes;
  return std::any_of(first.begin(), first.end(), [&](const Route& route) { return usable(route); });
}

void Routes::restore(DemandId demand) {
  rows_[demand.value].found.clear();
  rows_[demand.value].version = 0;
}

}  // namespace farbell
