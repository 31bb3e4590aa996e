// Programs of nodes, written in Python: the core calls a host object, which calls the core.
#include "programs.hpp"

#include <pybind11/stl.h>

#include <array>
#include <map>
#include <tuple>

#include "bind.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

// As cheap as a call of Python can be: programs are resumed millions of times.
template <class... Arguments>
void call(const py::object& method, Arguments... arguments) {
  const std::array<PyObject*, sizeof...(arguments)> stack{arguments...};
  PyObject* result = PyObject_Vectorcall(method.ptr(), stack.data(), stack.size(), nullptr);
  for (PyObject* argument : stack) Py_XDECREF(argument);
  if (!result) throw py::error_already_set();
  Py_DECREF(result);
}
PyObject* number(std::uint64_t x) { return PyLong_FromUnsignedLongLong(x); }
PyObject* number(std::int64_t x) { return PyLong_FromLongLong(x); }
PyObject* number(std::uint32_t x) { return PyLong_FromUnsignedLong(x); }

PythonPrograms& of(void* self) { return *static_cast<PythonPrograms*>(self); }

NodeId node(std::uint32_t n) { return NodeId{n}; }
QubitId qubit(std::uint32_t q) { return QubitId{q}; }

}  // namespace

PythonPrograms::PythonPrograms(const py::object& host)
    : begin(host.attr("begin")), pair(host.attr("pair")), request_ended(host.attr("request_ended")), message(host.attr("message")),
      done(host.attr("done")), end(host.attr("end")) {
  table.self = this;
  table.begin = [](void* self, Programs& programs, std::uint64_t replica) {
    call(of(self).begin, py::cast(&programs, py::return_value_policy::reference).release().ptr(), number(replica));
  };
  table.pair = [](void* self, const PairForPrograms& p) {
    call(of(self).pair, number(p.demand.value), number(p.request), number(p.halves[0].qubit.value), number(p.halves[1].qubit.value),
         PyFloat_FromDouble(p.fidelity), number(count(p.born)));
  };
  table.request_ended = [](void* self, const RequestEnded& e) {
    call(of(self).request_ended, number(e.demand.value), number(e.request), number(static_cast<std::uint32_t>(e.status)),
         number(static_cast<std::uint32_t>(e.reason)));
  };
  table.message = [](void* self, std::uint64_t m) { call(of(self).message, number(m)); };
  table.done = [](void* self, std::uint64_t operation, std::int64_t result) { call(of(self).done, number(operation), number(result)); };
  table.end = [](void* self) { call(of(self).end); };
}

void bind_programs(py::module_& m) {
  py::class_<Programs>(m, "ProgramRun", "A run as the host of its programs sees it; `farbell.programs` wraps it. Nodes, demands and qubits are numbers.")
      .def("now", [](const Programs& p) { return count(p.now()); }, "Ticks.")
      .def_property_readonly("ticks_per_s", [](const Programs& p) { return p.clock().ticks_per_s; })
      .def("ask",
           [](Programs& p, std::uint32_t demand, std::uint64_t pairs, double min_fidelity, double timeout_s) {
             return p.ask(DemandId{demand}, {pairs, min_fidelity, p.clock().tick(timeout_s)});
           })
      .def("withdraw", [](Programs& p, std::uint32_t demand, std::uint64_t request) { p.withdraw(DemandId{demand}, request); })
      .def("send", [](Programs& p, std::uint32_t from, std::uint32_t to, std::uint64_t message) { p.send(node(from), node(to), message); })
      .def("delay_s", [](Programs& p, std::uint32_t from, std::uint32_t to) { return p.clock().seconds(p.delay(node(from), node(to))); })
      .def("set_timer", [](Programs& p, double after_s, std::uint64_t operation) { p.set_timer(p.clock().tick(after_s), operation); })
      .def("gate",
           [](Programs& p, std::uint32_t n, int gate, double angle, std::uint32_t a, std::optional<std::uint32_t> b, std::uint64_t operation) {
             p.gate(node(n), static_cast<Gate>(gate), angle, qubit(a), b ? std::optional(qubit(*b)) : std::nullopt, operation);
           })
      .def("measure",
           [](Programs& p, std::uint32_t n, std::uint32_t q, int basis, std::uint64_t operation) {
             p.measure(node(n), qubit(q), static_cast<Basis>(basis), operation);
           })
      .def("bell_measure",
           [](Programs& p, std::uint32_t n, std::uint32_t a, std::uint32_t b, std::uint64_t operation) {
             p.bell_measure(node(n), qubit(a), qubit(b), operation);
           })
      .def("create_qubit",
           [](Programs& p, std::uint32_t n, std::uint64_t operation) -> std::optional<std::uint32_t> {
             const auto q = p.create_qubit(node(n), operation);
             return q ? std::optional(q->value) : std::nullopt;
           })
      .def("release", [](Programs& p, std::uint32_t n, std::uint32_t q) { p.release(node(n), qubit(q)); })
      .def("fidelity", [](const Programs& p, std::uint32_t a, std::uint32_t b) { return p.fidelity(qubit(a), qubit(b)); })
      .def("bloch", [](const Programs& p, std::uint32_t q) {
        const auto v = p.bloch(qubit(q));
        return py::make_tuple(v[1], v[2], v[3]);
      })
      .def_property_readonly("held", &Programs::held);
  m.def("program_gates", [] {
    std::map<std::string, std::tuple<int, int, int>> gates;
    for (int g = 0; g < static_cast<int>(std::size(gate_table)); ++g)
      gates[std::string(gate_table[g].name)] = {g, gate_table[g].qubits, gate_table[g].angles};
    return gates;
  }, "Name -> number, qubits, angles.");
}

}  // namespace farbell
