// What a memory does to a qubit: decay while it waits, errors of gates and read-out. Equations: docs/physics/memories.md.
#pragma once
#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "farbell/base/tick.hpp"
#include "farbell/state/coherence.hpp"

namespace farbell {

struct DecayRates {
  static constexpr double no_decay = std::numeric_limits<double>::infinity();
  double t1_s = no_decay;            // amplitude damping to |0>
  double t2_s = no_decay;            // coherence time; with gaussian_t2 or a coherence law the 1/e time of pure dephasing
  double depolarising_s = no_decay;
  double dephasing_s = no_decay;
  double pauli_x_hz = 0, pauli_y_hz = 0, pauli_z_hz = 0;
  bool gaussian_t2 = false;
  std::shared_ptr<const CoherenceLaw> coherence = nullptr;  // of pure dephasing, ages in seconds; null: exponential or Gaussian
};

// P(read 0 | 0) and P(read 1 | 1).
struct Readout {
  double f0 = 1, f1 = 1;
};

// One row per kind of memory. Reliability p: with probability 1 - p the qubits are replaced by the maximally mixed state.
struct Device {
  DecayRates decay;
  double two_qubit_reliability = 1, single_qubit_reliability = 1;
  Readout readout;
};

// Affine map of a Bloch vector: x -> ax x, y -> ay y, z -> az z + tz.
struct BlochMap {
  double ax = 1, ay = 1, az = 1, tz = 0;
};

// Element m of a noisy read-out of Pauli sigma: (sum[m] I + difference[m] sigma) / 2.
struct ReadoutPovm {
  std::array<double, 2> sum{1, 1}, difference{1, -1};

  ReadoutPovm() = default;
  explicit ReadoutPovm(Readout const& r) : sum{1 + (r.f0 - r.f1), 1 - (r.f0 - r.f1)}, difference{r.f0 + r.f1 - 1, 1 - r.f0 - r.f1} {}
};

// The decay of one qubit as a function of time, with rates per tick.
class DecayLaw {
 public:
  DecayLaw() = default;
  DecayLaw(DecayRates const& rates, Clock clock, bool pauli_twirl);

  bool decays() const { return decays_; }
  // The map from `since` to `now` of a qubit whose coherence clock started at `origin`; the identity until `since`. Coherences fall by
  // the exponent `induced` besides.
  BlochMap map(Tick since, Tick origin, Tick now, double induced = 0) const {
    if ((!decays_ || now <= since) && induced == 0) return {};
    if (now <= since) return map(0.0, 0.0, induced);
    return map(static_cast<double>(count(now) - count(since)), static_cast<double>(count(since) - count(origin)), induced);
  }
  // The same over `t` ticks, `age` ticks after the clock's start; neither need be whole.
  BlochMap map(double t, double age, double induced = 0) const {
    BlochMap m;
    const double aged = (aged_ == 0 ? 0 : -loss(t, age)) - induced;
    const double x = aged - x_ * t;
    m.ax = x == 0 ? 1 : std::exp(x);
    m.ay = y_ == x_ ? m.ax : std::exp(aged - y_ * t);
    if (z_ != 0) {
      m.az = z_ == x_ && aged_ == 0 && induced == 0 ? m.ax : std::exp(-z_ * t);
      m.tz = pull_ * (1 - m.az);
    }
    return m;
  }

 private:
  double loss(double t, double age) const {
    // (age + t)^2 - age^2, without cancellation.
    return coherence_ ? coherence_->loss(t, age) : aged_ * t * (t + 2 * age);
  }

  double x_ = 0, y_ = 0, z_ = 0;  // exponential rates per tick of the three Bloch components
  double aged_ = 0;               // Gaussian: 1 / T2^2 per tick^2; not 0 with any law that knows the qubit's age
  double pull_ = 0;               // z of the stationary state
  bool decays_ = false;
  std::shared_ptr<const CoherenceLaw> coherence_;  // ages in ticks
};

// A Device with everything that does not depend on time worked out.
struct DeviceModel {
  DecayLaw decay;
  ReadoutPovm readout;
  double two_qubit_reliability = 1, single_qubit_reliability = 1;

  DeviceModel() = default;
  // pauli_twirl: no pull towards |0>, read-out errors replaced by their mean.
  DeviceModel(Device const& device, Clock clock, bool pauli_twirl);
};

}  // namespace farbell
