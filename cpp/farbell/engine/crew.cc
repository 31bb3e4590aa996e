#include "farbell/engine/crew.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace farbell {

Crew::Crew(unsigned threads, std::uint32_t jobs) : jobs_(jobs), next_(jobs) {
  const unsigned others = std::min<std::uint32_t>(std::max(threads, 1U), std::max(jobs, 1U)) - 1;
  for (unsigned i = 0; i < others; ++i) threads_.emplace_back([this] { stay(); });
}

Crew::~Crew() {
  ends_ = true;
  ++round_;
  round_.notify_all();
}

void Crew::run(const Job& job) {
  job_ = &job;
  done_.store(0, std::memory_order_relaxed);
  next_.store(0, std::memory_order_release);
  if (!threads_.empty()) {
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }
  take_jobs(true);
  for (std::uint32_t done; (done = done_.load(std::memory_order_acquire)) < jobs_;) done_.wait(done, std::memory_order_acquire);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

// The next round may be only microseconds away: sleeping and waking would take longer.
void Crew::stay() {
  constexpr std::chrono::microseconds patience{50};
  std::uint32_t seen = 0;
  while (true) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (round_.load(std::memory_order_acquire) == seen && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    round_.wait(seen, std::memory_order_acquire);
    seen = round_.load(std::memory_order_acquire);
    if (ends_) return;
    take_jobs(false);
  }
}

// One that comes late for a round finds no job left, or those of the next round.
void Crew::take_jobs(bool on_calling_thread) {
  for (std::uint32_t index; (index = next_.fetch_add(1, std::memory_order_acquire)) < jobs_;) {
    try {
      (*job_)(index, on_calling_thread);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_ || index < failed_) {
        failed_ = index;
        failure_ = std::current_exception();
      }
    }
    if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == jobs_) done_.notify_all();
  }
}

}  // namespace farbell
