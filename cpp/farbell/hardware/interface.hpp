// What turns light into other light on its way between a memory and a station or source. See docs/physics/interfaces.md.
#pragma once
#include "farbell/base/fields.hpp"
#include "farbell/hardware/encoding.hpp"

namespace farbell {

struct FrequencyConverterSpec {
  std::string name;
  double from_wavelength_m = 1;
  double to_wavelength_m = 1;
  double efficiency = 1;
  double noise_photons = 0;
  double noise_rate_hz = 0;
  std::optional<double> bandwidth_hz;

  bool operator==(const FrequencyConverterSpec&) const = default;
};

struct TransducerSpec {
  std::string name;
  double from_wavelength_m = 1;
  double to_wavelength_m = 1;
  double efficiency = 1;
  double added_noise_photons = 0;
  std::optional<double> bandwidth_hz;
  double duty_cycle = 1;
  double repetition_s = 0;

  bool operator==(const TransducerSpec&) const = default;
};

struct EncodingConverterSpec {
  std::string name;
  Encoding from_encoding = Encoding::presence;
  Encoding to_encoding = Encoding::time_bin;
  double efficiency = 1;

  bool operator==(const EncodingConverterSpec&) const = default;
};

using InterfaceSpec = std::variant<FrequencyConverterSpec, TransducerSpec, EncodingConverterSpec>;

inline const std::string& name_of(const InterfaceSpec& interface) {
  return std::visit([](const auto& kind) -> const std::string& { return kind.name; }, interface);
}

template <>
struct Describe<FrequencyConverterSpec> {
  static constexpr std::string_view name = "FrequencyConverter";
  static constexpr std::string_view kind = "frequency_converter";
  static constexpr std::string_view doc = "Light of one wavelength becomes light of another, and keeps its qubit.";
  static constexpr auto fields = std::tuple{
      required(field("name", &FrequencyConverterSpec::name, non_empty, "Unique name, used by links.")),
      required(field("from_wavelength_m", &FrequencyConverterSpec::from_wavelength_m, "m", positive, "Wavelength of the light that it takes.")),
      required(field("to_wavelength_m", &FrequencyConverterSpec::to_wavelength_m, "m", positive, "Wavelength of the light that it gives.")),
      field("efficiency", &FrequencyConverterSpec::efficiency, unit_interval,
            "Probability that a photon comes out converted, filters included.").improves(Improvement::probability),
      field("noise_photons", &FrequencyConverterSpec::noise_photons, non_negative,
            "Mean number of photons a bin that it adds, at its output; Poisson.").improves(Improvement::rate),
      field("noise_rate_hz", &FrequencyConverterSpec::noise_rate_hz, "Hz", non_negative,
            "Photons a second that it adds, at its output: times the detectors' window_s they add to noise_photons.").improves(Improvement::rate),
      field("bandwidth_hz", &FrequencyConverterSpec::bandwidth_hz, "Hz", positive,
            "Full width at half maximum of the power that it lets through, of one pole (Lorentzian); null = wide."),
  };
};

template <>
struct Describe<TransducerSpec> {
  static constexpr std::string_view name = "Transducer";
  static constexpr std::string_view kind = "transducer";
  static constexpr std::string_view doc = "Microwave photons become optical ones, or the other way round.";
  static constexpr auto fields = std::tuple{
      required(field("name", &TransducerSpec::name, non_empty, "Unique name, used by links.")),
      required(field("from_wavelength_m", &TransducerSpec::from_wavelength_m, "m", positive,
                     "Wavelength in vacuum of the photons that it takes: c/f, 0.06 m at 5 GHz.")),
      required(field("to_wavelength_m", &TransducerSpec::to_wavelength_m, "m", positive, "Wavelength in vacuum of the photons that it gives.")),
      field("efficiency", &TransducerSpec::efficiency, unit_interval,
            "Probability that a photon comes out transduced, couplings included.").improves(Improvement::probability),
      field("added_noise_photons", &TransducerSpec::added_noise_photons, non_negative,
            "Added noise, referred to the input: photons in a mode at the input that would give the noise at the output, "
            "efficiency * added_noise_photons in a mode there.").improves(Improvement::rate),
      field("bandwidth_hz", &TransducerSpec::bandwidth_hz, "Hz", positive,
            "Full width at half maximum of the power that it lets through, of one pole (Lorentzian); null = wide, with noise in one mode a bin."),
      field("duty_cycle", &TransducerSpec::duty_cycle, Range{.low = 0, .high = 1, .open_low = true},
            "Share of the time in which it works; attempts come at a pace slower by it.").improves(Improvement::probability),
      field("repetition_s", &TransducerSpec::repetition_s, "s", non_negative, "Shortest time from one of its pulses to the next."),
  };
};

template <>
struct Describe<EncodingConverterSpec> {
  static constexpr std::string_view name = "EncodingConverter";
  static constexpr std::string_view kind = "encoding_converter";
  static constexpr std::string_view doc = "A photon's qubit of one encoding becomes one of another.";
  static constexpr auto fields = std::tuple{
      required(field("name", &EncodingConverterSpec::name, non_empty, "Unique name, used by links.")),
      required(field("from_encoding", &EncodingConverterSpec::from_encoding, "Encoding of the light that it takes.")),
      required(field("to_encoding", &EncodingConverterSpec::to_encoding, "Encoding of the light that it gives.")),
      field("efficiency", &EncodingConverterSpec::efficiency, unit_interval,
            "Probability that a photon comes out.").improves(Improvement::probability),
  };
};

enum class LightMismatch { refuse, price };

template <>
struct Describe<LightMismatch> {
  static constexpr std::string_view name = "LightMismatch";
  static constexpr auto values = std::array{
      Choice<LightMismatch>{LightMismatch::refuse, "refuse", "it is an error, which names the converter that would mend it"},
      Choice<LightMismatch>{LightMismatch::price, "price",
                            "light that meets at a station overlaps as wavelengths, photon_lifetime_s and bandwidths say, and the station's "
                            "visibility is what all else leaves; a memory absorbs what its band takes of light that is wider"},
  };
};

}  // namespace farbell
