#include "farbell/network/steiner_tree.hpp"

#include <algorithm>
#include <limits>
#include <queue>
#include <utility>

namespace farbell {

namespace {

constexpr double far = std::numeric_limits<double>::infinity();

// Least costs to all nodes from what they cost to begin with, and the edge over which each was reached.
struct Spread {
  std::vector<double> cost;
  std::vector<Edge> from;  // the node before, and the link; no link: it began here

  void relax(const Graph& graph, std::span<const double> links) {
    using Entry = std::pair<double, NodeId>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    for (std::uint32_t n = 0; n < cost.size(); ++n)
      if (cost[n] < far) queue.emplace(cost[n], NodeId{n});
    while (!queue.empty()) {
      const auto [c, n] = queue.top();
      queue.pop();
      if (c != cost[n.value]) continue;
      for (const Edge& e : graph.edges(n)) {
        const double there = c + links[e.link.value];
        if (there >= cost[e.to.value]) continue;
        cost[e.to.value] = there;
        from[e.to.value] = {n, e.link};
        queue.emplace(there, e.to);
      }
    }
  }
};

// The tree in links that join the terminals: breadth first, what leads to no terminal left out, and cut into parts.
JoiningTree cut(const Graph& graph, std::span<const NodeId> terminals, const std::vector<bool>& in_tree) {
  std::vector<Edge> up(graph.nodes());
  std::vector<bool> seen(graph.nodes()), kept(graph.nodes());
  std::vector<NodeId> order{terminals[0]};
  seen[terminals[0].value] = true;
  for (std::size_t i = 0; i < order.size(); ++i)
    for (const Edge& e : graph.edges(order[i]))
      if (in_tree[e.link.value] && !seen[e.to.value]) {
        seen[e.to.value] = true;
        up[e.to.value] = {order[i], e.link};
        order.push_back(e.to);
      }
  std::vector<bool> special(graph.nodes());
  for (NodeId t : terminals) special[t.value] = kept[t.value] = true;
  std::vector<std::uint32_t> branches(graph.nodes());
  for (std::size_t i = order.size(); i-- > 1;) {
    if (!kept[order[i].value]) continue;
    const NodeId above = up[order[i].value].to;
    kept[above.value] = true;
    if (++branches[above.value] > 1) special[above.value] = true;
  }
  JoiningTree tree;
  std::vector<std::uint32_t> part_to(graph.nodes(), JoiningTree::root);
  for (NodeId n : order) {
    if (n == terminals[0] || !kept[n.value] || !special[n.value]) continue;
    Route route{{n}, {}};
    do {
      const Edge& e = up[route.nodes.back().value];
      route.links.push_back(e.link);
      route.nodes.push_back(e.to);
    } while (!special[route.nodes.back().value]);
    std::reverse(route.nodes.begin(), route.nodes.end());
    std::reverse(route.links.begin(), route.links.end());
    tree.parent.push_back(part_to[route.nodes.front().value]);
    part_to[n.value] = static_cast<std::uint32_t>(tree.parts.size());
    tree.parts.push_back(std::move(route));
  }
  return tree;
}

}  // namespace

// least[S][n]: the least tree that joins the terminals of S and n; the last terminal is where all of them are joined.
JoiningTree steiner_tree(const Graph& graph, std::span<const NodeId> terminals, std::span<const double> cost) {
  const std::uint32_t nodes = graph.nodes(), all = (1u << (terminals.size() - 1)) - 1;
  struct State : Spread {
    std::vector<std::uint32_t> split;  // by node: a part of S that meets the rest of it there; 0 = none does
  };
  std::vector<State> least(all + 1);
  for (std::uint32_t s = 1; s <= all; ++s) {
    State& state = least[s];
    state.cost.assign(nodes, far);
    state.from.assign(nodes, {});
    state.split.assign(nodes, 0);
    if ((s & (s - 1)) == 0) {
      std::uint32_t t = 0;
      while (s >> t > 1) ++t;
      state.cost[terminals[t].value] = 0;
    }
    for (std::uint32_t part = (s - 1) & s; part > 0; part = (part - 1) & s) {
      if (part < (s ^ part)) continue;
      for (std::uint32_t n = 0; n < nodes; ++n) {
        const double sum = least[part].cost[n] + least[s ^ part].cost[n];
        if (sum >= state.cost[n]) continue;
        state.cost[n] = sum;
        state.split[n] = part;
      }
    }
    state.relax(graph, cost);
  }
  const NodeId last = terminals.back();
  if (least[all].cost[last.value] == far) return {};
  std::vector<bool> in_tree(cost.size());
  std::vector<std::pair<std::uint32_t, NodeId>> open{{all, last}};
  while (!open.empty()) {
    auto [s, n] = open.back();
    open.pop_back();
    for (Edge e = least[s].from[n.value]; e.link; e = least[s].from[n.value]) {
      in_tree[e.link.value] = true;
      n = e.to;
    }
    const std::uint32_t part = least[s].split[n.value];
    if (part == 0) continue;
    open.emplace_back(part, n);
    open.emplace_back(s ^ part, n);
  }
  return cut(graph, terminals, in_tree);
}

JoiningTree shortest_path_tree(const Graph& graph, std::span<const NodeId> terminals, std::span<const double> cost) {
  std::vector<bool> in_tree(cost.size()), inside(graph.nodes());
  inside[terminals[0].value] = true;
  for (std::size_t joined = 1; joined < terminals.size(); ++joined) {
    Spread spread{std::vector<double>(graph.nodes(), far), std::vector<Edge>(graph.nodes())};
    for (std::uint32_t n = 0; n < graph.nodes(); ++n)
      if (inside[n]) spread.cost[n] = 0;
    spread.relax(graph, cost);
    NodeId nearest;
    for (NodeId t : terminals)
      if (!inside[t.value] && (!nearest || spread.cost[t.value] < spread.cost[nearest.value])) nearest = t;
    if (!nearest) break;  // all were on the way
    if (spread.cost[nearest.value] == far) return {};
    for (NodeId n = nearest; !inside[n.value];) {
      inside[n.value] = true;
      const Edge& e = spread.from[n.value];
      in_tree[e.link.value] = true;
      n = e.to;
    }
  }
  return cut(graph, terminals, in_tree);
}

}  // namespace farbell
