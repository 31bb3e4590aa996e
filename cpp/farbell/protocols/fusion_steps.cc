#include "farbell/protocols/fusion_steps.hpp"

#include <algorithm>
#include <numeric>

namespace farbell {

using Kind = FusionStep::Kind;

std::vector<FusionStep> ghz_steps(std::uint32_t arms, bool center_keeps) {
  std::vector<FusionStep> steps;
  for (std::uint32_t arm = 1; arm < arms; ++arm) {
    steps.push_back({Kind::cx, 0, arm});
    steps.push_back({Kind::read_x, arm});
  }
  if (!center_keeps) {
    steps.push_back({Kind::h, 0});
    steps.push_back({Kind::read_z, 0});
  }
  return steps;
}

// In a graph state that of a neighbour: after H a pair is the graph state of an edge.
std::uint32_t kept_half(const Edges& edges, bool center_keeps) {
  if (!center_keeps || edges.empty()) return 0;
  const auto edge = std::find_if(edges.begin(), edges.end(), [](const auto& e) { return std::min(e[0], e[1]) == 0; });
  return std::max((*edge)[0], (*edge)[1]) - 1;
}

std::vector<FusionStep> graph_steps(const Edges& edges, std::uint32_t arms, bool center_keeps) {
  std::vector<FusionStep> steps;
  const std::uint32_t kept = kept_half(edges, center_keeps), first_arm = center_keeps;
  std::vector<std::uint32_t> to_do(arms, 0);
  const auto of_center = [&](const auto& edge) { return center_keeps && std::min(edge[0], edge[1]) == 0; };
  for (const auto& edge : edges)
    for (std::uint32_t party : edge)
      if (party >= first_arm) ++to_do[party - first_arm];
  const auto join = [&](std::uint32_t a, std::uint32_t b) { steps.push_back({Kind::cz, a, b}); };
  const auto edge_is_done = [&](std::uint32_t arm) {
    if (--to_do[arm] > 0 || (center_keeps && arm == kept)) return;
    steps.push_back({Kind::h, arm});
    steps.push_back({Kind::read_z, arm});
  };
  for (const auto& edge : edges) {
    if (of_center(edge)) continue;
    join(edge[0] - first_arm, edge[1] - first_arm);
    for (std::uint32_t party : edge) edge_is_done(party - first_arm);
  }
  if (!center_keeps) return steps;
  steps.push_back({Kind::h, kept});
  for (const auto& edge : edges) {
    const std::uint32_t arm = std::max(edge[0], edge[1]) - first_arm;
    if (!of_center(edge) || arm == kept) continue;
    join(kept, arm);
    edge_is_done(arm);
  }
  return steps;
}

FusionDepth depth(const std::vector<FusionStep>& steps) {
  FusionDepth d;
  bool before_gates = false, before_reading = false;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto [kind, arm, other, end] = steps[i];
    if (kind == Kind::cx || kind == Kind::cz) ++d.two_qubit_gates;
    if (kind == Kind::read_x || kind == Kind::read_z) d.measurements = 1;
    if (kind != Kind::h) continue;
    const bool is_read = i + 1 < steps.size() && steps[i + 1].kind == Kind::read_z && steps[i + 1].arm == arm;
    (is_read ? before_reading : before_gates) = true;
  }
  d.single_qubit_gates = before_gates + before_reading;
  return d;
}

std::uint32_t largest_cluster(const std::vector<FusionStep>& steps, std::uint32_t arms) {
  std::vector<std::uint32_t> cluster(arms), size(arms, 2);  // by arm; by cluster
  std::iota(cluster.begin(), cluster.end(), 0u);
  std::uint32_t largest = 2;
  for (const auto [kind, arm, other, end] : steps) {
    if (kind == Kind::read_x || kind == Kind::read_z) --size[cluster[arm]];
    if ((kind != Kind::cx && kind != Kind::cz) || cluster[arm] == cluster[other]) continue;
    const std::uint32_t to = cluster[arm], from = cluster[other];
    size[to] += size[from];
    std::replace(cluster.begin(), cluster.end(), from, to);
    largest = std::max(largest, size[to]);
  }
  return largest;
}

}  // namespace farbell
