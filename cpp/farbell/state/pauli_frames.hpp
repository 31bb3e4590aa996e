// Many shots of one Clifford circuit at once: one reference state, and for each shot the Pauli product by which it differs.
// Equations: docs/physics/stabilizer_states.md.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "farbell/state/stabilizer_state.hpp"
#include "farbell/state/wide_words.hpp"

namespace farbell {

// Four xoshiro256++ generators (Blackman and Vigna 2018) side by side.
class WideRandom {
 public:
  explicit WideRandom(std::uint64_t seed) {
    for (Wide& s : state_)
      for (std::size_t lane = 0; lane < words_per_block; ++lane) s[lane] = seed = splitmix64(seed);
  }
  [[gnu::always_inline]] void next(Wide& bits) {
    const Wide sum = state_[0] + state_[3], shifted = state_[1] << 17;
    bits = (sum << 23 | sum >> 41) + state_[0];
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = state_[3] << 45 | state_[3] >> 19;
  }
  static constexpr std::size_t word_count = 4 * words_per_block;
  void save(std::uint64_t* words) const { std::memcpy(words, state_, sizeof state_); }
  void restore(const std::uint64_t* words) { std::memcpy(state_, words, sizeof state_); }

 private:
  Wide state_[4];
};

class PauliFrames {
 public:
  // A Pauli error: bits of X and of Z on up to two qubits (bit 0: the first), and its probability.
  struct Error {
    int x, z;
    double probability;
  };

  // Throws SpecError for too many qubits or shots, with the memory that they would take.
  PauliFrames(std::int64_t n, std::int64_t shots, std::uint64_t seed);

  int size() const { return reference_.size(); }
  std::int64_t shots() const { return shots_; }
  StabilizerState const& reference() const { return reference_; }

  void apply(Gate gate, std::int64_t q);
  void apply(Gate gate, std::int64_t a, std::int64_t b);
  void apply(std::string const& name, std::vector<std::int64_t> const& qubits);

  // Each shot takes one of the errors, or none.
  void noise(std::vector<Error> const& errors, std::vector<std::int64_t> const& qubits);
  // The Pauli k in the shots whose bit is set.
  void apply_where(int k, std::int64_t q, const std::uint64_t* shots);

  // The parity of a product, a bit a shot, into words() words; what is told is wrong with a probability of at most 1/2.
  void measure(StabilizerState::Product const& p, std::uint64_t* bits, double flip_probability = 0);
  void reset(std::int64_t q);
  std::size_t words() const { return words_; }

  // All that it is, but for qubits and shots, and back; SpecError for parts of others.
  std::pair<StabilizerState::Parts, Words> parts() const;
  void set_parts(StabilizerState::Parts const& reference, Words const& frames);

 private:
  std::uint64_t* x(std::int64_t q) { return x_.data() + static_cast<std::size_t>(q) * words_; }
  std::uint64_t* z(std::int64_t q) { return z_.data() + static_cast<std::size_t>(q) * words_; }

  void draw_bits(double p);

  StabilizerState reference_;
  std::int64_t shots_;
  std::size_t words_;
  WideRandom random_;
  Words x_, z_, scratch_;
};

}  // namespace farbell
