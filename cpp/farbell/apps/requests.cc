#include "farbell/apps/requests.hpp"

#include <algorithm>
#include <cmath>

namespace farbell {

Requests::Requests(const Setup& setup, EventQueue& queue, States& states, Segments& segments, Lanes& lanes, Swapping& swapping,
                   Routes& routes, Circuits& circuits, Recorder& recorder, Trace& trace)
    : setup_(setup), queue_(queue), states_(states), segments_(segments), lanes_(lanes), swapping_(swapping), routes_(routes),
      circuits_(circuits), recorder_(recorder), trace_(trace), rows_(setup.demands.size()), up_(setup.links, true),
      up_since_(setup.links, tick_zero), up_ticks_(setup.links, 0) {
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    const DemandRow& demand = setup.demands[d];
    rows_[d].arrivals = Stream(demand.arrivals_key, setup.replica);
    rows_[d].bases = Stream(demand.bases_key, setup.replica);
    rows_[d].outcomes = Stream(demand.outcomes_key, setup.replica);
  }
}

void Requests::start() {
  for (std::uint32_t c = 0; c < setup_.changes.size(); ++c)
    queue_.post(setup_.changes[c].at, Phase::arrivals, {setup_.self.handler, op_change, c}, 0);
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    schedule_arrival(DemandId{d});
    if (setup_.demands[d].generate_when_idle) circuits_.ask(DemandId{d});
  }
}

void Requests::handle(const Event& event) {
  const std::uint32_t target = event.to.target;
  switch (event.to.op) {
    case op_arrive: arrive(DemandId{target}); break;
    case op_deadline:
      // Behind the reservations that expire at this tick, whichever was posted first.
      queue_.post(queue_.now(), Phase::expiries, {setup_.self.handler, op_overdue, target}, 0);
      break;
    case op_overdue: deadline(DemandId{target}); break;
    case op_up:
      rows_[target].kept.clear();  // a release has dropped what was kept
      spent_on_set_up(DemandId{target});
      head_starts(DemandId{target});
      break;
    case op_gone:
      if (!rows_[target].queue.empty()) spent_in_vain(DemandId{target}, true, queue_.now());
      if (!rows_[target].queue.empty() || (setup_.demands[target].generate_when_idle && rows_[target].routed))
        if (circuits_.state(DemandId{target}) == Circuits::State::idle) circuits_.ask(DemandId{target});
      break;
    case op_change: change(setup_.changes[target]); break;
    case op_check: look_for_deadlock(); break;
    default:
      ready(target, static_cast<std::uint32_t>(event.payload), event.to.op == op_ready_a ? end_a : end_b);
  }
}

// ---- arrivals -------------------------------------------------------------------------------------------------------------------------

// One event ahead, so that the queue stays small however long the run.
void Requests::schedule_arrival(DemandId d) {
  const ArrivalPlan& plan = setup_.demands[d.value].arrivals;
  Row& row = rows_[d.value];
  Tick at = never;
  switch (plan.kind) {
    case ArrivalPlan::Kind::one_off:
    case ArrivalPlan::Kind::back_to_back:
    case ArrivalPlan::Kind::continuous:
      if (row.next_id == 0) at = plan.at;
      break;
    case ArrivalPlan::Kind::poisson:
      row.gaps_s += -std::log1p(-row.arrivals.next().u0) / plan.rate_hz;
      at = setup_.clock.tick(row.gaps_s + plan.at_s);
      break;
    case ArrivalPlan::Kind::table:
      if (row.table_next < plan.table.size()) at = plan.table[row.table_next++];
      break;
  }
  if (at <= setup_.horizon) queue_.post(at, Phase::arrivals, {setup_.self.handler, op_arrive, d.value}, 0);
}

void Requests::arrive(DemandId d) {
  const ArrivalPlan& plan = setup_.demands[d.value].arrivals;
  const std::uint64_t burst = plan.kind == ArrivalPlan::Kind::one_off ? plan.requests : 1;
  for (std::uint64_t i = 0; i < burst; ++i) ask_now(d);
  if (plan.kind == ArrivalPlan::Kind::poisson || plan.kind == ArrivalPlan::Kind::table) schedule_arrival(d);
}

