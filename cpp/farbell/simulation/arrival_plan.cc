#include "farbell/simulation/arrival_plan.hpp"

#include <algorithm>

#include "farbell/simulation/places.hpp"

namespace farbell {

ArrivalPlan arrival_plan(const Model& model, const TrafficSpec& traffic, const std::string& path) {
  ArrivalPlan plan;
  const auto at = [&](double seconds) {
    plan.at_s = seconds;
    plan.at = ticks_of(model, seconds, path + "/at_s");
  };
  if (const auto* one = std::get_if<OneOffSpec>(&traffic)) {
    plan.kind = ArrivalPlan::Kind::one_off;
    plan.requests = static_cast<std::uint64_t>(one->requests);
    at(one->at_s);
  } else if (const auto* next = std::get_if<BackToBackSpec>(&traffic)) {
    plan.kind = ArrivalPlan::Kind::back_to_back;
    plan.requests = static_cast<std::uint64_t>(next->requests.value_or(0));
    at(next->at_s);
  } else if (const auto* endless = std::get_if<ContinuousSpec>(&traffic)) {
    at(endless->at_s);
  } else if (std::holds_alternative<ByProgramsSpec>(traffic)) {
    plan.kind = ArrivalPlan::Kind::programs;
  } else if (const auto* poisson = std::get_if<PoissonSpec>(&traffic)) {
    plan.kind = ArrivalPlan::Kind::poisson;
    plan.rate_hz = poisson->rate_hz;
    at(poisson->at_s);
  } else {
    plan.kind = ArrivalPlan::Kind::table;
    for (double seconds : std::get<TableSpec>(traffic).at_s) plan.table.push_back(ticks_of(model, seconds, path + "/at_s"));
    std::sort(plan.table.begin(), plan.table.end());
  }
  return plan;
}

}  // namespace farbell
