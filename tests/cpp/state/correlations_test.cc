#include "farbell/state/correlations.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace farbell {
namespace {

constexpr double exact = 1e-14;

DensityMatrix pure(std::array<std::complex<double>, 4> const& psi) {
  DensityMatrix rho;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) rho[4 * i + j] = psi[i] * std::conj(psi[j]);
  return rho;
}

Correlations bell(int index) {
  std::array<double, 4> weights{};
  weights[index] = 1;
  return bell_mixture(weights);
}

TEST(Correlations, BellStatesFromTheirVectors) {
  const double h = std::sqrt(0.5);
  const std::array<std::array<std::complex<double>, 4>, 4> vectors{{{h, 0, 0, h}, {h, 0, 0, -h}, {0, h, h, 0}, {0, h, -h, 0}}};
  for (int b = 0; b < 4; ++b) {
    const Correlations r = correlations_of(pure(vectors[b]));
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) EXPECT_NEAR(r[4 * i + j], i == j ? bell_signs[b][i] : 0, exact);
  }
}

TEST(Correlations, MatrixRoundTrip) {
  const DensityMatrix rho = pure({{{0.5, 0.1}, {0.3, -0.4}, {-0.2, 0.5}, {0.2, std::sqrt(1 - 0.26 - 0.25 - 0.29 - 0.04)}}});
  const DensityMatrix back = density_matrix_of(correlations_of(rho));
  for (int k = 0; k < 16; ++k) EXPECT_NEAR(std::abs(rho[k] - back[k]), 0, exact);
}

TEST(Correlations, WeightsRoundTrip) {
  const std::array<double, 4> weights{0.7, 0.15, 0.1, 0.05};
  const auto back = bell_weights(bell_mixture(weights));
  for (int b = 0; b < 4; ++b) EXPECT_NEAR(weights[b], back[b], exact);
  EXPECT_NEAR(bell_weights(werner_state(0.83))[0], 0.83, exact);
}

TEST(Correlations, EntanglementOfWernerStates) {
  for (double f : {0.3, 0.5, 0.6, 0.9, 1.0}) {
    EXPECT_NEAR(concurrence(werner_state(f)), std::max(0.0, 2 * f - 1), 1e-12);
    EXPECT_NEAR(negativity(werner_state(f)), std::max(0.0, f - 0.5), 1e-12);
  }
}

TEST(Correlations, EntanglementOfPureStates) {
  const double c = std::cos(0.3), s = std::sin(0.3);
  const Correlations r = correlations_of(pure({{c, 0, 0, s}}));
  EXPECT_NEAR(concurrence(r), 2 * c * s, 1e-12);
  EXPECT_NEAR(negativity(r), c * s, 1e-12);
  EXPECT_NEAR(fidelity(r, bell(0)), (c + s) * (c + s) / 2, exact);
}

TEST(Correlations, FidelityOfCommutingMixturesIsClassical) {
  const std::array<double, 4> p{0.7, 0.15, 0.1, 0.05}, q{0.4, 0.3, 0.2, 0.1};
  double overlap = 0;
  for (int b = 0; b < 4; ++b) overlap += std::sqrt(p[b] * q[b]);
  EXPECT_NEAR(fidelity(bell_mixture(p), bell_mixture(q)), overlap * overlap, 1e-12);
  EXPECT_NEAR(fidelity(bell_mixture(p), bell_mixture(p)), 1, 1e-12);
}

TEST(Correlations, TwirlKeepsTheDiagonal) {
  const Correlations r = correlations_of(pure({{1, 0, 0, 0}}));
  EXPECT_FALSE(is_bell_diagonal(r));
  EXPECT_TRUE(is_bell_diagonal(twirled(r)));
  EXPECT_NEAR(fidelity(twirled(r), bell(0)), fidelity(r, bell(0)), exact);
}

TEST(Correlations, NoStateHasANegativeEigenvalue) {
  EXPECT_NEAR(smallest_eigenvalue(bell(2)), 0, exact);
  Correlations r = bell(0);
  r[10] = 1;
  EXPECT_NEAR(smallest_eigenvalue(r), -0.5, exact);
}

}  // namespace
}  // namespace farbell
