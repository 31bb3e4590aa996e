// All the pairs of a run, in one representation: qubit rows (clocks, device, partner) and pair rows (the quantum state).
// Decay is lazy and per qubit: a qubit costs nothing while it waits.
#pragma once
#include <cstdint>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/state/bell_diagonal.hpp"
#include "farbell/state/induced_dephasing.hpp"
#include "farbell/state/pair_density.hpp"

namespace farbell {

struct QubitPair {
  QubitId a, b;
};

// A qubit as it waits: its state is up to date at `since`, its coherence clock started at `origin`.
struct WaitingQubit {
  DeviceId device;
  Tick since{}, origin{};
};

// What can be said of a pair's fidelity from how it was at some tick, whatever becomes of its qubits.
struct KnownPair {
  double xx = 0, yy = 0, zz = 0, z_of_a = 0, z_of_b = 0;
  WaitingQubit a, b;
};

// A pair that leaves a store for another one.
struct LeavingPair {
  Correlations state{};
  QubitPair names;
  WaitingQubit a, b;
};

// A qubit without a partner that does; the other side of `state` is maximally mixed.
struct LeavingQubit {
  Correlations state{};
  WaitingQubit waits;
};

[[noreturn]] void throw_no_qubit(QubitId q);
[[noreturn]] void throw_no_pair(QubitId a, QubitId b);
// Throws RunError for a cluster of more qubits than a store holds.
void require_room(std::size_t qubits, Capabilities const& store);

template <class State>
class PairStore {
 public:
  static constexpr Capabilities capabilities = State::capabilities;

  PairStore(std::vector<Device> const& devices, Clock clock, bool pauli_twirl) {
    devices_.reserve(devices.size());
    for (Device const& d : devices) {
      require_holds(capabilities, d, pauli_twirl);
      devices_.emplace_back(d, clock, pauli_twirl);
    }
  }

  // Each qubit waits in its device from its own tick on. Nothing is drawn, so no key of a stream of errors is needed.
  QubitPair create_pair(Correlations const& state, DeviceId device_a, Tick since_a, DeviceId device_b, Tick since_b, std::uint64_t = 0) {
    const std::uint32_t row = take_row(State(state));
    const std::uint32_t a = take_qubit(), b = take_qubit();
    qubits_[a] = {since_a, since_a, device_a.value, row, b, 0};
    qubits_[b] = {since_b, since_b, device_b.value, row, a, 1};
    return {QubitId(a), QubitId(b)};
  }

  // A qubit in |0>, which waits from that tick on.
  QubitId create_qubit(DeviceId device, Tick since, std::uint64_t = 0) {
    const std::uint32_t q = take_qubit();
    qubits_[q] = {since, since, device.value, take_row(State::zero()), none, 0};
    return QubitId(q);
  }

  // Measures b and c in the Bell basis; both are gone then and their partners, if they have any, form a pair.
  int bell_measure(QubitId b, QubitId c, Tick now, double u) {
    Qubit &qb = live_row(b), &qc = live_row(c);
    const BellPovm povm(model(qb), model(qc));
    const BlochMap mb = decay_map(qb, now), mc = decay_map(qc, now);
    State& left = rows_[qb.row];
    int outcome;
    if (qb.row == qc.row) [[unlikely]] {
      if (b == c) throw_no_pair(b, c);
      left.decay(qb.side, mb);
      left.decay(qc.side, mc);
      outcome = sample(povm.probabilities(left.own_products()), u);
      free_rows_.push_back(qb.row);
    } else {
      State right = rows_[qc.row];
      left.decay(qb.side, mb);
      right.decay(qc.side, mc);
      const auto p = povm.probabilities(State::bell_products(left, qb.side, right, qc.side));
      outcome = sample(p, u);
      left.join(qb.side, right, qc.side, povm.weights(outcome), p[outcome]);
      free_rows_.push_back(qc.row);
      const std::uint32_t a = qb.partner, d = qc.partner;
      if (a == none && d == none) free_rows_.push_back(qb.row);
      if (a != none) qubits_[a].side = 0, qubits_[a].partner = d;
      if (d != none) qubits_[d].side = 1, qubits_[d].partner = a, qubits_[d].row = qb.row;
    }
    drop_qubit(b.value);
    drop_qubit(c.value);
    return outcome;
  }

