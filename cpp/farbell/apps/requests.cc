#include "farbell/apps/requests.hpp"

#include "farbell/apps/programs.hpp"

#include <algorithm>

namespace farbell {

Requests::Requests(const Setup& setup, EventQueue& queue, States& states, Segments& segments, Lanes& lanes, Swapping& swapping,
                   Routes& routes, Circuits& circuits, News& news, Outages& outages, Availability& availability, Recorder& recorder,
                   Trace& trace)
    : setup_(setup), queue_(queue), states_(states), segments_(segments), lanes_(lanes), swapping_(swapping), routes_(routes),
      circuits_(circuits), news_(news), outages_(outages), availability_(availability), recorder_(recorder), trace_(trace),
      accounts_(queue, segments, swapping, circuits, recorder), rows_(setup.demands.size()), with_view_(news.plan().deciders.size()), services_(circuits.count()) {
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    all_.emplace_back(d);
    if (news.on()) with_view_[news.plan().view[d].value].emplace_back(d);
    const DemandRow& demand = setup.demands[d];
    rows_[d].stays_up = demand.generate_when_idle;
    rows_[d].arrivals = Arrivals(Stream(demand.arrivals_key, setup.replica));
    rows_[d].bases = Stream(demand.bases_key, setup.replica);
    rows_[d].outcomes = Stream(demand.outcomes_key, setup.replica);
  }
}

void Requests::start() {
  for (std::uint32_t c = 0; c < setup_.changes.size(); ++c)
    queue_.post(setup_.changes[c].at, Phase::arrivals, {setup_.self.handler, op_change, c}, 0);
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    schedule_arrival(DemandId{d});
    schedule_window(DemandId{d});
    if (setup_.demands[d].generate_when_idle) each_circuit(DemandId{d}, [&](ChainId c) { circuits_.ask(c); });
  }
}

void Requests::handle(const Event& event) {
  const std::uint32_t target = event.to.target;
  const DemandId d = setup_.tells() ? concerned(event) : DemandId{};
  switch (event.to.op) {
    case op_arrive: arrive(DemandId{target}); break;
    case op_deadline:
      // Behind the reservations that expire at this tick, whichever was posted first.
      queue_.post(queue_.now(), Phase::expiries, {setup_.self.handler, op_overdue, target}, 0);
      break;
    case op_overdue: deadline(DemandId{target}); break;
    case op_waited:
      // What can be booked and set up within this tick has its chance first.
      queue_.post(queue_.now(), Phase::expiries, {setup_.self.handler, op_not_served, target}, event.payload);
      break;
    case op_not_served: not_served(DemandId{target}, event.payload); break;
    case op_up: up(ChainId{target}); break;
    case op_gone: gone(ChainId{target}); break;
    case op_change: change(setup_.changes[target]); break;
    case op_check: look_for_deadlock(); break;
    case op_given_up: withdraw(DemandId{target}, event.payload); break;
    case op_news:
      if (news_.plan().programmed) programs_->link_news(news_.arrive(event.payload));
      else hear(ViewId{target}, news_.arrive(event.payload));
      break;
    case op_told: told_routes(DemandId{target}); break;
    case op_reserved: window(DemandId{target}); break;
    case op_no_route: no_route(circuits_.demand(ChainId{target})); break;
    case op_retry: retry(DemandId{target}); break;
    default:
      ready(target, static_cast<std::uint32_t>(event.payload), event.to.op == op_ready_a ? end_a : end_b);
  }
  if (d) tell_due(d);
}

// Whose requests it may move; none = those of several, or of no demand.
DemandId Requests::concerned(const Event& event) const {
  switch (event.to.op) {
    case op_change:
    case op_news:
    case op_check: return {};
    case op_up:
    case op_no_route:
    case op_gone: return circuits_.demand(ChainId{event.to.target});
    case op_ready_a:
    case op_ready_b: return circuits_.demand(segments_.segment(event.to.target).chain);
    default: return DemandId{event.to.target};
  }
}

