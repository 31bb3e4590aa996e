// The best fidelity a route can deliver, for refusing demands that ask for more.
#pragma once
#include "farbell/simulation/model.hpp"

namespace farbell {

// All links are ready at once with their best herald outcome, swaps, distillation and messages take no time and have the best of their
// outcomes: only gates and read-out spoil the pair. `distillation`: plan for pairs that span the route.
double best_reachable_fidelity(const Model& model, const Route& route, std::optional<std::uint32_t> distillation);

// Of a link's pairs once they are distilled as its row says.
double distilled_fidelity(const Model& model, const LinkRow& link);
// Of what a swap makes of two perfect pairs: the mean over its outcomes.
double swap_fidelity(const Model& model, DeviceId device);

}  // namespace farbell
