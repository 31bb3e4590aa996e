// The stores against brute-force density matrices: the same random histories, with every kind of noise at once.
#include <gtest/gtest.h>

#include <random>

#include "../../contract/dense_store.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/states.hpp"

namespace farbell::testing {
namespace {

class Histories {
 public:
  explicit Histories(std::uint64_t seed) : random_(seed) {}

  double uniform() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  Device device() {
    Device d;
    d.decay.t1_s = uniform() < 0.3 ? DecayRates::no_decay : 0.005 + 0.02 * uniform();
    d.decay.gaussian_t2 = uniform() < 0.5;
    if (uniform() < 0.8) d.decay.t2_s = std::min(d.decay.t1_s, 0.02) * (0.5 + 1.4 * uniform());
    if (d.decay.gaussian_t2 && uniform() < 0.5) {
      d.decay.gaussian_t2 = false;
      d.decay.coherence = std::make_shared<const CoherenceLaw>(
          uniform() < 0.5 ? CoherenceLaw::stretched(0.01 * (0.5 + uniform()), 0.5 + 2.5 * uniform())
                          : CoherenceLaw::tabulated({0.002, 0.006 + 0.01 * uniform()}, {0.7 + 0.3 * uniform(), 0.7 * uniform()}, true));
    }
    if (uniform() < 0.5) d.decay.depolarising_s = 0.01 + 0.1 * uniform();
    if (uniform() < 0.5) d.decay.dephasing_s = 0.01 + 0.1 * uniform();
    if (uniform() < 0.5) d.decay.pauli_x_hz = 20 * uniform();
    if (uniform() < 0.5) d.decay.pauli_y_hz = 20 * uniform();
    if (uniform() < 0.5) d.decay.pauli_z_hz = 20 * uniform();
    d.two_qubit_reliability = 0.9 + 0.1 * uniform();
    d.single_qubit_reliability = 0.9 + 0.1 * uniform();
    d.readout = {0.85 + 0.15 * uniform(), 0.85 + 0.15 * uniform()};
    return d;
  }

  // A random mixed state: a Wishart matrix of rank 2.
  Correlations any_state() {
    std::normal_distribution<double> normal;
    Eigen::Matrix<Complex, 4, 2> g;
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 2; ++j) g(i, j) = {normal(random_), normal(random_)};
    const Eigen::Matrix4cd rho = g * g.adjoint() / (g * g.adjoint()).trace().real();
    DensityMatrix m;
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) m[4 * i + j] = rho(i, j);
    return correlations_of(m);
  }
  Correlations bell_diagonal_state() {
    std::array<double, 4> w;
    double total = 0;
    for (double& x : w) total += x = uniform();
    for (double& x : w) x /= total;
    return bell_mixture(w);
  }

  // One history of pairs made, swapped, measured and dropped, on two stores side by side.
  template <class Store>
  void run(bool twirl, bool any) {
    std::vector<Device> devices;
    for (int k = 0; k < 4; ++k) devices.push_back(device());
    Store store(devices, Clock{}, twirl);
    DenseStore reference(devices, Clock{}, twirl);
    std::vector<std::pair<QubitId, QubitId>> qubits;  // (in store, in reference)
    std::int64_t now = 0;
    for (int step = 0; step < 40; ++step) {
      now += static_cast<std::int64_t>(uniform() * 1e9);
      const Tick t{now};
      const double u = uniform();
      if (qubits.size() < 4 || uniform() < 0.35) {
        const auto state = any ? any_state() : bell_diagonal_state();
        const DeviceId a(static_cast<std::uint32_t>(below(4))), b(static_cast<std::uint32_t>(below(4)));
        const Tick since_a{now + static_cast<std::int64_t>(uniform() * 1e6)};
        const auto p = store.create_pair(state, a, since_a, b, t), q = reference.create_pair(state, a, since_a, b, t);
        qubits.emplace_back(p.a, q.a);
        qubits.emplace_back(p.b, q.b);
        continue;
      }
      std::swap(qubits[below(qubits.size())], qubits.back());
      const auto [x, y] = qubits.back();
      qubits.pop_back();
      if (uniform() < 0.6) {
        std::swap(qubits[below(qubits.size())], qubits.back());
        const auto [v, w] = qubits.back();
        qubits.pop_back();
        const auto p = store.bell_probabilities(x, v, t), q = reference.bell_probabilities(y, w, t);
        for (int r = 0; r < 4; ++r) ASSERT_NEAR(p[r], q[r], 1e-12);
        ASSERT_EQ(store.bell_measure(x, v, t, u), reference.bell_measure(y, w, t, u));
      } else if (uniform() < 0.4) {
        store.release(x);
        reference.release(y);
      } else if (uniform() < 0.5) {
        const Basis basis = Basis(below(3));
        ASSERT_EQ(store.measure(x, basis, t, u), reference.measure(y, basis, t, u));
      } else {
        const int k = static_cast<int>(below(4));
        store.apply_pauli(x, k, t);
        reference.apply_pauli(y, k, t);
        qubits.emplace_back(x, y);
      }
      for (auto [own, theirs] : qubits) {
        ASSERT_EQ(store.paired(own), reference.paired(theirs));
        const auto p = store.bloch(own, t), q = reference.bloch(theirs, t);
        for (int k = 1; k < 4; ++k) ASSERT_NEAR(p[k], q[k], 1e-11);
        if (!store.paired(own)) continue;
        const QubitId other = store.partner(own), their_other = reference.partner(theirs);
        for (int i = 0; i < 4; ++i)
          for (int j = 0; j < 4; ++j)
            ASSERT_NEAR(store.expectation(own, other, i, j, t), reference.expectation(theirs, their_other, i, j, t), 1e-11);
      }
    }
  }

