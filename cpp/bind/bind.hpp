// What each file of this folder adds to the Python module.
#pragma once
#include <pybind11/pybind11.h>

namespace farbell {

void bind_errors(pybind11::module_& module);
void bind_specs(pybind11::module_& module);
void bind_states(pybind11::module_& module);
void bind_exact_states(pybind11::module_& module);
void bind_stabilizer(pybind11::module_& module);
void bind_hardware(pybind11::module_& module);
void bind_simulation(pybind11::module_& module);

}  // namespace farbell
