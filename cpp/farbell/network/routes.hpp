// Which routes each demand may take now: its alternatives, and others once none of these can be used.
#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "farbell/network/router.hpp"

namespace farbell {

struct RoutePlan {
  std::array<NodeId, 2> ends;
  std::vector<Route> routes;  // at the start, the best first; at least one
  std::size_t alternatives = 1;
  bool fixed = false;         // there are no others
};

class Routes {
 public:
  // `link_cost` at the start; infinity = down or hopeless.
  Routes(const Graph& graph, RoutingMetric kind, const SwapFacts& swaps, std::span<const RoutePlan> plans, std::span<const double> link_cost);

  std::span<const Route> of(DemandId demand) const {
    const Row& row = rows_[demand.value];
    return row.found.empty() ? std::span<const Route>(plans_[demand.value].routes) : row.found;
  }
  const RoutePlan& plan(DemandId demand) const { return plans_[demand.value]; }
  // Which of those that were found; 0 = those at the start.
  std::uint32_t version(DemandId demand) const { return rows_[demand.value].version; }
  bool usable(const Route& route) const;
  bool any_usable(DemandId demand) const;
  // The first that is usable; the first of all where none is.
  std::size_t preferred(DemandId demand) const;

  void set_cost(LinkId link, double cost);
  // Known to have failed: not usable, whatever it costs, until it is known to be back.
  void set_failed(LinkId link, bool failed);
  // Looks for routes among the links that are usable now. False if there is none; what the demand had then stays.
  bool find(DemandId demand);
  // Whether the link could be used if it had not failed.
  bool can_succeed(LinkId link) const {
    return (repaired_cost_.empty() ? cost_ : repaired_cost_)[link.value] < std::numeric_limits<double>::infinity();
  }
  // Whether there would be a route if nothing had failed.
  bool usable_when_repaired(DemandId demand);
  bool first_usable(DemandId demand) const;  // one of those at the start
  void restore(DemandId demand);             // has those at the start again

 private:
  struct Row {
    std::vector<Route> found;  // empty: those of the plan
    std::uint32_t version = 0, versions = 0;
  };

  Router& router();

  const Graph& graph_;
  RoutingMetric kind_;
  const SwapFacts& swaps_;
  std::span<const RoutePlan> plans_;
  std::vector<Row> rows_;     // by demand
  std::vector<double> cost_;  // by link
  std::vector<double> repaired_cost_;  // if nothing had failed; empty before anything has
  std::vector<bool> failed_;           // the same
  std::unique_ptr<Router> router_;     // made when first needed: most runs look for no route
};

}  // namespace farbell
