#include "farbell/simulation/rounds_replica.hpp"

#include "farbell/apps/rounds.hpp"

namespace farbell {

namespace {

constexpr std::int64_t slices = 256;  // of the run: between two of them progress is told, and stretches of the use of nodes and links end

class RoundsReplica {
 public:
  RoundsReplica(const Model& model, const ReplicaOptions& options)
      : model_(model), horizon_(earlier(model.horizon, options.stop)), slices_per_bin_(options.bins > 0 ? slices / options.bins : 0),
        states_(model.store, model.devices, model.clock, model.pauli_twirl, options.replica),
        recorder_({model.clock, model.warm_up, model.horizon, model.scenario.record == RecordMode::rows, options.pair_block,
                   options.request_block},
                  model.demands.size()),
        requests_({model.demands, model.clock, model.horizon, options.replica,
                   static_cast<std::uint64_t>(model.scenario.max_open_requests.value_or(0)), {}},
                  queue_, recorder_, trace_),
        protocols_(model, options.protocols, {{}, nullptr, nullptr, options.round_hooks}, options.replica),
        routes_(model.graph, model.scenario.routing.kind, model.swap_facts, model.route_plans, model.link_cost, {}, 0),
        rounds_({*model.rounds, model.programs, model.links, model.nodes, model.swap_keys, model.fibre_delay, model.processing_delay,
                 model.route_plans, model.scenario.control == ControlPlane::ideal, model.horizon, options.replica, {}},
                model.graph, queue_, states_, routes_, requests_, trace_) {
    options.trace.apply(trace_);
    rounds_.ask(protocols_.rounds());
  }

  ReplicaResult run(std::uint64_t replica, const RunLimits& limits, std::atomic<double>& progress) {
    requests_.start();
    rounds_.start();
    Ended ended = Ended::horizon;
    for (std::int64_t slice = 1; slice <= slices && ended == Ended::horizon; ++slice) {
      const Tick until = earlier(horizon_, slice == slices ? model_.horizon : Tick{count(model_.horizon) / slices * slice});
      ended = run_until(queue_, until, limits, [&](const Event& event) { rounds_.handle(event); });
      progress.store(static_cast<double>(slice) / slices, std::memory_order_relaxed);
      if (ended == Ended::horizon && slices_per_bin_ > 0 && slice % slices_per_bin_ == 0) end_bin(until);
      if (until == horizon_) break;
    }
    return result(replica, ended);
  }

  // There are no circuits.
  std::vector<TraceRow> take_trace() {
    for (TraceRow& row : trace_.rows) row.circuit = TraceRow::no_circuit;
    return std::move(trace_.rows);
  }

 private:
  void end_bin(Tick end) {
    if (end <= (use_.ends.empty() ? tick_zero : use_.ends.back())) return;
    use_.ends.push_back(end);
    for (const NodeCounters& node : rounds_.nodes()) use_.slot_ticks.push_back(node.slot_ticks);
    const auto append = [](auto& column, const auto& now) { column.insert(column.end(), now.begin(), now.end()); };
    append(use_.links.attempts, rounds_.links().attempts);
    append(use_.links.successes, rounds_.links().successes);
    append(use_.links.lane_ticks, rounds_.links().lane_ticks);
    append(use_.links.open_ticks, rounds_.links().open_ticks);
  }

  ReplicaResult result(std::uint64_t replica, Ended ended) {
    ReplicaResult r;
    r.replica = replica;
    r.ended = ended;
    r.end = ended == Ended::horizon ? horizon_ : queue_.now();
    rounds_.finish(r.end);
    if (slices_per_bin_ > 0) end_bin(r.end);
    r.use = std::move(use_);
    requests_.finish();
    r.events = queue_.processed();
    r.messages = rounds_.messages();
    const LinkUse& use = rounds_.links();
    for (std::size_t l = 0; l < model_.links.size(); ++l) r.links.push_back({use.attempts[l], use.successes[l], use.lane_ticks[l]});
    for (std::uint32_t l = 0; l < model_.links.size(); ++l) r.link_up_ticks.push_back(rounds_.up_ticks(LinkId{l}, r.end));
    r.nodes = rounds_.nodes();
    r.demands = recorder_.take_summaries();
    for (std::uint32_t d = 0; d < model_.demands.size(); ++d) {
      DemandPath path;
      for (LinkId link : model_.route_plans[d].routes.front().links) {
        ++path.hops;
        path.length_m += model_.link_facts[link.value].length_m;
      }
      r.paths.push_back(path);
    }
    r.distillation.resize(model_.demands.size());
    r.pairs = std::move(recorder_.pairs());
    r.requests = std::move(recorder_.requests());
    r.trace = take_trace();
    r.errors = protocols_.errors();
    return r;
  }

  const Model& model_;
  Tick horizon_;
  std::int64_t slices_per_bin_;
  UseOverTime use_;
  EventQueue queue_;
  States states_;
  Recorder recorder_;
  Trace trace_;
  RoundRequests requests_;
  ProtocolsInReplica protocols_;
  Routes routes_;
  Rounds rounds_;
};

}  // namespace

ReplicaResult run_rounds(const Model& model, const ReplicaOptions& options, const RunLimits& limits, std::atomic<double>& progress) {
  RoundsReplica replica(model, options);
  try {
    return replica.run(options.replica, limits, progress);
  } catch (...) {
    if (options.trace_of_failure) *options.trace_of_failure = replica.take_trace();
    throw;
  }
}

}  // namespace farbell
