// Routes between nodes of a compiled network, by name, whether or not a demand asks for them.
#pragma once
#include <array>
#include <span>
#include <string>
#include <vector>

#include "farbell/simulation/model.hpp"
#include "farbell/simulation/names.hpp"

namespace farbell {

// What a link adds to the cost of a route; infinity if it cannot succeed.
double routing_cost(RoutingMetric metric, const LinkFacts& link);

// The route over these nodes, from the first of `ends` to the second; of parallel links the one of least `cost`. Throws SpecError at
// `path` where it is none.
Route named_route(const Model& model, const Names& nodes, const std::vector<std::string>& names, const std::array<std::string, 2>& ends,
                  std::span<const double> cost, const std::string& path);

struct NamedRoute {
  std::vector<std::string> nodes, links;
  double cost = 0, length_m = 0;
};

// The `routing.alternatives` least-cost routes over the links as they are at the start; fewer, or none, if there are no more. Throws
// SpecError for a name that is no node's.
std::vector<NamedRoute> least_cost_routes(const Model& model, const std::string& a, const std::string& b, const RoutingSpec& routing);

}  // namespace farbell
