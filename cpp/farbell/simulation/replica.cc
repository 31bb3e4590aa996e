#include "farbell/simulation/replica.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "farbell/simulation/rounds_replica.hpp"

namespace farbell {

// The modules in the order of the ladder; each is given only what stands below it.
class Replica {
 public:
  static std::vector<Decisions> decisions(const Model& model, const DecisionHooks& hooks) {
    std::vector<Decisions> out;
    for (const RulePrograms& rules : model.rules) out.emplace_back(rules, hooks);
    const auto none = [](const Decisions& d) { return !d.of_nodes() && !d.taken(DecisionPoint::admit); };
    if (std::all_of(out.begin(), out.end(), none)) out.clear();
    return out;
  }
  static std::vector<DemandId> owners(const Model& model) {
    std::vector<DemandId> out;
    for (std::uint32_t d = 0; d < model.terms.size(); ++d) out.insert(out.end(), model.terms[d].circuits, DemandId{d});
    return out;
  }

  static std::vector<Turns::Claim> turn_claims(const Model& model) {
    std::vector<Turns::Claim> out;
    const auto goes_by_them = [](const SwitchRow& s) { return s.scheduler == SwitchScheduler::weighted_fair; };
    if (std::none_of(model.switches.begin(), model.switches.end(), goes_by_them)) return out;
    for (std::uint32_t d = 0; d < model.terms.size(); ++d)
      out.insert(out.end(), model.terms[d].circuits, Turns::Claim{DemandId{d}, model.terms[d].claim.weight});
    return out;
  }

  static bool keeps_rows(const Model& model, const ReplicaOptions& options) {
    return options.keeps_rows && model.scenario.record == RecordMode::rows;
  }

  // Whether anybody looks at the requests of circuits to say whose turn it is.
  static bool tells_turns(const Model& model, const TurnHook* hook) {
    return (hook && !model.switches.empty()) || std::any_of(model.switches.begin(), model.switches.end(), [](const SwitchRow& s) { return by_requests(s.scheduler); });
  }

