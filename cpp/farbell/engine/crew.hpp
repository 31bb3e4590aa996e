// Threads that stay: for many short rounds of the same jobs, the calling thread among those who work.
#pragma once
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace farbell {

class Crew {
 public:
  using Job = std::function<void(std::uint32_t index, bool on_calling_thread)>;

  // `jobs` a round. One thread is the calling one alone.
  Crew(unsigned threads, std::uint32_t jobs);
  ~Crew();
  Crew(const Crew&) = delete;

  // A round: every job is done when it returns, or when it throws what the first of those to fail has thrown. The calling thread leaves
  // no job to a thread that has not come for it, so that a round ends even where the others are gone, as in a forked process.
  void run(const Job& job);

 private:
  void stay();
  void take_jobs(bool on_calling_thread);

  std::uint32_t jobs_;
  const Job* job_ = nullptr;
  std::atomic<std::uint32_t> round_ = 0, next_, done_ = 0;
  std::atomic<bool> ends_ = false;
  std::mutex mutex_;
  std::exception_ptr failure_;
  std::uint32_t failed_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace farbell
