// Routers of rounds: what they promise for any network and any luck, against brute force.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "farbell/network/fusion_web.hpp"
#include "farbell/network/paths.hpp"
#include "farbell/network/round_router.hpp"

namespace farbell {
namespace {

NodeId vertex(std::uint32_t n) { return NodeId{n}; }

struct Net {
  std::vector<std::array<NodeId, 2>> links;
  Graph graph;
  RoundNetwork network;

  Net(std::uint32_t nodes, std::vector<std::array<NodeId, 2>> ends, std::uint32_t channels, std::uint32_t slots)
      : links(std::move(ends)), graph(nodes, links) {
    network.channels = channels;
    network.lane_success.assign(links.size(), 0.5);
    network.swap_success.assign(nodes, 1);
    network.slots.assign(nodes, slots);
  }
};

// A tree and some links more, all numbers at random.
Net random_net(std::mt19937& random, std::uint32_t nodes) {
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  const auto share = [&] { return 0.2 + 0.7 * static_cast<double>(random()) / 4294967296.0; };
  std::vector<std::array<NodeId, 2>> links;
  std::set<std::pair<std::uint32_t, std::uint32_t>> known;
  const auto join = [&](std::uint32_t a, std::uint32_t b) {
    if (a != b && known.insert(std::minmax(a, b)).second) links.push_back({vertex(a), vertex(b)});
  };
  for (std::uint32_t n = 1; n < nodes; ++n) join(n, below(n));
  for (std::uint32_t k = 0; k < nodes; ++k) join(below(nodes), below(nodes));
  Net net(nodes, links, 1 + below(3), 8);
  for (double& p : net.network.lane_success) p = share();
  for (double& q : net.network.swap_success) q = share();
  for (std::uint32_t& slots : net.network.slots) slots = 1 + below(10);
  return net;
}

void each_simple_path(const Graph& graph, NodeId from, NodeId to, Route route, const std::function<void(const Route&)>& use) {
  route.nodes.push_back(from);
  if (from == to) return use(route);
  for (const Edge& e : graph.edges(from)) {
    if (std::find(route.nodes.begin(), route.nodes.end(), e.to) != route.nodes.end()) continue;
    route.links.push_back(e.link);
    each_simple_path(graph, e.to, to, route, use);
    route.links.pop_back();
  }
}

// Pairs that lanes with a pair could give together, whatever the nodes join: augmenting paths one by one.
std::size_t max_flow(const Net& net, const LaneStates& up, NodeId a, NodeId b) {
  std::map<std::pair<NodeId, NodeId>, int> left;
  for (std::uint32_t l = 0; l < net.links.size(); ++l)
    for (std::uint32_t lane = 0; lane < net.network.channels; ++lane)
      if (up.up(LinkId{l}, lane)) {
        ++left[{net.links[l][0], net.links[l][1]}];
        ++left[{net.links[l][1], net.links[l][0]}];
      }
  for (std::size_t flow = 0;; ++flow) {
    std::map<NodeId, NodeId> from{{a, a}};
    std::vector<NodeId> reached{a};
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (const Edge& e : net.graph.edges(reached[i]))
        if (left[{reached[i], e.to}] > 0 && from.emplace(e.to, reached[i]).second) reached.push_back(e.to);
    if (!from.contains(b)) return flow;
    for (NodeId n = b; n != a; n = from[n]) {
      --left[{from[n], n}];
      ++left[{n, from[n]}];
    }
  }
}

const std::vector<RouterSpec> routers{ShortestRouterSpec{}, GreedyRouterSpec{},   QPassRouterSpec{2}, QPassRouterSpec{3}, QCastRouterSpec{0},
                                      QCastRouterSpec{2}, QCastRouterSpec{3}, MultipathLocalRouterSpec{}, MultipathGlobalRouterSpec{}};

LaneStates luck(const Net& net, const LaneBook& book, std::mt19937& random) {
  LaneStates up(net.links.size(), net.network.channels);
  for (std::uint32_t l = 0; l < net.links.size(); ++l)
    for (std::uint32_t lane = 0; lane < book.taken(LinkId{l}); ++lane)
      if (static_cast<double>(random()) / 4294967296.0 < net.network.lane_success[l]) up.set(LinkId{l}, lane);
  return up;
}

// ---- expected pairs of a path (case D03) ----

TEST(LaneThroughput, OfPathsOfEqualHops) {
  // tests/physics/cases.json, D03: h hops, W lanes, p, q
  struct Case {
    std::uint32_t h, w;
    double p, q, pairs;
  };
  for (const Case& c : {Case{1, 1, 0.6, 0.9, 0.6}, Case{3, 2, 0.6, 0.9, 0.5178816}, Case{5, 3, 0.6, 0.9, 0.546627424}}) {
    std::vector<std::array<NodeId, 2>> links;
    Route route{{vertex(0)}, {}};
    for (std::uint32_t k = 0; k < c.h; ++k) {
      links.push_back({vertex(k), vertex(k + 1)});
      route.nodes.push_back(vertex(k + 1));
      route.links.push_back(LinkId{k});
    }
    Net net(c.h + 1, links, c.w, 2 * c.w);
    net.network.lane_success.assign(c.h, c.p);
    net.network.swap_success.assign(c.h + 1, c.q);
    EXPECT_NEAR(lane_throughput(route, c.w, LaneTails(net.network), net.network), c.pairs, 1e-8);
    ThroughputSearch search(net.graph, net.network);
    LaneBook book(net.graph, net.network);
    book.begin({});
    const ThroughputSearch::Found found = search.best(vertex(0), vertex(c.h), book);
    EXPECT_EQ(found.width, c.w);
    EXPECT_NEAR(found.throughput, c.pairs, 1e-8);
  }
}

// Where lanes hardly fail, the chance that none of many succeeds is too small for a double.
TEST(LaneThroughput, OfManyLanesThatHardlyFail) {
  for (double p : {0.4, 0.6, 1 - 1e-6, 1 - 1e-16}) {
    Net net(2, {{vertex(0), vertex(1)}}, 64, 128);
    net.network.lane_success.assign(1, p);
    const Route route{{vertex(0), vertex(1)}, {LinkId{0}}};
    EXPECT_NEAR(lane_throughput(route, 64, LaneTails(net.network), net.network), 64 * p, 1e-10) << p;
  }
}

// With one lane a hop the metric is a product and the search exact; with more it keeps one way to each node, so that it may miss a
// better path, but says of what it finds what is true.
TEST(LaneThroughput, SearchAgainstAllPaths) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 300; ++trial) {
    const Net net = random_net(random, 7);
    ThroughputSearch search(net.graph, net.network);
    LaneBook book(net.graph, net.network);
    book.begin({});
    const LaneTails tails(net.network);
    double best = 0;
    each_simple_path(net.graph, vertex(0), vertex(6), {}, [&](const Route& route) {
      for (std::uint32_t width = 1; width <= book.width(route); ++width) best = std::max(best, lane_throughput(route, width, tails, net.network));
    });
    const ThroughputSearch::Found found = search.best(vertex(0), vertex(6), book);
    ASSERT_EQ(static_cast<bool>(found.route), best > 0);
    if (!found.route) continue;
    EXPECT_LE(found.width, book.width(found.route));
    EXPECT_NEAR(found.throughput, lane_throughput(found.route, found.width, tails, net.network), 1e-12);
    EXPECT_LE(found.throughput, best + 1e-12);
    if (net.network.channels == 1) {
      EXPECT_NEAR(found.throughput, best, 1e-12);
    }
  }
}

