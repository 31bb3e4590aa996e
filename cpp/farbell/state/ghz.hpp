// GHZ states (|0...0> + |1...1>) / sqrt 2, up to Paulis. Equations: docs/physics/ghz_distribution.md
#pragma once
#include <cstdint>
#include <vector>

#include "farbell/state/density.hpp"

namespace farbell {

// The Paulis by which a state differs from the GHZ state, as its holders know them.
struct GhzFrame {
  std::vector<std::uint8_t> flips;  // X, by qubit
  std::uint8_t phase = 0;           // Z on any one of them
};

// <GHZ|rho|GHZ> of qubits, the frame undone.
double ghz_fidelity(DensityState const& rho, GhzFrame const& frame);

}  // namespace farbell
