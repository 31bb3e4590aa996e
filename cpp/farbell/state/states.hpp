// The quantum states of a run, by qubit. One facade over the stores: every operation switches on the kind of store.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/state/bell.hpp"
#include "farbell/state/cluster_store.hpp"
#include "farbell/state/device.hpp"
#include "farbell/state/gates.hpp"
#include "farbell/state/ghz.hpp"
#include "farbell/state/pair_store.hpp"
#include "farbell/state/stabilizer_store.hpp"

namespace farbell {

enum class StoreKind : std::uint8_t { bell_diagonal, pair_density, stabilizer, density, ket };

Capabilities const& capabilities(StoreKind kind);
// What holds clusters of more than two qubits in a run with that store.
constexpr StoreKind cluster_store(StoreKind kind) {
  return kind == StoreKind::bell_diagonal || kind == StoreKind::pair_density ? StoreKind::density : kind;
}
constexpr bool holds_pairs_alone(StoreKind kind) { return kind == StoreKind::bell_diagonal || kind == StoreKind::pair_density; }
// Whether a run follows one trajectory of the noise: what is read of its states is right on average only.
constexpr bool is_sampled(StoreKind kind) { return kind == StoreKind::stabilizer || kind == StoreKind::ket; }

// Why a store cannot hold a device's noise, or a pair's initial state; empty if it can.
std::string cannot_hold(StoreKind kind, Device const& device, bool pauli_twirl);
std::string cannot_hold(StoreKind kind, Correlations const& state);

// Where a qubit is kept: in a memory of that model, at that node. Qubits without a node are a test's; all of them are together.
struct Place {
  constexpr Place(DeviceId device_, NodeId node_ = {}) : device(device_), node(node_) {}  // NOLINT: a device alone will do

  DeviceId device;
  NodeId node;
};

// What cannot be done is refused before anything is changed, with the qubits, their nodes and the tick: a qubit that is gone, qubits of
// two nodes in one gate or measurement (InternalError: a bug of a protocol), clusters that would be too large (RunError).
class States {
 public:
  using Pair = QubitPair;

  // Throws InternalError for a device that the store cannot hold: compile() asks cannot_hold first.
  // With `dephasing` qubits suffer from what their nodes do.
  States(StoreKind kind, std::vector<Device> const& devices, Clock clock, bool pauli_twirl, std::uint64_t replica = 0,
         InducedDephasing* dephasing = nullptr);

  // A pair exists from photon emission: each qubit waits in its device from its own tick on. Throws InternalError for a
  // state that the store cannot hold. Sampled stores draw the pair's errors from streams of this key.
  Pair create_pair(Correlations const& state, Place a, Tick since_a, Place b, Tick since_b, std::uint64_t noise_key = 0);

  // Bell measurement of b (control; its device gives the gate errors) and c; u in [0,1) chooses the outcome 0..3. Both are
  // released, their partners become a pair, or stay single where a partner was gone.
  int bell_measure(QubitId b, QubitId c, Tick now, double u);

  // One round of distillation (distillation.hpp): a's at one node, b's at the other, whose devices give the errors. The used pair is
  // released, the kept one stays whether or not it should be kept.
  DistillationOutcome distil(DistillationProtocol protocol, Pair kept, Pair used, int kept_frame, int used_frame, Tick now, double u);

  // Traces the qubit out; its partner lives on alone.
  void release(QubitId q);

  // Reads the qubit with its device's read-out errors and releases it; the partner collapses and lives on alone.
  int measure(QubitId q, Basis basis, Tick now, double u);

  // The qubit goes on in another device of its node, by an operation whose errors are Pauli errors; its coherence clock starts anew.
  void transfer(QubitId q, DeviceId to, BlochMap const& errors, Tick now);

  // Pauli gate (1 = X, 2 = Y, 3 = Z) with the device's single-qubit gate errors.
  void apply_pauli(QubitId q, int pauli, Tick now);
  // The same in the Pauli frame: no gate, and so neither time nor errors.
  void reframe(QubitId q, int pauli, Tick now);

