// What every store of quantum states must do, whatever it represents them with. A store declares what it cannot hold; the
// suite checks that it refuses exactly that.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "dense_store.hpp"
#include "ensemble.hpp"
#include "farbell/state/cluster_store.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/states.hpp"

namespace farbell::testing {
namespace {

// How near a store must be to what is expected of density matrices.
template <class Store>
constexpr double tolerance = 1e-12;
template <class Store>
constexpr double tolerance<Ensemble<Store>> = Ensemble<Store>::tolerance;

constexpr Tick ms(double t) { return Tick{static_cast<std::int64_t>(t * 1e9)}; }

Device with(DecayRates const& decay, double two_qubit = 1, double single_qubit = 1, Readout const& readout = {}) {
  return {decay, two_qubit, single_qubit, readout};
}

// Devices that every store holds: ideal, exponential, Gaussian, by points, all Pauli noise at once, noisy gates and read-out.
std::vector<Device> unital_devices() {
  DecayRates t2, gaussian, points, mixed;
  t2.t2_s = 0.004;
  gaussian.t2_s = 0.006;
  gaussian.gaussian_t2 = true;
  points.coherence = std::make_shared<const CoherenceLaw>(CoherenceLaw::tabulated({0.001, 0.004}, {0.95, 0.5}, true));
  mixed.depolarising_s = 0.03;
  mixed.dephasing_s = 0.02;
  mixed.t2_s = 0.015;
  mixed.pauli_x_hz = 3;
  mixed.pauli_y_hz = 7;
  mixed.pauli_z_hz = 11;
  return {Device{}, with(t2), with(gaussian, 0.97, 0.99), with(points), with(mixed, 0.98, 0.995, {0.97, 0.97})};
}

std::vector<Device> damping_devices() {
  DecayRates damped, everything;
  damped.t1_s = 0.01;
  damped.t2_s = 0.008;
  everything.t1_s = 0.02;
  everything.t2_s = 0.007;
  everything.gaussian_t2 = true;
  everything.depolarising_s = 0.05;
  everything.pauli_x_hz = 5;
  return {with(damped, 0.98, 0.99, {0.99, 0.95}), with(everything, 0.96, 0.985, {0.94, 0.98})};
}

template <class Store>
class StoreContract : public ::testing::Test {
 protected:
  static constexpr double exact = tolerance<Store>;

  static std::vector<Device> held_devices() {
    auto devices = unital_devices();
    if (Store::capabilities.amplitude_damping)
      for (Device const& d : damping_devices()) devices.push_back(d);
    return devices;
  }
  static std::vector<Correlations> held_states() {
    std::vector<Correlations> states;
    for (int bell = 0; bell < 4; ++bell) {
      std::array<double, 4> weights{};
      weights[bell] = 1;
      states.push_back(bell_mixture(weights));
    }
    states.push_back(werner_state(0.87));
    states.push_back(bell_mixture({0.85, 0.06, 0.05, 0.04}));
    if (Store::capabilities.any_pair_state) states.push_back(skew_state());
    return states;
  }
  // A pure state with marginals, mixed with a product state: nothing in its correlation matrix vanishes.
  static Correlations skew_state() {
    const std::array<std::complex<double>, 4> psi{{{0.6, 0.1}, {0.2, -0.3}, {-0.1, 0.4}, {0.5, 0.2}}};
    double norm = 0;
    for (auto amplitude : psi) norm += std::norm(amplitude);
    DensityMatrix rho;
    for (int row = 0; row < 4; ++row)
      for (int column = 0; column < 4; ++column) rho[4 * row + column] = 0.9 * psi[row] * std::conj(psi[column]) / norm;
    rho[0] += 0.1;
    return correlations_of(rho);
  }

  Store make(bool twirl = false) const { return Store(held_devices(), Clock{}, twirl); }
  QubitPair pair(Store& store, Correlations const& state, std::uint32_t a, std::uint32_t b, Tick since = tick_zero) {
    return store.create_pair(state, DeviceId(a), since, DeviceId(b), since);
  }
  QubitPair bell(Store& store, int index, std::uint32_t device = 0) {
    std::array<double, 4> weights{};
    weights[index] = 1;
    return pair(store, bell_mixture(weights), device, device);
  }
  static std::uint32_t devices() { return static_cast<std::uint32_t>(held_devices().size()); }

