// A router of rounds, or half of one, that somebody outside the core brings along.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "farbell/network/lane_book.hpp"

namespace farbell {

// A demand that takes part in a round.
struct RoundWish {
  DemandId demand;
  NodeId a, b;
  std::uint32_t width = 1;        // lanes that it wants of a hop, where the router does not say that itself
  std::span<const Route> routes;  // its alternatives; none while links that are down leave none
};

// Along these nodes: so many lanes of every hop, or so many chains of pairs.
struct AskedPath {
  std::uint32_t wish = 0;  // number of who takes part
  std::vector<NodeId> nodes;
  std::uint32_t width = 1;
};

struct RoundQuestion {
  std::uint64_t round = 0;
  std::span<const RoundWish> wishes;
};

// All of it may throw, which ends the replica.
struct RoundHook {
  void* self = nullptr;
  // Who gets which lanes, in this order; none = the router that is built in.
  std::vector<AskedPath> (*assign)(void* self, const RoundQuestion& question, const LaneBook& book) = nullptr;
  // Which pairs are joined; the same.
  std::vector<AskedPath> (*join)(void* self, const RoundQuestion& question, const LaneStates& up) = nullptr;
  // What it has given; `between` is where, if it is between two nodes. Throws.
  void (*refuse)(void* self, const RoundQuestion& question, const AskedPath& path, const char* what, const std::string& why, std::array<NodeId, 2> between) = nullptr;
};

}  // namespace farbell
