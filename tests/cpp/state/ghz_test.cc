// GHZ states in the facade: what fusing pairs makes, in every store, and what leaves a store of pairs for it.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "farbell/base/errors.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/states.hpp"

namespace farbell {
namespace {

constexpr Clock clock_ps{1e12};
constexpr StoreKind every_store[]{StoreKind::bell_diagonal, StoreKind::pair_density, StoreKind::stabilizer, StoreKind::density, StoreKind::ket};
constexpr DeviceId memory{0};

Device noisy() {
  Device d;
  d.decay.t2_s = 0.02;
  d.decay.gaussian_t2 = true;
  d.decay.depolarising_s = 0.05;
  d.decay.pauli_y_hz = 5;
  return d;
}

Correlations bell_pair_state(int index) {
  std::array<double, 4> weights{};
  weights[static_cast<std::size_t>(index)] = 1;
  return bell_mixture(weights);
}

PauliFrame phase_on_first(std::size_t qubits) {
  PauliFrame frame(qubits);
  frame.z[0] = 1;
  return frame;
}

class Fusion {
 public:
  Fusion(StoreKind kind, const Device& device) : states(kind, {device}, clock_ps, false, 3) {}

  // Of pairs in these Bell states; the first half at the center stays or is read.
  void fuse(const std::vector<int>& bells, bool keeps, Tick now = tick_zero) {
    std::vector<States::Pair> pairs;
    for (int index : bells) {
      pairs.push_back(states.create_pair(bell_pair_state(index), memory, tick_zero, memory, tick_zero, random_()));
      frame.x.push_back(static_cast<std::uint8_t>(index >> 1));
      frame.z.push_back(static_cast<std::uint8_t>(index & 1));
    }
    for (const States::Pair& pair : pairs) states.promote(pair.a, now);
    for (std::size_t i = 1; i < pairs.size(); ++i) {
      states.apply(Gate::cx, pairs[0].a, pairs[i].a, now);
      frame.x[i] ^= static_cast<std::uint8_t>(states.measure(pairs[i].a, Basis::z, now, uniform()));
    }
    if (keeps) {
      frame.x.insert(frame.x.begin(), 0);
      frame.z.insert(frame.z.begin(), 0);
      qubits.push_back(pairs[0].a);
    } else {
      states.apply(Gate::h, pairs[0].a, now);
      frame.z[0] ^= static_cast<std::uint8_t>(states.measure(pairs[0].a, Basis::z, now, uniform()));
    }
    for (const States::Pair& pair : pairs) qubits.push_back(pair.b);
  }
  double fidelity(Tick now) const { return states.ghz_fidelity(qubits, frame, now); }
  double uniform() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  States states;
  std::vector<QubitId> qubits;
  PauliFrame frame;