  static void expect_same_pair(Store const& one, QubitPair p, Store const& other, QubitPair q, Tick now, double within = exact) {
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j)
        EXPECT_NEAR(one.expectation(p.a, p.b, i, j, now), other.expectation(q.a, q.b, i, j, now), within) << i << ' ' << j;
  }
  static double middle(std::array<double, 4> const& p, int outcome) {
    double before = 0;
    for (int r = 0; r < outcome; ++r) before += p[r];
    return before + p[outcome] / 2;
  }
};

using Stores = ::testing::Types<BellDiagonalStore, PairDensityStore, DensityStore, Ensemble<StabilizerStore>, DenseStore>;
class StoreNames {
 public:
  template <class Store>
  static std::string GetName(int) {
    return Store::capabilities.store;
  }
};
TYPED_TEST_SUITE(StoreContract, Stores, StoreNames);

TYPED_TEST(StoreContract, APairIsBornInItsState) {
  auto store = this->make();
  for (Correlations const& state : this->held_states()) {
    const auto p = this->pair(store, state, 1, 2, ms(3));
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) {
        EXPECT_NEAR(store.expectation(p.a, p.b, i, j, ms(3)), state[4 * i + j], TestFixture::exact);
        EXPECT_NEAR(store.expectation(p.b, p.a, j, i, ms(3)), state[4 * i + j], TestFixture::exact);
      }
    EXPECT_EQ(store.partner(p.a), p.b);
    EXPECT_EQ(store.partner(p.b), p.a);
    EXPECT_EQ(store.device(p.b), DeviceId(2));
    EXPECT_EQ(store.since(p.b), ms(3));
  }
}

TYPED_TEST(StoreContract, NothingDecaysBeforeItsTick) {
  auto store = this->make();
  const auto p = store.create_pair(werner_state(0.9), DeviceId(3), ms(1), DeviceId(3), ms(5));
  auto later = this->make();
  const auto q = later.create_pair(werner_state(0.9), DeviceId(3), ms(1), DeviceId(0), ms(5));
  this->expect_same_pair(store, p, later, q, ms(5));
}

TYPED_TEST(StoreContract, DecayDoesNotDependOnWhenItIsWorkedOut) {
  for (std::uint32_t a = 0; a < this->devices(); ++a)
    for (Correlations const& state : this->held_states()) {
      // The identity gate of a noiseless single-qubit gate set brings a qubit up to date and does nothing else.
      auto devices = this->held_devices();
      for (Device& d : devices) d.single_qubit_reliability = 1;
      TypeParam lazy(devices, Clock{}, false), eager(devices, Clock{}, false);
      const auto p = this->pair(lazy, state, a, 0), q = this->pair(eager, state, a, 0);
      for (double t : {0.3, 0.31, 1.7, 2.0}) {
        eager.apply_pauli(q.a, 0, ms(t));
        EXPECT_EQ(eager.since(q.a), ms(t));
      }
      this->expect_same_pair(lazy, p, eager, q, ms(2.5));
    }
}

TYPED_TEST(StoreContract, ReadingChangesNothing) {
  auto read = this->make(), unread = this->make();
  const auto p = this->pair(read, werner_state(0.9), 2, 3), q = this->pair(unread, werner_state(0.9), 2, 3);
  for (double t : {0.1, 0.7, 2.0}) {
    read.correlators(p.a, p.b, ms(t), 0);
    read.bloch(p.a, ms(t));
  }
  for (int k = 1; k < 4; ++k)
    EXPECT_EQ(read.expectation(p.a, p.b, k, k, ms(4)), unread.expectation(q.a, q.b, k, k, ms(4)));
}

