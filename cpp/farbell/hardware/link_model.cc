#include "farbell/hardware/link_model.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>
#include <variant>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/hardware/fiber_kernels.hpp"
#include "farbell/hardware/pair_source.hpp"
#include "farbell/hardware/pair_state.hpp"
#include "farbell/hardware/photon_window.hpp"

namespace farbell {
namespace {

// Stated, not derived: neither the fibre nor the memories change what a `given` link declares.
LinkModel model_of(GivenSpec const& given, Wear wear) {
  LinkModel model;
  model.success_probability = model.table.success_probability = wear.efficiency * given.success_probability;
  Correlations state = correlations(given.state);
  for (std::size_t k = 1; k < state.size(); ++k) state[k] *= wear.coherence;
  model.table.outcomes.push_back({1, 0, state, ""});
  model.period_s = given.attempt_period_s;
  model.herald_a_s = model.herald_b_s = given.herald_delay_s;
  return model;
}

void depolarise_initialisation(LinkModel& model, MemorySpec const& a, MemorySpec const& b) {
  if (a.initialisation_reliability == 1 && b.initialisation_reliability == 1) return;
  for (HeraldOutcome& outcome : model.table.outcomes)
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j)
        outcome.state[4 * i + j] *= (i > 0 ? a.initialisation_reliability : 1) * (j > 0 ? b.initialisation_reliability : 1);
  model.approximations.push_back({"initialisation_depolarising",
                                  "A memory that fails to initialise leaves its half of the heralded pair maximally mixed; "
                                  "the photon it emits and the success probability are those of a good one."});
}

// Whether a detector that clicked in the early bin is dead in the late one.
bool late_bin_lost(StationSpec const& station) {
  const double dead_s = station.detector.dead_time_s, window_s = station.detector.window_s;
  if (dead_s == 0) return false;
  if (!station.bin_separation_s)
    throw SpecError("/station/bin_separation_s", "nothing", "a time, since the detectors have a dead_time_s");
  const double whole_s = *station.bin_separation_s - window_s, lost_s = *station.bin_separation_s + window_s;
  if (dead_s > whole_s && dead_s < lost_s)
    throw SpecError("/station/detector/dead_time_s", number_text(dead_s) + " s",
                    "at most bin_separation_s - window_s = " + number_text(whole_s) + " s, so that the late bin is whole, or at least " +
                        "bin_separation_s + window_s = " + number_text(lost_s) + " s, so that it is lost");
  return dead_s > whole_s;
}

// `first_to_last_s`: between the starts of the first and the last window of an attempt.
void set_recovery(LinkModel& model, DetectorSpec const& detector, double first_to_last_s) {
  if (detector.dead_time_s > 0) model.recovery_s = first_to_last_s + detector.window_s + detector.dead_time_s;
  require_recovery(model, model.period_s);
}

// What the detectors' windows hold of photons whose lifetime is known, and how well the rest of them interferes.
void cut_to_window(BinOptics& optics, LinkModel& model, MemorySpec const& a, MemorySpec const& b, DetectorSpec const& detector) {
  const auto share = [&](double lifetime_s) { return window_share(lifetime_s, detector.jitter_s, detector.window_s); };
  const double share_a = a.photon_lifetime_s ? share(*a.photon_lifetime_s) : 1, share_b = b.photon_lifetime_s ? share(*b.photon_lifetime_s) : 1;
  optics.efficiency_a *= share_a;
  optics.efficiency_b *= share_b;
  if (!a.photon_lifetime_s || !b.photon_lifetime_s) {
    if (detector.jitter_s > 0)
      model.approximations.push_back({"jitter_within_window",
                                      "Photons of memories without photon_lifetime_s are reported within the window whatever jitter_s."});
    return;
  }
  const double overlap = lifetime_overlap(*a.photon_lifetime_s, *b.photon_lifetime_s);
  if (optics.visibility > overlap * (1 + 1e-12))
    throw SpecError("/station/visibility", number_text(optics.visibility),
                    "at most " + number_text(overlap) + ", the overlap of photons with lifetimes of " + number_text(*a.photon_lifetime_s) +
                        " s and " + number_text(*b.photon_lifetime_s) + " s");
  if (share_a == 0 || share_b == 0) return;
  const double common = share(common_lifetime_s(*a.photon_lifetime_s, *b.photon_lifetime_s));
  optics.visibility = std::min(1.0, optics.visibility * (common / share_a) * (common / share_b));
}

template <class Click>
LinkModel model_of(Click const& spec, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b, StationSpec const& station) {
  const double length_a_m = spec.station_position * fiber.length_m, length_b_m = fiber.length_m - length_a_m;
  DetectorSpec const& detector = station.detector;
  BinOptics optics;
  optics.efficiency_a = a.efficiency * transmission(fiber.attenuation_db_per_km, length_a_m) * detector.efficiency;
  optics.efficiency_b = b.efficiency * transmission(fiber.attenuation_db_per_km, length_b_m) * detector.efficiency;
  optics.visibility = station.visibility;
  optics.number_resolving = detector.number_resolving;
  optics.photon_coherence = photon_coherence(a.photon_dephasing, b.photon_dephasing);
  // Half of an arm's light comes to each detector; Poisson counts of it add to the dark ones.
  const double background = (a.background_photons * optics.efficiency_a + b.background_photons * optics.efficiency_b) / 2;
  optics.dark_count_probability = -std::expm1(-(detector.dark_count_rate_hz * detector.window_s + background));
  const Emitters emitters{a.double_excitation_probability, b.double_excitation_probability};

  LinkModel model;
  cut_to_window(optics, model, a, b, detector);
  static_cast<LinkTiming&>(model) = midpoint_timing(
      fiber_delay_s(length_a_m, fiber.speed_m_per_s), fiber_delay_s(length_b_m, fiber.speed_m_per_s),
      std::max(a.initialisation_s, b.initialisation_s), station.local_overhead_s);
  if constexpr (std::is_same_v<Click, SingleClickSpec>) {
    model.table = single_click_table(optics, spec.bright_state, spec.bright_state_b.value_or(spec.bright_state), emitters);
    model.phase = {spec.phase_sigma_rad, spec.phase_correlation_s.value_or(0)};
    set_recovery(model, detector, 0);
  } else {
    model.table = double_click_table(optics, late_bin_lost(station), emitters, detector.afterpulse_probability);
    set_recovery(model, detector, station.bin_separation_s.value_or(0));
  }
  model.success_probability = model.table.success_probability;
  depolarise_initialisation(model, a, b);
  if (detector.afterpulse_probability > 0)
    model.approximations.push_back({"afterpulses_within_attempts",
                                    "A click sets off another one in the late bin of its attempt, and none in later attempts or modes."});
  return model;
}

LinkModel model_of(MidpointSourceSpec const& source, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b, Wear wear) {
  const double length_a_m = source.source_position * fiber.length_m, length_b_m = fiber.length_m - length_a_m;
  LinkModel model;
  static_cast<LinkTiming&>(model) = midpoint_source_timing(
      fiber_delay_s(length_a_m, fiber.speed_m_per_s), fiber_delay_s(length_b_m, fiber.speed_m_per_s),
      std::max(a.initialisation_s, b.initialisation_s), source.local_overhead_s, source.heralded);
  model.table = pair_source_table(source, wear.efficiency * a.efficiency * transmission(fiber.attenuation_db_per_km, length_a_m),
                                  wear.efficiency * b.efficiency * transmission(fiber.attenuation_db_per_km, length_b_m));
  for (HeraldOutcome& outcome : model.table.outcomes)
    for (std::size_t k = 1; k < outcome.state.size(); ++k) outcome.state[k] *= wear.coherence;
  model.success_probability = model.table.success_probability;
  depolarise_initialisation(model, a, b);
  if (source.statistics == PairStatistics::down_conversion)
    model.approximations.push_back({"several_photons_a_memory",
                                    "A memory that has absorbed photons of both polarisations holds a qubit that is maximally mixed."});
  return model;
}

// The attempt becomes a train of such attempts, one after the start of the other.
void multiplex(LinkModel& model, std::optional<MultiplexingSpec> const& spec, StationSpec const* station) {
  model.mode_success_probability = model.success_probability;
  if (!spec || spec->modes == 1) return;
  model.multiplexing = *spec;
  const double p = model.mode_success_probability, apart_s = spec->mode_separation_s;
  model.success_probability = -std::expm1(static_cast<double>(spec->modes) * std::log1p(-p));
  model.period_s += spec->train_s();
  if (!station || apart_s == 0) return;
  if (apart_s < station->detector.window_s)
    throw SpecError("/multiplexing/mode_separation_s", number_text(apart_s) + " s",
                    "at least the detectors' window_s = " + number_text(station->detector.window_s) + " s, or 0: windows do not overlap");
  if (model.recovery_s > apart_s)
    throw SpecError("/station/detector/dead_time_s", "a detector that needs " + number_text(model.recovery_s) + " s from one mode to the next",
                    "at most " + number_text(apart_s) + " s, the mode_separation_s: a detector that is still dead ties the next mode to this one");
  if (model.recovery_s > 0) model.recovery_s += spec->train_s();
}

// Of qubits stored beside the emitter, which is in the state that emits with probability `bright`: their coherence becomes exp(-x) of
// itself. The number of attempts for 1/e is stated for equal superpositions.
double dephasing_exponent(std::optional<double> const& attempts, double bright) {
  return attempts ? -std::log1p(2 * bright * std::expm1(-1 / *attempts)) : 0;
}

}  // namespace

