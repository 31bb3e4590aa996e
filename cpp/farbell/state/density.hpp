// The density matrix of up to 12 qubits (dimension 4096), some of them with a third level. Equations: docs/physics/exact_states.md.
// Positions count the factors that are there, from the most significant. What callers pass is checked where it comes from outside;
// here a wrong position is undefined.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "farbell/state/bell.hpp"
#include "farbell/state/channels.hpp"
#include "farbell/state/device.hpp"
#include "farbell/state/gates.hpp"
#include "farbell/state/local_operator.hpp"
#include "farbell/state/pauli_action.hpp"
#include "farbell/state/subsystems.hpp"

namespace farbell {

class DensityState {
 public:
  static constexpr Index largest_dimension = 4096;
  // Throws SpecError, with an estimate of the memory, where these factors are too many.
  static void check_size(Subsystems const& factors);

  // All factors in level 0.
  explicit DensityState(Subsystems const& factors);
  // Row by row; throws SpecError where it is no density matrix: Hermitian, positive and of trace 1 within 1e-9.
  DensityState(Subsystems const& factors, std::vector<Complex> matrix);
  explicit DensityState(Correlations const& pair);
  // For a matrix that is known to be one.
  static DensityState from_checked(Subsystems const& factors, std::vector<Complex> matrix);

  Subsystems const& factors() const { return factors_; }
  Index dimension() const { return factors_.dimension(); }
  std::span<Complex const> matrix() const { return rho_; }
  double trace() const;

  // ---- unitaries and noise

  void apply(LocalOperator const& u, std::span<int const> positions);
  void apply(Gate gate, std::span<int const> positions, double angle = 0);
  void apply(Channel const& channel, std::span<int const> positions);
  // The decay of a qubit in its memory.
  void decay(int position, BlochMap const& m);
  // The qubits are replaced, together, by the maximally mixed state with probability 1 - reliability.
  void depolarise(std::span<int const> positions, double reliability);

  // ---- factors that come and go

  // This state's factors first.
  DensityState tensor(DensityState const& other) const;
  // The factors at `positions`, in this order; the others are traced out.
  DensityState kept(std::span<int const> positions) const;
  void trace_out(int position);

  // ---- measuring

  double expectation(PauliAction const& p) const;
  // Of the outcomes 0 (eigenvalue +1), 1 (-1) and 2 (one of the factors is in its third level).
  std::array<double, 3> probabilities(PauliAction const& p) const;
  // Becomes the mixture, normalised, of what the three true outcomes leave, with these weights; returns its probability.
  double project(PauliAction const& p, std::array<double, 3> const& weights);

  // One qubit read, and then gone.
  double read_zero_probability(int position, Basis basis, ReadoutPovm const& povm) const;
  void read(int position, Basis basis, ReadoutPovm const& povm, int bit);

  // The products <sigma_k sigma_k> of two qubits, as BellPovm wants them, and what its outcome of probability p leaves of the others.
  std::array<double, 4> bell_products(int b, int c) const;
  void bell_collapse(int b, int c, std::array<double, 4> const& weights, double p);

 private:
  std::vector<Axis> row_axes(std::span<int const> positions) const;
  std::vector<Axis> column_axes(std::span<int const> positions) const;
  void scale(double factor);

  Subsystems factors_;
  std::vector<Complex> rho_;  // row-major
};

}  // namespace farbell
