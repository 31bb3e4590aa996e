// Hooks: functions of Python that take decisions of a run.
#pragma once
#include <pybind11/pybind11.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "farbell/simulation/extensions.hpp"
#include "farbell/simulation/model.hpp"

namespace farbell {

// For the duration of a run. The core calls the functions with one view for each point, made here once.
class PythonHooks {
 public:
  // By the name of the point.
  PythonHooks(const pybind11::dict& functions, const Model& model, bool goes_on);
  PythonHooks(const PythonHooks&) = delete;  // the table points here
  ~PythonHooks();

  const TurnHook* turn_table() const { return turn_table_.self ? &turn_table_ : nullptr; }
  const RouteHook* route_table() const { return route_table_.self ? &route_table_ : nullptr; }
  const RoutesHook* routes_table() const { return routes_table_.self ? &routes_table_ : nullptr; }
  RoundHooks round_tables() const {
    const auto table = [&](RoundPart part) { return round_[static_cast<std::size_t>(part)] ? &round_table_ : nullptr; };
    return {table(RoundPart::assign), table(RoundPart::join), table(RoundPart::fuse)};
  }
  DecisionHooks table() const { return at_; }
  // What failed where the run went on.
  const HookErrors& errors() const { return errors_; }

 private:
  bool decide(const Question& question);
  ChosenRoute choose(const RouteQuestion& question);
  std::optional<std::vector<std::vector<NodeId>>> find(const RoutesQuestion& question);
  void went_wrong(std::string_view point, const std::string& place, const std::string& why);
  std::optional<RoundPaths> paths(RoundPart part, const RoundQuestion& question, const pybind11::object& facts);
  std::optional<RoundPaths> assign(const RoundQuestion& question, const LaneBook& book);
  std::optional<RoundPaths> join(const RoundQuestion& question, const LaneStates& up);
  std::optional<FusedPairs> fuse(const FusionQuestion& question);
  double rank(const TurnQuestion& question);
  std::string raised() const;
  [[noreturn]] void fail(std::string_view point, const std::string& place, const std::string& why) const;

  struct Hook {
    pybind11::object function, view;
  };
  const Model& model_;
  bool goes_on_;
  HookErrors errors_;
  pybind11::object run_error_;
  std::array<Hook, decision_points> hooks_;
  std::vector<pybind11::str> node_names_, demand_names_;
  pybind11::object choose_route_;  // function of numbers; `farbell.hooks` makes it
  RouteHook route_table_;
  pybind11::object find_routes_;  // the same
  RoutesHook routes_table_;
  std::array<pybind11::object, round_parts> round_;  // the same
  RoundHook round_table_;
  pybind11::object schedule_, turn_view_;
  TurnHook turn_table_;
  DecisionHook hook_;
  DecisionHooks at_{};
};

}  // namespace farbell
