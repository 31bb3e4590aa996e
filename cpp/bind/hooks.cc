// The views of hooks are plain objects of C with a getter a column: a run calls them millions of times.
#include "hooks.hpp"

#include <pybind11/stl.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bind.hpp"
#include "farbell/base/text.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

struct ViewObject {
  PyObject_HEAD
  const Question* question;  // none between calls
  PyObject *node, *demand;   // borrowed from the hooks
};
ViewObject* as_view(PyObject* self) { return reinterpret_cast<ViewObject*>(self); }

const Question* asked(PyObject* self) {
  const Question* question = as_view(self)->question;
  if (!question) PyErr_SetString(PyExc_RuntimeError, "a hook's view can be read while the hook is called, and no longer: keep the values instead");
  return question;
}
PyObject* get_column(PyObject* self, void* info) {
  const Question* question = asked(self);
  if (!question) return nullptr;
  const auto* column = static_cast<const RuleColumnInfo*>(info);
  const double value = question->value(question->view, column->column);
  return column->truth ? PyBool_FromLong(value != 0) : PyFloat_FromDouble(value);
}
template <PyObject* ViewObject::* member>
PyObject* get_name(PyObject* self, void*) {
  return asked(self) ? Py_NewRef(as_view(self)->*member) : nullptr;
}

constexpr std::array view_names{"SwapView", "DiscardView", "AdmitView"};
std::array<py::handle, decision_points> view_types;

// Text that Python keeps a pointer to.
const char* lasting(std::string_view text) {
  static std::vector<std::unique_ptr<std::string>> texts;
  return texts.emplace_back(std::make_unique<std::string>(text))->c_str();
}

py::object view_type(DecisionPoint point) {
  static std::array<std::vector<PyGetSetDef>, decision_points> getters;
  auto& get = getters[static_cast<std::size_t>(point)];
  py::dict annotations;
  const py::object number = py::type::of(py::float_()), truth = py::type::of(py::bool_()), text = py::type::of(py::str());
  const auto name = [&](const char* member, getter read, const char* doc) {
    get.push_back({member, read, nullptr, doc, nullptr});
    annotations[member] = text;
  };
  name("demand", get_name<&ViewObject::demand>, "Name of the demand.");
  if (point != DecisionPoint::admit) name("node", get_name<&ViewObject::node>, "Name of the node.");
  std::string doc = "What is known where \"" + std::string(choice_name(point)) + "\" is decided, for the hook that is called.\n\nAttributes\n----------";
  for (const auto& def : get) doc += std::string("\n") + def.name + " : str\n    " + def.doc;
  for (const RuleColumnInfo& column : rule_columns)
    if (column.at(point)) {
      get.push_back({lasting(column.name), get_column, nullptr, lasting(column.doc), const_cast<RuleColumnInfo*>(&column)});
      annotations[get.back().name] = column.truth ? truth : number;
      doc += std::string("\n") + get.back().name + (column.truth ? " : bool\n    " : " : float\n    ") + get.back().doc;
    }
  get.push_back({});
  std::array slots{PyType_Slot{Py_tp_getset, get.data()}, PyType_Slot{Py_tp_doc, const_cast<char*>(lasting(doc))}, PyType_Slot{0, nullptr}};
  PyType_Spec spec{lasting(std::string("farbell._core.") + view_names[static_cast<std::size_t>(point)]), sizeof(ViewObject), 0,
                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots.data()};
  auto type = py::reinterpret_steal<py::object>(PyType_FromSpec(&spec));
  if (!type) throw py::error_already_set();
  type.attr("__annotations__") = annotations;
  return type;
}

// Of a link that waits: read while the hook is called.
struct TurnView {
  const Model* model = nullptr;
  const TurnQuestion* question = nullptr;

  const TurnQuestion& asked() const {
    if (!question) throw std::runtime_error("a hook's view can be read while the hook is called, and no longer: keep the values instead");
    return *question;
  }
  double seconds(Tick t) const { return t == never ? std::numeric_limits<double>::infinity() : model->clock.seconds(t); }
};

