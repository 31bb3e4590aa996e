#include "farbell/simulation/route_query.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/base/text.hpp"
#include "farbell/simulation/places.hpp"
#include "farbell/simulation/purification_plan.hpp"
#include "farbell/simulation/reachable.hpp"

namespace farbell {

namespace {

constexpr double least_werner = 1e-12;

NodeId node_called(const Model& model, const std::string& name, const char* path) {
  const auto found = std::find(model.node_names.begin(), model.node_names.end(), name);
  if (found == model.node_names.end())
    throw SpecError(path, in_quotes(shortened(name)), "the name of a node", nearest_name(name, model.node_names));
  return NodeId{static_cast<std::uint32_t>(found - model.node_names.begin())};
}

// Mean time that one slot needs for a pair; for one that is distilled as the link says.
double seconds_per_pair(const LinkFacts& facts) { return facts.attempt_period_s / facts.success_probability; }
double seconds_per_usable_pair(const Model& model, const LinkRow& link, const LinkFacts& facts) {
  return seconds_per_pair(facts) * (link.distillation ? model.plans[*link.distillation].pairs() : 1);
}

double usable_fidelity(const Model& model, const LinkRow& link, const LinkFacts& facts) {
  return link.distillation ? distilled_fidelity(model, link) : facts.fidelity;
}

// What a route costs by its kind, beside the costs by which it was found.
class Named {
 public:
  Named(const Model& model, const RoutingSpec& routing, std::span<const double> cost)
      : m_(model), routing_(routing), kind_(routing.kind), cost_(cost), swaps_(model.devices.size()) {
    if (kind_ == RoutingMetric::entanglement_rate) at_swaps = swap_facts(m_, routing_);
  }

  // `rounds` of purification by link; empty: pairs are distilled as the links say.
  NamedRoute operator()(const Route& route, std::vector<std::uint32_t> rounds = {}) {
    NamedRoute out;
    for (NodeId n : route.nodes) out.nodes.push_back(m_.node_names[n.value]);
    double werner = 1, seconds = 0, success = 1;
    for (std::size_t h = 0; h < route.links.size(); ++h) {
      const LinkId l = route.links[h];
      const LinkRow& link = m_.links[l.value];
      const LinkFacts& facts = m_.link_facts[l.value];
      out.links.push_back(m_.link_names[l.value]);
      out.length_m += facts.length_m;
      if (rounds.empty()) {
        werner *= usable_werner(m_, l);
        seconds = std::max(seconds, seconds_per_usable_pair(m_, link, facts));
      } else {
        werner *= std::exp(-purifier().loss(l, rounds[h]));
        seconds = std::max(seconds, seconds_per_pair(facts) * (rounds[h] + 1));
        out.cost += rounds[h] + 1;
      }
    }
    for (std::size_t i = 1; i + 1 < route.nodes.size(); ++i) {
      const NodeRow& node = m_.nodes[route.nodes[i].value];
      std::optional<double>& swap = swaps_[node.device.value];
      if (!swap) swap = swap_werner(m_, node.device);
      werner *= *swap;
      success *= node.swap_success;
    }
    out.fidelity = (1 + 3 * werner) / 4;
    out.rate_hz = success / seconds;
    switch (kind_) {
      case RoutingMetric::fidelity:
      case RoutingMetric::greedy_fidelity: out.cost = werner_loss(werner); break;
      case RoutingMetric::widest: out.cost = bottleneck(route, cost_); break;
      case RoutingMetric::entanglement_rate: out.cost = seconds_per_entanglement(route, cost_, at_swaps); break;
      case RoutingMetric::q_path:
      case RoutingMetric::q_leap: break;
      default: out.cost = route_cost(route, cost_);
    }
    out.rounds = std::move(rounds);
    return out;
  }

  const Purifier& purifier() {
    if (!purifier_) purifier_.emplace(m_, routing_);
    return *purifier_;
  }

  SwapFacts at_swaps;  // of entanglement_rate

