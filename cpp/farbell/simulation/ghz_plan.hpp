// Where a GHZ demand's states are made, and whether they can be: its center, and the arms from there to its users; or its tree.
#pragma once
#include <vector>

#include "farbell/simulation/model.hpp"
#include "farbell/simulation/names.hpp"

namespace farbell {

struct GhzPlan {
  std::vector<RoutePlan> arms;  // from the center to each user but itself, as the users are listed; or the parts of the tree
  Star star;                    // but for the numbers of its chains, and the key of its outcomes
  // By party of the star.
  std::vector<std::uint32_t> user_of;
  std::vector<GhzDemandRow::Bases> bases;
};

// Of GHZ demand `i`; throws SpecError where it cannot be served.
GhzPlan ghz_plan(const Model& model, const Names& nodes, std::size_t i);

}  // namespace farbell
