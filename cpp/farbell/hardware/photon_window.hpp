// A photon that decays exponentially from the opening of a detection window on, seen with jitter: how much of it the window holds, and
// how much two of them overlap. Equations: docs/physics/sources.md.
#pragma once

namespace farbell {

// Probability that the photon is reported within the window.
double window_share(double lifetime_s, double jitter_s, double window_s);

// |<phi_A|phi_B>|^2 of two such photons that start together and are alike in all else.
double lifetime_overlap(double lifetime_a_s, double lifetime_b_s);

// The lifetime of the product of their amplitudes, which is what interferes.
double common_lifetime_s(double lifetime_a_s, double lifetime_b_s);

}  // namespace farbell
