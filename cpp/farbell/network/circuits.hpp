// Circuits: a demand's route, the memory slots booked along it, its set-up and its release. First come, first served, network-wide
// (ledger) or node by node (hop by hop).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "farbell/engine/queue.hpp"
#include "farbell/network/routes.hpp"
#include "farbell/network/slots.hpp"
#include "farbell/protocols/distilling.hpp"
#include "farbell/protocols/lanes.hpp"
#include "farbell/protocols/swap_order.hpp"
#include "farbell/protocols/swapping.hpp"

namespace farbell {

class Circuits {
 public:
  enum Op : std::uint16_t { op_ask, op_reach, op_grant, op_start, op_release, op_expire };
  enum class State : std::uint8_t { idle, asking, setting_up, up, releasing };

  // Random streams of a lane group.
  struct LaneKeys {
    std::uint64_t attempts = 0, herald = 0, distillation = 0;
  };
  // What a demand asks for, and whom to tell. Told of: op_up, op_gone (all slots given back).
  struct Terms {
    std::uint32_t width = 1, end_slots = 1;  // slots of a hop, and of each end
    Tick reservation = never;
    bool notify_each_end = false, pipelined = true;
    Address up, gone, ready;
    std::vector<LaneKeys> lane_keys;  // by hop of the first of its routes at the start
    SwapOrder order;
    std::optional<PolicyTable> table;
    Cutoff cutoff;
    std::optional<std::uint32_t> distillation;  // plan for pairs that span the chain
    std::uint64_t distillation_key = 0;
  };

  struct Setup {
    std::span<const NodeRow> nodes;
    std::span<const Tick> fibre_delay;       // by link
    std::span<const Tick> processing_delay;  // by node
    std::span<const LinkRow> links;
    std::span<const std::string> link_names, demand_names;  // for the random streams of new lane groups
    std::uint64_t seed = 0;
    bool ideal_control = false, hop_by_hop = false;
    Address self;
    Address distil;  // told of segments that span a chain which distils them
    Address check;  // told, in the swaps phase, when a deadlock may have come about or gone
  };

  Circuits(const Setup& setup, std::span<const Terms> terms, const Routes& routes, EventQueue& queue, Lanes& lanes, Swapping& swapping,
           Distilling& distilling, std::vector<Chain>& chains, Trace& trace);

  static LaneKeys lane_keys(std::uint64_t seed, const std::string& link, const std::string& demand, bool distils);

  // The one that is booked or being booked, else the one that would be preferred now.
  const Route& route(DemandId demand) const;
  State state(DemandId demand) const { return rows_[demand.value].state; }
  Tick round_trip(DemandId demand) const;  // of messages over the circuit that is booked
  DistillationCounters distillation(DemandId demand) const;  // of all pools of the demand
  const Slots& slots() const { return slots_; }
  // Deadlocked demands that were not when it was last called, and the number of their deadlock (`deadlock_of`).
  std::vector<DemandId> newly_deadlocked();
  std::uint64_t deadlock_of(DemandId demand) const { return rows_[demand.value].deadlock; }

  void ask(DemandId demand);  // in this tick's decisions phase
  // Tells every node of the chain, from the node at `origin`; each gives its slots back when it hears.
  void release_from(DemandId demand, std::uint32_t origin);
  void release_everywhere(DemandId demand);  // every node knows already
  void links_changed();                      // who waits may have another choice of routes now

  void handle(const Event& event);
  std::uint64_t messages() const { return messages_; }
  std::uint64_t stale_events() const { return stale_events_; }

 private:
  struct Row {
    State state = State::idle;
    std::uint32_t chosen = 0;          // of the demand's routes, once booked or set out for
    std::uint32_t generation = 0;      // raised at every grant and release: old events are recognised
    std::uint32_t positions_held = 0;
    std::uint32_t reached = 0;         // by the set-up message: position in the route (hop by hop)
    std::uint64_t deadlock = 0;        // of which it is part; 0 = none
    struct Built {
      std::uint32_t version, chosen;
      bool operator==(const Built&) const = default;
    };
    std::optional<Built> built;        // for which route the chain's tables were made
    struct Group {
      LinkId link;
      std::uint32_t group, pool;
    };
    std::vector<Group> groups;  // lane groups and pools ever made: a link's streams go on when a route returns to it
    std::uint32_t pool = no_pool;
  };

  bool booked(DemandId demand) const;
  Slots::Share share(DemandId demand, std::size_t position, const Route& route) const;
  NodeId full_node(DemandId demand, const Route& route) const;
  std::optional<std::uint32_t> bookable(DemandId demand) const;
  void grant_waiting();
  void grant(DemandId demand, std::uint32_t chosen);
  void reach(DemandId demand, std::uint32_t position);
  void book(DemandId demand, std::uint32_t position);
  void begin_circuit(DemandId demand);
  void build_chain(DemandId demand, const Route& route);
  void start(DemandId demand);
  void release_position(DemandId demand, std::uint32_t position);
  bool begin_release(DemandId demand);
  Row::Group group_for(DemandId demand, LinkId link, std::size_t known, const LaneKeys* keys);
  void post_grant(NodeId n = {});
  void post_check();

  Setup setup_;
  std::span<const Terms> terms_;
  const Routes& routes_;
  EventQueue& queue_;
  Lanes& lanes_;
  Swapping& swapping_;
  Distilling& distilling_;
  std::vector<Chain>& chains_;
  Trace& trace_;
  std::vector<Row> rows_;            // by demand
  Slots slots_;
  std::vector<std::uint32_t> claimed_;  // scratch: set aside for circuits asked for earlier
  std::vector<DemandId> waiting_;       // for the ledger
  std::vector<bool> grant_posted_;      // by node; the ledger has one line
  bool check_posted_ = false;
  std::vector<DemandId> deadlocked_;    // when last looked for
  std::uint64_t deadlocks_ = 0;
  std::uint64_t messages_ = 0, stale_events_ = 0;
};

}  // namespace farbell
