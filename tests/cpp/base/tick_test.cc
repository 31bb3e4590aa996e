#include "farbell/base/tick.hpp"

#include <gtest/gtest.h>

namespace farbell {
namespace {

constexpr Tick largest{std::numeric_limits<std::int64_t>::max() - 1};

TEST(Tick, SumsSaturate) {
  EXPECT_EQ(Tick{2} + Tick{3}, Tick{5});
  EXPECT_EQ(largest + Tick{1}, never);
  EXPECT_EQ(largest + largest, never);
  EXPECT_EQ(never + Tick{1}, never);
  EXPECT_EQ(Tick{-5} + never, never);
  EXPECT_EQ(Tick{7} - Tick{3}, Tick{4});
}

TEST(Tick, PeriodsSaturate) {
  EXPECT_EQ(after(Tick{10}, Tick{3}, 4), Tick{22});
  EXPECT_EQ(after(Tick{10}, Tick{3}, 0), Tick{10});
  EXPECT_EQ(after(tick_zero, largest, 2), never);
  EXPECT_EQ(after(tick_zero, never, 0), never);
  EXPECT_EQ(after(largest, Tick{1}, 1), never);
}

TEST(Clock, NearestTick) {
  const Clock ps;
  EXPECT_EQ(ps.tick(1e-12), Tick{1});
  EXPECT_EQ(ps.tick(0.49e-12), Tick{0});
  EXPECT_EQ(ps.tick(0.5e-12), Tick{1});  // halves go up
  EXPECT_EQ(ps.tick(1.0), Tick{1'000'000'000'000});
  EXPECT_DOUBLE_EQ(ps.seconds(ps.tick(0.123456)), 0.123456);
}

TEST(Clock, WhatDoesNotFitIsNever) {
  EXPECT_EQ(Clock{}.tick(107 * 86400.0), never);
  EXPECT_NE(Clock{}.tick(106 * 86400.0), never);
  EXPECT_EQ(Clock{}.tick(std::numeric_limits<double>::infinity()), never);
  const Clock ns{1e9};
  EXPECT_NE(ns.tick(291 * 365.25 * 86400), never);
  EXPECT_EQ(ns.tick(293 * 365.25 * 86400), never);
}

}  // namespace
}  // namespace farbell
