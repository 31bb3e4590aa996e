// Whether a run should end before its time: said by the thread that watches over it, or found out by the run itself where no other does.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <utility>

namespace farbell {

class StopSignal {
 public:
  StopSignal() = default;
  // `poll` is called by raised(), once an interval; false raises the signal.
  StopSignal(std::function<bool()> poll, std::chrono::milliseconds interval)
      : poll_(std::move(poll)), interval_(interval), next_poll_(std::chrono::steady_clock::now() + interval) {}

  void raise() { flag_.store(true, std::memory_order_relaxed); }
  bool raised() {
    if (flag_.load(std::memory_order_relaxed)) return true;
    if (!poll_ || std::chrono::steady_clock::now() < next_poll_) return false;
    if (!poll_()) raise();
    next_poll_ = std::chrono::steady_clock::now() + interval_;
    return flag_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> flag_ = false;
  std::function<bool()> poll_;  // empty: another thread raises the signal
  std::chrono::milliseconds interval_{};
  std::chrono::steady_clock::time_point next_poll_;
};

}  // namespace farbell
