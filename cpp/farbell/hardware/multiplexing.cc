#include "farbell/hardware/multiplexing.hpp"

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

void Describe<MultiplexingSpec>::check(const MultiplexingSpec& spec) {
  if (spec.crosstalk > 0 && spec.modes == 1) throw SpecError("/crosstalk", number_text(spec.crosstalk), "0 with one mode, which has no others");
  if (!spec.shared_detectors) return;
  if (spec.crosstalk > 0)
    throw SpecError("/crosstalk", number_text(spec.crosstalk), "0 with shared_detectors, where a click tells its mode");
  if (spec.mode_separation_s > 0)
    throw SpecError("/mode_separation_s", number_text(spec.mode_separation_s) + " s", "0, since shared_detectors: modes in time share them anyway");
  if (spec.train == TrainUse::shared)
    throw SpecError("/train", "\"shared\"", "\"own\", since shared_detectors: one mode of a train succeeds at most");
}

}  // namespace farbell
