// Pairs of a round as GHZ measurements of nodes join them into larger states: docs/physics/ghz_fusion.md
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "farbell/network/graph.hpp"
#include "farbell/network/lane_book.hpp"
#include "farbell/network/round_hook.hpp"

namespace farbell {

class FusionWeb {
 public:
  using Lane = LinkLane;
  // What a node has, and what becomes of it.
  struct Work {
    struct Group {
      std::uint32_t size = 0;
      bool succeeds = false;
    };
    std::vector<Lane> pairs;
    std::vector<Group> groups;     // of two pairs and more
    std::vector<Lane> alone;       // pairs in none
  };
  // A measurement that succeeded, and the two of its halves between which the path goes, if it does: by their order in it.
  struct Fusion {
    NodeId node;
    std::uint32_t size = 0;
    std::uint32_t in = 0, out = 0;  // equal where it does not

    bool on_path() const { return in != out; }
  };
  // A pair of A and B out of a state that all these pairs have become.
  struct Joined {
    std::vector<Lane> pairs;
    std::vector<std::uint8_t> on_path;  // by pair: those from A to B by the shortest way
    std::vector<Fusion> fusions;
    std::vector<NodeId> alone;          // by half of them that is measured by itself, in X: its node
  };

  FusionWeb(const Graph& graph, const RoundNetwork& network, std::uint32_t most);

  // Each node but A and B measures its pairs in groups of at most so many, in the order of their luck. `luck(node, k)`: the draw of
  // its k-th lane. `hook`: somebody from outside who forms the groups of nodes with two pairs or more.
  template <class Luck>
  void fuse(const RoundWish& wish, std::uint64_t round, const LaneStates& up, Luck&& luck, const RoundHook* hook = nullptr) {
    const NodeId a = wish.a, b = wish.b;
    begin(a, b);
    if (hook) learn_hops(wish);
    for (std::uint32_t n = 0; n < work_.size(); ++n) {
      const NodeId node{n};
      std::uint32_t k = 0;
      held_.clear();
      for (const Edge& e : graph_.edges(node))
        for (std::uint32_t lane = 0; lane < network_.channels; ++lane, ++k) {
          if (!up.up(e.link, lane)) continue;
          work_[n].pairs.push_back({e.link, lane});
          if (node == a || node == b) continue;
          const auto draw = luck(node, k);
          held_.push_back({draw.u0, k, half(node, e, lane), draw.u1 < network_.swap_success[n]});
        }
      std::sort(held_.begin(), held_.end());
      std::optional<FusedPairs> asked;
      if (hook && held_.size() > 1) [[unlikely]] asked = groups_of(*hook, round, wish, node);
      if (asked) group_as_asked(work_[n], *asked);
      else group_in_order(work_[n]);
    }
  }
  const Work& work(NodeId n) const { return work_[n.value]; }
  std::vector<Joined> joined();

 private:
  static constexpr std::uint32_t none = 0xffffffff;
  struct Held {
    double order;
    std::uint32_t lane, half;
    bool succeeds;

    bool operator<(const Held& other) const { return std::tie(order, lane) < std::tie(other.order, other.lane); }
  };

  // A pair's two halves by which of its nodes has the smaller number.
  std::uint32_t half(NodeId n, const Edge& e, std::uint32_t lane) const {
    return 2 * (e.link.value * network_.channels + lane) + (n < e.to ? 0 : 1);
  }
  Lane lane_of(std::uint32_t half) const { return {LinkId{half / 2 / network_.channels}, half / 2 % network_.channels}; }
  void begin(NodeId a, NodeId b);
  std::optional<FusedPairs> groups_of(const RoundHook& hook, std::uint64_t round, const RoundWish& wish, NodeId node) const;
  void learn_hops(const RoundWish& wish);
  void group_in_order(Work& work);
  void group_as_asked(Work& work, const FusedPairs& groups);
  void measure(Work& work, std::span<const Held> group);

  const Graph& graph_;
  const RoundNetwork& network_;
  std::uint32_t most_;
  NodeId a_, b_;
  std::vector<NodeId> node_;             // by half
  std::vector<std::uint32_t> group_of_;  // by half; none = it is measured alone, or the fusion has failed
  std::vector<std::vector<std::uint32_t>> groups_;
  std::vector<Work> work_;               // by node
  std::vector<Held> held_;
  std::vector<std::array<std::uint32_t, 2>> hops_;  // by node, from A and from B: for hooks
};

}  // namespace farbell
