#include "farbell/protocols/swapping.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <utility>

namespace farbell {

Swapping::Swapping(const Setup& setup, EventQueue& queue, States& states, Segments& segments, Lanes& lanes, Messages& mail,
                   std::vector<Chain>& chains, Trace& trace)
    : setup_(setup), queue_(queue), states_(states), segments_(segments), lanes_(lanes), mail_(mail), chains_(chains), trace_(trace),
      lost_(chains.size()), policy_at_(chains.size(), never) {
  nodes_.reserve(setup.nodes.size());
  for (std::size_t n = 0; n < setup.nodes.size(); ++n)
    nodes_.push_back({Stream(setup.swap_keys[n], setup.replica), setup.nodes[n].swap_success, setup.nodes[n].swap_duration,
                      setup.nodes[n].retrieval != nullptr, {}});
  for (const NodeRow& node : setup.nodes) fixed_delays_ |= node.fixed_delay != never;
}

std::vector<NodeCounters> Swapping::counters() const {
  std::vector<NodeCounters> out;
  for (const Node& node : nodes_) out.push_back(node.counters);
  return out;
}

void Swapping::prefetch(const Event& event) const {
  const QubitId q{event.to.target};
  if (event.to.op == op_herald) {
    segments_.prefetch(q);
  } else if (event.to.op == op_swap) {
    const QubitId c{static_cast<std::uint32_t>(event.payload)};
    for (QubitId half : {q, c}) {
      segments_.prefetch(half);
      states_.prefetch(half);
    }
  }
}

void Swapping::prefetch_more(const Event& event) const {
  if (event.to.op != op_herald && event.to.op != op_swap) return;
  const QubitId q{event.to.target};
  const Half& h = segments_.half(q);
  if (!h.chain) return;
  const Position& position = chains_[h.chain.value].positions[h.position];
  __builtin_prefetch(&position);
  if (event.to.op == op_herald) return;
  __builtin_prefetch(&position.fibre_from_a);
  const QubitId c{static_cast<std::uint32_t>(event.payload)};
  for (QubitId half : {q, c}) {
    segments_.prefetch_segment(half);
    states_.prefetch_state(half);
  }
}

void Swapping::handle(const Event& event) {
  const auto low = static_cast<std::uint32_t>(event.payload);
  const auto high = static_cast<std::uint32_t>(event.payload >> 32);
  const QubitId qubit{event.to.target};
  const auto current = [&](std::uint32_t generation) {
    const bool is = segments_.half(qubit).generation == generation;
    stale_events_ += !is;
    return is;
  };
  switch (event.to.op) {
    case op_herald:
      if (current(low)) herald(qubit);
      break;
    case op_decide:
      // A chain that was released and set up again meanwhile has its own decision to take.
      if (Chain& chain = chains_[event.to.target]; chain.generation != high) ++stale_events_;
      else if (chain.decides) [[unlikely]] decide_by(*chain.decisions, chain, ChainId{event.to.target}, low);
      else decide(chain, low);
      break;
    case op_swap:
      if (current(high)) swap(qubit, QubitId{low});
      break;
    case op_grown:
      if (current(low)) grown(qubit, high);
      break;
    case op_expire:
      if (current(low) && segments_.half(qubit).state != HalfState::locked) give_up(qubit);
      break;
    case op_attempts:
      if (current(low)) attempts_made(qubit, low, high);
      break;
    case op_give_up:
      if (current(low) && segments_.half(qubit).state != HalfState::locked) give_up(qubit);
      break;
    case op_stored:
      if (current(low)) stored(qubit);
      break;
    case op_policy:
      if (chains_[event.to.target].generation == low) follow_policy(chains_[event.to.target], ChainId{event.to.target});
      else ++stale_events_;
      break;
    default:  // op_notice
      notice(event.to.target, low, static_cast<End>(high));
  }
}

// ---- heralds and decisions -----------------------------------------------------------------------------------------------------------

// Lets a half wait for a partner if its pair is what the swap order wants.
inline void Swapping::consider(QubitId q) {
  Half& h = segments_.half(q);
  const ChainId id = h.chain;
  const std::uint32_t position = h.position;
  Chain& chain = chains_[id.value];
  Position& here = chain.positions[position];
  const std::uint32_t wanted = here.wanted_reach[h.side];
  if (wanted != any_reach && wanted != h.reach) return;
  h.ready = queue_.now();
  segments_.move(q, HalfState::waiting);
  if (chain.table) [[unlikely]] {
    if (!chain.asks) post_policy(chain, id, queue_.now());  // who decides outside is asked once a slot, whatever is heralded
    return;
  }
  if (chain.decides) [[unlikely]] return look(chain, id, position);
  const auto waiting = [&](End side) { return bool(here.halves[side][static_cast<int>(HalfState::waiting)].head); };
  if (here.decision_posted || !waiting(end_a) || !waiting(end_b)) return;
  here.decision_posted = true;
  queue_.post(queue_.now(), Phase::decisions, {setup_.self.handler, op_decide, id.value}, std::uint64_t{chain.generation} << 32 | position);
}

void Swapping::herald(QubitId q) {
  Half& h = segments_.half(q);
  h.heralded = true;
  const bool waits_in_communication = h.in_communication;
  if (waits_in_communication && at_an_end(h)) return lanes_.communication().known(q);
  if (chains_[h.chain.value].cuts_off) [[unlikely]] watch(q);
  if (fixed_delays_) [[unlikely]] watch_release(q);
  if (!h.storing) consider(q);
  if (waits_in_communication) [[unlikely]] lanes_.communication().known(q);
}

bool Swapping::at_an_end(const Half& h) const { return h.position == 0 || h.position == chains_[h.chain.value].last(); }

// The half is in a memory qubit now, and may be used.
void Swapping::stored(QubitId q) {
  Half& h = segments_.half(q);
  const NodeId node = chains_[h.chain.value].positions[h.position].node;
  const NodeRow& row = setup_.nodes[node.value];
  states_.transfer(q, row.device, row.communication->errors, queue_.now());
  h.in_communication = h.storing = false;
  lanes_.communication().leave(node, true);
  // One that waits for a round is its pool's.
  if (h.heralded && !at_an_end(h)) consider(q);
}

// News of a swap elsewhere: the half's pair reaches further.
void Swapping::grown(QubitId q, std::uint32_t reach) {
  Half& h = segments_.half(q);
  h.reach = h.side == end_a ? std::min(h.reach, reach) : std::max(h.reach, reach);
  h.by_path = true;
  if (h.heralded && h.state == HalfState::pending && !h.storing) consider(q);
  else if (Chain& chain = chains_[h.chain.value]; chain.decides && h.state == HalfState::waiting) look(chain, h.chain, h.position);
}

// Locks the oldest halves to either side for a swap, as long as there are two.
void Swapping::decide(Chain& chain, std::uint32_t position) {
  Position& here = chain.positions[position];
  here.decision_posted = false;
  const auto head = [&](End side) { return here.halves[side][static_cast<int>(HalfState::waiting)].head; };
  if (fixed_delays_ && setup_.nodes[here.node.value].fixed_delay != never) [[unlikely]] {
    for (QubitId b = head(end_a), after; b; b = after) {
      after = segments_.half(b).next;
      QubitId c = head(end_b);
      while (c && !come_out_together(b, c, here.node)) c = segments_.half(c).next;
      if (c) start_swap(b, c, here.node);
    }
    return;
  }
  while (head(end_a) && head(end_b)) start_swap(head(end_a), head(end_b), here.node);
}

Tick Swapping::comes_out(QubitId q, NodeId node) const { return states_.origin(q) + setup_.nodes[node.value].fixed_delay; }

bool Swapping::come_out_together(QubitId b, QubitId c, NodeId node) const {
  const Tick at = comes_out(b, node);
  return at == comes_out(c, node) && at >= queue_.now() + nodes_[node.value].swap_duration;
}

// What comes out and is in no swap is lost, as if it were cut off.
void Swapping::watch_release(QubitId q) {
  const Half& h = segments_.half(q);
  const NodeId node = chains_[h.chain.value].positions[h.position].node;
  if (setup_.nodes[node.value].fixed_delay == never) return;
  queue_.post(later(queue_.now(), comes_out(q, node) + Tick{1}), Phase::expiries, {setup_.self.handler, op_give_up, q.value}, h.generation);
}

inline void Swapping::start_swap(QubitId b, QubitId c, NodeId node) {
  segments_.move(b, HalfState::locked);
  segments_.move(c, HalfState::locked);
  Tick end = queue_.now() + nodes_[node.value].swap_duration;
  if (fixed_delays_ && setup_.nodes[node.value].fixed_delay != never) [[unlikely]] end = comes_out(b, node);
  if (trace_.on) [[unlikely]] trace_start(b, c, node, end);
  queue_.post(end, Phase::swaps, {setup_.self.handler, op_swap, b.value},
              std::uint64_t{segments_.half(b).generation} << 32 | c.value);
}

// ---- decisions by rules and hooks ----------------------------------------------------------------------------------------------------

// What a node knows of the pairs that a decision is about.
struct Swapping::View {
  const Swapping& swapping;
  const Chain& chain;
  std::uint32_t position;
  QubitId a, b;  // towards each end; the one that a discard is about stands in both

