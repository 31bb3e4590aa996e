#include "farbell/hardware/pair_state.hpp"

#include <variant>

#include "farbell/state/correlations.hpp"

namespace farbell {
namespace {

Correlations of(WernerSpec const& werner) { return werner_state(werner.fidelity); }

Correlations of(BellWeightsSpec const& bell) { return bell_mixture(bell.weights); }

// A trace within rounding of 1 is taken as 1.
Correlations of(DensityMatrixSpec const& matrix) {
  DensityMatrix rho;
  for (std::size_t k = 0; k < 16; ++k) rho[k] = {matrix.real[k / 4][k % 4], matrix.imag[k / 4][k % 4]};
  Correlations r = correlations_of(rho);
  r[0] = 1;
  return r;
}

}  // namespace

Correlations correlations(PairStateSpec const& state) {
  return std::visit([](auto const& spec) { return of(spec); }, state);
}

}  // namespace farbell
