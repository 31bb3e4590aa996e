// What programs of nodes do to a run, and what they are told: pairs, messages, timers, gates and read-outs. Who runs the programs is a
// host, which knows their language; here they are numbers.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "farbell/apps/requests.hpp"
#include "farbell/base/errors.hpp"
#include "farbell/network/circuits.hpp"
#include "farbell/network/outages.hpp"
#include "farbell/network/paths.hpp"
#include "farbell/state/gates.hpp"

namespace farbell {

// How long the operations of a node's memory take.
struct OperationTimes {
  Tick initialisation = tick_zero, single_qubit_gate = tick_zero, two_qubit_gate = tick_zero, measurement = tick_zero;
};

// A qubit as its program knows it. Names of qubits are used again; the holding tells it from those that had its name before.
struct ProgramQubit {
  QubitId qubit;
  std::uint32_t holding = 0;

  std::uint64_t number() const { return std::uint64_t{holding} << 32 | qubit.value; }
  static ProgramQubit of(std::uint64_t number) { return {QubitId(static_cast<std::uint32_t>(number)), static_cast<std::uint32_t>(number >> 32)}; }
};

// A pair that its ends have, and know, with its frame undone.
struct PairForPrograms {
  struct Half {
    ProgramQubit qubit;
    NodeId node;
    Circuits::Loan slot;
  };

  DemandId demand;
  std::uint64_t request = 0;
  std::array<Half, 2> halves;
  Tick born{};
  Correlators correlators;  // as both ends can work them out, of Phi+
};

struct RequestEnded {
  DemandId demand;
  std::uint64_t request = 0;
  RequestStatus status = RequestStatus::done;
  Refusal reason = Refusal::none;
};

// A node whose qubits a failure has taken, those of programs among them.
struct NodeOutage {
  NodeId node;
  std::uint32_t failure = 0;
  Tick since{};
};

// What a program uses was lost with its node, or its node is down.
class NodeDown : public RunError {
 public:
  NodeDown(std::string what, const NodeOutage& outage_) : RunError(std::move(what)), outage(outage_) {}
  NodeOutage outage;
};

class Programs;

// Told of what happens, within the event in which it happens; it may call Programs back. What it throws ends the run.
struct ProgramHost {
  void* self = nullptr;
  void (*begin)(void* self, Programs& programs, std::uint64_t replica) = nullptr;  // at tick 0
  void (*pair)(void* self, const PairForPrograms& pair) = nullptr;
  void (*request_ended)(void* self, const RequestEnded& ended) = nullptr;
  void (*message)(void* self, std::uint64_t message) = nullptr;                       // has come
  void (*done)(void* self, std::uint64_t operation, std::int64_t result) = nullptr;   // an operation or a timer
  void (*lost)(void* self, std::uint64_t operation, const NodeOutage& outage) = nullptr;  // an operation: its node has failed
  void (*node_lost)(void* self, const NodeOutage& outage, std::uint64_t qubits) = nullptr;  // with so many qubits of programs; no time to act
  void (*end)(void* self) = nullptr;                                                  // of the run
  void (*link_news)(void* self, LinkId link, double cost) = nullptr;  // of a link, to who decides on routes; infinity = not usable
};

class Programs {
 public:
  enum Op : std::uint16_t { op_begin, op_news, op_message, op_timer, op_operation };

  struct Setup {
    std::span<const NodeRow> nodes;
    std::span<const OperationTimes> times;    // by device
    std::span<const std::string> node_names;  // for the random stream of each node's programs
    std::uint64_t seed = 0;
    std::span<const Tick> fibre_delay;        // by link
    std::span<const Tick> processing_delay;   // by node
    const Graph& graph;
    Clock clock;
    Address self;
    std::uint64_t replica = 0;
    bool ideal_control = false;
    std::span<const std::string> failure_names;
  };

  Programs(const Setup& setup, const ProgramHost* host, EventQueue& queue, States& states, Swapping& swapping, Messages& mail,
           Circuits& circuits, const Outages& outages, Requests& requests, Trace& trace);

  void start();  // posts the beginning
  void handle(const Event& event);
  void finish(Tick end);  // called once, after the last event
  void count_slots(Tick until);  // that hold programs' qubits, into the use of their nodes

  // ---- for Requests: the host hears of it when they have done what they were about ----
  void pair(PairForPrograms pair);
  void request_ended(const RequestEnded& ended) { tell(ended); }
  // It has come to the controller's place, where a program decides on routes.
  void link_news(const farbell::News::Item& item);

  // The node fails: with its qubits go those of programs, and what it was doing with them comes to nothing.
  void lose_qubits(NodeId node, std::uint32_t failure);

  // ---- for the host ----
  Tick now() const { return queue_.now(); }
  const Clock& clock() const { return setup_.clock; }
  std::uint64_t ask(DemandId demand, const Requests::Wish& wish) { return requests_.ask(demand, wish); }
  void withdraw(DemandId demand, std::uint64_t request) { requests_.withdraw(demand, request); }
  // The host is told of the number when it has come. False: it is lost on its way, and the host not told.
  bool send(NodeId from, NodeId to, std::uint64_t message);
  Tick delay(NodeId from, NodeId to);
  // By the program that decides on routes; those of the demand have been checked. None = it has none from then on.
  void send_routes(DemandId demand, std::vector<Route> routes, bool release_others) { requests_.send_routes(demand, std::move(routes), release_others); }
  void set_timer(Tick after, std::uint64_t operation);

