// The steps of a fusion: what they make of pairs in every store, and what they cost.
#include "farbell/protocols/fusion_steps.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "farbell/base/errors.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/states.hpp"

namespace farbell {
namespace {

constexpr StoreKind every_store[]{StoreKind::bell_diagonal, StoreKind::pair_density, StoreKind::stabilizer, StoreKind::density, StoreKind::ket};
constexpr DeviceId memory{0};
using Kind = FusionStep::Kind;

Edges random_graph(std::uint32_t parties, std::mt19937_64& random) {
  Edges edges;
  for (std::uint32_t k = 1; k < parties; ++k) edges.push_back({static_cast<std::uint32_t>(random() % k), k});
  for (std::uint32_t a = 0; a < parties; ++a)
    for (std::uint32_t b = a + 1; b < parties; ++b)
      if (std::find(edges.begin(), edges.end(), std::array{a, b}) == edges.end() && random() % 3 == 0) edges.push_back({b, a});
  std::shuffle(edges.begin(), edges.end(), random);
  return edges;
}

// Of pairs in random Bell states, with ideal gates.
struct Fused {
  Fused(StoreKind kind, const Edges& edges, std::uint32_t arms, bool keeps, std::mt19937_64& random)
      : states(kind, {Device{}}, Clock{1e12}, false), frame(arms + keeps) {
    std::vector<States::Pair> pairs;
    for (std::uint32_t arm = 0; arm < arms; ++arm) {
      std::array<double, 4> weights{};
      const std::uint64_t bell = random() % 4;
      weights[bell] = 1;
      pairs.push_back(states.create_pair(bell_mixture(weights), memory, tick_zero, memory, tick_zero, random()));
      states.promote(pairs.back().a, tick_zero);
      frame.x[arm + keeps] = static_cast<std::uint8_t>(bell >> 1);
      frame.z[arm + keeps] = static_cast<std::uint8_t>(bell & 1);
    }
    const auto read = [&](std::uint32_t arm) {
      return static_cast<std::uint8_t>(states.measure(pairs[arm].a, Basis::z, tick_zero, std::uniform_real_distribution<double>(0, 1)(random)));
    };
    for (const auto [step, arm, other, end] : edges.empty() ? ghz_steps(arms, keeps) : graph_steps(edges, arms, keeps)) {
      if (step == Kind::cx || step == Kind::cz) states.apply(step == Kind::cx ? Gate::cx : Gate::cz, pairs[arm].a, pairs[other].a, tick_zero);
      if (step == Kind::h) states.apply(Gate::h, pairs[arm].a, tick_zero);
      if (step == Kind::read_x) frame.x[arm + keeps] ^= read(arm);
      if (step == Kind::read_z) frame.z[arm + keeps] ^= read(arm);
    }
    if (keeps) qubits.push_back(pairs[kept_half(edges, keeps)].a);
    for (const States::Pair& pair : pairs) qubits.push_back(pair.b);
  }

  States states;
  PauliFrame frame;
  std::vector<QubitId> qubits;
};

TEST(FusionSteps, MakeTheGraphStateInEveryStore) {
  std::mt19937_64 random(5);
  for (StoreKind kind : every_store)
    for (std::uint32_t parties = 2; parties <= 5; ++parties)
      for (bool keeps : {false, true})
        for (int repeat = 0; repeat < 6; ++repeat) {
          const Edges edges = random_graph(parties, random);
          Fused f(kind, edges, parties - keeps, keeps, random);
          EXPECT_EQ(f.states.live(), parties);
          EXPECT_NEAR(f.states.graph_fidelity(f.qubits, edges, f.frame, tick_zero), 1, 1e-12) << capabilities(kind).store;
          for (std::uint32_t party = 0; party < parties; ++party) {
            f.frame.z[party] ^= 1;
            EXPECT_NEAR(f.states.graph_fidelity(f.qubits, edges, f.frame, tick_zero), 0, 1e-12);
            f.frame.z[party] ^= 1;
          }
        }
}

TEST(FusionSteps, MakeGhzStates) {
  std::mt19937_64 random(6);
  for (bool keeps : {false, true})
    for (std::uint32_t arms = 2; arms <= 4; ++arms) {
      Fused f(StoreKind::density, {}, arms, keeps, random);
      EXPECT_NEAR(f.states.ghz_fidelity(f.qubits, f.frame, tick_zero), 1, 1e-12);
    }
}

// Of the stabilizer store, whose state is checked by its generators.
TEST(FusionSteps, OtherStatesAreNoGraphStates) {
  std::mt19937_64 random(7);
  const Edges line{{0, 1}, {1, 2}}, star{{0, 1}, {0, 2}};
  Fused f(StoreKind::stabilizer, line, 3, false, random);
  EXPECT_THROW(f.states.graph_fidelity(f.qubits, star, f.frame, tick_zero), InternalError);
}

TEST(FusionSteps, XIsZOnTheNeighbours) {
  PauliFrame frame(4);
  frame.x = {1, 0, 1, 0};
  frame.z = {0, 1, 0, 0};
  EXPECT_EQ(graph_phases({{0, 1}, {1, 2}, {2, 3}}, frame), (std::vector<std::uint8_t>{0, 1, 0, 1}));
}

TEST(FusionSteps, TheClusterOnTheWay) {
  const Edges star{{0, 1}, {0, 2}, {0, 3}, {0, 4}}, leaves_last{{0, 1}, {2, 3}, {1, 2}, {3, 4}};
  EXPECT_EQ(largest_cluster(graph_steps(star, 5, false), 5), 7u);
  EXPECT_EQ(largest_cluster(ghz_steps(5, false), 5), 7u);
  EXPECT_EQ(largest_cluster(ghz_steps(5, true), 5), 7u);
  EXPECT_EQ(largest_cluster(graph_steps(leaves_last, 5, false), 5), 7u);
  const Edges complete{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};
  EXPECT_EQ(largest_cluster(graph_steps(complete, 4, false), 4), 8u);
  EXPECT_EQ(largest_cluster(graph_steps({{0, 1}}, 1, true), 1), 2u);
}

TEST(FusionSteps, WhatFollowsOneAnother) {
  const auto of = [](const std::vector<FusionStep>& steps) {
    const FusionDepth d = depth(steps);
    return std::array{d.two_qubit_gates, d.single_qubit_gates, d.measurements};
  };
  const Edges ring{{0, 1}, {1, 2}, {2, 3}, {3, 0}};
  EXPECT_EQ(of(ghz_steps(3, false)), (std::array{2, 1, 1}));
  EXPECT_EQ(of(ghz_steps(3, true)), (std::array{2, 0, 1}));
  EXPECT_EQ(of(ghz_steps(1, true)), (std::array{0, 0, 0}));
  EXPECT_EQ(of(graph_steps(ring, 4, false)), (std::array{4, 1, 1}));
  EXPECT_EQ(of(graph_steps(ring, 3, true)), (std::array{3, 2, 1}));
  EXPECT_EQ(of(graph_steps({{0, 1}}, 1, true)), (std::array{0, 1, 0}));
}

}  // namespace
}  // namespace farbell