void Requests::ask_now(DemandId d) {
  const DemandRow& demand = setup_.demands[d.value];
  Row& row = rows_[d.value];
  const Tick now = queue_.now();
  recorder_.asked(d, now);
  trace_.add(now, queue_.phase(), TraceKind::request_asked, d.value, row.next_id, row.queue.size());
  if (row.queue.empty()) start_accounting(d);
  row.queue.push_back({row.next_id++, 0, now, never});
  if (demand.max_queue > 0 && row.queue.size() > demand.max_queue) return refuse(d, Refusal::queue_full);
  if (!row.routed) row.routed = routes_.find(d);
  if (!row.routed) return refuse(d, Refusal::no_route);
  if (demand.deadline != never) post_deadline(d);
  switch (circuits_.state(d)) {
    case Circuits::State::idle: circuits_.ask(d); break;
    case Circuits::State::up:
      head_starts(d);
      serve_kept(d);
      break;
    default: break;  // told when it is up, or gone
  }
}

void Requests::head_starts(DemandId d) {
  Row& row = rows_[d.value];
  if (row.queue.empty() || row.queue.front().started != never || circuits_.state(d) != Circuits::State::up) return;
  Request& head = row.queue.front();
  head.started = queue_.now();
  trace_.add(queue_.now(), queue_.phase(), TraceKind::request_started, d.value, head.id, 0);
}

// ---- ends of requests -------------------------------------------------------------------------------------------------------------------

void Requests::end_request(DemandId d, RequestStatus status, Refusal reason) {
  if (status != RequestStatus::done && rows_[d.value].queue.size() == 1) spent_in_vain(d, served(d), queue_.now());
  const DemandRow& demand = setup_.demands[d.value];
  Row& row = rows_[d.value];
  // Only a refusal on arrival ends another request than the head.
  const bool newest = reason == Refusal::queue_full || reason == Refusal::no_route;
  const Request request = newest ? row.queue.back() : row.queue.front();
  newest ? row.queue.pop_back() : row.queue.pop_front();
  const bool endless = demand.arrivals.kind == ArrivalPlan::Kind::continuous;
  recorder_.request({d, status, reason, request.id, endless ? 0 : demand.pairs_per_request, request.delivered, request.asked,
                     request.started, queue_.now()});
  trace_.add(queue_.now(), queue_.phase(), TraceKind::request_ended, d.value, request.id,
             static_cast<std::uint64_t>(status) | static_cast<std::uint64_t>(reason) << 8);
  if (status == RequestStatus::refused) row.stopped = true;
}

// A back-to-back demand asks at once when the request before has ended.
void Requests::ask_again(DemandId d) {
  const ArrivalPlan& plan = setup_.demands[d.value].arrivals;
  const Row& row = rows_[d.value];
  if (plan.kind == ArrivalPlan::Kind::back_to_back && !row.stopped && (plan.requests == 0 || row.next_id < plan.requests)) ask_now(d);
}

// Whether the demand has a circuit that nothing needs any more.
bool Requests::idle(DemandId d) const {
  const Circuits::State state = circuits_.state(d);
  return rows_[d.value].queue.empty() && !setup_.demands[d.value].generate_when_idle && state != Circuits::State::idle &&
         state != Circuits::State::releasing;
}

void Requests::refuse(DemandId d, Refusal reason) { end_request(d, RequestStatus::refused, reason); }

void Requests::post_deadline(DemandId d) {
  Row& row = rows_[d.value];
  if (row.timer_posted || row.queue.empty()) return;
  row.timer_posted = true;
  queue_.post(row.queue.front().asked + setup_.demands[d.value].deadline, Phase::expiries, {setup_.self.handler, op_deadline, d.value}, 0);
}

void Requests::deadline(DemandId d) {
  Row& row = rows_[d.value];
  row.timer_posted = false;
  while (!row.queue.empty() && row.queue.front().asked + setup_.demands[d.value].deadline <= queue_.now()) {
    end_request(d, RequestStatus::timed_out, Refusal::none);
    ask_again(d);
  }
  head_starts(d);
  if (idle(d)) circuits_.release_everywhere(d);
  post_deadline(d);
}

// ---- deliveries -------------------------------------------------------------------------------------------------------------------------

// News that a segment spans its chain; void if a release has dropped a half of it meanwhile.
void Requests::ready(std::uint32_t s, std::uint32_t generation, End end) {
  const Segment& segment = segments_.segment(s);
  const bool current = segment.generation == generation;
  const bool both = current && segment.half[end_a] && segment.half[end_b];
  if (!current || !setup_.demands[segment.chain.value].measure) {
    if (both) keep(s);
    else ++stale_events_;
    return;
  }
  const auto measured = measured_.find(s);
  const bool other_measured = measured != measured_.end() && measured->second.generation == generation;
  if (both || (segment.half[end] && other_measured)) measure(s, end);
  else ++stale_events_;
}

