// Rounds as protocols of libraries that are built elsewhere see them, and what these answer: extension.hpp
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/base/ids.hpp"

namespace farbell {

// ---- answers ----------------------------------------------------------------------------------------------------------------------------

struct LinkLane {
  LinkId link;
  std::uint32_t lane;

  friend constexpr bool operator==(const LinkLane&, const LinkLane&) = default;
};

// Lanes, or pairs, along a path.
struct RoundPath {
  DemandId demand;
  std::vector<NodeId> nodes;    // from its A to its B
  std::uint32_t width = 1;      // lanes of every hop, or chains
  std::vector<LinkLane> lanes;  // where pairs are joined: the pair of each hop of a single chain; empty = the first that there is
};
using RoundPaths = std::vector<RoundPath>;
// What a node measures together.
using FusedPairs = std::vector<std::vector<LinkLane>>;

// ---- what crosses over ------------------------------------------------------------------------------------------------------------------

struct ExtensionWay {
  const NodeId* nodes;
  std::uint32_t count;
};

struct ExtensionWish {
  DemandId demand;
  NodeId a, b;
  std::uint32_t width;
  const ExtensionWay* routes;
  std::uint32_t route_count;
};

// A path with the lanes that it was given; as a recovery path, it joins two positions of a path.
struct ExtensionLanes {
  DemandId demand;
  std::uint32_t path, from, to;  // of a recovery path: the number of its path, and where it leaves and meets that
  const NodeId* nodes;
  const LinkId* links;           // by hop
  const std::uint32_t* first;    // by hop: its lanes are those from there on
  std::uint32_t hops, width;
};

struct ExtensionRound {
  std::uint64_t round;
  const ExtensionWish* wishes;
  std::uint32_t wish_count;
  std::uint32_t nodes, links, channels;
  const std::array<NodeId, 2>* ends;                // by link
  const double *lane_success, *swap_success;        // by link, by node
  const std::uint32_t *free_lanes, *free_slots;     // by link, by node; where lanes are given away
  const std::uint8_t* up;                           // by link and lane: whether it has a pair; where pairs are joined
  const ExtensionLanes *paths, *detours;            // the same
  std::uint32_t path_count, detour_count;
  void* given;
  void (*add)(void* given, DemandId demand, const NodeId* nodes, std::uint32_t count, std::uint32_t width, const LinkLane* lanes, std::uint32_t lane_count);
};

struct ExtensionFusion {
  std::uint64_t round;
  DemandId demand;
  NodeId a, b, node;
  std::uint32_t nodes, links;
  const std::array<NodeId, 2>* ends;  // by link
  const LinkLane* pairs;
  const std::array<std::uint32_t, 2>* hops;  // by pair: of the node that it leads to, from A and from B
  std::uint32_t pair_count, most;
  void* given;
  void (*add)(void* given, const LinkLane* pairs, std::uint32_t count);
};

// ---- for who writes a protocol ----------------------------------------------------------------------------------------------------------

// A demand that takes part in a round.
class RoundDemand {
 public:
  explicit RoundDemand(const ExtensionWish& wish) : wish_(wish) {}

  DemandId demand() const { return wish_.demand; }
  NodeId node_a() const { return wish_.a; }
  NodeId node_b() const { return wish_.b; }
  std::uint32_t width() const { return wish_.width; }  // lanes that it wants of a hop
  // As `routing` finds them before the run.
  std::uint32_t routes() const { return wish_.route_count; }
  std::span<const NodeId> route(std::uint32_t k) const { return {wish_.routes[k].nodes, wish_.routes[k].count}; }

 private:
  const ExtensionWish& wish_;
};

// Lanes that a path, or a recovery path, was given.
class GivenLanes {
 public:
  explicit GivenLanes(const ExtensionLanes& lanes) : lanes_(lanes) {}