  // One round of distillation at the nodes of a and b: `used` is read and gone, `kept` stays, whatever the bits say.
  DistillationOutcome distil(DistillationProtocol protocol, QubitPair kept, QubitPair used, int kept_frame, int used_frame, Tick now,
                             double u) {
    pair_row(kept.a, kept.b);
    pair_row(used.a, used.b);
    const std::uint32_t row = qubits_[kept.a.value].row, used_row = qubits_[used.a.value].row;
    if (row == used_row) [[unlikely]]
      throw_no_pair(kept.a, used.a);
    const DistillationNoise noise(model(qubits_[kept.a.value]), model(qubits_[kept.b.value]));
    State k = decayed(kept.a, kept.b, now).oriented(qubits_[kept.a.value].side);
    State v = decayed(used.a, used.b, now).oriented(qubits_[used.a.value].side);
    prepare_distillation(k, protocol, noise, kept_frame);
    prepare_distillation(v, protocol, noise, used_frame);
    const auto p = distillation_probabilities(k, v, noise);
    const int bits = sample(p, u);
    k.distil(v, noise, bits, p[bits]);
    rows_[row] = k;
    std::uint32_t side = 0;
    for (QubitId q : {kept.a, kept.b}) {
      Qubit& qubit = qubits_[q.value];
      qubit.side = side++;
      up_to_date(qubit, now);
    }
    free_rows_.push_back(used_row);
    drop_qubit(used.a.value);
    drop_qubit(used.b.value);
    return distillation_outcome(protocol, kept_frame, used_frame, bits);
  }

  // Traces the qubit out; its partner lives on.
  void release(QubitId q) {
    Qubit& row = live_row(q);
    if (row.partner == none) {
      free_rows_.push_back(row.row);
    } else {
      rows_[row.row].keep(1 - row.side);
      qubits_[row.partner].partner = none;
    }
    drop_qubit(q.value);
  }

  // Reads the qubit in a basis with its device's errors; it is gone then and its partner is left in the conditional state.
  int measure(QubitId q, Basis basis, Tick now, double u) {
    Qubit& row = live_row(q);
    State& state = rows_[row.row];
    state.decay(row.side, decay_map(row, now));
    const ReadoutPovm& povm = model(row).readout;
    const double zero = checked_probability(state.read_zero_probability(row.side, basis, povm));
    const int bit = sample(std::array<double, 2>{zero, 1 - zero}, u);
    if (row.partner == none) {
      free_rows_.push_back(row.row);
    } else {
      state.collapse(row.side, basis, povm, bit);
      qubits_[row.partner].partner = none;
    }
    drop_qubit(q.value);
    return bit;
  }

  // A change of the frame: no gate, no errors.
  void reframe(QubitId q, int pauli, Tick now) {
    Qubit& row = live_row(q);
    State& state = rows_[row.row];
    state.decay(row.side, decay_map(row, now));
    up_to_date(row, now);
    state.apply_pauli(row.side, pauli);
  }

  // It goes on in another device of its node, by an operation with these errors; its coherence clock starts anew.
  void transfer(QubitId q, DeviceId to, BlochMap const& errors, Tick now) {
    Qubit& row = live_row(q);
    State& state = rows_[row.row];
    state.decay(row.side, decay_map(row, now));
    state.decay(row.side, errors);
    up_to_date(row, now);
    row.origin = row.since;
    row.device = to.value;
  }

  // Pauli gate (1 = X, 2 = Y, 3 = Z) with the error of the device's single-qubit gates.
  void apply_pauli(QubitId q, int pauli, Tick now) {
    Qubit& row = live_row(q);
    State& state = rows_[row.row];
    state.decay(row.side, decay_map(row, now));
    up_to_date(row, now);
    state.apply_pauli(row.side, pauli);
    state.depolarise(row.side, model(row).single_qubit_reliability);
  }

  // A gate on one qubit, with its errors. Not of Bell-diagonal pairs, which it would make something else.
  void rotate(QubitId q, Rotation const& rotation, Tick now) {
    Qubit& row = live_row(q);
    State& state = rows_[row.row];
    state.decay(row.side, decay_map(row, now));
    up_to_date(row, now);
    state.rotate(row.side, rotation);
    state.depolarise(row.side, model(row).single_qubit_reliability);
  }

