// A stabilizer state for Python: few qubits in a StabilizerCluster, more in a WideTableau, with a random stream of its own. What cannot
// be done is refused as a SpecError that names the qubit, before anything is changed.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "farbell/engine/philox.hpp"
#include "farbell/state/stabilizer.hpp"
#include "farbell/state/wide_tableau.hpp"

namespace farbell {

class StabilizerState {
 public:
  using Product = WideTableau::Product;  // (qubit, Pauli 1..3)
  using Generator = WideTableau::Generator;
  using Readout = std::array<double, 2>;  // P(read 0 | 0) and P(read 1 | 1)
  static constexpr Readout faithful{1, 1};
  // One operation of a recorded circuit: a gate by its name, or what stands on the line of each qubit.
  struct Step {
    std::string gate;
    std::vector<std::int64_t> qubits;
    std::vector<std::string> labels;
  };

  StabilizerState(std::int64_t n, std::uint64_t seed, bool record);

  int size() const { return static_cast<int>(left_.size()); }
  std::vector<int> qubits() const;
  bool wide() const { return std::holds_alternative<WideTableau>(state_); }

  void apply(Gate gate, std::int64_t q) {
    require(q);
    if (small_ != nullptr) small_->apply(gate, static_cast<int>(q));
    else std::get<WideTableau>(state_).apply(gate, static_cast<int>(q));
    if (record_) [[unlikely]]
      steps_.push_back({std::string(info(gate).name), {q}, {}});
  }
  void apply(Gate gate, std::int64_t a, std::int64_t b);
  // By name; SpecError for one that is unknown, or no Clifford gate.
  void apply(std::string const& name, std::vector<std::int64_t> const& qubits);

  // The parity of a product; with `outcome` that one, refused where it cannot be. The state left is the one that was truly found, drawn
  // where it is not the one that is read.
  int measure(Product const& p, std::optional<int> outcome, Readout const& readout = faithful);
  // Which Bell state two qubits are in, which they are left in.
  int bell_measure(std::int64_t a, std::int64_t b, std::optional<int> outcome, Readout const& readout = faithful);
  // CNOT from a to b, which is read in Z and gone.
  int fuse(std::int64_t a, std::int64_t b, std::optional<int> outcome, Readout const& readout = faithful);
  // Reads qubits in Z, in one go.
  std::vector<int> measure_z(std::vector<std::int64_t> const& qubits);
  int expectation(Product const& p) const;

  // Measured in Z with a random outcome: traced out, on average.
  void release(std::int64_t q);
  // Read in Z, and turned to |0>.
  void reset(std::int64_t q);
  // The qubit, which is entangled with none that stays, may not be used any more; `how` says why.
  void drop(std::int64_t q, std::string const& how);
  // A Pauli error, which is no step of the circuit.
  void flip(Product const& p);

  double uniform() { return stream_.next().u0; }

  std::vector<Generator> generators() const;
  void set_generators(std::vector<Generator> const& generators);
  void set_images(std::vector<Generator> const& of_x, std::vector<Generator> const& of_z);
  int entropy(std::vector<int> const& qubits) const;
  double fidelity(StabilizerState const& other) const;

  // Throws SpecError unless these are different qubits that are there.
  void require_there(std::vector<std::int64_t> const& qubits) const {
    for (std::size_t i = 0; i < qubits.size(); ++i) {
      require(qubits[i]);
      for (std::size_t j = 0; j < i; ++j)
        if (qubits[j] == qubits[i]) refuse_twice(qubits[i]);
    }
  }

  std::vector<Step> const& steps() const { return steps_; }
  bool records() const { return record_; }
  // What is done from now on, or nothing.
  void start_record(bool record) {
    record_ = record;
    steps_.clear();
  }
  // A step of the circuit that is no operation of this class.
  void note(std::string const& label, std::vector<std::int64_t> const& qubits) { log(label, qubits); }
  // A copy with a stream of its own.
  StabilizerState copy(std::uint64_t seed) const;

  // All that it is, random stream included, but for n, and back; SpecError for parts of a state of another size.
  struct Parts {
    Words words;
    std::vector<std::string> left;
    bool record;
    std::vector<Step> steps;
  };
  Parts parts() const;
  void set_parts(Parts const& parts);

  StabilizerState(StabilizerState const& other) { *this = other; }
  StabilizerState& operator=(StabilizerState const& other);

 private:
  void require(std::int64_t q) const {
    if (static_cast<std::uint64_t>(q) >= left_.size() || !left_[static_cast<std::size_t>(q)].empty()) [[unlikely]]
      refuse(q);
  }
  void require(Product const& p) const;
  [[noreturn]] void refuse(std::int64_t q) const;
  [[noreturn]] static void refuse_twice(std::int64_t q);
  // The same on the line of each qubit.
  void log(std::string const& label, std::vector<std::int64_t> const& qubits);
  void project(Product const& p, int bit);
  // By the probabilities of what is truly found, bit by bit: that, and what is read.
  struct Reading {
    int truth, reported;
  };
  Reading read(std::span<const double> truth, std::optional<int> outcome, Readout const& readout);
  int draw(std::span<const double> weights);
  void point();

  std::variant<StabilizerCluster, WideTableau> state_;
  StabilizerCluster* small_ = nullptr;  // into state_, if it is small
  std::vector<std::string> left_;       // why a qubit is gone; empty: it is there
  Stream stream_;
  bool record_ = false;
  std::vector<Step> steps_;
};

}  // namespace farbell
