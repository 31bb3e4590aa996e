#include "farbell/simulation/route_query.hpp"

#include <algorithm>
#include <limits>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

namespace {

NodeId node_called(const Model& model, const std::string& name, const char* path) {
  const auto found = std::find(model.node_names.begin(), model.node_names.end(), name);
  if (found == model.node_names.end())
    throw SpecError(path, in_quotes(shortened(name)), "the name of a node", nearest_name(name, model.node_names));
  return NodeId{static_cast<std::uint32_t>(found - model.node_names.begin())};
}

}  // namespace

double routing_cost(RoutingMetric metric, const LinkFacts& link) {
  if (link.success_probability <= 0) return std::numeric_limits<double>::infinity();
  switch (metric) {
    case RoutingMetric::hops: return 1;
    case RoutingMetric::length: return link.length_m;
    default: return link.attempt_period_s / link.success_probability;
  }
}

Route named_route(const Model& model, const Names& nodes, const std::vector<std::string>& names, const std::array<std::string, 2>& ends,
                  std::span<const double> cost, const std::string& path) {
  const auto at = [&](std::size_t k) { return path + "/" + std::to_string(k); };
  Route route;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const NodeId n{nodes.at(names[k], at(k))};
    if (std::find(route.nodes.begin(), route.nodes.end(), n) != route.nodes.end())
      throw SpecError(at(k), in_quotes(shortened(names[k])), "a node that is not on the route already");
    if (k > 0) {
      LinkId best;
      for (const Edge& e : model.graph.edges(route.nodes.back()))
        if (e.to == n && (!best || cost[e.link.value] < cost[best.value])) best = e.link;
      if (!best) throw SpecError(at(k), in_quotes(shortened(names[k])), "a neighbour of " + in_quotes(names[k - 1]));
      route.links.push_back(best);
    }
    route.nodes.push_back(n);
  }
  if (names.front() != ends[0]) throw SpecError(at(0), in_quotes(shortened(names.front())), "node_a, " + in_quotes(ends[0]));
  if (names.back() != ends[1]) throw SpecError(at(names.size() - 1), in_quotes(shortened(names.back())), "node_b, " + in_quotes(ends[1]));
  return route;
}

std::vector<NamedRoute> least_cost_routes(const Model& model, const std::string& a, const std::string& b, const RoutingSpec& routing) {
  const NodeId from = node_called(model, a, "a"), to = node_called(model, b, "b");
  if (from == to) throw SpecError("b", in_quotes(shortened(b)), "another node than a");
  std::vector<double> cost;
  for (const LinkFacts& link : model.link_facts) cost.push_back(routing_cost(routing.kind, link));
  std::vector<NamedRoute> named;
  for (const Route& route : PathFinder(model.graph).k_shortest(from, to, static_cast<std::size_t>(routing.alternatives), cost)) {
    NamedRoute& out = named.emplace_back();
    out.cost = route_cost(route, cost);
    for (NodeId n : route.nodes) out.nodes.push_back(model.node_names[n.value]);
    for (LinkId l : route.links) {
      out.links.push_back(model.link_names[l.value]);
      out.length_m += model.link_facts[l.value].length_m;
    }
  }
  return named;
}

}  // namespace farbell
