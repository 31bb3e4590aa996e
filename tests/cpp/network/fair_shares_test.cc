#include "farbell/network/fair_shares.hpp"

#include <gtest/gtest.h>

#include "farbell/network/waiting_line.hpp"

namespace farbell {
namespace {

constexpr DemandId light{0}, heavy{1};

FairShares shares_of(double a, double b) { return FairShares(std::vector<double>{a, b}); }

TEST(FairShares, CountSlotsTimesTimeOverWeightWhileSomebodyWaits) {
  FairShares shares = shares_of(1, 4);
  shares.book(light, 2, Tick{0});
  shares.book(heavy, 2, Tick{0});
  EXPECT_EQ(shares.tag(light, Tick{100}), 0);
  shares.set_busy(true, Tick{100});
  EXPECT_EQ(shares.tag(light, Tick{110}), 20);
  EXPECT_EQ(shares.tag(heavy, Tick{110}), 5);
  shares.book(light, -1, Tick{110});
  EXPECT_EQ(shares.tag(light, Tick{120}), 30);
  shares.book(light, -1, Tick{120});
  EXPECT_EQ(shares.tag(light, Tick{1000}), 30);
  EXPECT_EQ(shares.tag(heavy, Tick{1100}), 500);
}

TEST(FairShares, AreForgottenWhenNobodyWaits) {
  FairShares shares = shares_of(1, 1);
  shares.set_busy(true, Tick{0});
  shares.book(light, 3, Tick{0});
  EXPECT_EQ(shares.tag(light, Tick{10}), 30);
  shares.set_busy(false, Tick{10});
  EXPECT_EQ(shares.tag(light, Tick{50}), 0);
  shares.set_busy(true, Tick{60});
  EXPECT_EQ(shares.tag(light, Tick{62}), 6);
}

TEST(FairShares, ARaiseIsABeginningAndNoFine) {
  FairShares shares = shares_of(1, 2);
  shares.set_busy(true, Tick{0});
  shares.raise(heavy, 7, Tick{5});
  shares.book(heavy, 1, Tick{5});
  EXPECT_EQ(shares.tag(heavy, Tick{9}), 9);
  shares.raise(heavy, 8, Tick{9});
  EXPECT_EQ(shares.tag(heavy, Tick{9}), 9);
}

std::vector<std::uint32_t> order(WaitingLine& line, Tick now) {
  std::vector<std::uint32_t> out;
  for (ChainId c : line.in_order(now)) out.push_back(c.value);
  return out;
}

using Order = std::vector<std::uint32_t>;

TEST(WaitingLine, PriorityGoesBeforeWhatTheSchedulerSays) {
  for (Scheduler scheduler : {Scheduler::fifo, Scheduler::weighted_fair, Scheduler::earliest_deadline}) {
    WaitingLine line(scheduler, {{0, 1}, {2, 1}, {-1, 1}, {0, 1}}, 4);
    for (std::uint32_t d : {2u, 3u, 0u, 1u}) line.join(ChainId{d}, DemandId{d}, Tick{0});
    EXPECT_EQ(order(line, Tick{0}), (Order{1, 3, 0, 2}));
  }
}

TEST(WaitingLine, WhoHasHadLeastForItsWeightGoesFirst) {
  WaitingLine line(Scheduler::weighted_fair, {{0, 1}, {0, 3}}, 4);  // circuits 0 and 1 of demand 0
  line.join(ChainId{0}, DemandId{0}, Tick{0});
  line.shares().book(DemandId{0}, 1, Tick{0});
  line.shares().book(DemandId{1}, 2, Tick{0});
  line.join(ChainId{1}, DemandId{0}, Tick{1});
  line.join(ChainId{2}, DemandId{1}, Tick{2});
  EXPECT_EQ(order(line, Tick{3}), (Order{2, 0, 1}));
  line.shares().book(DemandId{1}, 2, Tick{3});  // 4 slots for a weight of 3 soon are more than 1 for 1
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

TEST(WaitingLine, ADemandComesAnewOnlyIfItWasAwayBefore) {
  WaitingLine line(Scheduler::weighted_fair, {{0, 1}}, 1);
  const DemandId d{0};
  line.comes(d, Tick{0});
  EXPECT_TRUE(line.comes_anew(d));
  EXPECT_FALSE(line.comes_anew(d));
  line.goes(d, Tick{5});
  line.comes(d, Tick{5});
  EXPECT_FALSE(line.comes_anew(d));
  line.goes(d, Tick{6});
  line.comes(d, Tick{7});
  EXPECT_TRUE(line.comes_anew(d));
}

}  // namespace
}  // namespace farbell
