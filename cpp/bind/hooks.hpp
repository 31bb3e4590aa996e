// Hooks: functions of Python that take decisions of a run.
#pragma once
#include <pybind11/pybind11.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
  const RoundHook* round_table() const { return round_table_.self ? &round_table_ : nullptr; }
  DecisionHooks table() const { return at_; }
  // What failed where the run went on: the first so many, and how many in all.
  static constexpr std::size_t errors_kept = 100;
  const std::vector<std::string>& errors() const { return errors_; }
  std::uint64_t errors_in_all() const { return errors_in_all_; }

 private:
  bool decide(const Question& question);
  std::optional<std::uint32_t> choose(const RouteQuestion& question);
  std::optional<std::vector<std::vector<NodeId>>> find(const RoutesQuestion& question);
  void search_failed(const RoutesQuestion& question, const std::string& why);
  std::vector<AskedPath> paths(const char* point, const pybind11::object& function, const RoundQuestion& question, const pybind11::object& facts);
  std::vector<AskedPath> assign(const RoundQuestion& question, const LaneBook& book);
  std::vector<AskedPath> join(const RoundQuestion& question, const LaneStates& up);
  double rank(const TurnQuestion& question);
  std::string raised() const;
  [[noreturn]] void fail(std::string_view point, const std::string& place, const std::string& why) const;

  struct Hook {
    pybind11::object function, view;
  };
  const Model& model_;
  bool goes_on_;
  std::vector<std::string> errors_;
  std::uint64_t errors_in_all_ = 0;
  pybind11::object run_error_;
  std::array<Hook, decision_points> hooks_;
  std::vector<pybind11::str> node_names_, demand_names_;
  pybind11::object choose_route_;  // function of numbers; `farbell.hooks` makes it
  RouteHook route_table_;
  pybind11::object find_routes_;  // the same
  RoutesHook routes_table_;
  pybind11::object assign_lanes_, join_pairs_;  // the same
  RoundHook round_table_;
  pybind11::object schedule_, turn_view_;
  TurnHook turn_table_;
  DecisionHook hook_;
  DecisionHooks at_{};
};

}  // namespace farbell
