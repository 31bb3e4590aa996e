// Entangled segments of chains and the halves that nodes hold of them: tables only, no timing and no decisions.
//
// A half is a qubit in a slot; a segment is what two halves share. A swap at a node joins two segments into one and touches only the
// far halves' rows. A segment may have lost one of its halves and not know it: the other lives on until a notice reaches its holder.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "farbell/engine/queue.hpp"
#include "farbell/protocols/chain.hpp"
#include "farbell/protocols/history.hpp"
#include "farbell/state/states.hpp"

namespace farbell {

struct alignas(64) Half {
  std::uint32_t segment = 0;
  ChainId chain;
  std::uint32_t position = 0;    // in the chain
  End side = end_a;              // the end of the chain that its hop leads towards
  HalfState state = HalfState::pending;
  bool heralded = false;         // its node knows the pair, and may use it
  bool by_path : 1 = false;      // what made it ready is in its segment's path, not just its own herald
  bool empty : 1 = false;        // an absorbing memory that holds no photon, and does not know it
  bool in_communication : 1 = false;  // it is in a communication qubit,
  bool storing : 1 = false;      // and being moved out of it, or about to be: nothing else may be done with it
  std::uint32_t generation = 0;  // raised when the qubit is gone: events about it are then stale
  std::uint32_t reach = 0;       // position of its partner, as far as its node knows
  Tick occupied_since = tick_zero;
  Tick expires = never;          // first tick at which the chain's cut-off takes it, as far as its node knows
  QubitId previous, next;        // in its list
  Tick began = tick_zero;        // when its hop began to attempt for it
  Tick ready = tick_zero;        // when its node could use it
};
static_assert(sizeof(Half) == 64);

struct alignas(64) Segment {
  ChainId chain;
  std::array<std::uint32_t, 2> reach{};  // positions of the chain that it joins, or joined before a half was lost
  std::array<QubitId, 2> half;           // nearer to end A, nearer to end B; none = lost
  std::uint32_t generation = 0;
  std::array<Tick, 2> known{};           // when each end of the chain has all news of this segment
  Tick born = never;                     // oldest emission in it
  std::uint32_t swaps = 0;
  std::uint8_t frame = 0;
  bool has_path = false;                 // it has been swapped or distilled; before, its halves say what there is to say
  std::array<bool, 2> notice_waits{};    // news of the lost half has come to a holder who has the other half locked
  bool noticed = false;                  // a notice has been sent
  bool distilled = false;                // no pool has a round for it any more
};
static_assert(sizeof(Segment) == 64);    // a cache line; what only losses need is in Loss

// A half of a segment that is gone while the other lives.
struct Loss {
  Tick at{};
  Tick news_at{};         // when news of it set out, and how late it is on its way
  std::uint32_t position = 0;
  std::uint32_t notice = 0;  // number of the valid notice
  bool announced = false;    // false for a half dropped by a release: every node learns of that by itself
};

class Segments {
 public:
  Segments(States& states, std::vector<Chain>& chains) : states_(states), chains_(chains) {}

  struct Birth {
    ChainId chain;
    std::uint32_t hop;
    States::Pair pair;                // ordered by link end
    Tick started;                     // start of the cycle: the slots are busy from here
    Tick expires;                     // by the chain's cut-off
    Tick began;                       // when the hop began to attempt for this pair
    std::array<Tick, 2> emitted;      // nearer to A, nearer to B
    std::array<Tick, 2> known;        // never-before ticks at which the chain's ends know (only read at the ends)
    std::uint8_t frame;
    std::uint8_t empties = 0;         // a bit for each end of the link
  };
  std::uint32_t create(const Birth& birth, bool forward);

  Half& half(QubitId q) { return halves_[q.value]; }
  Segment& segment(std::uint32_t s) { return segments_[s]; }
  const Segment& segment(std::uint32_t s) const { return segments_[s]; }
  const Path& path(std::uint32_t s) const { return paths_[s]; }
  // Whether paths are kept at all; without them nobody knows where the time went.
  bool accounts = true;

