#include "farbell/state/states.hpp"

#include <cmath>

namespace farbell {
namespace {

// Correlations that a Bell-diagonal state does not have may be this large before the state is refused.
constexpr double diagonal_slack = 1e-12;

}  // namespace

std::string cannot_hold(StoreKind kind, Device const& device, bool pauli_twirl) {
  if (kind == StoreKind::pair_density || pauli_twirl) return {};
  if (std::isfinite(device.decay.t1_s)) return "amplitude damping (t1_s)";
  if (device.readout.f0 != device.readout.f1) return "a read-out that is better for one bit than for the other";
  return {};
}

std::string cannot_hold(StoreKind kind, Correlations const& state) {
  if (kind == StoreKind::pair_density) return {};
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j)
      if (i != j && std::abs(state[4 * i + j]) > diagonal_slack) return "a pair state that is not Bell-diagonal";
  return {};
}

States::States(StoreKind kind, std::vector<Device> const& devices, Clock clock, bool pauli_twirl)
    : kind_(kind), diagonal_(devices, clock, pauli_twirl), density_(devices, clock, pauli_twirl) {
  for (Device const& d : devices)
    if (const std::string why = cannot_hold(kind, d, pauli_twirl); !why.empty())
      throw InternalError("bell_diagonal cannot hold " + why);
}

// The one switch on the kind of store.
template <class Operation>
inline auto States::on_store(auto& self, Operation operation) {
  switch (self.kind_) {
    case StoreKind::bell_diagonal: return operation(self.diagonal_);
    case StoreKind::pair_density: break;
  }
  return operation(self.density_);
}

States::Pair States::create_pair(Correlations const& state, DeviceId a, Tick since_a, DeviceId b, Tick since_b) {
  return on_store(*this, [&](auto& store) { return store.create_pair(state, a, since_a, b, since_b); });
}
int States::bell_measure(QubitId b, QubitId c, Tick now, double u) {
  return on_store(*this, [&](auto& store) { return store.bell_measure(b, c, now, u); });
}
void States::release(QubitId q) {
  on_store(*this, [&](auto& store) { store.release(q); });
}
int States::measure(QubitId q, Basis basis, Tick now, double u) {
  return on_store(*this, [&](auto& store) { return store.measure(q, basis, now, u); });
}
void States::apply_pauli(QubitId q, int pauli, Tick now) {
  on_store(*this, [&](auto& store) { store.apply_pauli(q, pauli, now); });
}
bool States::paired(QubitId q) const {
  return on_store(*this, [&](auto const& store) { return store.paired(q); });
}
QubitId States::partner(QubitId q) const {
  return on_store(*this, [&](auto const& store) { return store.partner(q); });
}
Correlators States::correlators(QubitId a, QubitId b, Tick now, int frame) const {
  return on_store(*this, [&](auto const& store) { return store.correlators(a, b, now, frame); });
}
DeviceId States::device(QubitId q) const {
  return on_store(*this, [&](auto const& store) { return store.device(q); });
}
Tick States::since(QubitId q) const {
  return on_store(*this, [&](auto const& store) { return store.since(q); });
}
std::size_t States::live() const {
  return on_store(*this, [&](auto const& store) { return store.live(); });
}

}  // namespace farbell
