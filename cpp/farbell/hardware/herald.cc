#include "farbell/hardware/herald.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/state/correlations.hpp"

namespace farbell {
namespace {

constexpr Clicks one_click[2] = {Clicks::detector_1, Clicks::detector_2};

// `state` is not normalised: its trace is the probability of the herald.
void add_outcome(HeraldTable& table, DensityMatrix state, int frame, std::string pattern) {
  double probability = 0;
  for (int s = 0; s < 4; ++s) probability += state[5 * s].real();
  if (probability <= 0) return;
  for (std::complex<double>& element : state) element /= probability;
  table.outcomes.push_back({probability, frame, correlations_of(state), std::move(pattern)});
  table.success_probability += probability;
}

// From probabilities of attempts to those of successes.
HeraldTable given_success(HeraldTable table) {
  for (HeraldOutcome& outcome : table.outcomes) outcome.probability /= table.success_probability;
  return table;
}

char digit(Clicks click) { return click == Clicks::detector_1 ? '1' : '2'; }

void require_bright_state(const char* name, double value) {
  if (!(value > 0 && value < 1)) throw SpecError(name, number_text(value), "a probability, more than 0 and less than 1");
}

}  // namespace

double HeraldTable::fidelity() const {
  if (outcomes.empty()) return std::numeric_limits<double>::quiet_NaN();
  double mean = 0;
  for (HeraldOutcome const& outcome : outcomes) mean += outcome.probability * outcome.fidelity();
  return mean;
}

HeraldTable double_click_table(BinOptics const& optics, bool late_bin_lost) {
  // Each memory emits one photon in all, so one photon per arm and bin is the whole space: nothing is truncated.
  const BinResponse early_bin = bin_response(optics);
  HeraldTable table;
  for (const Clicks early : one_click) {
    const BinResponse late_bin = late_bin_lost ? bin_response(optics, 1, early) : early_bin;
    for (const Clicks late : one_click) {
      // Memories in |s_A s_B> emit n = 1 - s photons early and n = s late.
      DensityMatrix state;
      for (int s = 0; s < 4; ++s)
        for (int t = 0; t < 4; ++t) state[4 * s + t] = early_bin(early)(3 - s, 3 - t) * late_bin(late)(s, t) / 4;
      add_outcome(table, state, early == late ? 2 : 3, {digit(early), digit(late)});
    }
  }
  return given_success(std::move(table));
}

HeraldTable single_click_table(BinOptics const& optics, double bright_a, double bright_b) {
  require_bright_state("bright_state", bright_a);
  require_bright_state("bright_state_b", bright_b);
  // Memories in |s_A s_B> emit n = s photons: again the whole space.
  const BinResponse bin = bin_response(optics);
  const double amplitude[4] = {std::sqrt((1 - bright_a) * (1 - bright_b)), std::sqrt((1 - bright_a) * bright_b),
                               std::sqrt(bright_a * (1 - bright_b)), std::sqrt(bright_a * bright_b)};
  HeraldTable table;
  for (const Clicks click : one_click) {
    DensityMatrix state;
    for (int s = 0; s < 4; ++s)
      for (int t = 0; t < 4; ++t) state[4 * s + t] = amplitude[s] * amplitude[t] * bin(click)(s, t);
    add_outcome(table, state, click == Clicks::detector_1 ? 2 : 3, {digit(click)});
  }
  return given_success(std::move(table));
}

HeraldTable phase_averaged(HeraldTable table, double phase_sigma_rad) {
  const double coherence = std::exp(-phase_sigma_rad * phase_sigma_rad / 2);
  for (HeraldOutcome& outcome : table.outcomes)
    for (int k = 4; k < 12; ++k) outcome.state[k] *= coherence;  // X and Y of node_a's memory
  return table;
}

}  // namespace farbell
