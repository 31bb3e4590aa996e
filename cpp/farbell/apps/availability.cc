#include "farbell/apps/availability.hpp"

#include <algorithm>
#include <limits>

namespace farbell {

Availability::Availability(const Graph& graph, const Routes& routes, const Outages& outages, std::size_t demands)
    : graph_(graph), routes_(routes), outages_(outages), rows_(outages.may_come() ? demands : 0) {}

bool Availability::up(const Route& route) const {
  return std::all_of(route.links.begin(), route.links.end(), [&](LinkId l) { return outages_.up(l) && routes_.can_succeed(l); });
}

void Availability::update(Tick now) {
  if (rows_.empty()) return;
  for (Row& row : rows_)
    if (row.routed) row.sums.route_ticks += static_cast<double>(count(now - since_));
  since_ = now;
  constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  component_.assign(graph_.nodes(), none);
  std::vector<NodeId> reached;
  for (std::uint32_t root = 0; root < graph_.nodes(); ++root) {
    if (component_[root] != none) continue;
    component_[root] = root;
    for (reached = {NodeId{root}}; !reached.empty();) {
      const NodeId n = reached.back();
      reached.pop_back();
      for (const Edge& e : graph_.edges(n)) {
        if (component_[e.to.value] != none || !outages_.up(e.link) || !routes_.can_succeed(e.link)) continue;
        component_[e.to.value] = root;
        reached.push_back(e.to);
      }
    }
  }
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    const DemandId demand{d};
    const auto& ends = routes_.plan(demand).ends;
    const auto routes = routes_.of(demand);
    rows_[d].routed = routes_.fixed(demand) ? std::any_of(routes.begin(), routes.end(), [&](const Route& route) { return up(route); })
                                            : component_[ends[0].value] == component_[ends[1].value];
  }
}

void Availability::interrupt(DemandId demand, Tick now) {
  Row& row = rows_[demand.value];
  if (row.interrupted != never) return;
  row.interrupted = now;
  ++row.sums.interruptions;
}

void Availability::recover(Row& row, Tick now) {
  const auto ticks = static_cast<double>(count(now - row.interrupted));
  row.sums.recovery.add(ticks);
  row.sums.longest_recovery = std::max(row.sums.longest_recovery, ticks);
  row.interrupted = never;
}

std::vector<DemandAvailability> Availability::finish(Tick end) {
  update(end);
  std::vector<DemandAvailability> out;
  for (const Row& row : rows_) out.push_back(row.sums);
  return out;
}

}  // namespace farbell
