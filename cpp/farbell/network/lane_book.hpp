// The lanes of a round: which are free to be given to paths, which have been, and which have made a pair.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "farbell/network/graph.hpp"

namespace farbell {

// What rounds work on. Constant.
struct RoundNetwork {
  std::vector<double> lane_success;  // by link: that a lane has a pair at the end of a round's attempts; 0 = not usable
  std::vector<double> swap_success;  // by node
  std::vector<std::uint32_t> slots;  // by node
  std::uint32_t channels = 1;        // lanes of a link
};

// A path with so many lanes on each of its links, those from `first` on.
struct LanePath {
  DemandId demand;
  Route route;
  std::vector<std::uint32_t> first;  // by hop
  std::uint32_t width = 0;
};

class LaneBook {
 public:
  LaneBook(const Graph& graph, const RoundNetwork& network);

  // A new round: all lanes are free, and all slots but those that are still held.
  void begin(std::span<const std::uint32_t> held);
  std::uint32_t free(LinkId link) const { return free_lanes_[link.value]; }
  std::uint32_t free(NodeId node) const { return free_slots_[node.value]; }
  // Lanes that every link of a route could have: a slot for each at both of its ends.
  std::uint32_t width(const Route& route) const;
  LanePath take(DemandId demand, const Route& route, std::uint32_t width);
  // One more lane of a link; false if there is none, or no slot at an end.
  bool take(LinkId link);
  std::uint32_t taken(LinkId link) const { return usable_[link.value] - free_lanes_[link.value]; }

 private:
  const RoundNetwork& network_;
  std::vector<std::array<NodeId, 2>> ends_;  // by link
  std::vector<std::uint32_t> usable_, free_lanes_;  // by link
  std::vector<std::uint32_t> free_slots_;    // by node
};

// Which lanes have a pair that is not spent yet.
class LaneStates {
 public:
  LaneStates(std::size_t links, std::uint32_t channels) : channels_(channels), up_(links * channels) {}

  void clear() { up_.assign(up_.size(), 0); }
  void set(LinkId link, std::uint32_t lane) { up_[at(link, lane)] = 1; }
  void spend(LinkId link, std::uint32_t lane) { up_[at(link, lane)] = 0; }
  bool up(LinkId link, std::uint32_t lane) const { return up_[at(link, lane)] != 0; }
  // The first of the lanes from `from` up to (without) `to`.
  std::optional<std::uint32_t> first_up(LinkId link, std::uint32_t from, std::uint32_t to) const {
    for (std::uint32_t lane = from; lane < to; ++lane)
      if (up(link, lane)) return lane;
    return {};
  }
  std::optional<std::uint32_t> first_up(LinkId link) const { return first_up(link, 0, channels_); }
  std::uint32_t channels() const { return channels_; }
  // By link, then lane.
  std::span<const std::uint8_t> all() const { return up_; }

 private:
  std::size_t at(LinkId link, std::uint32_t lane) const { return std::size_t{link.value} * channels_ + lane; }

  std::uint32_t channels_;
  std::vector<std::uint8_t> up_;
};

// Pairs in a row that nodes between them join. A hop without a pair has no lane: nodes beside it have nothing to join there.
struct RoundChain {
  static constexpr std::uint32_t no_lane = 0xffffffff;

  DemandId demand;
  Route route;
  std::vector<std::uint32_t> lanes;  // by hop
  bool whole = false;                // from one end of the demand to the other, with a pair on every hop
};

}  // namespace farbell
