#include "farbell/network/router.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <random>

#include "farbell/network/purified_paths.hpp"

namespace farbell {
namespace {

using Pairs = std::vector<std::array<NodeId, 2>>;

struct Chance {
  std::mt19937_64 engine{std::random_device{}()};
  std::uint32_t below(std::uint32_t n) { return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(engine); }
  double between(double low, double high) { return std::uniform_real_distribution<>(low, high)(engine); }
};

struct SmallNetwork {
  Pairs ends;
  std::vector<double> cost;
  Graph graph;

  // No two nodes have more than one link. `tree`: the first links join all nodes.
  SmallNetwork(Chance& draw, std::uint32_t nodes, std::uint32_t links, bool tree = false) {
    for (std::uint32_t l = 0; l < links; ++l) {
      const bool new_node = tree && l + 1 < nodes;
      const NodeId a{new_node ? l + 1 : draw.below(nodes)}, b{draw.below(new_node ? l + 1 : nodes)};
      const bool known = std::any_of(ends.begin(), ends.end(), [&](const auto& e) { return (e[0] == a && e[1] == b) || (e[0] == b && e[1] == a); });
      if (a == b || known) continue;
      ends.push_back({a, b});
      cost.push_back(draw.between(0.1, 1));
    }
    graph = Graph(nodes, ends);
  }

  std::vector<Route> simple_paths(NodeId a, NodeId b) const {
    std::vector<Route> found;
    Route path{{a}, {}};
    const std::function<void()> walk = [&] {
      const NodeId at = path.nodes.back();
      if (at == b) return found.push_back(path);
      for (const Edge& e : graph.edges(at)) {
        if (std::find(path.nodes.begin(), path.nodes.end(), e.to) != path.nodes.end()) continue;
        path.nodes.push_back(e.to);
        path.links.push_back(e.link);
        walk();
        path.nodes.pop_back();
        path.links.pop_back();
      }
    };
    walk();
    return found;
  }
};

TEST(Router, FindsTheWidestRoutesByEnumeration) {
  Chance draw;
  for (int round = 0; round < 300; ++round) {
    const SmallNetwork net(draw, 7, 14);
    std::vector<std::pair<double, double>> all;
    for (const Route& route : net.simple_paths(NodeId{0}, NodeId{1})) all.emplace_back(bottleneck(route, net.cost), route_cost(route, net.cost));
    std::sort(all.begin(), all.end());
    const SwapFacts none;
    const std::size_t k = 1 + draw.below(8);
    const std::vector<Route> found = Router(net.graph, RoutingMetric::widest, none).find(NodeId{0}, NodeId{1}, k, net.cost);
    ASSERT_EQ(found.size(), std::min(k, all.size()));
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(bottleneck(found[i], net.cost), all[i].first);
      EXPECT_DOUBLE_EQ(route_cost(found[i], net.cost), all[i].second);
    }
  }
}

// Of some nodes no swap succeeds. `alike`: few values, so that many routes are equally fast; `far`: delays outweigh the links' times.
SwapFacts random_swaps(Chance& draw, std::size_t nodes, std::size_t links, bool alike, bool far) {
  const auto value = [&](double low, double high) { return alike ? (draw.below(2) ? low : high) : draw.between(low, high); };
  SwapFacts swaps;
  for (std::size_t n = 0; n < nodes; ++n) {
    swaps.success.push_back(draw.below(12) == 0 ? 0 : draw.below(2) ? 1 : value(0.3, 1));
    swaps.seconds.push_back(draw.below(2) ? 0 : value(0, 0.2));
  }
  for (std::size_t l = 0; l < links; ++l) swaps.delay_s.push_back(draw.below(2) ? 0 : value(0, far ? 3 : 0.3));
  return swaps;
}

void finds_the_fastest_of_all(Chance& draw, SmallNetwork net) {
  const bool alike = draw.below(3) == 0, far = draw.below(2);
  if (alike)
    for (double& cost : net.cost) cost = cost < 0.5 ? 0.25 : 0.5;
  const SwapFacts swaps = random_swaps(draw, net.graph.nodes(), net.ends.size(), alike, far);
  std::vector<double> all;
  for (const Route& route : net.simple_paths(NodeId{0}, NodeId{1})) {
    all.push_back(seconds_per_entanglement(route, net.cost, swaps));
    if (all.back() == std::numeric_limits<double>::infinity()) all.pop_back();
  }
  std::sort(all.begin(), all.end());
  const std::size_t k = 1 + draw.below(6);
  const std::vector<Route> found = Router(net.graph, RoutingMetric::entanglement_rate, swaps).find(NodeId{0}, NodeId{1}, k, net.cost);
  ASSERT_EQ(found.size(), std::min(k, all.size()));
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(fault_of(found[i].nodes, NodeId{0}, NodeId{1}), nullptr);
    EXPECT_NEAR(seconds_per_entanglement(found[i], net.cost, swaps), all[i], 1e-11 * all[i]);
  }
}

