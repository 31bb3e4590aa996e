#include "farbell/apps/rounds.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace farbell {

Rounds::Rounds(const Setup& setup, const Graph& graph, EventQueue& queue, States& states, Routes& routes, RoundRequests& requests, Trace& trace)
    : setup_(setup), queue_(queue), states_(states), routes_(routes), requests_(requests), graph_(graph), trace_(trace),
      network_(setup.plan.network), attempts_(setup.plan.attempts), routed_(setup.routes.size(), true),
      up_(setup.links.size(), setup.plan.network.channels), unspent_(up_), born_(setup.links.size() * setup.plan.network.channels),
      held_(setup.nodes.size()), nodes_(setup.nodes.size()) {
  router_.emplace(graph, network_, setup.plan.router);
  use_.resize(setup.links.size());
  for (const LinkRow& link : setup.links) program_.push_back(link.program);
  for (std::uint64_t key : setup.swap_keys) swap_draws_.emplace_back(key, setup.replica);
  if (const auto* fusion = std::get_if<GhzFusionRouterSpec>(&setup.plan.router)) {
    web_.emplace(graph, network_, static_cast<std::uint32_t>(fusion->max_links));
    begun_.resize(setup.nodes.size());
    reports_.resize(setup.routes.size());
  }
}

void Rounds::start() {
  for (std::uint32_t c = 0; c < setup_.plan.changes.size(); ++c)
    if (setup_.plan.changes[c].at <= setup_.horizon) queue_.post(setup_.plan.changes[c].at, Phase::arrivals, {setup_.self.handler, op_change, c}, 0);
  post_begin(tick_zero, 0);
}

void Rounds::handle(const Event& event) {
  switch (event.to.op) {
    case op_begin: begin(event.payload); break;
    case op_connect: connect(); break;
    case op_swap: swap(event.to.target, static_cast<std::uint32_t>(event.payload)); break;
    case op_known: known(event.to.target, event.payload); break;
    case op_fuse: fuse(NodeId{event.to.target}); break;
    case op_fused: fused(event.to.target); break;
    case op_over: post_begin(queue_.now(), round_ + 1); break;
    case op_change: change(event.to.target); break;
    default: requests_.handle(event);
  }
}

// ---- attempts ---------------------------------------------------------------------------------------------------------------------------

void Rounds::begin(std::uint64_t round) {
  const RoundPlan& plan = setup_.plan;
  const Tick now = queue_.now(), next = now + plan.period;
  if (next > setup_.horizon) return;
  if (!changed_.empty()) take_changes();
  const std::vector<DemandId> demands = requests_.take_part();
  if (demands.empty()) return post_begin(next, round + 1);
  std::vector<RoundWish> wishes;
  for (DemandId d : demands) {
    const RoutePlan& routes = setup_.routes[d.value];
    wishes.push_back({d, routes.ends[0], routes.ends[1], setup_.plan.widths[d.value], routed_[d.value] ? routes_.of(d) : std::span<const Route>()});
  }
  round_ = round;
  started_ = now;
  router_->assign(round, wishes, held_);
  if (trace_.on) [[unlikely]] trace_lanes(demands);
  attempt(round);
  queue_.post(now + plan.attempting + plan.exchange, Phase::decisions, {setup_.self.handler, op_connect, 0}, 0);
}

void Rounds::change(std::uint32_t index) {
  const RoundPlan::Change& change = setup_.plan.changes[index];
  changed_.push_back(index);
  trace_.add(queue_.now(), queue_.phase(), TraceKind::link_changed, change.link.value, 0, change.program.has_value());
}

// Links are what they have become, and routes, if anybody looks at them, those of least cost over links that can be used.
void Rounds::take_changes() {
  for (std::uint32_t index : changed_) {
    const RoundPlan::Change& change = setup_.plan.changes[index];
    network_.lane_success[change.link.value] = change.lane_success;
    if (change.program) {
      attempts_[change.link.value] = change.attempts;
      program_[change.link.value] = *change.program;
    }
    routes_.set_cost(change.link, change.cost);
  }
  changed_.clear();
  router_.emplace(graph_, network_, setup_.plan.router);
  router_->ask(hooks_);
  if (!router_->uses_routes()) return;
  for (std::uint32_t d = 0; d < routed_.size(); ++d) routed_[d] = routes_.find_anew(DemandId{d});
}

