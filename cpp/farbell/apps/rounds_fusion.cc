// A round of GHZ fusion, from the joining on: docs/physics/ghz_fusion.md
#include <algorithm>
#include <cmath>

#include "farbell/apps/rounds.hpp"
#include "farbell/network/news.hpp"

namespace farbell {

namespace {

// Each half decays until its own tick.
Correlators decayed(const States& states, KnownPair pair, Tick until_a, Tick until_b, int frame) {
  const WaitingQubit b = pair.b;
  pair.b.since = until_a;
  const Correlators half = states.correlators(pair, until_a, 0);
  pair.xx = half.xx;
  pair.yy = half.yy;
  pair.zz = half.zz;
  pair.a.since = until_b;
  pair.b = b;
  return states.correlators(pair, until_b, frame);
}

}  // namespace

// By node: how long it takes until both ends have heard from it.
const std::vector<Tick>& Rounds::reports(DemandId d) {
  std::vector<Tick>& out = reports_[d.value];
  if (!out.empty()) return out;
  std::vector<Tick> other;
  const auto& ends = setup_.routes[d.value].ends;
  classical_delays(graph_, setup_.fibre_delay, setup_.processing_delay, {&ends[0], 1}, out);
  classical_delays(graph_, setup_.fibre_delay, setup_.processing_delay, {&ends[1], 1}, other);
  for (std::size_t n = 0; n < out.size(); ++n) out[n] = setup_.ideal && out[n] != never ? tick_zero : later(out[n], other[n]);
  return out;
}

// One demand a round: all nodes but its ends measure what they have. What they find follows from what was drawn; it is told later.
void Rounds::connect_by_fusion() {
  const RoundPlan& plan = setup_.plan;
  const Tick now = queue_.now();
  const RoundWish& wish = router_->in_turn();
  const std::vector<Tick>& reports = this->reports(wish.demand);
  const auto luck = [&](NodeId n, std::uint32_t k) {
    const std::uint64_t lanes = graph_.edges(n).size() * plan.network.channels;
    return Stream::numbered(plan.fusion_keys[n.value], round_ * lanes + k, setup_.replica);
  };
  web_->fuse(wish, round_, up_, luck, hooks_.fuse);
  FusedRow row;
  row.demand = wish.demand;
  Tick known = now;
  for (std::uint32_t n = 0; n < setup_.nodes.size(); ++n) {
    const NodeId node{n};
    const FusionWeb::Work& work = web_->work(node);
    begun_[n] = 0;
    for (const auto [link, lane] : work.pairs) {
      const Tick began = cycle_start(link, lane);
      begun_[n] += count(began);
      if (node == wish.a || node == wish.b) row.held.emplace_back(node, began);
    }
    if (work.pairs.empty() || node == wish.a || node == wish.b) continue;
    const Tick at = now + plan.fusion_durations[n];
    queue_.post(at, Phase::swaps, {setup_.self.handler, op_fuse, n}, 0);
    if (reports[n] == never) continue;
    known = later(known, at + reports[n]);
    messages_ += 2;
  }
  fused_known_ = known;
  const std::vector<FusionWeb::Joined> joined = web_->joined();
  for (const FusionWeb::Joined& state : joined) row.pairs.push_back(fused_pair(state, wish, now, known));
  if (trace_.on) [[unlikely]] trace_web(row, joined, wish);
  for (const auto& [node, began] : row.held) ++held_[node.value];
  if (free_fused_.empty()) {
    free_fused_.push_back(static_cast<std::uint32_t>(fused_.size()));
    fused_.emplace_back();
  }
  const std::uint32_t index = free_fused_.back();
  free_fused_.pop_back();
  fused_[index] = std::move(row);
  queue_.post(known, Phase::arrivals, {setup_.self.handler, op_fused, index}, 0);
  post_over();
}

// X X of the ends is the product over all pairs of the state, Z Z that along the path.
PairRow Rounds::fused_pair(const FusionWeb::Joined& joined, const RoundWish& wish, Tick now, Tick known) {
  PairRow pair;
  pair.demand = wish.demand;
  pair.swaps = static_cast<std::uint32_t>(joined.fusions.size());
  pair.delivered = known;
  pair.born = known;
  Correlators ends{1, -1, 1};
  const auto until = [&](NodeId n) { return n == wish.a || n == wish.b ? known : now + setup_.plan.fusion_durations[n.value]; };
  for (std::size_t k = 0; k < joined.pairs.size(); ++k) {
    const auto [link, lane] = joined.pairs[k];
    const auto& nodes = setup_.links[link.value].node;
    const Made made = make_pair(link, lane, cycle_start(link, lane));
    const Correlators c = decayed(states_, states_.known(made.pair.a, made.pair.b), until(nodes[0]), until(nodes[1]), made.frame);
    states_.release(made.pair.a);
    states_.release(made.pair.b);
    pair.born = earlier(pair.born, made.born);
    ends.xx *= c.xx;
    ends.yy *= joined.on_path[k] ? -c.yy : c.xx;
    if (joined.on_path[k]) ends.zz *= c.zz;
  }
  // A CNOT's errors are those of the two halves that it acts on: X of the first is in all of them, Z Z of two others in those between.
  const auto x_read = [&](NodeId n) { return setup_.plan.fusion_noise[n.value].single_qubit_gate * setup_.plan.fusion_noise[n.value].read; };
  double phase = 1, parity = 1, both = 1;
  for (NodeId n : joined.alone) phase *= x_read(n);
  both = phase;
  for (const FusionWeb::Fusion& fusion : joined.fusions) {
    const RoundPlan::FusionNoise& noise = setup_.plan.fusion_noise[fusion.node.value];
    const double x = x_read(fusion.node) * std::pow(noise.two_qubit_gate, fusion.size - 1);
    phase *= x;
    both *= x;
    if (!fusion.on_path()) continue;
    const double reads = fusion.in > 0 ? noise.read * noise.read : noise.read;
    parity *= reads * std::pow(noise.two_qubit_gate, fusion.in > 0 ? fusion.out - fusion.in + 1 : fusion.out);
    both *= reads;
  }
  ends.xx *= phase;
  ends.yy *= both;
  ends.zz *= parity;
  pair.fidelity = ends.fidelity();
  pair.xx = ends.xx;
  pair.yy = ends.yy;
  pair.zz = ends.zz;
  return pair;
}

void Rounds::fuse(NodeId n) {
  const FusionWeb::Work& work = web_->work(n);
  NodeCounters& counters = nodes_[n.value];
  counters.swaps += work.groups.size();
  for (const FusionWeb::Work::Group& group : work.groups) counters.failed_swaps += !group.succeeds;
  counters.slot_ticks += static_cast<double>(static_cast<std::int64_t>(work.pairs.size()) * count(queue_.now()) - begun_[n.value]);
  if (trace_.on) [[unlikely]] trace_fuse(n);
}

// Both ends have heard from all nodes: they know which of their halves belong together, and keep one of each state.
void Rounds::fused(std::uint32_t index) {
  FusedRow row = std::move(fused_[index]);
  fused_[index] = {};
  free_fused_.push_back(index);
  for (const auto& [node, began] : row.held) {
    --held_[node.value];
    give_back(node, began, queue_.now());
  }
  if (trace_.on) [[unlikely]] trace_told(row);
  for (std::size_t k = 0; k < row.pairs.size(); ++k) {
    const std::int64_t number = row.numbers.empty() ? -1 : row.numbers[k];
    if (requests_.measures(row.demand)) measure_fused(row.pairs[k], number);
    requests_.deliver(row.pairs[k], number);
  }
}

// Both ends know at one tick; what they share is diagonal in the Bell basis, its frame undone.
void Rounds::measure_fused(PairRow& pair, std::int64_t number) {
  const Tick now = queue_.now();
  const auto& ends = setup_.routes[pair.demand.value].ends;
  Correlations state{};
  state[0] = 1;
  state[5] = pair.xx;
  state[10] = pair.yy;
  state[15] = pair.zz;
  const auto place = [&](End e) { return Place{setup_.nodes[ends[e].value].device, ends[e]}; };
  const States::Pair made = states_.create_pair(state, place(end_a), now, place(end_b), now);
  pair.basis = requests_.draw_bases(pair.demand);
  pair.outcome[end_a] = static_cast<std::int8_t>(read(made.a, pair.basis[end_a], pair.demand, number));
  pair.outcome[end_b] = static_cast<std::int8_t>(read(made.b, pair.basis[end_b], pair.demand, number));
}

}  // namespace farbell
