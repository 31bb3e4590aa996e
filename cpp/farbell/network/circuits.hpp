// Circuits: a demand's route, the memory slots booked along it, its set-up and its release. First come, first served.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "farbell/engine/queue.hpp"
#include "farbell/network/routes.hpp"
#include "farbell/protocols/lanes.hpp"
#include "farbell/protocols/swapping.hpp"

namespace farbell {

class Circuits {
 public:
  enum Op : std::uint16_t { op_ask, op_grant, op_start, op_release, op_expire };
  enum class State : std::uint8_t { idle, asking, setting_up, up, releasing };

  // Random streams of a lane group.
  struct LaneKeys {
    std::uint64_t attempts = 0, herald = 0;
  };
  // What a demand asks for, and whom to tell. Told of: op_up, op_gone (all slots given back).
  struct Terms {
    std::uint32_t width = 1;
    Tick reservation = never;
    bool notify_each_end = false, pipelined = true;
    Address up, gone, ready;
    std::vector<LaneKeys> lane_keys;  // by hop of the first of its routes at the start
  };

  struct Setup {
    std::span<const NodeRow> nodes;
    std::span<const Tick> fibre_delay;       // by link
    std::span<const Tick> processing_delay;  // by node
    std::span<const LinkRow> links;
    std::span<const std::string> link_names, demand_names;  // for the random streams of new lane groups
    std::uint64_t seed = 0;
    bool ideal_control = false;
    Address self;
  };

  Circuits(const Setup& setup, std::span<const Terms> terms, const Routes& routes, EventQueue& queue, Lanes& lanes, Swapping& swapping,
           std::vector<Chain>& chains);

  static LaneKeys lane_keys(std::uint64_t seed, const std::string& link, const std::string& demand);

  // The one that is booked, else the one that would be preferred now.
  const Route& route(DemandId demand) const;
  State state(DemandId demand) const { return rows_[demand.value].state; }

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
    std::uint32_t chosen = 0;          // of the demand's routes, once booked
    std::uint32_t generation = 0;      // raised at every grant and release: old events are recognised
    std::uint32_t positions_left = 0;  // not yet released
    struct Built {
      std::uint32_t version, chosen;
      bool operator==(const Built&) const = default;
    };
    std::optional<Built> built;        // for which route the chain's tables were made
    struct Group {
      LinkId link;
      std::uint32_t group;
    };
    std::vector<Group> groups;  // lane groups ever made: a link's stream goes on when a route returns to it
  };

  bool booked(DemandId demand) const;
  bool fits(const Route& route, std::uint32_t width) const;
  std::optional<std::uint32_t> bookable(DemandId demand) const;
  void grant_waiting();
  void grant(DemandId demand, std::uint32_t chosen);
  void build_chain(DemandId demand, const Route& route);
  void start(DemandId demand);
  void release_position(DemandId demand, std::uint32_t position);
  bool begin_release(DemandId demand);
  std::uint32_t group_for(DemandId demand, LinkId link, std::size_t known, const LaneKeys* keys);
  void post_grant();

  Setup setup_;
  std::span<const Terms> terms_;
  const Routes& routes_;
  EventQueue& queue_;
  Lanes& lanes_;
  Swapping& swapping_;
  std::vector<Chain>& chains_;
  std::vector<Row> rows_;            // by demand
  std::vector<std::uint32_t> free_;  // slots by node
  std::vector<std::uint32_t> claimed_;  // scratch: set aside for circuits asked for earlier
  std::vector<DemandId> waiting_;
  bool grant_posted_ = false;
  std::uint64_t messages_ = 0, stale_events_ = 0;
};

}  // namespace farbell
