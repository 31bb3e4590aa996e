#include "farbell/simulation/rounds_plan.hpp"

#include <algorithm>
#include <cmath>

#include "farbell/simulation/places.hpp"

namespace farbell {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& found, const std::string& allowed) {
  throw SpecError(path, found, allowed + " with rounds");
}

void check_demand(const ScenarioSpec& s, std::size_t i) {
  const DemandSpec& demand = s.demands[i];
  const auto at = [&](std::string_view field) { return item("demands", i, field); };
  if (std::holds_alternative<ByProgramsSpec>(demand.traffic)) refuse(at("traffic"), "\"by_programs\"", "another traffic");
  if (!std::holds_alternative<AsapSpec>(demand.swapping)) refuse(at("swapping"), "an order of swaps", "\"asap\", as all nodes swap at once,");
  if (demand.cutoff) refuse(at("cutoff"), "a cut-off", "null, as nothing outlasts a round,");
  if (demand.distillation) refuse(at("distillation"), "distillation", "null");
  if (!demand.rules.empty()) refuse(at("rules"), "rules", "none");
  if (!demand.route.empty()) refuse(at("route"), "a route", "none, as the router of the rounds chooses,");
  if (!demand.routes.empty()) refuse(at("routes"), "routes", "none, as the router of the rounds chooses,");
  if (demand.reservation_s) refuse(at("reservation_s"), number_text(*demand.reservation_s) + " s", "null, as nothing is reserved for longer,");
  if (demand.admission) refuse(at("admission"), "an admission", "null");
  if (demand.max_wait_s) refuse(at("max_wait_s"), number_text(*demand.max_wait_s) + " s", "null");
  if (demand.concurrent_requests != 1) refuse(at("concurrent_requests"), std::to_string(demand.concurrent_requests), "1");
  if (demand.priority != 0) refuse(at("priority"), std::to_string(demand.priority), "0");
  if (!demand.pipelined) refuse(at("pipelined"), "false", "true");
  if (!demand.reserved.empty()) refuse(at("reserved"), std::to_string(demand.reserved.size()) + " windows", "none");
  if (demand.generate_when_idle) refuse(at("generate_when_idle"), "true", "false");
  const bool takes_width = std::holds_alternative<ShortestRouterSpec>(s.rounds->router) || std::holds_alternative<GreedyRouterSpec>(s.rounds->router);
  if (demand.width != 1 && !takes_width) refuse(at("width"), std::to_string(demand.width), "1 but for the routers \"shortest\" and \"greedy\"");
  if (demand.width > s.rounds->channels)
    refuse(at("width"), std::to_string(demand.width), "at most /rounds/channels (" + std::to_string(s.rounds->channels) + ")");
}

// How far the news of links goes; none = everywhere.
std::optional<std::int64_t> told_hops(const RouterSpec& router) {
  if (const auto* q_pass = std::get_if<QPassRouterSpec>(&router)) return q_pass->link_state_hops;
  if (const auto* q_cast = std::get_if<QCastRouterSpec>(&router)) return q_cast->link_state_hops;
  if (std::holds_alternative<MultipathGlobalRouterSpec>(router)) return std::nullopt;
  return 0;
}

struct Exchange {
  Tick delay = tick_zero;      // until the last has come
  std::uint64_t messages = 0;
};

// From each node to all within so many hops, by the fastest way of at most so many.
Exchange exchange(const Model& m, std::optional<std::int64_t> hops) {
  Exchange out;
  const std::uint32_t nodes = m.graph.nodes();
  std::vector<Tick> delay(nodes, never);
  std::vector<NodeId> reached;
  const auto step = [&](NodeId from, NodeId source, const Edge& e, Tick so_far) {
    return so_far + m.fibre_delay[e.link.value] + (from == source ? tick_zero : m.processing_delay[from.value]);
  };
  const auto reach = [&](NodeId n, Tick at) {
    if (delay[n.value] == never) reached.push_back(n);
    delay[n.value] = at;
  };
  for (std::uint32_t s = 0; s < nodes; ++s) {
    const NodeId source{s};
    for (NodeId n : reached) delay[n.value] = never;
    reached.clear();
    reach(source, tick_zero);
    if (hops) {
      // Layer by layer: after k of them the fastest ways of at most k hops.
      std::vector<std::pair<NodeId, Tick>> layer{{source, tick_zero}}, next;
      for (std::int64_t k = 0; k < *hops && !layer.empty(); ++k) {
        next.clear();
        for (const auto& [n, at] : layer)
          for (const Edge& e : m.graph.edges(n))
            if (const Tick there = step(n, source, e, at); there < delay[e.to.value]) {
              reach(e.to, there);
              next.emplace_back(e.to, there);
            }
        layer.swap(next);
      }
    } else {
      classical_delays(m.graph, m.fibre_delay, m.processing_delay, {&source, 1}, delay);
      for (std::uint32_t n = 0; n < nodes; ++n)
        if (n != s && delay[n] != never) reached.emplace_back(n);
    }
    for (NodeId n : reached) out.delay = later(out.delay, delay[n.value]);
    out.messages += reached.size() - 1;
  }
  return out;
}

