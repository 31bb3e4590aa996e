// GHZ states (|0...0> + |1...1>) / sqrt 2 and graph states, up to Paulis. Equations: docs/physics/ghz_distribution.md
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "farbell/state/density.hpp"

namespace farbell {

// The Paulis by which a state differs from the one that is meant, by qubit, as its holders know them.
struct PauliFrame {
  std::vector<std::uint8_t> x, z;

  PauliFrame() = default;
  explicit PauliFrame(std::size_t qubits) : x(qubits), z(qubits) {}
};

// Pairs of qubits. The graph state is CZ on each of them, on qubits in |+>.
using Edges = std::vector<std::array<std::uint32_t, 2>>;

// The sign of the GHZ state's X...X.
int ghz_phase(PauliFrame const& frame);
// What is left of a frame on a graph state: Z, by qubit. X on one is Z on its neighbours.
std::vector<std::uint8_t> graph_phases(Edges const& edges, PauliFrame const& frame);

// <GHZ|rho|GHZ> and <G|rho|G> of qubits, the frame undone.
double ghz_fidelity(DensityState const& rho, PauliFrame const& frame);
double graph_fidelity(DensityState const& rho, Edges const& edges, PauliFrame const& frame);

}  // namespace farbell
