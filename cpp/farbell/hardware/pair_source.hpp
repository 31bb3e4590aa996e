// A source of entangled photons between two memories that absorb them: what is heralded, and what the memories then hold.
// Equations and sources: docs/physics/midpoint_source.md.
#pragma once
#include "farbell/hardware/generation.hpp"
#include "farbell/hardware/herald.hpp"

namespace farbell {

// `absorption_x`: probability that a photon of the source ends in memory X; `noise_x`: mean number of photons of no polarisation that do,
// Poisson. Positions and times of the spec are not used. With `tells_empty` heralds of that memory's that holds nothing are rows of
// their own.
HeraldTable pair_source_table(MidpointSourceSpec const& source, double absorption_a, double absorption_b, double noise_a = 0, double noise_b = 0,
                              std::array<bool, 2> tells_empty = {false, false});

}  // namespace farbell
