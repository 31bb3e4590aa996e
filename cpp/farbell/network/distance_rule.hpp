// The rule by which nodes that know of no links but their own join pairs: docs/physics/multipath.md
#pragma once
#include <vector>

#include "farbell/network/hop_search.hpp"
#include "farbell/network/lane_book.hpp"

namespace farbell {

struct RoundWish;

// Each node that is no end joins, as often as it can, those two of its pairs, with two different neighbours, whose neighbours are
// nearest to A and to B, counted in links that could be used. What comes of it, in the order of the pairs at A, then of other nodes.
std::vector<RoundChain> join_by_distance(const RoundWish& wish, const Graph& graph, const RoundNetwork& network, HopSearch& search, LaneStates& up);

}  // namespace farbell
