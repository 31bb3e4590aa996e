// What the queue holds: 32 plain bytes that say when, in which phase of the tick, and to which row of which table.
#pragma once
#include <cstdint>
#include <type_traits>
#include <vector>

#include "farbell/base/tick.hpp"

namespace farbell {

// The order of things within a tick.
enum class Phase : std::uint8_t { arrivals, expiries, attempts, decisions, swaps };
inline constexpr int phase_count = 5;

struct Address {
  std::uint16_t handler = 0, op = 0;
  std::uint32_t target = 0;
};

struct Event {
  static constexpr int phase_shift = 61;

  Tick time{};
  std::uint64_t order = 0;  // sequence number, with the phase in the top bits
  Address to{};
  std::uint64_t payload = 0;

  constexpr Phase phase() const { return static_cast<Phase>(order >> phase_shift); }
  constexpr std::uint64_t sequence() const { return order & ((std::uint64_t{1} << phase_shift) - 1); }
};
static_assert(sizeof(Event) == 32 && std::is_trivially_copyable_v<Event>);

// `context` is the run's mutable state; a handler switches on `event.to.op`.
using Handler = void (*)(void* context, Event const& event);

// The flat table that `Address::handler` indexes.
struct HandlerTable {
  std::vector<Handler> rows;
  // Told of two events to come, where many happen in one phase of a tick, so that what they need is in the cache by then: of `later`
  // the rows that it names, of `sooner` what these name. Changes nothing.
  void (*prefetch)(void* context, Event const& sooner, Event const& later) = nullptr;

  std::uint16_t add(Handler handler) {
    rows.push_back(handler);
    return static_cast<std::uint16_t>(rows.size() - 1);
  }
  void call(void* context, Event const& event) const { rows[event.to.handler](context, event); }
};

}  // namespace farbell
