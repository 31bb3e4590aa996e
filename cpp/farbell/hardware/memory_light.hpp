// What a memory's light is where it is not one photon: of an ensemble whose excitations come with as many photons, or a weak coherent
// pulse. Equations and sources: docs/physics/light_of_memories.md.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

struct EnsembleLightSpec {
  bool operator==(const EnsembleLightSpec&) const = default;
};

struct WeakCoherentLightSpec {
  double mean_photons = 0.5;

  bool operator==(const WeakCoherentLightSpec&) const = default;
};

using LightSpec = std::variant<EnsembleLightSpec, WeakCoherentLightSpec>;

// Photons of a pulse: what is worked out is added up to numbers like these.
inline constexpr Range pulse_photons{.low = 0, .high = 100, .open_low = true};

template <>
struct Describe<EnsembleLightSpec> {
  static constexpr std::string_view name = "EnsembleLight";
  static constexpr std::string_view kind = "ensemble";
  static constexpr std::string_view doc =
      "Light of an atomic ensemble (DLCZ): as many photons as excitations, any number of them; of single-click links, whose bright_state is the "
      "probability that there are any.";
  static constexpr auto fields = std::tuple{};
};

template <>
struct Describe<WeakCoherentLightSpec> {
  static constexpr std::string_view name = "WeakCoherentLight";
  static constexpr std::string_view kind = "weak_coherent";
  static constexpr std::string_view doc =
      "Weak coherent pulses of random phase, early or late (or of one of two polarisations) by a choice for which the memory's qubit stands: "
      "of double-click and sender-receiver links.";
  static constexpr auto fields = std::tuple{
      field("mean_photons", &WeakCoherentLightSpec::mean_photons, pulse_photons,
            "Mean number of photons of a pulse, Poisson, before the memory's efficiency."),
  };
};

}  // namespace farbell
