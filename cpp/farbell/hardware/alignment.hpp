// How well the light of two arms is matched at a midpoint station: in time, phase and polarisation. See docs/physics/alignment.md.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

struct AlignmentSpec {
  double arrival_offset_s = 0;
  double arrival_jitter_s = 0;
  double polarisation_angle_rad = 0;
  double polarisation_sigma_rad = 0;
  std::optional<double> free_running_s;
  std::optional<double> stabilisation_s;
  double phase_drift_rad_per_sqrt_s = 0;

  // Share of the time in which attempts are made.
  double duty() const { return stabilisation_s ? *free_running_s / (*free_running_s + *stabilisation_s) : 1; }

  bool operator==(const AlignmentSpec&) const = default;
};

inline constexpr std::string_view alignment_doc = "How well the arms are matched in time, phase and polarisation; null = perfectly.";

template <>
struct Describe<AlignmentSpec> {
  static constexpr std::string_view name = "Alignment";
  static constexpr std::string_view doc = "How well the light of the two arms of a station is matched, and how much time it takes to keep it so.";
  static constexpr auto fields = std::tuple{
      field("arrival_offset_s", &AlignmentSpec::arrival_offset_s, "s", unbounded,
            "Mean time by which node_b's photon comes later than node_a's; negative = earlier."),
      field("arrival_jitter_s", &AlignmentSpec::arrival_jitter_s, "s", non_negative,
            "Standard deviation of that time, Gaussian and fresh in each bin: of clocks and triggers, not of detectors.").improves(Improvement::rate),
      field("polarisation_angle_rad", &AlignmentSpec::polarisation_angle_rad, "rad", unbounded,
            "Mean angle between the two photons' linear polarisations."),
      field("polarisation_sigma_rad", &AlignmentSpec::polarisation_sigma_rad, "rad", non_negative,
            "Standard deviation of that angle, Gaussian: what drifts between realignments.").improves(Improvement::phase_deviation),
      field("free_running_s", &AlignmentSpec::free_running_s, "s", positive,
            "Time for which attempts are made from one stabilisation to the next; given with stabilisation_s."),
      field("stabilisation_s", &AlignmentSpec::stabilisation_s, "s", non_negative,
            "How long a stabilisation takes, in which no attempts are made; given with free_running_s."),
      field("phase_drift_rad_per_sqrt_s", &AlignmentSpec::phase_drift_rad_per_sqrt_s, non_negative,
            "Random walk of the optical phase between the arms: its standard deviation after 1 s.").improves(Improvement::phase_deviation),
  };
  static void check(const AlignmentSpec& spec);
};

// The standard deviation of a Gaussian phase that leaves as much coherence as the walk does on average over the free-running time,
// from 0 at its start.
double walk_sigma_rad(double drift_rad_per_sqrt_s, double free_running_s);

}  // namespace farbell
