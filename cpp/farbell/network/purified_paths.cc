#include "farbell/network/purified_paths.hpp"

#include <algorithm>
#include <limits>
#include <queue>
#include <tuple>

namespace farbell {

namespace {
constexpr double out_of_reach = std::numeric_limits<double>::infinity();
constexpr double slack = 1e-12;  // sums in another order
}  // namespace

std::uint32_t PurifiedRoute::pairs() const {
  std::uint32_t sum = 0;
  for (std::uint32_t r : rounds) sum += r + 1;
  return sum;
}

// Of links as they are, or at their best, with half of the swaps at their ends.
std::vector<double> PurifiedPaths::costs(bool purified) const {
  std::vector<double> cost(links_.size(), out_of_reach);
  for (std::size_t l = 0; l < links_.size(); ++l) cost[l] = purified ? *std::min_element(links_[l].begin(), links_[l].end()) : links_[l][0];
  for (std::uint32_t n = 0; n < graph_.nodes(); ++n)
    for (const Edge& e : graph_.edges(NodeId{n})) cost[e.link.value] += swap_loss_[n] / 2;
  return cost;
}

double PurifiedPaths::least_loss(NodeId a, NodeId b) const {
  const std::vector<double> cost = costs(true);
  PathTree tree(graph_);
  tree.start(b, cost);
  const PathLabel* label = tree.reach(a);
  return label ? label->cost - (swap_loss_[a.value] + swap_loss_[b.value]) / 2 : out_of_reach;
}

// Labels (pairs, loss) of nodes, settled in this order: one is kept only if it loses less than all with fewer pairs. Neither grows less on
// a way round, so that no label comes back to a node. What is left to lose bounds them, as the least loss from each node to the end does.
PurifiedRoute PurifiedPaths::fewest_pairs(NodeId a, NodeId b, double most_loss) const {
  struct Step {
    std::uint32_t before;
    NodeId node;
    LinkId link;
    std::uint32_t rounds;
  };
  struct Entry {
    std::uint32_t pairs;
    double loss;
    std::uint32_t step;
    bool operator>(const Entry& other) const { return std::tie(pairs, loss, step) > std::tie(other.pairs, other.loss, other.step); }
  };
  const std::vector<double> best = costs(true);
  PathTree tree(graph_);
  tree.start(b, best);
  const auto left_to_lose = [&](NodeId n) {
    if (n == b) return 0.0;
    const PathLabel* label = tree.reach(n);
    return label ? label->cost - (swap_loss_[n.value] + swap_loss_[b.value]) / 2 : out_of_reach;
  };
  std::vector<Step> steps{{0, a, {}, 0}};
  std::vector<double> settled(graph_.nodes(), out_of_reach);  // least loss so far
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  queue.push({0, 0, 0});
  while (!queue.empty()) {
    const Entry top = queue.top();
    queue.pop();
    const NodeId n = steps[top.step].node;
    if (!(top.loss < settled[n.value])) continue;
    settled[n.value] = top.loss;
    if (n == b) {
      PurifiedRoute out;
      for (std::uint32_t s = top.step; s != 0; s = steps[s].before) {
        out.route.nodes.push_back(steps[s].node);
        out.route.links.push_back(steps[s].link);
        out.rounds.push_back(steps[s].rounds);
      }
      out.route.nodes.push_back(a);
      std::reverse(out.route.nodes.begin(), out.route.nodes.end());
      std::reverse(out.route.links.begin(), out.route.links.end());
      std::reverse(out.rounds.begin(), out.rounds.end());
      return out;
    }
    const double so_far = top.loss + (n == a ? 0 : swap_loss_[n.value]);
    for (const Edge& e : graph_.edges(n)) {
      const double on = left_to_lose(e.to) + (e.to == b ? 0 : swap_loss_[e.to.value]);
      double before = out_of_reach;
      const PurifiedLink& link = links_[e.link.value];
      for (std::uint32_t r = 0; r < link.size(); ++r) {
        const double loss = so_far + link[r];
        // A round that mends nothing is none.
        if (!(link[r] < before) || loss + on > most_loss + slack || !(loss < settled[e.to.value])) continue;
        before = link[r];
        queue.push({top.pairs + r + 1, loss, static_cast<std::uint32_t>(steps.size())});
        steps.push_back({top.step, e.to, e.link, r});
      }
    }
  }
  return {};
}

PurifiedRoute PurifiedPaths::equal_shares(NodeId a, NodeId b, double most_loss) const {
  const std::vector<double> cost = costs(false);
  PurifiedRoute out;
  out.route = PathFinder(graph_).shortest(a, b, cost);
  if (!out.route) return {};
  double links = 0, swaps = 0;
  for (LinkId l : out.route.links) links += links_[l.value][0];
  for (std::size_t i = 1; i + 1 < out.route.nodes.size(); ++i) swaps += swap_loss_[out.route.nodes[i].value];
  out.rounds.assign(out.route.links.size(), 0);
  if (links + swaps <= most_loss + slack) return out;
  const double share = (most_loss - swaps) / static_cast<double>(out.route.links.size());
  for (std::size_t h = 0; h < out.rounds.size(); ++h) {
    const PurifiedLink& link = links_[out.route.links[h].value];
    const auto enough = std::find_if(link.begin(), link.end(), [&](double loss) { return loss <= share + slack; });
    if (enough == link.end()) return {};
    out.rounds[h] = static_cast<std::uint32_t>(enough - link.begin());
  }
  return out;
}

}  // namespace farbell
