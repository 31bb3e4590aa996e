// What the Python class of a spec says about itself: signatures, docstrings, repr.
#pragma once
#include <pybind11/pybind11.h>

#include <string>

#include "farbell/base/fields.hpp"
#include "spec_examples.hpp"

namespace farbell {

// `instead` is what is to be said of a field that belongs elsewhere.
pybind11::type_error unknown_keyword(std::string_view what, const std::string& name, const std::vector<std::string_view>& known,
                                     std::string_view instead = {});
pybind11::type_error positional_arguments(std::string_view what, const std::vector<std::string_view>& known);
pybind11::type_error missing_keywords(std::string_view what, const std::vector<std::string>& names);

std::string python_repr(double x);
std::string python_repr(std::int64_t x);
std::string python_repr(std::uint64_t x);
std::string python_repr(bool x);
std::string python_repr(const std::string& x);
std::string escaped_html(const std::string& text);

// Lists longer than this are cut in the middle of a repr.
inline constexpr std::size_t longest_list = 4;

template <Described T>
std::string spec_repr(const T& spec);

template <class V>
std::string value_repr(const V& x) {
  if constexpr (is_optional<V>) {
    return x ? value_repr(*x) : "None";
  } else if constexpr (is_variant<V>) {
    return std::visit([](const auto& alternative) { return spec_repr(alternative); }, x);
  } else if constexpr (Described<V>) {
    return spec_repr(x);
  } else if constexpr (is_list<V> || is_fixed_list<V>) {
    std::string text = "[";
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (x.size() > longest_list && i == longest_list - 2) {
        text += ", ... " + std::to_string(x.size() - longest_list + 1) + " more ...";
        i = x.size() - 1;
      }
      text += (i == 0 ? "" : ", ") + value_repr(x[i]);
    }
    return text + "]";
  } else if constexpr (DescribedEnum<V>) {
    return "'" + std::string(choice_name(x)) + "'";
  } else {
    return python_repr(x);
  }
}

// As a call that would make the spec; fields that hold their default are left out.
template <Described T>
std::string spec_repr(const T& spec) {
  const T defaults{};
  std::string arguments;
  each_field<T>([&](const auto& f) {
    if (f.need != Need::always && spec.*f.member == defaults.*f.member) return;
    arguments += (arguments.empty() ? "" : ", ") + std::string(f.name) + "=" + value_repr(spec.*f.member);
  });
  return std::string(Describe<T>::name) + "(" + arguments + ")";
}

template <Described T>
std::string spec_html(const T& spec) {
  std::string rows;
  each_field<T>([&](const auto& f) {
    rows += "<tr><td style=\"text-align:left\">" + std::string(f.name) + "</td><td style=\"text-align:left\">" +
            escaped_html(value_repr(spec.*f.member)) + "</td><td style=\"text-align:left\">" +
            escaped_html(std::string(f.doc)) + "</td></tr>";
  });
  return "<table><caption>" + std::string(Describe<T>::name) + "</caption>" + rows + "</table>";
}

// The Python type of a field's value, or (`taken`) of what may be given for it.
template <class V>
std::string python_type(bool taken, bool has_unit) {
  if constexpr (is_optional<V>) {
    return python_type<typename V::value_type>(taken, has_unit) + " | None";
  } else if constexpr (Described<V>) {
    return std::string(Describe<V>::name) + (taken ? " | Mapping[str, Any]" : "");
  } else if constexpr (is_variant<V>) {
    return [&]<class... A>(std::variant<A...>*) {
      std::string text;
      ((text += (text.empty() ? "" : " | ") + std::string(Describe<A>::name)), ...);
      return text + (taken ? " | Mapping[str, Any]" : "");
    }(static_cast<V*>(nullptr));
  } else if constexpr (is_list<V> || is_fixed_list<V>) {
    const std::string element = python_type<typename V::value_type>(taken, has_unit);
    return taken ? "Sequence[" + element + "]" : "tuple[" + element + ", ...]";
  } else if constexpr (DescribedEnum<V>) {
    std::string names;
    for (const auto& choice : Describe<V>::values)
      names += (names.empty() ? "\"" : ", \"") + std::string(choice.name) + "\"";
    return "Literal[" + names + "]";
  } else if constexpr (std::is_same_v<V, std::string>) {
    return "str";
  } else if constexpr (std::is_same_v<V, bool>) {
    return "bool";
  } else if constexpr (std::is_integral_v<V>) {
    return "int";
  } else {
    return taken && has_unit ? "float | str" : "float";
  }
}

template <class F>
std::string field_python_type(const F&) {
  return python_type<typename F::Type>(false, false);
}

template <class F>
std::string field_doc(const F& f) {
  return std::string(f.doc) + (f.unit.empty() ? "" : " [" + std::string(f.unit) + "]");
}

template <Described T>
std::string class_doc() {
  std::string doc(Describe<T>::doc);
  doc += "\n\nParameters\n----------\n";
  each_field<T>([&](const auto& f) {
    using V = typename std::remove_cvref_t<decltype(f)>::Type;
    doc += std::string(f.name) + " : " + python_type<V>(true, !f.unit.empty()) + "\n    " + field_doc(f) + "\n";
  });
  doc += "\nExamples\n--------\n>>> import farbell as fb\n" + std::string(spec_example(Describe<T>::name)) + "\n";
  return doc;
}

// The signature of __init__ in the form that Python's inspect reads: no types. They stand in the class's docstring.
template <Described T>
std::string init_text() {
  const T defaults{};
  std::string text = field_count<T> == 0 ? "__init__(self" : "__init__(self, *";
  each_field<T>([&](const auto& f) {
    text += ", " + std::string(f.name);
    if (f.need == Need::always) return;
    // Defaults that are no literals would make the whole signature unreadable.
    const std::string initial = value_repr(defaults.*f.member);
    text += "=" + (initial.find('(') == std::string::npos ? initial : std::string("..."));
  });
  return text + ")\n--\n\n" + std::string(Describe<T>::doc);
}

template <Described T>
std::string replace_text() {
  std::string text = field_count<T> == 0 ? "replace(self" : "replace(self, *";
  each_field<T>([&](const auto& f) {
    using V = typename std::remove_cvref_t<decltype(f)>::Type;
    text += ", " + std::string(f.name) + ": " + python_type<V>(true, !f.unit.empty()) + " = ...";
  });
  return text + ") -> " + std::string(Describe<T>::name) + "\n\nA new " + std::string(Describe<T>::name) +
         " with these fields changed.";
}

}  // namespace farbell