  void set_path(std::uint32_t s, const Path& path) {
    if (!accounts) return;
    paths_[s] = path;
    segments_[s].has_path = true;
  }
  // When both ends of the chain have all news of the segment's swaps and rounds.
  Tick arrives(std::uint32_t s) const { return segments_[s].has_path ? paths_[s].arrives : tick_zero; }
  // When a hop began to attempt for the pair of a half.
  Tick began(const Half& h) const { return h.by_path ? paths_[h.segment].began : h.began; }
  // The path to the tick at which the half was ready.
  Path path_to(const Half& h) const {
    // A swap elsewhere may have lengthened the pair since.
    if (!h.by_path || h.ready < paths_[h.segment].until) return {h.began, h.ready, h.ready - h.began};
    Path path = paths_[h.segment];
    path.messages += h.ready - path.until;
    path.until = h.ready;
    return path;
  }
  // What a half's node knows of its pair: how the pair was when it was made or distilled. Kept where decisions are taken on it.
  struct Known {
    Tick born = never;
    int frame = 0;
    KnownPair pair;
  };
  void remember(std::uint32_t s);
  const Known& known(QubitId q) const { return known_[q.value]; }
  Loss& loss(std::uint32_t s, End e) { return losses_[s][e]; }
  // A new notice, and the only valid one, of the loss of that half: its number.
  std::uint32_t number_notice(std::uint32_t s, End lost) {
    segments_[s].noticed = true;
    return ++losses_[s][lost].notice;
  }
  const Loss& loss(std::uint32_t s, End e) const { return losses_[s][e]; }
  bool spans(std::uint32_t s) const;
  // It spans its chain, and nothing more is done to it before it is delivered.
  bool goes_out(std::uint32_t s) const;
  void prefetch(QubitId q) const { __builtin_prefetch(&halves_[q.value]); }
  void prefetch_segment(QubitId q) const { __builtin_prefetch(&segments_[halves_[q.value].segment]); }

  void move(QubitId q, HalfState state);  // into another list of its position
  // Joins `right` into `left` after a Bell measurement of left's B half and right's A half.
  void join(std::uint32_t left, std::uint32_t right, int outcome, const std::array<Tick, 2>& known);
  // The half is gone (measured, dropped, delivered). Its slot is the caller's to give back.
  void forget(QubitId q);
  bool lose(std::uint32_t s, End e, Tick now, std::uint32_t position, bool announced);  // marks the half lost; true if both are now
  void free_segment(std::uint32_t s);

  template <class F>
  void each_live(F&& f) const {
    for (const Half& h : halves_)
      if (h.chain) f(h);
  }

 private:
  HalfList& list(const Half& h) { return chains_[h.chain.value].positions[h.position].halves[h.side][static_cast<int>(h.state)]; }
  void link(QubitId q);
  void unlink(QubitId q);
  void enter(QubitId q, const Birth& birth, std::uint32_t s, std::uint32_t position, End side);

  States& states_;
  std::vector<Chain>& chains_;
  std::vector<Half> halves_;        // indexed by QubitId
  std::vector<Segment> segments_;
  std::vector<std::array<Loss, 2>> losses_;  // by segment
  std::vector<Path> paths_;                  // by segment
  std::vector<Known> known_;                 // by QubitId
  std::vector<std::uint32_t> free_;
};

// Tells of a segment that spans its chain, at the tick(s) at which its ends know.
inline void post_news(EventQueue& queue, Address to, bool each_end, std::uint32_t s, const Segment& segment) {
  const auto tell = [&](Tick at, std::uint16_t op) { queue.post(at, Phase::arrivals, {to.handler, op, s}, segment.generation); };
  if (each_end) {
    tell(segment.known[end_a], to.op);
    tell(segment.known[end_b], static_cast<std::uint16_t>(to.op + 1));
  } else {
    tell(later(segment.known[end_a], segment.known[end_b]), to.op);
  }
}
inline void post_ready(EventQueue& queue, const Chain& chain, std::uint32_t s, const Segment& segment) {
  post_news(queue, chain.ready, chain.notify_each_end, s, segment);
}

}  // namespace farbell
