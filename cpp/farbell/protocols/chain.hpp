// A chain: one established path between two ends, as the protocols see it. The network floor fills it and hands it down.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/engine/event.hpp"

namespace farbell {

using ChainId = Id<struct ChainTag>;  // one chain a demand, so a demand's index is its chain's

enum End : std::uint8_t { end_a = 0, end_b = 1 };  // sides of a chain, of a pair, and of a position in the chain
constexpr End other(End e) { return e == end_a ? end_b : end_a; }

// Doubly linked through the halves' table.
struct HalfList {
  QubitId head, tail;
};

enum class HalfState : std::uint8_t { pending, waiting, locked };  // not yet heralded here; free to use; in a swap

struct Position {
  NodeId node;
  Tick fibre_from_a = tick_zero;        // flight time of a message from end A
  Tick processing_from_a = tick_zero;   // processing at the nodes from end A up to and including this one
  std::array<std::array<HalfList, 3>, 2> halves;  // [towards A, towards B][HalfState]
  bool held = false;                    // slots booked and not yet given back
  bool decision_posted = false;
};

struct Hop {
  LinkId link;
  std::uint32_t group = 0;  // lane group that generates this hop's pairs
  bool forward = true;      // the link's node_a is the position nearer to end A
};

struct Chain {
  std::vector<Position> positions;
  std::vector<Hop> hops;
  std::uint32_t width = 1;
  std::uint32_t end_slots = 1;   // of each end: `width`, or more where pairs wait for requests
  std::uint32_t generation = 0;  // raised at each set-up and release: old events are recognised
  Address ready;                 // told of every segment that spans the chain
  bool pipelined = true;         // false: a hop gets its turn back only when what it made has ended
  bool notify_each_end = false;  // `ready` at each end's own tick (op, op + 1) instead of once at the later one

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

}  // namespace farbell
