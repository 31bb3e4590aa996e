// Density matrices and kets against full matrices, and against the correlation matrices of pairs, which share no arithmetic with them.
#include "farbell/state/density.hpp"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <random>

#include "farbell/base/errors.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/ket.hpp"
#include "farbell/state/pair_density.hpp"
#include "farbell/state/unitaries.hpp"

namespace farbell {
namespace {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  double uniform() { return std::uniform_real_distribution<double>(0, 1)(engine_); }
  Matrix any(Index rows, Index columns) {
    std::normal_distribution<double> normal;
    Matrix m(rows, columns);
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = {normal(engine_), normal(engine_)};
    return m;
  }
  Matrix state(Index dimension) {
    const Matrix g = any(dimension, 2);
    const Matrix rho = product(g, g.adjoint());
    return rho / rho.trace();
  }

 private:
  std::mt19937_64 engine_;
};

DensityState from(Subsystems const& factors, Matrix const& rho) { return {factors, {rho.data(), rho.data() + rho.size()}}; }

Matrix matrix_of(DensityState const& s) { return Eigen::Map<Matrix const>(s.matrix().data(), s.dimension(), s.dimension()); }

// The operator on the factors at `positions` as a matrix of the whole space, digit by digit.
Matrix embedded(Matrix const& op, std::span<int const> positions, Subsystems const& factors) {
  const Index d = factors.dimension();
  const auto local = [&](Index state) {
    Index k = 0;
    for (int p : positions) k = k * factors.levels(p) + factors.digit(p, state);
    return k;
  };
  const auto others = [&](Index state) {
    for (int p : positions) state -= factors.digit(p, state) * factors.axis(p).stride;
    return state;
  };
  Matrix full = Matrix::Zero(d, d);
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j < d; ++j)
      if (others(i) == others(j)) full(i, j) = op(local(i), local(j));
  return full;
}

PairDensity any_pair(Random& random) {
  const Matrix rho = random.state(4);
  DensityMatrix elements;
  std::copy_n(rho.data(), 16, elements.begin());
  return PairDensity(correlations_of(elements));
}

TEST(DensityState, OperatorsOnAnyFactorsInAnyOrder) {
  Random random(1);
  const int levels[]{2, 3, 2, 2};
  const Subsystems factors(levels);
  const std::vector<std::vector<int>> choices{{0}, {1}, {3}, {2, 0}, {0, 3}, {3, 1}, {1, 2, 0}, {3, 2, 0, 1}};
  for (auto const& positions : choices) {
    const Matrix op = random.any(factors.dimension_of(positions), factors.dimension_of(positions)), rho = random.state(24);
    DensityState state = from(factors, rho);
    state.apply(LocalOperator(op), positions);
    const Matrix full = embedded(op, positions, factors);
    EXPECT_LT((matrix_of(state) - product(product(full, rho), full.adjoint())).cwiseAbs().maxCoeff(), 1e-11);
  }
}

TEST(DensityState, EveryGateIsUnitaryAndActsAsItsMatrix) {
  Random random(2);
  const Subsystems factors = Subsystems::qubits(3);
  for (std::size_t g = 0; g < std::size(gate_table); ++g) {
    const auto gate = static_cast<Gate>(g);
    const Matrix u = unitary_of(gate, 0.7);
    EXPECT_LT(unitary_deviation(u), 1e-15) << info(gate).name;
    EXPECT_EQ(gate_named(info(gate).name), gate);
    const std::vector<int> positions = info(gate).qubits == 1 ? std::vector{1} : std::vector{2, 0};
    const Matrix rho = random.state(8), full = embedded(u, positions, factors);
    DensityState state = from(factors, rho);
    state.apply(gate, positions, 0.7);
    EXPECT_LT((matrix_of(state) - product(product(full, rho), full.adjoint())).cwiseAbs().maxCoeff(), 1e-14) << info(gate).name;
  }
}

