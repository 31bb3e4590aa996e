#include "farbell/hardware/link_model.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/hardware/fiber_kernels.hpp"
#include "farbell/hardware/pair_state.hpp"

namespace farbell {
namespace {

// Stated, not derived: neither the fibre nor the memories change what a `given` link declares.
LinkModel model_of(GivenSpec const& given) {
  LinkModel model;
  model.success_probability = model.table.success_probability = given.success_probability;
  model.table.outcomes.push_back({1, 0, correlations(given.state), ""});
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

LinkModel model_of(DoubleClickSpec const& spec, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b,
                   StationSpec const& station) {
  const double length_a_m = spec.station_position * fiber.length_m, length_b_m = fiber.length_m - length_a_m;
  DetectorSpec const& detector = station.detector;
  DoubleClickOptics optics;
  optics.efficiency_a = a.efficiency * transmission(fiber.attenuation_db_per_km, length_a_m) * detector.efficiency;
  optics.efficiency_b = b.efficiency * transmission(fiber.attenuation_db_per_km, length_b_m) * detector.efficiency;
  optics.visibility = station.visibility;
  optics.dark_count_probability = -std::expm1(-detector.dark_count_rate_hz * detector.window_s);

  LinkModel model;
  static_cast<LinkTiming&>(model) = midpoint_timing(
      fiber_delay_s(length_a_m, fiber.speed_m_per_s), fiber_delay_s(length_b_m, fiber.speed_m_per_s),
      std::max(a.initialisation_s, b.initialisation_s), station.local_overhead_s);
  model.table = double_click_table(optics);
  model.success_probability = model.table.success_probability;
  depolarise_initialisation(model, a, b);
  return model;
}

}  // namespace

LinkModel link_model(GenerationSpec const& generation, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b,
                     StationSpec const* station) {
  if (auto const* given = std::get_if<GivenSpec>(&generation)) return model_of(*given);
  DoubleClickSpec const& double_click = std::get<DoubleClickSpec>(generation);
  if (!station || station->name != double_click.station)
    throw SpecError("/generation/station", quoted(double_click.station),
                    station ? quoted(station->name) + ", the station at hand" : "a link with a station, and that station");
  return model_of(double_click, fiber, a, b, *station);
}

}  // namespace farbell
