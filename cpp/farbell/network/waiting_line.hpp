// The ledger's line: which circuits wait for memory slots, and who of them goes first (docs/physics/protocol.md, "Who is served first").
#pragma once
#include <cstdint>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/network/fair_shares.hpp"
#include "farbell/network/reservation.hpp"
#include "farbell/protocols/chain.hpp"

namespace farbell {

class WaitingLine {
 public:
  // What a demand brings along.
  struct Claim {
    std::int64_t priority = 0;
    double weight = 1;
  };

  WaitingLine(Scheduler scheduler, std::vector<Claim> claims, std::size_t circuits);

  bool is_fifo() const { return scheduler_ == Scheduler::fifo; }
  bool is_fair() const { return scheduler_ == Scheduler::weighted_fair; }
  bool empty() const { return entries_.empty(); }
  // Behind all that are not of lower priority.
  void join(ChainId circuit, DemandId demand, Tick now);
  void leave(ChainId circuit, Tick now);
  // Those that wait, the first to be served first, until the next call.
  const std::vector<ChainId>& in_order(Tick now);
  // When the request that the circuit waits for must be done.
  void set_due(ChainId circuit, Tick due) { due_[circuit.value] = due; }

  // With weighted shares. The demand asks for a circuit, and had none; it is about to have none any more.
  void comes(DemandId demand, Tick now);
  void goes(DemandId demand, Tick now) { presence_[demand.value].left = now; }
  // Whether it had none at an earlier tick, asked once each time that it comes.
  bool comes_anew(DemandId demand);
  FairShares& shares() { return shares_; }

 private:
  struct Entry {
    ChainId circuit;
    DemandId demand;
    std::uint64_t number = 0;  // of those that have joined
  };
  struct Presence {
    Tick left{-1};
    bool anew = false;
  };

  template <class Key>
  void sort_by(Key&& key);

  Scheduler scheduler_;
  std::vector<Claim> claims_;   // by demand
  std::vector<Entry> entries_;
  std::vector<ChainId> order_;  // scratch: what was handed out last
  std::vector<Tick> due_;       // by circuit
  std::uint64_t joined_ = 0;
  FairShares shares_;
  std::vector<Presence> presence_;  // by demand
};

}  // namespace farbell
