#include "farbell/network/entanglement_rate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <string>
#include <unordered_map>

#include "farbell/base/errors.hpp"

namespace farbell {

namespace {

constexpr double never_there = std::numeric_limits<double>::infinity();
constexpr std::size_t most_labels = 1'000'000;

std::uint32_t middle(std::uint32_t left, std::uint32_t right) { return left + (right - left) / 2; }

// By position: how many stretches end there that are made of two.
void count_joints(std::uint32_t left, std::uint32_t right, std::vector<std::uint32_t>& at) {
  if (right - left < 2) return;
  count_joints(left, middle(left, right), at);
  count_joints(middle(left, right), right, at);
  ++at[right];
}

double seconds_of(const Route& route, std::span<const double> cost, const SwapFacts& swaps, std::uint32_t left, std::uint32_t right,
                  double& delay_s) {
  if (right - left == 1) {
    delay_s = swaps.delay_s[route.links[left].value];
    return cost[route.links[left].value];
  }
  const std::uint32_t m = middle(left, right);
  double before = 0, after = 0;
  const double seconds = std::max(seconds_of(route, cost, swaps, left, m, before), seconds_of(route, cost, swaps, m, right, after));
  delay_s = before + after;
  const NodeId n = route.nodes[m];
  return (seconds + swaps.seconds[n.value] + std::max(before, after)) / swaps.success[n.value];
}

}  // namespace

double seconds_per_entanglement(const Route& route, std::span<const double> cost, const SwapFacts& swaps) {
  double delay_s = 0;
  return seconds_of(route, cost, swaps, 0, static_cast<std::uint32_t>(route.links.size()), delay_s);
}

// What the ways from each node to the end have at least: of the slowest link, of delay, of links.
void EntanglementSearch::look_from(NodeId b) {
  const std::size_t nodes = graph_.nodes();
  slowest_.assign(nodes, never_there);
  delay_.assign(nodes, never_there);
  hops_.assign(nodes, std::numeric_limits<std::uint32_t>::max());
  const auto search = [&](std::vector<double>& least, const auto& extended) {
    using Entry = std::pair<double, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    least[b.value] = 0;
    queue.push({0, b.value});
    while (!queue.empty()) {
      const auto [at, n] = queue.top();
      queue.pop();
      if (at > least[n]) continue;
      for (const Edge& e : graph_.edges(NodeId{n})) {
        if (!(cost_[e.link.value] < never_there)) continue;
        const double further = extended(at, e.link);
        if (further < least[e.to.value]) queue.push({least[e.to.value] = further, e.to.value});
      }
    }
  };
  std::vector<double> hops(nodes, never_there);
  search(slowest_, [&](double at, LinkId l) { return std::max(at, cost_[l.value]); });
  search(delay_, [&](double at, LinkId l) { return at + swaps_.delay_s[l.value]; });
  search(hops, [](double at, LinkId) { return at + 1; });
  for (std::size_t n = 0; n < nodes; ++n)
    if (hops[n] < never_there) hops_[n] = static_cast<std::uint32_t>(hops[n]);
}

void EntanglementSearch::keep(Route route, std::size_t k) {
  const double seconds = seconds_per_entanglement(route, cost_, swaps_);
  if (!(seconds < limit_)) return;
  for (const auto& [_, other] : best_)
    if (other.nodes == route.nodes) return;
  const auto place = std::upper_bound(best_.begin(), best_.end(), seconds, [](double s, const auto& entry) { return s < entry.first; });
  best_.insert(place, {seconds, std::move(route)});
  if (best_.size() > k) best_.pop_back();
  if (best_.size() == k) limit_ = best_.back().first;
}

EntanglementSearch::Stretch EntanglementSearch::joined(const Stretch& left, const Stretch& right) const {
  const std::uint32_t n = left.end.value;
  const double seconds = std::max(left.seconds, right.seconds) + swaps_.seconds[n] + std::max(left.delay_s, right.delay_s);
  return {seconds / swaps_.success[n], left.delay_s + right.delay_s, right.end};
}

// No way on makes less of it: what follows has the slowest link and the delay that it must have, and the joints that are due are made.
double EntanglementSearch::least(std::span<const Stretch> waiting, NodeId here, std::uint32_t position, std::uint32_t hops) const {
  const bool in_last_half = position >= middle(0, hops);
  const double slowest = slowest_[here.value];
  double seconds = 0, delay_s = delay_[here.value];
  for (std::size_t i = waiting.size(); i-- > 0;) {
    const Stretch& left = waiting[i];
    const std::uint32_t n = left.end.value;
    // Of what is left some lies beyond the stretches that wait, but for the last joint of all, which has everything on its other side.
    const bool last = in_last_half && i == 0;
    const double other = last ? std::max(seconds, slowest) : seconds;
    seconds = (std::max(left.seconds, other) + swaps_.seconds[n] + std::max(left.delay_s, last ? delay_s : 0)) / swaps_.success[n];
    delay_s += left.delay_s;
  }
  if (in_last_half) return seconds;
  return (std::max(seconds, slowest) + least_swap_s_ + delay_s / 2) / most_success_;
}

// The same for all routes of so many links; it grows with them.
double EntanglementSearch::least_of(NodeId a, std::uint32_t hops) const {
  std::uint32_t shallow = 0, deep = 0;
  while ((2u << shallow) <= hops) ++shallow;
  while ((1u << deep) < hops) ++deep;
  const auto raised = [&](double seconds, std::uint32_t depth) {
    for (std::uint32_t i = 0; i < depth; ++i)
      seconds = (seconds + least_swap_s_ + (i + 1 == depth ? delay_[a.value] / 2 : 0)) / most_success_;
    return seconds;
  };
  return std::max(raised(slowest_[a.value], shallow), raised(fastest_, deep));
}

// Whatever `y` may be followed by, `x` may be, too, and comes to no more.
bool EntanglementSearch::is_better(const Label& x, const Label& y) const {
  for (std::size_t w = 0; w < x.visited.size(); ++w)
    if (x.visited[w] & ~y.visited[w]) return false;
  for (std::size_t i = 0; i < x.waiting.size(); ++i) {
    const Stretch &mine = x.waiting[i], &its = y.waiting[i];
    if (mine.seconds > its.seconds || mine.delay_s > its.delay_s) return false;
    if (swaps_.success[mine.end.value] < swaps_.success[its.end.value] || swaps_.seconds[mine.end.value] > swaps_.seconds[its.end.value])
      return false;
  }
  return true;
}

void EntanglementSearch::grow(NodeId a, NodeId b, std::uint32_t hops, std::size_t k) {
  std::vector<std::uint32_t> joints(hops + 1, 0);
  count_joints(0, hops, joints);
  Label start;
  start.route.nodes.push_back(a);
  start.visited.assign((graph_.nodes() + 63) / 64, 0);
  start.visited[a.value / 64] |= std::uint64_t{1} << a.value % 64;
  std::vector<Label> labels{std::move(start)};
  std::vector<Stretch> waiting;
  for (std::uint32_t position = 1; position <= hops && !labels.empty(); ++position) {
    std::vector<Label> next;
    std::unordered_map<std::uint32_t, std::vector<std::size_t>> at;  // node -> labels
    for (const Label& label : labels) {
      const auto edges = graph_.edges(label.route.nodes.back());
      for (std::size_t i = 0; i < edges.size();) {
        // Of parallel links the fastest.
        const NodeId n = edges[i].to;
        LinkId link = edges[i].link;
        for (++i; i < edges.size() && edges[i].to == n; ++i)
          if (cost_[edges[i].link.value] < cost_[link.value]) link = edges[i].link;
        const double seconds = cost_[link.value];
        if (!(seconds < limit_) || (n == b) != (position == hops) || hops_[n.value] > hops - position) continue;
        if (label.visited[n.value / 64] >> n.value % 64 & 1) continue;
        if (n != b && !(swaps_.success[n.value] > 0)) continue;
        // Most are dropped here: only what they wait for is worked out.
        waiting.assign(label.waiting.begin(), label.waiting.end());
        waiting.push_back({seconds, swaps_.delay_s[link.value], n});
        for (std::uint32_t j = 0; j < joints[position]; ++j) {
          const Stretch right = waiting.back();
          waiting.pop_back();
          waiting.back() = joined(waiting.back(), right);
        }
        if (!((n == b ? waiting.back().seconds : least(waiting, n, position, hops)) < limit_)) continue;
        Label grown = label;
        grown.waiting = waiting;
        grown.route.nodes.push_back(n);
        grown.route.links.push_back(link);
        grown.visited[n.value / 64] |= std::uint64_t{1} << n.value % 64;
        if (n == b) {
          keep(std::move(grown.route), k);
          continue;
        }
        std::vector<std::size_t>& others = at[n.value];
        const auto better = std::count_if(others.begin(), others.end(), [&](std::size_t o) { return is_better(next[o], grown); });
        if (static_cast<std::size_t>(better) >= k) continue;
        if (++labels_ > most_labels)
          throw SpecError("/routing/kind", "\"entanglement_rate\"",
                          "a kind whose search comes to an end here: after " + std::to_string(most_labels) + " parts of routes it had not");
        others.push_back(next.size());
        next.push_back(std::move(grown));
      }
    }
    labels = std::move(next);
  }
}

std::vector<Route> EntanglementSearch::find(NodeId a, NodeId b, std::size_t k, std::span<const double> cost, std::vector<Route> known) {
  cost_ = cost;
  best_.clear();
  labels_ = 0;
  limit_ = std::nextafter(swaps_.longest_s, never_there);
  look_from(b);
  if (k == 0 || !(slowest_[a.value] < never_there)) return {};
  most_success_ = *std::max_element(swaps_.success.begin(), swaps_.success.end());
  least_swap_s_ = *std::min_element(swaps_.seconds.begin(), swaps_.seconds.end());
  fastest_ = *std::min_element(cost.begin(), cost.end());
  for (Route& route : known) {
    for (std::size_t h = 0; h < route.links.size(); ++h)
      for (const Edge& e : graph_.edges(route.nodes[h]))
        if (e.to == route.nodes[h + 1] && cost[e.link.value] < cost[route.links[h].value]) route.links[h] = e.link;
    keep(std::move(route), k);
  }
  if (!(most_success_ > 0)) most_success_ = 1;
  for (std::uint32_t hops = hops_[a.value]; hops < graph_.nodes() && least_of(a, hops) < limit_; ++hops) grow(a, b, hops, k);
  std::vector<Route> out;
  for (auto& [_, route] : best_) out.push_back(std::move(route));
  return out;
}

}  // namespace farbell
