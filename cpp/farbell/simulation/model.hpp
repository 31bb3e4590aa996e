// What compile() makes of a scenario: every name an id, every quantity in ticks, every link's herald table worked out. Constant, and
// shared by all replicas and threads.
#pragma once
#include <string>
#include <vector>

#include "farbell/apps/failures.hpp"
#include "farbell/apps/programs.hpp"
#include "farbell/apps/rounds.hpp"
#include "farbell/simulation/scenario.hpp"

namespace farbell {

// The modules of a run, as rows of its handler table.
enum class HandlerIndex : std::uint16_t { lanes, swapping, circuits, requests, distilling, fusing, ghz_requests, failures, programs, steering };
constexpr Address address(HandlerIndex handler, std::uint16_t op = 0, std::uint32_t target = 0) {
  return {static_cast<std::uint16_t>(handler), op, target};
}

struct NamedApproximation {
  std::string name, description;
};

// A link in SI units, for people.
struct LinkFacts {
  double length_m = 0, success_probability = 0, attempt_period_s = 0, fidelity = 0;
};

struct Model {
  ScenarioSpec scenario;
  Clock clock;
  Tick horizon{}, warm_up{}, slot = tick_zero;
  StoreKind store = StoreKind::pair_density;
  bool pauli_twirl = false;
  bool induced_dephasing = false;  // a memory of a node minds its attempts

  std::vector<Device> devices;
  std::vector<OperationTimes> operation_times;  // by device
  std::vector<NodeRow> nodes;
  std::vector<Tick> processing_delay;  // by node
  std::vector<std::uint64_t> swap_keys;
  std::vector<std::uint64_t> message_keys;  // by node; empty where messages take the delay of their way, and no more
  Tick retransmission_timeout = never;
  std::vector<LinkProgram> programs;
  std::vector<DistillationPlan> plans;
  std::vector<LinkRow> links;
  std::vector<LinkFacts> link_facts;
  std::vector<SwitchRow> switches;
  std::vector<Tick> fibre_delay;  // by link
  std::vector<double> link_cost;
  SwapFacts swap_facts;  // with routing by entanglement_rate
  Graph graph;
  std::vector<DemandRow> demands;
  std::vector<GhzDemandRow> ghz_demands;
  std::vector<Star> stars;             // by GHZ demand
  std::vector<RoutePlan> route_plans;  // by demand, then by arm of the GHZ demands
  std::vector<Circuits::Terms> terms;  // the same
  std::vector<std::string> circuit_owners;  // the same: as random streams name them
  std::size_t circuits = 0;            // of all of them
  std::vector<RulePrograms> rules;     // by demand for pairs
  std::optional<RoundPlan> rounds;     // then there are no circuits
  std::vector<ChangeRow> changes;
  std::vector<FailureRow> failures;
  Tick heartbeat = never;              // never = failures are known at once
  ControlPlan control;
  std::uint32_t first_dead = 0;        // program p of a link that is down is program first_dead + p; 0 = nobody attempts on one

  std::vector<std::string> node_names, link_names, demand_names, ghz_demand_names, failure_names;
  std::vector<NamedApproximation> approximations;
};

// Throws SpecError for whatever the scenario gets wrong: after this nothing can be misspelt.
Model compile(const ScenarioSpec& scenario);

}  // namespace farbell
