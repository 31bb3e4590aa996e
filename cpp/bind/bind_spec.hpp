// The Python class of a spec, made from its field table: frozen, keyword-only, checked by the code that checks files.
#pragma once
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <functional>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/base/text.hpp"
#include "farbell/simulation/json_text.hpp"
#include "farbell/simulation/spec_value.hpp"
#include "farbell/simulation/with_values.hpp"
#include "python_value.hpp"
#include "spec_text.hpp"

namespace farbell {

// A field's value as Python sees it: lists are tuples, so that nothing can be changed behind a spec's back.
template <class V>
pybind11::object field_to_python(const V& x) {
  namespace py = pybind11;
  if constexpr (is_optional<V>) {
    return x ? field_to_python(*x) : py::none();
  } else if constexpr (is_variant<V>) {
    return std::visit([](const auto& alternative) { return py::cast(alternative); }, x);
  } else if constexpr (is_list<V> || is_fixed_list<V>) {
    py::tuple all(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) all[i] = field_to_python(x[i]);
    return all;
  } else if constexpr (DescribedEnum<V>) {
    return py::str(choice_name(x));
  } else {
    return py::cast(x);
  }
}

template <Described T>
std::vector<std::string_view> field_names() {
  std::vector<std::string_view> names;
  each_field<T>([&](const auto& f) { names.push_back(f.name); });
  return names;
}

// The keywords of a call as members of `object`, where they replace what is there.
template <Described T>
void take_keywords(Value::Object& object, const pybind11::kwargs& keywords) {
  namespace py = pybind11;
  const std::vector<std::string_view> names = field_names<T>();
  for (const auto& [key, argument] : keywords) {
    const Value spelling = value_from_python(key);
    const auto* text = spelling.as<std::string>();
    const std::string name = text != nullptr ? *text : found_text(spelling);
    if (std::ranges::find(names, name) == names.end())
      throw unknown_keyword(Describe<T>::name, name, names, said_elsewhere<T>(name));
    // An error inside the argument is told with the whole path.
    Value value;
    try {
      value = value_from_python(argument);
    } catch (const SpecError& error) {
      throw SpecError("/" + name + error.path, error.found, error.allowed, error.nearest);
    }
    const auto member = std::ranges::find_if(object, [&](const Member& m) { return m.key == name; });
    if (member != object.end())
      member->value = std::move(value);
    else
      object.push_back({name, std::move(value)});
  }
}

template <Described T>
T spec_from_keywords(const pybind11::kwargs& keywords) {
  std::vector<std::string> missing;
  each_field<T>([&](const auto& f) {
    if (f.need == Need::always && !keywords.contains(std::string(f.name))) missing.emplace_back(f.name);
  });
  Value::Object object;
  take_keywords<T>(object, keywords);
  if (!missing.empty()) throw missing_keywords(Describe<T>::name, missing);
  return read_spec<T>(object, Origin::call);
}

template <Described T>
T replaced(const T& spec, const pybind11::kwargs& keywords) {
  Value value = write_spec(spec, Empties::keep);
  take_keywords<T>(*value.as<Value::Object>(), keywords);
  return read_spec<T>(value, Origin::call);
}

template <Described T>
T with_values_from_python(const T& spec, const pybind11::dict& values) {
  std::vector<Replacement> replacements;
  Value by_path = value_from_python(values);
  for (Member& member : *by_path.as<Value::Object>()) replacements.emplace_back(std::move(member.key), std::move(member.value));
  return read_spec<T>(with_values(write_spec(spec, Empties::keep), replacements), Origin::call);
}

template <Described T>
std::string json_from_spec(const T& spec, std::optional<std::size_t> indent) {
  const Value value = write_spec(spec, Empties::omit);
  return indent ? pretty_json(value, *indent) : compact_json(value);
}

template <Described T>
void bind_spec(pybind11::module_& m) {
  namespace py = pybind11;
  const std::string name(Describe<T>::name);
  py::class_<T> c(m, name.c_str(), class_doc<T>().c_str());
  {
    // pybind11 would tell what the C++ functions take, (**kwargs), not what they mean.
    py::options options;
    options.disable_function_signatures();
    c.def(py::init([](const py::args& positional, const py::kwargs& keywords) {
            if (!positional.empty()) throw positional_arguments(Describe<T>::name, field_names<T>());
            return spec_from_keywords<T>(keywords);
          }), init_text<T>().c_str());
    c.def("replace", [](const T& spec, const py::args& positional, const py::kwargs& keywords) {
      if (!positional.empty()) throw positional_arguments(std::string(Describe<T>::name) + ".replace", field_names<T>());
      return replaced(spec, keywords);
    }, replace_text<T>().c_str());
    each_field<T>([&](const auto& f) {
      const std::string getter_doc = std::string(f.name) + "(self) -> " + field_python_type(f);
      const std::function<py::object(const T&)> get = [member = f.member](const T& spec) {
        return field_to_python(spec.*member);
      };
      c.def_property_readonly(std::string(f.name).c_str(), py::cpp_function(get, py::is_method(c), getter_doc.c_str()),
                              field_doc(f).c_str());
    });
  }
  c.def("with_values", &with_values_from_python<T>, py::arg("values"),
        "A new spec in which each path holds another value: ``{\"nodes/*/memory\": \"good\", \"links/a--b/fiber/length_m\": "
        "\"5 km\"}``. In a list a step is the name of an element, its number, or ``*`` for all.");
  c.def("to_json", &json_from_spec<T>, py::arg("indent") = py::none(), "As JSON text; on one line unless `indent` is given.");
  c.def_static(
      "from_json", [](std::string_view text) { return read_spec<T>(parse_json(text), Origin::file); }, py::arg("text"),
      "The spec that a JSON text holds.");
  c.def("to_dict", [](const T& spec) { return py::dict(python_from_value(write_spec(spec, Empties::omit))); },
        "As plain dicts and lists, the same as its JSON.");
  c.def_static(
      "from_dict", [](const py::dict& values) { return read_spec<T>(value_from_python(values), Origin::file); },
      py::arg("values"), "The spec that plain dicts and lists hold.");
  c.def("__eq__", [](const T& a, const T& b) { return a == b; }, py::is_operator());
  c.def("__hash__", [](const T& spec) { return std::hash<std::string>()(json_from_spec(spec, std::nullopt)); });
  c.def("__repr__", [](const T& spec) { return spec_repr(spec); });
  c.def("_repr_html_", [](const T& spec) { return spec_html(spec); });
  c.def("__copy__", [](const py::object& self) { return self; });
  c.def("__deepcopy__", [](const py::object& self, const py::dict&) { return self; }, py::arg("memo"));
  c.def(py::pickle([](const T& spec) { return py::make_tuple(json_from_spec(spec, std::nullopt)); },
                   [](const py::tuple& state) {
                     return read_spec<T>(parse_json(py::cast<std::string>(state[0])), Origin::file);
                   }));
  register_spec(c, [](py::handle object) { return write_spec(py::cast<const T&>(object), Empties::omit); });
}

}  // namespace farbell
