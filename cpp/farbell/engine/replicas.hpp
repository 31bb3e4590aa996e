// Replicas of a run on a pool of threads, supervised by the calling thread, which is the only one that may touch Python:
// it polls for an interrupt and takes over the blocks of rows that the workers fill. One thread alone is the calling one: a short run
// costs neither a thread nor the memory that it would find unused.
#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "farbell/engine/block_channel.hpp"
#include "farbell/engine/stop_signal.hpp"

namespace farbell {

namespace detail {

// Threads that claim jobs 0, 1, 2, ... in order. After a failure or an interrupt no job is claimed any more.
class Workers {
 public:
  using Job = std::function<void(std::uint64_t index, StopSignal& stop)>;

  Workers(std::uint64_t jobs, Job job, std::function<void()> worker_ended)
      : jobs_(jobs), job_(std::move(job)), worker_ended_(std::move(worker_ended)) {}
  ~Workers() { interrupt(); }  // the threads are joined as the members go

  void start(unsigned threads);
  void interrupt();
  std::uint64_t claimed() const { return std::min(next_.load(), jobs_); }
  void join() { threads_.clear(); }
  // The failure of the job with the lowest index. Jobs before it have all run to their end, so it does not depend on timing.
  void rethrow_failure() const;

 private:
  void work();

  std::uint64_t jobs_;
  Job job_;
  std::function<void()> worker_ended_;
  StopSignal stop_;
  std::atomic<bool> no_more_claims_ = false;
  std::atomic<std::uint64_t> next_ = 0;
  mutable std::mutex mutex_;
  std::exception_ptr failure_;
  std::uint64_t failed_job_ = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::jthread> threads_;
};

}  // namespace detail

struct PoolOutcome {
  std::uint64_t started;  // jobs 0 .. started - 1 were run, to their end unless interrupted
  bool interrupted;
};

template <class Block>
struct ReplicaPool {
  unsigned threads = 1;
  std::size_t capacity = 4;  // blocks that may wait for the calling thread before workers do
  std::chrono::milliseconds poll_interval{50};

  // Runs `job(index, stop, channel)` for every index below `jobs`. A job should ask `stop.raised()` often and end soon after it is, and
  // may push blocks to `channel`. The calling thread calls `consume(Block)` for each block and `poll()` once an interval; poll() == false
  // interrupts: the signal is raised, what the running jobs still push is consumed. When a job throws, no further job starts, those that
  // run go on to their end, and the exception is rethrown here. When poll or consume throws, the jobs are stopped first.
  template <class Job, class Poll, class Consume>
  PoolOutcome run(std::uint64_t jobs, Job&& job, Poll&& poll, Consume&& consume) {
    const auto count = static_cast<unsigned>(std::clamp<std::uint64_t>(threads, 1, std::max<std::uint64_t>(jobs, 1)));
    if (count == 1) return run_here(jobs, job, poll, consume);
    BlockChannel<Block> channel(capacity, count);
    detail::Workers workers(
        jobs, [&](std::uint64_t index, StopSignal& stop) { job(index, stop, channel); },
        [&] { channel.producer_ended(); });
    // Goes before `workers`, whose threads may be waiting for room.
    const struct Closing {
      BlockChannel<Block>& channel;
      ~Closing() { channel.close(); }
    } closing{channel};
    workers.start(count);

    bool interrupted = false;
    auto next_poll = std::chrono::steady_clock::now() + poll_interval;
    while (!channel.finished()) {
      if (std::optional<Block> block = channel.take_until(next_poll)) consume(std::move(*block));
      if (std::chrono::steady_clock::now() < next_poll) continue;
      if (!interrupted && !poll()) {
        interrupted = true;
        workers.interrupt();
      }
      next_poll = std::chrono::steady_clock::now() + poll_interval;
    }
    workers.join();
    workers.rethrow_failure();
    return {workers.claimed(), interrupted};
  }

 private:
  // On the calling thread, which polls as often as the jobs ask whether to stop.
  template <class Job, class Poll, class Consume>
  PoolOutcome run_here(std::uint64_t jobs, Job& job, Poll& poll, Consume& consume) {
    BlockChannel<Block> channel([&](Block&& block) { consume(std::move(block)); });
    bool interrupted = false;
    StopSignal stop([&] { return !(interrupted = !poll()); }, poll_interval);
    std::uint64_t started = 0;
    while (started < jobs && !stop.raised()) job(started++, stop, channel);
    return {started, interrupted};
  }
};

}  // namespace farbell