  // Where the store holds pairs alone: the pair of q goes on, under the same names, in the density store. For gates, which it needs
  // before, and what they make; nothing else than a fidelity can then be read, and qubits be measured and released.
  // False if the store holds clusters itself.
  bool promote(QubitId q, Tick now);
  // A qubit in |0>.
  QubitId create_qubit(Place place, Tick since, std::uint64_t noise_key = 0);
  // Gates with the errors of the (first) qubit's device; two qubits become one cluster. What a store of pairs cannot hold after a gate is
  // promoted: two-qubit gates, and in the Bell-diagonal store gates other than Paulis. Throws RunError where it would be too large.
  void apply(Gate gate, QubitId q, Tick now, double angle = 0);
  void apply(Gate gate, QubitId a, QubitId b, Tick now);
  // Of a cluster to the GHZ state, the frame undone; reading changes nothing.
  double ghz_fidelity(std::vector<QubitId> qubits, PauliFrame const& frame, Tick now) const;
  // The same to the graph state; the stabilizer store samples the decay up to `now` for it.
  double graph_fidelity(std::vector<QubitId> qubits, Edges const& edges, PauliFrame const& frame, Tick now);

  bool paired(QubitId q) const;
  QubitId partner(QubitId q) const;

  // (1, <X>, <Y>, <Z>) of one qubit, whatever becomes of the others.
  std::array<double, 4> bloch(QubitId q, Tick now) const;

  // Frame-corrected correlators of a pair at `now`; reading changes nothing.
  Correlators correlators(QubitId a, QubitId b, Tick now, int frame) const;

  // A pair as it is; and the same at `now`, if nothing but decay has come to it since. In stores of pairs alone.
  KnownPair known(QubitId a, QubitId b) const;
  Correlators correlators(KnownPair const& pair, Tick now, int frame) const;
  // Into the cache: what is kept of a qubit, and then the state that it says it is part of. Only pairs are so many that it pays.
  void prefetch(QubitId q) const {
    if (kind_ == StoreKind::pair_density) pair_density_.prefetch(q);
  }
  void prefetch_state(QubitId q) const {
    if (kind_ == StoreKind::pair_density) pair_density_.prefetch_state(q);
  }

  DeviceId device(QubitId q) const;
  // Its node, or the last one that had a qubit of that name.
  NodeId node(QubitId q) const { return q.value < nodes_.size() ? nodes_[q.value] : NodeId{}; }
  Tick since(QubitId q) const;
  Tick origin(QubitId q) const;  // since when it has been in storage
  std::size_t live() const;
  StoreKind kind() const { return kind_; }

 private:
  template <class Operation>
  static auto on_store(auto& self, Operation operation);
  template <class Operation>
  static auto on_clusters(auto& self, Operation operation);
  void require_together(QubitId a, QubitId b, Tick now) const {
    if (node(a) != node(b)) [[unlikely]]
      throw_apart(a, b, now);
  }
  [[noreturn]] void throw_apart(QubitId a, QubitId b, Tick now) const;
  // What a store refuses, with the qubits' nodes and the tick. What is not refused pays nothing for it.
  [[noreturn]] void throw_placed(Tick now, QubitId a, QubitId b) const;
  template <class Operation>
  auto placed(Tick now, QubitId a, QubitId b, Operation operation) const;
  bool promoted(QubitId q) const { return promoted_ > 0 && q.value < in_clusters_.size() && in_clusters_[q.value]; }
  QubitId in_clusters(QubitId q) const { return promoted(q) ? in_clusters_[q.value] : q; }
  void give_back(QubitId q);
  void name_promoted(QubitId name, QubitId there);

  [[gnu::cold]] void stored(QubitId q);

  StoreKind kind_;
  bool dephased_ = false;  // by attempts
  BellDiagonalStore bell_diagonal_;  // only the store of kind_ is ever filled, and the density store with what was promoted
  PairDensityStore pair_density_;
  StabilizerStore stabilizer_;
  DensityStore density_;
  KetStore ket_;
  std::vector<NodeId> nodes_;         // by name
  std::vector<QubitId> in_clusters_;  // by name: that of the density store, if it was promoted
  std::size_t promoted_ = 0;          // that live
};

}  // namespace farbell
