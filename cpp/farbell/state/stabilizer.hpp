// A pure stabilizer state of up to 64 qubits in machine words: a gate is a few logical operations, whatever the number of qubits.
// Equations: docs/physics/stabilizer_states.md.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "farbell/state/clifford.hpp"

namespace farbell {

// A product of Paulis: qubit q has X if bit q of `x` is set, Z for `z`, Y for both.
struct PauliProduct {
  std::uint64_t x = 0, z = 0;
  bool negative = false;

  // Pauli k = 0..3 (I, X, Y, Z) on qubit q.
  static constexpr PauliProduct single(int q, int k) {
    return {std::uint64_t{k == 1 || k == 2} << q, std::uint64_t{k >= 2} << q, false};
  }
};

class StabilizerCluster {
 public:
  static constexpr int capacity = 64;

  explicit StabilizerCluster(int n = 0);  // |0...0>

  // The state that independent, commuting generators fix, as many as qubits. False, and |0...0>, if they are not such.
  bool set_generators(std::vector<PauliProduct> const& generators);

  int size() const { return n_; }

  // Clifford gates of gates.hpp on one qubit, and on two different ones.
  void apply(Gate gate, int q) {
    conjugate(gate, columns_[q].x, columns_[q].z, sign_);
    check();
  }
  void apply(Gate gate, int a, int b) {
    conjugate(gate, columns_[a].x, columns_[a].z, columns_[b].x, columns_[b].z, sign_);
    check();
  }
  void apply_pauli(int q, int k) {
    if (k == 1 || k == 2) sign_ ^= columns_[q].z;
    if (k >= 2) sign_ ^= columns_[q].x;
  }

  // 1, -1, or 0 where both outcomes are as likely.
  int expectation(PauliProduct const& p) const;
  // Projects on outcome `bit` (0: eigenvalue +1) and returns its probability before, 1, 1/2 or 0; nothing changes if it is 0.
  double project(PauliProduct const& p, int bit);
  // u in [0,1) chooses where the outcome is open.
  int measure(PauliProduct const& p, double u);

  // Qubits of `other` follow after the own ones.
  void append(StabilizerCluster const& other);
  // Qubit q, which is in an eigenstate of Z, leaves; the last qubit takes its number.
  void remove(int q);

  PauliProduct generator(int row) const;
  // Entanglement of the qubits of the mask with the others, in bits.
  int entropy(std::uint64_t qubits) const;
  // |<this|other>|^2.
  double fidelity(StabilizerCluster const& other) const;

  // All that changes, and back: for copies elsewhere.
  std::vector<std::uint64_t> words() const;
  void set_words(std::uint64_t const* words);
  static constexpr std::size_t word_count = 2 + 4 * capacity;

  // Generators commute and are independent, partner i of generator i anticommutes with it alone.
  bool invariants_hold() const;

 private:
  // Bit i of `s` belongs to generator i, bit i of `d` to its partner ("destabilizer"), whose sign means nothing.
  struct Rows {
    std::uint64_t s = 0, d = 0;

    Rows& operator^=(Rows const& o) {
      s ^= o.s;
      d ^= o.d;
      return *this;
    }
    friend Rows operator^(Rows a, Rows const& b) { return a ^= b; }
    friend Rows operator&(Rows const& a, Rows const& b) { return {a.s & b.s, a.d & b.d}; }
    friend Rows operator~(Rows const& a) { return {~a.s, ~a.d}; }
  };
  struct Column {
    Rows x, z;
  };

  Rows anticommuting(PauliProduct const& p) const;
  bool sign_of(PauliProduct const& p, std::uint64_t rows) const;
  // p, the product of these generators up to a sign, takes the place of one of them.
  void replace(int pivot, std::uint64_t rows, PauliProduct const& p);
  void collapse(PauliProduct const& p, int bit, Rows const& against);
  void check() const {
#ifndef NDEBUG
    require_invariants();
#endif
  }
  void require_invariants() const;

  int n_ = 0;
  Rows sign_;
  std::array<Column, capacity> columns_;
};

}  // namespace farbell
