// All-photonic repeaters: stations that send repeater graph states, with photons encoded in trees against losses, between two memories.
// Equations and sources: docs/physics/repeater_graphs.md.
#pragma once
#include <span>

#include "farbell/hardware/generation.hpp"
#include "farbell/hardware/herald.hpp"

namespace farbell {

// Logical measurements of a qubit that is encoded in a tree: the probability that X, or Z, gives a result, and that this is wrong.
struct TreeCode {
  double x = 0, z = 0;
  double x_flip = 0.5, z_flip = 0.5;
};

// `loss`: of each photon; `flip`: probability that a photon's result is wrong, in any basis.
TreeCode tree_code(std::span<const std::int64_t> branching, double loss, double flip);

// `halves`: transmission of the fibre between an end or source and the station next to it, two for each station, from node_a on.
// `end_x`: probability that a memory's photon enters it. Positions and times of the spec are not used.
HeraldTable repeater_graph_table(RepeaterGraphSpec const& graph, std::span<const double> halves, double end_a, double end_b);

}  // namespace farbell
