#include "farbell/apps/round_requests.hpp"

#include <algorithm>

namespace farbell {

RoundRequests::RoundRequests(const Setup& setup, EventQueue& queue, Recorder& recorder, Trace& trace)
    : setup_(setup), queue_(queue), recorder_(recorder), trace_(trace), rows_(setup.demands.size()) {
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    rows_[d].arrivals = Arrivals(Stream(setup.demands[d].arrivals_key, setup.replica));
    rows_[d].bases = Stream(setup.demands[d].bases_key, setup.replica);
    rows_[d].outcomes = Stream(setup.demands[d].outcomes_key, setup.replica);
  }
}

void RoundRequests::start() {
  for (std::uint32_t d = 0; d < rows_.size(); ++d) schedule(DemandId{d});
}

void RoundRequests::handle(const Event& event) {
  const DemandId d{event.to.target};
  if (event.to.op == op_arrive) arrive(d);
  else overdue(d);
}

void RoundRequests::schedule(DemandId d) {
  const Tick at = rows_[d.value].arrivals.next(setup_.demands[d.value].arrivals, setup_.clock);
  if (at <= setup_.horizon) queue_.post(at, Phase::arrivals, {setup_.self.handler, op_arrive, d.value}, 0);
}

void RoundRequests::arrive(DemandId d) {
  const ArrivalPlan& plan = setup_.demands[d.value].arrivals;
  const std::uint64_t burst = plan.kind == ArrivalPlan::Kind::one_off ? plan.requests : 1;
  for (std::uint64_t i = 0; i < burst; ++i) ask(d);
  if (plan.goes_on()) schedule(d);
}

void RoundRequests::ask(DemandId d) {
  const DemandRow& demand = setup_.demands[d.value];
  Row& row = rows_[d.value];
  const Tick now = queue_.now();
  recorder_.asked(d, now);
  const Request request{row.next_id++, 0, now, never};
  trace_.add(now, queue_.phase(), TraceKind::request_asked, d.value, request.id, row.open.size());
  if (demand.max_queue > 0 && row.open.size() >= demand.max_queue) {
    row.stopped = true;
    return write_down(d, request, RequestStatus::refused, Refusal::queue_full, now);
  }
  if (setup_.max_open > 0 && open_ >= setup_.max_open) {
    row.stopped = true;
    return write_down(d, request, RequestStatus::refused, Refusal::network_full, now);
  }
  row.open.push_back(request);
  ++open_;
  if (demand.deadline != never) queue_.post(now + demand.deadline, Phase::expiries, {setup_.self.handler, op_overdue, d.value}, 0);
}

// A back-to-back demand asks at once when a request has ended; one whose request was refused does not go on.
void RoundRequests::ask_again(DemandId d) {
  const ArrivalPlan& plan = setup_.demands[d.value].arrivals;
  const Row& row = rows_[d.value];
  if (plan.back_to_back() && !row.stopped && (plan.requests == 0 || row.next_id < plan.requests)) ask(d);
}

void RoundRequests::overdue(DemandId d) {
  Row& row = rows_[d.value];
  const Tick now = queue_.now();
  std::uint64_t ended = 0;
  while (!row.open.empty() && row.open.front().asked + setup_.demands[d.value].deadline <= now) {
    const Request request = row.open.front();
    row.open.pop_front();
    --open_;
    ++ended;
    write_down(d, request, RequestStatus::timed_out, Refusal::none, now);
  }
  for (; ended > 0; --ended) ask_again(d);
}

std::vector<DemandId> RoundRequests::take_part() {
  std::vector<DemandId> out;
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    auto& open = rows_[d].open;  // those that have not begun stand last
    for (auto request = open.rbegin(); request != open.rend() && request->started == never; ++request) {
      request->started = queue_.now();
      trace_.add(queue_.now(), queue_.phase(), TraceKind::request_started, d, request->id, 0);
    }
    if (!rows_[d].open.empty()) out.push_back(DemandId{d});
  }
  std::stable_sort(out.begin(), out.end(),
                   [&](DemandId x, DemandId y) { return rows_[x.value].open.front().asked < rows_[y.value].open.front().asked; });
  return out;
}

std::array<std::int8_t, 2> RoundRequests::draw_bases(DemandId d) {
  const Stream::Draw draw = rows_[d.value].bases.next();
  const double z = setup_.demands[d.value].z_basis_probability;
  return {static_cast<std::int8_t>(!(draw.u0 < z)), static_cast<std::int8_t>(!(draw.u1 < z))};
}

void RoundRequests::deliver(PairRow pair, std::int64_t number) {
  const DemandId d = pair.demand;
  const DemandRow& demand = setup_.demands[d.value];
  Row& row = rows_[d.value];
  const Tick now = pair.delivered;
  if (row.open.empty() || row.open.front().started == never) {
    trace_.add(now, Phase::arrivals, TraceKind::pair_surplus, d.value, 0, 0, 0, {.pair = number});
    return recorder_.surplus(d, now);
  }
  Request& request = row.open.front();
  if (pair.fidelity < demand.min_fidelity - fidelity_slack) {
    trace_.add(now, Phase::arrivals, TraceKind::pair_rejected, d.value, request.id, 0, pair.fidelity, {.pair = number});
    return recorder_.rejected(d, now);
  }
  pair.request = request.id;
  pair.asked = request.asked;
  recorder_.pair(pair);
  trace_.add(now, Phase::arrivals, TraceKind::delivery, d.value, request.id, pair.swaps, pair.fidelity, {.pair = number});
  ++request.delivered;
  if (demand.arrivals.endless() || request.delivered < demand.pairs_per_request) return;
  const Request done = request;
  row.open.pop_front();
  --open_;
  write_down(d, done, RequestStatus::done, Refusal::none, now);
  ask_again(d);
}

void RoundRequests::finish() {
  for (std::uint32_t d = 0; d < rows_.size(); ++d)
    for (const Request& request : rows_[d].open) write_down(DemandId{d}, request, RequestStatus::open, Refusal::none, never);
}

void RoundRequests::write_down(DemandId d, const Request& request, RequestStatus status, Refusal reason, Tick finished) {
  const DemandRow& demand = setup_.demands[d.value];
  if (status != RequestStatus::open)
    trace_.add(finished, queue_.phase(), TraceKind::request_ended, d.value, request.id,
               static_cast<std::uint64_t>(status) | static_cast<std::uint64_t>(reason) << 8);
  recorder_.request({d, status, reason, -1, request.id, demand.arrivals.endless() ? 0 : demand.pairs_per_request, request.delivered,
                     request.asked, request.started, finished});
}

}  // namespace farbell
