// How many pairs a path with several lanes a hop is expected to give in a round, and the search for the path that gives most: the
// metric EXT of Q-CAST, and its extended Dijkstra search. docs/physics/q_cast.md
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/network/lane_book.hpp"

namespace farbell {

// P(at least i of `width` lanes have a pair), i = 1 ... width, for each link.
class LaneTails {
 public:
  explicit LaneTails(const RoundNetwork& network);
  std::span<const double> of(LinkId link, std::uint32_t width) const {
    return {tails_.data() + kind_[link.value] * per_kind_ + width * (width - 1) / 2, width};
  }

 private:
  std::size_t per_kind_;
  std::vector<std::uint32_t> kind_;  // by link: those with equal success share
  std::vector<double> tails_;        // by kind, then by width, then by i
};

// Pairs that are expected of a path: product of the swaps times the sum over i of the probability that every hop has at least i.
double lane_throughput(const Route& route, std::uint32_t width, const LaneTails& tails, const RoundNetwork& network);

class ThroughputSearch {
 public:
  struct Found {
    Route route;  // empty: there is none
    std::uint32_t width = 0;
    double throughput = 0;
  };

  ThroughputSearch(const Graph& graph, const RoundNetwork& network);

  // The best path over lanes that are free: for each width a search that keeps the best way to each node, as the metric is no sum.
  Found best(NodeId a, NodeId b, const LaneBook& book);
  const LaneTails& tails() const { return tails_; }

 private:
  struct Label {
    double throughput = 0;
    double swaps = 1;  // product over the nodes passed
    std::uint32_t hops = 0;
    bool settled = false;
    Edge from{};       // the node before, and the link from it
  };
  struct Entry {
    double throughput;
    std::uint32_t hops;
    NodeId node;

    bool operator<(const Entry& other) const {  // a worse entry is less
      if (throughput != other.throughput) return throughput < other.throughput;
      return hops != other.hops ? hops > other.hops : node > other.node;
    }
  };

  void search(NodeId a, NodeId b, std::uint32_t width, const LaneBook& book, Found& best);
  double* all_hops(NodeId n) { return all_hops_.data() + std::size_t{n.value} * network_.channels; }

  const Graph& graph_;
  const RoundNetwork& network_;
  LaneTails tails_;
  std::vector<Label> labels_;        // by node
  std::vector<double> all_hops_;     // by node, then by i: P(every hop up to here has at least i)
  std::vector<NodeId> touched_;
  std::vector<Entry> heap_;
};

}  // namespace farbell
