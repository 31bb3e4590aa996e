#include "farbell/state/stabilizer_state.hpp"

#include <bit>
#include <cmath>
#include <numeric>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"

namespace farbell {
namespace {

PauliProduct words_of(StabilizerState::Product const& p) {
  PauliProduct words;
  for (auto [q, k] : p) {
    const PauliProduct one = PauliProduct::single(q, k);
    words.x |= one.x;
    words.z |= one.z;
  }
  return words;
}

std::variant<StabilizerCluster, WideTableau> zeros(std::int64_t n) {
  if (n < 1 || n > WideTableau::largest) {
    const std::string megabytes = n > 0 && n < 100'000'000 ? ", which would take " + std::to_string(std::llround(WideTableau::megabytes(static_cast<int>(n)))) + " MB" : "";
    throw SpecError("n", std::to_string(n) + " qubits" + megabytes, "1 to " + std::to_string(WideTableau::largest) + " qubits");
  }
  if (n <= StabilizerCluster::capacity) return StabilizerCluster(static_cast<int>(n));
  return WideTableau(static_cast<int>(n));
}

Gate gate_named(std::string const& name) {
  std::vector<std::string_view> known;
  for (GateInfo const& g : gate_table) {
    if (g.name == name && g.clifford) return static_cast<Gate>(&g - gate_table);
    if (g.name == name)
      throw SpecError("gate", "\"" + name + "\", which is not a Clifford gate", "Clifford gates on a stabilizer state; Density and Ket hold any");
    if (g.clifford) known.push_back(g.name);
  }
  if (name == "cnot") return Gate::cx;
  known.push_back("cnot");
  std::string names;
  for (std::string_view k : known) names += (names.empty() ? "" : ", ") + std::string(k);
  throw SpecError("gate", "\"" + name + "\"", names, nearest_name(name, known));
}

}  // namespace

StabilizerState::StabilizerState(std::int64_t n, std::uint64_t seed, bool record)
    : state_(zeros(n)), left_(static_cast<std::size_t>(n)), stream_(stream_key(seed, "stabilizer/outcomes"), 0), record_(record) {
  point();
}

StabilizerState& StabilizerState::operator=(StabilizerState const& other) {
  state_ = other.state_;
  left_ = other.left_;
  stream_ = other.stream_;
  record_ = other.record_;
  steps_ = other.steps_;
  point();
  return *this;
}

StabilizerState StabilizerState::copy(std::uint64_t seed) const {
  StabilizerState other = *this;
  other.stream_ = Stream(stream_key(seed, "stabilizer/outcomes"), 0);
  return other;
}

StabilizerState::Parts StabilizerState::parts() const {
  const auto stream = std::bit_cast<std::array<std::uint64_t, 3>>(stream_);
  Parts all{{stream.begin(), stream.end()}, left_, record_, steps_};
  const auto tableau = std::visit([](auto const& state) { return state.words(); }, state_);
  all.words.insert(all.words.end(), tableau.begin(), tableau.end());
  return all;
}

void StabilizerState::set_parts(Parts const& parts) {
  const std::size_t expected = 3 + (small_ != nullptr ? StabilizerCluster::word_count : std::get<WideTableau>(state_).word_count());
  if (parts.words.size() != expected || parts.left.size() != left_.size())
    throw SpecError("parts", "parts of a state of another size", "those of a state of " + std::to_string(size()) + " qubits");
  stream_ = std::bit_cast<Stream>(std::array{parts.words[0], parts.words[1], parts.words[2]});
  std::visit([&](auto& state) { state.set_words(parts.words.data() + 3); }, state_);
  left_ = parts.left;
  record_ = parts.record;
  steps_ = parts.steps;
}

void StabilizerState::point() { small_ = std::get_if<StabilizerCluster>(&state_); }

std::vector<int> StabilizerState::qubits() const {
  std::vector<int> there;
  for (int q = 0; q < size(); ++q)
    if (left_[q].empty()) there.push_back(q);
  return there;
}

void StabilizerState::refuse(std::int64_t q) const {
  if (q < 0 || q >= size())
    throw SpecError("qubit", std::to_string(q), size() == 1 ? "0" : "0 to " + std::to_string(size() - 1));
  throw SpecError("qubit", std::to_string(q) + ", which was " + left_[q], "a qubit that is still there");
}

void StabilizerState::refuse_twice(std::int64_t q) { throw SpecError("qubits", "qubit " + std::to_string(q) + " twice", "different qubits"); }

void StabilizerState::require(Product const& p) const {
  if (p.empty()) throw SpecError("paulis", "the identity", "at least one of X, Y, Z");
  for (std::size_t i = 0; i < p.size(); ++i) {
    require(p[i].first);
    for (std::size_t j = 0; j < i; ++j)
      if (p[j].first == p[i].first) refuse_twice(p[i].first);
  }
}

void StabilizerState::log(std::string const& label, std::vector<std::int64_t> const& qubits) {
  if (record_) steps_.push_back({"", qubits, std::vector<std::string>(qubits.size(), label)});
}

void StabilizerState::apply(Gate gate, std::int64_t a, std::int64_t b) {
  require(a);
  require(b);
  if (a == b) [[unlikely]]
    refuse_twice(a);
  std::visit([&](auto& state) { state.apply(gate, static_cast<int>(a), static_cast<int>(b)); }, state_);
  if (record_) [[unlikely]]
    steps_.push_back({std::string(info(gate).name), {a, b}, {}});
}

void StabilizerState::apply(std::string const& name, std::vector<std::int64_t> const& qubits) {
  const Gate gate = gate_named(name);
  const int wanted = info(gate).qubits;
  if (static_cast<int>(qubits.size()) != wanted)
    throw SpecError("qubits", std::to_string(qubits.size()) + " qubits", std::to_string(wanted) + " for the gate " + name);
  if (wanted == 1) apply(gate, qubits[0]);
  else apply(gate, qubits[0], qubits[1]);
}

int StabilizerState::expectation(Product const& p) const {
  if (p.empty()) return 1;
  require(p);
  if (small_ != nullptr) return small_->expectation(words_of(p));
  return std::get<WideTableau>(state_).expectation(p);
}

int StabilizerState::draw(std::span<const double> weights) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  int last = 0, possible = 0;
  for (int k = 0; k < static_cast<int>(weights.size()); ++k)
    if (weights[k] > 0) last = k, ++possible;
  if (possible == 1) return last;  // nothing is drawn where nothing is open
  double left = uniform() * total;
  for (int k = 0; k < last; ++k) {
    if (left < weights[k]) return k;
    left -= weights[k];
  }
  return last;
}

