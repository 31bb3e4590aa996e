// Any state of a pair, exactly: its real 4x4 correlation matrix. A qubit whose partner is gone is a pair with a maximally
// mixed, uncorrelated other side, so every operation below holds for it unchanged.
#pragma once
#include <array>

#include "farbell/state/bell.hpp"
#include "farbell/state/bell_povm.hpp"
#include "farbell/state/capabilities.hpp"
#include "farbell/state/device.hpp"

namespace farbell {

struct PairDensity {
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
