#include "farbell/network/slots.hpp"

#include <algorithm>

namespace farbell {

namespace {
auto of(ChainId circuit) {
  return [circuit](const Slots::Share& share) { return share.circuit == circuit; };
}
}  // namespace

Slots::Slots(std::span<const NodeRow> nodes, std::size_t circuits) : waits_at_(circuits) {
  pools_.reserve(nodes.size());
  for (const NodeRow& node : nodes) pools_.push_back({node.slots, 0, Shares(&memory_), Shares(&memory_)});
}

void Slots::take(NodeId n, Share share) {
  Pool& pool = pools_[n.value];
  pool.free -= share.slots;
  pool.held.push_back(share);
}

void Slots::give_back(NodeId n, ChainId circuit, std::uint32_t kept) {
  Pool& pool = pools_[n.value];
  const auto share = std::find_if(pool.held.begin(), pool.held.end(), of(circuit));
  pool.free += share->slots - kept;
  pool.by_programs += kept;
  pool.held.erase(share);
}

bool Slots::take_for_program(NodeId n) {
  Pool& pool = pools_[n.value];
  if (pool.free == 0 || !pool.line.empty()) return false;
  --pool.free;
  ++pool.by_programs;
  return true;
}

void Slots::give_back_by_program(NodeId n) {
  ++pools_[n.value].free;
  --pools_[n.value].by_programs;
}

bool Slots::take_or_wait(NodeId n, Share share) {
  Pool& pool = pools_[n.value];
  if (pool.line.empty() && pool.free >= share.slots) {
    take(n, share);
    return true;
  }
  pool.line.push_back(share);
  waits_at_[share.circuit.value] = n;
  return false;
}

std::optional<ChainId> Slots::serve_line(NodeId n) {
  Pool& pool = pools_[n.value];
  if (pool.line.empty() || pool.line.front().slots > pool.free) return std::nullopt;
  const Share share = pool.line.front();
  leave_line(share.circuit);
  take(n, share);
  return share.circuit;
}

void Slots::leave_line(ChainId circuit) {
  std::erase_if(pools_[waits_at_[circuit.value].value].line, of(circuit));
  waits_at_[circuit.value] = NodeId{};
}

// ---- deadlocks ------------------------------------------------------------------------------------------------------------------------

bool Slots::surely_served(ChainId circuit) const {
  const Pool& pool = pools_[waits_at_[circuit.value].value];
  std::uint64_t slots = std::uint64_t{pool.free} + pool.by_programs;
  for (const Share& share : pool.held)
    if (!waits_at_[share.circuit.value]) slots += share.slots;
  const auto last = std::find_if(pool.line.begin(), pool.line.end(), of(circuit));
  return std::all_of(pool.line.begin(), last + 1, [&](const Share& share) { return share.slots <= slots; });
}

// The least fixed point of "will be served": whoever does not wait gives its slots back some day, so does whoever is served, and a
// line is served in its order.
std::vector<ChainId> Slots::deadlocked() const {
  std::vector<bool> ends(waits_at_.size(), true);
  std::vector<NodeId> nodes;  // with a line
  for (std::uint32_t d = 0; d < waits_at_.size(); ++d) {
    if (!waits_at_[d]) continue;
    ends[d] = false;
    if (pools_[waits_at_[d].value].line.front().circuit.value == d) nodes.push_back(waits_at_[d]);
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (NodeId n : nodes) {
      const Pool& pool = pools_[n.value];
      std::uint64_t slots = std::uint64_t{pool.free} + pool.by_programs;
      for (const Share& share : pool.held)
        if (ends[share.circuit.value]) slots += share.slots;
      for (const Share& share : pool.line) {
        if (share.slots > slots) break;
        changed = changed || !ends[share.circuit.value];
        ends[share.circuit.value] = true;
      }
    }
  }
  std::vector<ChainId> out;
  for (std::uint32_t d = 0; d < ends.size(); ++d)
    if (!ends[d]) out.push_back(ChainId{d});
  return out;
}

std::vector<ChainId> Slots::in_cycles() const {
  const std::vector<ChainId> stuck = deadlocked();
  std::vector<bool> is_stuck(waits_at_.size(), false);
  for (ChainId d : stuck) is_stuck[d.value] = true;
  std::vector<ChainId> out, reached;
  std::vector<bool> seen(waits_at_.size());
  for (ChainId start : stuck) {
    std::fill(seen.begin(), seen.end(), false);
    reached = {start};
    while (!reached.empty() && !seen[start.value]) {
      const ChainId d = reached.back();
      reached.pop_back();
      const auto visit = [&](ChainId next) {
        if (!is_stuck[next.value] || seen[next.value]) return;
        seen[next.value] = true;
        reached.push_back(next);
      };
      const Pool& pool = pools_[waits_at_[d.value].value];
      for (const Share& share : pool.held) visit(share.circuit);
      for (auto share = pool.line.begin(); share->circuit != d; ++share) visit(share->circuit);
    }
    if (seen[start.value]) out.push_back(start);
  }
  return out;
}

}  // namespace farbell
