// A matrix that acts on a few factors of a tensor product, kept as its non-zero elements: gates and most channels have few.
#pragma once
#include <span>
#include <vector>

#include "farbell/state/matrices.hpp"
#include "farbell/state/subsystems.hpp"

namespace farbell {

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
  // Where the local basis states stand, and which of them take part.
  struct Layout;
  template <int lanes, bool real>
  void work(Complex* x, Layout const& layout, double sign) const;
  void mix(Complex* x, Index size, Axis axis) const;
  void index();

  int dimension_;
  std::vector<Element> elements_;
  std::vector<int> columns_;    // that some row below needs
  std::vector<int> rows_;       // that are not those of the identity
  std::vector<int> starts_;     // elements of rows_[i]: starts_[2 i] up to starts_[2 i + 1]
  std::vector<int> inputs_;     // of each element: the place of its column in columns_
  bool real_ = true;
};

}  // namespace farbell
