// What stretches of a route have at least that are not chosen yet: of seconds and of delay, by their number of links, from any node.
// docs/physics/entanglement_rate.md
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <unordered_map>
#include <vector>

#include "farbell/network/graph.hpp"

namespace farbell {

// What joining two stretches costs, beside their own time.
struct SwapFacts {
  std::vector<double> success, seconds;  // by node: of a swap there
  std::vector<double> delay_s;           // by link: of a message
  double longest_s = std::numeric_limits<double>::infinity();  // no pair may take longer
};

// Links of the left half of a stretch.
inline std::uint32_t left_half(std::uint32_t links) { return links / 2; }

// A link that routes may take, one way.
struct RouteStep {
  NodeId to;
  LinkId link;
  double seconds, delay_s;
};

// Of routes from `a` to `b` over links that are faster than `limit`. What is counted may visit a node twice, which routes may not: so it
// is known soon, and no more than what they have.
class StretchBounds {
 public:
  struct Least {
    double seconds, delay_s;
  };

  StretchBounds(const Graph& graph, const SwapFacts& swaps, std::span<const double> cost, NodeId a, NodeId b, double limit);

  // Of parallel links the fastest; none leads to `a`, or on from `b`.
  std::span<const RouteStep> steps(NodeId n) const { return {steps_.data() + first_[n.value], steps_.data() + first_[n.value + 1]}; }
  // Links from there to the end; as many as there are nodes where none lead there.
  std::uint32_t hops(NodeId n) const { return hops_[n.value]; }

  // By node: of a stretch of so many links that begins `ahead` links after it; the `last` one of a route ends at its end.
  const std::vector<Least>& of(std::uint32_t links, std::uint32_t ahead, bool last);
  // Of all routes of so many links; `exactly`, or of at least so many.
  double of_route(std::uint32_t links, bool exactly);

  double most_success() const { return most_success_; }
  double least_swap_s() const { return least_swap_s_; }

 private:
  // The way of least delay from a node, by its first step, and the best one that begins with another.
  struct Way {
    double least_s = std::numeric_limits<double>::infinity(), second_s = std::numeric_limits<double>::infinity();
    NodeId by;
  };

  void find_steps(std::span<const double> cost, double limit);
  void find_least_ways();
  const std::vector<Way>& delays(std::uint32_t links, bool last);
  double delay_of(std::uint32_t links);
  std::vector<Least> whole(std::uint32_t links, bool last);
  std::vector<Least> one_before(const std::vector<Least>& next) const;

  const Graph& graph_;
  const SwapFacts& swaps_;
  NodeId a_, b_;
  std::vector<std::uint32_t> first_, hops_;
  std::vector<RouteStep> steps_;
  double most_success_ = 0, least_swap_s_ = std::numeric_limits<double>::infinity();
  // Of all links, of those at the start, of those at the end.
  double fastest_ = std::numeric_limits<double>::infinity(), first_s_ = fastest_, last_s_ = fastest_;
  double slowest_ = 0, delay_s_ = 0;  // of the routes that have least of each
  std::vector<double> of_links_, of_nodes_;  // of delay, the least of them, summed
  std::vector<double> delay_of_, to_end_;    // of any stretch but a whole route, of those to the end
  std::vector<std::vector<Way>> delays_[2];  // by links; those that end at the end
  std::unordered_map<std::uint64_t, std::vector<Least>> known_;
};

}  // namespace farbell
