#include "spec_text.hpp"

#include "farbell/base/nearest.hpp"

namespace py = pybind11;

namespace farbell {

namespace {

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : ", ") + std::string(names[i]);
  return text;
}

}  // namespace

py::type_error unknown_keyword(std::string_view what, const std::string& name, const std::vector<std::string_view>& known,
                               std::string_view instead) {
  const std::string nearest = nearest_name(name, known);
  std::string text = std::string(what) + " has no field '" + name + "'";
  if (!instead.empty()) text += "; " + std::string(instead);
  else if (!nearest.empty()) text += "; did you mean '" + nearest + "'?";
  else text += "; its fields are " + listed(known);
  return py::type_error(text);
}

py::type_error positional_arguments(std::string_view what, const std::vector<std::string_view>& known) {
  return py::type_error(std::string(what) + " takes its fields by name" + (known.empty() ? ", and has none" : ": " + listed(known)));
}

py::type_error missing_keywords(std::string_view what, const std::vector<std::string>& names) {
  std::string text = std::string(what) + " needs ";
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return py::type_error(text);
}

std::string python_repr(double x) { return py::repr(py::float_(x)); }
std::string python_repr(std::int64_t x) { return std::to_string(x); }
std::string python_repr(std::uint64_t x) { return std::to_string(x); }
std::string python_repr(bool x) { return x ? "True" : "False"; }
std::string python_repr(const std::string& x) { return py::repr(py::str(x)); }

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

}  // namespace farbell