// ---- every router, any luck ----

TEST(RoundRouter, ChainsAreThereAndNeverBeatTheCut) {
  std::mt19937 random(2);
  std::size_t whole = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const Net net = random_net(random, 9);
    PathFinder paths(net.graph);
    const std::vector<double> cost(net.links.size(), 1.0);
    const std::vector<Route> routes = paths.k_shortest(vertex(0), vertex(8), 4, cost), others = paths.k_shortest(vertex(3), vertex(7), 4, cost);
    std::vector<RoundWish> wishes{{DemandId{0}, vertex(0), vertex(8), 1, routes}};
    if (trial % 2) wishes.push_back({DemandId{1}, vertex(3), vertex(7), 1, others});
    for (const RouterSpec& spec : routers) {
      RoundRouter router(net.graph, net.network, spec);
      std::vector<std::uint32_t> held(9);
      held[4] = trial % 3 == 0 ? 1 : 0;
      router.assign(static_cast<std::uint64_t>(trial), wishes, held);
      std::vector<std::uint32_t> used = held;
      for (std::uint32_t l = 0; l < net.links.size(); ++l) {
        EXPECT_LE(router.book().taken(LinkId{l}), net.network.channels);
        for (NodeId n : net.links[l]) used[n.value] += router.book().taken(LinkId{l});
      }
      for (std::uint32_t n = 0; n < 9; ++n) EXPECT_LE(used[n], net.network.slots[n]);
      const LaneStates made = luck(net, router.book(), random);
      LaneStates up = made;
      std::set<std::pair<LinkId, std::uint32_t>> spent;
      std::array<std::size_t, 2> pairs{};
      for (const RoundChain& chain : router.connect(up)) {
        ASSERT_EQ(chain.route.links.size() + 1, chain.route.nodes.size());
        ASSERT_EQ(chain.lanes.size(), chain.route.links.size());
        bool all = true;
        for (std::size_t h = 0; h < chain.lanes.size(); ++h) {
          auto ends = net.links[chain.route.links[h].value];
          if (ends[0] != chain.route.nodes[h]) std::swap(ends[0], ends[1]);
          EXPECT_EQ(ends[0], chain.route.nodes[h]);
          EXPECT_EQ(ends[1], chain.route.nodes[h + 1]);
          if (chain.lanes[h] == RoundChain::no_lane) {
            all = false;
            continue;
          }
          EXPECT_TRUE(made.up(chain.route.links[h], chain.lanes[h]));
          EXPECT_FALSE(up.up(chain.route.links[h], chain.lanes[h]));
          EXPECT_TRUE(spent.emplace(chain.route.links[h], chain.lanes[h]).second);
        }
        if (!chain.whole) continue;
        EXPECT_TRUE(all);
        EXPECT_EQ(chain.route.nodes.front(), wishes[chain.demand.value].a);
        EXPECT_EQ(chain.route.nodes.back(), wishes[chain.demand.value].b);
        ++pairs[chain.demand.value];
        ++whole;
      }
      for (const RoundWish& wish : wishes) EXPECT_LE(pairs[wish.demand.value], max_flow(net, made, wish.a, wish.b));
    }
  }
  EXPECT_GT(whole, 400u);  // there was something to see
}

