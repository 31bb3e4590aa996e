// A pair that is a mixture of Bell states: four doubles. Closed under Pauli noise, Bell measurements and read-out errors
// that do not depend on the bit.
#pragma once
#include <array>

#include "farbell/state/bell.hpp"
#include "farbell/state/bell_povm.hpp"
#include "farbell/state/capabilities.hpp"
#include "farbell/state/device.hpp"
#include "farbell/state/distillation.hpp"

namespace farbell {

struct BellDiagonal {
  static constexpr Capabilities capabilities{"bell_diagonal", false, false, false, 2};

  // (1, xx, yy, zz); once one qubit is gone, the Bloch vector (1, x, y, z) of the one that remains.
  std::array<double, 4> c{1, 1, -1, 1};
  bool single = false;

  BellDiagonal() = default;
  explicit BellDiagonal(Correlations const& r) : c{1, r[5], r[10], r[15]} {
    if (!is_bell_diagonal(r)) [[unlikely]]
      require_holds(capabilities, r);
  }

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

  // A qubit in |0>, without a partner.
  static BellDiagonal zero() {
    BellDiagonal state;
    state.c = {1, 0, 0, 1};
    state.single = true;
    return state;
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

  // Becomes the pair of the far qubits, or the one that is left, after the outcome of probability p with these weights.
  void join(int, BellDiagonal const& right, int, std::array<double, 4> const& weights, double p) {
    const double scale = 1 / (4 * p);
    for (int k = 1; k < 4; ++k) c[k] *= weights[k] * scale * right.c[k];
    single |= right.single;
  }

  // Distillation, as in PairDensity; the pairs are whole.
  BellDiagonal oriented(int) const { return *this; }
  void twirl(int frame) {
    const double* s = bell_signs[frame];
    const double w = (s[1] * c[1] + s[2] * c[2] + s[3] * c[3]) / 3;
    for (int k = 1; k < 4; ++k) c[k] = w * s[k];
  }
  void rotate_against() { c = {1, c[1], -c[3], -c[2]}; }
  static double distilled(BellDiagonal const& kept, BellDiagonal const& used, DistillationNoise const& noise, int bits, int i, int j) {
    if (i != j) return 0;
    const auto a = target_weights(noise, 0, bits & 1, i), b = target_weights(noise, 1, bits >> 1, i);
    double sum = 0;
    for (int s = 0; s < 2; ++s) sum += a[s] * b[s] * kept.c[through_cnot[s][i].control] * used.c[through_cnot[s][i].target];
    return sum;
  }
  void distil(BellDiagonal const& used, DistillationNoise const& noise, int bits, double p) {
    const BellDiagonal before = *this;
    for (int k = 1; k < 4; ++k) c[k] = distilled(before, used, noise, bits, k, k) / (4 * p);
  }
};

}  // namespace farbell