void Requests::keep(std::uint32_t s) {
  const DemandId d{segments_.segment(s).chain.value};
  if (setup_.demands[d.value].keeps_pairs && !serving(d)) rows_[d.value].kept.push_back(s);
  else hand_over(s);
}

// A request takes what was kept for it; several may, one after the other.
void Requests::serve_kept(DemandId d) {
  Row& row = rows_[d.value];
  if (row.serving_kept) return;
  row.serving_kept = true;
  while (!row.kept.empty() && serving(d)) {
    const std::uint32_t s = row.kept.front();
    row.kept.pop_front();
    hand_over(s);
  }
  row.serving_kept = false;
}

void Requests::hand_over(std::uint32_t s) {
  const Segment segment = segments_.segment(s);
  const DemandId d{segment.chain.value};
  const Correlators c = states_.correlators(segment.half[end_a], segment.half[end_b], queue_.now(), segment.frame);
  swapping_.consume(s);
  deliver(d, s, segment, c, nullptr, segment.known[end_a] >= segment.known[end_b] ? end_a : end_b);
  close(d, s);
}

// Whether a request is served now.
bool Requests::serving(DemandId d) const {
  const auto& queue = rows_[d.value].queue;
  return !queue.empty() && queue.front().started != never;
}

// Hops of a chain that is not pipelined go on, unless the circuit is released with this pair.
void Requests::close(DemandId d, std::uint32_t s) {
  if (circuits_.state(d) == Circuits::State::up) swapping_.end(s);
  else segments_.free_segment(s);
}

void Requests::measure(std::uint32_t s, End end) {
  const Segment segment = segments_.segment(s);
  const QubitId q = segment.half[end];
  const DemandId d{segment.chain.value};
  Row& row = rows_[d.value];
  Measurement& m = measured_[s];
  const bool first = bool(segment.half[other(end)]);
  if (first) {
    const Stream::Draw draw = row.bases.next();
    const double z = setup_.demands[d.value].z_basis_probability;
    m.basis = {static_cast<std::int8_t>(!(draw.u0 < z)), static_cast<std::int8_t>(!(draw.u1 < z))};
    m.generation = segment.generation;
    m.correlators = states_.correlators(segment.half[end_a], segment.half[end_b], queue_.now(), segment.frame);
  }
  const Basis basis = m.basis[end] == 0 ? Basis::z : Basis::x;
  m.outcome[end] = static_cast<std::int8_t>(states_.measure(q, basis, queue_.now(), row.outcomes.next().u0));
  if (end == end_a) m.outcome[end] ^= static_cast<std::int8_t>(basis == Basis::z ? segment.frame >> 1 : segment.frame & 1);
  const std::vector<NodeId>& nodes = circuits_.route(d).nodes;
  trace_.add(queue_.now(), Phase::arrivals, TraceKind::qubit_measured, nodes[end == end_a ? 0 : nodes.size() - 1].value, d.value,
             static_cast<std::uint64_t>(m.basis[end]), 0, {.pair = trace_.number(s)});
  swapping_.consume_half(q);
  if (first) return;
  const Measurement done = m;
  measured_.erase(s);
  deliver(d, s, segment, done.correlators, &done, segment.known[end_b] > segment.known[end_a] ? end_b : end_a);
  close(d, s);
}

void Requests::deliver(DemandId d, std::uint32_t s, const Segment& segment, const Correlators& c, const Measurement* outcomes, End later_end) {
  const DemandRow& demand = setup_.demands[d.value];
  Row& row = rows_[d.value];
  const Tick now = queue_.now();
  const Trace::More about{.pair = trace_.number(s)};
  if (!serving(d)) {
    trace_.add(now, Phase::arrivals, TraceKind::pair_surplus, d.value, 0, 0, 0, about);
    return recorder_.surplus(d, now);
  }
  const double fidelity = c.fidelity();
  if (fidelity < demand.min_fidelity - fidelity_slack) {
    trace_.add(now, Phase::arrivals, TraceKind::pair_rejected, d.value, row.queue.front().id, 0, fidelity, about);
    return recorder_.rejected(d, now);
  }
  Request& request = row.queue.front();
  PairRow pair{d, segment.swaps, request.id, request.asked, segment.born, now, fidelity, c.xx, c.yy, c.zz};
  if (outcomes) {
    pair.basis = outcomes->basis;
    pair.outcome = outcomes->outcome;
  }
  recorder_.pair(pair);
  spent_on_pair(d, s, segment);
  trace_.add(now, Phase::arrivals, TraceKind::delivery, d.value, request.id, segment.swaps, fidelity, about);
  ++request.delivered;
  if (demand.arrivals.kind == ArrivalPlan::Kind::continuous || request.delivered < demand.pairs_per_request) return;
  end_request(d, RequestStatus::done, Refusal::none);
  ask_again(d);
  head_starts(d);
  const auto last = static_cast<std::uint32_t>(circuits_.route(d).nodes.size() - 1);
  if (idle(d)) circuits_.release_from(d, later_end == end_a ? 0 : last);
}

