#include "farbell/network/local_search.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace farbell {

namespace {
constexpr double infinite = std::numeric_limits<double>::infinity();
}

PathTree& LocalSearch::to_go(NodeId to) {
  std::optional<PathTree>& tree = to_go_[to.value];
  if (!tree) tree.emplace(setup_.graph).start(to, setup_.start_cost);
  return *tree;
}

void LocalSearch::begin(std::uint32_t circuit, NodeId from, NodeId to) {
  Walk& walk = walks_[circuit];
  walk.to = to;
  walk.kept.clear();
  walk.way = {{from}, {}};
  walk.visited.assign(setup_.graph.nodes(), false);
  walk.visited[from.value] = true;
}

void LocalSearch::begin_another(std::uint32_t circuit) {
  Walk& walk = walks_[circuit];
  const NodeId from = walk.way.nodes.front();
  std::vector<Route> kept = std::move(walk.kept);
  kept.push_back(std::move(walk.way));
  begin(circuit, from, walk.to);
  walk.kept = std::move(kept);
}

bool LocalSearch::taken(const Walk& walk, LinkId link) {
  return std::any_of(walk.kept.begin(), walk.kept.end(),
                     [&](const Route& way) { return std::find(way.links.begin(), way.links.end(), link) != way.links.end(); });
}

std::optional<Tick> LocalSearch::send_on(std::uint32_t circuit, std::span<const double> cost, bool passes) {
  Walk& walk = walks_[circuit];
  PathTree& to_go = this->to_go(walk.to);
  const NodeId here = walk.way.nodes.back();
  const bool at_start = walk.way.links.empty();
  const Tick leaves = at_start ? tick_zero : setup_.processing_delay[here.value];
  Edge best{};
  double least = infinite;
  for (const Edge& e : setup_.graph.edges(here)) {
    if (!passes) break;
    const PathLabel* further = walk.visited[e.to.value] || taken(walk, e.link) ? nullptr : to_go.reach(e.to);
    if (!further || cost[e.link.value] + further->cost >= least) continue;
    least = cost[e.link.value] + further->cost;
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
