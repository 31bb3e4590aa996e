#include "farbell/network/slots.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace farbell {
namespace {

NodeRow node(std::uint32_t slots) {
  NodeRow row;
  row.slots = slots;
  return row;
}

Slots slots_of(std::initializer_list<std::uint32_t> nodes, std::size_t circuits) {
  std::vector<NodeRow> rows;
  for (std::uint32_t slots : nodes) rows.push_back(node(slots));
  return Slots(rows, circuits);
}

std::vector<std::uint32_t> numbers(const std::vector<ChainId>& circuits) {
  std::vector<std::uint32_t> out;
  for (ChainId d : circuits) out.push_back(d.value);
  return out;
}

bool ask(Slots& slots, std::uint32_t n, std::uint32_t circuit, std::uint32_t count = 1) {
  return slots.take_or_wait(NodeId{n}, {ChainId{circuit}, count});
}

using Numbers = std::vector<std::uint32_t>;

TEST(Slots, TwoThatHoldWhatTheOtherWaitsForAreDeadlocked) {
  Slots slots = slots_of({1, 1}, 2);
  EXPECT_TRUE(ask(slots, 0, 0));
  EXPECT_TRUE(ask(slots, 1, 1));
  EXPECT_FALSE(ask(slots, 1, 0));
  EXPECT_TRUE(slots.surely_served(ChainId{0}));
  EXPECT_EQ(numbers(slots.deadlocked()), Numbers{});
  EXPECT_FALSE(ask(slots, 0, 1));
  EXPECT_EQ(numbers(slots.deadlocked()), (Numbers{0, 1}));
  EXPECT_EQ(numbers(slots.in_cycles()), (Numbers{0, 1}));
  slots.leave_line(ChainId{1});
  slots.give_back(NodeId{1}, ChainId{1});
  EXPECT_EQ(numbers(slots.deadlocked()), Numbers{});
  EXPECT_EQ(slots.serve_line(NodeId{1}), ChainId{0});
  EXPECT_EQ(slots.free(NodeId{1}), 0u);
  EXPECT_FALSE(slots.waits_at(ChainId{0}));
}

TEST(Slots, OneWhoEndsFreesOthersWhereSlotsAreCounted) {
  // 0 and 1 wait for each other, but 2 holds a second slot of node 1 and does not wait.
  Slots slots = slots_of({1, 2}, 3);
  ask(slots, 0, 0);
  ask(slots, 1, 1);
  ask(slots, 1, 2);
  EXPECT_FALSE(ask(slots, 1, 0));
  EXPECT_FALSE(ask(slots, 0, 1));
  EXPECT_EQ(numbers(slots.deadlocked()), Numbers{});
}

TEST(Slots, APlaceInLineIsWaitedForToo) {
  // 1 slot of node 1 is free, but 2, first in its line, waits for two of which 1 holds one; 1 waits for what 0 holds, 0 stands behind 2.
  Slots slots = slots_of({1, 2}, 3);
  ask(slots, 0, 0);
  ask(slots, 1, 1);
  EXPECT_FALSE(ask(slots, 1, 2, 2));
  EXPECT_FALSE(ask(slots, 1, 0));
  EXPECT_FALSE(ask(slots, 0, 1));
  EXPECT_EQ(numbers(slots.deadlocked()), (Numbers{0, 1, 2}));
  EXPECT_EQ(numbers(slots.in_cycles()), (Numbers{0, 1, 2}));
}

TEST(Slots, WhoRunsIntoADeadlockIsPartOfItButNotOfItsCircle) {
  Slots slots = slots_of({1, 1, 1}, 3);
  ask(slots, 0, 0);
  ask(slots, 1, 1);
  ask(slots, 2, 2);
  ask(slots, 1, 0);
  ask(slots, 0, 1);
  EXPECT_FALSE(ask(slots, 0, 2));
  EXPECT_EQ(numbers(slots.deadlocked()), (Numbers{0, 1, 2}));
  EXPECT_EQ(numbers(slots.in_cycles()), (Numbers{0, 1}));
}

TEST(Slots, MoreThanANodeHasIsNeverServed) {
  Slots slots = slots_of({2}, 2);
  EXPECT_FALSE(ask(slots, 0, 0, 3));
  EXPECT_FALSE(ask(slots, 0, 1));  // nobody overtakes
  EXPECT_EQ(numbers(slots.deadlocked()), (Numbers{0, 1}));
  EXPECT_EQ(numbers(slots.in_cycles()), Numbers{});
}

// Against what it means: those are stuck who still wait when everybody who can end has ended, in whatever order.
TEST(Slots, DeadlockedAreThoseLeftWhenAllOthersHaveEnded) {
  std::mt19937_64 random{std::random_device{}()};
  const auto below = [&](std::uint32_t n) { return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random); };
  std::size_t stuck = 0, circles = 0;
  for (int round = 0; round < 20'000; ++round) {
    constexpr std::uint32_t nodes = 4, circuits = 6;
    Slots slots = slots_of({1 + below(3), 1 + below(3), 1 + below(3), 1 + below(3)}, circuits);
    std::vector<std::vector<std::uint32_t>> routes;  // what is left of each circuit's
    for (std::uint32_t d = 0; d < circuits; ++d) {
      std::vector<std::uint32_t> route{0, 1, 2, 3};
      std::shuffle(route.begin(), route.end(), random);
      routes.push_back(route);
    }
    for (int step = 0; step < 16; ++step) {
      const std::uint32_t d = below(circuits);
      if (slots.waits_at(ChainId{d}) || routes[d].empty()) continue;
      ask(slots, routes[d].back(), d, 1 + below(2));
      routes[d].pop_back();
    }
    const std::vector<ChainId> found = slots.deadlocked(), in_circles = slots.in_cycles();
    stuck += found.size();
    circles += in_circles.size();
    for (bool moved = true; moved;) {
      moved = false;
      for (std::uint32_t d = 0; d < circuits; ++d)
        if (!slots.waits_at(ChainId{d}))
          for (std::uint32_t n = 0; n < nodes; ++n) {
            const auto& held = slots.held(NodeId{n});
            if (std::none_of(held.begin(), held.end(), [&](const Slots::Share& s) { return s.circuit == ChainId{d}; })) continue;
            slots.give_back(NodeId{n}, ChainId{d});
            moved = true;
          }
      for (std::uint32_t n = 0; n < nodes; ++n)
        while (slots.serve_line(NodeId{n})) moved = true;
    }
    std::vector<ChainId> left;
    for (std::uint32_t d = 0; d < circuits; ++d)
      if (slots.waits_at(ChainId{d})) left.push_back(ChainId{d});
    ASSERT_EQ(numbers(found), numbers(left));
    ASSERT_TRUE(std::includes(found.begin(), found.end(), in_circles.begin(), in_circles.end()));
  }
  EXPECT_GT(stuck, 1'000u);
  EXPECT_GT(circles, 1'000u);
}

}  // namespace
}  // namespace farbell
