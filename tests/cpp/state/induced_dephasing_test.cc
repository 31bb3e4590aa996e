// Attempts that are counted when somebody asks, against attempts that are events.
#include "farbell/state/induced_dephasing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "farbell/state/states.hpp"

namespace farbell {
namespace {

constexpr NodeId here{1};

TEST(InducedDephasing, CountsWhatEventsWouldCount) {
  std::mt19937 draw(3);
  const auto up_to = [&](int most) { return static_cast<int>(draw() % static_cast<unsigned>(most + 1)); };
  for (int repetition = 0; repetition < 200; ++repetition) {
    EventQueue queue;
    InducedDephasing dephasing(queue, 3);
    dephasing.add_source({NodeId{0}, NodeId{2}});
    dephasing.add_source({here, NodeId{0}});
    const std::int64_t first = up_to(9), period = 1 + up_to(6);
    dephasing.goes_on(0, Tick{1}, 0, Tick{1}, {1, 0});  // of other nodes
    dephasing.goes_on(1, Tick{first}, 0, Tick{period}, {0.25, 0.5});
    for (std::int64_t t = first; t < 60; t += period) queue.post(Tick{t}, Phase::attempts, {0, 1, 0}, 0);
    for (int i = 0; i < 20; ++i) {
      constexpr Phase others[]{Phase::arrivals, Phase::expiries, Phase::decisions, Phase::swaps};
      queue.post(Tick{1 + up_to(58)}, others[up_to(3)], {0, 0, 0}, 0);
    }
    double made = 0;
    std::int64_t counted = 0, events = 0;
    for (Event event; queue.pop(event, Tick{59});) {
      if (event.to.op == 1) {
        made += 0.25;
        ++events;
      } else if (up_to(5) == 0) {
        queue.post(queue.now(), Phase::arrivals, {0, 0, 0}, 0);  // often another round
      } else if (up_to(3) == 0) {
        dephasing.count_cycles(1, events - counted);
        counted = events;
      }
      EXPECT_EQ(dephasing.exponent(here), made) << "tick " << count(queue.now()) << ", phase " << static_cast<int>(queue.phase());
    }
    EXPECT_EQ(dephasing.exponent(NodeId{2}), 0);
  }
}

TEST(InducedDephasing, FirstCycleInALaterRound) {
  EventQueue queue;
  InducedDephasing dephasing(queue, 2);
  dephasing.add_source({here, NodeId{0}});
  Event event;
  queue.post(Tick{5}, Phase::swaps, {}, 0);
  ASSERT_TRUE(queue.pop(event, Tick{9}));
  dephasing.goes_on(0, Tick{5}, 1, Tick{2}, {0, 1});
  EXPECT_EQ(dephasing.exponent(NodeId{0}), 0);
  queue.post(Tick{5}, Phase::expiries, {}, 0);
  ASSERT_TRUE(queue.pop(event, Tick{9}));
  EXPECT_EQ(dephasing.exponent(NodeId{0}), 0);
  queue.post(Tick{5}, Phase::attempts, {}, 0);
  ASSERT_TRUE(queue.pop(event, Tick{9}));
  EXPECT_EQ(dephasing.exponent(NodeId{0}), 1);
  queue.post(Tick{7}, Phase::arrivals, {}, 0);
  ASSERT_TRUE(queue.pop(event, Tick{9}));
  EXPECT_EQ(dephasing.exponent(NodeId{0}), 1);
  queue.post(Tick{7}, Phase::decisions, {}, 0);
  ASSERT_TRUE(queue.pop(event, Tick{9}));
  EXPECT_EQ(dephasing.exponent(NodeId{0}), 2);
}

// Each qubit loses what its node has done since its state was last brought up to date, whatever is done to it in between.
TEST(InducedDephasing, ActsOnQubitsOfItsNodeInEveryStore) {
  constexpr Correlations phi_plus{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1};
  for (StoreKind kind : {StoreKind::bell_diagonal, StoreKind::pair_density, StoreKind::stabilizer, StoreKind::density, StoreKind::ket}) {
    EventQueue queue;
    InducedDephasing dephasing(queue, 2);
    dephasing.add_source({here, NodeId{0}});
    States states(kind, std::vector<Device>(1), Clock{}, false, 0, &dephasing);
    const auto go_to = [&](std::int64_t tick) {
      queue.post(Tick{tick}, Phase::arrivals, {}, 0);
      Event event;
      ASSERT_TRUE(queue.pop(event, Tick{tick}));
    };
    dephasing.goes_on(0, Tick{3}, 0, Tick{10}, {0.01, 0});
    go_to(10);
    const QubitPair pair = states.create_pair(phi_plus, {DeviceId{0}, NodeId{0}}, Tick{10}, {DeviceId{0}, here}, Tick{10}, 1);
    EXPECT_NEAR(states.correlators(pair.a, pair.b, Tick{10}, 0).xx, 1, 1e-14);
    go_to(30);
    EXPECT_NEAR(states.correlators(pair.a, pair.b, Tick{30}, 0).xx, std::exp(-0.02), 1e-14);
    EXPECT_NEAR(states.correlators(pair.a, pair.b, Tick{30}, 0).zz, 1, 1e-14);
    if (is_sampled(kind)) continue;
    states.reframe(pair.b, 3, Tick{30});
    EXPECT_NEAR(states.correlators(pair.a, pair.b, Tick{30}, 1).xx, std::exp(-0.02), 1e-14);
    states.promote(pair.a, Tick{30});
    go_to(40);
    EXPECT_NEAR(states.correlators(pair.b, pair.a, Tick{40}, 1).xx, std::exp(-0.03), 1e-14);
    EXPECT_NEAR(states.correlators(pair.b, pair.a, Tick{40}, 1).yy, -std::exp(-0.03), 1e-14);
  }
}

}  // namespace
}  // namespace farbell
