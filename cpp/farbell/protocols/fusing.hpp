// Fusion: a node with a chain to each of several others makes one GHZ or graph state of a pair of each chain; or several nodes, the hubs
// of a tree whose branches are chains, make one GHZ state. docs/physics/ghz_distribution.md, docs/physics/ghz_trees.md
#pragma once
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "farbell/engine/philox.hpp"
#include "farbell/engine/queue.hpp"
#include "farbell/engine/trace.hpp"
#include "farbell/protocols/fusion_steps.hpp"
#include "farbell/protocols/segments.hpp"
#include "farbell/protocols/swapping.hpp"

namespace farbell {

// The arms of a center, which is end A of all of them; or the branches of a tree, each of which begins at end B of its parent.
struct Star {
  static constexpr std::uint32_t none = 0xffffffff;

  // Whose qubit that is: a party of the state.
  struct Holder {
    std::uint32_t arm;
    End end;
  };
  // From one that fuses, over these arms and the nodes between them.
  struct Way {
    NodeId from;
    std::vector<std::uint32_t> arms;
    Tick processing{};
  };

  std::vector<ChainId> arms;
  std::vector<std::uint32_t> parent;     // by arm; none = it begins where no other ends
  std::vector<std::uint32_t> phase_of;   // by arm: the party whose frame its phase bits are in
  std::vector<Holder> holders;           // by party
  std::vector<FusionStep> steps;
  Tick duration{};                       // of gates and read-out, the longest of all that fuse
  std::vector<std::vector<Way>> news;    // by party: from each that fuses, itself left out
  std::vector<Way> between;              // from each hub to each other
  Edges edges;                           // between parties; none = a GHZ state
  bool tells_each = false;               // each party at its own tick, not all when the last one knows
  std::uint64_t outcomes_key = 0;
};

class Fusing {
 public:
  // op_ready: a pair of an arm is known to both its ends; the target is its segment.
  enum Op : std::uint16_t { op_ready, op_decide, op_fuse };

  struct Setup {
    std::span<const Star> stars;
    Address self;
    Address shared;  // told when parties know of a state; the target is its number, the payload the party, if each is told by itself
    std::uint64_t replica = 0;
  };
  // What users share, or are about to.
  struct Shared {
    struct Part {
      std::uint32_t segment, generation;
    };
    std::uint32_t star = 0;
    std::vector<Part> parts;      // by arm
    PauliFrame frame;             // by party
    Tick born = never;            // oldest emission in it
    std::uint32_t promoted = 0;   // pairs that left a store of pairs for it
    std::vector<bool> measured;   // by party
  };

  Fusing(const Setup& setup, EventQueue& queue, States& states, Segments& segments, Swapping& swapping, Messages& mail,
         const std::vector<Chain>& chains, Trace& trace);

  void handle(const Event& event);

  const Shared& shared(std::uint32_t n) const { return shared_[n]; }
  const Star& star(std::uint32_t n) const { return setup_.stars[shared_[n].star]; }
  // False if a release has dropped a qubit of it meanwhile; one that was measured counts.
  bool whole(std::uint32_t n) const;
  // By a party, which has nothing of it then. The bit is as it was read.
  int measure(std::uint32_t n, std::uint32_t party, Basis basis, double u);
  std::vector<QubitId> qubits(std::uint32_t n) const;  // by party
  // Its qubits, those that are left, are taken, and its number is free.
  void end(std::uint32_t n);

  std::uint64_t messages() const { return messages_; }
  std::uint64_t stale_events() const { return stale_events_; }

 private:
  struct Row {
    std::vector<std::deque<Shared::Part>> ready;  // by arm, oldest first
    bool decision_posted = false;
    Stream outcomes;
  };

  void ready(std::uint32_t segment, std::uint32_t generation);
  void decide(std::uint32_t star);
  void fuse(std::uint32_t n);
  Tick heard(const Star& star, const Star::Way& way, Tick sent);
  QubitId qubit(const Shared& shared, std::uint32_t party) const;
  bool current(const Shared::Part& part) const;
  bool has_pair(std::deque<Shared::Part>& pairs);

  Setup setup_;
  EventQueue& queue_;
  States& states_;
  Segments& segments_;
  Swapping& swapping_;
  Messages& mail_;
  const std::vector<Chain>& chains_;
  Trace& trace_;
  struct Arm {
    std::uint32_t star, arm;
  };
  std::vector<Arm> arm_of_;  // by chain
  std::vector<Row> rows_;    // by star
  std::vector<Shared> shared_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint8_t> far_bit_;  // by arm, in a fusion: what its end B holds in Z against where no arm ends
  std::uint64_t messages_ = 0, stale_events_ = 0;
};

}  // namespace farbell
