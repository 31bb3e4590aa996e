#include "farbell/hardware/memory_device.hpp"

#include <numbers>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

namespace {

// A memory that decays like its communication qubits.
MemorySpec decaying_like(CoherenceSpec const& c, MemorySpec memory = {}) {
  static_cast<CoherenceSpec&>(memory) = c;
  memory.depolarising_s = memory.dephasing_s = memory.dephasing_attempts = std::nullopt;
  memory.pauli_x_rate_hz = memory.pauli_y_rate_hz = memory.pauli_z_rate_hz = 0;
  return memory;
}

// What is said of the emitter of one photon, or of a memory that is none, has no meaning beside other light.
void check_light(MemorySpec const& m) {
  const std::string kind = std::visit([](auto const& light) { return std::string(Describe<std::decay_t<decltype(light)>>::kind); }, *m.light);
  const auto refuse = [&](const char* path, std::string const& found, const char* allowed) {
    throw SpecError(path, found, std::string(allowed) + " with light of kind " + in_quotes(kind));
  };
  if (m.double_excitation_probability != 0) refuse("/double_excitation_probability", number_text(m.double_excitation_probability), "0");
  if (m.photon_dephasing != 0) refuse("/photon_dephasing", number_text(m.photon_dephasing), "0");
  if (m.dephasing_attempts) refuse("/dephasing_attempts", number_text(*m.dephasing_attempts), "null");
  if (m.retrieval) refuse("/retrieval", "a retrieval", "null");
  if (m.communication) refuse("/communication", "communication qubits", "null");
  if (m.charge_check) refuse("/charge_check", "a charge check", "null");
}

}  // namespace

void Describe<CommunicationSpec>::check(const CommunicationSpec& c) { Describe<MemorySpec>::check(decaying_like(c)); }

Device communication_device_of(MemorySpec const& memory, std::string const& path) {
  return device_of(decaying_like(*memory.communication, memory), path);
}

void Describe<MemorySpec>::check(const MemorySpec& m) {
  if (m.light) check_light(m);
  if (m.retrieval && m.communication)
    throw SpecError("/communication", "communication qubits", "null with retrieval: an ensemble absorbs photons by itself");
  const std::string law = "t2_law \"" + std::string(choice_name(m.t2_law)) + '"';
  const auto only_of = [](T2Law of) { return "nothing but with t2_law \"" + std::string(choice_name(of)) + '"'; };
  if (m.t2_law == T2Law::stretched) {
    if (!m.t2_s) throw SpecError("/t2_s", "null", "a time, as " + law + " needs it");
    if (!m.t2_exponent) throw SpecError("/t2_exponent", "null", "a number above 0, as " + law + " needs it");
  } else if (m.t2_exponent) {
    throw SpecError("/t2_exponent", number_text(*m.t2_exponent), only_of(T2Law::stretched));
  }
  if (m.t2_law != T2Law::tabulated) {
    if (!m.coherence_times_s.empty()) throw SpecError("/coherence_times_s", "a list", only_of(T2Law::tabulated));
    if (!m.coherences.empty()) throw SpecError("/coherences", "a list", only_of(T2Law::tabulated));
    if (m.coherence_beyond) throw SpecError("/coherence_beyond", std::string(choice_name(*m.coherence_beyond)), only_of(T2Law::tabulated));
    return;
  }
  if (m.t2_s) throw SpecError("/t2_s", number_text(*m.t2_s) + " s", "null, as " + law + " says how coherence decays");
  const std::size_t points = m.coherence_times_s.size();
  if (points == 0) throw SpecError("/coherence_times_s", "no times", "one or more, as " + law + " needs them");
  if (m.coherences.size() != points)
    throw SpecError("/coherences", std::to_string(m.coherences.size()) + " numbers", std::to_string(points) + ", one for each of coherence_times_s");
  for (std::size_t i = 1; i < points; ++i) {
    const std::string at = '/' + std::to_string(i);
    const double t = m.coherence_times_s[i], before = m.coherence_times_s[i - 1], c = m.coherences[i], higher = m.coherences[i - 1];
    if (!(t > before)) throw SpecError("/coherence_times_s" + at, number_text(t) + " s", "above the time before, " + number_text(before) + " s");
    if (!(c <= higher)) throw SpecError("/coherences" + at, number_text(c), "at most the one before, " + number_text(higher));
  }
  if (!m.coherence_beyond)
    throw SpecError("/coherence_beyond", "null", "\"exponential\" or \"nothing\": what is left beyond the last of coherence_times_s");
}

Device device_of(MemorySpec const& memory, std::string const& path) {
  if (memory.t1_s && memory.t2_s && memory.t2_law == T2Law::exponential && *memory.t2_s > 2 * *memory.t1_s)
    throw SpecError(path + "/t2_s", number_text(*memory.t2_s) + " s", "at most 2 t1_s = " + number_text(2 * *memory.t1_s) + " s");
  // A phase that is random altogether, at every second attempt, takes no fewer.
  if (memory.dephasing_attempts && *memory.dephasing_attempts < 1 / std::numbers::ln2)
    throw SpecError(path + "/dephasing_attempts", number_text(*memory.dephasing_attempts),
                    "at least 1/ln 2 = 1.443: an attempt in an equal superposition leaves half of the coherence or more");
  DecayRates decay;
  decay.t1_s = memory.t1_s.value_or(DecayRates::no_decay);
  decay.t2_s = memory.t2_s.value_or(DecayRates::no_decay);
  decay.depolarising_s = memory.depolarising_s.value_or(DecayRates::no_decay);
  decay.dephasing_s = memory.dephasing_s.value_or(DecayRates::no_decay);
  decay.pauli_x_hz = memory.pauli_x_rate_hz;
  decay.pauli_y_hz = memory.pauli_y_rate_hz;
  decay.pauli_z_hz = memory.pauli_z_rate_hz;
  decay.gaussian_t2 = memory.t2_law == T2Law::gaussian;
  if (memory.t2_law == T2Law::stretched)
    decay.coherence = std::make_shared<const CoherenceLaw>(CoherenceLaw::stretched(*memory.t2_s, *memory.t2_exponent));
  if (memory.t2_law == T2Law::tabulated) {
    decay.coherence = std::make_shared<const CoherenceLaw>(
        CoherenceLaw::tabulated(memory.coherence_times_s, memory.coherences, memory.coherence_beyond == CoherenceBeyond::exponential));
    decay.t2_s = decay.coherence->t2();
  }
  return {decay, memory.two_qubit_gate_reliability, memory.single_qubit_gate_reliability,
          {memory.readout_fidelity_0, memory.readout_fidelity_1}};
}

}  // namespace farbell
