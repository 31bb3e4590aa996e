// Looking a state of a chain up in a policy.
#include "farbell/protocols/policy_table.hpp"

#include <gtest/gtest.h>

namespace farbell {
namespace {

constexpr std::uint32_t any = PolicyTable::any_age;

PolicyTable table() {
  PolicyTable t;
  t.swaps[{{0, 1, any}, {1, 2, any}}] = {1};
  t.swaps[{{0, 1, 3}, {1, 2, 0}}] = {};
  t.swaps[{{0, 1, 5}, {2, 3, 1}}] = {2};
  return t;
}

TEST(PolicyTable, AnEntryWithAgesGoesFirst) {
  const PolicyTable t = table();
  ASSERT_NE(t.find({{0, 1, 3}, {1, 2, 0}}), nullptr);
  EXPECT_TRUE(t.find({{0, 1, 3}, {1, 2, 0}})->empty());
  EXPECT_EQ(*t.find({{0, 1, 3}, {1, 2, 1}}), PolicyTable::Positions{1});
}

TEST(PolicyTable, TheOrderOfPairsDoesNotMatter) {
  EXPECT_EQ(*table().find({{1, 2, 7}, {0, 1, 9}}), PolicyTable::Positions{1});
  EXPECT_EQ(*table().find({{2, 3, 1}, {0, 1, 5}}), PolicyTable::Positions{2});
}

TEST(PolicyTable, WhatIsNotListedIsNotFound) {
  const PolicyTable t = table();
  EXPECT_EQ(t.find({{0, 1, 5}, {2, 3, 0}}), nullptr);
  EXPECT_EQ(t.find({{0, 1, 5}}), nullptr);
  EXPECT_EQ(t.find({{0, 1, 5}, {1, 2, 0}, {2, 3, 0}}), nullptr);
  EXPECT_EQ(t.find({}), nullptr);
}

}  // namespace
}  // namespace farbell
