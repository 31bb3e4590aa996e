#include "farbell/hardware/photon_window.hpp"

#include <cmath>
#include <numbers>

namespace farbell {
namespace {

// exp(u^2) erfc(u); from u = 5 on by its continued fraction, as the factors leave the range of numbers.
double scaled_erfc(double u) {
  if (u < 5) return std::exp(u * u) * std::erfc(u);
  double fraction = 0;
  for (int k = 40; k >= 1; --k) fraction = k / 2.0 / (u + fraction);
  return std::numbers::inv_sqrtpi / (u + fraction);
}

// P(T + J <= x), T exponential, J normal.
double reported_by(double x, double lifetime, double jitter) {
  const double normal = std::erfc(-x / jitter * std::numbers::sqrt2 / 2) / 2;
  const double u = (jitter / lifetime - x / jitter) / std::numbers::sqrt2;
  const double late = u > 0 ? std::exp(-x * x / (2 * jitter * jitter)) * scaled_erfc(u)
                            : std::exp(jitter * jitter / (2 * lifetime * lifetime) - x / lifetime) * std::erfc(u);
  return normal - late / 2;
}

}  // namespace

double window_share(double lifetime_s, double jitter_s, double window_s) {
  if (jitter_s == 0) return -std::expm1(-window_s / lifetime_s);
  return reported_by(window_s, lifetime_s, jitter_s) - reported_by(0, lifetime_s, jitter_s);
}

double lifetime_overlap(double lifetime_a_s, double lifetime_b_s) {
  const double sum_s = lifetime_a_s + lifetime_b_s;
  return 4 * (lifetime_a_s / sum_s) * (lifetime_b_s / sum_s);
}

double common_lifetime_s(double lifetime_a_s, double lifetime_b_s) { return 2 / (1 / lifetime_a_s + 1 / lifetime_b_s); }

}  // namespace farbell