 private:
  std::mt19937_64 random_{17};
};

TEST(Ghz, EveryStoreFusesEveryBellState) {
  for (StoreKind kind : every_store)
    for (bool keeps : {false, true})
      for (const std::vector<int>& bells : {std::vector{0, 0}, {2, 1}, {3, 1, 2}, {0, 3, 3, 1}, {1, 2, 3, 0, 2}}) {
        Fusion f(kind, Device{});
        f.fuse(bells, keeps);
        EXPECT_NEAR(f.fidelity(Tick{1000}), 1, 1e-12) << capabilities(kind).store << " " << bells.size();
        f.frame.z[1] ^= 1;
        EXPECT_NEAR(f.fidelity(Tick{1000}), 0, 1e-12);
        f.frame.z[1] ^= 1;
        f.frame.x[1] ^= 1;
        EXPECT_NEAR(f.fidelity(Tick{1000}), 0, 1e-12);
      }
}

TEST(Ghz, PairsThatMoveDecayOn) {
  const Tick made{0}, moved{4'000'000'000}, read{11'000'000'000};
  for (StoreKind kind : {StoreKind::bell_diagonal, StoreKind::pair_density}) {
    States stays(kind, {noisy()}, clock_ps, false), moves(kind, {noisy()}, clock_ps, false);
    const Correlations state = bell_mixture({0.1, 0.7, 0.15, 0.05});
    const States::Pair a = stays.create_pair(state, memory, made, memory, Tick{1'000'000'000});
    const States::Pair b = moves.create_pair(state, memory, made, memory, Tick{1'000'000'000});
    EXPECT_TRUE(moves.promote(b.b, moved));
    EXPECT_FALSE(moves.promote(b.a, moved));
    EXPECT_NEAR(moves.ghz_fidelity({b.a, b.b}, phase_on_first(2), read), stays.correlators(a.a, a.b, read, 1).fidelity(), 1e-12);
  }
}

TEST(Ghz, NamesAreFreeAgainWhenTheirQubitsAreGone) {
  for (StoreKind kind : every_store) {
    Fusion f(kind, Device{});
    const States::Pair other = f.states.create_pair(bell_pair_state(0), memory, tick_zero, memory, tick_zero);
    f.fuse({0, 0, 0}, false);
    EXPECT_EQ(f.states.live(), 5u);
    // What is promoted keeps its names to itself.
    const States::Pair fresh = f.states.create_pair(bell_pair_state(1), memory, tick_zero, memory, tick_zero);
    for (QubitId q : f.qubits) EXPECT_TRUE(q != fresh.a && q != fresh.b);
    EXPECT_NEAR(f.fidelity(tick_zero), 1, 1e-12);
    for (QubitId q : f.qubits) f.states.release(q);
    EXPECT_EQ(f.states.live(), 4u);
    std::uint32_t largest = 0;
    for (int i = 0; i < 3; ++i) {
      const States::Pair pair = f.states.create_pair(bell_pair_state(0), memory, tick_zero, memory, tick_zero);
      largest = std::max({largest, pair.a.value, pair.b.value});
    }
    EXPECT_LT(largest, 10u);
    EXPECT_NEAR(f.states.correlators(other.a, other.b, tick_zero, 0).fidelity(), 1, 1e-12);
    EXPECT_NEAR(f.states.correlators(fresh.a, fresh.b, tick_zero, 1).fidelity(), 1, 1e-12);
  }
}

// The products in the store against the sum over even sets of users.
TEST(Ghz, StabilizerFidelityIsItsDefinition) {
  for (int n = 2; n <= 5; ++n) {
    StabilizerStore store({noisy()}, clock_ps, false, 1);
    PauliFrame frame;
    std::vector<QubitId> qubits;
    for (int i = 0; i < n; ++i) {
      qubits.push_back(store.create_qubit(memory, Tick{std::int64_t{i} * 1'000'000'000}, static_cast<std::uint64_t>(i)));
      frame.x.push_back(static_cast<std::uint8_t>(i % 3 == 1));
      frame.z.push_back(static_cast<std::uint8_t>(i == 1));
    }
    frame.z[0] = static_cast<std::uint8_t>(n & 1);
    const Tick made{5'000'000'000}, now{9'000'000'000};
    store.apply(Gate::h, qubits[0], made);
    for (int i = 1; i < n; ++i) store.apply(Gate::cx, qubits[0], qubits[static_cast<std::size_t>(i)], made);
    double sum = 0;
    for (int set = 0; set < 1 << n; ++set) {
      if (__builtin_popcount(static_cast<unsigned>(set)) % 2) continue;
      std::vector<StabilizerStore::PauliOn> z, xy;
      int sign = 1;
      for (int i = 0; i < n; ++i) {
        const bool in = set >> i & 1;
        if (in && frame.x[static_cast<std::size_t>(i)]) sign = -sign;
        z.emplace_back(qubits[static_cast<std::size_t>(i)], in ? 3 : 0);
        xy.emplace_back(qubits[static_cast<std::size_t>(i)], in ? 2 : 1);
      }
      const int y_sign = __builtin_popcount(static_cast<unsigned>(set)) / 2 % 2 ? -1 : 1;
      sum += sign * (store.expectation(z, now) + (ghz_phase(frame) ? -1 : 1) * y_sign * store.expectation(xy, now));
    }
    EXPECT_NEAR(store.ghz_fidelity(qubits, frame, now), sum / (1 << n), 1e-12);
  }
}

TEST(Ghz, OtherStatesAreNoGhzStates) {
  StabilizerStore store({Device{}}, clock_ps, false, 1);
  const QubitId a = store.create_qubit(memory, tick_zero), b = store.create_qubit(memory, tick_zero), c = store.create_qubit(memory, tick_zero);
  store.apply(Gate::cx, a, b, tick_zero);
  store.apply(Gate::cx, b, c, tick_zero);
  const std::vector<QubitId> qubits{a, b, c};
  const PauliFrame frame(3);
  EXPECT_THROW(store.ghz_fidelity(qubits, frame, tick_zero), InternalError);
}

}  // namespace
}  // namespace farbell
