#include "farbell/state/matrices.hpp"

#include <Eigen/Eigenvalues>

namespace farbell {
namespace {

using Solver = Eigen::SelfAdjointEigenSolver<Matrix>;

// One solver for all sizes: Eigen's for 4 x 4 alone gives the same bits in the same time, and takes as long again to compile.
Solver solved(Matrix4c const& m, int options) { return Solver(Eigen::Map<Matrix const>(m.data(), 4, 4), options); }

std::array<double, 4> values_of(Solver const& solver) {
  std::array<double, 4> values;
  for (int k = 0; k < 4; ++k) values[k] = solver.eigenvalues()[k];
  return values;
}

}  // namespace

Matrix product(Matrix const& a, Matrix const& b) { return a * b; }
Matrix gram(Matrix const& m) { return m.adjoint() * m; }
double probability(Matrix const& k, Eigen::Map<Matrix const> const& rho) { return (k * rho * k.adjoint()).trace().real(); }

Eigensystem eigensystem(Matrix const& m) {
  const Solver solver(m);
  Eigensystem out;
  for (Eigen::Index k = 0; k < m.rows(); ++k) {
    out.values.push_back(solver.eigenvalues()[k]);
    std::vector<std::complex<double>>& vector = out.vectors.emplace_back();
    for (Eigen::Index i = 0; i < m.rows(); ++i) vector.push_back(solver.eigenvectors()(i, k));
  }
  return out;
}

double smallest_eigenvalue(Eigen::Map<Matrix const> const& m) { return Solver(m, Eigen::EigenvaluesOnly).eigenvalues()[0]; }

Eigensystem4 eigensystem(Matrix4c const& m) {
  const Solver solver = solved(m, Eigen::ComputeEigenvectors);
  Eigensystem4 out;
  out.values = values_of(solver);
  for (int k = 0; k < 4; ++k)
    for (int i = 0; i < 4; ++i) out.vectors[k][i] = solver.eigenvectors()(i, k);
  return out;
}

std::array<double, 4> eigenvalues(Matrix4c const& m) { return values_of(solved(m, Eigen::EigenvaluesOnly)); }

// The eigenvalues of (0, m; m^+, 0) are the singular values and their negatives.
std::array<double, 4> singular_values(Matrix4c const& m) {
  Matrix both = Matrix::Zero(8, 8);
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) both(4 + j, i) = std::conj(m[4 * i + j]);
  const Solver solver(both, Eigen::EigenvaluesOnly);
  std::array<double, 4> values;
  for (int k = 0; k < 4; ++k) values[k] = solver.eigenvalues()[7 - k];
  return values;
}

}  // namespace farbell
