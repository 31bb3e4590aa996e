// A quantum memory: how many qubits it holds, how they decay, and how good its operations are. See docs/physics/memories.md.
#pragma once
#include "farbell/base/fields.hpp"
#include "farbell/hardware/charge_check.hpp"
#include "farbell/hardware/communication.hpp"
#include "farbell/hardware/encoding.hpp"
#include "farbell/hardware/memory_light.hpp"
#include "farbell/hardware/retrieval.hpp"
#include "farbell/hardware/t2_law.hpp"

namespace farbell {

struct MemorySpec : CoherenceSpec {
  std::string name;
  std::int64_t slots = 1;
  std::optional<double> depolarising_s;
  std::optional<double> dephasing_s;
  std::optional<double> dephasing_attempts;
  double pauli_x_rate_hz = 0;
  double pauli_y_rate_hz = 0;
  double pauli_z_rate_hz = 0;
  double efficiency = 1;
  double double_excitation_probability = 0;
  std::optional<LightSpec> light;
  double background_photons = 0;
  double photon_dephasing = 0;
  std::optional<double> photon_lifetime_s;
  std::optional<double> absorption_bandwidth_hz;
  std::optional<double> wavelength_m;
  std::optional<Encoding> encoding;
  double initialisation_s = 0;
  double initialisation_reliability = 1;
  double single_qubit_gate_s = 0;
  double single_qubit_gate_reliability = 1;
  double two_qubit_gate_s = 0;
  double two_qubit_gate_reliability = 1;
  double measurement_s = 0;
  double readout_fidelity_0 = 1;
  double readout_fidelity_1 = 1;
  std::optional<RetrievalSpec> retrieval;
  std::optional<CommunicationSpec> communication;
  std::optional<ChargeCheckSpec> charge_check;

  bool operator==(const MemorySpec&) const = default;
};

template <>
struct Describe<MemorySpec> {
  static constexpr std::string_view name = "Memory";
  static constexpr std::string_view doc = "A kind of quantum memory; nodes refer to it by name.";
  static constexpr auto fields = std::tuple_cat(std::tuple{
      required(field("name", &MemorySpec::name, non_empty, "Unique name, used by nodes.")),
      field("slots", &MemorySpec::slots, within(1, 1'000'000), "Number of qubits a node with this memory holds."),
  }, coherence_fields("Relaxation time to |0>; null = no relaxation.",
                      "Coherence time; null = no decay beyond that of T1."), std::tuple{
      field("depolarising_s", &MemorySpec::depolarising_s, "s", positive,
            "Mean time to a depolarising event; null = none.").improves(Improvement::time_constant),
      field("dephasing_s", &MemorySpec::dephasing_s, "s", positive,
            "Time constant of extra exponential dephasing, exp(-t / dephasing_s) on the coherence; null = none.").improves(Improvement::time_constant),
      field("dephasing_attempts", &MemorySpec::dephasing_attempts, positive,
            "Link attempts of its node, with the emitter in an equal superposition, after which the coherence of a stored qubit is 1/e; "
            "null = attempts do nothing to it.").improves(Improvement::time_constant),
      field("pauli_x_rate_hz", &MemorySpec::pauli_x_rate_hz, "Hz", non_negative,
            "Rate of Pauli X errors.").improves(Improvement::rate),
      field("pauli_y_rate_hz", &MemorySpec::pauli_y_rate_hz, "Hz", non_negative,
            "Rate of Pauli Y errors.").improves(Improvement::rate),
      field("pauli_z_rate_hz", &MemorySpec::pauli_z_rate_hz, "Hz", non_negative,
            "Rate of Pauli Z errors.").improves(Improvement::rate),
      field("efficiency", &MemorySpec::efficiency, unit_interval,
            "Probability that an attempt puts a photon into the fibre.").improves(Improvement::probability),
      field("double_excitation_probability", &MemorySpec::double_excitation_probability, unit_interval,
            "Probability that a memory that emits a photon emits a second one, which interferes with nothing.").improves(Improvement::rate),
      field("light", &MemorySpec::light, "What it emits, if not one photon: light of an ensemble, or weak coherent pulses; null = one photon."),
      field("background_photons", &MemorySpec::background_photons, non_negative,
            "Mean number of photons a bin that come with the memory's own and know nothing of its state: leaked light of the "
            "excitation; Poisson.").improves(Improvement::rate),
      field("photon_dephasing", &MemorySpec::photon_dephasing, non_negative,
            "Pure dephasing of the emitter, its rate times the lifetime of the excited state: 1/T2 = (1/2 + photon_dephasing)/T1 of the "
            "optical transition.").improves(Improvement::rate),
      field("photon_lifetime_s", &MemorySpec::photon_lifetime_s, "s", positive,
            "1/e time in which the photon leaves, counted from the opening of the detection window; null = all of it within the window."),
      field("absorption_bandwidth_hz", &MemorySpec::absorption_bandwidth_hz, "Hz", positive,
            "Full width at half maximum of the band of light that it absorbs, of one pole (Lorentzian); null = wide. Its efficiency is for narrow light."),
      field("wavelength_m", &MemorySpec::wavelength_m, "m", positive,
            "Wavelength in vacuum of the photons that it emits or absorbs; null = not stated, and not checked along light paths."),
      field("encoding", &MemorySpec::encoding, "How these photons carry the qubit; null = as the link needs it, not checked."),
      field("initialisation_s", &MemorySpec::initialisation_s, "s", non_negative, "Time to prepare the qubit for an attempt."),
      field("initialisation_reliability", &MemorySpec::initialisation_reliability, unit_interval,
            "Probability that the prepared qubit is not depolarised.").improves(Improvement::probability),
      field("single_qubit_gate_s", &MemorySpec::single_qubit_gate_s, "s", non_negative, "Duration of a single-qubit gate."),
      field("single_qubit_gate_reliability", &MemorySpec::single_qubit_gate_reliability, unit_interval,
            "Probability that a single-qubit gate does not depolarise its qubit.").improves(Improvement::probability),
      field("two_qubit_gate_s", &MemorySpec::two_qubit_gate_s, "s", non_negative, "Duration of a two-qubit gate."),
      field("two_qubit_gate_reliability", &MemorySpec::two_qubit_gate_reliability, unit_interval,
            "Probability that a two-qubit gate does not depolarise its qubits (jointly).").improves(Improvement::probability),
      field("measurement_s", &MemorySpec::measurement_s, "s", non_negative, "Duration of a read-out."),
      field("readout_fidelity_0", &MemorySpec::readout_fidelity_0, unit_interval,
            "Probability of reading 0 from |0>.").improves(Improvement::probability),
      field("readout_fidelity_1", &MemorySpec::readout_fidelity_1, unit_interval,
            "Probability of reading 1 from |1>.").improves(Improvement::probability),
      field("retrieval", &MemorySpec::retrieval,
            "How qubits come out of an ensemble that absorbs light, as photons, to be swapped or measured; null = they are where they are."),
      field("communication", &MemorySpec::communication,
            "The qubits through which all links of a node attempt, and from which pairs are moved into its slots; null = every slot attempts by itself."),
      field("charge_check", &MemorySpec::charge_check, "How often attempts stop for a check of the emitter, and for how long; null = never."),
  });
  // Each law has the parameters that it needs, and none of another's.
  static void check(const MemorySpec& spec);
};

}  // namespace farbell
