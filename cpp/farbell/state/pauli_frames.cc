#include "farbell/state/pauli_frames.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "farbell/base/errors.hpp"
#include "farbell/state/clifford.hpp"

namespace farbell {
namespace {

constexpr double largest_megabytes = 8000;

// ---- kernels -------------------------------------------------------------------------------------------------------

template <class Change>
[[gnu::always_inline]] inline void each(std::uint64_t* x, std::uint64_t* z, std::size_t words, Change change) {
  for (std::size_t w = 0; w < words; w += words_per_block) {
    Wide xs, zs;
    load(xs, x + w);
    load(zs, z + w);
    change(xs, zs);
    store(x + w, xs);
    store(z + w, zs);
  }
}

// Signs do not matter, so a gate is one of a few.
[[gnu::always_inline]] inline void frame_gate_body(Gate gate, std::uint64_t* x, std::uint64_t* z, std::size_t words) {
  switch (gate) {
    case Gate::h:
    case Gate::sqrt_y:
    case Gate::sqrt_y_dag: each(x, z, words, [](Wide& a, Wide& b) { std::swap(a, b); }); break;
    case Gate::s:
    case Gate::s_dag: each(x, z, words, [](Wide& a, Wide& b) { b ^= a; }); break;
    case Gate::sqrt_x:
    case Gate::sqrt_x_dag: each(x, z, words, [](Wide& a, Wide& b) { a ^= b; }); break;
    default: break;
  }
}
FARBELL_KERNEL(frame_gate, void, (Gate gate, std::uint64_t* x, std::uint64_t* z, std::size_t words), (gate, x, z, words))

template <Gate gate>
[[gnu::always_inline]] inline void both(std::uint64_t* xa, std::uint64_t* za, std::uint64_t* xb, std::uint64_t* zb, std::size_t words) {
  for (std::size_t w = 0; w < words; w += words_per_block) {
    Wide x1, z1, x2, z2, sign{};
    load(x1, xa + w);
    load(z1, za + w);
    load(x2, xb + w);
    load(z2, zb + w);
    conjugate(gate, x1, z1, x2, z2, sign);
    store(xa + w, x1);
    store(za + w, z1);
    store(xb + w, x2);
    store(zb + w, z2);
  }
}
[[gnu::always_inline]] inline void frame_gates_body(Gate gate, std::uint64_t* xa, std::uint64_t* za, std::uint64_t* xb,
                                                    std::uint64_t* zb, std::size_t words) {
  switch (gate) {
    case Gate::cx: both<Gate::cx>(xa, za, xb, zb, words); break;
    case Gate::cy: both<Gate::cy>(xa, za, xb, zb, words); break;
    case Gate::cz: both<Gate::cz>(xa, za, xb, zb, words); break;
    case Gate::swap: both<Gate::swap>(xa, za, xb, zb, words); break;
    default: both<Gate::iswap>(xa, za, xb, zb, words); break;  // its inverse differs in signs only
  }
}
FARBELL_KERNEL(frame_gates, void,
               (Gate gate, std::uint64_t* xa, std::uint64_t* za, std::uint64_t* xb, std::uint64_t* zb, std::size_t words),
               (gate, xa, za, xb, zb, words))

[[gnu::always_inline]] inline void randomise_body(WideRandom& random, std::uint64_t* bits, std::size_t words) {
  WideRandom own = random;
  for (std::size_t w = 0; w < words; w += words_per_block) {
    Wide r;
    own.next(r);
    store(bits + w, r);
  }
  random = own;
}
FARBELL_KERNEL(randomise, void, (WideRandom & random, std::uint64_t* bits, std::size_t words), (random, bits, words))

// Bits that are 1 with probability eighths / 256: a binary expansion, from the last digit on.
[[gnu::always_inline]] inline void biased_body(WideRandom& random, int of_256, std::uint64_t* bits, std::size_t words) {
  WideRandom own = random;
  for (std::size_t w = 0; w < words; w += words_per_block) {
    Wide sum{}, r;
    for (int digit = 0; digit < 8; ++digit) {
      own.next(r);
      sum = of_256 >> digit & 1 ? sum | r : sum & r;
    }
    store(bits + w, sum);
  }
  random = own;
}
FARBELL_KERNEL(biased, void, (WideRandom & random, int of_256, std::uint64_t* bits, std::size_t words), (random, of_256, bits, words))

// ---- rare events ---------------------------------------------------------------------------------------------------

// Uniform numbers from the wide generator, four at a time.
class Uniforms {
 public:
  explicit Uniforms(WideRandom& random) : random_(random) {}
  double next() {
    if (left_ == 0) {
      random_.next(block_);
      left_ = words_per_block;
    }
    return static_cast<double>(block_[--left_] >> 11) * 0x1.0p-53;
  }

