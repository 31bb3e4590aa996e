// One replica of a run: all mutable state, the modules over it, and the loop.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "farbell/engine/loop.hpp"
#include "farbell/simulation/extensions.hpp"
#include "farbell/simulation/model.hpp"

namespace farbell {

struct TraceOptions {
  bool on = false;
  Tick from = tick_zero, until = never;
  std::size_t rows = 0;  // at most

  void apply(Trace& trace) const {
    trace.on = on;
    trace.from = from;
    trace.until = until;
    trace.limit = rows;
  }
};

struct ReplicaOptions {
  std::uint64_t replica = 0;
  TraceOptions trace;
  std::uint32_t bins = 0;    // stretches of simulated time: a power of 2 up to Replica's slices, or 0
  bool account_time = true;  // say where the time went
  Tick stop = never;       // the run goes no further
  std::optional<std::uint64_t> max_events;
  std::optional<double> max_wall_s;
  const ProgramHost* programs = nullptr;
  DecisionHooks hooks{};
  const RouteHook* route_hook = nullptr;
  const RoutesHook* routes_hook = nullptr;
  RoundHooks round_hooks;
  const TurnHook* turn_hook = nullptr;
  std::vector<TraceRow>* trace_of_failure = nullptr;  // if what programs, hooks or protocols do ends the replica
  ProtocolsInUse protocols;
  std::function<void(std::vector<PairRow>&&)> pair_block;
  std::function<void(std::vector<RequestRow>&&)> request_block;
  std::function<void(std::vector<GhzRow>&&)> ghz_state_block;
  std::function<void(std::vector<RequestRow>&&)> ghz_request_block;
  bool steered = false;  // somebody from outside acts on it
  bool keeps_rows = true;  // if the scenario says so
  bool routed_outside = false, swapped_outside = false;  // somebody outside chooses routes, or says what to swap
  std::function<void(const PairRow&)> pair_told;
  std::function<void(const RequestRow&)> request_told;
};

// What nodes and links did from the start of the run to the end of each of its stretches.
struct UseOverTime {
  std::vector<Tick> ends;
  std::vector<double> slot_ticks;  // [stretch, node]: sum over its slots of the ticks that they were occupied
  LinkUse links;                   // [stretch, link]
};

struct DemandPath {
  std::uint32_t hops = 0;
  double length_m = 0;
};

// What is left of a replica when it has ended.
struct ReplicaResult {
  std::uint64_t replica = 0;
  Ended ended = Ended::horizon;
  Tick end{};
  std::uint64_t events = 0, stale_events = 0, messages = 0, control_messages = 0, lost_messages = 0, deadlocks = 0, deadlock_releases = 0;
  std::vector<LinkCounters> links;
  std::vector<double> link_up_ticks;
  std::vector<NodeCounters> nodes;
  std::vector<DemandSummary> demands;
  std::vector<DemandPath> paths;
  std::vector<DistillationCounters> distillation;  // by demand
  std::vector<PairRow> pairs;        // since the last full block
  std::vector<RequestRow> requests;
  std::vector<OutageRow> outages;
  std::vector<double> node_up_ticks;            // empty without failures
  std::vector<DemandAvailability> availability;  // the same
  std::vector<GhzRow> ghz_states;
  std::vector<RequestRow> ghz_requests;
  std::vector<DeadlockRow> deadlock_rows;
  std::vector<GhzSummary> ghz_demands;
  std::vector<TraceRow> trace;
  UseOverTime use;
  ProtocolRecords records;
  HookErrors errors;  // of protocols
};

// `progress` (0 to 1) is for other threads to read.
ReplicaResult run_replica(const Model& model, const ReplicaOptions& options, StopSignal& stop, std::atomic<double>& progress);

class Replica;

// What there is to look at in a replica on its way, and to act on.
struct ReplicaParts {
  const EventQueue& queue;
  const Lanes& lanes;
  Swapping& swapping;
  Routes& routes;
  Circuits& circuits;
  const Outages& outages;
  const Recorder& recorder;
  Requests& requests;
  Failures& failures;
};

// A replica that goes on in steps, and is the same as one that does not.
class SteppedReplica {
 public:
  SteppedReplica(const Model& model, const ReplicaOptions& options);
  ~SteppedReplica();

  // To the end of a tick, or of the run.
  Ended advance(Tick until, const RunLimits& limits);
  // Does something as an event of a tick that has been reached, and what follows from it within that tick.
  Ended act(Tick at, std::function<void()> action, const RunLimits& limits);
  ReplicaParts parts();
  // As far as somebody outside has to decide, or `halt` is true, or to the end of the run.
  Ended advance_to_question(const RunLimits& limits, const bool& halt);
  bool asks() const;
  ReplicaResult result(Ended ended, Tick end);  // the last call

 private:
  std::uint64_t number_;
  std::unique_ptr<Replica> replica_;
  std::atomic<double> progress_ = 0;
};

}  // namespace farbell
