// What the results of a run must own up to.
#pragma once
#include <string>

#include "farbell/simulation/model.hpp"

namespace farbell {

// Once for each name.
void note_approximation(Model& model, const std::string& name, const std::string& description);

// Those that follow from the model as a whole.
void note_approximations(Model& model);

}  // namespace farbell
