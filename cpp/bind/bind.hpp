// What each file of this folder adds to the Python module.
#pragma once
#include <pybind11/pybind11.h>

#include <optional>

namespace farbell {

// Work that takes long lets other Python threads run; for short work the hand-over would cost more. A state is for one thread at a time.
template <class Work>
auto without_gil(bool is_long, Work work) {
  std::optional<pybind11::gil_scoped_release> released;
  if (is_long) released.emplace();
  return work();
}

void bind_errors(pybind11::module_& module);
void bind_specs(pybind11::module_& module);
void bind_states(pybind11::module_& module);
void bind_exact_states(pybind11::module_& module);
void bind_stabilizer(pybind11::module_& module);
void bind_hardware(pybind11::module_& module);
void bind_programs(pybind11::module_& module);
void bind_hooks(pybind11::module_& module);
void bind_extensions(pybind11::module_& module);
void bind_simulation(pybind11::module_& module);
void bind_live_run(pybind11::module_& module);
void bind_envs(pybind11::module_& module);

}  // namespace farbell
