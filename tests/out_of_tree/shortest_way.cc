// A router: the way of least cost, and the next ones that share no link with those before.
#include <limits>
#include <utility>
#include <vector>

#include <farbell/protocols/extension.hpp>

namespace {

using namespace farbell;

class ShortestWay {
 public:
  explicit ShortestWay(const RunFacts&) {}

  FoundRoutes find_routes(const RoutesView& view) {
    FoundRoutes found;
    std::vector<bool> used(view.links(), false);
    while (found.size() < view.alternatives()) {
      std::vector<NodeId> way = least(view, used);
      if (way.empty()) break;
      found.push_back(std::move(way));
    }
    return found;
  }

 private:
  // As Bellman and Ford find it, from node_b.
  static std::vector<NodeId> least(const RoutesView& view, std::vector<bool>& used) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    std::vector<double> cost(view.nodes(), infinite);
    std::vector<LinkId> by(view.nodes());
    cost[view.node_b().value] = 0;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::uint32_t l = 0; l < view.links(); ++l) {
        const LinkId link{l};
        if (used[l]) continue;
        const auto [x, y] = view.ends(link);
        for (const auto& [from, to] : {std::pair{x, y}, std::pair{y, x}}) {
          const double there = cost[from.value] + view.cost(link);
          if (there >= cost[to.value]) continue;
          cost[to.value] = there;
          by[to.value] = link;
          changed = true;
        }
      }
    }
    std::vector<NodeId> way;
    if (cost[view.node_a().value] == infinite) return way;
    NodeId n = view.node_a();
    for (way.push_back(n); n != view.node_b(); way.push_back(n)) {
      const LinkId link = by[n.value];
      used[link.value] = true;
      n = view.ends(link)[0] == n ? view.ends(link)[1] : view.ends(link)[0];
    }
    return way;
  }
};

}  // namespace

FARBELL_EXTENSION(protocol<ShortestWay>("shortest_way", "The cheapest way, then others that share no link with it."))