TYPED_TEST(StoreContract, UnitalNoiseNeverRaisesTheFidelityOfABellState) {
  for (std::uint32_t device = 0; device < unital_devices().size(); ++device) {
    auto store = this->make();
    for (int frame = 0; frame < 4; ++frame) {
      const auto p = this->bell(store, frame, device);
      double last = 1 + TestFixture::exact;
      for (double t = 0; t < 20; t += 0.5) {
        const double f = store.correlators(p.a, p.b, ms(t), frame).fidelity();
        EXPECT_LE(f, last);
        last = f + TestFixture::exact;
      }
    }
  }
}

TYPED_TEST(StoreContract, TracingOutLeavesTheOthersMarginal) {
  for (Correlations const& state : this->held_states()) {
    auto store = this->make();
    const auto p = this->pair(store, state, 1, 3);
    const auto before = store.bloch(p.b, ms(2));
    store.release(p.a);
    EXPECT_FALSE(store.paired(p.b));
    const auto after = store.bloch(p.b, ms(2));
    for (int k = 0; k < 4; ++k) EXPECT_NEAR(before[k], after[k], TestFixture::exact);
  }
}

TYPED_TEST(StoreContract, MeasuringOneQubitSendsNoSignalToTheOther) {
  for (std::uint32_t device = 0; device < this->devices(); ++device)
    for (Correlations const& state : this->held_states())
      for (Basis basis : {Basis::z, Basis::x, Basis::y}) {
        auto store = this->make();
        const auto p = this->pair(store, state, device, 0);
        const auto marginal = store.bloch(p.b, ms(1));
        // P(0) from the Bloch vector at that time and the read-out errors.
        const Device d = this->held_devices()[device];
        const double x = store.bloch(p.a, ms(1))[pauli_of(basis)];
        const double zero = d.readout.f0 * (1 + x) / 2 + (1 - d.readout.f1) * (1 - x) / 2;
        std::array<double, 4> mean{};
        for (int bit = 0; bit < 2; ++bit) {
          const double probability = bit == 0 ? zero : 1 - zero;
          if (probability < 1e-9) continue;
          auto branch = store;
          EXPECT_EQ(branch.measure(p.a, basis, ms(1), bit == 0 ? zero / 2 : (1 + zero) / 2), bit);
          const auto collapsed = branch.bloch(p.b, ms(1));
          for (int k = 0; k < 4; ++k) mean[k] += probability * collapsed[k];
        }
        for (int k = 0; k < 4; ++k) EXPECT_NEAR(mean[k], marginal[k], TestFixture::exact);
      }
}

TYPED_TEST(StoreContract, BellStatesAnswerEqualBasesAsTheirFramesSay) {
  const int expected[4][3] = {{0, 0, 1}, {0, 1, 0}, {1, 0, 0}, {1, 1, 1}};  // xor of the two bits; bases z, x, y
  for (int frame = 0; frame < 4; ++frame)
    for (int basis = 0; basis < 3; ++basis)
      for (double u : {0.1, 0.9}) {
        auto store = this->make();
        const auto p = this->bell(store, frame);
        const int first = store.measure(p.a, Basis(basis), ms(1), u);
        EXPECT_EQ(first, u < 0.5 ? 0 : 1);
        for (double v : {1e-6, 0.5, 0.999999}) {
          auto branch = store;
          EXPECT_EQ(first ^ branch.measure(p.b, Basis(basis), ms(2), v), expected[frame][basis]) << frame << ' ' << basis;
        }
      }
}

TYPED_TEST(StoreContract, SwapsOfBellStatesComposeFramesByXor) {
  for (int f = 0; f < 4; ++f)
    for (int g = 0; g < 4; ++g)
      for (int wanted = 0; wanted < 4; ++wanted)
        for (int turned = 0; turned < 4; ++turned) {
          auto store = this->make();
          auto p = this->bell(store, f), q = this->bell(store, g);
          if (turned & 1) std::swap(p.a, p.b);
          if (turned & 2) std::swap(q.a, q.b);
          EXPECT_EQ(store.bell_measure(p.b, q.a, ms(1), wanted / 4.0 + 0.1), wanted);
          EXPECT_EQ(store.partner(p.a), q.b);
          EXPECT_EQ(store.partner(q.b), p.a);
          EXPECT_EQ(store.live(), 2u);
          EXPECT_NEAR(store.correlators(p.a, q.b, ms(1), f ^ g ^ wanted).fidelity(), 1, TestFixture::exact);
        }
}

