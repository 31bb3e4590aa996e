// The memory slots of the nodes: who holds them and, when circuits are set up hop by hop, who waits for them in each node's line; and
// which of those wait for each other for ever (docs/physics/protocol.md, "Deadlocks").
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/protocols/chain.hpp"
#include "farbell/protocols/node_row.hpp"

namespace farbell {

class Slots {
 public:
  struct Share {
    ChainId circuit;
    std::uint32_t slots = 0;
  };

  Slots(std::span<const NodeRow> nodes, std::size_t circuits);

  using Shares = std::pmr::vector<Share>;
  std::uint32_t free(NodeId n) const { return pools_[n.value].free; }
  const Shares& held(NodeId n) const { return pools_[n.value].held; }
  const Shares& line(NodeId n) const { return pools_[n.value].line; }  // first come first
  NodeId waits_at(ChainId circuit) const { return waits_at_[circuit.value]; }       // none = it waits in no line

  void take(NodeId n, Share share);
  // Programs hold slots without a circuit, and give them back some day.
  bool take_for_program(NodeId n);  // false: none is free, or somebody waits for them
  void give_back_by_program(NodeId n);
  // All but `kept` of its slots, which programs hold from then on.
  void give_back(NodeId n, ChainId circuit, std::uint32_t kept = 0);

  // Takes slots at once if nobody waits there and there are enough; else joins the node's line, and is false.
  bool take_or_wait(NodeId n, Share share);
  // Takes slots for the first in line if there are enough.
  std::optional<ChainId> serve_line(NodeId n);
  void leave_line(ChainId circuit);

  // Whether those who do not wait themselves hold what one that waits, and each before it in line, lacks: no deadlock, seen quickly.
  bool surely_served(ChainId circuit) const;
  // Those who wait and will never be served, however many of the others end.
  std::vector<ChainId> deadlocked() const;
  // Of those, the ones that wait for themselves by way of others.
  std::vector<ChainId> in_cycles() const;

 private:
  struct Pool {
    std::uint32_t free = 0, by_programs = 0;
    Shares held, line;
  };

  std::pmr::monotonic_buffer_resource memory_;  // of thousands of short lists, which keep what they once took
  std::vector<Pool> pools_;      // by node
  std::vector<NodeId> waits_at_; // by circuit
};

}  // namespace farbell
