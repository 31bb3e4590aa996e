#include "bind.hpp"

PYBIND11_MODULE(_core, m) {
  m.doc() = "Farbell's core, in C++.";
  m.attr("__version__") = FARBELL_VERSION;
  farbell::bind_errors(m);
  farbell::bind_specs(m);
  farbell::bind_states(m);
  farbell::bind_hardware(m);
  farbell::bind_simulation(m);
}
