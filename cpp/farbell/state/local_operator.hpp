// A matrix that acts on a few factors of a tensor product, kept as its non-zero elements: gates and most channels have few.
#pragma once
#include <Eigen/Core>
#include <span>
#include <vector>

#include "farbell/state/subsystems.hpp"

namespace farbell {

using Matrix = Eigen::Matrix<Complex, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

class LocalOperator {
 public:
  struct Element {
    int row, column;
    Complex value;
  };

  explicit LocalOperator(Matrix const& matrix);
  // Elements in any order; those at one place are added.
  LocalOperator(int dimension, std::vector<Element> elements);

  int dimension() const { return dimension_; }
  // (row, column) rising.
  std::vector<Element> const& elements() const { return elements_; }

  // For an operator on qubits: acts as before on their first two levels, and not at all where one of them is in its third.
  LocalOperator embedded(std::span<int const> levels) const;
  // The first two levels of each of `levels`: local index in the product of qubits -> in the product of all levels.
  static std::vector<int> qubit_states(std::span<int const> levels);

  // x -> M x along the axes (the first the most significant), for every choice of the other digits; `conjugate`: M^*.
  void apply(Complex* x, Index size, std::span<Axis const> axes, bool conjugate = false) const;

 private:
  void index();

  int dimension_;
  std::vector<Element> elements_;
  std::vector<int> rows_;    // rows that are not those of the identity
  std::vector<int> starts_;  // elements of rows_[i]: starts_[2 i] up to starts_[2 i + 1]
  bool real_ = true;
};

}  // namespace farbell
