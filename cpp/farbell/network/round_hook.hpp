// A router of rounds, or part of one, that somebody outside the core brings along.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "farbell/network/detours.hpp"
#include "farbell/network/lane_book.hpp"
#include "farbell/protocols/round_views.hpp"

namespace farbell {

// A demand that takes part in a round.
struct RoundWish {
  DemandId demand;
  NodeId a, b;
  std::uint32_t width = 1;        // lanes that it wants of a hop, where the router does not say that itself
  std::span<const Route> routes;  // its alternatives; none while links that are down leave none
};

struct RoundQuestion {
  std::uint64_t round = 0;
  std::span<const RoundWish> wishes;
  std::span<const LanePath> paths = {};               // where pairs are joined: as lanes were given away
  std::span<const std::vector<Detour>> detours = {};  // by path, with a router that reserves them
};

struct FusionQuestion {
  std::uint64_t round = 0;
  const RoundWish& wish;
  NodeId node;
  std::span<const LinkLane> pairs;                      // as the router would go through them
  std::span<const std::array<std::uint32_t, 2>> hops;   // by pair: of the node that it leads to, from A and from B; HopSearch::far = no way
  std::uint32_t most = 0;                               // of a group
};

enum class RoundPart : std::uint8_t { assign, join, fuse };
inline constexpr std::size_t round_parts = 3;
// As users know it.
constexpr const char* hook_name(RoundPart part) {
  constexpr std::array names{"assign_lanes", "join_pairs", "fuse_pairs"};
  return names[static_cast<std::size_t>(part)];
}

// What is wrong with an answer, and where.
struct RoundFault {
  RoundPart part;
  std::uint64_t round;
  DemandId demand;  // none = it names one that does not take part
  std::string why = {};
  NodeId node = {};                    // whose pairs they are
  std::array<NodeId, 2> between = {};  // if it is between two nodes
};

// All of it may throw, which ends the replica. If it does not, though it has failed (none is given), or after `refuse`, the router that is
// built in decides instead.
struct RoundHook {
  void* self = nullptr;
  // Who gets which lanes, in this order.
  std::optional<RoundPaths> (*assign)(void* self, const RoundQuestion& question, const LaneBook& book) = nullptr;
  // Which pairs are joined.
  std::optional<RoundPaths> (*join)(void* self, const RoundQuestion& question, const LaneStates& up) = nullptr;
  // What a node measures together.
  std::optional<FusedPairs> (*fuse)(void* self, const FusionQuestion& question) = nullptr;
  void (*refuse)(void* self, const RoundFault& fault) = nullptr;
};

// What a node is to measure together, checked; none = the hook has failed, and the run goes on.
std::optional<FusedPairs> asked_groups(const RoundHook& hook, const FusionQuestion& question);

// Who is asked for what; none = the router that is built in.
struct RoundHooks {
  const RoundHook *assign = nullptr, *join = nullptr, *fuse = nullptr;

  bool any() const { return assign || join || fuse; }
};

}  // namespace farbell
