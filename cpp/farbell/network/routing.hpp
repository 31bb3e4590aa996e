// By what the routes of demands are chosen. docs/physics/routing.md
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

enum class RoutingMetric { hops, length, seconds_per_pair, fidelity, widest };

// Whether the cost of a route is a sum over its links.
constexpr bool is_additive(RoutingMetric kind) { return kind <= RoutingMetric::fidelity; }

struct RoutingSpec {
  RoutingMetric kind = RoutingMetric::seconds_per_pair;
  std::int64_t alternatives = 1;
  bool fidelity_constrained = false;

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
  };
};

}  // namespace farbell