// Of one lane in a round.
struct LinkLanes {
  std::uint32_t attempts = 0;
  double success = 0;  // that it has a pair at the end
};

LinkLanes lanes_of(const Model& m, const LinkProgram& link, Tick attempting, const std::string& name, const std::string& path) {
  if (link.modes > 1) refuse(path + "/multiplexing", std::to_string(link.modes) + " modes", "null");
  if (link.phase_sigma_rad > 0) refuse(path + "/phase_sigma_rad", number_text(link.phase_sigma_rad) + " rad", "0 (or a state model that averages over it)");
  if (!link.empties.empty()) refuse(path, "an absorbing memory that may hold no photon", "another generation");
  const std::string found = number_text(m.clock.seconds(attempting)) + " s";
  // Until the cycle is over and both ends know what came of it.
  const Tick first = later(link.period, later(link.herald[0], link.herald[1]));
  if (first > attempting)
    throw SpecError("/rounds/attempt_s", found,
                    "at least " + number_text(m.clock.seconds(first)) + " s, which one attempt of link " + in_quotes(name) + " takes with its heralds");
  const std::int64_t attempts = count(attempting - first) / count(link.period) + 1;
  if (attempts > std::numeric_limits<std::uint32_t>::max())
    throw SpecError("/rounds/attempt_s", found, "a time for fewer than 2^32 attempts of link " + in_quotes(name));
  return {static_cast<std::uint32_t>(attempts), link.success > 0 ? -std::expm1(-static_cast<double>(attempts) * link.lambda) : 0};
}

}  // namespace

void check_rounds(const ScenarioSpec& s) {
  if (!s.rounds) return;
  if (s.timing != TimingModel::real) refuse("/timing", "\"slotted\"", "\"real\"");
  if (s.detail != AttemptDetail::skip) refuse("/detail", "\"attempt\"", "\"skip\"");
  if (s.messages.vary()) refuse("/messages", "messages that are late or lost", "none of them");
  if (!std::holds_alternative<IdealControlSpec>(s.control_plane))
    refuse("/control_plane/kind", "a control plane that learns of links late", "\"ideal\", as the router says what nodes know,");
  if (s.reservation != Reservation::ledger) refuse("/reservation", in_quotes(choice_name(s.reservation)), "\"ledger\"");
  if (s.scheduler != Scheduler::fifo) refuse("/scheduler", in_quotes(choice_name(s.scheduler)), "\"fifo\"");
  switch (s.routing.kind) {
    case RoutingMetric::hops:
    case RoutingMetric::length:
    case RoutingMetric::seconds_per_pair: break;
    default: refuse("/routing/kind", in_quotes(std::string(choice_name(s.routing.kind))), "\"hops\", \"length\" or \"seconds_per_pair\", which routers add up,");
  }
  if (s.routing.fidelity_constrained) refuse("/routing/fidelity_constrained", "true", "false");
  if (s.routing.alternatives != 1 && !std::holds_alternative<QPassRouterSpec>(s.rounds->router))
    refuse("/routing/alternatives", std::to_string(s.routing.alternatives), "1 but for the router \"q_pass\"");
  const auto none = [](const auto& list, const char* path, const char* found) {
    if (!list.empty()) refuse(path, found, "none");
  };
  none(s.switches, "/switches", "optical switches");
  none(s.ghz_demands, "/ghz_demands", "demands for GHZ states");
  none(s.programs, "/programs", "programs");
  none(s.failures, "/failures", "failures");
  for (std::size_t i = 0; i < s.memories.size(); ++i) {
    if (s.memories[i].communication) refuse(item("memories", i, "communication"), "communication qubits", "null");
    if (s.memories[i].dephasing_attempts) refuse(item("memories", i, "dephasing_attempts"), number_text(*s.memories[i].dephasing_attempts), "null");
    if (s.memories[i].retrieval) refuse(item("memories", i, "retrieval"), "a memory that gives its qubits as photons", "null");
  }
  for (std::size_t i = 0; i < s.nodes.size(); ++i)
    if (s.nodes[i].parallel_links) refuse(item("nodes", i, "parallel_links"), std::to_string(*s.nodes[i].parallel_links), "null");
  for (std::size_t i = 0; i < s.links.size(); ++i) {
    if (s.links[i].distillation) refuse(item("links", i, "distillation"), "distillation", "null");
    if (s.links[i].drift) refuse(item("links", i, "drift"), "drift", "null");
  }
  for (std::size_t i = 0; i < s.demands.size(); ++i) check_demand(s, i);
}

