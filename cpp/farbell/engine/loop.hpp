// The loop that a run is: take the next event, call its handler, until the horizon or a limit.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

#include "farbell/engine/queue.hpp"
#include "farbell/engine/stop_signal.hpp"

namespace farbell {

enum class Ended : std::uint8_t { horizon, event_limit, wall_limit, interrupted, deadlock };

struct RunLimits {
  std::uint64_t max_events = std::numeric_limits<std::uint64_t>::max();  // of the queue's processed() count
  std::optional<std::chrono::steady_clock::time_point> wall_deadline;
  StopSignal* stop = nullptr;  // raised: the run is interrupted
};

// `dispatch(Event const&)` handles one event; it may post to the queue and may throw. If it returns a truth value, false interrupts. The stop signal is read every 128 events
// (some take milliseconds) and the wall clock every 65,536, so that neither shows in a profile.
template <class Dispatch>
Ended run_until(EventQueue& queue, Tick horizon, RunLimits const& limits, Dispatch&& dispatch) {
  constexpr std::uint64_t stop_stride = 128, clock_stride = 65536;
  std::uint64_t until_clock = 0;
  Event event;
  while (true) {
    if (limits.stop && limits.stop->raised()) return Ended::interrupted;
    if (limits.wall_deadline && until_clock == 0) {
      if (std::chrono::steady_clock::now() >= *limits.wall_deadline) return Ended::wall_limit;
      until_clock = clock_stride / stop_stride;
    }
    --until_clock;
    const std::uint64_t left = limits.max_events - std::min(limits.max_events, queue.processed());
    if (left == 0) return queue.next_tick() > horizon || queue.next_tick() == never ? Ended::horizon : Ended::event_limit;
    for (std::uint64_t n = std::min(left, stop_stride); n > 0; --n) {
      if (!queue.pop(event, horizon)) return Ended::horizon;
      if constexpr (std::is_void_v<decltype(dispatch(static_cast<Event const&>(event)))>) dispatch(static_cast<Event const&>(event));
      else if (!dispatch(static_cast<Event const&>(event))) return Ended::interrupted;
    }
  }
}

// The same with the flat handler table.
inline Ended run_until(EventQueue& queue, Tick horizon, RunLimits const& limits, HandlerTable const& handlers, void* context) {
  return run_until(queue, horizon, limits, [&](Event const& event) {
    if (handlers.prefetch)
      if (Event const* later = queue.ahead(6)) handlers.prefetch(context, later[-3], *later);
    handlers.call(context, event);
  });
}

}  // namespace farbell
