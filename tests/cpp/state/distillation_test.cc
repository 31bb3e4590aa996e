// The map of a round of distillation, on states alone.
#include "farbell/state/distillation.hpp"

#include <gtest/gtest.h>

#include <random>

#include "farbell/state/bell_diagonal.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/pair_density.hpp"

namespace farbell {
namespace {

constexpr double rounding = 1e-13;
constexpr std::array protocols{DistillationProtocol::bbpssw, DistillationProtocol::dejmps, DistillationProtocol::epl};

std::array<double, 4> random_weights(std::mt19937_64& random) {
  std::exponential_distribution<double> draw;
  std::array<double, 4> w;
  double sum = 0;
  for (double& x : w) sum += x = draw(random);
  for (double& x : w) x /= sum;
  return w;
}

DistillationNoise random_noise(std::mt19937_64& random, bool symmetric) {
  std::uniform_real_distribution<double> draw(0.8, 1);
  Device ends[2];
  for (Device& end : ends) {
    end.two_qubit_reliability = draw(random);
    end.single_qubit_reliability = draw(random);
    end.readout.f0 = draw(random);
    end.readout.f1 = symmetric ? end.readout.f0 : draw(random);
  }
  return {DeviceModel(ends[0], Clock{}, false), DeviceModel(ends[1], Clock{}, false)};
}

TEST(Distillation, ProbabilitiesSumToOneAndStatesAreNormalised) {
  std::mt19937_64 random(std::random_device{}());
  for (int trial = 0; trial < 100; ++trial)
    for (DistillationProtocol protocol : protocols) {
      const DistillationNoise noise = random_noise(random, false);
      PairDensity kept(bell_mixture(random_weights(random))), used(bell_mixture(random_weights(random)));
      kept.apply_pauli(0, trial % 4);
      prepare_distillation(kept, protocol, noise, 0);
      prepare_distillation(used, protocol, noise, 2);
      const auto p = distillation_probabilities(kept, used, noise);
      double sum = 0;
      for (int bits = 0; bits < 4; ++bits) {
        EXPECT_GE(p[bits], -rounding);
        sum += p[bits];
        PairDensity after = kept;
        after.distil(used, noise, bits, p[bits]);
        EXPECT_NEAR(PairDensity::distilled(kept, used, noise, bits, 0, 0) / (4 * p[bits]), 1, rounding);
        for (double r : after.r) EXPECT_LE(std::abs(r), 1 + rounding);
      }
      EXPECT_NEAR(sum, 1, rounding);
    }
}

TEST(Distillation, BothKindsOfStateAgreeOnMixturesOfBellStates) {
  std::mt19937_64 random(std::random_device{}());
  for (int trial = 0; trial < 100; ++trial)
    for (DistillationProtocol protocol : protocols) {
      const DistillationNoise noise = random_noise(random, true);
      const Correlations a = bell_mixture(random_weights(random)), b = bell_mixture(random_weights(random));
      PairDensity kept(a), used(b);
      BellDiagonal kept_d(a), used_d(b);
      const int f = trial % 4, g = trial / 4 % 4;
      prepare_distillation(kept, protocol, noise, f);
      prepare_distillation(used, protocol, noise, g);
      prepare_distillation(kept_d, protocol, noise, f);
      prepare_distillation(used_d, protocol, noise, g);
      const auto p = distillation_probabilities(kept, used, noise), d = distillation_probabilities(kept_d, used_d, noise);
      for (int bits = 0; bits < 4; ++bits) {
        EXPECT_NEAR(p[bits], d[bits], rounding);
        PairDensity after = kept;
        BellDiagonal after_d = kept_d;
        after.distil(used, noise, bits, p[bits]);
        after_d.distil(used_d, noise, bits, d[bits]);
        for (int i = 0; i < 4; ++i)
          for (int j = 0; j < 4; ++j) EXPECT_NEAR(after.expectation(i, j), after_d.expectation(i, j), 1e-10);
      }
    }
}

TEST(Distillation, PerfectDejmpsOfWernerPairs) {
  // (F^2 + x^2) / (F^2 + 2 F x + 5 x^2), x = (1 - F) / 3 (docs/physics/distillation.md).
  for (double f : {0.6, 0.75, 0.9}) {
    const double x = (1 - f) / 3, kept_with = f * f + 2 * f * x + 5 * x * x;
    PairDensity kept(werner_state(f)), used(werner_state(f));
    const DistillationNoise noise;
    for (PairDensity* s : {&kept, &used}) prepare_distillation(*s, DistillationProtocol::dejmps, noise, 0);
    const auto p = distillation_probabilities(kept, used, noise);
    EXPECT_NEAR(p[0] + p[3], kept_with, rounding);
    kept.distil(used, noise, 0, p[0]);
    EXPECT_NEAR((1 + kept.r[5] - kept.r[10] + kept.r[15]) / 4, (f * f + x * x) / kept_with, rounding);
  }
}

}  // namespace
}  // namespace farbell
