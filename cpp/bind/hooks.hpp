// Hooks: functions of Python that take decisions of a run.
#pragma once
#include <pybind11/pybind11.h>

#include <array>

#include "farbell/simulation/model.hpp"

namespace farbell {

// For the duration of a run. The core calls the functions with one view for each point, made here once.
class PythonHooks {
 public:
  // By the name of the point.
  PythonHooks(const pybind11::dict& functions, const Model& model);
  PythonHooks(const PythonHooks&) = delete;  // the table points here
  ~PythonHooks();

  const DecisionHook* table() const { return &table_; }

 private:
  bool decide(const Question& question);
  double rank(const TurnQuestion& question);
  std::string raised() const;
  [[noreturn]] void fail(const std::string& where, Tick now, const std::string& why) const;
  [[noreturn]] void fail(const Question& question, const std::string& why) const;

  struct Hook {
    pybind11::object function, view;
  };
  const Model& model_;
  pybind11::object run_error_;
  std::array<Hook, decision_points> hooks_;
  pybind11::object schedule_, turn_view_;
  std::vector<pybind11::str> node_names_, demand_names_;
  DecisionHook table_;
};

}  // namespace farbell
