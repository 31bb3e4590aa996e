// Which requests a demand takes: by a rule or a hook, by their deadline, by a rate; and when slots are reserved for it.
#include <limits>

#include "farbell/apps/requests.hpp"

namespace farbell {

bool Requests::admits(DemandId d, const Request& request) const {
  const Decisions& decisions = setup_.decisions[d.value];
  if (!decisions.taken(DecisionPoint::admit)) return true;
  const Row& row = rows_[d.value];
  const auto view = [&](RuleColumn column) -> double {
    switch (column) {
      case RuleColumn::time_s: return setup_.clock.seconds(queue_.now());
      case RuleColumn::hops: return static_cast<double>(circuits_.route(circuits_.first(d)).links.size());
      case RuleColumn::request: return static_cast<double>(request.id);
      case RuleColumn::pairs: return request.pairs > 0 ? static_cast<double>(request.pairs) : std::numeric_limits<double>::infinity();
      case RuleColumn::min_fidelity: return request.min_fidelity;
      case RuleColumn::waiting_requests: return static_cast<double>(row.queue.size());
      case RuleColumn::served_requests: return row.served;
      default: return std::numeric_limits<double>::quiet_NaN();  // of pairs: no rule and no view reads them here
    }
  };
  return decisions.decide(DecisionPoint::admit, view, NodeId{}, d, queue_.now());
}

// What is ahead of it is made by all circuits of the demand, where none is free for it; its own pairs by one.
bool Requests::in_time(DemandId d, const Request& request) const {
  if (request.due == never) return true;
  const Row& row = rows_[d.value];
  const double rate = circuits_.delivery_rate(circuits_.first(d));
  const auto circuits = static_cast<double>(circuits_.count(d));
  std::uint64_t ahead = 0;
  if (row.open() >= circuits_.count(d)) {
    each_circuit(d, [&](ChainId c) {
      if (const auto& served = services_[c.value].request) ahead += served->pairs - served->delivered;
    });
    for (const Request& other : row.queue) ahead += other.pairs - other.delivered;
  }
  const double expected = static_cast<double>(ahead) / (circuits * rate) + static_cast<double>(request.pairs) / rate;
  return expected <= static_cast<double>(count(request.due - queue_.now()));
}

Refusal Requests::refused_by(const AdmissionPlan& plan, DemandId d, const Request& request) {
  if (plan.by_deadline && !in_time(d, request)) return Refusal::deadline_unreachable;
  if (plan.interval > tick_zero && !rows_[d.value].rate_control.admits(plan, queue_.now())) return Refusal::rate_exceeded;
  return Refusal::none;
}

// ---- slots that are reserved for a time -------------------------------------------------------------------------------------------------

void Requests::schedule_window(DemandId d) {
  const std::vector<Tick>& boundaries = setup_.demands[d.value].reserved;
  const std::uint32_t next = rows_[d.value].boundaries;
  if (next < boundaries.size() && boundaries[next] <= setup_.horizon)
    queue_.post(boundaries[next], Phase::arrivals, {setup_.self.handler, op_reserved, d.value}, 0);
}

// One begins, or ends: whatever serves a request then goes on until it is done.
void Requests::window(DemandId d) {
  Row& row = rows_[d.value];
  ++row.boundaries;
  row.stays_up = !row.stays_up;
  if (row.stays_up) {
    if (!row.routed) row.routed = finds_routes(d);
    if (row.routed)
      each_circuit(d, [&](ChainId c) {
        if (circuits_.state(c) == Circuits::State::idle) circuits_.ask(c);
      });
  } else {
    release_surplus(d);
  }
  schedule_window(d);
}

}  // namespace farbell
