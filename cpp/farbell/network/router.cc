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
  if (kind_ == RoutingMetric::widest) return widest(a, b, k, cost);
  return paths_.k_shortest(a, b, k, cost);
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
