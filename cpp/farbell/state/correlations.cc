#include "farbell/state/correlations.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace farbell {
namespace {

using Complex = std::complex<double>;
using Matrix4 = Eigen::Matrix<Complex, 4, 4, Eigen::RowMajor>;

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

Matrix4 matrix_of(Correlations const& r) { return Eigen::Map<Matrix4 const>(density_matrix_of(r).data()); }

// Square root of a positive matrix; eigenvalues that rounding made negative count as zero.
Matrix4 square_root(Matrix4 const& m) {
  const Eigen::SelfAdjointEigenSolver<Matrix4> solver(m);
  return solver.eigenvectors() * solver.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal() * solver.eigenvectors().adjoint();
}

Eigen::Vector4d singular_values(Matrix4 const& m) { return Eigen::JacobiSVD<Matrix4>(m).singularValues(); }

Eigen::Vector4d eigenvalues(Matrix4 const& m) {
  return Eigen::SelfAdjointEigenSolver<Matrix4>(m, Eigen::EigenvaluesOnly).eigenvalues();
}

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

double smallest_eigenvalue(Correlations const& r) { return eigenvalues(matrix_of(r)).minCoeff(); }

double fidelity(Correlations const& r, Correlations const& target) {
  // A pure state needs no square root, which would cost half of the digits.
  if (std::abs(purity(target) - 1) < 1e-12 || std::abs(purity(r) - 1) < 1e-12) {
    double overlap = 0;
    for (int k = 0; k < 16; ++k) overlap += r[k] * target[k];
    return overlap / 4;
  }
  const double trace = singular_values(square_root(matrix_of(r)) * square_root(matrix_of(target))).sum();
  return trace * trace;
}

double concurrence(Correlations const& r) {
  Matrix4 flip = Matrix4::Zero();  // sigma_y (x) sigma_y
  for (int k = 0; k < 4; ++k) flip(k, 3 - k) = k == 0 || k == 3 ? -1 : 1;
  const Matrix4 root = square_root(matrix_of(r));
  const Eigen::Vector4d s = singular_values(root * flip * root.conjugate());
  return std::max(0.0, s[0] - s[1] - s[2] - s[3]);
}

double negativity(Correlations const& r) {
  Correlations transposed = r;  // transposition of the second qubit turns the sign of its Y
  for (int i = 0; i < 4; ++i) transposed[4 * i + 2] = -transposed[4 * i + 2];
  return -eigenvalues(matrix_of(transposed)).cwiseMin(0).sum();
}

}  // namespace farbell
