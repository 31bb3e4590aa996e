// Entanglement routed network-wide in rounds: links attempt, what succeeded is told, nodes join pairs, ends are told.
// docs/physics/rounds.md says when what happens.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/apps/round_requests.hpp"
#include "farbell/engine/trace.hpp"
#include "farbell/network/fusion_web.hpp"
#include "farbell/network/round_router.hpp"
#include "farbell/network/routes.hpp"
#include "farbell/protocols/lanes.hpp"
#include "farbell/protocols/link_row.hpp"
#include "farbell/protocols/node_row.hpp"
#include "farbell/state/states.hpp"

namespace farbell {

// What compile() makes of `rounds`.
struct RoundPlan {
  RouterSpec router;
  RoundNetwork network;
  Tick period{}, attempting{}, exchange{};  // of a round: start to start, its attempts, then news of links
  std::uint64_t exchange_messages = 0;      // of a round: from each node to each that it tells of its links
  std::vector<std::uint32_t> widths;        // by demand
  std::vector<std::uint32_t> attempts;      // by link: of a lane in a round
  // What a link is from the first round on that begins at or after a tick; without a program it is down.
  struct Change {
    Tick at{};
    LinkId link;
    std::optional<std::uint32_t> program;
    std::uint32_t attempts = 0;
    double lane_success = 0, cost = 0;
  };
  std::vector<Change> changes;
  std::vector<std::uint64_t> attempt_keys, herald_keys;  // by link
  std::vector<std::uint64_t> fusion_keys;                // by node, with GHZ fusion
  std::vector<Tick> fusion_durations;
  struct FusionNoise {
    double two_qubit_gate = 1, single_qubit_gate = 1, read = 1;  // what they leave of a product of Paulis
  };
  std::vector<FusionNoise> fusion_noise;
};

class Rounds {
 public:
  enum Op : std::uint16_t { op_begin = RoundRequests::ops, op_connect, op_swap, op_known, op_fuse, op_fused, op_over, op_change };

  struct Setup {
    const RoundPlan& plan;
    std::span<const LinkProgram> programs;
    std::span<const LinkRow> links;
    std::span<const NodeRow> nodes;
    std::span<const std::uint64_t> swap_keys;
    std::span<const Tick> fibre_delay, processing_delay;
    std::span<const RoutePlan> routes;  // by demand, before the run
    bool ideal = false;                 // news takes no time
    Tick horizon{};                     // a round that would not be over by then does not begin
    std::uint64_t replica = 0;
    Address self;
  };

  Rounds(const Setup& setup, const Graph& graph, EventQueue& queue, States& states, Routes& routes, RoundRequests& requests, Trace& trace);

  // Whom to ask, where somebody outside decides.
  void ask(const RoundHooks& hooks) {
    hooks_ = hooks;
    router_->ask(hooks);
  }
  void start();
  void handle(const Event& event);
  void finish(Tick end);

  const LinkUse& links() const { return use_; }  // until now, by link
  const std::vector<NodeCounters>& nodes() const { return nodes_; }
  double up_ticks(LinkId link, Tick end) const;
  std::uint64_t messages() const { return messages_; }

 private:
  // A chain whose nodes swap, or whose ends wait for news.
  struct Row {
    RoundChain chain;
    std::vector<QubitId> qubits;   // of a whole chain: two a hop, nearer to A first
    std::vector<Tick> began;       // by hop: from when its qubits occupy slots
    Tick born = never;
    std::array<Tick, 2> known{};   // by end: news of all swaps
    std::uint32_t swaps = 0, pending = 0, heard = 0;  // heard: ends to which all news has come
    PairRow measured;              // of an end at least
    int frame = 0;
    bool failed = false;
    std::array<bool, 2> waits{};   // the qubit at that end, for news of all swaps
    std::vector<std::int64_t> numbers;  // in the trace, if there is one: by hop, of the pair that it is part of

    NodeId end_node(End e) const { return e == end_a ? chain.route.nodes.front() : chain.route.nodes.back(); }
    Tick end_began(End e) const { return e == end_a ? began.front() : began.back(); }
    std::int64_t end_number(End e) const { return numbers.empty() ? -1 : e == end_a ? numbers.front() : numbers.back(); }
  };

  // A half of an end that is not kept: measured, or, as its state does not reach the other end, dropped.
  struct EndHalf {
    NodeId node;
    std::int64_t pair = -1;
    bool measured = false;
  };
  // What a round of GHZ fusion gives, until both ends know.
  struct FusedRow {
    DemandId demand;
    std::vector<PairRow> pairs;
    std::vector<std::int64_t> numbers;          // of these, in the trace
    std::vector<std::pair<NodeId, Tick>> held;  // halves of the ends, and from when they occupy slots
    std::vector<EndHalf> told;                  // what becomes of those that are not kept, for the trace
  };
  // A pair as it is made.
  struct Made {
    States::Pair pair;  // as the link's ends stand
    Tick born;
    int frame;
  };

