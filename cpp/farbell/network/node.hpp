// A network node: one memory, and how it takes part in swapping and in the control plane.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

struct NodeSpec {
  std::string name;
  std::string memory;
  std::string region;
  std::optional<std::int64_t> parallel_links;
  double swap_success_probability = 1;
  double processing_delay_s = 0;
  std::optional<double> latitude_deg;
  std::optional<double> longitude_deg;
  std::optional<double> x_m;
  std::optional<double> y_m;

  bool operator==(const NodeSpec&) const = default;
};

template <>
struct Describe<NodeSpec> {
  static constexpr std::string_view name = "Node";
  static constexpr std::string_view doc = "A network node: an end node, a repeater, or both.";
  static constexpr auto fields = std::tuple{
      required(field("name", &NodeSpec::name, non_empty, "Unique name.")),
      required(field("memory", &NodeSpec::memory, non_empty, "Name of the node's memory.")),
      field("region", &NodeSpec::region, "Name of the region in which it stands, for failures; empty = none."),
      field("parallel_links", &NodeSpec::parallel_links, within(1, 1'000'000'000),
            "How many of the node's links may attempt at the same time; null = all."),
      field("swap_success_probability", &NodeSpec::swap_success_probability, unit_interval,
            "Probability that a Bell measurement at this node succeeds.").improves(Improvement::probability),
      field("processing_delay_s", &NodeSpec::processing_delay_s, "s", non_negative,
            "Delay added to each message that passes through this node."),
      field("latitude_deg", &NodeSpec::latitude_deg, "deg", within(-90, 90), "Latitude, for maps; null = unknown."),
      field("longitude_deg", &NodeSpec::longitude_deg, "deg", within(-180, 180), "Longitude, for maps; null = unknown."),
      field("x_m", &NodeSpec::x_m, "m", unbounded, "Position on a plane, for drawings; null = unknown."),
      field("y_m", &NodeSpec::y_m, "m", unbounded, "Position on a plane, for drawings; null = unknown."),
  };
};

}  // namespace farbell
