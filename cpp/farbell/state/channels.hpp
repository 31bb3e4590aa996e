// Quantum channels as Kraus operators: the standard ones, and any other. Equations and conventions: docs/physics/channels/.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "farbell/state/local_operator.hpp"

namespace farbell {

// A checked channel on a few factors, ready to be applied.
class Channel {
 public:
  static constexpr double tolerance = 1e-9;

  // Throws SpecError where they are not square and of one size, or the sum of K^+ K differs from 1 by more than `tolerance`.
  explicit Channel(std::vector<Matrix> kraus);

  std::vector<Matrix> const& kraus() const { return kraus_; }
  int dimension() const { return static_cast<int>(kraus_[0].rows()); }
  std::vector<LocalOperator> const& operators() const { return operators_; }
  // The sum of K (x) K^* on the row and the column digits of a density matrix; none where the Kraus operators are the shorter way.
  std::optional<LocalOperator> const& transfer() const { return transfer_; }

  // For a channel on qubits: acts as before on their first two levels, and not at all where one of them is in its third. The
  // coherence between the two parts is lost, unless there is one Kraus operator only.
  Channel embedded(std::span<int const> levels) const;

 private:
  std::vector<Matrix> kraus_;
  std::vector<LocalOperator> operators_;
  std::optional<LocalOperator> transfer_;
};

// Parameters out of range throw SpecError at the parameter's name.
Channel amplitude_damping(double gamma);
Channel generalised_amplitude_damping(double gamma, double excited);
Channel phase_damping(double lambda);
// Probabilities of all products of `qubits` Paulis, the first qubit's the most significant; they sum to 1.
Channel pauli_channel(std::vector<double> const& probabilities);
// With probability p the qubits are replaced, together, by the maximally mixed state.
Channel depolarising(double p, int qubits);
// exp(-i angle (x X + y Y + z Z) / 2), the axis of unit length.
Channel coherent_rotation(std::array<double, 3> const& axis, double angle);
Channel thermal_relaxation(double t1_s, double t2_s, double duration_s, double excited);
// Three levels: from either level of the qubit to the third with probability p, and back, to a random one, with `seepage`.
Channel leakage(double p, double seepage);
// exp(-i phi Z / 2) on every qubit with one normal phi of this standard deviation.
Channel collective_dephasing(double sigma, int qubits);

}  // namespace farbell
