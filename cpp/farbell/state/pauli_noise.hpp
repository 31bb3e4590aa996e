// Pauli noise on one qubit, by what it does to a Bloch vector.
#pragma once
#include <array>

namespace farbell {

// Probabilities of I, X, Y, Z whose mixture multiplies <X>, <Y>, <Z> by these factors.
constexpr std::array<double, 4> pauli_probabilities(double x, double y, double z) {
  return {(1 + x + y + z) / 4, (1 + x - y - z) / 4, (1 - x + y - z) / 4, (1 - x - y + z) / 4};
}

}  // namespace farbell
