// Trajectories of the stabilizer store against the exact stores, with many samples: the contract suite looks at the same operations
// with fewer.
#include "farbell/state/stabilizer_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "farbell/base/errors.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/wide_tableau.hpp"

namespace farbell {
namespace {

#ifdef NDEBUG
constexpr int trajectories = 300'000;
#else
constexpr int trajectories = 5'000;  // debug builds check every operation
#endif
// A mean of values in [-1, 1] has a standard error of at most 1/sqrt(n), 0.0018. It may be off by 6.5 of them: a false alarm in 8e-11
// of the comparisons, of which there are fewer than 500. An error of 8.5 of them, 0.016, is missed with a probability of 2 %.
const double allowed = 6.5 / std::sqrt(trajectories);

constexpr DeviceId ideal{0}, noisy{1};
constexpr Tick ms(double t) { return Tick{static_cast<std::int64_t>(t * 1e9)}; }

std::vector<Device> devices() {
  Device d;
  d.decay.t2_s = 0.01;
  d.decay.depolarising_s = 0.04;
  d.decay.pauli_x_hz = 9;
  d.decay.pauli_y_hz = 4;
  d.two_qubit_reliability = 0.9;
  d.single_qubit_reliability = 0.93;
  d.readout = {0.95, 0.95};
  return {Device{}, d};
}

const Correlations link = bell_mixture({0.8, 0.1, 0.04, 0.06});

// Fresh keys, whatever the order of making.
class Trajectory {
 public:
  explicit Trajectory(std::uint64_t number) : store(devices(), Clock{}, false, number), number_(number) {}
  QubitPair pair(DeviceId a, DeviceId b, Tick since = tick_zero) { return store.create_pair(link, a, since, b, since, ++made_); }
  double uniform() {
    const Block b = philox4x32(0xC01D, made_ += 1000, number_);
    return farbell::uniform(b.w[0], b.w[1]);
  }
  StabilizerStore store;

