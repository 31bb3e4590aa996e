#include "farbell/simulation/communication_plan.hpp"

#include <algorithm>

#include "farbell/simulation/names.hpp"
#include "farbell/simulation/places.hpp"

namespace farbell {

CommunicationRow communication_row(const Model& model, std::size_t memory, DeviceId device) {
  const CommunicationSpec& spec = *model.scenario.memories[memory].communication;
  const std::string path = item("memories", memory, "communication");
  if (model.slot != tick_zero)
    throw SpecError(path, "communication qubits", "null with \"timing\": \"slotted\", where pairs are fresh at the end of a slot");
  CommunicationRow row;
  row.qubits = static_cast<std::uint32_t>(spec.qubits);
  row.always_stores = spec.store == StorageRule::always;
  row.device = device;
  row.storage = ticks_of(model, spec.storage_s, path + "/storage_s");
  const double kept = spec.storage_reliability;
  row.errors.ax = row.errors.ay = kept * (1 - 2 * spec.storage_dephasing_probability);
  row.errors.az = kept;
  return row;
}

void check_communication(const Model& model) {
  const ScenarioSpec& s = model.scenario;
  if (s.timing == TimingModel::slotted)
    for (std::size_t m = 0; m < s.memories.size(); ++m)
      if (s.memories[m].charge_check)
        throw SpecError(item("memories", m, "charge_check"), "a charge check", "null with \"timing\": \"slotted\", where an attempt is made in each slot");
  const auto has = [&](NodeId n) { return model.nodes[n.value].communication != nullptr; };
  const auto first = std::find_if(model.nodes.begin(), model.nodes.end(), [](const NodeRow& n) { return n.communication != nullptr; });
  if (first == model.nodes.end()) return;
  const std::string because = ": " + in_quotes(model.node_names[static_cast<std::size_t>(first - model.nodes.begin())]) +
                              " has communication qubits, which a memory is without by communication=None";

  for (std::size_t l = 0; l < s.links.size(); ++l) {
    const auto& ends = model.links[l].node;
    if (!has(ends[0]) && !has(ends[1])) continue;
    for (NodeId n : ends)
      if (s.nodes[n.value].parallel_links)
        throw SpecError(item("nodes", n.value, "parallel_links"), std::to_string(*s.nodes[n.value].parallel_links),
                        "null where links attempt through communication qubits, which say how many do at a time");
    for (std::size_t w = 0; w < model.switches.size(); ++w)
      if (const auto& of = model.switches[w].links; std::find(of.begin(), of.end(), LinkId{static_cast<std::uint32_t>(l)}) != of.end())
        throw SpecError(item("switches", w, "links"), in_quotes(model.link_names[l]), "links of nodes without communication qubits");
  }
  for (std::size_t d = 0; d < s.demands.size(); ++d) {
    const DemandSpec& demand = s.demands[d];
    if (demand.buffer) throw SpecError(item("demands", d, "buffer"), std::to_string(*demand.buffer), "null" + because);
    if (std::holds_alternative<ByProgramsSpec>(demand.traffic))
      throw SpecError(item("demands", d, "traffic"), "\"by_programs\"", "other traffic" + because);
    if (demand.cutoff && demand.cutoff->estimated_fidelity)
      throw SpecError(item("demands", d, "cutoff") + "/estimated_fidelity", number_text(*demand.cutoff->estimated_fidelity), "null" + because);
    for (std::size_t point = 0; point < decision_points; ++point)
      if (const auto& rule = model.rules[d][point]; rule && rule->reads(is_estimate) && s.control != ControlPlane::ideal)
        throw SpecError(item("demands", d, "rules"), "a condition on an estimated fidelity", "others, or \"control\": \"ideal\"" + because);
  }
  if (!s.ghz_demands.empty()) throw SpecError("/ghz_demands", "GHZ demands", "none" + because);
}

std::vector<NamedApproximation> approximations_of_communication(const Model& model) {
  const auto has = [](const NodeRow& n) { return n.communication != nullptr; };
  if (model.scenario.control == ControlPlane::ideal || std::none_of(model.nodes.begin(), model.nodes.end(), has)) return {};
  return {{"storage_not_foreseen", "hooks see fidelities estimated as if qubits stayed in their communication qubits"}};
}

}  // namespace farbell
