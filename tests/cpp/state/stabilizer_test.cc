// Clusters in machine words and wide tableaux against each other, and what every operation must leave alone. Signs against Stim:
// tests/physics/test_stabilizer.py.
#include "farbell/state/stabilizer.hpp"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "farbell/state/wide_tableau.hpp"

namespace farbell {
namespace {

constexpr int one_qubit = static_cast<int>(Gate::cx), clifford = static_cast<int>(Gate::t);

#ifdef NDEBUG
constexpr unsigned seeds = 10;
#else
constexpr unsigned seeds = 2;  // debug builds check every operation
#endif

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(engine_); }
  double uniform() { return std::uniform_real_distribution<double>(0, 1)(engine_); }

 private:
  std::mt19937 engine_;
};

PauliProduct words(WideTableau::Product const& product) {
  PauliProduct p;
  for (auto [q, k] : product) {
    p.x |= PauliProduct::single(q, k).x;
    p.z |= PauliProduct::single(q, k).z;
  }
  return p;
}

WideTableau::Product random_product(Random& random, int n) {
  WideTableau::Product p;
  for (int q = 0; q < n; ++q)
    if (random.below(3) == 0) p.push_back({q, 1 + random.below(3)});
  if (p.empty()) p.push_back({random.below(n), 1 + random.below(3)});
  return p;
}

// Applies the same to each state.
template <class... States>
void random_gate(Random& random, int n, States&... states) {
  const Gate gate = static_cast<Gate>(random.below(n == 1 ? one_qubit : clifford));
  const int a = random.below(n), b = (a + 1 + (n > 1 ? random.below(n - 1) : 0)) % n;
  if (info(gate).qubits == 1) (states.apply(gate, a), ...);
  else (states.apply(gate, a, b), ...);
}

TEST(Stabilizer, ClustersAndWideTableauxAgree) {
  for (int n : {1, 2, 3, 5, 17, 63, 64})
    for (unsigned seed = 0; seed < seeds; ++seed) {
      Random random(seed);
      StabilizerCluster cluster(n);
      WideTableau wide(n);
      for (int step = 0; step < 10 * n; ++step) {
        random_gate(random, n, cluster, wide);
        if (random.below(4) != 0) continue;
        const auto p = random_product(random, n);
        const double u = random.uniform();
        EXPECT_EQ(cluster.expectation(words(p)), wide.expectation(p));
        const int bit = cluster.measure(words(p), u);
        EXPECT_EQ(wide.measure(p, u), bit);
        EXPECT_EQ(cluster.expectation(words(p)), bit ? -1 : 1);
      }
      EXPECT_TRUE(cluster.invariants_hold());
      EXPECT_TRUE(wide.invariants_hold());
      std::vector<PauliProduct> generators;
      for (auto const& g : wide.generators()) {
        PauliProduct p;
        for (int q = 0; q < n; ++q) p.x |= std::uint64_t{g.x[q]} << q, p.z |= std::uint64_t{g.z[q]} << q;
        p.negative = g.negative;
        EXPECT_EQ(cluster.expectation(p), 1);
        generators.push_back(p);
      }
      StabilizerCluster again(n);
      ASSERT_TRUE(again.set_generators(generators));
      EXPECT_TRUE(again.invariants_hold());
      EXPECT_EQ(again.fidelity(cluster), 1);
      std::vector<int> some;
      std::uint64_t mask = 0;
      for (int q = 0; q < n; ++q)
        if (random.below(2)) some.push_back(q), mask |= std::uint64_t{1} << q;
      EXPECT_EQ(cluster.entropy(mask), wide.entropy(some));
      EXPECT_EQ(cluster.entropy(mask), cluster.entropy(~mask & (n == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1)));
      const auto bits = wide.measure_z(some, [&] { return random.uniform(); });
      for (std::size_t i = 0; i < some.size(); ++i) EXPECT_GT(cluster.project(PauliProduct::single(some[i], 3), bits[i]), 0);
      EXPECT_EQ(cluster.project(words({{0, 3}}), 0) > 0, wide.project({{0, 3}}, 0) > 0);
    }
}

