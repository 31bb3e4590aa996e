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

// Real 4x4 matrix of Pauli correlations, row-major, as good as the density matrix and half its size.
using PauliCorrelations = std::array<double, 16>;

// The two measured qubits (the columns of p, the rows of q) lose excitation and coherence for `t`; then the swap with two-qubit
// gate reliability `reliability` and outcome Phi+, normalised.
inline PauliCorrelations swapped(PauliCorrelations const& p, PauliCorrelations const& q, double t, double t1, double t2, double reliability) {
  const double kept = std::exp(-t / t1), coherent = std::exp(-t / t2), pull = 1 - kept;
  const double weight[4] = {1, reliability * coherent * coherent, -reliability * coherent * coherent, reliability};
  PauliCorrelations out;
  for (int i = 0; i < 4; ++i) {
    const double z = kept * p[4 * i + 3] + pull * p[4 * i];
    for (int j = 0; j < 4; ++j)
      out[4 * i + j] = p[4 * i] * q[j] + weight[1] * p[4 * i + 1] * q[4 + j] + weight[2] * p[4 * i + 2] * q[8 + j] +
                       weight[3] * z * (kept * q[12 + j] + pull * q[j]);
  }
  const double norm = 1 / out[0];
  for (double& x : out) x *= norm;
  return out;
}

}  // namespace farbell::ceilings