TYPED_TEST(StoreContract, BellProbabilitiesSumToOneAndSendNoSignal) {
  for (std::uint32_t device = 0; device < this->devices(); ++device)
    for (Correlations const& left : this->held_states())
      for (Correlations const& right : this->held_states()) {
        auto store = this->make();
        const auto p = this->pair(store, left, 0, device), q = this->pair(store, right, this->devices() - 1 - device, 0);
        const auto probabilities = store.bell_probabilities(p.b, q.a, ms(1));
        const auto before = store.bloch(p.a, ms(1));
        double total = 0;
        std::array<double, 4> mean{};
        for (int r = 0; r < 4; ++r) {
          total += probabilities[r];
          if (probabilities[r] < 1e-9) continue;
          auto branch = store;
          EXPECT_EQ(branch.bell_measure(p.b, q.a, ms(1), this->middle(probabilities, r)), r);
          const auto after = branch.bloch(p.a, ms(1));
          for (int k = 0; k < 4; ++k) mean[k] += probabilities[r] * after[k];
        }
        EXPECT_NEAR(total, 1, TestFixture::exact);
        for (int k = 0; k < 4; ++k) EXPECT_NEAR(mean[k], before[k], TestFixture::exact);
      }
}

TYPED_TEST(StoreContract, DecayOfFarQubitsCommutesWithASwap) {
  for (std::uint32_t device = 0; device < this->devices(); ++device) {
    auto devices = this->held_devices();
    for (Device& d : devices) d.single_qubit_reliability = 1;
    TypeParam lazy(devices, Clock{}, false);
    const auto p = this->pair(lazy, this->held_states().back(), device, 1), q = this->pair(lazy, werner_state(0.9), 1, device);
    TypeParam eager = lazy;
    eager.apply_pauli(p.a, 0, ms(1));
    eager.apply_pauli(q.b, 0, ms(1));
    EXPECT_EQ(lazy.bell_measure(p.b, q.a, ms(1), 0.6), eager.bell_measure(p.b, q.a, ms(1), 0.6));
    this->expect_same_pair(lazy, {p.a, q.b}, eager, {p.a, q.b}, ms(2));
  }
}

TYPED_TEST(StoreContract, OperationsOnUnrelatedPairsCommute) {
  auto one = this->make();
  const auto p = this->pair(one, werner_state(0.9), 1, 2), q = this->pair(one, werner_state(0.8), 3, 1);
  const auto r = this->pair(one, this->held_states().back(), 2, 3);
  auto other = one;
  one.bell_measure(p.b, q.a, ms(1), 0.3);
  one.measure(r.a, Basis::x, ms(1), 0.2);
  other.measure(r.a, Basis::x, ms(1), 0.2);
  other.bell_measure(p.b, q.a, ms(1), 0.3);
  this->expect_same_pair(one, {p.a, q.b}, other, {p.a, q.b}, ms(2), 0);
  EXPECT_EQ(one.bloch(r.b, ms(2)), other.bloch(r.b, ms(2)));
}

TYPED_TEST(StoreContract, ASwapWithAStaleHalfLeavesJunk) {
  auto store = this->make();
  const auto p = this->bell(store, 0), q = this->bell(store, 2);
  store.release(p.a);
  store.bell_measure(p.b, q.a, ms(1), 0.4);
  EXPECT_EQ(store.live(), 1u);
  EXPECT_FALSE(store.paired(q.b));
  const auto v = store.bloch(q.b, ms(1));
  for (int k = 1; k < 4; ++k) EXPECT_NEAR(v[k], 0, TestFixture::exact);
}

