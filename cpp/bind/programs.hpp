// A host of programs that is a Python object, as the core calls it.
#pragma once
#include <pybind11/pybind11.h>

#include "farbell/apps/programs.hpp"

namespace farbell {

struct PythonPrograms {
  explicit PythonPrograms(const pybind11::object& host);
  PythonPrograms(const PythonPrograms&) = delete;
  ~PythonPrograms();  // no run goes on then

  pybind11::object host;
  ProgramHost table;
};

}  // namespace farbell
