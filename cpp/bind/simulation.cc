#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <span>

#include "bind.hpp"
#include "farbell/simulation/route_query.hpp"
#include "farbell/simulation/run.hpp"
#include "hooks.hpp"
#include "programs.hpp"
#include "spec_text.hpp"
#include "tables.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

py::list node_names(const Model& model, const Route& route) {
  py::list names;
  for (NodeId n : route.nodes) names.append(model.node_names[n.value]);
  return names;
}

// Of the demands for pairs.
std::span<const RoutePlan> pair_plans(const Model& model) { return std::span(model.route_plans).first(model.demands.size()); }

py::list routes(const Model& model) {
  py::list out;
  for (const RoutePlan& plan : pair_plans(model)) out.append(node_names(model, plan.routes.front()));
  return out;
}

py::list ghz_arms(const Model& model) {
  py::list out;
  for (const GhzDemandRow& demand : model.ghz_demands) {
    py::list arms;
    for (const RoutePlan& plan : std::span(model.route_plans).subspan(demand.first_arm.value, demand.arms))
      arms.append(node_names(model, plan.routes.front()));
    out.append(arms);
  }
  return out;
}

py::list alternatives(const Model& model) {
  py::list out;
  for (const RoutePlan& plan : pair_plans(model)) {
    py::list all;
    for (const Route& route : plan.routes) all.append(node_names(model, route));
    out.append(all);
  }
  return out;
}

py::list named_routes(const std::vector<NamedRoute>& routes) {
  py::list out;
  for (const NamedRoute& route : routes)
    out.append(py::make_tuple(py::tuple(py::cast(route.nodes)), py::tuple(py::cast(route.links)), route.cost, route.length_m, route.fidelity, route.rate_hz,
                              py::tuple(py::cast(route.rounds))));
  return out;
}

py::list approximations(const Model& model) {
  py::list out;
  for (const NamedApproximation& a : model.approximations) {
    py::dict entry;
    entry["name"] = a.name;
    entry["description"] = a.description;
    out.append(entry);
  }
  return out;
}

py::dict link_table(const Model& model) {
  Table t{"links", {}};
  const auto& facts = model.link_facts;
  t.add<double>("length_m", facts, [](const LinkFacts& f) { return f.length_m; });
  t.add<double>("success_probability", facts, [](const LinkFacts& f) { return f.success_probability; });
  t.add<double>("attempt_period_s", facts, [](const LinkFacts& f) { return f.attempt_period_s; });
  t.add<double>("fidelity", facts, [](const LinkFacts& f) { return f.fidelity; });
  t.add<double>("rate_hz", facts, [](const LinkFacts& f) { return f.success_probability / f.attempt_period_s; });
  py::dict out = columns(std::move(t));
  out["link"] = model.link_names;
  return out;
}

py::dict switch_frames(const Model& model) {
  py::dict out;
  for (std::size_t s = 0; s < model.switches.size(); ++s) {
    py::list frame;
    for (const std::vector<LinkId>& slot : model.switches[s].frame) {
      py::list links;
      for (LinkId link : slot) links.append(model.link_names[link.value]);
      frame.append(links);
    }
    if (!model.switches[s].frame.empty()) out[py::str(model.scenario.switches[s].name)] = frame;
  }
  return out;
}

// What was raised in a program, or by what it did, as a Python exception.
py::object failure_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const py::error_already_set& error) {
    return error.value();
  } catch (const RunError& error) {
    return py::module_::import("farbell._core").attr("RunError")(error.what());
  }
}

using OnBlock = std::function<void(std::string, py::dict)>;
// False: stop, as after Ctrl-C.
using OnProgress = std::function<bool(double, std::uint64_t)>;

