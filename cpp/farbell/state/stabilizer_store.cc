#include "farbell/state/stabilizer_store.hpp"

#include <algorithm>
#include <string>

#include "farbell/base/errors.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/pauli_noise.hpp"

namespace farbell {
namespace {

// Bell index of Phi+ after a Pauli on one side, and back.
constexpr std::uint8_t frame_of[4] = {0, 2, 3, 1};

// The gate that turns eigenstates of a Pauli into eigenstates of Z of the same sign.
constexpr Gate to_z[4] = {Gate::i, Gate::h, Gate::sqrt_x, Gate::i};

constexpr PauliProduct both(int a, int i, int b, int j) {
  const PauliProduct p = PauliProduct::single(a, i), q = PauliProduct::single(b, j);
  return {p.x | q.x, p.z | q.z, false};
}

// The index that is certain, or -1.
int certain(std::array<double, 4> const& p) {
  for (int k = 0; k < 4; ++k)
    if (p[k] == 1) return k;
  return -1;
}

}  // namespace

StabilizerStore::StabilizerStore(std::vector<Device> const& devices, Clock clock, bool pauli_twirl, std::uint64_t replica)
    : replica_(replica) {
  devices_.reserve(devices.size());
  for (Device const& d : devices) {
    require_holds(capabilities, d, pauli_twirl);
    const DeviceModel model(d, clock, pauli_twirl);
    const bool ideal = model.two_qubit_reliability == 1 && model.single_qubit_reliability == 1 && model.readout.difference[0] == 1;
    devices_.push_back({model, ideal, ideal && !model.decay.decays()});
  }
}

// ---- qubits --------------------------------------------------------------------------------------------------------

std::uint32_t StabilizerStore::take_qubit(DeviceId device, Tick since, std::uint64_t key) {
  ++live_;
  std::uint32_t q = free_qubit_;
  if (q == none) {
    q = static_cast<std::uint32_t>(qubits_.size());
    qubits_.emplace_back();
  } else {
    free_qubit_ = qubits_[q].other;
  }
  Qubit& row = qubits_[q];
  row.since = row.origin = since;
  row.key = key;
  row.draws = 0;
  row.device = device.value;
  return q;
}

void StabilizerStore::drop_qubit(std::uint32_t q) {
  --live_;
  qubits_[q].kind = Kind::free;
  qubits_[q].other = free_qubit_;
  free_qubit_ = q;
}

void StabilizerStore::make_pair(std::uint32_t a, std::uint32_t b, int index) {
  Qubit &qa = qubits_[a], &qb = qubits_[b];
  qa.kind = qb.kind = Kind::pair;
  qa.other = b;
  qb.other = a;
  qa.frame = static_cast<std::uint8_t>(index);
  qb.frame = 0;
}

void StabilizerStore::make_single(Qubit& q, int axis, bool negative) {
  q.kind = Kind::single;
  q.other = none;
  q.axis = static_cast<std::uint8_t>(axis);
  q.negative = negative;
}

QubitPair StabilizerStore::create_pair(Correlations const& r, DeviceId device_a, Tick since_a, DeviceId device_b, Tick since_b,
                                       std::uint64_t noise_key) {
  if (!is_bell_diagonal(r)) [[unlikely]]
    require_holds(capabilities, r);
  const auto weights = bell_weights(r);
  int index = certain(weights);
  if (index < 0) {
    const Block block = philox4x32(noise_key, 0, replica_);
    index = sample(weights, uniform(block.w[0], block.w[1]));
  }
  const std::uint32_t a = take_qubit(device_a, since_a, noise_key), b = take_qubit(device_b, since_b, ~noise_key);
  make_pair(a, b, index);
  return {QubitId(a), QubitId(b)};
}

QubitId StabilizerStore::create_qubit(DeviceId device, Tick since, std::uint64_t noise_key) {
  const std::uint32_t q = take_qubit(device, since, noise_key);
  make_single(qubits_[q], 3, false);
  return QubitId(q);
}

QubitId StabilizerStore::partner(QubitId q) const {
  Qubit const& row = live_row(q);
  if (row.kind == Kind::pair) return QubitId(row.other);
  if (row.kind == Kind::single) return {};
  Cluster const& cluster = clusters_[row.other];
  return QubitId(cluster.qubits[row.position == 0 && cluster.tableau.size() > 1 ? 1 : 0]);
}

// ---- errors --------------------------------------------------------------------------------------------------------

int StabilizerStore::draw_pauli(Qubit& q, Factors const& f) {
  if (f[1] == 1 && f[2] == 1 && f[3] == 1) return 0;
  return sample(pauli_probabilities(f[1], f[2], f[3]), draw(q));
}

void StabilizerStore::flip(Qubit& q, int pauli) {
  switch (q.kind) {
    case Kind::pair: q.frame ^= frame_of[pauli]; break;
    case Kind::single: q.negative ^= pauli_sign(pauli, q.axis) < 0; break;
    case Kind::cluster: clusters_[q.other].tableau.apply_pauli(q.position, pauli); break;
    case Kind::free: break;
  }
}

void StabilizerStore::decay_to(Qubit& q, Tick now) {
  flip(q, draw_pauli(q, decay(q, now)));
  up_to_date(q, now);
}

// ---- reading -------------------------------------------------------------------------------------------------------

int StabilizerStore::expectation_of(Qubit const& q, int pauli) const {
  if (pauli == 0) return 1;
  if (q.kind == Kind::cluster) return clusters_[q.other].tableau.expectation(PauliProduct::single(q.position, pauli));
  return q.kind == Kind::single && q.axis == pauli ? (q.negative ? -1 : 1) : 0;
}

int StabilizerStore::expectation_of(QubitId a, QubitId b, int i, int j) const {
  Qubit const &qa = qubits_[a.value], &qb = qubits_[b.value];
  if (qa.kind == Kind::pair && qa.other == b.value) return i == j ? static_cast<int>(bell_signs[bell_index(qa)][i]) : 0;
  if (qa.kind == Kind::cluster && qb.kind == Kind::cluster && qa.other == qb.other)
    return clusters_[qa.other].tableau.expectation(both(qa.position, i, qb.position, j));
  return expectation_of(qa, i) * expectation_of(qb, j);
}

double StabilizerStore::expectation(QubitId a, QubitId b, int i, int j, Tick now) const {
  Qubit const &qa = live_row(a), &qb = live_row(b);
  const bool one_cluster = qa.kind == Kind::cluster && qb.kind == Kind::cluster && qa.other == qb.other && a != b;
  if (!one_cluster && !(qa.kind == Kind::pair && qa.other == b.value)) throw_no_pair(a, b);
  return expectation_of(a, b, i, j) * decay(qa, now)[i] * decay(qb, now)[j];
}

double StabilizerStore::expectation(std::vector<PauliOn> const& paulis, Tick now) const {
  // One product for each cluster; the rest qubit by qubit, or pair by pair.
  std::vector<std::pair<std::uint32_t, PauliProduct>> products;
  double value = 1;
  for (auto const& [id, k] : paulis) {
    Qubit const& q = live_row(id);
    for (auto const& [other, j] : paulis)
      if (&other != &id && other == id) throw InternalError("a product of Paulis with one qubit twice");
    value *= decay(q, now)[k];
    if (k == 0 || q.kind == Kind::single) {
      value *= expectation_of(q, k);
    } else if (q.kind == Kind::pair) {
      const auto partner = std::find_if(paulis.begin(), paulis.end(), [&](PauliOn const& p) { return p.first.value == q.other; });
      if (partner == paulis.end() || partner->second != k) return 0;
      if (id.value < q.other) value *= bell_signs[bell_index(q)][k];
    } else {
      auto found = std::find_if(products.begin(), products.end(), [&](auto const& p) { return p.first == q.other; });
      if (found == products.end()) found = products.insert(found, {q.other, {}});
      const PauliProduct p = PauliProduct::single(q.position, k);
      found->second.x |= p.x;
      found->second.z |= p.z;
    }
  }
  for (auto const& [row, product] : products) value *= clusters_[row].tableau.expectation(product);
  return value;
}

// The projector on the GHZ state is a sum over even sets of qubits, of Z on the set, and of Y on it and X on the others.
double StabilizerStore::ghz_fidelity(std::vector<QubitId> const& qubits, PauliFrame const& frame, Tick now) const {
  Qubit const& first = live_row(qubits[0]);
  PauliProduct all_x;
  for (QubitId q : qubits) all_x.x |= PauliProduct::single(live_row(q).position, 1).x;
  int phase = first.kind == Kind::pair      ? static_cast<int>(bell_signs[bell_index(first)][1])
              : first.kind == Kind::cluster ? clusters_[first.other].tableau.expectation(all_x)
                                            : 0;
  double z_same = 1, z_other = 1, x_same = 1, x_other = 1;
  for (std::size_t i = 0; i < qubits.size(); ++i) {
    int sign = i == 0 ? 1 : expectation_of(qubits[0], qubits[i], 3, 3);
    if (sign == 0 || phase == 0) throw InternalError("no GHZ state, up to Paulis, among the stabilizer states");
    if (frame.x[0] != frame.x[i]) sign = -sign;
    const Factors f = decay(live_row(qubits[i]), now);
    z_same *= (1 + sign * f[3]) / 2;
    z_other *= (1 - sign * f[3]) / 2;
    x_same *= (f[1] + sign * f[2]) / 2;
    x_other *= (f[1] - sign * f[2]) / 2;
  }
  if (ghz_phase(frame)) phase = -phase;
  return (z_same + z_other + phase * (x_same + x_other)) / 2;
}

// Stabilized by X on each qubit with Z on its neighbours. The decay that is not sampled yet would need a sum over all their products.
double StabilizerStore::graph_fidelity(std::vector<QubitId> const& qubits, Edges const& edges, PauliFrame const& frame, Tick now) {
  for (QubitId q : qubits) decay_to(live_row(q), now);
  const std::vector<std::uint8_t> phases = graph_phases(edges, frame);
  bool same = true;
  for (std::uint32_t i = 0; i < qubits.size(); ++i) {
    std::vector<PauliOn> generator{{qubits[i], 1}};
    for (auto [a, b] : edges)
      if (a == i || b == i) generator.emplace_back(qubits[a == i ? b : a], 3);
    const double sign = expectation(generator, now);
    if (sign == 0) throw InternalError("no graph state, up to Paulis, among the stabilizer states");
    same = same && (sign < 0) == phases[i];
  }
  return same ? 1 : 0;
}

Correlators StabilizerStore::correlators(QubitId a, QubitId b, Tick now, int frame) const {
  return Correlators::corrected(expectation(a, b, 1, 1, now), expectation(a, b, 2, 2, now), expectation(a, b, 3, 3, now), frame);
}

std::array<double, 4> StabilizerStore::bloch(QubitId id, Tick now) const {
  Qubit const& q = live_row(id);
  Factors f = decay(q, now);
  for (int k = 1; k < 4; ++k) f[k] *= expectation_of(q, k);
  return f;
}

std::array<double, 4> StabilizerStore::bell_probabilities(QubitId b, QubitId c, Tick now) const {
  Qubit const &qb = live_row(b), &qc = live_row(c);
  const Factors fb = decay(qb, now), fc = decay(qc, now);
  std::array<double, 4> t;
  for (int k = 0; k < 4; ++k) t[k] = expectation_of(b, c, k, k) * fb[k] * fc[k];
  return BellPovm(model(qb), model(qc)).probabilities(t);
}

// ---- measuring -----------------------------------------------------------------------------------------------------

// Probabilities that the outcome of an ideal measurement is reported with these bits changed; f: decay of both qubits.
std::array<double, 4> StabilizerStore::bell_errors(Qubit const& b, Qubit const& c, Factors const& f) const {
  std::array<double, 4> t;
  for (int k = 0; k < 4; ++k) t[k] = bell_signs[0][k] * f[k];
  return BellPovm(model(b), model(c)).probabilities(t);
}

int StabilizerStore::draw_bell_error(Qubit& b, Qubit const& c, Factors const& f) {
  if (model(b).ideal && model(c).ideal && f[1] == 1 && f[2] == 1 && f[3] == 1) return 0;
  return sample(bell_errors(b, c, f), draw(b));
}

int StabilizerStore::bell_measure(QubitId b, QubitId c, Tick now, double u) {
  Qubit &qb = live_row(b), &qc = live_row(c);
  if (b == c) [[unlikely]]
    throw_no_pair(b, c);
  Factors f{1, 1, 1, 1};
  if (!noiseless(qb) || !noiseless(qc)) {
    const Factors fb = decay(qb, now), fc = decay(qc, now);
    for (int k = 1; k < 4; ++k) f[k] = fb[k] * fc[k];
  }
  const bool own = qb.kind == Kind::pair && qb.other == c.value;

  if (!own && (unreadable(qb) || unreadable(qc))) {
    // One of the two is maximally mixed: every outcome is as likely, and errors are independent of it.
    const int outcome = static_cast<int>(4 * u);
    Qubit &link = unreadable(qc) ? qc : qb, &end = unreadable(qc) ? qb : qc;
    if (link.kind == Kind::single) {
      // Nothing is known of it, so nothing is learnt of the other.
      release(b);
      release(c);
      return outcome;
    }
    // `end` is teleported to the link's far end.
    const int ideal = outcome ^ draw_bell_error(qb, qc, f), change = bell_index(link) ^ ideal;
    const std::uint32_t far = link.other;
    Qubit& d = qubits_[far];
    switch (end.kind) {
      case Kind::pair: make_pair(end.other, far, bell_index(end) ^ change); break;
      case Kind::single:
        make_single(d, end.axis, end.negative);
        flip(d, pauli_of_frame[change]);
        break;
      default:
        d.kind = Kind::cluster;
        d.other = end.other;
        d.position = end.position;
        clusters_[d.other].qubits[d.position] = far;
        flip(d, pauli_of_frame[change]);
    }
    drop_qubit(b.value);
    drop_qubit(c.value);
    return outcome;
  }

  std::array<double, 4> ideal, t;
  for (int k = 0; k < 4; ++k) ideal[k] = expectation_of(b, c, k, k), t[k] = ideal[k] * f[k];
  const int outcome = sample(BellPovm(model(qb), model(qc)).probabilities(t), u);
  if (!own && (qb.kind == Kind::cluster || qc.kind == Kind::cluster)) {
    require_room(std::array{b, c});
    // Bayes: the error, given what was reported.
    const auto possible = bell_weights(ideal), errors = bell_errors(qb, qc, f);
    std::array<double, 4> p;
    double total = 0;
    for (int e = 0; e < 4; ++e) total += p[e] = possible[outcome ^ e] * errors[e];
    for (double& x : p) x /= total;
    int error = certain(p);
    if (error < 0) error = sample(p, draw(qb));
    project_on_bell(b, c, outcome ^ error);
    leave_cluster(b.value);
    leave_cluster(c.value);
  } else {
    drop_qubit(b.value);
    drop_qubit(c.value);
  }
  return outcome;
}

// The measurement circuit, with this outcome; both qubits then are in eigenstates of Z.
void StabilizerStore::project_on_bell(QubitId b, QubitId c, int ideal) {
  StabilizerCluster& tableau = clusters_[merge(b.value, c.value)].tableau;
  const int pb = qubits_[b.value].position, pc = qubits_[c.value].position;
  tableau.apply(Gate::cx, pb, pc);
  tableau.apply(Gate::h, pb);
  tableau.project(PauliProduct::single(pb, 3), ideal & 1);
  tableau.project(PauliProduct::single(pc, 3), ideal >> 1);
}

// Analytically on the sampled Bell states, as bell_diagonal does it; then which Bell state is left is drawn.
StabilizerStore::Round StabilizerStore::prepare(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame,
                                                int used_frame, Tick now) const {
  const auto state_of = [&](QubitPair p) {
    Qubit const &a = live_row(p.a), &b = live_row(p.b);
    if (a.kind != Kind::pair || a.other != p.b.value) throw_no_pair(p.a, p.b);
    BellDiagonal state;
    const Factors fa = decay(a, now), fb = decay(b, now);
    for (int k = 1; k < 4; ++k) state.c[k] = bell_signs[bell_index(a)][k] * fa[k] * fb[k];
    return state;
  };
  Round round{state_of(kept), state_of(used), {model(qubits_[kept.a.value]), model(qubits_[kept.b.value])}};
  if (kept.a == used.a || kept.a == used.b) throw_no_pair(kept.a, used.a);
  prepare_distillation(round.kept, protocol, round.noise, kept_frame);
  prepare_distillation(round.used, protocol, round.noise, used_frame);
  return round;
}

std::array<double, 4> StabilizerStore::distillation_probabilities(DistillationProtocol protocol, QubitPair kept, QubitPair used,
                                                                  int kept_frame, int used_frame, Tick now) const {
  const Round round = prepare(protocol, kept, used, kept_frame, used_frame, now);
  return farbell::distillation_probabilities(round.kept, round.used, round.noise);
}

DistillationOutcome StabilizerStore::distil(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame, int used_frame,
                                            Tick now, double u) {
  Round round = prepare(protocol, kept, used, kept_frame, used_frame, now);
  const auto p = farbell::distillation_probabilities(round.kept, round.used, round.noise);
  const int bits = sample(p, u);
  round.kept.distil(round.used, round.noise, bits, p[bits]);
  const auto weights = bell_weights(round.kept.c);
  int index = certain(weights);
  Qubit &a = qubits_[kept.a.value], &b = qubits_[kept.b.value];
  if (index < 0) index = sample(weights, draw(a));
  make_pair(kept.a.value, kept.b.value, index);
  for (Qubit* q : {&a, &b})
    up_to_date(*q, now);
  drop_qubit(used.a.value);
  drop_qubit(used.b.value);
  return distillation_outcome(protocol, kept_frame, used_frame, bits);
}

void StabilizerStore::release(QubitId id) {
  Qubit& q = live_row(id);
  if (q.kind == Kind::cluster) {
    const PauliProduct z = PauliProduct::single(q.position, 3);
    StabilizerCluster& tableau = clusters_[q.other].tableau;
    if (tableau.expectation(z) == 0) tableau.project(z, draw(q) >= 0.5);
    leave_cluster(id.value);
    return;
  }
  if (q.kind == Kind::pair) make_single(qubits_[q.other], 0, false);
  drop_qubit(id.value);
}

int StabilizerStore::measure(QubitId id, Basis basis, Tick now, double u) {
  Qubit& q = live_row(id);
  const int k = pauli_of(basis), truth = expectation_of(q, k);
  const ReadoutPovm& readout = model(q).readout;
  const double agreement = decay(q, now)[k] * readout.difference[0];
  const int bit = sample(std::array<double, 2>{(1 + agreement * truth) / 2, (1 - agreement * truth) / 2}, u);
  if (q.kind == Kind::single) {
    drop_qubit(id.value);
    return bit;
  }
  const bool wrong = truth == 0 && agreement != 1 && draw(q) < (1 - agreement) / 2;
  const int ideal = truth != 0 ? truth < 0 : bit ^ wrong;
  if (q.kind == Kind::pair) {
    make_single(qubits_[q.other], k, ideal ^ (bell_signs[bell_index(q)][k] < 0));
    drop_qubit(id.value);
    return bit;
  }
  StabilizerCluster& tableau = clusters_[q.other].tableau;
  tableau.project(PauliProduct::single(q.position, k), ideal);
  tableau.apply(to_z[k], q.position);
  leave_cluster(id.value);
  return bit;
}

int StabilizerStore::measure_pauli(std::vector<PauliOn> const& paulis, Tick now, double u) {
  if (paulis.empty()) throw InternalError("the parity of no qubits");
  std::vector<QubitId> qubits;
  for (auto const& [id, k] : paulis) {
    live_row(id);
    if (std::find(qubits.begin(), qubits.end(), id) != qubits.end()) throw InternalError("the parity of one qubit twice");
    qubits.push_back(id);
  }
  require_room(qubits);
  const std::uint32_t first = paulis.front().first.value;
  for (auto const& [id, k] : paulis) {
    decay_to(qubits_[id.value], now);
    merge(first, id.value);
  }
  const std::uint32_t row = cluster_of(first);
  PauliProduct product;
  for (auto const& [id, k] : paulis) {
    const PauliProduct p = PauliProduct::single(qubits_[id.value].position, k);
    product.x |= p.x;
    product.z |= p.z;
  }
  const int bit = clusters_[row].tableau.measure(product, u);
  settle(row);
  return bit;
}

// ---- gates ---------------------------------------------------------------------------------------------------------

void StabilizerStore::require_clifford(Gate gate, int qubits) const {
  GateInfo const& g = info(gate);
  if (!g.clifford) throw InternalError("stabilizer cannot hold the gate " + std::string(g.name) + ", which is not a Clifford gate");
  if (g.qubits != qubits)
    throw InternalError("the gate " + std::string(g.name) + " acts on " + std::to_string(g.qubits) + " qubits, not " + std::to_string(qubits));
}

void StabilizerStore::transfer(QubitId id, DeviceId to, BlochMap const& errors, Tick now) {
  Qubit& q = live_row(id);
  decay_to(q, now);
  flip(q, draw_pauli(q, {1, errors.ax, errors.ay, errors.az}));
  q.origin = q.since;
  q.device = to.value;
}

void StabilizerStore::apply_pauli(QubitId id, int pauli, Tick now) {
  Qubit& q = live_row(id);
  flip(q, pauli);
  if (!noiseless(q)) {
    // Errors before and after a Pauli gate commute with it, up to a sign: one draw for both.
    Factors f = decay(q, now);
    for (int k = 1; k < 4; ++k) f[k] *= model(q).single_qubit_reliability;
    flip(q, draw_pauli(q, f));
  }
  up_to_date(q, now);
}

void StabilizerStore::apply(Gate gate, QubitId id, Tick now, double) {
  require_clifford(gate, 1);
  if (gate <= Gate::z) return apply_pauli(id, static_cast<int>(gate), now);
  Qubit& q = live_row(id);
  decay_to(q, now);
  if (q.kind == Kind::pair) cluster_of(id.value);
  if (q.kind == Kind::cluster) {
    clusters_[q.other].tableau.apply(gate, q.position);
  } else if (q.axis != 0) {
    std::uint64_t x = q.axis != 3, z = q.axis >= 2, sign = q.negative;
    conjugate(gate, x, z, sign);
    make_single(q, x ? (z ? 2 : 1) : 3, sign & 1);
  }
  const double p = model(q).single_qubit_reliability;
  flip(q, draw_pauli(q, {1, p, p, p}));
  if (q.kind == Kind::cluster) settle(q.other);
}

void StabilizerStore::apply(Gate gate, QubitId a, QubitId b, Tick now) {
  require_clifford(gate, 2);
  Qubit &qa = live_row(a), &qb = live_row(b);
  if (a == b) throw_no_pair(a, b);
  require_room(std::array{a, b});
  decay_to(qa, now);
  decay_to(qb, now);
  const std::uint32_t row = merge(a.value, b.value);
  StabilizerCluster& tableau = clusters_[row].tableau;
  tableau.apply(gate, qa.position, qb.position);
  const double p = model(qa).two_qubit_reliability;
  if (p != 1) {
    // With probability 1 - p one of the sixteen products of Paulis, the identity among them.
    const double u = draw(qa);
    if (u >= p) {
      const int which = std::min(15, static_cast<int>((u - p) / (1 - p) * 16));
      flip(qa, which & 3);
      flip(qb, which >> 2);
    }
  }
  settle(row);
}

// ---- clusters ------------------------------------------------------------------------------------------------------

// The cluster of a qubit, made of its pair or of itself where it was in none.
std::uint32_t StabilizerStore::cluster_of(std::uint32_t id) {
  if (qubits_[id].kind == Kind::cluster) return qubits_[id].other;
  std::uint32_t row;
  if (free_clusters_.empty()) {
    row = static_cast<std::uint32_t>(clusters_.size());
    clusters_.emplace_back();
    free_clusters_.reserve(clusters_.capacity());
  } else {
    row = free_clusters_.back();
    free_clusters_.pop_back();
  }
  Cluster& cluster = clusters_[row];
  Qubit& q = qubits_[id];
  if (q.kind == Kind::pair) {
    const int index = bell_index(q);
    Qubit& far = qubits_[q.other];
    cluster.tableau = StabilizerCluster(2);
    cluster.tableau.apply(Gate::h, 0);
    cluster.tableau.apply(Gate::cx, 0, 1);
    cluster.tableau.apply_pauli(0, pauli_of_frame[index]);
    cluster.qubits[0] = id;
    cluster.qubits[1] = q.other;
    far.kind = Kind::cluster;
    far.other = row;
    far.position = 1;
  } else {
    if (q.axis == 0) make_single(q, 3, draw(q) >= 0.5);  // as if its partner had been read in Z
    cluster.tableau = StabilizerCluster(1);
    if (q.negative) cluster.tableau.apply_pauli(0, 1);
    if (q.axis == 1) cluster.tableau.apply(Gate::h, 0);
    if (q.axis == 2) cluster.tableau.apply(Gate::sqrt_x_dag, 0);
    cluster.qubits[0] = id;
  }
  q.kind = Kind::cluster;
  q.other = row;
  q.position = 0;
  return row;
}

void StabilizerStore::require_room(std::span<const QubitId> qubits) const {
  const auto size = [&](Qubit const& q) {
    return q.kind == Kind::cluster ? static_cast<std::size_t>(clusters_[q.other].tableau.size()) : q.kind == Kind::pair ? 2 : 1;
  };
  const auto together = [&](QubitId a, QubitId b) {
    Qubit const &qa = qubits_[a.value], &qb = qubits_[b.value];
    return qa.kind == qb.kind && (qa.kind == Kind::cluster ? qa.other == qb.other : qa.kind == Kind::pair && qa.other == b.value);
  };
  std::size_t total = 0;
  for (std::size_t i = 0; i < qubits.size(); ++i)
    if (std::none_of(qubits.begin(), qubits.begin() + static_cast<std::ptrdiff_t>(i), [&](QubitId earlier) { return together(earlier, qubits[i]); }))
      total += size(qubits_[qubits[i].value]);
  farbell::require_room(total, capabilities);
}

std::uint32_t StabilizerStore::merge(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t to = cluster_of(a), from = cluster_of(b);
  if (to == from) return to;
  Cluster &target = clusters_[to], &source = clusters_[from];
  const int n = target.tableau.size(), added = source.tableau.size();
  target.tableau.append(source.tableau);
  for (int i = 0; i < added; ++i) {
    const std::uint32_t id = source.qubits[i];
    target.qubits[n + i] = id;
    qubits_[id].other = to;
    qubits_[id].position = static_cast<std::uint8_t>(n + i);
  }
  source.tableau = StabilizerCluster(0);
  free_clusters_.push_back(from);
  return to;
}

void StabilizerStore::leave_cluster(std::uint32_t id) {
  Qubit const& q = qubits_[id];
  if (q.kind != Kind::cluster) return drop_qubit(id);  // the last but one has left already
  const std::uint32_t row = q.other;
  Cluster& cluster = clusters_[row];
  cluster.tableau.remove(q.position);
  const std::uint32_t moved = cluster.qubits[cluster.tableau.size()];
  cluster.qubits[q.position] = moved;
  qubits_[moved].position = q.position;
  drop_qubit(id);
  settle(row);
}

void StabilizerStore::settle(std::uint32_t row) {
  Cluster& cluster = clusters_[row];
  StabilizerCluster const& tableau = cluster.tableau;
  if (tableau.size() > 2) return;
  if (tableau.size() == 1) {
    for (int k = 1; k < 4; ++k)
      if (const int sign = tableau.expectation(PauliProduct::single(0, k)); sign != 0)
        make_single(qubits_[cluster.qubits[0]], k, sign < 0);
  } else if (tableau.size() == 2) {
    const int xx = tableau.expectation(both(0, 1, 1, 1)), zz = tableau.expectation(both(0, 3, 1, 3));
    if (xx == 0 || zz == 0) return;
    make_pair(cluster.qubits[0], cluster.qubits[1], (xx < 0) + 2 * (zz < 0));
  }
  free_clusters_.push_back(row);
}

}  // namespace farbell