TEST(DensityState, ChannelsByTransferAndByKrausOperatorsAgree) {
  Random random(3);
  const Subsystems factors = Subsystems::qubits(5);
  // Slices of an isometry; dense, and so many elements that no transfer matrix is made.
  const Matrix q = Eigen::HouseholderQR<Matrix>(random.any(48, 48)).householderQ();
  const Channel joint = depolarising(0.3, 2), dense({q.block(0, 0, 16, 16), q.block(16, 0, 16, 16), q.block(32, 0, 16, 16)});
  EXPECT_TRUE(joint.transfer());
  EXPECT_FALSE(dense.transfer());
  for (Channel const* channel : {&joint, &dense}) {
    const std::vector<int> positions = channel == &joint ? std::vector{4, 1} : std::vector{4, 1, 0, 2};
    const Matrix rho = random.state(32);
    DensityState state = from(factors, rho), direct = state;
    state.apply(*channel, positions);
    Matrix sum = Matrix::Zero(32, 32);
    for (Matrix const& k : channel->kraus()) {
      const Matrix full = embedded(k, positions, factors);
      sum += product(product(full, rho), full.adjoint());
    }
    EXPECT_LT((matrix_of(state) - sum).cwiseAbs().maxCoeff(), 1e-14);
    if (channel != &joint) continue;
    direct.depolarise(positions, 0.7);
    EXPECT_LT((matrix_of(direct) - sum).cwiseAbs().maxCoeff(), 1e-14);
  }
}

TEST(DensityState, DecayIsThatOfPairs) {
  Random random(4);
  const BlochMap m{0.7, 0.6, 0.8, 0.15};
  for (int side : {0, 1}) {
    PairDensity pair = any_pair(random);
    DensityState state(pair.r);
    pair.decay(side, m);
    state.decay(side, m);
    EXPECT_LT((matrix_of(state) - matrix_of(DensityState(pair.r))).cwiseAbs().maxCoeff(), 1e-15);
  }
}