TEST(Router, FindsTheFastestRoutesByEnumeration) {
  Chance draw;
  for (int round = 0; round < 2000; ++round) {
    const std::uint32_t nodes = 7 + draw.below(4);
    finds_the_fastest_of_all(draw, SmallNetwork(draw, nodes, 2 * nodes));
  }
}

// More nodes than bits of a word, and many links on a route.
TEST(Router, FindsTheFastestRoutesOfManyNodesByEnumeration) {
  Chance draw;
  for (int round = 0; round < 300; ++round) {
    const std::uint32_t nodes = 70 + draw.below(30);
    finds_the_fastest_of_all(draw, SmallNetwork(draw, nodes, nodes + 8, true));
  }
}

// Known routes only bound the search: without any it finds the same.
TEST(EntanglementSearch, NeedsNoRoutesToBeginWith) {
  Chance draw;
  for (int round = 0; round < 300; ++round) {
    const SmallNetwork net(draw, 8, 14);
    SwapFacts swaps{std::vector<double>(8, 0.7), std::vector<double>(8, 0.01), std::vector<double>(net.ends.size(), 0.05)};
    double least = std::numeric_limits<double>::infinity();
    for (const Route& route : net.simple_paths(NodeId{0}, NodeId{1})) least = std::min(least, seconds_per_entanglement(route, net.cost, swaps));
    const auto found = EntanglementSearch(net.graph, swaps).find(NodeId{0}, NodeId{1}, 1, net.cost, {});
    ASSERT_EQ(found.empty(), least == std::numeric_limits<double>::infinity());
    if (found.empty()) continue;
    EXPECT_DOUBLE_EQ(seconds_per_entanglement(found[0], net.cost, swaps), least);
    swaps.longest_s = least / 2;
    EXPECT_TRUE(EntanglementSearch(net.graph, swaps).find(NodeId{0}, NodeId{1}, 1, net.cost, {}).empty());
  }
}

TEST(PurifiedPaths, TakeTheFewestPairsByEnumeration) {
  Chance draw;
  for (int round = 0; round < 300; ++round) {
    const SmallNetwork net(draw, 6, 9);
    std::vector<PurifiedLink> links;
    for (std::size_t l = 0; l < net.ends.size(); ++l) {
      const double first = draw.between(0.05, 0.3);
      links.push_back({first, first * draw.between(0.5, 1.2), first * draw.between(0.3, 1)});
    }
    std::vector<double> swap_loss;
    for (int n = 0; n < 6; ++n) swap_loss.push_back(draw.below(2) ? 0 : draw.between(0, 0.1));
    const double most = draw.between(0.1, 0.8);
    std::uint32_t fewest = std::numeric_limits<std::uint32_t>::max();
    double least = std::numeric_limits<double>::infinity(), best = least;
    for (const Route& route : net.simple_paths(NodeId{0}, NodeId{1})) {
      double swaps = 0;
      for (std::size_t i = 1; i + 1 < route.nodes.size(); ++i) swaps += swap_loss[route.nodes[i].value];
      const std::function<void(std::size_t, std::uint32_t, double)> decide = [&](std::size_t h, std::uint32_t pairs, double loss) {
        if (h == route.links.size()) {
          best = std::min(best, loss);
          if (loss > most || std::tie(pairs, loss) >= std::tie(fewest, least)) return;
          fewest = pairs;
          least = loss;
          return;
        }
        for (std::uint32_t r = 0; r < 3; ++r) decide(h + 1, pairs + r + 1, loss + links[route.links[h].value][r]);
      };
      decide(0, 0, swaps);
    }
    const PurifiedPaths paths(net.graph, links, swap_loss);
    const PurifiedRoute found = paths.fewest_pairs(NodeId{0}, NodeId{1}, most);
    EXPECT_NEAR(std::min(paths.least_loss(NodeId{0}, NodeId{1}), 99.0), std::min(best, 99.0), 1e-9);
    ASSERT_EQ(bool(found), fewest != std::numeric_limits<std::uint32_t>::max());
    if (!found) continue;
    EXPECT_EQ(found.pairs(), fewest);
    double loss = 0;
    for (std::size_t h = 0; h < found.rounds.size(); ++h) loss += links[found.route.links[h].value][found.rounds[h]];
    for (std::size_t i = 1; i + 1 < found.route.nodes.size(); ++i) loss += swap_loss[found.route.nodes[i].value];
    EXPECT_NEAR(loss, least, 1e-9);
    if (const PurifiedRoute shares = paths.equal_shares(NodeId{0}, NodeId{1}, most)) {
      EXPECT_GE(shares.pairs(), fewest);
    }
  }
}

}  // namespace
}  // namespace farbell
