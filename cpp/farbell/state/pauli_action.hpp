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

  PauliAction(Subsystems const& in, std::span<PauliLetter const> letters);
};

}  // namespace farbell
