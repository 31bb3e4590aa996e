#include "farbell/network/waiting_line.hpp"

#include <gtest/gtest.h>

namespace farbell {
namespace {

std::vector<std::uint32_t> order(WaitingLine& line, Tick now) {
  std::vector<std::uint32_t> out;
  for (ChainId c : line.in_order(now)) out.push_back(c.value);
  return out;
}

using Order = std::vector<std::uint32_t>;

TEST(WaitingLine, PriorityGoesBeforeWhatTheSchedulerSays) {
  for (Scheduler scheduler : {Scheduler::fifo, Scheduler::weighted_fair, Scheduler::max_weight, Scheduler::earliest_deadline}) {
    WaitingLine line(scheduler, {{0, 1}, {2, 1}, {-1, 1}, {0, 1}}, 4);
    for (std::uint32_t d : {2u, 3u, 0u, 1u}) line.join(ChainId{d}, DemandId{d}, Tick{0});
    EXPECT_EQ(order(line, Tick{0}), (Order{1, 3, 0, 2}));
  }
}

TEST(WaitingLine, WhoHasHadLeastForItsWeightGoesFirst) {
  WaitingLine line(Scheduler::weighted_fair, {{0, 1}, {0, 3}}, 4);  // circuits 0 and 1 of demand 0
  line.join(ChainId{0}, DemandId{0}, Tick{0});
  line.shares().book(DemandId{0}.value, 1, Tick{0});
  line.shares().book(DemandId{1}.value, 2, Tick{0});
  line.join(ChainId{1}, DemandId{0}, Tick{1});
  line.join(ChainId{2}, DemandId{1}, Tick{2});
  EXPECT_EQ(order(line, Tick{3}), (Order{2, 0, 1}));
  line.shares().book(DemandId{1}.value, 2, Tick{3});  // 4 slots for a weight of 3 soon are more than 1 for 1
  EXPECT_EQ(order(line, Tick{30}), (Order{0, 1, 2}));
}

TEST(WaitingLine, DeadlinesMayChangeWhileOneWaits) {
  WaitingLine line(Scheduler::earliest_deadline, {{0, 1}, {0, 1}, {0, 1}}, 3);
  for (std::uint32_t d : {0u, 1u, 2u}) line.join(ChainId{d}, DemandId{d}, Tick{0});
  line.set_due(ChainId{1}, Tick{90});
  line.set_due(ChainId{2}, Tick{80});
  EXPECT_EQ(order(line, Tick{0}), (Order{2, 1, 0}));
  line.set_due(ChainId{2}, never);
  EXPECT_EQ(order(line, Tick{0}), (Order{1, 0, 2}));
  line.leave(ChainId{0}, Tick{1});
  EXPECT_EQ(order(line, Tick{1}), (Order{1, 2}));
}

TEST(WaitingLine, MostRequestsTimesRateGoFirst) {
  WaitingLine line(Scheduler::max_weight, {{0, 1}, {0, 1}}, 3);  // circuits 1 and 2 of demand 1
  line.join(ChainId{0}, DemandId{0}, Tick{0});
  line.join(ChainId{1}, DemandId{1}, Tick{0});
  line.join(ChainId{2}, DemandId{1}, Tick{0});
  EXPECT_EQ(order(line, Tick{0}), (Order{0, 1, 2}));
  for (std::uint32_t c : {0u, 1u, 2u}) line.set_rate(ChainId{c}, c == 0 ? 0.5 : 0.25);
  line.set_open(DemandId{0}, 2);
  line.set_open(DemandId{1}, 5);
  EXPECT_EQ(order(line, Tick{0}), (Order{1, 2, 0}));
  line.set_open(DemandId{1}, 4);  // equal: as they joined
  EXPECT_EQ(order(line, Tick{0}), (Order{0, 1, 2}));
  line.set_rate(ChainId{2}, 0);
  line.set_rate(ChainId{0}, 0.1);
  EXPECT_EQ(order(line, Tick{0}), (Order{1, 0, 2}));
}

}  // namespace
}  // namespace farbell
