// The network as a graph in compressed sparse rows, and routes on it.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/base/ids.hpp"

namespace farbell {

struct Edge {
  NodeId to;
  LinkId link;
};

class Graph {
 public:
  Graph() = default;
  Graph(std::uint32_t nodes, std::span<const std::array<NodeId, 2>> links);

  std::uint32_t nodes() const { return static_cast<std::uint32_t>(first_.size() - 1); }
  std::span<const Edge> edges(NodeId n) const { return {edges_.data() + first_[n.value], edges_.data() + first_[n.value + 1]}; }

 private:
  std::vector<std::uint32_t> first_{0};  // node -> first edge
  std::vector<Edge> edges_;              // by node, then by neighbour
};

struct Route {
  std::vector<NodeId> nodes;
  std::vector<LinkId> links;

  explicit operator bool() const { return !nodes.empty(); }
};

// What nodes do that are no way from `a` to `b`, whatever links join them; null = they are one.
const char* fault_of(std::span<const NodeId> nodes, NodeId a, NodeId b);

}  // namespace farbell
