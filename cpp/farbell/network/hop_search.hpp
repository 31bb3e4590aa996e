// Breadth-first search over those links that a caller lets it use: fewest links, and of equally short ways the one that a queue finds
// first with neighbours in the order of the graph.
#pragma once
#include <cstdint>
#include <limits>
#include <vector>

#include "farbell/network/graph.hpp"

namespace farbell {

class HopSearch {
 public:
  static constexpr std::uint32_t far = std::numeric_limits<std::uint32_t>::max();

  explicit HopSearch(const Graph& graph) : graph_(graph), hops_(graph.nodes(), far), from_(graph.nodes()) {}

  // From `a` to `b` with at most so many links; empty if there is none. `passes(from, edge)`: whether the way may go on over that edge.
  template <class Passes>
  Route find(NodeId a, NodeId b, std::uint32_t most, Passes&& passes) {
    spread(a, b, most, passes);
    Route route;
    if (hops_[b.value] == far) return route;
    route.nodes.resize(hops_[b.value] + 1);
    route.links.resize(hops_[b.value]);
    for (NodeId n = b; n != a; n = from_[n.value].to) {
      route.nodes[hops_[n.value]] = n;
      route.links[hops_[n.value] - 1] = from_[n.value].link;
    }
    route.nodes.front() = a;
    return route;
  }
  // Hops from `a` to every node, until `b` is reached (none: to all).
  template <class Passes>
  void spread(NodeId a, NodeId b, std::uint32_t most, Passes&& passes) {
    for (NodeId n : reached_) hops_[n.value] = far;
    reached_.assign(1, a);
    hops_[a.value] = 0;
    for (std::size_t next = 0; next < reached_.size() && reached_[next] != b; ++next) {
      const NodeId n = reached_[next];
      if (hops_[n.value] == most) return;
      for (const Edge& e : graph_.edges(n)) {
        if (hops_[e.to.value] != far || !passes(n, e)) continue;
        hops_[e.to.value] = hops_[n.value] + 1;
        from_[e.to.value] = {n, e.link};
        reached_.push_back(e.to);
      }
    }
  }
  std::uint32_t hops(NodeId n) const { return hops_[n.value]; }

 private:
  const Graph& graph_;
  std::vector<std::uint32_t> hops_;
  std::vector<Edge> from_;       // the node before, and the link from it
  std::vector<NodeId> reached_;  // only what a search reached is reset
};

}  // namespace farbell
