// The matrices of the standard gates. Conventions: docs/physics/gates.md.
#pragma once
#include "farbell/state/gates.hpp"
#include "farbell/state/local_operator.hpp"

namespace farbell {

Matrix unitary_of(Gate gate, double angle = 0);
// Made once for the gates without an angle.
LocalOperator const& fixed_operator(Gate gate);

// Largest element of U^+ U - 1.
double unitary_deviation(Matrix const& u);
// Throws SpecError where that is above 1e-9, or the matrix is not of this size.
void check_unitary(Matrix const& u, Index dimension);

}  // namespace farbell