void require_recovery(LinkModel const& model, double period_s) {
  if (model.recovery_s <= period_s) return;
  throw SpecError("/station/detector/dead_time_s", "a detector that needs " + number_text(model.recovery_s) + " s from one attempt to the next",
                  "at most " + number_text(period_s) + " s, the period: a detector that is still dead ties the next attempt to this one");
}

LinkModel link_model(GenerationSpec const& generation, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b,
                     StationSpec const* station, Wear wear) {
  double bright_a = 0.5, bright_b = 0.5;
  if (auto const* single_click = std::get_if<SingleClickSpec>(&generation)) {
    bright_a = single_click->bright_state;
    bright_b = single_click->bright_state_b.value_or(bright_a);
  }
  const auto multiplexed = [&](LinkModel model) {
    model.dephasing_exponent = {dephasing_exponent(a.dephasing_attempts, bright_a), dephasing_exponent(b.dephasing_attempts, bright_b)};
    std::visit([&](auto const& kind) { multiplex(model, kind.multiplexing, station); }, generation);
    if (const double check_s = mean_check_s(a.charge_check, b.charge_check); check_s > 0 && !std::holds_alternative<GivenSpec>(generation)) {
      model.period_s += static_cast<double>(model.multiplexing.modes) * check_s;
      model.approximations.push_back({"checks_spread", "The time that charge checks take between batches is spread evenly over all attempts."});
    }
    return model;
  };
  const auto heralded = [&](auto const& click) {
    if (!station || station->name != click.station)
      throw SpecError("/generation/station", in_quotes(click.station),
                      station ? in_quotes(station->name) + ", the station at hand" : "a link with a station, and that station");
    StationSpec worn = *station;
    worn.visibility *= wear.coherence;
    worn.detector.efficiency *= wear.efficiency;
    return multiplexed(model_of(click, fiber, a, b, worn));
  };
  if (auto const* double_click = std::get_if<DoubleClickSpec>(&generation)) return heralded(*double_click);
  if (auto const* single_click = std::get_if<SingleClickSpec>(&generation)) return heralded(*single_click);
  if (auto const* source = std::get_if<MidpointSourceSpec>(&generation)) return multiplexed(model_of(*source, fiber, a, b, wear));
  return multiplexed(model_of(std::get<GivenSpec>(generation), wear));
}

}  // namespace farbell
