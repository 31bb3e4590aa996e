#include "farbell/hardware/herald.hpp"

#include <limits>

#include "farbell/state/correlations.hpp"

namespace farbell {

double HeraldTable::fidelity() const {
  if (outcomes.empty()) return std::numeric_limits<double>::quiet_NaN();
  double mean = 0;
  for (HeraldOutcome const& outcome : outcomes) mean += outcome.probability * outcome.fidelity();
  return mean;
}

HeraldTable double_click_table(DoubleClickOptics const& optics) {
  // Each memory emits one photon in all, so one photon per arm and bin is the whole space: nothing is truncated.
  const BinResponse bin = bin_response(optics);
  HeraldTable table;
  for (const Clicks early : {Clicks::detector_1, Clicks::detector_2})
    for (const Clicks late : {Clicks::detector_1, Clicks::detector_2}) {
      // Memories in |s_A s_B> emit n = 1 - s photons early and n = s late.
      DensityMatrix state;
      double probability = 0;
      for (int s = 0; s < 4; ++s)
        for (int t = 0; t < 4; ++t) state[4 * s + t] = bin(early)(3 - s, 3 - t) * bin(late)(s, t) / 4;
      for (int s = 0; s < 4; ++s) probability += state[5 * s].real();
      if (probability <= 0) continue;
      for (std::complex<double>& element : state) element /= probability;
      const char pattern[2] = {early == Clicks::detector_1 ? '1' : '2', late == Clicks::detector_1 ? '1' : '2'};
      table.outcomes.push_back({probability, early == late ? 2 : 3, correlations_of(state), {pattern, 2}});
      table.success_probability += probability;
    }
  for (HeraldOutcome& outcome : table.outcomes) outcome.probability /= table.success_probability;
  return table;
}

}  // namespace farbell