// ---- where the time goes ------------------------------------------------------------------------------------------------------------------

void Requests::start_accounting(DemandId d) {
  std::array<double, loss_causes> before{};
  rows_[d.value].accounted = queue_.now();
  swapping_.lost_time(ChainId{d.value}).take(tick_zero, queue_.now(), before);
}

// A circuit is up: a round trip was set-up, the rest waiting for slots.
void Requests::spent_on_set_up(DemandId d) {
  if (rows_[d.value].queue.empty()) return;
  const auto elapsed = static_cast<double>(count(queue_.now() - rows_[d.value].accounted));
  SpentTicks spent{};
  spent[static_cast<std::size_t>(Spent::messages)] = std::min(elapsed, static_cast<double>(count(circuits_.round_trip(d))));
  spent[static_cast<std::size_t>(Spent::memories)] = elapsed - spent[static_cast<std::size_t>(Spent::messages)];
  recorder_.spent(d, queue_.now(), spent);
  start_accounting(d);
}

// A pair is delivered: its path, as far as it reaches back; before that what was lost, and the rest was waiting for free memories.
void Requests::spent_on_pair(DemandId d, std::uint32_t s, const Segment& segment) {
  const Tick now = queue_.now();
  const Path& path = segments_.path(s);
  const Tick began = segment.has_path ? path.began : segments_.half(segment.half[end_b] ? segment.half[end_b] : segment.half[end_a]).began;
  SpentTicks spent{};
  auto left = static_cast<double>(count(now - rows_[d.value].accounted));
  const auto spend = [&](Spent kind, Tick ticks) {
    const double part = std::min(left, static_cast<double>(count(ticks)));
    spent[static_cast<std::size_t>(kind)] += part;
    left -= part;
  };
  if (!segment.has_path) {
    spend(Spent::links, now - began);
  } else {
    spend(Spent::messages, path.messages + (now - path.until));
    spend(Spent::operations, path.operations);
    spend(Spent::links, path.links);
  }
  std::array<double, loss_causes> lost{};
  const double in_vain = swapping_.lost_time(ChainId{d.value}).take(began, now, lost);
  const double scale = in_vain > left ? left / in_vain : 1;
  for (std::size_t k = 0; k < loss_causes; ++k) spent[static_cast<std::size_t>(Spent::cut_offs) + k] = lost[k] * scale;
  spent[static_cast<std::size_t>(Spent::memories)] += left - in_vain * scale;
  recorder_.spent(d, now, spent);
  rows_[d.value].accounted = now;
}

bool Requests::served(DemandId d) const {
  const Circuits::State state = circuits_.state(d);
  return state == Circuits::State::up || state == Circuits::State::releasing;
}

// The last request ends without a pair, or its circuit does.
void Requests::spent_in_vain(DemandId d, bool served, Tick now) {
  const auto elapsed = static_cast<double>(count(now - rows_[d.value].accounted));
  std::array<double, loss_causes> lost{};
  const double in_vain = swapping_.lost_time(ChainId{d.value}).take(now, now, lost);
  SpentTicks spent{};
  for (std::size_t k = 0; k < loss_causes; ++k) spent[static_cast<std::size_t>(Spent::cut_offs) + k] = lost[k];
  spent[static_cast<std::size_t>(served ? Spent::links : Spent::memories)] += elapsed - in_vain;
  recorder_.spent(d, now, spent);
  rows_[d.value].accounted = now;
}

// ---- routes and link changes --------------------------------------------------------------------------------------------------------------

