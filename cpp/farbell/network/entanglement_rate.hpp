// The expected time of an end-to-end pair over a route whose halves are joined when both are whole, and the routes for which it is least.
// docs/physics/entanglement_rate.md
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "farbell/network/paths.hpp"

namespace farbell {

// What joining two stretches costs, beside their own time.
struct SwapFacts {
  std::vector<double> success, seconds;  // by node: of a swap there
  std::vector<double> delay_s;           // by link: of a message
  double longest_s = std::numeric_limits<double>::infinity();  // no pair may take longer
};

// `cost` by link: seconds that a pair of it takes.
double seconds_per_entanglement(const Route& route, std::span<const double> cost, const SwapFacts& swaps);

// Exact: routes of each number of links are grown from `a`, and dropped when they can come to nothing better than what is known, or
// when others are better in all that matters for any way on.
class EntanglementSearch {
 public:
  EntanglementSearch(const Graph& graph, const SwapFacts& swaps) : graph_(graph), swaps_(swaps) {}

  // The k best; `known`: some routes, whose times bound the search. Throws SpecError at /routing/kind where it comes to no end.
  std::vector<Route> find(NodeId a, NodeId b, std::size_t k, std::span<const double> cost, std::vector<Route> known);

 private:
  // A stretch that is whole, and waits for the one that follows it: they will be joined at its last node.
  struct Stretch {
    double seconds, delay_s;
    NodeId end;
  };
  struct Label {
    std::vector<Stretch> waiting;
    Route route;
    std::vector<std::uint64_t> visited;  // bits, by node
  };

  void look_from(NodeId b);
  void grow(NodeId a, NodeId b, std::uint32_t hops, std::size_t k);
  void keep(Route route, std::size_t k);
  Stretch joined(const Stretch& left, const Stretch& right) const;
  double least(std::span<const Stretch> waiting, NodeId here, std::uint32_t position, std::uint32_t hops) const;
  double least_of(NodeId a, std::uint32_t hops) const;
  bool is_better(const Label& x, const Label& y) const;

  const Graph& graph_;
  const SwapFacts& swaps_;
  std::span<const double> cost_;
  std::vector<double> slowest_, delay_;  // by node: of the best way on to the end, by each
  std::vector<std::uint32_t> hops_;      // the same
  double most_success_ = 1, least_swap_s_ = 0, fastest_ = 0, limit_ = 0;
  std::vector<std::pair<double, Route>> best_;
  std::size_t labels_ = 0;
};

}  // namespace farbell
