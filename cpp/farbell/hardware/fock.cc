#include "farbell/hardware/fock.hpp"

#include <cmath>

#include "farbell/base/errors.hpp"
#include "farbell/base/fields.hpp"
#include "farbell/base/text.hpp"
#include "farbell/hardware/memory_light.hpp"

namespace farbell {
namespace {

using Eigen::Matrix2d;
using Eigen::MatrixXd;

// sum_ij K_ij a_i^dagger X a_j on the two arms' truncated Fock space: one more photon, taken by the channel with mode matrix K.
MatrixXd one_more_photon(Matrix2d const& k, MatrixXd const& x, int max_photons) {
  const int levels = max_photons + 1;
  const int stride[2] = {levels, 1};
  const auto photons = [&](int n, int arm) { return arm == 0 ? n / levels : n % levels; };
  MatrixXd y = MatrixXd::Zero(x.rows(), x.cols());
  for (int column = 0; column < y.cols(); ++column)
    for (int row = 0; row < y.rows(); ++row)
      for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 2; ++j) {
          const int ni = photons(row, i), nj = photons(column, j);
          if (ni > 0 && nj > 0) y(row, column) += k(i, j) * std::sqrt(ni * nj) * x(row - stride[i], column - stride[j]);
        }
  return y;
}

// The same channel taking at least one photon: sum over k >= 1 of its k-th power / k!.
MatrixXd at_least_one_photon(Matrix2d const& k, MatrixXd const& x, int max_photons) {
  MatrixXd sum = MatrixXd::Zero(x.rows(), x.cols()), term = x;
  for (int photons = 1; photons <= 2 * max_photons; ++photons) {
    term = one_more_photon(k, term, max_photons) / photons;
    sum += term;
  }
  return sum;
}

// Operators of the bin's counts before dark ones. `only_1`: detector 1 counts, detector 2 does not; one count where numbers are
// resolved, and then nobody asks for `both`.
struct Counts {
  MatrixXd none, only_1, only_2, both;
};

// One more count, in detector 1 or 2 with these probabilities, of a photon or afterpulse that interferes with nothing.
void add_count(Counts& counts, double in_1, double in_2, bool number_resolving) {
  const double in_none = 1 - in_1 - in_2;
  if (!number_resolving) counts.both += in_2 * counts.only_1 + in_1 * counts.only_2;
  counts.only_1 = (in_none + (number_resolving ? 0 : in_1)) * counts.only_1 + in_1 * counts.none;
  counts.only_2 = (in_none + (number_resolving ? 0 : in_2)) * counts.only_2 + in_2 * counts.none;
  counts.none *= in_none;
}

void blindfold(Matrix2d& detector, double& dark, Matrix2d& lost) {
  lost += detector;
  detector.setZero();
  dark = 0;
}

// Probability of exactly one count of the Poisson process that makes at least one with probability `dark`.
double one_dark_count(double dark) { return dark < 1 ? -(1 - dark) * std::log1p(-dark) : 0; }

void add_extras(Counts& counts, BinOptics const& optics, Clicks blind, BinExtras const& extras) {
  const double sees_1 = blind == Clicks::detector_1 ? 0 : 0.5, sees_2 = blind == Clicks::detector_2 ? 0 : 0.5;
  const double a = optics.efficiency_a, b = optics.efficiency_b;
  if (extras.photon_a) add_count(counts, sees_1 * a, sees_2 * a, optics.number_resolving);
  if (extras.photon_b) add_count(counts, sees_1 * b, sees_2 * b, optics.number_resolving);
  if (extras.afterpulse_1 > 0 && sees_1 > 0) add_count(counts, extras.afterpulse_1, 0, optics.number_resolving);
  if (extras.afterpulse_2 > 0 && sees_2 > 0) add_count(counts, 0, extras.afterpulse_2, optics.number_resolving);
}

// By Clicks, with dark counts. `everything`: the operator of all that there may be.
std::array<MatrixXd, 4> reports(Counts const& counts, MatrixXd const& everything, double dark_1, double dark_2, bool number_resolving) {
  const double quiet_1 = 1 - dark_1, quiet_2 = 1 - dark_2;
  if (number_resolving) {
    const MatrixXd silence = quiet_1 * quiet_2 * counts.none,
                   click_1 = quiet_2 * (quiet_1 * counts.only_1 + one_dark_count(dark_1) * counts.none),
                   click_2 = quiet_1 * (quiet_2 * counts.only_2 + one_dark_count(dark_2) * counts.none);
    return {silence, click_1, click_2, everything - silence - click_1 - click_2};
  }
  return {quiet_1 * quiet_2 * counts.none, quiet_2 * (counts.only_1 + dark_1 * counts.none), quiet_1 * (counts.only_2 + dark_2 * counts.none),
          counts.both + dark_2 * counts.only_1 + dark_1 * counts.only_2 + dark_1 * dark_2 * counts.none};
}

BinResponse response_of(BinOptics const& optics, int max_photons, Clicks blind, BinExtras const& extras) {
  const double a = optics.efficiency_a, b = optics.efficiency_b;
  const double interference = std::sqrt(a * b * optics.visibility);
  Matrix2d detector_1 = (Matrix2d() << a, interference, interference, b).finished() / 2;
  Matrix2d detector_2 = (Matrix2d() << a, -interference, -interference, b).finished() / 2;
  Matrix2d lost = (Matrix2d() << 1 - a, 0, 0, 1 - b).finished();
  double dark_1 = optics.dark_count_probability, dark_2 = dark_1;
  if (blind == Clicks::detector_1) blindfold(detector_1, dark_1, lost);
  if (blind == Clicks::detector_2) blindfold(detector_2, dark_2, lost);

  // By who absorbs photons. Sums of positive terms only, so tiny efficiencies keep their relative precision.
  const int dimension = (max_photons + 1) * (max_photons + 1);
  MatrixXd vacuum = MatrixXd::Zero(dimension, dimension);
  vacuum(0, 0) = 1;
  const MatrixXd none = vacuum + at_least_one_photon(lost, vacuum, max_photons);
  Counts counts{none, {}, {}, {}};
  if (optics.number_resolving) {
    counts.only_1 = one_more_photon(detector_1, none, max_photons);
    counts.only_2 = one_more_photon(detector_2, none, max_photons);
  } else {
    counts.only_1 = at_least_one_photon(detector_1, none, max_photons);
    counts.only_2 = at_least_one_photon(detector_2, none, max_photons);
    counts.both = at_least_one_photon(detector_2, counts.only_1, max_photons);
  }
  add_extras(counts, optics, blind, extras);
  return {max_photons, reports(counts, MatrixXd::Identity(dimension, dimension), dark_1, dark_2, optics.number_resolving)};
}

// Sum over k >= 1 of (z^2/4)^k / k!^2: the modified Bessel function I_0(z), less 1.
double bessel_above_one(double z_squared) {
  double sum = 0, term = 1;
  for (int k = 1; term > 1e-18 * sum; ++k) sum += term *= z_squared / 4 / k / k;
  return sum;
}
// z I_1(z)
double bessel_slope(double z_squared) {
  double term = z_squared / 2, sum = term;
  for (int k = 1; term > 1e-18 * sum; ++k) sum += term *= z_squared / 4 / k / (k + 1);
  return sum;
}

void require(BinOptics const& optics) {
  require_probability("efficiency_a", optics.efficiency_a);
  require_probability("efficiency_b", optics.efficiency_b);
  require_probability("visibility", optics.visibility);
  require_probability("dark_count_probability", optics.dark_count_probability);
  require_probability("photon_coherence", optics.photon_coherence);
}

struct CountProbabilities {
  double none = 1, only_1 = 0, only_2 = 0;  // as of Counts
};

// With x = mean * efficiency the detectors have the intensities (x_a + x_b)/2 +- sqrt(V x_a x_b) cos(phase), at a phase that is random.
CountProbabilities of_poisson_light(double x_a, double x_b, double visibility, bool number_resolving, Clicks blind) {
  const double sum = x_a + x_b, z_squared = visibility * x_a * x_b, bessel = bessel_above_one(z_squared);
  if (blind == Clicks::none) {
    const double none = std::exp(-sum);
    const double one = none * (number_resolving ? sum / 2 : std::expm1(sum / 2) + std::exp(sum / 2) * bessel);
    return {none, one, one};
  }
  const double half = std::exp(-sum / 2), none = half * (1 + bessel);
  const double one = number_resolving ? half * (sum / 2 * (1 + bessel) - bessel_slope(z_squared)) : -std::expm1(-sum / 2) - half * bessel;
  return blind == Clicks::detector_1 ? CountProbabilities{none, 0, one} : CountProbabilities{none, one, 0};
}

// No photon where the mode matrix K leads: 1/det(1 + N K), N the mean numbers. K of one detector: `at_one`; of both: `at_both`.
CountProbabilities of_thermal_light(double x_a, double x_b, double visibility, bool number_resolving, Clicks blind) {
  const double sum = x_a + x_b, product = x_a * x_b, minor = product * (1 - visibility) / 4;
  const double at_one = 1 + sum / 2 + minor, at_both = 1 + sum + product;
  if (blind == Clicks::none) {
    const double one = number_resolving ? (sum / 2 + product) / (at_both * at_both) : (sum / 2 + product - minor) / (at_both * at_one);
    return {1 / at_both, one, one};
  }
  const double one = number_resolving ? (sum / 2 + 2 * minor) / (at_one * at_one) : (sum / 2 + minor) / at_one;
  return blind == Clicks::detector_1 ? CountProbabilities{1 / at_one, 0, one} : CountProbabilities{1 / at_one, one, 0};
}

}  // namespace

