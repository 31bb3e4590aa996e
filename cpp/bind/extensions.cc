// Protocols of libraries that were built elsewhere.
#include "farbell/simulation/extensions.hpp"

#include <pybind11/stl.h>

#include <cmath>

#include "bind.hpp"
#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/base/text.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

std::span<const ExtensionParameter> parameters_of(const LoadedProtocol& protocol) {
  return {protocol.table->parameters, protocol.table->parameter_count};
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

LoadedProtocol load_protocol(const std::string& path, const std::optional<std::string>& name, const std::map<std::string, double>& parameters) {
  std::vector<LoadedProtocol> known = load_extension(path);
  std::vector<std::string> names;
  for (const LoadedProtocol& protocol : known) names.emplace_back(protocol.table->name);
  if (!name && known.size() != 1) throw SpecError("name", "none, where the library has several protocols", "one of " + listed(names));
  const auto found = name ? std::find(names.begin(), names.end(), *name) : names.begin();
  if (found == names.end()) throw SpecError("name", in_quotes(*name), "protocols of the library: " + listed(names), nearest_name(*name, names));
  LoadedProtocol protocol = std::move(known[static_cast<std::size_t>(found - names.begin())]);
  names.clear();
  for (const ExtensionParameter& parameter : parameters_of(protocol)) names.emplace_back(parameter.name);
  for (const auto& [key, value] : parameters) {
    const auto at = std::find(names.begin(), names.end(), key);
    if (at == names.end())
      throw SpecError("parameters/" + key, number_text(value), names.empty() ? "no parameters" : "parameters of the protocol: " + listed(names), nearest_name(key, names));
    if (!std::isfinite(value)) throw SpecError("parameters/" + key, number_text(value), "a finite number");
    protocol.parameters[static_cast<std::size_t>(at - names.begin())] = value;
  }
  return protocol;
}

}  // namespace

void bind_extensions(py::module_& m) {
  py::class_<LoadedProtocol>(m, "Protocol", R"(A protocol in C++ that was built outside of Farbell; `farbell.load_protocol` loads it.

Examples
--------
>>> import farbell as fb
>>> def young_pairs(scenario, library):
...     return fb.run(scenario, hooks={"swap": fb.load_protocol(library, "patience", factor=0.2)})
)")
      .def_property_readonly("name", [](const LoadedProtocol& p) { return p.table->name; })
      .def_property_readonly("doc", [](const LoadedProtocol& p) { return p.table->doc; }, "What its author says of it.")
      .def_readonly("path", &LoadedProtocol::path, "Of its library.")
      .def_property_readonly("decides", [](const LoadedProtocol& p) {
        std::vector<std::string> points;
        for (const auto& point : Describe<DecisionPoint>::values)
          if (p.decides(point.value)) points.emplace_back(point.name);
        if (p.table->find_routes) points.emplace_back("find_routes");
        if (p.table->assign_lanes) points.emplace_back("assign_lanes");
        if (p.table->join_pairs) points.emplace_back("join_pairs");
        if (p.table->fuse_pairs) points.emplace_back("fuse_pairs");
        return points;
      }, "The decision points at which it can be asked.")
      .def_property_readonly("runs_nodes", [](const LoadedProtocol& p) { return p.table->programs != nullptr; },
                             "Whether it is what nodes do: then it can be the `programs` of a run.")
      .def_property_readonly("parameters", [](const LoadedProtocol& p) {
        std::map<std::string, double> out;
        for (std::size_t k = 0; k < p.parameters.size(); ++k) out[p.table->parameters[k].name] = p.parameters[k];
        return out;
      }, "The numbers with which it was loaded, by name.")
      .def("__repr__", [](const LoadedProtocol& p) {
        std::string text = "Protocol(name=" + in_quotes(p.table->name);
        for (std::size_t k = 0; k < p.parameters.size(); ++k) text += ", " + std::string(p.table->parameters[k].name) + "=" + number_text(p.parameters[k]);
        return text + ")";
      });
  m.def("load_protocol", &load_protocol, py::arg("path"), py::arg("name") = py::none(), py::arg("parameters") = std::map<std::string, double>{},
        "Loads a protocol of a library; `farbell.load_protocol` wraps it.");
}

}  // namespace farbell
