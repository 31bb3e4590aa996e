// The core's exceptions as Python exceptions.
#include "farbell/base/errors.hpp"

#include <pybind11/eval.h>
#include <pybind11/gil_safe_call_once.h>

#include "bind.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

// An exception class with a docstring, derived from one of Python's own.
py::object new_exception(py::module_& m, const char* name, const char* doc, PyObject* base) {
  const std::string full = py::cast<std::string>(m.attr("__name__")) + "." + name;
  auto type = py::reinterpret_steal<py::object>(PyErr_NewExceptionWithDoc(full.c_str(), doc, base, nullptr));
  if (!type) throw py::error_already_set();
  m.attr(name) = type;
  return type;
}

// A class that needs more than a message is shortest in Python. `args` holds all four, which is what pickle and copy go by.
constexpr const char* spec_error_source = R"(
class SpecError(ValueError):
    """The scenario is wrong.

    `path` is a JSON pointer to the place, `found` and `allowed` say what is there and what may be there,
    `nearest` is the known name that is most like an unknown one ("" where none is).

    Examples
    --------
    >>> import farbell as fb
    >>> try:
    ...     fb.Fiber(length_m="20 kn")
    ... except fb.SpecError as error:
    ...     error.path, error.nearest
    ('/length_m', 'km')
    """

    path: str
    found: str
    allowed: str
    nearest: str

    def __init__(self, path: str, found: str, allowed: str, nearest: str = "") -> None:
        super().__init__(path, found, allowed, nearest)
        self.path = path
        self.found = found
        self.allowed = allowed
        self.nearest = nearest

    def __str__(self) -> str:
        return message(self.path, self.found, self.allowed, self.nearest)
)";

py::object new_spec_error(py::module_& m) {
  py::dict names;
  names["__name__"] = m.attr("__name__");
  names["message"] = py::cpp_function([](const std::string& path, const std::string& found, const std::string& allowed,
                                         const std::string& nearest) {
    return std::string(SpecError(path, found, allowed, nearest).what());
  });
  py::exec(spec_error_source, names);
  m.attr("SpecError") = names["SpecError"];
  return names["SpecError"];
}

struct Classes {
  py::object spec_error, run_error, internal_error;
};
PYBIND11_CONSTINIT py::gil_safe_call_once_and_store<Classes> storage;

}  // namespace

void bind_errors(py::module_& m) {
  storage.call_once_and_store_result([&] {
    return Classes{
        new_spec_error(m),
        new_exception(m, "RunError",
                      "A limit, hook or program failed while running.\n\n"
                      "Examples\n--------\n>>> import farbell as fb\n>>> issubclass(fb.RunError, RuntimeError)\nTrue\n",
                      PyExc_RuntimeError),
        new_exception(m, "InternalError",
                      "A bug in Farbell. Please report it with the message.\n\n"
                      "Examples\n--------\n>>> import farbell as fb\n>>> issubclass(fb.InternalError, RuntimeError)\nTrue\n",
                      PyExc_RuntimeError),
    };
  });
  py::register_exception_translator([](std::exception_ptr thrown) {
    const Classes& classes = storage.get_stored();
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const SpecError& error) {
      const py::object value = classes.spec_error(error.path, error.found, error.allowed, error.nearest);
      PyErr_SetObject(classes.spec_error.ptr(), value.ptr());
    } catch (const RunError& error) {
      py::set_error(classes.run_error, error.what());
    } catch (const InternalError& error) {
      py::set_error(classes.internal_error, error.what());
    }
  });
}

}  // namespace farbell
