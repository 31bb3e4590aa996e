// The Python class of a spec, made from its field table: frozen, keyword-only, checked by the code that checks files.
#pragma once
#include <pybind11/pybind11.h>

#include <memory>

#include "farbell/simulation/spec_value.hpp"
#include "python_value.hpp"
#include "spec_text.hpp"

namespace farbell {

// What every such class can do, written once for all of them.
void define_methods(SpecClass const& spec);

template <Described T>
void bind_spec(pybind11::module_& m) {
  namespace py = pybind11;
  const SpecType& type = spec_type<T>();
  const py::class_<T> python(m, std::string(type.name).c_str(), class_doc(type).c_str());
  define_methods(register_spec({.type = &type,
                                .python = reinterpret_cast<PyTypeObject*>(python.ptr()),
                                .make =
                                    [](const Value& value, Origin origin) -> void* {
                                      auto spec = std::make_unique<T>();
                                      read_spec(spec_type<T>(), spec.get(), value, origin);
                                      return spec.release();
                                    },
                                .clone = [](const void* spec) -> void* { return new T(*static_cast<const T*>(spec)); },
                                .own = [](void* spec) { return py::cast(static_cast<T*>(spec), py::return_value_policy::take_ownership); },
                                .cast = [](py::handle object) -> const void* { return py::cast<const T*>(object); }}));
}

}  // namespace farbell
