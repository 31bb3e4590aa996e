#include "farbell/hardware/herald.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

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

}  // namespace
}  // namespace farbell
