#include "farbell/hardware/station.hpp"

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

void Describe<StationSpec>::check(const StationSpec& spec) {
  if (!spec.bin_separation_s) return;
  if (*spec.bin_separation_s < spec.detector.window_s)
    throw SpecError("/bin_separation_s", number_text(*spec.bin_separation_s) + " s",
                    "at least window_s = " + number_text(spec.detector.window_s) + " s: windows do not overlap");
  if (*spec.bin_separation_s > spec.local_overhead_s)
    throw SpecError("/bin_separation_s", number_text(*spec.bin_separation_s) + " s",
                    "at most local_overhead_s = " + number_text(spec.local_overhead_s) + " s, of which it is a part");
}

}  // namespace farbell
