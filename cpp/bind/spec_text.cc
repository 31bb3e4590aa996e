#include "spec_text.hpp"

#include "farbell/base/nearest.hpp"
#include "spec_examples.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

// Lists longer than this are cut in the middle of a repr.
constexpr std::size_t longest_list = 4;

std::vector<std::string_view> field_names(const SpecType& type) {
  std::vector<std::string_view> names;
  for (const SpecField& f : type.fields) names.push_back(f.name);
  return names;
}

std::string joined(std::string text, std::string_view separator, const std::string& one) {
  if (!text.empty()) text += separator;
  return std::move(text) + one;
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) text = joined(std::move(text), ", ", std::string(name));
  return text;
}

std::string value_repr(const ValueType& type, const void* x);

std::string list_repr(const ValueType& type, const void* x) {
  const auto size = static_cast<std::size_t>(type.count(x));
  std::string text = "[";
  for (std::size_t i = 0; i < size; ++i) {
    if (size > longest_list && i == longest_list - 2) {
      text += ", ... " + std::to_string(size - longest_list + 1) + " more ...";
      i = size - 1;
    }
    text += (i == 0 ? "" : ", ") + value_repr(*type.inner, type.part_of(x, i));
  }
  return text + "]";
}

std::string value_repr(const ValueType& type, const void* x) {
  switch (type.kind) {
    case ValueKind::number: return py::repr(py::float_(*static_cast<const double*>(x)));
    case ValueKind::integer: return std::to_string(type.count(x));
    case ValueKind::truth: return *static_cast<const bool*>(x) ? "True" : "False";
    case ValueKind::text: return py::repr(py::str(*static_cast<const std::string*>(x)));
    case ValueKind::choice: return "'" + std::string(type.choices[static_cast<std::size_t>(type.count(x))].name) + "'";
    case ValueKind::optional: return type.count(x) == 0 ? "None" : value_repr(*type.inner, type.part_of(x, 0));
    case ValueKind::list:
    case ValueKind::fixed_list: return list_repr(type, x);
    case ValueKind::variant: return spec_repr(type.spec_of(x), type.part_of(x, 0));
    case ValueKind::spec: break;
  }
  return spec_repr(type.spec_of(x), x);
}

// The Python type of a field's value, or (`taken`) of what may be given for it.
std::string python_type(const ValueType& type, bool taken, bool has_unit) {
  std::string text;
  switch (type.kind) {
    case ValueKind::number: return taken && has_unit ? "float | str" : "float";
    case ValueKind::integer: return "int";
    case ValueKind::truth: return "bool";
    case ValueKind::text: return "str";
    case ValueKind::choice:
      for (const NamedChoice& choice : type.choices) text = joined(std::move(text), ", ", "\"" + std::string(choice.name) + "\"");
      return "Literal[" + text + "]";
    case ValueKind::optional: return python_type(*type.inner, taken, has_unit) + " | None";
    case ValueKind::list:
    case ValueKind::fixed_list:
      text = python_type(*type.inner, taken, has_unit);
      return taken ? "Sequence[" + text + "]" : "tuple[" + text + ", ...]";
    case ValueKind::variant:
    case ValueKind::spec:
      for (const SpecType* spec : type.specs) text = joined(std::move(text), " | ", std::string(spec->name));
      return text + (taken ? " | Mapping[str, Any]" : "");
  }
  return text;
}

std::string taken_type(const SpecField& f) { return python_type(*f.type, true, !f.unit.empty()); }

}  // namespace

py::type_error unknown_keyword(const SpecType& type, const std::string& name) {
  const std::vector<std::string_view> known = field_names(type);
  std::string text = std::string(type.name) + " has no field '" + name + "'";
  if (const std::string_view instead = type.said_elsewhere(name); !instead.empty()) text += "; " + std::string(instead);
  else if (const std::string nearest = nearest_name(name, known); !nearest.empty()) text += "; did you mean '" + nearest + "'?";
  else text += "; its fields are " + listed(known);
  return py::type_error(text);
}

py::type_error positional_arguments(const SpecType& type, std::string_view what) {
  return py::type_error(std::string(what) + " takes its fields by name" +
                        (type.fields.empty() ? ", and has none" : ": " + listed(field_names(type))));
}

py::type_error missing_keywords(const SpecType& type, const std::vector<std::string_view>& names) {
  std::string text = std::string(type.name) + " needs ";
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + std::string(names[i]);
  return py::type_error(text);
}

std::string escaped_html(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string spec_repr(const SpecType& type, const void* spec) {
  std::string arguments;
  for (const SpecField& f : type.fields)
    if (f.need == Need::always || !equal(*f.type, f.in(spec), f.in(type.defaults)))
      arguments = joined(std::move(arguments), ", ", std::string(f.name) + "=" + value_repr(*f.type, f.in(spec)));
  return std::string(type.name) + "(" + arguments + ")";
}

std::string spec_html(const SpecType& type, const void* spec) {
  std::string rows;
  for (const SpecField& f : type.fields)
    rows += "<tr><td style=\"text-align:left\">" + std::string(f.name) + "</td><td style=\"text-align:left\">" +
            escaped_html(value_repr(*f.type, f.in(spec))) + "</td><td style=\"text-align:left\">" + escaped_html(std::string(f.doc)) +
            "</td></tr>";
  return "<table><caption>" + std::string(type.name) + "</caption>" + rows + "</table>";
}

std::string field_doc(const SpecField& f) { return std::string(f.doc) + (f.unit.empty() ? "" : " [" + std::string(f.unit) + "]"); }

std::string getter_text(const SpecField& f) { return std::string(f.name) + "(self) -> " + python_type(*f.type, false, false); }

std::string class_doc(const SpecType& type) {
  std::string doc(type.doc);
  doc += "\n\nParameters\n----------\n";
  for (const SpecField& f : type.fields) doc += std::string(f.name) + " : " + taken_type(f) + "\n    " + field_doc(f) + "\n";
  return doc + "\nExamples\n--------\n>>> import farbell as fb\n" + std::string(spec_example(type.name)) + "\n";
}

std::string init_text(const SpecType& type) {
  std::string text = type.fields.empty() ? "__init__(self" : "__init__(self, *";
  for (const SpecField& f : type.fields) {
    text += ", " + std::string(f.name);
    if (f.need == Need::always) continue;
    // Defaults that are no literals would make the whole signature unreadable.
    const std::string initial = value_repr(*f.type, f.in(type.defaults));
    text += "=" + (initial.find('(') == std::string::npos ? initial : std::string("..."));
  }
  return text + ")\n--\n\n" + std::string(type.doc);
}

std::string replace_text(const SpecType& type) {
  std::string text = type.fields.empty() ? "replace(self" : "replace(self, *";
  for (const SpecField& f : type.fields) text += ", " + std::string(f.name) + ": " + taken_type(f) + " = ...";
  return text + ") -> " + std::string(type.name) + "\n\nA new " + std::string(type.name) + " with these fields changed.";
}

}  // namespace farbell
