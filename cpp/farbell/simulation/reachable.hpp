// The best fidelity a route can deliver, for refusing demands that ask for more.
#pragma once
#include "farbell/simulation/model.hpp"

namespace farbell {

// All links are ready at once with their best herald outcome, swaps and messages take no time: only gates and read-out spoil the pair.
double best_reachable_fidelity(const Model& model, const Route& route);

}  // namespace farbell
