// Rounds, where a scenario has them: what cannot be had together with them, and what the replicas need.
#pragma once
#include <functional>

#include "farbell/simulation/model.hpp"

namespace farbell {

// Refuses what rounds do not have. Needs nothing but the scenario.
void check_rounds(const ScenarioSpec& scenario);

// Of a model that is otherwise complete. `stream(name, path)` makes the key of a random stream that nobody else has.
RoundPlan round_plan(const Model& model, const std::function<std::uint64_t(const std::string&, const std::string&)>& stream);

// Named simplifications.
std::vector<NamedApproximation> approximations_of_rounds(const ScenarioSpec& scenario);

}  // namespace farbell
