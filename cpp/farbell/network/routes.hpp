// Which routes each demand may take now: its alternatives, and others once none of these can be used.
#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "farbell/engine/queue.hpp"
#include "farbell/network/link_views.hpp"
#include "farbell/network/route_choice.hpp"
#include "farbell/network/router.hpp"

namespace farbell {

struct RoutePlan {
  std::array<NodeId, 2> ends;
  std::vector<Route> routes;  // at the start, the best first; at least one
  std::size_t alternatives = 1;
  bool fixed = false;         // there are no others
  std::vector<double> weights{};  // by route, if circuits take them in turn

  // Those that circuits take at the start, as long as all of them are up.
  std::span<const Route> taken() const { return std::span(routes).first(weights.empty() ? 1 : routes.size()); }
};

class Routes {
 public:
  // `link_cost` at the start; infinity = down or hopeless. `view`: by demand, whose view of the links decides; empty = all know all.
  Routes(const Graph& graph, RoutingMetric kind, const SwapFacts& swaps, std::span<const RoutePlan> plans, std::span<const double> link_cost,
         std::span<const ViewId> view, std::size_t views);
  // From now on routes are found by the hook, the first of them here; those of the plans are forgotten.
  void find_by(const RoutesHook& hook, const EventQueue& queue);

  std::span<const Route> of(DemandId demand) const {
    const Row& row = rows_[demand.value];
    return row.found.empty() ? std::span<const Route>(first(demand)) : row.found;
  }
  // Those of the plan are its routes at the start.
  bool as_planned(DemandId demand) const { return !asks(demand); }
  const RoutePlan& plan(DemandId demand) const { return plans_[demand.value]; }
  // Which of those that were found; 0 = those at the start.
  std::uint32_t version(DemandId demand) const { return rows_[demand.value].version; }
  bool usable(DemandId demand, const Route& route) const;
  bool any_usable(DemandId demand) const;
  // The first that is usable; the first of all where none is.
  std::size_t preferred(DemandId demand) const;

  // Whether circuits take its routes in turn, in proportion to their weights.
  bool shares(DemandId demand) const { return !plans_[demand.value].weights.empty() && rows_[demand.value].found.empty(); }
  // Then: the one whose turn it is. Each usable route gains its weight; the first that has gained most is taken, and pays for all.
  std::size_t next_turn(DemandId demand);

  void set_cost(LinkId link, double cost);
  // Known to have failed: not usable, whatever it costs, until it is known to be back.
  void set_failed(LinkId link, bool failed);
  // As its ends know it, and who has that view; what news tells changes the view alone.
  LinkState state(LinkId link) const;
  LinkState state(ViewId view, LinkId link) const { return views_->of(view, link); }
  void learn(ViewId view, LinkId link, LinkState state) { views_->learn(view, link, state); }
  // Looks for routes among the links that are usable now. False if there is none; what the demand had then stays.
  bool find(DemandId demand);
  // The same, whatever the demand has now; routes that it has already stay what they are.
  bool find_anew(DemandId demand);
  // These have been found for the demand otherwise.
  void take(DemandId demand, std::vector<Route> found) { settle(demand, std::move(found)); }
  // Whether the link could be used if it had not failed.
  bool can_succeed(LinkId link) const {
    return (repaired_cost_.empty() ? cost_ : repaired_cost_)[link.value] < std::numeric_limits<double>::infinity();
  }
  // Whether there would be a route if nothing had failed.
  bool usable_when_repaired(DemandId demand);
  bool first_usable(DemandId demand) const;  // one of those at the start
  bool restore(DemandId demand);             // has those at the start again; false if it has them already

  // From outside: the demand has these, the preferred one first, and finds no others until they are taken away.
  void install(DemandId demand, std::vector<Route> routes);
  void uninstall(DemandId demand);
  // Who decides for the demand says so, and nothing else counts: it has these, and can use them, or none if they are none.
  void follow(DemandId demand, std::vector<Route> routes);
  bool installed(DemandId demand) const { return rows_[demand.value].installed; }
  bool fixed(DemandId demand) const { return plans_[demand.value].fixed || installed(demand); }
  std::span<const double> cost() const { return cost_; }  // by link, as it is known now

 private:
  bool asks(DemandId demand) const { return hook_ && demand.value < hook_->demands && !plans_[demand.value].fixed; }
  const std::vector<Route>& first(DemandId demand) const { return asks(demand) ? first_[demand.value] : plans_[demand.value].routes; }
  std::vector<Route> search(DemandId demand);
  std::optional<std::vector<Route>> asked(const RoutesQuestion& question, bool at_the_start) const;
  std::optional<Route> checked(const RoutesQuestion& question, std::vector<NodeId> nodes) const;
  RoutesQuestion question(DemandId demand);
  void settle(DemandId demand, std::vector<Route> found);
  struct Row {
    std::vector<Route> found;  // empty: those of the plan
    std::vector<double> gained;  // by route, where they are taken in turn
    std::uint32_t version = 0, versions = 0;
    bool installed = false;
    std::optional<bool> can_use{};  // what who decides says of all of them; none are looked for then
  };

  Router& router();
  bool usable(DemandId demand, LinkId link) const {
    return views_ ? views_->of(view_[demand.value], link).usable() : cost_[link.value] < std::numeric_limits<double>::infinity();
  }
  std::span<const double> costs(DemandId demand) { return views_ ? views_->costs(view_[demand.value], false) : cost_; }

  const Graph& graph_;
  RoutingMetric kind_;
  const SwapFacts& swaps_;
  std::span<const RoutePlan> plans_;
  std::vector<Row> rows_;     // by demand
  std::vector<double> cost_;  // by link
  std::vector<double> repaired_cost_;  // if nothing had failed; empty before anything has
  std::vector<bool> failed_;           // the same
  std::span<const ViewId> view_;       // by demand
  const RoutesHook* hook_ = nullptr;
  const EventQueue* queue_ = nullptr;
  std::vector<std::vector<Route>> first_;  // by demand, of those that the hook is asked about: found at the start
  std::optional<LinkViews> views_;     // none: all know what the ends of links know
  std::unique_ptr<Router> router_;     // made when first needed: most runs look for no route
};

}  // namespace farbell
