// The amplitudes of up to 20 qubits (dimension 2^20), some of them with a third level: one quantum trajectory. Noise and
// measurements take a number `u` from [0, 1) that picks what happens. Equations: docs/physics/exact_states.md.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "farbell/state/channels.hpp"
#include "farbell/state/density.hpp"
#include "farbell/state/gates.hpp"
#include "farbell/state/local_operator.hpp"
#include "farbell/state/pauli_action.hpp"
#include "farbell/state/subsystems.hpp"

namespace farbell {

class KetState {
 public:
  static constexpr Index largest_dimension = Index{1} << 20;
  // Throws SpecError, with an estimate of the memory, where these factors are too many.
  static void check_size(Subsystems const& factors);

  // All factors in level 0.
  explicit KetState(Subsystems const& factors);
  // Throws SpecError where the vector has another size, or a norm that differs from 1 by more than 1e-9.
  KetState(Subsystems const& factors, std::vector<Complex> amplitudes);

  Subsystems const& factors() const { return factors_; }
  Index dimension() const { return factors_.dimension(); }
  std::span<Complex const> amplitudes() const { return psi_; }

  void apply(LocalOperator const& u, std::span<int const> positions);
  void apply(Gate gate, std::span<int const> positions, double angle = 0);
  // One of the channel's Kraus operators, picked with its probability; returns which.
  int apply(Channel const& channel, std::span<int const> positions, double u);

  KetState tensor(KetState const& other) const;
  // The density matrix of the factors at `positions`, in this order.
  DensityState kept(std::span<int const> positions) const;
  // Leaves a factor that is in one known basis state, as after a measurement.
  void drop(int position, int level);
  // The same factors in another order.
  KetState reordered(std::span<int const> positions) const;

  double expectation(PauliAction const& p) const;
  std::array<double, 3> probabilities(PauliAction const& p) const;
  // Projects on the outcome 0 (eigenvalue +1), 1 (-1) or 2 (one of the factors is in its third level); returns its probability.
  double project(PauliAction const& p, int outcome);
  // Probability of each level of a factor.
  std::vector<double> level_probabilities(int position) const;

 private:
  std::vector<Axis> axes(std::span<int const> positions) const;
  double normalise();

  Subsystems factors_;
  std::vector<Complex> psi_;
};

}  // namespace farbell
