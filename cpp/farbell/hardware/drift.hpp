// Links that get worse with time, and are set right again.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

// What is left of a link's efficiency, and of the coherence of its pairs; 1 = all of it.
struct Wear {
  double efficiency = 1, coherence = 1;
};

struct DriftSpec {
  double step_s = 1;
  std::optional<double> efficiency_tau_s, coherence_tau_s;
  std::optional<double> recalibrate_every_s, recalibrate_below;
  std::optional<double> recalibration_s;

  // After this time since the start, or since the last recalibration.
  Wear after(double seconds) const;
  bool recalibrates() const { return recalibrate_every_s || recalibrate_below; }

  bool operator==(const DriftSpec&) const = default;
};

template <>
struct Describe<DriftSpec> {
  static constexpr std::string_view name = "Drift";
  static constexpr std::string_view doc = "How a link gets worse with time, and when it is recalibrated: then it is as at the start.";
  static constexpr auto fields = std::tuple{
      required(field("step_s", &DriftSpec::step_s, "s", positive,
                     "The link changes so often; in between it stays as it was at the start of the step.")),
      field("efficiency_tau_s", &DriftSpec::efficiency_tau_s, "s", positive,
            "The success probability of a given link, the efficiency of the station's detectors for this link, or with which memories absorb "
            "light of its source, falls by exp(-t / tau); "
            "null = it stays."),
      field("coherence_tau_s", &DriftSpec::coherence_tau_s, "s", positive,
            "The correlations of a given link's or a source's pairs, or the visibility of the station for this link, fall by exp(-t / tau); null = they stay."),
      field("recalibrate_every_s", &DriftSpec::recalibrate_every_s, "s", positive,
            "Time from the start, or the end of a recalibration, to the next; null = not by the clock."),
      field("recalibrate_below", &DriftSpec::recalibrate_below, unit_interval,
            "The link is recalibrated at the first step in which the mean fidelity of its pairs is below this; null = whatever it is."),
      field("recalibration_s", &DriftSpec::recalibration_s, "s", positive, "How long the link is down for it; given if it is recalibrated, else null."),
  };
};

// Throws a SpecError at `path` unless something falls, and a recalibration has a length.
void check(const DriftSpec& spec, const std::string& path);

}  // namespace farbell
