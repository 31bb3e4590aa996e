// Link generation. A lane group is a link's share of one chain: its free lanes attempt in every cycle, and attempts are skipped, not
// stepped (docs/physics/protocol.md, "Links"). With `step_attempts` every cycle is an event; the draws and the results are the same.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/engine/cycles.hpp"
#include "farbell/engine/philox.hpp"
#include "farbell/engine/queue.hpp"
#include "farbell/engine/trace.hpp"
#include "farbell/protocols/communication.hpp"
#include "farbell/protocols/link_row.hpp"
#include "farbell/protocols/node_row.hpp"
#include "farbell/protocols/segments.hpp"
#include "farbell/protocols/turns.hpp"

namespace farbell {

struct LinkCounters {
  std::uint64_t attempts = 0, successes = 0;
  double lane_ticks = 0;
};

// What links did up to some ticks: columns, by tick and link. A cycle counts in full from its start.
struct LinkUse {
  std::vector<std::uint64_t> attempts, successes;
  std::vector<double> lane_ticks;  // of attempting, summed over lanes
  std::vector<double> open_ticks;  // of lanes whose circuit was up

  void resize(std::size_t rows) {
    attempts.resize(rows);
    successes.resize(rows);
    lane_ticks.resize(rows);
    open_ticks.resize(rows);
  }
  void reserve(std::size_t rows) {
    attempts.reserve(rows);
    successes.reserve(rows);
    lane_ticks.reserve(rows);
    open_ticks.reserve(rows);
  }
};

class Lanes {
 public:
  // And those of `Communication` and `Turns`.
  enum Op : std::uint16_t { op_cycle, op_successes, op_communication, op_turns = op_communication + Communication::ops };

  struct Setup {
    std::span<const LinkProgram> programs;
    std::span<const LinkRow> links;
    std::span<const NodeRow> nodes;
    Address self;      // handler of this module
    Address herald;    // told of each half that its node learns of
    Address distil;    // told of each pair of a hop that distils, when both nodes know it
    Address stored;    // told of each half that is in a memory qubit now
    std::uint64_t replica = 0;
    Tick slot = tick_zero;  // 0 = real time
    bool step_attempts = false;
    std::span<const SwitchRow> switches{};
    const TurnHook* turn_hook = nullptr;
    std::span<const Turns::Claim> turn_claims{};
    InducedDephasing* dephasing = nullptr;  // told of attempts at memories that mind them
  };

  Lanes(const Setup& setup, EventQueue& queue, States& states, Segments& segments, std::vector<Chain>& chains, Trace& trace);

  void expect_groups(std::size_t groups) {
    groups_.reserve(groups);
    next_of_link_.reserve(groups);
    asleep_.reserve(groups);
  }
  std::uint32_t add_group(LinkId link, std::uint64_t attempts_key, std::uint64_t herald_key);
  // Binds a group to a hop, with all of the chain's slots at both of its ends free.
  void open(std::uint32_t group, ChainId chain, std::uint32_t hop);
  void free_slot(std::uint32_t group, End position_side);  // at the hop's end nearer to A (end_a) or to B (end_b)
  void close(std::uint32_t group, End position_side);      // all slots of that end are given back: attempts cease
  void give_turn(std::uint32_t group);                     // of a chain that is not pipelined: a pair that it made has ended
  void set_program(LinkId link, std::uint32_t program);    // from the next cycle on
  Turns& turns() { return turns_; }
  Communication& communication() { return communication_; }

  // Cycles of the group that have started; and the first tick at which the n-th cycle from now on may start, whatever becomes of its link.
  std::uint64_t cycles(std::uint32_t group) const;
  Tick earliest_start(std::uint32_t group, std::uint64_t n) const;
  bool attempting(std::uint32_t group) const { return groups_[group].lanes > 0; }
  // Posts the event, in the decisions phase, when the group, idle now, begins to attempt again.
  void wake_when_attempting(std::uint32_t group, Address to, std::uint64_t payload) {
    groups_[group].awaited = true;
    asleep_[group].push_back({to, payload});
  }
  // For turns: the groups of the link attempt, or cease to; when their running cycles are over; pairs a tick that a lane makes.
  void allow(LinkId link);
  Tick end_of_cycles(LinkId link);
  // For communication qubits: the group attempts with those that it has; when its running cycle is over.
  void attempt(std::uint32_t group) { set_lanes(group, communication_.lanes(group)); }
  Tick end_of_cycle(std::uint32_t group) const { return groups_[group].next_cycle; }
  double success_rate(LinkId link) const;
  double ticks_per_pair(LinkId link) const;  // of a lane; infinity where none can succeed
  template <class F>
  void each_open_chain(LinkId link, F&& f) {
    each_group_of(link, [&](std::uint32_t g) {
      if (groups_[g].open) f(groups_[g].chain);
    });
  }
  // From the start of a cycle of the hop until the node at `position_side` of it knows the result.
  Tick herald_delay(std::uint32_t group, End position_side) const;