  double operator()(RuleColumn column) const {
    const Device& memory = swapping.setup_.devices[swapping.setup_.nodes[chain.positions[position].node.value].device.value];
    switch (column) {
      case RuleColumn::time_s: return swapping.setup_.clock.seconds(swapping.queue_.now());
      case RuleColumn::hops: return chain.last();
      case RuleColumn::position: return position;
      case RuleColumn::t1_s: return memory.decay.t1_s;
      case RuleColumn::t2_s: return memory.decay.t2_s;
      case RuleColumn::age_s:
      case RuleColumn::age_s_a: return age_s(a);
      case RuleColumn::age_s_b: return age_s(b);
      case RuleColumn::estimated_fidelity:
      case RuleColumn::estimated_fidelity_a: return estimated_fidelity(a);
      case RuleColumn::estimated_fidelity_b: return estimated_fidelity(b);
      case RuleColumn::pair_hops:
      case RuleColumn::pair_hops_a: return pair_hops(a);
      case RuleColumn::pair_hops_b: return pair_hops(b);
      case RuleColumn::waited_s:
      case RuleColumn::waited_s_a: return swapping.setup_.clock.seconds(swapping.queue_.now() - half(a).ready);
      case RuleColumn::waited_s_b: return swapping.setup_.clock.seconds(swapping.queue_.now() - half(b).ready);
      case RuleColumn::waiting_a: return waiting(end_a);
      case RuleColumn::waiting_b: return waiting(end_b);
      case RuleColumn::towards_a: return half(a).side == end_a;
      default: return std::numeric_limits<double>::quiet_NaN();  // of requests: no rule and no view reads them here
    }
  }

