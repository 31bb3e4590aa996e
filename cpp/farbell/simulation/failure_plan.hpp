// What compile() makes of failures, and of links that drift: when they change, and when they are recalibrated.
#pragma once
#include <array>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "farbell/simulation/model.hpp"
#include "farbell/simulation/names.hpp"

namespace farbell {

// All but the key of its random stream.
FailureRow failure_row(const Model& model, const FailureSpec& failure, const Names& nodes, const Names& links, const std::string& path);

// For each program one of a link that has failed: it goes on at its pace, and never succeeds.
void add_dead_programs(Model& model);

struct DriftPlan {
  std::vector<std::pair<Tick, std::size_t>> changes;  // to what is left after so many steps
  std::vector<std::array<Tick, 2>> recalibrations;
};

// `fidelity_after` so many steps since the start or a recalibration: the mean of the pairs that the link heralds then.
DriftPlan drift_plan(const Model& model, const DriftSpec& drift, const std::string& path,
                     const std::function<double(std::size_t)>& fidelity_after);

}  // namespace farbell
