// Routes that somebody states while a run goes on: a controller outside, or a program.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "farbell/simulation/model.hpp"
#include "farbell/simulation/names.hpp"

namespace farbell {

// The demand's, by names of nodes, the preferred one first, as far as compile() checks those that it finds; whether they are up nobody asks.
// `cost` by link, of which parallel ones the cheapest is taken. Throws SpecError, its path below /routes where it is about them.
std::vector<Route> stated_during_run(const Model& model, const Names& nodes, DemandId demand, const std::vector<std::vector<std::string>>& routes,
                                     std::span<const double> cost);

}  // namespace farbell