// The ledger's line goes by deadlines, those of the requests for which circuits are on their way, or by how many are open; switches by
// deadlines of those that are served, and by how many wait.
void Requests::tell_due(DemandId d) {
  const Row& row = rows_[d.value];
  if (setup_.tells_turns)
    each_circuit(d, [&](ChainId c) {
      const std::optional<Request>& request = services_[c.value].request;
      lanes_.turns().set_backlog(c, {row.queue.size() + request.has_value(), request ? request->due : never});
    });
  if (setup_.scheduler == Scheduler::max_weight) circuits_.set_open(d, row.open());
  if (setup_.scheduler != Scheduler::earliest_deadline) return;
  each_circuit(d, [&](ChainId c) { circuits_.set_due(c, never); });
  for (std::size_t i = 0; i < std::min(row.coming.size(), row.queue.size()); ++i)
    circuits_.set_due(row.coming[i], row.queue[i].due);
}

void Requests::tell_all_due() {
  for (std::uint32_t d = 0; d < rows_.size(); ++d) tell_due(DemandId{d});
}

// ---- arrivals -------------------------------------------------------------------------------------------------------------------------

// One event ahead, so that the queue stays small however long the run.
void Requests::schedule_arrival(DemandId d) {
  const Tick at = rows_[d.value].arrivals.next(setup_.demands[d.value].arrivals, setup_.clock);
  if (at <= setup_.horizon) queue_.post(at, Phase::arrivals, {setup_.self.handler, op_arrive, d.value}, 0);
}

void Requests::arrive(DemandId d) {
  const ArrivalPlan& plan = setup_.demands[d.value].arrivals;
  std::uint64_t burst = 1;
  if (plan.kind == ArrivalPlan::Kind::one_off) burst = plan.requests;
  if (plan.back_to_back()) {
    burst = circuits_.count(d);
    if (plan.requests > 0) burst = std::min(burst, plan.requests);
  }
  for (std::uint64_t i = 0; i < burst; ++i) ask_now(d);
  if (plan.goes_on()) schedule_arrival(d);
}

void Requests::ask_now(DemandId d) {
  const DemandRow& demand = setup_.demands[d.value];
  ask_now(d, demand.arrivals.endless() ? 0 : demand.pairs_per_request, demand.min_fidelity, queue_.now() + demand.deadline);
}

std::uint64_t Requests::ask_now(DemandId d, std::uint64_t pairs, double min_fidelity, Tick due) {
  const DemandRow& demand = setup_.demands[d.value];
  Row& row = rows_[d.value];
  const Tick now = queue_.now();
  recorder_.asked(d, now);
  const Request request{row.next_id++, 0, now, never, pairs, min_fidelity, due};
  trace_.add(now, queue_.phase(), TraceKind::request_asked, d.value, request.id, row.open());
  const auto refuse = [&](Refusal reason) {
    write_down(d, request, RequestStatus::refused, reason);
    return request.id;
  };
  if (demand.max_queue > 0 && row.open() >= demand.max_queue) return refuse(Refusal::queue_full);
  if (setup_.max_open_requests > 0 && open_ >= setup_.max_open_requests) return refuse(Refusal::network_full);
  if (!row.routed) row.routed = news_.plan().reactive || routes_.find(d);
  if (!row.routed && !waits_for_repair(d, due)) return refuse(end_is_down(d) ? Refusal::node_down : Refusal::no_route);
  if (d.value < setup_.decisions.size() && !admits(d, request)) return refuse(Refusal::not_admitted);
  if (demand.admission)
    if (const Refusal reason = refused_by(*demand.admission, d, request); reason != Refusal::none) return refuse(reason);
  row.queue.push_back(request);
  ++open_;
  if (demand.deadline != never) post_deadline(d);
  if (row.coming.size() < row.queue.size())
    if (const ChainId c = next_circuit(d)) engage(c);
  ask_for_coming(d);
  serve_waiting(d);
  if (demand.max_wait != never && !row.queue.empty() && row.queue.back().id == request.id)
    queue_.post(now + demand.max_wait, Phase::swaps, {setup_.self.handler, op_waited, d.value}, request.id);
  return request.id;
}

std::uint64_t Requests::ask(DemandId d, const Wish& wish) {
  const DemandRow& demand = setup_.demands[d.value];
  const Tick due = queue_.now() + earlier(wish.timeout, demand.deadline);
  const std::uint64_t id = ask_now(d, wish.pairs, std::max(wish.min_fidelity, demand.min_fidelity), due);
  if (wish.timeout != never)
    queue_.post(queue_.now() + wish.timeout, Phase::expiries, {setup_.self.handler, op_given_up, d.value}, id);
  tell_due(d);
  return id;
}