TEST(Stabilizer, MergingAndLeavingChangeNoMarginal) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const int n = 1 + random.below(6), m = 1 + random.below(6);
    StabilizerCluster a(n), b(m);
    for (int step = 0; step < 30; ++step) random_gate(random, n, a), random_gate(random, m, b);
    StabilizerCluster joint = a;
    joint.append(b);
    ASSERT_TRUE(joint.invariants_hold());
    for (int i = 0; i < 20; ++i) {
      const PauliProduct p = words(random_product(random, n)), q = words(random_product(random, m));
      EXPECT_EQ(joint.expectation({p.x | q.x << n, p.z | q.z << n}), a.expectation(p) * b.expectation(q));
    }
    // A qubit is read and leaves; the last one takes its number.
    for (int step = 0; step < 20; ++step) random_gate(random, n + m, joint);
    const int gone = random.below(n + m), last = n + m - 1;
    joint.measure(PauliProduct::single(gone, 3), random.uniform());
    const StabilizerCluster before = joint;
    joint.remove(gone);
    ASSERT_EQ(joint.size(), last);
    ASSERT_TRUE(joint.invariants_hold());
    if (last == 0) continue;
    for (int i = 0; i < 20; ++i) {
      const PauliProduct p = words(random_product(random, last));
      const auto moved = [&](std::uint64_t word) {
        return gone == last ? word : (word & ~(std::uint64_t{1} << gone)) | (word >> gone & 1) << last;
      };
      EXPECT_EQ(joint.expectation(p), before.expectation({moved(p.x), moved(p.z)}));
    }
  }
}

TEST(Stabilizer, OnlyQubitsWithADefiniteBitLeave) {
  StabilizerCluster cluster(2);
  cluster.apply(Gate::h, 0);
  EXPECT_THROW(cluster.remove(0), std::logic_error);
  EXPECT_NO_THROW(cluster.remove(1));
}

TEST(Stabilizer, GeneratorsThatFixNoStateAreRefused) {
  StabilizerCluster cluster(2);
  const PauliProduct xx{3, 0}, zz{0, 3}, zi{0, 1};
  EXPECT_FALSE(cluster.set_generators({xx, zi}));
  EXPECT_FALSE(cluster.set_generators({zz, zz}));
  EXPECT_FALSE(cluster.set_generators({xx, {3, 0, true}}));
  EXPECT_FALSE(cluster.set_generators({xx}));
  EXPECT_FALSE(cluster.set_generators({{}, xx}));
  EXPECT_EQ(cluster.expectation(zi), 1);
  ASSERT_TRUE(cluster.set_generators({{0, 1, true}, {0, 3, true}}));  // |10>
  EXPECT_EQ(cluster.expectation(zi), -1);
  EXPECT_EQ(cluster.expectation({0, 2}), 1);
}

TEST(Stabilizer, FidelitiesArePowersOfTwo) {
  StabilizerCluster zero(3), plus(3), one(3);
  for (int q = 0; q < 3; ++q) plus.apply(Gate::h, q);
  one.apply(Gate::x, 1);
  EXPECT_EQ(zero.fidelity(zero), 1);
  EXPECT_EQ(zero.fidelity(plus), 0.125);
  EXPECT_EQ(zero.fidelity(one), 0);
}

TEST(Stabilizer, AProjectionThatCannotBeChangesNothing) {
  StabilizerCluster cluster(2);
  WideTableau wide(2);
  EXPECT_EQ(cluster.project(PauliProduct::single(0, 3), 1), 0);
  EXPECT_EQ(wide.project({{0, 3}}, 1), 0);
  EXPECT_EQ(cluster.expectation(PauliProduct::single(0, 3)), 1);
  EXPECT_EQ(wide.expectation({{0, 3}}), 1);
}

TEST(Stabilizer, TooManyQubitsAreRefused) {
  StabilizerCluster full(64);
  EXPECT_THROW(full.append(StabilizerCluster(1)), std::logic_error);
  EXPECT_THROW(StabilizerCluster(65), std::logic_error);
  EXPECT_THROW(WideTableau(WideTableau::largest + 1), std::logic_error);
  EXPECT_NEAR(WideTableau::megabytes(10'000), 52.4, 0.1);
}

}  // namespace
}  // namespace farbell
