#include "farbell/hardware/drift.hpp"

#include <cmath>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

Wear DriftSpec::after(double seconds) const {
  const auto left = [&](const std::optional<double>& tau_s) { return tau_s ? std::exp(-seconds / *tau_s) : 1.0; };
  return {left(efficiency_tau_s), left(coherence_tau_s)};
}

void check(const DriftSpec& spec, const std::string& path) {
  if (!spec.efficiency_tau_s && !spec.coherence_tau_s)
    throw SpecError(path + "/efficiency_tau_s", "nothing, nor coherence_tau_s", "a time in which something falls");
  if (spec.recalibrates() && !spec.recalibration_s)
    throw SpecError(path + "/recalibration_s", "nothing", "how long the link is down, since it is recalibrated");
  if (!spec.recalibrates() && spec.recalibration_s)
    throw SpecError(path + "/recalibration_s", number_text(*spec.recalibration_s) + " s", "null unless recalibrate_every_s or recalibrate_below is given");
}

}  // namespace farbell
