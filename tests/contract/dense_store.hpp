// A throw-away store for the tests: dense density matrices of up to three entangled qubits (six during a Bell measurement),
// by brute force. It shares no arithmetic with the library's stores: decay is the exponential of a Lindblad generator, gates
// are unitaries, errors are Kraus sums. It is the reference for them, and shows that the contract has room for more than pairs.
#pragma once
#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <initializer_list>
#include <utility>
#include <vector>

#include "farbell/base/errors.hpp"
#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/state/capabilities.hpp"
#include "farbell/state/pair_store.hpp"

namespace farbell::testing {

using Complex = std::complex<double>;
using Matrix = Eigen::MatrixXcd;

inline Matrix pauli_matrix(int k) {
  const Complex i{0, 1};
  Matrix m(2, 2);
  switch (k) {
    case 1: m << 0, 1, 1, 0; break;
    case 2: m << 0, -i, i, 0; break;
    case 3: m << 1, 0, 0, -1; break;
    default: m << 1, 0, 0, 1;
  }
  return m;
}

// One kind of product: Eigen would make another one, which takes a second to compile, of every kind of expression.
inline Matrix times(Matrix const& a, Matrix const& b) { return a * b; }
inline Matrix times(Matrix const& a, Matrix const& b, Matrix const& c) { return times(times(a, b), c); }

inline Matrix kron(Matrix const& a, Matrix const& b) {
  Matrix out(a.rows() * b.rows(), a.cols() * b.cols());
  for (Eigen::Index i = 0; i < a.rows(); ++i)
    for (Eigen::Index j = 0; j < a.cols(); ++j) out.block(i * b.rows(), j * b.cols(), b.rows(), b.cols()) = a(i, j) * b;
  return out;
}

class DenseStore {
 public:
  static constexpr Capabilities capabilities{"dense", true, true, true, 3};

  DenseStore(std::vector<Device> devices, Clock clock, bool pauli_twirl)
      : devices_(std::move(devices)), clock_(clock), twirl_(pauli_twirl) {}

  QubitPair create_pair(Correlations const& r, DeviceId device_a, Tick since_a, DeviceId device_b, Tick since_b) {
    Matrix rho = Matrix::Zero(4, 4);
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) rho += r[4 * i + j] / 4 * kron(pauli_matrix(i), pauli_matrix(j));
    const auto q = create(rho, {{device_a, since_a}, {device_b, since_b}});
    return {q[0], q[1]};
  }
  std::vector<QubitId> create_ghz(std::array<DeviceId, 3> const& devices, Tick since) {
    Eigen::VectorXcd psi = Eigen::VectorXcd::Zero(8);
    psi[0] = psi[7] = std::sqrt(0.5);
    return create(times(psi, psi.adjoint()), {{devices[0], since}, {devices[1], since}, {devices[2], since}});
  }

