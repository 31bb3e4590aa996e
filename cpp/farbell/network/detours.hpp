// Ways round hops that failed: recovery paths of Q-CAST, reserved beside a path, and segments of Q-PASS, mended out of spare lanes.
#pragma once
#include <vector>

#include "farbell/network/hop_search.hpp"
#include "farbell/network/lane_book.hpp"

namespace farbell {

// Joins two nodes of a path that are so many hops apart.
struct Detour {
  std::uint32_t from = 0, to = 0;  // positions on the path, from < to
  LanePath lanes;
};

// For every two nodes of the path up to `most` hops apart, nearest first: the shortest way of at most `most` links over what is free,
// that meets no other node of the path; as wide as is left, but no wider than the path.
std::vector<Detour> reserve_detours(const LanePath& path, std::uint32_t most, HopSearch& search, LaneBook& book);

// Which lanes the paths have, and which are spare.
std::vector<RoundChain> join_hops(const LanePath& path, LaneStates& up);
// The chains of a path that its detours complete: a failed hop is replaced by going round the loop of path and detour the other way.
std::vector<RoundChain> join_with_detours(const LanePath& path, const std::vector<Detour>& detours, LaneStates& up);
// The same where each stretch of `segment` hops with a failed one is replaced by the shortest way between its ends, of at most twice as
// many links, over its own hops and the lanes from `first_spare` (by link) on.
std::vector<RoundChain> join_by_segments(const LanePath& path, std::uint32_t segment, const std::vector<std::uint32_t>& first_spare,
                                         HopSearch& search, LaneStates& up);

}  // namespace farbell
