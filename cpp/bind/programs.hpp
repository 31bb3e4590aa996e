// A host of programs that is a Python object, as the core calls it.
#pragma once
#include <pybind11/pybind11.h>

#include "farbell/apps/programs.hpp"

namespace farbell {

struct PythonPrograms {
  explicit PythonPrograms(const pybind11::object& host);
  PythonPrograms(const PythonPrograms&) = delete;  // the table points here

  pybind11::object begin, pair, request_ended, message, done, end;
  ProgramHost table;
};

}  // namespace farbell
