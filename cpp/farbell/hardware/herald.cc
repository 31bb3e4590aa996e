#include "farbell/hardware/herald.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/hardware/memory_light.hpp"
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

void require(Emitters const& emitters) {
  require_probability("double_excitation_probability", emitters.double_excitation_a);
  require_probability("double_excitation_probability_b", emitters.double_excitation_b);
}

// How a memory's emission in branch s of its ket goes with that in branch t of its bra: `photons` are those it emits in each.
// A second photon, seen or lost, tells the branches apart; the amplitude of none is sqrt(1 - p) in a branch that emits.
double weight(bool second, double p, int s_photons, int t_photons, bool same_branch) {
  if (second) return same_branch && s_photons > 0 ? p : 0;
  const double none = std::sqrt(1 - p);
  return (s_photons > 0 ? none : 1) * (t_photons > 0 ? none : 1);
}

// Responses of a bin by which arms bring a second photon; made when they are needed.
class Bins {
 public:
  Bins(BinOptics const& optics, Clicks blind, BinExtras const& extras) : optics_(optics), blind_(blind), extras_(extras) {}

  BinResponse const& with(bool photon_a, bool photon_b) {
    std::optional<BinResponse>& bin = bins_[2 * photon_a + photon_b];
    if (!bin) {
      extras_.photon_a = photon_a;
      extras_.photon_b = photon_b;
      bin = bin_response(optics_, 1, blind_, extras_);
    }
    return *bin;
  }

 private:
  BinOptics optics_;
  Clicks blind_;
  BinExtras extras_;
  std::array<std::optional<BinResponse>, 4> bins_;
};

}  // namespace

double HeraldTable::fidelity() const {
  if (outcomes.empty()) return std::numeric_limits<double>::quiet_NaN();
  double mean = 0;
  for (HeraldOutcome const& outcome : outcomes) mean += outcome.probability * outcome.fidelity();
  return mean;
}

HeraldTable double_click_table(BinOptics const& optics, bool late_bin_lost, Emitters const& emitters, double afterpulse_probability) {
  require(emitters);
  require_probability("afterpulse_probability", afterpulse_probability);
  // Each memory emits one photon in the modes that interfere, so one photon per arm and bin is their whole space: nothing is truncated.
  Bins early_bins(optics, Clicks::none, {});
  HeraldTable table;
  for (int s = 0; s < 4; ++s)
    for (int second = 0; second < 4; ++second) {
      const bool second_a = second >> 1, second_b = second & 1, late_a = s >> 1, late_b = s & 1;
      const double w = weight(second_a, emitters.double_excitation_a, 1, 1, true) * weight(second_b, emitters.double_excitation_b, 1, 1, true);
      if (w == 0) continue;
      table.silence += w * early_bins.with(second_a && !late_a, second_b && !late_b)(Clicks::none)(3 - s, 3 - s) *
                       early_bins.with(second_a && late_a, second_b && late_b)(Clicks::none)(s, s) / 4;
    }
  for (const Clicks early : one_click) {
    BinExtras extras;
    (early == Clicks::detector_1 ? extras.afterpulse_1 : extras.afterpulse_2) = afterpulse_probability;
    Bins late_bins(optics, late_bin_lost ? early : Clicks::none, extras);
    for (const Clicks late : one_click) {
      // Memories in |s_A s_B> emit n = 1 - s photons early and n = s late; a second photon comes in the bin of the first.
      DensityMatrix state{};
      for (int s = 0; s < 4; ++s)
        for (int t = 0; t < 4; ++t)
          for (int second = 0; second < 4; ++second) {
            const bool second_a = second >> 1, second_b = second & 1, late_a = s >> 1, late_b = s & 1;
            const double w = weight(second_a, emitters.double_excitation_a, 1, 1, (s >> 1) == (t >> 1)) *
                             weight(second_b, emitters.double_excitation_b, 1, 1, (s & 1) == (t & 1));
            if (w == 0) continue;
            state[4 * s + t] += w * early_bins.with(second_a && !late_a, second_b && !late_b)(early)(3 - s, 3 - t) *
                                late_bins.with(second_a && late_a, second_b && late_b)(late)(s, t) / 4;
          }
      add_outcome(table, state, early == late ? 2 : 3, {digit(early), digit(late)});
    }
  }
  return given_success(std::move(table));
}