TYPED_TEST(StoreContract, ASwapWithACollapsedHalfTeleportsIt) {
  for (bool collapsed_first : {true, false})
    for (int r = 0; r < 4; ++r)
      for (int k : {1, 2, 3}) {
        auto store = this->make();
        const auto p = this->bell(store, 0), q = this->bell(store, 0);
        const Basis basis = k == 3 ? Basis::z : k == 1 ? Basis::x : Basis::y;
        store.measure(p.a, basis, ms(1), 0.1);
        const double x = store.bloch(p.b, ms(1))[k];
        if (collapsed_first) {
          store.bell_measure(p.b, q.a, ms(1), r / 4.0 + 0.1);
        } else {
          store.bell_measure(q.a, p.b, ms(1), r / 4.0 + 0.1);
        }
        const auto v = store.bloch(q.b, ms(1));
        EXPECT_NEAR(v[k], x * bell_signs[0][k] * bell_signs[r][k], TestFixture::exact);
        EXPECT_FALSE(store.paired(q.b));
      }
}

TYPED_TEST(StoreContract, TwoStaleHalvesLeaveNothing) {
  auto store = this->make();
  const auto p = this->bell(store, 0), q = this->bell(store, 0);
  store.measure(p.a, Basis::z, ms(1), 0.1);
  store.measure(q.b, Basis::z, ms(1), 0.1);
  const auto probabilities = store.bell_probabilities(p.b, q.a, ms(1));  // |00>: only Phi+ and Phi-
  EXPECT_NEAR(probabilities[0], 0.5, TestFixture::exact);
  EXPECT_NEAR(probabilities[1], 0.5, TestFixture::exact);
  store.bell_measure(p.b, q.a, ms(1), 0.7);
  EXPECT_EQ(store.live(), 0u);
}

TYPED_TEST(StoreContract, ABellMeasurementOfAPairReadsItsFrame) {
  for (int frame = 0; frame < 4; ++frame) {
    auto store = this->make();
    const auto p = this->bell(store, frame);
    EXPECT_NEAR(store.bell_probabilities(p.a, p.b, ms(1))[frame], 1, TestFixture::exact);
    EXPECT_EQ(store.bell_measure(p.a, p.b, ms(1), 0.5), frame);
    EXPECT_EQ(store.live(), 0u);
  }
}

TYPED_TEST(StoreContract, PauliGatesMoveBellStates) {
  const int frame_of[4] = {0, 2, 3, 1};  // Phi+ after I, X, Y, Z on one side
  for (int k = 0; k < 4; ++k)
    for (bool second : {false, true}) {
      auto store = this->make();
      const auto p = this->bell(store, 0);
      store.apply_pauli(second ? p.b : p.a, k, ms(1));
      EXPECT_NEAR(store.correlators(p.a, p.b, ms(1), frame_of[k]).fidelity(), 1, TestFixture::exact);
    }
}

TYPED_TEST(StoreContract, ARoundOfDistillationIsThatOfItsGates) {
  for (DistillationProtocol protocol : {DistillationProtocol::bbpssw, DistillationProtocol::dejmps, DistillationProtocol::epl})
    for (std::uint32_t device = 0; device < this->devices(); ++device)
      for (double u : {0.03, 0.31, 0.59, 0.97})
        for (bool turned : {false, true}) {
          auto store = this->make();
          DenseStore dense(this->held_devices(), Clock{}, false);
          const std::uint32_t far = this->devices() - 1 - device;
          const auto run = [&](auto& s, QubitPair& kept) {
            kept = s.create_pair(this->held_states().back(), DeviceId(device), ms(0.1), DeviceId(far), ms(0.3));
            auto used = s.create_pair(bell_mixture({0.1, 0.05, 0.8, 0.05}), DeviceId(device), ms(0.5), DeviceId(far), ms(0.2));
            if (turned) {
              std::swap(kept.a, kept.b);
              std::swap(used.a, used.b);
            }
            const DistillationOutcome outcome = s.distil(protocol, kept, used, 0, 2, ms(1), u);
            EXPECT_EQ(s.live(), 2u);
            EXPECT_EQ(s.partner(kept.a), kept.b);
            EXPECT_EQ(s.since(kept.a), ms(1));
            EXPECT_THROW(s.release(used.a), InternalError);
            EXPECT_THROW(s.release(used.b), InternalError);
            return outcome;
          };
          QubitPair p, q;
          const DistillationOutcome found = run(store, p), expected = run(dense, q);
          EXPECT_EQ(found.bits, expected.bits);
          EXPECT_EQ(found.kept, expected.kept);
          EXPECT_EQ(found.frame, expected.frame);
          // Decay goes on with the clocks that the qubits have.
          for (double t : {1.0, 2.5})
            for (int i = 0; i < 4; ++i)
              for (int j = 0; j < 4; ++j)
                EXPECT_NEAR(store.expectation(p.a, p.b, i, j, ms(t)), dense.expectation(q.a, q.b, i, j, ms(t)), TestFixture::exact) << i << ' ' << j;
        }
}