// ---- one shot over a grid (case D01): every state of its 12 links ----

TEST(RoundRouter, OneShotOnAGrid) {
  std::vector<std::array<NodeId, 2>> links;
  for (std::uint32_t r = 0; r < 3; ++r)
    for (std::uint32_t c = 0; c < 3; ++c) {
      if (c < 2) links.push_back({vertex(3 * r + c), vertex(3 * r + c + 1)});
      if (r < 2) links.push_back({vertex(3 * r + c), vertex(3 * r + c + 3)});
    }
  const Net net(9, links, 1, 4);
  for (const auto& [b, p, connected, first_pair] : {std::tuple{8u, 0.5, 0.277099609, 0.200395301}, std::tuple{2u, 0.5, 0.364746094, 0.305686952},
                                                    std::tuple{8u, 0.8, 0.869502288, 0.632236038}, std::tuple{2u, 0.8, 0.884371685, 0.748832586}}) {
    const std::vector<RoundWish> wishes{{DemandId{0}, vertex(0), vertex(b), 1, {}}};
    RoundRouter global(net.graph, net.network, MultipathGlobalRouterSpec{}), local(net.graph, net.network, MultipathLocalRouterSpec{});
    double joined = 0, pairs = 0, locally = 0;
    for (std::uint32_t state = 0; state < 4096; ++state) {
      const int ups = std::popcount(state);
      const double weight = std::pow(p, ups) * std::pow(1 - p, 12 - ups);
      for (RoundRouter* router : {&global, &local}) {
        router->assign(0, wishes, {});
        LaneStates up(12, 1);
        for (std::uint32_t l = 0; l < 12; ++l)
          if (state >> l & 1) up.set(LinkId{l}, 0);
        const std::vector<RoundChain> chains = router->connect(up);
        const auto is_whole = [](const RoundChain& chain) { return chain.whole; };
        const auto first = std::find_if(chains.begin(), chains.end(), is_whole);
        if (first == chains.end()) continue;
        if (router == &local) {
          locally += weight;
          continue;
        }
        joined += weight;
        pairs += weight * std::pow(0.9, static_cast<double>(first->lanes.size() - 1));
      }
    }
    EXPECT_NEAR(joined, connected, 1e-7);
    EXPECT_NEAR(pairs, first_pair, 1e-7);
    EXPECT_LE(locally, connected);
    EXPECT_GT(locally, std::pow(p, b == 8 ? 4 : 2));  // more than one path chosen before
  }
}

