// Fixed orders as the reach that each position waits for.
#include "farbell/protocols/swap_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

namespace farbell {
namespace {

using Reach = std::array<std::uint32_t, 2>;

Chain ordered(std::uint32_t nodes, const SwapOrder& order) {
  Chain chain;
  chain.positions.resize(nodes);
  apply(order, chain);
  return chain;
}

std::vector<Reach> reaches(const Chain& chain) {
  std::vector<Reach> out;
  for (std::uint32_t i = 1; i < chain.last(); ++i) out.push_back(chain.positions[i].wanted_reach);
  return out;
}

TEST(SwapOrder, AsapWaitsForNothing) {
  const Chain chain = ordered(5, {});
  EXPECT_FALSE(chain.ordered);
  for (const Reach& reach : reaches(chain)) EXPECT_EQ(reach, (Reach{any_reach, any_reach}));
}

TEST(SwapOrder, DoublingHalvesAndHalvesAgain) {
  EXPECT_EQ(reaches(ordered(5, {SwapOrder::Kind::doubling, {}})), (std::vector<Reach>{{0, 2}, {0, 4}, {2, 4}}));
  EXPECT_EQ(reaches(ordered(6, {SwapOrder::Kind::doubling, {}})), (std::vector<Reach>{{0, 2}, {0, 5}, {2, 5}, {3, 5}}));
  EXPECT_TRUE(reaches(ordered(2, {SwapOrder::Kind::doubling, {}})).empty());
}

TEST(SwapOrder, SequentialGrowsFromEndA) {
  EXPECT_EQ(reaches(ordered(5, {SwapOrder::Kind::sequential, {}})), (std::vector<Reach>{{0, 2}, {0, 3}, {0, 4}}));
}

TEST(SwapOrder, ATreeMayBeEitherOfThem) {
  EXPECT_EQ(reaches(ordered(5, {SwapOrder::Kind::tree, {0, 1, 3, 2, 0}})), reaches(ordered(5, {SwapOrder::Kind::doubling, {}})));
  EXPECT_EQ(reaches(ordered(5, {SwapOrder::Kind::tree, {0, 1, 2, 3, 0}})), reaches(ordered(5, {SwapOrder::Kind::sequential, {}})));
}

// Whatever the order says, swaps of pairs with the wanted reach make the whole chain one pair, each node once, in an order that
// respects the ranks of neighbours.
TEST(SwapOrder, AnyTreeEndsInOnePair) {
  std::mt19937_64 random(std::random_device{}());
  for (int trial = 0; trial < 200; ++trial) {
    const std::uint32_t nodes = 3 + static_cast<std::uint32_t>(random() % 20);
    SwapOrder order{SwapOrder::Kind::tree, std::vector<std::uint32_t>(nodes, 0)};
    std::iota(order.rank.begin() + 1, order.rank.end() - 1, 1u);
    std::shuffle(order.rank.begin() + 1, order.rank.end() - 1, random);
    const Chain chain = ordered(nodes, order);
    std::set<Reach> pairs;
    for (std::uint32_t i = 0; i + 1 < nodes; ++i) pairs.insert({i, i + 1});
    std::vector<std::uint32_t> by_rank(nodes - 2);
    std::iota(by_rank.begin(), by_rank.end(), 1u);
    std::sort(by_rank.begin(), by_rank.end(), [&](auto a, auto b) { return order.rank[a] < order.rank[b]; });
    for (std::uint32_t i : by_rank) {
      const auto [left, right] = chain.positions[i].wanted_reach;
      ASSERT_EQ(pairs.erase({left, i}), 1u) << "position " << i << " of " << nodes;
      ASSERT_EQ(pairs.erase({i, right}), 1u) << "position " << i << " of " << nodes;
      pairs.insert({left, right});
    }
    EXPECT_EQ(pairs, (std::set<Reach>{{0, nodes - 1}}));
  }
}

}  // namespace
}  // namespace farbell
