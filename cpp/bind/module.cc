#include "bind.hpp"

#if defined(__clang__)
#define FARBELL_COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define FARBELL_COMPILER "gcc " __VERSION__
#else
#define FARBELL_COMPILER "unknown"
#endif

PYBIND11_MODULE(_core, m) {
  m.doc() = "Farbell's core, in C++.";
  m.attr("__version__") = FARBELL_VERSION;
  m.attr("compiler") = FARBELL_COMPILER;
  farbell::bind_errors(m);
  farbell::bind_specs(m);
  farbell::bind_states(m);
  farbell::bind_exact_states(m);
  farbell::bind_stabilizer(m);
  farbell::bind_hardware(m);
  farbell::bind_hooks(m);
  farbell::bind_extensions(m);
  farbell::bind_simulation(m);
  farbell::bind_programs(m);
  farbell::bind_live_run(m);
  farbell::bind_envs(m);
}
