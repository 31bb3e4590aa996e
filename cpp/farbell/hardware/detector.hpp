// A threshold single-photon detector: it clicks or it does not.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

struct DetectorSpec {
  double efficiency = 1;
  double dark_count_rate_hz = 0;
  double window_s = 1e-7;

  bool operator==(const DetectorSpec&) const = default;
};

template <>
struct Describe<DetectorSpec> {
  static constexpr std::string_view name = "Detector";
  static constexpr std::string_view doc = "A threshold single-photon detector.";
  static constexpr auto fields = std::tuple{
      field("efficiency", &DetectorSpec::efficiency, unit_interval, "Probability that an arriving photon clicks."),
      field("dark_count_rate_hz", &DetectorSpec::dark_count_rate_hz, "Hz", non_negative, "Rate of clicks without a photon."),
      field("window_s", &DetectorSpec::window_s, "s", positive, "Length of the detection window of one photon bin."),
  };
};

}  // namespace farbell
