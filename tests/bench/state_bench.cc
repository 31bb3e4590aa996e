// One noisy entanglement swap through the facade of the stores, against its bare arithmetic. Cases are named subject/who.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "ceilings/pair_kernels.hpp"
#include "ceilings/xoshiro.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/pauli_frames.hpp"
#include "farbell/state/stabilizer_store.hpp"
#include "farbell/state/density.hpp"
#include "farbell/state/states.hpp"

namespace {

using namespace farbell;

constexpr double two_qubit_reliability = 0.99, t1_s = 1, t2_s = 0.5, wait_s = 1e-3, pauli_rate_hz = 0.1;

// A long pair grows by one fresh link a step, its end measured out with the link's near end, and starts anew after 64 links:
// an endless one would end in denormal numbers, which no network holds and processors are slow at.
void swap_farbell(benchmark::State& state, StoreKind kind) {
  Device device;
  if (kind == StoreKind::pair_density) {
    device.decay.t1_s = t1_s;
    device.decay.t2_s = t2_s;
  } else {
    device.decay.pauli_x_hz = device.decay.pauli_y_hz = device.decay.pauli_z_hz = pauli_rate_hz;
  }
  device.two_qubit_reliability = two_qubit_reliability;
  const Clock clock;
  const std::vector<Device> devices{device};
  States states(kind, devices, clock, false);
  Correlations link{};
  for (int k = 0; k < 4; ++k) link[5 * k] = k == 0 ? 1 : 0.98 * bell_signs[0][k];
  ceilings::Xoshiro random(1);
  Tick now{};
  States::Pair far = states.create_pair(link, DeviceId{0}, now, DeviceId{0}, now);
  int links = 1;
  for (auto _ : state) {
    const States::Pair fresh = states.create_pair(link, DeviceId{0}, now, DeviceId{0}, now);
    now += clock.tick(wait_s);
    benchmark::DoNotOptimize(states.bell_measure(far.b, fresh.a, now, random.uniform()));
    far.b = fresh.b;
    if (++links % 64 == 0) {
      states.release(far.a);
      states.release(far.b);
      far = states.create_pair(link, DeviceId{0}, now, DeviceId{0}, now);
    }
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["goal_per_s"] = kind == StoreKind::bell_diagonal ? 12e6 : 3e6;
}
BENCHMARK_CAPTURE(swap_farbell, diagonal, StoreKind::bell_diagonal)->Name("swap_bell_diagonal/farbell");
BENCHMARK_CAPTURE(swap_farbell, density, StoreKind::pair_density)->Name("swap_pair_density/farbell");

void diagonal_ceiling(benchmark::State& state) {
  const ceilings::BellWeights link{0.985, 0.005, 0.005, 0.005};
  ceilings::BellWeights pair = link;
  double t = wait_s;
  int links = 1;
  for (auto _ : state) {
    benchmark::DoNotOptimize(t);
    if (++links % 64 == 0) pair = link;
    pair = ceilings::swapped(pair, link, t, {pauli_rate_hz, pauli_rate_hz, pauli_rate_hz}, two_qubit_reliability);
    benchmark::DoNotOptimize(pair);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(diagonal_ceiling)->Name("swap_bell_diagonal/ceiling");

void density_ceiling(benchmark::State& state) {
  ceilings::PauliCorrelations link{};
  for (int k = 0; k < 4; ++k) link[5 * k] = k == 0 ? 1 : 0.98 * bell_signs[0][k];
  ceilings::PauliCorrelations pair = link;
  double t = wait_s;
  int links = 1;
  for (auto _ : state) {
    benchmark::DoNotOptimize(t);
    if (++links % 64 == 0) pair = link;
    pair = ceilings::swapped(pair, link, t, t1_s, t2_s, two_qubit_reliability);
    benchmark::DoNotOptimize(pair);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(density_ceiling)->Name("swap_pair_density/ceiling");

// Single-shot and adaptive: two fresh Bell pairs, a Bell measurement, the correction that its outcome asks for.
void swap_stabilizer(benchmark::State& state) {
  const std::vector<Device> devices{Device{}};
  StabilizerStore store(devices, Clock{}, false);
  const Correlations bell = bell_mixture({1, 0, 0, 0});
  constexpr int correction[4] = {0, 3, 1, 2};
  ceilings::Xoshiro random(1);
  const Tick now{};
  std::uint64_t key = 0;
  for (auto _ : state) {
    const QubitPair p = store.create_pair(bell, DeviceId{0}, now, DeviceId{0}, now, ++key);
    const QubitPair q = store.create_pair(bell, DeviceId{0}, now, DeviceId{0}, now, ++key);
    store.apply_pauli(q.b, correction[store.bell_measure(p.b, q.a, now, random.uniform())], now);
    store.release(p.a);
    store.release(q.b);
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["goal_per_s"] = 15e6;
}
BENCHMARK(swap_stabilizer)->Name("create,_Bell-measure,_correct_(stabilizer)/farbell");

StabilizerCluster ghz(int n) {
  StabilizerCluster cluster(n);
  cluster.apply(Gate::h, 0);
  for (int q = 1; q < n; ++q) cluster.apply(Gate::cx, 0, q);
  return cluster;
}

void cluster_gate(benchmark::State& state) {
  StabilizerCluster cluster = ghz(4);
  int q = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(q);
    cluster.apply(Gate::cx, q, (q + 1) & 3);
    q = (q + 1) & 3;
    benchmark::DoNotOptimize(cluster);
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["goal_ns"] = 10;
}
BENCHMARK(cluster_gate)->Name("gate_on_a_cluster_of_4/farbell");

void cluster_measure(benchmark::State& state) {
  StabilizerCluster cluster = ghz(4);
  ceilings::Xoshiro random(1);
  int q = 0;
  for (auto _ : state) {
    cluster.apply(Gate::h, q);
    benchmark::DoNotOptimize(cluster.measure(PauliProduct::single(q, 3), random.uniform()));
    q = (q + 1) & 3;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["goal_ns"] = 60;
}
BENCHMARK(cluster_measure)->Name("H_and_measure_on_a_cluster_of_4/farbell");

// A swap of two noisy Bell pairs by noisy gates and noisy read-out, 65,536 shots at once; a shot is an item.
void frames_swap(benchmark::State& state) {
  constexpr std::int64_t shots = 65'536;
  PauliFrames frames(4, shots, 1);
  Words phase(frames.words()), parity(frames.words());
  const auto depolarising = [](double p) {
    std::vector<PauliFrames::Error> errors;
    for (int k = 1; k < 4; ++k) errors.push_back({k & 1, k >> 1, p / 4});
    return errors;
  };
  std::vector<PauliFrames::Error> joint;
  for (int k = 1; k < 16; ++k) joint.push_back({k & 3, k >> 2, 0.01 / 16});
  const auto link = depolarising(0.04), single = depolarising(0.005);
  const std::vector<PauliFrames::Error> flip{{1, 0, 0.01}};
  for (auto _ : state) {
    for (int q = 0; q < 4; ++q) frames.reset(q);
    for (int q : {0, 2}) {
      frames.apply(Gate::h, q);
      frames.apply(Gate::cx, q, q + 1);
      frames.noise(link, {q});
    }
    frames.apply(Gate::cx, 1, 2);
    frames.noise(joint, {1, 2});
    frames.apply(Gate::h, 1);
    frames.noise(single, {1});
    for (int q : {1, 2}) frames.noise(flip, {q});
    frames.measure({{1, 3}}, phase.data());
    frames.measure({{2, 3}}, parity.data());
    frames.apply_where(1, 3, parity.data());
    frames.apply_where(3, 3, phase.data());
  }
  state.SetItemsProcessed(state.iterations() * shots);
  state.counters["goal_ns"] = 7;
}
BENCHMARK(frames_swap)->Name("noisy_swap_and_shot,_Pauli_frames/farbell");

// Four qubits, gate by gate: two pairs are put together, all qubits decay, each with its own T1 and T2, the inner ones are measured by
// a CNOT with noise, H and two asymmetric read-outs, and are gone.
void density_noisy_swap(benchmark::State& state) {
  std::array<DecayLaw, 4> laws;
  for (int q = 0; q < 4; ++q) {
    DecayRates rates;
    rates.t1_s = t1_s * (1 + q);
    rates.t2_s = t2_s * (1 + 0.5 * q);
    laws[q] = DecayLaw(rates, Clock{1}, false);
  }
  const std::array readouts{ReadoutPovm(Readout{0.99, 0.97}), ReadoutPovm(Readout{0.98, 0.95})};
  Correlations pair{};
  for (int k = 0; k < 4; ++k) pair[5 * k] = k == 0 ? 1 : 0.98 * bell_signs[0][k];
  const DensityState left(pair), right(pair);
  double t = wait_s;
  const int inner[]{1, 2}, control[]{1};
  for (auto _ : state) {
    benchmark::DoNotOptimize(t);
    DensityState rho = left.tensor(right);
    for (int q = 0; q < 4; ++q) rho.decay(q, laws[q].map(t, 0));
    rho.apply(Gate::cx, inner);
    rho.depolarise(inner, two_qubit_reliability);
    rho.apply(Gate::h, control);
    rho.read(1, Basis::z, readouts[0], 0);
    rho.read(1, Basis::z, readouts[1], 1);
    benchmark::DoNotOptimize(rho);
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["goal_us"] = 5;
}
BENCHMARK(density_noisy_swap)->Name("density_noisy_swap/farbell");

}  // namespace
