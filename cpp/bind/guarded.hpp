// For functions that CPython calls: what C++ throws becomes a Python error.
#pragma once
#include <pybind11/pybind11.h>

namespace farbell {

template <class Function>
PyObject* guarded(Function function) {
  try {
    return function();
  } catch (pybind11::error_already_set& error) {
    error.restore();
  } catch (...) {
    pybind11::detail::try_translate_exceptions();
  }
  return nullptr;
}

}  // namespace farbell