 private:
  WideRandom& random_;
  Wide block_{};
  std::size_t left_ = 0;
};

// Calls hit(shot) for each shot with probability p: the gaps between hits are geometric.
template <class Hit>
void rarely(Uniforms& uniforms, double p, std::int64_t shots, Hit hit) {
  if (p <= 0) return;
  const double scale = 1 / std::log1p(-p);
  for (double shot = -1;;) {
    shot += 1 + std::floor(std::log(1 - uniforms.next()) * scale);
    if (!(shot < static_cast<double>(shots))) return;
    hit(static_cast<std::size_t>(shot));
  }
}

}  // namespace

PauliFrames::PauliFrames(std::int64_t n, std::int64_t shots, std::uint64_t seed)
    : reference_(n, seed, false), shots_(shots), words_(0), random_(stream_key(seed, "frames/errors")) {
  const double megabytes = 2.0 * static_cast<double>(n) * static_cast<double>(shots) / 8e6;
  if (shots < 1 || megabytes > largest_megabytes)
    throw SpecError("shots", std::to_string(shots) + (shots < 1 ? "" : ", which would take " + std::to_string(std::llround(megabytes)) + " MB"),
                    "at least 1, and at most 8000 MB for all qubits");
  words_ = words_for(static_cast<std::size_t>(shots));
  x_.resize(static_cast<std::size_t>(n) * words_);
  z_.resize(x_.size());
  scratch_.resize(words_);
  // |0> does not mind Z: what a measurement in another basis gives is then random from shot to shot.
  randomise(random_, z_.data(), z_.size());
}

void PauliFrames::apply(Gate gate, std::int64_t q) {
  reference_.apply(gate, q);
  frame_gate(gate, x(q), z(q), words_);
}

void PauliFrames::apply(Gate gate, std::int64_t a, std::int64_t b) {
  reference_.apply(gate, a, b);
  frame_gates(gate, x(a), z(a), x(b), z(b), words_);
}

void PauliFrames::apply(std::string const& name, std::vector<std::int64_t> const& qubits) {
  reference_.apply(name, qubits);
  const auto found = std::find_if(std::begin(gate_table), std::end(gate_table), [&](GateInfo const& g) { return g.name == name; });
  const Gate gate = found == std::end(gate_table) ? Gate::cx : static_cast<Gate>(found - std::begin(gate_table));
  if (qubits.size() == 1) frame_gate(gate, x(qubits[0]), z(qubits[0]), words_);
  else frame_gates(gate, x(qubits[0]), z(qubits[0]), x(qubits[1]), z(qubits[1]), words_);
}

// Into scratch_: the first eight digits of p, and the rest as rare events on top.
void PauliFrames::draw_bits(double p) {
  const int of_256 = static_cast<int>(p * 256);
  if (of_256 == 0) std::fill(scratch_.begin(), scratch_.end(), 0);
  else biased(random_, of_256, scratch_.data(), words_);
  Uniforms uniforms(random_);
  rarely(uniforms, (p - of_256 / 256.0) / (1 - of_256 / 256.0), shots_,
         [&](std::size_t shot) { scratch_[shot >> 6] |= std::uint64_t{1} << (shot & 63); });
}

void PauliFrames::noise(std::vector<Error> const& errors, std::vector<std::int64_t> const& qubits) {
  reference_.require_there(qubits);
  double total = 0;
  for (Error const& e : errors) {
    if (!(e.probability >= 0)) throw SpecError("channel", "a probability of " + std::to_string(e.probability), "0 to 1");
    total += e.probability;
  }
  if (total > 1 + 1e-12) throw SpecError("channel", "probabilities that sum to " + std::to_string(total), "at most 1");
  // Costs about 12 ns a hit one by one, 0.15 ns a shot and kind of error in words.
  if (total * 80 < static_cast<double>(errors.size())) {
    Uniforms uniforms(random_);
    rarely(uniforms, total, shots_, [&](std::size_t shot) {
      double left = uniforms.next() * total;
      std::size_t which = 0;
      while (which + 1 < errors.size() && left >= errors[which].probability) left -= errors[which++].probability;
      for (std::size_t i = 0; i < qubits.size(); ++i) {
        if (errors[which].x >> i & 1) flip_bit(x(qubits[i]), shot);
        if (errors[which].z >> i & 1) flip_bit(z(qubits[i]), shot);
      }
    });
    return;
  }
  // One kind after the other, in the shots that have none yet.
  Words open(words_, ~std::uint64_t{0});
  double left = 1;
  for (Error const& e : errors) {
    const double p = left > 0 ? std::min(1.0, e.probability / left) : 0;
    left -= e.probability;
    if (p >= 1) {
      std::fill(scratch_.begin(), scratch_.end(), ~std::uint64_t{0});
    } else {
      draw_bits(p);
    }
    for (std::size_t w = 0; w < words_; ++w) {
      scratch_[w] &= open[w];
      open[w] ^= scratch_[w];
    }
    for (std::size_t i = 0; i < qubits.size(); ++i)
      for (std::size_t w = 0; w < words_; ++w) {
        if (e.x >> i & 1) x(qubits[i])[w] ^= scratch_[w];
        if (e.z >> i & 1) z(qubits[i])[w] ^= scratch_[w];
      }
  }
}

void PauliFrames::apply_where(int k, std::int64_t q, const std::uint64_t* shots) {
  reference_.require_there({q});
  for (std::size_t w = 0; w < words_; ++w) {
    if (k == 1 || k == 2) x(q)[w] ^= shots[w];
    if (k >= 2) z(q)[w] ^= shots[w];
  }
}

void PauliFrames::measure(StabilizerState::Product const& p, std::uint64_t* bits, double flip_probability) {
  if (!(flip_probability >= 0 && flip_probability <= 0.5))
    throw SpecError("flip_probability", std::to_string(flip_probability), "0 to 1/2");
  const std::uint64_t reference = reference_.measure(p, std::nullopt) ? ~std::uint64_t{0} : 0;
  std::fill_n(bits, words_, reference);
  for (auto [q, k] : p)
    for (std::size_t w = 0; w < words_; ++w) bits[w] ^= k == 1 ? z(q)[w] : k == 3 ? x(q)[w] : x(q)[w] ^ z(q)[w];
  if (flip_probability > 0) {
    draw_bits(flip_probability);
    std::transform(bits, bits + words_, scratch_.data(), bits, std::bit_xor<>());
  }
  // The state does not mind the product from now on.
  randomise(random_, scratch_.data(), words_);
  for (auto [q, k] : p) {
    if (k == 1 || k == 2) std::transform(x(q), x(q) + words_, scratch_.data(), x(q), std::bit_xor<>());
    if (k >= 2) std::transform(z(q), z(q) + words_, scratch_.data(), z(q), std::bit_xor<>());
  }
}

void PauliFrames::reset(std::int64_t q) {
  if (reference_.measure({{static_cast<int>(q), 3}}, std::nullopt)) reference_.apply(Gate::x, q);
  std::fill_n(x(q), words_, 0);
  randomise(random_, z(q), words_);
}

std::pair<StabilizerState::Parts, Words> PauliFrames::parts() const {
  Words frames(WideRandom::word_count);
  random_.save(frames.data());
  frames.insert(frames.end(), x_.begin(), x_.end());
  frames.insert(frames.end(), z_.begin(), z_.end());
  return {reference_.parts(), frames};
}

void PauliFrames::set_parts(StabilizerState::Parts const& reference, Words const& frames) {
  if (frames.size() != WideRandom::word_count + x_.size() + z_.size())
    throw SpecError("parts", "frames of other qubits or shots", std::to_string(size()) + " qubits and " + std::to_string(shots_) + " shots");
  reference_.set_parts(reference);
  random_.restore(frames.data());
  const auto x = frames.begin() + WideRandom::word_count, z = x + static_cast<std::ptrdiff_t>(x_.size());
  std::copy(x, z, x_.begin());
  std::copy(z, frames.end(), z_.begin());
}

}  // namespace farbell
