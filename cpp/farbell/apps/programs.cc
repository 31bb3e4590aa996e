#include "farbell/apps/programs.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>

#include "farbell/base/errors.hpp"

namespace farbell {

Programs::Programs(const Setup& setup, const ProgramHost* host, EventQueue& queue, States& states, Swapping& swapping, Messages& mail,
                   Circuits& circuits, const Outages& outages, Requests& requests, Trace& trace)
    : setup_(setup), host_(host), queue_(queue), states_(states), swapping_(swapping), mail_(mail), circuits_(circuits), outages_(outages),
      requests_(requests), trace_(trace) {
  requests_.serve(*this);
  borrowed_.resize(setup.nodes.size());
  if (!host_) return;
  streams_.resize(setup.nodes.size());
  busy_until_.resize(setup.nodes.size(), tick_zero);
}

void Programs::start() {
  if (host_) queue_.post(tick_zero, Phase::arrivals, {setup_.self.handler, op_begin, 0}, 0);
}

void Programs::handle(const Event& event) {
  switch (event.to.op) {
    case op_begin: host_->begin(host_->self, *this, setup_.replica); break;
    case op_news: {
      const News news = std::move(news_.front());
      news_.pop_front();
      if (const auto* pair = std::get_if<PairForPrograms>(&news)) host_->pair(host_->self, *pair);
      else if (const auto* ended = std::get_if<RequestEnded>(&news)) host_->request_ended(host_->self, *ended);
      else host_->lost(host_->self, std::get<Lost>(news).operation, std::get<Lost>(news).outage);
      break;
    }
    case op_message: host_->message(host_->self, event.payload); break;
    case op_timer: host_->done(host_->self, event.payload, 0); break;
    default: carry_out(event.to.target);
  }
}

void Programs::count_slots(Tick until) {
  for (Held& h : held_)
    if (h.held && h.since < until) {
      swapping_.count_occupied(h.node, h.since, until);
      h.since = until;
    }
}

void Programs::finish(Tick end) {
  count_slots(end);
  if (host_) host_->end(host_->self);
}

// ---- pairs and slots --------------------------------------------------------------------------------------------------------------------

ProgramQubit Programs::hold(QubitId q, NodeId node, const Circuits::Loan& slot) {
  if (held_.size() <= q.value) held_.resize(q.value + std::size_t{1});
  const std::uint32_t holding = held_[q.value].holding + 1;
  held_[q.value] = {true, false, holding, node, slot, queue_.now()};
  ++held_count_;
  const ProgramQubit held{q, holding};
  if (slot.circuit) {
    auto& borrowed = borrowed_[node.value];
    while (!borrowed.empty() && !in_borrowed_slot(borrowed.front())) borrowed.pop_front();
    borrowed.push_back(held);
  }
  return held;
}

void Programs::give_up(QubitId q) {
  Held& h = held_[q.value];
  h.held = false;
  --held_count_;
  swapping_.count_occupied(h.node, h.since, queue_.now());
  // A circuit that lacks a slot gets the first that a program gives back, whichever of its node's it is.
  for (auto& borrowed = borrowed_[h.node.value]; !h.slot.circuit && !borrowed.empty(); borrowed.pop_front())
    if (in_borrowed_slot(borrowed.front())) std::swap(h.slot, held_[borrowed.front().qubit.value].slot);
  circuits_.take_back(h.node, h.slot);
}

void Programs::pair(PairForPrograms pair) {
  for (auto& half : pair.halves) half.qubit = hold(half.qubit.qubit, half.node, half.slot);
  if (host_) return tell(pair);
  release(pair);
}

void Programs::tell(const News& news) {
  if (!host_) return;
  news_.push_back(news);
  queue_.post(queue_.now(), Phase::arrivals, {setup_.self.handler, op_news, 0}, 0);
}

void Programs::link_news(const farbell::News::Item& item) {
  host_->link_news(host_->self, item.link, item.state.usable() ? item.state.cost : std::numeric_limits<double>::infinity());
}

Stream& Programs::stream(NodeId node) {
  auto& stream = streams_[node.value];
  if (!stream) stream.emplace(stream_key(setup_.seed, "node:" + setup_.node_names[node.value] + "/program"), setup_.replica);
  return *stream;
}

void Programs::release(NodeId node, ProgramQubit q) {
  require(node, q, "release");
  states_.release(q.qubit);
  give_up(q.qubit);
}

void Programs::release(const PairForPrograms& pair) {
  for (const auto& half : pair.halves)
    if (holds(half.qubit)) release(half.node, half.qubit);
}

bool Programs::holds(ProgramQubit q) const {
  return q.qubit.value < held_.size() && held_[q.qubit.value].held && held_[q.qubit.value].holding == q.holding;
}

std::string Programs::why_gone(ProgramQubit q) const {
  if (holds(q)) return "";
  if (const auto found = lost_.find(q.number()); found != lost_.end())
    return "it was lost when node " + std::string(setup_.node_names[found->second.node.value]) + " went down";
  return "it was measured, released or swapped before";
}

void Programs::require_held(ProgramQubit q, const char* what) const {
  if (holds(q)) return;
  const std::string text = std::string(what) + " of qubit " + std::to_string(q.qubit.value) + ": " + why_gone(q);
  if (const auto found = lost_.find(q.number()); found != lost_.end()) throw NodeDown(text, found->second);
  throw RunError(text);
}

void Programs::require(NodeId node, ProgramQubit q, const char* what) const {
  require_held(q, what);
  const Held& held = held_[q.qubit.value];
  if (held.node == node && !held.taken) return;
  throw RunError(std::string(what) + " of qubit " + std::to_string(q.qubit.value) + ": " +
                 (held.taken ? "a measurement of it is under way" : "it is at another node"));
}

// ---- failures ---------------------------------------------------------------------------------------------------------------------------

void Programs::lose_qubits(NodeId node, std::uint32_t failure) {
  if (!host_) return;
  const NodeOutage outage{node, failure, queue_.now()};
  down_[node.value] = outage;
  const std::uint64_t qubits = held_at(node);
  for (std::uint32_t q = 0; q < held_.size(); ++q) {
    if (!held_[q].held || held_[q].node != node) continue;
    lost_.emplace(ProgramQubit{QubitId{q}, held_[q].holding}.number(), outage);
    states_.release(QubitId{q});
    give_up(QubitId{q});
  }
  for (Operation& o : operations_)
    if (o.under_way && !o.lost && o.node == node) {
      o.lost = true;
      tell(Lost{o.operation, outage});
    }
  busy_until_[node.value] = queue_.now();
  host_->node_lost(host_->self, outage, qubits);
}

std::uint64_t Programs::held_at(NodeId node) const {
  return static_cast<std::uint64_t>(std::count_if(held_.begin(), held_.end(), [node](const Held& h) { return h.held && h.node == node; }));
}

// ---- messages and timers ----------------------------------------------------------------------------------------------------------------

// Along the way of least fibre delay; nodes between process it.
Tick Programs::delay(NodeId from, NodeId to) {
  if (setup_.ideal_control || from == to) return tick_zero;
  const std::uint64_t key = std::uint64_t{from.value} << 32 | to.value;
  const auto [known, fresh] = delays_.try_emplace(key, never);
  if (!fresh) return known->second;
  if (!paths_) {
    paths_.emplace(setup_.graph);
    for (Tick t : setup_.fibre_delay) delay_cost_.push_back(static_cast<double>(count(t)));
  }
  const Route route = paths_->shortest(from, to, delay_cost_);
  if (!route) return never;
  Tick sum = tick_zero;
  for (LinkId link : route.links) sum += setup_.fibre_delay[link.value];
  for (std::size_t i = 1; i + 1 < route.nodes.size(); ++i) sum += setup_.processing_delay[route.nodes[i].value];
  return known->second = sum;
}

bool Programs::send(NodeId from, NodeId to, std::uint64_t message) {
  ++messages_;
  const Tick now = queue_.now();
  const Tick arrival = from == to ? now : mail_.datagram_arrives(from, to, now, delay(from, to));
  queue_.post(arrival, Phase::arrivals, {setup_.self.handler, op_message, to.value}, message);
  return arrival != never;
}

void Programs::set_timer(Tick after, std::uint64_t operation) {
  queue_.post(queue_.now() + after, Phase::decisions, {setup_.self.handler, op_timer, 0}, operation);
}

// ---- operations -------------------------------------------------------------------------------------------------------------------------

void Programs::post(Tick takes, const Operation& operation) {
  std::uint32_t row = static_cast<std::uint32_t>(operations_.size());
  if (free_operations_.empty()) {
    operations_.push_back(operation);
  } else {
    row = free_operations_.back();
    free_operations_.pop_back();
    operations_[row] = operation;
  }
  Tick& busy = busy_until_[operation.node.value];
  busy = later(busy, queue_.now()) + takes;
  queue_.post(busy, Phase::swaps, {setup_.self.handler, op_operation, row}, 0);
}

void Programs::gate(NodeId node, Gate gate, double angle, ProgramQubit a, std::optional<ProgramQubit> b, std::uint64_t operation) {
  require(node, a, "gate");
  if (b) require(node, *b, "gate");
  post(b ? times(node).two_qubit_gate : times(node).single_qubit_gate, {Kind::gate, gate, Basis::z, angle, node, a, b, operation});
}

void Programs::measure(NodeId node, ProgramQubit q, Basis basis, std::uint64_t operation) {
  require(node, q, "measurement");
  held_[q.qubit.value].taken = true;
  post(times(node).measurement, {Kind::measure, Gate::i, basis, 0, node, q, {}, operation});
}

void Programs::bell_measure(NodeId node, ProgramQubit a, ProgramQubit b, std::uint64_t operation) {
  require(node, a, "Bell measurement");
  require(node, b, "Bell measurement");
  if (a.qubit == b.qubit) throw RunError("Bell measurement of qubit " + std::to_string(a.qubit.value) + " with itself");
  held_[a.qubit.value].taken = held_[b.qubit.value].taken = true;
  post(setup_.nodes[node.value].swap_duration, {Kind::bell_measure, Gate::i, Basis::z, 0, node, a, b, operation});
}

// Of a stream of errors, where the states sample them.
std::uint64_t Programs::noise_key(NodeId node) { return std::bit_cast<std::uint64_t>(stream(node).next().u1); }

std::optional<ProgramQubit> Programs::create_qubit(NodeId node, std::uint64_t operation) {
  if (!circuits_.take_slot(node)) return {};
  const Tick ready = later(busy_until_[node.value], queue_.now()) + times(node).initialisation;
  const ProgramQubit q = hold(states_.create_qubit({setup_.nodes[node.value].device, node}, ready, noise_key(node)), node, {});
  post(times(node).initialisation, {Kind::initialise, Gate::i, Basis::z, 0, node, q, {}, operation});
  return q;
}

void Programs::carry_out(std::uint32_t row) {
  operations_[row].under_way = false;
  const Operation o = operations_[row];
  free_operations_.push_back(row);
  if (o.lost) return;  // as the program has been told
  const Tick now = queue_.now();
  std::int64_t result = 0;
  switch (o.kind) {
    case Kind::gate:
      // It may have been given up since the gate was asked for.
      for (const auto& q : {std::optional(o.a), o.b})
        if (q && !holds(*q))
          throw RunError("gate on qubit " + std::to_string(q->qubit.value) + ", which was released while the gate was under way");
      if (o.b) states_.apply(o.gate, o.a.qubit, o.b->qubit, now);
      else states_.apply(o.gate, o.a.qubit, now, o.angle);
      break;
    case Kind::measure:
      result = states_.measure(o.a.qubit, o.basis, now, stream(o.node).next().u0);
      give_up(o.a.qubit);
      break;
    case Kind::bell_measure: {
      const Stream::Draw draw = stream(o.node).next();
      if (draw.u0 < setup_.nodes[o.node.value].swap_success) {
        result = states_.bell_measure(o.a.qubit, o.b->qubit, now, draw.u1);
      } else {
        for (QubitId q : {o.a.qubit, o.b->qubit}) states_.release(q);
        result = -1;
      }
      for (QubitId q : {o.a.qubit, o.b->qubit}) give_up(q);
      break;
    }
    case Kind::initialise: break;
  }
  host_->done(host_->self, o.operation, result);
}

double Programs::fidelity(ProgramQubit a, ProgramQubit b) const {
  for (ProgramQubit q : {a, b}) require_held(q, "fidelity");
  return states_.correlators(a.qubit, b.qubit, queue_.now(), 0).fidelity();
}

std::array<double, 4> Programs::bloch(ProgramQubit q) const {
  require_held(q, "state");
  return states_.bloch(q.qubit, queue_.now());
}

}  // namespace farbell