  Replica(const Model& model, const ReplicaOptions& options)
      : model_(model),
        dephasing_(queue_, model.nodes.size()),
        states_(model.store, model.devices, model.clock, model.pauli_twirl, options.replica,
                model.induced_dephasing ? &dephasing_ : nullptr),
        chains_(model.circuits),
        segments_(states_, chains_),
        turn_claims_(turn_claims(model)),
        lanes_({model.programs, model.links, model.nodes, address(HandlerIndex::lanes),
                address(HandlerIndex::swapping, Swapping::op_herald), address(HandlerIndex::distilling, Distilling::op_pair),
                address(HandlerIndex::swapping, Swapping::op_stored), options.replica, model.slot, model.scenario.detail == AttemptDetail::attempt, model.switches, options.turn_hook,
                turn_claims_, model.induced_dephasing ? &dephasing_ : nullptr},
               queue_, states_, segments_, chains_, trace_),
        protocols_(model, options.protocols, {options.hooks, options.programs, options.routes_hook, {}}, options.replica),
        decisions_(decisions(model, protocols_.hooks())),
        owners_(owners(model)),
        mail_({model.scenario.messages.vary(), model.message_keys, model.scenario.messages.jitter_s,
               model.scenario.messages.loss_probability, model.retransmission_timeout, model.scenario.messages.in_order,
               model.scenario.messages.lost, model.clock, options.replica}),
        swapping_({model.nodes, model.swap_keys, address(HandlerIndex::swapping), options.replica, model.slot, model.devices, model.clock,
                   owners_},
                  queue_, states_, segments_,
                  lanes_, mail_, chains_, trace_),
        distilling_({model.plans, model.nodes, address(HandlerIndex::distilling), address(HandlerIndex::swapping, Swapping::op_herald),
                     options.replica},
                    queue_, states_, segments_, swapping_, lanes_.communication(), mail_, chains_, trace_),
        routes_(model.graph, model.scenario.routing.kind, model.swap_facts, model.route_plans, model.link_cost, model.control.view, model.control.deciders.size()),
        circuits_({model.nodes, model.fibre_delay, model.processing_delay, model.links, model.link_names, model.circuit_owners,
                   model.scenario.seed, model.scenario.control == ControlPlane::ideal,
                   model.scenario.reservation == Reservation::hop_by_hop, model.scenario.scheduler, address(HandlerIndex::circuits),
                   address(HandlerIndex::distilling, Distilling::op_spanning), address(HandlerIndex::requests, Requests::op_check), decisions_,
                   options.route_hook, options.routed_outside ? model.demands.size() : 0, options.swapped_outside, model.control.reactive ? &model.control : nullptr, address(HandlerIndex::requests, Requests::op_no_route),
                   model.control.local ? std::optional<LocalSearch::Setup>({model.graph, model.link_cost, model.fibre_delay, model.processing_delay}) : std::nullopt},
                  model.terms, routes_, queue_, lanes_, swapping_, distilling_, mail_, chains_, trace_),
        news_({model.control, model.graph, model.links, model.fibre_delay, model.processing_delay,
               address(HandlerIndex::requests, Requests::op_news)}, queue_),
        outages_({model.failures, model.links, model.nodes.size(), model.fibre_delay, model.clock, options.replica, model.heartbeat,
                  model.scenario.missed_heartbeats, model.scenario.control == ControlPlane::ideal, model.first_dead,
                  keeps_rows(model, options) ? std::numeric_limits<std::size_t>::max() : outage_rows_in_summary,
                  options.steered}),
        availability_(model.graph, routes_, outages_, model.demands.size()),
        recorder_({model.clock, model.warm_up, model.horizon, keeps_rows(model, options), options.pair_block,
                   options.request_block, options.pair_told, options.request_told},
                  model.demands.size()),
        requests_({model.demands, model.changes, model.clock, model.horizon, options.replica,
                   model.scenario.on_deadlock, static_cast<std::uint64_t>(model.scenario.max_open_requests.value_or(0)),
                   model.scenario.scheduler, address(HandlerIndex::requests), decisions_,
                   tells_turns(model, options.turn_hook)},
                  queue_, states_, segments_, lanes_, swapping_, routes_, circuits_, news_, outages_, availability_, recorder_, trace_),
        fusing_({model.stars, address(HandlerIndex::fusing), address(HandlerIndex::ghz_requests, GhzRequests::op_shared), options.replica},
                queue_, states_, segments_, swapping_, mail_, chains_, trace_),
        ghz_recorder_({model.clock, model.warm_up, model.horizon, keeps_rows(model, options), options.ghz_state_block,
                       options.ghz_request_block},
                      model.ghz_demands.size()),
        ghz_requests_({model.ghz_demands, model.changes, model.nodes, model.clock, model.horizon, options.replica,
                       address(HandlerIndex::ghz_requests)},
                      queue_, states_, fusing_, routes_, circuits_, outages_, ghz_recorder_, trace_),
        programs_({model.nodes, model.operation_times, model.node_names, model.scenario.seed, model.fibre_delay, model.processing_delay,
                   model.graph, model.clock, address(HandlerIndex::programs), options.replica,
                   model.scenario.control == ControlPlane::ideal, model.failure_names},
                  protocols_.host(), queue_, states_, swapping_, mail_, circuits_, outages_, requests_, trace_),
        failures_({static_cast<std::uint32_t>(model.failures.size()), address(HandlerIndex::failures)}, queue_, lanes_, circuits_,
                  outages_, availability_, requests_, ghz_requests_, programs_, trace_) {
    segments_.accounts = options.account_time;
    options.trace.apply(trace_);
    if (trace_.on) name_owners();
    if (const ProgramHost* host = protocols_.host(); model.control.programmed && !(host && host->link_news))
      throw SpecError("/control_plane/kind", "\"program\"", "another kind in a run without programs of Python, one of which decides on routes");
    if (protocols_.routes()) routes_.find_by(*protocols_.routes(), queue_);
    horizon_ = earlier(model.horizon, options.stop);
    slices_per_bin_ = options.bins > 0 ? slices / options.bins : 0;
    use_.slot_ticks.reserve(options.bins * model.nodes.size());
    use_.links.reserve(options.bins * model.links.size());
    handlers_.prefetch = [](void* self, const Event& sooner, const Event& later) {
      const Replica& replica = *static_cast<Replica*>(self);
      const auto is_for = [](const Event& event, HandlerIndex handler) { return event.to.handler == static_cast<std::uint16_t>(handler); };
      if (is_for(later, HandlerIndex::lanes)) replica.lanes_.prefetch(later);
      if (is_for(later, HandlerIndex::swapping)) replica.swapping_.prefetch(later);
      if (is_for(sooner, HandlerIndex::swapping)) replica.swapping_.prefetch_more(sooner);
    };
    handlers_.rows = {
        [](void* self, const Event& e) { static_cast<Replica*>(self)->lanes_.handle(e); },
        [](void* self, const Event& e) { static_cast<Replica*>(self)->swapping_.handle(e); },
        [](void* self, const Event& e) { static_cast<Replica*>(self)->circuits_.handle(e); },
        [](void* self, const Event& e) { static_cast<Replica*>(self)->requests_.handle(e); },
        [](void* self, const Event& e) { static_cast<Replica*>(self)->distilling_.handle(e); },
        [](void* self, const Event& e) { static_cast<Replica*>(self)->fusing_.handle(e); },
        [](void* self, const Event& e) { static_cast<Replica*>(self)->ghz_requests_.handle(e); },
        [](void* self, const Event& e) { static_cast<Replica*>(self)->failures_.handle(e); },
        [](void* self, const Event& e) { static_cast<Replica*>(self)->programs_.handle(e); },
        [](void* self, const Event&) { static_cast<Replica*>(self)->action_(); },
    };
  }