  // The pair of q goes on elsewhere. Its two names stay taken until each is given back.
  LeavingPair take_out(QubitId q, Tick now) {
    const QubitId other(live_row(q).partner);
    pair_row(q, other);
    const State state = decayed(q, other, now);
    LeavingPair pair;
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) pair.state[4 * i + j] = state.expectation(i, j);
    pair.names = qubits_[q.value].side == 0 ? QubitPair{q, other} : QubitPair{other, q};
    free_rows_.push_back(qubits_[q.value].row);
    for (auto [name, waiting] : {std::pair{pair.names.a, &pair.a}, std::pair{pair.names.b, &pair.b}}) {
      Qubit& row = qubits_[name.value];
      *waiting = {DeviceId(row.device), later(row.since, now), row.origin};
      row.row = none;
      --live_;
    }
    return pair;
  }
  LeavingQubit take_out_single(QubitId q, Tick now) {
    Qubit& row = live_row(q);
    State state = rows_[row.row];
    state.decay(row.side, decay_map(row, now));
    LeavingQubit qubit;
    const auto bloch = state.bloch(row.side);
    for (int i = 0; i < 4; ++i) qubit.state[4 * i] = bloch[i];
    qubit.waits = {DeviceId(row.device), later(row.since, now), row.origin};
    free_rows_.push_back(row.row);
    row.row = none;
    --live_;
    return qubit;
  }
  void give_back(QubitId name) {
    ++live_;
    drop_qubit(name.value);
  }

  // Tr(rho sigma_i (x) sigma_j) of a pair at `now`; reading changes nothing.
  double expectation(QubitId a, QubitId b, int i, int j, Tick now) const {
    const Qubit& qa = pair_row(a, b);
    const State state = decayed(a, b, now);
    return qa.side == 0 ? state.expectation(i, j) : state.expectation(j, i);
  }
  Correlators correlators(QubitId a, QubitId b, Tick now, int frame) const {
    pair_row(a, b);
    const State state = decayed(a, b, now);
    return Correlators::corrected(state.expectation(1, 1), state.expectation(2, 2), state.expectation(3, 3), frame);
  }
  KnownPair known(QubitId a, QubitId b) const {
    const Qubit &first = pair_row(a, b), &second = qubits_[b.value];
    const State& state = rows_[first.row];
    const double z_of_0 = state.expectation(3, 0), z_of_1 = state.expectation(0, 3);
    const auto waiting = [](const Qubit& q) { return WaitingQubit{DeviceId(q.device), q.since, q.origin}; };
    return {state.expectation(1, 1), state.expectation(2, 2), state.expectation(3, 3), first.side == 0 ? z_of_0 : z_of_1,
            first.side == 0 ? z_of_1 : z_of_0, waiting(first), waiting(second)};
  }
  // As its qubits would have decayed since.
  Correlators correlators(KnownPair const& pair, Tick now, int frame) const {
    const auto map = [&](WaitingQubit const& q) { return devices_[q.device.value].decay.map(q.since, q.origin, now); };
    const BlochMap a = map(pair.a), b = map(pair.b);
    const double zz = a.az * (b.az * pair.zz + b.tz * pair.z_of_a) + a.tz * (b.az * pair.z_of_b + b.tz);
    return Correlators::corrected(a.ax * b.ax * pair.xx, a.ay * b.ay * pair.yy, zz, frame);
  }
  // (1, <X>, <Y>, <Z>) of one qubit, whatever its partner does.
  std::array<double, 4> bloch(QubitId q, Tick now) const {
    const Qubit& row = live_row(q);
    State state = rows_[row.row];
    state.decay(row.side, decay_map(row, now));
    return state.bloch(row.side);
  }
  std::array<double, 4> bell_probabilities(QubitId b, QubitId c, Tick now) const {
    const Qubit &qb = live_row(b), &qc = live_row(c);
    const BellPovm povm(model(qb), model(qc));
    State left = rows_[qb.row], right = rows_[qc.row];
    left.decay(qb.side, decay_map(qb, now));
    if (qb.row == qc.row) {
      left.decay(qc.side, decay_map(qc, now));
      return povm.probabilities(left.own_products());
    }
    right.decay(qc.side, decay_map(qc, now));
    return povm.probabilities(State::bell_products(left, qb.side, right, qc.side));
  }