template <class Id>
py::tuple numbers(const std::vector<Id>& ids) {
  py::tuple out(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) out[i] = ids[i].value;
  return out;
}

// NumPy's comparisons give their own kind of truth.
bool is_truth(PyObject* value) {
  const char* type = Py_TYPE(value)->tp_name;
  return PyBool_Check(value) || std::strcmp(type, "numpy.bool") == 0 || std::strcmp(type, "numpy.bool_") == 0;
}

}  // namespace

PythonHooks::PythonHooks(const py::dict& functions, const Model& model, bool goes_on)
    : model_(model), goes_on_(goes_on), run_error_(py::module_::import("farbell._core").attr("RunError")) {
  for (const std::string& name : model.node_names) node_names_.emplace_back(name);
  for (const std::string& name : model.demand_names) demand_names_.emplace_back(name);
  for (const auto& point : Describe<DecisionPoint>::values) {
    const auto p = static_cast<std::size_t>(point.value);
    const py::str name{std::string(point.name)};
    if (!functions.contains(name)) continue;
    auto* type = reinterpret_cast<PyTypeObject*>(view_types[p].ptr());
    hooks_[p] = {functions[name], py::reinterpret_steal<py::object>(type->tp_alloc(type, 0))};
    if (!hooks_[p].view) throw py::error_already_set();
    at_[p] = &hook_;
  }
  if (functions.contains("route")) {
    choose_route_ = functions["route"];
    route_table_ = {this, [](void* self, const RouteQuestion& question) { return static_cast<PythonHooks*>(self)->choose(question); },
                    model.demand_names.size()};
  }
  if (functions.contains("find_routes")) {
    find_routes_ = functions["find_routes"];
    routes_table_ = {this, [](void* self, const RoutesQuestion& question) { return static_cast<PythonHooks*>(self)->find(question); },
                     [](void* self, const RoutesQuestion& question, const std::string& why, std::array<NodeId, 2> between) {
                       PythonHooks& hooks = *static_cast<PythonHooks*>(self);
                       hooks.went_wrong("find_routes", place_text(hooks.model_, {}, question.demand, question.now), why + between_text(hooks.model_, between));
                     },
                     model.demands.size()};
  }
  for (const RoundPart part : {RoundPart::assign, RoundPart::join, RoundPart::fuse})
    if (const py::str name{hook_name(part)}; functions.contains(name)) round_[static_cast<std::size_t>(part)] = functions[name];
  round_table_ = {this,
                  [](void* self, const RoundQuestion& question, const LaneBook& book) { return static_cast<PythonHooks*>(self)->assign(question, book); },
                  [](void* self, const RoundQuestion& question, const LaneStates& up) { return static_cast<PythonHooks*>(self)->join(question, up); },
                  [](void* self, const FusionQuestion& question) { return static_cast<PythonHooks*>(self)->fuse(question); },
                  [](void* self, const RoundFault& fault) {
                    PythonHooks& hooks = *static_cast<PythonHooks*>(self);
                    hooks.went_wrong(hook_name(fault.part), round_text(hooks.model_, fault), fault.why + between_text(hooks.model_, fault.between));
                  }};
  if (functions.contains("schedule")) {
    schedule_ = functions["schedule"];
    turn_view_ = py::cast(TurnView{&model, nullptr});
    turn_table_ = {this, [](void* self, const TurnQuestion& question) { return static_cast<PythonHooks*>(self)->rank(question); }};
  }
  hook_.self = this;
  hook_.decide = [](void* self, const Question& question) { return static_cast<PythonHooks*>(self)->decide(question); };
}

PythonHooks::~PythonHooks() {
  for (Hook& hook : hooks_)
    if (hook.view) as_view(hook.view.ptr())->question = nullptr;
}