void require_probability(const char* name, double value) {
  if (!unit_interval.contains(value)) throw SpecError(name, number_text(value), "a probability, 0 to 1");
}

void require_pulse(const char* name, double mean_photons) {
  if (!pulse_photons.contains(mean_photons)) throw SpecError(name, number_text(mean_photons), "a number of photons, more than 0 and at most 100");
}

std::array<double, 4> click_probabilities(BinOptics const& optics, ModeLight const& light, Clicks blind, BinExtras const& extras) {
  require(optics);
  if (optics.photon_coherence != 1)
    throw SpecError("photon_coherence", number_text(optics.photon_coherence), "1 with light of several photons");
  const auto of = light.numbers == PhotonNumbers::thermal ? of_thermal_light : of_poisson_light;
  const CountProbabilities p = of(light.mean_a * optics.efficiency_a, light.mean_b * optics.efficiency_b, optics.visibility, optics.number_resolving, blind);
  const auto scalar = [](double value) { return MatrixXd::Constant(1, 1, value); };
  Counts counts{scalar(p.none), scalar(p.only_1), scalar(p.only_2), scalar(1 - p.none - p.only_1 - p.only_2)};
  add_extras(counts, optics, blind, extras);
  const double dark = optics.dark_count_probability;
  const auto found = reports(counts, scalar(1), blind == Clicks::detector_1 ? 0 : dark, blind == Clicks::detector_2 ? 0 : dark, optics.number_resolving);
  return {found[0](0), found[1](0), found[2](0), found[3](0)};
}

BinResponse bin_response(BinOptics const& optics, int max_photons, Clicks blind, BinExtras const& extras) {
  require(optics);
  BinResponse response = response_of(optics, max_photons, blind, extras);
  if (optics.photon_coherence == 1) return response;
  BinOptics apart = optics;
  apart.visibility = 0;
  const BinResponse distinguishable = response_of(apart, max_photons, blind, extras);
  for (std::size_t k = 0; k < response.povm.size(); ++k)
    response.povm[k] = optics.photon_coherence * response.povm[k] + (1 - optics.photon_coherence) * distinguishable.povm[k];
  return response;
}

double photon_coherence(double dephasing_a, double dephasing_b) { return 1 / (1 + dephasing_a + dephasing_b); }

double hong_ou_mandel(double visibility, double coherence) {
  const BinResponse response = bin_response({1, 1, visibility, 0, false, coherence});
  const int one_each = response.index(1, 1);
  return response(Clicks::more)(one_each, one_each);
}

}  // namespace farbell