TYPED_TEST(StoreContract, DistillationOfBellStatesComposesFrames) {
  for (DistillationProtocol protocol : {DistillationProtocol::bbpssw, DistillationProtocol::dejmps, DistillationProtocol::epl})
    for (int f = 0; f < 4; ++f)
      for (int g = 0; g < 4; ++g)
        for (double u : {0.2, 0.7}) {
          auto store = this->make();
          const auto p = this->bell(store, f), q = this->bell(store, g);
          const DistillationOutcome outcome = store.distil(protocol, p, q, f, g, ms(1), u);
          EXPECT_EQ(outcome.kept, protocol != DistillationProtocol::epl || outcome.bits & 1) << f << ' ' << g;
          EXPECT_NEAR(store.correlators(p.a, p.b, ms(1), outcome.frame).fidelity(), 1, TestFixture::exact) << f << ' ' << g;
        }
}

TYPED_TEST(StoreContract, APairIsNotDistilledWithItselfNorWithHalves) {
  auto store = this->make();
  const auto p = this->bell(store, 0), q = this->bell(store, 0);
  const auto distil = [&](QubitPair kept, QubitPair used) { store.distil(DistillationProtocol::dejmps, kept, used, 0, 0, ms(1), 0.5); };
  EXPECT_THROW(distil(p, p), InternalError);
  EXPECT_THROW(distil(p, {p.a, q.b}), InternalError);
  store.release(q.b);
  EXPECT_THROW(distil(p, q), InternalError);
}

TYPED_TEST(StoreContract, FidelityOfAThousandSwaps) {
  DecayRates none;
  const double reliability = 0.9999, w = (4 * 0.9995 - 1) / 3;
  TypeParam store({with(none, reliability)}, Clock{}, false);
  const auto first = store.create_pair(werner_state(0.9995), DeviceId(0), tick_zero, DeviceId(0), tick_zero);
  QubitId end = first.b;
  std::mt19937_64 random(std::random_device{}());
  std::uniform_real_distribution<double> uniform(0, 1);
  int frame = 0;
  for (int n = 0; n < 1000; ++n) {
    const auto next = store.create_pair(werner_state(0.9995), DeviceId(0), tick_zero, DeviceId(0), tick_zero);
    frame ^= store.bell_measure(end, next.a, tick_zero, uniform(random));
    end = next.b;
  }
  const double expected = 0.25 + 0.75 * std::pow(w, 1001) * std::pow(reliability, 1000);
  EXPECT_NEAR(store.correlators(first.a, end, tick_zero, frame).fidelity(), expected, TestFixture::exact);
}

TYPED_TEST(StoreContract, ReleasedQubitsAreRecycled) {
  auto store = this->make();
  std::uint32_t largest = 0;
  for (int n = 0; n < 1000; ++n) {
    const auto p = this->bell(store, 0), q = this->bell(store, 1);
    EXPECT_EQ(store.live(), 4u);
    store.bell_measure(p.b, q.a, tick_zero, 0.5);
    store.release(p.a);
    store.measure(q.b, Basis::z, tick_zero, 0.5);
    EXPECT_EQ(store.live(), 0u);
    for (QubitId id : {p.a, p.b, q.a, q.b}) largest = std::max(largest, id.value);
  }
  EXPECT_LT(largest, 4u);
}

