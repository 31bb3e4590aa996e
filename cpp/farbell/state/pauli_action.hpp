// A product of Paulis on some factors of a tensor product, with what stands in the third levels left out.
#pragma once
#include <span>
#include <vector>

#include "farbell/state/subsystems.hpp"

namespace farbell {

struct PauliLetter {
  int position;
  int pauli;  // 1..3 = X, Y, Z; others are not listed
};

// (P x)_i = value[i] x[source[i]]. Where one of its factors is in its third level the value is 0: Q = P P projects on the rest.
struct PauliAction {
  std::vector<Index> source;
  std::vector<Complex> value;
  bool leaks = false;  // a third level is among its factors

  PauliAction(Subsystems const& in, std::span<PauliLetter const> letters);
};

// Probability with which each outcome 0 (+1), 1 (-1) and 2 (some factor in its third level) is reported, by true outcome.
struct PauliReadout {
  double f0 = 1, f1 = 1;

  std::array<double, 3> weights(int reported) const {
    if (reported == 2) return {0, 0, 1};
    return reported == 0 ? std::array<double, 3>{f0, 1 - f1, 0} : std::array<double, 3>{1 - f0, f1, 0};
  }
};

}  // namespace farbell