  // Operations on qubits take the times of their memory, and a node makes one after the other. Each throws RunError, before anything is
  // changed, for a qubit that is gone, that another operation is about to take, or that is another node's; NodeDown for one that was lost
  // with its node.
  void gate(NodeId node, Gate gate, double angle, ProgramQubit a, std::optional<ProgramQubit> b, std::uint64_t operation);
  void measure(NodeId node, ProgramQubit q, Basis basis, std::uint64_t operation);
  // Result: phase bit + 2 parity bit, or -1 if the node's swap fails; both qubits are gone.
  void bell_measure(NodeId node, ProgramQubit a, ProgramQubit b, std::uint64_t operation);
  // In |0>; its name is known at once. None = the node, which must be up, has no free slot.
  std::optional<ProgramQubit> create_qubit(NodeId node, std::uint64_t operation);
  void release(NodeId node, ProgramQubit q);
  void release(const PairForPrograms& pair);  // what of it has not been lost

  // Why no program holds it; empty if one does.
  std::string why_gone(ProgramQubit q) const;

  // What no node can know: for records, not for decisions.
  double fidelity(ProgramQubit a, ProgramQubit b) const;
  std::array<double, 4> bloch(ProgramQubit q) const;

  // What the host has to say now about a node, by its number; in order with everything else that is traced. False: it is not kept.
  bool traced() const { return trace_.on; }
  bool note(NodeId node, std::uint64_t number) {
    if (!trace_.on || now() < trace_.from || now() > trace_.until) return false;
    trace_.add(now(), queue_.phase(), TraceKind::program, node.value, number, 0);
    return true;
  }
  bool is_up(NodeId node) const { return !outages_.any() || !outages_.failed(node); }
  const NodeOutage& outage(NodeId node) const { return down_.at(node.value); }  // of a node that is down
  const std::string& failure_name(std::uint32_t failure) const { return setup_.failure_names[failure]; }

  std::uint64_t messages() const { return messages_; }
  std::uint64_t held() const { return held_count_; }  // qubits that programs hold
  std::uint64_t held_at(NodeId node) const;

 private:
  enum class Kind : std::uint8_t { gate, measure, bell_measure, initialise };
  struct Operation {
    Kind kind = Kind::gate;
    Gate gate = Gate::i;
    Basis basis = Basis::z;
    double angle = 0;
    NodeId node;
    ProgramQubit a;
    std::optional<ProgramQubit> b;
    std::uint64_t operation = 0;  // the host's number
    bool under_way = true, lost = false;
  };
  struct Held {
    bool held = false, taken = false;  // taken: an operation is about to end it
    std::uint32_t holding = 0;
    NodeId node;
    Circuits::Loan slot;
    Tick since{};
  };

  struct Lost {
    std::uint64_t operation = 0;
    NodeOutage outage;
  };
  using News = std::variant<PairForPrograms, RequestEnded, Lost>;
  void tell(const News& news);
  const OperationTimes& times(NodeId node) const { return setup_.times[setup_.nodes[node.value].device.value]; }
  Stream& stream(NodeId node);
  std::uint64_t noise_key(NodeId node);
  ProgramQubit hold(QubitId q, NodeId node, const Circuits::Loan& slot);
  void give_up(QubitId q);  // its slot
  bool in_borrowed_slot(ProgramQubit q) const { return holds(q) && held_[q.qubit.value].slot.circuit; }
  bool holds(ProgramQubit q) const;
  void require_held(ProgramQubit q, const char* what) const;
  void require(NodeId node, ProgramQubit q, const char* what) const;
  void post(Tick takes, const Operation& operation);
  void carry_out(std::uint32_t row);

  Setup setup_;
  const ProgramHost* host_;
  EventQueue& queue_;
  States& states_;
  Swapping& swapping_;
  Messages& mail_;
  Circuits& circuits_;
  const Outages& outages_;
  Requests& requests_;
  Trace& trace_;
  std::vector<std::optional<Stream>> streams_;  // by node, made when first needed
  std::vector<Tick> busy_until_;       // by node
  std::vector<Held> held_;             // by qubit
  std::unordered_map<std::uint64_t, NodeOutage> lost_;  // qubits that went with their nodes, by number
  std::unordered_map<std::uint32_t, NodeOutage> down_;  // the last failure of each node that had one
  std::vector<std::deque<ProgramQubit>> borrowed_;  // by node: in slots that circuits lack, the first to be held first; some are gone
  std::deque<News> news_;              // that the host has not heard of
  std::vector<Operation> operations_;
  std::vector<std::uint32_t> free_operations_;
  std::vector<double> delay_cost_;     // by link
  std::optional<PathFinder> paths_;    // of messages, made when first needed
  std::unordered_map<std::uint64_t, Tick> delays_;
  std::uint64_t messages_ = 0, held_count_ = 0;
};

}  // namespace farbell