RoundPlan round_plan(const Model& m, const std::function<std::uint64_t(const std::string&, const std::string&)>& stream) {
  const RoundsSpec& spec = *m.scenario.rounds;
  RoundPlan plan;
  plan.router = spec.router;
  plan.period = ticks_of(m, spec.round_s, "/rounds/round_s");
  plan.attempting = ticks_of(m, spec.attempt_s, "/rounds/attempt_s");
  plan.network.channels = static_cast<std::uint32_t>(spec.channels);
  Tick swap = tick_zero;
  const auto* fusion = std::get_if<GhzFusionRouterSpec>(&spec.router);
  if (fusion && m.store != StoreKind::bell_diagonal)
    refuse("/state", std::string("pairs in the store \"") + capabilities(m.store).store + "\"",
           "\"bell_diagonal\", which takes Pauli noise (or \"approximate\": \"pauli_twirl\") and the router \"ghz_fusion\" needs,");
  for (std::uint32_t n = 0; n < m.nodes.size(); ++n) {
    const NodeRow& node = m.nodes[n];
    plan.network.swap_success.push_back(node.swap_success);
    plan.network.slots.push_back(node.slots);
    Tick duration = node.swap_duration;
    if (fusion) {
      // One two-qubit gate for each pair of the largest measurement but the first.
      const MemorySpec& memory = m.scenario.memories[node.device.value];
      const auto most = static_cast<double>(std::min<std::int64_t>(fusion->max_links, static_cast<std::int64_t>(m.graph.edges(NodeId{n}).size()) * spec.channels));
      duration = ticks_of(m, memory.single_qubit_gate_s + std::max(most - 1, 1.0) * memory.two_qubit_gate_s + memory.measurement_s, item("nodes", n, "memory"));
      plan.fusion_durations.push_back(duration);
      plan.fusion_noise.push_back({memory.two_qubit_gate_reliability, memory.single_qubit_gate_reliability,
                                   memory.readout_fidelity_0 + memory.readout_fidelity_1 - 1});
      plan.fusion_keys.push_back(stream("node:" + m.node_names[n] + "/rounds/fusion", item("nodes", n, "name")));
    }
    swap = later(swap, duration);
  }
  for (std::uint32_t l = 0; l < m.links.size(); ++l) {
    const LinkLanes lanes = lanes_of(m, m.programs[m.links[l].program], plan.attempting, m.link_names[l], item("links", l, "generation"));
    plan.attempts.push_back(lanes.attempts);
    plan.network.lane_success.push_back(lanes.success);
    plan.attempt_keys.push_back(stream("link:" + m.link_names[l] + "/rounds/attempts", item("links", l, "name")));
    plan.herald_keys.push_back(stream("link:" + m.link_names[l] + "/rounds/herald", item("links", l, "name")));
  }
  for (std::size_t c = 0; c < m.changes.size(); ++c) {
    const ChangeRow& row = m.changes[c];
    RoundPlan::Change change{row.at, row.link, row.program, 0, 0, row.cost};
    if (row.program) {
      const LinkLanes lanes = lanes_of(m, m.programs[*row.program], plan.attempting, m.link_names[row.link.value], item("changes", c, "generation"));
      change.attempts = lanes.attempts;
      change.lane_success = lanes.success;
    }
    plan.changes.push_back(change);
  }
  std::stable_sort(plan.changes.begin(), plan.changes.end(), [](const auto& x, const auto& y) { return x.at < y.at; });
  for (const DemandSpec& demand : m.scenario.demands) plan.widths.push_back(static_cast<std::uint32_t>(demand.width));
  const std::optional<std::int64_t> hops = told_hops(spec.router);
  if (m.scenario.control != ControlPlane::ideal && hops != 0) {
    const Exchange news = exchange(m, hops);
    plan.exchange = news.delay;
    plan.exchange_messages = news.messages;
  }
  const Tick least = plan.attempting + plan.exchange + swap;
  if (plan.period < least || plan.period == tick_zero)
    throw SpecError("/rounds/round_s", number_text(spec.round_s) + " s",
                    "at least " + number_text(m.clock.seconds(least)) + " s: attempts (" + number_text(spec.attempt_s) + " s), news of links (" +
                        number_text(m.clock.seconds(plan.exchange)) + " s) and the longest swap (" + number_text(m.clock.seconds(swap)) + " s)");
  return plan;
}

std::vector<NamedApproximation> approximations_of_rounds(const ScenarioSpec& s) {
  std::vector<NamedApproximation> out;
  if (!s.rounds) return out;
  out.push_back({"common_rounds", "all nodes begin a round at the same tick, and know then who takes part and which lanes are whose"});
  if (!s.changes.empty())
    out.push_back({"changes_between_rounds", "links that change, or go down, do so for the next round to begin, and all nodes know it then"});
  const RouterSpec& router = s.rounds->router;
  if (std::holds_alternative<QPassRouterSpec>(router) || std::holds_alternative<QCastRouterSpec>(router))
    out.push_back({"whole_chains_swap", "nodes swap for a chain only if it is complete on all of its way, also where they are told of links near by only"});
  if (std::holds_alternative<GhzFusionRouterSpec>(router))
    out.push_back({"fusion_loops_unread", "parities round loops of a state that nodes have fused would tell of some errors, and are not used"});
  return out;
}

}  // namespace farbell
