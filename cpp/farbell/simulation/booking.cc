#include "farbell/simulation/booking.hpp"

#include <algorithm>
#include <string>

#include "farbell/simulation/places.hpp"

namespace farbell {

namespace {

void check_scheduler(const ScenarioSpec& s) {
  if (s.scheduler == Scheduler::fifo) return;
  const auto refuse = [&](const std::string& allowed) { throw SpecError("/scheduler", in_quotes(choice_name(s.scheduler)), allowed); };
  if (s.reservation == Reservation::hop_by_hop)
    refuse("\"fifo\" with \"reservation\": \"hop_by_hop\", where nodes serve first come, first served");
  if (!s.ghz_demands.empty()) refuse("\"fifo\" with ghz_demands: arms that overtake each other could wait for each other's slots for ever");
  if (s.scheduler == Scheduler::earliest_deadline &&
      std::none_of(s.demands.begin(), s.demands.end(), [](const DemandSpec& demand) {
        return demand.deadline_s.has_value() || std::holds_alternative<ByProgramsSpec>(demand.traffic);  // programs say how long they wait
      }))
    refuse("another one, or a deadline_s in some demand");
}

bool shares_by_weight(const ScenarioSpec& s) {
  return s.scheduler == Scheduler::weighted_fair || std::any_of(s.switches.begin(), s.switches.end(), [](const OpticalSwitchSpec& is) {
           return is.scheduler == SwitchScheduler::weighted_fair;
         });
}

}  // namespace

void check_booking(const ScenarioSpec& s) {
  if (s.reservation == Reservation::ledger && s.on_deadlock != OnDeadlock::report)
    throw SpecError("/on_deadlock", in_quotes(choice_name(s.on_deadlock)),
                    "\"report\" unless reservation is \"hop_by_hop\": with \"ledger\" there are no deadlocks");
  check_scheduler(s);
  for (std::size_t i = 0; i < s.demands.size(); ++i) {
    const DemandSpec& demand = s.demands[i];
    if (demand.priority != 0 && s.reservation == Reservation::hop_by_hop)
      throw SpecError(item("demands", i, "priority"), std::to_string(demand.priority),
                      "0 with \"reservation\": \"hop_by_hop\", where nodes serve first come, first served");
    if (demand.weight != 1 && !shares_by_weight(s))
      throw SpecError(item("demands", i, "weight"), number_text(demand.weight), "1 unless scheduler, or that of a switch, is \"weighted_fair\"");
  }
}

}  // namespace farbell
