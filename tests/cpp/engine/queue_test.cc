// Order of events against a sorted list, whatever path they took through the heap.
#include "farbell/engine/queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "farbell/base/errors.hpp"

namespace farbell {
namespace {

constexpr std::uint64_t horizon_ticks = 1'000'000;

// The slow queue: a list of everything pending, sorted (stably) before every pop.
class Reference {
 public:
  void post(Tick time, Phase phase, std::uint64_t payload) {
    const bool later_round = time == now_ && phase < phase_;
    rows_.push_back({time, time == now_ ? round_ + later_round : 0u, phase, payload});
  }
  bool pop(std::uint64_t& payload, Tick horizon) {
    std::stable_sort(rows_.begin(), rows_.end(), [](Row const& a, Row const& b) {
      return std::tie(a.time, a.round, a.phase) < std::tie(b.time, b.round, b.phase);
    });
    if (rows_.empty() || rows_.front().time > horizon) return false;
    now_ = rows_.front().time;
    round_ = rows_.front().round;
    phase_ = rows_.front().phase;
    payload = rows_.front().payload;
    rows_.erase(rows_.begin());
    return true;
  }
  Tick now() const { return now_; }
  std::uint32_t round() const { return round_; }
  Phase phase() const { return phase_; }
  std::size_t size() const { return rows_.size(); }

