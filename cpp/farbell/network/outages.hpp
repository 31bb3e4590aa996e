// Which nodes and links are up: as the scenario changes links, as elements fail and are repaired, and as their neighbours notice
// (docs/physics/protocol.md, "Failures").
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/engine/philox.hpp"
#include "farbell/protocols/lanes.hpp"

namespace farbell {

struct FailureRow {
  std::vector<NodeId> nodes;
  std::vector<LinkId> links;
  std::vector<std::array<Tick, 2>> windows;  // empty: at random
  double mtbf_s = 0, mttr_s = 0;
  std::uint64_t key = 0;
};

// An element of a failure that went down: a node or a link.
struct OutageRow {
  std::uint32_t failure = 0;
  NodeId node;
  LinkId link;
  Tick down{}, noticed = never, up = never;
};

// With record "summary" memory must not grow.
inline constexpr std::size_t outage_rows_in_summary = 1'000;

class Outages {
 public:
  struct Setup {
    std::span<const FailureRow> failures;
    std::span<const LinkRow> links;
    std::size_t nodes = 0;
    std::span<const Tick> fibre_delay;  // by link
    Clock clock;
    std::uint64_t replica = 0;
    Tick heartbeat = never;             // never = everybody knows at once
    std::int64_t missed = 0;
    bool ideal_control = false;
    std::uint32_t first_dead = 0;       // program of a link that is down: that of the link when it is up, and this many further
    std::size_t most_rows = 0;
    bool by_hand = false;               // nodes and links may be failed from outside, too
  };

  explicit Outages(const Setup& setup);

  bool any() const { return any_; }  // of the scenario, or by hand until now
  bool may_come() const { return !setup_.failures.empty() || setup_.by_hand; }
  bool instant() const { return setup_.heartbeat == never; }
  bool up(LinkId link) const { return !links_[link.value].closed && links_[link.value].failed == 0; }
  bool failed(LinkId link) const { return links_[link.value].failed > 0; }
  bool failed(NodeId node) const { return nodes_[node.value].failed > 0; }
  bool noticed(LinkId link) const { return links_[link.value].noticed; }
  // Raised whenever the link fails or is repaired.
  std::uint32_t epoch(LinkId link) const { return links_[link.value].epoch; }
  std::uint32_t program(LinkId link) const;

  // The scenario gives the link another program, or closes it.
  void change(LinkId link, std::uint32_t program, Tick now);
  void close(LinkId link, Tick now);

  // When the failure's elements go down next, and come back.
  std::array<Tick, 2> next_window(std::uint32_t failure);
  // Elements whose state this changes: one that several failures hold down is up when the last of them ends.
  struct Turned {
    std::vector<NodeId> nodes;
    std::vector<LinkId> links;  // in the order of the scenario
  };
  const Turned& fail(std::uint32_t failure, Tick now);
  const Turned& repair(std::uint32_t failure, Tick now);

  // The same by hand, of elements that are not down by hand already; of those that are.
  const Turned& fail_by_hand(const FailureRow& elements, Tick now);
  const Turned& repair_by_hand(const FailureRow& elements, Tick now);
  bool down_by_hand(NodeId node) const { return nodes_[node.value].by_hand; }
  bool down_by_hand(LinkId link) const { return links_[link.value].by_hand; }
  // The number under which results list what was done by hand: after those of the scenario.
  std::uint32_t by_hand() const { return static_cast<std::uint32_t>(setup_.failures.size()); }

  // When the ends of a link that fails now have missed enough heartbeats; when they hear one of a link that is back now.
  Tick notice_at(LinkId link, Tick now) const;
  Tick heard_at(LinkId link, Tick now) const;
  void notice(LinkId link, Tick now);
  void hear(LinkId link) { links_[link.value].noticed = false; }

  double up_ticks(LinkId link, Tick end) const;
  double up_ticks(NodeId node, Tick end) const;
  std::vector<OutageRow>& rows() { return rows_; }

 private:
  static constexpr std::uint32_t no_row = 0xffffffff;

  struct UpTime {
    Tick since = tick_zero;
    double ticks = 0;

    void turn(bool was_up, Tick now);
    double until(bool is_up, Tick end) const;
  };
  struct Node {
    std::uint32_t failed = 0;  // failures that hold it down
    std::uint32_t row = no_row;
    bool by_hand = false;
    UpTime time;
  };
  struct Link {
    std::uint32_t failed = 0, epoch = 0, program = 0, row = no_row;
    bool closed = false, noticed = false, by_hand = false;
    UpTime time;
  };
  struct Process {
    Stream draws;
    double elapsed_s = 0;
    std::size_t made = 0;
    Tick last{-1};
  };

  const Turned& take_down(const FailureRow& elements, std::uint32_t failure, Tick now);
  const Turned& bring_back(const FailureRow& elements, Tick now);
  void set_by_hand(const FailureRow& elements, bool down);
  void hold(LinkId link, Tick now);
  void let_go(LinkId link, Tick now);
  std::uint32_t open_row(std::uint32_t failure, NodeId node, LinkId link, Tick now);
  void end_row(std::uint32_t& row, Tick now);
  Tick due(LinkId link, Tick from, std::int64_t further) const;

  Setup setup_;
  bool any_ = false;
  std::vector<Node> nodes_;
  std::vector<Link> links_;
  std::vector<Process> processes_;                 // by failure
  std::vector<std::vector<LinkId>> links_of_node_; // empty where none can come
  Turned turned_;
  std::vector<OutageRow> rows_;
};

}  // namespace farbell
