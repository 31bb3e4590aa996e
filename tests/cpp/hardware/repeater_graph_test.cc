#include "farbell/hardware/repeater_graph.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace farbell {
namespace {

TEST(TreeCode, OneLevelIsAVoteAndAParity) {
  const std::vector<std::int64_t> three{3};
  const TreeCode code = tree_code(three, 0.2, 0.1);
  EXPECT_NEAR(code.x, 1 - 0.2 * 0.2 * 0.2, 1e-15);
  EXPECT_NEAR(code.z, 0.8 * 0.8 * 0.8, 1e-15);
  // Of three votes two or more, of two that are there one, as one is left out.
  const double of_three = 3 * 0.01 * 0.9 + 0.001;
  EXPECT_NEAR(code.x_flip, (0.512 * of_three + (3 * 0.64 * 0.2 + 3 * 0.8 * 0.04) * 0.1) / code.x, 1e-14);
  EXPECT_NEAR(code.z_flip, 3 * 0.1 * 0.81 + 0.001, 1e-15);
}

TEST(TreeCode, TreesCarryWhereHalfOfThePhotonsAreLessThanLost) {
  // Without a tree a photon of eta = 0.8 gives a result in 8 of 10 cases.
  const TreeCode code = tree_code(std::vector<std::int64_t>{16, 14, 1}, 0.2, 0);
  EXPECT_GT(code.x, 0.99);
  EXPECT_GT(code.z, 0.9);
}

TEST(RepeaterGraph, StatesArePositive) {
  RepeaterGraphSpec graph;
  graph.branching = {3, 2};
  for (const std::int64_t sources : {1, 2, 5})
    for (const double depolarising : {0.0, 0.01, 1.0})
      for (const double visibility : {0.0, 0.9, 1.0}) {
        graph.sources = sources;
        graph.arms = 2;
        graph.photon_depolarising = depolarising;
        graph.visibility = visibility;
        const HeraldTable table = repeater_graph_table(graph, std::vector<double>(static_cast<std::size_t>(2 * sources + 2), 0.9), 0.8, 1);
        ASSERT_EQ(table.outcomes.size(), 1u);
        const Correlations& state = table.outcomes[0].state;
        for (const double x : {1.0, -1.0})
          for (const double z : {1.0, -1.0}) EXPECT_GE(1 + x * state[5] - x * z * state[10] + z * state[15], -1e-12);
      }
}

TEST(RepeaterGraph, WithoutLightThereIsNoSuccess) {
  RepeaterGraphSpec graph;
  graph.branching = {2};
  const HeraldTable table = repeater_graph_table(graph, std::vector<double>(4, 0.0), 1, 1);
  EXPECT_EQ(table.success_probability, 0);
  EXPECT_TRUE(table.outcomes.empty());
}

}  // namespace
}  // namespace farbell
