#include "farbell/apps/failures.hpp"

namespace farbell {

Failures::Failures(const Setup& setup, EventQueue& queue, Lanes& lanes, Circuits& circuits, Outages& outages,
                   Availability& availability, Requests& requests, GhzRequests& ghz_requests, Programs& programs, Trace& trace)
    : setup_(setup), queue_(queue), lanes_(lanes), circuits_(circuits), outages_(outages), availability_(availability),
      requests_(requests), ghz_requests_(ghz_requests), programs_(programs), trace_(trace) {}

void Failures::start() {
  for (std::uint32_t f = 0; f < setup_.failures; ++f) schedule(f);
}

// One window ahead, so that the queue stays small however long the run.
void Failures::schedule(std::uint32_t f) {
  const auto [down, up] = outages_.next_window(f);
  if (down == never) return;
  queue_.post(down, Phase::arrivals, {setup_.self.handler, op_down, f}, 0);
  if (up != never) queue_.post(up, Phase::arrivals, {setup_.self.handler, op_up, f}, 0);
}

void Failures::handle(const Event& event) {
  const std::uint32_t target = event.to.target;
  if (event.to.op == op_down) return down(target);
  if (event.to.op == op_up) return up(target);
  const LinkId link{target};
  if (outages_.epoch(link) != event.payload) {
    ++stale_events_;
  } else if (event.to.op == op_notice) {
    outages_.notice(link, queue_.now());
    lost({&link, 1}, Requests::Known::to_ends);
  } else {
    outages_.hear(link);
    back({&link, 1});
  }
}

void Failures::down(std::uint32_t f) {
  went_down(outages_.fail(f, queue_.now()), f);
}

void Failures::fail_by_hand(const FailureRow& elements) {
  went_down(outages_.fail_by_hand(elements, queue_.now()), outages_.by_hand());
}

void Failures::went_down(const Outages::Turned& turned, std::uint32_t f) {
  turn(turned.links, false);
  requests_.interrupted(turned.links);
  for (NodeId node : turned.nodes) programs_.lose_qubits(node, f);
  if (outages_.instant()) return lost(turned.links, Requests::Known::everywhere);
  for (NodeId node : turned.nodes) {
    circuits_.lose_qubits(node);
    requests_.node_lost(node);
  }
  for (LinkId link : turned.links)
    if (!outages_.noticed(link))
      queue_.post(outages_.notice_at(link, queue_.now()), Phase::expiries, {setup_.self.handler, op_notice, link.value}, outages_.epoch(link));
}

void Failures::up(std::uint32_t f) {
  const Outages::Turned& turned = outages_.repair(f, queue_.now());
  turn(turned.links, true);
  schedule(f);
  came_back(turned);
}

void Failures::repair_by_hand(const FailureRow& elements) {
  const Outages::Turned& turned = outages_.repair_by_hand(elements, queue_.now());
  turn(turned.links, true);
  came_back(turned);
}

void Failures::came_back(const Outages::Turned& turned) {
  if (outages_.instant()) return back(turned.links);
  for (NodeId node : turned.nodes) {
    ghz_requests_.node_back(node);
    circuits_.tell_of_losses(node);
  }
  for (LinkId link : turned.links)
    if (outages_.noticed(link))
      queue_.post(outages_.heard_at(link, queue_.now()), Phase::arrivals, {setup_.self.handler, op_hear, link.value}, outages_.epoch(link));
}

// A cycle that starts now already finds them so.
void Failures::turn(std::span<const LinkId> links, bool up) {
  for (LinkId link : links) {
    lanes_.set_program(link, outages_.program(link));
    trace_.add(queue_.now(), queue_.phase(), TraceKind::link_changed, link.value, 0, up);
  }
  availability_.update(queue_.now());
}

void Failures::lost(std::span<const LinkId> links, Requests::Known known) {
  if (links.empty()) return;
  requests_.links_lost(links, known);
  ghz_requests_.links_lost(links);
}

void Failures::back(std::span<const LinkId> links) {
  if (links.empty()) return;
  requests_.links_repaired(links);
  ghz_requests_.links_back();
}

}  // namespace farbell
