// A chain: one established path between two ends, as the protocols see it. The network floor fills it and hands it down.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/engine/event.hpp"
#include "farbell/protocols/cutoffs.hpp"

namespace farbell {

using ChainId = Id<struct ChainTag>;  // one chain a circuit, so they share their number

enum End : std::uint8_t { end_a = 0, end_b = 1 };  // sides of a chain, of a pair, and of a position in the chain
constexpr End other(End e) { return e == end_a ? end_b : end_a; }

// Doubly linked through the halves' table.
struct HalfList {
  QubitId head, tail;
};

// Not usable yet (not heralded here, being distilled, or not as long as the swap order wants it); free to use; in an operation.
enum class HalfState : std::uint8_t { pending, waiting, locked };

inline constexpr std::uint32_t any_reach = 0xffffffff;

// The first cache line is for heralds and decisions, the second for swaps.
struct alignas(64) Position {
  NodeId node;
  bool held = false;                    // slots booked and not yet given back
  bool decision_posted = false;
  std::array<std::array<HalfList, 3>, 2> halves;  // [towards A, towards B][HalfState]
  std::array<std::uint32_t, 2> wanted_reach{any_reach, any_reach};  // positions that the pairs towards A and B must join before a swap

  Tick fibre_from_a = tick_zero;        // flight time of a message from end A
  Tick processing_from_a = tick_zero;   // processing at the nodes from end A up to and including this one
  std::array<Tick, 2> to_end{};         // delay of a message to end A, to end B
  std::array<std::uint32_t, 2> group{}; // of the hop towards A, towards B
};
static_assert(sizeof(Position) == 128);

inline constexpr std::uint32_t no_pool = 0xffffffff;

struct Hop {
  LinkId link;
  std::uint32_t group = 0;  // lane group that generates this hop's pairs
  bool forward = true;      // the link's node_a is the position nearer to end A
  std::uint32_t pool = no_pool;  // where the hop's pairs are distilled
};

struct PolicyTable;
class Decisions;

// 128 bytes, in this order of the fields: every step looks its chain up by number, and most need the first cache line only.
struct alignas(64) Chain {
  std::vector<Position> positions;
  std::vector<Hop> hops;
  const PolicyTable* table = nullptr;
  std::uint32_t generation = 0;  // raised at each set-up and release: old events are recognised
  bool ordered : 1 = false;      // swaps wait for pairs of a certain reach: far halves must learn of swaps
  bool ideal : 1 = false;        // everybody knows everything at once
  bool pipelined : 1 = true;     // false: a hop gets its turn back only when what it made has ended
  bool cuts_off : 1 = false;     // `cutoff` is on
  bool decides : 1 = false;      // there are `decisions`
  bool asks : 1 = false;         // somebody outside says what to swap, in place of `table`

  Cutoff cutoff;
  const Decisions* decisions = nullptr;  // of its inner nodes, where they are not all taken by the rest of this
  Address ready;                 // told of every segment that spans the chain
  Address distilled;
  std::uint32_t width = 1;
  std::uint32_t end_slots = 1;   // of each end: `width`, or more where pairs wait for requests
  std::uint32_t pool = no_pool;  // where pairs that span the chain are distilled; `ready` is then the distillers', and `distilled` is told after it
  bool notify_each_end = false;  // `ready` at each end's own tick (op, op + 1) instead of once at the later one
  bool distilled_notify_each_end = false;

  // Once all the rest is filled: what is looked up so often that it stands where it is needed.
  void complete() {
    cuts_off = cutoff.on();
    decides = decisions != nullptr;
    for (std::uint32_t i = 0; i < positions.size(); ++i) {
      positions[i].to_end = {delay(i, 0), delay(i, last())};
      positions[i].group = {i > 0 ? hops[i - 1].group : 0, i < last() ? hops[i].group : 0};
    }
  }

  const Position& at(End end) const { return positions[end == end_a ? 0 : last()]; }
  std::uint32_t last() const { return static_cast<std::uint32_t>(positions.size() - 1); }

  // Classical delay along the chain: fibres plus processing at the nodes strictly between.
  Tick delay(std::uint32_t i, std::uint32_t j) const {
    if (i == j) return tick_zero;
    const Position& from = positions[i < j ? i : j];
    const Position& to = positions[i < j ? j : i];
    const Position& before = positions[(i < j ? j : i) - 1];
    return (to.fibre_from_a - from.fibre_from_a) + (before.processing_from_a - from.processing_from_a);
  }
};
static_assert(sizeof(Chain) == 128);

}  // namespace farbell