  int bell_measure(QubitId b, QubitId c, Tick now, double u) {
    const auto branches = bell_branches(b, c, now);
    std::array<double, 4> p;
    for (int r = 0; r < 4; ++r) p[r] = branches[r].trace().real();
    const int outcome = pick({p[0], p[1], p[2], p[3]}, u);
    Cluster& merged = clusters_[merge(b, c)];
    merged.rho = branches[outcome] / p[outcome];
    drop(b);
    drop(c);
    return outcome;
  }
  int measure(QubitId q, Basis basis, Tick now, double u) {
    flush(q, now);
    const Readout f = readout(q);
    std::array<Matrix, 2> branch;
    std::array<double, 2> p;
    for (int bit = 0; bit < 2; ++bit) {
      branch[bit] = read(cluster(q).rho, position(q), pauli_matrix(pauli_of(basis)), f, bit);
      p[bit] = branch[bit].trace().real();
    }
    const int bit = pick({p[0], p[1]}, u);
    cluster(q).rho = branch[bit] / p[bit];
    drop(q);
    return bit;
  }
  // Gate by gate: rotations or a twirl, a CNOT at each end, and the read-out of the used pair.
  DistillationOutcome distil(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame, int used_frame, Tick now, double u) {
    for (QubitPair p : {kept, used}) {
      if (partner(p.a) != p.b) throw InternalError("no pair");
      flush(p.a, now);
      flush(p.b, now);
      if (protocol == DistillationProtocol::epl) continue;
      if (protocol == DistillationProtocol::bbpssw) twirl_to_werner(p, p.a == kept.a ? kept_frame : used_frame);
      for (QubitId q : {p.a, p.b}) {
        const Complex turn{0, q == p.a ? -1.0 : 1.0};
        if (protocol == DistillationProtocol::dejmps) apply(q, (pauli_matrix(0) + turn * pauli_matrix(1)) * std::sqrt(0.5));
        cluster(q).rho = depolarised(cluster(q).rho, {position(q)}, devices_[qubit(q).device].single_qubit_reliability);
      }
    }
    if (qubit(kept.a).cluster == qubit(used.a).cluster) throw InternalError("one pair twice");
    merge(kept.a, used.a);
    const Matrix z0 = (pauli_matrix(0) + pauli_matrix(3)) / 2, z1 = (pauli_matrix(0) - pauli_matrix(3)) / 2;
    for (auto [control, target] : {std::pair{kept.a, used.a}, std::pair{kept.b, used.b}}) {
      const Matrix cnot = embed(control, z0) + times(embed(control, z1), embed(target, pauli_matrix(1)));
      Matrix& rho = cluster(control).rho;
      rho = depolarised(times(cnot, rho, cnot.adjoint()), {position(control), position(target)},
                        devices_[qubit(control).device].two_qubit_reliability);
    }
    const Matrix rho = cluster(kept.a).rho;
    std::array<Matrix, 4> branches;
    std::vector<double> p;
    for (int bits = 0; bits < 4; ++bits) {
      branches[bits] = read(read(rho, position(used.a), pauli_matrix(3), readout(used.a), bits & 1), position(used.b), pauli_matrix(3),
                            readout(used.b), bits >> 1);
      p.push_back(branches[bits].trace().real());
    }
    const int bits = pick(p, u);
    cluster(kept.a).rho = branches[bits] / p[bits];
    drop(used.a);
    drop(used.b);
    return distillation_outcome(protocol, kept_frame, used_frame, bits);
  }
  void release(QubitId q) {
    qubit(q);
    drop(q);
  }
  void apply_pauli(QubitId q, int k, Tick now) {
    flush(q, now);
    apply(q, pauli_matrix(k));
    cluster(q).rho = depolarised(cluster(q).rho, {position(q)}, devices_[qubit(q).device].single_qubit_reliability);
  }

  double expectation(QubitId a, QubitId b, int i, int j, Tick now) const { return expectation({{a, i}, {b, j}}, now); }
  // Expectation of a product of Paulis on qubits of one cluster.
  double expectation(std::vector<std::pair<QubitId, int>> const& paulis, Tick now) const {
    DenseStore at(*this);
    const Cluster& in = cluster(paulis[0].first);
    for (std::uint32_t q : in.qubits) at.flush(QubitId(q), now);
    Matrix rho = at.cluster(paulis[0].first).rho;
    for (auto [q, k] : paulis) {
      if (qubit(q).cluster != qubit(paulis[0].first).cluster) throw InternalError("qubits of different clusters");
      rho = times(at.embed(q, pauli_matrix(k)), rho);
    }
    return rho.trace().real();
  }
  Correlators correlators(QubitId a, QubitId b, Tick now, int frame) const {
    return Correlators::corrected(expectation(a, b, 1, 1, now), expectation(a, b, 2, 2, now), expectation(a, b, 3, 3, now), frame);
  }
  std::array<double, 4> bloch(QubitId q, Tick now) const {
    return {1, expectation({{q, 1}}, now), expectation({{q, 2}}, now), expectation({{q, 3}}, now)};
  }
  std::array<double, 4> bell_probabilities(QubitId b, QubitId c, Tick now) const {
    const auto branches = DenseStore(*this).bell_branches(b, c, now);
    std::array<double, 4> p;
    for (int r = 0; r < 4; ++r) p[r] = branches[r].trace().real();
    return p;
  }

