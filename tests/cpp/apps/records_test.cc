#include "farbell/apps/records.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace farbell {
namespace {

TEST(LatencySketch, EveryTimeIsWithinOnePercentOfItsBucket) {
  std::mt19937_64 engine{std::random_device{}()};
  std::uniform_real_distribution<double> exponent(-8.9, 5);
  for (int i = 0; i < 10'000; ++i) {
    const double seconds = std::pow(10, exponent(engine));
    const double middle = std::pow(LatencySketch::growth, static_cast<double>(LatencySketch::bucket(seconds)) - 0.5) * 1e-9;
    ASSERT_NEAR(middle / seconds, 1, 0.0101) << seconds;
  }
  EXPECT_EQ(LatencySketch::bucket(0), 0u);
  EXPECT_EQ(LatencySketch::bucket(1e30), LatencySketch::buckets - 1);
}

TEST(Moments, EqualTheTwoPassFormulae) {
  std::mt19937_64 engine{std::random_device{}()};
  std::normal_distribution<double> normal(1e6, 1);
  std::vector<double> values(1000);
  Moments m;
  for (double& x : values) m.add(x = normal(engine));
  double mean = 0, m2 = 0;
  for (double x : values) mean += x / 1000;
  for (double x : values) m2 += (x - mean) * (x - mean);
  EXPECT_NEAR(m.mean, mean, 1e-7);
  EXPECT_NEAR(m.m2 / m2, 1, 1e-7);
}

Recorder::Setup setup() {
  Recorder::Setup s;
  s.warm_up = Tick{100};
  s.horizon = Tick{420};
  return s;
}

TEST(Recorder, LeavesTheWarmUpOutOfStatisticsButNotOutOfRows) {
  Recorder recorder(setup(), 1);
  for (std::int64_t at : {50, 100, 101, 420}) {
    PairRow row;
    row.demand = DemandId{0};
    row.delivered = Tick{at};
    row.fidelity = 0.9;
    recorder.pair(row);
  }
  const DemandSummary& s = recorder.summaries()[0];
  EXPECT_EQ(recorder.pairs().size(), 4u);
  EXPECT_EQ(s.pairs, 2u);
  EXPECT_EQ(s.batches[0][0], 1);   // (100, 110]
  EXPECT_EQ(s.batches[31][0], 1);  // the end belongs to the last batch
  EXPECT_EQ(s.fidelity_histogram[90], 2u);
}

TEST(Recorder, CountsRequestsByHowTheyEnded) {
  Recorder recorder(setup(), 2);
  const auto end = [&](RequestStatus status, std::int64_t asked, std::int64_t finished) {
    RequestRow row;
    row.demand = DemandId{1};
    row.status = status;
    row.asked = Tick{asked};
    row.finished = Tick{finished};
    recorder.asked(row.demand, row.asked);
    recorder.request(row);
  };
  end(RequestStatus::done, 99, 150);  // asked during the warm-up
  end(RequestStatus::done, 100, 150);
  end(RequestStatus::timed_out, 120, 130);
  end(RequestStatus::refused, 120, 120);
  end(RequestStatus::open, 200, 0);
  const DemandSummary& s = recorder.summaries()[1];
  EXPECT_EQ(s.asked, 4u);
  EXPECT_EQ(s.done, 1u);
  EXPECT_EQ(s.timed_out, 1u);
  EXPECT_EQ(s.refused, 1u);
  EXPECT_EQ(s.latency.n, 1u);
  EXPECT_EQ(s.batches[5][5], 1);  // done at 150, of (100, 420]
  EXPECT_EQ(s.batches[5][6], setup().clock.seconds(Tick{50}));
  EXPECT_EQ(recorder.requests().size(), 5u);
}

TEST(Recorder, HandsFullBlocksOn) {
  Recorder::Setup s = setup();
  std::size_t handed = 0;
  s.pair_block = [&](std::vector<PairRow>&& block) { handed += block.size(); };
  Recorder recorder(s, 1);
  PairRow row;
  row.demand = DemandId{0};
  row.delivered = Tick{200};
  for (std::size_t i = 0; i < rows_per_block + 7; ++i) recorder.pair(row);
  EXPECT_EQ(handed, rows_per_block);
  EXPECT_EQ(recorder.pairs().size(), 7u);
}

}  // namespace
}  // namespace farbell
