#include "farbell/protocols/swap_order.hpp"

#include <algorithm>

namespace farbell {

namespace {

// The node that makes one pair of those from `left` to `right`, and so on within both parts.
template <class Last>
void split(Chain& chain, std::uint32_t left, std::uint32_t right, const Last& last) {
  if (right - left < 2) return;
  const std::uint32_t middle = last(left, right);
  chain.positions[middle].wanted_reach = {left, right};
  split(chain, left, middle, last);
  split(chain, middle, right, last);
}

}  // namespace

void apply(const SwapOrder& order, Chain& chain) {
  chain.ordered = order.kind != SwapOrder::Kind::asap;
  switch (order.kind) {
    case SwapOrder::Kind::asap: break;
    case SwapOrder::Kind::doubling:
      split(chain, 0, chain.last(), [](std::uint32_t left, std::uint32_t right) { return left + (right - left) / 2; });
      break;
    case SwapOrder::Kind::sequential:
      for (std::uint32_t i = 1; i < chain.last(); ++i) chain.positions[i].wanted_reach = {0, i + 1};
      break;
    case SwapOrder::Kind::tree:
      split(chain, 0, chain.last(), [&](std::uint32_t left, std::uint32_t right) {
        const auto first = order.rank.begin() + left + 1;
        return left + 1 + static_cast<std::uint32_t>(std::max_element(first, order.rank.begin() + right) - first);
      });
  }
}

}  // namespace farbell
