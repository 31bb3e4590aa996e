#include "farbell/hardware/pair_source.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "farbell/hardware/photon_window.hpp"
#include "farbell/state/correlations.hpp"

namespace farbell {
namespace {

TEST(PairSource, FewPhotonsKeepTheirRelativePrecision) {
  MidpointSourceSpec source;
  source.mean_pairs = 1e-6;
  const HeraldTable table = pair_source_table(source, 1e-10, 3e-10);
  EXPECT_NEAR(table.success_probability / 3e-26, 1, 3e-6);
  EXPECT_NEAR(table.fidelity(), 1, 3e-6);
}

TEST(PairSource, StatesArePositive) {
  MidpointSourceSpec source;
  for (const double mean : {0.01, 1.0, 30.0})
    for (const double purity : {1.0, 0.3})
      for (const double a : {0.0, 1e-3, 1.0}) {
        source.mean_pairs = mean;
        source.spectral_purity = purity;
        source.false_herald_probability = 0.01;
        const HeraldTable table = pair_source_table(source, a, 0.5);
        EXPECT_LE(table.success_probability, 1);
        EXPECT_GE(smallest_eigenvalue(table.outcomes[0].state), -1e-14);
      }
}

TEST(PhotonWindow, SharesGrowWithTheWindowAndShrinkWithJitter) {
  EXPECT_NEAR(window_share(1, 0, 2), 1 - std::exp(-2), 1e-15);
  EXPECT_NEAR(window_share(1, 1e-9, 2), 1 - std::exp(-2), 1e-8);
  double before = 1;
  for (const double jitter : {0.1, 1.0, 10.0, 1e3, 1e6}) {
    const double share = window_share(1, jitter, 5);
    EXPECT_GT(share, 0);
    EXPECT_LT(share, before);
    before = share;
  }
  // Far jitter is flat: its density at 0 times the window.
  EXPECT_NEAR(window_share(1, 1e3, 5) / (5 * 0.3989422804014327e-3), 1, 1e-4);
  EXPECT_NEAR(lifetime_overlap(3, 1), 0.75, 1e-15);
  EXPECT_NEAR(common_lifetime_s(3, 1), 1.5, 1e-15);
}

}  // namespace
}  // namespace farbell
