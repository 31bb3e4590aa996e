// The best routes by each kind of routing. docs/physics/routing.md
#pragma once
#include <span>
#include <vector>

#include "farbell/network/paths.hpp"
#include "farbell/network/routing.hpp"

namespace farbell {

class Router {
 public:
  Router(const Graph& graph, RoutingMetric kind) : paths_(graph), kind_(kind) {}

  // The k best routes that visit no node twice, the best first; fewer if there are no more. `cost` by link; infinity = not usable.
  std::vector<Route> find(NodeId a, NodeId b, std::size_t k, std::span<const double> cost);

 private:
  std::vector<Route> widest(NodeId a, NodeId b, std::size_t k, std::span<const double> cost);

  PathFinder paths_;
  RoutingMetric kind_;
};

// Of the slowest of its links.
double bottleneck(const Route& route, std::span<const double> cost);

}  // namespace farbell
