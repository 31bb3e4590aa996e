#include "farbell/hardware/arms.hpp"

#include <algorithm>
#include <cmath>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/hardware/fiber_kernels.hpp"
#include "farbell/hardware/packet_overlaps.hpp"

namespace farbell {
namespace {

void require_lifetimes(MemorySpec const& a, MemorySpec const& b, std::string const& path, std::string const& because) {
  for (MemorySpec const* memory : {&a, &b})
    if (!memory->photon_lifetime_s)
      throw SpecError(path, because + " and a memory " + in_quotes(memory->name) + " without photon_lifetime_s",
                      "a photon_lifetime_s of both memories, which says how long their photons are");
}

void disperse(ArmEffects& arms, FiberSpec const& fiber, double length_a_m, MemorySpec const& a, MemorySpec const& b, DetectorSpec const& detector) {
  if (fiber.dispersion_s_per_m2 == 0) return;
  require_lifetimes(a, b, "", "a fibre with dispersion_s_per_m2");
  const double gdd_a = group_delay_dispersion_s2(fiber, length_a_m), gdd_b = group_delay_dispersion_s2(fiber, fiber.length_m - length_a_m);
  arms.share_a = dispersed_window_share(*a.photon_lifetime_s, gdd_a, detector.jitter_s, detector.window_s);
  arms.share_b = dispersed_window_share(*b.photon_lifetime_s, gdd_b, detector.jitter_s, detector.window_s);
  const double c = dispersed_overlap(*a.photon_lifetime_s, *b.photon_lifetime_s, gdd_a - gdd_b);
  arms.visibility *= c * c;
  arms.approximations.push_back({"overlap_of_whole_packets",
                                 "What dispersion does to the overlap is worked out for whole wave packets, not for what the window holds."});
}

void mistime(ArmEffects& arms, AlignmentSpec const& alignment, MemorySpec const& a, MemorySpec const& b) {
  if (alignment.arrival_offset_s == 0 && alignment.arrival_jitter_s == 0) return;
  const std::string name = alignment.arrival_jitter_s > 0 ? "arrival_jitter_s" : "arrival_offset_s";
  require_lifetimes(a, b, "/alignment/" + name, "an " + name);
  const OverlapFactor c = late_overlap(*a.photon_lifetime_s, *b.photon_lifetime_s, alignment.arrival_offset_s, alignment.arrival_jitter_s);
  if (c.mean > 0) {
    const double ratio = c.mean_square / c.mean;
    arms.visibility *= ratio * ratio;
    // Alike every time, an offset lowers the overlap and leaves the coherence, to the last bit.
    if (alignment.arrival_jitter_s > 0) arms.photon_coherence *= std::min(1.0, c.mean / ratio);
  } else {
    arms.visibility = 0;
  }
  arms.approximations.push_back({"window_opens_with_each_photon",
                                 "Photons that come too late or too early lose overlap, but no more of them falls outside the window."});
}

// Slow factors of the overlap: alike in both bins of an attempt.
void turn_polarisations(ArmEffects& arms, AlignmentSpec const& alignment, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b,
                        Interfering interfering) {
  const bool turned = alignment.polarisation_angle_rad != 0 || alignment.polarisation_sigma_rad > 0;
  if (!turned && fiber.pmd_s_per_sqrt_m == 0) return;
  const double variance = alignment.polarisation_sigma_rad * alignment.polarisation_sigma_rad, angle = alignment.polarisation_angle_rad;
  OverlapFactor c{std::cos(angle) * std::exp(-variance / 2), (1 + std::cos(2 * angle) * std::exp(-2 * variance)) / 2};
  if (fiber.pmd_s_per_sqrt_m > 0) {
    require_lifetimes(a, b, "", "a fibre with pmd_s_per_sqrt_m");
    const OverlapFactor pmd = pmd_overlap(*a.photon_lifetime_s, *b.photon_lifetime_s, mean_group_delay_s(fiber, fiber.length_m));
    c.mean *= pmd.mean;
    c.mean_square *= pmd.mean_square;
  }
  if (interfering == Interfering::two_bins) {
    arms.visibility *= c.mean_square;
    return;
  }
  arms.visibility *= c.mean * c.mean;
  arms.approximations.push_back({"mean_polarisation_overlap",
                                 "Two photons that meet at the station of a single click overlap by the square of the mean amplitude, not by the mean square."});
}

void drift_phase(ArmEffects& arms, AlignmentSpec const& alignment, StationSpec const& station, Interfering interfering) {
  const double drift = alignment.phase_drift_rad_per_sqrt_s;
  if (drift == 0) return;
  const auto missing = [&](std::string const& path, std::string const& why) {
    return SpecError(path, "null with a phase_drift_rad_per_sqrt_s of " + number_text(drift), "a time, " + why);
  };
  if (interfering == Interfering::two_bins) {
    if (!station.bin_separation_s) throw missing("/station/bin_separation_s", "in which the phase drifts from the early bin to the late one");
    arms.phase_sigma_rad = drift * std::sqrt(*station.bin_separation_s);
    return;
  }
  if (!alignment.free_running_s) throw missing("/alignment/free_running_s", "after which the phase is set right again");
  arms.phase_sigma_rad = walk_sigma_rad(drift, *alignment.free_running_s);
  arms.approximations.push_back({"stationary_phase",
                                 "The phase that walks off between stabilisations is a stationary Gaussian one, of the same mean coherence."});
}

}  // namespace

ArmEffects arm_effects(AlignmentSpec const& alignment, FiberSpec const& fiber, double length_a_m, MemorySpec const& a, MemorySpec const& b,
                       StationSpec const& station, Interfering interfering) {
  ArmEffects arms;
  disperse(arms, fiber, length_a_m, a, b, station.detector);
  mistime(arms, alignment, a, b);
  turn_polarisations(arms, alignment, fiber, a, b, interfering);
  drift_phase(arms, alignment, station, interfering);
  if (alignment.duty() < 1)
    arms.approximations.push_back({"stabilisation_spread_out",
                                   "The time for stabilisation is spread evenly over the attempts, whose period it makes longer."});
  return arms;
}

double polarisation_left(FiberSpec const& fiber, double length_a_m, MemorySpec const& a, MemorySpec const& b) {
  if (fiber.pmd_s_per_sqrt_m == 0) return 1;
  require_lifetimes(a, b, "", "a fibre with pmd_s_per_sqrt_m");
  return pmd_depolarisation(*a.photon_lifetime_s, mean_group_delay_s(fiber, length_a_m)) *
         pmd_depolarisation(*b.photon_lifetime_s, mean_group_delay_s(fiber, fiber.length_m - length_a_m));
}

double switch_transmission(std::optional<MultiplexingSpec> const& multiplexing) {
  return multiplexing ? std::pow(10.0, -multiplexing->switch_loss_db / 10) : 1;
}

}  // namespace farbell