bool PythonHooks::decide(const Question& question) {
  const Hook& hook = hooks_[static_cast<std::size_t>(question.point)];
  ViewObject* view = as_view(hook.view.ptr());
  view->question = &question;
  view->demand = demand_names_[question.demand.value].ptr();
  view->node = question.node ? node_names_[question.node.value].ptr() : nullptr;
  PyObject* const argument = hook.view.ptr();
  PyObject* const result = PyObject_Vectorcall(hook.function.ptr(), &argument, 1, nullptr);
  view->question = nullptr;
  if (result == Py_True || result == Py_False) [[likely]] {
    Py_DECREF(result);  // from 3.12 on it lives for ever
    return result == Py_True;
  }
  const auto fail_here = [&](const std::string& why) {
    fail(choice_name(question.point), place_text(model_, question.node, question.demand, question.now), why);
  };
  if (!result) fail_here(raised());
  const auto given = py::reinterpret_steal<py::object>(result);
  if (is_truth(result)) return PyObject_IsTrue(result) == 1;
  fail_here("it returned " + std::string(py::repr(given)) + ", where True or False is allowed");
}

ChosenRoute PythonHooks::choose(const RouteQuestion& question) {
  py::list routes;
  for (const RouteCandidate& candidate : question.routes)
    routes.append(py::make_tuple(numbers(candidate.route->nodes), numbers(candidate.route->links), candidate.usable,
                                 py::tuple(py::cast(candidate.free)), py::tuple(py::cast(candidate.needed))));
  PyObject* const result = PyObject_CallFunction(choose_route_.ptr(), "OIdO", demand_names_[question.demand.value].ptr(), question.circuit,
                                                 model_.clock.seconds(question.now), routes.ptr());
  if (!result) {
    went_wrong("route", place_text(model_, {}, question.demand, question.now), raised());
    return {.failed = true, .route = {}};
  }
  return {false, py::reinterpret_steal<py::object>(result).cast<std::optional<std::uint32_t>>()};
}

// Ends the run, or is kept to be told at its end.
void PythonHooks::went_wrong(std::string_view point, const std::string& place, const std::string& why) {
  if (!goes_on_) fail(point, place, why);
  PyErr_Clear();
  errors_.add("hook \"" + std::string(point) + "\"" + place + ": " + why);
}

std::optional<std::vector<std::vector<NodeId>>> PythonHooks::find(const RoutesQuestion& question) {
  py::list cost(question.cost.size());
  for (std::size_t link = 0; link < question.cost.size(); ++link) cost[link] = question.cost[link];
  PyObject* const result = PyObject_CallFunction(find_routes_.ptr(), "OIIndO", demand_names_[question.demand.value].ptr(), question.a.value,
                                                 question.b.value, static_cast<Py_ssize_t>(question.wanted),
                                                 model_.clock.seconds(question.now), cost.ptr());
  if (!result) {
    went_wrong("find_routes", place_text(model_, {}, question.demand, question.now), raised());
    return {};
  }
  std::vector<std::vector<NodeId>> found;
  for (const auto& nodes : py::reinterpret_steal<py::object>(result).cast<std::vector<std::vector<std::uint32_t>>>())
    for (auto& route = found.emplace_back(); std::uint32_t node : nodes) route.emplace_back(node);
  return found;
}

namespace {

py::tuple lanes_of(const LanePath& path) {
  py::list lanes;
  for (std::uint32_t first : path.first) {
    py::list hop;
    for (std::uint32_t lane = first; lane < first + path.width; ++lane) hop.append(lane);
    lanes.append(py::tuple(hop));
  }
  return py::make_tuple(numbers(path.route.nodes), numbers(path.route.links), py::tuple(lanes));
}

std::vector<LinkLane> lanes_of(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& numbers) {
  std::vector<LinkLane> out;
  for (const auto& [link, lane] : numbers) out.push_back({LinkId{link}, lane});
  return out;
}

}  // namespace

