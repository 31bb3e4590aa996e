// What nodes do, by a protocol of a library that is built outside of this repository: see protocols/extension.hpp.
#pragma once
#include <initializer_list>
#include <optional>
#include <vector>

#include "farbell/protocols/extension.hpp"
#include "farbell/state/bell.hpp"
#include "farbell/state/gates.hpp"

namespace farbell {

// A request for pairs.
struct Request {
  DemandId demand;
  std::uint64_t number = 0;

  friend constexpr auto operator<=>(const Request&, const Request&) = default;
};

// A qubit that a node holds, until it is measured or released. Its number never comes again.
struct HeldQubit {
  std::uint64_t number = 0;

  friend constexpr auto operator<=>(const HeldQubit&, const HeldQubit&) = default;
};

// Both its nodes have it, and know; up to noise it is Phi+.
struct PairOfNodes {
  Request request;
  NodeId node[2];
  HeldQubit qubit[2];
  Tick born;
  double estimated_fidelity;

  // Of one of the nodes.
  HeldQubit at(NodeId n) const { return qubit[n == node[0] ? 0 : 1]; }
  NodeId peer(NodeId n) const { return node[n == node[0] ? 1 : 0]; }
};

struct EndOfRequest {
  enum class How : std::uint32_t { done = 1, timed_out = 2, refused = 3 };

  Request request;
  How how;
};

struct Message {
  NodeId from, to;
  std::uint64_t what;
};

// An operation or a timer.
struct Done {
  NodeId node;
  std::uint64_t tag;    // as it was asked for
  std::int64_t result;  // of a measurement: 0 or 1; of a Bell measurement: phase bit + 2 parity bit, or -1 if it failed
};

// ---- what crosses over ------------------------------------------------------------------------------------------------------------------

// What a protocol can do. Numbers of messages and operations are the protocol's. 0 = well, -1 = it failed.
struct ExtensionNodes {
  void* run;
  Tick (*now)(void* run);
  Tick (*delay)(void* run, NodeId from, NodeId to);
  int (*ask)(void* run, NodeId a, NodeId b, std::uint64_t pairs, double min_fidelity, Tick timeout, Request* request, ExtensionFailure* failure);
  void (*withdraw)(void* run, const Request* request);
  int (*send)(void* run, NodeId from, NodeId to, std::uint64_t message, ExtensionFailure* failure);
  int (*set_timer)(void* run, Tick after, std::uint64_t operation, ExtensionFailure* failure);
  int (*gate)(void* run, NodeId node, Gate gate, double angle, const HeldQubit* qubits, int count, std::uint64_t operation, ExtensionFailure* failure);
  int (*measure)(void* run, NodeId node, HeldQubit q, Basis basis, std::uint64_t operation, ExtensionFailure* failure);
  int (*bell_measure)(void* run, NodeId node, HeldQubit a, HeldQubit b, std::uint64_t operation, ExtensionFailure* failure);
  int (*create_qubit)(void* run, NodeId node, std::uint64_t operation, HeldQubit* q, ExtensionFailure* failure);  // 1 = no free slot
  int (*release)(void* run, NodeId node, HeldQubit q, ExtensionFailure* failure);
  int (*fidelity)(void* run, HeldQubit a, HeldQubit b, double* fidelity, ExtensionFailure* failure);
  int (*record)(void* run, NodeId node, const double* values, std::uint32_t count, ExtensionFailure* failure);
};

struct ExtensionPrograms {
  std::uint64_t stamp;
  const char* const* columns;  // of what is recorded
  std::uint32_t column_count;
  int (*begin)(void* protocol, const ExtensionNodes* nodes, ExtensionFailure* failure);
  int (*pair)(void* protocol, const PairOfNodes* pair, ExtensionFailure* failure);
  int (*request_ended)(void* protocol, const EndOfRequest* ended, ExtensionFailure* failure);
  int (*message)(void* protocol, std::uint64_t message, ExtensionFailure* failure);
  int (*done)(void* protocol, std::uint64_t operation, std::int64_t result, ExtensionFailure* failure);
  int (*end)(void* protocol, ExtensionFailure* failure);
};

// As extension_stamp().
constexpr std::uint64_t programs_stamp() {
  std::uint64_t stamp = 1;
  const auto add = [&](std::uint64_t x) { stamp = splitmix64(stamp ^ x); };
  for (std::size_t size : {sizeof(ExtensionNodes), sizeof(ExtensionPrograms), sizeof(PairOfNodes), sizeof(EndOfRequest)}) add(size);
  for (const GateInfo& gate : gate_table) add(fnv1a64(gate.name) + static_cast<std::uint64_t>(gate.qubits));
  return stamp;
}

// ---- for who writes a protocol ----------------------------------------------------------------------------------------------------------

// What nodes can do. Whatever is asked for begins at once; what is wrong, such as a gate on a qubit that is gone, throws.
class Nodes {
 public:
  Tick now() const { return table_->now(table_->run); }
  double now_s() const { return clock_.seconds(now()); }
  // Of a message; infinite where no links lead.
  double delay_s(NodeId from, NodeId to) const {
    const Tick delay = table_->delay(table_->run, from, to);
    return delay == never ? std::numeric_limits<double>::infinity() : clock_.seconds(delay);
  }

