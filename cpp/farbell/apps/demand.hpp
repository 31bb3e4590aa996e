// A demand: two nodes that ask for entangled pairs, when, how many and how good.
#pragma once
#include <array>

#include "farbell/apps/admission.hpp"
#include "farbell/apps/traffic.hpp"
#include "farbell/base/fields.hpp"
#include "farbell/network/routing.hpp"
#include "farbell/protocols/rule_spec.hpp"
#include "farbell/protocols/swapping_spec.hpp"

namespace farbell {

// What happens to a delivered pair.
enum class PairUse { keep, measure };

struct DemandSpec {
  std::string name;
  std::string node_a;
  std::string node_b;
  TrafficSpec traffic;
  std::int64_t pairs_per_request = 1;
  std::int64_t width = 1;
  double min_fidelity = 0;
  std::optional<double> deadline_s;
  std::optional<double> reservation_s;
  std::optional<std::int64_t> max_queue;
  std::int64_t concurrent_requests = 1;
  std::optional<double> max_wait_s;
  std::optional<AdmissionSpec> admission;
  std::int64_t priority = 0;
  double weight = 1;
  PairUse use = PairUse::keep;
  double z_basis_probability = 0.5;
  bool pipelined = true;
  bool generate_when_idle = false;
  std::vector<std::array<double, 2>> reserved;
  std::optional<std::int64_t> buffer;
  std::vector<std::string> route;
  std::vector<WeightedRouteSpec> routes;
  SwappingSpec swapping;
  std::optional<CutoffSpec> cutoff;
  std::optional<DistillationSpec> distillation;
  std::vector<RuleSpec> rules;

  // The name by which results and messages know the demand.
  std::string label() const { return name.empty() ? node_a + "->" + node_b : name; }

  bool operator==(const DemandSpec&) const = default;
};

template <>
struct Describe<PairUse> {
  static constexpr std::string_view name = "PairUse";
  static constexpr auto values = std::array{
      Choice<PairUse>{PairUse::keep, "keep", "both ends hold the pair and know it"},
      Choice<PairUse>{PairUse::measure, "measure", "each end measures its qubit as soon as it knows the pair"},
  };
};

template <>
struct Describe<DemandSpec> {
  static constexpr std::string_view name = "Demand";
  static constexpr std::string_view doc = "A pair of nodes that asks for entangled pairs.";
  static constexpr std::string_view ghz =
      "demands here are for pairs; GHZ and graph states are asked for in the scenario's list ghz_demands, without a kind (GhzDemand in Python)";
  static constexpr auto elsewhere = std::array{Misplaced{"kind", ghz}, Misplaced{"users", ghz}};
  static constexpr auto fields = std::tuple{
      field("name", &DemandSpec::name, "Unique name; empty = \"node_a->node_b\"."),
      required(field("node_a", &DemandSpec::node_a, non_empty, "Name of one end.")),
      required(field("node_b", &DemandSpec::node_b, non_empty, "Name of the other end.")),
      field("traffic", &DemandSpec::traffic, "When requests are asked."),
      field("pairs_per_request", &DemandSpec::pairs_per_request, at_least(1),
            "Pairs that a request asks for (a continuous request has no end)."),
      field("width", &DemandSpec::width, within(1, 1'000'000), "Memory slots that a request uses at both ends of every hop of the route."),
      field("min_fidelity", &DemandSpec::min_fidelity, unit_interval, "Pairs below this fidelity are rejected, and counted."),
      field("deadline_s", &DemandSpec::deadline_s, "s", positive,
            "Time after which a request is given up, counted from when it was asked; null = never."),
      field("reservation_s", &DemandSpec::reservation_s, "s", positive,
            "How long the demand may keep its slots in a row; null = until its requests have ended."),
      field("max_queue", &DemandSpec::max_queue, at_least(1),
            "Requests that may wait or be served at a time, further ones are refused; null = any number."),
      field("concurrent_requests", &DemandSpec::concurrent_requests, within(1, 10'000),
            "Requests that may be served at a time, each over a circuit with slots of its own; the others wait."),
      field("max_wait_s", &DemandSpec::max_wait_s, "s", non_negative,
            "Longest time from when a request is asked until it is served, after which it is refused (`not_served`); 0 = served at once or "
            "not at all; null = any time."),
      field("admission", &DemandSpec::admission, "Which requests are taken when they are asked; null = all."),
      field("priority", &DemandSpec::priority, within(-1'000'000, 1'000'000),
            "Who waits for memory slots is served before those of lower priority, and among equals as `scheduler` says; with reservation ledger."),
      field("weight", &DemandSpec::weight, within(1e-6, 1e6),
            "With scheduler weighted_fair: its share of memory slots times time, or of the time of a switch's stations, where others wait, "
            "against the weights of these."),
      field("use", &DemandSpec::use, "What is done with a delivered pair."),
      field("z_basis_probability", &DemandSpec::z_basis_probability, unit_interval,
            "With use measure: probability that an end measures in the Z basis, else X."),
      field("pipelined", &DemandSpec::pipelined,
            "Whether hops go on making pairs while earlier ones are under way; false = at most `width` at a time on each hop until "
            "they are delivered or known to be lost."),
      field("generate_when_idle", &DemandSpec::generate_when_idle,
            "Whether links keep making pairs while no request is open; those pairs are surplus."),
      field("reserved", &DemandSpec::reserved, "s", non_negative,
            "Windows [from, until], each after the one before, in which its circuits are set up and keep their slots, requests or not, as with "
            "generate_when_idle."),
      field("buffer", &DemandSpec::buffer, within(1, 1'000'000),
            "With generate_when_idle: pairs that are kept at both ends for later requests, each in a slot of both; at least `width`. An "
            "end has so many slots instead of `width`, and no pairs are made while all hold one. null = none are kept."),
      field("route", &DemandSpec::route, non_empty, "Names of the nodes from node_a to node_b; empty = found by routing."),
      field("routes", &DemandSpec::routes,
            "Several routes of its own, which its circuits take in turn, in proportion to their weights; empty = `route`, or found by routing."),
      field("swapping", &DemandSpec::swapping, "In which order the nodes between the ends swap."),
      field("cutoff", &DemandSpec::cutoff, "When waiting qubits are given up; null = never."),
      field("distillation", &DemandSpec::distillation, "How end-to-end pairs are distilled before they are delivered; null = not."),
      field("rules", &DemandSpec::rules, "Decisions of one's own, at most one for each point: whether to swap, to give up, to take a request."),
  };
};

}  // namespace farbell