// ---- hooks ----

// Chains of another router as answers: they are taken as they are; one pair too many, and the router does it by itself.
TEST(RoundRouter, AnswersOfHooks) {
  struct Other {
    RoundRouter router;
    bool spends_twice = false;
    std::size_t refused = 0;
  };
  RoundHook hook;
  hook.join = [](void* self, const RoundQuestion& question, const LaneStates& up) -> std::optional<RoundPaths> {
    Other& other = *static_cast<Other*>(self);
    RoundPaths out;
    LaneStates left = up;
    for (const RoundChain& chain : other.router.connect(left)) {
      RoundPath& path = out.emplace_back(RoundPath{chain.demand, chain.route.nodes, 1, {}});
      for (std::size_t hop = 0; hop < chain.lanes.size(); ++hop) path.lanes.push_back({chain.route.links[hop], chain.lanes[hop]});
    }
    if (other.spends_twice && !out.empty()) out.push_back(out.front());
    EXPECT_EQ(question.detours.size(), question.detours.empty() ? 0 : question.paths.size());
    return out;
  };
  hook.refuse = [](void* self, const RoundFault& fault) {
    EXPECT_TRUE(fault.demand && fault.between[0] && fault.between[1]);
    EXPECT_NE(fault.why.find("joined already"), std::string::npos);
    ++static_cast<Other*>(self)->refused;
  };
  std::mt19937 random(6);
  std::size_t chains = 0, refused = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const Net net = random_net(random, 9);
    PathFinder paths(net.graph);
    const std::vector<double> cost(net.links.size(), 1.0);
    const std::vector<Route> routes = paths.k_shortest(vertex(0), vertex(8), 4, cost), others = paths.k_shortest(vertex(3), vertex(7), 4, cost);
    const std::vector<RoundWish> wishes{{DemandId{4}, vertex(0), vertex(8), 1, routes}, {DemandId{1}, vertex(3), vertex(7), 1, others}};
    for (const RouterSpec& spec : {RouterSpec{QCastRouterSpec{2}}, RouterSpec{QPassRouterSpec{2}}, RouterSpec{MultipathGlobalRouterSpec{}}}) {
      RoundRouter plain(net.graph, net.network, spec), asked(net.graph, net.network, spec);
      Other other{RoundRouter(net.graph, net.network, spec), trial % 2 == 1};
      hook.self = &other;
      asked.ask({nullptr, &hook, nullptr});
      for (RoundRouter* router : {&plain, &asked, &other.router}) router->assign(3, wishes, {});
      const LaneStates made = luck(net, plain.book(), random);
      LaneStates one = made, two = made;
      const std::vector<RoundChain> expected = plain.connect(one), found = asked.connect(two);
      ASSERT_EQ(expected.size(), found.size());
      for (std::size_t k = 0; k < found.size(); ++k) {
        EXPECT_EQ(expected[k].demand, found[k].demand);
        EXPECT_EQ(expected[k].route.nodes, found[k].route.nodes);
        EXPECT_EQ(expected[k].route.links, found[k].route.links);
        EXPECT_EQ(expected[k].lanes, found[k].lanes);
        EXPECT_TRUE(found[k].whole);
      }
      EXPECT_TRUE(std::equal(one.all().begin(), one.all().end(), two.all().begin()));
      EXPECT_EQ(other.refused, other.spends_twice && !expected.empty() ? 1u : 0u);
      chains += found.size();
      refused += other.refused;
    }
  }
  EXPECT_GT(chains, 300u);
  EXPECT_GT(refused, 50u);
}

// ---- GHZ fusion ----

