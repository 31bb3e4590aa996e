// What links cost, by kind of routing; and routes between nodes of a compiled network, by name, whether or not a demand asks for them.
#pragma once
#include <array>
#include <span>
#include <string>
#include <vector>

#include "farbell/simulation/model.hpp"
#include "farbell/simulation/names.hpp"

namespace farbell {

// w of the Werner state of that fidelity.
constexpr double werner_parameter(double fidelity) { return (4 * fidelity - 1) / 3; }
// -ln of it. What leaves no entanglement counts as leaving next to none, so that routes over it come last.
double werner_loss(double werner);

// Throws SpecError, its path below `path`, for what does not go with the kind.
void check_routing(const RoutingSpec& routing, const std::string& path);

SwapFacts swap_facts(const Model& model, const RoutingSpec& routing);

class LinkCosts {
 public:
  // Of a model whose devices are known.
  LinkCosts(const Model& model, RoutingMetric kind);
  // Infinity if the link cannot succeed. `facts`: of the program that the row has.
  double operator()(const LinkRow& link, const LinkFacts& facts) const;

 private:
  const Model& model_;
  RoutingMetric kind_;
  std::vector<double> swap_losses_;  // by device: -ln of the Werner parameter of what its swaps make of perfect pairs
};

// The route over these nodes, from the first of `ends` to the second; of parallel links the one of least `cost`. Throws SpecError at
// `path` where it is none.
Route named_route(const Model& model, const Names& nodes, const std::vector<std::string>& names, const std::array<std::string, 2>& ends,
                  std::span<const double> cost, const std::string& path);

// Those that a demand states: its `route`, or its `routes`. `one`: positions along it mean something.
std::vector<Route> stated_routes(const Model& model, const Names& nodes, std::size_t demand, bool one);

struct NamedRoute {
  std::vector<std::string> nodes, links;
  double cost = 0, length_m = 0;
  double fidelity = 0;  // of the product of the Werner parameters of its links and swaps
  double rate_hz = 0;   // of one lane: no more than the slowest link gives, times the chance that all swaps succeed
  std::vector<std::uint32_t> rounds;  // of purification, by link, where routes decide on it
};

// The `routing.alternatives` best routes over the links as they are at the start; fewer, or none, if there are no more. Throws
// SpecError for a name that is no node's, and where kinds that purify do not reach `min_fidelity`.
std::vector<NamedRoute> best_routes(const Model& model, const std::string& a, const std::string& b, const RoutingSpec& routing, double min_fidelity);

// Werner parameters of a link's pairs as they are used, distilled if the link distils; and of what a device's swap makes of perfect pairs.
double usable_werner(const Model& model, LinkId link);
double swap_werner(const Model& model, DeviceId device);

// Of each demand for pairs the route that it prefers at the start.
std::vector<NamedRoute> demand_routes(const Model& model);

}  // namespace farbell
