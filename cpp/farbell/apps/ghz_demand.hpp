// A GHZ demand: any number of nodes that ask for GHZ or graph states which they share, when and how many.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "farbell/apps/traffic.hpp"
#include "farbell/base/fields.hpp"

namespace farbell {

enum class GhzTree { star, steiner, shortest_paths };

template <>
struct Describe<GhzTree> {
  static constexpr std::string_view name = "GhzTree";
  static constexpr auto values = std::array{
      Choice<GhzTree>{GhzTree::star, "star", "an arm from a center to each user, of which the center has a pair each"},
      Choice<GhzTree>{GhzTree::steiner, "steiner", "the tree of least cost that joins the users, exactly, for up to 12 of them"},
      Choice<GhzTree>{GhzTree::shortest_paths, "shortest_paths",
                      "a tree grown from the first user by shortest routes to the nearest other, which costs at most twice as much as the least"},
  };
};

struct GhzDemandSpec {
  std::string name;
  std::vector<std::string> users;
  std::string center;
  GhzTree tree = GhzTree::star;
  std::vector<std::array<std::string, 2>> edges;
  TrafficSpec traffic;
  std::int64_t states_per_request = 1;
  std::int64_t width = 1;
  double min_fidelity = 0;
  std::vector<std::string> bases;
  std::optional<double> deadline_s;
  std::optional<std::int64_t> max_queue;

  bool operator==(const GhzDemandSpec&) const = default;
};

template <>
struct Describe<GhzDemandSpec> {
  static constexpr std::string_view name = "GhzDemand";
  static constexpr std::string_view doc = "Nodes that ask for GHZ or graph states, of one qubit at each, which a node in their middle, or several along a tree, make of pairs.";
  static constexpr auto fields = std::tuple{
      required(field("name", &GhzDemandSpec::name, non_empty, "Name, unlike those of all other demands.")),
      required(field("users", &GhzDemandSpec::users, non_empty, "Names of the nodes that share each state, at least two.")),
      field("center", &GhzDemandSpec::center,
            "Name of the node that has a pair with every user, or every other user, and fuses them; empty = the node with slots enough "
            "whose routes to the users cost least in all."),
      field("tree", &GhzDemandSpec::tree,
            "Over which links the users are joined: from a center, or along a tree whose hubs (where it branches, and users in between) each fuse "
            "what they have."),
      field("edges", &GhzDemandSpec::edges, non_empty,
            "Pairs of users that are neighbours in the graph state which they ask for, in the order in which the center makes its gates; "
            "empty = a GHZ state."),
      field("traffic", &GhzDemandSpec::traffic, "When requests are asked."),
      field("states_per_request", &GhzDemandSpec::states_per_request, at_least(1),
            "States that a request asks for (a continuous request has no end)."),
      field("width", &GhzDemandSpec::width, within(1, 1'000'000),
            "Memory slots that each arm, from the center to a user, uses at both ends of every hop."),
      field("min_fidelity", &GhzDemandSpec::min_fidelity, unit_interval, "States below this fidelity are rejected, and counted."),
      field("bases", &GhzDemandSpec::bases, non_empty,
            "Pauli bases in which each user measures its qubit as soon as it knows the state: a letter, X, Y or Z, for each user, in the "
            "order of users. One of the list is drawn for each state; empty = states are kept, not measured."),
      field("deadline_s", &GhzDemandSpec::deadline_s, "s", positive,
            "Time after which a request is given up, counted from when it was asked; null = never."),
      field("max_queue", &GhzDemandSpec::max_queue, at_least(1),
            "Requests that may wait or be served at a time, further ones are refused; null = any number."),
  };
};

}  // namespace farbell
