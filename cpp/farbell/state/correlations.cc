#include "farbell/state/correlations.hpp"

#include <algorithm>
#include <cmath>

#include "farbell/state/matrices.hpp"

namespace farbell {
namespace {

using Complex = std::complex<double>;

constexpr Complex i_unit{0, 1};
constexpr Complex pauli[4][2][2] = {
    {{1, 0}, {0, 1}},
    {{0, 1}, {1, 0}},
    {{0, -i_unit}, {i_unit, 0}},
    {{1, 0}, {0, -1}},
};

// Element (row, column) of sigma_i (x) sigma_j.
Complex pauli_product(int i, int j, int row, int column) {
  return pauli[i][row >> 1][column >> 1] * pauli[j][row & 1][column & 1];
}

Matrix4c product(Matrix4c const& a, Matrix4c const& b) {
  Matrix4c out{};
  for (int row = 0; row < 4; ++row)
    for (int k = 0; k < 4; ++k)
      for (int column = 0; column < 4; ++column) out[4 * row + column] += a[4 * row + k] * b[4 * k + column];
  return out;
}

// Square root of a positive matrix; eigenvalues that rounding made negative count as zero.
Matrix4c square_root(Matrix4c const& m) {
  const Eigensystem4 system = eigensystem(m);
  Matrix4c root{};
  for (int k = 0; k < 4; ++k)
    for (int row = 0; row < 4; ++row)
      for (int column = 0; column < 4; ++column)
        root[4 * row + column] += std::sqrt(std::max(0.0, system.values[k])) * system.vectors[k][row] * std::conj(system.vectors[k][column]);
  return root;
}

double sum_of(std::array<double, 4> const& x) { return x[0] + x[1] + x[2] + x[3]; }

double purity(Correlations const& r) {
  double sum = 0;
  for (double x : r) sum += x * x;
  return sum / 4;
}

}  // namespace

Correlations bell_mixture(std::array<double, 4> const& weights) {
  Correlations r{};
  r[0] = 1;
  for (int k = 1; k < 4; ++k)
    for (int bell = 0; bell < 4; ++bell) r[5 * k] += weights[bell] * bell_signs[bell][k];
  return r;
}

Correlations werner_state(double fidelity) {
  const double w = (4 * fidelity - 1) / 3;
  Correlations r{};
  r[0] = 1;
  for (int k = 1; k < 4; ++k) r[5 * k] = w * bell_signs[0][k];
  return r;
}

Correlations correlations_of(DensityMatrix const& rho) {
  Correlations r{};
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j)
      for (int row = 0; row < 4; ++row)
        for (int column = 0; column < 4; ++column)
          r[4 * i + j] += (rho[4 * row + column] * pauli_product(i, j, column, row)).real();
  return r;
}

DensityMatrix density_matrix_of(Correlations const& r) {
  DensityMatrix rho{};
  for (int row = 0; row < 4; ++row)
    for (int column = 0; column < 4; ++column)
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) rho[4 * row + column] += r[4 * i + j] / 4 * pauli_product(i, j, row, column);
  return rho;
}

Correlations rotated_about_z(Correlations const& r, double angle) {
  const double c = std::cos(angle), s = std::sin(angle);
  Correlations turned = r;
  for (int j = 0; j < 4; ++j) {
    turned[4 + j] = c * r[4 + j] - s * r[8 + j];
    turned[8 + j] = s * r[4 + j] + c * r[8 + j];
  }
  return turned;
}

Correlations twirled(Correlations const& r) {
  Correlations t{};
  for (int k = 0; k < 4; ++k) t[5 * k] = r[5 * k];
  return t;
}

double smallest_eigenvalue(Correlations const& r) { return eigenvalues(density_matrix_of(r))[0]; }

double fidelity(Correlations const& r, Correlations const& target) {
  // A pure state needs no square root, which would cost half of the digits.
  if (std::abs(purity(target) - 1) < 1e-12 || std::abs(purity(r) - 1) < 1e-12) {
    double overlap = 0;
    for (int k = 0; k < 16; ++k) overlap += r[k] * target[k];
    return overlap / 4;
  }
  const double trace = sum_of(singular_values(product(square_root(density_matrix_of(r)), square_root(density_matrix_of(target)))));
  return trace * trace;
}

double concurrence(Correlations const& r) {
  const Matrix4c root = square_root(density_matrix_of(r));
  Matrix4c flipped;  // root times sigma_y (x) sigma_y
  for (int row = 0; row < 4; ++row)
    for (int k = 0; k < 4; ++k) flipped[4 * row + k] = (k == 0 || k == 3 ? -1.0 : 1.0) * root[4 * row + 3 - k];
  Matrix4c conjugate = root;
  for (Complex& x : conjugate) x = std::conj(x);
  const auto s = singular_values(product(flipped, conjugate));
  return std::max(0.0, s[0] - s[1] - s[2] - s[3]);
}

double negativity(Correlations const& r) {
  Correlations transposed = r;  // transposition of the second qubit turns the sign of its Y
  for (int i = 0; i < 4; ++i) transposed[4 * i + 2] = -transposed[4 * i + 2];
  double sum = 0;
  for (double x : eigenvalues(density_matrix_of(transposed))) sum -= std::min(0.0, x);
  return sum;
}

}  // namespace farbell
