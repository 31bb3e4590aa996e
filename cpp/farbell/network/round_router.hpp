// Who gets which lanes in a round, and which pairs are joined once it is known which lanes have one: the routers of rounds behind one
// interface. docs/physics/rounds.md and the pages of the routers
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "farbell/network/detours.hpp"
#include "farbell/network/hop_search.hpp"
#include "farbell/network/lane_book.hpp"
#include "farbell/network/lane_throughput.hpp"
#include "farbell/network/round_hook.hpp"
#include "farbell/network/rounds_spec.hpp"

namespace farbell {

class RoundRouter {
 public:
  RoundRouter(const Graph& graph, const RoundNetwork& network, const RouterSpec& spec);

  // From now on these decide what they do.
  void ask(const RoundHooks& hooks) { hooks_ = hooks; }
  // Gives lanes to those who take part; whoever stands first is served first. `held`: slots by node that are not free.
  void assign(std::uint64_t round, std::span<const RoundWish> wishes, std::span<const std::uint32_t> held);
  // The lanes that attempt: the first so many of each link.
  const LaneBook& book() const { return book_; }
  // The paths that have lanes, and by path the detours that have some of their own.
  const std::vector<LanePath>& paths() const { return paths_; }
  const std::vector<std::vector<Detour>>& detours() const { return detours_; }
  // Joins the pairs that there are; what it joins is spent. With GHZ fusion nothing is joined in chains (FusionWeb).
  std::vector<RoundChain> connect(LaneStates& up);
  // Whether it goes by the routes of wishes.
  bool uses_routes() const { return std::holds_alternative<ShortestRouterSpec>(spec_) || std::holds_alternative<QPassRouterSpec>(spec_); }
  // Where one demand is served a round: whose turn it is.
  const RoundWish& in_turn() const { return wishes_[round_ % wishes_.size()]; }

 private:
  bool can_pass(LinkId link) const { return network_.lane_success[link.value] > 0; }

  void assign(const ShortestRouterSpec& spec);
  void assign(const GreedyRouterSpec& spec);
  void assign(const QPassRouterSpec& spec);
  void assign(const QCastRouterSpec& spec);
  void assign(const MultipathLocalRouterSpec&) { take_all_lanes(); }
  void assign(const MultipathGlobalRouterSpec&) { take_all_lanes(); }
  void assign(const GhzFusionRouterSpec&) { take_all_lanes(); }
  void take_all_lanes();
  // What a router takes beside its paths, whoever has given these.
  void take_rest(const QPassRouterSpec& spec);
  void take_rest(const QCastRouterSpec& spec);
  template <class Other>
  void take_rest(const Other&) {}

  // False, or none: the hook has failed, and the run goes on.
  bool assign_as_asked();
  std::optional<std::vector<RoundChain>> connect_as_asked(LaneStates& up) const;
  const RoundWish* wish_of(const RoundPath& path) const;
  std::optional<Route> route_of(const RoundPath& path, std::uint32_t width) const;
  std::optional<RoundChain> chain_of(const RoundPath& path, const LaneStates& up) const;
  void refuse(RoundPart part, const RoundPath& path, const std::string& why, std::array<NodeId, 2> between = {}) const;
  bool is_sound(RoundPart part, const RoundPath& path) const;
  std::optional<LinkLane> named_lane(const RoundPath& path, std::size_t hop, const LaneStates& up) const;
  Route greedy_route(const RoundWish& wish);

  std::vector<RoundChain> connect(const ShortestRouterSpec& spec, LaneStates& up);
  std::vector<RoundChain> connect(const GreedyRouterSpec& spec, LaneStates& up);
  std::vector<RoundChain> connect(const QPassRouterSpec& spec, LaneStates& up);
  std::vector<RoundChain> connect(const QCastRouterSpec& spec, LaneStates& up);
  std::vector<RoundChain> connect(const MultipathLocalRouterSpec& spec, LaneStates& up);
  std::vector<RoundChain> connect(const MultipathGlobalRouterSpec& spec, LaneStates& up);
  std::vector<RoundChain> connect(const GhzFusionRouterSpec&, LaneStates&) { return {}; }

  const Graph& graph_;
  const RoundNetwork& network_;
  RouterSpec spec_;
  LaneBook book_;
  HopSearch search_;
  RoundHooks hooks_;
  std::optional<ThroughputSearch> throughput_;  // of Q-PASS and Q-CAST
  std::uint64_t round_ = 0;
  std::vector<RoundWish> wishes_;
  std::vector<LanePath> paths_;                // in the order in which they were taken
  std::vector<std::vector<Detour>> detours_;   // by path
  std::vector<std::uint32_t> first_spare_;     // by link: lanes from there on belong to no path
};

}  // namespace farbell
