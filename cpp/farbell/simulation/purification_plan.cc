#include "farbell/simulation/purification_plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/simulation/names.hpp"
#include "farbell/simulation/places.hpp"
#include "farbell/simulation/reachable.hpp"
#include "farbell/simulation/route_query.hpp"

namespace farbell {

namespace {

constexpr std::int64_t usual_rounds = 3;
constexpr double unreachable = std::numeric_limits<double>::infinity();

std::string kind_of(RoutingMetric kind) { return "routing kind " + in_quotes(std::string(choice_name(kind))); }

std::string rounded(double fidelity) { return number_text(std::floor(fidelity * 1e9) / 1e9); }

// What the rest of a scenario cannot have beside purification that is decided by routes.
const RoutingSpec& checked(const Model& model) {
  const ScenarioSpec& s = model.scenario;
  const std::string with = "null with " + kind_of(s.routing.kind);
  for (std::size_t i = 0; i < s.links.size(); ++i)
    if (s.links[i].distillation) throw SpecError(item("links", i, "distillation"), "a distillation", with + ": routes decide on it");
  for (std::size_t i = 0; i < s.memories.size(); ++i) {
    if (s.memories[i].communication) throw SpecError(item("memories", i, "communication"), "communication qubits", with);
    if (s.memories[i].retrieval) throw SpecError(item("memories", i, "retrieval"), "a retrieval", with);
  }
  if (s.messages.vary()) throw SpecError("/messages", "messages that are late or lost", "messages on time with " + kind_of(s.routing.kind));
  for (std::size_t i = 0; i < s.demands.size(); ++i) {
    const DemandSpec& demand = s.demands[i];
    if (!(demand.min_fidelity > 0))
      throw SpecError(item("demands", i, "min_fidelity"), number_text(demand.min_fidelity), "above 0 with " + kind_of(s.routing.kind) + ", which finds routes for it");
    if (!demand.routes.empty()) throw SpecError(item("demands", i, "routes"), "routes", "an empty list with " + kind_of(s.routing.kind));
    if (!demand.route.empty()) throw SpecError(item("demands", i, "route"), "a route", "an empty list with " + kind_of(s.routing.kind));
    if (demand.distillation) throw SpecError(item("demands", i, "distillation"), "a distillation", with + ", which counts on that of links alone");
    if (demand.cutoff) throw SpecError(item("demands", i, "cutoff"), "a cut-off", with);
    if (std::holds_alternative<PolicyTableSpec>(demand.swapping))
      throw SpecError(item("demands", i, "swapping"), "a policy table", "another order with " + kind_of(s.routing.kind));
  }
  return s.routing;
}

}  // namespace

Purifier::Purifier(const Model& model, const RoutingSpec& routing) : model_(model), kind_(routing.kind) {
  const auto rounds = static_cast<std::uint32_t>(routing.max_purification_rounds.value_or(usual_rounds));
  for (const std::vector<double>& fidelities : pumped_fidelities(model, rounds)) {
    const bool succeeds = model.link_facts[links_.size()].success_probability > 0;
    PurifiedLink& link = links_.emplace_back();
    for (double fidelity : fidelities) link.push_back(succeeds ? werner_loss(werner_parameter(fidelity)) : unreachable);
  }
  std::vector<double> by_device;
  for (std::uint32_t d = 0; d < model.devices.size(); ++d)
    by_device.push_back(werner_loss(werner_parameter(swap_fidelity(model, DeviceId{d}))));
  for (const NodeRow& node : model.nodes) swap_loss_.push_back(by_device[node.device.value]);
}

PurifiedRoute Purifier::find(NodeId a, NodeId b, double min_fidelity, const std::string& path) const {
  const PurifiedPaths paths(model_.graph, links_, swap_loss_);
  const double wanted = werner_parameter(min_fidelity), most_loss = wanted > 0 ? -std::log(wanted) : unreachable;
  const bool exact = kind_ == RoutingMetric::q_path;
  if (PurifiedRoute found = exact ? paths.fewest_pairs(a, b, most_loss) : paths.equal_shares(a, b, most_loss)) return found;
  const double least = paths.least_loss(a, b);
  if (least == unreachable) return {};
  const double best = (1 + 3 * std::exp(-least)) / 4;
  if (!exact && min_fidelity <= best)
    throw SpecError(path, number_text(min_fidelity), "less for q_leap, whose route cannot give it in equal shares; q_path finds one that can");
  throw SpecError(path, number_text(min_fidelity),
                  "at most " + rounded(best) + ", the best that links give which are purified " + std::to_string(links_.front().size() - 1) +
                      " times at most (max_purification_rounds)");
}

DemandPurifier::DemandPurifier(Model& model) : model_(model), purifier_(model, checked(model)) {
  plans_.emplace_back();
  const std::int64_t rounds = model.scenario.routing.max_purification_rounds.value_or(usual_rounds);
  for (std::int64_t r = 1; r <= rounds; ++r) {
    plans_.push_back(static_cast<std::uint32_t>(model.plans.size()));
    model.plans.push_back({std::vector<DistillationProtocol>(static_cast<std::size_t>(r), DistillationProtocol::dejmps), true});
  }
}

void DemandPurifier::plan(std::size_t demand, RoutePlan& routes, Circuits::Terms& terms) {
  const double wanted = model_.scenario.demands[demand].min_fidelity;
  const std::string path = item("demands", demand, "min_fidelity");
  PurifiedRoute found = purifier_.find(routes.ends[0], routes.ends[1], wanted, path);
  if (!found) return;
  for (std::uint32_t r : found.rounds) terms.hop_distillation.push_back(plans_[r]);
  // The Werner states of the search have the fidelities of the pairs, but not all of their correlations.
  const double best = best_reachable_fidelity(model_, found.route, std::nullopt, terms.hop_distillation);
  if (wanted > best + fidelity_slack)
    throw SpecError(path, number_text(wanted), "at most " + rounded(best) + ", what the pairs of its route come to, which are no Werner states");
  routes.routes.push_back(std::move(found.route));
  routes.fixed = true;
}

}  // namespace farbell
