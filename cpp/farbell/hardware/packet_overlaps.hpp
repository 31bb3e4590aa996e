// What fibres and clocks do to the overlap of two photons that decay exponentially, with the lifetimes tau_a and tau_b.
// Equations and sources: docs/physics/fiber.md and alignment.md.
#pragma once
#include "farbell/hardware/fiber.hpp"

namespace farbell {

// A factor c of the overlap <phi_A|phi_B> that is random: what enters where one photon interferes, and where two do.
struct OverlapFactor {
  double mean = 1, mean_square = 1;  // of c, and of |c|^2
};

// After group-delay dispersions of A's arm less B's of this much: |c|, of the whole wave packets; it is not random.
double dispersed_overlap(double lifetime_a_s, double lifetime_b_s, double gdd_difference_s2);

// The share of a photon that a window holds, as window_share, after the dispersion of its arm; within 1e-5.
double dispersed_window_share(double lifetime_s, double gdd_s2, double jitter_s, double window_s);

// B comes later than A by a Gaussian time with this mean and standard deviation.
OverlapFactor late_overlap(double lifetime_a_s, double lifetime_b_s, double offset_s, double jitter_s);

// Polarisations are turned by differential group delays of this mean, over both arms, whose distribution is Maxwell's.
OverlapFactor pmd_overlap(double lifetime_a_s, double lifetime_b_s, double mean_delay_s);

// What such delays, in one arm, leave of the polarisation of a photon that is a qubit.
double pmd_depolarisation(double lifetime_s, double mean_delay_s);

double mean_group_delay_s(FiberSpec const& fiber, double length_m);

}  // namespace farbell
