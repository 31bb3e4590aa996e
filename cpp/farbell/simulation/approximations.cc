#include "farbell/simulation/approximations.hpp"

#include <algorithm>

#include "farbell/simulation/communication_plan.hpp"
#include "farbell/simulation/late_messages.hpp"
#include "farbell/simulation/rounds_plan.hpp"
#include "farbell/state/capabilities.hpp"

namespace farbell {

void note_approximation(Model& model, const std::string& name, const std::string& description) {
  for (const NamedApproximation& known : model.approximations)
    if (known.name == name) return;
  model.approximations.push_back({name, description});
}

void note_approximations(Model& m) {
  const ScenarioSpec& s = m.scenario;
  const auto note = [&m](const std::string& name, const std::string& description) { note_approximation(m, name, description); };
  const bool any_state = capabilities(m.store).any_pair_state;
  if (m.pauli_twirl && !any_state)
    note("pauli_twirl", "relaxation, asymmetric read-out and initial states are twirled to Pauli noise");
  if (m.pauli_twirl && any_state)
    note("pauli_twirl", "relaxation and asymmetric read-out are twirled to Pauli noise");
  if (s.control == ControlPlane::ideal) note("ideal_control", "news travels without delay");
  for (const auto& named : {approximations_of_messages(s), approximations_of_communication(m), approximations_of_rounds(s)})
    for (const auto& [name, description] : named) note(name, description);
  if (s.timing == TimingModel::slotted)
    note("slotted_timing", "all links attempt in common slots, pairs are fresh at the end of a slot, gates take no time");
  if (s.reservation == Reservation::ledger && !s.rounds)
    note("reservation_ledger", "the slots of a circuit are booked network-wide at one instant");
  if (s.on_deadlock == OnDeadlock::release)
    note("instant_deadlock_release", "deadlocks are seen at once, and a circuit that gives way does so at every node at once");
  const auto judged = [](const auto& demand) { return demand.min_fidelity > 0; };
  const bool judges = std::any_of(s.demands.begin(), s.demands.end(), judged);
  if (m.induced_dephasing) {
    if (judges || std::any_of(s.ghz_demands.begin(), s.ghz_demands.end(), judged))
      note("known_attempts", "min_fidelity judges a pair as if its ends knew of all attempts beside its qubits");
    const auto estimates = [](const DemandSpec& d) { return (d.cutoff && d.cutoff->estimated_fidelity) || !d.rules.empty(); };
    if (std::any_of(s.demands.begin(), s.demands.end(), estimates))
      note("attempts_not_foreseen", "nodes estimate fidelities without attempts that they have not heard of, or that are to come");
  }
  if (std::any_of(s.demands.begin(), s.demands.end(), [](const DemandSpec& d) { return d.admission && d.admission->by_deadline; }))
    note("deadlines_by_mean_rate", "admission takes pairs to come at the mean rate of lanes that make them hop after hop, and knows the demand's own queue only");
  const auto turned = [](const LinkProgram& p) { return p.phase_sigma_rad > 0; };
  if (judges && std::any_of(m.programs.begin(), m.programs.end(), turned))
    note("known_optical_phase", "min_fidelity judges a pair by its state, as if its ends knew the optical phase");
  const bool closes = !m.control.on() && std::any_of(m.changes.begin(), m.changes.end(), [](const ChangeRow& c) { return !c.program; });
  if (closes || (!m.failures.empty() && m.heartbeat == never))
    note("instant_failure_notice", "every node learns at once that a link went down");
  const bool noticed = !m.failures.empty() && m.heartbeat != never;
  if (noticed && !m.control.on())
    note("instant_link_state", "who has no circuit over a failed link learns of the failure when the ends of the link do");
  if (noticed) note("lasting_control_plane", "messages between nodes pass where nodes and links have failed; only heartbeats are lost");
}

}  // namespace farbell