 private:
  std::mt19937_64 random_;
};

template <class Store>
void compare(bool twirl, bool any) {
  const std::uint64_t seed = std::random_device{}();
  for (std::uint64_t n = 0; n < 10; ++n) {
    SCOPED_TRACE("seed " + std::to_string(seed + n));
    Histories(seed + n).run<Store>(twirl, any);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(Reference, PairDensityIsExact) { compare<PairDensityStore>(false, true); }
TEST(Reference, PairDensityIsExactWithTwirledDevices) { compare<PairDensityStore>(true, true); }
TEST(Reference, BellDiagonalIsExactWithTwirledDevices) { compare<BellDiagonalStore>(true, false); }

// The facade gives what the store gives, for both kinds.
TEST(States, FacadeIsTheStore) {
  Device noisy;
  noisy.decay.t2_s = 0.01;
  noisy.two_qubit_reliability = 0.98;
  for (StoreKind kind : {StoreKind::bell_diagonal, StoreKind::pair_density}) {
    States states(kind, {noisy}, Clock{}, false);
    DenseStore reference({noisy}, Clock{}, false);
    const DeviceId device(0);
    const auto run = [&](auto& store) {
      const auto p = store.create_pair(werner_state(0.9), device, tick_zero, device, tick_zero);
      const auto q = store.create_pair(werner_state(0.8), device, Tick{1000}, device, Tick{2000});
      const int r = store.bell_measure(p.b, q.a, Tick{2'000'000'000}, 0.6);
      EXPECT_EQ(r, 2);
      EXPECT_TRUE(store.paired(p.a));
      EXPECT_EQ(store.partner(q.b), p.a);
      EXPECT_EQ(store.since(q.b), Tick{2000});
      EXPECT_EQ(store.device(q.b), device);
      store.apply_pauli(p.a, 1, Tick{2'000'000'000});
      const double f = store.correlators(p.a, q.b, Tick{3'000'000'000}, 0).fidelity();
      EXPECT_EQ(store.measure(p.a, Basis::z, Tick{3'000'000'000}, 0.2), 0);
      store.release(q.b);
      EXPECT_EQ(store.live(), 0u);
      return f;
    };
    EXPECT_NEAR(run(states), run(reference), 1e-12);
    EXPECT_EQ(states.kind(), kind);
  }
}

TEST(States, RefusesWhatItsStoreCannotHold) {
  Device damped;
  damped.decay.t1_s = 1;
  EXPECT_NE(cannot_hold(StoreKind::bell_diagonal, damped, false), "");
  EXPECT_EQ(cannot_hold(StoreKind::bell_diagonal, damped, true), "");
  EXPECT_EQ(cannot_hold(StoreKind::pair_density, damped, false), "");
  EXPECT_THROW(States(StoreKind::bell_diagonal, {damped}, Clock{}, false), InternalError);
  EXPECT_NO_THROW(States(StoreKind::bell_diagonal, {damped}, Clock{}, true));
  Correlations product{};
  product[0] = product[3] = product[12] = product[15] = 1;
  EXPECT_NE(cannot_hold(StoreKind::bell_diagonal, product), "");
  EXPECT_EQ(cannot_hold(StoreKind::pair_density, product), "");
}

}  // namespace
}  // namespace farbell::testing
