#include "farbell/simulation/routing_game.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "farbell/simulation/places.hpp"
#include "farbell/simulation/route_query.hpp"

namespace farbell {

namespace {
// From 0, at 0, towards 1.
double saturating(double x, double half = 1) { return x / (x + half); }
}  // namespace

RoutingGame::RoutingGame(const Model& model, RoutingReward reward) : reward_(reward) {
  check_playable(model);
  demands_ = model.demands.size();
  if (demands_ == 0) throw SpecError("/demands", "none", "at least one demand for pairs, whose routes the agent chooses");
  routes_ = static_cast<std::size_t>(model.scenario.routing.alternatives);
  if (routes_ < 2)
    throw SpecError("/routing/alternatives", "1", "at least 2, with a kind of routing that finds several routes: the agent chooses among them");
  if (routes_ > most_routes)
    throw SpecError("/routing/alternatives", std::to_string(routes_), "at most " + std::to_string(most_routes) + " where an agent chooses among them");
  for (std::size_t d = 0; d < demands_; ++d)
    if (const std::size_t stated = model.route_plans[d].routes.size(); stated > routes_)
      throw SpecError(item("demands", d, "routes"), std::to_string(stated) + " routes",
                      "at most " + std::to_string(routes_) + " (/routing/alternatives), the routes among which the agent chooses");
  observation = 2 * demands_ + 1 + routes_ * route_features;
  mask = routes_;
  for (std::uint32_t l = 0; l < model.links.size(); ++l) {
    const LinkProgram& program = model.programs[model.links[l].program];
    link_seconds_.push_back(model.clock.seconds(program.period) / program.success);
    const double werner = usable_werner(model, LinkId{l});
    link_werner_.push_back(std::isfinite(werner) ? werner : 0);  // of one that cannot succeed as it is at the start
  }
  std::vector<double> by_device;
  for (std::uint32_t d = 0; d < model.devices.size(); ++d) by_device.push_back(swap_werner(model, DeviceId{d}));
  for (const NodeRow& node : model.nodes) {
    swap_werner_.push_back(by_device[node.device.value]);
    swap_success_.push_back(node.swap_success);
  }
}

std::uint32_t RoutingGame::slots_needed(const Model& model, DemandId demand, const Route& route, std::size_t position) const {
  const Circuits::Terms& terms = model.terms[demand.value];
  return position == 0 || position + 1 == route.nodes.size() ? terms.end_slots : 2 * terms.width;
}

// By node: slots for which circuits wait.
std::vector<std::uint32_t> RoutingGame::wanted(const Model& model, const Circuits& circuits) const {
  std::vector<std::uint32_t> sum(model.nodes.size(), 0);
  for (std::uint32_t n = 0; n < sum.size(); ++n)
    for (const Slots::Share& share : circuits.slots().line(NodeId{n})) sum[n] += share.slots;
  circuits.each_in_line([&](ChainId c) {
    const Route& route = circuits.route(c);
    for (std::size_t i = 0; i < route.nodes.size(); ++i) sum[route.nodes[i].value] += slots_needed(model, circuits.demand(c), route, i);
  });
  return sum;
}

void RoutingGame::observe(const Episode& episode, std::span<float> out, std::span<std::int8_t> mask) const {
  const Model& model = episode.model();
  const ReplicaParts parts = episode.parts();
  const Circuits& circuits = parts.circuits;
  const auto put = [&](std::size_t place, double value) { out[place] = static_cast<float>(value); };
  for (std::uint32_t d = 0; d < demands_; ++d) put(demands_ + d, saturating(static_cast<double>(parts.requests.open(DemandId{d}))));
  put(2 * demands_, static_cast<double>(count(episode.now())) / static_cast<double>(count(model.horizon)));
  if (!episode.asks()) return;

  const DemandId demand = circuits.demand(circuits.undecided());
  put(demand.value, 1);
  const std::span<const Route> routes = parts.routes.of(demand);
  double fastest = std::numeric_limits<double>::infinity();
  std::array<double, most_routes> seconds;
  for (std::size_t r = 0; r < routes.size(); ++r) {
    if (!parts.routes.usable(demand, routes[r])) continue;
    mask[r] = 1;
    double sum = 0, success = 1;
    for (LinkId l : routes[r].links) sum += link_seconds_[l.value];
    for (std::size_t i = 1; i + 1 < routes[r].nodes.size(); ++i) success *= swap_success_[routes[r].nodes[i].value];
    seconds[r] = sum / success;
    fastest = std::min(fastest, seconds[r]);
  }
  const std::vector<std::uint32_t> wanted_at = wanted(model, circuits);
  for (std::size_t r = 0; r < routes.size(); ++r) {
    if (mask[r] == 0) continue;
    const Route& route = routes[r];
    double werner = 1, free = 1, crowded = 0;
    bool fits = true;
    for (LinkId l : route.links) werner *= link_werner_[l.value];
    for (std::size_t i = 0; i < route.nodes.size(); ++i) {
      const NodeId n = route.nodes[i];
      if (i > 0 && i + 1 < route.nodes.size()) werner *= swap_werner_[n.value];
      const double slots = model.nodes[n.value].slots, wanted = wanted_at[n.value], left = circuits.slots().free(n) - wanted;
      fits = fits && left >= slots_needed(model, demand, route, i);
      free = std::min(free, std::max(left, 0.0) / slots);
      crowded = std::max(crowded, saturating(wanted, slots));
    }
    std::size_t at = 2 * demands_ + 1 + r * route_features;
    for (double value : {1.0, 1.0 / static_cast<double>(route.links.size()), std::isfinite(seconds[r]) ? fastest / seconds[r] : 0.0, (1 + 3 * werner) / 4,
                         fits ? 1.0 : 0.0, free, crowded})
      put(at++, value);
  }
}

void RoutingGame::check(std::span<const std::int64_t> action, std::span<const std::int8_t> mask, const std::string& path) const {
  const std::int64_t chosen = action[0];
  if (chosen >= 0 && chosen < static_cast<std::int64_t>(mask.size()) && mask[static_cast<std::size_t>(chosen)] == 1) return;
  std::string allowed;
  for (std::size_t r = 0; r < mask.size(); ++r)
    if (mask[r] == 1) allowed += (allowed.empty() ? "" : ", ") + std::to_string(r);
  throw SpecError(path, std::to_string(chosen), "a route that the demand has and that is up now: " + allowed);
}

RoutingGame::Question RoutingGame::question(const Episode& episode) const {
  Question out;
  if (!episode.asks()) return out;
  const Model& model = episode.model();
  const ReplicaParts parts = episode.parts();
  const DemandId demand = parts.circuits.demand(parts.circuits.undecided());
  out.demand = model.demand_names[demand.value];
  for (const Route& route : parts.routes.of(demand)) {
    std::vector<std::string>& names = out.routes.emplace_back();
    for (NodeId n : route.nodes) names.push_back(model.node_names[n.value]);
  }
  return out;
}

}  // namespace farbell
