// Circuits: a route of a demand, the memory slots booked along it, its set-up and its release. Slots are booked network-wide (ledger), in
// the order that the scenario chooses, or node by node (hop by hop), first come, first served.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "farbell/engine/queue.hpp"
#include "farbell/network/local_search.hpp"
#include "farbell/network/news.hpp"
#include "farbell/network/route_choice.hpp"
#include "farbell/network/routes.hpp"
#include "farbell/network/slots.hpp"
#include "farbell/network/waiting_line.hpp"
#include "farbell/protocols/distilling.hpp"
#include "farbell/protocols/lanes.hpp"
#include "farbell/protocols/swap_order.hpp"
#include "farbell/protocols/swapping.hpp"

namespace farbell {

class Circuits {
 public:
  enum Op : std::uint16_t { op_ask, op_reach, op_grant, op_start, op_release, op_expire, op_settle, op_answer, op_search };
  enum class State : std::uint8_t { idle, asking, setting_up, up, releasing };

  // Random streams of a lane group.
  struct LaneKeys {
    std::uint64_t attempts = 0, herald = 0, distillation = 0;
  };
  // What a demand asks for, and whom to tell. Told of: op_up, op_gone (all slots given back); the target is the circuit.
  struct Terms {
    std::uint32_t circuits = 1;  // as many requests may be served at a time
    std::uint32_t width = 1, end_slots = 1;  // slots of a hop, and of each end
    Tick reservation = never;
    WaitingLine::Claim claim;  // in the ledger's line
    bool notify_each_end = false, pipelined = true;
    Address up, gone, ready;
    std::vector<LaneKeys> lane_keys;  // of the first circuit, by hop of the first route at the start
    SwapOrder order;
    std::optional<PolicyTable> table;
    Cutoff cutoff;
    std::optional<std::uint32_t> distillation;  // plan for pairs that span the chain
    std::uint64_t distillation_key = 0;  // of the first circuit
    std::vector<std::optional<std::uint32_t>> hop_distillation;  // plans by hop of its one route; empty: as the links say
  };

  struct Setup {
    std::span<const NodeRow> nodes;
    std::span<const Tick> fibre_delay;       // by link
    std::span<const Tick> processing_delay;  // by node
    std::span<const LinkRow> links;
    std::span<const std::string> link_names, demand_names;  // for the random streams of new lane groups
    std::uint64_t seed = 0;
    bool ideal_control = false, hop_by_hop = false;
    Scheduler scheduler = Scheduler::fifo;
    Address self;
    Address distil;  // told of segments that span a chain which distils them
    Address check;  // told, in the swaps phase, when a deadlock may have come about or gone
    std::span<const Decisions> decisions{};  // by demand, as far as there are any
    const RouteHook* route_hook = nullptr;   // for the ledger
    std::size_t routed_outside = 0;          // of the first so many demands somebody outside chooses the routes, while the run stands still
    bool swapped_outside = false;            // and the swaps of all, once a slot
    const ControlPlan* controller = nullptr; // asked for routes before each circuit; or these are searched for
    Address no_route;                        // told where there is none
    std::optional<LocalSearch::Setup> search{};  // by messages that find their way
  };

  Circuits(const Setup& setup, std::span<const Terms> terms, Routes& routes, EventQueue& queue, Lanes& lanes, Swapping& swapping,
           Distilling& distilling, Messages& mail, std::vector<Chain>& chains, Trace& trace);

  // Plan for the pairs of a hop of the route.
  static std::optional<std::uint32_t> distillation_of_hop(const Terms& terms, const LinkRow& link, std::size_t hop) {
    return terms.hop_distillation.empty() ? link.distillation : terms.hop_distillation[hop];
  }
  static LaneKeys lane_keys(std::uint64_t seed, const std::string& link, const std::string& owner, bool distils);
  static std::uint64_t distillation_key(std::uint64_t seed, const std::string& owner) {
    return stream_key(seed, "demand:" + owner + "/distillation");
  }
  // As random streams name a circuit of a demand.
  static std::string owner_name(const std::string& demand, std::uint32_t number) {
    return number == 0 ? demand : demand + "/circuit:" + std::to_string(number);
  }

