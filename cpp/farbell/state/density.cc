#include "farbell/state/density.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <type_traits>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/state/bell_povm.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/matrices.hpp"
#include "farbell/state/unitaries.hpp"

namespace farbell {

void DensityState::check_size(std::span<int const> levels) {
  double d = 1;
  for (int n : levels) d *= n;
  if (d <= largest_dimension) return;
  const double gigabytes = 16e-9 * d * d;
  throw SpecError("qubits", std::to_string(levels.size()) + " qubits: a density matrix of dimension " + number_text(d) + ", " +
                                rough_text(gigabytes) + " GB",
                  "dimension " + std::to_string(largest_dimension) + ", which is 12 qubits of two levels (0.27 GB)");
}

DensityState::DensityState(Subsystems const& factors) : factors_(factors) {
  check_size(factors.all_levels());
  rho_.resize(dimension() * dimension());
  rho_[0] = 1;
}

DensityState::DensityState(Subsystems const& factors, std::vector<Complex> matrix) : factors_(factors), rho_(std::move(matrix)) {
  check_size(factors.all_levels());
  const Index d = dimension();
  if (static_cast<Index>(rho_.size()) != d * d)
    throw SpecError("matrix", std::to_string(rho_.size()) + " elements", std::to_string(d) + " x " + std::to_string(d));
  const Eigen::Map<Matrix const> rho(rho_.data(), d, d);
  const double skew = (rho - rho.adjoint()).cwiseAbs().maxCoeff();
  if (!(skew <= matrix_tolerance)) throw SpecError("matrix", "no Hermitian matrix: elements differ by " + rough_text(skew), "rho = rho^+");
  const double off = std::abs(rho.trace() - 1.0);
  if (!(off <= matrix_tolerance)) throw SpecError("matrix", "a trace that differs from 1 by " + rough_text(off), "trace 1");
  const double least = smallest_eigenvalue(rho);
  if (!(least >= -matrix_tolerance)) throw SpecError("matrix", "an eigenvalue of " + rough_text(least), "a positive matrix");
}

DensityState::DensityState(Correlations const& pair) : factors_(Subsystems::qubits(2)) {
  const DensityMatrix rho = density_matrix_of(pair);
  rho_.assign(rho.begin(), rho.end());
}

DensityState DensityState::from_checked(Subsystems const& factors, std::vector<Complex> matrix) {
  DensityState state{Subsystems{}};
  state.factors_ = factors;
  state.rho_ = std::move(matrix);
  return state;
}

double DensityState::trace() const {
  double sum = 0;
  for (Index i = 0; i < dimension(); ++i) sum += rho_[i * (dimension() + 1)].real();
  return sum;
}

double DensityState::purity() const {
  double sum = 0;
  for (Complex x : rho_) sum += std::norm(x);
  return sum;
}

std::vector<Axis> DensityState::row_axes(std::span<int const> positions) const {
  std::vector<Axis> axes;
  axes.reserve(2 * positions.size());
  for (int i : positions) axes.push_back({factors_.levels(i), factors_.axis(i).stride * dimension()});
  return axes;
}

std::vector<Axis> DensityState::column_axes(std::span<int const> positions) const {
  std::vector<Axis> axes;
  axes.reserve(positions.size());
  for (int i : positions) axes.push_back(factors_.axis(i));
  return axes;
}

void DensityState::scale(double factor) {
  for (Complex& x : rho_) x *= factor;
}

void DensityState::apply(LocalOperator const& u, std::span<int const> positions) {
  if (factors_.dimension_of(positions) != u.dimension()) {
    const std::vector<int> levels = factors_.chosen(positions).all_levels();
    return apply(u.embedded(levels), positions);
  }
  u.apply(rho_.data(), static_cast<Index>(rho_.size()), row_axes(positions));
  u.apply(rho_.data(), static_cast<Index>(rho_.size()), column_axes(positions), true);
}

void DensityState::apply(Gate gate, std::span<int const> positions, double angle) {
  if (info(gate).angles == 0)
    apply(fixed_operator(gate), positions);
  else
    apply(LocalOperator(unitary_of(gate, angle)), positions);
}

void DensityState::apply(Channel const& channel, std::span<int const> positions) {
  if (factors_.dimension_of(positions) != channel.dimension()) {
    const std::vector<int> levels = factors_.chosen(positions).all_levels();
    return apply(channel.embedded(levels), positions);
  }
  if (channel.operators().size() == 1) return apply(channel.operators()[0], positions);
  const auto size = static_cast<Index>(rho_.size());
  if (channel.transfer()) {
    std::vector<Axis> axes = row_axes(positions);
    const std::vector<Axis> columns = column_axes(positions);
    axes.insert(axes.end(), columns.begin(), columns.end());
    channel.transfer()->apply(rho_.data(), size, axes);
    return;
  }
  std::vector<Complex> sum(rho_.size());
  const DensityState before = *this;
  for (LocalOperator const& k : channel.operators()) {
    rho_ = before.rho_;
    apply(k, positions);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += rho_[i];
  }
  rho_ = std::move(sum);
}

void DensityState::decay(int position, BlochMap const& m) {
  const Index d = dimension(), stride = factors_.axis(position).stride;
  const double same = (m.ax + m.ay) / 2, other = (m.ax - m.ay) / 2;
  const auto walk = [&](auto run) {  // a compile-time constant for the last qubit, whose runs are short
    for (Index block = 0; block < d; block += 2 * stride)
      for (Index row = block; row < block + stride; ++row)
        for (Index column = 0; column < d; column += 2 * run) {
          double* p00 = reinterpret_cast<double*>(rho_.data() + row * d + column);
          double *p01 = p00 + 2 * run, *p10 = p00 + 2 * run * d, *p11 = p10 + 2 * run;
          for (Index k = 0; k < 2 * run; ++k) {
            const double sum = p00[k] + p11[k], z = m.az * (p00[k] - p11[k]) + m.tz * sum;
            const double up = same * p01[k] + other * p10[k], down = same * p10[k] + other * p01[k];
            p00[k] = (sum + z) / 2;
            p11[k] = (sum - z) / 2;
            p01[k] = up;
            p10[k] = down;
          }
        }
  };
  if (stride == 1)
    walk(std::integral_constant<Index, 1>{});
  else
    walk(stride);
}

void DensityState::depolarise(std::span<int const> positions, double reliability) {
  const std::vector<Index> local = factors_.offsets(positions), other = factors_.offsets(factors_.rest(positions));
  const Index d = dimension();
  const double share = (1 - reliability) / static_cast<double>(local.size());
  std::vector<Complex> mixed(other.size() * other.size());
  for (std::size_t r = 0; r < other.size(); ++r)
    for (std::size_t c = 0; c < other.size(); ++c) {
      Complex sum{};
      for (Index k : local) sum += rho_[(other[r] + k) * d + other[c] + k];
      mixed[r * other.size() + c] = share * sum;
    }
  scale(reliability);
  for (std::size_t r = 0; r < other.size(); ++r)
    for (std::size_t c = 0; c < other.size(); ++c)
      for (Index k : local) rho_[(other[r] + k) * d + other[c] + k] += mixed[r * other.size() + c];
}

DensityState DensityState::tensor(DensityState const& other) const {
  check_size(factors_.levels_with(other.factors_));
  const Subsystems all(factors_.levels_with(other.factors_));
  DensityState out = *this;
  out.factors_ = all;
  out.rho_.resize(all.dimension() * all.dimension());
  const Index a = dimension(), b = other.dimension();
  Complex* to = out.rho_.data();
  for (Index i = 0; i < a; ++i)
    for (Index k = 0; k < b; ++k)
      for (Index j = 0; j < a; ++j)
        for (Index l = 0; l < b; ++l) *to++ = times(rho_[i * a + j], other.rho_[k * b + l]);
  return out;
}

DensityState DensityState::kept(std::span<int const> positions) const {
  const std::vector<Index> keep = factors_.offsets(positions), gone = factors_.offsets(factors_.rest(positions));
  const Index d = dimension();
  DensityState out = *this;
  out.factors_ = factors_.chosen(positions);
  out.rho_.resize(keep.size() * keep.size());
  Complex* to = out.rho_.data();
  for (Index r : keep)
    for (Index c : keep) {
      Complex sum{};
      for (Index k : gone) sum += rho_[(r + k) * d + c + k];
      *to++ = sum;
    }
  return out;
}

void DensityState::trace_out(int position) { *this = kept(factors_.rest(std::span(&position, 1))); }

double DensityState::expectation(PauliAction const& p) const {
  const Index d = dimension();
  double sum = 0;
  for (Index i = 0; i < d; ++i) sum += times(p.value[i], rho_[p.source[i] * d + i]).real();
  return sum;
}

std::array<double, 3> DensityState::probabilities(PauliAction const& p) const {
  const double signed_sum = expectation(p);
  double inside = 0, all = 0;
  for (Index i = 0; i < dimension(); ++i) {
    const double x = rho_[i * (dimension() + 1)].real();
    all += x;
    if (p.value[i] != Complex{}) inside += x;
  }
  return {(inside + signed_sum) / 2, (inside - signed_sum) / 2, all - inside};
}

double DensityState::project(PauliAction const& p, std::array<double, 3> const& weights) {
  const Index d = dimension();
  const double even = (weights[0] + weights[1]) / 4, odd = (weights[0] - weights[1]) / 4;
  const std::vector<Complex> before = rho_;
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j < d; ++j) {
      const bool row_in = p.value[i] != Complex{}, column_in = p.value[j] != Complex{};
      Complex& x = rho_[i * d + j];
      if (row_in != column_in)
        x = 0;
      else if (!row_in)
        x *= weights[2];
      else {
        const Complex left = p.value[i], right = std::conj(p.value[j]);
        const Index k = p.source[i], l = p.source[j];
        x = even * (x + times(times(left, right), before[k * d + l])) + odd * (times(left, before[k * d + j]) + times(right, before[i * d + l]));
      }
    }
  const double probability = trace();
  scale(1 / probability);
  return probability;
}

