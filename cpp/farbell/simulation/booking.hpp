// What a scenario says of booking memory slots, where one choice forbids another.
#pragma once
#include "farbell/simulation/scenario.hpp"

namespace farbell {

// Throws a SpecError.
void check_booking(const ScenarioSpec& scenario);

}  // namespace farbell
