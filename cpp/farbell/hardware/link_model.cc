#include "farbell/hardware/link_model.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/hardware/fiber_kernels.hpp"
#include "farbell/hardware/pair_source.hpp"
#include "farbell/hardware/pair_state.hpp"
#include "farbell/hardware/photon_window.hpp"
#include "farbell/hardware/repeater_graph.hpp"
#include "farbell/hardware/sender_receiver.hpp"

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

// How much slower attempts come for the sake of transducers.
void set_pace(LinkModel& model, LinkLight const& light) {
  model.shortest_period_s = light.repetition_s;
  model.duty_cycle = light.duty_cycle;
  if (light.duty_cycle < 1)
    model.approximations.push_back({"even_duty_cycle",
                                    "Attempts of links with a duty cycle come evenly, at a pace slower by it, not in stretches with pauses."});
}

void note_price(LinkModel& model, LightPaths const& paths) {
  if (paths.mismatch != LightMismatch::price) return;
  model.approximations.push_back({"priced_light_mismatch",
                                  "Light is taken as its wavelengths, lifetimes and bandwidths say; where two photons meet, times the station's visibility."});
}

// What the detectors' windows hold of photons whose lifetime is known, and how well the rest of them interferes.
void cut_to_window(BinOptics& optics, LinkModel& model, MemorySpec const& a, MemorySpec const& b, StationSpec const& station,
                   LightPaths const& paths, LinkLight const& light, ArmEffects const& arms) {
  DetectorSpec const& detector = station.detector;
  note_price(model, paths);
  if (has_shape(paths, light, a, b)) {
    if (arms.share_a)
      throw SpecError("", "a fibre with dispersion_s_per_m2, and photons behind filters or whose mismatch is priced",
                      "one of them: what dispersion does to such photons is not modelled");
    const Shape left = shape(paths, light, a, b, station);
    optics.efficiency_a *= left.share_a;
    optics.efficiency_b *= left.share_b;
    optics.visibility = left.visibility;
    if (detector.jitter_s > 0)
      model.approximations.push_back({"jitter_left_out", "Photons behind filters, or whose mismatch is priced, are reported without jitter_s."});
    return;
  }
  const auto share = [&](double lifetime_s) { return window_share(lifetime_s, detector.jitter_s, detector.window_s); };
  const double share_a = a.photon_lifetime_s ? share(*a.photon_lifetime_s) : 1, share_b = b.photon_lifetime_s ? share(*b.photon_lifetime_s) : 1;
  optics.efficiency_a *= arms.share_a.value_or(share_a);
  optics.efficiency_b *= arms.share_b.value_or(share_b);
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

double mean_photons(MemorySpec const& memory) { return std::get<WeakCoherentLightSpec>(*memory.light).mean_photons; }

// Mean number that a memory sends a bin at each side; half of them early, if there are two bins.
double photons_a_bin(double bright, MemorySpec const& memory) {
  return memory.light ? bright / (1 - bright) : bright * (1 + memory.double_excitation_probability);
}
std::array<double, 2> photons_a_bin(SingleClickSpec const& spec, MemorySpec const& a, MemorySpec const& b) {
  return {photons_a_bin(spec.bright_state, a), photons_a_bin(spec.bright_state_b.value_or(spec.bright_state), b)};
}
std::array<double, 2> photons_a_bin(DoubleClickSpec const&, MemorySpec const& a, MemorySpec const& b) {
  const auto early = [](MemorySpec const& memory) { return (memory.light ? mean_photons(memory) : 1 + memory.double_excitation_probability) / 2; };
  return {early(a), early(b)};
}

// At phase 0, and without drift between bins.
HeraldTable clicks(SingleClickSpec const& spec, BinOptics const& optics, MemorySpec const& a, MemorySpec const& b) {
  const double bright_b = spec.bright_state_b.value_or(spec.bright_state);
  if (a.light) return ensemble_click_table(optics, spec.bright_state, bright_b);
  return single_click_table(optics, spec.bright_state, bright_b, {a.double_excitation_probability, b.double_excitation_probability});
}
HeraldTable clicks(bool late_bin_lost, double afterpulse_probability, BinOptics const& optics, MemorySpec const& a, MemorySpec const& b) {
  if (a.light) return pulse_click_table(optics, mean_photons(a), mean_photons(b), late_bin_lost, afterpulse_probability);
  return double_click_table(optics, late_bin_lost, {a.double_excitation_probability, b.double_excitation_probability}, afterpulse_probability);
}

void note_tagged_pulses(LinkModel& model) {
  model.approximations.push_back({"tagged_pulses",
                                  "A weak coherent pulse of several photons tells its bin: the qubit that stands for it has no coherence, one without a photon is random."});
}

template <class Click>
LinkModel model_of(Click const& spec, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b, StationSpec const& station,
                   LightPaths const& paths) {
  const double length_a_m = spec.station_position * fiber.length_m, length_b_m = fiber.length_m - length_a_m;
  DetectorSpec const& detector = station.detector;
  const LinkLight light = click_light(paths, std::is_same_v<Click, DoubleClickSpec>, spec.station_position, fiber, a, b, station);
  const double switched = switch_transmission(spec.multiplexing);
  const double through_a = transmission(fiber, 0, length_a_m) * switched, through_b = transmission(fiber, length_a_m, fiber.length_m) * switched;
  BinOptics optics;
  optics.efficiency_a = a.efficiency * light.a.efficiency * through_a * detector.efficiency;
  optics.efficiency_b = b.efficiency * light.b.efficiency * through_b * detector.efficiency;
  optics.visibility = station.visibility;
  optics.number_resolving = detector.number_resolving;
  optics.photon_coherence = photon_coherence(a.photon_dephasing, b.photon_dephasing);
  // Half of an arm's light comes to each detector; Poisson counts of it add to the dark ones.
  const double added = (light.a.noise_photons() * through_a + light.b.noise_photons() * through_b) * detector.efficiency;
  const RamanLight raman = raman_light(fiber, length_a_m);
  const double scattered = (raman.from_a_hz + raman.from_b_hz) * detector.window_s * detector.efficiency;
  double others_a = 0, others_b = 0;  // photons a bin, of all other modes
  if (const double crosstalk = spec.multiplexing ? spec.multiplexing->crosstalk : 0; crosstalk > 0) {
    const auto [photons_a, photons_b] = photons_a_bin(spec, a, b);
    others_a = crosstalk * photons_a;
    others_b = crosstalk * photons_b;
  }
  const double background = ((a.background_photons + others_a) * optics.efficiency_a + (b.background_photons + others_b) * optics.efficiency_b +
                             added + scattered) / 2;
  // A click tells its mode; that of a dark count is any of those that share the detectors.
  const double modes = spec.multiplexing && spec.multiplexing->shared_detectors ? static_cast<double>(spec.multiplexing->modes) : 1;
  optics.dark_count_probability = -std::expm1(-(detector.dark_count_rate_hz * detector.window_s / modes + background));

  LinkModel model;
  const AlignmentSpec alignment = spec.alignment.value_or(AlignmentSpec{});
  constexpr Interfering interfering = std::is_same_v<Click, SingleClickSpec> ? Interfering::one_photon : Interfering::two_bins;
  const ArmEffects arms = arm_effects(alignment, fiber, length_a_m, a, b, station, interfering);
  cut_to_window(optics, model, a, b, station, paths, light, arms);
  optics.visibility *= arms.visibility;
  optics.photon_coherence *= arms.photon_coherence;
  model.approximations.insert(model.approximations.end(), arms.approximations.begin(), arms.approximations.end());
  static_cast<LinkTiming&>(model) = midpoint_timing(
      fiber_delay_s(length_a_m, fiber.speed_m_per_s), fiber_delay_s(length_b_m, fiber.speed_m_per_s),
      std::max(a.initialisation_s, b.initialisation_s), station.local_overhead_s);
  if constexpr (std::is_same_v<Click, SingleClickSpec>) {
    model.table = clicks(spec, optics, a, b);
    model.phase = {std::hypot(spec.phase_sigma_rad, arms.phase_sigma_rad), spec.phase_correlation_s.value_or(0)};
    set_recovery(model, detector, 0);
  } else {
    const bool shared = !light.polarisation;  // a detector has both bins
    model.table = phase_averaged(
        clicks(shared && late_bin_lost(station), shared ? detector.afterpulse_probability : 0, optics, a, b), arms.phase_sigma_rad);
    set_recovery(model, detector, shared ? station.bin_separation_s.value_or(0) : 0);
  }
  set_pace(model, light);
  model.success_probability = model.table.success_probability;
  model.duty = alignment.duty();
  if (others_a + others_b > 0)
    model.approximations.push_back({"poissonian_crosstalk", "Light of other modes comes in a Poissonian number of photons, which are not those that herald there."});
  depolarise_initialisation(model, a, b);
  if (a.light && std::is_same_v<Click, DoubleClickSpec>) note_tagged_pulses(model);
  if (a.light && std::is_same_v<Click, SingleClickSpec>)
    model.approximations.push_back({"excitations_as_one", "An ensemble that holds several excitations is a qubit in |1>, as if it held one."});
  if (detector.afterpulse_probability > 0)
    model.approximations.push_back({"afterpulses_within_attempts",
                                    "A click sets off another one in the late bin of its attempt, and none in later attempts or modes."});
  return model;
}

void note_modes(LinkModel& model, FiberSpec const& fiber) {
  if (fiber.dispersion_s_per_m2 == 0 && !fiber.classical_light) return;
  model.approximations.push_back({"one_mode_a_bin",
                                  "A memory that absorbs takes one wave packet a bin: what dispersion puts into others is lost, and so is light that the fibre "
                                  "scatters into them."});
}

void note_several_photons(LinkModel& model) {
  model.approximations.push_back({"several_photons_a_memory",
                                  "A memory that has absorbed photons of both polarisations holds a qubit that is maximally mixed."});
}

LinkModel model_of(MidpointSourceSpec const& source, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b, Wear wear,
                   LightPaths const& paths) {
  const double length_a_m = source.source_position * fiber.length_m, length_b_m = fiber.length_m - length_a_m;
  const double polarised = polarisation_left(fiber, length_a_m, a, b);
  wear.efficiency *= switch_transmission(source.multiplexing);
  LinkModel model;
  static_cast<LinkTiming&>(model) = midpoint_source_timing(
      fiber_delay_s(length_a_m, fiber.speed_m_per_s), fiber_delay_s(length_b_m, fiber.speed_m_per_s),
      std::max(a.initialisation_s, b.initialisation_s), source.local_overhead_s, source.heralded);
  const LinkLight light = source_light(paths, source, fiber, a, b);
  const double absorbed_a = wear.efficiency * a.efficiency, absorbed_b = wear.efficiency * b.efficiency;
  model.table = pair_source_table(source, absorbed_a * light.a.efficiency, absorbed_b * light.b.efficiency,
                                  absorbed_a * light.a.noise_an_attempt(), absorbed_b * light.b.noise_an_attempt(),
                                  {a.retrieval.has_value(), b.retrieval.has_value()});
  for (HeraldOutcome& outcome : model.table.outcomes)
    for (std::size_t k = 1; k < outcome.state.size(); ++k) outcome.state[k] *= wear.coherence * polarised;
  model.success_probability = model.table.success_probability;
  depolarise_initialisation(model, a, b);
  set_pace(model, light);
  note_price(model, paths);
  note_modes(model, fiber);
  if (source.statistics == PairStatistics::down_conversion || !light.a.noise.empty() || !light.b.noise.empty()) note_several_photons(model);
  return model;
}

LinkModel model_of(SenderReceiverSpec const& spec, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b, Wear wear,
                   LightPaths const& paths) {
  const bool from_b = spec.sender == LinkEnd::node_b;
  MemorySpec const &sender = from_b ? b : a, &receiver = from_b ? a : b;
  const double polarised = polarisation_left(fiber, fiber.length_m, sender, sender);
  wear.efficiency *= switch_transmission(spec.multiplexing);
  LinkModel model;
  static_cast<LinkTiming&>(model) = sender_receiver_timing(fiber_delay_s(fiber.length_m, fiber.speed_m_per_s), sender.initialisation_s,
                                                            receiver.initialisation_s, spec.local_overhead_s, spec.heralded);
  if (from_b) {
    std::swap(model.emission_a_s, model.emission_b_s);
    std::swap(model.herald_a_s, model.herald_b_s);
  }
  const LinkLight light = sent_light(paths, from_b, fiber, a, b);
  ArmLight const& received = from_b ? light.a : light.b;  // all the way
  const double absorbed = wear.efficiency * spec.absorption_efficiency.value_or(receiver.efficiency);
  const double arrives = absorbed * sender.efficiency * received.efficiency;
  const double others = sender.background_photons * arrives + absorbed * received.noise_an_attempt() / 2;
  SentLight sent{sender.double_excitation_probability, std::nullopt};
  if (sender.light) sent.mean_photons = mean_photons(sender);
  model.table = sender_receiver_table(spec, arrives, sent, others, receiver.retrieval.has_value());
  for (HeraldOutcome& outcome : model.table.outcomes)
    for (std::size_t k = 1; k < outcome.state.size(); ++k) outcome.state[k] *= wear.coherence * polarised;
  model.success_probability = model.table.success_probability;
  depolarise_initialisation(model, a, b);
  set_pace(model, light);
  note_price(model, paths);
  note_modes(model, fiber);
  if (sender.light) note_tagged_pulses(model);
  if (sender.light || sender.double_excitation_probability > 0 || others > 0) note_several_photons(model);
  return model;
}

// What is modelled of photons of memories that meet photons of graph states: that they get lost, or are depolarised.
void require_plain_light(FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b) {
  const std::string allowed = " with a repeater_graph, whose photons are lost or depolarised, and no more is modelled";
  if (fiber.dispersion_s_per_m2 != 0) throw SpecError("/link/fiber/dispersion_s_per_m2", number_text(fiber.dispersion_s_per_m2), "0" + allowed);
  if (fiber.pmd_s_per_sqrt_m != 0) throw SpecError("/link/fiber/pmd_s_per_sqrt_m", number_text(fiber.pmd_s_per_sqrt_m), "0" + allowed);
  if (fiber.classical_light) throw SpecError("/link/fiber/classical_light", "classical light", "null" + allowed);
  for (MemorySpec const* memory : {&a, &b}) {
    const std::string of_memory = "a memory " + in_quotes(memory->name) + " with ";
    if (memory->retrieval) throw SpecError("", of_memory + "retrieval", "memories that emit, for ends of a repeater_graph");
    for (auto const& [name, value] : {std::pair{"double_excitation_probability", memory->double_excitation_probability},
                                      std::pair{"background_photons", memory->background_photons}, std::pair{"photon_dephasing", memory->photon_dephasing}})
      if (value != 0) throw SpecError("", of_memory + "a " + name + " of " + number_text(value), "0" + allowed);
  }
}

LinkModel model_of(RepeaterGraphSpec const& spec, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b, Wear wear,
                   LightPaths const& paths) {
  require_plain_light(fiber, a, b);
  LinkModel model;
  static_cast<LinkTiming&>(model) = repeater_graph_timing(fiber_delay_s(fiber.length_m, fiber.speed_m_per_s),
                                                          std::max(a.initialisation_s, b.initialisation_s), spec.repetition_s, spec.local_overhead_s);
  const auto pieces = static_cast<std::size_t>(2 * (spec.sources + 1));
  const auto at = [&](std::size_t piece) { return fiber.length_m * static_cast<double>(piece) / static_cast<double>(pieces); };
  std::vector<double> halves(pieces);
  for (std::size_t k = 0; k < pieces; ++k) halves[k] = transmission(fiber, at(k), at(k + 1));
  const LinkLight light = end_light(paths, at(1), fiber, a, b);
  RepeaterGraphSpec worn = spec;
  worn.detector_efficiency *= wear.efficiency;
  worn.visibility *= wear.coherence;
  const double switched = switch_transmission(spec.multiplexing);
  model.table = repeater_graph_table(worn, halves, a.efficiency * light.a.efficiency * switched, b.efficiency * light.b.efficiency * switched);
  model.success_probability = model.table.success_probability;
  depolarise_initialisation(model, a, b);
  set_pace(model, light);
  model.approximations.push_back({"qubits_under_way",
                                  "Ends of repeater graphs have a qubit for each of their photons, and keep those of all attempts under way beside their slots."});
  return model;
}

// Once the length of an attempt is known.
void slow_down(LinkModel& model, std::optional<MultiplexingSpec> const& spec) {
  if (model.shortest_period_s == 0 && model.duty_cycle == 1) return;
  if (spec && spec->modes > 1 && spec->mode_separation_s > 0 && spec->mode_separation_s < model.shortest_period_s)
    throw SpecError("/multiplexing/mode_separation_s", number_text(spec->mode_separation_s) + " s",
                    "at least " + number_text(model.shortest_period_s) + " s, the repetition_s of a transducer of the link");
  const double pulses_s = model.shortest_period_s + (spec ? spec->train_s() : 0);
  model.period_s = std::max(model.period_s, pulses_s) / model.duty_cycle;
}

// An absorbing memory holds each mode of a train apart.
void require_modes(MultiplexingSpec const& train, MemorySpec const& memory) {
  if (!memory.retrieval || static_cast<double>(train.modes) <= memory.retrieval->modes()) return;
  throw SpecError("/multiplexing/modes", number_text(static_cast<double>(train.modes)),
                  "at most " + number_text(memory.retrieval->modes()) + ", the temporal_modes x spectral_modes x spatial_modes of memory " +
                      in_quotes(memory.name));
}

// Modes in one window of one pair of detectors: a herald of one, and silence of all others. There are no two in an attempt, which is then
// as one of a single mode.
void share_detectors(LinkModel& model, double modes) {
  model.mode_success_probability *= std::pow(model.table.silence, modes - 1);
  model.success_probability = modes * model.mode_success_probability;
  for (double& exponent : model.dephasing_exponent) exponent *= modes;
}

// The attempt becomes a train of such attempts, one after the start of the other.
void multiplex(LinkModel& model, std::optional<MultiplexingSpec> const& spec, StationSpec const* station) {
  model.mode_success_probability = model.success_probability;
  if (!spec || spec->modes == 1) return;
  if (spec->shared_detectors) return share_detectors(model, static_cast<double>(spec->modes));
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

// Detectors that are not there are not shared; nothing is derived of what is given.
void require_costs_that_exist(GenerationSpec const& generation) {
  const bool given = std::holds_alternative<GivenSpec>(generation);
  const bool no_station = !std::holds_alternative<DoubleClickSpec>(generation) && !std::holds_alternative<SingleClickSpec>(generation);
  std::optional<MultiplexingSpec> const& train = std::visit([](auto const& kind) -> auto const& { return kind.multiplexing; }, generation);
  if (!train) return;
  if (no_station && train->shared_detectors)
    throw SpecError("/multiplexing/shared_detectors", "true", "false with a generation that has no station");
  if (no_station && train->crosstalk > 0)
    throw SpecError("/multiplexing/crosstalk", number_text(train->crosstalk), "0 with a generation that has no station");
  if (given && train->switch_loss_db > 0)
    throw SpecError("/multiplexing/switch_loss_db", number_text(train->switch_loss_db), "0 with a given success_probability, from which nothing is taken");
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

void require_slots(LinkModel const& model, double slot_s) {
  require_recovery(model, slot_s);
  if (model.duty < 1)
    throw SpecError("/alignment/stabilisation_s", "a stabilisation in slots", "null with \"timing\": \"slotted\", where an attempt is made in each slot");
  if (model.duty_cycle < 1 || model.shortest_period_s > slot_s)
    throw SpecError("/link/interfaces_a", "a link with transducers of duty_cycle " + number_text(model.duty_cycle) + " and repetition_s " +
                                              number_text(model.shortest_period_s) + " s (at either end)",
                    "a duty_cycle of 1 and a repetition_s of at most slot_s, " + number_text(slot_s) +
                        " s, with \"timing\": \"slotted\", where an attempt is made in each slot");
}

LinkModel link_model(GenerationSpec const& generation, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b,
                     StationSpec const* station, Wear wear, LightPaths const& paths) {
  double bright_a = 0.5, bright_b = 0.5;
  if (auto const* single_click = std::get_if<SingleClickSpec>(&generation)) {
    bright_a = single_click->bright_state;
    bright_b = single_click->bright_state_b.value_or(bright_a);
  }
  require_costs_that_exist(generation);
  require_light(generation, fiber, a, b);
  const auto multiplexed = [&](LinkModel model) {
    model.dephasing_exponent = {dephasing_exponent(a.dephasing_attempts, bright_a), dephasing_exponent(b.dephasing_attempts, bright_b)};
    std::visit([&](auto const& kind) {
      for (MemorySpec const* memory : {&a, &b}) require_modes(kind.multiplexing.value_or(MultiplexingSpec{}), *memory);
      multiplex(model, kind.multiplexing, station);
      slow_down(model, kind.multiplexing);
    }, generation);
    if (const double check_s = mean_check_s(a.charge_check, b.charge_check); check_s > 0 && !std::holds_alternative<GivenSpec>(generation)) {
      model.period_s += static_cast<double>(model.multiplexing.modes) * check_s;
      model.approximations.push_back({"checks_spread", "The time that charge checks take between batches is spread evenly over all attempts."});
    }
    model.period_s /= model.duty;
    return model;
  };
  const auto heralded = [&](auto const& click) {
    if (!station || station->name != click.station)
      throw SpecError("/generation/station", in_quotes(click.station),
                      station ? in_quotes(station->name) + ", the station at hand" : "a link with a station, and that station");
    StationSpec worn = *station;
    worn.visibility *= wear.coherence;
    worn.detector.efficiency *= wear.efficiency;
    return multiplexed(model_of(click, fiber, a, b, worn, paths));
  };
  if (auto const* double_click = std::get_if<DoubleClickSpec>(&generation)) return heralded(*double_click);
  if (auto const* single_click = std::get_if<SingleClickSpec>(&generation)) return heralded(*single_click);
  if (auto const* source = std::get_if<MidpointSourceSpec>(&generation)) {
    return multiplexed(model_of(*source, fiber, a, b, wear, paths));
  }
  if (auto const* sent = std::get_if<SenderReceiverSpec>(&generation)) {
    return multiplexed(model_of(*sent, fiber, a, b, wear, paths));
  }
  if (auto const* graph = std::get_if<RepeaterGraphSpec>(&generation)) {
    if (paths.mismatch == LightMismatch::price)
      throw SpecError("/link/light_mismatch", "\"price\"", "\"refuse\" with a repeater_graph, whose photons are taken to be alike");
    return multiplexed(model_of(*graph, fiber, a, b, wear, paths));
  }
  for (auto const& [interfaces, at] : {std::pair{&paths.a, "/link/interfaces_a"}, std::pair{&paths.b, "/link/interfaces_b"}})
    if (!interfaces->empty())
      throw SpecError(at, "interfaces", "none where generation is \"given\", which states outright what they would do");
  if (paths.mismatch == LightMismatch::price)
    throw SpecError("/link/light_mismatch", "\"price\"", "\"refuse\" where generation is \"given\", which states outright what light makes");
  return multiplexed(model_of(std::get<GivenSpec>(generation), wear));
}

}  // namespace farbell
