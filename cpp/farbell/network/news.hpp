// News of links on its way to those who decide on routes: over the fibres, past the nodes between.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/engine/queue.hpp"
#include "farbell/network/graph.hpp"
#include "farbell/network/link_views.hpp"
#include "farbell/protocols/lanes.hpp"

namespace farbell {

// By node: how long a message takes to it from the nearest of these, at least; nodes strictly between process it. `never` = no way there.
void classical_delays(const Graph& graph, std::span<const Tick> fibre_delay, std::span<const Tick> processing_delay,
                      std::span<const NodeId> from, std::vector<Tick>& delay);

// Who decides, as compile() has it.
struct ControlPlan {
  std::vector<NodeId> deciders;        // by view; empty = everybody knows all at once
  std::vector<ViewId> view;            // by demand
  Tick processing = tick_zero;
  NodeId controller;                   // none = the deciders themselves
  std::vector<Tick> from_controller;   // by node
  bool reactive = false;               // routes are looked for before each circuit, and not when links change
  bool local = false;                  // by a message that searches its way; nobody is told of links
  bool free_slots = false;             // which passes only where there are some
  bool programmed = false;             // a program at the controller's place is told of links, and says what becomes of routes
  Tick retry = tick_zero;              // after a search in vain

  bool on() const { return !deciders.empty(); }
  // Of a question for routes, until the answer is there.
  Tick question(NodeId end) const { return from_controller[end.value] + processing + from_controller[end.value]; }
};

class News {
 public:
  struct Setup {
    const ControlPlan& plan;
    const Graph& graph;
    std::span<const LinkRow> links;
    std::span<const Tick> fibre_delay;       // by link
    std::span<const Tick> processing_delay;  // by node
    Address to;                              // the target is the view, the payload is for `arrive`; a program has the view of nobody
  };
  struct Item {
    LinkId link;
    LinkState state;
  };

  News(const Setup& setup, EventQueue& queue) : setup_(setup), queue_(queue) {}

  const ControlPlan& plan() const { return setup_.plan; }
  bool on() const { return plan().on(); }
  // Sets out now, from both ends of the link; nothing where nodes know of their own links only.
  void spread(Item item);
  Item arrive(std::uint64_t payload);
  // The controller has told the decider of a view what becomes of routes.
  void told(ViewId view);
  // Sent by those who decide, and to them.
  std::uint64_t messages() const { return messages_; }

 private:
  struct Row {
    Item item;
    std::uint32_t on_its_way = 0;  // to so many views
  };

  Setup setup_;
  EventQueue& queue_;
  std::vector<Row> rows_;
  std::vector<std::uint32_t> free_;  // rows that have come everywhere
  std::vector<Tick> delay_;          // scratch: by node
  std::uint64_t messages_ = 0;
};

}  // namespace farbell
