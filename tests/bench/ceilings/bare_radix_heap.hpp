// Ceiling of the event queue: a monotone binary radix heap and nothing else. Ties leave in the order in which they came; no
// phases, no horizon, no guards, and its vectors keep whatever they grew to.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "farbell/engine/event.hpp"

namespace farbell::ceilings {

class BareRadixHeap {
 public:
  void push(Event const& e) { buckets_[bucket_of(e.time)].push_back(e); }

  // The heap must not be empty.
  Event pop() {
    if (drained_ == buckets_[0].size()) refill();
    return buckets_[0][drained_++];
  }

 private:
  int bucket_of(Tick time) const {
    return 64 - std::countl_zero(static_cast<std::uint64_t>(count(time)) ^ static_cast<std::uint64_t>(count(last_)));
  }
  void refill() {
    buckets_[0].clear();
    drained_ = 0;
    int k = 1;
    while (buckets_[k].empty()) ++k;
    last_ = never;
    for (Event const& e : buckets_[k]) last_ = earlier(last_, e.time);
    for (Event const& e : buckets_[k]) push(e);
    buckets_[k].clear();
  }

  std::vector<Event> buckets_[65];
  std::size_t drained_ = 0;
  Tick last_ = tick_zero;
};

}  // namespace farbell::ceilings