  // Those of a demand follow one another; the number of one is counted from the first.
  ChainId first(DemandId demand) const { return first_[demand.value]; }
  std::size_t count() const { return rows_.size(); }
  std::uint32_t count(DemandId demand) const { return terms_[demand.value].circuits; }
  DemandId demand(ChainId circuit) const { return rows_[circuit.value].demand; }
  std::uint32_t number(ChainId circuit) const { return circuit.value - first(demand(circuit)).value; }

  // The one that is booked or being booked, else the one that would be preferred now.
  const Route& route(ChainId circuit) const;
  State state(ChainId circuit) const { return rows_[circuit.value].state; }
  // Pairs a tick that it is expected to deliver: by lanes that make theirs hop after hop, as the links are now, and swaps that succeed.
  double delivery_rate(ChainId circuit) const;
  // How long they travelled, with those to a controller.
  Tick set_up_messages(ChainId circuit) const { return rows_[circuit.value].set_up_messages + rows_[circuit.value].question; }
  DistillationCounters distillation(DemandId demand) const;  // of all pools of the demand
  const Slots& slots() const { return slots_; }
  // Deadlocked circuits that were not when it was last called, and the number of their deadlock (`deadlock_of`).
  std::vector<ChainId> newly_deadlocked();
  std::uint64_t deadlock_of(ChainId circuit) const { return rows_[circuit.value].deadlock; }

  void ask(ChainId circuit);  // in this tick's decisions phase
  // That which is about to be booked, once somebody outside has said over which of its demand's routes; none = the run goes on.
  ChainId undecided() const { return undecided_; }
  void decide(std::uint32_t route);
  // Those that wait for the ledger's slots.
  template <class F>
  void each_in_line(F&& f) const { line_.each(f); }
  // When the request that it waits for must be done; with Scheduler::earliest_deadline.
  void set_due(ChainId circuit, Tick due) { line_.set_due(circuit, due); }
  // Requests of the demand that wait or are served; with Scheduler::max_weight.
  void set_open(DemandId demand, std::uint64_t requests) { line_.set_open(demand, requests); }
  // Tells every node of the chain, from the node at `origin`; each gives its slots back when it first hears.
  void release_from(ChainId circuit, std::uint32_t origin);
  void release_everywhere(ChainId circuit);  // every node knows already
  void routes_changed();                     // who waits may have other routes now, or another choice of them
  // Every slot along the route is booked, or was until a release set out.
  bool complete(ChainId circuit) const;
  bool booked(ChainId circuit) const;
  // By the controller that it has asked for routes, or the message that searches one.
  bool unanswered(ChainId circuit) const { return rows_[circuit.value].unanswered; }
  // The node fails: its qubits are gone, and nobody is told. Once it is up again it tells those whose circuits it has lost.
  void lose_qubits(NodeId node);
  bool broken_at(ChainId circuit, NodeId node) const;  // it has lost qubits, and leads over the node
  void tell_of_losses(NodeId node);

  // A slot that holds a program's qubit: of a circuit, which lacks it until then, or (no circuit) of the node's free ones.
  struct Loan {
    ChainId circuit;
    std::uint32_t generation = 0;  // of its chain
    End end = end_a;
  };
  // For a qubit that the circuit's end has delivered to a program. A free slot of the node takes the place of its own if there is one.
  Loan lend(ChainId circuit, End end);
  void take_back(NodeId node, const Loan& loan);  // the qubit is gone
  bool take_slot(NodeId node) { return line_.empty() && slots_.take_for_program(node); }

  void handle(const Event& event);
  std::uint64_t messages() const { return messages_; }
  std::uint64_t questions() const { return questions_; }  // of these: to a controller, and answers
  std::uint64_t stale_events() const { return stale_events_; }

