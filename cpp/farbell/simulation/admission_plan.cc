#include "farbell/simulation/admission_plan.hpp"

#include <algorithm>

#include "farbell/simulation/places.hpp"

namespace farbell {

namespace {

// The expected rate counts each pair of a link as one that is swapped.
void check_in_time(const ScenarioSpec& s, const DemandSpec& demand, const std::string& path) {
  const auto refuse = [&](const std::string& allowed) { throw SpecError(path + "/by_deadline", "true", allowed); };
  if (!demand.deadline_s && !std::holds_alternative<ByProgramsSpec>(demand.traffic)) refuse("false without deadline_s");
  const auto distils = [](const LinkSpec& link) { return link.distillation.has_value(); };
  if (purifies(s.routing.kind) || demand.distillation || std::any_of(s.links.begin(), s.links.end(), distils))
    refuse("false where the demand or links distil: the rate of distilled pairs is not foreseen");
}

}  // namespace

AdmissionPlan admission_plan(const Model& m, std::size_t i) {
  const DemandSpec& demand = m.scenario.demands[i];
  const AdmissionSpec& spec = *demand.admission;
  const std::string path = item("demands", i, "admission");
  if (!spec.rate_hz && !spec.by_deadline) throw SpecError(path, "an admission that takes everything", "rate_hz or by_deadline; or null");
  if (!spec.rate_hz && spec.burst != 1) throw SpecError(path + "/burst", std::to_string(spec.burst), "1 without rate_hz");
  if (std::holds_alternative<ContinuousSpec>(demand.traffic)) throw SpecError(path, "an admission", "null with \"continuous\" traffic, which is one request without end");
  if (std::holds_alternative<BackToBackSpec>(demand.traffic)) throw SpecError(path, "an admission", "null with \"back_to_back\" traffic, which stops when a request is refused");
  AdmissionPlan plan;
  if (spec.rate_hz) {
    plan.interval = ticks_of(m, 1 / *spec.rate_hz, path + "/rate_hz");
    ticks_of(m, static_cast<double>(spec.burst - 1) / *spec.rate_hz, path + "/burst");
    plan.tolerance = after(tick_zero, plan.interval, spec.burst - 1);  // whole intervals, as they are counted: rounded once
    if (plan.interval == tick_zero)
      throw SpecError(path + "/rate_hz", number_text(*spec.rate_hz) + " Hz", "a rate of at most one request a tick");
  }
  if (spec.by_deadline) check_in_time(m.scenario, demand, path);
  plan.by_deadline = spec.by_deadline;
  return plan;
}

std::vector<Tick> reserved_windows(const Model& m, std::size_t i) {
  const DemandSpec& demand = m.scenario.demands[i];
  const std::string path = item("demands", i, "reserved");
  if (!demand.reserved.empty() && demand.generate_when_idle)
    throw SpecError(path, std::to_string(demand.reserved.size()) + " windows", "none with generate_when_idle, by which slots are kept for good");
  std::vector<Tick> boundaries;
  for (std::size_t k = 0; k < demand.reserved.size(); ++k)
    for (std::size_t end : {0, 1}) {
      const double at_s = demand.reserved[k][end];
      const std::string here = path + "/" + std::to_string(k) + "/" + std::to_string(end);
      const Tick at = ticks_of(m, at_s, here);
      if (!boundaries.empty() && at <= boundaries.back())
        throw SpecError(here, number_text(at_s) + " s", "more than " + number_text(m.clock.seconds(boundaries.back())) + " s, the time before");
      boundaries.push_back(at);
    }
  return boundaries;
}

}  // namespace farbell
