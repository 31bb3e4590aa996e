// Python objects to and from Value: the way into every spec, so that a call is checked by the same code as a file.
#pragma once
#include <pybind11/pybind11.h>

#include "farbell/simulation/spec_value.hpp"

namespace farbell {

// Numbers (NumPy's too), text, sequences, mappings and specs; anything else becomes Value::Foreign, which no field takes.
Value value_from_python(pybind11::handle object);
pybind11::object python_from_value(const Value& value);

// A class whose objects are specs, and what is known of their C++ type.
struct SpecClass {
  const SpecType* type;
  PyTypeObject* python;
  void* (*make)(const Value&, Origin);  // by new, as the next
  void* (*clone)(const void* spec);
  pybind11::object (*own)(void* spec);
  const void* (*cast)(pybind11::handle);

  pybind11::object read(const Value& value, Origin origin) const { return own(make(value, origin)); }
  pybind11::object copy(const void* spec) const { return own(clone(spec)); }

  // The spec in an object; where it holds none, pybind11 says what it takes.
  const void* of(pybind11::handle object) const;
};

// Makes value_from_python know a class. It stays where it is from then on.
SpecClass const& register_spec(SpecClass const& spec);
SpecClass const& spec_class(const SpecType& type);

}  // namespace farbell