// A function of the round, who takes part, and what there is to give; it gives tuples (number of the demand, nodes, width, lanes).
std::optional<RoundPaths> PythonHooks::paths(RoundPart part, const RoundQuestion& question, const py::object& facts) {
  py::list wishes;
  for (const RoundWish& wish : question.wishes) {
    py::list routes;
    for (const Route& route : wish.routes) routes.append(numbers(route.nodes));
    wishes.append(py::make_tuple(wish.demand.value, wish.a.value, wish.b.value, wish.width, routes));
  }
  PyObject* const result = PyObject_CallFunction(round_[static_cast<std::size_t>(part)].ptr(), "KOO", static_cast<unsigned long long>(question.round), wishes.ptr(), facts.ptr());
  if (!result) {
    went_wrong(hook_name(part), round_text(model_, {part, question.round, {}}), raised());
    return {};
  }
  RoundPaths out;
  using Given = std::tuple<std::uint32_t, std::vector<std::uint32_t>, std::uint32_t, std::vector<std::pair<std::uint32_t, std::uint32_t>>>;
  for (const auto& [demand, nodes, width, lanes] : py::reinterpret_steal<py::object>(result).cast<std::vector<Given>>()) {
    RoundPath& path = out.emplace_back(RoundPath{DemandId{demand}, {}, width, lanes_of(lanes)});
    for (std::uint32_t node : nodes) path.nodes.emplace_back(node);
  }
  return out;
}

std::optional<RoundPaths> PythonHooks::assign(const RoundQuestion& question, const LaneBook& book) {
  py::list lanes, slots;
  for (std::uint32_t l = 0; l < model_.links.size(); ++l) lanes.append(book.free(LinkId{l}));
  for (std::uint32_t n = 0; n < model_.nodes.size(); ++n) slots.append(book.free(NodeId{n}));
  return paths(RoundPart::assign, question, py::make_tuple(lanes, slots));
}

std::optional<RoundPaths> PythonHooks::join(const RoundQuestion& question, const LaneStates& up) {
  py::list pairs, given;
  for (std::uint32_t l = 0; l < model_.links.size(); ++l) {
    py::list lanes;
    for (std::uint32_t lane = 0; lane < up.channels(); ++lane)
      if (up.up(LinkId{l}, lane)) lanes.append(lane);
    pairs.append(py::tuple(lanes));
  }
  for (std::size_t p = 0; p < question.paths.size(); ++p) {
    py::list detours;
    if (p < question.detours.size())
      for (const Detour& detour : question.detours[p]) detours.append(py::make_tuple(detour.from, detour.to, lanes_of(detour.lanes)));
    given.append(py::make_tuple(question.paths[p].demand.value, lanes_of(question.paths[p]), detours));
  }
  return paths(RoundPart::join, question, py::make_tuple(pairs, given));
}

// A function of the round, the demand, the node and its pairs with the hops that they lead to; it gives lists of pairs.
std::optional<FusedPairs> PythonHooks::fuse(const FusionQuestion& question) {
  py::list pairs;
  for (std::size_t k = 0; k < question.pairs.size(); ++k) {
    const auto hops = [&](std::size_t e) {
      return question.hops[k][e] == HopSearch::far ? std::numeric_limits<double>::infinity() : static_cast<double>(question.hops[k][e]);
    };
    pairs.append(py::make_tuple(question.pairs[k].link.value, question.pairs[k].lane, hops(0), hops(1)));
  }
  PyObject* const result = PyObject_CallFunction(round_[static_cast<std::size_t>(RoundPart::fuse)].ptr(), "KIIIO", static_cast<unsigned long long>(question.round),
                                                 question.wish.demand.value, question.node.value, question.most, pairs.ptr());
  if (!result) {
    went_wrong("fuse_pairs", round_text(model_, {RoundPart::fuse, question.round, question.wish.demand, {}, question.node}), raised());
    return {};
  }
  FusedPairs out;
  for (const auto& group : py::reinterpret_steal<py::object>(result).cast<std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>>>())
    out.push_back(lanes_of(group));
  return out;
}

