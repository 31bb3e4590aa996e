// How qubits come out of memories that absorb: both laws, and what a memory holds apart.
#include "farbell/hardware/retrieval.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "farbell/base/errors.hpp"
#include "farbell/hardware/link_model.hpp"

namespace farbell {
namespace {

RetrievalSpec retrieval_of(double efficiency, double lifetime_s, RetrievalLaw law) {
  RetrievalSpec spec;
  spec.efficiency = efficiency;
  spec.lifetime_s = lifetime_s;
  spec.law = law;
  return spec;
}

TEST(Retrieval, FallsByItsLaw) {
  const RetrievalSpec comb = retrieval_of(0.45, 1e-3, RetrievalLaw::exponential), spin_wave = retrieval_of(0.9, 1e-4, RetrievalLaw::gaussian);
  for (RetrievalSpec const& spec : {comb, spin_wave}) {
    EXPECT_EQ(spec.after(0), spec.efficiency);
    EXPECT_NEAR(spec.after(*spec.lifetime_s), spec.efficiency / std::exp(1), 1e-15);  // a 1/e time, under both
    EXPECT_GE(spec.after(1e3), 0);
  }
  EXPECT_NEAR(comb.after(2e-3), 0.45 * std::exp(-2), 1e-15);
  EXPECT_NEAR(spin_wave.after(2e-4), 0.9 * std::exp(-4), 1e-15);
  // Exponentials forget how long they have been there; gaussians do not.
  EXPECT_NEAR(comb.after(3e-4) * comb.after(5e-4), comb.efficiency * comb.after(8e-4), 1e-15);
  EXPECT_GT(spin_wave.after(3e-5) * spin_wave.after(5e-5), spin_wave.efficiency * spin_wave.after(8e-5));
}

TEST(Retrieval, StaysWithoutALifetime) {
  RetrievalSpec spec;
  spec.efficiency = 0.3;
  EXPECT_EQ(spec.after(0), 0.3);
  EXPECT_EQ(spec.after(1e12), 0.3);
}

TEST(Retrieval, HoldsModesOfTimeFrequencyAndSpaceApart) {
  RetrievalSpec spec;
  EXPECT_EQ(spec.modes(), 1);
  spec.temporal_modes = 20;
  spec.spectral_modes = 50;
  spec.spatial_modes = 3;
  EXPECT_EQ(spec.modes(), 3000);
  spec.temporal_modes = spec.spectral_modes = spec.spatial_modes = 1'000'000;
  EXPECT_EQ(spec.modes(), 1e18);  // no overflow
}

TEST(Retrieval, ATrainOfMoreModesThanAMemoryHoldsIsRefused) {
  FiberSpec fiber;
  MemorySpec memory, absorbing;
  memory.name = "ion";
  absorbing.name = "crystal";
  absorbing.retrieval = RetrievalSpec{};
  absorbing.retrieval->temporal_modes = 4;
  absorbing.retrieval->spectral_modes = 2;
  MidpointSourceSpec source;
  source.local_overhead_s = 1e-6;
  source.multiplexing = MultiplexingSpec{};
  for (const int modes : {8, 9}) {
    source.multiplexing->modes = modes;
    for (const bool first : {true, false}) {
      MemorySpec const &a = first ? absorbing : memory, &b = first ? memory : absorbing;
      if (modes == 8) {
        EXPECT_NO_THROW(link_model(source, fiber, a, b, nullptr));
        continue;
      }
      try {
        link_model(source, fiber, a, b, nullptr);
        ADD_FAILURE() << "not refused";
      } catch (SpecError const& error) {
        EXPECT_EQ(error.path, "/multiplexing/modes");
        EXPECT_NE(std::string(error.what()).find("at most 8"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("\"crystal\""), std::string::npos) << error.what();
      }
    }
  }
}

// What heralds tell of an empty memory is a row of its own where it can be told from a qubit: at the swap.
TEST(Retrieval, EmptyMemoriesHaveRowsOfTheirOwn) {
  FiberSpec fiber;
  MemorySpec memory, absorbing;
  memory.efficiency = absorbing.efficiency = 0.5;
  absorbing.retrieval = RetrievalSpec{};
  MidpointSourceSpec source;
  source.local_overhead_s = 1e-6;
  source.statistics = PairStatistics::deterministic;
  source.false_herald_probability = 0.1;
  const LinkModel plain = link_model(source, fiber, memory, memory, nullptr), told = link_model(source, fiber, absorbing, memory, nullptr);
  EXPECT_NEAR(plain.success_probability, told.success_probability, 1e-15);
  ASSERT_EQ(plain.table.outcomes.size(), 1u);
  ASSERT_EQ(told.table.outcomes.size(), 2u);
  double full = 0, sum = 0;
  for (HeraldOutcome const& outcome : told.table.outcomes) {
    sum += outcome.probability;
    if (!outcome.empty[0]) full += outcome.probability;
    EXPECT_FALSE(outcome.empty[1]);
  }
  EXPECT_NEAR(sum, 1, 1e-15);
  // With p pairs, each of which ends in either memory with probability 1/2: A tells falsely of nothing with 0.1, truly else.
  const double p = source.mean_pairs, tells_b = 0.5 + 0.5 * 0.1;
  const double empty = 0.1 * (p * 0.5 * tells_b + (1 - p) * 0.1);
  EXPECT_NEAR(1 - full, empty / told.success_probability, 1e-14);
}

}  // namespace
}  // namespace farbell
