// What rounds write into the trace. Pairs of lanes are told at the start of their attempts, with the ticks that they will have.
#include <algorithm>

#include "farbell/apps/rounds.hpp"

namespace farbell {

// Lanes that are nobody's may serve any demand.
void Rounds::trace_lanes(std::span<const DemandId> demands) {
  const Tick now = queue_.now();
  for (DemandId d : demands) trace_.add(now, Phase::attempts, TraceKind::round_begun, d.value, trace_nobody, round_);
  owners_.assign(born_.size(), trace_nobody);
  std::vector<std::uint32_t> given(setup_.links.size());
  const auto give = [&](LinkId link, std::uint64_t demand, std::uint32_t lanes) {
    trace_.add(now, Phase::attempts, TraceKind::lanes_given, link.value, demand, lanes, 0, {.until = now + setup_.plan.attempting});
  };
  const auto give_path = [&](const LanePath& path) {
    for (std::size_t h = 0; h < path.route.links.size(); ++h) {
      const LinkId link = path.route.links[h];
      give(link, path.demand.value, path.width);
      given[link.value] += path.width;
      std::fill_n(owners_.begin() + lane_index(link, path.first[h]), path.width, path.demand.value);
    }
  };
  for (const LanePath& path : router_->paths()) give_path(path);
  for (const std::vector<Detour>& detours : router_->detours())
    for (const Detour& detour : detours) give_path(detour.lanes);
  for (std::uint32_t l = 0; l < given.size(); ++l)
    if (const std::uint32_t taken = router_->book().taken(LinkId{l}); taken > given[l]) give(LinkId{l}, trace_nobody, taken - given[l]);
}

void Rounds::trace_success(LinkId id, std::uint32_t lane) {
  const LinkRow& link = setup_.links[id.value];
  const LinkProgram& program = this->program(id);
  const std::uint32_t index = lane_index(id, lane);
  const std::int64_t pair = trace_.new_number(index);
  const Tick began = cycle_start(id, lane);
  trace_.add(began, Phase::attempts, TraceKind::link_success, id.value, owners_[index], lane, 0, {.pair = pair});
  for (End e : {end_a, end_b})
    trace_.add(began, Phase::attempts, TraceKind::herald, link.node[e].value, owners_[index], 0, 0, {.pair = pair, .until = began + program.herald[e]});
}

void Rounds::trace_chain(Row& row) {
  const Tick now = queue_.now();
  const std::size_t hops = row.chain.lanes.size();
  for (std::size_t h = 0; h < hops; ++h)
    row.numbers.push_back(row.began[h] == never ? -1 : trace_.number(lane_index(row.chain.route.links[h], row.chain.lanes[h])));
  trace_.add(now, queue_.phase(), row.chain.whole ? TraceKind::chain_joined : TraceKind::chain_broken, row.chain.demand.value, trace_nobody, hops, 0,
             {.left = row.numbers.front(), .right = row.numbers.back()});
  for (std::size_t k = 1; k < hops; ++k) {
    const NodeId node = row.chain.route.nodes[k];
    if (row.began[k - 1] != never && row.began[k] != never)
      trace_.add(now, queue_.phase(), TraceKind::swap_started, node.value, row.chain.demand.value, 0, 0,
                 {.left = row.numbers[k - 1], .right = row.numbers[k], .until = now + setup_.nodes[node.value].swap_duration});
  }
}

void Rounds::trace_swap(Row& row, std::uint32_t position, std::uint64_t outcome) {
  const Tick now = queue_.now();
  const std::uint32_t node = row.chain.route.nodes[position].value;
  const std::int64_t left = row.numbers[position - 1], right = row.numbers[position], joined = outcome == trace_failed ? -1 : new_number();
  trace_.add(now, Phase::swaps, TraceKind::swap, node, row.chain.demand.value, outcome, 0, {.left = left, .right = right, .pair = joined});
  if (joined >= 0)
    for (std::int64_t& number : row.numbers)
      if (number == left || number == right) number = joined;
  for (End e : {end_a, end_b})
    trace_.add(now, Phase::swaps, TraceKind::message, node, row.chain.demand.value, static_cast<std::uint64_t>(TraceMessage::swap_result), 0,
               {.pair = joined, .to = row.end_node(e).value, .until = now + delay(row.chain, position, e)});
}

// ---- GHZ fusion ---------------------------------------------------------------------------------------------------------------------------

void Rounds::trace_web(FusedRow& row, const std::vector<FusionWeb::Joined>& joined, const RoundWish& wish) {
  const Tick now = queue_.now();
  const auto number = [&](const FusionWeb::Lane& pair) { return trace_.number(lane_index(pair.link, pair.lane)); };
  for (std::uint32_t n = 0; n < setup_.nodes.size(); ++n) {
    if (NodeId{n} == wish.a || NodeId{n} == wish.b) continue;
    for (const FusionWeb::Lane& pair : web_->work(NodeId{n}).pairs)
      trace_.add(now, queue_.phase(), TraceKind::fusion_started, n, wish.demand.value, 0, 0,
                 {.pair = number(pair), .until = now + setup_.plan.fusion_durations[n]});
  }
  std::vector<std::int64_t> reached;  // pairs of states that A and B share
  for (const FusionWeb::Joined& state : joined) {
    const std::int64_t whole = new_number();
    row.numbers.push_back(whole);
    for (std::size_t k = 0; k < state.pairs.size(); ++k) {
      const auto& [link, lane] = state.pairs[k];
      const std::int64_t pair = trace_.number(lane_index(link, lane));
      trace_.add(now, queue_.phase(), TraceKind::state_joined, link.value, wish.demand.value, state.on_path[k], 0, {.right = whole, .pair = pair});
      reached.push_back(pair);
      // Of the state's halves at an end that is kept which the path begins or ends with.
      for (NodeId node : setup_.links[link.value].node)
        if (!state.on_path[k] && (node == wish.a || node == wish.b)) row.told.push_back({node, pair, true});
    }
  }
  for (NodeId end : {wish.a, wish.b})
    for (const FusionWeb::Lane& pair : web_->work(end).pairs)
      if (std::find(reached.begin(), reached.end(), number(pair)) == reached.end()) row.told.push_back({end, number(pair), false});
}

void Rounds::trace_fuse(NodeId n) {
  const FusionWeb::Work& work = web_->work(n);
  const std::uint64_t demand = router_->in_turn().demand.value;
  const Tick now = queue_.now();
  for (const FusionWeb::Work::Group& group : work.groups)
    if (group.succeeds) trace_.add(now, Phase::swaps, TraceKind::fusion, n.value, demand, group.size, 0, {.until = fused_known_});
    else trace_.add(now, Phase::swaps, TraceKind::fusion_failed, n.value, demand, group.size);
  for (const auto& [link, lane] : work.alone)
    trace_.add(now, Phase::swaps, TraceKind::qubit_measured, n.value, demand, static_cast<std::uint64_t>(Basis::x), 0,
               {.pair = trace_.number(lane_index(link, lane))});
}

void Rounds::trace_told(const FusedRow& row) {
  const std::uint64_t demand = row.demand.value;
  for (const EndHalf& half : row.told)
    if (half.measured)
      trace_.add(queue_.now(), Phase::arrivals, TraceKind::qubit_measured, half.node.value, demand, static_cast<std::uint64_t>(Basis::x), 0, {.pair = half.pair});
    else trace_drop(half.node, demand, TraceDrop::alone, half.pair);
}

}  // namespace farbell