  DemandId demand() const { return lanes_.demand; }
  std::span<const NodeId> nodes() const { return {lanes_.nodes, lanes_.hops + 1}; }
  std::span<const LinkId> links() const { return {lanes_.links, lanes_.hops}; }
  // Of every hop so many, with consecutive numbers.
  std::uint32_t width() const { return lanes_.width; }
  std::uint32_t first(std::uint32_t hop) const { return lanes_.first[hop]; }
  // Of a recovery path: the path, and the positions on it that it joins.
  std::uint32_t path() const { return lanes_.path; }
  std::uint32_t from() const { return lanes_.from; }
  std::uint32_t to() const { return lanes_.to; }

 private:
  const ExtensionLanes& lanes_;
};

// What is known in a round. It lives as long as the decision takes.
class RoundView {
 public:
  explicit RoundView(const ExtensionRound& round) : round_(round) {}

  std::uint64_t round() const { return round_.round; }
  // Who takes part, those first that have waited longest.
  std::uint32_t demands() const { return round_.wish_count; }
  RoundDemand demand(std::uint32_t k) const { return RoundDemand(round_.wishes[k]); }
  std::uint32_t nodes() const { return round_.nodes; }
  std::uint32_t links() const { return round_.links; }
  std::uint32_t channels() const { return round_.channels; }  // lanes of a link
  const std::array<NodeId, 2>& ends(LinkId link) const { return round_.ends[link.value]; }
  // That a lane has a pair when the attempts are over; 0 = the link cannot be used.
  double success(LinkId link) const { return round_.lane_success[link.value]; }
  double swap_success(NodeId node) const { return round_.swap_success[node.value]; }

 protected:
  const ExtensionRound& round_;
};

// Before the attempts: what there is to give away.
class LanesView : public RoundView {
 public:
  using RoundView::RoundView;

  std::uint32_t free(LinkId link) const { return round_.free_lanes[link.value]; }
  std::uint32_t free(NodeId node) const { return round_.free_slots[node.value]; }
};

// After the news of links: what has a pair, and which lanes were whose, in the order in which they were given away.
class PairsView : public RoundView {
 public:
  using RoundView::RoundView;

  bool has_pair(LinkId link, std::uint32_t lane) const { return round_.up[link.value * round_.channels + lane] != 0; }
  std::uint32_t paths() const { return round_.path_count; }
  GivenLanes path(std::uint32_t k) const { return GivenLanes(round_.paths[k]); }
  std::uint32_t detours() const { return round_.detour_count; }
  GivenLanes detour(std::uint32_t k) const { return GivenLanes(round_.detours[k]); }
};

// A node, no end of the demand that is served, with what it knows: its own pairs, and where they lead. It lives as long as the decision
// takes.
class FusionView {
 public:
  explicit FusionView(const ExtensionFusion& question) : question_(question) {}

  std::uint64_t round() const { return question_.round; }
  DemandId demand() const { return question_.demand; }
  NodeId node_a() const { return question_.a; }
  NodeId node_b() const { return question_.b; }
  NodeId node() const { return question_.node; }
  std::uint32_t nodes() const { return question_.nodes; }
  std::uint32_t links() const { return question_.links; }
  const std::array<NodeId, 2>& ends(LinkId link) const { return question_.ends[link.value]; }
  // With GHZ fusion in the order of their luck, else by neighbours and lanes.
  std::span<const LinkLane> pairs() const { return {question_.pairs, question_.pair_count}; }
  NodeId neighbour(std::size_t pair) const {
    const auto& both = ends(question_.pairs[pair].link);
    return both[0] == node() ? both[1] : both[0];
  }
  // From A, and from B, to the neighbour, over links that could be used; the largest number = there is no way.
  std::uint32_t hops_from_a(std::size_t pair) const { return question_.hops[pair][0]; }
  std::uint32_t hops_from_b(std::size_t pair) const { return question_.hops[pair][1]; }
  std::uint32_t max_links() const { return question_.most; }  // of a group; 2 where pairs are swapped

 private:
  const ExtensionFusion& question_;
};

}  // namespace farbell
