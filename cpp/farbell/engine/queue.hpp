// The event queue: a monotone radix heap over ticks, and first-in-first-out lanes for the phases of the current tick.
//
// A bucket (level, digit) holds the pending events whose tick has `digit` as hexadecimal digit number `level`, differs from now()
// there, and in no higher digit. Equal ticks share a bucket at all times and lists keep their order through every
// redistribution, so ties need no comparison. A bucket knows its earliest tick: looking past a horizon moves nothing, and any
// tick later than now() may still be posted afterwards. An event moves down at most one bucket a digit.
#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

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

  EventQueue() = default;
  EventQueue(EventQueue const&) = delete;
  EventQueue& operator=(EventQueue const&) = delete;

  // Posting at now() to a phase that is over puts the event into the next round of the tick. An event at `never` cannot
  // happen and is not kept.
  void post(Tick time, Phase phase, Address to, std::uint64_t payload) {
    if (time > now_) [[likely]] {
      if (time == never) return;
      place({time, order(phase), to, payload});
    } else {
      post_now(time, phase, to, payload);
    }
  }

  // The next event at a tick <= horizon, in (tick, round, phase, insertion) order; false if there is none.
  bool pop(Event& event, Tick horizon) {
    if ((open_ | next_round_) == 0) {
      if (processed_ == sequence_) return false;
      const unsigned k = first_bucket();
      Bucket& bucket = buckets_[k];
      if (bucket.earliest > std::min(horizon, last_tick_)) return false;
      advance(k);
      if (bucket.list.holds_one()) {  // the usual case: no detour through a lane
        event = bucket.list.take_one();
        phase_ = event.phase();
        ++processed_;
        return true;
      }
      redistribute(bucket);
    } else {
      if (now_ > horizon) return false;
      if (open_ == 0) open_round();
    }
    phase_ = static_cast<Phase>(std::countr_zero(open_));
    detail::Fifo& lane = lanes_[round_ & 1][static_cast<int>(phase_)];
    event = *lane.read;
    if (lane.drop_front(pool_)) open_ &= open_ - 1;
    ++processed_;
    return true;
  }

  // The event that many places behind the next one of this phase, where it is known already and at hand; else null.
  Event const* ahead(std::ptrdiff_t places) const {
    return open_ == 0 ? nullptr : lanes_[round_ & 1][std::countr_zero(open_)].ahead(places);
  }

  // What is left of the current tick still happens, nothing after it.
  void end_with_this_tick() { last_tick_ = now_; }

  // Tick of the next event; `never` if there is none.
  Tick next_tick() const {
    if (open_ | next_round_) return now_;
    return processed_ == sequence_ ? never : buckets_[first_bucket()].earliest;
  }

  Tick now() const { return now_; }
  Phase phase() const { return phase_; }
  std::uint32_t round() const { return round_; }
  // Whether the tick's attempts phase has run: an attempt posted at now() would not take part in it.
  bool attempts_over() const { return phase_ > Phase::attempts || round_ > 0; }
  std::size_t size() const { return sequence_ - processed_; }
  std::uint64_t processed() const { return processed_; }
  // Event memory; it follows the largest size() so far and is kept for reuse.
  std::size_t memory_bytes() const { return pool_.bytes(); }

  // Back to an empty queue at tick zero; the memory stays for the next run.
  void clear() {
    const auto forget = [](Event const&) {};
    for (auto& round : lanes_)
      for (detail::Fifo& lane : round) lane.drain(pool_, forget);
    for (Bucket& bucket : buckets_) {
      bucket.list.drain(pool_, forget);
      bucket.earliest = never;
    }
    std::fill(std::begin(occupied_), std::end(occupied_), 0);
    now_ = tick_zero;
    last_tick_ = never;
    phase_ = Phase::arrivals;
    sequence_ = processed_ = 0;
    open_ = next_round_ = round_ = posts_within_tick_ = 0;
  }

 private:
  static constexpr unsigned digit_bits = 4, digits = 16, bucket_count = digits << digit_bits;

  struct Bucket {
    detail::Fifo list;
    Tick earliest = never;
  };

  std::uint64_t order(Phase phase) { return sequence_++ | static_cast<std::uint64_t>(phase) << Event::phase_shift; }

  // For a tick later than now(): ticks are not negative, so all sixteen digits count upwards.
  unsigned bucket_of(Tick time) const {
    const auto t = static_cast<std::uint64_t>(count(time)), differing = t ^ static_cast<std::uint64_t>(count(now_));
    const unsigned level = (static_cast<unsigned>(std::bit_width(differing)) - 1) / digit_bits;
    const auto digit = static_cast<unsigned>(t >> (level * digit_bits)) % (1u << digit_bits);
    return level << digit_bits | digit;
  }

  // The lowest level's lowest digit is the earliest; some bucket must be occupied.
  unsigned first_bucket() const {
    unsigned word = 0;
    while (occupied_[word] == 0) ++word;
    return word * 64 + static_cast<unsigned>(std::countr_zero(occupied_[word]));
  }

  void place(Event const& e) {
    const unsigned k = bucket_of(e.time);
    Bucket& bucket = buckets_[k];
    bucket.list.push(pool_, e);
    bucket.earliest = std::min(bucket.earliest, e.time);
    occupied_[k / 64] |= std::uint64_t{1} << k % 64;
  }

  void post_now(Tick time, Phase phase, Address to, std::uint64_t payload) {
    if (time < now_) fail("an event was posted into the past, at tick " + std::to_string(count(time)), phase, to);
    if (++posts_within_tick_ > max_posts_within_tick) fail("events post to each other without end", phase, to);
    const bool later_round = phase < phase_;
    const auto lane = static_cast<int>(phase);
    lanes_[(round_ + later_round) & 1][lane].push(pool_, {time, order(phase), to, payload});
    (later_round ? next_round_ : open_) |= 1u << lane;
  }

  void open_round() {
    if (++round_ > max_rounds) {
      Event const& e = *lanes_[round_ & 1][std::countr_zero(next_round_)].read;
      fail("events open rounds without end", e.phase(), e.to);
    }
    open_ = next_round_;
    next_round_ = 0;
  }

  // Makes the earliest tick of bucket `k` the current one; the caller empties the bucket.
  void advance(unsigned k) {
    now_ = std::exchange(buckets_[k].earliest, never);
    occupied_[k / 64] &= ~(std::uint64_t{1} << k % 64);
    round_ = posts_within_tick_ = 0;
  }

  void redistribute(Bucket& bucket) {
    bucket.list.drain(pool_, [this](Event const& e) {
      if (e.time == now_) {
        const auto lane = static_cast<int>(e.phase());
        lanes_[0][lane].push(pool_, e);
        open_ |= 1u << lane;
      } else {
        place(e);
      }
    });
  }

  [[noreturn]] void fail(std::string const& what, Phase phase, Address to) const {
    throw InternalError(what + " (now tick " + std::to_string(count(now_)) + ", round " + std::to_string(round_) +
                        "; event: phase " + std::to_string(static_cast<int>(phase)) + ", handler " +
                        std::to_string(to.handler) + ", op " + std::to_string(to.op) + ", target " +
                        std::to_string(to.target) + ")");
  }

  Tick now_ = tick_zero, last_tick_ = never;
  std::uint64_t sequence_ = 0, processed_ = 0;
  std::uint32_t open_ = 0, next_round_ = 0;  // bit p: lane p of this / the next round holds events
  std::uint32_t round_ = 0, posts_within_tick_ = 0;
  Phase phase_ = Phase::arrivals;
  detail::ChunkPool pool_;
  detail::Fifo lanes_[2][phase_count];  // indexed by the parity of the round
  std::uint64_t occupied_[bucket_count / 64] = {};  // bit k: bucket k holds events
  Bucket buckets_[bucket_count];
};

}  // namespace farbell
