// The store of a run whose states are density matrices, or kets that follow one quantum trajectory, of clusters of qubits of any size
// that fits. The contract is that of PairStore (pair_store.hpp), any noise included. Equations: docs/physics/exact_states.md.
//
// Density matrices draw nothing but outcomes. Kets draw every error from streams of the qubits' own, so that no draw depends on what
// happens to other clusters in the same tick; what is read of them is their density matrix after the decay that is not yet drawn.
#pragma once
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "farbell/engine/philox.hpp"
#include "farbell/state/density.hpp"
#include "farbell/state/ghz.hpp"
#include "farbell/state/ket.hpp"
#include "farbell/state/pair_store.hpp"

namespace farbell {

template <class State>
class ClusterStore {
 public:
  static constexpr bool sampled = std::is_same_v<State, KetState>;
  static constexpr Capabilities capabilities{sampled ? "ket" : "density", true, true, true, sampled ? 20 : 12};
  using PauliOn = std::pair<QubitId, int>;

  ClusterStore(std::vector<Device> const& devices, Clock clock, bool pauli_twirl, std::uint64_t replica = 0);

  QubitPair create_pair(Correlations const& state, DeviceId device_a, Tick since_a, DeviceId device_b, Tick since_b,
                        std::uint64_t noise_key = 0);
  // A pair that comes from another store.
  QubitPair take_in(LeavingPair const& pair);
  QubitId take_in(LeavingQubit const& qubit);
  // A qubit in |0>.
  QubitId create_qubit(DeviceId device, Tick since, std::uint64_t noise_key = 0);

  int bell_measure(QubitId b, QubitId c, Tick now, double u);
  DistillationOutcome distil(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame, int used_frame, Tick now,
                             double u);
  void release(QubitId q);
  int measure(QubitId q, Basis basis, Tick now, double u);
  void transfer(QubitId q, DeviceId to, BlochMap const& errors, Tick now);
  void apply_pauli(QubitId q, int pauli, Tick now);
  // A change of the frame: no gate, no errors.
  void reframe(QubitId q, int pauli, Tick now);

  // Gates with the errors of the (first) qubit's device; two qubits become one cluster. Throws RunError where it would be too large.
  void apply(Gate gate, QubitId q, Tick now, double angle = 0);
  void apply(Gate gate, QubitId a, QubitId b, Tick now);

  double expectation(QubitId a, QubitId b, int i, int j, Tick now) const;
  // Of a product of Paulis on qubits of one cluster.
  double expectation(std::vector<PauliOn> const& paulis, Tick now) const;
  Correlators correlators(QubitId a, QubitId b, Tick now, int frame) const;
  std::array<double, 4> bloch(QubitId q, Tick now) const;
  std::array<double, 4> bell_probabilities(QubitId b, QubitId c, Tick now) const;
  std::array<double, 4> distillation_probabilities(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame,
                                                   int used_frame, Tick now) const;
  // The density matrix of qubits of one cluster, in this order.
  DensityState reduced(std::vector<QubitId> const& qubits, Tick now) const;

  // Of qubits of one cluster, as many as a density matrix holds.
  double ghz_fidelity(std::vector<QubitId> const& qubits, PauliFrame const& frame, Tick now) const {
    return farbell::ghz_fidelity(reduced(qubits, now), frame);
  }
  double graph_fidelity(std::vector<QubitId> const& qubits, Edges const& edges, PauliFrame const& frame, Tick now) const {
    return farbell::graph_fidelity(reduced(qubits, now), edges, frame);
  }

  // In a cluster of more than two, the partner is one of the others.
  bool paired(QubitId q) const { return bool(partner(q)); }
  QubitId partner(QubitId q) const;
  DeviceId device(QubitId q) const { return DeviceId(live_row(q).device); }
  Tick since(QubitId q) const { return live_row(q).since; }
  Tick origin(QubitId q) const { return live_row(q).origin; }
  std::size_t live() const { return live_; }
  AttemptsSeen& attempts() { return attempts_; }

 private:
  static constexpr std::uint32_t none = QubitId::none_value;

  struct Qubit {
    Tick since{}, origin{};        // as in PairStore
    std::uint64_t key = 0;         // of its stream of errors
    std::uint32_t draws = 0;
    std::uint32_t device = 0;
    std::uint32_t cluster = none;  // none: this row is free
    std::uint32_t position = 0;    // in the cluster; in a free row: the next free one
  };
  struct Cluster {
    std::optional<State> state;    // none: this row is free
    std::vector<std::uint32_t> qubits;
  };

  Qubit const& live_row(QubitId q) const {
    if (q.value >= qubits_.size() || qubits_[q.value].cluster == none) [[unlikely]]
      throw_no_qubit(q);
    return qubits_[q.value];
  }
  Qubit& live_row(QubitId q) { return const_cast<Qubit&>(static_cast<ClusterStore const*>(this)->live_row(q)); }
  DeviceModel const& model(Qubit const& q) const { return devices_[q.device]; }
  std::size_t name(Qubit const& q) const { return static_cast<std::size_t>(&q - qubits_.data()); }
  BlochMap decay_map(Qubit const& q, Tick now) const {
    if (attempts_) [[unlikely]] return model(q).decay.map(q.since, q.origin, now, attempts_.since(name(q)));
    return model(q).decay.map(q.since, q.origin, now);
  }
  void up_to_date(Qubit& q, Tick now) {
    if (q.since < now) q.since = now;
    if (attempts_) [[unlikely]] attempts_.up_to_date(name(q));
  }
  State& state(Qubit const& q) { return *clusters_[q.cluster].state; }
  State const& state(Qubit const& q) const { return *clusters_[q.cluster].state; }
  // The next numbers of a qubit's stream.
  auto stream(Qubit& q) {
    return [this, &q] {
      const Block b = philox4x32(q.key, q.draws++, replica_);
      return uniform(b.w[0], b.w[1]);
    };
  }

  std::uint32_t take_qubit(DeviceId device, Tick since, std::uint64_t key);
  std::uint32_t add_cluster(State state, std::vector<std::uint32_t> qubits);
  // The qubit's factor has left the state already.
  void drop_qubit(std::uint32_t q);
  void merge(std::uint32_t a, std::uint32_t b);
  void decay_to(Qubit& q, Tick now);
  void require_pair(QubitPair pair) const;
  // The gates of a round of distillation; the state is that of the kept pair, then the used one, whose read-out is to follow.
  State after_gates(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame, int used_frame, Tick now);

  std::vector<DeviceModel> devices_;
  std::uint64_t replica_;
  AttemptsSeen attempts_;
  std::vector<Qubit> qubits_;
  std::vector<Cluster> clusters_;
  std::vector<std::uint32_t> free_clusters_;
  std::uint32_t free_qubit_ = none;
  std::size_t live_ = 0;
};

using DensityStore = ClusterStore<DensityState>;
using KetStore = ClusterStore<KetState>;

extern template class ClusterStore<DensityState>;
extern template class ClusterStore<KetState>;

}  // namespace farbell