double PythonHooks::rank(const TurnQuestion& question) {
  turn_view_.cast<TurnView&>().question = &question;
  PyObject* const argument = turn_view_.ptr();
  const auto result = py::reinterpret_steal<py::object>(PyObject_Vectorcall(schedule_.ptr(), &argument, 1, nullptr));
  turn_view_.cast<TurnView&>().question = nullptr;
  const auto fail_here = [&](const std::string& why) {
    fail("schedule", " at switch \"" + model_.scenario.switches[question.of_switch].name + "\", link \"" +
                         model_.link_names[question.link.value] + "\", at " + number_text(model_.clock.seconds(question.now)) + " s", why);
  };
  if (!result) fail_here(raised());
  const double rank = PyFloat_AsDouble(result.ptr());
  if (PyErr_Occurred()) PyErr_Clear();
  else if (!std::isnan(rank)) return rank;
  fail_here("it returned " + std::string(py::repr(result)) + ", where a number is allowed: the highest goes first");
}

// What Python has raised, to be told.
std::string PythonHooks::raised() const {
  py::error_already_set error;
  if (!error.matches(PyExc_Exception)) throw error;
  std::string what = std::string(py::str(error.type().attr("__name__"))) + ": " + std::string(py::str(error.value()));
  error.restore();
  return what;
}

// What Python has raised, if anything, becomes the cause.
void PythonHooks::fail(std::string_view point, const std::string& place, const std::string& why) const {
  const std::string text = "hook \"" + std::string(point) + "\"" + place + ": " + why;
  if (PyErr_Occurred()) py::raise_from(run_error_.ptr(), text.c_str());
  else PyErr_SetString(run_error_.ptr(), text.c_str());
  throw py::error_already_set();
}

void bind_hooks(py::module_& m) {
  for (const auto& point : Describe<DecisionPoint>::values) {
    const auto p = static_cast<std::size_t>(point.value);
    py::object type = view_type(point.value);
    m.attr(view_names[p]) = type;
    view_types[p] = type.release();  // as long as the module, which is never unloaded
  }
  py::class_<TurnView>(m, "ScheduleView", R"(A link that waits for a turn at an optical switch, for the hook "schedule" that says how urgent that is.

Examples
--------
>>> import farbell as fb
>>> fed = fb.star(2, length_m=1e3, duration_s=0.1)
>>> fed = fed.replace(switches=[fb.OpticalSwitch(name="switch", links=fb.compile(fed).link_names)])
>>> def patient(link):
...     return link.open_requests + link.waited_s / 0.1
>>> len(fb.run(fed, hooks={"schedule": patient}).pairs) > 0
True
)")
      .def_property_readonly("link", [](const TurnView& v) { return v.model->link_names[v.asked().link.value]; }, "Name of the link.")
      .def_property_readonly("switch", [](const TurnView& v) { return v.model->scenario.switches[v.asked().of_switch].name; }, "Name of the switch.")
      .def_property_readonly("time_s", [](const TurnView& v) { return v.seconds(v.asked().now); }, "Simulated time.")
      .def_property_readonly("waited_s", [](const TurnView& v) { return v.seconds(v.asked().now - v.asked().asked); }, "Since when it waits.")
      .def_property_readonly("open_requests", [](const TurnView& v) { return static_cast<double>(v.asked().requests); },
                             "Requests that wait for the circuits over the link, or are served by them.")
      .def_property_readonly("deadline_s", [](const TurnView& v) { return v.seconds(v.asked().due); },
                             "The earliest deadline of those that are served; infinite without one.")
      .def_property_readonly("rate_hz", [](const TurnView& v) { return v.asked().success_rate * v.model->clock.ticks_per_s; },
                             "Pairs per second of one lane while it attempts.");
  m.def("decision_columns", [] {
    py::dict out;
    for (const auto& point : Describe<DecisionPoint>::values) {
      py::list known;
      for (const RuleColumnInfo& column : rule_columns)
        if (column.at(point.value)) known.append(py::make_tuple(column.name, column.unit, column.doc));
      out[py::str(std::string(point.name))] = known;
    }
    return out;
  }, "Decision point -> what is known there: tuples of name, unit and meaning.");
}

}  // namespace farbell
