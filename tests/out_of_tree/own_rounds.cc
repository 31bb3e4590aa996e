// Parts of routers of rounds: lanes first come, first served; pairs joined along the paths that have them; pairs joined in turns by whoever
// is told of all of them; and what nodes measure together.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <farbell/protocols/extension.hpp>

namespace {

using namespace farbell;

std::optional<LinkId> link_between(const RoundView& view, NodeId a, NodeId b) {
  for (std::uint32_t l = 0; l < view.links(); ++l)
    if (const auto& ends = view.ends(LinkId{l}); (ends[0] == a && ends[1] == b) || (ends[0] == b && ends[1] == a)) return LinkId{l};
  return {};
}

class FirstCome {
 public:
  explicit FirstCome(const RunFacts&) {}

  // Each demand its first route, if that is free in its full width.
  RoundPaths assign_lanes(const LanesView& view) {
    RoundPaths given;
    std::vector<std::uint32_t> lanes, slots;
    for (std::uint32_t l = 0; l < view.links(); ++l) lanes.push_back(view.free(LinkId{l}));
    for (std::uint32_t n = 0; n < view.nodes(); ++n) slots.push_back(view.free(NodeId{n}));
    for (std::uint32_t d = 0; d < view.demands(); ++d) {
      const RoundDemand demand = view.demand(d);
      const auto route = demand.route(0);
      const std::uint32_t width = demand.width();
      std::vector<LinkId> links;
      bool fits = true;
      for (std::size_t k = 0; k + 1 < route.size(); ++k) links.push_back(*link_between(view, route[k], route[k + 1]));
      for (LinkId link : links) fits = fits && lanes[link.value] >= width;
      for (std::size_t k = 0; k < route.size(); ++k) fits = fits && slots[route[k].value] >= needed(k, route.size(), width);
      if (!fits) continue;
      for (LinkId link : links) lanes[link.value] -= width;
      for (std::size_t k = 0; k < route.size(); ++k) slots[route[k].value] -= needed(k, route.size(), width);
      given.push_back({demand.demand(), {route.begin(), route.end()}, width, {}});
    }
    return given;
  }

  // Along each path, the first pairs of all hops, then the second ones, as long as there are any.
  RoundPaths join_pairs(const PairsView& view) {
    RoundPaths joined;
    for (std::uint32_t p = 0; p < view.paths(); ++p) {
      const GivenLanes path = view.path(p);
      std::vector<std::vector<LinkLane>> pairs;  // by hop
      std::size_t chains = path.width();
      for (std::uint32_t hop = 0; hop < path.links().size(); ++hop) {
        auto& here = pairs.emplace_back();
        for (std::uint32_t lane = path.first(hop); lane < path.first(hop) + path.width(); ++lane)
          if (view.has_pair(path.links()[hop], lane)) here.push_back({path.links()[hop], lane});
        chains = std::min(chains, here.size());
      }
      for (std::size_t k = 0; k < chains; ++k) {
        RoundPath chain{path.demand(), {path.nodes().begin(), path.nodes().end()}, 1, {}};
        for (const auto& hop : pairs) chain.lanes.push_back(hop[k]);
        joined.push_back(std::move(chain));
      }
    }
    return joined;
  }

  FusedPairs fuse_pairs(const FusionView& view) {
    FusedPairs groups;
    for (const LinkLane& pair : view.pairs()) {
      if (groups.empty() || groups.back().size() == view.max_links()) groups.emplace_back();
      groups.back().push_back(pair);
    }
    return groups;
  }

 private:
  static std::uint32_t needed(std::size_t position, std::size_t nodes, std::uint32_t width) {
    return position == 0 || position + 1 == nodes ? width : 2 * width;
  }
};

// The demands in turn, each the way of fewest hops through what there is, until nobody finds one.
class ByTurns {
 public:
  explicit ByTurns(const RunFacts&) {}

  RoundPaths join_pairs(const PairsView& view) {
    std::vector<std::uint32_t> left;
    for (std::uint32_t l = 0; l < view.links(); ++l) {
      std::uint32_t pairs = 0;
      for (std::uint32_t lane = 0; lane < view.channels(); ++lane) pairs += view.has_pair(LinkId{l}, lane) ? 1 : 0;
      left.push_back(pairs);
    }
    RoundPaths joined;
    std::vector<bool> done(view.demands(), false);
    while (std::find(done.begin(), done.end(), false) != done.end())
      for (std::uint32_t d = 0; d < view.demands(); ++d) {
        if (done[d]) continue;
        std::vector<NodeId> way = fewest_hops(view, view.demand(d), left);
        if (way.empty()) {
          done[d] = true;
          continue;
        }
        for (std::size_t k = 0; k + 1 < way.size(); ++k) --left[link_between(view, way[k], way[k + 1])->value];
        joined.push_back({view.demand(d).demand(), std::move(way), 1, {}});
      }
    return joined;
  }

  // Of the pairs that are left, to two different nodes, those that lead nearest to both ends together, again and again.
  FusedPairs fuse_pairs(const FusionView& view) {
    FusedPairs swaps;
    std::vector<std::size_t> left;
    for (std::size_t k = 0; k < view.pairs().size(); ++k) left.push_back(k);
    while (true) {
      std::optional<std::pair<std::size_t, std::size_t>> best;
      const auto hops = [&](std::size_t x, std::size_t y) { return std::uint64_t{view.hops_from_a(x)} + view.hops_from_b(y); };
      for (std::size_t x : left)
        for (std::size_t y : left)
          if (view.neighbour(x) != view.neighbour(y) && (!best || hops(x, y) < hops(best->first, best->second))) best = {x, y};
      if (!best) return swaps;
      swaps.push_back({view.pairs()[best->first], view.pairs()[best->second]});
      std::erase(left, best->first);
      std::erase(left, best->second);
    }
  }

 private:
  // Breadth first; of equal ways that over the nodes that come first in the scenario.
  static std::vector<NodeId> fewest_hops(const PairsView& view, const RoundDemand& demand, const std::vector<std::uint32_t>& left) {
    std::vector<NodeId> before(view.nodes()), reached{demand.node_a()};
    before[demand.node_a().value] = demand.node_a();
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (std::uint32_t n = 0; n < view.nodes(); ++n) {
        const auto link = link_between(view, reached[i], NodeId{n});
        if (!link || left[link->value] == 0 || before[n]) continue;
        before[n] = reached[i];
        reached.push_back(NodeId{n});
      }
    std::vector<NodeId> way;
    if (!before[demand.node_b().value]) return way;
    for (NodeId n = demand.node_b(); n != demand.node_a(); n = before[n.value]) way.push_back(n);
    way.push_back(demand.node_a());
    std::reverse(way.begin(), way.end());
    return way;
  }
};

}  // namespace

FARBELL_EXTENSION(protocol<FirstCome>("first_come", "Lanes for whoever comes first, pairs along paths, and groups of all that a node has."),
                  protocol<ByTurns>("by_turns", "Fewest hops through all pairs, the demands in turn; or what leads nearest, node by node."))
