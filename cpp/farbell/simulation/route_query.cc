#include "farbell/simulation/route_query.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/base/text.hpp"
#include "farbell/simulation/reachable.hpp"

namespace farbell {

namespace {

// A link or swap that leaves no entanglement counts as one that leaves next to none, so that routes over it come last.
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

double swap_parameter(const Model& model, DeviceId device) { return werner_parameter(swap_fidelity(model, device)); }

double loss(double werner) { return -std::log(std::max(werner, least_werner)); }

// What a route costs by its kind, beside the costs by which it was found.
class Named {
 public:
  Named(const Model& model, RoutingMetric kind, std::span<const double> cost)
      : m_(model), kind_(kind), cost_(cost), swaps_(model.devices.size()) {}

  NamedRoute operator()(const Route& route) {
    NamedRoute out;
    for (NodeId n : route.nodes) out.nodes.push_back(m_.node_names[n.value]);
    double werner = 1, seconds = 0, success = 1;
    for (LinkId l : route.links) {
      const LinkRow& link = m_.links[l.value];
      const LinkFacts& facts = m_.link_facts[l.value];
      out.links.push_back(m_.link_names[l.value]);
      out.length_m += facts.length_m;
      werner *= werner_parameter(usable_fidelity(m_, link, facts));
      seconds = std::max(seconds, seconds_per_usable_pair(m_, link, facts));
    }
    for (std::size_t i = 1; i + 1 < route.nodes.size(); ++i) {
      const NodeRow& node = m_.nodes[route.nodes[i].value];
      std::optional<double>& swap = swaps_[node.device.value];
      if (!swap) swap = swap_parameter(m_, node.device);
      werner *= *swap;
      success *= node.swap_success;
    }
    out.fidelity = (1 + 3 * werner) / 4;
    out.rate_hz = success / seconds;
    switch (kind_) {
      case RoutingMetric::fidelity: out.cost = loss(werner); break;
      case RoutingMetric::widest: out.cost = bottleneck(route, cost_); break;
      default: out.cost = route_cost(route, cost_);
    }
    return out;
  }

 private:
  const Model& m_;
  RoutingMetric kind_;
  std::span<const double> cost_;
  std::vector<std::optional<double>> swaps_;  // by device
};

}  // namespace

LinkCosts::LinkCosts(const Model& model, RoutingMetric kind) : model_(model), kind_(kind) {
  if (kind != RoutingMetric::fidelity) return;
  for (std::uint32_t d = 0; d < model.devices.size(); ++d) swap_losses_.push_back(loss(swap_parameter(model, DeviceId{d})));
}

double LinkCosts::operator()(const LinkRow& link, const LinkFacts& facts) const {
  if (facts.success_probability <= 0) return std::numeric_limits<double>::infinity();
  switch (kind_) {
    case RoutingMetric::hops: return 1;
    case RoutingMetric::length: return facts.length_m;
    case RoutingMetric::seconds_per_pair: return seconds_per_pair(facts);
    case RoutingMetric::widest: return seconds_per_usable_pair(model_, link, facts);
    case RoutingMetric::fidelity: break;
  }
  // Half of a node's swap stands at each of the two links that it joins. What that adds at the ends is the same for all routes.
  double cost = loss(werner_parameter(usable_fidelity(model_, link, facts)));
  for (NodeId n : link.node) cost += swap_losses_[model_.nodes[n.value].device.value] / 2;
  return std::max(cost, 0.0);  // rounding
}

std::vector<NamedRoute> best_routes(const Model& model, const std::string& a, const std::string& b, const RoutingSpec& routing) {
  const NodeId from = node_called(model, a, "a"), to = node_called(model, b, "b");
  if (from == to) throw SpecError("b", in_quotes(shortened(b)), "another node than a");
  std::vector<double> cost = model.link_cost;
  if (routing.kind != model.scenario.routing.kind) {
    const LinkCosts costs(model, routing.kind);
    for (std::size_t l = 0; l < model.links.size(); ++l) cost[l] = costs(model.links[l], model.link_facts[l]);
  }
  Named named(model, routing.kind, cost);
  std::vector<NamedRoute> out;
  for (const Route& route : Router(model.graph, routing.kind).find(from, to, static_cast<std::size_t>(routing.alternatives), cost))
    out.push_back(named(route));
  return out;
}

std::vector<NamedRoute> demand_routes(const Model& model) {
  Named named(model, model.scenario.routing.kind, model.link_cost);
  std::vector<NamedRoute> out;
  for (const RoutePlan& plan : std::span(model.route_plans).first(model.demands.size())) out.push_back(named(plan.routes.front()));
  return out;
}

}  // namespace farbell
