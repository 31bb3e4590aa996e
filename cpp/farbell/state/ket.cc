#include "farbell/state/ket.hpp"

#include <cmath>
#include <string>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/state/matrices.hpp"
#include "farbell/state/unitaries.hpp"

namespace farbell {

void KetState::check_size(std::span<int const> levels) {
  double d = 1;
  for (int n : levels) d *= n;
  if (d <= largest_dimension) return;
  const double gigabytes = 16e-9 * d;
  throw SpecError("qubits", std::to_string(levels.size()) + " qubits: dimension " + number_text(d) + ", " +
                                rough_text(gigabytes) + " GB",
                  "dimension " + std::to_string(largest_dimension) + ", which is 20 qubits of two levels (0.02 GB)");
}

KetState::KetState(Subsystems const& factors) : factors_(factors) {
  check_size(factors.all_levels());
  psi_.resize(dimension());
  psi_[0] = 1;
}

KetState::KetState(Subsystems const& factors, std::vector<Complex> amplitudes) : factors_(factors), psi_(std::move(amplitudes)) {
  check_size(factors.all_levels());
  if (static_cast<Index>(psi_.size()) != dimension())
    throw SpecError("amplitudes", std::to_string(psi_.size()) + " elements", std::to_string(dimension()));
  double norm = 0;
  for (Complex x : psi_) norm += std::norm(x);
  if (!(std::abs(norm - 1) <= matrix_tolerance)) throw SpecError("amplitudes", "squares that sum to " + number_text(norm), "a sum of 1");
}

std::vector<Axis> KetState::axes(std::span<int const> positions) const {
  std::vector<Axis> chosen;
  for (int i : positions) chosen.push_back(factors_.axis(i));
  return chosen;
}

double KetState::normalise() {
  double norm = 0;
  for (Complex x : psi_) norm += std::norm(x);
  const double factor = 1 / std::sqrt(norm);
  for (Complex& x : psi_) x *= factor;
  return norm;
}

void KetState::apply(LocalOperator const& u, std::span<int const> positions) {
  if (factors_.dimension_of(positions) != u.dimension()) {
    const std::vector<int> levels = factors_.chosen(positions).all_levels();
    return apply(u.embedded(levels), positions);
  }
  u.apply(psi_.data(), dimension(), axes(positions));
}

void KetState::apply(Gate gate, std::span<int const> positions, double angle) {
  if (info(gate).angles == 0)
    apply(fixed_operator(gate), positions);
  else
    apply(LocalOperator(unitary_of(gate, angle)), positions);
}

int KetState::apply(Channel const& channel, std::span<int const> positions, double u) {
  if (factors_.dimension_of(positions) != channel.dimension()) {
    const std::vector<int> levels = factors_.chosen(positions).all_levels();
    return apply(channel.embedded(levels), positions, u);
  }
  // Tr(K rho K^+) from the reduced density matrix: one pass over the amplitudes for all operators.
  const DensityState reduced = kept(positions);
  const Eigen::Map<Matrix const> rho(reduced.matrix().data(), channel.dimension(), channel.dimension());
  const auto& kraus = channel.kraus();
  double cumulated = 0;
  int chosen = -1;
  for (std::size_t k = 0; k < kraus.size(); ++k) {
    const double p = probability(kraus[k], rho);
    if (p > 0) chosen = static_cast<int>(k);
    if (u < (cumulated += p)) break;
  }
  apply(channel.operators()[chosen], positions);
  normalise();
  return chosen;
}

KetState KetState::tensor(KetState const& other) const {
  check_size(factors_.levels_with(other.factors_));
  const Subsystems all(factors_.levels_with(other.factors_));
  KetState out = *this;
  out.factors_ = all;
  out.psi_.clear();
  out.psi_.reserve(all.dimension());
  for (Complex a : psi_)
    for (Complex b : other.psi_) out.psi_.push_back(times(a, b));
  return out;
}

DensityState KetState::kept(std::span<int const> positions) const {
  const Subsystems chosen = factors_.chosen(positions);
  DensityState::check_size(chosen.all_levels());
  const std::vector<Index> keep = factors_.offsets(positions), gone = factors_.offsets(factors_.rest(positions));
  const auto d = static_cast<Index>(keep.size());
  std::vector<Complex> rho(keep.size() * keep.size());
  for (Index k : gone)
    for (Index r = 0; r < d; ++r)
      for (Index c = 0; c < d; ++c) rho[r * d + c] += times(psi_[keep[r] + k], std::conj(psi_[keep[c] + k]));
  return DensityState::from_checked(chosen, std::move(rho));
}

void KetState::drop(int position, int level) {
  const Index shift = level * factors_.axis(position).stride;
  std::vector<Complex> out;
  for (Index k : factors_.offsets(factors_.rest(std::span(&position, 1)))) out.push_back(psi_[k + shift]);
  factors_ = factors_.without(position);
  psi_ = std::move(out);
  normalise();
}

double KetState::expectation(PauliAction const& p) const {
  double sum = 0;
  for (Index i = 0; i < dimension(); ++i) sum += times(std::conj(psi_[i]), times(p.value[i], psi_[p.source[i]])).real();
  return sum;
}

std::array<double, 3> KetState::probabilities(PauliAction const& p) const {
  const double signed_sum = expectation(p);
  double inside = 0, outside = 0;
  for (Index i = 0; i < dimension(); ++i) (p.value[i] != Complex{} ? inside : outside) += std::norm(psi_[i]);
  return {(inside + signed_sum) / 2, (inside - signed_sum) / 2, outside};
}

double KetState::project(PauliAction const& p, int outcome) {
  const std::vector<Complex> before = psi_;
  const double sign = outcome == 0 ? 0.5 : -0.5;
  for (Index i = 0; i < dimension(); ++i) {
    const bool inside = p.value[i] != Complex{};
    if (outcome == 2)
      psi_[i] = inside ? Complex{} : before[i];
    else
      psi_[i] = inside ? 0.5 * before[i] + sign * times(p.value[i], before[p.source[i]]) : Complex{};
  }
  return normalise();
}

double KetState::project_presence(int position, bool present) {
  for (Index i = 0; i < dimension(); ++i)
    if ((factors_.digit(position, i) < 2) != present) psi_[i] = 0;
  return normalise();
}

std::vector<double> KetState::level_probabilities(int position) const {
  std::vector<double> p;
  const Axis axis = factors_.axis(position);
  for (int level = 0; level < axis.levels; ++level) {
    double sum = 0;
    each_run(0, dimension(), std::span(&axis, 1), [&](Index base, Index run) {
      for (Index i = base + level * axis.stride; i < base + level * axis.stride + run; ++i) sum += std::norm(psi_[i]);
    });
    p.push_back(sum);
  }
  return p;
}

}  // namespace farbell