StabilizerState::Reading StabilizerState::read(std::span<const double> truth, std::optional<int> outcome, Readout const& readout) {
  const int n = static_cast<int>(truth.size());
  // P(r read, t true), bit by bit.
  const auto joint = [&](int r, int t) {
    double p = truth[t];
    for (int bit = 1; bit < n; bit <<= 1) {
      const double right = readout[(t & bit) != 0];
      p *= ((r ^ t) & bit) == 0 ? right : 1 - right;
    }
    return p;
  };
  std::array<double, 4> reported{}, found{};
  for (int r = 0; r < n; ++r)
    for (int t = 0; t < n; ++t) reported[r] += joint(r, t);
  if (outcome && (*outcome < 0 || *outcome >= n)) throw SpecError("outcome", std::to_string(*outcome), n == 2 ? "0, 1" : "0, 1, 2, 3");
  if (outcome && reported[*outcome] == 0)
    throw SpecError("outcome", "outcome " + std::to_string(*outcome) + ", of probability 0", "an outcome that can occur");
  const int r = outcome ? *outcome : draw({reported.data(), truth.size()});
  for (int t = 0; t < n; ++t) found[t] = joint(r, t);
  return {draw({found.data(), truth.size()}), r};
}

void StabilizerState::project(Product const& p, int bit) {
  if (small_ != nullptr) small_->project(words_of(p), bit);
  else std::get<WideTableau>(state_).project(p, bit);
}

int StabilizerState::measure(Product const& p, std::optional<int> outcome, Readout const& readout) {
  require(p);
  const int sign = expectation(p);
  const double zero = 0.5 * (1 + sign);
  const auto [truth, reported] = read(std::array{zero, 1 - zero}, outcome, readout);
  if (sign == 0) project(p, truth);
  if (record_) {
    Step step;
    for (auto [q, k] : p) {
      step.qubits.push_back(q);
      step.labels.push_back(std::string("M") + "IXYZ"[k] + '=' + std::to_string(reported));
    }
    steps_.push_back(std::move(step));
  }
  return reported;
}

int StabilizerState::bell_measure(std::int64_t a, std::int64_t b, std::optional<int> outcome, Readout const& readout) {
  require_there({a, b});
  const auto both = [&](int k) { return Product{{static_cast<int>(a), k}, {static_cast<int>(b), k}}; };
  const int xx = expectation(both(1)), yy = expectation(both(2)), zz = expectation(both(3));
  std::array<double, 4> truth;
  for (int k = 0; k < 4; ++k) {
    const int phase = k & 1 ? -1 : 1, parity = k & 2 ? -1 : 1;
    truth[k] = 0.25 * (1 + phase * xx - phase * parity * yy + parity * zz);
  }
  const Reading found = read(truth, outcome, readout);
  if (zz == 0) project(both(3), found.truth >> 1);
  if (expectation(both(1)) == 0) project(both(1), found.truth & 1);
  log("BELL=" + std::to_string(found.reported), {a, b});
  return found.reported;
}