py::dict run_model(const Model& model, std::uint64_t replicas, unsigned threads, std::uint64_t first_replica,
                   std::uint64_t memory_limit_bytes, bool trace, double trace_from_s, std::optional<double> trace_until_s,
                   std::uint64_t trace_rows, std::uint32_t bins, bool account_time, std::optional<double> stop_s,
                   std::optional<std::uint64_t> max_events, std::optional<double> max_wall_s, const std::optional<OnBlock>& on_block,
                   const std::optional<OnProgress>& on_progress, const py::object& programs, const std::optional<py::dict>& decisions,
                   const py::dict& protocols, bool goes_on) {
  RunOptions options{replicas,   first_replica, threads, memory_limit_bytes, trace,     trace_from_s, trace_until_s,
                     trace_rows, bins,          account_time, stop_s,  max_events,         max_wall_s};
  RunHooks hooks;
  hooks.poll = [&](double done, std::uint64_t ended) {
    const py::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) {
      // Ctrl-C: the partial results are what the caller gets; the results layer raises.
      if (!PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) throw py::error_already_set();
      PyErr_Clear();
      return false;
    }
    return !on_progress || (*on_progress)(done, ended);
  };
  if (on_block)
    hooks.spill = [&](Table&& table) {
      const py::gil_scoped_acquire gil;
      const std::string name = table.name;
      (*on_block)(name, columns(std::move(table)));
    };
  std::optional<PythonPrograms> host;
  if (py::isinstance<LoadedProtocol>(programs)) options.protocols.programs = programs.cast<const LoadedProtocol*>();
  else if (!programs.is_none()) options.programs = &host.emplace(programs).table;
  std::optional<PythonHooks> taken;
  if (decisions) {
    options.hooks = taken.emplace(*decisions, model, goes_on).table();
    options.route_hook = taken->route_table();
    options.routes_hook = taken->routes_table();
    options.round_hooks = taken->round_tables();
    options.turn_hook = taken->turn_table();
  }
  for (const auto& point : Describe<DecisionPoint>::values)
    if (const py::str name{std::string(point.name)}; protocols.contains(name))
      options.protocols.deciders[static_cast<std::size_t>(point.value)] = protocols[name].cast<const LoadedProtocol*>();
  if (const py::str name{"find_routes"}; protocols.contains(name)) options.protocols.routes = protocols[name].cast<const LoadedProtocol*>();
  for (const RoundPart part : {RoundPart::assign, RoundPart::join, RoundPart::fuse})
    if (const py::str name{hook_name(part)}; protocols.contains(name))
      options.protocols.rounds[static_cast<std::size_t>(part)] = protocols[name].cast<const LoadedProtocol*>();
  options.protocols.goes_on = goes_on;
  // Without programs and hooks of decisions no Python object is touched but in the hooks, which take the lock; the model is constant.
  RunOutput out = without_gil(!host && !taken, [&] { return run(model, options, hooks); });

  py::dict result = results_of(out);
  result["failure"] = out.failure ? failure_of(out.failure) : py::none();
  HookErrors errors = taken ? taken->errors() : HookErrors{};
  errors.add(out.errors);
  result["errors"] = errors.first;
  result["errors_in_all"] = errors.in_all;
  return result;
}

// In notebooks: where each demand's pairs are to go. As many rows as a table of results shows.
std::string model_html(const Model& model) {
  constexpr std::size_t most = 10;
  const std::span<const RoutePlan> plans = pair_plans(model);
  std::string text = "<table><caption>Model: " + std::to_string(model.nodes.size()) + " nodes, " + std::to_string(model.links.size()) +
                     " links, pairs held as " + std::string(capabilities(model.store).store) +
                     "</caption><thead><tr><th>demand</th><th>route</th></tr></thead><tbody>";
  for (std::size_t d = 0; d < std::min(plans.size(), most); ++d) {
    std::string route;
    for (const NodeId node : plans[d].routes.front().nodes)
      route += (route.empty() ? "" : " - ") + escaped_html(model.node_names[node.value]);
    text += "<tr><td>" + escaped_html(model.demand_names[d]) + "</td><td>" + route + "</td></tr>";
  }
  text += "</tbody></table>";
  return plans.size() > most ? text + "<p>" + std::to_string(plans.size()) + " demands</p>" : text;
}

}  // namespace

