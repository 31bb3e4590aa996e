#include "farbell/hardware/herald.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "farbell/base/errors.hpp"
#include "farbell/state/correlations.hpp"

namespace farbell {
namespace {

TEST(DoubleClick, ClosedForm) {
  for (const double eta_a : {1.0, 0.3, 1e-8})
    for (const double eta_b : {0.7, 0.3, 1e-6})
      for (const double dark : {0.0, 1e-4, 1e-2})
        for (const double v : {1.0, 0.95, 0.0}) {
          // Probability that exactly one detector clicks in a bin with one, no, two photons sent.
          const auto one = [&](double eta) { return (1 - dark) * (eta + 2 * dark * (1 - eta)); };
          const double none = 2 * dark * (1 - dark);
          const double two = (1 - dark) * (eta_a * eta_b * (1 + v) / 2 + eta_a * (1 - eta_b) + eta_b * (1 - eta_a) +
                                           2 * dark * (1 - eta_a) * (1 - eta_b));
          const double split = one(eta_a) * one(eta_b), bunched = two * none;
          const HeraldTable table = double_click_table({eta_a, eta_b, v, dark});
          EXPECT_NEAR(table.success_probability / ((split + bunched) / 2), 1, 1e-12);
          ASSERT_EQ(table.outcomes.size(), 4u);
          for (HeraldOutcome const& outcome : table.outcomes) {
            EXPECT_NEAR(outcome.probability, 0.25, 1e-14);
            EXPECT_NEAR(outcome.fidelity(),
                        (split + v * eta_a * eta_b * (1 - dark) * (1 - dark)) / (2 * (split + bunched)), 1e-12);
            EXPECT_TRUE(is_bell_diagonal(outcome.state));
          }
        }
}

TEST(DoubleClick, PatternsAnnounceTheirBellState) {
  const HeraldTable table = double_click_table({0.5, 0.3, 1, 0});
  for (HeraldOutcome const& outcome : table.outcomes) {
    EXPECT_EQ(outcome.frame, outcome.pattern[0] == outcome.pattern[1] ? 2 : 3) << outcome.pattern;
    // Without dark counts and with equal modes the state is pure whatever the losses: both branches lost the same arms once each.
    EXPECT_NEAR(outcome.fidelity(), 1, 1e-14);
  }
  EXPECT_EQ(table.truncation_error, 0);
}

TEST(DoubleClick, StatesAreNormalisedAndPositive) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int trial = 0; trial < 200; ++trial) {
    const HeraldTable table = double_click_table({unit(random), unit(random), unit(random), 0.3 * unit(random)});
    double total = 0;
    for (HeraldOutcome const& outcome : table.outcomes) {
      total += outcome.probability;
      EXPECT_NEAR(outcome.state[0], 1, 1e-14);
      EXPECT_GE(smallest_eigenvalue(outcome.state), -1e-12);
    }
    EXPECT_NEAR(total, 1, 1e-14);
    EXPECT_LE(table.success_probability, 1);
  }
}

TEST(DoubleClick, SwappingTheArmsSwapsTheMemories) {
  const HeraldTable forward = double_click_table({0.6, 0.1, 0.85, 0.02}), backward = double_click_table({0.1, 0.6, 0.85, 0.02});
  EXPECT_NEAR(forward.success_probability, backward.success_probability, 1e-16);
  for (std::size_t row = 0; row < 4; ++row)
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j)
        EXPECT_NEAR(forward.outcomes[row].state[4 * i + j], backward.outcomes[row].state[4 * j + i], 1e-14);
}

TEST(DoubleClick, DarkCountsAloneLeaveTheMemoriesMixed) {
  const double dark = 0.05;
  const HeraldTable table = double_click_table({0, 0, 1, dark});
  EXPECT_NEAR(table.success_probability, std::pow(2 * dark * (1 - dark), 2), 1e-15);
  for (HeraldOutcome const& outcome : table.outcomes)
    for (int k = 1; k < 16; ++k) EXPECT_NEAR(outcome.state[k], 0, 1e-15);
}

TEST(DoubleClick, NothingArrivesNothingHeralds) {
  const HeraldTable table = double_click_table({0.5, 0, 1, 0});
  EXPECT_EQ(table.success_probability, 0);
  EXPECT_TRUE(table.outcomes.empty());
  EXPECT_TRUE(std::isnan(table.fidelity()));
}

