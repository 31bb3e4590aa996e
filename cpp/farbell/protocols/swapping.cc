#include "farbell/protocols/swapping.hpp"

#include <initializer_list>

namespace farbell {

Swapping::Swapping(const Setup& setup, EventQueue& queue, States& states, Segments& segments, Lanes& lanes,
                   std::vector<Chain>& chains, Trace& trace)
    : setup_(setup), queue_(queue), states_(states), segments_(segments), lanes_(lanes), chains_(chains), trace_(trace),
      counters_(setup.nodes.size()) {
  for (std::uint64_t key : setup.swap_keys) streams_.emplace_back(key, setup.replica);
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
      if (chains_[event.to.target].generation == high) decide(chains_[event.to.target], low);
      else ++stale_events_;
      break;
    case op_swap:
      if (current(high)) swap(qubit, QubitId{low});
      break;
    default:  // op_notice
      notice(event.to.target, low, static_cast<End>(high));
  }
}

// ---- heralds and decisions -----------------------------------------------------------------------------------------------------------

void Swapping::herald(QubitId q) {
  const Half h = segments_.half(q);
  segments_.move(q, HalfState::waiting);
  Chain& chain = chains_[h.chain.value];
  Position& here = chain.positions[h.position];
  const auto waiting = [&](End side) { return bool(here.halves[side][static_cast<int>(HalfState::waiting)].head); };
  if (here.decision_posted || !waiting(end_a) || !waiting(end_b)) return;
  here.decision_posted = true;
  queue_.post(queue_.now(), Phase::decisions, {setup_.self.handler, op_decide, h.chain.value},
              std::uint64_t{chain.generation} << 32 | h.position);
}

void Swapping::decide(Chain& chain, std::uint32_t position) {
  Position& here = chain.positions[position];
  here.decision_posted = false;
  const auto head = [&](End side) { return here.halves[side][static_cast<int>(HalfState::waiting)].head; };
  while (head(end_a) && head(end_b)) {
    const QubitId b = head(end_a), c = head(end_b);
    segments_.move(b, HalfState::locked);
    segments_.move(c, HalfState::locked);
    if (trace_.on) trace_start(b, c, here.node);
    queue_.post(queue_.now() + setup_.nodes[here.node.value].swap_duration, Phase::swaps, {setup_.self.handler, op_swap, b.value},
                std::uint64_t{segments_.half(b).generation} << 32 | c.value);
  }
}

// ---- the Bell measurement ------------------------------------------------------------------------------------------------------------

