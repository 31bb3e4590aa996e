// Distillation: two pairs shared by the same two nodes become one, by local gates and one read-out at each end.
// Derivation: docs/physics/distillation.md.
#pragma once
#include <array>
#include <cstdint>

#include "farbell/state/bell.hpp"
#include "farbell/state/device.hpp"

namespace farbell {

enum class DistillationProtocol : std::uint8_t { bbpssw, dejmps, epl };

// The noise of one end: CNOT from the kept pair's qubit to the used pair's, whose read-out follows.
struct DistillationNoise {
  std::array<double, 2> two_qubit_reliability{1, 1};  // by side
  std::array<double, 2> single_qubit_reliability{1, 1};
  std::array<ReadoutPovm, 2> readout;

  DistillationNoise() = default;
  DistillationNoise(DeviceModel const& a, DeviceModel const& b)
      : two_qubit_reliability{a.two_qubit_reliability, b.two_qubit_reliability},
        single_qubit_reliability{a.single_qubit_reliability, b.single_qubit_reliability},
        readout{a.readout, b.readout} {}
};

// What became of a round. `bits`: read at side a + 2 * read at side b.
struct DistillationOutcome {
  int bits = 0;
  bool kept = false;
  int frame = 0;  // of the pair that is kept
};

// CNOT^dagger (sigma_i (x) t) CNOT with t = I or Z on the target: the Paulis on control and target, and the sign.
struct PulledBack {
  int control, target;
  double sign;
};
inline constexpr PulledBack through_cnot[2][4] = {
    {{0, 0, 1}, {1, 1, 1}, {2, 1, 1}, {3, 0, 1}},
    {{3, 3, 1}, {2, 2, -1}, {1, 2, 1}, {0, 3, 1}},
};

// Weights of t = I and Z in the read-out of `bit` on side `side`, given that sigma_i is looked at on the control.
inline std::array<double, 2> target_weights(DistillationNoise const& noise, int side, int bit, int i) {
  const ReadoutPovm& povm = noise.readout[side];
  const double reliability = noise.two_qubit_reliability[side];
  return {povm.sum[bit] * (i == 0 ? 1 : reliability), povm.difference[bit] * reliability};
}

// Frames after the gates before the CNOT: DEJMPS exchanges Phi- and Psi-.
constexpr int frame_after_rotation(DistillationProtocol protocol, int frame) {
  return protocol == DistillationProtocol::dejmps && (frame & 1) ? frame ^ 2 : frame;
}

// BBPSSW and DEJMPS keep the pair if the bits agree, EPL if both are 1; the bits of pairs in other frames are corrected first.
constexpr DistillationOutcome distillation_outcome(DistillationProtocol protocol, int kept_frame, int used_frame, int bits) {
  const int f = frame_after_rotation(protocol, kept_frame), g = frame_after_rotation(protocol, used_frame);
  const int a = bits & 1, b = (bits >> 1) ^ (f >> 1) ^ (g >> 1);
  const bool kept = protocol == DistillationProtocol::epl ? a == 1 && b == 1 : a == b;
  return {bits, kept, f ^ (g & 1)};
}

// The gates before the CNOT on one pair.
template <class State>
void prepare_distillation(State& state, DistillationProtocol protocol, DistillationNoise const& noise, int frame) {
  if (protocol == DistillationProtocol::epl) return;
  if (protocol == DistillationProtocol::bbpssw) state.twirl(frame);
  else state.rotate_against();
  for (int side : {0, 1}) state.depolarise(side, noise.single_qubit_reliability[side]);
}

// Probabilities of the four pairs of bits, after the gates.
template <class State>
std::array<double, 4> distillation_probabilities(State const& kept, State const& used, DistillationNoise const& noise) {
  std::array<double, 4> p;
  for (int bits = 0; bits < 4; ++bits) p[bits] = State::distilled(kept, used, noise, bits, 0, 0) / 4;
  return p;
}

}  // namespace farbell
