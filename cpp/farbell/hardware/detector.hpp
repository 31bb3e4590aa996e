// A single-photon detector: it clicks or it does not, or it tells one photon from several. See docs/physics/detectors.md.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

struct DetectorSpec {
  double efficiency = 1;
  double dark_count_rate_hz = 0;
  double window_s = 1e-7;
  bool number_resolving = false;
  double dead_time_s = 0;
  double afterpulse_probability = 0;
  double jitter_s = 0;

  bool operator==(const DetectorSpec&) const = default;
};

template <>
struct Describe<DetectorSpec> {
  static constexpr std::string_view name = "Detector";
  static constexpr std::string_view doc = "A single-photon detector, open during the windows of the photon bins.";
  static constexpr auto fields = std::tuple{
      field("efficiency", &DetectorSpec::efficiency, unit_interval,
            "Probability that an arriving photon clicks.").improves(Improvement::probability),
      field("dark_count_rate_hz", &DetectorSpec::dark_count_rate_hz, "Hz", non_negative,
            "Rate of clicks without a photon.").improves(Improvement::rate),
      field("window_s", &DetectorSpec::window_s, "s", positive, "Length of the detection window of one photon bin."),
      field("number_resolving", &DetectorSpec::number_resolving,
            "Whether several counts in one window are told from a single one, and refused; otherwise they are one click."),
      field("dead_time_s", &DetectorSpec::dead_time_s, "s", non_negative, "Time for which a detector is blind after a click."),
      field("afterpulse_probability", &DetectorSpec::afterpulse_probability, unit_interval,
            "Probability that a click sets off another one, without a photon, in the next window of the attempt.").improves(Improvement::rate),
      field("jitter_s", &DetectorSpec::jitter_s, "s", non_negative,
            "Standard deviation of the time at which a photon is reported; it carries photons out of the window where the memories' "
            "photon_lifetime_s are given."),
  };
};

}  // namespace farbell
