// The best routes by each kind of routing. docs/physics/routing.md
#pragma once
#include <span>
#include <vector>

#include "farbell/network/entanglement_rate.hpp"
#include "farbell/network/paths.hpp"
#include "farbell/network/routing.hpp"

namespace farbell {

class Router {
 public:
  // `swaps`: for entanglement_rate; it must outlive the router. Kinds that purify have a search of their own.
  Router(const Graph& graph, RoutingMetric kind, const SwapFacts& swaps) : graph_(graph), paths_(graph), kind_(kind), swaps_(swaps) {}

  // The k best routes that visit no node twice, the best first; fewer if there are no more. `cost` by link; infinity = not usable.
  std::vector<Route> find(NodeId a, NodeId b, std::size_t k, std::span<const double> cost);

 private:
  std::vector<Route> widest(NodeId a, NodeId b, std::size_t k, std::span<const double> cost);
  std::vector<Route> least_time(NodeId a, NodeId b, std::size_t k, std::span<const double> cost);
  std::vector<Route> greedy(NodeId a, NodeId b, std::span<const double> cost) const;

  const Graph& graph_;
  PathFinder paths_;
  RoutingMetric kind_;
  const SwapFacts& swaps_;
};

// Of the slowest of its links.
double bottleneck(const Route& route, std::span<const double> cost);

}  // namespace farbell
