// What a store declares that it can represent. compile() refuses the rest; nothing is approximated in silence.
#pragma once
#include <string>

#include "farbell/state/bell.hpp"
#include "farbell/state/device.hpp"

namespace farbell {

struct Capabilities {
  const char* store;
  bool any_pair_state;      // else mixtures of Bell states only
  bool amplitude_damping;   // else decay must be unital
  bool asymmetric_readout;  // else f0 == f1
  int largest_cluster;      // entangled qubits
};

// Why a store cannot hold a device's noise, or a pair's initial state; empty if it can.
std::string cannot_hold(Capabilities const& store, Device const& device, bool pauli_twirl);
std::string cannot_hold(Capabilities const& store, Correlations const& state);

// Throws InternalError where cannot_hold gives a reason: compile() should have asked.
void require_holds(Capabilities const& store, Device const& device, bool pauli_twirl);
void require_holds(Capabilities const& store, Correlations const& state);

}  // namespace farbell
