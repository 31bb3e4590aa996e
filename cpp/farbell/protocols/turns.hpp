// Whose turn it is to attempt where only so many links may: at a node with `parallel_links`, which has so many permits, and at the
// stations of an optical switch (docs/physics/protocol.md, "Turns").
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/engine/queue.hpp"
#include "farbell/engine/trace.hpp"
#include "farbell/protocols/chain.hpp"
#include "farbell/protocols/decisions.hpp"
#include "farbell/protocols/fair_shares.hpp"
#include "farbell/protocols/link_row.hpp"
#include "farbell/protocols/node_row.hpp"
#include "farbell/protocols/switch_spec.hpp"

namespace farbell {

struct SwitchRow {
  std::vector<LinkId> links;
  std::uint32_t stations = 1;
  Tick switching = tick_zero;
  Tick turn = never;  // never = until a success
  SwitchScheduler scheduler = SwitchScheduler::fifo;
  std::vector<std::vector<LinkId>> frame;  // with time_division: links of each slot
};

class Lanes;

class Turns {
 public:
  enum Op : std::uint16_t { op_exchange, op_switched, op_over, op_slot };

  // Of a chain to time at stations that are shared by weight.
  struct Claim {
    DemandId demand;
    double weight = 1;  // of the demand
  };
  struct Setup {
    std::span<const LinkRow> links;
    std::span<const NodeRow> nodes;
    std::span<const SwitchRow> switches;
    Address self;  // its ops are counted from this one's
    std::size_t chains = 0;
    const TurnHook* hook = nullptr;  // for all switches
    std::span<const Claim> claims{};  // by chain; where a switch goes by them
  };
  // What the requests that wait for a circuit, or are served by it, ask of its links.
  struct Backlog {
    std::uint64_t requests = 0;
    Tick due = never;  // of the one that is served
  };

  Turns(const Setup& setup, EventQueue& queue, Trace& trace, Lanes& lanes);

  bool limits(LinkId link) const { return any_ && limited_[link.value]; }
  // Of links that are limited:
  bool allows(LinkId link) const { return rows_[link.value].held && !rows_[link.value].pauses; }
  void wants(LinkId link, std::uint32_t before, std::uint32_t lanes);  // a group of it has so many lanes to attempt with
  void rests(LinkId link);                                             // gives its turn back if no group wants it
  void succeeded(LinkId link, bool group_stops);

  void set_backlog(ChainId chain, Backlog backlog) { backlog_[chain.value] = backlog; }
  void handle(const Event& event);

 private:
  static constexpr std::uint32_t none = 0xffffffff;

  struct Row {
    std::uint32_t wanting = 0;  // groups of the link with a free lane
    bool held = false, waits = false, hand_over = false;
    std::uint32_t of_switch = none, place = 0;  // among its links
    // At a switch: its station is being connected, or is about to be given back when the running cycles are over.
    bool pauses = false, leaving = false;
    bool overdue = false;       // its turn is over as soon as another waits
    std::uint32_t station = 0, turn = 0;  // `turn`: number, by which old events are recognised
    Tick back_at = tick_zero;
    Tick asked = tick_zero;     // since when it has waited
  };
  struct Station {
    LinkId last;
    bool busy = false;
    Tick free_since = tick_zero;
  };
  struct Switch {
    std::vector<Station> stations;
    std::size_t slot = 0;  // of the frame
    std::optional<FairShares> shares{};  // of its links, by place
  };

  const SwitchRow& spec(const Row& row) const { return setup_.switches[row.of_switch]; }
  bool by_success(const Row& row) const;
  bool contended(LinkId link) const;
  std::uint32_t free_station(LinkId link) const;
  FairShares* shares(const Row& row);
  double weight(LinkId link);
  void begin_fairly(LinkId link);
  void begin_to_wait(LinkId link);
  void take(LinkId link);
  void wait(LinkId link);
  void begin(LinkId link);
  void switched(LinkId link, std::uint32_t turn);
  void over(LinkId link, std::uint32_t turn);
  void next_slot(std::uint32_t number);
  void give_back(LinkId link);
  void post_exchange();
  bool still_runs(LinkId link);
  void exchange();
  TurnQuestion question(LinkId link);
  void in_order(std::vector<LinkId>& line);
  void post(Tick at, Phase phase, Op op, std::uint32_t target, std::uint64_t payload = 0);

  Setup setup_;
  EventQueue& queue_;
  Trace& trace_;
  Lanes& lanes_;
  std::vector<Row> rows_;                   // by link
  std::vector<bool> limited_;               // the same
  std::vector<std::uint32_t> permits_left_; // by node
  std::vector<Switch> switches_;
  std::vector<LinkId> waiting_;             // first come first
  std::vector<Backlog> backlog_;            // by chain
  std::vector<ChainId> open_;               // scratch: over a link
  bool any_ = false, exchange_posted_ = false;
};

}  // namespace farbell