// Against clusters that are merged pair by pair, with draws that a table keeps.
TEST(FusionWeb, ClustersAreThoseOfBruteForce) {
  std::mt19937 random(4);
  std::size_t joined = 0, loops = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    const Net net = random_net(random, 9);
    RoundRouter router(net.graph, net.network, GhzFusionRouterSpec{});
    const std::vector<RoundWish> wishes{{DemandId{0}, vertex(0), vertex(8), 1, {}}};
    router.assign(0, wishes, {});
    const LaneStates up = luck(net, router.book(), random);
    const std::uint32_t most = 2 + trial % 4, channels = net.network.channels;
    struct Numbers {
      double u0, u1;
    };
    std::map<std::pair<std::uint32_t, std::uint32_t>, Numbers> drawn;
    const auto draw = [&](NodeId n, std::uint32_t k) {
      const auto share = [&] { return static_cast<double>(random()) / 4294967296.0; };
      return drawn.try_emplace({n.value, k}, Numbers{share(), share()}).first->second;
    };
    FusionWeb web(net.graph, net.network, most);
    web.fuse({DemandId{0}, vertex(0), vertex(8), 1, {}}, 0, up, draw);
    // By (link, lane, node): the cluster of that half.
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, int> cluster;
    const auto merge = [&](int from, int to) {
      for (auto& [half, c] : cluster)
        if (c == from) c = to;
    };
    for (std::uint32_t l = 0; l < net.links.size(); ++l)
      for (std::uint32_t lane = 0; lane < channels; ++lane)
        if (up.up(LinkId{l}, lane)) {
          const int fresh = static_cast<int>(cluster.size());
          for (NodeId n : net.links[l]) cluster[{l, lane, n.value}] = fresh;
        }
    for (std::uint32_t n = 1; n < 8; ++n) {
      std::vector<std::tuple<double, std::uint32_t, std::uint32_t, std::uint32_t, double>> pairs;  // order, number, link, lane, luck
      std::uint32_t k = 0;
      for (const Edge& e : net.graph.edges(vertex(n)))
        for (std::uint32_t lane = 0; lane < channels; ++lane, ++k)
          if (up.up(e.link, lane)) pairs.emplace_back(draw(vertex(n), k).u0, k, e.link.value, lane, draw(vertex(n), k).u1);
      std::sort(pairs.begin(), pairs.end());
      std::uint32_t fusions = 0, failed = 0;
      for (std::size_t first = 0; first + 1 < pairs.size(); first += most) {
        ++fusions;
        if (std::get<4>(pairs[first]) >= net.network.swap_success[n]) {
          ++failed;
          continue;
        }
        for (std::size_t i = first + 1; i < std::min(pairs.size(), first + most); ++i)
          merge(cluster[{std::get<2>(pairs[i]), std::get<3>(pairs[i]), n}], cluster[{std::get<2>(pairs[first]), std::get<3>(pairs[first]), n}]);
      }
      const auto& groups = web.work(vertex(n)).groups;
      EXPECT_EQ(groups.size(), fusions);
      EXPECT_EQ(static_cast<std::uint32_t>(std::count_if(groups.begin(), groups.end(), [](const auto& group) { return !group.succeeds; })), failed);
      EXPECT_EQ(web.work(vertex(n)).pairs.size(), pairs.size());
    }
    std::set<int> of_a, of_b, both;
    for (const auto& [half, c] : cluster) {
      if (std::get<2>(half) == 0) of_a.insert(c);
      if (std::get<2>(half) == 8) of_b.insert(c);
    }
    std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::inserter(both, both.end()));
    const std::vector<FusionWeb::Joined> states = web.joined();
    EXPECT_EQ(states.size(), both.size());
    EXPECT_LE(states.size(), max_flow(net, up, vertex(0), vertex(8)));
    for (const FusionWeb::Joined& state : states) {
      ++joined;
      std::set<int> clusters;
      std::map<std::uint32_t, int> ends;  // of the path, by node
      std::size_t path = 0;
      for (std::size_t k = 0; k < state.pairs.size(); ++k) {
        const auto [link, lane] = state.pairs[k];
        clusters.insert(cluster[{link.value, lane, net.links[link.value][0].value}]);
        if (!state.on_path[k]) continue;
        ++path;
        for (NodeId n : net.links[link.value]) ++ends[n.value];
      }
      ASSERT_EQ(clusters.size(), 1u);
      EXPECT_TRUE(both.contains(*clusters.begin()));
      EXPECT_EQ(state.pairs.size(), static_cast<std::size_t>(std::count_if(cluster.begin(), cluster.end(), [&](const auto& h) { return h.second == *clusters.begin(); })) / 2);
      loops += path < state.pairs.size();
      for (const auto& [node, count] : ends) EXPECT_EQ(count % 2, node == 0 || node == 8 ? 1 : 0);
      // Every half but the two that are kept is measured, once.
      std::size_t measured = state.alone.size(), on_path = 0;
      for (const FusionWeb::Fusion& fusion : state.fusions) {
        EXPECT_LE(2u, fusion.size);
        EXPECT_LT(std::max(fusion.in, fusion.out), fusion.size);
        measured += fusion.size;
        on_path += fusion.on_path();
      }
      EXPECT_EQ(measured + 2, 2 * state.pairs.size());
      EXPECT_EQ(on_path + 1, path);
    }
  }
  EXPECT_GT(joined, 200u);
  EXPECT_GT(loops, 50u);
}

