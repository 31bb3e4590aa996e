#include "farbell/hardware/link_model.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "farbell/base/errors.hpp"
#include "farbell/hardware/fiber_kernels.hpp"
#include "farbell/hardware/pair_state.hpp"

namespace farbell {
namespace {

TEST(Fiber, TransmissionAndDelay) {
  EXPECT_NEAR(transmission(0.2, 50e3), 0.1, 1e-16);
  EXPECT_NEAR(transmission(0.2, 1e6) / 1e-20, 1, 1e-13);
  EXPECT_EQ(transmission(0, 1e6), 1);
  EXPECT_DOUBLE_EQ(fiber_delay_s(22e3, 2e8), 1.1e-4);
}

TEST(MidpointTiming, PhotonsMeetAtTheStation) {
  const LinkTiming t = midpoint_timing(1e-5, 4e-5, 3e-6, 2e-6);
  EXPECT_DOUBLE_EQ(t.emission_b_s, 3e-6);
  EXPECT_DOUBLE_EQ(t.emission_a_s + 1e-5, t.emission_b_s + 4e-5);
  EXPECT_DOUBLE_EQ(t.herald_a_s, 3e-6 + 4e-5 + 2e-6 + 1e-5);
  EXPECT_DOUBLE_EQ(t.herald_b_s, 3e-6 + 4e-5 + 2e-6 + 4e-5);
  EXPECT_EQ(t.period_s, t.herald_b_s);
}

TEST(LinkModel, MidpointAttemptClock) {
  MemorySpec memory;
  memory.efficiency = 0.5;
  StationSpec station;
  station.local_overhead_s = 1e-5;
  FiberSpec fiber;
  fiber.length_m = 20e3;
  const LinkModel model = link_model(DoubleClickSpec{}, fiber, memory, memory, &station);
  EXPECT_NEAR(model.success_probability, 0.0497633963, 1e-10);
  EXPECT_NEAR(model.period_s, 1.1e-4, 1e-18);
  EXPECT_TRUE(model.approximations.empty());
}

TEST(LinkModel, UnevenArmsDarkCountsAndInitialisation) {
  MemorySpec a, b;
  a.efficiency = 0.9;
  a.initialisation_s = 1e-6;
  a.initialisation_reliability = 0.8;
  b.efficiency = 0.6;
  b.initialisation_s = 5e-6;
  b.initialisation_reliability = 0.7;
  StationSpec station;
  station.visibility = 0.9;
  station.detector.efficiency = 0.5;
  station.detector.dark_count_rate_hz = 1e5;
  station.detector.window_s = 1e-6;
  FiberSpec fiber;
  fiber.length_m = 50e3;
  DoubleClickSpec generation;
  generation.station_position = 0.2;
  const LinkModel model = link_model(generation, fiber, a, b, &station);
  const HeraldTable table = double_click_table(
      {0.45 * std::pow(10, -0.2), 0.3 * std::pow(10, -0.8), 0.9, 1 - std::exp(-0.1)});
  EXPECT_NEAR(model.success_probability, table.success_probability, 1e-15);
  for (std::size_t row = 0; row < 4; ++row)
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j)
        EXPECT_NEAR(model.table.outcomes[row].state[4 * i + j],
                    table.outcomes[row].state[4 * i + j] * (i > 0 ? 0.8 : 1) * (j > 0 ? 0.7 : 1), 1e-14);
  EXPECT_DOUBLE_EQ(model.emission_b_s, 5e-6);
  EXPECT_DOUBLE_EQ(model.emission_a_s, 5e-6 + 1.5e-4);
  ASSERT_EQ(model.approximations.size(), 1u);
  EXPECT_EQ(model.approximations[0].name, "initialisation_depolarising");
}

TEST(LinkModel, GivenLinksAreTakenAtTheirWord) {
  GivenSpec given;
  given.success_probability = 0.05;
  given.attempt_period_s = 1e-5;
  given.herald_delay_s = 2e-5;
  given.state = WernerSpec{0.85};
  MemorySpec memory;
  memory.efficiency = 0.1;
  memory.initialisation_reliability = 0.5;
  const LinkModel model = link_model(given, FiberSpec{}, memory, memory, nullptr);
  EXPECT_EQ(model.success_probability, 0.05);
  EXPECT_EQ(model.period_s, 1e-5);
  EXPECT_EQ(model.herald_a_s, 2e-5);
  EXPECT_EQ(model.emission_b_s, 0);
  ASSERT_EQ(model.table.outcomes.size(), 1u);
  const Correlations werner{1, 0, 0, 0, 0, 0.8, 0, 0, 0, 0, -0.8, 0, 0, 0, 0, 0.8};
  for (int k = 0; k < 16; ++k) EXPECT_NEAR(model.table.outcomes[0].state[k], werner[k], 1e-15) << k;
}

TEST(LinkModel, ADoubleClickLinkNeedsItsStation) {
  EXPECT_THROW(link_model(DoubleClickSpec{}, FiberSpec{}, MemorySpec{}, MemorySpec{}, nullptr), SpecError);
  StationSpec other;
  other.name = "other";
  EXPECT_THROW(link_model(DoubleClickSpec{}, FiberSpec{}, MemorySpec{}, MemorySpec{}, &other), SpecError);
}

StationSpec station_with_dead_time(double dead_time_s) {
  StationSpec station;
  station.local_overhead_s = 5e-6;
  station.bin_separation_s = 1e-6;
  station.detector.window_s = 1e-7;
  station.detector.dead_time_s = dead_time_s;
  return station;
}

double success_of(GenerationSpec const& generation, StationSpec const& station) {
  return link_model(generation, FiberSpec{}, MemorySpec{}, MemorySpec{}, &station).success_probability;
}

TEST(LinkModel, DeadTimeOfADoubleClick) {
  const DoubleClickSpec click;
  EXPECT_DOUBLE_EQ(success_of(click, station_with_dead_time(0)), 0.5);
  EXPECT_DOUBLE_EQ(success_of(click, station_with_dead_time(0.9e-6)), 0.5);
  EXPECT_DOUBLE_EQ(success_of(click, station_with_dead_time(1.1e-6)), 0.25);
  for (double partly : {0.91e-6, 1e-6, 1.09e-6}) EXPECT_THROW(success_of(click, station_with_dead_time(partly)), SpecError);
  StationSpec unknown = station_with_dead_time(1e-9);
  unknown.bin_separation_s.reset();
  EXPECT_THROW(success_of(click, unknown), SpecError);
}

TEST(LinkModel, DeadTimeOverTheEndOfAnAttempt) {
  SingleClickSpec single;
  single.bright_state = 0.1;
  EXPECT_GT(success_of(single, station_with_dead_time(4.89e-6)), 0);
  EXPECT_THROW(success_of(single, station_with_dead_time(4.91e-6)), SpecError);
  EXPECT_GT(success_of(DoubleClickSpec{}, station_with_dead_time(3.89e-6)), 0);
  EXPECT_THROW(success_of(DoubleClickSpec{}, station_with_dead_time(3.91e-6)), SpecError);
}

TEST(LinkModel, SingleClickBothSides) {
  StationSpec station;
  SingleClickSpec single;
  single.bright_state = 0.1;
  const double same = success_of(single, station);
  single.bright_state_b = 0.1;
  EXPECT_EQ(success_of(single, station), same);
  single.bright_state_b = 0.2;
  single.phase_sigma_rad = 0.3;
  const LinkModel model = link_model(single, FiberSpec{}, MemorySpec{}, MemorySpec{}, &station);
  EXPECT_EQ(model.success_probability, single_click_table({}, 0.1, 0.2).success_probability);
  EXPECT_EQ(model.phase.sigma_rad, 0.3);
  EXPECT_EQ(model.phase.correlation_s, 0);
  EXPECT_LT(model.mean_table().fidelity(), model.table.fidelity());
}

TEST(PairState, BellWeightsAndMatricesAgree) {
  BellWeightsSpec bell;
  bell.weights = {0.4, 0.3, 0.2, 0.1};
  DensityMatrixSpec matrix;
  matrix.imag = {};
  matrix.real = {{{0.35, 0, 0, 0.05}, {0, 0.15, 0.05, 0}, {0, 0.05, 0.15, 0}, {0.05, 0, 0, 0.35}}};
  const Correlations r = correlations(PairStateSpec{bell}), s = correlations(PairStateSpec{matrix});
  for (int k = 0; k < 16; ++k) EXPECT_NEAR(r[k], s[k], 1e-15) << k;
}

TEST(PairState, ImaginaryPartsCount) {
  DensityMatrixSpec matrix;  // (|00> + i |11>)/sqrt(2): XY = YX = 1
  matrix.real = {{{0.5, 0, 0, 0}, {}, {}, {0, 0, 0, 0.5}}};
  matrix.imag = {{{0, 0, 0, -0.5}, {}, {}, {0.5, 0, 0, 0}}};
  const Correlations r = correlations(PairStateSpec{matrix});
  const Correlations expected{1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
  for (int k = 0; k < 16; ++k) EXPECT_NEAR(r[k], expected[k], 1e-15) << k;
}

}  // namespace
}  // namespace farbell
