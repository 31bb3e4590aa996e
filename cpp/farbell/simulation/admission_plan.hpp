// Admission of requests, and windows in which slots are reserved, in ticks.
#pragma once
#include <vector>

#include "farbell/simulation/model.hpp"

namespace farbell {

// Of a demand that has one. Throws a SpecError for what does not go with its other fields, and for times that do not fit.
AdmissionPlan admission_plan(const Model& model, std::size_t demand);
// When the windows begin and end, in turn.
std::vector<Tick> reserved_windows(const Model& model, std::size_t demand);

}  // namespace farbell
