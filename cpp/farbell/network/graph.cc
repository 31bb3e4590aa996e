#include "farbell/network/graph.hpp"

#include <algorithm>

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

const char* fault_of(std::span<const NodeId> nodes, NodeId a, NodeId b) {
  if (nodes.empty() || nodes.front() != a || nodes.back() != b) return "does not lead from node_a to node_b";
  std::vector<NodeId> sorted(nodes.begin(), nodes.end());
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return "visits a node twice";
  return nullptr;
}

}  // namespace farbell
