// What link attempts of a node do to the qubits that it stores. Equation: docs/physics/induced_dephasing.md. Attempts have no event
// each: who makes them says when they start, how often and how strong they are, and they are counted when a qubit is used.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/engine/cycles.hpp"
#include "farbell/engine/queue.hpp"

namespace farbell {

// An attempt with exponent x multiplies coherences at its node by exp(-x).
class InducedDephasing {
 public:
  using Ends = std::array<double, 2>;

  InducedDephasing(EventQueue const& queue, std::size_t nodes) : queue_(queue), nodes_(nodes) {}

  // Somebody who makes attempts between two nodes; sources are numbered as they come. None makes any yet.
  void add_source(std::array<NodeId, 2> ends) { sources_.push_back({.node = ends}); }
  // From now on a cycle begins at `next`, in that round of its tick, and every `period` from then on, each with these exponents at the
  // source's ends. Those that have begun are counted.
  void goes_on(std::uint32_t source, Tick next, std::uint32_t round, Tick period, Ends exponent) {
    Source& s = sources_[source];
    for (std::uint32_t end : {0u, 1u}) {
      Node& n = nodes_[s.node[end].value];
      n.known_at = never;
      if ((exponent[end] > 0) == (s.place[end] != none)) continue;
      if (s.place[end] == none) {
        s.place[end] = static_cast<std::uint32_t>(n.running.size());
        n.running.push_back(2 * source + end);
      } else {
        const std::uint32_t last = n.running.back();
        sources_[last / 2].place[last % 2] = s.place[end];
        n.running[s.place[end]] = last;
        n.running.pop_back();
        s.place[end] = none;
      }
    }
    s.next = next;
    s.round = round;
    s.period = period;
    s.exponent = exponent;
  }
  void count_cycles(std::uint32_t source, std::int64_t cycles) {
    Source& s = sources_[source];
    for (std::uint32_t end : {0u, 1u}) {
      Node& n = nodes_[s.node[end].value];
      n.counted += static_cast<double>(cycles) * s.exponent[end];
      n.known_at = never;
    }
    s.next = after(s.next, s.period, cycles);
    s.round = 0;
  }

  // Of all attempts of the node that have begun, those of this attempts phase included. The two qubits of a measurement ask for the same.
  double exponent(NodeId node) {
    Node& n = nodes_[node.value];
    const bool begun = queue_.phase() >= Phase::attempts;
    if (n.known_at == queue_.now() && n.known_round == queue_.round() && n.known_begun == begun) return n.known;
    double sum = n.counted;
    for (std::uint32_t i : n.running) {
      Source const& s = sources_[i / 2];
      sum += static_cast<double>(cycles_begun(queue_, s.next, s.round, s.period, true)) * s.exponent[i % 2];
    }
    n.known_at = queue_.now();
    n.known_round = queue_.round();
    n.known_begun = begun;
    return n.known = sum;
  }

 private:
  static constexpr std::uint32_t none = 0xffffffff;

  struct alignas(64) Source {
    std::array<NodeId, 2> node;
    std::array<std::uint32_t, 2> place{none, none};  // among those of the node that make attempts now
    Tick next = never;
    Tick period{1};
    Ends exponent{};  // of a cycle
    std::uint32_t round = 0;
  };
  struct alignas(64) Node {
    double counted = 0;
    std::vector<std::uint32_t> running;  // 2 * source + end
    // What was found last, until attempts go on otherwise.
    double known = 0;
    Tick known_at = never;
    std::uint32_t known_round = 0;
    bool known_begun = false;
  };

  EventQueue const& queue_;
  std::vector<Node> nodes_;
  std::vector<Source> sources_;
};

// What a store remembers of that for each of its qubits, by name; nothing in a run without induced dephasing.
class AttemptsSeen {
 public:
  void count(InducedDephasing* dephasing) { dephasing_ = dephasing; }
  explicit operator bool() const { return dephasing_ != nullptr; }

  // A qubit is stored at a node, its state up to date.
  void store(QubitId q, NodeId node) {
    if (rows_.size() <= q.value) rows_.resize(q.value + std::size_t{1});
    rows_[q.value] = {node, dephasing_->exponent(node)};
  }
  void up_to_date(std::size_t q) { rows_[q].seen = dephasing_->exponent(rows_[q].node); }
  // Exponent of the attempts since then.
  double since(std::size_t q) const { return dephasing_->exponent(rows_[q].node) - rows_[q].seen; }

 private:
  struct Row {
    NodeId node;
    double seen = 0;  // exponent of the node's attempts up to the tick at which the state is up to date
  };

  InducedDephasing* dephasing_ = nullptr;
  std::vector<Row> rows_;
};

}  // namespace farbell