double DensityState::project_presence(int position, bool present) {
  const Index d = dimension();
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j < d; ++j)
      if ((factors_.digit(position, i) < 2) != present || (factors_.digit(position, j) < 2) != present) rho_[i * d + j] = 0;
  const double probability = trace();
  scale(1 / probability);
  return probability;
}

double DensityState::read_zero_probability(int position, Basis basis, ReadoutPovm const& povm) const {
  const PauliLetter letter{position, pauli_of(basis)};
  return (povm.sum[0] + povm.difference[0] * expectation(PauliAction(factors_, std::span(&letter, 1)))) / 2;
}

void DensityState::read(int position, Basis basis, ReadoutPovm const& povm, int bit) {
  const Index d = dimension(), stride = factors_.axis(position).stride, step = stride * (d + 1);
  const double same = povm.sum[bit] / 2, other = povm.difference[bit] / 2;
  const std::vector<Index> keep = factors_.offsets(factors_.rest(std::span(&position, 1)));
  std::vector<Complex> out;
  out.reserve(keep.size() * keep.size());
  double probability = 0;
  for (Index r : keep)
    for (Index c : keep) {
      const Complex* p = rho_.data() + r * d + c;
      const Complex p01 = p[stride], p10 = p[stride * d];
      const Complex trace = p[0] + p[step];
      const Complex moment = basis == Basis::z ? p[0] - p[step] : basis == Basis::x ? p01 + p10 : times({0, 1}, p01 - p10);
      out.push_back(same * trace + other * moment);
      if (r == c) probability += out.back().real();
    }
  factors_ = factors_.without(position);
  rho_ = std::move(out);
  scale(1 / probability);
}

