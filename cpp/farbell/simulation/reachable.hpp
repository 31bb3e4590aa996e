// The best fidelity a route can deliver, for refusing demands that ask for more.
#pragma once
#include <span>
#include <vector>

#include "farbell/simulation/model.hpp"

namespace farbell {

// All links are ready at once with their best herald outcome, swaps, distillation and messages take no time and have the best of their
// outcomes: only gates and read-out spoil the pair. `distillation`: plan for pairs that span the route.
// `hops`: plans for pairs of each hop; empty = as the links say.
double best_reachable_fidelity(const Model& model, const Route& route, std::optional<std::uint32_t> distillation,
                               std::span<const std::optional<std::uint32_t>> hops = {});

// Of a link's pairs once they are distilled as its row says.
double distilled_fidelity(const Model& model, const LinkRow& link);
// By link: of its pairs after no round, one, two ... of pumping by DEJMPS.
std::vector<std::vector<double>> pumped_fidelities(const Model& model, std::uint32_t rounds);
// Of what a swap makes of two perfect pairs: the mean over its outcomes.
double swap_fidelity(const Model& model, DeviceId device);

}  // namespace farbell