 private:
  struct Row {
    DemandId demand;
    State state = State::idle;
    std::uint32_t generation = 0;      // raised at every grant and release: old events are recognised
    std::uint32_t positions_held = 0;
    std::uint32_t reached = 0;         // by the set-up message: position in the route (hop by hop)
    Tick set_up_messages = tick_zero;  // how long those of the last set-up travelled
    Tick question = tick_zero;         // how long it took before to ask a controller for routes, or to search one
    bool unanswered = false;           // it still waits for them
    Tick asked{};                      // when it began to
    std::uint64_t deadlock = 0;        // of which it is part; 0 = none
    struct Taken {
      std::uint32_t version, chosen;
      bool operator==(const Taken&) const = default;
    };
    std::optional<std::uint32_t> turn; // while it asks: the one that it waits for, of routes that circuits take in turn
    std::optional<Taken> taken;        // which of the demand's routes `route` is
    Route route;                       // once booked or set out for, whatever routes the demand finds meanwhile
    bool chain_built = false;          // for that route
    bool broken = false;               // a node of it has failed since it was booked
    bool decided = false;              // `route` was chosen outside, and is kept until it is lost or given up
    std::array<std::uint32_t, 2> lent{};  // slots of its ends that hold programs' qubits
    struct Group {
      LinkId link;
      std::uint32_t group, pool;
    };
    std::vector<Group> groups;  // lane groups and pools ever made: a link's streams go on when a route returns to it
    std::uint32_t pool = no_pool;
  };

  template <class Use>
  void each_held_at(NodeId node, Use&& use);
  const Terms& terms(ChainId circuit) const { return terms_[demand(circuit).value]; }
  std::span<const Route> routes(ChainId circuit) const { return routes_.of(demand(circuit)); }
  std::string owner_name(ChainId circuit) const { return owner_name(setup_.demand_names[demand(circuit).value], number(circuit)); }
  void tell(Address about, ChainId circuit);
  void set_out(ChainId circuit);
  void search(ChainId circuit);
  void answer(ChainId circuit);
  bool lets_through(ChainId circuit) const;
  void know_routes(ChainId circuit);
  void find_none(ChainId circuit);
  void begin(ChainId circuit);
  void proceed(ChainId circuit);
  void take_route(ChainId circuit, std::uint32_t chosen);
  void settle_turn(ChainId circuit);
  std::size_t preferred(ChainId circuit) const;
  Slots::Share share(ChainId circuit, std::size_t position, const Route& route) const;
  NodeId full_node(ChainId circuit, const Route& route) const;
  bool can_book(ChainId circuit, std::size_t route) const;
  std::optional<std::uint32_t> bookable(ChainId circuit) const;
  bool has_choice(ChainId circuit) const { return setup_.route_hook && demand(circuit).value < setup_.route_hook->demands; }
  ChosenRoute asked_route(ChainId circuit) const;
  void set_aside(ChainId circuit, const Route& wanted);
  bool is_absent(DemandId demand) const;
  void begin_fairly(ChainId circuit);
  void becomes_idle(ChainId circuit);
  void join_line(ChainId circuit);
  double pair_rate(ChainId circuit) const;
  void grant_waiting();
  void grant(ChainId circuit, std::uint32_t chosen);
  void reach(ChainId circuit, std::uint32_t position);
  void book(ChainId circuit, std::uint32_t position);
  void begin_circuit(ChainId circuit);
  void build_chain(ChainId circuit);
  void start(ChainId circuit);
  void release_position(ChainId circuit, std::uint32_t position);
  bool begin_release(ChainId circuit);
  Row::Group group_for(ChainId circuit, LinkId link, std::size_t known, std::optional<std::uint32_t> plan, const LaneKeys* keys);
  void post_grant(NodeId n = {});
  void post_check();

  Setup setup_;
  std::span<const Terms> terms_;
  Routes& routes_;
  EventQueue& queue_;
  Lanes& lanes_;
  Swapping& swapping_;
  Distilling& distilling_;
  Messages& mail_;
  std::vector<Chain>& chains_;
  Trace& trace_;
  std::vector<Row> rows_;            // by circuit
  std::vector<ChainId> first_;       // by demand
  std::optional<LocalSearch> search_;
  Slots slots_;
  std::vector<std::uint32_t> claimed_;  // scratch: set aside for circuits before it in line, at the nodes touched
  std::vector<NodeId> touched_;
  WaitingLine line_;                    // for the ledger
  std::vector<bool> grant_posted_;      // by node; the ledger has one line
  bool check_posted_ = false;
  ChainId undecided_;
  std::vector<ChainId> deadlocked_;     // when last looked for
  std::uint64_t deadlocks_ = 0;
  std::uint64_t messages_ = 0, questions_ = 0, stale_events_ = 0;
};

}  // namespace farbell
