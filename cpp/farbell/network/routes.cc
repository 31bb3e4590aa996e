#include "farbell/network/routes.hpp"

#include <algorithm>

namespace farbell {

Routes::Routes(const Graph& graph, RoutingMetric kind, const SwapFacts& swaps, std::span<const RoutePlan> plans,
               std::span<const double> link_cost, std::span<const ViewId> view, std::size_t views)
    : graph_(graph), kind_(kind), swaps_(swaps), plans_(plans), rows_(plans.size()), cost_(link_cost.begin(), link_cost.end()), view_(view) {
  if (views > 0) views_.emplace(link_cost, views);
}

bool Routes::usable(DemandId demand, const Route& route) const {
  if (const auto& said = rows_[demand.value].can_use) [[unlikely]] return *said;
  return std::all_of(route.links.begin(), route.links.end(), [&](LinkId l) { return usable(demand, l); });
}

bool Routes::any_usable(DemandId demand) const {
  const auto list = of(demand);
  return std::any_of(list.begin(), list.end(), [&](const Route& route) { return usable(demand, route); });
}

std::size_t Routes::preferred(DemandId demand) const {
  const auto list = of(demand);
  if (list.size() == 1) return 0;
  const auto first = std::find_if(list.begin(), list.end(), [&](const Route& route) { return usable(demand, route); });
  return first == list.end() ? 0 : static_cast<std::size_t>(first - list.begin());
}

std::size_t Routes::next_turn(DemandId demand) {
  const RoutePlan& plan = plans_[demand.value];
  std::vector<double>& gained = rows_[demand.value].gained;
  gained.resize(plan.routes.size(), 0.0);
  double paid = 0;
  std::optional<std::size_t> best;
  for (std::size_t r = 0; r < plan.routes.size(); ++r) {
    if (!usable(demand, plan.routes[r])) continue;
    gained[r] += plan.weights[r];
    paid += plan.weights[r];
    if (!best || gained[r] > gained[*best]) best = r;
  }
  if (!best) return 0;
  gained[*best] -= paid;
  return *best;
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

LinkState Routes::state(LinkId link) const {
  if (repaired_cost_.empty()) return {cost_[link.value]};
  return {repaired_cost_[link.value], failed_[link.value]};
}

Router& Routes::router() {
  if (!router_) router_ = std::make_unique<Router>(graph_, kind_, swaps_);
  return *router_;
}

bool Routes::find(DemandId demand) {
  if (fixed(demand) || rows_[demand.value].can_use) return any_usable(demand);
  std::vector<Route> found = search(demand);
  if (found.empty()) return false;
  Row& row = rows_[demand.value];
  row.found = std::move(found);
  row.version = ++row.versions;
  return true;
}

RoutesQuestion Routes::question(DemandId demand) {
  const RoutePlan& plan = plans_[demand.value];
  return {demand, plan.ends[0], plan.ends[1], plan.alternatives, queue_->now(), costs(demand)};
}

std::vector<Route> Routes::search(DemandId demand) {
  if (asks(demand))
    if (auto given = asked(question(demand), false)) return std::move(*given);
  const RoutePlan& plan = plans_[demand.value];
  return router().find(plan.ends[0], plan.ends[1], plan.alternatives, costs(demand));
}

// None: the hook has failed, and the run goes on.
std::optional<std::vector<Route>> Routes::asked(const RoutesQuestion& question, bool at_the_start) const {
  auto given = hook_->find(hook_->self, question);
  if (!given) return {};
  const auto refuse = [&](const std::string& why) {
    hook_->refuse(hook_->self, question, why, {});
    return std::nullopt;
  };
  if (at_the_start && given->empty()) return refuse("it gave no route, where each demand has one at the start");
  if (given->size() > question.wanted)
    return refuse("it gave " + std::to_string(given->size()) + " routes, where at most " + std::to_string(question.wanted) + " are wanted");
  std::vector<Route> out;
  for (std::vector<NodeId>& nodes : *given) {
    std::optional<Route> route = checked(question, std::move(nodes));
    if (!route) return {};
    out.push_back(std::move(*route));
  }
  return out;
}

// Over the cheapest of parallel links, as in searches of the core.
std::optional<Route> Routes::checked(const RoutesQuestion& question, std::vector<NodeId> nodes) const {
  const auto refuse = [&](const std::string& why, std::array<NodeId, 2> between) {
    hook_->refuse(hook_->self, question, why, between);
    return std::nullopt;
  };
  if (const char* fault = fault_of(nodes, question.a, question.b)) return refuse(std::string("it gave a route that ") + fault, {});
  Route route{std::move(nodes), {}};
  for (std::size_t hop = 0; hop + 1 < route.nodes.size(); ++hop) {
    const Edge* best = nullptr;
    for (const Edge& e : graph_.edges(route.nodes[hop]))
      if (e.to == route.nodes[hop + 1] && question.cost[e.link.value] < std::numeric_limits<double>::infinity() &&
          (!best || question.cost[e.link.value] < question.cost[best->link.value]))
        best = &e;
    if (!best) return refuse("it gave a route without a link that can be used", {route.nodes[hop], route.nodes[hop + 1]});
    route.links.push_back(best->link);
  }
  return route;
}

void Routes::find_by(const RoutesHook& hook, const EventQueue& queue) {
  hook_ = &hook;
  queue_ = &queue;
  first_.resize(std::min(plans_.size(), hook.demands));
  for (std::uint32_t d = 0; d < first_.size(); ++d) {
    if (!asks(DemandId{d})) continue;
    auto given = asked(question(DemandId{d}), true);
    first_[d] = given ? std::move(*given) : plans_[d].routes;
  }
}

bool Routes::find_anew(DemandId demand) {
  if (fixed(demand) || rows_[demand.value].can_use) return any_usable(demand);
  std::vector<Route> found = search(demand);
  if (found.empty()) return false;
  settle(demand, std::move(found));
  return true;
}

// Routes that the demand has already, or had at the start, are those.
void Routes::settle(DemandId demand, std::vector<Route> found) {
  const auto has = [&](std::span<const Route> routes) {
    return std::equal(routes.begin(), routes.end(), found.begin(), found.end(),
                      [](const Route& x, const Route& y) { return x.nodes == y.nodes && x.links == y.links; });
  };
  if (has(of(demand))) return;
  if (has(first(demand))) {
    restore(demand);
    return;
  }
  Row& row = rows_[demand.value];
  row.found = std::move(found);
  row.version = ++row.versions;
}

bool Routes::usable_when_repaired(DemandId demand) {
  if (!views_ && repaired_cost_.empty()) return any_usable(demand);
  const std::span<const double> repaired = views_ ? views_->costs(view_[demand.value], true) : repaired_cost_;
  const auto usable = [&](const Route& route) { return route_cost(route, repaired) < std::numeric_limits<double>::infinity(); };
  const auto list = of(demand);
  const RoutePlan& plan = plans_[demand.value];
  if (std::any_of(list.begin(), list.end(), usable)) return true;
  return !fixed(demand) && !router().find(plan.ends[0], plan.ends[1], 1, repaired).empty();
}

bool Routes::first_usable(DemandId demand) const {
  const std::vector<Route>& list = first(demand);
  return std::any_of(list.begin(), list.end(), [&](const Route& route) { return usable(demand, route); });
}

bool Routes::restore(DemandId demand) {
  Row& row = rows_[demand.value];
  if (row.found.empty()) return false;
  row.found.clear();
  row.version = 0;
  return true;
}

void Routes::install(DemandId demand, std::vector<Route> routes) {
  Row& row = rows_[demand.value];
  row.found = std::move(routes);
  row.version = ++row.versions;
  row.installed = true;
}

void Routes::follow(DemandId demand, std::vector<Route> routes) {
  Row& row = rows_[demand.value];
  row.can_use = !routes.empty();
  if (routes.empty()) return;
  row.found = std::move(routes);
  row.version = ++row.versions;
}

void Routes::uninstall(DemandId demand) {
  rows_[demand.value].installed = false;
  restore(demand);
}

}  // namespace farbell
