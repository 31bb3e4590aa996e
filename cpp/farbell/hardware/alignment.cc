#include "farbell/hardware/alignment.hpp"

#include <cmath>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

void Describe<AlignmentSpec>::check(const AlignmentSpec& spec) {
  if (spec.free_running_s && !spec.stabilisation_s)
    throw SpecError("/stabilisation_s", "null", "a time, since free_running_s is given");
  if (spec.stabilisation_s && !spec.free_running_s)
    throw SpecError("/free_running_s", "null", "a time, since stabilisation_s is given");
}

double walk_sigma_rad(double drift_rad_per_sqrt_s, double free_running_s) {
  // Mean of exp(-D^2 t/2) over t in (0, T): (1 - exp(-x))/x = exp(-sigma^2/2).
  const double x = drift_rad_per_sqrt_s * drift_rad_per_sqrt_s * free_running_s / 2;
  return x > 0 ? std::sqrt(-2 * (x < 1e-5 ? -x / 2 + x * x / 24 : std::log(-std::expm1(-x) / x))) : 0;
}

}  // namespace farbell
