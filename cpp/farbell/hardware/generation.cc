#include "farbell/hardware/generation.hpp"

#include <cmath>
#include <complex>
#include <numeric>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {
namespace {

constexpr double tolerance = 1e-9;

// Cholesky of rho + tolerance * 1 exists exactly where no eigenvalue is below -tolerance.
bool positive_within_tolerance(const DensityMatrixSpec& rho) {
  std::complex<double> lower[4][4];
  for (std::size_t j = 0; j < 4; ++j) {
    double pivot = rho.real[j][j] + tolerance;
    for (std::size_t k = 0; k < j; ++k) pivot -= std::norm(lower[j][k]);
    if (!(pivot > 0)) return false;
    lower[j][j] = std::sqrt(pivot);
    for (std::size_t i = j + 1; i < 4; ++i) {
      std::complex<double> sum{rho.real[i][j], rho.imag[i][j]};
      for (std::size_t k = 0; k < j; ++k) sum -= lower[i][k] * std::conj(lower[j][k]);
      lower[i][j] = sum / lower[j][j];
    }
  }
  return true;
}

template <class Absorbed>
void check_heralds(const Absorbed& spec) {
  if (spec.heralded) return;
  if (spec.herald_efficiency != 1) throw SpecError("/herald_efficiency", number_text(spec.herald_efficiency), "1 where nothing is heralded");
  if (spec.false_herald_probability != 0)
    throw SpecError("/false_herald_probability", number_text(spec.false_herald_probability), "0 where nothing is heralded");
}

}  // namespace

void Describe<BellWeightsSpec>::check(const BellWeightsSpec& spec) {
  const double sum = std::accumulate(spec.weights.begin(), spec.weights.end(), 0.0);
  if (!(std::abs(sum - 1) <= tolerance))
    throw SpecError("/weights", "weights that sum to " + number_text(sum), "a sum of 1 within 1e-9");
}

void Describe<DensityMatrixSpec>::check(const DensityMatrixSpec& spec) {
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = i; j < 4; ++j) {
      const std::string at = "/" + std::to_string(i) + "/" + std::to_string(j);
      if (!(std::abs(spec.real[i][j] - spec.real[j][i]) <= tolerance))
        throw SpecError("/real" + at, number_text(spec.real[i][j]) + " opposite " + number_text(spec.real[j][i]),
                        "a Hermitian matrix: the real part symmetric within 1e-9");
      if (!(std::abs(spec.imag[i][j] + spec.imag[j][i]) <= tolerance))
        throw SpecError("/imag" + at, number_text(spec.imag[i][j]) + " opposite " + number_text(spec.imag[j][i]),
                        "a Hermitian matrix: the imaginary part antisymmetric within 1e-9");
    }
  const double trace = spec.real[0][0] + spec.real[1][1] + spec.real[2][2] + spec.real[3][3];
  if (!(std::abs(trace - 1) <= tolerance))
    throw SpecError("/real", "a matrix of trace " + number_text(trace), "trace 1 within 1e-9");
  if (!positive_within_tolerance(spec))
    throw SpecError("/real", "a matrix with a negative eigenvalue", "no eigenvalue below -1e-9");
}

void Describe<MidpointSourceSpec>::check(const MidpointSourceSpec& spec) {
  if (spec.statistics == PairStatistics::deterministic) {
    if (spec.mean_pairs > 1) throw SpecError("/mean_pairs", number_text(spec.mean_pairs), "at most 1 with deterministic statistics, a probability");
    if (spec.spectral_purity != 1)
      throw SpecError("/spectral_purity", number_text(spec.spectral_purity), "1 with deterministic statistics, which have no other pairs");
  }
  check_heralds(spec);
}

void Describe<SenderReceiverSpec>::check(const SenderReceiverSpec& spec) { check_heralds(spec); }

void Describe<RepeaterGraphSpec>::check(const RepeaterGraphSpec& spec) {
  if (spec.branching.empty() || spec.branching.size() > 20)
    throw SpecError("/branching", std::to_string(spec.branching.size()) + " levels", "1 to 20 levels, each with its number of branches");
}

}  // namespace farbell