  bool paired(QubitId q) const { return cluster(q).qubits.size() > 1; }
  QubitId partner(QubitId q) const {
    for (std::uint32_t other : cluster(q).qubits)
      if (other != q.value) return QubitId(other);
    return {};
  }
  DeviceId device(QubitId q) const { return DeviceId(qubit(q).device); }
  Tick since(QubitId q) const { return qubit(q).since; }
  std::size_t live() const {
    std::size_t n = 0;
    for (Qubit const& q : qubits_) n += q.cluster >= 0;
    return n;
  }

 private:
  struct Qubit {
    Tick since{}, origin{};
    std::uint32_t device = 0;
    int cluster = -1;
  };
  struct Cluster {
    std::vector<std::uint32_t> qubits;  // the first is the most significant bit
    Matrix rho;
  };

  std::vector<QubitId> create(Matrix const& rho, std::initializer_list<std::pair<DeviceId, Tick>> where) {
    clusters_.push_back({{}, rho});
    std::vector<QubitId> ids;
    for (auto [device, since] : where) {
      std::uint32_t id = 0;
      while (id < qubits_.size() && qubits_[id].cluster >= 0) ++id;
      if (id == qubits_.size()) qubits_.emplace_back();
      qubits_[id] = {since, since, device.value, static_cast<int>(clusters_.size()) - 1};
      clusters_.back().qubits.push_back(id);
      ids.emplace_back(id);
    }
    return ids;
  }

  Qubit const& qubit(QubitId q) const {
    if (q.value >= qubits_.size() || qubits_[q.value].cluster < 0) throw InternalError("no such qubit");
    return qubits_[q.value];
  }
  Cluster const& cluster(QubitId q) const { return clusters_[qubit(q).cluster]; }
  Cluster& cluster(QubitId q) { return clusters_[qubit(q).cluster]; }
  int position(QubitId q) const {
    const auto& list = cluster(q).qubits;
    return static_cast<int>(std::find(list.begin(), list.end(), q.value) - list.begin());
  }
  Readout readout(QubitId q) const {
    Readout f = devices_[qubit(q).device].readout;
    if (twirl_) f.f0 = f.f1 = (f.f0 + f.f1) / 2;
    return f;
  }

  static Matrix embed(Matrix const& op, int position, Eigen::Index dimension) {
    const Eigen::Index before = Eigen::Index{1} << position, after = dimension / (2 * before);
    return kron(kron(Matrix::Identity(before, before), op), Matrix::Identity(after, after));
  }
  Matrix embed(QubitId q, Matrix const& op) const { return embed(op, position(q), cluster(q).rho.rows()); }
  void apply(QubitId q, Matrix const& op) {
    const Matrix full = embed(q, op);
    cluster(q).rho = times(full, cluster(q).rho, full.adjoint());
  }

  // The listed qubits are replaced by the maximally mixed state with probability 1 - reliability.
  static Matrix depolarised(Matrix const& rho, std::vector<int> const& positions, double reliability) {
    Matrix mixed = rho;
    for (int position : positions) {
      Matrix sum = Matrix::Zero(rho.rows(), rho.cols());
      for (int k = 0; k < 4; ++k) {
        const Matrix op = embed(pauli_matrix(k), position, rho.rows());
        sum += times(op, mixed, op) / 4;
      }
      mixed = sum;
    }
    return reliability * rho + (1 - reliability) * mixed;
  }

