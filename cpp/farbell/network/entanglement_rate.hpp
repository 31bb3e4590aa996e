// The expected time of an end-to-end pair over a route whose halves are joined when both are whole, and the routes for which it is least.
// docs/physics/entanglement_rate.md
#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "farbell/network/entanglement_bounds.hpp"
#include "farbell/network/paths.hpp"

namespace farbell {

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
  // A stretch that is whole, and waits for the one that follows it: they will be joined by a swap at its last node.
  struct Stretch {
    double seconds, delay_s, success, swap_s;
  };
  // A part of a route, but for its stretches, which are in `Level::waiting`.
  struct Label {
    NodeId node;
    LinkId link;            // that led there
    std::uint32_t before;   // the label that it grew from, one level back
    std::uint32_t another;  // at the same node of the same level; `none` after the last
    std::uint64_t visited;  // bits, by node modulo 64
    double least;           // that any way on comes to
  };
  struct Level {
    std::vector<Label> labels;
    std::vector<Stretch> waiting;  // of each label as many
  };
  // What follows a place of the routes of so many links: stretches, and after each so many joints.
  struct Ahead {
    const StretchBounds::Least* least;  // by node
    std::uint32_t joints;
  };
  struct Place {
    std::uint32_t waiting, joints;  // joints: made when a link has ended here
    std::uint32_t end;              // of the longest stretch that begins here
  };

  void plan(std::uint32_t hops);
  static bool narrow(Level& level, std::size_t waiting, std::size_t most);
  bool grow(NodeId a, NodeId b, std::uint32_t hops, std::size_t k, std::size_t most);
  void keep(Route route, std::size_t k);
  Route route_of(std::uint32_t position, std::uint32_t label, LinkId last, NodeId b) const;
  void look_ahead(std::uint32_t position, std::uint32_t hops);
  double least(NodeId here);
  bool has_visited(std::uint32_t position, std::uint32_t label, NodeId n) const;
  bool is_better(std::uint32_t position, std::uint32_t x, const Label& y) const;
  void add(std::uint32_t position, Label label, std::size_t k);
  static void join(std::vector<Stretch>& waiting);

  const Graph& graph_;
  const SwapFacts& swaps_;
  std::span<const double> cost_;
  StretchBounds* bounds_ = nullptr;
  double limit_ = 0;
  std::vector<std::pair<double, Route>> best_;
  std::size_t grown_ = 0;
  std::vector<Place> places_;
  std::vector<Ahead> ahead_;  // of the place that is grown to
  std::vector<Level> levels_;
  std::vector<Stretch> waiting_, folded_;
  std::vector<std::uint32_t> at_;  // by node: the newest label of a level
};

}  // namespace farbell
