// How a qubit comes out of an absorbing ensemble: as a photon, with an efficiency that falls with its time in storage, and from how many
// modes. Equations and sources: docs/physics/absorbing_memories.md.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

enum class RetrievalLaw { exponential, gaussian };

struct RetrievalSpec {
  double efficiency = 1;
  std::optional<double> lifetime_s;
  RetrievalLaw law = RetrievalLaw::exponential;
  std::optional<double> fixed_delay_s;
  std::int64_t temporal_modes = 1;
  std::int64_t spectral_modes = 1;
  std::int64_t spatial_modes = 1;

  double modes() const { return static_cast<double>(temporal_modes) * static_cast<double>(spectral_modes) * static_cast<double>(spatial_modes); }
  // Probability that the photon comes out, so long after it was absorbed.
  double after(double storage_s) const;

  bool operator==(const RetrievalSpec&) const = default;
};

template <>
struct Describe<RetrievalLaw> {
  static constexpr std::string_view name = "RetrievalLaw";
  static constexpr auto values = std::array{
      Choice<RetrievalLaw>{RetrievalLaw::exponential, "exponential", "exp(-t / lifetime_s), as of a comb whose teeth have a width (AFC)"},
      Choice<RetrievalLaw>{RetrievalLaw::gaussian, "gaussian", "exp(-(t / lifetime_s)^2), as of atoms that fly out of a spin wave (EIT)"},
  };
};

template <>
struct Describe<RetrievalSpec> {
  static constexpr std::string_view name = "Retrieval";
  static constexpr std::string_view doc = "How qubits come out of a memory that absorbs light, an atomic ensemble: as photons, not always.";
  static constexpr auto fields = std::tuple{
      field("efficiency", &RetrievalSpec::efficiency, unit_interval,
            "Probability that a qubit comes out as a photon at once, without time in storage.").improves(Improvement::probability),
      field("lifetime_s", &RetrievalSpec::lifetime_s, "s", positive,
            "Storage time after which that is 1/e of it; null = it does not fall.").improves(Improvement::time_constant),
      field("law", &RetrievalSpec::law, "How it falls with the storage time."),
      field("fixed_delay_s", &RetrievalSpec::fixed_delay_s, "s", positive,
            "Storage time after which the photon comes out, whether it is wanted or not; null = on demand."),
      field("temporal_modes", &RetrievalSpec::temporal_modes, within(1, 1'000'000), "Modes in time that the memory holds apart."),
      field("spectral_modes", &RetrievalSpec::spectral_modes, within(1, 1'000'000), "Modes in frequency, for each of those in time."),
      field("spatial_modes", &RetrievalSpec::spatial_modes, within(1, 1'000'000), "Modes in space, for each of those."),
  };
};

}  // namespace farbell