TYPED_TEST(StoreContract, QubitsThatAreGoneAreRefused) {
  auto store = this->make();
  const auto p = this->bell(store, 0), q = this->bell(store, 0);
  EXPECT_THROW(store.bell_measure(p.a, p.a, tick_zero, 0.5), InternalError);
  EXPECT_THROW(store.expectation(p.a, q.a, 1, 1, tick_zero), InternalError);
  store.release(p.a);
  EXPECT_THROW(store.release(p.a), InternalError);
  EXPECT_THROW(store.measure(p.a, Basis::z, tick_zero, 0.5), InternalError);
  EXPECT_THROW(store.bell_measure(p.a, q.a, tick_zero, 0.5), InternalError);
  EXPECT_THROW(store.bloch(QubitId(99), tick_zero), InternalError);
  EXPECT_THROW(store.partner(QubitId{}), InternalError);
}

TYPED_TEST(StoreContract, WhatAStoreDeclaresIsWhatItHolds) {
  constexpr Capabilities can = TypeParam::capabilities;
  DecayRates damping;
  damping.t1_s = 1;
  const Device damped = with(damping), asymmetric = with({}, 1, 1, {0.99, 0.98});
  const auto make = [](Device const& d, bool twirl) { TypeParam({d}, Clock{}, twirl); };
  for (auto const& [device, held] : {std::pair{damped, can.amplitude_damping}, std::pair{asymmetric, can.asymmetric_readout}}) {
    EXPECT_EQ(cannot_hold(can, device, false).empty(), held);
    EXPECT_TRUE(cannot_hold(can, device, true).empty());
    EXPECT_NO_THROW(make(device, true));
    if (held) {
      EXPECT_NO_THROW(make(device, false));
    } else {
      EXPECT_THROW(make(device, false), InternalError);
    }
  }
  auto store = this->make();
  const Correlations skew = this->skew_state();
  EXPECT_EQ(cannot_hold(can, skew).empty(), can.any_pair_state);
  EXPECT_TRUE(cannot_hold(can, twirled(skew)).empty());
  if (can.any_pair_state) {
    EXPECT_NO_THROW(this->pair(store, skew, 0, 0));
  } else {
    EXPECT_THROW(this->pair(store, skew, 0, 0), InternalError);
  }
}

template <class Store>
std::vector<QubitId> make_ghz(Store& store, std::array<DeviceId, 3> const& devices) {
  if constexpr (requires { store.create_ghz(devices, tick_zero); }) {
    return store.create_ghz(devices, tick_zero);
  } else {
    std::vector<QubitId> q;
    for (DeviceId d : devices) q.push_back(store.create_qubit(d, tick_zero));
    store.apply(Gate::h, q[0], tick_zero);
    store.apply(Gate::cx, q[0], q[1], tick_zero);
    store.apply(Gate::cx, q[1], q[2], tick_zero);
    return q;
  }
}

TYPED_TEST(StoreContract, LargerClustersSwapAndTraceOut) {
  if constexpr (TypeParam::capabilities.largest_cluster >= 3) {
    const std::array<DeviceId, 3> ideal{DeviceId(0), DeviceId(0), DeviceId(0)};
    auto store = this->make();
    const auto g = make_ghz(store, ideal);
    using Paulis = std::vector<std::pair<QubitId, int>>;
    EXPECT_NEAR(store.expectation(Paulis{{g[0], 1}, {g[1], 1}, {g[2], 1}}, ms(1)), 1, TestFixture::exact);
    // A swap carries one party of the GHZ state to the far end of a pair.
    auto swapped = store;
    const auto p = this->bell(swapped, 0);
    ASSERT_EQ(swapped.bell_measure(g[2], p.a, ms(1), 0.1), 0);
    EXPECT_NEAR(swapped.expectation(Paulis{{g[0], 1}, {g[1], 1}, {p.b, 1}}, ms(1)), 1, TestFixture::exact);
    EXPECT_NEAR(swapped.expectation(Paulis{{g[0], 3}, {p.b, 3}}, ms(1)), 1, TestFixture::exact);
    // Without its third party a GHZ state is a classical mixture.
    store.release(g[2]);
    EXPECT_NEAR(store.expectation(g[0], g[1], 3, 3, ms(1)), 1, TestFixture::exact);
    EXPECT_NEAR(store.expectation(g[0], g[1], 1, 1, ms(1)), 0, TestFixture::exact);
  } else {
    EXPECT_EQ(TypeParam::capabilities.largest_cluster, 2);
  }
}

}  // namespace
}  // namespace farbell::testing
