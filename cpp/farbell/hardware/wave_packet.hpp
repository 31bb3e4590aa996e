// The wave packet of a photon that decays exponentially and has passed filters of one pole each: how much of it a window holds, and how
// well two of them overlap. Equations: docs/physics/interfaces.md.
#pragma once
#include <complex>
#include <vector>

namespace farbell {

struct WavePacket {
  double lifetime_s = 1;              // of its energy, as emitted at time 0
  std::vector<double> bandwidths_hz;  // full widths of the filters' power transmission
  double offset_hz = 0;               // of its carrier; the filters are centred on it
};

// Integral from 0 to window_s (infinity: of all) of phi_1* phi_2; what has not passed the filters is missing.
std::complex<double> overlap(WavePacket const& one, WavePacket const& two, double window_s);

}  // namespace farbell
