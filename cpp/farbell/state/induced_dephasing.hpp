// What link attempts of a node do to the qubits that it stores. Equation: docs/physics/induced_dephasing.md. Attempts have no event
// each: who makes them says when they start, how often and how strong they are, and they are counted when a qubit is used.
#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/engine/cycles.hpp"
#include "farbell/engine/queue.hpp"
#include "farbell/state/device.hpp"

namespace farbell {

// An attempt with this exponent x multiplies coherences at its node by exp(-x).
class InducedDephasing {
 public:
  InducedDephasing(EventQueue const& queue, std::size_t nodes) : queue_(queue), nodes_(nodes) {}

  // Somebody who makes attempts at the node; sources are numbered as they come. None makes any yet.
  void add_source(NodeId node) { sources_.push_back({node.value}); }
  // From now on a cycle begins at `next`, in that round of its tick, and every `period` from then on, each with this exponent. Those
  // that have begun are counted.
  void goes_on(std::uint32_t source, Tick next, std::uint32_t round, Tick period, double exponent) {
    Source& s = sources_[source];
    std::vector<std::uint32_t>& running = nodes_[s.node].running;
    if (exponent > 0 && s.place == none) {
      s.place = static_cast<std::uint32_t>(running.size());
      running.push_back(source);
    } else if (exponent == 0 && s.place != none) {
      sources_[running.back()].place = s.place;
      running[s.place] = running.back();
      running.pop_back();
      s.place = none;
    }
    s = {s.node, s.place, round, next, period, exponent};
  }
  void count_cycles(std::uint32_t source, std::int64_t cycles) {
    Source& s = sources_[source];
    nodes_[s.node].counted += static_cast<double>(cycles) * s.exponent;
    s.next = after(s.next, s.period, cycles);
    s.round = 0;
  }

  // Of all attempts of the node that have begun, those of this attempts phase included.
  double exponent(NodeId node) const {
    Node const& n = nodes_[node.value];
    double sum = n.counted;
    for (std::uint32_t i : n.running) {
      Source const& s = sources_[i];
      sum += static_cast<double>(cycles_begun(queue_, s.next, s.round, s.period, true)) * s.exponent;
    }
    return sum;
  }

 private:
  static constexpr std::uint32_t none = 0xffffffff;

  struct Source {
    std::uint32_t node = 0;
    std::uint32_t place = none;  // among those of the node that make attempts now
    std::uint32_t round = 0;
    Tick next = never;
    Tick period{1};
    double exponent = 0;  // of a cycle
  };
  struct Node {
    double counted = 0;
    std::vector<std::uint32_t> running;
  };

  EventQueue const& queue_;
  std::vector<Node> nodes_;
  std::vector<Source> sources_;
};

// What a store remembers of that for each of its qubits, by name; nothing in a run without induced dephasing.
class AttemptsSeen {
 public:
  void count(InducedDephasing const* dephasing) { dephasing_ = dephasing; }
  explicit operator bool() const { return dephasing_ != nullptr; }

  // A qubit is stored at a node, its state up to date.
  void store(QubitId q, NodeId node) {
    if (rows_.size() <= q.value) rows_.resize(q.value + std::size_t{1});
    rows_[q.value] = {node, dephasing_->exponent(node)};
  }
  void up_to_date(std::size_t q) { rows_[q].seen = dephasing_->exponent(rows_[q].node); }
  // The attempts since then join the decay.
  void join(BlochMap& decay, std::size_t q) const {
    const double left = std::exp(rows_[q].seen - dephasing_->exponent(rows_[q].node));
    decay.ax *= left;
    decay.ay *= left;
  }

 private:
  struct Row {
    NodeId node;
    double seen = 0;  // exponent of the node's attempts up to the tick at which the state is up to date
  };

  InducedDephasing const* dephasing_ = nullptr;
  std::vector<Row> rows_;
};

}  // namespace farbell
