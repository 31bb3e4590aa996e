// An optical fibre: length, loss, speed of light and what spoils photons in it. See docs/physics/fiber.md.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

struct FiberSpanSpec {
  double length_m = 1;
  std::optional<double> loss_db;

  bool operator==(const FiberSpanSpec&) const = default;
};

struct ClassicalLightSpec {
  double power_to_b_w = 0, power_to_a_w = 0;
  double raman_per_km_nm = 0;
  double filter_bandwidth_m = 1e-10;

  bool operator==(const ClassicalLightSpec&) const = default;
};

struct FiberSpec {
  double length_m = 0;
  double attenuation_db_per_km = 0.2;
  double speed_m_per_s = 2e8;
  std::vector<FiberSpanSpec> spans;
  std::optional<double> wavelength_m;
  double dispersion_s_per_m2 = 0;
  double pmd_s_per_sqrt_m = 0;
  std::optional<ClassicalLightSpec> classical_light;

  bool operator==(const FiberSpec&) const = default;
};

template <>
struct Describe<FiberSpanSpec> {
  static constexpr std::string_view name = "FiberSpan";
  static constexpr std::string_view doc = "A piece of a fibre whose loss has been measured.";
  static constexpr auto fields = std::tuple{
      required(field("length_m", &FiberSpanSpec::length_m, "m", positive, "Length.")),
      field("loss_db", &FiberSpanSpec::loss_db, non_negative,
            "Loss in dB with the splices and connectors in it; null = that of the fibre's attenuation_db_per_km."),
  };
};

template <>
struct Describe<ClassicalLightSpec> {
  static constexpr std::string_view name = "ClassicalLight";
  static constexpr std::string_view doc =
      "Classical light that goes through the same fibre, from end to end past the station, and scatters photons into the photons' band.";
  static constexpr auto fields = std::tuple{
      field("power_to_b_w", &ClassicalLightSpec::power_to_b_w, non_negative, "Power in watt sent in at node_a, towards node_b."),
      field("power_to_a_w", &ClassicalLightSpec::power_to_a_w, non_negative, "Power in watt sent in at node_b, towards node_a."),
      required(field("raman_per_km_nm", &ClassicalLightSpec::raman_per_km_nm, non_negative,
                     "Share of the power that spontaneous Raman scattering puts into each direction of the guided mode, for each km of fibre and nm of "
                     "bandwidth.").improves(Improvement::rate)),
      required(field("filter_bandwidth_m", &ClassicalLightSpec::filter_bandwidth_m, "m", positive,
                     "Width, in wavelength, of the filter before the detectors.")),
  };
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
      field("spans", &FiberSpec::spans, "Its pieces from node_a on, whose lengths sum to length_m; none = one piece."),
      field("wavelength_m", &FiberSpec::wavelength_m, "m", positive,
            "Vacuum wavelength at which its attenuation holds, within 2 %, and that of the photons in it, which dispersion and classical "
            "light need; null = that of whatever light comes."),
      field("dispersion_s_per_m2", &FiberSpec::dispersion_s_per_m2, "s/m2", unbounded,
            "Chromatic dispersion D at that wavelength: 17 ps/nm/km = 1.7e-5 s/m2."),
      field("pmd_s_per_sqrt_m", &FiberSpec::pmd_s_per_sqrt_m, "s/sqrt(m)", non_negative,
            "Polarisation-mode dispersion: mean differential group delay over the root of the length.").improves(Improvement::rate),
      field("classical_light", &FiberSpec::classical_light, "Classical light in the same fibre; null = none."),
  };
  static void check(const FiberSpec& spec);
};

}  // namespace farbell
