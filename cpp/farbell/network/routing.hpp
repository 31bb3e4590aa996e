// By what the routes of demands are chosen. docs/physics/routing.md
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "farbell/base/fields.hpp"

namespace farbell {

enum class RoutingMetric { hops, length, seconds_per_pair, fidelity, widest, entanglement_rate, greedy_fidelity, q_path, q_leap, multicommodity };

// Whether the cost of a route is a sum over its links.
constexpr bool is_additive(RoutingMetric kind) { return kind <= RoutingMetric::fidelity; }
// Whether it decides how often each link of a route is purified, and so finds routes for a fidelity.
constexpr bool purifies(RoutingMetric kind) { return kind == RoutingMetric::q_path || kind == RoutingMetric::q_leap; }
// Whether routes are found for all demands together, outside the core, and stated (`routes` of demands).
constexpr bool states_routes(RoutingMetric kind) { return kind == RoutingMetric::multicommodity; }
// Whether it finds one route only.
constexpr bool has_one_route(RoutingMetric kind) { return kind == RoutingMetric::greedy_fidelity || purifies(kind); }

// A route that somebody states, one of several that a demand shares its circuits among.
struct WeightedRouteSpec {
  std::vector<std::string> nodes;
  double weight = 1;

  bool operator==(const WeightedRouteSpec&) const = default;
};

struct RoutingSpec {
  RoutingMetric kind = RoutingMetric::seconds_per_pair;
  std::int64_t alternatives = 1;
  bool fidelity_constrained = false;
  std::optional<double> coherence_s;
  std::optional<std::int64_t> max_purification_rounds;

  bool operator==(const RoutingSpec&) const = default;
};

template <>
struct Describe<RoutingMetric> {
  static constexpr std::string_view name = "RoutingMetric";
  static constexpr auto values = std::array{
      Choice<RoutingMetric>{RoutingMetric::hops, "hops", "fewest links"},
      Choice<RoutingMetric>{RoutingMetric::length, "length", "least fibre"},
      Choice<RoutingMetric>{RoutingMetric::seconds_per_pair, "seconds_per_pair",
                            "least sum over links of the mean time that one slot needs for a pair"},
      Choice<RoutingMetric>{RoutingMetric::fidelity, "fidelity",
                            "largest product of the Werner parameters of links and of the swaps between them"},
      Choice<RoutingMetric>{RoutingMetric::widest, "widest", "fastest slowest link; of equally wide routes the least seconds_per_pair"},
      Choice<RoutingMetric>{RoutingMetric::entanglement_rate, "entanglement_rate",
                            "least expected time of an end-to-end pair whose halves are joined when both are whole (Caleffi 2017)"},
      Choice<RoutingMetric>{RoutingMetric::greedy_fidelity, "greedy_fidelity",
                            "node by node over the best link to a neighbour that is nearer to the end, in links; one route"},
      Choice<RoutingMetric>{RoutingMetric::q_path, "q_path",
                            "fewest pairs that reach min_fidelity, links being purified as often as it takes (Q-PATH); one route"},
      Choice<RoutingMetric>{RoutingMetric::q_leap, "q_leap",
                            "the route of best fidelity, its links purified to equal shares of min_fidelity (Q-LEAP); one route"},
      Choice<RoutingMetric>{RoutingMetric::multicommodity, "multicommodity",
                            "those of all demands together, by a linear programme: the least rate as high as can be, then the next; stated in "
                            "`routes` of the demands when the scenario is compiled in Python"},
  };
};

template <>
struct Describe<WeightedRouteSpec> {
  static constexpr std::string_view name = "WeightedRoute";
  static constexpr std::string_view doc = "A route of a demand that is stated, and its share of the demand's circuits.";
  static constexpr auto fields = std::tuple{
      required(field("nodes", &WeightedRouteSpec::nodes, non_empty, "Names of the nodes from node_a to node_b.")),
      field("weight", &WeightedRouteSpec::weight, within(1e-9, 1e12), "Its share, against the weights of the demand's other routes."),
  };
};

template <>
struct Describe<RoutingSpec> {
  static constexpr std::string_view name = "Routing";
  static constexpr std::string_view doc = "How the routes of demands are chosen.";
  static constexpr auto fields = std::tuple{
      field("kind", &RoutingSpec::kind, "What makes a route the best."),
      field("alternatives", &RoutingSpec::alternatives, within(1, 1'000'000),
            "Routes that a demand may take, the least-cost ones: where one has not the free slots now, or is down, the next is tried."),
      field("fidelity_constrained", &RoutingSpec::fidelity_constrained,
            "Whether demands take only those of their alternatives that can reach their `min_fidelity`."),
      field("coherence_s", &RoutingSpec::coherence_s, "s", positive,
            "With `entanglement_rate`: routes whose pairs take longer are none; null = all are."),
      field("max_purification_rounds", &RoutingSpec::max_purification_rounds, within(1, 16),
            "With `q_path` and `q_leap`: most rounds on a link; null = 3."),
  };
};

}  // namespace farbell
