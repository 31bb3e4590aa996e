// Python objects to and from Value: the way into every spec, so that a call is checked by the same code as a file.
#pragma once
#include <pybind11/pybind11.h>

#include "farbell/simulation/value.hpp"

namespace farbell {

// Numbers (NumPy's too), text, sequences, mappings and specs; anything else becomes Value::Foreign, which no field takes.
Value value_from_python(pybind11::handle object);
pybind11::object python_from_value(const Value& value);

// Makes value_from_python know a class whose objects are specs.
using SpecWriter = Value (*)(pybind11::handle);
void register_spec(pybind11::handle type, SpecWriter writer);

}  // namespace farbell
