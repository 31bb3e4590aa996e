// A gate on one qubit as what it does to the Bloch vector: a turn about an axis, or the swap of x and z. For states that are kept as
// correlations, where it is exact. Conventions: docs/physics/gates.md.
#pragma once
#include <cmath>
#include <numbers>

#include "farbell/state/gates.hpp"

namespace farbell {

struct Rotation {
  int axis = 3;              // Pauli: 1 = X, 2 = Y, 3 = Z; 0: Hadamard
  double cos = 1, sin = 0;

  void turn(double* v, int step) const {  // v[k * step] is the mean of Pauli k
    if (axis == 0) {
      const double x = v[step];
      v[step] = v[3 * step];
      v[2 * step] = -v[2 * step];
      v[3 * step] = x;
      return;
    }
    double &a = v[(axis % 3 + 1) * step], &b = v[((axis + 1) % 3 + 1) * step];
    const double before = a;
    a = cos * before - sin * b;
    b = sin * before + cos * b;
  }
};

// Of a gate on one qubit; exact for those of the Clifford group.
inline Rotation rotation_of(Gate gate, double angle) {
  constexpr double eighth = std::numbers::sqrt2 / 2;
  switch (gate) {
    case Gate::x: return {1, -1, 0};
    case Gate::y: return {2, -1, 0};
    case Gate::z: return {3, -1, 0};
    case Gate::h: return {0};
    case Gate::s: return {3, 0, 1};
    case Gate::s_dag: return {3, 0, -1};
    case Gate::sqrt_x: return {1, 0, 1};
    case Gate::sqrt_x_dag: return {1, 0, -1};
    case Gate::sqrt_y: return {2, 0, 1};
    case Gate::sqrt_y_dag: return {2, 0, -1};
    case Gate::t: return {3, eighth, eighth};
    case Gate::t_dag: return {3, eighth, -eighth};
    case Gate::rx: return {1, std::cos(angle), std::sin(angle)};
    case Gate::ry: return {2, std::cos(angle), std::sin(angle)};
    case Gate::rz:
    case Gate::phase: return {3, std::cos(angle), std::sin(angle)};
    default: return {};
  }
}

}  // namespace farbell
