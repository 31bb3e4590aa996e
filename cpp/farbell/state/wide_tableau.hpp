// A pure stabilizer state of many qubits: the inverse tableau, in blocks of 256 bits. Equations: docs/physics/stabilizer_states.md.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "farbell/state/gates.hpp"
#include "farbell/state/wide_words.hpp"

namespace farbell {

// A square matrix of bits, rows in whole blocks.
class BitMatrix {
 public:
  explicit BitMatrix(std::size_t n) : words_(words_for(n)), data_(64 * words_ * words_) {}

  std::uint64_t* row(std::size_t i) { return data_.data() + i * words_; }
  const std::uint64_t* row(std::size_t i) const { return data_.data() + i * words_; }
  std::size_t words() const { return words_; }
  Words const& data() const { return data_; }
  Words& data() { return data_; }
  void transpose();

 private:
  std::size_t words_;
  Words data_;
};

class WideTableau {
 public:
  static constexpr int largest = 10'000;
  static double megabytes(int n);

  // Paulis by index 1..3 (X, Y, Z) on different qubits.
  using Product = std::vector<std::pair<int, int>>;

  explicit WideTableau(int n);  // |0...0>

  int size() const { return static_cast<int>(n_); }

  void apply(Gate gate, int q);
  void apply(Gate gate, int a, int b);
  void apply_pauli(int q, int k);

  // 1, -1, or 0 where both outcomes are as likely.
  int expectation(Product const& p) const;
  // Projects on outcome `bit` and returns its probability before, 1, 1/2 or 0; nothing changes if it is 0.
  double project(Product const& p, int bit);
  int measure(Product const& p, double u);
  // Reads qubits in Z one after the other; `u` is asked for a number of [0, 1) for each outcome that is open.
  template <class Uniform>
  std::vector<int> measure_z(std::vector<int> const& qubits, Uniform u) {
    rows();
    std::vector<int> open, bits;
    for (int q : qubits)
      if (!determined(q)) open.push_back(q);
    if (!open.empty()) columns();
    for (int q : open) collapse(q, [&] { return u() >= 0.5; });
    for (int q : qubits) bits.push_back(bit_at(z_sign_.data(), q));
    return bits;
  }

  // The stabilizer generator k: Paulis on all qubits, as bits of X and of Z; the last element of `x` is 1 for a minus.
  struct Generator {
    std::vector<std::uint8_t> x, z;
    bool negative;
  };
  std::vector<Generator> generators() const;
  int entropy(std::vector<int> const& qubits) const;
  double fidelity(WideTableau const& other) const;

  // What the inverse of the circuit so far makes of X_q (kind 0) and Z_q (1), as n bits of X, n bits of Z and a sign.
  Generator image(int kind, int q) const;
  // Takes such images over. False if they are no tableau.
  bool set_images(std::vector<Generator> const& of_x, std::vector<Generator> const& of_z);
  // All that changes, and back: for copies elsewhere.
  Words words() const;
  void set_words(std::uint64_t const* words);
  std::size_t word_count() const { return 4 * xx_.data().size() + x_sign_.size() + z_sign_.size(); }
  bool invariants_hold() const;

 private:
  // The layout is changed when an operation needs the other one; it is no part of the state.
  void rows() const { turn(false); }
  void columns() const { turn(true); }
  void turn(bool transposed) const;
  void check() const;

  bool determined(int q) const;
  void multiply(int to_kind, int to, int from_kind, int from, int power_of_i);
  template <class Bit>
  void collapse(int q, Bit bit) {
    if (const std::ptrdiff_t pivot = reduce_to_pivot(q); pivot >= 0) finish(q, pivot, bit());
  }
  // Makes the image of Z_q, in columns, anticommute with Z of one initial qubit only, and returns which; -1 if it is determined.
  std::ptrdiff_t reduce_to_pivot(int q);
  void finish(int q, std::ptrdiff_t pivot, bool bit);
  // Clifford gates that turn a product into Z on its last qubit; undone in reverse.
  using Step = std::pair<Gate, std::pair<int, int>>;
  std::vector<Step> to_z(Product const& p) const;
  void run(Step const& step, bool inverse);

  std::size_t n_;
  mutable bool transposed_ = false;
  // By image: bits of X and of Z of the image of X_q, and of Z_q. Rows are q, or the initial qubit where transposed.
  mutable BitMatrix xx_, xz_, zx_, zz_;
  Words x_sign_, z_sign_;
};

}  // namespace farbell
