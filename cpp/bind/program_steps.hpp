// Programs of nodes on their hot path: the objects that a program meets at every step, as CPython types, and the host that resumes whoever
// waited. What is said to the user, and whatever is not well-formed, is left to `farbell.programs`, whose classes derive from these.
#pragma once
#include <Python.h>
#include <structmember.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "farbell/apps/programs.hpp"

namespace farbell::programs {

struct Host;

// Something that a node was asked to do.
struct Operation {
  // How it is given up: by a call of `cancel`, if there is one; as a timer, as one who waits for a letter, as a request for pairs.
  enum class Kind : std::uint8_t { other, timer, letter, request };

  PyObject_HEAD
  PyObject* value;
  PyObject* error;
  PyObject* waits;   // a Process, or a callable
  PyObject* what;
  PyObject* of;      // what(of) is the whole name; null: no part of it
  PyObject* cancel;
  PyObject* pairs;   // list, of a request
  PyObject* tag;     // of its pairs
  Host* host;
  std::uint64_t request;
  DemandId demand;
  NodeId node;
  Kind kind;
  bool done, of_offers;  // the letter is a pair
  bool noted;            // the trace has it
};

struct Process {
  PyObject_HEAD
  Host* host;
  PyObject* node;
  PyObject* generator;
  PyObject* ended;      // an Operation
  PyObject* waits_for;  // an Operation
  long long since, stepped_at, steps;
};

struct Qubit {
  PyObject_HEAD
  PyObject* node;  // its name
  std::uint32_t index;
  unsigned long long number;  // of a ProgramQubit
};

struct Pair {
  PyObject_HEAD
  PyObject* qubit;
  PyObject* peer;
  PyObject* tag;
  double estimated_fidelity, xx, yy, zz, born_s;
  unsigned long long number, both[2];  // of the pair, of both ends' ProgramQubits
  std::uint32_t demand;
};

struct Node {
  PyObject_HEAD
  Host* host;
  PyObject* addresses;  // name -> number of nodes to which it may send
  PyObject* demands;    // name -> number of the demand that joins it with that node
  NodeId index;
};

// What comes to a node and waits there until it is taken, and who waits for it.
struct Box {
  struct Letter {
    NodeId sender;
    Tick sent;
    PyObject* content;
  };
  struct Taker {
    NodeId sender;  // none: anybody
    Operation* operation;
  };

  std::deque<Letter> came;
  std::deque<Taker> takers;
};
using Boxes = std::vector<std::unique_ptr<Box>>;  // by node, made when first needed

// What the core has been asked for and will tell of by the number of its row.
struct UnderWay {
  enum class Kind : std::uint8_t { nothing, bit, bell, given, letter, too_late };

  PyObject* what = nullptr;   // an Operation, or the content of a letter; null: the row is free
  PyObject* gives = nullptr;  // the value it will have
  Kind kind = Kind::nothing;
  NodeId from{}, to{};
  Tick since{};
};

struct Asked {
  Operation* operation;
  NodeId asker;
  std::uint64_t wanted;
};

struct State {
  Programs* run = nullptr;  // while there is one
  double ticks_per_s = 1;
  std::vector<UnderWay> under_way;
  std::vector<std::uint32_t> free_rows;
  Boxes mail, offers;
  std::unordered_map<std::uint64_t, Asked> requests;  // by demand and number
  std::uint64_t pairs = 0;
  bool traced = false;
  struct Lost {
    std::uint64_t letters = 0;
    Tick last_sent{};
  };
  std::map<std::pair<NodeId, NodeId>, Lost> lost;  // by sender and receiver

  Programs& running() const;  // throws RunError where there is none
  std::uint64_t add(UnderWay row);
  UnderWay take(std::uint64_t row);
  void lose(std::uint64_t letter);
  void clear();
};

struct Host {
  PyObject_HEAD
  State* state;
  PyObject* run;        // what Python sees of it
  PyObject* processes;  // dict of those that have not ended
  PyObject* names;      // list, by node
  PyObject* numbers;    // dict, name -> node
  PyObject *operation_type, *request_type, *qubit_type, *pair_type, *message_type, *bell_outcomes;
};

inline constexpr long long most_steps_at_once = 1'000'000;

extern PyTypeObject *operation_type, *process_type, *qubit_type, *pair_type, *node_type, *host_type;

// These return a new reference, or null with a Python error; or an int below 0 with one.
Operation* new_operation(Host* host, PyObject* what, PyObject* of, Operation::Kind kind = Operation::Kind::other);
Qubit* new_qubit(Host* host, ProgramQubit q, PyObject* node);
int succeed(Operation* operation, PyObject* value);
int fail(Operation* operation, PyObject* error);
int withdraw(Operation* operation);
int fail_with_node(Operation* operation, const NodeOutage& outage);
int step(Process* process, PyObject* value, PyObject* error);
int put(Host* host, bool of_offers, NodeId to, const Box::Letter& letter);
// A letter that has come, or null with no error.
PyObject* take_letter(Host* host, bool of_offers, NodeId at, NodeId sender);
inline Box& box(Boxes& boxes, NodeId node) {
  auto& found = boxes[node.value];
  if (!found) found = std::make_unique<Box>();
  return *found;
}

// The core calls the host that is the Python object.
ProgramHost table_of(PyObject* host);
// No run goes on any more.
void end_run(PyObject* host);

PyTypeObject* make_operation_type();
PyTypeObject* make_process_type();
PyTypeObject* make_qubit_type();
PyTypeObject* make_pair_type();
PyTypeObject* make_node_type();
PyTypeObject* make_host_type();

}  // namespace farbell::programs
