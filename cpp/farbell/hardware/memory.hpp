// A quantum memory: how many qubits it holds, how they decay, and how good its operations are. See docs/physics/memories.md.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

// How coherence is lost with time under T2.
enum class T2Law { exponential, gaussian };

struct MemorySpec {
  std::string name;
  std::int64_t slots = 1;
  std::optional<double> t1_s;
  std::optional<double> t2_s;
  T2Law t2_law = T2Law::exponential;
  std::optional<double> depolarising_s;
  std::optional<double> dephasing_s;
  std::optional<double> dephasing_attempts;
  double pauli_x_rate_hz = 0;
  double pauli_y_rate_hz = 0;
  double pauli_z_rate_hz = 0;
  double efficiency = 1;
  double initialisation_s = 0;
  double initialisation_reliability = 1;
  double single_qubit_gate_s = 0;
  double single_qubit_gate_reliability = 1;
  double two_qubit_gate_s = 0;
  double two_qubit_gate_reliability = 1;
  double measurement_s = 0;
  double readout_fidelity_0 = 1;
  double readout_fidelity_1 = 1;

  bool operator==(const MemorySpec&) const = default;
};

template <>
struct Describe<T2Law> {
  static constexpr std::string_view name = "T2Law";
  static constexpr auto values = std::array{
      Choice<T2Law>{T2Law::exponential, "exponential", "exp(-t / T2); T2 includes what T1 does, so T2 <= 2 T1"},
      Choice<T2Law>{T2Law::gaussian, "gaussian", "exp(-(t / T2)^2), times what T1 does"},
  };
};

template <>
struct Describe<MemorySpec> {
  static constexpr std::string_view name = "Memory";
  static constexpr std::string_view doc = "A kind of quantum memory; nodes refer to it by name.";
  static constexpr auto fields = std::tuple{
      required(field("name", &MemorySpec::name, non_empty, "Unique name, used by nodes.")),
      field("slots", &MemorySpec::slots, within(1, 1'000'000), "Number of qubits a node with this memory holds."),
      field("t1_s", &MemorySpec::t1_s, "s", positive,
            "Relaxation time to |0>; null = no relaxation.").improves(Improvement::time_constant),
      field("t2_s", &MemorySpec::t2_s, "s", positive,
            "Coherence time; null = no decay beyond that of T1.").improves(Improvement::time_constant),
      field("t2_law", &MemorySpec::t2_law, "How coherence decays with T2."),
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
  };
};

}  // namespace farbell