int StabilizerState::fuse(std::int64_t a, std::int64_t b, std::optional<int> outcome, Readout const& readout) {
  require_there({a, b});
  const double even = 0.5 * (1 + expectation({{static_cast<int>(a), 3}, {static_cast<int>(b), 3}}));
  const auto [truth, reported] = read(std::array{even, 1 - even}, outcome, readout);
  std::visit([&](auto& state) { state.apply(Gate::cx, static_cast<int>(a), static_cast<int>(b)); }, state_);
  project({{static_cast<int>(b), 3}}, truth);
  left_[static_cast<std::size_t>(b)] = "fused";
  log("FUSE=" + std::to_string(reported), {a, b});
  return reported;
}

std::vector<int> StabilizerState::measure_z(std::vector<std::int64_t> const& qubits) {
  for (std::int64_t q : qubits) require(q);
  const std::vector<int> list(qubits.begin(), qubits.end());
  if (small_ == nullptr && !record_) return std::get<WideTableau>(state_).measure_z(list, [&] { return uniform(); });
  std::vector<int> bits;
  for (int q : list) bits.push_back(measure({{q, 3}}, std::nullopt));
  return bits;
}

void StabilizerState::release(std::int64_t q) {
  require(q);
  const Product z{{static_cast<int>(q), 3}};
  if (small_ != nullptr) small_->measure(words_of(z), uniform());
  else std::get<WideTableau>(state_).measure(z, uniform());
  log("/", {q});
  left_[q] = "released";
}

void StabilizerState::reset(std::int64_t q) {
  require(q);
  const Product z{{static_cast<int>(q), 3}};
  const double zero = 0.5 * (1 + expectation(z));
  const int bit = draw(std::array{zero, 1 - zero});
  project(z, bit);
  if (bit != 0) flip({{static_cast<int>(q), 1}});
  log("|0>", {q});
}

void StabilizerState::flip(Product const& p) {
  static constexpr Gate gates[] = {Gate::i, Gate::x, Gate::y, Gate::z};
  for (auto [q, k] : p) std::visit([&](auto& state) { state.apply(gates[k], q); }, state_);
}

void StabilizerState::drop(std::int64_t q, std::string const& how) {
  require(q);
  left_[q] = how;
}

std::vector<StabilizerState::Generator> StabilizerState::generators() const {
  if (small_ == nullptr) return std::get<WideTableau>(state_).generators();
  std::vector<Generator> all;
  const std::size_t n = left_.size();
  for (int row = 0; row < size(); ++row) {
    const PauliProduct p = small_->generator(row);
    Generator g{std::vector<std::uint8_t>(n), std::vector<std::uint8_t>(n), p.negative};
    for (std::size_t q = 0; q < n; ++q) g.x[q] = p.x >> q & 1, g.z[q] = p.z >> q & 1;
    all.push_back(std::move(g));
  }
  return all;
}

void StabilizerState::set_generators(std::vector<Generator> const& generators) {
  if (small_ == nullptr)
    throw SpecError("stabilizers", "generators of " + std::to_string(size()) + " qubits",
                    "at most " + std::to_string(StabilizerCluster::capacity) + " qubits; larger states are made by gates, or from a stim.Tableau");
  std::vector<PauliProduct> words;
  for (Generator const& g : generators) {
    PauliProduct p;
    for (int q = 0; q < size(); ++q) {
      p.x |= std::uint64_t{g.x[q]} << q;
      p.z |= std::uint64_t{g.z[q]} << q;
    }
    p.negative = g.negative;
    words.push_back(p);
  }
  if (!small_->set_generators(words))
    throw SpecError("stabilizers", std::to_string(generators.size()) + " generators that do not fix one state",
                    std::to_string(size()) + " independent generators that commute");
}

void StabilizerState::set_images(std::vector<Generator> const& of_x, std::vector<Generator> const& of_z) {
  if (small_ != nullptr) throw InternalError("images for a small state");
  if (!std::get<WideTableau>(state_).set_images(of_x, of_z)) throw SpecError("tableau", "rows that do not commute as they must", "a Clifford tableau");
}

int StabilizerState::entropy(std::vector<int> const& qubits) const {
  for (int q : qubits) require(q);
  if (small_ == nullptr) return std::get<WideTableau>(state_).entropy(qubits);
  std::uint64_t mask = 0;
  for (int q : qubits) mask |= std::uint64_t{1} << q;
  return small_->entropy(mask);
}

double StabilizerState::fidelity(StabilizerState const& other) const {
  if (size() != other.size()) throw SpecError("target", std::to_string(other.size()) + " qubits", std::to_string(size()) + " qubits");
  if (small_ != nullptr) return small_->fidelity(std::get<StabilizerCluster>(other.state_));
  return std::get<WideTableau>(state_).fidelity(std::get<WideTableau>(other.state_));
}

}  // namespace farbell