  // Mean over the rotations that leave the Bell state of this frame alone.
  void twirl_to_werner(QubitPair p, int frame) {
    Matrix bell = Matrix::Zero(4, 4);
    for (int k = 0; k < 4; ++k) bell += bell_signs[frame][k] / 4 * kron(pauli_matrix(k), pauli_matrix(k));
    Matrix& rho = cluster(p.a).rho;
    const double fidelity = times(bell, rho).trace().real();
    rho = fidelity * bell + (1 - fidelity) / 3 * (Matrix::Identity(4, 4) - bell);
  }

  // Unnormalised state after `bit` was read from an observable with eigenvalues +1 (bit 0) and -1.
  static Matrix read(Matrix const& rho, int position, Matrix const& observable, Readout f, int bit) {
    Matrix out = Matrix::Zero(rho.rows(), rho.cols());
    for (int truth = 0; truth < 2; ++truth) {
      const double p = truth == 0 ? (bit == 0 ? f.f0 : 1 - f.f0) : (bit == 1 ? f.f1 : 1 - f.f1);
      const Matrix projector = embed((Matrix::Identity(2, 2) + (truth == 0 ? 1.0 : -1.0) * observable) / 2, position, rho.rows());
      out += p * times(projector, rho, projector);
    }
    return out;
  }

  int merge(QubitId b, QubitId c) {
    const int to = qubit(b).cluster, from = qubit(c).cluster;
    if (to == from) return to;
    clusters_[to].rho = kron(clusters_[to].rho, clusters_[from].rho);
    for (std::uint32_t q : clusters_[from].qubits) {
      qubits_[q].cluster = to;
      clusters_[to].qubits.push_back(q);
    }
    clusters_[from] = {};
    return to;
  }

  // The circuit, gate by gate: unnormalised states of the merged cluster for the four outcomes.
  std::array<Matrix, 4> bell_branches(QubitId b, QubitId c, Tick now) {
    if (b == c) throw InternalError("Bell measurement of a qubit with itself");
    qubit(b);
    qubit(c);
    merge(b, c);
    flush(b, now);
    flush(c, now);
    const Device& gates = devices_[qubit(b).device];
    Matrix& rho = cluster(b).rho;
    const Matrix z0 = (pauli_matrix(0) + pauli_matrix(3)) / 2, z1 = (pauli_matrix(0) - pauli_matrix(3)) / 2;
    const Matrix cnot = embed(b, z0) + times(embed(b, z1), embed(c, pauli_matrix(1)));
    rho = depolarised(times(cnot, rho, cnot.adjoint()), {position(b), position(c)}, gates.two_qubit_reliability);
    apply(b, (pauli_matrix(1) + pauli_matrix(3)) * std::sqrt(0.5));
    rho = depolarised(rho, {position(b)}, gates.single_qubit_reliability);
    std::array<Matrix, 4> branches;
    for (int r = 0; r < 4; ++r) {
      const Matrix phase_read = read(rho, position(b), pauli_matrix(3), readout(b), r & 1);
      branches[r] = read(phase_read, position(c), pauli_matrix(3), readout(c), r >> 1);
    }
    return branches;
  }

  void drop(QubitId q) {
    Cluster& in = cluster(q);
    const int at = position(q);
    const Eigen::Index before = Eigen::Index{1} << at, after = in.rho.rows() / (2 * before);
    Matrix traced = Matrix::Zero(before * after, before * after);
    for (int bit = 0; bit < 2; ++bit) {
      Matrix bra = Matrix::Zero(1, 2);
      bra(0, bit) = 1;
      const Matrix full = kron(kron(Matrix::Identity(before, before), bra), Matrix::Identity(after, after));
      traced += times(full, in.rho, full.adjoint());
    }
    in.rho = traced;
    in.qubits.erase(in.qubits.begin() + at);
    qubits_[q.value].cluster = -1;
  }

