#include "farbell/network/routes.hpp"

#include <algorithm>

namespace farbell {

Routes::Routes(const Graph& graph, std::span<const RoutePlan> plans, std::span<const double> link_cost)
    : graph_(graph), plans_(plans), rows_(plans.size()), cost_(link_cost.begin(), link_cost.end()) {}

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

bool Routes::find(DemandId demand) {
  const RoutePlan& plan = plans_[demand.value];
  if (plan.fixed) return any_usable(demand);
  if (!paths_) paths_ = std::make_unique<PathFinder>(graph_);
  std::vector<Route> found = paths_->k_shortest(plan.ends[0], plan.ends[1], plan.alternatives, cost_);
  if (found.empty()) return false;
  rows_[demand.value].found = std::move(found);
  ++rows_[demand.value].version;
  return true;
}

}  // namespace farbell
