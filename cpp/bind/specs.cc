// The specs as Python classes, and the documents made from their field tables.
#include "bind.hpp"
#include "bind_spec.hpp"
#include "farbell/simulation/spec_json.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

template <class... T>
void bind_all(py::module_& m, TypeList<T...>) {
  (bind_spec<T>(m), ...);
}

}  // namespace

void bind_specs(py::module_& m) {
  bind_all(m, AllSpecs{});
  m.def("scenario_schema", &scenario_schema, "The JSON Schema of scenario files.");
  m.def("parameter_tables", &parameter_tables, "The parameters of every spec, as Markdown tables.");
}

}  // namespace farbell
