// Fixed orders of swaps, as the reach that a node's pairs must have before it joins them.
#pragma once
#include <cstdint>
#include <vector>

#include "farbell/protocols/chain.hpp"

namespace farbell {

struct SwapOrder {
  enum class Kind : std::uint8_t { asap, doubling, sequential, tree } kind = Kind::asap;
  std::vector<std::uint32_t> rank;  // tree: by position; of two nodes the one of higher rank swaps later
};

void apply(const SwapOrder& order, Chain& chain);

}  // namespace farbell
