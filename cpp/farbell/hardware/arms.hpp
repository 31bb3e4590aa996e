// The two arms of a link's light: what its fibre, its alignment and the switches of its modes do to photons before detectors or memories.
// Equations: docs/physics/fiber.md, alignment.md and multiplexing.md.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "farbell/hardware/alignment.hpp"
#include "farbell/hardware/fiber.hpp"
#include "farbell/hardware/memory.hpp"
#include "farbell/hardware/multiplexing.hpp"
#include "farbell/hardware/station.hpp"

namespace farbell {

struct ModelNote {
  std::string name, description;
};

struct ArmEffects {
  double visibility = 1, photon_coherence = 1;  // factors of the overlap, and of the probability that photons have kept their phase
  std::optional<double> share_a, share_b;       // of the photons within the window, where dispersion changes it
  double phase_sigma_rad = 0;
  std::vector<ModelNote> approximations;
};

// Which scheme it is: one photon that interferes, or one in each of two bins.
enum class Interfering { one_photon, two_bins };

// Throws a SpecError at /alignment/... where a parameter makes no sense for the scheme, and at the generation where memories do not say
// how long their photons are.
ArmEffects arm_effects(AlignmentSpec const& alignment, FiberSpec const& fiber, double length_a_m, MemorySpec const& a, MemorySpec const& b,
                       StationSpec const& station, Interfering interfering);

// What is left of the correlations of pairs in polarisation that memories absorb at both ends. Throws where a memory does not
// say how long its photons are.
double polarisation_left(FiberSpec const& fiber, double length_a_m, MemorySpec const& a, MemorySpec const& b);

double switch_transmission(std::optional<MultiplexingSpec> const& multiplexing);

}  // namespace farbell
