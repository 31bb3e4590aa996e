// Where a GHZ demand's states are made, and whether they can be: its center, and the arms from there to its users.
#pragma once
#include <vector>

#include "farbell/simulation/model.hpp"
#include "farbell/simulation/names.hpp"

namespace farbell {

struct GhzPlan {
  NodeId center;
  bool center_is_user = false;
  std::vector<RoutePlan> arms;  // from the center to each user but itself, as the users are listed
  std::vector<FusionStep> steps;
  double fusion_s = 0;          // gates and read-out at the center
  // By party (Star).
  Edges edges;
  std::vector<std::uint32_t> user_of;
  std::vector<GhzDemandRow::Bases> bases;
};

// Of GHZ demand `i`; throws SpecError where it cannot be served.
GhzPlan ghz_plan(const Model& model, const Names& nodes, std::size_t i);

}  // namespace farbell
