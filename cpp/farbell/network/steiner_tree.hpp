// Trees of least cost that join some nodes: exactly, or grown along shortest ways. docs/physics/ghz_trees.md
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/network/graph.hpp"

namespace farbell {

// More terminals take longer than compile() may: the search goes through all of their subsets.
inline constexpr std::size_t most_steiner_terminals = 12;

// A tree, from its first terminal outwards, cut where it branches and at terminals: routes between these nodes, each after the one that
// it begins at the end of. Costs by link; infinity = not usable.
struct JoiningTree {
  std::vector<Route> parts;
  std::vector<std::uint32_t> parent;  // by part: the part that ends where this one begins; `root` = it begins at the first terminal

  static constexpr std::uint32_t root = 0xffffffff;

  explicit operator bool() const { return !parts.empty(); }
};

// Of least cost: S. E. Dreyfus and R. A. Wagner, Networks 1, 195 (1971). Empty if no usable links join the terminals.
JoiningTree steiner_tree(const Graph& graph, std::span<const NodeId> terminals, std::span<const double> cost);

// Grown from the first terminal: the terminal that is nearest to the tree joins it by a shortest way, again and again. At most twice as
// costly: H. Takahashi and A. Matsuyama, Math. Japonica 24, 573 (1980).
JoiningTree shortest_path_tree(const Graph& graph, std::span<const NodeId> terminals, std::span<const double> cost);

}  // namespace farbell
