#include "farbell/engine/replicas.hpp"

namespace farbell::detail {

void Workers::start(unsigned threads) {
  threads_.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void Workers::interrupt() {
  no_more_claims_ = true;
  stop_.raise();
}

void Workers::rethrow_failure() const {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

void Workers::work() {
  while (!no_more_claims_) {
    const std::uint64_t index = next_++;
    if (index >= jobs_) break;
    try {
      job_(index, stop_);
    } catch (...) {
      no_more_claims_ = true;
      const std::lock_guard lock(mutex_);
      if (index < failed_job_) {
        failed_job_ = index;
        failure_ = std::current_exception();
      }
    }
  }
  worker_ended_();
}

}  // namespace farbell::detail
