// Routes of least cost: one at a time, or the k least without loops; never all pairs. docs/physics/routing.md
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "farbell/network/graph.hpp"

namespace farbell {

// What is known of the way from a node to the end of a search.
struct PathLabel {
  double cost = std::numeric_limits<double>::infinity();
  std::uint32_t hops = 0;
  NodeId next;  // towards the end: of equally good ways the smallest node, by the link that is listed first
  LinkId link;  // to `next`
  bool settled = false;
};

// Smallest cost first, then fewest hops.
class PathQueue {
 public:
  struct Entry {
    double cost;
    std::uint32_t hops;
    NodeId node;
  };

  bool empty() const { return heap_.empty(); }
  void clear() { heap_.clear(); }
  void push(Entry entry);
  Entry pop();

 private:
  std::vector<Entry> heap_;
};

// The least ways from all nodes to one end, found only as far as they are asked for: Dijkstra's algorithm, suspended.
class PathTree {
 public:
  explicit PathTree(const Graph& graph);

  // `cost` by link, infinity = not usable; it must outlive the search.
  void start(NodeId end, std::span<const double> cost);
  // Null if no way leads from `n` to the end.
  const PathLabel* reach(NodeId n);
  // Of a node on a way that was found.
  const PathLabel& at(NodeId n) const { return label_[n.value]; }
  NodeId end() const { return end_; }

 private:
  void settle_next();

  const Graph& graph_;
  NodeId end_;
  std::span<const double> cost_;
  std::vector<PathLabel> label_;
  std::vector<NodeId> touched_;  // only what a search touched is reset
  PathQueue queue_;
};

class SpurSearch;

class PathFinder {
 public:
  explicit PathFinder(const Graph& graph);
  ~PathFinder();

  // Least sum of `cost` (by link; infinity = not usable) from `a` to `b`; among equals the fewest hops, then the lexicographically
  // smallest node sequence. Empty if there is no route.
  Route shortest(NodeId a, NodeId b, std::span<const double> cost);

  // The k least routes that visit no node twice, in that order; fewer if there are no more. Routes differ in their nodes.
  std::vector<Route> k_shortest(NodeId a, NodeId b, std::size_t k, std::span<const double> cost);

 private:
  const Graph& graph_;
  PathTree tree_;
  std::unique_ptr<SpurSearch> spurs_;  // made when first needed
};

// Summed from end B towards end A.
double route_cost(const Route& route, std::span<const double> cost);

}  // namespace farbell