void Swapping::swap(QubitId b, QubitId c) {
  const Tick now = queue_.now();
  const Half left_half = segments_.half(b);
  const Half right_half = segments_.half(c);
  const std::uint32_t left = left_half.segment, right = right_half.segment, position = left_half.position;
  const Chain& chain = chains_[left_half.chain.value];
  const NodeId node = chain.positions[position].node;
  const Stream::Draw draw = streams_[node.value].next();

  NodeCounters& counter = counters_[node.value];
  ++counter.swaps;
  const auto lost_before = [&](const Segment& s, End e) { return !s.half[e] && s.lost_at[e] < now; };
  const bool stale = lost_before(segments_.segment(left), end_a) || lost_before(segments_.segment(right), end_b);
  counter.stale_swaps += stale;
  const std::uint64_t stale_mark = stale ? 256 : 0;

  segments_.forget(b);
  segments_.forget(c);
  if (draw.u0 < setup_.nodes[node.value].swap_success) {
    const int outcome = states_.bell_measure(b, c, now, draw.u1);
    trace_.add(now, Phase::swaps, TraceKind::swap, node.value, left_half.chain.value, static_cast<std::uint64_t>(outcome) | stale_mark, 0,
               {.left = trace_.number(left), .right = trace_.number(right), .pair = trace_.new_number(left)});
    if (trace_.on) trace_results(left_half, left);
    messages_ += 2;
    segments_.join(left, right, outcome, {now + chain.delay(position, 0), now + chain.delay(position, chain.last())});
    const Segment& joined = segments_.segment(left);
    if (!joined.half[end_a] && !joined.half[end_b]) {
      end(left);
    } else if (segments_.spans(left)) {
      post_ready(queue_, chain, left, joined);
    } else {
      for (End e : {end_a, end_b})
        if (!joined.half[e] && joined.announced[e]) lost_half_of(left, e, position);
    }
  } else {
    ++counter.failed_swaps;
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

// Apart from the code that always runs.
void Swapping::trace_start(QubitId b, QubitId c, NodeId node) {
  trace_.add(queue_.now(), Phase::decisions, TraceKind::swap_started, node.value, segments_.half(b).chain.value, 0, 0,
             {.left = number_of(b), .right = number_of(c), .until = queue_.now() + setup_.nodes[node.value].swap_duration});
}

void Swapping::trace_results(const Half& measured, std::uint32_t joined) {
  const Chain& chain = chains_[measured.chain.value];
  const std::uint32_t here = measured.position;
  for (std::uint32_t end : {std::uint32_t{0}, chain.last()})
    trace_.add(queue_.now(), Phase::swaps, TraceKind::message, chain.positions[here].node.value, measured.chain.value,
               static_cast<std::uint64_t>(TraceMessage::swap_result), 0,
               {.pair = trace_.number(joined), .to = chain.positions[end].node.value, .until = queue_.now() + chain.delay(here, end)});
}

// ---- losses and their notices ----------------------------------------------------------------------------------------------------------

// News of the lost half makes for the holder of the other one: from where it was lost, or from the node that has just swapped it on.
void Swapping::lost_half_of(std::uint32_t s, End lost, std::uint32_t position) {
  Segment& segment = segments_.segment(s);
  const Half& holder = segments_.half(segment.half[other(lost)]);
  const Chain& chain = chains_[holder.chain.value];
  const Tick now = queue_.now();
  if (segment.notice_waits[lost]) {
    segment.notice_waits[lost] = false;
    segment.news_at[lost] = now;
    segment.lost_position[lost] = position;
  }
  const Tick arrival = later(now, segment.news_at[lost] + chain.delay(segment.lost_position[lost], holder.position));
  trace_.add(segment.news_at[lost], queue_.phase(), TraceKind::message, chain.positions[segment.lost_position[lost]].node.value,
             segment.chain.value, static_cast<std::uint64_t>(TraceMessage::loss_notice), 0,
             {.pair = trace_.number(s), .to = chain.positions[holder.position].node.value, .until = arrival});
  send_notice(s, lost, arrival);
}

void Swapping::send_notice(std::uint32_t s, End lost, Tick arrival) {
  ++messages_;
  const std::uint32_t number = ++segments_.segment(s).notice[lost];
  queue_.post(arrival, Phase::arrivals, {setup_.self.handler, op_notice, s}, std::uint64_t{lost} << 32 | number);
}

void Swapping::notice(std::uint32_t s, std::uint32_t number, End lost) {
  Segment& segment = segments_.segment(s);
  if (segment.notice[lost] != number) {
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
  ++counters_[node.value].lost_qubits;
  trace_.add(queue_.now(), Phase::arrivals, TraceKind::qubit_lost, node.value, h.chain.value, 0, 0, {.pair = trace_.number(s)});
  segments_.forget(q);
  states_.release(q);
  end(s);
  give_slot_back(h);
}

// ---- slots -----------------------------------------------------------------------------------------------------------------------------

void Swapping::give_slot_back(const Half& h) {
  const Chain& chain = chains_[h.chain.value];
  const Position& here = chain.positions[h.position];
  counters_[here.node.value].slot_ticks += static_cast<double>(count(queue_.now() - h.occupied_since));
  if (!here.held) return;
  // A half facing B is the A-side end of the hop after its node.
  const std::uint32_t hop = h.side == end_b ? h.position : h.position - 1;
  lanes_.free_slot(chain.hops[hop].group, h.side == end_b ? end_a : end_b);
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

std::vector<double> Swapping::slot_ticks_until(Tick end) const {
  std::vector<double> out(counters_.size());
  for (std::size_t n = 0; n < out.size(); ++n) out[n] = counters_[n].slot_ticks;
  segments_.each_live([&](const Half& h) {
    out[chains_[h.chain.value].positions[h.position].node.value] += static_cast<double>(count(end - h.occupied_since));
  });
  return out;
}

void Swapping::settle_all(Tick end) {
  segments_.each_live([&](const Half& h) {
    const NodeId node = chains_[h.chain.value].positions[h.position].node;
    counters_[node.value].slot_ticks += static_cast<double>(count(end - h.occupied_since));
  });
}

}  // namespace farbell