  void handle(const Event& event);
  // The row that an event names.
  void prefetch(const Event& event) const {
    if (event.to.op == op_cycle) __builtin_prefetch(&groups_[event.to.target]);
  }
  // Counts the cycles that started up to `end`; called once, after the last event.
  void settle_all(Tick end);
  std::vector<LinkCounters> counters() const;  // by link
  // Up to `end`, once every event up to then has happened, behind what is there of earlier ticks.
  void use_until(Tick end, LinkUse& use);
  LinkUse use_at(Tick end) const;  // of that tick alone
  std::uint64_t stale_events() const { return stale_events_; }

 private:
  static constexpr std::uint32_t no_group = std::numeric_limits<std::uint32_t>::max();

  // Three cache lines: what a change of lanes and the search for the next success need, what is counted, what makes pairs. All that is
  // needed of the link is here, too.
  struct alignas(64) Group {
    const LinkProgram* program = nullptr;  // of the link, now
    Tick next_cycle = tick_zero;          // first cycle not yet counted; while idle, the end of the last one
    Tick due = never;                     // start of the cycle to be looked at next
    Tick posted = never;                  // earliest pending event
    double residual = 0;                  // of the unit-exponential threshold
    std::uint32_t next_round = 0;         // round of the tick of `next_cycle` in which its attempts phase runs
    std::uint32_t lanes = 0;              // attempting now
    std::array<std::uint32_t, 2> free{};  // slots at the hop's ends nearer to A, nearer to B
    std::uint32_t turns = 0;              // pairs that it may still make; always the width in a pipelined chain
    bool armed = false;
    bool open = false;                    // until an end is closed
    bool awaited = false;                 // somebody is asleep
    bool dephases = false;                // a memory of the link minds its attempts

    LinkId link;
    ChainId chain;
    std::uint32_t hop = 0;
    std::uint64_t cycles = 0;             // counted so far
    LinkCounters done;
    Tick trying_since = tick_zero;        // since when the group has had a free lane without a success
    double count_uniform = 0;

    Stream attempts, herald;
    std::array<NodeId, 2> node;           // of the link
    std::array<DeviceId, 2> device;

    std::uint32_t wanted() const { return std::min({free[end_a], free[end_b], turns}); }
  };
  static_assert(sizeof(Group) == 192);
  struct Sleeper {
    Address to;
    std::uint64_t payload;
  };
  // The optical phase of a link in units of its standard deviation, drawn where a pair sees it.
  struct Drift {
    Stream draws;
    double value = 0;
    Tick at = never;  // not drawn yet
  };
  struct OpenLanes {
    std::int64_t lanes = 0;
    Tick since = tick_zero;
    double ticks = 0;
  };
  std::int64_t cycles_to_count(const Group& g) const;
  void settle(Group& g);
  void count_cycles(Group& g, std::int64_t cycles);
  [[gnu::cold]] void tell_memories(std::uint32_t index);
  void set_lanes(std::uint32_t index, std::uint32_t lanes);
  void wanted_lanes_changed(std::uint32_t index, std::uint32_t before);
  void look_ahead(std::uint32_t index, std::int64_t looked_at = 0);
  void cycle(std::uint32_t index);
  void succeed_all();
  void succeed(std::uint32_t index);
  [[gnu::cold]] Tick enter_communication(const Group& g, std::uint32_t segment, const std::array<Tick, 2>& heralded);
  [[gnu::cold]] void trace_success(const Group& g, std::uint32_t segment, const std::array<Tick, 2>& heralded);
  std::uint32_t draw_count(const Group& g, double p) const;
  [[gnu::cold]] bool next_mode(Group& g, std::int64_t& mode) const;
  double next_phase_rad(LinkId link, const LinkProgram& program);
  void arm(Group& g);
  Tick next_start(Tick earliest) const;

  void opened(LinkId link, std::int64_t lanes);
  void add_use(Tick end, LinkUse& use, std::size_t from) const;

  Setup setup_;
  EventQueue& queue_;
  States& states_;
  Segments& segments_;
  std::vector<Chain>& chains_;
  Trace& trace_;
  std::vector<Group> groups_;
  template <class F>
  void each_group_of(LinkId link, F&& f) {
    for (std::uint32_t g = first_group_[link.value]; g != no_group; g = next_of_link_[g]) f(g);
  }

  std::vector<std::uint32_t> first_group_;   // by link; the others follow
  std::vector<std::uint32_t> next_of_link_;  // by group
  std::vector<std::vector<Sleeper>> asleep_; // by group
  std::vector<std::uint32_t> program_of_;              // link -> program
  std::vector<Drift> drifts_;               // by link
  std::vector<OpenLanes> open_;             // by link
  std::int64_t all_open_ = 0;
  bool use_changes_ = true;                 // some lane has been open since use was last written down
  Turns turns_;
  Communication communication_;
  std::vector<std::uint32_t> succeeding_;   // groups whose cycle of this attempts phase succeeds
  std::uint64_t stale_events_ = 0;
};

}  // namespace farbell
