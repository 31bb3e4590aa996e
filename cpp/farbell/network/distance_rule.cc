#include "farbell/network/distance_rule.hpp"

#include <algorithm>
#include <optional>

namespace farbell {

namespace {

// A pair as a node sees it.
struct Held {
  Edge edge;
  std::uint32_t lane;
};

class DistanceRule {
 public:
  DistanceRule(const RoundWish& wish, const Graph& graph, std::size_t links, LaneStates& up)
      : wish_(wish), graph_(graph), up_(up), joined_(2 * links * up.channels()) {}

  void join(NodeId n, const std::vector<std::array<std::uint32_t, 2>>& hops) {
    std::vector<Held> pairs = pairs_of(n);
    while (pairs.size() > 1) {
      std::size_t a = pairs.size(), b = pairs.size();
      std::uint64_t least = 0;
      for (std::size_t x = 0; x < pairs.size(); ++x)
        for (std::size_t y = 0; y < pairs.size(); ++y) {
          if (pairs[x].edge.to == pairs[y].edge.to) continue;
          const std::uint64_t sum = std::uint64_t{hops[pairs[x].edge.to.value][0]} + hops[pairs[y].edge.to.value][1];
          if (a != pairs.size() && sum >= least) continue;
          least = sum;
          a = x;
          b = y;
        }
      if (a == pairs.size()) return;
      join(n, pairs[a], pairs[b]);
      pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(std::max(a, b)));
      pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(std::min(a, b)));
    }
  }

  // As a hook has it. False: it has failed, and the run goes on.
  bool join_as_asked(NodeId n, const std::vector<std::array<std::uint32_t, 2>>& hops, const RoundHook& hook, std::uint64_t round) {
    const std::vector<Held> pairs = pairs_of(n);
    if (pairs.size() < 2) return true;
    std::vector<LinkLane> lanes;
    std::vector<std::array<std::uint32_t, 2>> ahead;
    for (const Held& pair : pairs) {
      lanes.push_back({pair.edge.link, pair.lane});
      ahead.push_back(hops[pair.edge.to.value]);
    }
    const auto groups = asked_groups(hook, {round, wish_, n, lanes, ahead, 2});
    if (!groups) return false;
    const auto held = [&](const LinkLane& lane) { return pairs[static_cast<std::size_t>(std::find(lanes.begin(), lanes.end(), lane) - lanes.begin())]; };
    for (const std::vector<LinkLane>& group : *groups)
      if (group.size() == 2) join(n, held(group[0]), held(group[1]));
    return true;
  }

  // Chains that begin at the node: at pairs that it joins to none.
  void follow_from(NodeId n, std::vector<RoundChain>& out) {
    for (Held pair : pairs_of(n)) {
      if (joined_[at(n, pair)] || !up_.up(pair.edge.link, pair.lane)) continue;  // a chain may come back here
      RoundChain chain;
      chain.demand = wish_.demand;
      chain.route.nodes.push_back(n);
      NodeId here = n;
      while (true) {
        up_.spend(pair.edge.link, pair.lane);
        chain.route.links.push_back(pair.edge.link);
        chain.lanes.push_back(pair.lane);
        chain.route.nodes.push_back(pair.edge.to);
        const NodeId next = pair.edge.to;
        const std::optional<Held>& on = joined_[at(next, {{here, pair.edge.link}, pair.lane})];
        here = next;
        if (!on) break;
        pair = *on;
      }
      chain.whole = n == wish_.a && here == wish_.b;
      if (chain.lanes.size() > 1 || chain.whole) out.push_back(std::move(chain));
      else up_.set(chain.route.links.front(), chain.lanes.front());  // joined to nothing
    }
  }

 private:
  void join(NodeId n, const Held& x, const Held& y) {
    joined_[at(n, x)] = y;
    joined_[at(n, y)] = x;
  }
  std::vector<Held> pairs_of(NodeId n) const {
    std::vector<Held> out;
    for (const Edge& e : graph_.edges(n))
      for (std::uint32_t lane = 0; lane < up_.channels(); ++lane)
        if (up_.up(e.link, lane)) out.push_back({e, lane});
    return out;
  }
  // A link's two ends by which of its nodes has the smaller number.
  std::size_t at(NodeId n, const Held& pair) const {
    return 2 * (std::size_t{pair.edge.link.value} * up_.channels() + pair.lane) + (n < pair.edge.to ? 0 : 1);
  }

  const RoundWish& wish_;
  const Graph& graph_;
  LaneStates& up_;
  std::vector<std::optional<Held>> joined_;  // by lane and end: with which other pair of that node
};

}  // namespace

std::vector<std::array<std::uint32_t, 2>> hops_from_ends(const RoundWish& wish, const Graph& graph, const RoundNetwork& network, HopSearch& search) {
  std::vector<std::array<std::uint32_t, 2>> hops(graph.nodes());
  for (std::size_t e : {0u, 1u}) {
    search.spread(e == 0 ? wish.a : wish.b, {}, HopSearch::far, [&](NodeId, const Edge& edge) { return network.lane_success[edge.link.value] > 0; });
    for (std::uint32_t n = 0; n < graph.nodes(); ++n) hops[n][e] = search.hops(NodeId{n});
  }
  return hops;
}

std::vector<RoundChain> join_by_distance(const RoundWish& wish, std::uint64_t round, const Graph& graph, const RoundNetwork& network, HopSearch& search, LaneStates& up,
                                         const RoundHook* hook) {
  const auto hops = hops_from_ends(wish, graph, network, search);
  DistanceRule rule(wish, graph, network.lane_success.size(), up);
  for (std::uint32_t n = 0; n < graph.nodes(); ++n) {
    if (NodeId{n} == wish.a || NodeId{n} == wish.b) continue;
    if (!hook || !rule.join_as_asked(NodeId{n}, hops, *hook, round)) rule.join(NodeId{n}, hops);
  }
  std::vector<RoundChain> out;
  rule.follow_from(wish.a, out);
  for (std::uint32_t n = 0; n < graph.nodes(); ++n)
    if (NodeId{n} != wish.a) rule.follow_from(NodeId{n}, out);
  return out;
}

}  // namespace farbell