bool Requests::is_open(DemandId d, std::uint64_t id) {
  Row& row = rows_[d.value];
  bool open = row.waiting(id) != row.queue.end();
  each_circuit(d, [&](ChainId c) {
    const auto& request = services_[c.value].request;
    open = open || (request && request->id == id);
  });
  return open;
}

// Both ends know when a request of a program is given up.
void Requests::withdraw(DemandId d, std::uint64_t id) {
  if (!is_open(d, id)) return;
  end_request(d, id, RequestStatus::timed_out, Refusal::none);
  serve_waiting(d);
  release_surplus(d);
  tell_due(d);
}

// ---- circuits for requests ----------------------------------------------------------------------------------------------------------------

// The next to be engaged: one that generates, and of these the one that keeps most pairs; else one on its way; else one to be asked for;
// else one that is being released. None = all are engaged.
ChainId Requests::next_circuit(DemandId d) const {
  using Rank = std::pair<int, std::ptrdiff_t>;
  const auto rank = [&](ChainId c) -> Rank {
    switch (circuits_.state(c)) {
      case Circuits::State::up: return {0, -std::ssize(services_[c.value].kept)};
      case Circuits::State::asking:
      case Circuits::State::setting_up: return {1, 0};
      case Circuits::State::idle: return {2, 0};
      default: return {3, 0};
    }
  };
  ChainId best;
  Rank of_best;
  each_circuit(d, [&](ChainId c) {
    if (services_[c.value].engaged) return;
    if (const Rank r = rank(c); !best || r < of_best) {
      best = c;
      of_best = r;
    }
  });
  return best;
}

void Requests::engage(ChainId c) {
  services_[c.value].engaged = true;
  rows_[circuits_.demand(c).value].coming.push_back(c);
  accounts_.open(c);
}

void Requests::ask_for_coming(DemandId d) {
  if (!rows_[d.value].routed) return;
  for (ChainId c : rows_[d.value].coming)
    if (circuits_.state(c) == Circuits::State::idle) circuits_.ask(c);
}

// Fewer wait than circuits are on their way.
void Requests::disengage_surplus(DemandId d) {
  Row& row = rows_[d.value];
  while (row.coming.size() > row.queue.size()) {
    const ChainId c = row.coming.back();
    row.coming.pop_back();
    services_[c.value].engaged = false;
    accounts_.in_vain(c, generates(c), queue_.now());
  }
}

// Circuits that generate take the requests that were asked first.
void Requests::serve_waiting(DemandId d) {
  Row& row = rows_[d.value];
  for (std::size_t i = 0; i < row.coming.size() && !row.queue.empty();) {
    const ChainId c = row.coming[i];
    if (circuits_.state(c) != Circuits::State::up) {
      ++i;
      continue;
    }
    row.coming.erase(row.coming.begin() + static_cast<std::ptrdiff_t>(i));
    Request& request = services_[c.value].request.emplace(row.queue.front());
    row.queue.pop_front();
    request.circuit = static_cast<std::int32_t>(circuits_.number(c));
    ++row.served;
    if (request.started == never) {
      request.started = queue_.now();
      trace_.add(queue_.now(), queue_.phase(), TraceKind::request_started, c.value, request.id, 0);
    }
    serve_kept(c);
  }
}

// Or has done so until now.
bool Requests::generates(ChainId c) const {
  const Circuits::State state = circuits_.state(c);
  return state == Circuits::State::up || state == Circuits::State::releasing;
}

bool Requests::needed(ChainId c) const {
  return services_[c.value].engaged || rows_[circuits_.demand(c).value].stays_up;
}

// Of circuits that nothing needs any more, those only asked for leave their line.
void Requests::withdraw_surplus(DemandId d) {
  each_circuit(d, [&](ChainId c) {
    if (circuits_.state(c) == Circuits::State::asking && !needed(c)) circuits_.release_everywhere(c);
  });
}

// Every node knows that nothing needs them any more.
void Requests::release_surplus(DemandId d) {
  each_circuit(d, [&](ChainId c) {
    const Circuits::State state = circuits_.state(c);
    if (state != Circuits::State::idle && state != Circuits::State::releasing && !needed(c)) circuits_.release_everywhere(c);
  });
}

