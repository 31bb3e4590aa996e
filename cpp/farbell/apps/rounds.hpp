// Entanglement routed network-wide in rounds: links attempt, what succeeded is told, nodes join pairs, ends are told.
// docs/physics/rounds.md says when what happens.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/apps/round_requests.hpp"
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
  enum Op : std::uint16_t { op_begin = RoundRequests::ops, op_connect, op_swap, op_known, op_fuse, op_fused };

  struct Setup {
    const RoundPlan& plan;
    std::span<const LinkProgram> programs;
    std::span<const LinkRow> links;
    std::span<const NodeRow> nodes;
    std::span<const std::uint64_t> swap_keys;
    std::span<const Tick> fibre_delay, processing_delay;
    std::span<const RoutePlan> routes;  // by demand
    bool ideal = false;                 // news takes no time
    Tick horizon{};                     // a round that would not be over by then does not begin
    std::uint64_t replica = 0;
    Address self;
  };

  Rounds(const Setup& setup, const Graph& graph, EventQueue& queue, States& states, RoundRequests& requests);

  // Whom to ask, where somebody outside decides.
  void ask(const RoundHooks& hooks) {
    hooks_ = hooks;
    router_.ask(hooks);
  }
  void start();
  void handle(const Event& event);
  void finish(Tick end);

  const LinkUse& links() const { return use_; }  // until now, by link
  const std::vector<NodeCounters>& nodes() const { return nodes_; }
  std::uint64_t messages() const { return messages_; }

 private:
  // A chain whose nodes swap, or whose ends wait for news.
  struct Row {
    RoundChain chain;
    std::vector<QubitId> qubits;   // of a whole chain: two a hop, nearer to A first
    std::vector<Tick> began;       // by hop: from when its qubits occupy slots
    Tick born = never, known = tick_zero;
    std::uint32_t swaps = 0, pending = 0;
    int frame = 0;
    bool failed = false;
    std::array<bool, 2> waits{};   // the qubit at that end, for news of all swaps

    NodeId end_node(End e) const { return e == end_a ? chain.route.nodes.front() : chain.route.nodes.back(); }
    Tick end_began(End e) const { return e == end_a ? began.front() : began.back(); }
  };

  // What a round of GHZ fusion gives, until both ends know.
  struct FusedRow {
    std::vector<PairRow> pairs;
    std::vector<std::pair<NodeId, Tick>> held;  // halves of the ends, and from when they occupy slots
  };
  // A pair as it is made.
  struct Made {
    States::Pair pair;  // as the link's ends stand
    Tick born;
    int frame;
  };

  void begin(std::uint64_t round);
  void post_begin(Tick at, std::uint64_t round);
  void attempt(std::uint64_t round);
  Tick cycle_start(LinkId link, std::uint32_t lane) const { return started_ + Tick{born_[std::size_t{link.value} * setup_.plan.network.channels + lane]}; }
  void connect();
  void begin_chain(RoundChain&& chain);
  Made make_pair(LinkId link, std::uint32_t lane, Tick began);
  void make_pairs(Row& row);
  void swap(std::uint32_t index, std::uint32_t position);
  void known(std::uint32_t index);
  void connect_by_fusion();
  PairRow fused_pair(const FusionWeb::Joined& joined, const RoundWish& wish, Tick now, Tick known);
  void fuse(NodeId n);
  void fused(std::uint32_t index);
  const std::vector<Tick>& reports(DemandId d);
  Tick delay(const Route& route, std::size_t from, std::size_t to) const;
  void give_back(NodeId node, Tick since, Tick now) { nodes_[node.value].slot_ticks += static_cast<double>(count(now - since)); }

  Setup setup_;
  EventQueue& queue_;
  States& states_;
  RoundRequests& requests_;
  const Graph& graph_;
  RoundRouter router_;
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
  std::vector<std::int64_t> begun_;         // by node: sum of the ticks from when the pairs that it measures occupy slots
  std::vector<std::vector<Tick>> reports_;  // by demand, as needed: by node, until both ends have heard from it
  std::vector<FusedRow> fused_;
  std::vector<std::uint32_t> free_fused_;
};

}  // namespace farbell
