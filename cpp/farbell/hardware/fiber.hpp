// An optical fibre: length, loss and speed of light in it. See docs/physics/fiber.md.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

struct FiberSpec {
  double length_m = 0;
  double attenuation_db_per_km = 0.2;
  double speed_m_per_s = 2e8;
  std::optional<double> wavelength_m;

  bool operator==(const FiberSpec&) const = default;
};

template <>
struct Describe<FiberSpec> {
  static constexpr std::string_view name = "Fiber";
  static constexpr std::string_view doc = "An optical fibre; it carries photons and messages.";
  static constexpr auto fields = std::tuple{
      required(field("length_m", &FiberSpec::length_m, "m", non_negative, "Length.")),
      field("attenuation_db_per_km", &FiberSpec::attenuation_db_per_km, "dB/km", non_negative, "Loss of power per length."),
      field("speed_m_per_s", &FiberSpec::speed_m_per_s, "m/s", Range{.low = 0, .high = 299'792'458, .open_low = true},
            "Speed of light and of messages in the fibre."),
      field("wavelength_m", &FiberSpec::wavelength_m, "m", positive,
            "Wavelength in vacuum at which its attenuation holds, within 2 %; null = that of whatever light comes."),
  };
};

}  // namespace farbell
