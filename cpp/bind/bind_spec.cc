#include "bind_spec.hpp"

#include <pybind11/stl.h>

#include <algorithm>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/simulation/json_text.hpp"
#include "farbell/simulation/with_values.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

// A value as Python sees it: lists are tuples, so that nothing can be changed behind a spec's back.
py::object value_to_python(const ValueType& type, const void* x) {
  switch (type.kind) {
    case ValueKind::number: return py::float_(*static_cast<const double*>(x));
    case ValueKind::integer: return py::int_(type.count(x));
    case ValueKind::truth: return py::bool_(*static_cast<const bool*>(x));
    case ValueKind::text: return py::str(*static_cast<const std::string*>(x));
    case ValueKind::choice: return py::str(type.choices[static_cast<std::size_t>(type.count(x))].name);
    case ValueKind::optional: return type.count(x) == 0 ? py::none() : value_to_python(*type.inner, type.part_of(x, 0));
    case ValueKind::list:
    case ValueKind::fixed_list: {
      py::tuple all(static_cast<std::size_t>(type.count(x)));
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = value_to_python(*type.inner, type.part_of(x, i));
      return all;
    }
    case ValueKind::variant: return spec_class(type.spec_of(x)).copy(type.part_of(x, 0));
    case ValueKind::spec: break;
  }
  return spec_class(type.spec_of(x)).copy(x);
}

// The keywords of a call as members of `object`, where they replace what is there.
void take_keywords(const SpecType& type, Value::Object& object, const py::kwargs& keywords) {
  for (const auto& [key, argument] : keywords) {
    const Value spelling = value_from_python(key);
    const auto* text = spelling.as<std::string>();
    const std::string name = text != nullptr ? *text : found_text(spelling);
    if (std::ranges::find(type.fields, name, &SpecField::name) == type.fields.end()) throw unknown_keyword(type, name);
    // An error inside the argument is told with the whole path.
    Value value;
    try {
      value = value_from_python(argument);
    } catch (const SpecError& error) {
      throw SpecError("/" + name + error.path, error.found, error.allowed, error.nearest);
    }
    const auto member = std::ranges::find(object, name, &Member::key);
    if (member != object.end())
      member->value = std::move(value);
    else
      object.push_back({name, std::move(value)});
  }
}

Value from_keywords(const SpecType& type, const py::kwargs& keywords) {
  std::vector<std::string_view> missing;
  for (const SpecField& f : type.fields)
    if (f.need == Need::always && !keywords.contains(py::str(f.name))) missing.push_back(f.name);
  Value::Object object;
  take_keywords(type, object, keywords);
  if (!missing.empty()) throw missing_keywords(type, missing);
  return object;
}

std::string json_of(SpecClass const& spec, py::handle self, std::optional<std::size_t> indent) {
  const Value value = write_spec(*spec.type, spec.of(self), Empties::omit);
  return indent ? pretty_json(value, *indent) : compact_json(value);
}

}  // namespace