void Requests::change(const ChangeRow& change) {
  const LinkId link = change.link;
  trace_.add(queue_.now(), queue_.phase(), TraceKind::link_changed, link.value, 0, change.program.has_value());
  if (change.program) {
    routes_.set_cost(link, change.cost);
    lanes_.set_program(link, *change.program);
    if (!up_[link.value]) up_since_[link.value] = queue_.now();
    up_[link.value] = true;
    circuits_.links_changed();
    return;
  }
  if (up_[link.value]) up_ticks_[link.value] += static_cast<double>(count(queue_.now() - up_since_[link.value]));
  up_[link.value] = false;
  std::vector<DemandId> affected;
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    const auto& links = circuits_.route(DemandId{d}).links;
    if (rows_[d].routed && std::find(links.begin(), links.end(), link) != links.end()) affected.emplace_back(d);
  }
  routes_.set_cost(link, change.cost);
  for (DemandId d : affected) {
    Row& row = rows_[d.value];
    const bool asked = circuits_.state(d) == Circuits::State::asking;
    if (circuits_.state(d) != Circuits::State::idle) circuits_.release_everywhere(d);
    row.routed = routes_.any_usable(d) || routes_.find(d);
    if (row.routed) {
      // A booked circuit tells when it is gone; one only asked for is gone at once.
      if (asked) circuits_.ask(d);
    } else {
      while (!row.queue.empty()) refuse(d, Refusal::route_lost);
    }
  }
}

// ---- deadlocks ----------------------------------------------------------------------------------------------------------------------------

void Requests::look_for_deadlock() {
  const std::vector<DemandId> found = circuits_.newly_deadlocked();
  std::vector<DeadlockRow> rows;
  for (DemandId d : found) {
    write_down(d, rows);
    deadlocks_ = std::max(deadlocks_, circuits_.deadlock_of(d));
  }
  if (!found.empty() && setup_.on_deadlock == OnDeadlock::stop) {
    stopped_ = true;
    queue_.end_with_this_tick();
  }
  if (!found.empty() && setup_.on_deadlock == OnDeadlock::release)
    for (auto circle = circuits_.slots().in_cycles(); !circle.empty(); circle = circuits_.slots().in_cycles()) {
      const DemandId d = youngest(circle);
      const auto mine = [d](const DeadlockRow& row) { return row.demand == d; };
      if (std::none_of(rows.begin(), rows.end(), mine)) write_down(d, rows);
      for (DeadlockRow& row : rows) row.released = row.released || mine(row);
      ++deadlock_releases_;
      const bool asked = circuits_.state(d) == Circuits::State::asking;
      circuits_.release_everywhere(d);
      if (asked) circuits_.ask(d);  // a booked circuit tells when it is gone
    }
  for (const DeadlockRow& row : rows) recorder_.deadlock(row);
}

// Whose request was asked last; of several the last in the scenario. Without a request it is younger than any with one.
DemandId Requests::youngest(const std::vector<DemandId>& demands) const {
  const auto age = [&](DemandId d) {
    const auto& queue = rows_[d.value].queue;
    return std::pair(queue.empty() ? never : queue.front().asked, d);
  };
  return *std::max_element(demands.begin(), demands.end(), [&](DemandId x, DemandId y) { return age(x) < age(y); });
}

void Requests::write_down(DemandId d, std::vector<DeadlockRow>& rows) const {
  const auto& queue = rows_[d.value].queue;
  const Slots& slots = circuits_.slots();
  const NodeId n = slots.waits_at(d);
  const auto& line = slots.line(n);
  const auto place = std::find_if(line.begin(), line.end(), [d](const Slots::Share& share) { return share.demand == d; });
  DeadlockRow row{queue_.now(), circuits_.deadlock_of(d), d, queue.empty() ? -1 : static_cast<std::int64_t>(queue.front().id), n,
                  place->slots, slots.free(n), {}, false, 0, false};
  const std::size_t before = rows.size();
  const auto add = [&](const Slots::Share& share, bool holds) {
    row.other = share.demand;
    row.other_holds = holds;
    row.other_slots = share.slots;
    rows.push_back(row);
  };
  for (const Slots::Share& share : slots.held(n)) add(share, true);
  for (auto share = line.begin(); share != place; ++share) add(*share, false);
  if (rows.size() == before) rows.push_back(row);
}

// ---- the end of the run -------------------------------------------------------------------------------------------------------------------

void Requests::finish(Tick end) {
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    if (!rows_[d].queue.empty()) spent_in_vain(DemandId{d}, served(DemandId{d}), end);
    const DemandRow& demand = setup_.demands[d];
    const bool endless = demand.arrivals.kind == ArrivalPlan::Kind::continuous;
    for (const Request& r : rows_[d].queue)
      recorder_.request({DemandId{d}, RequestStatus::open, Refusal::none, r.id, endless ? 0 : demand.pairs_per_request, r.delivered,
                         r.asked, r.started, never});
  }
}

double Requests::up_ticks(LinkId link, Tick end) const {
  return up_ticks_[link.value] + (up_[link.value] ? static_cast<double>(count(end - up_since_[link.value])) : 0);
}

}  // namespace farbell
