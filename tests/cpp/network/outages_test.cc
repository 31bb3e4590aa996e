#include "farbell/network/outages.hpp"

#include <gtest/gtest.h>

namespace farbell {
namespace {

// Three nodes in a row; a tick is a second.
class OutagesOfARow : public testing::Test {
 protected:
  Outages with(std::vector<FailureRow> failures, Tick heartbeat = never, std::int64_t missed = 1, bool by_hand = false) {
    failures_ = std::move(failures);
    links_[0].node = {NodeId{0}, NodeId{1}};
    links_[1].node = {NodeId{1}, NodeId{2}};
    return Outages({failures_, links_, 3, delay_, Clock{1}, 0, heartbeat, missed, false, 10, 100, by_hand});
  }
  static FailureRow of(std::vector<std::uint32_t> nodes, std::vector<std::uint32_t> links) {
    FailureRow row;
    for (std::uint32_t n : nodes) row.nodes.emplace_back(n);
    for (std::uint32_t l : links) row.links.emplace_back(l);
    return row;
  }

  std::vector<FailureRow> failures_;
  std::vector<LinkRow> links_{2};
  std::vector<Tick> delay_{Tick{3}, Tick{0}};
};

TEST_F(OutagesOfARow, AnElementIsUpWhenTheLastFailureEnds) {
  Outages outages = with({of({1}, {}), of({}, {0}), of({0}, {1})});
  EXPECT_EQ(outages.fail(0, Tick{10}).links, (std::vector{LinkId{0}, LinkId{1}}));
  EXPECT_TRUE(outages.fail(1, Tick{20}).links.empty());
  EXPECT_EQ(outages.fail(2, Tick{30}).nodes, (std::vector{NodeId{0}}));
  EXPECT_TRUE(outages.repair(0, Tick{40}).links.empty());
  EXPECT_TRUE(outages.repair(1, Tick{50}).links.empty());
  EXPECT_FALSE(outages.failed(NodeId{1}));
  EXPECT_TRUE(outages.failed(NodeId{0}));
  EXPECT_EQ(outages.repair(2, Tick{60}).links, (std::vector{LinkId{0}, LinkId{1}}));
  EXPECT_EQ(outages.up_ticks(LinkId{0}, Tick{100}), 50);
  EXPECT_EQ(outages.up_ticks(NodeId{1}, Tick{100}), 70);
  EXPECT_EQ(outages.up_ticks(NodeId{2}, Tick{100}), 100);
  // Rows are of what a failure names and has itself taken down.
  ASSERT_EQ(outages.rows().size(), 2u);
  EXPECT_EQ(outages.rows()[0].up, Tick{40});
  EXPECT_EQ(outages.rows()[1].node, NodeId{0});
}

TEST_F(OutagesOfARow, WhatFailsByHandIsOneMoreFailure) {
  Outages outages = with({of({1}, {})}, never, 1, true);
  outages.fail(0, Tick{10});
  EXPECT_TRUE(outages.fail_by_hand(of({1}, {0}), Tick{20}).links.empty());
  EXPECT_TRUE(outages.down_by_hand(NodeId{1}));
  EXPECT_TRUE(outages.down_by_hand(LinkId{0}));
  EXPECT_FALSE(outages.down_by_hand(LinkId{1}));
  EXPECT_TRUE(outages.repair(0, Tick{30}).nodes.empty());
  const Outages::Turned& back = outages.repair_by_hand(of({1}, {0}), Tick{40});
  EXPECT_EQ(back.nodes, (std::vector{NodeId{1}}));
  EXPECT_EQ(back.links, (std::vector{LinkId{0}, LinkId{1}}));
  EXPECT_FALSE(outages.down_by_hand(NodeId{1}));
  EXPECT_EQ(outages.up_ticks(NodeId{1}, Tick{100}), 70);
}

TEST_F(OutagesOfARow, NothingHasFailedBeforeItIsFailedByHand) {
  Outages outages = with({}, never, 1, true);
  EXPECT_TRUE(outages.may_come());
  EXPECT_FALSE(outages.any());
  outages.fail_by_hand(of({2}, {}), Tick{10});
  EXPECT_TRUE(outages.any());
  ASSERT_EQ(outages.rows().size(), 1u);
  EXPECT_EQ(outages.rows()[0].failure, outages.by_hand());
  EXPECT_FALSE(with({}).may_come());
}

TEST_F(OutagesOfARow, AClosedLinkStaysClosed) {
  Outages outages = with({of({}, {0})});
  outages.fail(0, Tick{10});
  outages.close(LinkId{0}, Tick{20});
  outages.repair(0, Tick{30});
  EXPECT_FALSE(outages.up(LinkId{0}));
  outages.change(LinkId{0}, 4, Tick{50});
  EXPECT_TRUE(outages.up(LinkId{0}));
  EXPECT_EQ(outages.program(LinkId{0}), 4u);
  outages.fail(0, Tick{60});
  EXPECT_EQ(outages.program(LinkId{0}), 14u);
  EXPECT_EQ(outages.up_ticks(LinkId{0}, Tick{100}), 20);
}

TEST_F(OutagesOfARow, HeartbeatsAreDueAfterTheFibre) {
  // Sent at 0, 10, 20, ..., due at 3, 13, 23, ... over link 0 and at once over link 1.
  const Outages outages = with({of({}, {0})}, Tick{10}, 3);
  EXPECT_EQ(outages.notice_at(LinkId{0}, Tick{13}), Tick{33});
  EXPECT_EQ(outages.notice_at(LinkId{0}, Tick{14}), Tick{43});
  EXPECT_EQ(outages.notice_at(LinkId{0}, Tick{0}), Tick{23});
  EXPECT_EQ(outages.notice_at(LinkId{1}, Tick{20}), Tick{40});
  EXPECT_EQ(outages.heard_at(LinkId{0}, Tick{21}), Tick{23});
  EXPECT_EQ(outages.heard_at(LinkId{0}, Tick{24}), Tick{33});
}

TEST_F(OutagesOfARow, WindowsAreApartAndNotEmpty) {
  FailureRow stated = of({}, {0});
  stated.windows = {{Tick{5}, Tick{5}}, {Tick{5}, Tick{9}}};
  FailureRow random = of({}, {0});
  random.mtbf_s = random.mttr_s = 1e-3;  // far below a tick
  Outages outages = with({stated, random});
  using Window = std::array<Tick, 2>;
  EXPECT_EQ(outages.next_window(0), (Window{Tick{5}, Tick{6}}));
  EXPECT_EQ(outages.next_window(0), (Window{Tick{7}, Tick{9}}));
  EXPECT_EQ(outages.next_window(0)[0], never);
  EXPECT_EQ(outages.next_window(1), (Window{Tick{0}, Tick{1}}));
  EXPECT_EQ(outages.next_window(1), (Window{Tick{2}, Tick{3}}));
}

}  // namespace
}  // namespace farbell
