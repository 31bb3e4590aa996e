#include "farbell/network/entanglement_bounds.hpp"

#include <algorithm>
#include <queue>
#include <utility>

namespace farbell {

namespace {

constexpr double no_way = std::numeric_limits<double>::infinity();

}  // namespace

StretchBounds::StretchBounds(const Graph& graph, const SwapFacts& swaps, std::span<const double> cost, NodeId a, NodeId b, double limit)
    : graph_(graph), swaps_(swaps), a_(a), b_(b), hops_(graph.nodes(), graph.nodes()) {
  find_steps(cost, limit);
  find_least_ways();
  for (auto& by_links : delays_) by_links.emplace_back(graph.nodes());
  for (Way& way : delays_[0][0]) way.least_s = way.second_s = 0;
  delays_[0][0][b.value] = {};
  delays_[1][0][b.value] = {0, 0, NodeId{}};
  delay_of_.push_back(0);
  to_end_.push_back(0);
}

void StretchBounds::find_steps(std::span<const double> cost, double limit) {
  std::vector<NodeId> line{b_};
  hops_[b_.value] = 0;
  for (std::size_t i = 0; i < line.size(); ++i)
    for (const Edge& e : graph_.edges(line[i])) {
      if (!(cost[e.link.value] < limit) || hops_[e.to.value] < graph_.nodes()) continue;
      if (e.to != a_ && !(swaps_.success[e.to.value] > 0)) continue;
      hops_[e.to.value] = hops_[line[i].value] + 1;
      if (e.to != a_) line.push_back(e.to);
    }

  std::vector<double> by_node;
  for (std::uint32_t n = 0; n < graph_.nodes(); ++n) {
    first_.push_back(static_cast<std::uint32_t>(steps_.size()));
    if (hops_[n] == graph_.nodes() || NodeId{n} == b_) continue;
    const auto edges = graph_.edges(NodeId{n});
    double least = no_way, second = no_way;
    for (std::size_t e = 0; e < edges.size();) {
      const NodeId to = edges[e].to;
      LinkId link = edges[e].link;
      for (++e; e < edges.size() && edges[e].to == to; ++e)
        if (cost[edges[e].link.value] < cost[link.value]) link = edges[e].link;
      if (!(cost[link.value] < limit) || hops_[to.value] == graph_.nodes()) continue;
      const double delay_s = swaps_.delay_s[link.value];
      second = std::min(second, std::max(least, delay_s));
      least = std::min(least, delay_s);
      fastest_ = std::min(fastest_, cost[link.value]);
      if (NodeId{n} == a_) first_s_ = std::min(first_s_, cost[link.value]);
      if (to == b_) last_s_ = std::min(last_s_, cost[link.value]);
      if (to != a_) steps_.push_back({to, link, cost[link.value], delay_s});
    }
    if (NodeId{n} == a_) continue;
    most_success_ = std::max(most_success_, swaps_.success[n]);
    least_swap_s_ = std::min(least_swap_s_, swaps_.seconds[n]);
    if (second < no_way) by_node.push_back((least + second) / 2);
  }
  first_.push_back(static_cast<std::uint32_t>(steps_.size()));
  if (!(most_success_ > 0)) most_success_ = 1, least_swap_s_ = 0;

  // Links that differ; and but for both ends each node has two of them, each of which counts by half at either node.
  std::vector<double> by_link;
  for (std::uint32_t n = 0; n < graph_.nodes(); ++n)
    for (const RouteStep& step : steps(NodeId{n}))
      if (NodeId{n} == a_ || step.to == b_ || n < step.to.value) by_link.push_back(step.delay_s);  // the others lead both ways
  std::sort(by_link.begin(), by_link.end());
  std::sort(by_node.begin(), by_node.end());
  of_links_.push_back(0);
  for (double delay_s : by_link) of_links_.push_back(of_links_.back() + delay_s);
  of_nodes_ = {0, by_link.empty() ? 0 : by_link[0]};
  for (double delay_s : by_node) of_nodes_.push_back(of_nodes_.back() + delay_s);
}

void StretchBounds::find_least_ways() {
  const auto least = [&](const auto& extended) {
    std::vector<double> at(graph_.nodes(), no_way);
    using Entry = std::pair<double, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    at[a_.value] = 0;
    queue.push({0, a_.value});
    while (!queue.empty()) {
      const auto [so_far, n] = queue.top();
      queue.pop();
      if (NodeId{n} == b_) return so_far;
      if (so_far > at[n]) continue;
      for (const RouteStep& step : steps(NodeId{n})) {
        const double further = extended(so_far, step);
        if (further < at[step.to.value]) queue.push({at[step.to.value] = further, step.to.value});
      }
    }
    return no_way;
  };
  slowest_ = least([](double so_far, const RouteStep& step) { return std::max(so_far, step.seconds); });
  delay_s_ = least([](double so_far, const RouteStep& step) { return so_far + step.delay_s; });
}

// Ways that do not turn back at once: where the best one would, the best one to another node counts.
const std::vector<StretchBounds::Way>& StretchBounds::delays(std::uint32_t links, bool last) {
  auto& known = delays_[last];
  while (known.size() <= links) {
    const std::vector<Way>& from = known.back();
    std::vector<Way> more(graph_.nodes());
    for (std::uint32_t n = 0; n < graph_.nodes(); ++n) {
      Way& way = more[n];
      for (const RouteStep& step : steps(NodeId{n})) {
        const Way& next = from[step.to.value];
        const double delay_s = step.delay_s + (next.by == NodeId{n} ? next.second_s : next.least_s);
        if (delay_s < way.least_s) {
          way.second_s = way.least_s;
          way.least_s = delay_s;
          way.by = step.to;
        } else {
          way.second_s = std::min(way.second_s, delay_s);
        }
      }
    }
    known.push_back(std::move(more));
  }
  return known[links];
}

double StretchBounds::delay_of(std::uint32_t links) {
  while (delay_of_.size() <= links) {
    const auto m = static_cast<std::uint32_t>(delay_of_.size());
    double within = no_way, to_end = no_way;
    for (const Way& way : delays(m, false)) within = std::min(within, way.least_s);
    for (const Way& way : delays(m, true)) to_end = std::min(to_end, way.least_s);
    const double differ = m < of_links_.size() && m < of_nodes_.size() ? std::max(of_links_[m], of_nodes_[m]) : no_way;
    delay_of_.push_back(std::max(std::min(within, to_end), differ));
    to_end_.push_back(std::max(to_end, differ));
  }
  return delay_of_[links];
}

// The slowest link may be where fewest joints are above it, and at least one link is where most are. The first link is in all stretches
// that begin with the route, the last one in all that end with it.
double StretchBounds::of_route(std::uint32_t links, bool exactly) {
  delay_of(links);
  const auto right_half = [](std::uint32_t size) { return size - left_half(size); };
  const auto from_start = [&](std::uint32_t size) { return std::max(delays_[0][size][a_.value].least_s, delay_of_[size]); };
  const double delay_s = exactly ? std::max(delay_s_, delays_[1][links][a_.value].least_s) : delay_s_;
  const double root = std::max({delay_s / 2, delay_of_[links] / 2, from_start(left_half(links)), to_end_[right_half(links)]});
  std::vector<std::uint32_t> sizes;
  const auto raised = [&](double seconds, const auto& half, const auto& longer) {
    sizes.clear();
    for (std::uint32_t size = links; size > 1; size = half(size)) sizes.push_back(size);
    for (std::size_t i = sizes.size(); i-- > 0;) seconds = (seconds + least_swap_s_ + (i == 0 ? root : longer(sizes[i]))) / most_success_;
    return seconds;
  };
  const auto any_longer = [&](std::uint32_t size) { return delay_of_[size] / 2; };
  return std::max({raised(slowest_, left_half, any_longer), raised(fastest_, right_half, any_longer),
                   raised(first_s_, left_half, [&](std::uint32_t size) { return std::max(from_start(size) / 2, from_start(left_half(size))); }),
                   raised(last_s_, right_half, [&](std::uint32_t size) { return std::max(to_end_[size] / 2, to_end_[right_half(size)]); })});
}

// Each link's own time is raised by the joints above it, and the slowest then counts. To either side of a node lie as many links of a
// stretch as its place says, and of each kind of way the least delay is known.
std::vector<StretchBounds::Least> StretchBounds::whole(std::uint32_t links, bool last) {
  struct Joint {
    std::uint32_t before, after;  // links of what it makes, to either side of the place
    bool at_end;
  };
  std::vector<double> next(graph_.nodes(), last ? no_way : 0.0), here(graph_.nodes());
  next[b_.value] = last ? 0 : no_way;
  std::vector<Joint> joints;
  for (std::uint32_t place = links; place-- > 0;) {
    joints.clear();
    for (std::uint32_t left = 0, right = links; right - left > 1;) {
      joints.push_back({place - left, right - place, last && right == links});
      const std::uint32_t m = left + left_half(right - left);
      (place < m ? right : left) = m;
    }
    std::reverse(joints.begin(), joints.end());
    for (const Joint& joint : joints) delay_of(joint.before + joint.after);  // so that delays of so many links are known
    double factor = 1;
    for (std::size_t i = 0; i < joints.size(); ++i) factor /= most_success_;
    for (std::uint32_t n = 0; n < graph_.nodes(); ++n) {
      here[n] = no_way;
      double fastest = no_way;
      for (const RouteStep& step : steps(NodeId{n})) fastest = std::min(fastest, std::max(step.seconds * factor, next[step.to.value]));
      if (!(fastest < no_way)) continue;
      double added = 0;
      for (const Joint& joint : joints) {
        const double delay_s = delays_[0][joint.before][n].least_s + delays_[joint.at_end][joint.after][n].least_s;
        added = (added + least_swap_s_ + std::max(delay_s, delay_of_[joint.before + joint.after]) / 2) / most_success_;
      }
      for (const RouteStep& step : steps(NodeId{n}))
        here[n] = std::min(here[n], std::max(step.seconds * factor + added, next[step.to.value]));
    }
    next.swap(here);
  }
  const std::vector<Way>& ways = delays(links, last);
  const double any_delay_s = delay_of(links);
  std::vector<Least> out(graph_.nodes());
  for (std::uint32_t n = 0; n < graph_.nodes(); ++n) out[n] = {next[n], std::max(ways[n].least_s, any_delay_s)};
  return out;
}

std::vector<StretchBounds::Least> StretchBounds::one_before(const std::vector<Least>& next) const {
  std::vector<Least> out(graph_.nodes(), {no_way, no_way});
  for (std::uint32_t n = 0; n < graph_.nodes(); ++n)
    for (const RouteStep& step : steps(NodeId{n})) {
      out[n].seconds = std::min(out[n].seconds, next[step.to.value].seconds);
      out[n].delay_s = std::min(out[n].delay_s, next[step.to.value].delay_s);
    }
  return out;
}

const std::vector<StretchBounds::Least>& StretchBounds::of(std::uint32_t links, std::uint32_t ahead, bool last) {
  const std::uint64_t key = (std::uint64_t{links} << 32 | ahead) << 1 | (last ? 1 : 0);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  std::vector<Least> made = ahead == 0 ? whole(links, last) : one_before(of(links, ahead - 1, last));
  return known_.emplace(key, std::move(made)).first->second;
}

}  // namespace farbell
