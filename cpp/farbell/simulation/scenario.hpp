// A scenario: everything that decides the outcome of a run, as plain data.
#pragma once
#include "farbell/apps/demand.hpp"
#include "farbell/apps/ghz_demand.hpp"
#include "farbell/apps/program_spec.hpp"
#include "farbell/base/fields.hpp"
#include "farbell/hardware/interface.hpp"
#include "farbell/hardware/memory.hpp"
#include "farbell/hardware/station.hpp"
#include "farbell/network/change.hpp"
#include "farbell/network/control_plane.hpp"
#include "farbell/network/failure.hpp"
#include "farbell/network/link.hpp"
#include "farbell/network/node.hpp"
#include "farbell/network/reservation.hpp"
#include "farbell/network/rounds_spec.hpp"
#include "farbell/network/routing.hpp"
#include "farbell/protocols/messages.hpp"
#include "farbell/protocols/switch_spec.hpp"

namespace farbell {

enum class TickSize { ps, ns };
enum class StateModel { pair_density, bell_diagonal, stabilizer, density, ket, automatic };
enum class Approximation { none, pauli_twirl };
enum class ControlPlane { messages, ideal };
enum class TimingModel { real, slotted };
enum class AttemptDetail { skip, attempt };
enum class RecordMode { rows, summary };

struct LimitsSpec {
  std::optional<std::int64_t> max_events;
  std::optional<double> max_wall_s;

  bool operator==(const LimitsSpec&) const = default;
};

struct ScenarioSpec {
  std::int64_t version = 1;
  std::string name;
  std::string description;
  std::uint64_t seed = 0;
  double duration_s = 1;
  double warm_up_s = 0;
  TickSize tick = TickSize::ps;
  StateModel state = StateModel::pair_density;
  Approximation approximate = Approximation::none;
  ControlPlane control = ControlPlane::messages;
  ClassicalMessagesSpec messages;
  TimingModel timing = TimingModel::real;
  std::optional<double> slot_s;
  AttemptDetail detail = AttemptDetail::skip;
  RecordMode record = RecordMode::rows;
  RoutingSpec routing;
  std::optional<RoundsSpec> rounds;
  ControlPlaneSpec control_plane;
  Reservation reservation = Reservation::ledger;
  Scheduler scheduler = Scheduler::fifo;
  OnDeadlock on_deadlock = OnDeadlock::report;
  std::optional<std::int64_t> max_open_requests;
  LimitsSpec limits;
  std::vector<MemorySpec> memories;
  std::vector<StationSpec> stations;
  std::vector<InterfaceSpec> interfaces;
  std::vector<NodeSpec> nodes;
  std::vector<LinkSpec> links;
  std::vector<OpticalSwitchSpec> switches;
  std::vector<DemandSpec> demands;
  std::vector<GhzDemandSpec> ghz_demands;
  std::vector<ProgramSpec> programs;
  std::vector<ChangeSpec> changes;
  std::vector<FailureSpec> failures;
  std::optional<double> heartbeat_period_s;
  std::int64_t missed_heartbeats = 3;
  std::vector<std::string> credits;
  std::vector<std::string> notes;

