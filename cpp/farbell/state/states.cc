#include "farbell/state/states.hpp"

#include <algorithm>
#include <string>

#include "farbell/base/errors.hpp"

namespace farbell {
namespace {

// The store that is not used knows no devices.
std::vector<Device> devices_of(StoreKind store, StoreKind kind, std::vector<Device> const& devices) {
  return store == kind || store == cluster_store(kind) ? devices : std::vector<Device>{};
}

}  // namespace

Capabilities const& capabilities(StoreKind kind) {
  switch (kind) {
    case StoreKind::bell_diagonal: return BellDiagonalStore::capabilities;
    case StoreKind::stabilizer: return StabilizerStore::capabilities;
    case StoreKind::density: return DensityStore::capabilities;
    case StoreKind::ket: return KetStore::capabilities;
    case StoreKind::pair_density: break;
  }
  return PairDensityStore::capabilities;
}

std::string cannot_hold(StoreKind kind, Device const& device, bool pauli_twirl) {
  return cannot_hold(capabilities(kind), device, pauli_twirl);
}
std::string cannot_hold(StoreKind kind, Correlations const& state) { return cannot_hold(capabilities(kind), state); }

States::States(StoreKind kind, std::vector<Device> const& devices, Clock clock, bool pauli_twirl, std::uint64_t replica,
               InducedDephasing* dephasing)
    : kind_(kind),
      dephased_(dephasing != nullptr),
      bell_diagonal_(devices_of(StoreKind::bell_diagonal, kind, devices), clock, pauli_twirl),
      pair_density_(devices_of(StoreKind::pair_density, kind, devices), clock, pauli_twirl),
      stabilizer_(devices_of(StoreKind::stabilizer, kind, devices), clock, pauli_twirl, replica),
      density_(devices_of(StoreKind::density, kind, devices), clock, pauli_twirl),
      ket_(devices_of(StoreKind::ket, kind, devices), clock, pauli_twirl, replica) {
  bell_diagonal_.attempts().count(dephasing);
  pair_density_.attempts().count(dephasing);
  stabilizer_.attempts().count(dephasing);
  density_.attempts().count(dephasing);
  ket_.attempts().count(dephasing);
}

// The one switch on the kind of store.
template <class Operation>
inline auto States::on_store(auto& self, Operation operation) {
  switch (self.kind_) {
    case StoreKind::bell_diagonal: return operation(self.bell_diagonal_);
    case StoreKind::stabilizer: return operation(self.stabilizer_);
    case StoreKind::density: return operation(self.density_);
    case StoreKind::ket: return operation(self.ket_);
    case StoreKind::pair_density: break;
  }
  return operation(self.pair_density_);
}

// Stores that hold clusters.
template <class Operation>
inline auto States::on_clusters(auto& self, Operation operation) {
  switch (cluster_store(self.kind_)) {
    case StoreKind::stabilizer: return operation(self.stabilizer_);
    case StoreKind::ket: return operation(self.ket_);
    default: return operation(self.density_);
  }
}

void States::throw_apart(QubitId a, QubitId b, Tick now) const {
  throw InternalError("qubit " + std::to_string(a.value) + " at node " + std::to_string(node(a).value) + " and qubit " + std::to_string(b.value) +
                      " at node " + std::to_string(node(b).value) + " are not at one node; tick " + std::to_string(count(now)));
}

[[gnu::cold, gnu::noinline]] void States::throw_placed(Tick now, QubitId a, QubitId b) const {
  const auto where = [&](std::exception const& error) {
    std::string text = std::string(error.what()) + "; qubit " + std::to_string(a.value) + " at node " + std::to_string(node(a).value);
    if (b) text += ", qubit " + std::to_string(b.value) + " at node " + std::to_string(node(b).value);
    return text + ", tick " + std::to_string(count(now));
  };
  try {
    throw;
  } catch (InternalError const& error) {
    throw InternalError(where(error));
  } catch (RunError const& error) {
    throw RunError(where(error));
  }
}
template <class Operation>
[[gnu::always_inline]] inline auto States::placed(Tick now, QubitId a, QubitId b, Operation operation) const {
  try {
    return operation();
  } catch (...) {
    throw_placed(now, a, b);
  }
}

States::Pair States::create_pair(Correlations const& state, Place a, Tick since_a, Place b, Tick since_b, std::uint64_t noise_key) {
  const Pair pair = on_store(*this, [&](auto& store) { return store.create_pair(state, a.device, since_a, b.device, since_b, noise_key); });
  const std::size_t names = std::max(pair.a.value, pair.b.value) + std::size_t{1};
  if (nodes_.size() < names) [[unlikely]]
    nodes_.resize(names);
  nodes_[pair.a.value] = a.node;
  nodes_[pair.b.value] = b.node;
  if (dephased_) [[unlikely]] {
    stored(pair.a);
    stored(pair.b);
  }
  return pair;
}
void States::stored(QubitId q) {
  on_store(*this, [&](auto& store) { store.attempts().store(q, node(q)); });
}
int States::bell_measure(QubitId b, QubitId c, Tick now, double u) {
  require_together(b, c, now);
  if (promoted(b) || promoted(c)) [[unlikely]] {
    promote(b, now);
    promote(c, now);
    const int outcome = placed(now, b, c, [&] { return density_.bell_measure(in_clusters(b), in_clusters(c), now, u); });
    give_back(b);
    give_back(c);
    return outcome;
  }
  return placed(now, b, c, [&] { return on_store(*this, [&](auto& store) { return store.bell_measure(b, c, now, u); }); });
}
DistillationOutcome States::distil(DistillationProtocol protocol, Pair kept, Pair used, int kept_frame, int used_frame, Tick now,
                                   double u) {
  require_together(kept.a, used.a, now);
  require_together(kept.b, used.b, now);
  return placed(now, kept.a, used.a, [&] {
    return on_store(*this, [&](auto& store) { return store.distil(protocol, kept, used, kept_frame, used_frame, now, u); });
  });
}
void States::release(QubitId q) {
  if (promoted(q)) [[unlikely]] {
    density_.release(in_clusters(q));
    return give_back(q);
  }
  on_store(*this, [&](auto& store) { store.release(q); });
}
int States::measure(QubitId q, Basis basis, Tick now, double u) {
  return placed(now, q, {}, [&] {
    if (promoted(q)) [[unlikely]] {
      const int bit = density_.measure(in_clusters(q), basis, now, u);
      give_back(q);
      return bit;
    }
    return on_store(*this, [&](auto& store) { return store.measure(q, basis, now, u); });
  });
}
void States::transfer(QubitId q, DeviceId to, BlochMap const& errors, Tick now) {
  placed(now, q, {}, [&] {
    if (promoted(q)) [[unlikely]] return density_.transfer(in_clusters(q), to, errors, now);
    on_store(*this, [&](auto& store) { store.transfer(q, to, errors, now); });
  });
}

void States::apply_pauli(QubitId q, int pauli, Tick now) {
  placed(now, q, {}, [&] {
    if (promoted(q)) [[unlikely]] return density_.apply_pauli(in_clusters(q), pauli, now);
    on_store(*this, [&](auto& store) { store.apply_pauli(q, pauli, now); });
  });
}
void States::reframe(QubitId q, int pauli, Tick now) {
  placed(now, q, {}, [&] {
    if (promoted(q)) [[unlikely]] return density_.reframe(in_clusters(q), pauli, now);
    on_store(*this, [&](auto& store) { store.reframe(q, pauli, now); });
  });
}

bool States::promote(QubitId q, Tick now) {
  if (cluster_store(kind_) == kind_ || promoted(q)) return false;
  const auto from = [&](auto& store) {
    if (!store.paired(q)) return name_promoted(q, density_.take_in(store.take_out_single(q, now)));
    const LeavingPair pair = store.take_out(q, now);
    const Pair taken = density_.take_in(pair);
    name_promoted(pair.names.a, taken.a);
    name_promoted(pair.names.b, taken.b);
  };
  if (kind_ == StoreKind::bell_diagonal) from(bell_diagonal_);
  else from(pair_density_);
  return true;
}
void States::name_promoted(QubitId name, QubitId there) {
  if (name.value >= in_clusters_.size()) in_clusters_.resize(name.value + 1);
  in_clusters_[name.value] = there;
  if (dephased_) [[unlikely]] density_.attempts().store(there, node(name));
  ++promoted_;
}
QubitId States::create_qubit(Place place, Tick since, std::uint64_t noise_key) {
  const QubitId q = on_store(*this, [&](auto& store) { return store.create_qubit(place.device, since, noise_key); });
  if (nodes_.size() <= q.value) nodes_.resize(q.value + std::size_t{1});
  nodes_[q.value] = place.node;
  if (dephased_) [[unlikely]] stored(q);
  return q;
}
// The name of a promoted qubit that is gone.
void States::give_back(QubitId q) {
  in_clusters_[q.value] = {};
  --promoted_;
  if (kind_ == StoreKind::bell_diagonal) bell_diagonal_.give_back(q);
  else pair_density_.give_back(q);
}
void States::apply(Gate gate, QubitId q, Tick now, double angle) {
  if (kind_ == StoreKind::pair_density && !promoted(q) && info(gate).qubits == 1)
    return placed(now, q, {}, [&] { pair_density_.rotate(q, rotation_of(gate, angle), now); });
  if (kind_ == StoreKind::bell_diagonal && !promoted(q) && gate <= Gate::z) return apply_pauli(q, static_cast<int>(gate), now);
  promote(q, now);
  placed(now, q, {}, [&] { on_clusters(*this, [&](auto& store) { store.apply(gate, in_clusters(q), now, angle); }); });
}
void States::apply(Gate gate, QubitId a, QubitId b, Tick now) {
  require_together(a, b, now);
  promote(a, now);
  promote(b, now);
  placed(now, a, b, [&] { on_clusters(*this, [&](auto& store) { store.apply(gate, in_clusters(a), in_clusters(b), now); }); });
}
double States::ghz_fidelity(std::vector<QubitId> qubits, PauliFrame const& frame, Tick now) const {
  for (QubitId& q : qubits) q = in_clusters(q);
  return on_clusters(*this, [&](auto const& store) { return store.ghz_fidelity(qubits, frame, now); });
}
double States::graph_fidelity(std::vector<QubitId> qubits, Edges const& edges, PauliFrame const& frame, Tick now) {
  for (QubitId& q : qubits) q = in_clusters(q);
  return on_clusters(*this, [&](auto& store) { return store.graph_fidelity(qubits, edges, frame, now); });
}

bool States::paired(QubitId q) const {
  if (promoted(q)) [[unlikely]] return density_.paired(in_clusters(q));
  return on_store(*this, [&](auto const& store) { return store.paired(q); });
}
QubitId States::partner(QubitId q) const {
  return on_store(*this, [&](auto const& store) { return store.partner(q); });
}
std::array<double, 4> States::bloch(QubitId q, Tick now) const {
  if (promoted(q)) [[unlikely]] return density_.bloch(in_clusters(q), now);
  return on_store(*this, [&](auto const& store) { return store.bloch(q, now); });
}
Correlators States::correlators(QubitId a, QubitId b, Tick now, int frame) const {
  if (promoted(a)) [[unlikely]] return density_.correlators(in_clusters(a), in_clusters(b), now, frame);
  return on_store(*this, [&](auto const& store) { return store.correlators(a, b, now, frame); });
}
KnownPair States::known(QubitId a, QubitId b) const {
  return kind_ == StoreKind::bell_diagonal ? bell_diagonal_.known(a, b) : pair_density_.known(a, b);
}
Correlators States::correlators(KnownPair const& pair, Tick now, int frame) const {
  return kind_ == StoreKind::bell_diagonal ? bell_diagonal_.correlators(pair, now, frame) : pair_density_.correlators(pair, now, frame);
}
DeviceId States::device(QubitId q) const {
  if (promoted(q)) [[unlikely]] return density_.device(in_clusters(q));
  return on_store(*this, [&](auto const& store) { return store.device(q); });
}
Tick States::since(QubitId q) const {
  if (promoted(q)) [[unlikely]] return density_.since(in_clusters(q));
  return on_store(*this, [&](auto const& store) { return store.since(q); });
}
Tick States::origin(QubitId q) const {
  if (promoted(q)) [[unlikely]] return density_.origin(in_clusters(q));
  return on_store(*this, [&](auto const& store) { return store.origin(q); });
}
std::size_t States::live() const {
  return on_store(*this, [&](auto const& store) { return store.live(); }) + promoted_;
}

}  // namespace farbell
