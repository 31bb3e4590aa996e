#include "farbell/simulation/policies.hpp"

#include <algorithm>
#include <cmath>

#include "farbell/simulation/places.hpp"
#include "farbell/simulation/reachable.hpp"

namespace farbell {

namespace {

// ---- swap orders and policy tables ----------------------------------------------------------------------------------------------------

std::vector<std::uint32_t> ranks(const Model& model, const Names& nodes, const TreeSpec& tree, const Route& route, const std::string& path) {
  std::vector<std::uint32_t> rank(route.nodes.size(), 0);
  for (std::size_t k = 0; k < tree.order.size(); ++k) {
    const std::string at = path + "/" + std::to_string(k);
    const NodeId n{nodes.at(tree.order[k], at)};
    const auto found = std::find(route.nodes.begin() + 1, route.nodes.end() - 1, n);
    if (found == route.nodes.end() - 1)
      throw SpecError(at, in_quotes(shortened(tree.order[k])), "a node between the ends of the route");
    std::uint32_t& r = rank[static_cast<std::size_t>(found - route.nodes.begin())];
    if (r > 0) throw SpecError(at, in_quotes(shortened(tree.order[k])) + ", which the order has already", "every node between the ends once");
    r = static_cast<std::uint32_t>(k + 1);
  }
  for (std::size_t p = 1; p + 1 < route.nodes.size(); ++p)
    if (rank[p] == 0)
      throw SpecError(path, "an order without " + in_quotes(model.node_names[route.nodes[p].value]), "every node between the ends of the route once");
  return rank;
}

std::string pair_text(const PolicyTable::Link& link) { return "[" + std::to_string(link[0]) + ", " + std::to_string(link[1]) + "]"; }

PolicyTable policy_table(const Model& model, std::size_t i, const PolicyTableSpec& spec, const Route& route, const std::string& path) {
  check_whole_chain(model, i, route, "a policy table", path);
  const auto last = static_cast<std::int64_t>(route.links.size());
  PolicyTable table;
  table.otherwise_asap = spec.otherwise == PolicyOtherwise::asap;
  for (std::size_t e = 0; e < spec.entries.size(); ++e) {
    const std::string entry = path + "/entries/" + std::to_string(e);
    std::vector<PolicyTable::Link> links;
    bool aged = false;
    for (std::size_t k = 0; k < spec.entries[e].links.size(); ++k) {
      const PolicyLink& link = spec.entries[e].links[k];
      const std::string at = entry + "/links/" + std::to_string(k);
      if (link.size() < 2 || link.size() > 3) throw SpecError(at, "a list of " + std::to_string(link.size()), "[from, to] or [from, to, age]");
      if (link[0] < 0 || link[1] <= link[0] || link[1] > last)
        throw SpecError(at, "a pair between positions " + std::to_string(link[0]) + " and " + std::to_string(link[1]),
                        "two positions of the route, 0 to " + std::to_string(last) + ", in this order");
      if (k > 0 && (link.size() == 3) != aged) throw SpecError(at, aged ? "no age" : "an age", "ages for all pairs of a state, or for none");
      aged = link.size() == 3;
      if (aged && (link[2] < 0 || link[2] > 1'000'000'000)) throw SpecError(at, std::to_string(link[2]), "an age in slots, at least 0");
      links.push_back({static_cast<std::uint32_t>(link[0]), static_cast<std::uint32_t>(link[1]),
                       aged ? static_cast<std::uint32_t>(link[2]) : PolicyTable::any_age});
    }
    PolicyTable::Positions positions;
    for (std::size_t k = 0; k < spec.entries[e].swap.size(); ++k) {
      const std::int64_t position = spec.entries[e].swap[k];
      const auto ends_at = [&](int end) {
        return std::any_of(links.begin(), links.end(), [&](const PolicyTable::Link& link) { return link[end] == static_cast<std::uint64_t>(position); });
      };
      if (position <= 0 || position >= last || !ends_at(0) || !ends_at(1))
        throw SpecError(entry + "/swap/" + std::to_string(k), std::to_string(position), "a position between two pairs of the state");
      if (std::find(positions.begin(), positions.end(), position) != positions.end())
        throw SpecError(entry + "/swap/" + std::to_string(k), std::to_string(position) + ", which the entry has already", "each position once");
      positions.push_back(static_cast<std::uint32_t>(position));
    }
    std::sort(links.begin(), links.end());
    // In ascending order; a pair within another one comes of hops that a swap has set free.
    for (std::size_t k = 1; k < links.size(); ++k)
      for (std::size_t j = 0; j < k; ++j)
        if (links[k][0] < links[j][1] && (links[k][0] == links[j][0] || links[k][1] >= links[j][1]))
          throw SpecError(entry + "/links", "pairs " + pair_text(links[j]) + " and " + pair_text(links[k]) + ", which overlap",
                          "pairs side by side or one within the other, since a node of a chain of width 1 holds one qubit to either side");
    if (!table.swaps.emplace(std::move(links), std::move(positions)).second)
      throw SpecError(entry + "/links", "a state that the table has already", "each state once");
  }
  return table;
}

// ---- cut-offs -------------------------------------------------------------------------------------------------------------------------

Tick round_ticks(const Model& model, DistillationProtocol protocol, NodeId a, NodeId b) {
  const auto duration = [&](const NodeRow& n) { return protocol == DistillationProtocol::epl ? n.parity_duration : n.swap_duration; };
  return later(duration(model.nodes[a.value]), duration(model.nodes[b.value]));
}

Tick delay(const Model& model, LinkId id) { return model.scenario.control == ControlPlane::ideal ? tick_zero : model.fibre_delay[id.value]; }

// Ticks from the birth of a hop's pair until both its nodes can use it, distillation at its quickest included.
Tick ready_age(const Model& model, LinkId id) {
  const LinkRow& link = model.links[id.value];
  const LinkProgram& p = model.programs[link.program];
  Tick age = later(p.herald[0], p.herald[1]) - earlier(p.emission[0], p.emission[1]);
  if (link.distillation)
    for (DistillationProtocol protocol : model.plans[*link.distillation].rounds)
      age += round_ticks(model, protocol, link.node[0], link.node[1]) + delay(model, id);
  return age;
}

}  // namespace

void check_whole_chain(const Model& model, std::size_t i, const Route& route, const std::string& who, const std::string& path) {
  const DemandSpec& demand = model.scenario.demands[i];
  if (model.slot == tick_zero || model.scenario.control != ControlPlane::ideal)
    throw SpecError(path, who, "\"timing\": \"slotted\" and \"control\": \"ideal\", since it looks at the whole chain once a slot");
  if (demand.width != 1) throw SpecError(item("demands", i, "width"), std::to_string(demand.width), "1 with " + who);
  const bool distils = demand.distillation || std::any_of(route.links.begin(), route.links.end(),
                                                          [&](LinkId l) { return model.links[l.value].distillation.has_value(); });
  if (distils) throw SpecError(path, who + " on a route that distils", "no distillation, which the states of a chain do not know");
}

void swap_when(const Model& model, const Names& nodes, std::size_t i, const Route& route, Circuits::Terms& terms) {
  const SwappingSpec& swapping = model.scenario.demands[i].swapping;
  const std::string path = item("demands", i, "swapping");
  if (std::holds_alternative<DoublingSpec>(swapping)) terms.order.kind = SwapOrder::Kind::doubling;
  if (std::holds_alternative<SequentialSpec>(swapping)) terms.order.kind = SwapOrder::Kind::sequential;
  if (const auto* tree = std::get_if<TreeSpec>(&swapping)) {
    terms.order.kind = SwapOrder::Kind::tree;
    terms.order.rank = ranks(model, nodes, *tree, route, path + "/order");
  }
  if (const auto* table = std::get_if<PolicyTableSpec>(&swapping)) terms.table = policy_table(model, i, *table, route, path);
}

Cutoff cutoff(const Model& model, std::size_t i, const Route& route) {
  const CutoffSpec& spec = *model.scenario.demands[i].cutoff;
  const std::string path = item("demands", i, "cutoff");
  Cutoff cut;
  if (!spec.age_s && !spec.attempts && !spec.estimated_fidelity)
    throw SpecError(path, "a cut-off without a limit", "age_s, attempts or estimated_fidelity; or null");
  if (spec.age_s) {
    cut.age = ticks_of(model, *spec.age_s, path + "/age_s");
    for (LinkId link : route.links)
      if (cut.age < ready_age(model, link))
        throw SpecError(path + "/age_s", number_text(*spec.age_s) + " s",
                        "at least " + number_text(model.clock.seconds(ready_age(model, link))) + " s, the age at which the pairs of " +
                            in_quotes(model.link_names[link.value]) + " can first be used");
  }
  cut.attempts = static_cast<std::uint32_t>(spec.attempts.value_or(0));
  cut.fidelity = spec.estimated_fidelity.value_or(0);
  if (cut.fidelity > 0)
    for (std::size_t h = 0; h < route.links.size(); ++h) {
      Route hop{{route.nodes[h], route.nodes[h + 1]}, {route.links[h]}};
      const double best = best_reachable_fidelity(model, hop, std::nullopt);
      if (cut.fidelity > best)
        throw SpecError(path + "/estimated_fidelity", number_text(cut.fidelity),
                        "at most " + number_text(std::floor(best * 1e9) / 1e9) + ", the best that the pairs of " +
                            in_quotes(model.link_names[route.links[h].value]) + " have");
    }
  return cut;
}

DistillationPlan distillation_plan(const Model& model, const DistillationSpec& spec, const std::string& path) {
  const bool twirled_states = model.pauli_twirl && !capabilities(model.store).any_pair_state;
  bool twirled = twirled_states;
  for (std::size_t k = 0; k < spec.rounds.size(); ++k) {
    if (spec.rounds[k] == DistillationProtocol::epl && twirled)
      throw SpecError(path + "/rounds/" + std::to_string(k), in_quotes("epl"),
                      twirled_states ? "\"bbpssw\" or \"dejmps\", since \"approximate\": \"pauli_twirl\" leaves no coherence for it to use"
                                     : "no \"epl\" after a round of \"bbpssw\", whose twirl leaves nothing for it to gain");
    twirled = twirled || spec.rounds[k] == DistillationProtocol::bbpssw;
  }
  if (spec.rounds.empty()) throw SpecError(path + "/rounds", "an empty list", "the protocol of at least one round");
  return {spec.rounds, spec.scheme == DistillationScheme::pumping};
}

void rounds_fit(const Model& model, const std::string& path, const Route& route, const Circuits::Terms& terms) {
  const auto check = [&](std::uint32_t plan, const std::string& where) {
    const std::uint32_t need = model.plans[plan].slots();
    if (terms.width < need)
      throw SpecError(path, std::to_string(terms.width),
                      "at least " + std::to_string(need) + " for the distillation " + where + ": as many pairs wait or are used up at a time");
  };
  if (terms.distillation) check(*terms.distillation, "of the demand");
  for (std::size_t h = 0; h < route.links.size(); ++h)
    if (const auto plan = Circuits::distillation_of_hop(terms, model.links[route.links[h].value], h))
      check(*plan, "of the link " + in_quotes(model.link_names[route.links[h].value]));
}

RulePrograms rules(const Model& model, std::size_t demand) {
  const DemandSpec& spec = model.scenario.demands[demand];
  RulePrograms out;
  for (std::size_t k = 0; k < spec.rules.size(); ++k) {
    const RuleSpec& rule = spec.rules[k];
    const std::string path = item("demands", demand, "rules") + "/" + std::to_string(k);
    std::optional<RuleProgram>& program = out[static_cast<std::size_t>(rule.point)];
    const std::string point = in_quotes(choice_name(rule.point));
    if (program) throw SpecError(path + "/do", point, "one rule for each point; join conditions by \"and\" and \"or\"");
    if (rule.point != DecisionPoint::admit && std::holds_alternative<PolicyTableSpec>(spec.swapping))
      throw SpecError(path + "/do", point, "\"admit\" with a policy table, which takes the decisions of nodes");
    program = compile_rule(rule.point, rule.when, path + "/when");
    if (!holds_pairs_alone(model.store) && program->reads(is_estimate))
      throw SpecError(path + "/when", in_quotes(shortened(rule.when)),
                      std::string("a condition without estimated fidelities with \"state\": \"") + capabilities(model.store).store +
                          "\"; or \"state\": \"pair_density\"");
  }
  return out;
}

}  // namespace farbell
