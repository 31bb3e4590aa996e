#include "farbell/state/cluster_store.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "farbell/base/errors.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/matrices.hpp"
#include "farbell/state/pauli_noise.hpp"

namespace farbell {
namespace {

// ---- what density matrices do exactly, kets by drawing numbers ------------------------------------------------------------------------

constexpr Gate pauli_gates[] = {Gate::i, Gate::x, Gate::y, Gate::z};

bool does_nothing(BlochMap const& m) { return m.ax == 1 && m.ay == 1 && m.az == 1 && m.tz == 0; }

// From the eigenvectors of the Choi matrix, the sum of |i><j| (x) E(|i><j|).
Channel channel_of(BlochMap const& m) {
  Matrix4c choi{};
  for (int i = 0; i < 2; ++i) {
    const double z = i == 0 ? m.tz + m.az : m.tz - m.az;
    choi[10 * i] = (1 + z) / 2;
    choi[10 * i + 5] = (1 - z) / 2;
  }
  choi[3] = choi[12] = (m.ax + m.ay) / 2;
  choi[6] = choi[9] = (m.ax - m.ay) / 2;
  const Eigensystem4 system = eigensystem(choi);
  std::vector<Matrix> kraus;
  for (int k = 3; k >= 0; --k) {
    if (system.values[k] <= 0) continue;
    const double root = std::sqrt(system.values[k]);
    const auto& v = system.vectors[k];
    Matrix operation(2, 2);
    operation << root * v[0], root * v[2], root * v[1], root * v[3];
    kraus.push_back(operation);
  }
  return Channel(std::move(kraus));
}

void decay(DensityState& state, int at, BlochMap const& m, auto&&) {
  if (!does_nothing(m)) state.decay(at, m);
}
void decay(KetState& state, int at, BlochMap const& m, auto&& draw) {
  if (does_nothing(m)) return;
  if (m.tz != 0) {
    state.apply(channel_of(m), std::span(&at, 1), draw());
    return;
  }
  if (const int pauli = sample(pauli_probabilities(m.ax, m.ay, m.az), draw()); pauli != 0) state.apply(pauli_gates[pauli], std::span(&at, 1));
}

// Maximally mixed: every product of Paulis is as likely.

void depolarise(DensityState& state, std::vector<int> const& at, double reliability, auto&&) { state.depolarise(at, reliability); }
void depolarise(KetState& state, std::vector<int> const& at, double reliability, auto&& draw) {
  if (reliability == 1) return;
  const double u = draw();
  if (u < reliability) return;
  const int all = 1 << (2 * at.size());
  int product = std::min(all - 1, static_cast<int>(all * (u - reliability) / (1 - reliability)));
  for (int position : at) {
    state.apply(pauli_gates[product & 3], std::span(&position, 1));
    product >>= 2;
  }
}

std::array<double, 4> bell_products(DensityState const& state, int b, int c) { return state.bell_products(b, c); }
std::array<double, 4> bell_products(KetState const& state, int b, int c) {
  const int pair[]{b, c};
  return state.kept(pair).bell_products(0, 1);
}

// Both qubits leave.
void bell_collapse(DensityState& state, int b, int c, std::array<double, 4> const& weights, double p, auto&&) {
  state.bell_collapse(b, c, weights, p);
}
// The POVM element is a mixture of projectors on Bell states: which of them it was is drawn.
void bell_collapse(KetState& state, int b, int c, std::array<double, 4> const& weights, double p, auto&& draw) {
  const auto t = bell_products(state, b, c);
  std::array<double, 4> share;
  for (int s = 0; s < 4; ++s) {
    double element = 0, population = 0;
    for (int k = 0; k < 4; ++k) {
      element += weights[k] * bell_signs[s][k] / 4;
      population += t[k] * bell_signs[s][k] / 4;
    }
    share[s] = element * population / p;
  }
  const int s = sample(share, draw());
  const int pair[]{b, c};
  state.apply(Gate::cx, pair);
  state.apply(Gate::h, std::span(&b, 1));
  state.drop(b, s & 1);
  state.drop(c > b ? c - 1 : c, s >> 1);
}

double mean_of(auto const& state, std::vector<PauliLetter> const& letters) {
  return state.expectation(PauliAction(state.factors(), letters));
}

// A qubit in an eigenstate leaves.
void drop(KetState& state, int at, Basis basis, int eigenstate) {
  if (basis == Basis::y) state.apply(Gate::s_dag, std::span(&at, 1));
  if (basis != Basis::z) state.apply(Gate::h, std::span(&at, 1));
  state.drop(at, eigenstate);
}

// One qubit is read, and leaves.
void read(DensityState& state, int at, Basis basis, ReadoutPovm const& povm, int bit, auto&&) { state.read(at, basis, povm, bit); }
// Which eigenstate it was behind the bit is drawn.
void read(KetState& state, int at, Basis basis, ReadoutPovm const& povm, int bit, auto&& draw) {
  const double mean = mean_of(state, {{at, pauli_of(basis)}});
  const double up = (povm.sum[bit] + povm.difference[bit]) * (1 + mean), down = (povm.sum[bit] - povm.difference[bit]) * (1 - mean);
  drop(state, at, basis, sample(std::array<double, 2>{up / (up + down), down / (up + down)}, draw()));
}

// Two qubits read in Z: the means of Z on each and on both, and the probabilities of the bits (a's + 2 * b's).
struct TwoReadouts {
  int a, b;
  ReadoutPovm povm_a, povm_b;
  double za, zb, zz;

