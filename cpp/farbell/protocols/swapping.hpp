// Swaps: a node joins the oldest pair towards A with the oldest towards B, as soon as both reach as far as the swap order wants, tells
// those who must know, gives up what has waited too long, and passes on news of losses.
#pragma once
#include <span>
#include <vector>

#include "farbell/engine/philox.hpp"
#include "farbell/engine/queue.hpp"
#include "farbell/engine/trace.hpp"
#include "farbell/protocols/decisions.hpp"
#include "farbell/protocols/lanes.hpp"
#include "farbell/protocols/messages.hpp"
#include "farbell/protocols/node_row.hpp"
#include "farbell/protocols/policy_table.hpp"
#include "farbell/protocols/segments.hpp"

namespace farbell {

class Swapping {
 public:
  enum Op : std::uint16_t { op_herald, op_decide, op_swap, op_notice, op_grown, op_expire, op_attempts, op_give_up, op_policy, op_stored };

  struct Setup {
    std::span<const NodeRow> nodes;
    std::span<const std::uint64_t> swap_keys;  // random stream of each node's measurements
    Address self;
    std::uint64_t replica = 0;
    Tick slot = tick_zero;  // 0 = real time
    std::span<const Device> devices;
    Clock clock;
    std::span<const DemandId> demands{};  // by chain
  };

  Swapping(const Setup& setup, EventQueue& queue, States& states, Segments& segments, Lanes& lanes, Messages& mail,
           std::vector<Chain>& chains, Trace& trace);

  void handle(const Event& event);
  void prefetch(const Event& event) const;       // the rows that an event names
  void prefetch_more(const Event& event) const;  // what these name

  // Everything that the node at `position` holds for the chain is dropped, without notices: all nodes of the chain are told to.
  void drop_all(ChainId chain, std::uint32_t position);
  // The two halves of a delivered, rejected or surplus segment are taken; `end` has yet to be called.
  void consume(std::uint32_t segment);
  // The half is its node's, and no longer the chain's; its slot is the caller's to give back.
  void hand_out(QubitId q);
  // A slot of that node was occupied by something else than a half.
  void count_occupied(NodeId node, Tick since, Tick until) { nodes_[node.value].counters.slot_ticks += static_cast<double>(count(until - since)); }
  // A half that was measured by its node; the segment keeps the other.
  void consume_half(QubitId q);
  // Probability that the half, which is still held, comes out of its memory now; 1 if it need not.
  double retrieved(QubitId q) const;
  // Writes down that the time since a pair's hop began to attempt was in vain.
  LostTime& lost_time(ChainId chain) { return lost_[chain.value]; }
  void waste(ChainId chain, Tick began, LossCause cause) {
    if (segments_.accounts) lost_[chain.value].add(began, queue_.now(), cause);
  }
  // A segment without halves: its row is freed, and its hops may make another where the chain is not pipelined.
  void end(std::uint32_t segment);

  // The chain is set up anew.
  void forget_policy(ChainId chain) { policy_at_[chain.value] = never; }

  // Chains for which somebody outside decides, at the end of each slot while the run stands still: what each position does.
  enum class Act : std::uint8_t { wait, swap, drop_a, drop_b, drop_both };  // drop: the pairs towards that end
  void begin_asking(ChainId chain);
  ChainId undecided() const { return undecided_; }
  void act(std::span<const Act> positions);
  // Pairs that exist now.
  void pairs_of(ChainId chain, std::vector<PolicyTable::Link>& out) const;

  std::vector<NodeCounters> counters() const;
  std::uint64_t messages() const { return messages_; }
  std::uint64_t stale_events() const { return stale_events_; }
  // By node: ticks that slots were occupied up to `end`, summed over slots, once every event up to then has happened.
  void slot_ticks_until(Tick end, std::vector<double>& slot_ticks) const;
  // Counts slots that are still occupied at `end`; called once, after the last event.
  void settle_all(Tick end);

 private:
  void herald(QubitId q);
  void stored(QubitId q);
  bool at_an_end(const Half& h) const;
  void grown(QubitId q, std::uint32_t reach);
  void consider(QubitId q);
  void decide(Chain& chain, std::uint32_t position);
  void start_swap(QubitId b, QubitId c, NodeId node);
  [[gnu::cold]] Tick comes_out(QubitId q, NodeId node) const;
  [[gnu::cold]] bool come_out_together(QubitId b, QubitId c, NodeId node) const;
  [[gnu::cold]] void watch_release(QubitId q);
  struct View;
  void look(Chain& chain, ChainId id, std::uint32_t position);
  void decide_by(const Decisions& decisions, Chain& chain, ChainId id, std::uint32_t position);
  void post_policy(Chain& chain, ChainId id, Tick at);
  void follow_policy(Chain& chain, ChainId id);
  void swap(QubitId b, QubitId c);
  void tell_far_halves(std::uint32_t segment, const Chain& chain, std::uint32_t position);
  void watch(QubitId q);
  void watch_attempts(QubitId q);
  void attempts_made(QubitId q, std::uint32_t generation, std::uint32_t until);
  void give_up(QubitId q);
  Path swapped(const Half& left, const Half& right) const;
  void lost_half_of(std::uint32_t segment, End lost, std::uint32_t position);
  void send_notice(std::uint32_t segment, End lost, Tick arrival);
  void notice(std::uint32_t segment, std::uint32_t number, End lost);
  void give_slot_back(const Half& half);
  [[gnu::cold]] void trace_start(QubitId b, QubitId c, NodeId node, Tick end);
  [[gnu::cold]] void trace_results(const Half& measured, std::uint32_t joined, const std::array<Tick, 2>& known);
  std::int64_t number_of(QubitId q) { return trace_.number(segments_.half(q).segment); }

  Setup setup_;
  EventQueue& queue_;
  States& states_;
  Segments& segments_;
  Lanes& lanes_;
  Messages& mail_;
  std::vector<Chain>& chains_;
  Trace& trace_;
  // All that a swap needs of its node is in the first cache line of its row.
  struct alignas(64) Node {
    Stream draws;
    double swap_success;
    Tick swap_duration;
    bool retrieves;  // qubits come out as photons
    NodeCounters counters;
  };
  std::vector<Node> nodes_;
  bool fixed_delays_ = false;    // of some node
  std::vector<LostTime> lost_;   // by chain
  std::vector<Tick> policy_at_;  // by chain: when its table is looked at next
  ChainId undecided_;
  std::uint64_t messages_ = 0, stale_events_ = 0;
};

}  // namespace farbell
