// Routes of demands that somebody from outside the core finds, and the choice among them.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/network/graph.hpp"

namespace farbell {

// A route as the ledger sees it for a circuit that asks: by node, the slots that are free, those aside that others before it in line wait
// for, and the slots that the circuit needs.
struct RouteCandidate {
  const Route* route = nullptr;
  bool usable = false;
  std::vector<std::uint32_t> free, needed;
};

struct RouteQuestion {
  DemandId demand;
  std::uint32_t circuit = 0;  // of the demand
  Tick now{};
  std::span<const RouteCandidate> routes;
};

struct ChosenRoute {
  bool failed = false;                 // then the ledger chooses
  std::optional<std::uint32_t> route;  // none = none, for now
};

// It may throw, which ends the replica.
struct RouteHook {
  void* self = nullptr;
  ChosenRoute (*choose)(void* self, const RouteQuestion& question) = nullptr;
  std::size_t demands = 0;  // the first so many are asked about
};

// Which routes a demand has, the best first; asked where the core would search.
struct RoutesQuestion {
  DemandId demand;
  NodeId a, b;
  std::size_t wanted = 1;        // so many at most
  Tick now{};
  std::span<const double> cost;  // by link, as who decides knows it; infinity = not usable
};

// Both may throw, which ends the replica. If they do not, though it has failed, the core searches instead.
struct RoutesHook {
  void* self = nullptr;
  std::optional<std::vector<std::vector<NodeId>>> (*find)(void* self, const RoutesQuestion& question) = nullptr;  // none = it has failed
  // What it has found; `between` is where, if it is between two nodes.
  void (*refuse)(void* self, const RoutesQuestion& question, const std::string& why, std::array<NodeId, 2> between) = nullptr;
  std::size_t demands = 0;  // the first so many are asked about
};

}  // namespace farbell
