// Pair states as values: made from weights or density matrices, and what is read off them.
#pragma once
#include <array>
#include <complex>

#include "farbell/state/bell.hpp"

namespace farbell {

// Row-major density matrix in the basis |00>, |01>, |10>, |11>.
using DensityMatrix = std::array<std::complex<double>, 16>;

// Mixture of the Bell states; weights in the order of the Bell index, summing to 1.
Correlations bell_mixture(std::array<double, 4> const& weights);
// Phi+ mixed with white noise to a fidelity in [1/4, 1].
Correlations werner_state(double fidelity);

Correlations correlations_of(DensityMatrix const& rho);
DensityMatrix density_matrix_of(Correlations const& r);

// diag(1, exp(i angle)) applied to the first qubit: a rotation about Z.
Correlations rotated_about_z(Correlations const& r, double angle);

// The Bell-diagonal part: what random application of the same Pauli to both qubits leaves.
Correlations twirled(Correlations const& r);
// Fidelities to the Bell states, from the products (1, <XX>, <YY>, <ZZ>).
constexpr std::array<double, 4> bell_weights(std::array<double, 4> const& products) {
  std::array<double, 4> w{};
  for (int s = 0; s < 4; ++s)
    w[s] = (products[0] + bell_signs[s][1] * products[1] + bell_signs[s][2] * products[2] + bell_signs[s][3] * products[3]) / 4;
  return w;
}
constexpr std::array<double, 4> bell_weights(Correlations const& r) { return bell_weights(std::array{r[0], r[5], r[10], r[15]}); }

// Smallest eigenvalue of the density matrix: negative if r is no state.
double smallest_eigenvalue(Correlations const& r);
// Uhlmann fidelity (squared convention): <psi|rho|psi> if one of the two is pure.
double fidelity(Correlations const& r, Correlations const& target);
// Wootters' concurrence.
double concurrence(Correlations const& r);
// Sum of the moduli of the negative eigenvalues of the partial transpose: 1/2 for a Bell state.
double negativity(Correlations const& r);

}  // namespace farbell
