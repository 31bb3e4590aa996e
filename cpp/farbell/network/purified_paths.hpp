// Routes whose links are purified as often as a fidelity asks for, with the fewest pairs. docs/physics/fidelity_guaranteed_routing.md
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "farbell/network/paths.hpp"

namespace farbell {

// What a link gives after each number of rounds: -ln of the Werner parameter; infinity = it cannot succeed. A result of r rounds takes
// r + 1 pairs.
using PurifiedLink = std::vector<double>;

struct PurifiedRoute {
  Route route;
  std::vector<std::uint32_t> rounds;  // by link

  std::uint32_t pairs() const;
  explicit operator bool() const { return bool(route); }
};

class PurifiedPaths {
 public:
  // `swap_loss` by node: -ln of the Werner parameter of a swap there.
  PurifiedPaths(const Graph& graph, std::span<const PurifiedLink> links, std::span<const double> swap_loss)
      : graph_(graph), links_(links), swap_loss_(swap_loss) {}

  // Fewest pairs in all so that the losses add up to `most_loss` or less, then the least loss: exact. Empty if there is none.
  PurifiedRoute fewest_pairs(NodeId a, NodeId b, double most_loss) const;
  // The way of least loss without purification, then on each of its links the fewest rounds that bring it to an equal share of what the
  // links may lose. Empty if that cannot be.
  PurifiedRoute equal_shares(NodeId a, NodeId b, double most_loss) const;
  // What the best route loses that is purified as often as can be; infinity without one.
  double least_loss(NodeId a, NodeId b) const;

 private:
  std::vector<double> costs(bool purified) const;

  const Graph& graph_;
  std::span<const PurifiedLink> links_;
  std::span<const double> swap_loss_;
};

}  // namespace farbell
