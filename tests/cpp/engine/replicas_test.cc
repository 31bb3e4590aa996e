// The pool under its three disturbances: a job that throws, an interrupt, a consumer slower than the workers.
#include "farbell/engine/replicas.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>

namespace farbell {
namespace {

using std::chrono::milliseconds;
using Block = std::unique_ptr<std::uint64_t>;
using Channel = BlockChannel<Block>;
using Stop = StopSignal;

const auto keep_going = [] { return true; };
const auto no_blocks = [](Block) { FAIL() << "a block nobody pushed"; };

void wait_for(Stop& stop) {
  while (!stop.raised()) std::this_thread::sleep_for(milliseconds(1));
}

class Pool : public testing::TestWithParam<unsigned> {
 protected:
  ReplicaPool<Block> pool{.threads = GetParam(), .capacity = 2, .poll_interval = milliseconds(5)};
};
INSTANTIATE_TEST_SUITE_P(Threads, Pool, testing::Values(1u, 2u, 4u));

TEST_P(Pool, RunsEveryJobOnceAndOnlyOneThreadAloneIsTheCallingOne) {
  std::vector<std::atomic<int>> runs(100);
  std::atomic<int> here = 0;
  const auto caller = std::this_thread::get_id();
  const PoolOutcome outcome = pool.run(
      runs.size(),
      [&](std::uint64_t i, Stop&, Channel&) {
        ++runs[i];
        here += std::this_thread::get_id() == caller;
      },
      keep_going, no_blocks);
  for (auto const& n : runs) EXPECT_EQ(n, 1);
  EXPECT_EQ(here, GetParam() == 1 ? 100 : 0);
  EXPECT_EQ(outcome.started, runs.size());
  EXPECT_FALSE(outcome.interrupted);
}

TEST_P(Pool, NoJobs) {
  const auto job = [](std::uint64_t, Stop&, Channel&) { FAIL(); };
  EXPECT_EQ(pool.run(0, job, keep_going, no_blocks).started, 0u);
}

TEST_P(Pool, ConsumesEveryBlockOnTheCallingThreadInEachJobsOrder) {
  std::vector<std::uint64_t> next(20, 0);
  const auto caller = std::this_thread::get_id();
  pool.run(
      next.size(),
      [](std::uint64_t i, Stop&, Channel& channel) {
        for (std::uint64_t k = 0; k < 50; ++k) EXPECT_TRUE(channel.push(std::make_unique<std::uint64_t>(i * 50 + k)));
      },
      keep_going,
      [&](Block block) {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        EXPECT_EQ(*block % 50, next[*block / 50]++);
      });
  for (const std::uint64_t n : next) EXPECT_EQ(n, 50u);
}

TEST_P(Pool, WorkersWaitForASlowConsumer) {
  std::atomic<int> pushed = 0;
  int consumed = 0, furthest = 0;
  pool.run(
      4,
      [&](std::uint64_t, Stop&, Channel& channel) {
        for (int k = 0; k < 10; ++k) {
          channel.push(nullptr);
          ++pushed;
        }
      },
      keep_going,
      [&](Block) {
        std::this_thread::sleep_for(milliseconds(1));
        furthest = std::max(furthest, pushed - consumed++);
      });
  EXPECT_EQ(consumed, 40);
  // Waiting in the channel, and in this consumer's hands.
  EXPECT_LE(furthest, static_cast<int>(pool.capacity) + 1);
}

TEST_P(Pool, RethrowsTheFailureOfTheFirstReplica) {
  std::atomic<int> finished = 0;
  // Job 5 fails late, job 6 at once: whatever the timing, 5 is reported, and the jobs before it have finished.
  const auto job = [&](std::uint64_t i, Stop&, Channel&) {
    if (i == 5) std::this_thread::sleep_for(milliseconds(20));
    if (i == 5 || i == 6) throw std::runtime_error("replica " + std::to_string(i));
    if (i < 5) ++finished;
  };
  try {
    pool.run(1000, job, keep_going, no_blocks);
    FAIL() << "no exception";
  } catch (std::runtime_error const& error) {
    EXPECT_STREQ(error.what(), "replica 5");
  }
  EXPECT_EQ(finished, 5);
}

TEST_P(Pool, AnInterruptStopsRunningJobsAndStartsNoOther) {
  std::atomic<int> ended = 0;
  const auto start = std::chrono::steady_clock::now();
  const PoolOutcome outcome = pool.run(
      1000,
      [&](std::uint64_t, Stop& stop, Channel&) {
        wait_for(stop);
        ++ended;
      },
      [&] { return std::chrono::steady_clock::now() < start + milliseconds(20); }, no_blocks);
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_EQ(outcome.started, static_cast<std::uint64_t>(ended));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  EXPECT_GE(ended, 1);
  EXPECT_LE(ended, 2 * static_cast<int>(GetParam()));  // a claim may be under way when the interrupt comes
}

TEST_P(Pool, BlocksPushedAfterAnInterruptAreStillConsumed) {
  std::atomic<int> pushed = 0;
  int consumed = 0;
  pool.run(
      1000,
      [&](std::uint64_t, Stop& stop, Channel& channel) {
        wait_for(stop);
        for (int k = 0; k < 20; ++k) pushed += channel.push(nullptr);
      },
      [] { return false; }, [&](Block) { ++consumed; });
  EXPECT_EQ(consumed, pushed);
  EXPECT_GE(consumed, 20);
}

TEST_P(Pool, AFailingConsumerReleasesWaitingWorkers) {
  const auto job = [](std::uint64_t, Stop&, Channel& channel) {
    while (channel.push(nullptr)) continue;
  };
  EXPECT_THROW(pool.run(1000, job, keep_going, [](Block) { throw std::runtime_error("disk full"); }), std::runtime_error);
}

TEST_P(Pool, AFailingPollStopsTheJobs) {
  const auto job = [](std::uint64_t, Stop& stop, Channel&) { wait_for(stop); };
  const auto poll = []() -> bool { throw std::runtime_error("signal handler"); };
  EXPECT_THROW(pool.run(1000, job, poll, no_blocks), std::runtime_error);
}

TEST(PoolPolling, PollsWhileBlocksKeepComing) {
  ReplicaPool<Block> pool{.threads = 2, .poll_interval = milliseconds(2)};
  std::atomic<int> polls = 0;
  pool.run(
      2,
      [&](std::uint64_t, Stop&, Channel& channel) {
        while (polls < 3) channel.push(nullptr);
      },
      [&] {
        ++polls;
        return true;
      },
      [](Block) {});
  EXPECT_GE(polls, 3);
}

}  // namespace
}  // namespace farbell
