#include "farbell/network/local_search.hpp"

#include <limits>
#include <queue>
#include <utility>

namespace farbell {

namespace {
constexpr double infinite = std::numeric_limits<double>::infinity();
}

// Dijkstra, with sums from the end onwards, as routes are summed.
const std::vector<double>& LocalSearch::to_go(NodeId to) {
  std::vector<double>& least = to_go_[to.value];
  if (!least.empty()) return least;
  using Entry = std::pair<double, NodeId>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  least.assign(setup_.graph.nodes(), infinite);
  least[to.value] = 0;
  queue.emplace(0, to);
  while (!queue.empty()) {
    const auto [cost, n] = queue.top();
    queue.pop();
    if (cost != least[n.value]) continue;
    for (const Edge& e : setup_.graph.edges(n)) {
      const double there = cost + setup_.start_cost[e.link.value];
      if (there >= least[e.to.value]) continue;
      least[e.to.value] = there;
      queue.emplace(there, e.to);
    }
  }
  return least;
}

void LocalSearch::begin(std::uint32_t circuit, NodeId from, NodeId to) {
  Walk& walk = walks_[circuit];
  walk.to = to;
  walk.way = {{from}, {}};
  walk.visited.assign(setup_.graph.nodes(), false);
  walk.visited[from.value] = true;
}

std::optional<Tick> LocalSearch::send_on(std::uint32_t circuit, std::span<const double> cost) {
  Walk& walk = walks_[circuit];
  const std::vector<double>& to_go = this->to_go(walk.to);
  const NodeId here = walk.way.nodes.back();
  const bool at_start = walk.way.links.empty();
  const Tick leaves = at_start ? tick_zero : setup_.processing_delay[here.value];
  Edge best{};
  double least = infinite;
  for (const Edge& e : setup_.graph.edges(here)) {
    const double promised = cost[e.link.value] + to_go[e.to.value];
    if (walk.visited[e.to.value] || promised >= least) continue;
    least = promised;
    best = e;
  }
  if (least < infinite) {
    walk.way.nodes.push_back(best.to);
    walk.way.links.push_back(best.link);
    walk.visited[best.to.value] = true;
    return leaves + setup_.fibre_delay[best.link.value];
  }
  if (at_start) return {};
  const LinkId last = walk.way.links.back();
  walk.way.nodes.pop_back();
  walk.way.links.pop_back();
  return leaves + setup_.fibre_delay[last.value];
}

Tick LocalSearch::back(std::uint32_t circuit) const {
  const Route& way = walks_[circuit].way;
  Tick delay = tick_zero;
  for (LinkId link : way.links) delay += setup_.fibre_delay[link.value];
  for (std::size_t k = 1; k + 1 < way.nodes.size(); ++k) delay += setup_.processing_delay[way.nodes[k].value];
  return delay;
}

}  // namespace farbell
