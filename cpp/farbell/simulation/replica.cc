#include "farbell/simulation/replica.hpp"

#include <chrono>

namespace farbell {

namespace {

// The modules in the order of the ladder; each is given only what stands below it.
class Replica {
 public:
  Replica(const Model& model, const ReplicaOptions& options)
      : model_(model),
        states_(model.store, model.devices, model.clock, model.pauli_twirl),
        chains_(model.demands.size()),
        segments_(states_, chains_),
        lanes_({model.programs, model.links, model.nodes, address(HandlerIndex::lanes),
                address(HandlerIndex::swapping, Swapping::op_herald), options.replica, model.slot,
                model.scenario.detail == AttemptDetail::attempt},
               queue_, states_, segments_, chains_, trace_),
        swapping_({model.nodes, model.swap_keys, address(HandlerIndex::swapping), options.replica}, queue_, states_, segments_, lanes_,
                  chains_, trace_),
        routes_(model.graph, model.route_plans, model.link_cost),
        circuits_({model.nodes, model.fibre_delay, model.processing_delay, model.links, model.link_names, model.demand_names,
                   model.scenario.seed, model.scenario.control == ControlPlane::ideal, address(HandlerIndex::circuits)},
                  model.terms, routes_, queue_, lanes_, swapping_, chains_),
        recorder_({model.clock, model.warm_up, model.horizon, model.scenario.record == RecordMode::rows, options.pair_block,
                   options.request_block},
                  model.demands.size()),
        requests_({model.demands, model.changes, model.links.size(), model.clock, model.horizon, options.replica,
                   address(HandlerIndex::requests)},
                  queue_, states_, segments_, lanes_, swapping_, routes_, circuits_, recorder_, trace_) {
    trace_.on = options.trace;
    handlers_.rows = {
        [](void* self, const Event& e) { static_cast<Replica*>(self)->lanes_.handle(e); },
        [](void* self, const Event& e) { static_cast<Replica*>(self)->swapping_.handle(e); },
        [](void* self, const Event& e) { static_cast<Replica*>(self)->circuits_.handle(e); },
        [](void* self, const Event& e) { static_cast<Replica*>(self)->requests_.handle(e); },
    };
  }

  Ended run(const RunLimits& limits, std::atomic<double>& progress) {
    requests_.start();
    // In slices, to report progress between them.
    constexpr std::int64_t slices = 256;
    for (std::int64_t slice = 1; slice <= slices; ++slice) {
      const Tick until = slice == slices ? model_.horizon : Tick{count(model_.horizon) / slices * slice};
      const Ended ended = run_until(queue_, until, limits, handlers_, this);
      progress.store(static_cast<double>(slice) / slices, std::memory_order_relaxed);
      if (ended != Ended::horizon) return ended;
    }
    return Ended::horizon;
  }

  ReplicaResult result(std::uint64_t replica, Ended ended) {
    ReplicaResult r;
    r.replica = replica;
    r.ended = ended;
    r.end = ended == Ended::horizon ? model_.horizon : queue_.now();
    lanes_.settle_all(r.end);
    swapping_.settle_all(r.end);
    requests_.finish();
    r.events = queue_.processed();
    r.stale_events = lanes_.stale_events() + swapping_.stale_events() + circuits_.stale_events() + requests_.stale_events();
    r.messages = swapping_.messages() + circuits_.messages();
    r.links = lanes_.counters();
    for (LinkCounters& link : r.links) r.messages += 2 * link.successes;  // heralds
    for (std::uint32_t l = 0; l < model_.links.size(); ++l) r.link_up_ticks.push_back(requests_.up_ticks(LinkId{l}, r.end));
    r.nodes = swapping_.counters();
    r.demands = recorder_.take_summaries();
    for (std::uint32_t d = 0; d < model_.demands.size(); ++d) {
      DemandPath path;
      for (LinkId link : circuits_.route(DemandId{d}).links) {
        ++path.hops;
        path.length_m += model_.link_facts[link.value].length_m;
      }
      r.paths.push_back(path);
    }
    r.pairs = std::move(recorder_.pairs());
    r.requests = std::move(recorder_.requests());
    r.trace = std::move(trace_.rows);
    return r;
  }

 private:
  const Model& model_;
  EventQueue queue_;
  Trace trace_;
  States states_;
  std::vector<Chain> chains_;
  Segments segments_;
  Lanes lanes_;
  Swapping swapping_;
  Routes routes_;
  Circuits circuits_;
  Recorder recorder_;
  Requests requests_;
  HandlerTable handlers_;
};

}  // namespace

ReplicaResult run_replica(const Model& model, const ReplicaOptions& options, const std::atomic<bool>& stop,
                          std::atomic<double>& progress) {
  RunLimits limits;
  limits.stop = &stop;
  if (options.max_events) limits.max_events = *options.max_events;
  if (options.max_wall_s)
    limits.wall_deadline = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                                  std::chrono::duration<double>(std::min(*options.max_wall_s, 1e9)));
  Replica replica(model, options);
  const Ended ended = replica.run(limits, progress);
  return replica.result(options.replica, ended);
}

}  // namespace farbell
