#include "farbell/apps/ghz_requests.hpp"

#include <algorithm>
#include <utility>

namespace farbell {

GhzRequests::GhzRequests(const Setup& setup, EventQueue& queue, States& states, Fusing& fusing, Routes& routes, Circuits& circuits,
                         const Outages& outages, GhzRecorder& recorder, Trace& trace)
    : setup_(setup), queue_(queue), states_(states), fusing_(fusing), routes_(routes), circuits_(circuits), outages_(outages),
      recorder_(recorder), trace_(trace), rows_(setup.demands.size()) {
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    rows_[d].arrivals = Arrivals(Stream(setup.demands[d].arrivals_key, setup.replica));
    rows_[d].bases = Stream(setup.demands[d].bases_key, setup.replica);
    rows_[d].outcomes = Stream(setup.demands[d].outcomes_key, setup.replica);
    demand_of_arm_.insert(demand_of_arm_.end(), setup.demands[d].arms, d);
  }
}

void GhzRequests::start() {
  if (rows_.empty()) return;
  for (std::uint32_t c = 0; c < setup_.changes.size(); ++c)
    if (!setup_.changes[c].program)
      queue_.post(setup_.changes[c].at, Phase::arrivals, {setup_.self.handler, op_change, setup_.changes[c].link.value}, 0);
  for (std::uint32_t d = 0; d < rows_.size(); ++d) schedule_arrival(d);
}

void GhzRequests::handle(const Event& event) {
  const std::uint32_t target = event.to.target;
  switch (event.to.op) {
    case op_arrive: arrive(target); break;
    case op_deadline: deadline(target); break;
    case op_up: serve(demand_of(ChainId{target})); break;
    case op_gone: set_up(demand_of(ChainId{target})); break;
    case op_change: {
      const LinkId link{target};
      links_lost({&link, 1});
      break;
    }
    default:  // op_shared
      if (setup_.demands[fusing_.shared(target).star].bases.empty()) deliver(target);
      else measure(target, static_cast<std::uint32_t>(event.payload));
  }
}

// ---- arrivals -------------------------------------------------------------------------------------------------------------------------

void GhzRequests::schedule_arrival(std::uint32_t d) {
  const Tick at = rows_[d].arrivals.next(setup_.demands[d].arrivals, setup_.clock);
  if (at <= setup_.horizon) queue_.post(at, Phase::arrivals, {setup_.self.handler, op_arrive, d}, 0);
}

void GhzRequests::arrive(std::uint32_t d) {
  const ArrivalPlan& plan = setup_.demands[d].arrivals;
  const std::uint64_t burst = plan.kind == ArrivalPlan::Kind::one_off ? plan.requests : 1;
  for (std::uint64_t i = 0; i < burst; ++i) ask_now(d);
  if (plan.goes_on()) schedule_arrival(d);
}

void GhzRequests::ask_now(std::uint32_t d) {
  const GhzDemandRow& demand = setup_.demands[d];
  Row& row = rows_[d];
  const Tick now = queue_.now();
  recorder_.asked(DemandId{d}, now);
  const Request request{row.next_id++, 0, now, never};
  trace_.add(now, queue_.phase(), TraceKind::request_asked, demand.number, request.id, row.queue.size());
  if (demand.max_queue > 0 && row.queue.size() >= demand.max_queue)
    return write_down(d, request, RequestStatus::refused, Refusal::queue_full, now);
  if (!row.routed) row.routed = find_routes(d);
  if (!row.routed && !waits_for_repair(d))
    return write_down(d, request, RequestStatus::refused, end_is_down(d) ? Refusal::node_down : Refusal::no_route, now);
  row.queue.push_back(request);
  post_deadline(d);
  set_up(d);
  serve(d);
}

// A back-to-back demand asks at once when a request before has ended.
void GhzRequests::ask_again(std::uint32_t d) {
  const ArrivalPlan& plan = setup_.demands[d].arrivals;
  const Row& row = rows_[d];
  if (plan.back_to_back() && !row.stopped && (plan.requests == 0 || row.next_id < plan.requests)) ask_now(d);
}

// ---- circuits -------------------------------------------------------------------------------------------------------------------------

// Once all arms are gone: arms that stood in line while others hold slots could wait for each other's.
void GhzRequests::set_up(std::uint32_t d) {
  if (rows_[d].queue.empty() || !rows_[d].routed || !all_arms(d, [&](ChainId c) { return circuits_.state(c) == Circuits::State::idle; })) return;
  for (std::uint32_t k = 0; k < setup_.demands[d].arms; ++k) circuits_.ask(arm(d, k));
}

// The first request is served from when all arms generate on.
void GhzRequests::serve(std::uint32_t d) {
  Row& row = rows_[d];
  if (row.queue.empty() || row.queue.front().started != never) return;
  if (!all_arms(d, [&](ChainId c) { return circuits_.state(c) == Circuits::State::up; })) return;
  row.queue.front().started = queue_.now();
  trace_.add(queue_.now(), queue_.phase(), TraceKind::request_started, arm(d, 0).value, row.queue.front().id, 0);
}