  TwoReadouts(auto const& state, int at_a, int at_b, ReadoutPovm const& readout_a, ReadoutPovm const& readout_b)
      : a(at_a), b(at_b), povm_a(readout_a), povm_b(readout_b), za(mean_of(state, {{a, 3}})), zb(mean_of(state, {{b, 3}})),
        zz(mean_of(state, {{a, 3}, {b, 3}})) {}

  std::array<double, 4> probabilities() const {
    std::array<double, 4> p;
    for (int bits = 0; bits < 4; ++bits) {
      const double sa = povm_a.sum[bits & 1], da = povm_a.difference[bits & 1], sb = povm_b.sum[bits >> 1], db = povm_b.difference[bits >> 1];
      p[bits] = (sa * sb + da * sb * za + sa * db * zb + da * db * zz) / 4;
    }
    return p;
  }
  // Of the eigenstates behind the bits.
  std::array<double, 4> shares(int bits) const {
    std::array<double, 4> p;
    double sum = 0;
    for (int truth = 0; truth < 4; ++truth) {
      const int ta = truth & 1 ? -1 : 1, tb = truth >> 1 ? -1 : 1;
      p[truth] = (povm_a.sum[bits & 1] + ta * povm_a.difference[bits & 1]) * (povm_b.sum[bits >> 1] + tb * povm_b.difference[bits >> 1]) *
                 std::max(0.0, 1 + ta * za + tb * zb + ta * tb * zz);
      sum += p[truth];
    }
    for (double& x : p) x /= sum;
    return p;
  }
};

// Both leave; the later factor first, so that the other stays where it is.
void read(DensityState& state, TwoReadouts const& two, int bits, auto&&) {
  const auto one = [&](bool is_b) { state.read(is_b ? two.b : two.a, Basis::z, is_b ? two.povm_b : two.povm_a, is_b ? bits >> 1 : bits & 1); };
  one(two.b > two.a);
  one(two.b < two.a);
}
void read(KetState& state, TwoReadouts const& two, int bits, auto&& draw) {
  const int truth = sample(two.shares(bits), draw());
  const auto one = [&](bool is_b) { drop(state, is_b ? two.b : two.a, Basis::z, is_b ? truth >> 1 : truth & 1); };
  one(two.b > two.a);
  one(two.b < two.a);
}

void trace_out(DensityState& state, int at, auto&&) { state.trace_out(at); }
void trace_out(KetState& state, int at, auto&& draw) {
  const auto p = state.level_probabilities(at);
  state.drop(at, sample(std::array<double, 2>{p[0], 1 - p[0]}, draw()));
}

DensityState pair_in(Correlations const& r, DensityState const*, auto&&) { return DensityState(r); }
// An eigenvector, drawn with its eigenvalue.
KetState pair_in(Correlations const& r, KetState const*, auto&& draw) {
  if (is_bell_diagonal(r)) {
    const auto weights = bell_weights(r);
    int bell = 0;
    while (bell < 4 && weights[bell] != 1) ++bell;
    if (bell == 4) bell = sample(weights, draw());
    const double h = std::sqrt(0.5), sign = bell & 1 ? -h : h;
    return KetState(Subsystems::qubits(2), bell >> 1 ? std::vector<Complex>{0, h, sign, 0} : std::vector<Complex>{h, 0, 0, sign});
  }
  const Eigensystem4 system = eigensystem(density_matrix_of(r));
  std::array<double, 4> p;
  for (int k = 0; k < 4; ++k) p[k] = std::max(0.0, system.values[3 - k]);
  const int chosen = p[0] > 1 - probability_slack ? 0 : sample(p, draw());
  const auto& v = system.vectors[3 - chosen];
  return KetState(Subsystems::qubits(2), {v[0], v[1], v[2], v[3]});
}

// Weights of the Bell states after the random rotations that leave the one of this frame alone.
std::array<double, 4> twirled_weights(DensityState const& pair, int frame) {
  const auto t = pair.bell_products(0, 1);
  double fidelity = 0;
  for (int k = 0; k < 4; ++k) fidelity += t[k] * bell_signs[frame][k] / 4;
  std::array<double, 4> weights;
  weights.fill((1 - fidelity) / 3);
  weights[frame] = fidelity;
  return weights;
}
DensityState twirled_pair(DensityState const& pair, int frame, auto&&) { return DensityState(bell_mixture(twirled_weights(pair, frame))); }
KetState twirled_pair(KetState const& pair, int frame, auto&& draw) {
  const int both[]{0, 1};
  return pair_in(bell_mixture(twirled_weights(pair.kept(both), frame)), &pair, draw);
}

}  // namespace

template <class State>
ClusterStore<State>::ClusterStore(std::vector<Device> const& devices, Clock clock, bool pauli_twirl, std::uint64_t replica)
    : replica_(replica) {
  for (Device const& d : devices) devices_.emplace_back(d, clock, pauli_twirl);
}

// ---- qubits and clusters --------------------------------------------------------------------------------------------------------------

template <class State>
std::uint32_t ClusterStore<State>::take_qubit(DeviceId device, Tick since, std::uint64_t key) {
  ++live_;
  std::uint32_t q = free_qubit_;
  if (q == none) {
    q = static_cast<std::uint32_t>(qubits_.size());
    qubits_.emplace_back();
  } else {
    free_qubit_ = qubits_[q].position;
  }
  qubits_[q] = {since, since, key, 0, device.value, none, 0};
  return q;
}

template <class State>
std::uint32_t ClusterStore<State>::add_cluster(State state, std::vector<std::uint32_t> qubits) {
  std::uint32_t row = static_cast<std::uint32_t>(clusters_.size());
  if (free_clusters_.empty()) {
    clusters_.emplace_back();
  } else {
    row = free_clusters_.back();
    free_clusters_.pop_back();
  }
  for (std::uint32_t i = 0; i < qubits.size(); ++i) {
    qubits_[qubits[i]].cluster = row;
    qubits_[qubits[i]].position = i;
  }
  clusters_[row].state.emplace(std::move(state));
  clusters_[row].qubits = std::move(qubits);
  return row;
}

template <class State>
void ClusterStore<State>::drop_qubit(std::uint32_t q) {
  Cluster& cluster = clusters_[qubits_[q].cluster];
  cluster.qubits.erase(cluster.qubits.begin() + qubits_[q].position);
  for (std::uint32_t i = qubits_[q].position; i < cluster.qubits.size(); ++i) qubits_[cluster.qubits[i]].position = i;
  if (cluster.qubits.empty()) {
    cluster.state.reset();
    free_clusters_.push_back(qubits_[q].cluster);
  }
  qubits_[q].cluster = none;
  qubits_[q].position = free_qubit_;
  free_qubit_ = q;
  --live_;
}

template <class State>
void ClusterStore<State>::merge(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t to = qubits_[a].cluster, from = qubits_[b].cluster;
  if (to == from) return;
  require_room(clusters_[to].qubits.size() + clusters_[from].qubits.size(), capabilities);
  clusters_[to].state = clusters_[to].state->tensor(*clusters_[from].state);
  for (std::uint32_t q : clusters_[from].qubits) {
    qubits_[q].cluster = to;
    qubits_[q].position = static_cast<std::uint32_t>(clusters_[to].qubits.size());
    clusters_[to].qubits.push_back(q);
  }
  clusters_[from] = {};
  free_clusters_.push_back(from);
}

template <class State>
QubitPair ClusterStore<State>::create_pair(Correlations const& r, DeviceId device_a, Tick since_a, DeviceId device_b, Tick since_b,
                                           std::uint64_t noise_key) {
  State state = pair_in(r, static_cast<State const*>(nullptr), [&] {
    const Block b = philox4x32(noise_key, 0, replica_);
    return uniform(b.w[0], b.w[1]);
  });
  const std::uint32_t a = take_qubit(device_a, since_a, splitmix64(noise_key)), b = take_qubit(device_b, since_b, splitmix64(~noise_key));
  add_cluster(std::move(state), {a, b});
  return {QubitId(a), QubitId(b)};
}

template <class State>
QubitPair ClusterStore<State>::take_in(LeavingPair const& pair) {
  const QubitPair taken = create_pair(pair.state, pair.a.device, pair.a.since, pair.b.device, pair.b.since);
  qubits_[taken.a.value].origin = pair.a.origin;
  qubits_[taken.b.value].origin = pair.b.origin;
  return taken;
}

template <class State>
QubitId ClusterStore<State>::take_in(LeavingQubit const& qubit) {
  const QubitPair taken = create_pair(qubit.state, qubit.waits.device, qubit.waits.since, qubit.waits.device, qubit.waits.since);
  qubits_[taken.a.value].origin = qubit.waits.origin;
  release(taken.b);
  return taken.a;
}

template <class State>
QubitId ClusterStore<State>::create_qubit(DeviceId device, Tick since, std::uint64_t noise_key) {
  const std::uint32_t q = take_qubit(device, since, splitmix64(noise_key));
  add_cluster(State(Subsystems::qubits(1)), {q});
  return QubitId(q);
}

template <class State>
QubitId ClusterStore<State>::partner(QubitId q) const {
  Qubit const& row = live_row(q);
  auto const& others = clusters_[row.cluster].qubits;
  return others.size() > 1 ? QubitId(others[row.position == 0 ? 1 : 0]) : QubitId{};
}

template <class State>
void ClusterStore<State>::decay_to(Qubit& q, Tick now) {
  decay(state(q), static_cast<int>(q.position), decay_map(q, now), stream(q));
  up_to_date(q, now);
}

// ---- operations -----------------------------------------------------------------------------------------------------------------------

template <class State>
int ClusterStore<State>::bell_measure(QubitId b, QubitId c, Tick now, double u) {
  Qubit &qb = live_row(b), &qc = live_row(c);
  if (b == c) throw_no_pair(b, c);
  merge(b.value, c.value);
  decay_to(qb, now);
  decay_to(qc, now);
  const BellPovm povm(model(qb), model(qc));
  const int at_b = static_cast<int>(qb.position), at_c = static_cast<int>(qc.position);
  const auto p = povm.probabilities(bell_products(state(qb), at_b, at_c));
  const int outcome = sample(p, u);
  bell_collapse(state(qb), at_b, at_c, povm.weights(outcome), p[outcome], stream(qb));
  drop_qubit(b.value);
  drop_qubit(c.value);
  return outcome;
}

template <class State>
void ClusterStore<State>::require_pair(QubitPair pair) const {
  const Qubit& a = live_row(pair.a);
  live_row(pair.b);
  if (clusters_[a.cluster].qubits.size() != 2 || partner(pair.a) != pair.b) throw_no_pair(pair.a, pair.b);
}

// The gates of a round; the state is that of kept.a, kept.b, used.a, used.b.
template <class State>
State ClusterStore<State>::after_gates(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame, int used_frame,
                                       Tick now) {
  require_pair(kept);
  require_pair(used);
  if (live_row(kept.a).cluster == live_row(used.a).cluster) throw_no_pair(kept.a, used.a);
  const auto prepared = [&](QubitPair pair, int frame) {
    Qubit &a = live_row(pair.a), &b = live_row(pair.b);
    State s = state(a);
    decay(s, static_cast<int>(a.position), decay_map(a, now), stream(a));
    decay(s, static_cast<int>(b.position), decay_map(b, now), stream(b));
    // Noise of single-qubit gates comes with the rotations and the twirl.
    if (protocol == DistillationProtocol::bbpssw) s = twirled_pair(s, frame, stream(a));
    if (protocol == DistillationProtocol::dejmps) {
      const int at_a = static_cast<int>(a.position), at_b = static_cast<int>(b.position);
      s.apply(Gate::sqrt_x, std::span(&at_a, 1));
      s.apply(Gate::sqrt_x_dag, std::span(&at_b, 1));
    }
    if (protocol != DistillationProtocol::epl)
      for (QubitId q : {pair.a, pair.b})
        depolarise(s, {static_cast<int>(live_row(q).position)}, model(live_row(q)).single_qubit_reliability, stream(live_row(q)));
    return s;
  };
  State round = prepared(kept, kept_frame).tensor(prepared(used, used_frame));
  const auto at = [&](QubitId q, bool is_used) { return static_cast<int>(live_row(q).position) + 2 * is_used; };
  for (auto [control, target] : {std::pair{kept.a, used.a}, std::pair{kept.b, used.b}}) {
    const std::vector<int> both{at(control, false), at(target, true)};
    round.apply(Gate::cx, both);
    depolarise(round, both, model(live_row(control)).two_qubit_reliability, stream(live_row(control)));
  }
  return round;
}

template <class State>
DistillationOutcome ClusterStore<State>::distil(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame,
                                                int used_frame, Tick now, double u) {
  State round = after_gates(protocol, kept, used, kept_frame, used_frame, now);
  const auto at = [&](QubitId q) { return static_cast<int>(live_row(q).position) + 2; };
  const TwoReadouts two = TwoReadouts(round, at(used.a), at(used.b), model(live_row(used.a)).readout, model(live_row(used.b)).readout);
  const int bits = sample(two.probabilities(), u);
  read(round, two, bits, stream(live_row(used.a)));
  state(live_row(kept.a)) = std::move(round);
  for (QubitId q : {kept.a, kept.b})
    up_to_date(live_row(q), now);
  drop_qubit(used.a.value);
  drop_qubit(used.b.value);
  return distillation_outcome(protocol, kept_frame, used_frame, bits);
}

template <class State>
void ClusterStore<State>::release(QubitId q) {
  Qubit& row = live_row(q);
  if (clusters_[row.cluster].qubits.size() > 1) trace_out(state(row), static_cast<int>(row.position), stream(row));
  drop_qubit(q.value);
}

template <class State>
int ClusterStore<State>::measure(QubitId q, Basis basis, Tick now, double u) {
  Qubit& row = live_row(q);
  decay_to(row, now);
  const ReadoutPovm& povm = model(row).readout;
  const int at = static_cast<int>(row.position);
  const double mean = mean_of(state(row), {{at, pauli_of(basis)}});
  const double zero = checked_probability((povm.sum[0] + povm.difference[0] * mean) / 2);
  const int bit = sample(std::array<double, 2>{zero, 1 - zero}, u);
  if (clusters_[row.cluster].qubits.size() > 1) read(state(row), at, basis, povm, bit, stream(row));
  drop_qubit(q.value);
  return bit;
}

template <class State>
void ClusterStore<State>::transfer(QubitId q, DeviceId to, BlochMap const& errors, Tick now) {
  Qubit& row = live_row(q);
  decay_to(row, now);
  decay(state(row), static_cast<int>(row.position), errors, stream(row));
  row.origin = row.since;
  row.device = to.value;
}

template <class State>
void ClusterStore<State>::apply_pauli(QubitId q, int pauli, Tick now) {
  apply(pauli_gates[pauli], q, now);
}

template <class State>
void ClusterStore<State>::reframe(QubitId q, int pauli, Tick now) {
  Qubit& row = live_row(q);
  decay_to(row, now);
  const int at = static_cast<int>(row.position);
  state(row).apply(pauli_gates[pauli], std::span(&at, 1));
}

template <class State>
void ClusterStore<State>::apply(Gate gate, QubitId q, Tick now, double angle) {
  Qubit& row = live_row(q);
  decay_to(row, now);
  const int at = static_cast<int>(row.position);
  state(row).apply(gate, std::span(&at, 1), angle);
  depolarise(state(row), {at}, model(row).single_qubit_reliability, stream(row));
}

template <class State>
void ClusterStore<State>::apply(Gate gate, QubitId a, QubitId b, Tick now) {
  Qubit &qa = live_row(a), &qb = live_row(b);
  if (a == b) throw_no_pair(a, b);
  merge(a.value, b.value);
  decay_to(qa, now);
  decay_to(qb, now);
  const std::vector<int> both{static_cast<int>(qa.position), static_cast<int>(qb.position)};
  state(qa).apply(gate, both);
  depolarise(state(qa), both, model(qa).two_qubit_reliability, stream(qa));
}

// ---- reading: changes nothing ---------------------------------------------------------------------------------------------------------

template <class State>
DensityState ClusterStore<State>::reduced(std::vector<QubitId> const& qubits, Tick now) const {
  const Qubit& first = live_row(qubits[0]);
  std::vector<int> positions;
  for (QubitId q : qubits) {
    if (live_row(q).cluster != first.cluster) throw_no_pair(qubits[0], q);
    positions.push_back(static_cast<int>(live_row(q).position));
  }
  DensityState out = state(first).kept(positions);
  for (std::size_t i = 0; i < qubits.size(); ++i) {
    const Qubit& q = live_row(qubits[i]);
    decay(out, static_cast<int>(i), decay_map(q, now), [] { return 0.0; });
  }
  return out;
}

template <class State>
double ClusterStore<State>::expectation(std::vector<PauliOn> const& paulis, Tick now) const {
  std::vector<QubitId> qubits;
  std::vector<PauliLetter> letters;
  for (auto [q, pauli] : paulis) {
    if (pauli != 0) letters.push_back({static_cast<int>(qubits.size()), pauli});
    qubits.push_back(q);
  }
  const DensityState rho = reduced(qubits, now);
  return letters.empty() ? 1 : mean_of(rho, letters);
}

template <class State>
double ClusterStore<State>::expectation(QubitId a, QubitId b, int i, int j, Tick now) const {
  return expectation({{a, i}, {b, j}}, now);
}

template <class State>
Correlators ClusterStore<State>::correlators(QubitId a, QubitId b, Tick now, int frame) const {
  const auto t = reduced({a, b}, now).bell_products(0, 1);
  return Correlators::corrected(t[1], t[2], t[3], frame);
}

template <class State>
std::array<double, 4> ClusterStore<State>::bloch(QubitId q, Tick now) const {
  const DensityState rho = reduced({q}, now);
  std::array<double, 4> r{1, 0, 0, 0};
  for (int k = 1; k < 4; ++k) r[k] = mean_of(rho, {{0, k}});
  return r;
}

template <class State>
std::array<double, 4> ClusterStore<State>::bell_probabilities(QubitId b, QubitId c, Tick now) const {
  const Qubit &qb = live_row(b), &qc = live_row(c);
  std::array<double, 4> t{1, 0, 0, 0};
  if (qb.cluster == qc.cluster) {
    t = reduced({b, c}, now).bell_products(0, 1);
  } else {
    const auto left = bloch(b, now), right = bloch(c, now);
    for (int k = 1; k < 4; ++k) t[k] = left[k] * right[k];
  }
  return BellPovm(model(qb), model(qc)).probabilities(t);
}

template <class State>
std::array<double, 4> ClusterStore<State>::distillation_probabilities(DistillationProtocol protocol, QubitPair kept, QubitPair used,
                                                                      int kept_frame, int used_frame, Tick now) const {
  const auto at = [&](QubitId q) { return static_cast<int>(live_row(q).position) + 2; };
  ClusterStore trial = *this;
  const State round = trial.after_gates(protocol, kept, used, kept_frame, used_frame, now);
  return TwoReadouts(round, at(used.a), at(used.b), model(live_row(used.a)).readout, model(live_row(used.b)).readout).probabilities();
}

template class ClusterStore<DensityState>;
template class ClusterStore<KetState>;

}  // namespace farbell
