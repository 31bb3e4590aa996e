#include "farbell/network/paths.hpp"

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

struct Costed {
  double cost;
  Route route;
};

// Every simple path in the order of docs/physics/protocol.md; of parallel links the cheapest, then the one listed first.
std::vector<Costed> by_enumeration(std::uint32_t nodes, const Ends& ends, const std::vector<double>& cost, NodeId a, NodeId b) {
  std::vector<Costed> found;
  std::vector<bool> used(nodes, false);
  Route path;
  path.nodes = {a};
  used[a.value] = true;
  const std::function<void()> walk = [&] {
    const NodeId at = path.nodes.back();
    if (at == b) {
      found.push_back({route_cost(path, cost), path});
      return;
    }
    for (std::uint32_t n = 0; n < nodes; ++n) {
      LinkId best;
      for (std::uint32_t l = 0; l < ends.size(); ++l) {
        const bool joins = (ends[l][0] == at && ends[l][1] == NodeId{n}) || (ends[l][1] == at && ends[l][0] == NodeId{n});
        if (joins && cost[l] < infinity && (!best || cost[l] < cost[best.value])) best = LinkId{l};
      }
      if (!best || used[n]) continue;
      used[n] = true;
      path.nodes.emplace_back(n);
      path.links.push_back(best);
      walk();
      path.nodes.pop_back();
      path.links.pop_back();
      used[n] = false;
    }
  };
  walk();
  std::sort(found.begin(), found.end(), [](const Costed& x, const Costed& y) {
    if (x.cost != y.cost) return x.cost < y.cost;
    if (x.route.links.size() != y.route.links.size()) return x.route.links.size() < y.route.links.size();
    return x.route.nodes < y.route.nodes;
  });
  return found;
}

struct Network {
  std::uint32_t nodes;
  Ends ends;
  std::vector<double> cost;
};

// Half of them with whole numbers: many ties, zeros among them.
Network some_network(Random& random, std::uint32_t most_nodes, std::uint32_t most_links) {
  Network n;
  n.nodes = 2 + random.below(most_nodes - 1);
  const bool whole = random.below(2) == 0;
  for (std::uint32_t l = most_links / 2 + random.below(most_links / 2 + 1); l > 0; --l) {
    const std::uint32_t a = random.below(n.nodes), b = (a + 1 + random.below(n.nodes - 1)) % n.nodes;
    n.ends.push_back({NodeId{a}, NodeId{b}});
    const double cost = whole ? random.below(4) : std::uniform_real_distribution<double>(0, 1)(random.engine);
    n.cost.push_back(random.below(8) == 0 ? infinity : cost);
  }
  return n;
}

TEST(PathFinder, FindsWhatEnumerationFinds) {
  Random random;
  for (int i = 0; i < 300; ++i) {
    const Network n = some_network(random, 7, 12);
    const Graph graph(n.nodes, n.ends);
    PathFinder paths(graph);
    for (std::uint32_t a = 0; a < n.nodes; ++a)
      for (std::uint32_t b = 0; b < n.nodes; ++b) {
        if (a == b) continue;
        const std::vector<Costed> expected = by_enumeration(n.nodes, n.ends, n.cost, NodeId{a}, NodeId{b});
        const Route shortest = paths.shortest(NodeId{a}, NodeId{b}, n.cost);
        ASSERT_EQ(shortest.nodes, expected.empty() ? std::vector<NodeId>{} : expected[0].route.nodes);
        ASSERT_EQ(shortest.links, expected.empty() ? std::vector<LinkId>{} : expected[0].route.links);
        const std::size_t k = 1 + random.below(12);
        const std::vector<Route> found = paths.k_shortest(NodeId{a}, NodeId{b}, k, n.cost);
        ASSERT_EQ(found.size(), std::min(k, expected.size()));
        for (std::size_t r = 0; r < found.size(); ++r) {
          ASSERT_EQ(found[r].nodes, expected[r].route.nodes) << "route " << r;
          ASSERT_EQ(found[r].links, expected[r].route.links) << "route " << r;
        }
      }
  }
}

TEST(PathFinder, FindsEveryRouteOnce) {
  Random random;
  for (int i = 0; i < 100; ++i) {
    const Network n = some_network(random, 8, 18);
    const NodeId a{0}, b{1};
    const Graph graph(n.nodes, n.ends);
    const std::vector<Costed> expected = by_enumeration(n.nodes, n.ends, n.cost, a, b);
    const std::vector<Route> found = PathFinder(graph).k_shortest(a, b, expected.size() + 5, n.cost);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t r = 0; r < found.size(); ++r) ASSERT_EQ(found[r].nodes, expected[r].route.nodes) << "route " << r;
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
