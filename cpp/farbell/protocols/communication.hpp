// Communication qubits of nodes: which lane groups attempt through them, and when a pair has to leave one for a memory qubit
// (docs/physics/protocol.md, "Communication qubits").
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/engine/queue.hpp"
#include "farbell/engine/trace.hpp"
#include "farbell/protocols/link_row.hpp"
#include "farbell/protocols/node_row.hpp"
#include "farbell/protocols/segments.hpp"

namespace farbell {

class Lanes;

class Communication {
 public:
  enum Op : std::uint16_t { op_exchange, op_look, op_back, op_known, ops };

  struct Setup {
    std::span<const LinkRow> links;
    std::span<const NodeRow> nodes;
    Address self;    // its ops are counted from this one's
    Address stored;  // told of each half whose storage is over
  };

  Communication(const Setup& setup, EventQueue& queue, Segments& segments, std::vector<Chain>& chains, Lanes& lanes,
                Trace& trace);

  bool limits(LinkId link) const { return any_ && limited_[link.value]; }
  void add_group(LinkId link);  // numbered as lanes number them

  // Of groups of links that are limited. A group could attempt with so many lanes: it waits for what it lacks.
  void wants(std::uint32_t group, std::uint32_t lanes);
  std::uint32_t lanes(std::uint32_t group) const;  // with which it may attempt
  void rests(std::uint32_t group);                 // once its lanes are no more than that: gives back what is left over
  void succeeded(std::uint32_t group, std::uint32_t pairs, std::uint32_t wanted);

  // A new pair's half is in a communication qubit of its node; its node knows it, or may store it again; it has left, stored or gone.
  void occupy(QubitId q, NodeId node, Tick heralded);
  void known(QubitId q);
  // The node learns then of a pair that waits in a pool.
  void post_known(QubitId q, Tick heralded) { post(heralded, Phase::arrivals, op_known, q.value, segments_.half(q).generation); }
  void leave(NodeId node, bool was_storing);
  const CommunicationRow* of(NodeId node) const { return setup_.nodes[node.value].communication.get(); }
  // From when on the half is where it may be operated on, if nobody moves it meanwhile.
  Tick at_rest(QubitId q) const { return segments_.half(q).storing ? stored_at_[q.value] : queue_.now(); }
  // How much later than its herald a new pair's half can be used.
  Tick ready_after(NodeId node) const { return of(node) && of(node)->always_stores ? of(node)->storage : tick_zero; }

  void handle(const Event& event);

 private:
  struct Group {
    LinkId link;
    std::uint32_t wanted = 0, held = 0;
    bool waits = false;
  };
  struct Held {
    QubitId qubit;
    std::uint32_t generation = 0;
  };
  struct Node {
    std::uint32_t free = 0, storing = 0;
    std::uint32_t lacking = 0;  // scratch: lanes that wait for one
    std::vector<Held> held;  // known pairs that could be stored, oldest first; some have left since it was last looked at
  };

  NodeId node_of(const Half& h) const { return chains_[h.chain.value].positions[h.position].node; }
  void take(std::uint32_t group);
  void wait(std::uint32_t group);
  void give(LinkId link, std::uint32_t lanes);
  void exchange();
  void look();
  std::vector<Held>& held_at(NodeId node);  // what is still there
  bool store_oldest(NodeId node);
  void begin_storage(QubitId q, NodeId node, Tick begin);
  void trace_storing(QubitId q);
  void post_exchange();
  void post(Tick at, Phase phase, Op op, std::uint32_t target = 0, std::uint64_t payload = 0);

  Setup setup_;
  EventQueue& queue_;
  Segments& segments_;
  std::vector<Chain>& chains_;
  Lanes& lanes_;
  Trace& trace_;
  bool any_;                   // node has some; if not, nothing below is filled
  std::vector<bool> limited_;  // by link
  std::vector<Group> groups_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> waiting_;  // groups, first come first
  std::vector<Tick> stored_at_;         // by QubitId, while it is being stored
  bool exchange_posted_ = false, look_posted_ = false;
};

}  // namespace farbell
