// How circuits come by their memory slots, who of those that wait goes first, and what a run does when they wait for each other in a circle.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

enum class Reservation { ledger, hop_by_hop };
enum class Scheduler { fifo, weighted_fair, max_weight, earliest_deadline };
enum class OnDeadlock { report, release, stop };

constexpr bool by_requests(Scheduler s) { return s == Scheduler::max_weight || s == Scheduler::earliest_deadline; }

template <>
struct Describe<Reservation> {
  static constexpr std::string_view name = "Reservation";
  static constexpr auto values = std::array{
      Choice<Reservation>{Reservation::ledger, "ledger", "all slots of a circuit are booked network-wide at one instant"},
      Choice<Reservation>{Reservation::hop_by_hop, "hop_by_hop",
                          "a set-up message books the slots node by node, and waits where there are none, holding what it has"},
  };
};

template <>
struct Describe<Scheduler> {
  static constexpr std::string_view name = "Scheduler";
  static constexpr auto values = std::array{
      Choice<Scheduler>{Scheduler::fifo, "fifo", "who asked first"},
      Choice<Scheduler>{Scheduler::weighted_fair, "weighted_fair",
                        "whose demand has had the fewest memory slots times time for its `weight` while others waited"},
      Choice<Scheduler>{Scheduler::max_weight, "max_weight", "whose demand has most open requests times the rate of pairs of its circuit"},
      Choice<Scheduler>{Scheduler::earliest_deadline, "earliest_deadline", "whose request has the earliest deadline"},
  };
};

template <>
struct Describe<OnDeadlock> {
  static constexpr std::string_view name = "OnDeadlock";
  static constexpr auto values = std::array{
      Choice<OnDeadlock>{OnDeadlock::report, "report", "write it down; what is not part of it goes on"},
      Choice<OnDeadlock>{OnDeadlock::release, "release", "the youngest request of the circle gives its slots back and asks again"},
      Choice<OnDeadlock>{OnDeadlock::stop, "stop", "write it down and end the replica"},
  };
};

}  // namespace farbell
