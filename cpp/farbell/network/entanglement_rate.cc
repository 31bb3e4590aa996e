#include "farbell/network/entanglement_rate.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <string>

#include "farbell/base/errors.hpp"

namespace farbell {

namespace {

constexpr std::size_t most_labels = 1'000'000, few_labels = 100;  // of a search; at a place
constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
// Times that differ by less of them are equal: bounds are worked out in another order than what they bound.
constexpr double rounding = 1e-12;

double seconds_of(const Route& route, std::span<const double> cost, const SwapFacts& swaps, std::uint32_t left, std::uint32_t right,
                  double& delay_s) {
  if (right - left == 1) {
    delay_s = swaps.delay_s[route.links[left].value];
    return cost[route.links[left].value];
  }
  const std::uint32_t m = left + left_half(right - left);
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

void EntanglementSearch::keep(Route route, std::size_t k) {
  const double seconds = seconds_per_entanglement(route, cost_, swaps_);
  if (seconds > swaps_.longest_s || !(seconds < limit_)) return;
  for (const auto& [_, other] : best_)
    if (other.nodes == route.nodes) return;
  const auto place = std::upper_bound(best_.begin(), best_.end(), seconds, [](double s, const auto& entry) { return s < entry.first; });
  best_.insert(place, {seconds, std::move(route)});
  if (best_.size() > k) best_.pop_back();
  if (best_.size() == k) limit_ = best_.back().first * (1 - rounding);
}

void EntanglementSearch::join(std::vector<Stretch>& waiting) {
  const Stretch right = waiting.back();
  waiting.pop_back();
  Stretch& left = waiting.back();
  const double seconds = std::max(left.seconds, right.seconds) + left.swap_s + std::max(left.delay_s, right.delay_s);
  left = {seconds / left.success, left.delay_s + right.delay_s, right.success, right.swap_s};
}

// After each place the longest stretch that begins there, after it the longest one that begins where it ends, and so on.
void EntanglementSearch::plan(std::uint32_t hops) {
  places_.assign(hops + 1, {});
  const std::function<void(std::uint32_t, std::uint32_t)> part = [&](std::uint32_t left, std::uint32_t right) {
    places_[left].end = std::max(places_[left].end, right);
    if (right - left < 2) return;
    const std::uint32_t m = left + left_half(right - left);
    part(left, m);
    part(m, right);
    ++places_[right].joints;
  };
  part(0, hops);
  for (std::uint32_t p = 1; p <= hops; ++p) places_[p].waiting = places_[p - 1].waiting + 1 - places_[p].joints;
}

void EntanglementSearch::look_ahead(std::uint32_t position, std::uint32_t hops) {
  ahead_.clear();
  for (std::uint32_t at = position, waiting = places_[at].waiting; at < hops; at = places_[at].end) {
    const std::uint32_t end = places_[at].end;
    const auto& least = bounds_->of(end - at, at - position, end == hops);
    ahead_.push_back({least.data(), waiting + 1 - places_[end].waiting});
    waiting = places_[end].waiting;
  }
}

// No way on makes less of it: of all stretches that follow the least seconds and the least delay are known, by where it is now.
double EntanglementSearch::least(NodeId here) {
  folded_.assign(waiting_.begin(), waiting_.end());
  for (const Ahead& ahead : ahead_) {
    const StretchBounds::Least& its = ahead.least[here.value];
    folded_.push_back({its.seconds, its.delay_s, bounds_->most_success(), bounds_->least_swap_s()});
    for (std::uint32_t j = 0; j < ahead.joints; ++j) join(folded_);
  }
  return folded_.back().seconds;
}

bool EntanglementSearch::has_visited(std::uint32_t position, std::uint32_t label, NodeId n) const {
  if (!(levels_[position].labels[label].visited >> n.value % 64 & 1)) return false;
  if (graph_.nodes() <= 64) return true;
  for (std::uint32_t p = position;; --p) {
    const Label& at = levels_[p].labels[label];
    if (at.node == n) return true;
    if (p == 0) return false;
    label = at.before;
  }
}

// Whatever `y` may be followed by, the label `x` may be, too, and comes to no more.
bool EntanglementSearch::is_better(std::uint32_t position, std::uint32_t x, const Label& y) const {
  const Level& level = levels_[position];
  if (level.labels[x].visited & ~y.visited) return false;
  const Stretch* mine = level.waiting.data() + x * waiting_.size();
  for (const Stretch& its : waiting_) {
    if (mine->seconds > its.seconds || mine->delay_s > its.delay_s || mine->success < its.success || mine->swap_s > its.swap_s) return false;
    ++mine;
  }
  if (graph_.nodes() <= 64) return true;
  for (std::uint32_t p = position; p > 1; --p) {
    x = levels_[p].labels[x].before;
    if (!has_visited(position - 1, y.before, levels_[p - 1].labels[x].node)) return false;
  }
  return true;
}

void EntanglementSearch::add(std::uint32_t position, Label label, std::size_t k) {
  Level& level = levels_[position];
  std::uint32_t& newest = at_[label.node.value];
  std::size_t better = 0;
  for (std::uint32_t other = newest; other != none; other = level.labels[other].another)
    if (is_better(position, other, label) && ++better == k) return;
  if (++grown_ > most_labels)
    throw SpecError("/routing/kind", "\"entanglement_rate\"",
                    "a kind whose search comes to an end here: after " + std::to_string(most_labels) + " parts of routes it had not");
  label.another = std::exchange(newest, static_cast<std::uint32_t>(level.labels.size()));
  level.labels.push_back(label);
  level.waiting.insert(level.waiting.end(), waiting_.begin(), waiting_.end());
}

Route EntanglementSearch::route_of(std::uint32_t position, std::uint32_t label, LinkId last, NodeId b) const {
  Route route{{b}, {last}};
  for (std::uint32_t p = position;; --p) {
    const Label& at = levels_[p].labels[label];
    route.nodes.push_back(at.node);
    if (p == 0) break;
    route.links.push_back(at.link);
    label = at.before;
  }
  std::reverse(route.nodes.begin(), route.nodes.end());
  std::reverse(route.links.begin(), route.links.end());
  return route;
}

// The most promising labels only; true if that is all of them.
bool EntanglementSearch::narrow(Level& level, std::size_t waiting, std::size_t most) {
  const std::size_t all = level.labels.size();
  if (all <= most) return true;
  std::vector<std::uint32_t> order(all);
  std::iota(order.begin(), order.end(), 0);
  std::nth_element(order.begin(), order.begin() + most, order.end(), [&](auto x, auto y) { return level.labels[x].least < level.labels[y].least; });
  std::sort(order.begin(), order.begin() + most);
  for (std::size_t i = 0; i < most; ++i) {  // each moves to the front
    level.labels[i] = level.labels[order[i]];
    std::copy_n(level.waiting.begin() + order[i] * waiting, waiting, level.waiting.begin() + i * waiting);
  }
  level.labels.resize(most);
  level.waiting.resize(most * waiting);
  return false;
}

bool EntanglementSearch::grow(NodeId a, NodeId b, std::uint32_t hops, std::size_t k, std::size_t most) {
  bool all = true;
  plan(hops);
  if (levels_.size() < hops) levels_.resize(hops);
  levels_[0].labels.assign(1, {a, LinkId{}, 0, none, std::uint64_t{1} << a.value % 64, 0});
  levels_[0].waiting.clear();
  for (std::uint32_t position = 1; position <= hops; ++position) {
    const Level& before = levels_[position - 1];
    if (before.labels.empty()) break;
    if (position < hops) {
      levels_[position].labels.clear();
      levels_[position].waiting.clear();
      look_ahead(position, hops);
    }
    const std::uint32_t waited = places_[position - 1].waiting;
    for (std::uint32_t i = 0; i < before.labels.size(); ++i) {
      const Label& label = before.labels[i];
      for (const RouteStep& step : bounds_->steps(label.node)) {
        const NodeId n = step.to;
        if (!(step.seconds < limit_) || (n == b) != (position == hops) || bounds_->hops(n) > hops - position) continue;
        if (has_visited(position - 1, i, n)) continue;
        waiting_.assign(before.waiting.begin() + i * waited, before.waiting.begin() + (i + 1) * waited);
        waiting_.push_back({step.seconds, step.delay_s, swaps_.success[n.value], swaps_.seconds[n.value]});
        for (std::uint32_t j = 0; j < places_[position].joints; ++j) join(waiting_);
        const double bound = n == b ? waiting_.back().seconds : least(n);
        if (!(bound < limit_)) continue;
        if (n == b) keep(route_of(position - 1, i, step.link, b), k);
        else add(position, {n, step.link, i, none, label.visited | std::uint64_t{1} << n.value % 64, bound}, k);
      }
    }
    if (position == hops) break;
    for (const Label& label : levels_[position].labels) at_[label.node.value] = none;
    all = narrow(levels_[position], places_[position].waiting, most) && all;
  }
  return all;
}

std::vector<Route> EntanglementSearch::find(NodeId a, NodeId b, std::size_t k, std::span<const double> cost, std::vector<Route> known) {
  cost_ = cost;
  best_.clear();
  grown_ = 0;
  limit_ = swaps_.longest_s * (1 + rounding);
  if (k == 0) return {};
  for (Route& route : known) {
    for (std::size_t h = 0; h < route.links.size(); ++h)
      for (const Edge& e : graph_.edges(route.nodes[h]))
        if (e.to == route.nodes[h + 1] && cost[e.link.value] < cost[route.links[h].value]) route.links[h] = e.link;
    keep(std::move(route), k);
  }
  StretchBounds bounds(graph_, swaps_, cost, a, b, limit_);
  bounds_ = &bounds;
  at_.assign(graph_.nodes(), none);
  // First what is most promising: what that finds bounds the search of the rest.
  std::vector<std::uint32_t> unfinished;
  for (std::uint32_t hops = bounds.hops(a); hops < graph_.nodes() && bounds.of_route(hops, false) < limit_; ++hops)
    if (bounds.of_route(hops, true) < limit_ && !grow(a, b, hops, k, few_labels)) unfinished.push_back(hops);
  grown_ = 0;
  for (std::uint32_t hops : unfinished)
    if (bounds.of_route(hops, true) < limit_) grow(a, b, hops, k, most_labels);
  std::vector<Route> out;
  for (auto& [_, route] : best_) out.push_back(std::move(route));
  return out;
}

}  // namespace farbell