  void prefetch(QubitId q) const { __builtin_prefetch(&qubits_[q.value]); }
  void prefetch_state(QubitId q) const {
    const Qubit& qubit = qubits_[q.value];
    if (qubit.row == none) return;
    for (std::size_t at = 0; at < sizeof(State); at += 64) __builtin_prefetch(reinterpret_cast<const char*>(&rows_[qubit.row]) + at);
    if (qubit.partner != none) __builtin_prefetch(&qubits_[qubit.partner]);
  }

  bool paired(QubitId q) const { return live_row(q).partner != none; }
  QubitId partner(QubitId q) const { return QubitId(live_row(q).partner); }
  DeviceId device(QubitId q) const { return DeviceId(live_row(q).device); }
  Tick since(QubitId q) const { return live_row(q).since; }
  Tick origin(QubitId q) const { return live_row(q).origin; }
  std::size_t live() const { return live_; }
  AttemptsSeen& attempts() { return attempts_; }

 private:
  static constexpr std::uint32_t none = QubitId::none_value;

  struct alignas(32) Qubit {  // never across two cache lines
    Tick since{}, origin{};  // state is up to date at `since`; the coherence clock started at `origin`
    std::uint32_t device = 0;
    std::uint32_t row = none;      // none: this row is free
    std::uint32_t partner = none;  // in a free row: the next free one
    std::uint32_t side = 0;
  };

  Qubit const& live_row(QubitId q) const {
    if (q.value >= qubits_.size() || qubits_[q.value].row == none) [[unlikely]]
      throw_no_qubit(q);
    return qubits_[q.value];
  }
  Qubit& live_row(QubitId q) { return const_cast<Qubit&>(static_cast<PairStore const*>(this)->live_row(q)); }
  Qubit const& pair_row(QubitId a, QubitId b) const {
    const Qubit& row = live_row(a);
    if (row.partner != b.value || !b) [[unlikely]]
      throw_no_pair(a, b);
    return row;
  }
  DeviceModel const& model(Qubit const& q) const { return devices_[q.device]; }
  std::size_t name(Qubit const& q) const { return static_cast<std::size_t>(&q - qubits_.data()); }
  BlochMap decay_map(Qubit const& q, Tick now) const {
    if (attempts_) [[unlikely]] return model(q).decay.map(q.since, q.origin, now, attempts_.since(name(q)));
    return model(q).decay.map(q.since, q.origin, now);
  }
  void up_to_date(Qubit& q, Tick now) {
    if (q.since < now) q.since = now;
    if (attempts_) [[unlikely]] attempts_.up_to_date(name(q));
  }
  State decayed(QubitId a, QubitId b, Tick now) const {
    State state = rows_[qubits_[a.value].row];
    for (QubitId q : {a, b}) state.decay(qubits_[q.value].side, decay_map(qubits_[q.value], now));
    return state;
  }

  std::uint32_t take_row(State const& state) {
    if (free_rows_.empty()) {
      rows_.push_back(state);
      free_rows_.reserve(rows_.capacity());
      return static_cast<std::uint32_t>(rows_.size() - 1);
    }
    const std::uint32_t row = free_rows_.back();
    free_rows_.pop_back();
    rows_[row] = state;
    return row;
  }
  std::uint32_t take_qubit() {
    ++live_;
    if (free_qubit_ == none) {
      qubits_.emplace_back();
      return static_cast<std::uint32_t>(qubits_.size() - 1);
    }
    const std::uint32_t q = free_qubit_;
    free_qubit_ = qubits_[q].partner;
    return q;
  }
  void drop_qubit(std::uint32_t q) {
    --live_;
    qubits_[q].row = none;
    qubits_[q].partner = free_qubit_;
    free_qubit_ = q;
  }

  std::vector<DeviceModel> devices_;
  AttemptsSeen attempts_;
  std::vector<Qubit> qubits_;
  std::vector<State> rows_;
  std::vector<std::uint32_t> free_rows_;
  std::uint32_t free_qubit_ = none;
  std::size_t live_ = 0;
};

using BellDiagonalStore = PairStore<BellDiagonal>;
using PairDensityStore = PairStore<PairDensity>;

}  // namespace farbell
