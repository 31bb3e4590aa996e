#include "farbell/network/graph.hpp"

#include <algorithm>
#include <limits>

namespace farbell {

Graph::Graph(std::uint32_t nodes, std::span<const std::array<NodeId, 2>> links) : first_(nodes + 1, 0), edges_(2 * links.size()) {
  for (const auto& ends : links)
    for (NodeId n : ends) ++first_[n.value + 1];
  for (std::uint32_t n = 0; n < nodes; ++n) first_[n + 1] += first_[n];
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::uint32_t l = 0; l < links.size(); ++l) {
    const auto [a, b] = links[l];
    edges_[next[a.value]++] = {b, LinkId{l}};
    edges_[next[b.value]++] = {a, LinkId{l}};
  }
  for (std::uint32_t n = 0; n < nodes; ++n)
    std::stable_sort(edges_.begin() + first_[n], edges_.begin() + first_[n + 1], [](const Edge& x, const Edge& y) { return x.to < y.to; });
}

namespace {
constexpr double unreached = std::numeric_limits<double>::infinity();
}

PathFinder::PathFinder(const Graph& graph) : graph_(graph), label_(graph.nodes(), {unreached, 0, false}) {}

Route PathFinder::shortest(NodeId a, NodeId b, std::span<const double> cost) {
  // Labels hold the distance to b, so that the walk from a may choose the smallest neighbour among the tight ones.
  const auto after = [](const Entry& x, const Entry& y) { return x.cost != y.cost ? x.cost > y.cost : x.hops > y.hops; };
  const auto reach = [&](NodeId n, double c, std::uint32_t hops) {
    Label& l = label_[n.value];
    if (l.cost == unreached) touched_.push_back(n);
    if (c < l.cost || (c == l.cost && hops < l.hops)) {
      l.cost = c;
      l.hops = hops;
      heap_.push_back({c, hops, n});
      std::push_heap(heap_.begin(), heap_.end(), after);
    }
  };
  reach(b, 0, 0);
  while (!heap_.empty()) {
    const Entry top = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end(), after);
    heap_.pop_back();
    Label& l = label_[top.node.value];
    if (l.settled || top.cost != l.cost || top.hops != l.hops) continue;
    l.settled = true;
    if (top.node == a) break;
    for (const Edge& e : graph_.edges(top.node)) {
      const double c = cost[e.link.value];
      if (c < unreached && !label_[e.to.value].settled) reach(e.to, top.cost + c, top.hops + 1);
    }
  }

  Route route;
  if (label_[a.value].settled) {
    route.nodes.push_back(a);
    for (NodeId at = a; at != b;) {
      const Label& here = label_[at.value];
      const Edge* step = nullptr;
      for (const Edge& e : graph_.edges(at)) {
        const Label& there = label_[e.to.value];
        if (!there.settled || there.hops + 1 != here.hops || there.cost + cost[e.link.value] != here.cost) continue;
        if (!step || e.to < step->to) step = &e;
      }
      at = step->to;
      route.nodes.push_back(at);
      route.links.push_back(step->link);
    }
  }
  for (NodeId n : touched_) label_[n.value] = {unreached, 0, false};
  touched_.clear();
  heap_.clear();
  return route;
}

}  // namespace farbell