void Requests::up(ChainId c) {
  const DemandId d = circuits_.demand(c);
  Row& row = rows_[d.value];
  Service& service = services_[c.value];
  const bool generating = circuits_.state(c) == Circuits::State::up;
  if (service.engaged) {
    accounts_.set_up(c);
  } else if (generating && !row.queue.empty()) {
    service.engaged = true;
    row.coming.push_front(c);
    accounts_.open(c);
  }
  serve_waiting(d);
  disengage_surplus(d);
  if (generating && !needed(c)) circuits_.release_from(c, 0);
  else if (news_.plan().local && generating) tell_of_lost_links(c);
  withdraw_surplus(d);
}

void Requests::gone(ChainId c) {
  const DemandId d = circuits_.demand(c);
  Row& row = rows_[d.value];
  Service& service = services_[c.value];
  service.kept.clear();  // the release has dropped what was kept
  if (service.engaged) accounts_.in_vain(c, true, queue_.now());
  if (service.request) {
    const auto place = std::find_if(row.queue.begin(), row.queue.end(), [&](const Request& r) { return r.id > service.request->id; });
    row.queue.insert(place, *service.request);
    service.request.reset();
    --row.served;
    service.engaged = false;
    engage(next_circuit(d));
  }
  // News that there is no route any more came with the release.
  if (!row.routed && row.open() > 0 && !waits_for_repair(d)) return refuse_all(d);
  ask_for_coming(d);
  if (circuits_.state(c) == Circuits::State::idle && needed(c) && row.routed) circuits_.ask(c);
  serve_waiting(d);
}

// For which a circuit is on its way.
const Requests::Request* Requests::awaited(ChainId c) const {
  const Row& row = rows_[circuits_.demand(c).value];
  const auto place = std::find(row.coming.begin(), row.coming.end(), c);
  return place == row.coming.end() ? nullptr : &row.queue[static_cast<std::size_t>(place - row.coming.begin())];
}

// ---- ends of requests -------------------------------------------------------------------------------------------------------------------

// Those asked until then, in this order.
std::vector<std::uint64_t> Requests::open_requests(DemandId d, Tick asked_until) const {
  std::vector<std::uint64_t> out;
  each_circuit(d, [&](ChainId c) {
    const auto& request = services_[c.value].request;
    if (request && request->asked <= asked_until) out.push_back(request->id);
  });
  for (const Request& request : rows_[d.value].queue)
    if (request.asked <= asked_until) out.push_back(request.id);
  std::sort(out.begin(), out.end());
  return out;
}

std::deque<Requests::Request>::iterator Requests::Row::waiting(std::uint64_t id) {
  const auto place = std::lower_bound(queue.begin(), queue.end(), id, [](const Request& r, std::uint64_t x) { return r.id < x; });
  return place != queue.end() && place->id == id ? place : queue.end();
}

// Its circuit, if it has one, is on its way to the next.
Requests::Request Requests::take_open(DemandId d, std::uint64_t id) {
  Row& row = rows_[d.value];
  --open_;
  if (const auto place = row.waiting(id); place != row.queue.end()) {
    const Request request = *place;
    row.queue.erase(place);
    return request;
  }
  ChainId c = circuits_.first(d);
  while (!services_[c.value].request || services_[c.value].request->id != id) ++c.value;
  const Request request = *services_[c.value].request;
  services_[c.value].request.reset();
  --row.served;
  row.coming.push_front(c);
  return request;
}

void Requests::write_down(DemandId d, const Request& request, RequestStatus status, Refusal reason) {
  recorder_.request({d, status, reason, request.circuit, request.id, request.pairs, request.delivered, request.asked, request.started,
                     queue_.now()});
  trace_.add(queue_.now(), queue_.phase(), TraceKind::request_ended, d.value, request.id,
             static_cast<std::uint64_t>(status) | static_cast<std::uint64_t>(reason) << 8);
  if (status == RequestStatus::refused) rows_[d.value].stopped = true;
  if (setup_.demands[d.value].arrivals.by_programs()) programs_->request_ended({d, request.id, status, reason});
}

void Requests::end_request(DemandId d, std::uint64_t id, RequestStatus status, Refusal reason) {
  const Request request = take_open(d, id);
  disengage_surplus(d);
  write_down(d, request, status, reason);
  if (rows_[d.value].open() == 0 && !setup_.demands[d.value].arrivals.back_to_back()) availability_.abandon(d);
}

