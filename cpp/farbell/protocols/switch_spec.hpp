// What a scenario says of optical switches: links that share Bell-state stations, and who goes first.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "farbell/base/fields.hpp"

namespace farbell {

enum class SwitchScheduler : std::uint8_t { fifo, weighted_fair, max_weight, earliest_deadline, time_division };

constexpr bool by_requests(SwitchScheduler s) { return s == SwitchScheduler::max_weight || s == SwitchScheduler::earliest_deadline; }

struct OpticalSwitchSpec {
  std::string name;
  std::vector<std::string> links;
  std::int64_t stations = 1;
  double switching_time_s = 0;
  SwitchScheduler scheduler = SwitchScheduler::fifo;
  std::optional<double> turn_s;
  std::vector<std::vector<std::string>> frame;

  bool operator==(const OpticalSwitchSpec&) const = default;
};

template <>
struct Describe<SwitchScheduler> {
  static constexpr std::string_view name = "SwitchScheduler";
  static constexpr auto values = std::array{
      Choice<SwitchScheduler>{SwitchScheduler::fifo, "fifo", "who has waited longest"},
      Choice<SwitchScheduler>{SwitchScheduler::weighted_fair, "weighted_fair",
                              "whose link has had the least time of stations for the `weight` of its demands while others waited"},
      Choice<SwitchScheduler>{SwitchScheduler::max_weight, "max_weight", "whose open requests times success rate are most"},
      Choice<SwitchScheduler>{SwitchScheduler::earliest_deadline, "earliest_deadline", "whose served request has the earliest deadline"},
      Choice<SwitchScheduler>{SwitchScheduler::time_division, "time_division", "whose slot it is, in a frame of slots that is repeated"},
  };
};

template <>
struct Describe<OpticalSwitchSpec> {
  static constexpr std::string_view name = "OpticalSwitch";
  static constexpr std::string_view doc = "An optical switch by which links share Bell-state stations: so many of them attempt at a time.";
  static constexpr auto fields = std::tuple{
      required(field("name", &OpticalSwitchSpec::name, non_empty, "Unique name.")),
      required(field("links", &OpticalSwitchSpec::links, non_empty, "Names of its links; a link has one switch at most.")),
      field("stations", &OpticalSwitchSpec::stations, at_least(1), "Stations, with their detectors, each of which serves a link at a time."),
      field("switching_time_s", &OpticalSwitchSpec::switching_time_s, "s", non_negative, "Time to connect a station to another link than its last."),
      field("scheduler", &OpticalSwitchSpec::scheduler, "Which of the links that wait has the next turn."),
      field("turn_s", &OpticalSwitchSpec::turn_s, "s", positive,
            "How long a turn lasts if others wait, or with time_division a slot; null = until the link has made a pair."),
      field("frame", &OpticalSwitchSpec::frame, unbounded,
            "With time_division: the names of the links of each slot of the frame; [] = worked out, in proportion to need."),
  };
};

}  // namespace farbell