void define_methods(SpecClass const& spec) {
  const SpecType& type = *spec.type;
  const py::handle cls(reinterpret_cast<PyObject*>(spec.python));
  const std::string name(type.name);
  // pybind11 would tell what the C++ functions take, (self: object, **kwargs), not what they mean.
  py::options options;
  options.disable_function_signatures();
  const auto method = [&](const char* called, const std::string& text, auto call, auto... extra) {
    cls.attr(called) = py::cpp_function(std::move(call), py::name(called), py::is_method(cls), text.c_str(), extra...);
  };
  const auto static_method = [&](const char* called, const std::string& text, const char* argument, auto call) {
    cls.attr(called) = py::staticmethod(
        py::cpp_function(std::move(call), py::name(called), py::scope(cls), py::arg(argument), text.c_str()));
  };
  using Place = py::detail::value_and_holder;  // of a new object
  const py::detail::is_new_style_constructor makes_it;

  method("__init__", init_text(type), [&spec, &type](Place& place, const py::args& positional, const py::kwargs& keywords) {
    if (!positional.empty()) throw positional_arguments(type, type.name);
    place.value_ptr() = spec.make(from_keywords(type, keywords), Origin::call);
  }, makes_it);
  method("replace", replace_text(type), [&spec, &type](py::handle self, const py::args& positional, const py::kwargs& keywords) {
    if (!positional.empty()) throw positional_arguments(type, std::string(type.name) + ".replace");
    Value value = write_spec(type, spec.of(self), Empties::keep);
    take_keywords(type, *value.as<Value::Object>(), keywords);
    return spec.read(value, Origin::call);
  });
  for (const SpecField& f : type.fields) {
    const std::string field(f.name);
    const py::cpp_function get([&spec, &f](py::handle self) { return value_to_python(*f.type, f.in(spec.of(self))); },
                               py::name(field.c_str()), py::is_method(cls), getter_text(f).c_str());
    cls.attr(field.c_str()) = py::handle(reinterpret_cast<PyObject*>(&PyProperty_Type))(get, py::none(), py::none(), field_doc(f));
  }
  method("with_values", "with_values(self, values: dict) -> " + name +
         "\n\nA new spec in which each path holds another value: ``{\"nodes/*/memory\": \"good\", \"links/a--b/fiber/length_m\": "
         "\"5 km\"}``. In a list a step is the name of an element, its number, or ``*`` for all.",
         [&spec, &type](py::handle self, const py::dict& values) {
    std::vector<Replacement> replacements;
    Value by_path = value_from_python(values);
    for (Member& member : *by_path.as<Value::Object>()) replacements.emplace_back(std::move(member.key), std::move(member.value));
    return spec.read(with_values(write_spec(type, spec.of(self), Empties::keep), replacements), Origin::call);
  }, py::arg("values"));
  method("to_json", "to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str\n\n"
         "As JSON text; on one line unless `indent` is given.", [&spec](py::handle self, std::optional<std::size_t> indent) {
    return json_of(spec, self, indent);
  }, py::arg("indent") = py::none());
  static_method("from_json", "from_json(text: str) -> " + name + "\n\nThe spec that a JSON text holds.", "text",
                [&spec](std::string_view text) { return spec.read(parse_json(text), Origin::file); });
  method("to_dict", "to_dict(self) -> dict\n\nAs plain dicts and lists, the same as its JSON.", [&spec, &type](py::handle self) {
    return python_from_value(write_spec(type, spec.of(self), Empties::omit));
  });
  static_method("from_dict", "from_dict(values: dict) -> " + name + "\n\nThe spec that plain dicts and lists hold.", "values",
                [&spec](const py::dict& values) { return spec.read(value_from_python(values), Origin::file); });
  method("__eq__", "__eq__(self, other: object) -> bool", [&spec, &type](py::handle self, py::handle other) {
    return equal(type, spec.of(self), spec.of(other));
  }, py::is_operator());
  method("__hash__", "__hash__(self) -> int", [&spec](py::handle self) {
    return std::hash<std::string>()(json_of(spec, self, std::nullopt));
  });
  method("__repr__", "__repr__(self) -> str", [&spec, &type](py::handle self) { return spec_repr(type, spec.of(self)); });
  method("_repr_html_", "_repr_html_(self) -> str", [&spec, &type](py::handle self) { return spec_html(type, spec.of(self)); });
  method("__copy__", "__copy__(self) -> object", [](const py::object& self) { return self; });
  method("__deepcopy__", "__deepcopy__(self, memo: dict) -> object", [](const py::object& self, const py::dict&) { return self; },
         py::arg("memo"));
  method("__getstate__", "__getstate__(self) -> tuple", [&spec](py::handle self) {
    return py::make_tuple(json_of(spec, self, std::nullopt));
  });
  method("__setstate__", "__setstate__(self, state: tuple) -> None", [&spec](Place& place, const py::tuple& state) {
    place.value_ptr() = spec.make(parse_json(py::cast<std::string>(state[0])), Origin::file);
  }, makes_it);
}

}  // namespace farbell