HeraldTable single_click_table(BinOptics const& optics, double bright_a, double bright_b, Emitters const& emitters) {
  require_bright_state("bright_state", bright_a);
  require_bright_state("bright_state_b", bright_b);
  require(emitters);
  // Memories in |s_A s_B> emit n = s photons: again the whole space.
  Bins bins(optics, Clicks::none, {});
  const double amplitude[4] = {std::sqrt((1 - bright_a) * (1 - bright_b)), std::sqrt((1 - bright_a) * bright_b),
                               std::sqrt(bright_a * (1 - bright_b)), std::sqrt(bright_a * bright_b)};
  HeraldTable table;
  for (int s = 0; s < 4; ++s)
    for (int second = 0; second < 4; ++second) {
      const bool second_a = second >> 1, second_b = second & 1;
      const double w = weight(second_a, emitters.double_excitation_a, s >> 1, s >> 1, true) *
                       weight(second_b, emitters.double_excitation_b, s & 1, s & 1, true);
      if (w > 0) table.silence += w * amplitude[s] * amplitude[s] * bins.with(second_a, second_b)(Clicks::none)(s, s);
    }
  for (const Clicks click : one_click) {
    DensityMatrix state{};
    for (int s = 0; s < 4; ++s)
      for (int t = 0; t < 4; ++t)
        for (int second = 0; second < 4; ++second) {
          const bool second_a = second >> 1, second_b = second & 1;
          const double w = weight(second_a, emitters.double_excitation_a, s >> 1, t >> 1, (s >> 1) == (t >> 1)) *
                           weight(second_b, emitters.double_excitation_b, s & 1, t & 1, (s & 1) == (t & 1));
          if (w == 0) continue;
          state[4 * s + t] += w * amplitude[s] * amplitude[t] * bins.with(second_a, second_b)(click)(s, t);
        }
    add_outcome(table, state, click == Clicks::detector_1 ? 2 : 3, {digit(click)});
  }
  return given_success(std::move(table));
}

HeraldTable ensemble_click_table(BinOptics const& optics, double excitation_a, double excitation_b) {
  require_bright_state("bright_state", excitation_a);
  require_bright_state("bright_state_b", excitation_b);
  const double mean[2] = {excitation_a / (1 - excitation_a), excitation_b / (1 - excitation_b)};
  const double empty[2] = {1 - excitation_a, 1 - excitation_b};
  // [A emits any number][B emits any number], or neither
  std::array<double, 4> by_emission[2][2];
  for (int a : {0, 1})
    for (int b : {0, 1}) {
      by_emission[a][b] = click_probabilities(optics, {PhotonNumbers::thermal, a * mean[0], b * mean[1]});
      for (double& probability : by_emission[a][b]) probability *= (a ? 1 : empty[0]) * (b ? 1 : empty[1]);
    }
  const BinResponse single = bin_response(optics);
  const double amplitude = empty[0] * empty[1] * std::sqrt(excitation_a * excitation_b);
  HeraldTable table;
  table.silence = by_emission[1][1][0];
  for (const Clicks click : one_click) {
    const auto at = static_cast<std::size_t>(click);
    const auto p = [&](int a, int b) { return by_emission[a][b][at]; };
    // Differences of probabilities, below 0 by rounding alone.
    DensityMatrix state{};
    state[0] = p(0, 0);
    state[5] = std::max(0.0, p(0, 1) - p(0, 0));
    state[10] = std::max(0.0, p(1, 0) - p(0, 0));
    state[15] = std::max(0.0, (p(1, 1) - p(0, 1)) - (p(1, 0) - p(0, 0)));
    state[6] = state[9] = amplitude * single(click)(1, 2);
    add_outcome(table, state, click == Clicks::detector_1 ? 2 : 3, {digit(click)});
  }
  return given_success(std::move(table));
}

HeraldTable pulse_click_table(BinOptics const& optics, double mean_photons_a, double mean_photons_b, bool late_bin_lost,
                              double afterpulse_probability) {
  require_pulse("mean_photons", mean_photons_a);
  require_pulse("mean_photons_b", mean_photons_b);
  require_probability("afterpulse_probability", afterpulse_probability);
  const auto bin = [&](bool a, bool b, Clicks blind, BinExtras const& extras) {
    return click_probabilities(optics, {PhotonNumbers::poisson, a ? mean_photons_a : 0, b ? mean_photons_b : 0}, blind, extras);
  };
  const BinResponse single_early = bin_response(optics);
  const double single = mean_photons_a * mean_photons_b * std::exp(-mean_photons_a - mean_photons_b);
  HeraldTable table;
  for (int s = 0; s < 4; ++s) {
    const bool late_a = s >> 1, late_b = s & 1;
    table.silence += bin(!late_a, !late_b, Clicks::none, {})[0] * bin(late_a, late_b, Clicks::none, {})[0] / 4;
  }
  for (const Clicks early : one_click) {
    BinExtras extras;
    (early == Clicks::detector_1 ? extras.afterpulse_1 : extras.afterpulse_2) = afterpulse_probability;
    const Clicks blind = late_bin_lost ? early : Clicks::none;
    const BinResponse single_late = bin_response(optics, 1, blind, extras);
    for (const Clicks late : one_click) {
      DensityMatrix state{};
      for (int s = 0; s < 4; ++s) {
        const bool late_a = s >> 1, late_b = s & 1;
        state[5 * s] = bin(!late_a, !late_b, Clicks::none, {})[static_cast<std::size_t>(early)] *
                       bin(late_a, late_b, blind, extras)[static_cast<std::size_t>(late)] / 4;
      }
      state[6] = state[9] = single * single_early(early)(2, 1) * single_late(late)(1, 2) / 4;
      add_outcome(table, state, early == late ? 2 : 3, {digit(early), digit(late)});
    }
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
