// What compile() checks of classical messages that are late or lost, and what the results must own up to.
#pragma once
#include <vector>

#include "farbell/simulation/model.hpp"

namespace farbell {

// Throws a SpecError for messages that are late or lost where there are none.
void check_messages(const ScenarioSpec& scenario);

std::vector<NamedApproximation> approximations_of_messages(const ScenarioSpec& scenario);

}  // namespace farbell
