#include "farbell/state/device.hpp"

namespace farbell {

DecayLaw::DecayLaw(DecayRates const& rates, Clock clock, bool pauli_twirl) {
  const double r1 = 1 / rates.t1_s, depolarising = 1 / rates.depolarising_s, t2 = 1 / rates.t2_s;
  double dephasing = 1 / rates.dephasing_s;
  if (rates.coherence) {
    coherence_ = std::make_shared<const CoherenceLaw>(rates.coherence->scaled(clock.ticks_per_s));
    aged_ = 1;
  } else if (rates.gaussian_t2) {
    aged_ = t2 * t2 / (clock.ticks_per_s * clock.ticks_per_s);
  } else if (t2 != 0) {
    dephasing += t2 - r1 / 2;  // T2 includes what T1 does to the coherence
  }
  const double coherence = r1 / 2 + depolarising + dephasing;
  const double x = coherence + 2 * (rates.pauli_y_hz + rates.pauli_z_hz);
  const double y = coherence + 2 * (rates.pauli_x_hz + rates.pauli_z_hz);
  const double z = r1 + depolarising + 2 * (rates.pauli_x_hz + rates.pauli_y_hz);
  x_ = x / clock.ticks_per_s;
  y_ = y / clock.ticks_per_s;
  z_ = z / clock.ticks_per_s;
  pull_ = r1 == 0 || pauli_twirl ? 0 : r1 / z;
  decays_ = x != 0 || y != 0 || z != 0 || aged_ != 0;
}

DeviceModel::DeviceModel(Device const& device, Clock clock, bool pauli_twirl)
    : decay(device.decay, clock, pauli_twirl),
      readout(device.readout),
      two_qubit_reliability(device.two_qubit_reliability),
      single_qubit_reliability(device.single_qubit_reliability) {
  if (pauli_twirl) {
    const double mean = (device.readout.f0 + device.readout.f1) / 2;
    readout = ReadoutPovm(Readout{mean, mean});
  }
}

}  // namespace farbell
