// Products, eigenvalues and singular values of matrices. Eigen's products and solvers take seconds to compile wherever they are used:
// they stand in one source, and other sources read and write elements.
#pragma once
#include <Eigen/Core>
#include <array>
#include <complex>
#include <vector>

namespace farbell {

using Matrix = Eigen::Matrix<std::complex<double>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// To which what a user gives must be normalised, Hermitian, positive or unitary.
inline constexpr double matrix_tolerance = 1e-9;

Matrix product(Matrix const& a, Matrix const& b);
// m^+ m
Matrix gram(Matrix const& m);
// Tr(k rho k^+)
double probability(Matrix const& k, Eigen::Map<Matrix const> const& rho);

// Of Hermitian matrices, of which the part above the diagonal is not read. Eigenvalues rise.
struct Eigensystem {
  std::vector<double> values;
  std::vector<std::vector<std::complex<double>>> vectors;  // of the values, normalised
};
Eigensystem eigensystem(Matrix const& m);
double smallest_eigenvalue(Eigen::Map<Matrix const> const& m);

// ---- of two qubits ---------------------------------------------------------------------------------------------------------------------

using Matrix4c = std::array<std::complex<double>, 16>;  // row by row

struct Eigensystem4 {
  std::array<double, 4> values;
  std::array<std::array<std::complex<double>, 4>, 4> vectors;
};
Eigensystem4 eigensystem(Matrix4c const& m);
std::array<double, 4> eigenvalues(Matrix4c const& m);

// Falling.
std::array<double, 4> singular_values(Matrix4c const& m);

}  // namespace farbell
