// Programs of nodes, written in Python: what the core calls is in program_steps.cc, what programs call in program_node.cc.
#include "programs.hpp"

#include <pybind11/stl.h>

#include <string>

#include "bind.hpp"
#include "farbell/simulation/stated_routes.hpp"
#include "program_steps.hpp"

namespace py = pybind11;

namespace farbell {

PythonPrograms::PythonPrograms(const py::object& host_) : host(host_), table(programs::table_of(host.ptr())) {
  if (!PyObject_TypeCheck(host.ptr(), programs::host_type)) throw py::type_error("programs: not a host of programs");
}
PythonPrograms::~PythonPrograms() { programs::end_run(host.ptr()); }

void bind_programs(py::module_& m) {
  const auto add = [&](const char* name, PyTypeObject* type) {
    if (!type || PyModule_AddObjectRef(m.ptr(), name, reinterpret_cast<PyObject*>(type)) < 0) throw py::error_already_set();
  };
  add("ProgramOperation", programs::make_operation_type());
  add("ProgramHost", programs::make_host_type());
  add("ProgramProcess", programs::make_process_type());
  add("ProgramQubit", programs::make_qubit_type());
  add("ProgramPair", programs::make_pair_type());
  add("ProgramNode", programs::make_node_type());
  py::class_<Programs>(m, "ProgramRun", "A run as the host of its programs sees it; `farbell.programs` wraps it. Nodes, demands and qubits are numbers.")
      .def("delay_s", [](Programs& p, std::uint32_t from, std::uint32_t to) { return p.clock().seconds(p.delay(NodeId{from}, NodeId{to})); })
      .def("fidelity", [](const Programs& p, std::uint64_t a, std::uint64_t b) { return p.fidelity(ProgramQubit::of(a), ProgramQubit::of(b)); })
      .def("bloch", [](const Programs& p, std::uint64_t q) {
        const auto v = p.bloch(ProgramQubit::of(q));
        return py::make_tuple(v[1], v[2], v[3]);
      })
      .def("why_gone", [](const Programs& p, std::uint64_t q) { return p.why_gone(ProgramQubit::of(q)); },
           "Why no program holds the qubit; empty if one does.")
      .def("is_up", [](const Programs& p, std::uint32_t node) { return p.is_up(NodeId{node}); })
      .def("note", [](Programs& p, std::uint32_t node, std::uint64_t number) { return p.note(NodeId{node}, number); },
           "In the trace, if there is one and it goes so far.")
      .def_property_readonly("traced", &Programs::traced)
      .def("failure_name", &Programs::failure_name)
      .def_property_readonly("held", &Programs::held)
      .def("held_at", [](const Programs& p, std::uint32_t node) { return p.held_at(NodeId{node}); });
  // Names are looked up for each route: those of a model are kept.
  struct RouteSender {
    std::shared_ptr<Model> model;
    Names names{"node", "/nodes"};
  };
  py::class_<RouteSender>(m, "RouteSender", "What the program of a controller sends routes with, of a model.")
      .def(py::init([](std::shared_ptr<Model> model) {
        RouteSender sender{std::move(model)};
        for (const std::string& name : sender.model->node_names) sender.names.add(name);
        return sender;
      }), py::arg("model"))
      .def("install", [](const RouteSender& s, Programs& run, std::uint32_t demand, const std::vector<std::vector<std::string>>& routes,
                         const std::vector<double>& costs, bool release_others) {
        run.send_routes(DemandId{demand}, stated_during_run(*s.model, s.names, DemandId{demand}, routes, costs), release_others);
      }, py::arg("run"), py::arg("demand"), py::arg("routes"), py::arg("costs"), py::arg("release_others"),
         "Names of nodes; costs as the controller knows them, by link.")
      .def("remove", [](const RouteSender&, Programs& run, std::uint32_t demand, bool release_others) {
        run.send_routes(DemandId{demand}, {}, release_others);
      }, py::arg("run"), py::arg("demand"), py::arg("release_others"))
      .def_property_readonly("costs", [](const RouteSender& s) { return s.model->link_cost; }, "Of links at the start, as routing counts them.");
  py::dict gates;
  for (std::size_t g = 0; g < std::size(gate_table); ++g)
    gates[py::str(std::string(gate_table[g].name))] = py::make_tuple(g, gate_table[g].qubits, gate_table[g].angles);
  m.attr("program_gates") = gates;
}

}  // namespace farbell
