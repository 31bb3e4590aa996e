// What compile() makes of the control plane: who decides for which demands, and how long news takes.
#pragma once
#include "farbell/simulation/model.hpp"
#include "farbell/simulation/names.hpp"

namespace farbell {

// With demands, links and failures in the model. Throws a SpecError for what cannot be had together.
ControlPlan control_plan(const Model& model, const Names& nodes);

}  // namespace farbell