  // Posts what happens by itself.
  void start() {
    failures_.start();
    requests_.start();
    ghz_requests_.start();
    programs_.start();
  }

  // To the end of a tick, or of the run: the same in however many steps.
  Ended advance(Tick to, const RunLimits& limits, std::atomic<double>& progress) {
    while (true) {
      const Tick until = earlier(horizon_, slice_ == slices ? model_.horizon : Tick{count(model_.horizon) / slices * slice_});
      const Ended ended = run_until(queue_, earlier(to, until), limits, handlers_, this);
      if (requests_.stopped()) return Ended::deadlock;
      if (ended != Ended::horizon || to < until) return ended;
      progress.store(static_cast<double>(slice_) / slices, std::memory_order_relaxed);
      if (slices_per_bin_ > 0 && slice_ % slices_per_bin_ == 0) end_bin(until);
      if (until == horizon_) return ended;
      ++slice_;
    }
  }

  bool asks() const { return circuits_.undecided() || swapping_.undecided(); }

  // Knows nothing of slices: there is nobody to whom progress is told.
  Ended advance_to_question(const RunLimits& limits, const bool& halt) {
    const Ended ended = run_until(queue_, horizon_, limits, [&](const Event& event) {
      if (const Event* later = queue_.ahead(6)) handlers_.prefetch(this, later[-3], *later);
      handlers_.call(this, event);
      return !asks() && !halt;
    });
    return requests_.stopped() ? Ended::deadlock : ended;
  }

  Ended act(Tick at, std::function<void()> action, const RunLimits& limits) {
    action_ = std::move(action);
    queue_.post(at, Phase::arrivals, address(HandlerIndex::steering), 0);
    const Ended ended = run_until(queue_, at, limits, handlers_, this);
    return requests_.stopped() ? Ended::deadlock : ended;
  }

  ReplicaParts parts() { return {queue_, lanes_, swapping_, routes_, circuits_, outages_, recorder_, requests_, failures_}; }

  Tick end(Ended ended) const { return ended == Ended::horizon ? horizon_ : queue_.now(); }

  ReplicaResult result(std::uint64_t replica, Ended ended, Tick end) {
    ReplicaResult r;
    r.replica = replica;
    r.ended = ended;
    r.end = end;
    if (slices_per_bin_ > 0) end_bin(r.end);
    r.use = std::move(use_);
    lanes_.settle_all(r.end);
    swapping_.settle_all(r.end);
    requests_.finish(r.end);
    ghz_requests_.finish();
    programs_.finish(r.end);
    r.events = queue_.processed();
    r.stale_events = lanes_.stale_events() + swapping_.stale_events() + distilling_.stale_events() + circuits_.stale_events() +
                     requests_.stale_events() + fusing_.stale_events() + ghz_requests_.stale_events() + failures_.stale_events();
    r.messages = swapping_.messages() + distilling_.messages() + circuits_.messages() + fusing_.messages() + programs_.messages() + news_.messages();
    r.control_messages = news_.messages() + circuits_.questions();
    r.lost_messages = mail_.lost();
    r.deadlocks = requests_.deadlocks();
    r.deadlock_releases = requests_.deadlock_releases();
    r.links = lanes_.counters();
    for (LinkCounters& link : r.links) r.messages += 2 * link.successes;  // heralds
    for (std::uint32_t l = 0; l < model_.links.size(); ++l) r.link_up_ticks.push_back(outages_.up_ticks(LinkId{l}, r.end));
    r.nodes = swapping_.counters();
    if (outages_.any()) {
      for (std::uint32_t n = 0; n < model_.nodes.size(); ++n) r.node_up_ticks.push_back(outages_.up_ticks(NodeId{n}, r.end));
      r.availability = availability_.finish(r.end);
      r.outages = std::move(outages_.rows());
    }
    r.demands = recorder_.take_summaries();
    for (std::uint32_t d = 0; d < model_.demands.size(); ++d) {
      DemandPath path;
      for (LinkId link : circuits_.route(circuits_.first(DemandId{d})).links) {
        ++path.hops;
        path.length_m += model_.link_facts[link.value].length_m;
      }
      r.paths.push_back(path);
      r.distillation.push_back(circuits_.distillation(DemandId{d}));
    }
    r.pairs = std::move(recorder_.pairs());
    r.requests = std::move(recorder_.requests());
    r.deadlock_rows = std::move(recorder_.deadlocks());
    r.ghz_states = std::move(ghz_recorder_.states());
    r.ghz_requests = std::move(ghz_recorder_.requests());
    r.ghz_demands = std::move(ghz_recorder_.summaries());
    r.trace = take_trace();
    r.records = protocols_.take_records();
    r.errors = protocols_.errors();
    return r;
  }

