#include "farbell/simulation/control_plan.hpp"

#include <algorithm>

#include "farbell/simulation/places.hpp"

namespace farbell {

namespace {

void check_goes_together(const Model& m, const std::string& kind) {
  const ScenarioSpec& s = m.scenario;
  const std::string with = " with \"control_plane\": " + kind;
  if (s.control == ControlPlane::ideal)
    throw SpecError("/control_plane/kind", kind, "\"ideal\" with \"control\": \"ideal\", where every node knows everything at once");
  if (s.messages.vary()) throw SpecError("/messages", "loss or jitter of messages", "none of them" + with + ": nobody sends news, a command or a search again");
  if (!s.ghz_demands.empty())
    throw SpecError("/ghz_demands", std::to_string(s.ghz_demands.size()) + " of them", "none" + with + ": all arms of one are decided on together, at once");
  if (!m.failures.empty() && m.heartbeat == never)
    throw SpecError("/heartbeat_period_s", "nothing", "a time" + with + ": neighbours notice failures, and tell");
}

// A search ends with routes of least costs as far as nodes know them.
void check_searches(const Model& m) {
  const std::string with = " with \"control_plane\": \"local\"";
  const RoutingSpec& routing = m.scenario.routing;
  if (!is_additive(routing.kind))
    throw SpecError("/routing/kind", in_quotes(std::string(choice_name(routing.kind))),
                    "hops, length, seconds_per_pair or fidelity" + with + ": nodes compare sums over links");
  if (routing.fidelity_constrained) throw SpecError("/routing/fidelity_constrained", "true", "false" + with + ": a search does not know how good pairs will be");
  for (std::size_t d = 0; d < m.route_plans.size(); ++d)
    if (m.route_plans[d].fixed)
      throw SpecError("/demands/" + std::to_string(d), "a route that is given, or an order of swaps by its nodes",
                      "neither of them" + with + ": a route is searched for before each circuit");
}

}  // namespace

ControlPlan control_plan(const Model& m, const Names& nodes) {
  const ControlPlaneSpec& spec = m.scenario.control_plane;
  ControlPlan plan;
  if (std::holds_alternative<IdealControlSpec>(spec)) return plan;
  const auto* central = std::get_if<CentralControlSpec>(&spec);
  const auto* local = std::get_if<LocalControlSpec>(&spec);
  const auto* program = std::get_if<ProgramControlSpec>(&spec);
  check_goes_together(m, central ? "\"central\"" : local ? "\"local\"" : program ? "\"program\"" : "\"link_state\"");
  if (local) {
    check_searches(m);
    plan.local = plan.reactive = true;
    plan.retry = ticks_of(m, local->retry_s, "/control_plane/retry_s");
    plan.free_slots = local->needs_free_slots;
  } else if (!program) {
    plan.processing = ticks_of(m, central ? central->processing_s : std::get<LinkStateSpec>(spec).processing_s, "/control_plane/processing_s");
  }
  for (const RoutePlan& routes : m.route_plans) {
    const NodeId decider = routes.ends[0];
    const auto known = std::find(plan.deciders.begin(), plan.deciders.end(), decider);
    plan.view.emplace_back(static_cast<std::uint32_t>(known - plan.deciders.begin()));
    if (known == plan.deciders.end()) plan.deciders.push_back(decider);
  }
  if (!central && !program) return plan;
  plan.reactive = central && central->mode == ControlMode::reactive;
  plan.programmed = program;
  const std::string& place = central ? central->place : program->place;
  plan.controller = NodeId{nodes.at(place, "/control_plane/place")};
  classical_delays(m.graph, m.fibre_delay, m.processing_delay, {&plan.controller, 1}, plan.from_controller);
  for (std::uint32_t d = 0; d < m.demands.size(); ++d) {
    const NodeId end = plan.deciders[plan.view[d].value];
    if (plan.from_controller[end.value] == never)
      throw SpecError("/control_plane/place", in_quotes(shortened(place)),
                      "a node to which links lead from " + in_quotes(m.node_names[end.value]) + ", an end of " + in_quotes(m.demand_names[d]));
  }
  return plan;
}

}  // namespace farbell
