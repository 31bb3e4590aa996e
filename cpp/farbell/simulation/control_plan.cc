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
  if (s.messages.vary()) throw SpecError("/messages", "loss or jitter of messages", "none of them" + with);
  if (!s.ghz_demands.empty())
    throw SpecError("/ghz_demands", std::to_string(s.ghz_demands.size()) + " of them", "none" + with + ": all arms of one are decided on together, at once");
  if (!m.failures.empty() && m.heartbeat == never)
    throw SpecError("/heartbeat_period_s", "nothing", "a time" + with + ": neighbours notice failures, and tell");
}

}  // namespace

ControlPlan control_plan(const Model& m, const Names& nodes) {
  const ControlPlaneSpec& spec = m.scenario.control_plane;
  ControlPlan plan;
  if (std::holds_alternative<IdealControlSpec>(spec)) return plan;
  const auto* central = std::get_if<CentralControlSpec>(&spec);
  check_goes_together(m, central ? "\"central\"" : "\"link_state\"");
  const double processing_s = central ? central->processing_s : std::get<LinkStateSpec>(spec).processing_s;
  plan.processing = ticks_of(m, processing_s, "/control_plane/processing_s");
  for (const RoutePlan& routes : m.route_plans) {
    const NodeId decider = routes.ends[0];
    const auto known = std::find(plan.deciders.begin(), plan.deciders.end(), decider);
    plan.view.emplace_back(static_cast<std::uint32_t>(known - plan.deciders.begin()));
    if (known == plan.deciders.end()) plan.deciders.push_back(decider);
  }
  if (!central) return plan;
  plan.reactive = central->mode == ControlMode::reactive;
  plan.controller = NodeId{nodes.at(central->place, "/control_plane/place")};
  classical_delays(m.graph, m.fibre_delay, m.processing_delay, {&plan.controller, 1}, plan.from_controller);
  for (std::uint32_t d = 0; d < m.demands.size(); ++d) {
    const NodeId end = plan.deciders[plan.view[d].value];
    if (plan.from_controller[end.value] == never)
      throw SpecError("/control_plane/place", in_quotes(shortened(central->place)),
                      "a node to which links lead from " + in_quotes(m.node_names[end.value]) + ", an end of " + in_quotes(m.demand_names[d]));
  }
  return plan;
}

}  // namespace farbell
