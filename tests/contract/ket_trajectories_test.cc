// The ket store against the density store: means over trajectories, jointly with the outcomes. The whole contract, which speaks of
// single states, would take minutes on trajectories; these scripts go through every operation that draws errors.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "farbell/state/cluster_store.hpp"
#include "farbell/state/correlations.hpp"

namespace farbell::testing {
namespace {

constexpr int most_trajectories = 4000;
// Hoeffding, for means of values in [-1, 1]: off by more with a probability below 2 exp(-N t^2 / 2) = 1e-10; the scripts make fewer
// than 400 comparisons, so false alarms are below 1e-7 a run. The smallest error that is seen for sure: 0.22.
const double widest = std::sqrt(2 * std::log(2e10) / most_trajectories);

constexpr Tick at_ms(double t) { return Tick{static_cast<std::int64_t>(t * 1e9)}; }

std::vector<Device> noisy_devices() {
  Device damped, gaussian, mixed;
  damped.decay.t1_s = 0.004;
  damped.decay.t2_s = 0.005;
  damped.two_qubit_reliability = 0.9;
  damped.single_qubit_reliability = 0.93;
  damped.readout = {0.97, 0.85};
  gaussian.decay.t2_s = 0.006;
  gaussian.decay.gaussian_t2 = true;
  mixed.decay.depolarising_s = 0.03;
  mixed.decay.pauli_x_hz = 30;
  mixed.decay.pauli_y_hz = 70;
  mixed.two_qubit_reliability = 0.8;
  mixed.readout = {0.9, 0.9};
  return {damped, gaussian, mixed};
}

Correlations skew_pair() {
  const std::array<Complex, 4> psi{{{0.6, 0.1}, {0.2, -0.3}, {-0.1, 0.4}, {0.5, 0.2}}};
  double norm = 0;
  for (auto amplitude : psi) norm += std::norm(amplitude);
  DensityMatrix rho;
  for (int row = 0; row < 4; ++row)
    for (int column = 0; column < 4; ++column) rho[4 * row + column] = 0.9 * psi[row] * std::conj(psi[column]) / norm;
  rho[0] += 0.1;
  return correlations_of(rho);
}

// What a script leaves: outcomes 0 .. outcomes - 1, and a pair whose correlations are compared.
struct Left {
  int outcome;
  QubitPair pair;
};

// `script(store, key, u)` takes keys of streams of errors and uniform numbers.
template <class Script>
void expect_same_law(int outcomes, Script script) {
  std::vector<std::array<double, 17>> exact(outcomes), mean(outcomes);
  std::mt19937_64 random(std::random_device{}());
  std::uniform_real_distribution<double> uniform_u(0, 1);
  // Density matrices draw outcomes only, whose probability is the share of the numbers that choose them: a fine comb finds it.
  constexpr int teeth = 4096;
  for (int k = 0; k < teeth; ++k) {
    DensityStore store(noisy_devices(), Clock{}, false);
    const Left left = script(store, 1, (k + 0.5) / teeth);
    exact[left.outcome][16] += 1.0 / teeth;
    for (int i = 0; i < 16; ++i) exact[left.outcome][i] += store.expectation(left.pair.a, left.pair.b, i / 4, i % 4, at_ms(3)) / teeth;
  }
  for (int n = 0; n < most_trajectories; ++n) {
    KetStore store(noisy_devices(), Clock{}, false, random());
    const Left left = script(store, random(), uniform_u(random));
    mean[left.outcome][16] += 1.0 / most_trajectories;
    for (int i = 0; i < 16; ++i)
      mean[left.outcome][i] += store.expectation(left.pair.a, left.pair.b, i / 4, i % 4, at_ms(3)) / most_trajectories;
  }
  for (int r = 0; r < outcomes; ++r)
    for (int i = 0; i < 17; ++i) EXPECT_NEAR(mean[r][i], exact[r][i], widest + 1e-3) << "outcome " << r << ", number " << i;
}

TEST(KetTrajectories, SwapBetweenDampedMemories) {
  expect_same_law(4, [](auto& store, std::uint64_t key, double u) {
    const QubitPair p = store.create_pair(skew_pair(), DeviceId(0), at_ms(0.2), DeviceId(2), at_ms(0.1), splitmix64(key));
    const QubitPair q = store.create_pair(werner_state(0.9), DeviceId(0), at_ms(0.4), DeviceId(1), at_ms(0), splitmix64(key + 1));
    return Left{store.bell_measure(p.b, q.a, at_ms(1.5), u), {p.a, q.b}};
  });
}

TEST(KetTrajectories, RoundsOfDistillation) {
  for (DistillationProtocol protocol : {DistillationProtocol::bbpssw, DistillationProtocol::dejmps, DistillationProtocol::epl})
    expect_same_law(4, [&](auto& store, std::uint64_t key, double u) {
      const QubitPair p = store.create_pair(skew_pair(), DeviceId(0), at_ms(0.2), DeviceId(2), at_ms(0.1), splitmix64(key));
      const QubitPair q = store.create_pair(bell_mixture({0.7, 0.1, 0.15, 0.05}), DeviceId(0), at_ms(0.4), DeviceId(2), at_ms(0), splitmix64(key + 1));
      return Left{store.distil(protocol, p, q, 0, 0, at_ms(1.5), u).bits, p};
    });
}

TEST(KetTrajectories, FusionReadOutAndTracingOut) {
  for (Basis basis : {Basis::z, Basis::x, Basis::y})
    expect_same_law(2, [&](auto& store, std::uint64_t key, double u) {
      const QubitPair p = store.create_pair(skew_pair(), DeviceId(0), at_ms(0.2), DeviceId(2), at_ms(0.1), splitmix64(key));
      const QubitPair q = store.create_pair(skew_pair(), DeviceId(2), at_ms(0.4), DeviceId(0), at_ms(0), splitmix64(key + 1));
      const QubitPair r = store.create_pair(werner_state(0.8), DeviceId(1), at_ms(0.4), DeviceId(0), at_ms(0), splitmix64(key + 2));
      store.apply(Gate::cx, p.b, q.a, at_ms(0.7));
      store.apply(Gate::h, q.b, at_ms(0.9));
      store.apply(Gate::cz, q.b, r.a, at_ms(1));
      const int bit = store.measure(q.a, basis, at_ms(1.5), u);
      store.release(p.b);
      store.release(r.a);
      store.release(r.b);
      return Left{bit, {p.a, q.b}};
    });
}

}  // namespace
}  // namespace farbell::testing