 private:
  const Half& half(QubitId q) const { return swapping.segments_.half(q); }
  // With ideal control everybody knows the pair as it is.
  const Segment* seen(QubitId q) const {
    const Segment& s = swapping.segments_.segment(half(q).segment);
    return chain.ideal && s.half[end_a] && s.half[end_b] ? &s : nullptr;
  }
  double age_s(QubitId q) const {
    const Segment* s = seen(q);
    return swapping.setup_.clock.seconds(swapping.queue_.now() - (s ? s->born : swapping.segments_.known(q).born));
  }
  double estimated_fidelity(QubitId q) const {
    const Tick now = swapping.queue_.now();
    if (const Segment* s = seen(q)) return swapping.states_.correlators(s->half[end_a], s->half[end_b], now, s->frame).fidelity();
    const Segments::Known& known = swapping.segments_.known(q);
    return swapping.states_.correlators(known.pair, now, known.frame).fidelity();
  }
  double pair_hops(QubitId q) const {
    const Half& h = half(q);
    return h.side == end_a ? h.position - h.reach : h.reach - h.position;
  }
  double waiting(End side) const {
    double sum = 0;
    for (QubitId q = chain.positions[position].halves[side][static_cast<int>(HalfState::waiting)].head; q; q = half(q).next) ++sum;
    return sum;
  }
};

void Swapping::look(Chain& chain, ChainId id, std::uint32_t position) {
  Position& here = chain.positions[position];
  if (here.decision_posted) return;
  const auto waiting = [&](End side) { return bool(here.halves[side][static_cast<int>(HalfState::waiting)].head); };
  if (!chain.decisions->taken(DecisionPoint::discard) && !(waiting(end_a) && waiting(end_b))) return;  // there is nothing to decide
  here.decision_posted = true;
  queue_.post(queue_.now(), Phase::decisions, {setup_.self.handler, op_decide, id.value}, std::uint64_t{chain.generation} << 32 | position);
}

// First what is given up, then what is swapped: to each pair towards A, oldest first, the oldest towards B with which it may be.
void Swapping::decide_by(const Decisions& decisions, Chain& chain, ChainId id, std::uint32_t position) {
  Position& here = chain.positions[position];
  here.decision_posted = false;
  const DemandId demand = setup_.demands[id.value];
  const auto holds = [&](DecisionPoint point, QubitId a, QubitId b) {
    return decisions.decide(point, View{*this, chain, position, a, b}, here.node, demand, queue_.now());
  };
  const auto head = [&](End side) { return here.halves[side][static_cast<int>(HalfState::waiting)].head; };
  const auto next = [&](QubitId q) { return segments_.half(q).next; };
  if (decisions.taken(DecisionPoint::discard))
    for (End side : {end_a, end_b})
      for (QubitId q = head(side), after; q; q = after) {
        after = next(q);
        if (holds(DecisionPoint::discard, q, q)) give_up(q);
      }
  const bool all = !decisions.taken(DecisionPoint::swap), any_time = setup_.nodes[here.node.value].fixed_delay == never;
  for (QubitId b = head(end_a), after; b; b = after) {
    after = next(b);
    QubitId c = head(end_b);
    while (c && !((any_time || come_out_together(b, c, here.node)) && (all || holds(DecisionPoint::swap, b, c)))) c = next(c);
    if (c) start_swap(b, c, here.node);
  }
}

// ---- policy tables: one decision a slot for the whole chain -----------------------------------------------------------------------

void Swapping::post_policy(Chain& chain, ChainId id, Tick at) {
  if (policy_at_[id.value] == at) return;
  policy_at_[id.value] = at;
  queue_.post(at, Phase::decisions, {setup_.self.handler, op_policy, id.value}, chain.generation);
}

void Swapping::pairs_of(ChainId id, std::vector<PolicyTable::Link>& out) const {
  const Chain& chain = chains_[id.value];
  const Tick now = queue_.now();
  for (std::uint32_t i = 0; i < chain.last(); ++i)
    for (const HalfList& list : chain.positions[i].halves[end_b])
      for (QubitId q = list.head; q; q = segments_.half(q).next) {
        const Segment& s = segments_.segment(segments_.half(q).segment);
        if (s.born <= now)
          out.push_back({s.reach[end_a], s.reach[end_b], static_cast<std::uint32_t>(count(now - s.born) / count(setup_.slot))});
      }
}

void Swapping::follow_policy(Chain& chain, ChainId id) {
  const Tick now = queue_.now();
  if (chain.asks) {
    undecided_ = id;
    return;
  }
  std::vector<PolicyTable::Link> links;
  pairs_of(id, links);
  if (links.empty()) return;
  if (const PolicyTable::Positions* positions = chain.table->find(links)) {
    for (std::uint32_t position : *positions) decide(chain, position);
  } else if (chain.table->otherwise_asap) {
    for (std::uint32_t position = 1; position < chain.last(); ++position) decide(chain, position);
  }
  // Ages change what the table says.
  post_policy(chain, id, now + setup_.slot);
}

// At the end of the slot that has begun.
void Swapping::begin_asking(ChainId id) {
  post_policy(chains_[id.value], id, Tick{(count(queue_.now()) / count(setup_.slot) + 1) * count(setup_.slot)});
}

// What is given up is gone before anything is swapped.
void Swapping::act(std::span<const Act> positions) {
  const ChainId id = std::exchange(undecided_, ChainId{});
  Chain& chain = chains_[id.value];
  const auto drop = [&](Position& here, End side) {
    while (const QubitId q = here.halves[side][static_cast<int>(HalfState::waiting)].head) give_up(q);
  };
  for (std::uint32_t p = 1; p < chain.last(); ++p) {
    if (positions[p] == Act::drop_a || positions[p] == Act::drop_both) drop(chain.positions[p], end_a);
    if (positions[p] == Act::drop_b || positions[p] == Act::drop_both) drop(chain.positions[p], end_b);
  }
  for (std::uint32_t p = 1; p < chain.last(); ++p)
    if (positions[p] == Act::swap) decide(chain, p);
  begin_asking(id);
}

// ---- the Bell measurement ------------------------------------------------------------------------------------------------------------

void Swapping::swap(QubitId b, QubitId c) {
  const Tick now = queue_.now();
  const Half left_half = segments_.half(b);
  const Half right_half = segments_.half(c);
  const std::uint32_t left = left_half.segment, right = right_half.segment, position = left_half.position;
  const Chain& chain = chains_[left_half.chain.value];
  const auto [to_a, to_b] = chain.positions[position].to_end;
  const NodeId node = chain.positions[position].node;
  Node& here = nodes_[node.value];
  const Stream::Draw draw = here.draws.next();

  NodeCounters& counter = here.counters;
  ++counter.swaps;
  const auto lost_before = [&](std::uint32_t s, End e) { return !segments_.segment(s).half[e] && segments_.loss(s, e).at < now; };
  const bool stale = lost_before(left, end_a) || lost_before(right, end_b);
  const std::uint64_t stale_mark = stale ? 256 : 0;
  Path path = segments_.accounts ? swapped(left_half, right_half) : Path{};
  if (stale) {
    ++counter.stale_swaps;
    waste(left_half.chain, path.began, LossCause::stale_half);
  }

  double success = here.swap_success;
  if (here.retrieves) [[unlikely]] success *= retrieved(b) * retrieved(c);
  segments_.forget(b);
  segments_.forget(c);
  if (draw.u0 < success) {
    const int outcome = states_.bell_measure(b, c, now, draw.u1);
    trace_.add(now, Phase::swaps, TraceKind::swap, node.value, left_half.chain.value, static_cast<std::uint64_t>(outcome) | stale_mark, 0,
               {.left = trace_.number(left), .right = trace_.number(right), .pair = trace_.new_number(left)});
    messages_ += 2;
    const Tick known_to_a = mail_.arrives(node, now, to_a), known_to_b = mail_.arrives(node, now, to_b);
    if (trace_.on) [[unlikely]] trace_results(left_half, left, {known_to_a, known_to_b});
    path.arrives = later(known_to_a, known_to_b);
    const Tick arrives_left = segments_.arrives(left), arrives_right = segments_.arrives(right);
    segments_.join(left, right, outcome, {known_to_a, known_to_b});
    if (path.arrives >= later(arrives_left, arrives_right)) segments_.set_path(left, path);
    else if (arrives_right > arrives_left) segments_.set_path(left, segments_.path(right));
    const Segment& joined = segments_.segment(left);
    if (!joined.half[end_a] && !joined.half[end_b]) {
      end(left);
    } else if (segments_.spans(left)) {
      post_ready(queue_, chain, left, joined);
    } else {
      if (chain.ordered || (chain.ideal && chain.cuts_off)) tell_far_halves(left, chain, position);
      for (End e : {end_a, end_b})
        if (!joined.half[e] && segments_.loss(left, e).announced) lost_half_of(left, e, position);
    }
  } else {
    ++counter.failed_swaps;
    waste(left_half.chain, path.began, LossCause::failed_swap);
    trace_.add(now, Phase::swaps, TraceKind::swap, node.value, left_half.chain.value, 255 | stale_mark, 0,
               {.left = trace_.number(left), .right = trace_.number(right)});
    states_.release(b);
    states_.release(c);
    for (auto [s, e] : {std::pair{left, end_b}, std::pair{right, end_a}}) {
      segments_.segment(s).notice_waits[e] = false;
      if (segments_.lose(s, e, now, position, true)) end(s);
      else lost_half_of(s, e, position);
    }
  }
  give_slot_back(left_half);
  give_slot_back(right_half);
}

double Swapping::retrieved(QubitId q) const {
  const Half& h = segments_.half(q);
  const auto& retrieval = setup_.nodes[chains_[h.chain.value].positions[h.position].node.value].retrieval;
  if (!retrieval) return 1;
  return h.empty ? 0 : retrieval->after(setup_.clock.seconds(queue_.now() - states_.origin(q)));
}

// The halves that the swap has joined learn how far they reach now. Where everybody knows everything, how old their pair is, too.
void Swapping::tell_far_halves(std::uint32_t s, const Chain& chain, std::uint32_t position) {
  const Segment& segment = segments_.segment(s);
  const Tick now = queue_.now();
  const bool whole = segment.half[end_a] && segment.half[end_b];
  const Tick expires = whole && chain.ideal && chain.cuts_off
                           ? expiry(chain.cutoff, states_, segment.half[end_a], segment.half[end_b], segment.frame, segment.born)
                           : never;
  for (End e : {end_a, end_b}) {
    const QubitId q = segment.half[e];
    if (!q) continue;
    Half& far = segments_.half(q);
    if (far.position == 0 || far.position == chain.last()) continue;
    if (chain.ordered)
      queue_.post(mail_.arrives(chain.positions[position].node, now, chain.delay(position, far.position)), Phase::arrivals,
                  {setup_.self.handler, op_grown, q.value}, std::uint64_t{segment.reach[other(e)]} << 32 | far.generation);
    if (expires < far.expires) {
      far.expires = expires;
      queue_.post(later(now, expires), Phase::expiries, {setup_.self.handler, op_expire, q.value}, far.generation);
    }
  }
}

// ---- cut-offs -------------------------------------------------------------------------------------------------------------------------

void Swapping::watch(QubitId q) {
  const Half& h = segments_.half(q);
  if (h.expires != never)
    queue_.post(later(queue_.now(), h.expires), Phase::expiries, {setup_.self.handler, op_expire, q.value}, h.generation);
  if (chains_[h.chain.value].cutoff.attempts > 0) watch_attempts(q);
}

// The half waits for the hop on the other side of its node. First for the start of the last attempt that it may see fail, then for its result.
void Swapping::watch_attempts(QubitId q) {
  const Half& h = segments_.half(q);
  const Chain& chain = chains_[h.chain.value];
  const std::uint32_t group = chain.hops[h.side == end_a ? h.position : h.position - 1].group;
  attempts_made(q, h.generation, static_cast<std::uint32_t>(lanes_.cycles(group)) + chain.cutoff.attempts);
}

void Swapping::attempts_made(QubitId q, std::uint32_t generation, std::uint32_t until) {
  const Half& h = segments_.half(q);
  const Tick now = queue_.now();
  const bool left = h.side == end_a;  // the hop that is waited for is the one towards B
  const std::uint32_t group = chains_[h.chain.value].hops[left ? h.position : h.position - 1].group;
  const Address again{setup_.self.handler, op_attempts, q.value};
  const std::uint64_t payload = std::uint64_t{until} << 32 | generation;
  const auto missing = static_cast<std::int32_t>(until - static_cast<std::uint32_t>(lanes_.cycles(group)));
  if (missing <= 0) {
    queue_.post(now + lanes_.herald_delay(group, left ? end_a : end_b) + Tick{1}, Phase::expiries,
                {setup_.self.handler, op_give_up, q.value}, generation);
  } else if (!lanes_.attempting(group)) {
    lanes_.wake_when_attempting(group, again, payload);
  } else {
    // A cycle that starts at this tick may do so in its next round: that round is opened, and then looked at behind its attempts.
    const Tick next = lanes_.earliest_start(group, static_cast<std::uint64_t>(missing));
    const bool next_round = next == now && queue_.phase() > Phase::attempts;
    queue_.post(next, next_round ? Phase::attempts : Phase::decisions, again, payload);
  }
}

void Swapping::give_up(QubitId q) {
  const Half h = segments_.half(q);
  const NodeId node = chains_[h.chain.value].positions[h.position].node;
  const End side = other(h.side);  // of the segment
  ++nodes_[node.value].counters.cut_offs;
  waste(h.chain, segments_.began(h), LossCause::cut_off);
  trace_.add(queue_.now(), queue_.phase(), TraceKind::cut_off, node.value, h.chain.value, 0, 0, {.pair = trace_.number(h.segment)});
  segments_.forget(q);
  states_.release(q);
  if (segments_.lose(h.segment, side, queue_.now(), h.position, true)) end(h.segment);
  else lost_half_of(h.segment, side, h.position);
  give_slot_back(h);
}

// Apart from the code that always runs.
void Swapping::trace_start(QubitId b, QubitId c, NodeId node, Tick end) {
  trace_.add(queue_.now(), Phase::decisions, TraceKind::swap_started, node.value, segments_.half(b).chain.value, 0, 0,
             {.left = number_of(b), .right = number_of(c), .until = end});
}

void Swapping::trace_results(const Half& measured, std::uint32_t joined, const std::array<Tick, 2>& known) {
  const Chain& chain = chains_[measured.chain.value];
  for (End end : {end_a, end_b})
    trace_.add(queue_.now(), Phase::swaps, TraceKind::message, chain.positions[measured.position].node.value, measured.chain.value,
               static_cast<std::uint64_t>(TraceMessage::swap_result), 0,
               {.pair = trace_.number(joined), .to = chain.at(end).node.value, .until = known[end]});
}

// Of the two pairs that a swap takes the one that was ready last decides.
Path Swapping::swapped(const Half& left, const Half& right) const {
  const Tick now = queue_.now();
  Path path = segments_.path_to(right.ready > left.ready ? right : left);
  path.operations += now - path.until;
  path.until = now;
  return path;
}

// ---- losses and their notices ----------------------------------------------------------------------------------------------------------

// News of the lost half makes for the holder of the other one: from where it was lost, or from the node that has just swapped it on.
void Swapping::lost_half_of(std::uint32_t s, End lost, std::uint32_t position) {
  Segment& segment = segments_.segment(s);
  Loss& loss = segments_.loss(s, lost);
  const Half& holder = segments_.half(segment.half[other(lost)]);
  const Chain& chain = chains_[holder.chain.value];
  const Tick now = queue_.now();
  if (segment.notice_waits[lost]) {
    segment.notice_waits[lost] = false;
    loss.news_at = now;
    loss.position = position;
  }
  // Who passes it on sends it anew: what has made it late so far is part of when it set out.
  loss.news_at = mail_.arrives(chain.positions[position].node, loss.news_at, tick_zero);
  const Tick arrival = later(now, loss.news_at + chain.delay(loss.position, holder.position));
  trace_.add(loss.news_at, queue_.phase(), TraceKind::message, chain.positions[loss.position].node.value,
             segment.chain.value, static_cast<std::uint64_t>(TraceMessage::loss_notice), 0,
             {.pair = trace_.number(s), .to = chain.positions[holder.position].node.value, .until = arrival});
  send_notice(s, lost, arrival);
}

void Swapping::send_notice(std::uint32_t s, End lost, Tick arrival) {
  ++messages_;
  const std::uint32_t number = segments_.number_notice(s, lost);
  queue_.post(arrival, Phase::arrivals, {setup_.self.handler, op_notice, s}, std::uint64_t{lost} << 32 | number);
}

void Swapping::notice(std::uint32_t s, std::uint32_t number, End lost) {
  Segment& segment = segments_.segment(s);
  if (segments_.loss(s, lost).notice != number) {
    ++stale_events_;
    return;
  }
  const QubitId q = segment.half[other(lost)];
  const Half h = segments_.half(q);
  const NodeId node = chains_[h.chain.value].positions[h.position].node;
  if (h.state == HalfState::locked) {
    segment.notice_waits[lost] = true;
    trace_.add(queue_.now(), Phase::arrivals, TraceKind::notice_held, node.value, h.chain.value, 0, 0, {.pair = trace_.number(s)});
    return;
  }
  ++nodes_[node.value].counters.lost_qubits;
  trace_.add(queue_.now(), Phase::arrivals, TraceKind::qubit_lost, node.value, h.chain.value, 0, 0, {.pair = trace_.number(s)});
  segments_.forget(q);
  states_.release(q);
  end(s);
  give_slot_back(h);
}

// ---- slots -----------------------------------------------------------------------------------------------------------------------------

void Swapping::give_slot_back(const Half& h) {
  const Position& here = chains_[h.chain.value].positions[h.position];
  nodes_[here.node.value].counters.slot_ticks += static_cast<double>(count(queue_.now() - h.occupied_since));
  if (h.in_communication) [[unlikely]] lanes_.communication().leave(here.node, h.storing);
  if (!here.held) return;
  // A half facing B is at the A-side end of its hop.
  lanes_.free_slot(here.group[h.side], other(h.side));
}

void Swapping::drop_all(ChainId id, std::uint32_t position) {
  Position& here = chains_[id.value].positions[position];
  for (auto& side : here.halves)
    for (HalfList& list : side)
      while (list.head) {
        const QubitId q = list.head;
        const Half h = segments_.half(q);
        trace_.add(queue_.now(), queue_.phase(), TraceKind::qubit_released, here.node.value, id.value, 0, 0, {.pair = number_of(q)});
        segments_.forget(q);
        states_.release(q);
        if (segments_.lose(h.segment, other(h.side), queue_.now(), position, false)) segments_.free_segment(h.segment);
        give_slot_back(h);
      }
}

void Swapping::consume_half(QubitId q) {
  const Half h = segments_.half(q);
  segments_.forget(q);
  segments_.segment(h.segment).half[other(h.side)] = QubitId{};
  give_slot_back(h);
}

void Swapping::hand_out(QubitId q) {
  const Half h = segments_.half(q);
  segments_.forget(q);
  segments_.segment(h.segment).half[other(h.side)] = QubitId{};
  count_occupied(chains_[h.chain.value].positions[h.position].node, h.occupied_since, queue_.now());
}

void Swapping::consume(std::uint32_t s) {
  for (QubitId q : segments_.segment(s).half)
    if (q) {
      states_.release(q);
      consume_half(q);
    }
}

void Swapping::end(std::uint32_t s) {
  const Segment& segment = segments_.segment(s);
  const Chain& chain = chains_[segment.chain.value];
  if (!chain.pipelined)
    for (std::uint32_t hop = segment.reach[end_a]; hop < segment.reach[end_b]; ++hop) lanes_.give_turn(chain.hops[hop].group);
  segments_.free_segment(s);
}

void Swapping::slot_ticks_until(Tick end, std::vector<double>& slot_ticks) const {
  for (const Node& node : nodes_) slot_ticks.push_back(node.counters.slot_ticks);
  if (states_.live() == 0) return;
  double* out = slot_ticks.data() + slot_ticks.size() - nodes_.size();
  segments_.each_live([&](const Half& h) {
    out[chains_[h.chain.value].positions[h.position].node.value] += static_cast<double>(count(end - h.occupied_since));
  });
}

void Swapping::settle_all(Tick end) {
  segments_.each_live([&](const Half& h) {
    const NodeId node = chains_[h.chain.value].positions[h.position].node;
    nodes_[node.value].counters.slot_ticks += static_cast<double>(count(end - h.occupied_since));
  });
}

}  // namespace farbell
