#include "farbell/protocols/communication.hpp"

#include <algorithm>

#include "farbell/protocols/lanes.hpp"

namespace farbell {

Communication::Communication(const Setup& setup, EventQueue& queue, Segments& segments, std::vector<Chain>& chains, Lanes& lanes,
                             Trace& trace)
    : setup_(setup), queue_(queue), segments_(segments), chains_(chains), lanes_(lanes), trace_(trace),
      any_(std::any_of(setup.nodes.begin(), setup.nodes.end(), [](const NodeRow& row) { return row.communication != nullptr; })) {
  if (!any_) return;
  nodes_.resize(setup.nodes.size());
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    if (const auto& row = setup.nodes[n].communication) nodes_[n].free = row->qubits;
  for (const LinkRow& link : setup.links) limited_.push_back(of(link.node[0]) || of(link.node[1]));
}

void Communication::add_group(LinkId link) {
  if (any_) groups_.push_back({link});
}

void Communication::post(Tick at, Phase phase, Op op, std::uint32_t target, std::uint64_t payload) {
  queue_.post(at, phase, {setup_.self.handler, static_cast<std::uint16_t>(setup_.self.op + op), target}, payload);
}

void Communication::handle(const Event& event) {
  switch (event.to.op - setup_.self.op) {
    case op_back: give(LinkId{event.to.target}, static_cast<std::uint32_t>(event.payload)); break;
    case op_look: look(); break;
    case op_known:
      if (const QubitId q{event.to.target}; segments_.half(q).generation == event.payload) known(q);
      break;
    default: exchange();
  }
}

// ---- lanes ---------------------------------------------------------------------------------------------------------------------------

void Communication::wants(std::uint32_t group, std::uint32_t lanes) {
  Group& g = groups_[group];
  g.wanted = lanes;
  if (g.wanted > g.held && !g.waits) wait(group);
}

std::uint32_t Communication::lanes(std::uint32_t group) const { return std::min(groups_[group].held, groups_[group].wanted); }

// Photons that are on their way keep their qubits until the cycle is over.
void Communication::rests(std::uint32_t group) {
  Group& g = groups_[group];
  if (g.held <= g.wanted) return;
  post(later(queue_.now(), lanes_.end_of_cycle(group)), Phase::decisions, op_back, g.link.value, g.held - g.wanted);
  g.held = g.wanted;
}

void Communication::succeeded(std::uint32_t group, std::uint32_t pairs, std::uint32_t wanted) {
  Group& g = groups_[group];
  g.held -= pairs;
  g.wanted = wanted;
  if (g.wanted > g.held && !g.waits) wait(group);
}

// One at each end that has any, for as many lanes as both have.
void Communication::take(std::uint32_t group) {
  Group& g = groups_[group];
  std::uint32_t more = g.wanted - g.held;
  const auto& ends = setup_.links[g.link.value].node;
  for (NodeId n : ends)
    if (of(n)) more = std::min(more, nodes_[n.value].free);
  for (NodeId n : ends)
    if (of(n)) nodes_[n.value].free -= more;
  g.held += more;
  if (g.wanted > g.held) wait(group);
}

void Communication::wait(std::uint32_t group) {
  groups_[group].waits = true;
  waiting_.push_back(group);
  post_exchange();
}

void Communication::give(LinkId link, std::uint32_t lanes) {
  for (NodeId n : setup_.links[link.value].node)
    if (of(n)) nodes_[n.value].free += lanes;
  post_exchange();
}

void Communication::post_exchange() {
  if (exchange_posted_ || waiting_.empty()) return;
  exchange_posted_ = true;
  post(queue_.now(), Phase::decisions, op_exchange);
}

// Who waits takes what is free; then, once the swaps of this phase are decided, room is made for those who still wait.
void Communication::exchange() {
  exchange_posted_ = true;  // for those who wait on
  std::vector<std::uint32_t> line;
  line.swap(waiting_);
  for (std::uint32_t group : line) {
    groups_[group].waits = false;
    if (groups_[group].wanted > groups_[group].held) take(group);
  }
  exchange_posted_ = false;
  for (std::uint32_t group : line) lanes_.attempt(group);
  if (waiting_.empty() || look_posted_) return;
  look_posted_ = true;
  post(queue_.now(), Phase::decisions, op_look);
}

// ---- pairs ---------------------------------------------------------------------------------------------------------------------------

void Communication::occupy(QubitId q, NodeId node, Tick heralded) {
  Half& h = segments_.half(q);
  h.in_communication = true;
  if (of(node)->always_stores) begin_storage(q, node, heralded);
}

void Communication::known(QubitId q) {
  const Half& h = segments_.half(q);
  if (h.storing) return trace_storing(q);
  std::vector<Held>& held = held_at(node_of(h));
  const bool is_new = std::none_of(held.begin(), held.end(), [&](const Held& k) { return k.qubit == q && k.generation == h.generation; });
  if (is_new) held.push_back({q, h.generation});
  post_exchange();
}

std::vector<Communication::Held>& Communication::held_at(NodeId node) {
  std::vector<Held>& held = nodes_[node.value].held;
  std::erase_if(held, [&](const Held& k) { return segments_.half(k.qubit).generation != k.generation; });
  return held;
}

void Communication::leave(NodeId node, bool was_storing) {
  Node& here = nodes_[node.value];
  ++here.free;
  here.storing -= was_storing;
  post_exchange();
}

void Communication::look() {
  look_posted_ = false;
  const auto each = [&](auto f) {
    for (std::uint32_t group : waiting_)
      for (NodeId n : setup_.links[groups_[group].link.value].node)
        if (of(n) && !of(n)->always_stores) f(n, nodes_[n.value], groups_[group].wanted - groups_[group].held);
  };
  each([](NodeId, Node& node, std::uint32_t) { node.lacking = 0; });
  each([](NodeId, Node& node, std::uint32_t lanes) { node.lacking += lanes; });
  each([&](NodeId n, Node& node, std::uint32_t) {
    while (node.lacking > node.free + node.storing && store_oldest(n));
  });
}

// Not what is being swapped or in a round of distillation, nor what will be delivered.
bool Communication::store_oldest(NodeId node) {
  std::vector<Held>& held = held_at(node);
  const auto can = [&](const Held& k) {
    const Half& h = segments_.half(k.qubit);
    return h.state != HalfState::locked && !segments_.goes_out(h.segment);
  };
  const auto oldest = std::find_if(held.begin(), held.end(), can);
  if (oldest == held.end()) return false;
  const QubitId q = oldest->qubit;
  held.erase(oldest);
  begin_storage(q, node, queue_.now());
  trace_storing(q);
  Half& h = segments_.half(q);
  if (h.state == HalfState::waiting) segments_.move(q, HalfState::pending);
  // An end of the chain does not know a pair before it is there.
  if (h.position == 0 || h.position == chains_[h.chain.value].last()) {
    Tick& known = segments_.segment(h.segment).known[h.position == 0 ? end_a : end_b];
    known = later(known, stored_at_[q.value]);
  }
  return true;
}

void Communication::begin_storage(QubitId q, NodeId node, Tick begin) {
  Half& h = segments_.half(q);
  h.storing = true;
  ++nodes_[node.value].storing;
  if (stored_at_.size() <= q.value) stored_at_.resize(q.value + 1);
  stored_at_[q.value] = begin + of(node)->storage;
  queue_.post(stored_at_[q.value], Phase::arrivals, {setup_.stored.handler, setup_.stored.op, q.value}, h.generation);
}

void Communication::trace_storing(QubitId q) {
  const Half& h = segments_.half(q);
  trace_.add(queue_.now(), queue_.phase(), TraceKind::storing, node_of(h).value, h.chain.value, 0, 0,
             {.pair = trace_.number(h.segment), .until = stored_at_[q.value]});
}

}  // namespace farbell
