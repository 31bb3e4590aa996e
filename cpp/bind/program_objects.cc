// Operations, processes, qubits and pairs of programs: plain objects that know what belongs to them.
#include <cstddef>

#include "guarded.hpp"
#include "program_steps.hpp"

namespace farbell::programs {

PyTypeObject *operation_type, *process_type, *qubit_type, *pair_type, *node_type, *host_type;

namespace {

// ---- for every type --------------------------------------------------------------------------------------------------------------------

template <class Object>
void free_object(PyObject* self, int (*clear)(PyObject*)) {
  PyObject_GC_UnTrack(self);
  if (clear) clear(self);
  PyTypeObject* type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}
PyObject* or_none(PyObject* object) { return Py_NewRef(object ? object : Py_None); }
void set(PyObject*& field, PyObject* value) { Py_XSETREF(field, Py_XNewRef(value == Py_None ? nullptr : value)); }

template <auto field>
PyObject* get_field(PyObject* self, void*) {
  const auto read = [self]<class Object>(PyObject* Object::*f) { return reinterpret_cast<Object*>(self)->*f; };
  return or_none(read(field));
}
template <auto field>
int set_field(PyObject* self, PyObject* value, void*) {
  const auto write = [&]<class Object>(PyObject* Object::*f) { set(reinterpret_cast<Object*>(self)->*f, value); };
  write(field);
  return 0;
}

// ---- operations ------------------------------------------------------------------------------------------------------------------------

Operation* operation(PyObject* self) { return reinterpret_cast<Operation*>(self); }

int operation_traverse(PyObject* self, visitproc visit, void* arg) {
  Operation* o = operation(self);
  Py_VISIT(Py_TYPE(self));
  for (PyObject* each : {o->value, o->error, o->waits, o->what, o->of, o->cancel, o->pairs, o->tag, reinterpret_cast<PyObject*>(o->host)}) Py_VISIT(each);
  return 0;
}
int operation_clear(PyObject* self) {
  Operation* o = operation(self);
  Py_CLEAR(o->value);
  Py_CLEAR(o->error);
  Py_CLEAR(o->waits);
  Py_CLEAR(o->what);
  Py_CLEAR(o->of);
  Py_CLEAR(o->cancel);
  Py_CLEAR(o->pairs);
  Py_CLEAR(o->tag);
  Py_CLEAR(o->host);
  return 0;
}
void operation_free(PyObject* self) { free_object<Operation>(self, operation_clear); }

int operation_init(PyObject* self, PyObject* args, PyObject* named) {
  static const char* names[] = {"what", "cancel", nullptr};
  PyObject *what = nullptr, *cancel = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, named, "O|O", const_cast<char**>(names), &what, &cancel)) return -1;
  set(operation(self)->what, what);
  set(operation(self)->cancel, cancel);
  return 0;
}
PyObject* operation_succeed(PyObject* self, PyObject* value) {
  return guarded([&]() -> PyObject* { return succeed(operation(self), value) < 0 ? nullptr : Py_NewRef(Py_None); });
}
PyObject* operation_fail(PyObject* self, PyObject* error) {
  return guarded([&]() -> PyObject* { return fail(operation(self), error) < 0 ? nullptr : Py_NewRef(Py_None); });
}
PyObject* operation_withdraw(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* { return withdraw(operation(self)) < 0 ? nullptr : Py_NewRef(Py_None); });
}
PyObject* operation_what(PyObject* self, void*) {
  const Operation* o = operation(self);
  return o->of ? PyUnicode_FromFormat("%U(%R)", o->what, o->of) : or_none(o->what);
}
PyObject* operation_request(PyObject* self, void*) {
  const Operation* o = operation(self);
  return o->kind == Operation::Kind::request ? Py_BuildValue("(IK)", o->demand.value, static_cast<unsigned long long>(o->request)) : Py_NewRef(Py_None);
}
PyObject* operation_cancel(PyObject* self, void*) {
  return operation(self)->kind == Operation::Kind::other ? or_none(operation(self)->cancel) : PyObject_GetAttrString(self, "_withdraw");
}

PyMethodDef operation_methods[] = {
    {"_succeed", operation_succeed, METH_O, "_succeed(self, value: object) -> None\n\nIt is done; who waits for it goes on."},
    {"_fail", operation_fail, METH_O, "_fail(self, error: BaseException) -> None\n\nIt is done; who waits for it meets the error."},
    {"_withdraw", operation_withdraw, METH_NOARGS, "_withdraw(self) -> None\n\nThe core no longer has to do it."},
    {},
};
PyMemberDef operation_members[] = {
    {"done", T_BOOL, offsetof(Operation, done), 0, "(self) -> bool"},
    {},
};
PyGetSetDef operation_fields[] = {
    {"value", get_field<&Operation::value>, set_field<&Operation::value>, "(self) -> Any", nullptr},
    {"_error", get_field<&Operation::error>, set_field<&Operation::error>, "(self) -> BaseException | None", nullptr},
    {"_waits", get_field<&Operation::waits>, set_field<&Operation::waits>, "(self) -> Any", nullptr},
    {"_pairs", get_field<&Operation::pairs>, nullptr, "(self) -> list[Any]", nullptr},
    {"_cancel", operation_cancel, set_field<&Operation::cancel>, "(self) -> Callable[[], None] | None", nullptr},
    {"_request", operation_request, nullptr, "(self) -> tuple[int, int] | None\n\nOf a request for pairs: numbers of its demand and its own.", nullptr},
    {"what", operation_what, nullptr, "(self) -> str", nullptr},
    {},
};

