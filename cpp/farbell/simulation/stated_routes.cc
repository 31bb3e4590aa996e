#include "farbell/simulation/stated_routes.hpp"

#include <algorithm>

#include "farbell/simulation/places.hpp"
#include "farbell/simulation/policies.hpp"
#include "farbell/simulation/reachable.hpp"
#include "farbell/simulation/route_query.hpp"

namespace farbell {

namespace {

Route checked(const Model& model, const Names& names, DemandId d, const std::vector<std::string>& nodes, std::span<const double> cost, const std::string& path) {
  const DemandSpec& demand = model.scenario.demands[d.value];
  const Circuits::Terms& terms = model.terms[d.value];
  if (nodes.size() < 2) throw SpecError(path, std::to_string(nodes.size()) + " nodes", "the nodes from node_a to node_b");
  Route route = named_route(model, names, nodes, {demand.node_a, demand.node_b}, cost, path);
  for (std::size_t k = 0; k < route.nodes.size(); ++k) {
    const bool end = k == 0 || k + 1 == route.nodes.size();
    const std::uint32_t need = end ? terms.end_slots : 2 * terms.width, have = model.nodes[route.nodes[k].value].slots;
    if (need > have)
      throw SpecError(path + "/" + std::to_string(k), in_quotes(nodes[k]) + ", which has " + std::to_string(have) + " slots",
                      "a node with the " + std::to_string(need) + " slots that the demand needs there");
  }
  if (demand.min_fidelity > 0)
    if (const double best = best_reachable_fidelity(model, route, terms.distillation); best + fidelity_slack < demand.min_fidelity)
      throw SpecError(path, "a route that reaches a fidelity of " + number_text(best),
                      "one that reaches the demand's min_fidelity (" + number_text(demand.min_fidelity) + ")");
  if (demand.cutoff) cutoff(model, d.value, route);
  rounds_fit(model, item("demands", d.value, "width"), route, terms);
  return route;
}

}  // namespace

std::vector<Route> stated_during_run(const Model& model, const Names& nodes, DemandId d, const std::vector<std::vector<std::string>>& routes,
                                     std::span<const double> cost) {
  const DemandSpec& demand = model.scenario.demands[d.value];
  if (std::holds_alternative<TreeSpec>(demand.swapping) || std::holds_alternative<PolicyTableSpec>(demand.swapping))
    throw SpecError(item("demands", d.value, "swapping"), "an order by positions along the route",
                    "one that means something on every route, since routes are to be installed");
  if (purifies(model.scenario.routing.kind))
    throw SpecError("/routing/kind", in_quotes(std::string(choice_name(model.scenario.routing.kind))),
                    "a kind that decides on no purification, since routes are to be installed");
  if (routes.empty()) throw SpecError("/routes", "nothing", "at least one route; to take routes away remove them");
  std::vector<Route> out;
  for (std::size_t r = 0; r < routes.size(); ++r) {
    const std::string path = "/routes/" + std::to_string(r);
    Route route = checked(model, nodes, d, routes[r], cost, path);
    if (std::any_of(out.begin(), out.end(), [&](const Route& other) { return other.nodes == route.nodes; }))
      throw SpecError(path, "a route that is listed already", "routes that differ");
    out.push_back(std::move(route));
  }
  return out;
}

}  // namespace farbell