// A back-to-back demand asks at once when a request before has ended.
void Requests::ask_again(DemandId d) {
  const ArrivalPlan& plan = setup_.demands[d.value].arrivals;
  const Row& row = rows_[d.value];
  if (plan.back_to_back() && !row.stopped && (plan.requests == 0 || row.next_id < plan.requests)) ask_now(d);
}

// One event, for the request that was asked first.
void Requests::post_deadline(DemandId d) {
  Row& row = rows_[d.value];
  if (row.timer_posted || row.open() == 0) return;
  Tick asked = row.queue.empty() ? never : row.queue.front().asked;
  each_circuit(d, [&](ChainId c) {
    if (const auto& request = services_[c.value].request) asked = earlier(asked, request->asked);
  });
  row.timer_posted = true;
  queue_.post(asked + setup_.demands[d.value].deadline, Phase::expiries, {setup_.self.handler, op_deadline, d.value}, 0);
}

void Requests::deadline(DemandId d) {
  rows_[d.value].timer_posted = false;
  const std::vector<std::uint64_t> due = open_requests(d, queue_.now() - setup_.demands[d.value].deadline);
  for (std::uint64_t id : due) end_request(d, id, RequestStatus::timed_out, Refusal::none);
  for (std::size_t i = 0; i < due.size(); ++i) ask_again(d);
  if (!due.empty()) {
    serve_waiting(d);
    release_surplus(d);
  }
  post_deadline(d);
}

// It has waited as long as it may.
void Requests::not_served(DemandId d, std::uint64_t id) {
  Row& row = rows_[d.value];
  const auto place = row.waiting(id);
  if (place == row.queue.end() || place->started != never) return;
  end_request(d, id, RequestStatus::refused, Refusal::not_served);
  release_surplus(d);
}

// ---- deliveries -------------------------------------------------------------------------------------------------------------------------

