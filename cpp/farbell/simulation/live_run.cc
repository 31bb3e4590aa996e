#include "farbell/simulation/live_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "farbell/simulation/failure_plan.hpp"
#include "farbell/simulation/places.hpp"
#include "farbell/simulation/stated_routes.hpp"

namespace farbell {

namespace {

using Wall = std::chrono::steady_clock;

template <class Id>
std::vector<Id> ids(std::size_t count) {
  std::vector<Id> out;
  for (std::uint32_t i = 0; i < count; ++i) out.emplace_back(i);
  return out;
}

// Links may fail, whether or not the scenario says so.
std::shared_ptr<const Model> steerable(std::shared_ptr<const Model> given) {
  const Model& model = *given;
  if (model.rounds) throw SpecError("/rounds", "a router that decides in rounds", "null in a live run; farbell.run runs rounds");
  if (model.scenario.programs.empty()) {
    if (model.first_dead > 0) return given;
    auto own = std::make_shared<Model>(model);
    add_dead_programs(*own);
    return own;
  }
  throw SpecError("/programs", "programs of nodes", "none in a live run; farbell.run runs them");
}

}  // namespace

LiveRun::LiveRun(std::shared_ptr<const Model> model, const RunOptions& options, std::function<void(Table&&)> spill)
    : shared_(steerable(std::move(model))), options_(options), rows_(row_store(model_, options_, {{}, std::move(spill)})),
      replica_(model_, [&] {
        ReplicaOptions replica = replica_options(model_, options_, 0);
        const auto keep = [this, number = replica.replica](auto RowBlock::* table) {
          return [this, number, table](auto&& full) {
            RowBlock block;
            block.replica = number;
            block.*table = std::move(full);
            rows_.take(std::move(block));
          };
        };
        replica.pair_block = keep(&RowBlock::pairs);
        replica.request_block = keep(&RowBlock::requests);
        replica.ghz_state_block = keep(&RowBlock::ghz_states);
        replica.ghz_request_block = keep(&RowBlock::ghz_requests);
        replica.steered = true;
        replica.pair_told = [this](const PairRow& row) { latest_pairs_.add(row); };
        replica.request_told = [this](const RequestRow& row) {
          if (row.status != RequestStatus::open) latest_requests_.add(row);
        };
        return replica;
      }()),
      parts_(replica_.parts()) {
  for (const std::string& name : model_.node_names) node_names_.add(name);
}

// ---- going on -------------------------------------------------------------------------------------------------------------------------

RunLimits LiveRun::limits(StopSignal* stop) const {
  RunLimits limits;
  limits.stop = stop;
  if (const auto most = options_.max_events) limits.max_events = *most;
  else if (const auto of_scenario = model_.scenario.limits.max_events) limits.max_events = static_cast<std::uint64_t>(*of_scenario);
  return limits;
}

void LiveRun::require_going_on() const {
  if (finished_ || ended_)
    throw RunError("the run is over, at " + number_text(time_s()) + " s of simulated time; its results are what is left");
}

Tick LiveRun::tick_in(double by_s) const {
  require_going_on();
  if (!(by_s >= 0)) throw SpecError("/by_s", number_text(by_s) + " s", "a time of at least 0");
  const Tick ticks = std::isfinite(by_s) ? model_.clock.tick(by_s) : never;
  if (ticks == never || time_ + ticks > model_.horizon)
    throw SpecError("/by_s", number_text(by_s) + " s",
                    "at most " + number_text(model_.clock.seconds(model_.horizon - time_)) + " s, which are left of duration_s");
  return time_ + ticks;
}

Tick LiveRun::tick_at(double until_s) const {
  require_going_on();
  if (until_s == time_s()) return time_;
  const Tick until = until_s >= 0 && std::isfinite(until_s) ? model_.clock.tick(until_s) : never;
  if (until < time_ || until > model_.horizon)
    throw SpecError("/until_s", number_text(until_s) + " s",
                    "from " + number_text(time_s()) + " s, which it is now, to duration_s (" + number_text(model_.scenario.duration_s) + " s)");
  return until;
}

LiveRun::Halt LiveRun::advance(Tick until, const Poll& poll, std::optional<double> pause_after_s) {
  require_going_on();
  const Wall::time_point began = Wall::now();
  const auto after = [began](double seconds) {
    return began + std::chrono::duration_cast<Wall::duration>(std::chrono::duration<double>(std::min(seconds, 1e9)));
  };
  StopSignal stop(poll, std::chrono::milliseconds(50));
  RunLimits limits = this->limits(poll ? &stop : nullptr);
  const std::optional<double> most = options_.max_wall_s ? options_.max_wall_s : model_.scenario.limits.max_wall_s;
  const std::optional<double> left = most ? std::optional(*most - wall_s_) : std::nullopt;
  if (left) limits.wall_deadline = after(*left);
  // However short the time, something happens before a pause.
  constexpr std::uint64_t events_between_looks = 4'096;
  const std::uint64_t most_events = limits.max_events;
  Ended ended{};
  bool paused = false, goes_on = true;
  while (goes_on) {
    if (pause_after_s) limits.max_events = std::min(most_events, parts_.queue.processed() + events_between_looks);
    ended = replica_.advance(until, limits);
    goes_on = ended == Ended::event_limit && parts_.queue.processed() < most_events;
    paused = goes_on && Wall::now() >= after(*pause_after_s);
    goes_on = goes_on && !paused;
  }
  wall_s_ += std::chrono::duration<double>(Wall::now() - began).count();
  time_ = ended == Ended::horizon ? until : later(time_, parts_.queue.now());
  if (ended == Ended::horizon && until < model_.horizon) return Halt::reached;
  if (ended == Ended::interrupted) return Halt::interrupted;
  if (paused) return Halt::paused;
  ended_ = ended;
  return Halt::over;
}

void LiveRun::act(std::function<void()> action) {
  bool done = false;
  const Ended ended = replica_.act(
      time_,
      [&] {
        action();
        done = true;
      },
      limits(nullptr));
  if (ended != Ended::horizon) ended_ = ended;
  if (!done) require_going_on();
}

// ---- acting on it -----------------------------------------------------------------------------------------------------------------------

void LiveRun::install_routes(DemandId d, const std::vector<std::vector<std::string>>& routes, bool release_others) {
  require_going_on();
  std::vector<Route> checked = stated_during_run(model_, node_names_, d, routes, parts_.routes.cost());
  act([&] {
    parts_.routes.install(d, std::move(checked));
    parts_.requests.routes_replaced(d, release_others);
  });
}

void LiveRun::remove_routes(DemandId d, bool release_others) {
  require_going_on();
  if (!installed(d)) throw SpecError("/demand", in_quotes(model_.demand_names[d.value]), "a demand whose routes were installed");
  act([&] {
    parts_.routes.uninstall(d);
    parts_.requests.routes_replaced(d, release_others);
  });
}

FailureRow LiveRun::elements(std::span<const NodeId> nodes, std::span<const LinkId> links, bool down) const {
  const auto check = [&](const auto& list, const char* path, const std::vector<std::string>& names) {
    for (std::size_t k = 0; k < list.size(); ++k) {
      const std::string here = std::string(path) + std::to_string(k), name = in_quotes(names[list[k].value]);
      if (std::find(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(k), list[k]) != list.begin() + static_cast<std::ptrdiff_t>(k))
        throw SpecError(here, name, "a name that is not listed already");
      if (parts_.outages.down_by_hand(list[k]) != down)
        throw SpecError(here, name, down ? "an element that was failed by hand" : "an element that is not failed by hand already");
    }
  };
  if (nodes.empty() && links.empty()) throw SpecError("/nodes", "nothing, nor links", "at least one node or link");
  check(nodes, "/nodes/", model_.node_names);
  check(links, "/links/", model_.link_names);
  FailureRow row;
  row.nodes.assign(nodes.begin(), nodes.end());
  row.links.assign(links.begin(), links.end());
  return row;
}

void LiveRun::fail(std::span<const NodeId> nodes, std::span<const LinkId> links) {
  require_going_on();
  if (!std::holds_alternative<IdealControlSpec>(model_.scenario.control_plane) && model_.heartbeat == never)
    throw SpecError("/heartbeat_period_s", "nothing", "a time with this control plane: neighbours notice failures, and tell");
  const FailureRow row = elements(nodes, links, false);
  act([&] { parts_.failures.fail_by_hand(row); });
  failed_by_hand_ = true;
}

void LiveRun::restore(std::span<const NodeId> nodes, std::span<const LinkId> links) {
  require_going_on();
  const FailureRow row = elements(nodes, links, true);
  act([&] { parts_.failures.repair_by_hand(row); });
}

std::uint64_t LiveRun::ask(DemandId d, std::optional<std::int64_t> pairs, double min_fidelity, std::optional<double> timeout_s) {
  require_going_on();
  const DemandRow& demand = model_.demands[d.value];
  const ArrivalPlan& plan = demand.arrivals;
  if (plan.endless() || plan.back_to_back() || plan.by_programs())
    throw SpecError("/demand", in_quotes(model_.demand_names[d.value]),
                    std::string("a demand whose traffic leaves room for requests from outside (one_off, poisson or table), not ") +
                        (plan.endless() ? "one request without end" : plan.by_programs() ? "requests of programs" : "requests back to back"));
  if (pairs && *pairs < 1) throw SpecError("/pairs", std::to_string(*pairs), "at least 1");
  if (!(min_fidelity >= 0 && min_fidelity <= 1)) throw SpecError("/min_fidelity", number_text(min_fidelity), "a number from 0 to 1");
  if (min_fidelity > 0 && is_sampled(model_.store))
    throw SpecError("/min_fidelity", number_text(min_fidelity), "0 where fidelities are sampled, as with \"state\": " + in_quotes(capabilities(model_.store).store));
  Requests::Wish wish{pairs ? static_cast<std::uint64_t>(*pairs) : demand.pairs_per_request, min_fidelity, never};
  if (timeout_s) {
    if (!(*timeout_s > 0)) throw SpecError("/timeout_s", number_text(*timeout_s) + " s", "a time above 0");
    wish.timeout = ticks_of(model_, *timeout_s, "/timeout_s");
    if (wish.timeout == tick_zero) throw SpecError("/timeout_s", number_text(*timeout_s) + " s", "at least one tick");
  }
  std::uint64_t number = 0;
  act([&] { number = parts_.requests.ask(d, wish); });
  return number;
}

// ---- looking at it ------------------------------------------------------------------------------------------------------------------------

Table LiveRun::nodes() const {
  const std::vector<NodeCounters> counters = parts_.swapping.counters();
  const auto nodes = ids<NodeId>(counters.size());
  Table t{"nodes", {}};
  t.add<std::uint32_t>("node", nodes, [&](NodeId n) { return n.value; });
  t.add<std::uint8_t>("up", nodes, [&](NodeId n) { return !parts_.outages.failed(n); });
  t.add<std::uint32_t>("slots", nodes, [&](NodeId n) { return model_.nodes[n.value].slots; });
  t.add<std::uint32_t>("free_slots", nodes, [&](NodeId n) { return parts_.circuits.slots().free(n); });
  t.add<std::uint64_t>("swaps", nodes, [&](NodeId n) { return counters[n.value].swaps; });
  t.add<std::uint64_t>("failed_swaps", nodes, [&](NodeId n) { return counters[n.value].failed_swaps; });
  t.add<std::uint64_t>("lost_qubits", nodes, [&](NodeId n) { return counters[n.value].lost_qubits; });
  t.add<std::uint64_t>("cut_offs", nodes, [&](NodeId n) { return counters[n.value].cut_offs; });
  return t;
}

Table LiveRun::links() const {
  const LinkUse use = parts_.lanes.use_at(time_);
  const auto links = ids<LinkId>(model_.links.size());
  Table t{"links", {}};
  t.add<std::uint32_t>("link", links, [&](LinkId l) { return l.value; });
  t.add<std::uint32_t>("node_a", links, [&](LinkId l) { return model_.links[l.value].node[0].value; });
  t.add<std::uint32_t>("node_b", links, [&](LinkId l) { return model_.links[l.value].node[1].value; });
  t.add<std::uint8_t>("up", links, [&](LinkId l) { return parts_.outages.up(l); });
  t.add<std::uint8_t>("known_down", links, [&](LinkId l) { return std::isinf(parts_.routes.cost()[l.value]); });
  t.add<std::uint64_t>("attempts", links, [&](LinkId l) { return use.attempts[l.value]; });
  t.add<std::uint64_t>("successes", links, [&](LinkId l) { return use.successes[l.value]; });
  t.add<double>("success_probability", links, [&](LinkId l) { return model_.programs[parts_.outages.program(l)].success; });
  return t;
}

Table LiveRun::demands() const {
  const std::vector<DemandSummary>& rows = parts_.recorder.summaries();
  const auto demands = ids<DemandId>(rows.size());
  const auto mean = [](const Moments& m) { return m.n > 0 ? m.mean : std::numeric_limits<double>::quiet_NaN(); };
  Table t{"demands", {}};
  t.add<std::uint32_t>("demand", demands, [&](DemandId d) { return d.value; });
  t.add<std::uint64_t>("requests_asked", demands, [&](DemandId d) { return rows[d.value].asked; });
  t.add<std::uint64_t>("requests_done", demands, [&](DemandId d) { return rows[d.value].done; });
  t.add<std::uint64_t>("requests_timed_out", demands, [&](DemandId d) { return rows[d.value].timed_out; });
  t.add<std::uint64_t>("requests_refused", demands, [&](DemandId d) { return rows[d.value].refused; });
  t.add<std::uint64_t>("requests_open", demands, [&](DemandId d) { return parts_.requests.open(d); });
  t.add<std::uint64_t>("pairs", demands, [&](DemandId d) { return rows[d.value].pairs; });
  t.add<std::uint64_t>("rejected_pairs", demands, [&](DemandId d) { return rows[d.value].rejected; });
  t.add<std::uint64_t>("surplus_pairs", demands, [&](DemandId d) { return rows[d.value].surplus; });
  t.add<double>("fidelity_mean", demands, [&](DemandId d) { return mean(rows[d.value].fidelity); });
  t.add<double>("latency_mean_s", demands, [&](DemandId d) { return mean(rows[d.value].latency); });
  t.add<std::uint8_t>("routed", demands, [&](DemandId d) { return parts_.requests.routed(d); });
  t.add<std::uint8_t>("installed", demands, [&](DemandId d) { return installed(d); });
  return t;
}

std::vector<std::string> LiveRun::names(const Route& route) const {
  std::vector<std::string> out;
  for (NodeId n : route.nodes) out.push_back(model_.node_names[n.value]);
  return out;
}

std::vector<LiveRun::CircuitNow> LiveRun::circuits() const {
  const Circuits& all = parts_.circuits;
  std::vector<CircuitNow> out;
  for (const DemandId d : ids<DemandId>(model_.demands.size()))
    for (std::uint32_t k = 0; k < all.count(d); ++k) {
      const ChainId c{all.first(d).value + k};
      const bool set_out = all.booked(c) || all.slots().waits_at(c);
      out.push_back({d, k, all.state(c), set_out ? names(all.route(c)) : std::vector<std::string>{}});
    }
  return out;
}

// As the results tell them.
Table LiveRun::rows(RowBlock&& block, const char* table) const {
  block.replica = options_.first_replica;
  block.last = true;
  RowStore store(model_.clock, std::numeric_limits<std::uint64_t>::max(), {});
  store.take(std::move(block));
  std::vector<Table> tables;
  store.finish(tables);
  return std::move(*std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return t.name == table; }));
}

