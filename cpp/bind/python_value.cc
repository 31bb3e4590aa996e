#include "python_value.hpp"

#include <algorithm>
#include <deque>
#include <limits>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

// Written while the module is made, only read afterwards. The classes live as long as the module.
std::deque<SpecClass>& spec_classes() {
  static std::deque<SpecClass> classes;
  return classes;
}

bool holds(SpecClass const& spec, py::handle object) { return PyType_IsSubtype(Py_TYPE(object.ptr()), spec.python) != 0; }

Value foreign(py::handle object) {
  return Value::Foreign{"an object of type " + std::string(Py_TYPE(object.ptr())->tp_name)};
}

// As JSON reading does: what no 64-bit integer holds is a floating-point number, which no integer field takes.
Value integer(py::handle object) {
  int overflow = 0;
  const long long x = PyLong_AsLongLongAndOverflow(object.ptr(), &overflow);
  if (overflow == 0) {
    if (x == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
    return Value(static_cast<std::int64_t>(x));
  }
  const double big = PyLong_AsDouble(object.ptr());
  if (big == -1 && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    return Value(overflow * std::numeric_limits<double>::infinity());
  }
  return Value(big);
}

Value text(py::handle object) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(object.ptr(), &size);
  if (bytes == nullptr) {
    PyErr_Clear();
    return Value::Foreign{"a text with lone surrogates"};
  }
  return Value(std::string(bytes, static_cast<std::size_t>(size)));
}

Value convert(py::handle object, const Where& at, std::size_t depth);

Value sequence(py::handle object, const Where& at, std::size_t depth) {
  Value::Array list;
  std::size_t i = 0;
  for (const py::handle element : py::reinterpret_borrow<py::object>(object)) {
    list.push_back(convert(element, Where(at, i), depth + 1));
    ++i;
  }
  return list;
}

Value mapping(py::handle object, const Where& at, std::size_t depth) {
  const auto items = py::reinterpret_steal<py::list>(PyMapping_Items(object.ptr()));
  if (!items) throw py::error_already_set();
  Value::Object members;
  for (const py::handle item : items) {
    const auto pair = py::reinterpret_borrow<py::tuple>(item);
    const Value key = convert(pair[0], at, depth + 1);
    const auto* name = key.as<std::string>();
    if (name == nullptr) throw SpecError(at.pointer(), "the key " + found_text(key), "texts as keys");
    members.push_back({*name, convert(pair[1], Where(at, *name), depth + 1)});
  }
  return members;
}

bool is_mapping(py::handle object) {
  return PyDict_Check(object.ptr()) || (py::hasattr(object, "keys") && PyMapping_Check(object.ptr()) != 0);
}

bool is_sequence(py::handle object) {
  return PySequence_Check(object.ptr()) != 0 && PyBytes_Check(object.ptr()) == 0 && PyByteArray_Check(object.ptr()) == 0;
}

Value convert(py::handle object, const Where& at, std::size_t depth) {
  if (depth > deepest_nesting)
    throw SpecError(at.pointer(), "nesting deeper than " + std::to_string(deepest_nesting),
                    "lists and objects inside each other at most " + std::to_string(deepest_nesting) + " deep");
  if (object.is_none()) return Value();
  if (PyBool_Check(object.ptr())) return Value(object.ptr() == Py_True);
  if (PyLong_Check(object.ptr())) return integer(object);
  if (PyFloat_Check(object.ptr())) return Value(PyFloat_AsDouble(object.ptr()));
  if (PyUnicode_Check(object.ptr())) return text(object);
  for (SpecClass const& spec : spec_classes())
    if (holds(spec, object)) return write_spec(*spec.type, spec.cast(object), Empties::omit);
  // NumPy's scalars and arrays.
  if (py::hasattr(object, "tolist")) return convert(object.attr("tolist")(), at, depth + 1);
  if (is_mapping(object)) return mapping(object, at, depth);
  if (is_sequence(object)) return sequence(object, at, depth);
  if (PyIndex_Check(object.ptr()) != 0) {
    const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(object.ptr()));
    if (!number) throw py::error_already_set();
    return integer(number);
  }
  if (py::hasattr(object, "__float__")) return Value(py::cast<double>(py::float_(py::reinterpret_borrow<py::object>(object))));
  return foreign(object);
}

struct ToPython {
  py::object operator()(std::nullptr_t) const { return py::none(); }
  py::object operator()(bool x) const { return py::bool_(x); }
  py::object operator()(std::int64_t x) const { return py::int_(x); }
  py::object operator()(std::uint64_t x) const { return py::int_(x); }
  py::object operator()(double x) const { return py::float_(x); }
  py::object operator()(const std::string& x) const { return py::str(x); }
  py::object operator()(const Value::Foreign& x) const { return py::str(x.what); }
  py::object operator()(const Value::Array& x) const {
    py::list list(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) list[i] = python_from_value(x[i]);
    return list;
  }
  py::object operator()(const Value::Object& x) const {
    py::dict dict;
    for (const Member& member : x) dict[py::str(member.key)] = python_from_value(member.value);
    return dict;
  }
};

}  // namespace

Value value_from_python(py::handle object) { return convert(object, Where(), 0); }

py::object python_from_value(const Value& value) { return std::visit(ToPython(), value.data); }

const void* SpecClass::of(py::handle object) const {
  if (!holds(*this, object)) throw py::reference_cast_error();
  return cast(object);
}

SpecClass const& register_spec(SpecClass const& spec) { return spec_classes().emplace_back(spec); }

SpecClass const& spec_class(const SpecType& type) { return *std::ranges::find(spec_classes(), &type, &SpecClass::type); }

}  // namespace farbell