  struct Wish {
    std::uint64_t pairs = 1;
    double min_fidelity = 0;
    double timeout_s = std::numeric_limits<double>::infinity();
  };
  // A demand by programs must join the two nodes. pair() is told of each, and then request_ended().
  Request entangle(NodeId a, NodeId b, const Wish& wish) {
    Request request;
    call(table_->ask, a, b, wish.pairs, wish.min_fidelity, ticks(wish.timeout_s), &request);
    return request;
  }
  Request entangle(NodeId a, NodeId b) { return entangle(a, b, {}); }
  void withdraw(Request request) { table_->withdraw(table_->run, &request); }

  // message() is told when it has come.
  void send(NodeId from, NodeId to, std::uint64_t what) {
    began({from, to, what}, [&](std::uint64_t row) { call(table_->send, from, to, row); });
  }

  // done() is told of each, with the tag.
  void wait(NodeId node, double duration_s, std::uint64_t tag = 0) {
    began({node, node, tag}, [&](std::uint64_t row) { call(table_->set_timer, ticks(duration_s), row); });
  }
  void gate(NodeId node, Gate gate, HeldQubit q, std::uint64_t tag = 0, double angle_rad = 0) { gate_on(node, gate, {q}, tag, angle_rad); }
  void gate(NodeId node, Gate gate, HeldQubit a, HeldQubit b, std::uint64_t tag = 0) { gate_on(node, gate, {a, b}, tag, 0); }
  void measure(NodeId node, HeldQubit q, Basis basis, std::uint64_t tag = 0) {
    began({node, node, tag}, [&](std::uint64_t row) { call(table_->measure, node, q, basis, row); });
  }
  void bell_measure(NodeId node, HeldQubit a, HeldQubit b, std::uint64_t tag = 0) {
    began({node, node, tag}, [&](std::uint64_t row) { call(table_->bell_measure, node, a, b, row); });
  }
  // In |0>; its name is known at once. None = the node has no free slot.
  std::optional<HeldQubit> create_qubit(NodeId node, std::uint64_t tag = 0) {
    HeldQubit q;
    int status = 0;
    began({node, node, tag}, [&](std::uint64_t row) {
      status = call(table_->create_qubit, node, row, &q);
      if (status == 1) take(row);
    });
    return status == 1 ? std::nullopt : std::optional(q);
  }
  void release(NodeId node, HeldQubit q) { call(table_->release, node, q); }

  // Of a pair, as no node can know it: for records, not for decisions.
  double true_fidelity(HeldQubit a, HeldQubit b) const {
    double fidelity = 0;
    call(table_->fidelity, a, b, &fidelity);
    return fidelity;
  }
  // A row of results.records: a value for each of the protocol's `columns`.
  void record(NodeId node, std::initializer_list<double> values) {
    call(table_->record, node, values.begin(), static_cast<std::uint32_t>(values.size()));
  }

  // ---- for what calls a protocol ----
  Nodes(const ExtensionNodes* table, Clock clock) : table_(table), clock_(clock) {}
  Message take(std::uint64_t row) {
    free_.push_back(row);
    return under_way_[row];
  }

 private:
  template <class F, class... A>
  int call(F function, A... arguments) const {
    ExtensionFailure failure;
    const int status = function(table_->run, arguments..., &failure);
    if (status < 0) throw std::runtime_error(failure.text);
    return status;
  }
  template <class Work>
  void began(const Message& what, Work work) {
    std::uint64_t row = under_way_.size();
    if (free_.empty()) {
      under_way_.push_back(what);
    } else {
      row = free_.back();
      free_.pop_back();
      under_way_[row] = what;
    }
    try {
      work(row);
    } catch (...) {
      free_.push_back(row);
      throw;
    }
  }
  void gate_on(NodeId node, Gate gate, std::initializer_list<HeldQubit> qubits, std::uint64_t tag, double angle_rad) {
    began({node, node, tag}, [&](std::uint64_t row) {
      call(table_->gate, node, gate, angle_rad, qubits.begin(), static_cast<int>(qubits.size()), row);
    });
  }
  Tick ticks(double seconds) const {
    if (!(seconds >= 0)) throw std::invalid_argument("a time of " + std::to_string(seconds) + " s: allowed are numbers of at least 0");
    return clock_.tick(seconds);
  }

