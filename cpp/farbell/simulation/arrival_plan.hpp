// Traffic in ticks.
#pragma once
#include <string>

#include "farbell/simulation/model.hpp"

namespace farbell {

// Throws a SpecError, under `path`, for times that do not fit.
ArrivalPlan arrival_plan(const Model& model, const TrafficSpec& traffic, const std::string& path);

}  // namespace farbell
