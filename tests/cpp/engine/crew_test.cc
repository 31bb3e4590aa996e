#include "farbell/engine/crew.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace farbell {
namespace {

TEST(Crew, DoesEveryJobOfEveryRoundOnce) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    constexpr std::uint32_t jobs = 37;
    Crew crew(threads, jobs);
    std::vector<std::atomic<int>> done(jobs);
    for (int round = 1; round <= 200; ++round) {
      crew.run([&](std::uint32_t index, bool) { ++done[index]; });
      for (const auto& count : done) ASSERT_EQ(count, round);
    }
  }
}

TEST(Crew, TellsTheCallingThreadFromTheOthers) {
  Crew crew(3, 50);
  const std::thread::id here = std::this_thread::get_id();
  std::atomic<bool> right = true;
  for (int round = 0; round < 20; ++round)
    crew.run([&](std::uint32_t, bool on_calling_thread) {
      if (on_calling_thread != (std::this_thread::get_id() == here)) right = false;
    });
  EXPECT_TRUE(right);
}

TEST(Crew, ThrowsWhatTheFirstOfThoseThatFailHasThrownAndGoesOn) {
  Crew crew(2, 16);
  std::atomic<int> done = 0;
  try {
    crew.run([&](std::uint32_t index, bool) {
      ++done;
      if (index >= 3) throw std::runtime_error(std::to_string(index));
    });
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "3");
  }
  EXPECT_EQ(done, 16);
  crew.run([&](std::uint32_t, bool) { ++done; });
  EXPECT_EQ(done, 32);
}

TEST(Crew, WorkersThatSleepAreWoken) {
  Crew crew(2, 2);
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    // Neither job ends before the other has begun: there are two threads at work.
    std::atomic<int> begun = 0;
    crew.run([&](std::uint32_t, bool) {
      ++begun;
      while (begun < 2) std::this_thread::yield();
    });
    EXPECT_EQ(begun, 2);
  }
}

}  // namespace
}  // namespace farbell
