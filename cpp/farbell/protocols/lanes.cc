#include "farbell/protocols/lanes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "farbell/state/correlations.hpp"

namespace farbell {

Lanes::Lanes(const Setup& setup, EventQueue& queue, States& states, Segments& segments, std::vector<Chain>& chains, Trace& trace)
    : setup_(setup), queue_(queue), states_(states), segments_(segments), chains_(chains), trace_(trace),
      first_group_(setup.links.size(), no_group), open_(setup.links.size()),
      turns_({setup.links, setup.nodes, setup.switches, {setup.self.handler, op_turns, 0}, chains.size(), setup.turn_hook, setup.turn_claims},
             queue, trace, *this),
      communication_({setup.links, setup.nodes, {setup.self.handler, op_communication, 0}, setup.stored}, queue, segments, chains, *this, trace) {
  for (const LinkRow& link : setup.links) {
    program_of_.push_back(link.program);
    drifts_.push_back({Stream(link.phase_key, setup.replica)});
  }
}

std::uint32_t Lanes::add_group(LinkId link, std::uint64_t attempts_key, std::uint64_t herald_key) {
  const auto index = static_cast<std::uint32_t>(groups_.size());
  Group& g = groups_.emplace_back();
  g.link = link;
  g.program = &setup_.programs[program_of_[link.value]];
  g.node = setup_.links[link.value].node;
  g.device = setup_.links[link.value].device;
  g.attempts = Stream(attempts_key, setup_.replica);
  g.herald = Stream(herald_key, setup_.replica);
  if (setup_.dephasing) [[unlikely]] {
    g.dephases = g.program->dephasing[0] > 0 || g.program->dephasing[1] > 0;
    setup_.dephasing->add_source(g.node);
  }
  next_of_link_.push_back(first_group_[link.value]);
  first_group_[link.value] = index;
  asleep_.emplace_back();
  communication_.add_group(link);
  return index;
}

void Lanes::open(std::uint32_t group, ChainId id, std::uint32_t hop) {
  Group& g = groups_[group];
  const Chain& chain = chains_[id.value];
  g.chain = id;
  g.hop = hop;
  g.free = {hop == 0 ? chain.end_slots : chain.width, hop + 1 == chain.last() ? chain.end_slots : chain.width};
  g.turns = chain.width;
  g.open = true;
  opened(g.link, chain.width);
  wanted_lanes_changed(group, 0);
}

void Lanes::free_slot(std::uint32_t group, End position_side) {
  Group& g = groups_[group];
  const std::uint32_t before = g.wanted();
  ++g.free[position_side];
  if (g.wanted() != before) wanted_lanes_changed(group, before);
}

void Lanes::give_turn(std::uint32_t group) {
  Group& g = groups_[group];
  const std::uint32_t before = g.wanted();
  ++g.turns;
  if (g.wanted() != before) wanted_lanes_changed(group, before);
}

void Lanes::close(std::uint32_t group, End position_side) {
  Group& g = groups_[group];
  const std::uint32_t before = g.wanted();
  if (g.open) opened(g.link, -std::int64_t{chains_[g.chain.value].width});
  g.open = false;
  g.free[position_side] = 0;
  if (before > 0) wanted_lanes_changed(group, before);
}

void Lanes::set_program(LinkId link, std::uint32_t program) {
  each_group_of(link, [&](std::uint32_t index) {
    settle(groups_[index]);
    groups_[index].program = &setup_.programs[program];
  });
  program_of_[link.value] = program;
  drifts_[link.value].at = never;
  each_group_of(link, [&](std::uint32_t index) {
    if (groups_[index].dephases) [[unlikely]] tell_memories(index);
    if (groups_[index].lanes > 0) look_ahead(index);
  });
}

// ---- cycles ---------------------------------------------------------------------------------------------------------------------

// Cycles that have been made since the group's counters were last brought up to date.
inline std::int64_t Lanes::cycles_to_count(const Group& g) const {
  return g.lanes == 0 ? 0 : cycles_begun(queue_, g.next_cycle, g.next_round, g.program->period);
}

// Moves them out of the threshold and into the counters.
void Lanes::settle(Group& g) {
  const std::int64_t cycles = cycles_to_count(g);
  if (cycles == 0) return;
  g.residual -= static_cast<double>(cycles) * g.program->step(g.lanes);
  count_cycles(g, cycles);
}

std::uint64_t Lanes::cycles(std::uint32_t group) const {
  const Group& g = groups_[group];
  return g.cycles + static_cast<std::uint64_t>(cycles_to_count(g));
}

Tick Lanes::earliest_start(std::uint32_t group, std::uint64_t n) const {
  const Group& g = groups_[group];
  const Tick next = g.lanes > 0 ? after(g.next_cycle, g.program->period, cycles_to_count(g)) : next_start(later(queue_.now(), g.next_cycle));
  // The link may change meanwhile.
  return after(next, setup_.links[g.link.value].fastest_period, static_cast<std::int64_t>(n) - 1);
}

Tick Lanes::herald_delay(std::uint32_t group, End position_side) const {
  const Group& g = groups_[group];
  const bool forward = chains_[g.chain.value].hops[g.hop].forward;
  const LinkProgram& link = *g.program;
  return after(link.herald[forward == (position_side == end_a) ? 0 : 1], link.mode_separation, link.modes - 1);
}

void Lanes::count_cycles(Group& g, std::int64_t cycles) {
  const Tick period = g.program->period;
  g.done.attempts += g.lanes * static_cast<std::uint64_t>(cycles);
  g.done.lane_ticks += static_cast<double>(g.lanes) * static_cast<double>(cycles) * static_cast<double>(count(period));
  g.cycles += static_cast<std::uint64_t>(cycles);
  if (g.dephases) [[unlikely]] setup_.dephasing->count_cycles(static_cast<std::uint32_t>(&g - groups_.data()), cycles);
  g.next_cycle = after(g.next_cycle, period, cycles);
  g.next_round = 0;
}

// How the group's cycles go on, to both of its nodes.
void Lanes::tell_memories(std::uint32_t index) {
  const Group& g = groups_[index];
  setup_.dephasing->goes_on(index, g.next_cycle, g.next_round, g.program->period,
                            {g.program->dephasing_of(0, g.lanes), g.program->dephasing_of(1, g.lanes)});
}

Tick Lanes::next_start(Tick earliest) const {
  if (setup_.slot == tick_zero) return earliest;
  // Slotted: one tick after a multiple of the slot.
  const std::int64_t slot = count(setup_.slot);
  const std::int64_t k = (count(earliest) - 1 + slot - 1) / slot;
  return Tick{(count(earliest) <= 1 ? 0 : k) * slot + 1};
}

void Lanes::set_lanes(std::uint32_t index, std::uint32_t lanes) {
  Group& g = groups_[index];
  if (g.lanes == lanes) return;
  if (g.lanes > 0) {
    settle(g);
  } else {
    const Tick now = queue_.now();
    g.next_cycle = next_start(later(now, g.next_cycle));
    g.next_round = g.next_cycle == now && queue_.phase() > Phase::attempts ? queue_.round() + 1 : g.next_cycle == now ? queue_.round() : 0;
    g.trying_since = now;
    if (g.awaited) [[unlikely]] {
      for (const Sleeper& s : asleep_[index]) queue_.post(now, Phase::decisions, s.to, s.payload);
      asleep_[index].clear();
      g.awaited = false;
    }
  }
  g.lanes = lanes;
  if (g.dephases) [[unlikely]] tell_memories(index);
  if (trace_.on) [[unlikely]]
    trace_.add(queue_.now(), queue_.phase(), TraceKind::attempting, g.link.value, g.chain.value, lanes, 0, {.until = g.next_cycle});
  if (lanes > 0) look_ahead(index);
  else g.due = never;
}

// Finds the next cycle to look at: the successful one, or, when stepping, simply the next after those looked at but not counted.
void Lanes::look_ahead(std::uint32_t index, std::int64_t looked_at) {
  Group& g = groups_[index];
  const LinkProgram& link = *g.program;
  if (!g.armed) arm(g);
  std::int64_t cycles_before = 0;
  if (setup_.step_attempts) {
    cycles_before = looked_at;
  } else {
    const double step = link.step(g.lanes);
    if (step <= 0) {
      g.due = never;
      return;
    }
    const double guess = std::floor(g.residual / step);
    if (!(guess < 9e18)) {
      g.due = never;
      return;
    }
    // The quotient may be off by one unit in the last place; the product decides, as it does when stepping.
    auto k = static_cast<std::int64_t>(guess) + 1;
    while (k > 1 && static_cast<double>(k - 1) * step > g.residual) --k;
    while (!(static_cast<double>(k) * step > g.residual)) ++k;
    cycles_before = k - 1;
  }
  g.due = after(g.next_cycle, link.period, cycles_before);
  if (g.due < g.posted) {
    g.posted = g.due;
    queue_.post(g.due, Phase::attempts, {setup_.self.handler, op_cycle, index}, 0);
  }
}

void Lanes::handle(const Event& event) {
  switch (event.to.op) {
    case op_cycle: cycle(event.to.target); break;
    case op_successes: succeed_all(); break;
    default:
      if (event.to.op < op_turns) communication_.handle(event);
      else turns_.handle(event);
  }
}

void Lanes::cycle(std::uint32_t index) {
  Group& g = groups_[index];
  const Tick now = queue_.now();
  const bool newest = g.posted == now;
  if (newest) g.posted = never;
  const bool this_round = g.next_cycle != now || queue_.round() == g.next_round;
  if (g.due != now || !this_round) {
    // A moved deadline re-posts itself; anything else is an event of an old regime.
    if (newest && g.due != never && g.due >= now) {
      g.posted = g.due;
      queue_.post(g.due, Phase::attempts, {setup_.self.handler, op_cycle, index}, 0);
    }
    ++stale_events_;
    return;
  }
  if (setup_.step_attempts) {
    const LinkProgram& link = *g.program;
    const std::int64_t cycles = count(now - g.next_cycle) / count(link.period) + 1;
    if (!(static_cast<double>(cycles) * link.step(g.lanes) > g.residual)) {
      look_ahead(index, cycles);
      return;
    }
  }
  // Ties between groups go by demand and hop, however their events came to be posted.
  if (succeeding_.empty()) queue_.post(now, Phase::attempts, {setup_.self.handler, op_successes, 0}, 0);
  succeeding_.push_back(index);
  __builtin_prefetch(&g.link);  // what was not needed yet
  __builtin_prefetch(&g.attempts);
  g.due = never;  // an older event at this tick is stale
}

void Lanes::succeed_all() {
  if (succeeding_.size() > 1)
    std::sort(succeeding_.begin(), succeeding_.end(), [&](std::uint32_t x, std::uint32_t y) {
      const Group &g = groups_[x], &h = groups_[y];
      return g.chain != h.chain ? g.chain < h.chain : g.hop < h.hop;
    });
  for (std::size_t i = 0; i < succeeding_.size(); ++i) {
    if (i + 2 < succeeding_.size()) {
      const Group& g = groups_[succeeding_[i + 2]];
      const Chain& chain = chains_[g.chain.value];
      __builtin_prefetch(&chain.hops[g.hop]);
      __builtin_prefetch(&chain.positions[g.hop]);
      __builtin_prefetch(&chain.positions[g.hop + 1]);
    }
    succeed(succeeding_[i]);
  }
  succeeding_.clear();
}

void Lanes::arm(Group& g) {
  const Stream::Draw draw = g.attempts.next();
  g.residual = -std::log1p(-draw.u0);
  g.count_uniform = draw.u1;
  g.armed = true;
}

std::uint32_t Lanes::draw_count(const Group& g, double p) const {
  const std::uint32_t n = g.lanes;
  if (n == 1 || p >= 1) return n;
  // Zero-truncated binomial by inversion.
  double term = std::pow(1 - p, n);
  const double some = -std::expm1(n * std::log1p(-p));
  double sum = 0;
  for (std::uint32_t k = 1; k < n; ++k) {
    term *= static_cast<double>(n - k + 1) / k * (p / (1 - p));
    sum += term / some;
    if (g.count_uniform < sum) return k;
  }
  return n;
}

// The next mode of the cycle's trains that makes a pair; false if there is none.
bool Lanes::next_mode(Group& g, std::int64_t& mode) const {
  const LinkProgram& link = *g.program;
  const double u = g.herald.next().u0;
  const bool first = mode < 0 || !link.shared_train;
  // Failures before a success, geometric; before the first of a train with a success they are fewer than its modes.
  const double failures = std::floor(std::log1p(first ? -u * link.success : -u) / link.log_mode_failure);
  const std::int64_t from = first ? 0 : mode + 1, left = link.modes - from;
  if (!(failures < static_cast<double>(left))) {
    if (!first) return false;
    mode = link.modes - 1;
  } else {
    mode = from + static_cast<std::int64_t>(failures);
  }
  return true;
}

// The exact step of an Ornstein-Uhlenbeck process from the time it was last looked at.
double Lanes::next_phase_rad(LinkId link, const LinkProgram& program) {
  Drift& drift = drifts_[link.value];
  const Tick now = queue_.now();
  const Stream::Draw draw = drift.draws.next();
  const double normal = std::sqrt(-2 * std::log1p(-draw.u0)) * std::cos(2 * std::numbers::pi * draw.u1);
  if (drift.at == never || program.phase_correlation == 0) {
    drift.value = normal;
  } else {
    const double elapsed = static_cast<double>(count(now - drift.at)) / program.phase_correlation;
    drift.value = drift.value * std::exp(-elapsed) + std::sqrt(-std::expm1(-2 * elapsed)) * normal;
  }
  drift.at = now;
  return program.phase_sigma_rad * drift.value;
}

void Lanes::succeed(std::uint32_t index) {
  Group& g = groups_[index];
  const LinkProgram& link = *g.program;
  const Tick now = queue_.now();
  const std::int64_t cycles = count(now - g.next_cycle) / count(link.period) + 1;
  const std::uint32_t before = g.wanted();
  const std::uint32_t most = link.shared_train ? g.lanes : draw_count(g, link.success);

  count_cycles(g, cycles);
  arm(g);

  Chain& chain = chains_[g.chain.value];
  const bool forward = chain.hops[g.hop].forward;
  const std::uint32_t last = chain.last();
  const int a = forward ? 0 : 1;  // link end nearer to A
  // All lanes of a cycle see the same phase.
  const bool turned = link.phase_sigma_rad > 0;
  const double phase_rad = turned ? next_phase_rad(g.link, link) : 0;
  Correlations turned_state;
  const bool communicates = communication_.limits(g.link);
  const bool cut = chain.cuts_off;
  const std::uint32_t pool = chain.hops[g.hop].pool;
  std::uint32_t made = 0;
  for (std::int64_t mode = -1; made < most; ++made) {
    Tick start = now;  // of the mode
    if (link.modes > 1) [[unlikely]] {
      if (!next_mode(g, mode)) break;
      start = after(now, link.mode_separation, mode);
    }
    const Stream::Draw draw = g.herald.next();
    const double u = draw.u0;
    std::size_t outcome = 0;
    while (outcome + 1 < link.cumulative.size() && u >= link.cumulative[outcome]) ++outcome;
    const std::array<Tick, 2> emitted{start + link.emission[0], start + link.emission[1]};
    const std::array<Tick, 2> heralded{start + link.herald[0], start + link.herald[1]};
    Segments::Birth birth;
    birth.chain = g.chain;
    birth.hop = g.hop;
    const Correlations* state = &link.states[outcome];
    if (turned) state = &(turned_state = rotated_about_z(*state, phase_rad));
    birth.pair = states_.create_pair(*state, {g.device[0], g.node[0]}, emitted[0], {g.device[1], g.node[1]}, emitted[1],
                                     std::bit_cast<std::uint64_t>(draw.u1));
    birth.started = now;
    birth.emitted = {emitted[a], emitted[1 - a]};
    birth.known = {g.hop == 0 ? heralded[a] : tick_zero, g.hop + 1 == last ? heralded[1 - a] : tick_zero};
    if (communicates) [[unlikely]]
      for (End e : {end_a, end_b})
        if (e == end_a ? g.hop == 0 : g.hop + 1 == last) birth.known[e] += communication_.ready_after(g.node[e == end_a ? a : 1 - a]);
    birth.frame = link.frames[outcome];
    if (!link.empties.empty()) [[unlikely]] birth.empties = link.empties[outcome];
    birth.expires = never;
    if (cut) birth.expires = expiry(chain.cutoff, states_, birth.pair.a, birth.pair.b, birth.frame, earlier(emitted[0], emitted[1]));
    birth.began = g.trying_since;
    const std::uint32_t s = segments_.create(birth, forward);
    if (trace_.on) [[unlikely]] trace_success(g, s, heralded);
    ++g.done.successes;
    const Segment& segment = segments_.segment(s);
    if (pool != no_pool) [[unlikely]] {
      Tick entered = later(heralded[0], heralded[1]);
      if (communicates) [[unlikely]] entered = enter_communication(g, s, heralded);
      queue_.post(entered, Phase::arrivals, {setup_.distil.handler, setup_.distil.op, s}, std::uint64_t{pool} << 32 | segment.generation);
      continue;
    }
    // At the chain's ends nothing is decided on a herald; `known` holds its tick.
    for (End e : {end_a, end_b}) {
      const QubitId q = segment.half[e];
      const std::uint32_t position = g.hop + (e == end_b ? 1u : 0u);
      const Tick herald = heralded[e == end_a ? a : 1 - a];
      const NodeId node = chain.positions[position].node;
      const bool occupies = communicates && communication_.of(node);
      if ((position != 0 && position != last) || occupies)
        queue_.post(herald, Phase::arrivals, {setup_.herald.handler, setup_.herald.op, q.value}, segments_.half(q).generation);
      if (occupies) [[unlikely]] communication_.occupy(q, node, herald);
    }
    if (segments_.spans(s)) post_ready(queue_, chain, s, segment);
  }
  g.trying_since = now;
  g.free[end_a] -= made;
  g.free[end_b] -= made;
  if (!chain.pipelined) g.turns -= made;
  std::uint32_t still = g.wanted();
  if (communicates) [[unlikely]] {
    communication_.succeeded(index, made, still);
    still = communication_.lanes(index);
  }
  g.lanes = still;
  if (g.dephases) [[unlikely]] tell_memories(index);
  if (trace_.on) [[unlikely]]
    trace_.add(now, Phase::attempts, TraceKind::attempting, g.link.value, g.chain.value, still, 0, {.until = g.next_cycle});
  if (still > 0) {
    look_ahead(index);
  } else {
    g.due = never;
  }
  if (turns_.limits(g.link)) turns_.succeeded(g.link, still == 0 && before > 0);
}

// The halves of a pair that goes into a pool; when both can be used.
Tick Lanes::enter_communication(const Group& g, std::uint32_t s, const std::array<Tick, 2>& heralded) {
  Tick both = tick_zero;
  const bool forward = chains_[g.chain.value].hops[g.hop].forward;
  for (End e : {end_a, end_b}) {
    const QubitId q = segments_.segment(s).half[e];
    const int at = forward ? e : 1 - e;  // end of the link
    both = later(both, heralded[at] + communication_.ready_after(g.node[at]));
    if (!communication_.of(g.node[at])) continue;
    communication_.post_known(q, heralded[at]);
    communication_.occupy(q, g.node[at], heralded[at]);
  }
  return both;
}

void Lanes::trace_success(const Group& g, std::uint32_t segment, const std::array<Tick, 2>& heralded) {
  const Tick now = queue_.now();
  trace_.add(now, Phase::attempts, TraceKind::link_success, g.link.value, g.chain.value, g.done.successes, 0, {.pair = trace_.new_number(segment)});
  for (int e : {0, 1})
    trace_.add(now, Phase::attempts, TraceKind::herald, g.node[e].value, g.chain.value, 0, 0,
               {.pair = trace_.number(segment), .until = heralded[e]});
}

void Lanes::settle_all(Tick end) {
  for (Group& g : groups_)
    if (g.lanes > 0 && g.next_cycle <= end) count_cycles(g, count(end - g.next_cycle) / count(g.program->period) + 1);
}

std::vector<LinkCounters> Lanes::counters() const {
  std::vector<LinkCounters> out(setup_.links.size());
  for (const Group& g : groups_) {
    LinkCounters& link = out[g.link.value];
    link.attempts += g.done.attempts;
    link.successes += g.done.successes;
    link.lane_ticks += g.done.lane_ticks;
  }
  return out;
}

// ---- use of the links over time ------------------------------------------------------------------------------------------------------

void Lanes::opened(LinkId link, std::int64_t lanes) {
  OpenLanes& open = open_[link.value];
  open.ticks += static_cast<double>(open.lanes) * static_cast<double>(count(queue_.now() - open.since));
  open.since = queue_.now();
  open.lanes += lanes;
  all_open_ += lanes;
  use_changes_ = true;
}

void Lanes::use_until(Tick end, LinkUse& use) {
  const std::size_t links = setup_.links.size(), from = use.attempts.size();
  const auto extend = [&](auto& column) {
    column.resize(from + links);
    if (!use_changes_) std::copy_n(column.end() - 2 * links, links, column.end() - links);
  };
  extend(use.attempts);
  extend(use.successes);
  extend(use.lane_ticks);
  extend(use.open_ticks);
  if (!use_changes_) return;
  use_changes_ = all_open_ > 0;
  add_use(end, use, from);
}

LinkUse Lanes::use_at(Tick end) const {
  LinkUse use;
  use.resize(setup_.links.size());
  add_use(end, use, 0);
  return use;
}

// To rows that are still 0.
void Lanes::add_use(Tick end, LinkUse& use, std::size_t from) const {
  for (std::size_t l = 0; l < open_.size(); ++l)
    use.open_ticks[from + l] = open_[l].ticks + static_cast<double>(open_[l].lanes) * static_cast<double>(count(end - open_[l].since));
  for (const Group& g : groups_) {
    const Tick period = g.program->period;
    const std::int64_t cycles = g.lanes == 0 || g.next_cycle > end ? 0 : count(end - g.next_cycle) / count(period) + 1;
    const std::size_t at = from + g.link.value;
    use.attempts[at] += g.done.attempts + g.lanes * static_cast<std::uint64_t>(cycles);
    use.successes[at] += g.done.successes;
    use.lane_ticks[at] += g.done.lane_ticks + static_cast<double>(g.lanes) * static_cast<double>(cycles) * static_cast<double>(count(period));
  }
}

// ---- turns: who may attempt at once ------------------------------------------------------------------------------------------------

void Lanes::wanted_lanes_changed(std::uint32_t index, std::uint32_t before) {
  const Group& g = groups_[index];
  const std::uint32_t want = g.wanted();
  if (communication_.limits(g.link)) [[unlikely]] {
    communication_.wants(index, want);
    attempt(index);
    communication_.rests(index);
    return;
  }
  if (!turns_.limits(g.link)) {
    set_lanes(index, want);
    return;
  }
  turns_.wants(g.link, before, want);
  set_lanes(index, turns_.allows(g.link) ? want : 0);
  turns_.rests(g.link);
}

void Lanes::allow(LinkId link) {
  each_group_of(link, [&](std::uint32_t index) { set_lanes(index, turns_.allows(link) ? groups_[index].wanted() : 0); });
}

Tick Lanes::end_of_cycles(LinkId link) {
  Tick end = tick_zero;
  each_group_of(link, [&](std::uint32_t index) { end = later(end, groups_[index].next_cycle); });
  return end;
}

double Lanes::success_rate(LinkId link) const {
  const LinkProgram& program = setup_.programs[program_of_[link.value]];
  return program.success / static_cast<double>(count(program.period));
}

double Lanes::ticks_per_pair(LinkId link) const {
  const LinkProgram& program = setup_.programs[program_of_[link.value]];
  return program.success > 0 ? static_cast<double>(count(program.period)) / program.success : std::numeric_limits<double>::infinity();
}

}  // namespace farbell
