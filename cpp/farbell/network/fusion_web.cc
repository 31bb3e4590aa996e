#include "farbell/network/fusion_web.hpp"

#include "farbell/network/distance_rule.hpp"

namespace farbell {

FusionWeb::FusionWeb(const Graph& graph, const RoundNetwork& network, std::uint32_t most)
    : graph_(graph), network_(network), most_(most), node_(2 * network.lane_success.size() * network.channels), work_(graph.nodes()) {
  for (std::uint32_t n = 0; n < graph.nodes(); ++n)
    for (const Edge& e : graph.edges(NodeId{n}))
      for (std::uint32_t lane = 0; lane < network.channels; ++lane) node_[half(NodeId{n}, e, lane)] = NodeId{n};
}

void FusionWeb::begin(NodeId a, NodeId b) {
  a_ = a;
  b_ = b;
  group_of_.assign(node_.size(), none);
  groups_.clear();
  for (Work& work : work_) {
    work.pairs.clear();
    work.groups.clear();
    work.alone.clear();
  }
}

void FusionWeb::learn_hops(const RoundWish& wish) {
  HopSearch search(graph_);
  hops_ = hops_from_ends(wish, graph_, network_, search);
}

// What is left alone is read in X: the state that it belongs to does not mind.
void FusionWeb::measure(Work& work, std::span<const Held> group) {
  if (group.empty()) return;
  if (group.size() == 1) {
    work.alone.push_back(lane_of(group.front().half));
    return;
  }
  work.groups.push_back({static_cast<std::uint32_t>(group.size()), group.front().succeeds});
  if (!group.front().succeeds) return;
  groups_.emplace_back();
  for (const Held& held : group) {
    group_of_[held.half] = static_cast<std::uint32_t>(groups_.size() - 1);
    groups_.back().push_back(held.half);
  }
}

void FusionWeb::group_in_order(Work& work) {
  const std::span<const Held> held(held_);
  for (std::size_t first = 0; first < held.size(); first += most_) measure(work, held.subspan(first, std::min<std::size_t>(most_, held.size() - first)));
}

void FusionWeb::group_as_asked(Work& work, const FusedPairs& groups) {
  std::vector<Held> group, left = held_;
  for (const std::vector<LinkLane>& pairs : groups) {
    group.clear();
    for (const LinkLane& pair : pairs) {
      const auto held = std::find_if(left.begin(), left.end(), [&](const Held& h) { return lane_of(h.half) == pair; });
      group.push_back(*held);
      left.erase(held);
    }
    measure(work, group);
  }
  for (const Held& held : left) measure(work, {&held, 1});
}

std::optional<FusedPairs> FusionWeb::groups_of(const RoundHook& hook, std::uint64_t round, const RoundWish& wish, NodeId node) const {
  std::vector<LinkLane> pairs;
  std::vector<std::array<std::uint32_t, 2>> hops;
  for (const Held& held : held_) {
    pairs.push_back(lane_of(held.half));
    hops.push_back(hops_[node_[held.half ^ 1u].value]);
  }
  return asked_groups(hook, {round, wish, node, pairs, hops, most_});
}

// Breadth first from each pair of A that no state before has had.
std::vector<FusionWeb::Joined> FusionWeb::joined() {
  struct Reached {
    std::uint32_t half, from;  // the half from which the pair was reached, and the one before
  };
  std::vector<Joined> out;
  std::vector<std::uint8_t> pair_seen(node_.size() / 2);
  std::vector<std::uint32_t> fusion_of(groups_.size(), none);  // of the state that is looked at, or one before
  std::vector<Reached> reached;
  for (const auto [link, lane] : work_[a_.value].pairs) {
    const std::uint32_t pair = link.value * network_.channels + lane;
    if (pair_seen[pair]) continue;
    Joined state;
    std::uint32_t last = none;
    reached.assign(1, {2 * pair + (node_[2 * pair] == a_ ? 0u : 1u), none});
    pair_seen[pair] = 1;
    for (std::uint32_t i = 0; i < reached.size(); ++i) {
      const std::uint32_t far = reached[i].half ^ 1u;
      const std::uint32_t g = group_of_[far];
      if (node_[far] == b_ && last == none) last = i;
      else if (g == none) state.alone.push_back(node_[far]);
      if (g == none || fusion_of[g] != none) continue;
      fusion_of[g] = static_cast<std::uint32_t>(state.fusions.size());
      state.fusions.push_back({node_[far], static_cast<std::uint32_t>(groups_[g].size())});
      for (std::uint32_t mate : groups_[g]) {
        if (pair_seen[mate / 2]) continue;
        pair_seen[mate / 2] = 1;
        reached.push_back({mate, i});
      }
    }
    if (last == none) continue;
    for (const Reached& r : reached) state.pairs.push_back(lane_of(r.half));
    state.on_path.assign(reached.size(), 0);
    for (std::uint32_t i = last; i != none; i = reached[i].from) {
      state.on_path[i] = 1;
      if (reached[i].from == none) continue;
      const std::vector<std::uint32_t>& halves = groups_[group_of_[reached[i].half]];
      const auto place = [&](std::uint32_t h) { return static_cast<std::uint32_t>(std::find(halves.begin(), halves.end(), h) - halves.begin()); };
      Fusion& fusion = state.fusions[fusion_of[group_of_[reached[i].half]]];
      std::tie(fusion.in, fusion.out) = std::minmax(place(reached[reached[i].from].half ^ 1u), place(reached[i].half));
    }
    out.push_back(std::move(state));
  }
  return out;
}

}  // namespace farbell