 private:
  std::uint64_t number_, made_ = 0;
};

double mean(std::function<double(Trajectory&)> const& value) {
  double sum = 0;
  for (std::uint64_t n = 0; n < trajectories; ++n) {
    Trajectory t(n);
    sum += value(t);
  }
  return sum / trajectories;
}

// The correlators of a pair after some operations, sampled and exact. What is sampled is brought up to date by a gate that does nothing.
template <class Operations>
void expect_averages(Operations operations) {
  BellDiagonalStore exact(devices(), Clock{}, false);
  const auto [p, now] = operations(exact, [&](DeviceId a, DeviceId b) { return exact.create_pair(link, a, tick_zero, b, tick_zero); });
  std::array<double, 4> sum{};
  for (std::uint64_t n = 0; n < trajectories; ++n) {
    Trajectory t(n);
    const auto [q, at] = operations(t.store, [&](DeviceId a, DeviceId b) { return t.pair(a, b); });
    for (int k = 1; k < 4; ++k) sum[k] += t.store.expectation(q.a, q.b, k, k, at);
  }
  for (int k = 1; k < 4; ++k) EXPECT_NEAR(sum[k] / trajectories, exact.expectation(p.a, p.b, k, k, now), allowed) << k;
}

using Result = std::pair<QubitPair, Tick>;

TEST(StabilizerStore, InitialMixture) {
  expect_averages([](auto&, auto pair) { return Result{pair(ideal, ideal), ms(1)}; });
}

TEST(StabilizerStore, DecayAndSingleQubitGates) {
  expect_averages([](auto& store, auto pair) {
    const QubitPair p = pair(noisy, noisy);
    store.apply_pauli(p.a, 1, ms(0.7));
    store.apply_pauli(p.b, 2, ms(1.5));
    store.apply_pauli(p.a, 0, ms(2.5));
    return Result{p, ms(3)};
  });
}

TEST(StabilizerStore, Swaps) {
  // The outcome's distribution does not depend on the trajectory, so that any u gives the same outcome everywhere.
  for (double u : {0.1, 0.9})
    expect_averages([u](auto& store, auto pair) {
      const QubitPair p = pair(noisy, noisy), q = pair(noisy, ideal);
      EXPECT_EQ(store.bell_measure(p.b, q.a, ms(2), u), static_cast<int>(4 * u));
      return Result{{p.a, q.b}, ms(3)};
    });
}

TEST(StabilizerStore, ASwapInAClusterIsThatOfPairs) {
  // Both ways through the tableau: an identity made of two Hadamard gates turns the pairs into clusters, and one link into a path.
  for (bool both : {false, true})
    expect_averages([both](auto& store, auto pair) {
      const QubitPair p = pair(ideal, noisy), q = pair(noisy, ideal);
      if constexpr (std::is_same_v<std::remove_reference_t<decltype(store)>, StabilizerStore>) {
        // A gate S on one side leaves no Bell pair; it is undone on the other side of the swap or on the same qubit.
        store.apply(Gate::s, p.a, tick_zero);
        if (both) store.apply(Gate::s, q.b, tick_zero);
      }
      EXPECT_EQ(store.bell_measure(p.b, q.a, ms(1), 0.6), 2);
      if constexpr (std::is_same_v<std::remove_reference_t<decltype(store)>, StabilizerStore>) {
        store.apply(Gate::s_dag, p.a, ms(1));
        if (both) store.apply(Gate::s_dag, q.b, ms(1));
      }
      return Result{{p.a, q.b}, ms(2)};
    });
}

TEST(StabilizerStore, ReadOutOfAPair) {
  // The product of both bits, by hand: decay and read-out errors are factors.
  const auto agree = mean([](Trajectory& t) {
    const QubitPair p = t.pair(noisy, noisy);
    const int a = t.store.measure(p.a, Basis::x, ms(1), t.uniform());
    return a == t.store.measure(p.b, Basis::x, ms(2), t.uniform()) ? 1 : -1;
  });
  const DeviceModel model(devices()[1], Clock{}, false);
  const double factor = model.decay.map(tick_zero, tick_zero, ms(1)).ax * model.decay.map(tick_zero, tick_zero, ms(2)).ax;
  EXPECT_NEAR(agree, link[5] * factor * 0.9 * 0.9, allowed);
}

TEST(StabilizerStore, Distillation) {
  for (DistillationProtocol protocol : {DistillationProtocol::bbpssw, DistillationProtocol::dejmps}) {
    BellDiagonalStore exact(devices(), Clock{}, false);
    double kept_exact = 0, good_exact = 0;
    for (double u = 0.0005; u < 1; u += 0.001) {
      BellDiagonalStore branch = exact;
      const auto p = branch.create_pair(link, noisy, tick_zero, noisy, tick_zero), q = branch.create_pair(link, noisy, tick_zero, noisy, tick_zero);
      const auto outcome = branch.distil(protocol, p, q, 0, 0, ms(1), u);
      if (!outcome.kept) continue;
      kept_exact += 0.001;
      good_exact += 0.001 * branch.correlators(p.a, p.b, ms(1), outcome.frame).fidelity();
    }
    double kept = 0, good = 0;
    for (std::uint64_t n = 0; n < trajectories; ++n) {
      Trajectory t(n);
      const auto p = t.pair(noisy, noisy), q = t.pair(noisy, noisy);
      const auto outcome = t.store.distil(protocol, p, q, 0, 0, ms(1), t.uniform());
      if (!outcome.kept) continue;
      kept += 1.0 / trajectories;
      good += t.store.correlators(p.a, p.b, ms(1), outcome.frame).fidelity() / trajectories;
    }
    EXPECT_NEAR(kept, kept_exact, allowed + 0.001);  // u in steps of 0.001
    EXPECT_NEAR(good, good_exact, allowed + 0.001);
  }
}

// Case A17: GHZ by fusion of two Werner pairs; CNOT of reliability p2, read-out of fidelity eta.
TEST(StabilizerStore, GhzByFusion) {
  struct Case {
    double f1, f2, p2, eta, expected;
  };
  for (Case c : {Case{0.95, 0.95, 1, 1, 0.902777778}, Case{0.95, 0.95, 0.99, 0.99, 0.886222}, Case{0.9, 0.9, 0.97, 0.98, 0.775395778}}) {
    Device d;
    d.two_qubit_reliability = c.p2;
    d.readout = {c.eta, c.eta};
    double sum = 0;
    for (std::uint64_t n = 0; n < trajectories; ++n) {
      StabilizerStore store({d}, Clock{}, false, n);
      const auto p = store.create_pair(werner_state(c.f1), ideal, tick_zero, ideal, tick_zero, 1);
      const auto q = store.create_pair(werner_state(c.f2), ideal, tick_zero, ideal, tick_zero, 2);
      store.apply(Gate::cx, p.b, q.a, tick_zero);
      const Block b = philox4x32(3, 0, n);
      if (store.measure(q.a, Basis::z, tick_zero, uniform(b.w[0], b.w[1]))) store.apply_pauli(q.b, 1, tick_zero);
      const auto e = [&](int i, int j, int k) { return store.expectation({{p.a, i}, {p.b, j}, {q.b, k}}, tick_zero); };
      sum += (1 + e(3, 3, 0) + e(3, 0, 3) + e(0, 3, 3) + e(1, 1, 1) - e(1, 2, 2) - e(2, 1, 2) - e(2, 2, 1)) / 8;
    }
    EXPECT_NEAR(sum / trajectories, c.expected, allowed);
  }
}

TEST(StabilizerStore, AGhzStateIsNotMeasuredToPieces) {
  StabilizerStore store({Device{}}, Clock{}, false);
  std::vector<QubitId> q;
  for (int n = 0; n < 5; ++n) q.push_back(store.create_qubit(ideal, tick_zero, n));
  store.apply(Gate::h, q[0], tick_zero);
  EXPECT_EQ(store.bloch(q[0], tick_zero)[1], 1);
  for (int n = 1; n < 5; ++n) store.apply(Gate::cx, q[0], q[n], tick_zero);
  EXPECT_EQ(store.expectation({{q[0], 1}, {q[1], 1}, {q[2], 1}, {q[3], 1}, {q[4], 1}}, tick_zero), 1);
  // Three read in X leave a Bell pair of the others, which is two bits again.
  int parity = 0;
  for (int n = 0; n < 3; ++n) parity ^= store.measure(q[n], Basis::x, tick_zero, n == 1 ? 0.9 : 0.1);
  EXPECT_EQ(store.partner(q[3]), q[4]);
  EXPECT_EQ(store.correlators(q[3], q[4], tick_zero, parity).fidelity(), 1);
  EXPECT_EQ(store.measure_pauli({{q[3], 3}, {q[4], 3}}, tick_zero, 0.5), 0);
  EXPECT_EQ(store.measure_pauli({{q[3], 1}, {q[4], 1}}, tick_zero, 0.5), parity);
  EXPECT_EQ(store.bell_measure(q[3], q[4], tick_zero, 0.5), parity);
  EXPECT_EQ(store.live(), 0u);
}

// Random histories of pairs, single qubits and clusters that meet, swap and are read, beside one tableau of all qubits ever made.
TEST(StabilizerStore, RandomHistoriesAreThoseOfOneTableau) {
  constexpr int most = 64;
  constexpr int pauli_of_frame[4] = {0, 3, 1, 2};
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 engine(seed);
    const auto below = [&](std::size_t n) { return static_cast<int>(engine() % n); };
    const auto u = [&] { return below(1000) / 1000.0; };
    StabilizerStore store({Device{}}, Clock{}, false, seed);
    WideTableau all(most);
    std::vector<std::pair<QubitId, int>> live;  // and its number in the tableau
    int made = 0;
    const auto leave = [&](std::size_t i) { live.erase(live.begin() + static_cast<std::ptrdiff_t>(i)); };
    for (int step = 0; step < 200; ++step) {
      if (made + 2 <= most && (live.size() < 4 || below(4) == 0)) {
        if (below(4) == 0) {
          live.push_back({store.create_qubit(ideal, tick_zero, made), made});
          ++made;
        } else {
          std::array<double, 4> weights{};
          const int bell = below(4);
          weights[bell] = 1;
          const QubitPair p = store.create_pair(bell_mixture(weights), ideal, tick_zero, ideal, tick_zero, made);
          all.apply(Gate::h, made);
          all.apply(Gate::cx, made, made + 1);
          all.apply_pauli(made, pauli_of_frame[bell]);
          live.push_back({p.a, made});
          live.push_back({p.b, made + 1});
          made += 2;
        }
      }
      if (live.size() < 2) continue;
      const int i = below(live.size()), j = (i + 1 + below(live.size() - 1)) % static_cast<int>(live.size());
      const auto [a, qa] = live[i];
      const auto [b, qb] = live[j];
      switch (below(6)) {
        case 0: {
          const Gate gate = static_cast<Gate>(below(static_cast<int>(Gate::cx)));
          store.apply(gate, a, tick_zero);
          all.apply(gate, qa);
          break;
        }
        case 1: {
          const Gate gate = static_cast<Gate>(static_cast<int>(Gate::cx) + below(6));
          store.apply(gate, a, b, tick_zero);
          all.apply(gate, qa, qb);
          break;
        }
        case 2: {
          const int i1 = 1 + below(3), i2 = 1 + below(3), bit = store.measure_pauli({{a, i1}, {b, i2}}, tick_zero, u());
          ASSERT_GT(all.project({{qa, i1}, {qb, i2}}, bit), 0);
          break;
        }
        case 3: {
          const Basis basis = static_cast<Basis>(below(3));
          const int bit = store.measure(a, basis, tick_zero, u());
          ASSERT_GT(all.project({{qa, pauli_of(basis)}}, bit), 0);
          leave(i);
          break;
        }
        default: {
          const auto p = store.bell_probabilities(a, b, tick_zero);
          const int r = store.bell_measure(a, b, tick_zero, u());
          EXPECT_EQ(p[r], all.project({{qa, 3}, {qb, 3}}, r >> 1) * all.project({{qa, 1}, {qb, 1}}, r & 1));
          leave(std::max(i, j));
          leave(std::min(i, j));
        }
      }
      ASSERT_EQ(store.live(), live.size());
      for (int check = 0; check < 5; ++check) {
        std::vector<StabilizerStore::PauliOn> product;
        WideTableau::Product same;
        for (auto [id, q] : live)
          if (const int k = below(5); k > 0 && k < 4) product.push_back({id, k}), same.push_back({q, k});
        if (product.empty()) continue;
        ASSERT_EQ(store.expectation(product, tick_zero), all.expectation(same)) << seed << ' ' << step;
      }
    }
  }
}

TEST(StabilizerStore, WithoutNoiseNothingDependsOnTheKeys) {
  for (std::uint64_t key : {std::uint64_t{0}, std::uint64_t{12345}}) {
    StabilizerStore store({Device{}}, Clock{}, false, key);
    const Correlations bell = bell_mixture({1, 0, 0, 0});
    const auto p = store.create_pair(bell, ideal, tick_zero, ideal, tick_zero, key), q = store.create_pair(bell, ideal, tick_zero, ideal, tick_zero, ~key);
    store.apply(Gate::sqrt_x, q.b, ms(1));
    EXPECT_EQ(store.bell_measure(p.b, q.a, ms(1), 0.8), 3);
    store.apply(Gate::sqrt_x_dag, q.b, ms(2));
    EXPECT_EQ(store.correlators(p.a, q.b, ms(3), 3).fidelity(), 1);
  }
}

TEST(StabilizerStore, LimitsAreNamed) {
  StabilizerStore store({Device{}}, Clock{}, false);
  std::vector<QubitId> q;
  for (int n = 0; n < 65; ++n) q.push_back(store.create_qubit(ideal, tick_zero));
  for (int n = 1; n < 64; ++n) store.apply(Gate::cz, q[0], q[n], tick_zero);
  try {
    store.apply(Gate::cz, q[3], q[64], tick_zero);
    FAIL();
  } catch (RunError const& error) {
    EXPECT_STREQ(error.what(), "a cluster of 65 qubits; the store stabilizer holds at most 64");
  }
  EXPECT_EQ(store.bloch(q[64], tick_zero)[3], 1);
  const QubitId alone = store.create_qubit(ideal, tick_zero);
  EXPECT_THROW(store.measure_pauli({{q[64], 1}, {alone, 1}, {q[3], 1}}, tick_zero, 0.5), RunError);
  EXPECT_EQ(store.bloch(q[64], tick_zero)[3], 1);  // nor is it in a cluster with the other
  EXPECT_EQ(store.measure_pauli({{q[64], 3}, {alone, 3}}, tick_zero, 0.5), 0);
  EXPECT_THROW(store.apply(Gate::t, q[0], tick_zero), std::logic_error);
  EXPECT_THROW(store.apply(Gate::cx, q[0], tick_zero), std::logic_error);
  EXPECT_THROW(store.apply(Gate::h, q[0], q[1], tick_zero), std::logic_error);
  EXPECT_THROW(store.apply(Gate::cx, q[0], q[0], tick_zero), std::logic_error);
  EXPECT_THROW(store.measure_pauli({{q[0], 1}, {q[0], 1}}, tick_zero, 0.5), std::logic_error);
  store.release(q[5]);
  EXPECT_THROW(store.apply(Gate::cx, q[5], q[0], tick_zero), std::logic_error);
}

}  // namespace
}  // namespace farbell
