// The event queue: a monotone radix heap over ticks, and first-in-first-out lanes for the phases of the current tick.
//
// Bucket k holds the pending events whose tick differs from now() in bit k-1 and in no higher one. Equal ticks share a bucket
// at all times and lists keep their order through every redistribution, so ties need no comparison. A bucket knows its earliest
// tick: looking past a horizon moves nothing, and any tick later than now() may still be posted afterwards.
#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

#include "farbell/base/errors.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/engine/chunk_pool.hpp"
#include "farbell/engine/event.hpp"

namespace farbell {

class EventQueue {
 public:
  // More than any protocol needs in one tick: beyond these, handlers post to each other without end.
  static constexpr std::uint32_t max_rounds = 1'000'000;
  static constexpr std::uint32_t max_posts_within_tick = 20'000'000;

  EventQueue() { std::fill(std::begin(earliest_), std::end(earliest_), never); }
  EventQueue(EventQueue const&) = delete;
  EventQueue& operator=(EventQueue const&) = delete;

  // Posting at now() to a phase that is over puts the event into the next round of the tick. An event at `never` cannot
  // happen and is not kept.
  void post(Tick time, Phase phase, Address to, std::uint64_t payload) {
    if (time > now_) [[likely]] {
      if (time == never) return;
      place({time, order(phase), to, payload});
    } else {
      post_now({time, order(phase), to, payload});
    }
  }

  // The next event at a tick <= horizon, in (tick, round, phase, insertion) order; false if there is none.
  bool pop(Event& event, Tick horizon) {
    if (open_ == 0) {
      if (next_round_ != 0) {
        if (now_ > horizon) return false;
        open_round();
      } else if (!advance(horizon)) {
        return false;
      }
    } else if (now_ > horizon) {
      return false;
    }
    phase_ = static_cast<Phase>(std::countr_zero(open_));
    detail::Fifo& lane = lanes_[round_ & 1][static_cast<int>(phase_)];
    event = *lane.read;
    if (lane.drop_front(pool_)) open_ &= open_ - 1;
    ++processed_;
    return true;
  }

  // Tick of the next event; `never` if there is none.
  Tick next_tick() const {
    if (open_ | next_round_) return now_;
    return occupied_ ? earliest_[std::countr_zero(occupied_)] : never;
  }

  Tick now() const { return now_; }
  Phase phase() const { return phase_; }
  std::uint32_t round() const { return round_; }
  // Whether the tick's attempts phase has run: an attempt posted at now() would not take part in it.
  bool attempts_over() const { return phase_ > Phase::attempts || round_ > 0; }
  std::size_t size() const { return sequence_ - processed_; }
  std::uint64_t processed() const { return processed_; }

  // Back to an empty queue at tick zero; the memory stays for the next run.
  void clear() {
    const auto forget = [](Event const&) {};
    for (auto& round : lanes_)
      for (detail::Fifo& lane : round) lane.drain(pool_, forget);
    for (detail::Fifo& bucket : buckets_) bucket.drain(pool_, forget);
    std::fill(std::begin(earliest_), std::end(earliest_), never);
    now_ = tick_zero;
    phase_ = Phase::arrivals;
    occupied_ = sequence_ = processed_ = 0;
    open_ = next_round_ = round_ = posts_within_tick_ = 0;
  }

 private:
  static constexpr int bucket_count = 64;  // ticks are not negative: 63 bits, and bucket 0 is the lanes

  std::uint64_t order(Phase phase) { return sequence_++ | static_cast<std::uint64_t>(phase) << Event::phase_shift; }

  static int bucket_of(Tick time, Tick now) {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count(time)) ^ static_cast<std::uint64_t>(count(now))));
  }

  void place(Event const& e) {
    const int k = bucket_of(e.time, now_);
    buckets_[k].push(pool_, e);
    earliest_[k] = std::min(earliest_[k], e.time);
    occupied_ |= std::uint64_t{1} << k;
  }

  void post_now(Event const& e) {
    if (e.time < now_) fail("an event was posted into the past, at tick " + std::to_string(count(e.time)), e);
    if (++posts_within_tick_ > max_posts_within_tick) fail("events post to each other without end", e);
    const bool later_round = e.phase() < phase_;
    const auto lane = static_cast<int>(e.phase());
    lanes_[(round_ + later_round) & 1][lane].push(pool_, e);
    (later_round ? next_round_ : open_) |= 1u << lane;
  }

  void open_round() {
    if (++round_ > max_rounds) {
      const int lane = std::countr_zero(next_round_);
      fail("events open rounds without end", *lanes_[round_ & 1][lane].read);
    }
    open_ = next_round_;
    next_round_ = 0;
  }

  // Makes the earliest pending tick the current one, if it is not past the horizon.
  bool advance(Tick horizon) {
    if (occupied_ == 0) return false;
    const int k = std::countr_zero(occupied_);
    if (earliest_[k] > horizon) return false;
    now_ = earliest_[k];
    earliest_[k] = never;
    occupied_ &= occupied_ - 1;
    round_ = posts_within_tick_ = 0;
    buckets_[k].drain(pool_, [this](Event const& e) {
      if (e.time == now_) {
        const auto lane = static_cast<int>(e.phase());
        lanes_[0][lane].push(pool_, e);
        open_ |= 1u << lane;
      } else {
        place(e);
      }
    });
    return true;
  }

  [[noreturn]] void fail(std::string const& what, Event const& e) const {
    throw InternalError(what + " (now tick " + std::to_string(count(now_)) + ", round " + std::to_string(round_) +
                        "; event: phase " + std::to_string(static_cast<int>(e.phase())) + ", handler " +
                        std::to_string(e.to.handler) + ", op " + std::to_string(e.to.op) + ", target " +
                        std::to_string(e.to.target) + ")");
  }

  Tick now_ = tick_zero;
  std::uint64_t occupied_ = 0;  // bit k: bucket k holds events
  std::uint64_t sequence_ = 0, processed_ = 0;
  std::uint32_t open_ = 0, next_round_ = 0;  // bit p: lane p of this / the next round holds events
  std::uint32_t round_ = 0, posts_within_tick_ = 0;
  Phase phase_ = Phase::arrivals;
  detail::ChunkPool pool_;
  detail::Fifo lanes_[2][phase_count];  // indexed by the parity of the round
  detail::Fifo buckets_[bucket_count];
  Tick earliest_[bucket_count];
};

}  // namespace farbell
