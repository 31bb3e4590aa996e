// Bell states, Pauli indices and the correlation matrix of a pair.
// Bell index 0..3 = Phi+, Phi-, Psi+, Psi-: phase bit = index & 1, parity bit = index >> 1; frames compose by xor.
// Pauli index 0..3 = I, X, Y, Z.
#pragma once
#include <array>
#include <cstdint>

namespace farbell {

// R[4 i + j] = Tr(rho sigma_i (x) sigma_j); R[0] = 1.
using Correlations = std::array<double, 16>;

// Diagonal (1, xx, yy, zz) of the correlation matrix of each Bell state; everything off the diagonal is zero.
inline constexpr double bell_signs[4][4] = {
    {1, 1, -1, 1},
    {1, -1, 1, 1},
    {1, 1, 1, -1},
    {1, -1, -1, -1},
};

// Correlations that a mixture of Bell states does not have may be this large before it counts as something else.
inline constexpr double bell_diagonal_slack = 1e-12;

constexpr bool is_bell_diagonal(Correlations const& r) {
  double rest = 0;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j)
      if (i != j) rest += r[4 * i + j] < 0 ? -r[4 * i + j] : r[4 * i + j];
  return rest <= bell_diagonal_slack;
}

enum class Basis : std::uint8_t { z, x, y };

// The Pauli gate on one qubit that a frame stands for.
inline constexpr int pauli_of_frame[] = {0, 3, 1, 2};
constexpr int pauli_of(Basis basis) { return basis == Basis::z ? 3 : basis == Basis::x ? 1 : 2; }

// Sign that conjugation by Pauli p gives Pauli k: +1 if they commute, -1 if not.
constexpr double pauli_sign(int p, int k) { return p == 0 || k == 0 || p == k ? 1 : -1; }

// Correlators of a pair after its Pauli frame is undone: a perfect pair has xx = zz = 1, yy = -1.
struct Correlators {
  double xx = 1, yy = -1, zz = 1;
  double qubits = 1;  // the probability that there are two

  static Correlators corrected(double xx, double yy, double zz, int frame) {
    const double* s = bell_signs[frame];
    return {xx * s[1], -yy * s[2], zz * s[3]};
  }
  double fidelity() const { return (qubits + xx - yy + zz) / 4; }
};

}  // namespace farbell
