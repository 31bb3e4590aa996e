// Many trajectories of a store that samples them as one store, so that it can be held against the contract, which speaks of density matrices.
// An outcome is drawn from the mean of the trajectories' probabilities; each then takes that outcome, with its probability as weight.
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "farbell/state/stabilizer_store.hpp"

namespace farbell::testing {

template <class Store>
class Ensemble {
  // Deduced results: defined before they are used.
  template <class Operation>
  auto all(Operation operation) {
    const auto first = operation(members_[0]);
    for (int n = 1; n < trajectories; ++n) operation(members_[n]);
    return first;
  }
  template <class Value>
  double mean(Value value) const {
    double sum = 0, total = 0;
    for (int n = 0; n < trajectories; ++n) {
      if (weights_[n] == 0) continue;
      sum += weights_[n] * value(members_[n]);
      total += weights_[n];
    }
    return sum / total;
  }
  template <class Values>
  auto means(Values values) const {
    decltype(values(members_[0])) sum{};
    double total = 0;
    for (int n = 0; n < trajectories; ++n) {
      if (weights_[n] == 0) continue;
      const auto v = values(members_[n]);
      for (std::size_t k = 0; k < v.size(); ++k) sum[k] += weights_[n] * v[k];
      total += weights_[n];
    }
    for (double& x : sum) x /= total;
    return sum;
  }
  // An outcome that has a probability in a trajectory takes up a stretch of [0, 1) there; its middle chooses it.
  template <std::size_t outcomes, class Probabilities, class Act>
  int choose(double u, Probabilities probabilities, Act act) {
    const int outcome = sample(means(probabilities), u);
    double sum = 0, squares = 0;
    for (int n = 0; n < trajectories; ++n) {
      if (weights_[n] == 0) continue;
      const std::array<double, outcomes> p = probabilities(members_[n]);
      weights_[n] *= p[outcome];
      if (p[outcome] < 1e-9) {
        weights_[n] = 0;
        continue;
      }
      const double v = std::accumulate(p.begin(), p.begin() + outcome, 0.0) + p[outcome] / 2;
      EXPECT_EQ(act(members_[n], v), outcome);
      sum += weights_[n];
      squares += weights_[n] * weights_[n];
    }
    EXPECT_GE(sum * sum / squares, effective);
    if (sum < 1e-100)
      for (double& w : weights_) w /= sum;
    return outcome;
  }

 public:
  static constexpr Capabilities capabilities = Store::capabilities;
  // Fewer in debug builds, which check every operation.
#ifdef NDEBUG
  static constexpr int trajectories = 4096;
  static constexpr double tolerance = 0.264;
#else
  static constexpr int trajectories = 512;
  static constexpr double tolerance = 0.75;
#endif
  // Means of values in [-1, 1] over at least `effective` independent trajectories are off by more with a probability of
  // 2 exp(-effective tolerance^2 / 2) < 1e-12 (Hoeffding); the suite makes fewer than 1e5 comparisons: false alarms < 1e-7 a run.
  // Smaller errors are looked for operation by operation, with many more trajectories: tests/cpp/state.
  static constexpr double effective = 0.2 * trajectories;

  Ensemble(std::vector<Device> const& devices, Clock clock, bool pauli_twirl) : weights_(trajectories, 1) {
    for (Device const& d : devices) readouts_.push_back(DeviceModel(d, clock, pauli_twirl).readout);
    for (int n = 0; n < trajectories; ++n) members_.emplace_back(devices, clock, pauli_twirl, n);
  }

  QubitPair create_pair(Correlations const& state, DeviceId a, Tick since_a, DeviceId b, Tick since_b) {
    ++made_;
    return all([&](Store& s) { return s.create_pair(state, a, since_a, b, since_b, splitmix64(made_)); });
  }
  std::vector<QubitId> create_ghz(std::array<DeviceId, 3> const& devices, Tick since) {
    std::vector<QubitId> q;
    for (DeviceId d : devices) {
      ++made_;
      q.push_back(all([&](Store& s) { return s.create_qubit(d, since, splitmix64(made_)); }));
    }
    for (Store& s : members_) {
      s.apply(Gate::h, q[0], since);
      s.apply(Gate::cx, q[0], q[1], since);
      s.apply(Gate::cx, q[1], q[2], since);
    }
    return q;
  }

  int bell_measure(QubitId b, QubitId c, Tick now, double u) {
    if (b == c) throw_no_pair(b, c);
    return choose<4>(u, [&](Store const& s) { return s.bell_probabilities(b, c, now); },
                     [&](Store& s, double v) { return s.bell_measure(b, c, now, v); });
  }
  int measure(QubitId q, Basis basis, Tick now, double u) {
    const ReadoutPovm& povm = readouts_[one().device(q).value];
    return choose<2>(u, [&](Store const& s) {
      const double zero = (povm.sum[0] + povm.difference[0] * s.bloch(q, now)[pauli_of(basis)]) / 2;
      return std::array<double, 2>{zero, 1 - zero};
    }, [&](Store& s, double v) { return s.measure(q, basis, now, v); });
  }
  DistillationOutcome distil(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame, int used_frame, Tick now, double u) {
    DistillationOutcome outcome;
    choose<4>(u, [&](Store const& s) { return s.distillation_probabilities(protocol, kept, used, kept_frame, used_frame, now); },
              [&](Store& s, double v) {
                outcome = s.distil(protocol, kept, used, kept_frame, used_frame, now, v);
                return outcome.bits;
              });
    return outcome;
  }
  void release(QubitId q) {
    for (Store& s : members_) s.release(q);
  }
  void apply_pauli(QubitId q, int k, Tick now) {
    for (Store& s : members_) s.apply_pauli(q, k, now);
  }

  double expectation(QubitId a, QubitId b, int i, int j, Tick now) const {
    return mean([&](Store const& s) { return s.expectation(a, b, i, j, now); });
  }
  double expectation(std::vector<std::pair<QubitId, int>> const& paulis, Tick now) const {
    return mean([&](Store const& s) { return s.expectation(paulis, now); });
  }
  Correlators correlators(QubitId a, QubitId b, Tick now, int frame) const {
    return Correlators::corrected(expectation(a, b, 1, 1, now), expectation(a, b, 2, 2, now), expectation(a, b, 3, 3, now), frame);
  }
  std::array<double, 4> bloch(QubitId q, Tick now) const {
    return means([&](Store const& s) { return s.bloch(q, now); });
  }
  std::array<double, 4> bell_probabilities(QubitId b, QubitId c, Tick now) const {
    return means([&](Store const& s) { return s.bell_probabilities(b, c, now); });
  }

  bool paired(QubitId q) const { return one().paired(q); }
  QubitId partner(QubitId q) const { return one().partner(q); }
  DeviceId device(QubitId q) const { return one().device(q); }
  Tick since(QubitId q) const { return one().since(q); }
  std::size_t live() const { return one().live(); }

 private:
  // One that has not been left behind.
  Store const& one() const {
    std::size_t n = 0;
    while (weights_[n] == 0) ++n;
    return members_[n];
  }

  std::vector<Store> members_;
  std::vector<double> weights_;
  std::vector<ReadoutPovm> readouts_;  // by device
  std::uint64_t made_ = 0;
};

}  // namespace farbell::testing