  bool operator==(const ScenarioSpec&) const = default;
};

template <>
struct Describe<TickSize> {
  static constexpr std::string_view name = "TickSize";
  static constexpr auto values = std::array{
      Choice<TickSize>{TickSize::ps, "ps", "1 ps; runs of up to 106 days"},
      Choice<TickSize>{TickSize::ns, "ns", "1 ns; runs of up to 292 years"},
  };
};

template <>
struct Describe<StateModel> {
  static constexpr std::string_view name = "StateModel";
  static constexpr auto values = std::array{
      Choice<StateModel>{StateModel::pair_density, "pair_density", "density matrices of pairs; exact for every noise here"},
      Choice<StateModel>{StateModel::bell_diagonal, "bell_diagonal", "weights of the Bell states; Pauli noise only"},
      Choice<StateModel>{StateModel::stabilizer, "stabilizer", "stabilizer states, Pauli noise sampled; fidelities are right on average only"},
      Choice<StateModel>{StateModel::density, "density", "density matrices of any qubits; exact and slow"},
      Choice<StateModel>{StateModel::ket, "ket", "state vectors, any noise sampled; fidelities are right on average only"},
      Choice<StateModel>{StateModel::automatic, "auto", "the cheapest of bell_diagonal and pair_density that is exact for the scenario"},
  };
};

template <>
struct Describe<Approximation> {
  static constexpr std::string_view name = "Approximation";
  static constexpr auto values = std::array{
      Choice<Approximation>{Approximation::none, "none", "nothing is approximated; what the state model cannot hold is refused"},
      Choice<Approximation>{Approximation::pauli_twirl, "pauli_twirl",
                            "relaxation, asymmetric read-out and given states are twirled to Pauli noise"},
  };
};

template <>
struct Describe<ControlPlane> {
  static constexpr std::string_view name = "ControlPlane";
  static constexpr auto values = std::array{
      Choice<ControlPlane>{ControlPlane::messages, "messages", "nodes know what messages have told them"},
      Choice<ControlPlane>{ControlPlane::ideal, "ideal", "every node knows everything at once"},
  };
};

template <>
struct Describe<TimingModel> {
  static constexpr std::string_view name = "TimingModel";
  static constexpr auto values = std::array{
      Choice<TimingModel>{TimingModel::real, "real", "each link attempts at its own pace"},
      Choice<TimingModel>{TimingModel::slotted, "slotted",
                          "all links attempt in common slots and gates take no time, as in theory"},
  };
};

template <>
struct Describe<AttemptDetail> {
  static constexpr std::string_view name = "AttemptDetail";
  static constexpr auto values = std::array{
      Choice<AttemptDetail>{AttemptDetail::skip, "skip", "go straight to the next success; the same law, much faster"},
      Choice<AttemptDetail>{AttemptDetail::attempt, "attempt", "step every attempt"},
  };
};

template <>
struct Describe<RecordMode> {
  static constexpr std::string_view name = "RecordMode";
  static constexpr auto values = std::array{
      Choice<RecordMode>{RecordMode::rows, "rows", "one row a pair and one a request"},
      Choice<RecordMode>{RecordMode::summary, "summary", "counts, means and quantiles only; memory does not grow"},
  };
};

template <>
struct Describe<LimitsSpec> {
  static constexpr std::string_view name = "Limits";
  static constexpr std::string_view doc = "Limits per replica; one that is reached ends the replica and is reported.";
  static constexpr auto fields = std::tuple{
      field("max_events", &LimitsSpec::max_events, at_least(1), "Number of events; null = no limit."),
      field("max_wall_s", &LimitsSpec::max_wall_s, "s", positive, "Wall-clock time; null = no limit."),
  };
};

template <>
struct Describe<ScenarioSpec> {
  static constexpr std::string_view name = "Scenario";
  static constexpr std::string_view doc = "Everything that decides the outcome of a run.";
  static constexpr std::string_view schema_key = "$schema";
  static constexpr auto fields = std::tuple{
      required(field("version", &ScenarioSpec::version, within(1, 1), "Version of the format."), Need::in_files),
      field("name", &ScenarioSpec::name, "Short name, for titles."),
      field("description", &ScenarioSpec::description, "What the scenario is about."),
      field("seed", &ScenarioSpec::seed, non_negative, "Root of every random stream, below 2^63."),
      required(field("duration_s", &ScenarioSpec::duration_s, "s", positive, "Simulated time.")),
      field("warm_up_s", &ScenarioSpec::warm_up_s, "s", non_negative, "Time at the start that statistics leave out."),
      field("tick", &ScenarioSpec::tick, "Resolution of simulated time."),
      field("state", &ScenarioSpec::state, "How the states of pairs are held."),
      field("approximate", &ScenarioSpec::approximate, "Approximation that is accepted, by name."),
      field("control", &ScenarioSpec::control, "How nodes learn what happened elsewhere."),
      field("messages", &ScenarioSpec::messages, "With control messages: loss, jitter and order of classical messages."),
      field("timing", &ScenarioSpec::timing, "When attempts happen."),
      field("slot_s", &ScenarioSpec::slot_s, "s", positive, "With timing slotted: length of a slot."),
      field("detail", &ScenarioSpec::detail, "How attempts are simulated."),
      field("record", &ScenarioSpec::record, "What a run keeps."),
      field("routing", &ScenarioSpec::routing, "How routes are chosen."),
      field("rounds", &ScenarioSpec::rounds, "Entanglement is routed network-wide in rounds; null = by circuits of each demand."),
      field("control_plane", &ScenarioSpec::control_plane, "Who decides on routes, and what they know of the links."),
      field("reservation", &ScenarioSpec::reservation, "How circuits come by their memory slots."),
      field("scheduler", &ScenarioSpec::scheduler,
            "Which of the circuits that wait for memory slots go first, among those of equal `priority`; with reservation ledger."),
      field("on_deadlock", &ScenarioSpec::on_deadlock, "With reservation hop_by_hop: what to do when circuits wait for each other for ever."),
      field("max_open_requests", &ScenarioSpec::max_open_requests, at_least(1),
            "Requests of all demands for pairs that may wait or be served at a time, further ones are refused (`network_full`); null = any number."),
      field("limits", &ScenarioSpec::limits, "Limits on a run."),
      field("memories", &ScenarioSpec::memories, "Kinds of memory."),
      field("stations", &ScenarioSpec::stations, "Kinds of midpoint station."),
      field("interfaces", &ScenarioSpec::interfaces, "Converters and transducers of light; links refer to them by name."),
      field("nodes", &ScenarioSpec::nodes, "Nodes."),
      field("links", &ScenarioSpec::links, "Links."),
      field("switches", &ScenarioSpec::switches, "Optical switches by which links share stations."),
      field("demands", &ScenarioSpec::demands, "Demands for pairs."),
      field("ghz_demands", &ScenarioSpec::ghz_demands, "Demands for GHZ states."),
      field("programs", &ScenarioSpec::programs, "Programs that run at nodes."),
      field("changes", &ScenarioSpec::changes, "Changes of links during the run."),
      field("failures", &ScenarioSpec::failures, "Nodes and links that fail during the run."),
      field("heartbeat_period_s", &ScenarioSpec::heartbeat_period_s, "s", positive,
            "Neighbours notice failures by heartbeats that do not come, sent so often; null = everybody knows at once."),
      field("missed_heartbeats", &ScenarioSpec::missed_heartbeats, within(1, 1'000'000'000),
            "With heartbeat_period_s: how many that are missed in a row make a failure."),
      field("credits", &ScenarioSpec::credits, "Whom to credit for the data."),
      field("notes", &ScenarioSpec::notes, "What a reader should know about the data."),
  };
};

}  // namespace farbell
