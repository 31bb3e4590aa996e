// What a node in the middle does, in this order, to its halves of pairs to make a state of several of them: docs/physics/ghz_distribution.md
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "farbell/protocols/chain.hpp"
#include "farbell/state/ghz.hpp"

namespace farbell {

// Halves are named by their arms, and with trees by which end of it. A bit that is read goes into the frame of what lies beyond the arm.
struct FusionStep {
  enum class Kind : std::uint8_t { cx, cz, h, read_x, read_z } kind;  // read_x: in Z, the bit is X in the frame; read_z: Z
  std::uint32_t arm = 0, other = 0;                                   // other: of the gates on two
  End end = end_a;                                                    // of `arm`; that of `other` is end_a
};

// A GHZ state. A center that keeps a qubit keeps its half of the first pair.
std::vector<FusionStep> ghz_steps(std::uint32_t arms, bool center_keeps);

// The graph state with these edges between parties: the center, if it keeps a qubit, then the ends of the arms. Each edge is a CZ, in
// the order given, but those of a center that keeps a qubit come last; each half is read when its last edge is done.
std::vector<FusionStep> graph_steps(const Edges& edges, std::uint32_t arms, bool center_keeps);

// The arm whose half becomes the qubit that the center keeps, if it keeps one.
std::uint32_t kept_half(const Edges& edges, bool center_keeps);

// Of each kind of operation at the center, how many follow one another: gates on two qubits share it, the others need not wait.
struct FusionDepth {
  int two_qubit_gates = 0, single_qubit_gates = 0, measurements = 0;
};
FusionDepth depth(const std::vector<FusionStep>& steps);

// Qubits of the largest cluster on the way, at the center and at the ends of the arms.
std::uint32_t largest_cluster(const std::vector<FusionStep>& steps, std::uint32_t arms);

}  // namespace farbell
