#include "farbell/hardware/multiplexing.hpp"

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

void Describe<MultiplexingSpec>::check(const MultiplexingSpec& spec) {
  if (!spec.shared_detectors) return;
  if (spec.mode_separation_s > 0)
    throw SpecError("/mode_separation_s", number_text(spec.mode_separation_s) + " s", "0, since shared_detectors: modes in time share them anyway");
  if (spec.train == TrainUse::shared)
    throw SpecError("/train", "\"shared\"", "\"own\", since shared_detectors: one mode of a train succeeds at most");
}

}  // namespace farbell