 private:
  const Model& m_;
  const RoutingSpec& routing_;
  RoutingMetric kind_;
  std::span<const double> cost_;
  std::vector<std::optional<double>> swaps_;  // by device
  std::optional<Purifier> purifier_;          // made when first needed
};

}  // namespace

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

std::vector<Route> stated_routes(const Model& model, const Names& nodes, std::size_t d, bool one) {
  const DemandSpec& demand = model.scenario.demands[d];
  const std::string path = item("demands", d, "routes");
  const auto named = [&](const std::vector<std::string>& names, const std::string& at) {
    if (names.empty()) throw SpecError(at, "nothing", "the nodes from node_a to node_b");
    return named_route(model, nodes, names, {demand.node_a, demand.node_b}, model.link_cost, at);
  };
  if (!demand.route.empty()) {
    if (!demand.routes.empty()) throw SpecError(path, "routes beside a route", "an empty list, or no `route`");
    return {named(demand.route, item("demands", d, "route"))};
  }
  if (demand.routes.empty())
    throw SpecError(path, "none, with routing kind " + in_quotes(choice_name(model.scenario.routing.kind)),
                    "the routes that farbell.routing.multicommodity(scenario) states, as farbell.compile does");
  if (one && demand.routes.size() > 1)
    throw SpecError(path, std::to_string(demand.routes.size()) + " routes", "one, since `swapping` names places along it");
  std::vector<Route> out;
  for (std::size_t r = 0; r < demand.routes.size(); ++r) {
    const std::string at = path + "/" + std::to_string(r) + "/nodes";
    Route route = named(demand.routes[r].nodes, at);
    if (std::any_of(out.begin(), out.end(), [&](const Route& other) { return other.nodes == route.nodes; }))
      throw SpecError(at, "a route that is there already", "each route once, with all of its weight");
    out.push_back(std::move(route));
  }
  return out;
}

double usable_werner(const Model& model, LinkId link) {
  return werner_parameter(usable_fidelity(model, model.links[link.value], model.link_facts[link.value]));
}

double swap_werner(const Model& model, DeviceId device) { return werner_parameter(swap_fidelity(model, device)); }

double werner_loss(double werner) { return -std::log(std::max(werner, least_werner)); }

void check_routing(const RoutingSpec& routing, const std::string& path) {
  const std::string kind = "kind " + in_quotes(std::string(choice_name(routing.kind)));
  if (has_one_route(routing.kind) && routing.alternatives > 1)
    throw SpecError(path + "/alternatives", std::to_string(routing.alternatives), "1 with " + kind + ", which finds one route");
  if (states_routes(routing.kind) && routing.alternatives > 1)
    throw SpecError(path + "/alternatives", std::to_string(routing.alternatives), "1 with " + kind + ", which says how many routes each demand has");
  if (states_routes(routing.kind) && routing.fidelity_constrained)
    throw SpecError(path + "/fidelity_constrained", "true", "false with " + kind + ", which knows rates only");
  if (purifies(routing.kind) && routing.fidelity_constrained)
    throw SpecError(path + "/fidelity_constrained", "true", "false with " + kind + ", whose routes reach min_fidelity");
  if (routing.coherence_s && routing.kind != RoutingMetric::entanglement_rate)
    throw SpecError(path + "/coherence_s", number_text(*routing.coherence_s) + " s", "null unless kind is \"entanglement_rate\"");
  if (routing.max_purification_rounds && !purifies(routing.kind))
    throw SpecError(path + "/max_purification_rounds", std::to_string(*routing.max_purification_rounds), "null unless kind is \"q_path\" or \"q_leap\"");
}

SwapFacts swap_facts(const Model& model, const RoutingSpec& routing) {
  SwapFacts out;
  for (const NodeRow& node : model.nodes) {
    out.success.push_back(node.swap_success);
    out.seconds.push_back(model.clock.seconds(node.swap_duration));
  }
  const bool ideal = model.scenario.control == ControlPlane::ideal;
  for (Tick delay : model.fibre_delay) out.delay_s.push_back(ideal ? 0 : model.clock.seconds(delay));
  if (routing.coherence_s) out.longest_s = *routing.coherence_s;
  return out;
}

LinkCosts::LinkCosts(const Model& model, RoutingMetric kind) : model_(model), kind_(kind) {
  if (kind != RoutingMetric::fidelity && kind != RoutingMetric::greedy_fidelity) return;
  for (std::uint32_t d = 0; d < model.devices.size(); ++d) swap_losses_.push_back(werner_loss(swap_werner(model, DeviceId{d})));
}

double LinkCosts::operator()(const LinkRow& link, const LinkFacts& facts) const {
  if (facts.success_probability <= 0) return std::numeric_limits<double>::infinity();
  switch (kind_) {
    case RoutingMetric::hops: return 1;
    case RoutingMetric::length: return facts.length_m;
    case RoutingMetric::seconds_per_pair: return seconds_per_pair(facts);
    case RoutingMetric::widest:
    case RoutingMetric::entanglement_rate:
    case RoutingMetric::q_path:
    case RoutingMetric::q_leap:
    case RoutingMetric::multicommodity: return seconds_per_usable_pair(model_, link, facts);
    case RoutingMetric::fidelity:
    case RoutingMetric::greedy_fidelity: break;
  }
  // Half of a node's swap stands at each of the two links that it joins. What that adds at the ends is the same for all routes.
  double cost = werner_loss(werner_parameter(usable_fidelity(model_, link, facts)));
  for (NodeId n : link.node) cost += swap_losses_[model_.nodes[n.value].device.value] / 2;
  return std::max(cost, 0.0);  // rounding
}

std::vector<NamedRoute> best_routes(const Model& model, const std::string& a, const std::string& b, const RoutingSpec& routing, double min_fidelity) {
  const NodeId from = node_called(model, a, "a"), to = node_called(model, b, "b");
  if (from == to) throw SpecError("b", in_quotes(shortened(b)), "another node than a");
  check_routing(routing, "");
  if (states_routes(routing.kind))
    throw SpecError("/kind", in_quotes(choice_name(routing.kind)), "a kind that finds the routes of one pair of nodes; this one shares links among all demands");
  std::vector<double> cost = model.link_cost;
  if (routing.kind != model.scenario.routing.kind) {
    const LinkCosts costs(model, routing.kind);
    for (std::size_t l = 0; l < model.links.size(); ++l) cost[l] = costs(model.links[l], model.link_facts[l]);
  }
  Named named(model, routing, cost);
  std::vector<NamedRoute> out;
  if (purifies(routing.kind)) {
    if (PurifiedRoute found = named.purifier().find(from, to, min_fidelity, "min_fidelity")) out.push_back(named(found.route, found.rounds));
    return out;
  }
  for (const Route& route : Router(model.graph, routing.kind, named.at_swaps).find(from, to, static_cast<std::size_t>(routing.alternatives), cost))
    out.push_back(named(route));
  return out;
}

std::vector<NamedRoute> demand_routes(const Model& model) {
  Named named(model, model.scenario.routing, model.link_cost);
  std::vector<NamedRoute> out;
  for (std::size_t d = 0; d < model.demands.size(); ++d) {
    std::vector<std::uint32_t> rounds;
    for (const auto& plan : model.terms[d].hop_distillation) rounds.push_back(plan ? static_cast<std::uint32_t>(model.plans[*plan].rounds.size()) : 0);
    out.push_back(named(model.route_plans[d].routes.front(), std::move(rounds)));
  }
  return out;
}

}  // namespace farbell
