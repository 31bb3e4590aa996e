// Distillation: pairs of one hop, or pairs that span the chain, wait in a pool for their likes and are made into better ones
// (docs/physics/protocol.md, "Distillation").
#pragma once
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/engine/philox.hpp"
#include "farbell/engine/queue.hpp"
#include "farbell/engine/trace.hpp"
#include "farbell/protocols/communication.hpp"
#include "farbell/protocols/node_row.hpp"
#include "farbell/protocols/segments.hpp"
#include "farbell/protocols/swapping.hpp"

namespace farbell {

struct DistillationPlan {
  std::vector<DistillationProtocol> rounds;
  bool pumping = false;

  // Pairs that one result takes at least.
  double pairs() const { return pumping ? static_cast<double>(rounds.size()) + 1 : std::exp2(static_cast<double>(rounds.size())); }
  // Slots that a pool needs at each end to come to a result.
  std::uint32_t slots() const { return pumping ? 2 : static_cast<std::uint32_t>(rounds.size()) + 1; }
};

struct DistillationCounters {
  std::uint64_t rounds = 0, failed = 0, cut_offs = 0;
};

class Distilling {
 public:
  enum Op : std::uint16_t { op_pair, op_spanning, op_match, op_operate, op_result, op_expire };

  struct Setup {
    std::span<const DistillationPlan> plans;
    std::span<const NodeRow> nodes;
    Address self;
    Address herald;  // told of each half of a hop's pair that is ready
    std::uint64_t replica = 0;
  };

  Distilling(const Setup& setup, EventQueue& queue, States& states, Segments& segments, Swapping& swapping,
             Communication& communication, Messages& mail, std::vector<Chain>& chains, Trace& trace);

  std::uint32_t add_pool(std::uint32_t plan, std::uint64_t key);
  // Binds a pool, emptied, to the positions `from` and `to` of a chain.
  void open(std::uint32_t pool, ChainId chain, std::uint32_t from, std::uint32_t to);

  void handle(const Event& event);
  const DistillationCounters& counters(std::uint32_t pool) const { return pools_[pool].counters; }
  std::uint64_t messages() const { return messages_; }
  std::uint64_t stale_events() const { return stale_events_; }

 private:
  struct Item {
    std::uint32_t segment, generation;
  };
  struct Pool {
    std::uint32_t plan = 0;
    ChainId chain;
    std::uint32_t from = 0, to = 0;
    bool match_posted = false;
    Stream draws;
    std::vector<std::vector<Item>> waiting;  // by rounds passed, oldest first
    DistillationCounters counters;
  };
  struct Round {
    std::uint32_t pool = 0, number = 0;
    Item kept{}, used{};
  };

  const DistillationPlan& plan(const Pool& pool) const { return setup_.plans[pool.plan]; }
  bool whole(Item item) const;
  void arrive(std::uint32_t pool, Item item, std::uint32_t rounds_passed);
  void match(std::uint32_t pool);
  void begin(std::uint32_t pool, std::uint32_t number, Item kept, Item used);
  void operate(std::uint32_t round);
  void result(std::uint32_t round, bool kept);
  void done(std::uint32_t pool, Item item);
  void expire(std::uint32_t pool, Item item);
  void discard(std::uint32_t segment);
  NodeId node(const Pool& pool) const { return chains_[pool.chain.value].positions[pool.from].node; }

  Setup setup_;
  EventQueue& queue_;
  States& states_;
  Segments& segments_;
  Swapping& swapping_;
  Communication& communication_;
  Messages& mail_;
  std::vector<Chain>& chains_;
  Trace& trace_;
  std::vector<Pool> pools_;
  std::vector<Round> rounds_;
  std::vector<std::uint32_t> free_rounds_;
  std::uint64_t messages_ = 0, stale_events_ = 0;
};

}  // namespace farbell
