// A midpoint Bell-state station: a beam splitter and its detectors, placed on the fibre of a link.
#pragma once
#include "farbell/base/fields.hpp"
#include "farbell/hardware/detector.hpp"
#include "farbell/hardware/encoding.hpp"

namespace farbell {

struct StationSpec {
  std::string name;
  double visibility = 1;
  double local_overhead_s = 0;
  std::optional<double> bin_separation_s;
  DetectorSpec detector;
  std::optional<double> wavelength_m;
  std::optional<Encoding> encoding;

  bool operator==(const StationSpec&) const = default;
};

template <>
struct Describe<StationSpec> {
  static constexpr std::string_view name = "Station";
  static constexpr std::string_view doc = "A kind of midpoint station that heralds entanglement; links refer to it by name.";
  static constexpr auto fields = std::tuple{
      required(field("name", &StationSpec::name, non_empty, "Unique name, used by links.")),
      field("visibility", &StationSpec::visibility, unit_interval,
            "Mode overlap of the two interfering photons; what the memories' photon_dephasing does comes on top.").improves(Improvement::probability),
      field("local_overhead_s", &StationSpec::local_overhead_s, "s", non_negative,
            "Time per attempt for everything but light travel and initialisation: electronics, reset, the second photon bin."),
      field("bin_separation_s", &StationSpec::bin_separation_s, "s", positive,
            "Time from the early photon bin of a double click to the late one, a part of local_overhead_s; needed where the "
            "detectors have a dead time."),
      field("detector", &StationSpec::detector, "The station's detectors, all alike."),
      field("wavelength_m", &StationSpec::wavelength_m, "m", positive,
            "Wavelength in vacuum of the light that it takes; null = any, so long as both arms' is the same."),
      field("encoding", &StationSpec::encoding,
            "How photons carry qubits here: presence for a single click; time_bin or, with detectors for each polarisation, polarisation for a "
            "double click; null = as they come."),
  };
  static void check(const StationSpec& spec);
};

}  // namespace farbell
