// Trees that join terminals, against the least tree over every set of nodes.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <random>
#include <set>

#include "farbell/network/steiner_tree.hpp"

namespace farbell {
namespace {

struct CostedGraph {
  std::vector<std::array<NodeId, 2>> links;
  std::vector<double> cost;
  Graph graph;
};

CostedGraph random_costs(std::mt19937& random, std::uint32_t nodes, bool hops) {
  CostedGraph out;
  std::set<std::pair<std::uint32_t, std::uint32_t>> known;
  const auto join = [&](std::uint32_t a, std::uint32_t b) {
    if (a == b || !known.insert(std::minmax(a, b)).second) return;
    out.links.push_back({NodeId{a}, NodeId{b}});
    out.cost.push_back(hops ? 1.0 : 0.1 + static_cast<double>(random() % 1000) / 100);
    if (random() % 12 == 0) out.cost.back() = std::numeric_limits<double>::infinity();
  };
  for (std::uint32_t n = 1; n < nodes; ++n) join(n, static_cast<std::uint32_t>(random()) % n);
  for (std::uint32_t k = 0; k < nodes; ++k) join(static_cast<std::uint32_t>(random()) % nodes, static_cast<std::uint32_t>(random()) % nodes);
  out.graph = Graph(nodes, out.links);
  return out;
}

// The least spanning tree of those nodes and usable links between them; infinity if they do not hang together.
double spanning_cost(const CostedGraph& g, std::uint32_t nodes) {
  std::vector<std::size_t> order(g.links.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return g.cost[a] < g.cost[b]; });
  std::vector<std::uint32_t> part(32);
  std::iota(part.begin(), part.end(), 0u);
  double sum = 0;
  int joined = 0;
  for (std::size_t l : order) {
    const std::uint32_t a = g.links[l][0].value, b = g.links[l][1].value;
    if (!(nodes >> a & 1) || !(nodes >> b & 1) || part[a] == part[b] || g.cost[l] == std::numeric_limits<double>::infinity()) continue;
    std::replace(part.begin(), part.end(), std::uint32_t{part[b]}, std::uint32_t{part[a]});
    sum += g.cost[l];
    ++joined;
  }
  return joined + 1 == std::popcount(nodes) ? sum : std::numeric_limits<double>::infinity();
}

double cost_of(const JoiningTree& tree, const CostedGraph& g) {
  double sum = 0;
  for (const Route& part : tree.parts)
    for (LinkId link : part.links) sum += g.cost[link.value];
  return sum;
}

// Parts are routes, each begins where its parent ends, only terminals and branchings are ends, and no link is used twice.
void expect_tree(const JoiningTree& tree, const CostedGraph& g, const std::vector<NodeId>& terminals) {
  std::set<std::uint32_t> links, ends{terminals[0].value}, nodes{terminals[0].value};
  std::vector<int> degree(32);
  for (std::size_t k = 0; k < tree.parts.size(); ++k) {
    const Route& part = tree.parts[k];
    ASSERT_EQ(part.nodes.size(), part.links.size() + 1);
    EXPECT_EQ(part.nodes.front(), tree.parent[k] == JoiningTree::root ? terminals[0] : tree.parts[tree.parent[k]].nodes.back());
    EXPECT_TRUE(tree.parent[k] == JoiningTree::root || tree.parent[k] < k);
    for (std::size_t h = 0; h < part.links.size(); ++h) {
      EXPECT_TRUE(links.insert(part.links[h].value).second);
      EXPECT_TRUE(nodes.insert(part.nodes[h + 1].value).second);
      const auto& two = g.links[part.links[h].value];
      EXPECT_EQ(std::minmax(two[0], two[1]), std::minmax(part.nodes[h], part.nodes[h + 1]));
    }
    ++degree[part.nodes.front().value];
    ++degree[part.nodes.back().value];
    ends.insert(part.nodes.back().value);
  }
  for (NodeId t : terminals) EXPECT_TRUE(ends.contains(t.value));
  for (std::uint32_t n : ends)
    if (std::find(terminals.begin(), terminals.end(), NodeId{n}) == terminals.end()) EXPECT_GT(degree[n], 2);
}

TEST(SteinerTree, LeastOfAllTrees) {
  std::mt19937 random(6);
  std::size_t apart = 0, dearer = 0;
  for (int trial = 0; trial < 500; ++trial) {
    const std::uint32_t nodes = 3 + trial % 8;
    const CostedGraph g = random_costs(random, nodes, trial % 2 == 0);
    std::vector<NodeId> terminals;
    for (std::uint32_t n = 0; n < nodes; ++n) terminals.push_back(NodeId{n});
    std::shuffle(terminals.begin(), terminals.end(), random);
    terminals.resize(2 + static_cast<std::uint32_t>(random()) % (nodes - 1));
    std::uint32_t must = 0;
    for (NodeId t : terminals) must |= 1u << t.value;
    double least = std::numeric_limits<double>::infinity();
    for (std::uint32_t set = 0; set < 1u << nodes; ++set)
      if ((set & must) == must) least = std::min(least, spanning_cost(g, set));
    const JoiningTree exact = steiner_tree(g.graph, terminals, g.cost), grown = shortest_path_tree(g.graph, terminals, g.cost);
    ASSERT_EQ(static_cast<bool>(exact), least < std::numeric_limits<double>::infinity());
    ASSERT_EQ(static_cast<bool>(grown), static_cast<bool>(exact));
    if (!exact) {
      ++apart;
      continue;
    }
    expect_tree(exact, g, terminals);
    expect_tree(grown, g, terminals);
    EXPECT_NEAR(cost_of(exact, g), least, 1e-9);
    EXPECT_LE(cost_of(grown, g), 2 * least + 1e-9);
    dearer += cost_of(grown, g) > least + 1e-9;
  }
  EXPECT_GT(apart, 10u);
  EXPECT_GT(dearer, 5u);
}

}  // namespace
}  // namespace farbell
