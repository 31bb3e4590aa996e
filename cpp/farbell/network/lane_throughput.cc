#include "farbell/network/lane_throughput.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace farbell {

namespace {

// P(at least i of n), i = 1 ... n, from the last term on. Terms are worked out from the end at which the first does not vanish.
std::vector<double> binomial_tails(std::uint32_t n, double p) {
  std::vector<double> tails(n, 1);
  if (p >= 1) return tails;
  if (p > 0.5) {
    double term = std::pow(p, n);  // of all
    tails[n - 1] = term;
    for (std::uint32_t k = n - 1; k > 0; --k) {
      term *= static_cast<double>(k + 1) / (n - k) * ((1 - p) / p);
      tails[k - 1] = tails[k] + term;
    }
    return tails;
  }
  double term = std::pow(1 - p, n);  // of none
  for (std::uint32_t k = 0; k < n; ++k) tails[k] = term *= static_cast<double>(n - k) / (k + 1) * (p / (1 - p));
  for (std::uint32_t k = n - 1; k > 0; --k) tails[k - 1] += tails[k];
  return tails;
}

}  // namespace

LaneTails::LaneTails(const RoundNetwork& network) : per_kind_(network.channels * (network.channels + 1) / 2) {
  std::map<double, std::uint32_t> kinds;
  for (double p : network.lane_success) {
    const auto [known, fresh] = kinds.emplace(p, static_cast<std::uint32_t>(kinds.size()));
    kind_.push_back(known->second);
    if (!fresh) continue;
    for (std::uint32_t width = 1; width <= network.channels; ++width) {
      const std::vector<double> tails = binomial_tails(width, p);
      tails_.insert(tails_.end(), tails.begin(), tails.end());
    }
  }
}

double lane_throughput(const Route& route, std::uint32_t width, const LaneTails& tails, const RoundNetwork& network) {
  double swaps = 1, pairs = 0;
  for (std::size_t k = 1; k + 1 < route.nodes.size(); ++k) swaps *= network.swap_success[route.nodes[k].value];
  for (std::uint32_t i = 0; i < width; ++i) {
    double every_hop = 1;
    for (LinkId link : route.links) every_hop *= tails.of(link, width)[i];
    pairs += every_hop;
  }
  return swaps * pairs;
}

ThroughputSearch::ThroughputSearch(const Graph& graph, const RoundNetwork& network)
    : graph_(graph), network_(network), tails_(network), labels_(graph.nodes()), all_hops_(std::size_t{graph.nodes()} * network.channels) {}

ThroughputSearch::Found ThroughputSearch::best(NodeId a, NodeId b, const LaneBook& book) {
  Found found;
  for (std::uint32_t width = std::min({network_.channels, book.free(a), book.free(b)}); width > 0; --width) search(a, b, width, book, found);
  return found;
}

void ThroughputSearch::search(NodeId a, NodeId b, std::uint32_t width, const LaneBook& book, Found& best) {
  for (NodeId n : touched_) labels_[n.value] = {};
  touched_.assign(1, a);
  heap_.clear();
  labels_[a.value].throughput = width;
  std::fill_n(all_hops(a), width, 1.0);
  heap_.push_back({labels_[a.value].throughput, 0, a});
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end());
    const Entry entry = heap_.back();
    heap_.pop_back();
    // A way gets no better by going on.
    if (entry.throughput <= best.throughput) return;
    const NodeId n = entry.node;
    Label& label = labels_[n.value];
    if (label.settled) continue;
    label.settled = true;
    if (n == b) break;
    const double swaps = n == a ? 1 : label.swaps * network_.swap_success[n.value];
    const double* here = all_hops(n);
    for (const Edge& e : graph_.edges(n)) {
      Label& there = labels_[e.to.value];
      if (there.settled || book.free(e.link) < width || book.free(e.to) < (e.to == b ? width : 2 * width)) continue;
      const std::span<const double> tails = tails_.of(e.link, width);
      double pairs = 0;
      for (std::uint32_t i = 0; i < width; ++i) pairs += here[i] * tails[i];
      const double throughput = swaps * pairs;
      if (throughput < there.throughput || throughput <= best.throughput) continue;
      if (throughput == there.throughput && label.hops + 1 >= there.hops) continue;
      if (there.throughput == 0) touched_.push_back(e.to);
      there = {throughput, swaps, label.hops + 1, false, {n, e.link}};
      double* all = all_hops(e.to);
      for (std::uint32_t i = 0; i < width; ++i) all[i] = here[i] * tails[i];
      heap_.push_back({throughput, there.hops, e.to});
      std::push_heap(heap_.begin(), heap_.end());
    }
  }
  const Label& end = labels_[b.value];
  if (!end.settled) return;
  best = {{}, width, end.throughput};
  best.route.nodes.resize(end.hops + 1);
  best.route.links.resize(end.hops);
  best.route.nodes.front() = a;
  std::uint32_t k = end.hops;
  for (NodeId n = b; n != a; n = labels_[n.value].from.to, --k) {
    best.route.nodes[k] = n;
    best.route.links[k - 1] = labels_[n.value].from.link;
  }
}

}  // namespace farbell
