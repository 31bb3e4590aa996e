// The rule by which nodes that know of no links but their own join pairs: docs/physics/multipath.md
#pragma once
#include <array>
#include <vector>

#include "farbell/network/hop_search.hpp"
#include "farbell/network/lane_book.hpp"
#include "farbell/network/round_hook.hpp"

namespace farbell {

// By node: from A and from B, over links that could be used; HopSearch::far = there is no way.
std::vector<std::array<std::uint32_t, 2>> hops_from_ends(const RoundWish& wish, const Graph& graph, const RoundNetwork& network, HopSearch& search);

// Each node that is no end joins, as often as it can, those two of its pairs, with two different neighbours, whose neighbours are
// nearest to A and to B, counted in links that could be used. What comes of it, in the order of the pairs at A, then of other nodes.
// `hook`: somebody from outside who says what nodes with two pairs or more join.
std::vector<RoundChain> join_by_distance(const RoundWish& wish, std::uint64_t round, const Graph& graph, const RoundNetwork& network, HopSearch& search, LaneStates& up,
                                         const RoundHook* hook);

}  // namespace farbell