  std::vector<TraceRow> take_trace() { return std::move(trace_.rows); }

 private:
  // Stretches of the run between which progress is reported, and bins end: hot paths know of neither.
  static constexpr std::int64_t slices = 256;

  // An arm is to the trace a circuit of its GHZ demand.
  void name_owners() {
    for (std::uint32_t c = 0; c < model_.circuits; ++c) trace_.owners.push_back({circuits_.demand(ChainId{c}).value, circuits_.number(ChainId{c})});
    for (const GhzDemandRow& demand : model_.ghz_demands)
      for (std::uint32_t k = 0; k < demand.arms; ++k)
        trace_.owners[circuits_.first(DemandId{demand.first_arm.value + k}).value] = {demand.number, k};
  }

  void end_bin(Tick end) {
    if (end <= (use_.ends.empty() ? tick_zero : use_.ends.back())) return;
    use_.ends.push_back(end);
    programs_.count_slots(end);
    swapping_.slot_ticks_until(end, use_.slot_ticks);
    lanes_.use_until(end, use_.links);
  }

  const Model& model_;
  Tick horizon_{};
  std::int64_t slices_per_bin_ = 0, slice_ = 1;
  UseOverTime use_;
  EventQueue queue_;
  Trace trace_;
  InducedDephasing dephasing_;
  States states_;
  std::vector<Chain> chains_;
  Segments segments_;
  std::vector<Turns::Claim> turn_claims_;  // by chain; empty where no switch goes by them
  Lanes lanes_;
  ProtocolsInReplica protocols_;
  std::vector<Decisions> decisions_;  // by demand; empty where none has any
  std::vector<DemandId> owners_;      // by chain
  Messages mail_;
  Swapping swapping_;
  Distilling distilling_;
  Routes routes_;
  Circuits circuits_;
  News news_;
  Outages outages_;
  Availability availability_;
  Recorder recorder_;
  Requests requests_;
  Fusing fusing_;
  GhzRecorder ghz_recorder_;
  GhzRequests ghz_requests_;
  Programs programs_;
  Failures failures_;
  HandlerTable handlers_;
  std::function<void()> action_;
};

ReplicaResult run_replica(const Model& model, const ReplicaOptions& options, StopSignal& stop, std::atomic<double>& progress) {
  RunLimits limits;
  limits.stop = &stop;
  if (options.max_events) limits.max_events = *options.max_events;
  if (options.max_wall_s)
    limits.wall_deadline = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                                  std::chrono::duration<double>(std::min(*options.max_wall_s, 1e9)));
  if (model.rounds) return run_rounds(model, options, limits, progress);
  Replica replica(model, options);
  try {
    replica.start();
    const Ended ended = replica.advance(never, limits, progress);
    return replica.result(options.replica, ended, replica.end(ended));
  } catch (...) {
    if (options.trace_of_failure) *options.trace_of_failure = replica.take_trace();
    throw;
  }
}

SteppedReplica::SteppedReplica(const Model& model, const ReplicaOptions& options)
    : number_(options.replica), replica_(std::make_unique<Replica>(model, options)) {
  replica_->start();
}
SteppedReplica::~SteppedReplica() = default;

Ended SteppedReplica::advance(Tick until, const RunLimits& limits) { return replica_->advance(until, limits, progress_); }
Ended SteppedReplica::act(Tick at, std::function<void()> action, const RunLimits& limits) {
  return replica_->act(at, std::move(action), limits);
}
Ended SteppedReplica::advance_to_question(const RunLimits& limits, const bool& halt) { return replica_->advance_to_question(limits, halt); }
bool SteppedReplica::asks() const { return replica_->asks(); }
ReplicaParts SteppedReplica::parts() { return replica_->parts(); }
ReplicaResult SteppedReplica::result(Ended ended, Tick end) { return replica_->result(number_, ended, end); }

}  // namespace farbell
