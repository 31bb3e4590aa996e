#include "farbell/simulation/retrieval_check.hpp"

#include <algorithm>
#include <string>
#include <variant>

#include "farbell/base/text.hpp"

#include "farbell/simulation/places.hpp"

namespace farbell {

namespace {

std::string memory_without(const Model& m, NodeId node, const std::string& for_what) {
  return "a memory without retrieval at " + in_quotes(m.node_names[node.value]) + ", for " + for_what + ": qubits in an ensemble undergo no gates";
}

void require_gates(const Model& m, NodeId node, const std::string& path, const std::string& found, const std::string& for_what) {
  if (m.nodes[node.value].retrieval) throw SpecError(path, found, memory_without(m, node, for_what));
}

}  // namespace

void check_retrieval(Model& m) {
  const ScenarioSpec& s = m.scenario;
  for (std::size_t i = 0; i < s.memories.size(); ++i)
    if (m.slot != tick_zero && s.memories[i].retrieval && s.memories[i].retrieval->fixed_delay_s)
      throw SpecError(item("memories", i, "retrieval/fixed_delay_s"), number_text(*s.memories[i].retrieval->fixed_delay_s) + " s",
                      "null with \"timing\": \"slotted\", where pairs are fresh at the end of a slot");
  for (std::size_t i = 0; i < s.demands.size(); ++i)
    for (NodeId node : m.route_plans[i].ends)
      if (m.nodes[node.value].fixed_delay != never)
        throw SpecError(item("demands", i), "an end, " + in_quotes(m.node_names[node.value]) + ", whose memory has a fixed_delay_s",
                        "ends whose memories keep qubits until news of the pair has come: on demand, or without retrieval");
  for (std::size_t i = 0; i < m.links.size(); ++i)
    if (s.links[i].distillation)
      for (NodeId node : m.links[i].node) require_gates(m, node, item("links", i, "distillation"), "distillation", "distillation");
  for (std::size_t i = 0; i < s.demands.size(); ++i)
    if (std::holds_alternative<ByProgramsSpec>(s.demands[i].traffic))
      for (NodeId node : m.route_plans[i].ends) require_gates(m, node, item("demands", i, "traffic"), "\"by_programs\"", "programs");
  for (std::size_t i = 0; i < s.demands.size(); ++i)
    if (s.demands[i].distillation)
      for (NodeId node : m.route_plans[i].ends) require_gates(m, node, item("demands", i, "distillation"), "distillation", "distillation");
  for (std::size_t i = 0, arm = s.demands.size(); i < s.ghz_demands.size(); ++i)
    for (std::size_t k = 0; k < m.stars[i].arms.size(); ++k, ++arm)
      for (NodeId node : m.route_plans[arm].ends)
        require_gates(m, node, item("ghz_demands", i), "a GHZ demand with " + in_quotes(m.node_names[node.value]), "fusion");
  for (std::size_t i = 0; i < s.programs.size(); ++i)
    for (std::size_t n = 0; n < m.nodes.size(); ++n)
      if (m.node_names[n] == s.programs[i].node)
        require_gates(m, NodeId{static_cast<std::uint32_t>(n)}, item("programs", i, "node"), in_quotes(s.programs[i].node), "programs");
  if (std::any_of(m.programs.begin(), m.programs.end(), [](const LinkProgram& p) { return !p.empties.empty(); }) &&
      std::any_of(m.demands.begin(), m.demands.end(), [](const DemandRow& demand) { return demand.min_fidelity > 0; }))
    m.approximations.push_back({"known_vacuum", "min_fidelity judges a pair as if its ends knew that a memory has absorbed nothing"});
}

}  // namespace farbell
