#include "farbell/state/pauli_action.hpp"

#include <array>

namespace farbell {
namespace {

// One row at a time, factor by factor: `i` the row so far, `j` its column, `v` its element.
void fill(PauliAction& out, Subsystems const& in, std::span<int const> pauli, int position, Index i, Index j, Complex v) {
  if (position == in.count()) {
    out.source[i] = j;
    out.value[i] = v;
    return;
  }
  const auto [levels, stride] = in.axis(position);
  const int p = pauli[position];
  for (int digit = 0; digit < levels; ++digit) {
    const bool flips = p == 1 || p == 2;
    const int column = flips && digit < 2 ? 1 - digit : digit;
    Complex element = 1;
    if (p != 0 && digit == 2) element = 0;
    if (p == 2) element *= digit == 0 ? Complex{0, -1} : Complex{0, 1};
    if (p == 3 && digit == 1) element = -1;
    fill(out, in, pauli, position + 1, i + digit * stride, j + column * stride, times(v, element));
  }
}

}  // namespace

PauliAction::PauliAction(Subsystems const& in, std::span<PauliLetter const> letters) : source(in.dimension()), value(in.dimension()) {
  std::array<int, Subsystems::most> pauli{};
  for (PauliLetter const& letter : letters) {
    pauli[letter.position] = letter.pauli;
    leaks = leaks || in.levels(letter.position) > 2;
  }
  fill(*this, in, pauli, 0, 0, 0, 1);
}

}  // namespace farbell
