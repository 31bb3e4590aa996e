#include "farbell/network/router.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace farbell {

double bottleneck(const Route& route, std::span<const double> cost) {
  double most = 0;
  for (LinkId link : route.links) most = std::max(most, cost[link.value]);
  return most;
}

std::vector<Route> Router::find(NodeId a, NodeId b, std::size_t k, std::span<const double> cost) {
  switch (kind_) {
    case RoutingMetric::widest: return widest(a, b, k, cost);
    case RoutingMetric::entanglement_rate: return least_time(a, b, k, cost);
    case RoutingMetric::greedy_fidelity: return k > 0 ? greedy(a, b, cost) : std::vector<Route>{};
    default: return paths_.k_shortest(a, b, k, cost);
  }
}

// The better the routes that are known, the less is searched.
std::vector<Route> Router::least_time(NodeId a, NodeId b, std::size_t k, std::span<const double> cost) {
  std::vector<Route> known;
  for (Route& route : paths_.k_shortest(a, b, k, cost)) known.push_back(std::move(route));
  std::vector<double> hops(cost.size());
  std::transform(cost.begin(), cost.end(), hops.begin(), [](double c) { return c < std::numeric_limits<double>::infinity() ? 1 : c; });
  for (Route& route : paths_.k_shortest(a, b, k, hops)) known.push_back(std::move(route));
  return EntanglementSearch(graph_, swaps_).find(a, b, k, cost, std::move(known));
}

// Each node knows how many links each neighbour is away from the end, and what its own links cost.
std::vector<Route> Router::greedy(NodeId a, NodeId b, std::span<const double> cost) const {
  std::vector<double> hops(cost.size());
  std::transform(cost.begin(), cost.end(), hops.begin(), [](double c) { return c < std::numeric_limits<double>::infinity() ? 1 : c; });
  PathTree tree(graph_);
  tree.start(b, hops);
  if (!tree.reach(a)) return {};
  Route route;
  for (route.nodes.push_back(a); a != b; route.nodes.push_back(a)) {
    const Edge* best = nullptr;
    for (const Edge& e : graph_.edges(a)) {
      const PathLabel* label = hops[e.link.value] == 1 ? tree.reach(e.to) : nullptr;
      if (!label || label->hops >= tree.at(a).hops) continue;
      if (!best || cost[e.link.value] < cost[best->link.value]) best = &e;
    }
    route.links.push_back(best->link);
    a = best->to;
  }
  return {std::move(route)};
}

// The narrowest limit within which there are k routes is found by bisection: a wider one only adds routes. Of the routes within it fewer
// than k keep to a narrower one, and all of them are known; the others have it as their bottleneck, and the least sums come first. A search
// by pairs (bottleneck, sum) would not do: a link that is slower than both of two ways makes the one with the lesser sum the better, which
// had been the worse.
std::vector<Route> Router::widest(NodeId a, NodeId b, std::size_t k, std::span<const double> cost) {
  if (k == 0) return {};
  std::vector<double> limits;
  for (double c : cost)
    if (c < std::numeric_limits<double>::infinity()) limits.push_back(c);
  std::sort(limits.begin(), limits.end());
  limits.erase(std::unique(limits.begin(), limits.end()), limits.end());
  if (limits.empty()) return {};

  std::vector<double> kept(cost.size());
  const auto within = [&](double limit) {
    std::transform(cost.begin(), cost.end(), kept.begin(),
                   [&](double c) { return c <= limit ? c : std::numeric_limits<double>::infinity(); });
    return paths_.k_shortest(a, b, k, kept);
  };
  std::vector<Route> found, fewer;  // of the least limit that is known to do, and of the largest that is known not to
  std::size_t low = 0, high = limits.size() - 1;
  bool known = false;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    std::vector<Route> routes = within(limits[middle]);
    if (routes.size() == k) {
      found = std::move(routes);
      known = true;
      high = middle;
    } else {
      fewer = std::move(routes);
      low = middle + 1;
    }
  }
  if (!known) found = within(limits[high]);
  // Each list is in the order of its sums.
  const auto widest_first = [&](std::vector<Route>& routes) {
    std::stable_sort(routes.begin(), routes.end(), [&](const Route& x, const Route& y) { return bottleneck(x, cost) < bottleneck(y, cost); });
  };
  if (found.size() < k) fewer = std::exchange(found, {});
  widest_first(fewer);
  for (Route& route : found) {
    if (fewer.size() == k) break;
    if (bottleneck(route, cost) == limits[high]) fewer.push_back(std::move(route));
  }
  return fewer;
}

}  // namespace farbell
