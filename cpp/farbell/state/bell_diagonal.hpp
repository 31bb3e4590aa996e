// A pair that is a mixture of Bell states: four doubles. Closed under Pauli noise, Bell measurements and read-out errors
// that do not depend on the bit.
#pragma once
#include <array>

#include "farbell/state/bell.hpp"
#include "farbell/state/bell_povm.hpp"
#include "farbell/state/device.hpp"

namespace farbell {

struct BellDiagonal {
  static constexpr bool holds_any_pair = false, holds_amplitude_damping = false, holds_asymmetric_readout = false;

  // (1, xx, yy, zz); once one qubit is gone, the Bloch vector (1, x, y, z) of the one that remains.
  std::array<double, 4> c{1, 1, -1, 1};
  bool single = false;

  BellDiagonal() = default;
  explicit BellDiagonal(Correlations const& r) : c{1, r[5], r[10], r[15]} {}

  double expectation(int i, int j) const { return i == j && !single ? c[i] : i == 0 && j == 0 ? 1 : 0; }
  std::array<double, 4> bloch(int) const { return single ? c : std::array<double, 4>{1, 0, 0, 0}; }

  void decay(int, BlochMap const& m) {
    c[1] *= m.ax;
    c[2] *= m.ay;
    c[3] *= m.az;
  }
  void depolarise(int, double reliability) {
    for (int k = 1; k < 4; ++k) c[k] *= reliability;
  }
  void apply_pauli(int, int p) {
    for (int k = 1; k < 4; ++k) c[k] *= pauli_sign(p, k);
  }

  // The other qubit is traced out.
  void keep(int) {
    if (!single) c = {1, 0, 0, 0};
    single = true;
  }

  double read_zero_probability(int side, Basis basis, ReadoutPovm const& povm) const {
    return (povm.sum[0] + povm.difference[0] * bloch(side)[pauli_of(basis)]) / 2;
  }
  // The state after `bit` was read from a qubit, which is then gone; its partner remains.
  void collapse(int, Basis basis, ReadoutPovm const& povm, int bit) {
    const int k = pauli_of(basis);
    const double z = c[k] * povm.difference[bit] / povm.sum[bit];
    c = {1, 0, 0, 0};
    c[k] = z;
    single = true;
  }

  static std::array<double, 4> bell_products(BellDiagonal const& left, int, BellDiagonal const& right, int) {
    std::array<double, 4> t{1, 0, 0, 0};
    if (left.single && right.single)
      for (int k = 1; k < 4; ++k) t[k] = left.c[k] * right.c[k];
    return t;
  }
  // Correlations of the two qubits of one pair, for a Bell measurement of a pair with itself.
  std::array<double, 4> own_products() const { return c; }

  // The pair of the far qubits (or the one that is left) after outcome r of probability p.
  static BellDiagonal joined(BellDiagonal const& left, int, BellDiagonal const& right, int, std::array<double, 4> const& weights,
                             double p) {
    BellDiagonal out;
    for (int k = 1; k < 4; ++k) out.c[k] = weights[k] * left.c[k] * right.c[k] / (4 * p);
    out.single = left.single || right.single;
    return out;
  }

  // In one pass, as a run does it: decay the measured qubits, sample u, join; the far qubits become sides 0 and 1 of *this.
  int bell_measure(int side, BlochMap const& m, BellDiagonal right, int right_side, BlochMap const& right_m, BellPovm const& povm,
                   double u) {
    decay(side, m);
    right.decay(right_side, right_m);
    const auto p = povm.probabilities(bell_products(*this, side, right, right_side));
    const int r = sample(p, u);
    *this = joined(*this, side, right, right_side, povm.weights(r), p[r]);
    return r;
  }
};

}  // namespace farbell
