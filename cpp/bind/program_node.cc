// What programs do at their node, where what they say is well-formed. All else goes to the host's method of that name in Python: it says what
// is wrong, or puts it well and comes back.
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "guarded.hpp"
#include "program_steps.hpp"

namespace farbell::programs {
namespace {

using Arguments = PyObject* const*;

PyObject* object(auto* o) { return reinterpret_cast<PyObject*>(o); }
Node* node(PyObject* self) { return reinterpret_cast<Node*>(self); }
PyObject* name(const char* text) { return PyUnicode_InternFromString(text); }

// The method of the host's in Python.
PyObject* in_python(PyObject* self, const char* method, Arguments arguments, Py_ssize_t count) {
  PyObject* stack[8] = {nullptr, object(node(self)->host), self};
  for (Py_ssize_t i = 0; i < count; ++i) stack[3 + i] = arguments[i];
  PyObject* called = PyUnicode_InternFromString(method);
  if (!called) return nullptr;
  PyObject* result = PyObject_VectorcallMethod(called, stack + 1, static_cast<std::size_t>(count + 2), nullptr);
  Py_DECREF(called);
  return result;
}

// A number that stands in a dict under that name.
std::optional<std::uint32_t> found(PyObject* dict, PyObject* key) {
  if (!PyUnicode_CheckExact(key)) return {};
  PyObject* number = PyDict_GetItemWithError(dict, key);
  if (!number) return {};
  return static_cast<std::uint32_t>(PyLong_AsUnsignedLong(number));
}
bool is_time(PyObject* seconds) { return PyFloat_CheckExact(seconds) && PyFloat_AS_DOUBLE(seconds) >= 0; }
bool is_qubit(PyObject* q) { return PyObject_TypeCheck(q, qubit_type); }
ProgramQubit id(PyObject* q) { return ProgramQubit::of(reinterpret_cast<Qubit*>(q)->number); }

// Asked for with what was lost, or of a node that is down.
PyObject* lost_operation(Host* host, std::uint64_t row, Operation* operation, const NodeOutage& outage) {
  Py_DECREF(host->state->take(row).what);
  if (fail_with_node(operation, outage) == 0) return object(operation);
  Py_DECREF(operation);
  return nullptr;
}

// The core carries it out; what it refuses leaves nothing under way.
template <class Ask>
PyObject* ask(Host* host, Operation* operation, UnderWay::Kind kind, Ask ask_core) {
  if (!operation) return nullptr;
  const std::uint64_t row = host->state->add({object(operation), nullptr, kind});
  try {
    ask_core(host->state->running(), row);
  } catch (const NodeDown& down) {
    return lost_operation(host, row, operation, down.outage);
  } catch (...) {
    Py_DECREF(host->state->take(row).what);
    Py_DECREF(operation);
    throw;
  }
  return object(operation);
}

// (seconds, [as it was put])
PyObject* wait(PyObject* self, Arguments a, Py_ssize_t n) {
  return guarded([&] {
    if (!is_time(a[0])) return in_python(self, "wait", a, n);
    static PyObject* const what = name("wait");
    Host* host = node(self)->host;
    return ask(host, new_operation(host, what, a[n - 1], Operation::Kind::timer), UnderWay::Kind::nothing, [&](Programs& run, std::uint64_t row) {
      run.set_timer(run.clock().tick(PyFloat_AS_DOUBLE(a[0])), row);
    });
  });
}

// (peer, content)
PyObject* send(PyObject* self, Arguments a, Py_ssize_t n) {
  return guarded([&]() -> PyObject* {
    Node* from = node(self);
    const auto to = found(from->addresses, a[0]);
    if (!to) return PyErr_Occurred() ? nullptr : in_python(self, "send", a, n);
    static PyObject* const what = name("send");
    State& state = *from->host->state;
    Programs& run = state.running();
    Operation* sent = new_operation(from->host, what, a[0]);
    if (!sent) return nullptr;
    sent->done = true;
    const NodeId peer{*to};
    const std::uint64_t letter = state.add({a[1], nullptr, UnderWay::Kind::letter, from->index, peer, run.now()});
    if (!run.send(from->index, peer, letter)) state.lose(letter);
    return object(sent);
  });
}

// (peer or None, seconds or None)
PyObject* take(PyObject* self, Arguments a, Py_ssize_t n, bool of_offers, PyObject* what, const char* method) {
  return guarded([&]() -> PyObject* {
    Host* host = node(self)->host;
    NodeId peer;
    if (a[0] != Py_None) {
      const auto number = found(host->numbers, a[0]);
      if (!number) return PyErr_Occurred() ? nullptr : in_python(self, method, a, n);
      peer = NodeId{*number};
    }
    if (a[1] != Py_None && !is_time(a[1])) return in_python(self, method, a, n);
    static PyObject* const any = name("receive_any()");
    Programs& run = host->state->running();
    const Tick timeout = a[1] == Py_None ? never : run.clock().tick(PyFloat_AS_DOUBLE(a[1]));
    Operation* operation = peer ? new_operation(host, what, a[0], Operation::Kind::letter) : new_operation(host, any, nullptr, Operation::Kind::letter);
    if (!operation) return nullptr;
    operation->node = node(self)->index;
    operation->of_offers = of_offers;
    if (PyObject* letter = take_letter(host, of_offers, operation->node, peer)) {
      operation->value = letter;
      operation->done = true;
      return object(operation);
    }
    if (PyErr_Occurred()) {
      Py_DECREF(operation);
      return nullptr;
    }
    Py_INCREF(operation);
    box(of_offers ? host->state->offers : host->state->mail, operation->node).takers.push_back({peer, operation});
    if (a[1] != Py_None)
      run.set_timer(timeout, host->state->add({object(operation), nullptr, UnderWay::Kind::too_late}));
    return object(operation);
  });
}
PyObject* receive(PyObject* self, Arguments a, Py_ssize_t n) {
  static PyObject* const what = name("receive");
  return take(self, a, n, false, what, "receive");
}
PyObject* accept(PyObject* self, Arguments a, Py_ssize_t n) {
  static PyObject* const what = name("accept");
  return take(self, a, n, true, what, "accept");
}

// (peer, pairs, min_fidelity, seconds or None, tag)
PyObject* entangle(PyObject* self, Arguments a, Py_ssize_t n) {
  return guarded([&]() -> PyObject* {
    Node* asker = node(self);
    Host* host = asker->host;
    const auto demand = found(asker->demands, a[0]);
    if (!demand && PyErr_Occurred()) return nullptr;
    const long long pairs = PyLong_CheckExact(a[1]) ? PyLong_AsLongLong(a[1]) : 0;
    if (PyErr_Occurred()) PyErr_Clear();
    const double fidelity = PyFloat_CheckExact(a[2]) ? PyFloat_AS_DOUBLE(a[2]) : -1;
    if (!demand || pairs < 1 || !(fidelity >= 0 && fidelity <= 1) || (a[3] != Py_None && !is_time(a[3]))) return in_python(self, "entangle", a, n);
    static PyObject* const what = name("entangle");
    Programs& run = host->state->running();
    const Tick timeout = a[3] == Py_None ? never : run.clock().tick(PyFloat_AS_DOUBLE(a[3]));
    Operation* operation = new_operation(host, what, a[0], Operation::Kind::request);
    if (!operation) return nullptr;
    operation->pairs = PyList_New(0);
    if (a[4] != Py_None) operation->tag = Py_NewRef(a[4]);
    operation->demand = DemandId{*demand};
    operation->request = run.ask(operation->demand, {static_cast<std::uint64_t>(pairs), fidelity, timeout});
    Py_INCREF(operation);
    host->state->requests.emplace(std::uint64_t{*demand} << 40 | operation->request, Asked{operation, asker->index, static_cast<std::uint64_t>(pairs)});
    return object(operation);
  });
}

PyObject* create_qubit(PyObject* self, Arguments, Py_ssize_t) {
  return guarded([&]() -> PyObject* {
    static PyObject* const what = name("create_qubit()");
    Host* host = node(self)->host;
    State& state = *host->state;
    Programs& run = state.running();
    Operation* operation = new_operation(host, what, nullptr);
    if (!operation) return nullptr;
    const std::uint64_t row = state.add({object(operation), nullptr, UnderWay::Kind::given});
    if (!run.is_up(node(self)->index)) return lost_operation(host, row, operation, run.outage(node(self)->index));
    const auto q = run.create_qubit(node(self)->index, row);
    if (!q) {
      Py_DECREF(state.take(row).what);
      Py_DECREF(operation);
      return in_python(self, "create_qubit", nullptr, 0);
    }
    state.under_way[row].gives = object(new_qubit(host, *q, PyList_GET_ITEM(host->names, node(self)->index.value)));
    return object(operation);
  });
}

// By its name as interned text.
std::optional<Gate> gate_of(PyObject* text) {
  static PyObject* const gates = [] {
    PyObject* dict = PyDict_New();
    for (std::size_t g = 0; g < std::size(gate_table); ++g) {
      PyObject* number = PyLong_FromSize_t(g);
      PyDict_SetItemString(dict, std::string(gate_table[g].name).c_str(), number);
      Py_DECREF(number);
    }
    return dict;
  }();
  const auto number = found(gates, text);
  return number ? std::optional(static_cast<Gate>(*number)) : std::nullopt;
}

// (name, tuple of qubits, angle)
PyObject* gate(PyObject* self, Arguments a, Py_ssize_t n) {
  return guarded([&]() -> PyObject* {
    const auto known = gate_of(a[0]);
    const double angle = PyFloat_CheckExact(a[2]) ? PyFloat_AS_DOUBLE(a[2]) : NAN;
    bool well_formed = known && !std::isnan(angle) && PyTuple_CheckExact(a[1]) && PyTuple_GET_SIZE(a[1]) == info(*known).qubits &&
                       (angle == 0 || info(*known).angles);
    for (int i = 0; well_formed && i < info(*known).qubits; ++i) well_formed = is_qubit(PyTuple_GET_ITEM(a[1], i));
    if (!well_formed) return PyErr_Occurred() ? nullptr : in_python(self, "gate", a, n);
    static PyObject* const what = name("gate");
    Host* host = node(self)->host;
    const auto second = info(*known).qubits == 2 ? std::optional(id(PyTuple_GET_ITEM(a[1], 1))) : std::nullopt;
    return ask(host, new_operation(host, what, a[0]), UnderWay::Kind::nothing, [&](Programs& run, std::uint64_t row) {
      run.gate(node(self)->index, *known, angle, id(PyTuple_GET_ITEM(a[1], 0)), second, row);
    });
  });
}

std::optional<Basis> basis_of(PyObject* text) {
  if (!PyUnicode_CheckExact(text) || PyUnicode_GET_LENGTH(text) != 1) return {};
  switch (PyUnicode_READ_CHAR(text, 0)) {
    case 'X':
    case 'x': return Basis::x;
    case 'Y':
    case 'y': return Basis::y;
    case 'Z':
    case 'z': return Basis::z;
    default: return {};
  }
}

// (qubit, basis)
PyObject* measure(PyObject* self, Arguments a, Py_ssize_t n) {
  return guarded([&] {
    const auto basis = basis_of(a[1]);
    if (!basis || !is_qubit(a[0])) return in_python(self, "measure", a, n);
    static PyObject* const what = name("measure()");
    Host* host = node(self)->host;
    return ask(host, new_operation(host, what, nullptr), UnderWay::Kind::bit,
               [&](Programs& run, std::uint64_t row) { run.measure(node(self)->index, id(a[0]), *basis, row); });
  });
}

// (qubit, qubit)
PyObject* bell_measure(PyObject* self, Arguments a, Py_ssize_t n) {
  return guarded([&] {
    if (!is_qubit(a[0]) || !is_qubit(a[1])) return in_python(self, "bell_measure", a, n);
    static PyObject* const what = name("bell_measure()");
    Host* host = node(self)->host;
    return ask(host, new_operation(host, what, nullptr), UnderWay::Kind::bell,
               [&](Programs& run, std::uint64_t row) { run.bell_measure(node(self)->index, id(a[0]), id(a[1]), row); });
  });
}

// (qubit)
PyObject* release(PyObject* self, Arguments a, Py_ssize_t n) {
  return guarded([&]() -> PyObject* {
    if (!is_qubit(a[0])) return in_python(self, "release", a, n);
    Host* host = node(self)->host;
    static PyObject* const what = name("release()");
    try {
      host->state->running().release(node(self)->index, id(a[0]));
    } catch (const NodeDown& down) {
      Operation* operation = new_operation(host, what, nullptr);
      if (operation && fail_with_node(operation, down.outage) == 0) PyErr_SetObject(object(Py_TYPE(operation->error)), operation->error);
      Py_XDECREF(operation);
      return nullptr;
    }
    return Py_NewRef(Py_None);
  });
}

// ---- the type --------------------------------------------------------------------------------------------------------------------------

int node_traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(object(node(self)->host));
  Py_VISIT(node(self)->addresses);
  Py_VISIT(node(self)->demands);
  return 0;
}
int node_clear(PyObject* self) {
  Py_CLEAR(node(self)->host);
  Py_CLEAR(node(self)->addresses);
  Py_CLEAR(node(self)->demands);
  return 0;
}
void node_free(PyObject* self) {
  PyObject_GC_UnTrack(self);
  node_clear(self);
  PyTypeObject* type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}
int node_init(PyObject* self, PyObject* args, PyObject*) {
  PyObject* host;
  unsigned int index;
  if (!PyArg_ParseTuple(args, "O!I", host_type, &host, &index)) return -1;
  Py_XSETREF(node(self)->host, reinterpret_cast<Host*>(Py_NewRef(host)));
  Py_XSETREF(node(self)->addresses, PyDict_New());
  Py_XSETREF(node(self)->demands, PyDict_New());
  node(self)->index = NodeId{index};
  return 0;
}

// In the trace. One that was put well in Python, and came back from there, is there already.
PyObject* noted(PyObject* self, Arguments a, PyObject* result) {
  const bool is_operation = PyObject_TypeCheck(result, operation_type);
  if (is_operation && std::exchange(reinterpret_cast<Operation*>(result)->noted, true)) return result;
  PyObject* done = is_operation ? PyObject_CallMethod(object(node(self)->host), "_note_begun", "OO", self, result)
                                : PyObject_CallMethod(object(node(self)->host), "_note_release", "OO", self, a[0]);
  if (!done) Py_CLEAR(result);
  Py_XDECREF(done);
  return result;
}

// Calls with too few or too many arguments are a bug of ours, but must not crash.
template <PyObject* (*method)(PyObject*, Arguments, Py_ssize_t), int least, int most = least>
PyObject* counted(PyObject* self, Arguments a, Py_ssize_t n) {
  if (n < least || n > most || !node(self)->host) return PyErr_Format(PyExc_TypeError, "between %d and %d arguments are taken, of a node of a run", least, most);
  PyObject* const result = method(self, a, n);
  if (!node(self)->host->state->traced || !result) [[likely]]
    return result;
  return noted(self, a, result);
}
template <PyObject* (*method)(PyObject*, Arguments, Py_ssize_t), int least, int most = least>
PyCFunction fast() {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&counted<method, least, most>));
}

