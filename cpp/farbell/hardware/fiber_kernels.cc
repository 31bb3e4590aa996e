#include "farbell/hardware/fiber_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {
namespace {

constexpr double light_m_per_s = 299'792'458, planck_js = 6.626'070'15e-34;

double span_loss_db(FiberSpec const& fiber, FiberSpanSpec const& span) {
  return span.loss_db.value_or(fiber.attenuation_db_per_km * (span.length_m / 1000));
}

// Pieces of even loss between two distances from node_a, in order.
std::vector<FiberSpanSpec> pieces(FiberSpec const& fiber, double from_m, double to_m) {
  if (fiber.spans.empty()) return {{to_m - from_m, fiber.attenuation_db_per_km * ((to_m - from_m) / 1000)}};
  std::vector<FiberSpanSpec> found;
  double begin_m = 0;
  for (std::size_t i = 0; i < fiber.spans.size(); ++i) {
    FiberSpanSpec const& span = fiber.spans[i];
    const double end_m = i + 1 == fiber.spans.size() ? fiber.length_m : begin_m + span.length_m;  // so that rounding leaves no gap
    const double within_m = std::min(end_m, to_m) - std::max(begin_m, from_m);
    if (within_m > 0) found.push_back({within_m, span_loss_db(fiber, span) * (within_m / (end_m - begin_m))});
    begin_m = end_m;
  }
  return found;
}

double passed(double loss_db) { return std::pow(10.0, -loss_db / 10); }

// (1 - exp(-x))/x
double mean_of_decay(double x) { return x > 0 ? -std::expm1(-x) / x : 1; }

struct Scattered {
  double forward_m = 0, backward_m = 0;  // for unit power and scattering of one photon a metre
};

// Light that enters the first of these pieces: what is scattered on, and leaves the last one, and what is scattered back and leaves the first.
Scattered scattered(std::vector<FiberSpanSpec> const& way) {
  Scattered sum;
  double arriving = 1, length_m = 0;
  for (FiberSpanSpec const& piece : way) {
    const double nepers = *piece.loss_db / 10 * std::numbers::ln10;
    sum.backward_m += arriving * arriving * piece.length_m * mean_of_decay(2 * nepers);
    arriving *= passed(*piece.loss_db);
    length_m += piece.length_m;
  }
  sum.forward_m = arriving * length_m;
  return sum;
}

// Photons a second that a metre scatters of a watt, each way.
double raman_hz_per_w_m(FiberSpec const& fiber) {
  ClassicalLightSpec const& light = *fiber.classical_light;
  const double per_m = light.raman_per_km_nm / 1e3 * (light.filter_bandwidth_m / 1e-9);
  return per_m * *fiber.wavelength_m / (planck_js * light_m_per_s);
}

}  // namespace

void Describe<FiberSpec>::check(const FiberSpec& fiber) {
  double sum_m = 0;
  for (FiberSpanSpec const& span : fiber.spans) sum_m += span.length_m;
  if (!fiber.spans.empty() && !(std::abs(sum_m - fiber.length_m) <= 1e-9 * fiber.length_m))
    throw SpecError("/spans", "spans of " + number_text(sum_m) + " m", "spans that sum to length_m = " + number_text(fiber.length_m) + " m");
  if (fiber.wavelength_m) return;
  if (fiber.dispersion_s_per_m2 != 0) throw SpecError("/wavelength_m", "null", "a length, since dispersion_s_per_m2 is stated for it");
  if (fiber.classical_light) throw SpecError("/wavelength_m", "null", "a length, since classical_light scatters to it");
}

double transmission(double attenuation_db_per_km, double length_m) {
  return std::pow(10.0, -attenuation_db_per_km * (length_m / 1000) / 10);
}

double loss_db(FiberSpec const& fiber, double from_m, double to_m) {
  double sum_db = 0;
  for (FiberSpanSpec const& piece : pieces(fiber, from_m, to_m)) sum_db += *piece.loss_db;
  return sum_db;
}

double transmission(FiberSpec const& fiber, double from_m, double to_m) { return passed(loss_db(fiber, from_m, to_m)); }

double fiber_delay_s(double length_m, double speed_m_per_s) { return length_m / speed_m_per_s; }

RamanLight raman_light(FiberSpec const& fiber, double at_m) {
  if (!fiber.classical_light) return {};
  ClassicalLightSpec const& light = *fiber.classical_light;
  std::vector<FiberSpanSpec> side_a = pieces(fiber, 0, at_m);
  std::ranges::reverse(side_a);  // seen from the station
  const double passed_a = transmission(fiber, 0, at_m), passed_b = transmission(fiber, at_m, fiber.length_m);
  const Scattered at_a = scattered(side_a), at_b = scattered(pieces(fiber, at_m, fiber.length_m));
  const double rate = raman_hz_per_w_m(fiber);
  return {rate * (light.power_to_b_w * at_a.forward_m + light.power_to_a_w * passed_b * at_a.backward_m),
          rate * (light.power_to_a_w * at_b.forward_m + light.power_to_b_w * passed_a * at_b.backward_m)};
}

RamanAtEnds raman_at_ends(FiberSpec const& fiber, double at_m) {
  if (!fiber.classical_light) return {};
  ClassicalLightSpec const& light = *fiber.classical_light;
  std::vector<FiberSpanSpec> side_b = pieces(fiber, at_m, fiber.length_m);
  std::ranges::reverse(side_b);  // seen from node_b
  const double passed_a = transmission(fiber, 0, at_m), passed_b = transmission(fiber, at_m, fiber.length_m);
  const Scattered at_a = scattered(pieces(fiber, 0, at_m)), at_b = scattered(side_b);
  const double rate = raman_hz_per_w_m(fiber);
  return {rate * (light.power_to_a_w * passed_b * at_a.forward_m + light.power_to_b_w * at_a.backward_m),
          rate * (light.power_to_b_w * passed_a * at_b.forward_m + light.power_to_a_w * at_b.backward_m)};
}

double filter_bandwidth_hz(FiberSpec const& fiber) {
  return fiber.classical_light->filter_bandwidth_m * light_m_per_s / (*fiber.wavelength_m * *fiber.wavelength_m);
}

double group_delay_dispersion_s2(FiberSpec const& fiber, double length_m) {
  if (fiber.dispersion_s_per_m2 == 0) return 0;
  const double wavelength_m = *fiber.wavelength_m;
  return -fiber.dispersion_s_per_m2 * wavelength_m * wavelength_m / (2 * std::numbers::pi * light_m_per_s) * length_m;
}

}  // namespace farbell
