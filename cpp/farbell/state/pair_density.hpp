// Any state of a pair, exactly: its real 4x4 correlation matrix. A qubit whose partner is gone is a pair with a maximally
// mixed, uncorrelated other side, so every operation below holds for it unchanged.
#pragma once
#include <array>

#include "farbell/state/bell.hpp"
#include "farbell/state/bell_povm.hpp"
#include "farbell/state/capabilities.hpp"
#include "farbell/state/device.hpp"
#include "farbell/state/distillation.hpp"
#include "farbell/state/rotation.hpp"

namespace farbell {

struct alignas(64) PairDensity {  // two cache lines, not parts of three
  static constexpr Capabilities capabilities{"pair_density", true, true, true, 2};

  Correlations r{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1};

  PairDensity() = default;
  explicit PairDensity(Correlations const& correlations) : r(correlations) {}

  double expectation(int i, int j) const { return r[4 * i + j]; }
  std::array<double, 4> bloch(int side) const {
    const int step = side == 0 ? 4 : 1;
    return {r[0], r[step], r[2 * step], r[3 * step]};
  }

  void decay(int side, BlochMap const& m) {
    const int step = side == 0 ? 4 : 1, across = 5 - step;
    for (int j = 0; j < 4; ++j) {
      double* v = r.data() + j * across;
      v[step] *= m.ax;
      v[2 * step] *= m.ay;
      v[3 * step] = m.az * v[3 * step] + m.tz * v[0];
    }
  }
  void depolarise(int side, double reliability) { decay(side, {reliability, reliability, reliability, 0}); }
  void apply_pauli(int side, int p) { decay(side, {pauli_sign(p, 1), pauli_sign(p, 2), pauli_sign(p, 3), 0}); }

  void rotate(int side, Rotation const& rotation) {
    const int step = side == 0 ? 4 : 1, across = 5 - step;
    for (int j = 0; j < 4; ++j) rotation.turn(r.data() + j * across, step);
  }

  // A qubit in |0>, on side 0, without a partner.
  static PairDensity zero() { return PairDensity({1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}); }
  void keep(int side) { set_product(side, bloch(side)); }

  double read_zero_probability(int side, Basis basis, ReadoutPovm const& povm) const {
    return (povm.sum[0] + povm.difference[0] * bloch(side)[pauli_of(basis)]) / 2;
  }
  void collapse(int side, Basis basis, ReadoutPovm const& povm, int bit) {
    const int step = side == 0 ? 4 : 1, across = 5 - step, k = pauli_of(basis);
    std::array<double, 4> v;
    for (int j = 0; j < 4; ++j) v[j] = povm.sum[bit] * r[j * across] + povm.difference[bit] * r[j * across + k * step];
    for (int j = 3; j >= 0; --j) v[j] /= v[0];
    set_product(1 - side, v);
  }

  static std::array<double, 4> bell_products(PairDensity const& left, int side, PairDensity const& right, int right_side) {
    const auto u = left.bloch(side), v = right.bloch(right_side);
    return {u[0] * v[0], u[1] * v[1], u[2] * v[2], u[3] * v[3]};
  }
  std::array<double, 4> own_products() const { return {r[0], r[5], r[10], r[15]}; }

  // Becomes the pair of the far qubits (this one's on side 0) after the outcome of probability p with these weights.
  void join(int side, PairDensity const& right, int right_side, std::array<double, 4> const& weights, double p) {
    const Correlations a = side == 1 ? r : transposed(r);                    // [far][measured]
    const Correlations b = right_side == 0 ? right.r : transposed(right.r);  // [measured][far]
    const double scale = 1 / (4 * p);
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) {
        double sum = 0;
        for (int k = 0; k < 4; ++k) sum += weights[k] * scale * a[4 * i + k] * b[4 * k + j];
        r[4 * i + j] = sum;
      }
    r[0] = 1;
  }

  // The pair with the qubit of `side` first.
  PairDensity oriented(int side) const { return side == 0 ? *this : PairDensity(transposed(r)); }

  // The Werner state of the same fidelity to the Bell state `frame`: what the same random rotation of both qubits leaves.
  void twirl(int frame) {
    const double* s = bell_signs[frame];
    const double w = (s[1] * r[5] + s[2] * r[10] + s[3] * r[15]) / 3;
    r = {1, 0, 0, 0, 0, w * s[1], 0, 0, 0, 0, w * s[2], 0, 0, 0, 0, w * s[3]};
  }
  // exp(-i pi/4 X) on side 0, exp(+i pi/4 X) on side 1.
  void rotate_against() {
    for (int j = 0; j < 4; ++j) {
      const double y = r[8 + j];
      r[8 + j] = -r[12 + j];
      r[12 + j] = y;
    }
    for (int i = 0; i < 4; ++i) {
      const double y = r[4 * i + 2];
      r[4 * i + 2] = r[4 * i + 3];
      r[4 * i + 3] = -y;
    }
  }
  // 4 Tr over the read-outs `bits` of the used pair: element (i, j) of the kept pair, not normalised.
  static double distilled(PairDensity const& kept, PairDensity const& used, DistillationNoise const& noise, int bits, int i, int j) {
    const auto a = target_weights(noise, 0, bits & 1, i), b = target_weights(noise, 1, bits >> 1, j);
    double sum = 0;
    for (int s = 0; s < 2; ++s)
      for (int t = 0; t < 2; ++t) {
        const PulledBack &x = through_cnot[s][i], &y = through_cnot[t][j];
        sum += a[s] * b[t] * x.sign * y.sign * kept.r[4 * x.control + y.control] * used.r[4 * x.target + y.target];
      }
    return sum;
  }
  // Becomes the kept pair after read-outs of probability p.
  void distil(PairDensity const& used, DistillationNoise const& noise, int bits, double p) {
    const PairDensity before = *this;
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) r[4 * i + j] = distilled(before, used, noise, bits, i, j) / (4 * p);
    r[0] = 1;
  }

 private:
  static Correlations transposed(Correlations const& r) {
    return {r[0], r[4], r[8], r[12], r[1], r[5], r[9], r[13], r[2], r[6], r[10], r[14], r[3], r[7], r[11], r[15]};
  }
  void set_product(int side, std::array<double, 4> const& v) {
    const int step = side == 0 ? 4 : 1;
    r.fill(0);
    for (int k = 0; k < 4; ++k) r[k * step] = v[k];
  }
};

}  // namespace farbell