// From the center, which can tell when the last user knows of a state: delays are fixed. Or everywhere at this tick.
void GhzRequests::release(std::uint32_t d, bool from_center) {
  for (std::uint32_t k = 0; k < setup_.demands[d].arms; ++k) {
    const ChainId c = arm(d, k);
    const Circuits::State state = circuits_.state(c);
    if (state == Circuits::State::idle || (from_center && state == Circuits::State::releasing)) continue;
    if (from_center && state == Circuits::State::up) circuits_.release_from(c, 0);
    else circuits_.release_everywhere(c);
  }
}

// ---- ends of requests -----------------------------------------------------------------------------------------------------------------

void GhzRequests::write_down(std::uint32_t d, const Request& request, RequestStatus status, Refusal reason, Tick finished) {
  const GhzDemandRow& demand = setup_.demands[d];
  recorder_.request({DemandId{d}, status, reason, -1, request.id, demand.arrivals.endless() ? 0 : demand.states_per_request, request.delivered,
                     request.asked, request.started, finished});
  if (status == RequestStatus::open) return;
  trace_.add(queue_.now(), queue_.phase(), TraceKind::request_ended, demand.number, request.id,
             static_cast<std::uint64_t>(status) | static_cast<std::uint64_t>(reason) << 8);
  if (status == RequestStatus::refused) rows_[d].stopped = true;
}

void GhzRequests::end_first(std::uint32_t d, RequestStatus status, Refusal reason) {
  const Request request = rows_[d].queue.front();
  rows_[d].queue.pop_front();
  write_down(d, request, status, reason, queue_.now());
}

// One event, for the request that was asked first.
void GhzRequests::post_deadline(std::uint32_t d) {
  Row& row = rows_[d];
  const Tick deadline = setup_.demands[d].deadline;
  if (deadline == never || row.timer_posted || row.queue.empty()) return;
  row.timer_posted = true;
  queue_.post(row.queue.front().asked + deadline, Phase::expiries, {setup_.self.handler, op_deadline, d}, 0);
}

void GhzRequests::deadline(std::uint32_t d) {
  Row& row = rows_[d];
  row.timer_posted = false;
  std::size_t ended = 0;
  for (; !row.queue.empty() && row.queue.front().asked + setup_.demands[d].deadline <= queue_.now(); ++ended)
    end_first(d, RequestStatus::timed_out, Refusal::none);
  for (std::size_t i = 0; i < ended; ++i) ask_again(d);
  if (ended > 0 && row.queue.empty()) release(d, false);
  serve(d);
  post_deadline(d);
}

// ---- deliveries -------------------------------------------------------------------------------------------------------------------------

void GhzRequests::deliver(std::uint32_t n) {
  if (fusing_.whole(n)) return hand_over(n, fidelity_of(n), -1, 0);
  ++stale_events_;
  fusing_.end(n);
}

// Each party by itself, unless a qubit has been dropped before; the last one tells what became of the state.
void GhzRequests::measure(std::uint32_t n, std::uint32_t party) {
  if (n >= measured_.size()) measured_.resize(n + 1);
  const std::uint32_t d = fusing_.shared(n).star;
  const GhzDemandRow& demand = setup_.demands[d];
  Row& row = rows_[d];
  Measurement& m = measured_[n];
  const bool whole = fusing_.whole(n), last = ++m.told == demand.users;
  if (whole) {
    if (m.bases < 0) {
      m.fidelity = fidelity_of(n);
      m.bases = static_cast<std::int32_t>(row.bases.next().u0 * static_cast<double>(demand.bases.size()));
    }
    const Basis basis = demand.bases[static_cast<std::size_t>(m.bases)].by_party[party];
    const PauliFrame& frame = fusing_.shared(n).frame;
    int bit = fusing_.measure(n, party, basis, row.outcomes.next().u0);
    if (basis != Basis::x) bit ^= frame.x[party];
    if (basis != Basis::z) bit ^= frame.z[party];
    m.outcomes |= static_cast<std::uint64_t>(bit) << demand.user_of[party];
  } else {
    ++stale_events_;
  }
  if (!last) return;
  const Measurement done = std::exchange(m, {});
  if (whole) hand_over(n, done.fidelity, done.bases, done.outcomes);
  else fusing_.end(n);
}

// A state that all users know, to the request that is served.
void GhzRequests::hand_over(std::uint32_t n, double fidelity, std::int32_t bases, std::uint64_t outcomes) {
  const Fusing::Shared& shared = fusing_.shared(n);
  const std::uint32_t d = shared.star, promoted = shared.promoted;
  const Tick now = queue_.now(), born = shared.born;
  fusing_.end(n);
  const GhzDemandRow& demand = setup_.demands[d];
  Row& row = rows_[d];
  if (row.queue.empty() || row.queue.front().started == never) {
    trace_.add(now, Phase::arrivals, TraceKind::ghz_surplus, arm(d, 0).value, 0, 0);
    return recorder_.surplus(DemandId{d}, now, promoted);
  }
  Request& request = row.queue.front();
  if (fidelity < demand.min_fidelity - fidelity_slack) {
    trace_.add(now, Phase::arrivals, TraceKind::ghz_rejected, arm(d, 0).value, request.id, demand.users, fidelity);
    return recorder_.rejected(DemandId{d}, now, promoted);
  }
  recorder_.state({DemandId{d}, demand.users, request.id, request.asked, born, now, fidelity, bases, outcomes}, promoted);
  trace_.add(now, Phase::arrivals, TraceKind::ghz_delivery, arm(d, 0).value, request.id, demand.users, fidelity);
  ++request.delivered;
  if (demand.arrivals.endless() || request.delivered < demand.states_per_request) return;
  end_first(d, RequestStatus::done, Refusal::none);
  ask_again(d);
  if (row.queue.empty()) release(d, true);
  serve(d);
}