  void begin(std::uint64_t round);
  void change(std::uint32_t index);
  void take_changes();
  void post_begin(Tick at, std::uint64_t round);
  void post_over();
  void attempt(std::uint64_t round);
  const LinkProgram& program(LinkId link) const { return setup_.programs[program_[link.value]]; }
  std::uint32_t lane_index(LinkId link, std::uint32_t lane) const { return link.value * setup_.plan.network.channels + lane; }
  Tick cycle_start(LinkId link, std::uint32_t lane) const { return started_ + Tick{born_[lane_index(link, lane)]}; }
  void connect();
  void begin_chain(RoundChain&& chain);
  Made make_pair(LinkId link, std::uint32_t lane, Tick began);
  void make_pairs(Row& row);
  void swap(std::uint32_t index, std::uint32_t position);
  static constexpr std::uint64_t both_ends = 2;
  void post_known(std::uint32_t index);
  void known(std::uint32_t index, std::uint64_t to);
  void hear(Row& row, End e);
  PairRow pair_of(const Row& row, const Correlators& correlators) const;
  void measure(Row& row, End e);
  int read(QubitId q, int basis, DemandId d, std::int64_t number);
  void connect_by_fusion();
  PairRow fused_pair(const FusionWeb::Joined& joined, const RoundWish& wish, Tick now, Tick known);
  void fuse(NodeId n);
  void fused(std::uint32_t index);
  void measure_fused(PairRow& pair, std::int64_t number);
  const std::vector<Tick>& reports(DemandId d);

  // What is only done while the trace is on (rounds_trace.cc).
  [[gnu::cold]] void trace_lanes(std::span<const DemandId> demands);
  [[gnu::cold]] void trace_success(LinkId link, std::uint32_t lane);
  [[gnu::cold]] void trace_chain(Row& row);
  [[gnu::cold]] void trace_swap(Row& row, std::uint32_t position, std::uint64_t outcome);
  [[gnu::cold]] void trace_web(FusedRow& row, const std::vector<FusionWeb::Joined>& joined, const RoundWish& wish);
  [[gnu::cold]] void trace_fuse(NodeId n);
  [[gnu::cold]] void trace_told(const FusedRow& row);
  void trace_drop(NodeId node, std::uint64_t demand, TraceDrop why, std::int64_t pair) {
    trace_.add(queue_.now(), queue_.phase(), TraceKind::qubit_dropped, node.value, demand, static_cast<std::uint64_t>(why), 0, {.pair = pair});
  }
  // A number for a pair that others have become.
  std::int64_t new_number() { return trace_.new_number(static_cast<std::uint32_t>(born_.size())); }

  Tick delay(const RoundChain& chain, std::size_t from, End end) const;
  void give_back(NodeId node, Tick since, Tick now) { nodes_[node.value].slot_ticks += static_cast<double>(count(now - since)); }

  Setup setup_;
  EventQueue& queue_;
  States& states_;
  Routes& routes_;
  RoundRequests& requests_;
  const Graph& graph_;
  Trace& trace_;
  std::vector<std::uint64_t> owners_;  // by lane, for the trace: whose demand's it is in this round
  RoundNetwork network_;                // of the round that is on, as all below
  std::vector<std::uint32_t> attempts_, program_;  // by link
  std::vector<bool> routed_;            // by demand: whether it has a route
  std::optional<RoundRouter> router_;   // made anew when links have changed
  std::vector<std::uint32_t> changed_;  // changes since then
  RoundHooks hooks_;
  LaneStates up_, unspent_;
  std::vector<std::int64_t> born_;    // by lane with a pair: start of the cycle, in ticks of its round
  std::uint64_t round_ = 0;
  Tick started_ = tick_zero;          // the round that is on
  std::vector<std::uint32_t> held_;   // by node: slots of ends that wait for news
  std::vector<Stream> swap_draws_;    // by node
  std::vector<Row> rows_;
  std::vector<std::uint32_t> free_;
  LinkUse use_;
  std::vector<NodeCounters> nodes_;
  std::uint64_t messages_ = 0;
  // GHZ fusion.
  std::optional<FusionWeb> web_;
  Tick fused_known_ = tick_zero;            // when both ends know of the round's
  std::vector<std::int64_t> begun_;         // by node: sum of the ticks from when the pairs that it measures occupy slots
  std::vector<std::vector<Tick>> reports_;  // by demand, as needed: by node, until both ends have heard from it
  std::vector<FusedRow> fused_;
  std::vector<std::uint32_t> free_fused_;
};

}  // namespace farbell