// Two pairs swapped with noise everywhere: gate by gate, by the POVM on the four qubits, and by the store of pairs.
TEST(DensityState, NoisySwapsAreThoseOfPairs) {
  Random random(5);
  for (int trial = 0; trial < 20; ++trial) {
    PairDensity left = any_pair(random), right = any_pair(random);
    DensityState state = DensityState(left.r).tensor(DensityState(right.r));
    std::array<BlochMap, 4> decays;
    for (BlochMap& m : decays) m = {0.9 * random.uniform(), 0.9 * random.uniform(), 0.5, 0.4 * random.uniform()};
    for (int q = 0; q < 4; ++q) {
      state.decay(q, decays[q]);
      (q < 2 ? left : right).decay(q % 2, decays[q]);
    }
    DeviceModel b, c;
    b.two_qubit_reliability = 0.9;
    b.single_qubit_reliability = 0.95;
    b.readout = ReadoutPovm(Readout{0.9, 0.8});
    c.readout = ReadoutPovm(Readout{0.97, 0.85});
    const BellPovm povm(b, c);
    const auto p = povm.probabilities(PairDensity::bell_products(left, 1, right, 0));
    const auto products = state.bell_products(1, 2);
    EXPECT_NEAR(povm.probabilities(products)[trial % 4], p[trial % 4], 1e-14);

    const int r = trial % 4, inner[]{1, 2}, control[]{1};
    DensityState collapsed = state;
    collapsed.bell_collapse(1, 2, povm.weights(r), p[r]);
    state.apply(Gate::cx, inner);
    state.depolarise(inner, b.two_qubit_reliability);
    state.apply(Gate::h, control);
    state.depolarise(control, b.single_qubit_reliability);
    const double p_phase = state.read_zero_probability(1, Basis::z, b.readout);
    state.read(1, Basis::z, b.readout, r & 1);
    const double p_parity = state.read_zero_probability(1, Basis::z, c.readout);
    state.read(1, Basis::z, c.readout, r >> 1);
    EXPECT_NEAR((r & 1 ? 1 - p_phase : p_phase) * (r >> 1 ? 1 - p_parity : p_parity), p[r], 1e-14);

    left.join(1, right, 0, povm.weights(r), p[r]);
    const Matrix expected = matrix_of(DensityState(left.r));
    EXPECT_LT((matrix_of(state) - expected).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LT((matrix_of(collapsed) - expected).cwiseAbs().maxCoeff(), 1e-13);
  }
}

TEST(DensityState, ReadingInEveryBasisIsThatOfPairs) {
  Random random(6);
  const ReadoutPovm povm(Readout{0.9, 0.7});
  for (Basis basis : {Basis::z, Basis::x, Basis::y})
    for (int bit : {0, 1}) {
      PairDensity pair = any_pair(random);
      DensityState state(pair.r);
      EXPECT_NEAR(state.read_zero_probability(0, basis, povm), pair.read_zero_probability(0, basis, povm), 1e-14);
      state.read(0, basis, povm, bit);
      pair.collapse(0, basis, povm, bit);
      const auto bloch = pair.bloch(1);
      for (int k = 1; k < 4; ++k) {
        const PauliLetter letter{0, k};
        EXPECT_NEAR(state.expectation(PauliAction(state.factors(), std::span(&letter, 1))), bloch[k], 1e-14);
      }
    }
}

TEST(DensityState, TracingOutAndOrder) {
  Random random(7);
  const int levels[]{2, 3, 2};
  const Subsystems factors(levels);
  const Matrix a = random.state(2), b = random.state(3), c = random.state(2);
  const int one[]{2}, three[]{3};
  const DensityState product = from(Subsystems(one), a).tensor(from(Subsystems(three), b)).tensor(from(Subsystems(one), c));
  const int order[]{1, 0};
  EXPECT_LT((matrix_of(product.kept(order)) - matrix_of(from(Subsystems(three), b).tensor(from(Subsystems(one), a)))).cwiseAbs().maxCoeff(),
            1e-15);
  DensityState less = product;
  less.trace_out(1);
  EXPECT_LT((matrix_of(less) - matrix_of(from(Subsystems(one), a).tensor(from(Subsystems(one), c)))).cwiseAbs().maxCoeff(), 1e-15);
  EXPECT_NEAR(product.trace(), 1, 1e-14);
}

TEST(KetState, FollowsTheDensityMatrix) {
  Random random(8);
  const Subsystems factors = Subsystems::qubits(4);
  KetState ket(factors);
  DensityState rho(factors);
  for (int step = 0; step < 60; ++step) {
    const auto gate = static_cast<Gate>(static_cast<std::size_t>(random.uniform() * std::size(gate_table)));
    const int a = step % 4, b = (step + 1 + step / 4 % 3) % 4;
    const std::vector<int> positions = info(gate).qubits == 1 ? std::vector{a} : std::vector{a, b};
    ket.apply(gate, positions, 0.3 * step);
    rho.apply(gate, positions, 0.3 * step);
  }
  const PauliLetter letters[]{{0, 2}, {3, 1}};
  const PauliAction product(factors, letters);
  EXPECT_NEAR(ket.expectation(product), rho.expectation(product), 1e-12);
  EXPECT_NEAR(ket.probabilities(product)[0], rho.probabilities(product)[0], 1e-12);
  const double p = rho.probabilities(product)[1];
  EXPECT_NEAR(ket.project(product, 1), p, 1e-12);
  EXPECT_NEAR(rho.project(product, {0, 1, 0}), p, 1e-12);
  const int all[]{0, 1, 2, 3};
  EXPECT_LT((matrix_of(ket.kept(all)) - matrix_of(rho)).cwiseAbs().maxCoeff(), 1e-12);
}

// The mean over u of what a trajectory does is the channel: the Kraus operators are picked in turn, with their probabilities.
TEST(KetState, TrajectoriesAverageToTheChannel) {
  Random random(9);
  const Subsystems factors = Subsystems::qubits(2);
  const Matrix psi = random.any(4, 1).normalized();
  const KetState start(factors, {psi.data(), psi.data() + 4});
  const Channel channel = generalised_amplitude_damping(0.4, 0.3);
  const int at[]{1}, all[]{0, 1};
  constexpr int n = 20000;
  Matrix sum = Matrix::Zero(4, 4);
  for (int k = 0; k < n; ++k) {
    KetState ket = start;
    ket.apply(channel, at, (k + 0.5) / n);
    sum += matrix_of(ket.kept(all)) / n;
  }
  DensityState exact = start.kept(all);
  exact.apply(channel, at);
  EXPECT_LT((sum - matrix_of(exact)).cwiseAbs().maxCoeff(), 2.0 / n * static_cast<double>(channel.kraus().size()));
}

TEST(ExactStates, RefuseWhatIsTooLargeOrNoState) {
  EXPECT_THROW(DensityState(Subsystems::qubits(13)), SpecError);
  EXPECT_THROW(KetState(Subsystems(std::vector<int>(13, 3))), SpecError);
  EXPECT_THROW(Subsystems::qubits(21), SpecError);
  EXPECT_THROW(from(Subsystems::qubits(1), 2 * Matrix::Identity(2, 2)), SpecError);
  EXPECT_THROW(Channel({0.9 * Matrix::Identity(2, 2)}), SpecError);
  EXPECT_THROW(check_unitary(1.1 * Matrix::Identity(2, 2), 2), SpecError);
  EXPECT_THROW(gate_named("hadamard"), SpecError);
}

}  // namespace
}  // namespace farbell
