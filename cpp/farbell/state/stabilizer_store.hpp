// The store of a run whose states are stabilizer states: one trajectory of the Pauli noise is sampled, and clusters of up to 64 qubits
// are held. The contract is that of PairStore (pair_store.hpp). Equations: docs/physics/stabilizer_states.md.
//
// Two qubits in a Bell state are two bits, a qubit by itself an axis and a sign; a tableau is made when something else happens.
// Outcomes are drawn from the Born probabilities at the time, decay not yet sampled included, by the caller's u; the errors are drawn
// from the qubits' own streams, given the outcome. So no draw depends on what happens to other clusters in the same tick.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "farbell/engine/philox.hpp"
#include "farbell/state/ghz.hpp"
#include "farbell/state/pair_store.hpp"
#include "farbell/state/stabilizer.hpp"

namespace farbell {

class StabilizerStore {
 public:
  static constexpr Capabilities capabilities{"stabilizer", false, false, false, StabilizerCluster::capacity};
  using PauliOn = std::pair<QubitId, int>;

  StabilizerStore(std::vector<Device> const& devices, Clock clock, bool pauli_twirl, std::uint64_t replica = 0);

  // Which Bell state of the mixture it is, and all errors of the two qubits, are drawn from streams of this key.
  QubitPair create_pair(Correlations const& state, DeviceId device_a, Tick since_a, DeviceId device_b, Tick since_b,
                        std::uint64_t noise_key = 0);
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
  void reframe(QubitId q, int pauli, Tick) { flip(live_row(q), pauli); }

  // Clifford gates with the errors of the (first) qubit's device; two qubits become one cluster.
  void apply(Gate gate, QubitId q, Tick now, double angle = 0);
  void apply(Gate gate, QubitId a, QubitId b, Tick now);
  // The parity of a product of Paulis on different qubits, by an ideal measurement; all qubits stay.
  int measure_pauli(std::vector<PauliOn> const& paulis, Tick now, double u);

  // Of the sampled state, times the decay that has not been sampled yet: averages over runs are those of the density matrix.
  double expectation(QubitId a, QubitId b, int i, int j, Tick now) const;
  double expectation(std::vector<PauliOn> const& paulis, Tick now) const;
  Correlators correlators(QubitId a, QubitId b, Tick now, int frame) const;
  std::array<double, 4> bloch(QubitId q, Tick now) const;
  std::array<double, 4> bell_probabilities(QubitId b, QubitId c, Tick now) const;
  std::array<double, 4> distillation_probabilities(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame,
                                                   int used_frame, Tick now) const;

  // Of a GHZ state up to Paulis, which is what fusing pairs makes; InternalError for any other.
  double ghz_fidelity(std::vector<QubitId> const& qubits, PauliFrame const& frame, Tick now) const;
  // Of a graph state up to Paulis. Its decay up to `now` is sampled first: the fidelity is 1 or 0.
  double graph_fidelity(std::vector<QubitId> const& qubits, Edges const& edges, PauliFrame const& frame, Tick now);

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

  enum class Kind : std::uint8_t { free, pair, single, cluster };

  struct Qubit {
    Tick since{}, origin{};        // as in PairStore
    std::uint64_t key = 0;         // its stream of errors has the key splitmix64 of this
    std::uint32_t draws = 0;
    std::uint32_t device = 0;
    std::uint32_t other = none;    // pair: the partner; cluster: its row; free: the next free one
    Kind kind = Kind::free;
    std::uint8_t frame = 0;        // pair: the xor of the two frames is the Bell index
    std::uint8_t axis = 0;         // single: Pauli of which it is an eigenstate; 0: maximally mixed, its partner was traced out
    bool negative = false;         // single
    std::uint8_t position = 0;     // in its cluster
  };
  struct Cluster {
    StabilizerCluster tableau;
    std::array<std::uint32_t, StabilizerCluster::capacity> qubits;
  };
  struct DeviceRow : DeviceModel {
    bool ideal;      // neither gates nor read-out err
    bool noiseless;  // and nothing decays
  };
  // Two pairs before the CNOTs of a round of distillation.
  struct Round {
    BellDiagonal kept, used;
    DistillationNoise noise;
  };
  // Factors of <X>, <Y>, <Z> by Pauli index.
  using Factors = std::array<double, 4>;

  Qubit const& live_row(QubitId q) const {
    if (q.value >= qubits_.size() || qubits_[q.value].kind == Kind::free) [[unlikely]]
      throw_no_qubit(q);
    return qubits_[q.value];
  }
  Qubit& live_row(QubitId q) { return const_cast<Qubit&>(static_cast<StabilizerStore const*>(this)->live_row(q)); }
  DeviceRow const& model(Qubit const& q) const { return devices_[q.device]; }
  std::size_t name(Qubit const& q) const { return static_cast<std::size_t>(&q - qubits_.data()); }
  bool noiseless(Qubit const& q) const { return model(q).noiseless && !attempts_; }
  Factors decay(Qubit const& q, Tick now) const {
    const BlochMap m = model(q).decay.map(q.since, q.origin, now, attempts_ ? attempts_.since(name(q)) : 0);
    return {1, m.ax, m.ay, m.az};
  }

  std::uint32_t take_qubit(DeviceId device, Tick since, std::uint64_t key);
  void drop_qubit(std::uint32_t q);
  double draw(Qubit& q) {
    const Block b = philox4x32(splitmix64(q.key), q.draws++, replica_);
    return uniform(b.w[0], b.w[1]);
  }

  // The Pauli error that leaves these factors on average; certain ones draw nothing.
  int draw_pauli(Qubit& q, Factors const& f);
  void flip(Qubit& q, int pauli);
  void decay_to(Qubit& q, Tick now);
  void up_to_date(Qubit& q, Tick now) {
    if (q.since < now) q.since = now;
    if (attempts_) [[unlikely]] attempts_.up_to_date(name(q));
  }
  void require_clifford(Gate gate, int qubits) const;

  int bell_index(Qubit const& q) const { return q.frame ^ qubits_[q.other].frame; }
  void make_pair(std::uint32_t a, std::uint32_t b, int index);
  void make_single(Qubit& q, int axis, bool negative);

  // Expectation of one Pauli, and of one on each of two qubits, before decay.
  int expectation_of(Qubit const& q, int pauli) const;
  int expectation_of(QubitId a, QubitId b, int i, int j) const;
  bool unreadable(Qubit const& q) const { return q.kind == Kind::pair || (q.kind == Kind::single && q.axis == 0); }

  std::array<double, 4> bell_errors(Qubit const& b, Qubit const& c, Factors const& f) const;
  int draw_bell_error(Qubit& b, Qubit const& c, Factors const& f);
  void project_on_bell(QubitId b, QubitId c, int ideal);

  Round prepare(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame, int used_frame, Tick now) const;

  std::uint32_t cluster_of(std::uint32_t q);
  // Asked before anything is changed: then they can be merged.
  void require_room(std::span<const QubitId> qubits) const;
  std::uint32_t merge(std::uint32_t a, std::uint32_t b);
  // Takes a qubit in an eigenstate of Z out of its cluster; what is left may be a pair or a single qubit.
  void leave_cluster(std::uint32_t q);
  void settle(std::uint32_t row);

  std::vector<DeviceRow> devices_;
  std::uint64_t replica_;
  AttemptsSeen attempts_;
  std::vector<Qubit> qubits_;
  std::vector<Cluster> clusters_;
  std::vector<std::uint32_t> free_clusters_;
  std::uint32_t free_qubit_ = none;
  std::size_t live_ = 0;
};

}  // namespace farbell
