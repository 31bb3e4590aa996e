#include "farbell/state/ghz.hpp"

namespace farbell {

double ghz_fidelity(DensityState const& rho, GhzFrame const& frame) {
  Index flipped = 0;
  for (const std::uint8_t flip : frame.flips) flipped = 2 * flipped + flip;
  const Index dimension = rho.dimension(), opposite = dimension - 1 - flipped;
  const auto at = [&](Index row, Index column) { return rho.matrix()[static_cast<std::size_t>(row * dimension + column)].real(); };
  const double coherence = at(flipped, opposite);
  return (at(flipped, flipped) + at(opposite, opposite)) / 2 + (frame.phase ? -coherence : coherence);
}

}  // namespace farbell