// ---- processes -------------------------------------------------------------------------------------------------------------------------

Process* process(PyObject* self) { return reinterpret_cast<Process*>(self); }

int process_traverse(PyObject* self, visitproc visit, void* arg) {
  Process* p = process(self);
  Py_VISIT(Py_TYPE(self));
  for (PyObject* each : {reinterpret_cast<PyObject*>(p->host), p->node, p->generator, p->ended, p->waits_for}) Py_VISIT(each);
  return 0;
}
int process_clear(PyObject* self) {
  Process* p = process(self);
  Py_CLEAR(p->host);
  Py_CLEAR(p->node);
  Py_CLEAR(p->generator);
  Py_CLEAR(p->ended);
  Py_CLEAR(p->waits_for);
  return 0;
}
void process_free(PyObject* self) { free_object<Process>(self, process_clear); }

int process_init(PyObject* self, PyObject* args, PyObject*) {
  PyObject *host, *node, *generator, *ended;
  if (!PyArg_ParseTuple(args, "O!OOO!", host_type, &host, &node, &generator, operation_type, &ended)) return -1;
  Process* p = process(self);
  Py_XSETREF(p->host, reinterpret_cast<Host*>(Py_NewRef(host)));
  set(p->node, node);
  set(p->generator, generator);
  set(p->ended, ended);
  p->stepped_at = -1;
  return 0;
}

PyObject* process_since(PyObject* self, void*) {
  const Host* host = process(self)->host;
  return PyFloat_FromDouble(static_cast<double>(process(self)->since) / (host ? host->state->ticks_per_s : 1));
}

PyMemberDef process_members[] = {
    {"node", T_OBJECT, offsetof(Process, node), READONLY, "(self) -> Any"},
    {"generator", T_OBJECT, offsetof(Process, generator), READONLY, "(self) -> Any"},
    {"ended", T_OBJECT, offsetof(Process, ended), READONLY, "(self) -> Any"},
    {},
};
PyGetSetDef process_fields[] = {
    {"since_s", process_since, nullptr, "(self) -> float\n\nWhen it began to wait.", nullptr},
    {"waits_for", get_field<&Process::waits_for>, set_field<&Process::waits_for>, "(self) -> Any", nullptr},
    {},
};

// ---- qubits and pairs ------------------------------------------------------------------------------------------------------------------

int qubit_traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(reinterpret_cast<Qubit*>(self)->node);
  return 0;
}
int qubit_clear(PyObject* self) {
  Py_CLEAR(reinterpret_cast<Qubit*>(self)->node);
  return 0;
}
void qubit_free(PyObject* self) { free_object<Qubit>(self, qubit_clear); }

PyMemberDef qubit_members[] = {
    {"node", T_OBJECT, offsetof(Qubit, node), READONLY, "(self) -> str"},
    {"index", T_UINT, offsetof(Qubit, index), READONLY, "(self) -> int"},
    {"_number", T_ULONGLONG, offsetof(Qubit, number), READONLY, "(self) -> int"},
    {},
};

Pair* pair(PyObject* self) { return reinterpret_cast<Pair*>(self); }
int pair_traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(pair(self)->qubit);
  Py_VISIT(pair(self)->peer);
  Py_VISIT(pair(self)->tag);
  return 0;
}
int pair_clear(PyObject* self) {
  Py_CLEAR(pair(self)->qubit);
  Py_CLEAR(pair(self)->peer);
  Py_CLEAR(pair(self)->tag);
  return 0;
}
void pair_free(PyObject* self) { free_object<Pair>(self, pair_clear); }
PyObject* pair_id(PyObject* self, void*) { return Py_BuildValue("(IK)", pair(self)->demand, pair(self)->number); }
PyObject* pair_correlators(PyObject* self, void*) { return Py_BuildValue("(ddd)", pair(self)->xx, pair(self)->yy, pair(self)->zz); }
PyObject* pair_both(PyObject* self, void*) { return Py_BuildValue("(KK)", pair(self)->both[0], pair(self)->both[1]); }