double Rounds::up_ticks(LinkId link, Tick end) const {
  double ticks = 0;
  Tick since = tick_zero;
  bool up = true;
  for (const RoundPlan::Change& change : setup_.plan.changes) {
    if (change.link != link || change.at > end) continue;
    if (up) ticks += static_cast<double>(count(change.at - since));
    since = change.at;
    up = change.program.has_value();
  }
  return ticks + (up ? static_cast<double>(count(end - since)) : 0);
}

void Rounds::post_begin(Tick at, std::uint64_t round) {
  queue_.post(at, Phase::attempts, {setup_.self.handler, op_begin, 0}, round);
}

// The next one begins behind this one, also where swaps that are posted already take all of its time.
void Rounds::post_over() {
  queue_.post(started_ + setup_.plan.period, Phase::swaps, {setup_.self.handler, op_over, 0}, 0);
}

// A lane's draw has the number of its round, whichever router gives it to whom: all of them see the same luck.
void Rounds::attempt(std::uint64_t round) {
  const RoundPlan& plan = setup_.plan;
  up_.clear();
  for (std::uint32_t l = 0; l < setup_.links.size(); ++l) {
    const std::uint32_t lanes = router_->book().taken(LinkId{l});
    if (lanes == 0) continue;
    const LinkProgram& link = program(LinkId{l});
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      const double failures = std::floor(-std::log1p(-Stream::numbered(plan.attempt_keys[l], round * plan.network.channels + lane, setup_.replica).u0) / link.lambda);
      const bool succeeds = failures < attempts_[l];
      const std::uint64_t attempts = succeeds ? static_cast<std::uint64_t>(failures) + 1 : attempts_[l];
      use_.attempts[l] += attempts;
      use_.successes[l] += succeeds;
      use_.lane_ticks[l] += static_cast<double>(attempts) * static_cast<double>(count(link.period));
      use_.open_ticks[l] += static_cast<double>(count(plan.attempting));
      if (!succeeds) continue;
      up_.set(LinkId{l}, lane);
      born_[lane_index(LinkId{l}, lane)] = static_cast<std::int64_t>(failures) * count(link.period);
      if (trace_.on) [[unlikely]] trace_success(LinkId{l}, lane);
      messages_ += 2;  // heralds
    }
  }
}

// ---- joining ----------------------------------------------------------------------------------------------------------------------------

void Rounds::connect() {
  messages_ += setup_.plan.exchange_messages;
  if (web_) return connect_by_fusion();
  unspent_ = up_;
  std::vector<RoundChain> chains = router_->connect(unspent_);
  for (RoundChain& chain : chains) begin_chain(std::move(chain));
  // What is joined to nothing is dropped.
  const Tick now = queue_.now();
  for (std::uint32_t l = 0; l < setup_.links.size(); ++l)
    for (std::uint32_t lane = 0; lane < router_->book().taken(LinkId{l}); ++lane)
      if (unspent_.up(LinkId{l}, lane))
        for (NodeId n : setup_.links[l].node) {
          give_back(n, cycle_start(LinkId{l}, lane), now);
          if (trace_.on) [[unlikely]] {
            const std::uint32_t index = lane_index(LinkId{l}, lane);
            trace_drop(n, owners_[index], TraceDrop::unused, trace_.number(index));
          }
        }
  post_over();
}