TEST(DoubleClick, ADeadDetectorLosesItsLateBin) {
  const HeraldTable whole = double_click_table({0.6, 0.3, 0.9, 0}), lost = double_click_table({0.6, 0.3, 0.9, 0}, true);
  ASSERT_EQ(lost.outcomes.size(), 2u);
  EXPECT_NEAR(lost.success_probability, whole.success_probability / 2, 1e-16);
  for (const HeraldOutcome& outcome : lost.outcomes) {
    EXPECT_NE(outcome.pattern[0], outcome.pattern[1]);
    EXPECT_EQ(outcome.frame, 3);
    EXPECT_NEAR(outcome.fidelity(), 0.95, 1e-15);
  }
}

TEST(DoubleClick, ResolvedNumbersRefuseAPhotonWithADarkCount) {
  const BinOptics threshold{1, 1, 1, 0.01};
  BinOptics resolving = threshold;
  resolving.number_resolving = true;
  EXPECT_GT(double_click_table(resolving).fidelity(), double_click_table(threshold).fidelity());
  // No photon is lost, so that a dark count is always one count too many.
  EXPECT_NEAR(double_click_table(resolving).success_probability, std::pow(0.99, 4) / 2, 1e-15);
}

TEST(SingleClick, ClosedForm) {
  const double eta = 0.3, alpha = 0.2, v = 0.8, dark = 0.01;
  const HeraldTable table = single_click_table({eta, eta, v, dark}, alpha, alpha);
  // Of |11>, |01> or |10>, |00>: exactly one detector clicks.
  const double two = (1 - dark) * 2 * (eta * (1 - eta) + eta * eta * (1 + v) / 4 + dark * (1 - eta) * (1 - eta));
  const double one = (1 - dark) * (eta + 2 * dark * (1 - eta)), none = 2 * dark * (1 - dark);
  const double success = alpha * alpha * two + 2 * alpha * (1 - alpha) * one + (1 - alpha) * (1 - alpha) * none;
  EXPECT_NEAR(table.success_probability, success, 1e-15);
  const double fidelity = alpha * (1 - alpha) * (one + (1 - dark) * eta * std::sqrt(v)) / success;
  EXPECT_NEAR(table.fidelity(), fidelity, 1e-15);
  EXPECT_EQ(table.truncation_error, 0);
  ASSERT_EQ(table.outcomes.size(), 2u);
  EXPECT_EQ(table.outcomes[0].pattern + table.outcomes[1].pattern, "12");
  EXPECT_EQ(table.outcomes[0].frame, 2);
  EXPECT_EQ(table.outcomes[1].frame, 3);
}

TEST(SingleClick, StatesAreNormalisedAndPositive) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> unit;
  for (int repeat = 0; repeat < 200; ++repeat) {
    const BinOptics optics{unit(random), unit(random), unit(random), 0.3 * unit(random), repeat % 2 == 0};
    const HeraldTable table = phase_averaged(single_click_table(optics, unit(random), unit(random)), unit(random));
    double total = 0;
    for (const HeraldOutcome& outcome : table.outcomes) {
      EXPECT_NEAR(outcome.state[0], 1, 1e-14);
      EXPECT_GT(smallest_eigenvalue(outcome.state), -1e-14);
      total += outcome.probability;
    }
    EXPECT_NEAR(total, 1, 1e-14);
  }
}

TEST(SingleClick, BrightStatesCompensateUnlikeArms) {
  // eta_A alpha_A = eta_B alpha_B: the photon tells least about where it came from.
  const double fidelity = single_click_table({0.1, 0.02, 1, 0}, 0.01, 0.05).fidelity();
  EXPECT_GT(fidelity, single_click_table({0.1, 0.02, 1, 0}, 0.03, 0.03).fidelity());
}

TEST(SingleClick, BrightStatesOutOfRange) {
  for (double alpha : {0.0, 1.0, -0.1, std::nan("")}) {
    EXPECT_THROW(single_click_table({}, alpha, 0.5), SpecError);
    EXPECT_THROW(single_click_table({}, 0.5, alpha), SpecError);
  }
}

TEST(PhaseAveraged, IsTheMeanOfTurnedStates) {
  const HeraldTable table = single_click_table({0.5, 0.3, 0.9, 0.01}, 0.2, 0.1);
  const double sigma = 0.6;
  const HeraldTable mean = phase_averaged(table, sigma);
  for (std::size_t outcome = 0; outcome < 2; ++outcome) {
    Correlations sum{};
    double weight = 0;
    for (int k = -4000; k <= 4000; ++k) {
      const double x = k * 2e-3, density = std::exp(-x * x / 2);
      const Correlations turned = rotated_about_z(table.outcomes[outcome].state, sigma * x);
      for (int i = 0; i < 16; ++i) sum[i] += density * turned[i];
      weight += density;
    }
    for (int i = 0; i < 16; ++i) EXPECT_NEAR(mean.outcomes[outcome].state[i], sum[i] / weight, 1e-12);
  }
}

}  // namespace
}  // namespace farbell