PyMethodDef node_methods[] = {
    {"_wait", fast<wait, 1, 2>(), METH_FASTCALL, "_wait(self, seconds: Any, put: Any = None) -> Any"},
    {"_send", fast<send, 2>(), METH_FASTCALL, "_send(self, peer: str, content: object) -> Any"},
    {"_receive", fast<receive, 2>(), METH_FASTCALL, "_receive(self, peer: str | None, seconds: Any) -> Any"},
    {"_accept", fast<accept, 2>(), METH_FASTCALL, "_accept(self, peer: str, seconds: Any) -> Any"},
    {"_entangle", fast<entangle, 5>(), METH_FASTCALL, "_entangle(self, peer: str, pairs: int, min_fidelity: float, seconds: Any, tag: object) -> Any"},
    {"_create_qubit", fast<create_qubit, 0>(), METH_FASTCALL, "_create_qubit(self) -> Any"},
    {"_gate", fast<gate, 3>(), METH_FASTCALL, "_gate(self, name: str, qubits: tuple[Any, ...], angle_rad: float) -> Any"},
    {"_measure", fast<measure, 2>(), METH_FASTCALL, "_measure(self, qubit: Any, basis: str) -> Any"},
    {"_bell_measure", fast<bell_measure, 2>(), METH_FASTCALL, "_bell_measure(self, a: Any, b: Any) -> Any"},
    {"_release", fast<release, 1>(), METH_FASTCALL, "_release(self, qubit: Any) -> None"},
    {},
};
PyMemberDef node_members[] = {
    {"_host", T_OBJECT, offsetof(Node, host), READONLY, "(self) -> Any"},
    {"_addresses", T_OBJECT, offsetof(Node, addresses), READONLY, "(self) -> dict[str, int]"},
    {"_demands", T_OBJECT, offsetof(Node, demands), READONLY, "(self) -> dict[str, int]"},
    {"_index", T_UINT, offsetof(Node, index), READONLY, "(self) -> int"},
    {},
};

}  // namespace

PyTypeObject* make_node_type() {
  static PyType_Slot slots[] = {{Py_tp_doc, const_cast<char*>("What `farbell.programs.Node` does.")},
                                {Py_tp_new, reinterpret_cast<void*>(PyType_GenericNew)},
                                {Py_tp_init, reinterpret_cast<void*>(node_init)},
                                {Py_tp_dealloc, reinterpret_cast<void*>(node_free)},
                                {Py_tp_traverse, reinterpret_cast<void*>(node_traverse)},
                                {Py_tp_clear, reinterpret_cast<void*>(node_clear)},
                                {Py_tp_methods, node_methods},
                                {Py_tp_members, node_members},
                                {}};
  PyType_Spec spec{"farbell._core.ProgramNode", sizeof(Node), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots};
  return node_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

}  // namespace farbell::programs
