// What a fibre does to a photon: it absorbs and it delays. Equations: docs/physics/fiber.md.
#pragma once
#include "farbell/hardware/fiber.hpp"

namespace farbell {

// 10^(-attenuation * length / 10), a probability.
double transmission(double attenuation_db_per_km, double length_m);

// The same of the piece of a fibre between two distances from node_a.
double transmission(FiberSpec const& fiber, double from_m, double to_m);
double loss_db(FiberSpec const& fiber, double from_m, double to_m);

double fiber_delay_s(double length_m, double speed_m_per_s);

// Photons per second that spontaneous Raman scattering of the fibre's classical light brings to a station `at_m` from node_a,
// within its filter: from node_a's side, and from node_b's.
struct RamanLight {
  double from_a_hz = 0, from_b_hz = 0;
};
RamanLight raman_light(FiberSpec const& fiber, double at_m);
// The same that comes to memories at the ends, each from its own side of a source that stands there.
struct RamanAtEnds {
  double to_a_hz = 0, to_b_hz = 0;
};
RamanAtEnds raman_at_ends(FiberSpec const& fiber, double at_m);
// Of the filter that makes it so many, in frequency.
double filter_bandwidth_hz(FiberSpec const& fiber);

// Group-delay dispersion of so much fibre: the phase of light that is off its carrier by omega is gdd omega^2/2.
double group_delay_dispersion_s2(FiberSpec const& fiber, double length_m);

}  // namespace farbell
