#include "farbell/simulation/run.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <mutex>

#include "farbell/base/errors.hpp"
#include "farbell/engine/replicas.hpp"
#include "farbell/simulation/run_parts.hpp"

namespace farbell {

namespace {

using Results = ReplicaResults;

template <class Row>
struct At {
  std::uint64_t replica;
  std::uint32_t index;
  const Row* row;
  const ReplicaResult* result;
};

// The rows of all replicas, one after the other.
template <class Row>
std::vector<At<Row>> all(const Results& results, std::vector<Row> ReplicaResult::* rows) {
  std::vector<At<Row>> out;
  for (const auto& r : results)
    if (r)
      for (std::uint32_t i = 0; i < ((*r).*rows).size(); ++i) out.push_back({r->replica, i, &((*r).*rows)[i], &*r});
  return out;
}

template <class Row>
void add_place(Table& t, const std::vector<At<Row>>& rows, std::string entity) {
  t.add<std::uint32_t>("replica", rows, [](const auto& a) { return a.replica; });
  t.add<std::uint32_t>(std::move(entity), rows, [](const auto& a) { return a.index; });
}

void entity_tables(const Model& model, const Results& results, std::vector<Table>& tables) {
  const Clock& clock = model.clock;
  {
    const auto rows = all(results, &ReplicaResult::links);
    Table t{"links", {}};
    add_place(t, rows, "link");
    t.add<std::uint64_t>("attempts", rows, [](const auto& a) { return a.row->attempts; });
    t.add<std::uint64_t>("successes", rows, [](const auto& a) { return a.row->successes; });
    t.add<double>("up_s", rows, [&](const auto& a) { return a.result->link_up_ticks[a.index] / clock.ticks_per_s; });
    t.add<double>("lane_s", rows, [&](const auto& a) { return a.row->lane_ticks / clock.ticks_per_s; });
    tables.push_back(std::move(t));
  }
  {
    const auto rows = all(results, &ReplicaResult::nodes);
    Table t{"nodes", {}};
    add_place(t, rows, "node");
    t.add<std::uint64_t>("swaps", rows, [](const auto& a) { return a.row->swaps; });
    t.add<std::uint64_t>("failed_swaps", rows, [](const auto& a) { return a.row->failed_swaps; });
    t.add<std::uint64_t>("stale_swaps", rows, [](const auto& a) { return a.row->stale_swaps; });
    t.add<std::uint64_t>("lost_qubits", rows, [](const auto& a) { return a.row->lost_qubits; });
    t.add<std::uint64_t>("cut_offs", rows, [](const auto& a) { return a.row->cut_offs; });
    t.add<std::uint32_t>("slots", rows, [&](const auto& a) { return model.nodes[a.index].slots; });
    t.add<double>("slot_seconds", rows, [&](const auto& a) { return a.row->slot_ticks / clock.ticks_per_s; });
    tables.push_back(std::move(t));
  }
  {
    const auto rows = all(results, &ReplicaResult::demands);
    Table t{"demands", {}};
    add_place(t, rows, "demand");
    const auto open = [](const DemandSummary& s) { return s.asked - s.done - s.timed_out - s.refused; };
    t.add<std::uint64_t>("requests_asked", rows, [](const auto& a) { return a.row->asked; });
    t.add<std::uint64_t>("requests_done", rows, [](const auto& a) { return a.row->done; });
    t.add<std::uint64_t>("requests_timed_out", rows, [](const auto& a) { return a.row->timed_out; });
    t.add<std::uint64_t>("requests_refused", rows, [](const auto& a) { return a.row->refused; });
    t.add<std::uint64_t>("requests_open", rows, [&](const auto& a) { return open(*a.row); });
    t.add<std::uint64_t>("pairs", rows, [](const auto& a) { return a.row->pairs; });
    t.add<std::uint64_t>("rejected_pairs", rows, [](const auto& a) { return a.row->rejected; });
    t.add<std::uint64_t>("surplus_pairs", rows, [](const auto& a) { return a.row->surplus; });
    const auto distillation = [](const auto& a) -> const DistillationCounters& { return a.result->distillation[a.index]; };
    t.add<std::uint64_t>("distillation_rounds", rows, [&](const auto& a) { return distillation(a).rounds; });
    t.add<std::uint64_t>("failed_distillations", rows, [&](const auto& a) { return distillation(a).failed; });
    t.add<std::uint64_t>("distillation_cut_offs", rows, [&](const auto& a) { return distillation(a).cut_offs; });
    t.add<std::uint32_t>("hops", rows, [](const auto& a) { return a.result->paths[a.index].hops; });
    t.add<double>("length_m", rows, [](const auto& a) { return a.result->paths[a.index].length_m; });
    tables.push_back(std::move(t));
  }
  {
    const auto rows = all(results, &ReplicaResult::demands);
    Table t{"time_spent", {}};
    add_place(t, rows, "demand");
    constexpr std::array<const char*, spent_kinds> names{"links",    "memories",     "messages",            "operations",
                                                         "cut_offs", "failed_swaps", "failed_distillation", "stale_halves"};
    for (std::size_t k = 0; k < spent_kinds; ++k)
      t.add<double>(std::string(names[k]) + "_s", rows, [&](const auto& a) { return a.row->spent[k] / clock.ticks_per_s; });
    tables.push_back(std::move(t));
  }
  std::vector<const ReplicaResult*> replicas;
  for (const auto& r : results)
    if (r) replicas.push_back(&*r);
  {
    Table t{"replicas", {}};
    t.add<std::uint32_t>("replica", replicas, [](const auto* r) { return r->replica; });
    t.add<std::uint64_t>("events", replicas, [](const auto* r) { return r->events; });
    t.add<std::uint64_t>("stale_events", replicas, [](const auto* r) { return r->stale_events; });
    t.add<std::uint64_t>("messages", replicas, [](const auto* r) { return r->messages; });
    if (model.control.on())
      t.add<std::uint64_t>("control_messages", replicas, [](const auto* r) { return r->control_messages; });
    if (model.scenario.messages.vary())
      t.add<std::uint64_t>("lost_messages", replicas, [](const auto* r) { return r->lost_messages; });
    t.add<double>("simulated_s", replicas, [&](const auto* r) { return clock.seconds(r->end); });
    t.add<std::uint64_t>("deadlocks", replicas, [](const auto* r) { return r->deadlocks; });
    t.add<std::uint64_t>("deadlock_releases", replicas, [](const auto* r) { return r->deadlock_releases; });
    t.add<std::uint8_t>("ended", replicas, [](const auto* r) { return r->ended; });
    tables.push_back(std::move(t));
  }
}

void deadlock_table(const Clock& clock, const Results& results, std::vector<Table>& tables) {
  const auto rows = all(results, &ReplicaResult::deadlock_rows);
  Table t{"deadlocks", {}};
  t.add<std::uint32_t>("replica", rows, [](const auto& a) { return a.replica; });
  t.add<double>("time_s", rows, [&](const auto& a) { return clock.seconds(a.row->at); });
  t.add<std::uint64_t>("deadlock", rows, [](const auto& a) { return a.row->deadlock; });
  t.add<std::uint32_t>("demand", rows, [](const auto& a) { return a.row->demand.value; });
  t.add<std::uint32_t>("circuit", rows, [](const auto& a) { return a.row->number; });
  t.add<std::int64_t>("request", rows, [](const auto& a) { return a.row->request; });
  t.add<std::uint32_t>("node", rows, [](const auto& a) { return a.row->node.value; });
  t.add<std::uint32_t>("slots_needed", rows, [](const auto& a) { return a.row->needed; });
  t.add<std::uint32_t>("slots_free", rows, [](const auto& a) { return a.row->free; });
  t.add<std::int64_t>("other", rows, [](const auto& a) { return a.row->other ? std::int64_t{a.row->other.value} : -1; });
  t.add<std::int64_t>("other_circuit", rows, [](const auto& a) { return a.row->other_number; });
  t.add<std::int8_t>("other_is", rows, [](const auto& a) { return a.row->other ? !a.row->other_holds : -1; });
  t.add<std::uint32_t>("other_slots", rows, [](const auto& a) { return a.row->other_slots; });
  t.add<std::uint8_t>("released", rows, [](const auto& a) { return a.row->released; });
  tables.push_back(std::move(t));
}

// Of protocols of nodes.
void record_table(const Clock& clock, const ExtensionPrograms& programs, const Results& results, std::vector<Table>& tables) {
  struct Row {
    std::uint64_t replica;
    const ProtocolRecords::Row* row;
    const double* values;
  };
  std::vector<Row> rows;
  for (const auto& r : results)
    if (r)
      for (std::size_t k = 0; k < r->records.rows.size(); ++k)
        rows.push_back({r->replica, &r->records.rows[k], r->records.values.data() + k * programs.column_count});
  Table t{"records", {}};
  t.add<double>("time_s", rows, [&](const Row& r) { return clock.seconds(r.row->at); });
  t.add<std::uint32_t>("replica", rows, [](const Row& r) { return r.replica; });
  t.add<std::uint32_t>("node", rows, [](const Row& r) { return r.row->node.value; });
  for (std::uint32_t c = 0; c < programs.column_count; ++c) t.add<double>(programs.columns[c], rows, [&](const Row& r) { return r.values[c]; });
  tables.push_back(std::move(t));
}

void failure_tables(const Model& model, const Results& results, std::vector<Table>& tables) {
  const Clock& clock = model.clock;
  const auto seconds = [&](Tick x) { return x == never ? std::numeric_limits<double>::quiet_NaN() : clock.seconds(x); };
  const auto id_or_none = [](auto id) { return id ? std::int64_t{id.value} : -1; };
  {
    const auto rows = all(results, &ReplicaResult::outages);
    Table t{"failures", {}};
    t.add<std::uint32_t>("replica", rows, [](const auto& a) { return a.replica; });
    t.add<std::uint32_t>("failure", rows, [](const auto& a) { return a.row->failure; });
    t.add<std::int64_t>("node", rows, [&](const auto& a) { return id_or_none(a.row->node); });
    t.add<std::int64_t>("link", rows, [&](const auto& a) { return id_or_none(a.row->link); });
    t.add<double>("down_s", rows, [&](const auto& a) { return seconds(a.row->down); });
    t.add<double>("noticed_s", rows, [&](const auto& a) { return seconds(a.row->noticed); });
    t.add<double>("up_s", rows, [&](const auto& a) { return seconds(a.row->up); });
    tables.push_back(std::move(t));
  }
  {
    const auto rows = all(results, &ReplicaResult::node_up_ticks);
    Table t{"node_availability", {}};
    add_place(t, rows, "node");
    t.add<double>("up_s", rows, [&](const auto& a) { return *a.row / clock.ticks_per_s; });
    tables.push_back(std::move(t));
  }
  {
    const auto rows = all(results, &ReplicaResult::availability);
    const auto refused = [](const auto& a, Refusal reason) {
      return a.result->demands[a.index].refused_because[static_cast<std::size_t>(reason)];
    };
    const auto of_some = [](const auto& a, double ticks) {
      return a.row->recovery.n > 0 ? ticks : std::numeric_limits<double>::quiet_NaN();
    };
    Table t{"demand_availability", {}};
    add_place(t, rows, "demand");
    t.add<double>("route_s", rows, [&](const auto& a) { return a.row->route_ticks / clock.ticks_per_s; });
    t.add<std::uint64_t>("interruptions", rows, [](const auto& a) { return a.row->interruptions; });
    t.add<std::uint64_t>("recoveries", rows, [](const auto& a) { return a.row->recovery.n; });
    t.add<double>("recovery_mean_s", rows, [&](const auto& a) { return of_some(a, a.row->recovery.mean) / clock.ticks_per_s; });
    t.add<double>("recovery_max_s", rows, [&](const auto& a) { return of_some(a, a.row->longest_recovery) / clock.ticks_per_s; });
    t.add<std::uint64_t>("refused_no_route", rows, [&](const auto& a) { return refused(a, Refusal::no_route); });
    t.add<std::uint64_t>("refused_route_lost", rows, [&](const auto& a) { return refused(a, Refusal::route_lost); });
    t.add<std::uint64_t>("refused_node_down", rows, [&](const auto& a) { return refused(a, Refusal::node_down); });
    tables.push_back(std::move(t));
  }
}

// Demands are numbered after those for pairs, as their names are.
void ghz_tables(const Model& model, const Results& results, std::vector<Table>& tables) {
  const auto number = [&](std::uint32_t demand) { return model.demands.size() + demand; };
  {
    const auto rows = all(results, &ReplicaResult::ghz_demands);
    const auto open = [](const GhzSummary& s) { return s.asked - s.done - s.timed_out - s.refused; };
    const auto mean = [](const Moments& m) { return m.n > 0 ? m.mean : std::numeric_limits<double>::quiet_NaN(); };
    Table t{"ghz_demands", {}};
    t.add<std::uint32_t>("replica", rows, [](const auto& a) { return a.replica; });
    t.add<std::uint32_t>("demand", rows, [&](const auto& a) { return number(a.index); });
    t.add<std::uint32_t>("users", rows, [&](const auto& a) { return model.ghz_demands[a.index].users; });
    t.add<std::uint64_t>("requests_asked", rows, [](const auto& a) { return a.row->asked; });
    t.add<std::uint64_t>("requests_done", rows, [](const auto& a) { return a.row->done; });
    t.add<std::uint64_t>("requests_timed_out", rows, [](const auto& a) { return a.row->timed_out; });
    t.add<std::uint64_t>("requests_refused", rows, [](const auto& a) { return a.row->refused; });
    t.add<std::uint64_t>("requests_open", rows, [&](const auto& a) { return open(*a.row); });
    t.add<std::uint64_t>("states", rows, [](const auto& a) { return a.row->states; });
    t.add<std::uint64_t>("rejected_states", rows, [](const auto& a) { return a.row->rejected; });
    t.add<std::uint64_t>("surplus_states", rows, [](const auto& a) { return a.row->surplus; });
    t.add<std::uint64_t>("promoted_pairs", rows, [](const auto& a) { return a.row->promoted; });
    t.add<double>("fidelity_mean", rows, [&](const auto& a) { return mean(a.row->fidelity); });
    t.add<double>("latency_mean_s", rows, [&](const auto& a) { return mean(a.row->latency); });
    tables.push_back(std::move(t));
    struct Batch {
      std::uint64_t replica;
      std::uint32_t demand;
      std::size_t index;
      const std::array<double, 2>* sums;
    };
    std::vector<Batch> batches;
    for (const auto& a : rows)
      for (std::size_t k = 0; k < batch_count; ++k) batches.push_back({a.replica, a.index, k, &a.row->batches[k]});
    Table b{"ghz_batches", {}};
    b.add<std::uint32_t>("replica", batches, [](const Batch& x) { return x.replica; });
    b.add<std::uint32_t>("demand", batches, [&](const Batch& x) { return number(x.demand); });
    b.add<std::uint32_t>("batch", batches, [](const Batch& x) { return x.index; });
    b.add<double>("states", batches, [](const Batch& x) { return (*x.sums)[0]; });
    b.add<double>("fidelity_sum", batches, [](const Batch& x) { return (*x.sums)[1]; });
    tables.push_back(std::move(b));
  }
}

// With that of a replica which has failed.
void trace_table(const Results& results, const ReplicaResult& failed, std::vector<Table>& tables) {
  auto rows = all(results, &ReplicaResult::trace);
  for (std::uint32_t i = 0; i < failed.trace.size(); ++i) rows.push_back({failed.replica, i, &failed.trace[i], &failed});
  Table t{"trace", {}};
  t.add<std::uint32_t>("replica", rows, [](const auto& a) { return a.replica; });
  t.add<std::int64_t>("tick", rows, [](const auto& a) { return count(a.row->tick); });
  t.add<std::uint8_t>("phase", rows, [](const auto& a) { return a.row->phase; });
  t.add<std::uint8_t>("kind", rows, [](const auto& a) { return a.row->kind; });
  t.add<std::uint32_t>("entity", rows, [](const auto& a) { return a.row->entity; });
  t.add<std::uint64_t>("a", rows, [](const auto& a) { return a.row->a; });
  t.add<std::uint64_t>("b", rows, [](const auto& a) { return a.row->b; });
  t.add<double>("x", rows, [](const auto& a) { return a.row->x; });
  t.add<std::uint32_t>("circuit", rows, [](const auto& a) { return a.row->circuit; });
  t.add<std::int64_t>("left", rows, [](const auto& a) { return a.row->left; });
  t.add<std::int64_t>("right", rows, [](const auto& a) { return a.row->right; });
  t.add<std::int64_t>("pair", rows, [](const auto& a) { return a.row->pair; });
  t.add<std::uint32_t>("to", rows, [](const auto& a) { return a.row->to; });
  t.add<std::int64_t>("until", rows, [](const auto& a) { return count(a.row->until); });
  tables.push_back(std::move(t));
}

// Use of nodes and links over simulated time: sums from its start, which whoever asks for them makes the rows of users of.
void use_tables(Results& results, std::vector<Table>& tables) {
  Table ends{"use_ends", {}}, nodes{"occupancy", {}}, links{"link_use", {}};
  std::vector<std::pair<std::uint64_t, Tick>> stretches;
  UseOverTime all;
  const auto append = [](auto& column, auto& more) {
    if (column.empty()) column = std::move(more);
    else column.insert(column.end(), more.begin(), more.end());
  };
  for (auto& r : results) {
    if (!r) continue;
    for (Tick end : r->use.ends) stretches.emplace_back(r->replica, end);
    append(all.slot_ticks, r->use.slot_ticks);
    append(all.links.attempts, r->use.links.attempts);
    append(all.links.successes, r->use.links.successes);
    append(all.links.lane_ticks, r->use.links.lane_ticks);
    append(all.links.open_ticks, r->use.links.open_ticks);
  }
  ends.add<std::uint32_t>("replica", stretches, [](const auto& s) { return s.first; });
  ends.add<std::int64_t>("end", stretches, [](const auto& s) { return count(s.second); });
  nodes.columns.push_back({"slot_ticks", std::move(all.slot_ticks)});
  links.columns.push_back({"attempts", std::move(all.links.attempts)});
  links.columns.push_back({"successes", std::move(all.links.successes)});
  links.columns.push_back({"lane_ticks", std::move(all.links.lane_ticks)});
  links.columns.push_back({"open_ticks", std::move(all.links.open_ticks)});
  for (Table* table : {&ends, &nodes, &links}) tables.push_back(std::move(*table));
}

// In the scenario, or by hand.
bool any_outages(const Model& model, const Results& results) {
  return !model.failures.empty() || std::any_of(results.begin(), results.end(), [](const auto& r) { return r && !r->node_up_ticks.empty(); });
}

void statistics(const Model& model, const Results& results, RunOutput& out) {
  std::size_t replicas = 0;
  for (const auto& r : results) replicas += r.has_value();
  const std::size_t demands = model.demands.size();
  out.batches = xt::zeros<double>({replicas, demands, batch_count, batch_columns});
  out.moments = xt::zeros<double>({replicas, demands, std::size_t{8}});
  out.latency_sketch = xt::zeros<std::uint64_t>({demands, LatencySketch::buckets});
  out.fidelity_histogram = xt::zeros<std::uint64_t>({demands, std::tuple_size_v<decltype(DemandSummary::fidelity_histogram)>});
  std::size_t row = 0;
  for (const auto& r : results) {
    if (!r) continue;
    for (std::size_t d = 0; d < demands; ++d) {
      const DemandSummary& s = r->demands[d];
      for (std::size_t b = 0; b < batch_count; ++b)
        for (std::size_t c = 0; c < batch_columns; ++c) out.batches(row, d, b, c) = s.batches[b][c];
      const bool any = s.fidelity.n > 0;
      const double nan = std::numeric_limits<double>::quiet_NaN();
      const std::array<double, 8> moments{static_cast<double>(s.fidelity.n), any ? s.fidelity.mean : nan, s.fidelity.m2,
                                          s.latency.n > 0 ? s.latency.mean : nan, s.latency.m2, static_cast<double>(s.latency.n),
                                          any ? s.min_fidelity : nan, any ? s.max_fidelity : nan};
      for (std::size_t c = 0; c < moments.size(); ++c) out.moments(row, d, c) = moments[c];
      for (std::size_t k = 0; k < s.sketch.counts.size(); ++k) out.latency_sketch(d, k) += s.sketch.counts[k];
      for (std::size_t k = 0; k < s.fidelity_histogram.size(); ++k) out.fidelity_histogram(d, k) += s.fidelity_histogram[k];
    }
    ++row;
  }
}

// What a run in rounds cannot be asked for.
void refuse_with_rounds(const Model& model, const RunOptions& options, bool of_circuits) {
  if (of_circuits || options.protocols.any_of_circuits())
    throw SpecError("/rounds", "a run with hooks, programs or protocols of its own", "null for these: rounds ask none of them, but for assign_lanes, join_pairs and fuse_pairs");
  if ((options.round_hooks.any() || options.protocols.any()) && !model.changes.empty())
    throw SpecError("hooks", "a hook of rounds", "none beside /changes, which are no part of what it is told");
}

}  // namespace

ReplicaOptions replica_options(const Model& model, const RunOptions& options, std::uint64_t index) {
  ReplicaOptions replica;
  replica.replica = options.first_replica + index;
  replica.trace = {options.trace, model.clock.tick(options.trace_from_s),
                   options.trace_until_s ? model.clock.tick(*options.trace_until_s) : never, options.trace_rows / options.replicas};
  replica.bins = options.bins;
  replica.programs = options.programs;
  replica.hooks = options.hooks;
  replica.route_hook = options.route_hook;
  replica.routes_hook = options.routes_hook;
  replica.round_hooks = options.round_hooks;
  replica.turn_hook = options.turn_hook;
  replica.protocols = options.protocols;
  replica.account_time = options.account_time;
  replica.stop = options.stop_s ? model.clock.tick(*options.stop_s) : never;
  replica.max_events = options.max_events;
  if (!replica.max_events && model.scenario.limits.max_events)
    replica.max_events = static_cast<std::uint64_t>(*model.scenario.limits.max_events);
  replica.max_wall_s = options.max_wall_s ? options.max_wall_s : model.scenario.limits.max_wall_s;
  return replica;
}

RowStore row_store(const Model& model, const RunOptions& options, const RunHooks& hooks) {
  std::optional<GhzWords> ghz;
  if (!model.ghz_demands.empty()) ghz = {model.demands.size(), is_sampled(model.store)};
  return RowStore(model.clock, options.memory_limit_bytes, hooks.spill, ghz);
}

void put_together(const Model& model, const RunOptions& options, ReplicaResults& results, const ReplicaResult& failed, RowStore& rows,
                  RunOutput& out) {
  rows.finish(out.tables);
  out.spilled = rows.spilled();
  entity_tables(model, results, out.tables);
  deadlock_table(model.clock, results, out.tables);
  if (any_outages(model, results)) failure_tables(model, results, out.tables);
  if (!model.ghz_demands.empty()) ghz_tables(model, results, out.tables);
  if (options.bins > 0) use_tables(results, out.tables);
  if (options.trace) trace_table(results, failed, out.tables);
  if (options.protocols.programs) record_table(model.clock, *options.protocols.programs->table->programs, results, out.tables);
  statistics(model, results, out);
}

RunOutput run(const Model& model, const RunOptions& options, const RunHooks& hooks) {
  Results results(options.replicas);
  std::vector<std::atomic<double>> progress(options.replicas);
  std::atomic<std::uint64_t> ended = 0;
  RowStore rows = row_store(model, options, hooks);

  RunOutput out;
  ReplicaResult failed;
  const bool of_circuits = options.programs || options.route_hook || options.routes_hook || options.turn_hook ||
                           std::any_of(options.hooks.begin(), options.hooks.end(), [](const auto* hook) { return hook; });
  if (model.rounds) refuse_with_rounds(model, options, of_circuits);
  const bool calls_back = of_circuits || options.round_hooks.any();
  const bool may_fail = calls_back || options.protocols.any();
  // As replicas are begun in order, and go on to their end, the first that fails does not depend on the number of threads.
  std::atomic<std::uint64_t> first_failed = std::numeric_limits<std::uint64_t>::max();
  std::mutex failing;
  const auto job = [&](std::uint64_t index, StopSignal& stop, BlockChannel<RowBlock>& channel) {
    if (index > first_failed) return;
    ReplicaOptions replica = replica_options(model, options, index);
    const auto push = [&](auto RowBlock::* table) {
      return [&, table](auto&& full) {
        RowBlock block;
        block.replica = replica.replica;
        block.*table = std::move(full);
        channel.push(std::move(block));
      };
    };
    replica.pair_block = push(&RowBlock::pairs);
    replica.request_block = push(&RowBlock::requests);
    replica.ghz_state_block = push(&RowBlock::ghz_states);
    replica.ghz_request_block = push(&RowBlock::ghz_requests);
    std::vector<TraceRow> trace_so_far;
    if (may_fail) replica.trace_of_failure = &trace_so_far;
    ReplicaResult result;
    try {
      result = run_replica(model, replica, stop, progress[index]);
    } catch (...) {
      if (!may_fail) throw;
      {
        const std::lock_guard lock(failing);
        if (index < first_failed) {
          out.failure = std::current_exception();
          first_failed = index;
          failed.replica = replica.replica;
          failed.trace = std::move(trace_so_far);
        }
      }
      channel.push({replica.replica, {}, {}, {}, {}, true});
      return;
    }
    channel.push({replica.replica, std::move(result.pairs), std::move(result.requests), std::move(result.ghz_states),
                  std::move(result.ghz_requests), true});
    results[index] = std::move(result);
    progress[index].store(1, std::memory_order_relaxed);
    ended.fetch_add(1, std::memory_order_relaxed);
  };
  const auto poll = [&] {
    if (!hooks.poll) return true;
    double done = 0;
    for (const auto& p : progress) done += p.load(std::memory_order_relaxed);
    return hooks.poll(done / static_cast<double>(options.replicas), ended.load(std::memory_order_relaxed));
  };

  ReplicaPool<RowBlock> pool;
  pool.threads = calls_back ? 1 : options.threads;
  const PoolOutcome outcome = pool.run(options.replicas, job, poll, [&](RowBlock&& block) { rows.take(std::move(block)); });

  out.interrupted = outcome.interrupted;
  for (const auto& result : results)
    if (result) out.errors.add(result->errors);
  put_together(model, options, results, failed, rows, out);
  return out;
}

}  // namespace farbell
