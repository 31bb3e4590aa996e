// The ledger's line: which circuits wait for memory slots, and who of them goes first (docs/physics/protocol.md, "Who is served first").
#pragma once
#include <cstdint>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/network/reservation.hpp"
#include "farbell/protocols/chain.hpp"
#include "farbell/protocols/fair_shares.hpp"

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
  bool is_by_weight() const { return scheduler_ == Scheduler::max_weight; }
  bool empty() const { return entries_.empty(); }
  // Behind all that are not of lower priority.
  void join(ChainId circuit, DemandId demand, Tick now);
  void leave(ChainId circuit, Tick now);
  // Those that wait, the first to be served first, until the next call.
  const std::vector<ChainId>& in_order(Tick now);
  template <class F>
  void each(F&& f) const {
    for (const Entry& entry : entries_) f(entry.circuit);
  }
  // When the request that the circuit waits for must be done.
  void set_due(ChainId circuit, Tick due) { due_[circuit.value] = due; }

  // Requests of the demand that wait or are served; pairs a tick of the circuit, over the route that it would take.
  void set_open(DemandId demand, std::uint64_t requests) { open_[demand.value] = requests; }
  void set_rate(ChainId circuit, double rate) { rate_[circuit.value] = rate; }
  // Of slots, by demand. Who asks for a circuit, and had none, comes; who is about to have none any more goes.
  FairShares& shares() { return shares_; }

 private:
  struct Entry {
    ChainId circuit;
    DemandId demand;
    std::uint64_t number = 0;  // of those that have joined
  };
  template <class Key>
  void sort_by(Key&& key);

  Scheduler scheduler_;
  std::vector<Claim> claims_;   // by demand
  std::vector<Entry> entries_;
  std::vector<ChainId> order_;  // scratch: what was handed out last
  std::vector<Tick> due_;       // by circuit
  std::vector<std::uint64_t> open_;  // by demand
  std::vector<double> rate_;    // by circuit
  std::uint64_t joined_ = 0;
  FairShares shares_;
};

}  // namespace farbell