void Rounds::begin_chain(RoundChain&& chain) {
  std::uint32_t index = static_cast<std::uint32_t>(rows_.size());
  if (free_.empty()) {
    rows_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Row& row = rows_[index];
  row = {};
  row.chain = std::move(chain);
  const Tick now = queue_.now();
  const std::size_t last = row.chain.lanes.size();
  for (std::size_t h = 0; h < last; ++h)
    row.began.push_back(row.chain.lanes[h] == RoundChain::no_lane ? never : cycle_start(row.chain.route.links[h], row.chain.lanes[h]));
  if (row.chain.whole) make_pairs(row);
  row.known = {now, now};
  if (trace_.on) [[unlikely]] trace_chain(row);
  for (std::size_t k = 1; k < last; ++k) {
    const NodeId node = row.chain.route.nodes[k];
    const bool left = row.began[k - 1] != never, right = row.began[k] != never;
    // With a pair to one side only there is nothing to join.
    if (left != right) {
      give_back(node, left ? row.began[k - 1] : row.began[k], now);
      if (trace_.on) [[unlikely]] trace_drop(node, row.chain.demand.value, TraceDrop::alone, row.numbers[left ? k - 1 : k]);
    }
    if (!left || !right) continue;
    ++row.pending;
    queue_.post(now + setup_.nodes[node.value].swap_duration, Phase::swaps, {setup_.self.handler, op_swap, index}, k);
  }
  for (End e : {end_a, end_b}) {
    if (row.end_began(e) == never) continue;
    const NodeId node = row.end_node(e);
    const auto& ends = setup_.routes[row.chain.demand.value].ends;
    row.waits[e] = node == ends[0] || node == ends[1];
    if (row.waits[e]) {
      ++held_[node.value];
    } else {
      give_back(node, row.end_began(e), now);
      if (trace_.on) [[unlikely]] trace_drop(node, row.chain.demand.value, TraceDrop::alone, row.end_number(e));
    }
  }
  if (row.pending == 0) post_known(index);
}

Rounds::Made Rounds::make_pair(LinkId id, std::uint32_t lane, Tick began) {
  const RoundPlan& plan = setup_.plan;
  const LinkRow& link = setup_.links[id.value];
  const LinkProgram& program = this->program(id);
  const Stream::Draw draw = Stream::numbered(plan.herald_keys[id.value], round_ * plan.network.channels + lane, setup_.replica);
  std::size_t outcome = 0;
  while (outcome + 1 < program.cumulative.size() && draw.u0 >= program.cumulative[outcome]) ++outcome;
  const std::array<Tick, 2> emitted{began + program.emission[0], began + program.emission[1]};
  const States::Pair pair = states_.create_pair(program.states[outcome], {link.device[0], link.node[0]}, emitted[0],
                                                {link.device[1], link.node[1]}, emitted[1], std::bit_cast<std::uint64_t>(draw.u1));
  return {pair, earlier(emitted[0], emitted[1]), program.frames[outcome]};
}

void Rounds::make_pairs(Row& row) {
  for (std::size_t h = 0; h < row.chain.lanes.size(); ++h) {
    const LinkId id = row.chain.route.links[h];
    const Made made = make_pair(id, row.chain.lanes[h], row.began[h]);
    const bool forward = setup_.links[id.value].node[0] == row.chain.route.nodes[h];
    row.qubits.push_back(forward ? made.pair.a : made.pair.b);
    row.qubits.push_back(forward ? made.pair.b : made.pair.a);
    row.born = earlier(row.born, made.born);
    row.frame ^= made.frame;
  }
}

void Rounds::swap(std::uint32_t index, std::uint32_t position) {
  Row& row = rows_[index];
  const Tick now = queue_.now();
  const NodeId node = row.chain.route.nodes[position];
  const Stream::Draw draw = swap_draws_[node.value].next();
  NodeCounters& counters = nodes_[node.value];
  ++counters.swaps;
  ++row.swaps;
  const bool succeeds = draw.u0 < setup_.nodes[node.value].swap_success;
  std::uint64_t outcome = trace_failed;
  if (!succeeds) {
    ++counters.failed_swaps;
    row.failed = true;
  } else if (row.failed || !row.chain.whole) {
    outcome = trace_in_vain;
  }
  if (row.chain.whole) {
    const QubitId b = row.qubits[2 * position - 1], c = row.qubits[2 * position];
    if (succeeds) {
      const int measured = states_.bell_measure(b, c, now, draw.u1);
      row.frame ^= measured;
      if (!row.failed) outcome = static_cast<std::uint64_t>(measured);
    } else {
      states_.release(b);
      states_.release(c);
    }
  }
  give_back(node, row.began[position - 1], now);
  give_back(node, row.began[position], now);
  messages_ += 2;
  if (trace_.on) [[unlikely]] trace_swap(row, position, outcome);
  for (End e : {end_a, end_b}) row.known[e] = later(row.known[e], now + delay(row.chain, position, e));
  if (--row.pending == 0) post_known(index);
}

Tick Rounds::delay(const RoundChain& chain, std::size_t from, End end) const {
  const Route& route = chain.route;
  const std::size_t to = end == end_a ? 0 : route.links.size();
  if (setup_.ideal) return tick_zero;
  const auto [low, high] = std::minmax(from, to);
  Tick sum = tick_zero;
  for (std::size_t h = low; h < high; ++h) sum += setup_.fibre_delay[route.links[h].value];
  for (std::size_t k = low + 1; k < high; ++k) sum += setup_.processing_delay[route.nodes[k].value];
  return sum;
}

// Ends that measure do so once they know themselves; a pair that is kept is known when both do.
void Rounds::post_known(std::uint32_t index) {
  const Row& row = rows_[index];
  const Address to{setup_.self.handler, op_known, index};
  if (requests_.measures(row.chain.demand))
    for (End e : {end_a, end_b}) queue_.post(row.known[e], Phase::arrivals, to, e);
  else queue_.post(later(row.known[end_a], row.known[end_b]), Phase::arrivals, to, both_ends);
}

// All news of the chain has come to an end, or to both.
void Rounds::known(std::uint32_t index, std::uint64_t to) {
  Row& row = rows_[index];
  for (End e : {end_a, end_b})
    if (to == both_ends || to == static_cast<std::uint64_t>(e)) hear(row, e);
  if (row.heard < 2) return;
  if (to == both_ends && row.chain.whole) {
    const QubitId a = row.qubits.front(), b = row.qubits.back();
    if (!row.failed) requests_.deliver(pair_of(row, states_.correlators(a, b, queue_.now(), row.frame)), row.end_number(end_a));
    states_.release(a);
    states_.release(b);
  }
  free_.push_back(index);
}

void Rounds::hear(Row& row, End e) {
  ++row.heard;
  if (row.waits[e]) {
    row.waits[e] = false;
    --held_[row.end_node(e).value];
    give_back(row.end_node(e), row.end_began(e), queue_.now());
    if (trace_.on && (row.failed || !row.chain.whole)) [[unlikely]]
      trace_drop(row.end_node(e), row.chain.demand.value, TraceDrop::broken, row.end_number(e));
  }
  if (!row.chain.whole || !requests_.measures(row.chain.demand)) return;
  if (row.failed) states_.release(e == end_a ? row.qubits.front() : row.qubits.back());
  else measure(row, e);
}

PairRow Rounds::pair_of(const Row& row, const Correlators& correlators) const {
  PairRow pair;
  pair.demand = row.chain.demand;
  pair.swaps = row.swaps;
  pair.born = row.born;
  pair.delivered = queue_.now();
  pair.fidelity = correlators.fidelity();
  pair.xx = correlators.xx;
  pair.yy = correlators.yy;
  pair.zz = correlators.zz;
  return pair;
}

// The first end that knows measures before the other: correlators are those just before.
void Rounds::measure(Row& row, End e) {
  const DemandId d = row.chain.demand;
  const QubitId a = row.qubits.front(), b = row.qubits.back();
  if (row.heard == 1) {
    row.measured = pair_of(row, states_.correlators(a, b, queue_.now(), row.frame));
    row.measured.basis = requests_.draw_bases(d);
  }
  const int outcome = read(e == end_a ? a : b, row.measured.basis[e], d, row.end_number(e));
  const int correction = e == end_b ? 0 : row.measured.basis[e] == 0 ? row.frame >> 1 : row.frame & 1;
  row.measured.outcome[e] = static_cast<std::int8_t>(outcome ^ correction);
  row.measured.delivered = queue_.now();
  if (row.heard == 2) requests_.deliver(row.measured, row.end_number(end_a));
}

int Rounds::read(QubitId q, int basis, DemandId d, std::int64_t number) {
  trace_.add(queue_.now(), Phase::arrivals, TraceKind::qubit_measured, states_.node(q).value, d.value, static_cast<std::uint64_t>(basis), 0,
             {.pair = number});
  return states_.measure(q, basis == 0 ? Basis::z : Basis::x, queue_.now(), requests_.draw_outcome(d));
}

// Slots that ends still hold when the run is over.
void Rounds::finish(Tick end) {
  for (const Row& row : rows_)
    for (End e : {end_a, end_b})
      if (row.waits[e]) give_back(row.end_node(e), row.end_began(e), end);
  for (const FusedRow& row : fused_)
    for (const auto& [node, began] : row.held) give_back(node, began, end);
}

}  // namespace farbell