PyMemberDef pair_members[] = {
    {"qubit", T_OBJECT, offsetof(Pair, qubit), READONLY, "(self) -> Any"},
    {"peer", T_OBJECT, offsetof(Pair, peer), READONLY, "(self) -> str"},
    {"estimated_fidelity", T_DOUBLE, offsetof(Pair, estimated_fidelity), READONLY, "(self) -> float"},
    {"born_s", T_DOUBLE, offsetof(Pair, born_s), READONLY, "(self) -> float"},
    {"tag", T_OBJECT, offsetof(Pair, tag), READONLY, "(self) -> Any"},
    {},
};
PyGetSetDef pair_fields[] = {
    {"id", pair_id, nullptr, "(self) -> tuple[int, int]", nullptr},
    {"estimated_correlators", pair_correlators, nullptr, "(self) -> tuple[float, float, float]", nullptr},
    {"_both", pair_both, nullptr, "(self) -> tuple[int, int]", nullptr},
    {},
};

constexpr unsigned long base_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC;

PyTypeObject* made(PyType_Spec spec) { return reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec)); }

}  // namespace

PyTypeObject* make_operation_type() {
  static PyType_Slot slots[] = {{Py_tp_doc, const_cast<char*>("What `farbell.programs.Operation` keeps.")},
                                {Py_tp_new, reinterpret_cast<void*>(PyType_GenericNew)},
                                {Py_tp_init, reinterpret_cast<void*>(operation_init)},
                                {Py_tp_dealloc, reinterpret_cast<void*>(operation_free)},
                                {Py_tp_traverse, reinterpret_cast<void*>(operation_traverse)},
                                {Py_tp_clear, reinterpret_cast<void*>(operation_clear)},
                                {Py_tp_methods, operation_methods},
                                {Py_tp_members, operation_members},
                                {Py_tp_getset, operation_fields},
                                {}};
  return operation_type = made({"farbell._core.ProgramOperation", sizeof(Operation), 0, base_flags, slots});
}
PyTypeObject* make_process_type() {
  static PyType_Slot slots[] = {{Py_tp_doc, const_cast<char*>("A generator at a node, and what it waits for.")},
                                {Py_tp_new, reinterpret_cast<void*>(PyType_GenericNew)},
                                {Py_tp_init, reinterpret_cast<void*>(process_init)},
                                {Py_tp_dealloc, reinterpret_cast<void*>(process_free)},
                                {Py_tp_traverse, reinterpret_cast<void*>(process_traverse)},
                                {Py_tp_clear, reinterpret_cast<void*>(process_clear)},
                                {Py_tp_members, process_members},
                                {Py_tp_getset, process_fields},
                                {}};
  return process_type = made({"farbell._core.ProgramProcess", sizeof(Process), 0, base_flags, slots});
}
PyTypeObject* make_qubit_type() {
  static PyType_Slot slots[] = {{Py_tp_doc, const_cast<char*>("What `farbell.programs.Qubit` keeps.")},
                                {Py_tp_dealloc, reinterpret_cast<void*>(qubit_free)},
                                {Py_tp_traverse, reinterpret_cast<void*>(qubit_traverse)},
                                {Py_tp_clear, reinterpret_cast<void*>(qubit_clear)},
                                {Py_tp_members, qubit_members},
                                {}};
  return qubit_type = made({"farbell._core.ProgramQubit", sizeof(Qubit), 0, base_flags, slots});
}
PyTypeObject* make_pair_type() {
  static PyType_Slot slots[] = {{Py_tp_doc, const_cast<char*>("What `farbell.programs.Pair` keeps.")},
                                {Py_tp_dealloc, reinterpret_cast<void*>(pair_free)},
                                {Py_tp_traverse, reinterpret_cast<void*>(pair_traverse)},
                                {Py_tp_clear, reinterpret_cast<void*>(pair_clear)},
                                {Py_tp_members, pair_members},
                                {Py_tp_getset, pair_fields},
                                {}};
  return pair_type = made({"farbell._core.ProgramPair", sizeof(Pair), 0, base_flags, slots});
}

Operation* new_operation(Host* host, PyObject* what, PyObject* of, Operation::Kind kind) {
  auto* type = reinterpret_cast<PyTypeObject*>(kind == Operation::Kind::request ? host->request_type : host->operation_type);
  auto* o = reinterpret_cast<Operation*>(type->tp_alloc(type, 0));
  if (!o) return nullptr;
  o->what = Py_NewRef(what);
  o->of = Py_XNewRef(of);
  o->host = reinterpret_cast<Host*>(Py_NewRef(reinterpret_cast<PyObject*>(host)));
  o->kind = kind;
  return o;
}

Qubit* new_qubit(Host* host, ProgramQubit q, PyObject* node) {
  auto* type = reinterpret_cast<PyTypeObject*>(host->qubit_type);
  auto* made = reinterpret_cast<Qubit*>(type->tp_alloc(type, 0));
  if (!made) return nullptr;
  made->index = q.qubit.value;
  made->number = q.number();
  made->node = Py_NewRef(node);
  return made;
}

}  // namespace farbell::programs
