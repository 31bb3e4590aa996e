// Rows on their way to tables: whatever is passed on sorts into the order of replicas.
#include "farbell/simulation/rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace farbell {
namespace {

template <class T>
const std::vector<T>& column(const Table& table, std::size_t i) {
  return std::get<std::vector<T>>(table.columns[i].values);
}

// (replica, number of the row in it) of all pairs in tables, sorted as `Spill` sorts row groups.
std::vector<std::array<std::uint64_t, 2>> sorted(std::vector<Table> tables) {
  std::erase_if(tables, [](const Table& t) { return t.name != "pairs" || column<std::uint32_t>(t, 0).empty(); });
  std::stable_sort(tables.begin(), tables.end(), [](const Table& a, const Table& b) {
    return column<std::uint32_t>(a, 0).front() < column<std::uint32_t>(b, 0).front();
  });
  std::vector<std::array<std::uint64_t, 2>> out;
  for (const Table& t : tables)
    for (std::size_t i = 0; i < column<std::uint32_t>(t, 0).size(); ++i) out.push_back({column<std::uint32_t>(t, 0)[i], column<std::uint64_t>(t, 2)[i]});
  return out;
}

RowBlock block(std::uint64_t replica, std::uint64_t first_row, std::size_t rows, bool last) {
  RowBlock b{.replica = replica, .pairs = std::vector<PairRow>(rows), .requests = {}, .ghz_states = {}, .ghz_requests = {}, .last = last};
  for (PairRow& row : b.pairs) {
    row.demand = DemandId{0};
    row.request = first_row++;
  }
  return b;
}

// Replicas of random length, claimed in order by a few workers whose blocks come in any order.
TEST(RowStore, WhatIsSpilledSortsIntoTheOrderOfReplicas) {
  std::mt19937_64 random(std::random_device{}());
  for (int round = 0; round < 300; ++round) {
    const auto pick = [&](std::uint64_t most) { return std::uniform_int_distribution<std::uint64_t>(0, most)(random); };
    const std::uint64_t replicas = 1 + pick(20), workers = 1 + pick(3);
    std::vector<Table> spilled;
    RowStore store(Clock{}, pick(40) * sizeof(PairRow), [&](Table&& t) { spilled.push_back(std::move(t)); });
    struct Work {
      std::uint64_t replica, rows, written = 0;
    };
    std::vector<Work> running;
    std::vector<std::array<std::uint64_t, 2>> expected;
    std::uint64_t next = 0;
    while (next < replicas || !running.empty()) {
      if (next < replicas && running.size() < workers) {
        running.push_back({next, pick(3) == 0 ? 0 : pick(30)});
        for (std::uint64_t i = 0; i < running.back().rows; ++i) expected.push_back({next, i});
        ++next;
        continue;
      }
      const std::size_t who = pick(running.size() - 1);
      Work& w = running[who];
      const std::uint64_t rows = std::min(w.rows - w.written, 1 + pick(12));
      const bool last = w.written + rows == w.rows && pick(1) == 0;
      store.take(block(w.replica, w.written, rows, last));
      w.written += rows;
      if (last) running.erase(running.begin() + static_cast<std::ptrdiff_t>(who));
    }
    std::vector<Table> rest;
    store.finish(rest);
    if (store.spilled()) {
      EXPECT_TRUE(sorted(std::move(rest)).empty());
    } else {
      EXPECT_TRUE(spilled.empty());
      spilled = std::move(rest);
    }
    EXPECT_EQ(sorted(std::move(spilled)), expected) << replicas << " replicas, " << workers << " workers, round " << round;
  }
}

TEST(RowStore, ShortReplicasShareATable) {
  std::size_t tables = 0;
  RowStore store(Clock{}, 1000 * sizeof(PairRow), [&](Table&&) { ++tables; });
  for (std::uint64_t replica = 0; replica < 10'000; ++replica) store.take(block(replica, 0, 1, true));
  std::vector<Table> rest;
  store.finish(rest);
  EXPECT_TRUE(store.spilled());
  EXPECT_LE(tables, 2 * 10u);  // of pairs and of requests
}

TEST(RowStore, GhzStatesAreSpilledWithTheOthers) {
  std::vector<std::uint64_t> replicas, demands;
  const auto take = [&](const Table& t) {
    if (t.name != "ghz_states") return;
    for (std::uint32_t replica : column<std::uint32_t>(t, 0)) replicas.push_back(replica);
    for (std::uint32_t demand : column<std::uint32_t>(t, 1)) demands.push_back(demand);
  };
  RowStore store(Clock{}, 4 * sizeof(GhzRow), take, GhzWords{.first_demand = 7, .sampled = false});
  for (std::uint64_t replica = 0; replica < 3; ++replica) {
    RowBlock b;
    b.replica = replica;
    b.ghz_states = std::vector<GhzRow>(2, GhzRow{.demand = DemandId{1}});
    b.last = true;
    store.take(std::move(b));
  }
  std::vector<Table> rest;
  store.finish(rest);
  EXPECT_TRUE(store.spilled());
  EXPECT_EQ(rest.size(), 4u);
  EXPECT_EQ(replicas, (std::vector<std::uint64_t>{0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(demands, std::vector<std::uint64_t>(6, 8));
}

TEST(RowStore, WithoutAPlaceToSpillToEverythingIsKept) {
  RowStore store(Clock{}, 0, nullptr);
  store.take(block(1, 0, 3, true));
  store.take(block(0, 0, 2, true));
  std::vector<Table> tables;
  store.finish(tables);
  EXPECT_FALSE(store.spilled());
  EXPECT_EQ(sorted(std::move(tables)), (std::vector<std::array<std::uint64_t, 2>>{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}}));
}

}  // namespace
}  // namespace farbell
