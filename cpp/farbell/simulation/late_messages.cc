#include "farbell/simulation/late_messages.hpp"

#include <algorithm>

#include "farbell/base/errors.hpp"

namespace farbell {

void check_messages(const ScenarioSpec& scenario) {
  if (scenario.messages.vary() && scenario.control == ControlPlane::ideal)
    throw SpecError("/messages", "loss or jitter of messages", "none of them with \"control\": \"ideal\", which needs no messages");
}

std::vector<NamedApproximation> approximations_of_messages(const ScenarioSpec& scenario) {
  std::vector<NamedApproximation> out;
  if (!scenario.messages.vary()) return out;
  const auto keeps = [](const DemandSpec& d) { return d.use == PairUse::keep || d.distillation; };
  const auto distils = [](const LinkSpec& l) { return l.distillation.has_value(); };
  if (std::any_of(scenario.demands.begin(), scenario.demands.end(), keeps) ||
      std::any_of(scenario.links.begin(), scenario.links.end(), distils) || !scenario.ghz_demands.empty())
    out.push_back({"joint_knowledge", "who share a pair or state go on with it together, as soon as the last of them has all news of it"});
  if (scenario.heartbeat_period_s) out.push_back({"punctual_heartbeats", "heartbeats are neither lost nor late by chance"});
  return out;
}

}  // namespace farbell