// ---- recovery ----

// A path 0-1-2-3-4 and detours 0-5-2 and 1-6-3: two loops that share a hop.
TEST(Detours, LoopsAddUp) {
  const std::vector<std::array<NodeId, 2>> links{{vertex(0), vertex(1)}, {vertex(1), vertex(2)}, {vertex(2), vertex(3)}, {vertex(3), vertex(4)},
                                                 {vertex(0), vertex(5)}, {vertex(5), vertex(2)}, {vertex(1), vertex(6)}, {vertex(6), vertex(3)}};
  const Net net(7, links, 1, 8);
  LaneBook book(net.graph, net.network);
  book.begin({});
  HopSearch search(net.graph);
  const LanePath path = book.take(DemandId{0}, {{vertex(0), vertex(1), vertex(2), vertex(3), vertex(4)}, {LinkId{0}, LinkId{1}, LinkId{2}, LinkId{3}}}, 1);
  const std::vector<Detour> detours = reserve_detours(path, 2, search, book);
  ASSERT_EQ(detours.size(), 2u);
  const auto nodes_with = [&](std::set<std::uint32_t> failed) {
    LaneStates up(8, 1);
    for (std::uint32_t l = 0; l < 8; ++l)
      if (!failed.contains(l)) up.set(LinkId{l}, 0);
    std::vector<std::uint32_t> nodes;
    for (const RoundChain& chain : join_with_detours(path, detours, up))
      for (NodeId n : chain.route.nodes) nodes.push_back(n.value);
    return nodes;
  };
  using Nodes = std::vector<std::uint32_t>;
  EXPECT_EQ(nodes_with({}), (Nodes{0, 1, 2, 3, 4}));
  EXPECT_EQ(nodes_with({0}), (Nodes{0, 5, 2, 3, 4}));
  EXPECT_EQ(nodes_with({2}), (Nodes{0, 1, 6, 3, 4}));
  EXPECT_EQ(nodes_with({0, 2}), (Nodes{0, 5, 2, 1, 6, 3, 4}));  // the hop 1-2 the other way
  EXPECT_EQ(nodes_with({0, 1, 2}), Nodes{});
  EXPECT_EQ(nodes_with({1, 4}), (Nodes{0, 1, 6, 3, 4}));
  EXPECT_EQ(nodes_with({3}), Nodes{});
}

TEST(Detours, NeverLoseWhatThePathAloneGives) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 500; ++trial) {
    const Net net = random_net(random, 9);
    const std::vector<RoundWish> wishes{{DemandId{0}, vertex(0), vertex(8), 1, {}}};
    RoundRouter with(net.graph, net.network, QCastRouterSpec{3}), without(net.graph, net.network, QCastRouterSpec{0});
    with.assign(0, wishes, {});
    without.assign(0, wishes, {});
    const LaneStates made = luck(net, with.book(), random);
    LaneStates one = made, two = made;
    EXPECT_GE(with.connect(one).size(), without.connect(two).size());
  }
}

}  // namespace
}  // namespace farbell