 private:
  struct Row {
    Tick time;
    std::uint32_t round;
    Phase phase;
    std::uint64_t payload;
  };
  std::vector<Row> rows_;
  Tick now_ = tick_zero;
  std::uint32_t round_ = 0;
  Phase phase_ = Phase::arrivals;
};

// Both queues fed alike by a program drawn from `random`: handlers post to this tick (all phases), nearby and far ticks.
void compare_with_reference(std::mt19937_64& random, std::uint64_t near_span) {
  EventQueue queue;
  Reference reference;
  std::uint64_t posted = 0;
  const auto post = [&](std::int64_t delay) {
    const auto phase = static_cast<Phase>(random() % phase_count);
    const Tick time = queue.now() + Tick{delay};
    reference.post(time, phase, posted);
    queue.post(time, phase, {static_cast<std::uint16_t>(posted % 7), 3, 9}, posted);
    ++posted;
  };
  const auto delay = [&]() -> std::int64_t {
    const std::uint64_t kind = random() % 8;
    if (kind < 2) return 0;
    if (kind < 6) return static_cast<std::int64_t>(random() % near_span);
    return static_cast<std::int64_t>(random() % horizon_ticks);
  };
  for (int i = 0; i < 40; ++i) post(delay());
  Tick horizon{};
  for (int pops = 0; pops < 2000;) {
    // Short horizons: the queue is asked again and again for events it does not have yet, and posted to in between.
    horizon = later(horizon, queue.now()) + Tick{static_cast<std::int64_t>(random() % near_span)};
    Event event;
    std::uint64_t expected = 0;
    while (reference.pop(expected, horizon)) {
      ASSERT_EQ(queue.next_tick(), reference.now());
      ASSERT_TRUE(queue.pop(event, horizon));
      ASSERT_EQ(event.payload, expected);
      ASSERT_EQ(event.sequence(), expected);
      ASSERT_EQ(event.time, reference.now());
      ASSERT_EQ(queue.now(), reference.now());
      ASSERT_EQ(queue.round(), reference.round());
      ASSERT_EQ(queue.phase(), reference.phase());
      ASSERT_EQ(event.phase(), reference.phase());
      ASSERT_EQ(queue.attempts_over(), reference.round() > 0 || reference.phase() > Phase::attempts);
      ++pops;
      for (std::uint64_t n = random() % (queue.size() > 60 ? 2 : 3); n > 0; --n) post(delay());
    }
    ASSERT_FALSE(queue.pop(event, horizon));
    ASSERT_EQ(queue.size(), reference.size());
    if (random() % 2 || queue.size() == 0) post(delay());
  }
}

TEST(EventQueue, AgreesWithSortedList) {
  std::mt19937_64 random{std::random_device{}()};
  for (const std::uint64_t near_span : {2u, 5u, 40u, 3000u, 1u << 20}) compare_with_reference(random, near_span);
}

TEST(EventQueue, KeepsInsertionOrderOfTiesThroughEveryBucket) {
  std::mt19937_64 random{std::random_device{}()};
  EventQueue queue;
  // Ties at one far tick, posted from many different "now"s, with others in between to force redistribution.
  constexpr Tick tie{123'456'789'012};
  std::uint64_t ties = 0;
  Event event;
  for (int i = 0; i < 20'000; ++i) {
    queue.post(queue.now() + Tick{static_cast<std::int64_t>(1 + random() % 10'000'000)}, Phase::arrivals, {}, 0);
    queue.post(tie, Phase::decisions, {1, 0, 0}, ties++);
    ASSERT_TRUE(queue.pop(event, tie - Tick{1}));
  }
  for (std::uint64_t i = 0; i < ties; ++i) {
    ASSERT_TRUE(queue.pop(event, tie));
    ASSERT_EQ(event.payload, i);
    ASSERT_EQ(event.time, tie);
  }
  EXPECT_FALSE(queue.pop(event, never));
}

TEST(EventQueue, PeekingDoesNotMoveTheBase) {
  EventQueue queue;
  Event event;
  queue.post(Tick{1'000'000}, Phase::swaps, {}, 1);
  EXPECT_FALSE(queue.pop(event, Tick{999'999}));
  EXPECT_EQ(queue.now(), tick_zero);
  EXPECT_EQ(queue.next_tick(), Tick{1'000'000});
  queue.post(Tick{1}, Phase::arrivals, {}, 2);  // earlier than what was pending when the queue looked ahead
  queue.post(Tick{0}, Phase::arrivals, {}, 3);
  for (const std::uint64_t expected : {3u, 2u, 1u}) {
    ASSERT_TRUE(queue.pop(event, Tick{1'000'000}));
    EXPECT_EQ(event.payload, expected);
  }
  EXPECT_EQ(queue.next_tick(), never);
}

TEST(EventQueue, HorizonBeforeNowHoldsBackTheCurrentTick) {
  EventQueue queue;
  Event event;
  queue.post(Tick{10}, Phase::swaps, {}, 1);
  ASSERT_TRUE(queue.pop(event, Tick{10}));
  queue.post(Tick{10}, Phase::arrivals, {}, 2);
  EXPECT_FALSE(queue.pop(event, Tick{9}));
  queue.post(Tick{10}, Phase::swaps, {}, 3);
  EXPECT_FALSE(queue.pop(event, Tick{9}));
  ASSERT_TRUE(queue.pop(event, Tick{10}));
  EXPECT_EQ(event.payload, 3u);
  EXPECT_EQ(queue.round(), 0u);
  ASSERT_TRUE(queue.pop(event, Tick{10}));
  EXPECT_EQ(event.payload, 2u);
  EXPECT_EQ(queue.round(), 1u);
}

TEST(EventQueue, EventsAtNeverDoNotHappen) {
  EventQueue queue;
  Event event;
  queue.post(never, Phase::arrivals, {}, 1);
  queue.post(Tick{5} + never, Phase::arrivals, {}, 2);
  EXPECT_EQ(queue.size(), 0u);
  EXPECT_FALSE(queue.pop(event, never));
  const Tick last{count(never) - 1};
  queue.post(last, Phase::arrivals, {}, 3);
  EXPECT_FALSE(queue.pop(event, Tick{count(never) - 2}));
  ASSERT_TRUE(queue.pop(event, never));
  EXPECT_EQ(queue.now(), last);
}

TEST(EventQueue, RefusesThePast) {
  EventQueue queue;
  Event event;
  queue.post(Tick{10}, Phase::arrivals, {}, 0);
  ASSERT_TRUE(queue.pop(event, never));
  EXPECT_THROW(queue.post(Tick{9}, Phase::arrivals, {4, 5, 6}, 0), InternalError);
}

template <class Repost>
std::string endless(Repost repost) {
  EventQueue queue;
  Event event;
  queue.post(Tick{7}, Phase::swaps, {11, 22, 33}, 0);
  try {
    while (queue.pop(event, never)) repost(queue, event);
  } catch (InternalError const& error) {
    return error.what();
  }
  return {};
}

TEST(EventQueue, NamesAnEndlessLoopOfRounds) {
  const std::string what = endless([](EventQueue& queue, Event const& event) {
    queue.post(queue.now(), event.phase() == Phase::swaps ? Phase::arrivals : Phase::swaps, event.to, 0);
  });
  EXPECT_NE(what.find("handler 11, op 22, target 33"), std::string::npos) << what;
  EXPECT_NE(what.find("tick 7"), std::string::npos) << what;
}

TEST(EventQueue, NamesAnEndlessLoopWithinOnePhase) {
  const std::string what = endless(
      [](EventQueue& queue, Event const& event) { queue.post(queue.now(), event.phase(), event.to, 0); });
  EXPECT_NE(what.find("handler 11, op 22, target 33"), std::string::npos) << what;
}

// Steady traffic reuses its memory: many times the pending events pass through without a further allocation.
TEST(EventQueue, MemoryFollowsThePendingEventsNotTheTraffic) {
  std::mt19937_64 random{std::random_device{}()};
  EventQueue queue;
  Event event;
  constexpr std::size_t pending = 10'000;
  const auto post = [&] { queue.post(queue.now() + Tick{static_cast<std::int64_t>(1 + (random() >> 24))}, Phase::swaps, {}, 0); };
  while (queue.size() < pending) post();
  for (int i = 0; i < 500'000; ++i) {
    ASSERT_TRUE(queue.pop(event, never));
    post();
  }
  // Twice the events (a slab may be fresh), and a chunk for each of the 256 buckets.
  EXPECT_LT(queue.memory_bytes(), 2 * (pending * sizeof(Event) + 256 * 2048));
  const std::size_t before = queue.memory_bytes();
  queue.clear();
  while (queue.size() < pending) post();
  EXPECT_EQ(queue.memory_bytes(), before);
}

TEST(EventQueue, ClearStartsAgain) {
  EventQueue queue;
  Event event;
  for (int run = 0; run < 3; ++run) {
    for (std::int64_t i = 0; i < 1000; ++i) queue.post(Tick{i % 37}, static_cast<Phase>(i % 5), {}, i);
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(queue.pop(event, never));
    queue.post(queue.now(), Phase::arrivals, {}, 0);
    EXPECT_EQ(queue.size(), 501u);
    EXPECT_EQ(queue.processed(), 500u);
    queue.clear();
    EXPECT_EQ(queue.size(), 0u);
    EXPECT_EQ(queue.processed(), 0u);
    EXPECT_EQ(queue.now(), tick_zero);
    EXPECT_EQ(queue.next_tick(), never);
    EXPECT_FALSE(queue.pop(event, never));
  }
}

TEST(EventQueue, LooksAheadWithinAPhase) {
  EventQueue queue;
  constexpr std::uint64_t events = 200, places = 6;
  for (std::uint64_t i = 0; i < events; ++i) queue.post(Tick{5}, Phase::decisions, {}, i);
  queue.post(Tick{5}, Phase::swaps, {}, events);
  EXPECT_EQ(queue.ahead(places), nullptr);  // the tick has not come yet
  Event event;
  std::uint64_t seen = 0;
  for (std::uint64_t i = 0; i < events; ++i) {
    ASSERT_TRUE(queue.pop(event, never));
    ASSERT_EQ(event.payload, i);
    if (Event const* later = queue.ahead(places)) {
      ++seen;
      ASSERT_EQ(later->payload, i + 1 + places);
    }
  }
  EXPECT_GT(seen, events * 4 / 5);  // all but the last of each chunk
  EXPECT_EQ(queue.ahead(places), nullptr);
}

}  // namespace
}  // namespace farbell
