// Who asks for GHZ states, when, and what becomes of each request. docs/physics/ghz_distribution.md
//
// A demand has an arm to each user: to the network an arm is a demand with one circuit, whose end A is the center. All arms of a demand
// are asked for together, and released together.
#pragma once
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "farbell/apps/requests.hpp"
#include "farbell/protocols/fusing.hpp"

namespace farbell {

struct GhzDemandRow {
  struct Bases {
    std::vector<Basis> by_party;
  };
  ArrivalPlan arrivals;
  std::uint64_t states_per_request = 1;
  Tick deadline = never;
  std::uint64_t max_queue = 0;    // 0 = any number
  DemandId first_arm;             // in the network; the others follow
  std::uint32_t arms = 0, users = 0, width = 1;
  std::uint32_t number = 0;       // among the demands of the scenario, for the trace
  double min_fidelity = 0;
  std::vector<Bases> bases;              // of which one is drawn for each state; none = they are kept
  std::vector<std::uint32_t> user_of;    // by party of the fusion
  std::uint64_t arrivals_key = 0, bases_key = 0, outcomes_key = 0;
};

class GhzRequests {
 public:
  enum Op : std::uint16_t { op_arrive, op_deadline, op_up, op_gone, op_change, op_shared };

  struct Setup {
    std::span<const GhzDemandRow> demands;
    std::span<const ChangeRow> changes;
    std::span<const NodeRow> nodes;
    Clock clock;
    Tick horizon{};
    std::uint64_t replica = 0;
    Address self;
  };

  GhzRequests(const Setup& setup, EventQueue& queue, States& states, Fusing& fusing, Routes& routes, Circuits& circuits,
              const Outages& outages, GhzRecorder& recorder, Trace& trace);

  void start();   // after that of Requests, which tells the links of their changes
  void handle(const Event& event);
  // Failures, as Requests is told of them; arms that have lost qubits at a node that is up again are released.
  void links_lost(std::span<const LinkId> links);
  void links_back();
  void node_back(NodeId node);
  void finish();  // writes down what is still open; called once, after the last event
  std::uint64_t stale_events() const { return stale_events_; }

 private:
  struct Request {
    std::uint64_t id = 0, delivered = 0;
    Tick asked{}, started = never;
  };
  struct Row {
    std::deque<Request> queue;  // the first is served
    std::uint64_t next_id = 0;
    bool routed = true, stopped = false, timer_posted = false;
    Arrivals arrivals;
    Stream bases, outcomes;
  };
  // Of a state that its users measure.
  struct Measurement {
    std::uint32_t told = 0;  // parties, whether or not they still had something to measure
    std::int32_t bases = -1;
    std::uint64_t outcomes = 0;
    double fidelity = 0;     // just before the first of them measured
  };

  void arrive(std::uint32_t d);
  void schedule_arrival(std::uint32_t d);
  void ask_now(std::uint32_t d);
  void set_up(std::uint32_t d);
  void serve(std::uint32_t d);
  void release(std::uint32_t d, bool from_center);
  void end_first(std::uint32_t d, RequestStatus status, Refusal reason);
  void write_down(std::uint32_t d, const Request& request, RequestStatus status, Refusal reason, Tick finished);
  void ask_again(std::uint32_t d);
  void post_deadline(std::uint32_t d);
  void deadline(std::uint32_t d);
  void deliver(std::uint32_t shared);
  void measure(std::uint32_t shared, std::uint32_t party);
  void hand_over(std::uint32_t shared, double fidelity, std::int32_t bases, std::uint64_t outcomes);
  double fidelity_of(std::uint32_t shared);
  bool waits_for_repair(std::uint32_t d);
  bool end_is_down(std::uint32_t d) const;
  bool find_routes(std::uint32_t d);
  bool slots_suffice(std::uint32_t d) const;

  ChainId arm(std::uint32_t d, std::uint32_t k) const { return circuits_.first(DemandId{setup_.demands[d].first_arm.value + k}); }
  std::uint32_t demand_of(ChainId circuit) const {
    return demand_of_arm_[circuits_.demand(circuit).value - setup_.demands[0].first_arm.value];
  }
  template <class Holds>
  bool all_arms(std::uint32_t d, Holds&& holds) const {
    for (std::uint32_t k = 0; k < setup_.demands[d].arms; ++k)
      if (!holds(arm(d, k))) return false;
    return true;
  }

  Setup setup_;
  EventQueue& queue_;
  States& states_;
  Fusing& fusing_;
  Routes& routes_;
  Circuits& circuits_;
  const Outages& outages_;
  GhzRecorder& recorder_;
  Trace& trace_;
  std::vector<Row> rows_;                     // by demand
  std::vector<std::uint32_t> demand_of_arm_;  // by arm, of all demands
  std::vector<Measurement> measured_;         // by number of the shared state
  std::uint64_t stale_events_ = 0;
};

}  // namespace farbell