std::array<double, 4> DensityState::bell_products(int b, int c) const {
  const int pair[]{b, c};
  const std::vector<Index> others = factors_.offsets(factors_.rest(pair)), local = factors_.offsets(pair);
  const Index d = dimension();
  // Of the pair's own density matrix: the diagonal, and the elements from s to 3 - s.
  double diagonal[4] = {}, anti[4] = {};
  for (Index k : others)
    for (int s = 0; s < 4; ++s) {
      diagonal[s] += rho_[(k + local[s]) * (d + 1)].real();
      anti[s] += rho_[(k + local[3 - s]) * d + k + local[s]].real();
    }
  const double inner = anti[1] + anti[2], outer = anti[0] + anti[3];
  return {1, outer + inner, inner - outer, diagonal[0] - diagonal[1] - diagonal[2] + diagonal[3]};
}

void DensityState::bell_collapse(int b, int c, std::array<double, 4> const& weights, double p) {
  const int pair[]{b, c};
  const std::vector<Index> keep = factors_.offsets(factors_.rest(pair)), local = factors_.offsets(pair);
  const Index d = dimension();
  // Tr(M rho) with M = 1/4 sum_k w_k sigma_k (x) sigma_k, which is real: M[s][t] couples s with t = s and t = 3 - s.
  const auto& w = weights;
  const double diagonal[]{w[0] + w[3], w[0] - w[3], w[0] - w[3], w[0] + w[3]}, anti[]{w[1] - w[2], w[1] + w[2], w[1] + w[2], w[1] - w[2]};
  std::vector<Complex> out;
  out.reserve(keep.size() * keep.size());
  for (Index r : keep)
    for (Index col : keep) {
      Complex sum{};
      for (int s = 0; s < 4; ++s)
        sum += diagonal[s] * rho_[(r + local[s]) * d + col + local[s]] + anti[s] * rho_[(r + local[3 - s]) * d + col + local[s]];
      out.push_back(sum / (4 * p));
    }
  factors_ = factors_.chosen(factors_.rest(pair));
  rho_ = std::move(out);
}

}  // namespace farbell
