#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <random>
#include <set>

#include "farbell/network/link_views.hpp"
#include "farbell/network/local_search.hpp"
#include "farbell/network/news.hpp"
#include "farbell/network/routes.hpp"

namespace farbell {
namespace {

struct Draw {
  std::mt19937_64 engine{std::random_device{}()};
  std::uint32_t below(std::uint32_t n) { return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(engine); }
};

TEST(LinkViews, AreTheStartButForWhatIsTold) {
  Draw draw;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> start{1, 2, infinity, 4, 5, 6};
  LinkViews views(start, 3);
  std::vector<std::map<std::uint32_t, LinkState>> told(3);
  for (int step = 0; step < 300; ++step) {
    const std::uint32_t v = draw.below(3), l = draw.below(6);
    const LinkState state{draw.below(4) ? 1.0 + draw.below(9) : infinity, draw.below(2) == 1};
    views.learn(ViewId{v}, LinkId{l}, state);
    told[v][l] = state;
    const std::uint32_t w = draw.below(3);
    const bool repaired = draw.below(2) == 1;
    const auto costs = views.costs(ViewId{w}, repaired);
    for (std::uint32_t k = 0; k < 6; ++k) {
      const LinkState known = told[w].contains(k) ? told[w][k] : LinkState{start[k]};
      EXPECT_EQ(views.of(ViewId{w}, LinkId{k}), known);
      EXPECT_EQ(costs[k], known.failed && !repaired ? infinity : known.cost);
    }
  }
}

TEST(ClassicalDelays, AreLeastSums) {
  Draw draw;
  for (int round = 0; round < 200; ++round) {
    const std::uint32_t nodes = 2 + draw.below(6);
    std::vector<std::array<NodeId, 2>> ends;
    std::vector<Tick> fibre, processing;
    for (std::uint32_t n = 0; n < nodes; ++n) processing.push_back(Tick{draw.below(5)});
    for (std::uint32_t l = draw.below(12); l > 0; --l) {
      const std::uint32_t a = draw.below(nodes), b = draw.below(nodes);
      if (a == b) continue;
      ends.push_back({NodeId{a}, NodeId{b}});
      fibre.push_back(Tick{draw.below(8)});
    }
    std::vector<std::vector<Tick>> least(nodes, std::vector<Tick>(nodes, never));
    for (std::uint32_t n = 0; n < nodes; ++n) least[n][n] = tick_zero;
    for (std::size_t l = 0; l < ends.size(); ++l)
      for (const auto& [a, b] : {std::pair(ends[l][0], ends[l][1]), std::pair(ends[l][1], ends[l][0])})
        least[a.value][b.value] = earlier(least[a.value][b.value], fibre[l]);
    for (std::uint32_t via = 0; via < nodes; ++via)
      for (std::uint32_t x = 0; x < nodes; ++x)
        for (std::uint32_t y = 0; y < nodes; ++y)
          if (x != via && y != via) least[x][y] = earlier(least[x][y], least[x][via] + processing[via] + least[via][y]);
    std::vector<NodeId> from{NodeId{draw.below(nodes)}, NodeId{draw.below(nodes)}};
    std::vector<Tick> delay;
    classical_delays(Graph(nodes, ends), fibre, processing, from, delay);
    for (std::uint32_t n = 0; n < nodes; ++n) EXPECT_EQ(delay[n], earlier(least[from[0].value][n], least[from[1].value][n]));
  }
}

// A square 0 - 1 - 2 - 3 - 0 and two demands from 0 to 2 and from 2 to 0.
struct Square {
  std::vector<std::array<NodeId, 2>> ends{{NodeId{0}, NodeId{1}}, {NodeId{1}, NodeId{2}}, {NodeId{2}, NodeId{3}}, {NodeId{3}, NodeId{0}}};
  Graph graph{4, ends};
  std::vector<Tick> fibre{Tick{10}, Tick{20}, Tick{30}, Tick{40}}, processing{Tick{1}, Tick{1}, Tick{1}, Tick{1}};
  std::vector<double> cost{1, 1, 2, 2};
  std::vector<ViewId> view{ViewId{0}, ViewId{1}};
};

TEST(Routes, GoByTheViewOfTheDemand) {
  Square s;
  std::vector<RoutePlan> plans(2);
  PathFinder paths(s.graph);
  for (std::uint32_t d = 0; d < 2; ++d) {
    plans[d].ends = {NodeId{2 * d}, NodeId{2 - 2 * d}};
    plans[d].routes = paths.k_shortest(plans[d].ends[0], plans[d].ends[1], 1, s.cost);
  }
  const SwapFacts no_swaps;
  Routes routes(s.graph, RoutingMetric::hops, no_swaps, plans, s.cost, s.view, 2);
  routes.set_failed(LinkId{0}, true);
  for (std::uint32_t d = 0; d < 2; ++d) EXPECT_TRUE(routes.any_usable(DemandId{d})) << "nobody has been told";
  routes.learn(ViewId{0}, LinkId{0}, routes.state(LinkId{0}));
  EXPECT_FALSE(routes.any_usable(DemandId{0}));
  EXPECT_TRUE(routes.any_usable(DemandId{1}));
  EXPECT_TRUE(routes.usable_when_repaired(DemandId{0}));
  EXPECT_TRUE(routes.find_anew(DemandId{0}));
  EXPECT_EQ(routes.of(DemandId{0})[0].nodes, (std::vector<NodeId>{NodeId{0}, NodeId{3}, NodeId{2}}));
  const std::uint32_t version = routes.version(DemandId{0});
  EXPECT_TRUE(routes.find_anew(DemandId{0}));
  EXPECT_EQ(routes.version(DemandId{0}), version) << "the same routes stay what they are";
  routes.learn(ViewId{0}, LinkId{0}, {1, false});
  EXPECT_TRUE(routes.find_anew(DemandId{0}));
  EXPECT_EQ(routes.version(DemandId{0}), 0U) << "those of the start";
  for (std::uint32_t l : {0U, 2U}) routes.learn(ViewId{1}, LinkId{l}, {1, true});
  EXPECT_FALSE(routes.find_anew(DemandId{1}));
  EXPECT_TRUE(routes.usable_when_repaired(DemandId{1}));
  routes.learn(ViewId{1}, LinkId{2}, {std::numeric_limits<double>::infinity(), false});
  routes.learn(ViewId{1}, LinkId{0}, {std::numeric_limits<double>::infinity(), true});
  EXPECT_FALSE(routes.usable_when_repaired(DemandId{1}));
}

// Depth first: over links that work and no way before it took, past nodes that let it through, no node twice, and in vain only where
// nothing leads to the end.
TEST(LocalSearch, FindsAWayWhereverThereIsOne) {
  Draw draw;
  constexpr double dead = std::numeric_limits<double>::infinity();
  std::array<std::size_t, 3> found{}, in_vain{};
  std::size_t back = 0;
  for (int trial = 0; trial < 300; ++trial) {
    const std::uint32_t nodes = 3 + draw.below(7);
    std::vector<std::array<NodeId, 2>> ends;
    std::vector<Tick> fibre, processing;
    std::vector<double> start, now;
    std::vector<bool> full;
    for (std::uint32_t n = 0; n < nodes; ++n) {
      processing.push_back(Tick{draw.below(5)});
      full.push_back(n > 0 && n + 1 < nodes && draw.below(6) == 0);
    }
    for (std::uint32_t l = 0; l < 3 * nodes; ++l) {
      const std::uint32_t a = draw.below(nodes), b = draw.below(nodes);
      if (a == b) continue;
      ends.push_back({NodeId{a}, NodeId{b}});
      fibre.push_back(Tick{1 + draw.below(50)});
      start.push_back(1 + draw.below(9));
      now.push_back(draw.below(2) > 0 ? start.back() : dead);
    }
    const Graph graph(nodes, ends);
    const NodeId a{0}, b{nodes - 1};
    LocalSearch search({graph, start, fibre, processing}, 2);
    search.begin(1, a, b);
    std::vector<double> left = now;  // infinity where the link is dead, or on a way before
    for (std::size_t number = 0; number < found.size(); ++number) {
      std::vector<bool> joined(nodes, false);
      joined[a.value] = true;
      for (std::uint32_t round = 0; round < nodes; ++round)
        for (std::size_t l = 0; l < ends.size(); ++l)
          for (std::size_t side : {0U, 1U}) {
            const NodeId from = ends[l][side], to = ends[l][1 - side];
            if (left[l] < dead && joined[from.value] && !full[from.value]) joined[to.value] = true;
          }
      std::size_t steps = 0;
      bool lost = false;
      while (!search.has_arrived(1) && !lost) {
        const std::size_t before = search.way(1).links.size();
        const auto delay = search.send_on(1, now, !full[search.way(1).nodes.back().value]);
        lost = !delay;
        if (lost) break;
        back += search.way(1).links.size() < before;
        EXPECT_GE(*delay, Tick{1});
        ASSERT_LE(++steps, 2 * std::size_t{nodes});
      }
      EXPECT_EQ(lost, !joined[b.value]);
      ++(lost ? in_vain : found)[number];
      if (lost) break;
      const Route& way = search.way(1);
      std::set<std::uint32_t> seen;
      Tick expected = tick_zero;
      for (std::size_t h = 0; h < way.links.size(); ++h) {
        EXPECT_TRUE(seen.insert(way.nodes[h].value).second);
        EXPECT_FALSE(full[way.nodes[h].value]);
        EXPECT_LT(left[way.links[h].value], dead);
        const auto& [x, y] = ends[way.links[h].value];
        EXPECT_TRUE((x == way.nodes[h] && y == way.nodes[h + 1]) || (y == way.nodes[h] && x == way.nodes[h + 1]));
        expected += fibre[way.links[h].value] + (h > 0 ? processing[way.nodes[h].value] : tick_zero);
      }
      EXPECT_EQ(search.back(1), expected);
      for (LinkId link : way.links) left[link.value] = dead;
      search.begin_another(1);
      EXPECT_EQ(search.kept(1).size(), number + 1);
    }
  }
  for (std::size_t number = 0; number < found.size(); ++number) {
    EXPECT_GT(found[number], 5U) << number;
    EXPECT_GT(in_vain[number], 5U) << number;
  }
  EXPECT_GT(back, 5U);
}

// Smooth weighted round robin among the routes that can be used; credit is kept while one cannot.
TEST(Routes, AreTakenInTurnByWeight) {
  Square s;
  std::vector<RoutePlan> plans(2);
  PathFinder paths(s.graph);
  for (RoutePlan& plan : plans) {
    plan.ends = {NodeId{0}, NodeId{2}};
    plan.routes = paths.k_shortest(NodeId{0}, NodeId{2}, 2, s.cost);
    plan.fixed = true;
  }
  plans[0].weights = {3, 1};
  const SwapFacts no_swaps;
  Routes routes(s.graph, RoutingMetric::hops, no_swaps, plans, s.cost, {}, 0);
  const DemandId shared{0};
  EXPECT_TRUE(routes.shares(shared));
  EXPECT_FALSE(routes.shares(DemandId{1}));
  const auto turns = [&](std::size_t count) {
    std::vector<std::size_t> out;
    while (out.size() < count) out.push_back(routes.next_turn(shared));
    return out;
  };
  EXPECT_EQ(turns(8), (std::vector<std::size_t>{0, 0, 1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(turns(2), (std::vector<std::size_t>{0, 0}));
  routes.set_failed(LinkId{0}, true);
  EXPECT_EQ(turns(3), (std::vector<std::size_t>{1, 1, 1}));
  routes.set_failed(LinkId{3}, true);
  EXPECT_EQ(turns(2), (std::vector<std::size_t>{0, 0})) << "none can be used";
  for (std::uint32_t l : {0U, 3U}) routes.set_failed(LinkId{l}, false);
  EXPECT_EQ(turns(2), (std::vector<std::size_t>{1, 0})) << "it goes on where it was";
  routes.install(shared, {plans[0].routes[1]});
  EXPECT_FALSE(routes.shares(shared));
  routes.uninstall(shared);
  EXPECT_TRUE(routes.shares(shared));
}

TEST(News, ComesToEachViewOnce) {
  Square s;
  std::vector<LinkRow> links(4);
  for (std::size_t l = 0; l < 4; ++l) links[l].node = s.ends[l];
  for (bool central : {false, true}) {
    ControlPlan plan;
    plan.deciders = {NodeId{0}, NodeId{2}};
    plan.view = s.view;
    plan.processing = Tick{5};
    if (central) {
      plan.controller = NodeId{3};
      classical_delays(s.graph, s.fibre, s.processing, {&plan.controller, 1}, plan.from_controller);
    }
    EventQueue queue;
    News news({plan, s.graph, links, s.fibre, s.processing, {}}, queue);
    const LinkState lost{1, true};
    for (int repeat = 1; repeat <= 2; ++repeat) {
      news.spread({LinkId{1}, lost});
      std::vector<std::pair<std::uint32_t, Tick>> seen;
      const Tick sent = queue.now();
      for (Event event; queue.pop(event, never);) {
        const News::Item item = news.arrive(event.payload);
        EXPECT_EQ(item.link, LinkId{1});
        EXPECT_EQ(item.state, lost);
        EXPECT_EQ(event.payload, 0U) << "rows are used again";
        seen.emplace_back(event.to.target, event.time - sent);
      }
      std::sort(seen.begin(), seen.end());
      // Flooded from nodes 1 and 2; or from 2 over a fibre of 30 to the controller, and from there over 40 or 30.
      const auto expected = central ? std::vector<std::pair<std::uint32_t, Tick>>{{0, Tick{75}}, {1, Tick{65}}}
                                    : std::vector<std::pair<std::uint32_t, Tick>>{{0, Tick{15}}, {1, Tick{5}}};
      EXPECT_EQ(seen, expected);
      EXPECT_EQ(news.messages(), static_cast<std::uint64_t>(repeat * (central ? 2 : 8)));
    }
    news.told(ViewId{0});
    EXPECT_EQ(news.messages(), central ? 5U : 16U) << "a controller tells, floods have told";
  }
}

}  // namespace
}  // namespace farbell