// News that a segment spans its chain; void if a release has dropped a half of it meanwhile.
void Requests::ready(std::uint32_t s, std::uint32_t generation, End end) {
  const Segment& segment = segments_.segment(s);
  const bool current = segment.generation == generation;
  const bool both = current && segment.half[end_a] && segment.half[end_b];
  if (!current || !setup_.demands[circuits_.demand(segment.chain).value].measure) {
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
  const ChainId c = segments_.segment(s).chain;
  Service& service = services_[c.value];
  if (!service.request && setup_.demands[circuits_.demand(c).value].keeps_pairs) service.kept.push_back(s);
  else hand_over(s);
}

// A request takes what its circuit kept; several may, one after the other.
void Requests::serve_kept(ChainId c) {
  Service& service = services_[c.value];
  if (service.serving_kept) return;
  service.serving_kept = true;
  while (!service.kept.empty() && service.request) {
    const std::uint32_t s = service.kept.front();
    service.kept.pop_front();
    hand_over(s);
  }
  service.serving_kept = false;
}

// Of a pair with both halves; nothing is entangled with a memory that holds nothing.
Correlators Requests::correlators(const Segment& segment) const {
  for (QubitId q : segment.half)
    if (segments_.half(q).empty) [[unlikely]] return {0, 0, 0, 0};
  return states_.correlators(segment.half[end_a], segment.half[end_b], queue_.now(), segment.frame);
}

void Requests::hand_over(std::uint32_t s) {
  const Segment segment = segments_.segment(s);
  const Correlators c = correlators(segment);
  if (!hand_to_programs(s, c)) swapping_.consume(s);
  deliver(segment.chain, s, segment, c, nullptr, segment.known[end_a] >= segment.known[end_b] ? end_a : end_b);
  close(segment.chain, s);
}

// The qubits of a pair that counts for a request of a program stay, in slots that are the programs' from now on.
bool Requests::hand_to_programs(std::uint32_t s, const Correlators& correlators) {
  const Segment segment = segments_.segment(s);
  const DemandId d = circuits_.demand(segment.chain);
  const auto& request = services_[segment.chain.value].request;
  if (!setup_.demands[d.value].arrivals.by_programs() || !request || correlators.fidelity() < request->min_fidelity - fidelity_slack) return false;
  const std::vector<NodeId>& nodes = circuits_.route(segment.chain).nodes;
  PairForPrograms pair{d, request->id, {}, segment.born, correlators};
  for (const End end : {end_a, end_b}) {
    const QubitId q = segment.half[end];
    swapping_.hand_out(q);
    pair.halves[end] = {{q}, end == end_a ? nodes.front() : nodes.back(), circuits_.lend(segment.chain, end)};
  }
  // Whoever holds it knows its frame.
  if (segment.frame != 0) states_.reframe(segment.half[end_a], pauli_of_frame[segment.frame], queue_.now());
  programs_->pair(pair);
  return true;
}

// Hops of a chain that is not pipelined go on, unless the circuit is released with this pair.
void Requests::close(ChainId c, std::uint32_t s) {
  if (circuits_.state(c) == Circuits::State::up) swapping_.end(s);
  else segments_.free_segment(s);
}

void Requests::measure(std::uint32_t s, End end) {
  const Segment segment = segments_.segment(s);
  const QubitId q = segment.half[end];
  const DemandId d = circuits_.demand(segment.chain);
  Row& row = rows_[d.value];
  Measurement& m = measured_[s];
  const bool first = bool(segment.half[other(end)]);
  if (first) {
    const Stream::Draw draw = row.bases.next();
    const double z = setup_.demands[d.value].z_basis_probability;
    m.basis = {static_cast<std::int8_t>(!(draw.u0 < z)), static_cast<std::int8_t>(!(draw.u1 < z))};
    m.generation = segment.generation;
    m.unread = false;
    m.correlators = correlators(segment);
  }
  const Basis basis = m.basis[end] == 0 ? Basis::z : Basis::x;
  const Stream::Draw draw = row.outcomes.next();
  if (setup_.demands[d.value].retrieves && !(draw.u1 < swapping_.retrieved(q))) m.unread = true;
  m.outcome[end] = static_cast<std::int8_t>(states_.measure(q, basis, queue_.now(), draw.u0));
  if (end == end_a) m.outcome[end] ^= static_cast<std::int8_t>(basis == Basis::z ? segment.frame >> 1 : segment.frame & 1);
  const std::vector<NodeId>& nodes = circuits_.route(segment.chain).nodes;
  trace_.add(queue_.now(), Phase::arrivals, TraceKind::qubit_measured, nodes[end == end_a ? 0 : nodes.size() - 1].value, segment.chain.value,
             static_cast<std::uint64_t>(m.basis[end]), 0, {.pair = trace_.number(s)});
  swapping_.consume_half(q);
  if (first) return;
  const Measurement done = m;
  measured_.erase(s);
  deliver(segment.chain, s, segment, done.correlators, &done, segment.known[end_b] > segment.known[end_a] ? end_b : end_a);
  close(segment.chain, s);
}

void Requests::deliver(ChainId c, std::uint32_t s, const Segment& segment, const Correlators& correlators, const Measurement* outcomes,
                       End later_end) {
  const DemandId d = circuits_.demand(c);
  const Tick now = queue_.now();
  const Trace::More about{.pair = trace_.number(s)};
  if (!services_[c.value].request) {
    trace_.add(now, Phase::arrivals, TraceKind::pair_surplus, c.value, 0, 0, 0, about);
    return recorder_.surplus(d, now);
  }
  Request& request = *services_[c.value].request;
  const double fidelity = correlators.fidelity();
  if (fidelity < request.min_fidelity - fidelity_slack || (outcomes && outcomes->unread)) {
    trace_.add(now, Phase::arrivals, TraceKind::pair_rejected, c.value, request.id, 0, fidelity, about);
    return recorder_.rejected(d, now);
  }
  PairRow pair{d, segment.swaps, request.id, request.asked, segment.born, now, fidelity, correlators.xx, correlators.yy, correlators.zz};
  if (outcomes) {
    pair.basis = outcomes->basis;
    pair.outcome = outcomes->outcome;
  }
  recorder_.pair(pair);
  availability_.delivered(d, segment.born, now);
  accounts_.pair(c, s, segment);
  trace_.add(now, Phase::arrivals, TraceKind::delivery, c.value, request.id, segment.swaps, fidelity, about);
  ++request.delivered;
  if (request.pairs == 0 || request.delivered < request.pairs) return;
  end_request(d, request.id, RequestStatus::done, Refusal::none);
  ask_again(d);
  serve_waiting(d);
  const auto last = static_cast<std::uint32_t>(circuits_.route(c).nodes.size() - 1);
  if (!needed(c)) circuits_.release_from(c, later_end == end_a ? 0 : last);
  withdraw_surplus(d);
}

// ---- deadlocks ----------------------------------------------------------------------------------------------------------------------------

void Requests::look_for_deadlock() {
  const std::vector<ChainId> found = circuits_.newly_deadlocked();
  std::vector<DeadlockRow> rows;
  for (ChainId c : found) {
    write_down(c, rows);
    deadlocks_ = std::max(deadlocks_, circuits_.deadlock_of(c));
  }
  if (!found.empty() && setup_.on_deadlock == OnDeadlock::stop) {
    stopped_ = true;
    queue_.end_with_this_tick();
  }
  if (!found.empty() && setup_.on_deadlock == OnDeadlock::release)
    for (auto circle = circuits_.slots().in_cycles(); !circle.empty(); circle = circuits_.slots().in_cycles()) {
      const ChainId c = youngest(circle);
      const auto mine = [c](const DeadlockRow& row) { return row.circuit == c; };
      if (std::none_of(rows.begin(), rows.end(), mine)) write_down(c, rows);
      for (DeadlockRow& row : rows) row.released = row.released || mine(row);
      ++deadlock_releases_;
      const bool asked = circuits_.state(c) == Circuits::State::asking;
      circuits_.release_everywhere(c);
      if (asked) circuits_.ask(c);  // a booked circuit tells when it is gone
    }
  for (const DeadlockRow& row : rows) recorder_.deadlock(row);
}

// Whose request was asked last; of several the last in the scenario. Without a request it is younger than any with one.
ChainId Requests::youngest(const std::vector<ChainId>& circuits) const {
  const auto age = [&](ChainId c) {
    const Request* request = awaited(c);
    return std::pair(request ? request->asked : never, c);
  };
  return *std::max_element(circuits.begin(), circuits.end(), [&](ChainId x, ChainId y) { return age(x) < age(y); });
}

void Requests::write_down(ChainId c, std::vector<DeadlockRow>& rows) const {
  const Request* request = awaited(c);
  const Slots& slots = circuits_.slots();
  const NodeId n = slots.waits_at(c);
  const auto& line = slots.line(n);
  const auto place = std::find_if(line.begin(), line.end(), [c](const Slots::Share& share) { return share.circuit == c; });
  DeadlockRow row{queue_.now(), circuits_.deadlock_of(c), circuits_.demand(c), c, circuits_.number(c),
                  request ? static_cast<std::int64_t>(request->id) : -1, n, place->slots, slots.free(n), {}, -1, false, 0, false};
  const std::size_t before = rows.size();
  const auto add = [&](const Slots::Share& share, bool holds) {
    row.other = circuits_.demand(share.circuit);
    row.other_number = static_cast<std::int32_t>(circuits_.number(share.circuit));
    row.other_holds = holds;
    row.other_slots = share.slots;
    rows.push_back(row);
  };
  for (const Slots::Share& share : slots.held(n)) add(share, true);
  for (auto share = line.begin(); share != place; ++share) add(*share, false);
  if (rows.size() == before) rows.push_back(row);
}

// ---- what an observer sees ----------------------------------------------------------------------------------------------------------------

std::vector<Requests::OpenRequest> Requests::open_now() const {
  std::vector<OpenRequest> out;
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    const DemandId d{i};
    const std::size_t before = out.size();
    const auto add = [&](const Request& r, std::int32_t circuit) {
      out.push_back({d, r.id, r.pairs, r.delivered, r.asked, r.started, r.due, r.min_fidelity, circuit});
    };
    each_circuit(d, [&](ChainId c) {
      if (const auto& request = services_[c.value].request) add(*request, static_cast<std::int32_t>(circuits_.number(c)));
    });
    for (const Request& request : rows_[i].queue) add(request, -1);
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  }
  return out;
}

// ---- the end of the run -------------------------------------------------------------------------------------------------------------------

void Requests::finish(Tick end) {
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    each_circuit(DemandId{d}, [&](ChainId c) {
      if (services_[c.value].engaged) accounts_.in_vain(c, generates(c), end);
    });
    for (std::uint64_t id : open_requests(DemandId{d}, end)) {
      const Request r = take_open(DemandId{d}, id);
      recorder_.request({DemandId{d}, RequestStatus::open, Refusal::none, r.circuit, r.id, r.pairs, r.delivered, r.asked, r.started, never});
    }
  }
}

}  // namespace farbell
