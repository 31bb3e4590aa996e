// The choice among a demand's routes, where somebody from outside the core makes it.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
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

// It may throw, which ends the replica. None = no route, for now.
struct RouteHook {
  void* self = nullptr;
  std::optional<std::uint32_t> (*choose)(void* self, const RouteQuestion& question) = nullptr;
  std::size_t demands = 0;  // the first so many are asked about
};

}  // namespace farbell