  const ExtensionNodes* table_;
  Clock clock_;
  std::vector<Message> under_way_;  // what the core will tell of by the number of its row
  std::vector<std::uint64_t> free_;
};

namespace detail {

// A protocol, and what it is called with.
template <class P>
struct NodeProtocol : P {
  explicit NodeProtocol(const RunFacts& run) : P(run), clock(run.clock()) {}

  Clock clock;
  std::optional<Nodes> nodes;
};

template <class P>
constexpr std::span<const char* const> columns_of() {
  if constexpr (requires { P::columns; }) return P::columns;
  else return {};
}

// Members that a protocol need not have.
template <class P>
constexpr ExtensionPrograms programs_of() {
  using N = NodeProtocol<P>;
  constexpr bool pair = requires(P p, Nodes& n, const PairOfNodes& x) { p.pair(n, x); };
  constexpr bool request_ended = requires(P p, Nodes& n, const EndOfRequest& x) { p.request_ended(n, x); };
  constexpr bool message = requires(P p, Nodes& n, const Message& x) { p.message(n, x); };
  constexpr bool done = requires(P p, Nodes& n, const Done& x) { p.done(n, x); };
  constexpr bool end = requires(P p, Nodes& n) { p.end(n); };
  static_assert(requires(P p, Nodes& n) { p.begin(n); }, "a protocol of nodes has a public member: void begin(farbell::Nodes& nodes)");
  static_assert(pair || !requires { &P::pair; }, "it should be: void pair(farbell::Nodes& nodes, const farbell::PairOfNodes& pair)");
  static_assert(request_ended || !requires { &P::request_ended; },
                "it should be: void request_ended(farbell::Nodes& nodes, const farbell::EndOfRequest& ended)");
  static_assert(message || !requires { &P::message; }, "it should be: void message(farbell::Nodes& nodes, const farbell::Message& message)");
  static_assert(done || !requires { &P::done; }, "it should be: void done(farbell::Nodes& nodes, const farbell::Done& done)");
  static_assert(end || !requires { &P::end; }, "it should be: void end(farbell::Nodes& nodes)");
  constexpr auto columns = columns_of<P>();
  return {
      programs_stamp(),
      columns.data(),
      static_cast<std::uint32_t>(columns.size()),
      [](void* self, const ExtensionNodes* table, ExtensionFailure* failure) {
        N& p = *static_cast<N*>(self);
        return attempt(*failure, [&] { p.begin(p.nodes.emplace(table, p.clock)); }) - 1;
      },
      [](void* self, const PairOfNodes* x, ExtensionFailure* failure) {
        N& p = *static_cast<N*>(self);
        return attempt(*failure, [&] { if constexpr (pair) p.pair(*p.nodes, *x); }) - 1;
      },
      [](void* self, const EndOfRequest* x, ExtensionFailure* failure) {
        N& p = *static_cast<N*>(self);
        return attempt(*failure, [&] { if constexpr (request_ended) p.request_ended(*p.nodes, *x); }) - 1;
      },
      [](void* self, std::uint64_t row, ExtensionFailure* failure) {
        N& p = *static_cast<N*>(self);
        const Message x = p.nodes->take(row);
        failure->node = x.to;
        return attempt(*failure, [&] { if constexpr (message) p.message(*p.nodes, x); }) - 1;
      },
      [](void* self, std::uint64_t row, std::int64_t result, ExtensionFailure* failure) {
        N& p = *static_cast<N*>(self);
        const Message x = p.nodes->take(row);
        failure->node = x.to;
        return attempt(*failure, [&] { if constexpr (done) p.done(*p.nodes, Done{x.to, x.what, result}); }) - 1;
      },
      [](void* self, ExtensionFailure* failure) {
        N& p = *static_cast<N*>(self);
        return attempt(*failure, [&] { if constexpr (end) p.end(*p.nodes); }) - 1;
      },
  };
}

template <class P>
inline constexpr ExtensionPrograms programs = programs_of<P>();

}  // namespace detail

// A row of a library's table: P is told what happens by void begin(Nodes&), which it has, and
//   void pair(Nodes&, const PairOfNodes&)   void request_ended(Nodes&, const EndOfRequest&)   void message(Nodes&, const Message&)
//   void done(Nodes&, const Done&)   void end(Nodes&)
// of which it has those that it needs; and it may take decisions as well. What it records has `static constexpr const char* columns[]`.
template <class P>
constexpr ExtensionProtocol node_protocol(const char* name, const char* doc = "") {
  return detail::row<detail::NodeProtocol<P>>(name, doc, &detail::programs<P>);
}

}  // namespace farbell
