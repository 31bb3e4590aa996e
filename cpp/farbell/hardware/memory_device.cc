#include "farbell/hardware/memory_device.hpp"

#include <numbers>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

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
  return {decay, memory.two_qubit_gate_reliability, memory.single_qubit_gate_reliability,
          {memory.readout_fidelity_0, memory.readout_fidelity_1}};
}

}  // namespace farbell
