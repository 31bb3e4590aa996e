#include "farbell/state/capabilities.hpp"

#include <cmath>

#include "farbell/base/errors.hpp"

namespace farbell {
namespace {

void refuse(Capabilities const& store, std::string const& why) {
  if (!why.empty()) throw InternalError(std::string(store.store) + " cannot hold " + why);
}

}  // namespace

std::string cannot_hold(Capabilities const& store, Device const& device, bool pauli_twirl) {
  if (pauli_twirl) return {};
  if (!store.amplitude_damping && std::isfinite(device.decay.t1_s)) return "amplitude damping (t1_s)";
  if (!store.asymmetric_readout && device.readout.f0 != device.readout.f1)
    return "a read-out whose errors depend on the bit (readout_fidelity_0 and readout_fidelity_1 differ)";
  return {};
}

std::string cannot_hold(Capabilities const& store, Correlations const& state) {
  if (!store.any_pair_state && !is_bell_diagonal(state)) return "a pair state that is not a mixture of Bell states";
  return {};
}

void require_holds(Capabilities const& store, Device const& device, bool pauli_twirl) {
  refuse(store, cannot_hold(store, device, pauli_twirl));
}
void require_holds(Capabilities const& store, Correlations const& state) { refuse(store, cannot_hold(store, state)); }

}  // namespace farbell