  // exp(L t) of the Lindblad generator on vec(rho), by scaling, a Taylor series, and squaring.
  static Matrix semigroup(Device const& device, double t_s, bool twirl) {
    const DecayRates& d = device.decay;
    Matrix lowering = Matrix::Zero(2, 2);
    lowering(0, 1) = 1;
    Matrix generator = Matrix::Zero(4, 4);
    const auto jump = [&](Matrix const& op, double rate) {
      const Matrix id = Matrix::Identity(2, 2), square = times(op.adjoint(), op);
      generator += rate * (kron(op.conjugate(), op) - 0.5 * kron(id, square) - 0.5 * kron(square.transpose(), id));
    };
    const double r1 = 1 / d.t1_s;
    if (twirl) {
      // Bloch components shrink as under amplitude damping: 1/(2 T1) across, 1/T1 along z.
      jump(pauli_matrix(1), r1 / 4);
      jump(pauli_matrix(2), r1 / 4);
    } else {
      jump(lowering, r1);
    }
    double dephasing = 1 / d.dephasing_s;
    if (!d.gaussian_t2 && !d.coherence && std::isfinite(d.t2_s)) dephasing += 1 / d.t2_s - r1 / 2;
    jump(pauli_matrix(3), dephasing / 2 + d.pauli_z_hz);
    jump(pauli_matrix(1), d.pauli_x_hz);
    jump(pauli_matrix(2), d.pauli_y_hz);
    for (int k = 1; k < 4; ++k) jump(pauli_matrix(k), 1 / d.depolarising_s / 4);
    const int halvings = std::max(0, 4 + static_cast<int>(std::ceil(std::log2(1e-30 + generator.norm() * t_s))));
    const Matrix step = generator * std::ldexp(t_s, -halvings);
    Matrix sum = Matrix::Identity(4, 4), term = sum;
    for (int n = 1; n < 20; ++n) sum += term = times(term, step) / n;
    for (int n = 0; n < halvings; ++n) sum = times(sum, sum);
    return sum;
  }

  void flush(QubitId q, Tick now) {
    Qubit& row = qubits_[q.value];
    if (now <= row.since) return;
    const Device& device = devices_[qubit(q).device];
    const double t_s = clock_.seconds(now - row.since);
    Matrix map = semigroup(device, t_s, twirl_);
    if (device.decay.gaussian_t2) {
      const double from = clock_.seconds(row.since - row.origin) / device.decay.t2_s, to = from + t_s / device.decay.t2_s;
      const double factor = std::exp(from * from - to * to);
      map.row(1) *= factor;
      map.row(2) *= factor;
    }
    if (device.decay.coherence) {
      const double age = clock_.seconds(row.since - row.origin);
      const double factor = std::exp(device.decay.coherence->loss(age, 0) - device.decay.coherence->loss(age + t_s, 0));
      map.row(1) *= factor;
      map.row(2) *= factor;
    }
    // Applied to every 2x2 block that the qubit spans: rho' = sum over matrix units of map[unit] (x) block.
    Matrix& rho = cluster(q).rho;
    const int at = position(q);
    Matrix out = Matrix::Zero(rho.rows(), rho.cols());
    for (int k = 0; k < 2; ++k)
      for (int l = 0; l < 2; ++l) {
        for (int m = 0; m < 2; ++m)
          for (int n = 0; n < 2; ++n) {
            const Complex weight = map(2 * n + m, 2 * l + k);  // column-major vec: |k><l| -> |m><n|
            if (weight == 0.0) continue;
            Matrix left = Matrix::Zero(2, 2), right = Matrix::Zero(2, 2);
            left(m, k) = 1;
            right(l, n) = 1;
            out += weight * times(embed(left, at, rho.rows()), rho, embed(right, at, rho.rows()));
          }
      }
    rho = out;
    row.since = now;
  }

  static int pick(std::vector<double> const& p, double u) {
    double cumulated = 0;
    for (std::size_t r = 0; r < p.size(); ++r)
      if (u < (cumulated += p[r])) return static_cast<int>(r);
    return static_cast<int>(p.size()) - 1;
  }

  std::vector<Device> devices_;
  Clock clock_;
  bool twirl_;
  std::vector<Qubit> qubits_;
  std::vector<Cluster> clusters_;
};

}  // namespace farbell::testing
