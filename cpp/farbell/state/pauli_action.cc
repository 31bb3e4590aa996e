#include "farbell/state/pauli_action.hpp"

#include <numeric>

namespace farbell {

PauliAction::PauliAction(Subsystems const& in, std::span<PauliLetter const> letters) : source(in.dimension()), value(in.dimension(), 1) {
  std::iota(source.begin(), source.end(), Index{0});
  for (auto [position, pauli] : letters) {
    const Axis axis = in.axis(position);
    each_run(0, in.dimension(), std::span(&axis, 1), [&](Index base, Index run) {
      for (Index zero = base; zero < base + run; ++zero) {
        const Index one = zero + axis.stride;
        if (pauli != 3) {
          source[zero] += axis.stride;
          source[one] -= axis.stride;
        }
        if (pauli == 2) {
          value[zero] = times(value[zero], {0, -1});
          value[one] = times(value[one], {0, 1});
        }
        if (pauli == 3) value[one] = -value[one];
        if (axis.levels > 2) value[one + axis.stride] = 0;
      }
    });
  }
}

}  // namespace farbell
