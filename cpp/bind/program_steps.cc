// The host of programs: the core tells it what has happened, and it resumes whoever waited for that, until all wait again.
#include "program_steps.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "farbell/base/errors.hpp"
#include "guarded.hpp"

namespace farbell::programs {
namespace {

PyObject* object(auto* o) { return reinterpret_cast<PyObject*>(o); }
Host* host_of(void* self) { return static_cast<Host*>(self); }

// What the core must see as an exception.
void check(int status) {
  if (status < 0) throw pybind11::error_already_set();
}
void check(PyObject* result) {
  if (!result) throw pybind11::error_already_set();
  Py_DECREF(result);
}

std::uint64_t key(DemandId demand, std::uint64_t request) { return std::uint64_t{demand.value} << 40 | request; }

// The error that is raised now, as an object with its traceback.
PyObject* take_error() {
#if PY_VERSION_HEX >= 0x030c0000
  return PyErr_GetRaisedException();
#else
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback) PyException_SetTraceback(value, traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  return value;
#endif
}

// What the host writes down for the trace. What it gives back is thrown away.
template <class... Arguments>
int note(Host* host, const char* method, const char* format, Arguments... arguments) {
  PyObject* result = PyObject_CallMethod(object(host), method, format, arguments...);
  Py_XDECREF(result);
  return result ? 0 : -1;
}

// Who waits goes on.
int finish(Operation* operation) {
  operation->done = true;
  if (operation->noted) [[unlikely]]
    if (note(operation->host, "_note_done", "O", operation) < 0) return -1;
  PyObject* waits = std::exchange(operation->waits, nullptr);
  if (!waits) return 0;
  int status = 0;
  if (PyObject_TypeCheck(waits, process_type)) {
    status = step(reinterpret_cast<Process*>(waits), operation->value, operation->error);
  } else {
    PyObject* result = PyObject_CallOneArg(waits, object(operation));
    if (!result) status = -1;
    Py_XDECREF(result);
  }
  Py_DECREF(waits);
  return status;
}

// One turn of the generator: what it yields, or returns.
PySendResult turn(PyObject* generator, PyObject* value, PyObject* error, PyObject** result) {
  if (!error) return PyIter_Send(generator, value, result);
  *result = PyObject_CallMethod(generator, "throw", "O", error);
  if (*result) return PYGEN_NEXT;
  if (!PyErr_ExceptionMatches(PyExc_StopIteration)) return PYGEN_ERROR;
  PyObject* stop = take_error();
  *result = PyObject_GetAttrString(stop, "value");
  Py_DECREF(stop);
  return *result ? PYGEN_RETURN : PYGEN_ERROR;
}

// Python says what is wrong: its method raises.
int refuse(const Process* process, const char* method, PyObject* about) {
  PyObject* result = PyObject_CallMethod(object(process->host), method, "OO", process, about);
  if (result) PyErr_Format(PyExc_SystemError, "%s() raised nothing", method);
  Py_XDECREF(result);
  return -1;
}

int ended(Process* process, PyObject* value) {
  if (process->host->state->traced) [[unlikely]]
    if (note(process->host, "_note_returned", "OO", process, value) < 0) return -1;
  if (PyDict_DelItem(process->host->processes, object(process)) < 0) PyErr_Clear();
  return succeed(reinterpret_cast<Operation*>(process->ended), value);
}

int failed(const Process* process) {
  if (!PyErr_ExceptionMatches(PyExc_Exception)) return -1;
  PyObject* error = take_error();
  const int status = refuse(process, "_raised", error);
  Py_DECREF(error);
  return status;
}

}  // namespace

// ---- what waits, and goes on -----------------------------------------------------------------------------------------------------------

int succeed(Operation* operation, PyObject* value) {
  Py_XSETREF(operation->value, Py_NewRef(value));
  return finish(operation);
}
int fail(Operation* operation, PyObject* error) {
  Py_XSETREF(operation->error, Py_NewRef(error));
  return finish(operation);
}

int fail_with_node(Operation* operation, const NodeOutage& outage) {
  return note(operation->host, "_lost", "OIId", operation, outage.node.value, outage.failure,
              static_cast<double>(count(outage.since)) / operation->host->state->ticks_per_s);
}

// Resumes a process until it waits for something that is not done.
int step(Process* process, PyObject* value, PyObject* error) {
  const long long now = count(process->host->state->running().now());
  if (process->stepped_at != now) process->stepped_at = now, process->steps = 0;
  Py_CLEAR(process->waits_for);
  Operation* before = nullptr;  // that holds value and error
  int status = 0;
  Py_INCREF(process);
  for (;;) {
    if (++process->steps > most_steps_at_once) {
      status = refuse(process, "_goes_round", Py_None);
      break;
    }
    PyObject* result = nullptr;
    const PySendResult sent = turn(process->generator, value ? value : Py_None, error, &result);
    Py_CLEAR(before);
    if (sent != PYGEN_NEXT) {
      status = sent == PYGEN_RETURN ? ended(process, result) : failed(process);
      Py_XDECREF(result);
      break;
    }
    if (!PyObject_TypeCheck(result, operation_type)) {
      status = refuse(process, "_yielded", result);
      Py_DECREF(result);
      break;
    }
    auto* operation = reinterpret_cast<Operation*>(result);
    if (operation->done) {
      before = operation;
      value = operation->value;
      error = operation->error;
      continue;
    }
    if (operation->waits) {
      status = refuse(process, "_yielded", result);
      Py_DECREF(result);
      break;
    }
    process->since = now;
    process->waits_for = result;
    operation->waits = Py_NewRef(object(process));
    break;
  }
  Py_DECREF(process);
  return status;
}

int withdraw(Operation* operation) {
  if (!operation->host || !operation->host->state->run) return 0;
  State& state = *operation->host->state;
  if (operation->kind == Operation::Kind::request) {
    state.run->withdraw(operation->demand, operation->request);
  } else if (operation->kind == Operation::Kind::letter) {
    auto& takers = box(operation->of_offers ? state.offers : state.mail, operation->node).takers;
    const auto found = std::find_if(takers.begin(), takers.end(), [&](const Box::Taker& t) { return t.operation == operation; });
    if (found != takers.end()) {
      takers.erase(found);
      Py_DECREF(operation);  // its caller has another
    }
  }
  return 0;
}

// ---- letters ---------------------------------------------------------------------------------------------------------------------------

namespace {

// To who takes from anybody, a letter says more than its content.
PyObject* opened(const Host* host, const Box::Letter& letter, NodeId asked_of) {
  if (asked_of) return Py_NewRef(letter.content);
  PyObject* sender = PyList_GET_ITEM(host->names, letter.sender.value);
  return PyObject_CallFunction(host->message_type, "OOd", sender, letter.content, static_cast<double>(count(letter.sent)) / host->state->ticks_per_s);
}

}  // namespace

int put(Host* host, bool of_offers, NodeId to, const Box::Letter& letter) {
  Box& at = box(of_offers ? host->state->offers : host->state->mail, to);
  for (auto taker = at.takers.begin(); taker != at.takers.end(); ++taker) {
    if (taker->sender && taker->sender != letter.sender) continue;
    PyObject* value = opened(host, letter, taker->sender);
    if (!value) return -1;
    Operation* operation = taker->operation;
    at.takers.erase(taker);
    const int status = succeed(operation, value);
    Py_DECREF(value);
    Py_DECREF(operation);
    return status;
  }
  Py_INCREF(letter.content);
  at.came.push_back(letter);
  return 0;
}

PyObject* take_letter(Host* host, bool of_offers, NodeId at, NodeId sender) {
  auto& came = box(of_offers ? host->state->offers : host->state->mail, at).came;
  for (auto letter = came.begin(); letter != came.end(); ++letter) {
    if (sender && letter->sender != sender) continue;
    PyObject* value = opened(host, *letter, sender);
    if (!value) return nullptr;
    PyObject* content = letter->content;
    came.erase(letter);
    Py_DECREF(content);
    return value;
  }
  return nullptr;
}

// ---- what is under way -----------------------------------------------------------------------------------------------------------------

Programs& State::running() const {
  if (!run) throw RunError("the run of this node is over");
  return *run;
}

std::uint64_t State::add(UnderWay row) {
  Py_INCREF(row.what);
  Py_XINCREF(row.gives);
  if (free_rows.empty()) {
    under_way.push_back(row);
    return under_way.size() - 1;
  }
  const std::uint32_t at = free_rows.back();
  free_rows.pop_back();
  under_way[at] = row;
  return at;
}

// Its references are the caller's.
UnderWay State::take(std::uint64_t row) {
  free_rows.push_back(static_cast<std::uint32_t>(row));
  return std::exchange(under_way[row], {});
}

void State::lose(std::uint64_t letter) {
  const UnderWay row = take(letter);
  Lost& between = lost[{row.from, row.to}];
  ++between.letters;
  between.last_sent = row.since;
  Py_DECREF(row.what);
}

void State::clear() {
  lost.clear();
  // Whatever an object does as it goes finds everything empty.
  const auto rows = std::exchange(under_way, {});
  const auto asked = std::exchange(requests, {});
  const Boxes boxes[] = {std::exchange(mail, {}), std::exchange(offers, {})};
  free_rows.clear();
  for (const UnderWay& row : rows) {
    Py_XDECREF(row.what);
    Py_XDECREF(row.gives);
  }
  for (const auto& [_, each] : asked) Py_DECREF(each.operation);
  for (const Boxes& all : boxes)
    for (const auto& each : all) {
      if (!each) continue;
      for (const Box::Letter& letter : each->came) Py_DECREF(letter.content);
      for (const Box::Taker& taker : each->takers) Py_DECREF(taker.operation);
    }
}

// ---- what the core tells ---------------------------------------------------------------------------------------------------------------

namespace {

void begin(void* self, Programs& programs, std::uint64_t replica) {
  Host* host = host_of(self);
  State& state = *host->state;
  state.clear();
  state.run = &programs;
  state.ticks_per_s = programs.clock().ticks_per_s;
  state.pairs = 0;
  state.traced = programs.traced();
  const auto nodes = static_cast<std::size_t>(PyList_GET_SIZE(host->names));
  state.mail.resize(nodes);
  state.offers.resize(nodes);
  PyObject* run = pybind11::cast(&programs, pybind11::return_value_policy::reference).release().ptr();
  Py_XSETREF(host->run, run);
  Py_XSETREF(host->processes, PyDict_New());
  check(PyObject_CallMethod(object(host), "begin", "K", static_cast<unsigned long long>(replica)));
}

PyObject* new_pair(const Host* host, const PairForPrograms& pair, int mine, unsigned long long number, PyObject* tag) {
  auto* type = reinterpret_cast<PyTypeObject*>(host->pair_type);
  auto* made = reinterpret_cast<Pair*>(type->tp_alloc(type, 0));
  if (!made) throw pybind11::error_already_set();
  const auto name = [&](int side) { return PyList_GET_ITEM(host->names, pair.halves[side].node.value); };
  made->qubit = object(new_qubit(const_cast<Host*>(host), pair.halves[mine].qubit, name(mine)));
  made->peer = Py_NewRef(name(1 - mine));
  made->tag = Py_XNewRef(tag);
  made->estimated_fidelity = pair.correlators.fidelity();
  made->xx = pair.correlators.xx, made->yy = pair.correlators.yy, made->zz = pair.correlators.zz;
  made->born_s = static_cast<double>(count(pair.born)) / host->state->ticks_per_s;
  made->number = number;
  made->demand = pair.demand.value;
  for (int side = 0; side < 2; ++side) made->both[side] = pair.halves[side].qubit.number();
  return object(made);
}

void pair(void* self, const PairForPrograms& p) {
  Host* host = host_of(self);
  State& state = *host->state;
  const Asked asked = state.requests.at(key(p.demand, p.request));
  if (asked.operation->done) {  // given up in this very tick, before the news came
    return state.run->release(p);
  }
  const int mine = p.halves[0].node == asked.asker ? 0 : 1;
  const unsigned long long number = state.pairs++;
  PyObject* tag = asked.operation->tag;
  PyObject *one = new_pair(host, p, mine, number, tag), *other = new_pair(host, p, 1 - mine, number, tag);
  PyObject* pairs = asked.operation->pairs;
  int status = PyList_Append(pairs, one);
  if (status == 0 && state.traced) status = note(host, "_note_pair", "OO", asked.operation, one);
  if (status == 0 && static_cast<std::uint64_t>(PyList_GET_SIZE(pairs)) == asked.wanted)
    status = succeed(asked.operation, asked.wanted == 1 ? one : pairs);
  if (status == 0) status = put(host, true, p.halves[1 - mine].node, {asked.asker, state.run->now(), other});
  Py_DECREF(one);
  Py_DECREF(other);
  check(status);
}

void request_ended(void* self, const RequestEnded& e) {
  Host* host = host_of(self);
  const auto found = host->state->requests.find(key(e.demand, e.request));
  Operation* operation = found->second.operation;
  host->state->requests.erase(found);
  PyObject* result = Py_None;
  if (!operation->done)
    result = PyObject_CallMethod(object(host), "_request_ended", "Oii", operation, static_cast<int>(e.status), static_cast<int>(e.reason));
  else Py_INCREF(result);
  Py_DECREF(operation);
  check(result);
}

void message(void* self, std::uint64_t number) {
  Host* host = host_of(self);
  const UnderWay letter = host->state->take(number);
  if (host->state->traced) check(note(host, "_note_message", "IIO", letter.from.value, letter.to.value, letter.what));
  const int status = put(host, false, letter.to, {letter.from, letter.since, letter.what});
  Py_DECREF(letter.what);
  check(status);
}

void done(void* self, std::uint64_t number, std::int64_t result) {
  Host* host = host_of(self);
  const UnderWay row = host->state->take(number);
  auto* operation = reinterpret_cast<Operation*>(row.what);
  int status = 0;
  if (!operation->done) {
    PyObject* value = nullptr;
    switch (row.kind) {
      case UnderWay::Kind::nothing:
      case UnderWay::Kind::letter: value = Py_NewRef(Py_None); break;
      case UnderWay::Kind::bit: value = PyLong_FromLongLong(result); break;
      case UnderWay::Kind::bell: value = Py_NewRef(result < 0 ? Py_None : PyTuple_GET_ITEM(host->bell_outcomes, result)); break;
      case UnderWay::Kind::given: value = Py_NewRef(row.gives); break;
      case UnderWay::Kind::too_late: {
        withdraw(operation);
        value = PyObject_CallMethod(object(host), "_too_late", "O", operation);
        status = value ? 0 : -1;
        break;
      }
    }
    if (row.kind != UnderWay::Kind::too_late) status = succeed(operation, value);
    Py_XDECREF(value);
  }
  Py_DECREF(row.what);
  Py_XDECREF(row.gives);
  check(status);
}

void lost(void* self, std::uint64_t number, const NodeOutage& outage) {
  Host* host = host_of(self);
  const UnderWay row = host->state->take(number);
  auto* operation = reinterpret_cast<Operation*>(row.what);
  const int status = operation->done ? 0 : fail_with_node(operation, outage);
  Py_DECREF(row.what);
  Py_XDECREF(row.gives);
  check(status);
}

void link_news(void* self, LinkId link, double cost) {
  check(PyObject_CallMethod(static_cast<PyObject*>(self), "_link_news", "Id", link.value, cost));
}

void node_lost(void* self, const NodeOutage& outage, std::uint64_t qubits) {
  Host* host = host_of(self);
  if (host->state->traced) check(note(host, "_note_lost", "IIK", outage.node.value, outage.failure, static_cast<unsigned long long>(qubits)));
}

void end(void* self) {
  PyObject* result = PyObject_CallMethod(static_cast<PyObject*>(self), "end", nullptr);
  end_run(static_cast<PyObject*>(self));
  check(result);
}

}  // namespace

ProgramHost table_of(PyObject* host) { return {host, begin, pair, request_ended, message, done, lost, node_lost, end, link_news}; }

void end_run(PyObject* self) {
  Host* host = host_of(self);
  host->state->run = nullptr;
  Py_CLEAR(host->run);
  host->state->clear();
}

// ---- the type --------------------------------------------------------------------------------------------------------------------------

namespace {

Host* host(PyObject* self) { return reinterpret_cast<Host*>(self); }

PyObject* host_new(PyTypeObject* type, PyObject*, PyObject*) {
  PyObject* self = type->tp_alloc(type, 0);
  if (self) host(self)->state = new State;
  return self;
}
int host_traverse(PyObject* self, visitproc visit, void* arg) {
  Host* h = host(self);
  Py_VISIT(Py_TYPE(self));
  for (PyObject* each : {h->run, h->processes, h->names, h->numbers, h->operation_type, h->request_type, h->qubit_type, h->pair_type,
                         h->message_type, h->bell_outcomes})
    Py_VISIT(each);
  for (const UnderWay& row : h->state->under_way) {
    Py_VISIT(row.what);
    Py_VISIT(row.gives);
  }
  for (const auto& [_, asked] : h->state->requests) Py_VISIT(object(asked.operation));
  for (const Boxes* boxes : {&h->state->mail, &h->state->offers})
    for (const auto& each : *boxes) {
      if (!each) continue;
      for (const Box::Letter& letter : each->came) Py_VISIT(letter.content);
      for (const Box::Taker& taker : each->takers) Py_VISIT(object(taker.operation));
    }
  return 0;
}
int host_clear(PyObject* self) {
  Host* h = host(self);
  for (PyObject** each : {&h->run, &h->processes, &h->names, &h->numbers, &h->operation_type, &h->request_type, &h->qubit_type, &h->pair_type,
                          &h->message_type, &h->bell_outcomes})
    Py_CLEAR(*each);
  h->state->clear();
  return 0;
}
void host_free(PyObject* self) {
  PyObject_GC_UnTrack(self);
  host_clear(self);
  delete host(self)->state;
  PyTypeObject* type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

int host_init(PyObject* self, PyObject* args, PyObject*) {
  Host* h = host(self);
  PyObject* given[8];
  if (!PyArg_ParseTuple(args, "O!O!OOOOOO!", &PyList_Type, &given[0], &PyDict_Type, &given[1], &given[2], &given[3], &given[4], &given[5],
                        &given[6], &PyTuple_Type, &given[7]))
    return -1;
  PyObject** fields[] = {&h->names, &h->numbers, &h->operation_type, &h->request_type, &h->qubit_type, &h->pair_type, &h->message_type,
                         &h->bell_outcomes};
  for (int i = 0; i < 8; ++i) Py_XSETREF(*fields[i], Py_NewRef(given[i]));
  return 0;
}

PyObject* host_now(PyObject* self, void*) {
  return guarded([&] {
    const State& state = *host(self)->state;
    return PyFloat_FromDouble(static_cast<double>(count(state.running().now())) / state.ticks_per_s);
  });
}
// A process that has just been made.
PyObject* host_launch(PyObject* self, PyObject* process) {
  return guarded([&]() -> PyObject* {
    if (!PyObject_TypeCheck(process, process_type) || !reinterpret_cast<Process*>(process)->host) return PyErr_Format(PyExc_TypeError, "not a process");
    if (PyDict_SetItem(host(self)->processes, process, Py_None) < 0) return nullptr;
    return step(reinterpret_cast<Process*>(process), nullptr, nullptr) < 0 ? nullptr : Py_NewRef(Py_None);
  });
}

PyObject* host_lost(PyObject* self, void*) {
  const Host* h = host(self);
  PyObject* out = PyDict_New();
  for (const auto& [between, lost] : h->state->lost) {
    if (!out) return nullptr;
    PyObject *from = PyList_GET_ITEM(h->names, between.first.value), *to = PyList_GET_ITEM(h->names, between.second.value);
    PyObject* key = PyTuple_Pack(2, from, to);
    PyObject* value = Py_BuildValue("(Kd)", static_cast<unsigned long long>(lost.letters),
                                    static_cast<double>(count(lost.last_sent)) / h->state->ticks_per_s);
    const bool failed = !key || !value || PyDict_SetItem(out, key, value) < 0;
    Py_XDECREF(key);
    Py_XDECREF(value);
    if (failed) Py_CLEAR(out);
  }
  return out;
}

PyMethodDef host_methods[] = {
    {"_launch", host_launch, METH_O, "_launch(self, process: ProgramProcess) -> None\n\nRuns it until it waits."},
    {},
};
PyMemberDef host_members[] = {
    {"_run", T_OBJECT, offsetof(Host, run), READONLY, "(self) -> Any\n\nThe run that goes on, or None."},
    {"_processes", T_OBJECT, offsetof(Host, processes), READONLY, "(self) -> dict[Any, None]\n\nThose that have not ended."},
    {},
};
PyGetSetDef host_fields[] = {
    {"_lost_messages", host_lost, nullptr,
     "(self) -> dict[tuple[str, str], tuple[int, float]]\n\nMessages lost, by sender and receiver: how many, and when the last was sent.",
     nullptr},
    {"now_s", host_now, nullptr, "(self) -> float\n\nSimulated time in seconds.", nullptr},
    {},
};

}  // namespace

PyTypeObject* make_host_type() {
  static PyType_Slot slots[] = {
      {Py_tp_doc, const_cast<char*>("What `farbell.programs.host.Host` keeps. Made of the names of the nodes, their numbers, and its classes.")},
      {Py_tp_new, reinterpret_cast<void*>(host_new)},
      {Py_tp_init, reinterpret_cast<void*>(host_init)},
      {Py_tp_dealloc, reinterpret_cast<void*>(host_free)},
      {Py_tp_traverse, reinterpret_cast<void*>(host_traverse)},
      {Py_tp_clear, reinterpret_cast<void*>(host_clear)},
      {Py_tp_methods, host_methods},
      {Py_tp_members, host_members},
      {Py_tp_getset, host_fields},
      {}};
  PyType_Spec spec{"farbell._core.ProgramHost", sizeof(Host), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots};
  return host_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

}  // namespace farbell::programs
