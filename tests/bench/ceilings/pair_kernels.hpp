// Ceilings of the state stores: the arithmetic of one noisy entanglement swap on bare arrays, with no qubits, no lazy clocks and
// no choice of noise laws. Each takes the elapsed time, so that the exponentials are paid for.
#pragma once
#include <array>
#include <cmath>

namespace farbell::ceilings {

// Weights of the four Bell states, Phi+, Phi-, Psi+, Psi-.
using BellWeights = std::array<double, 4>;

// Pauli noise on one pair: rates of the x, y and z correlators.
inline BellWeights decayed(BellWeights const& w, double t, std::array<double, 3> const& rates) {
  const double xx = (w[0] - w[1] + w[2] - w[3]) * std::exp(-t * rates[0]);
  const double yy = (-w[0] + w[1] + w[2] - w[3]) * std::exp(-t * rates[1]);
  const double zz = (w[0] + w[1] - w[2] - w[3]) * std::exp(-t * rates[2]);
  return {(1 + xx - yy + zz) / 4, (1 - xx + yy + zz) / 4, (1 + xx + yy - zz) / 4, (1 - xx - yy - zz) / 4};
}

// Both pairs decay, then the swap with two-qubit gate reliability `p`, its outcome undone.
inline BellWeights swapped(BellWeights a, BellWeights b, double t, std::array<double, 3> const& rates, double p) {
  a = decayed(a, t, rates);
  b = decayed(b, t, rates);
  BellWeights r;
  for (int i = 0; i < 4; ++i) r[i] = p * (a[0] * b[i] + a[1] * b[i ^ 1] + a[2] * b[i ^ 2] + a[3] * b[i ^ 3]) + (1 - p) / 4;
  return r;
}

// 4x4 density matrix, row-major. Products are written out: std::complex would check each one for infinities.
struct Complex {
  double re = 0, im = 0;
};
using Density = std::array<Complex, 16>;

// T1 and T2 on one qubit of the pair (bit 2: first, bit 1: second): excitation lost g, coherence kept s.
inline void damp(Density& r, int bit, double g, double s) {
  const auto scale = [](Complex& c, double f) { c.re *= f, c.im *= f; };
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      if ((i | j) & bit) continue;
      Complex& e = r[4 * (i | bit) + (j | bit)];
      r[4 * i + j].re += g * e.re;
      r[4 * i + j].im += g * e.im;
      scale(e, 1 - g);
      scale(r[4 * (i | bit) + j], s);
      scale(r[4 * i + (j | bit)], s);
    }
}

// Pairs (a, b) and (c, d), Bell measurement of b and c with outcome Phi+; normalised.
inline Density swapped(Density const& p, Density const& q) {
  Density out;
  double trace = 0;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const int a = i >> 1, d = i & 1, e = j >> 1, f = j & 1;
      Complex sum;
      for (int k = 0; k < 2; ++k)
        for (int l = 0; l < 2; ++l) {
          Complex const &x = p[4 * (2 * a + k) + 2 * e + l], &y = q[4 * (2 * k + d) + 2 * l + f];
          sum.re += x.re * y.re - x.im * y.im;
          sum.im += x.re * y.im + x.im * y.re;
        }
      out[4 * i + j] = sum;
      if (i == j) trace += sum.re;
    }
  for (Complex& c : out) c.re /= trace, c.im /= trace;
  return out;
}

// The two measured qubits decay for `t`, then the swap with two-qubit gate reliability `reliability`.
inline Density swapped(Density p, Density q, double t, double t1, double t2, double reliability) {
  const double g = 1 - std::exp(-t / t1), s = std::exp(-t / t2);
  damp(p, 1, g, s);
  damp(q, 2, g, s);
  Density r = swapped(p, q);
  for (Complex& c : r) c.re *= reliability, c.im *= reliability;
  for (int i = 0; i < 4; ++i) r[5 * i].re += (1 - reliability) / 4;
  return r;
}

}  // namespace farbell::ceilings
