// The Bell measurement circuit as a four-outcome POVM, and the sampling of outcomes. Derivation: docs/physics/bell_measurement.md.
#pragma once
#include <array>

#include "farbell/state/device.hpp"

namespace farbell {

// Element r of the POVM on (b, c) is 1/4 sum_k weights(r)[k] sigma_k (x) sigma_k: CNOT b->c, H on b, both read in Z.
class BellPovm {
 public:
  BellPovm() : BellPovm(DeviceModel{}, DeviceModel{}) {}
  BellPovm(DeviceModel const& b, DeviceModel const& c) : b_(b.readout), c_(c.readout) {
    for (double& d : c_.difference) d *= b.two_qubit_reliability;
    phase_ = b.single_qubit_reliability;
    two_ = b.two_qubit_reliability;
  }

  std::array<double, 4> weights(int r) const {
    const double sb = b_.sum[r & 1], db = phase_ * b_.difference[r & 1];
    const double sc = c_.sum[r >> 1], dc = c_.difference[r >> 1];
    return {sb * sc, two_ * db * sc, -db * dc, sb * dc};
  }

  // P(r) from the products t[k] = <sigma_k>_b <sigma_k>_c, or <sigma_k sigma_k> if b and c are partners.
  std::array<double, 4> probabilities(std::array<double, 4> const& t) const {
    std::array<double, 4> p;
    for (int r = 0; r < 4; ++r) {
      const auto e = weights(r);
      p[r] = (e[0] * t[0] + e[1] * t[1] + e[2] * t[2] + e[3] * t[3]) / 4;
    }
    return p;
  }

 private:
  ReadoutPovm b_, c_;
  double phase_, two_;
};

// Rounding may leave a probability this far outside [0, 1]; more is a bug.
inline constexpr double probability_slack = 1e-12;

[[noreturn]] void throw_improbable(double p);

inline double checked_probability(double p) {
  if (!(p >= -probability_slack && p <= 1 + probability_slack)) [[unlikely]]
    throw_improbable(p);
  return p < 0 ? 0 : p > 1 ? 1 : p;
}

// The first outcome with u < cumulated probability; the last possible one if rounding leaves none. Counts instead of
// branching: outcomes cannot be predicted.
template <std::size_t n>
int sample(std::array<double, n> const& p, double u) {
  double cumulated = 0;
  int r = 0;
  for (std::size_t i = 0; i + 1 < n; ++i) {
    cumulated += checked_probability(p[i]);
    r += u >= cumulated;
  }
  checked_probability(p[n - 1]);
  while (r > 0 && p[r] <= 0) [[unlikely]]
    --r;
  return r;
}

}  // namespace farbell
