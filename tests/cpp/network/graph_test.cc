#include "farbell/network/graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <random>

namespace farbell {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
using Ends = std::vector<std::array<NodeId, 2>>;

struct Random {
  std::mt19937_64 engine{std::random_device{}()};
  std::uint32_t below(std::uint32_t n) { return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(engine); }
};

// Every simple path, compared by the rule of docs/physics/protocol.md.
Route by_enumeration(std::uint32_t nodes, const Ends& ends, const std::vector<double>& cost, NodeId a, NodeId b) {
  struct Best {
    double cost = infinity;
    Route route;
  } best;
  std::vector<bool> used(nodes, false);
  Route path;
  path.nodes = {a};
  used[a.value] = true;
  const auto better = [&](double c) {
    if (!best.route) return true;
    if (c != best.cost) return c < best.cost;
    if (path.links.size() != best.route.links.size()) return path.links.size() < best.route.links.size();
    return path.nodes < best.route.nodes;
  };
  const std::function<void()> walk = [&] {
    const NodeId at = path.nodes.back();
    if (at == b) {
      double c = 0;
      for (std::size_t i = path.links.size(); i-- > 0;) c += cost[path.links[i].value];
      if (better(c)) best = {c, path};
      return;
    }
    for (std::uint32_t l = 0; l < ends.size(); ++l) {
      if (cost[l] == infinity || (ends[l][0] != at && ends[l][1] != at)) continue;
      const NodeId next = ends[l][0] == at ? ends[l][1] : ends[l][0];
      if (used[next.value]) continue;
      used[next.value] = true;
      path.nodes.push_back(next);
      path.links.emplace_back(l);
      walk();
      path.nodes.pop_back();
      path.links.pop_back();
      used[next.value] = false;
    }
  };
  walk();
  return best.route;
}

TEST(PathFinder, FindsWhatEnumerationFinds) {
  Random random;
  for (int graph_number = 0; graph_number < 300; ++graph_number) {
    const std::uint32_t nodes = 2 + random.below(6), links = random.below(11);
    Ends ends;
    std::vector<double> cost;
    for (std::uint32_t l = 0; l < links; ++l) {
      const std::uint32_t a = random.below(nodes), b = (a + 1 + random.below(nodes - 1)) % nodes;
      ends.push_back({NodeId{a}, NodeId{b}});
      cost.push_back(random.below(8) == 0 ? infinity : random.below(4));  // whole numbers: many ties, zeros among them
    }
    const Graph graph(nodes, ends);
    PathFinder paths(graph);
    for (std::uint32_t a = 0; a < nodes; ++a)
      for (std::uint32_t b = 0; b < nodes; ++b) {
        if (a == b) continue;
        const Route found = paths.shortest(NodeId{a}, NodeId{b}, cost);
        const Route expected = by_enumeration(nodes, ends, cost, NodeId{a}, NodeId{b});
        ASSERT_EQ(found.nodes, expected.nodes);
        ASSERT_EQ(found.links, expected.links);
      }
  }
}

TEST(PathFinder, TakesTheCheapestOfParallelLinks) {
  const Ends ends{{NodeId{0}, NodeId{1}}, {NodeId{1}, NodeId{0}}, {NodeId{0}, NodeId{1}}};
  const Graph graph(2, ends);
  const std::vector<double> cost{3, 1, 1};
  EXPECT_EQ(PathFinder(graph).shortest(NodeId{0}, NodeId{1}, cost).links, std::vector{LinkId{1}});
}

TEST(PathFinder, SaysThatThereIsNoRoute) {
  const Ends ends{{NodeId{0}, NodeId{1}}};
  const Graph graph(3, ends);
  const std::vector<double> cost{1};
  EXPECT_FALSE(PathFinder(graph).shortest(NodeId{0}, NodeId{2}, cost));
  const std::vector<double> down{infinity};
  EXPECT_FALSE(PathFinder(graph).shortest(NodeId{0}, NodeId{1}, down));
}

}  // namespace
}  // namespace farbell