// To the state that is meant.
double GhzRequests::fidelity_of(std::uint32_t n) {
  const Fusing::Shared& shared = fusing_.shared(n);
  const Edges& edges = fusing_.star(n).edges;
  if (edges.empty()) return states_.ghz_fidelity(fusing_.qubits(n), shared.frame, queue_.now());
  return states_.graph_fidelity(fusing_.qubits(n), edges, shared.frame, queue_.now());
}

// ---- routes and links that go down ------------------------------------------------------------------------------------------------------

bool GhzRequests::find_routes(std::uint32_t d) {
  for (std::uint32_t k = 0; k < setup_.demands[d].arms; ++k) {
    const DemandId arm{setup_.demands[d].first_arm.value + k};
    if (!routes_.any_usable(arm) && !routes_.find(arm)) return false;
  }
  return slots_suffice(d);
}

// Arms whose detours meet at a node could wait there for each other for ever.
bool GhzRequests::slots_suffice(std::uint32_t d) const {
  const GhzDemandRow& demand = setup_.demands[d];
  std::vector<std::uint64_t> need(setup_.nodes.size(), 0);
  for (std::uint32_t k = 0; k < demand.arms; ++k) {
    const DemandId arm{demand.first_arm.value + k};
    const std::vector<NodeId>& nodes = routes_.of(arm)[routes_.preferred(arm)].nodes;
    for (NodeId n : nodes) need[n.value] += n == nodes.front() || n == nodes.back() ? demand.width : 2 * demand.width;
  }
  for (std::size_t n = 0; n < need.size(); ++n)
    if (need[n] > setup_.nodes[n].slots) return false;
  return true;
}

// Without a request they are looked for when one is asked.
void GhzRequests::links_lost(std::span<const LinkId> lost) {
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    Row& row = rows_[d];
    const auto avoids = [&](ChainId c) {
      const auto& links = circuits_.route(c).links;
      return std::find_first_of(links.begin(), links.end(), lost.begin(), lost.end()) == links.end();
    };
    if (!row.routed || all_arms(d, avoids)) continue;
    release(d, false);
    row.routed = !row.queue.empty() && find_routes(d);
    if (!row.routed && !waits_for_repair(d)) {
      const Refusal reason = end_is_down(d) ? Refusal::node_down : Refusal::route_lost;
      while (!row.queue.empty()) end_first(d, RequestStatus::refused, reason);
    }
    set_up(d);
  }
}

// ---- failures ---------------------------------------------------------------------------------------------------------------------------

bool GhzRequests::end_is_down(std::uint32_t d) const {
  if (!outages_.any()) return false;
  return !all_arms(d, [&](ChainId c) {
    const auto& ends = routes_.plan(circuits_.demand(c)).ends;
    return !outages_.failed(ends[0]) && !outages_.failed(ends[1]);
  });
}

bool GhzRequests::waits_for_repair(std::uint32_t d) {
  if (!outages_.any()) return false;
  const GhzDemandRow& demand = setup_.demands[d];
  const bool patient = demand.deadline != never || demand.arrivals.endless() || demand.arrivals.back_to_back();
  return patient && all_arms(d, [&](ChainId c) { return routes_.usable_when_repaired(circuits_.demand(c)); });
}

// The arms have the routes of the start again together: those are known to have slots enough.
void GhzRequests::links_back() {
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    if (all_arms(d, [&](ChainId c) { return routes_.first_usable(circuits_.demand(c)); }))
      for (std::uint32_t k = 0; k < setup_.demands[d].arms; ++k) routes_.restore(circuits_.demand(arm(d, k)));
    if (rows_[d].routed || rows_[d].queue.empty()) continue;
    rows_[d].routed = find_routes(d);
    set_up(d);
  }
  if (!rows_.empty()) circuits_.routes_changed();
}

void GhzRequests::node_back(NodeId node) {
  for (std::uint32_t d = 0; d < rows_.size(); ++d)
    if (!all_arms(d, [&](ChainId c) { return !circuits_.broken_at(c, node); })) release(d, false);
}

// ---- the end of the run -------------------------------------------------------------------------------------------------------------------

void GhzRequests::finish() {
  for (std::uint32_t d = 0; d < rows_.size(); ++d)
    for (const Request& request : rows_[d].queue) write_down(d, request, RequestStatus::open, Refusal::none, never);
}

}  // namespace farbell