Table LiveRun::open_requests() const {
  const std::vector<Requests::OpenRequest> open = parts_.requests.open_now();
  RowBlock block;
  for (const auto& r : open)
    block.requests.push_back({r.demand, RequestStatus::open, Refusal::none, r.circuit, r.id, r.pairs, r.delivered, r.asked, r.started, never});
  Table t = rows(std::move(block), "requests");
  const double none = std::numeric_limits<double>::quiet_NaN();
  t.add<double>("due_s", open, [&](const auto& r) { return r.due == never ? none : model_.clock.seconds(r.due); });
  t.add<double>("min_fidelity", open, [](const auto& r) { return r.min_fidelity; });
  return t;
}

Table LiveRun::ended_requests(std::uint64_t from) const {
  RowBlock block;
  block.requests = latest_requests_.from(from);
  std::vector<std::uint64_t> numbers;
  for (std::size_t k = block.requests.size(); k > 0; --k) numbers.push_back(latest_requests_.end() - k);
  Table t = rows(std::move(block), "requests");
  t.columns.push_back({"number", std::move(numbers)});
  return t;
}

Table LiveRun::pairs(std::uint64_t from) const {
  RowBlock block;
  block.pairs = latest_pairs_.from(from);
  std::vector<std::uint64_t> numbers;
  for (std::size_t k = block.pairs.size(); k > 0; --k) numbers.push_back(latest_pairs_.end() - k);
  Table t = rows(std::move(block), "pairs");
  t.columns.push_back({"number", std::move(numbers)});
  return t;
}

std::vector<LiveRun::RouteInForce> LiveRun::routes(DemandId d) const {
  const auto list = parts_.routes.of(d);
  std::vector<RouteInForce> out;
  const auto add = [&](const Route& route) { out.push_back({names(route), parts_.routes.usable(d, route)}); };
  const std::size_t preferred = parts_.routes.preferred(d);
  add(list[preferred]);
  for (std::size_t r = 0; r < list.size(); ++r)
    if (r != preferred) add(list[r]);
  return out;
}

// ---- the end ------------------------------------------------------------------------------------------------------------------------------

RunOutput LiveRun::finish() {
  if (finished_) throw RunError("the results of this run have been taken already");
  finished_ = true;
  const Tick end = !ended_ || ended_ == Ended::horizon ? time_ : parts_.queue.now();
  ReplicaResult result = replica_.result(ended_.value_or(Ended::interrupted), end);
  rows_.take({result.replica, std::move(result.pairs), std::move(result.requests), std::move(result.ghz_states),
              std::move(result.ghz_requests), true});
  ReplicaResults results(1);
  results[0] = std::move(result);
  RunOutput out;
  put_together(model_, options_, results, {}, rows_, out);
  return out;
}

}  // namespace farbell