void bind_simulation(py::module_& m) {
  py::class_<Model, std::shared_ptr<Model>>(m, "Model", R"(A compiled scenario: checked, resolved, constant. `farbell.compile` makes it.

Examples
--------
>>> import farbell as fb
>>> model = fb.compile(fb.chain(nodes=3, length_m="20 km"))
>>> model.link_names, model.routes
(['n0--n1', 'n1--n2'], [['n0', 'n1', 'n2']])
)")
      // A reference, not a copy: specs are frozen in Python, and it keeps the model alive.
      .def_property_readonly("scenario", [](const Model& model) -> const ScenarioSpec& { return model.scenario; },
                             py::return_value_policy::reference_internal, "What it was compiled from.")
      .def_property_readonly("state", [](const Model& model) { return std::string(capabilities(model.store).store); },
                             "How the states of pairs are held; with state \"auto\" in the scenario, what that came to.")
      .def_property_readonly("approximations", &approximations, "Approximations in force: dicts of name and description.")
      .def_property_readonly("routes", &routes, "Route of each demand at the start, as lists of node names.")
      .def_property_readonly("alternatives", &alternatives, "Routes that each demand may take at the start, the preferred one first.")
      .def_property_readonly("switch_frames", &switch_frames,
                             "Of each optical switch that goes by time division: the names of the links of each slot of its frame.")
      .def_readonly("node_names", &Model::node_names)
      .def_readonly("link_names", &Model::link_names)
      .def_readonly("demand_names", &Model::demand_names)
      .def_property_readonly("ghz_arms", &ghz_arms,
                             "Routes of each GHZ demand at the start, from its center to each user, or the parts of its tree, as lists of node names.")
      .def_readonly("ghz_demand_names", &Model::ghz_demand_names)
      .def_readonly("failure_names", &Model::failure_names)
      .def_property_readonly("round_success", [](const Model& model) { return model.rounds ? model.rounds->network.lane_success : std::vector<double>(); },
                             "By link, with rounds: the probability that a lane has a pair when the attempts of a round are over.")
      .def_property_readonly("round_swap_success", [](const Model& model) { return model.rounds ? model.rounds->network.swap_success : std::vector<double>(); },
                             "By node, with rounds: the probability that a swap succeeds.")
      .def("link_table", &link_table,
           "Columns by link: length_m, success_probability (per attempt), attempt_period_s, fidelity (at emission), rate_hz (per slot).")
      .def("__repr__", [](const Model& model) {
        return "Model(nodes=" + std::to_string(model.nodes.size()) + ", links=" + std::to_string(model.links.size()) +
               ", demands=" + std::to_string(model.demands.size()) + ")";
      })
      .def("_repr_html_", &model_html);
  m.def("compile", &compile, py::arg("scenario"), py::call_guard<py::gil_scoped_release>(),  // safe: plain data in, plain data out
        "Checks a scenario and works out everything that does not change during a run. Raises SpecError.");
  m.def("best_routes", [](const Model& model, const std::string& a, const std::string& b, const RoutingSpec& routing, double min_fidelity) { return named_routes(best_routes(model, a, b, routing, min_fidelity)); },
        py::arg("model"), py::arg("a"), py::arg("b"), py::arg("routing"), py::arg("min_fidelity"),
        "Tuples (nodes, links, cost, length_m, fidelity, rate_hz, rounds), as many as `routing` has alternatives; `farbell.routing` wraps them.");
  m.def("demand_routes", [](const Model& model) { return named_routes(demand_routes(model)); }, py::arg("model"),
        "Such a tuple for the preferred route of each demand.");
  m.def("run", &run_model, py::arg("model"), py::kw_only(), py::arg("replicas") = 1, py::arg("threads") = 1,
        py::arg("first_replica") = 0, py::arg("memory_limit_bytes") = std::uint64_t{256} << 20, py::arg("trace") = false,
        py::arg("trace_from_s") = 0.0, py::arg("trace_until_s") = py::none(), py::arg("trace_rows") = std::uint64_t{1} << 20,
        py::arg("bins") = 0, py::arg("account_time") = true, py::arg("stop_s") = py::none(), py::arg("max_events") = py::none(),
        py::arg("max_wall_s") = py::none(), py::arg("on_block") = py::none(),
        py::arg("on_progress") = py::none(), py::arg("programs") = py::none(), py::arg("decisions") = py::none(),
        py::arg("protocols") = py::dict(), py::arg("goes_on") = false,
        "Runs replicas of a compiled scenario; `farbell.run` wraps the result.");
}

}  // namespace farbell
