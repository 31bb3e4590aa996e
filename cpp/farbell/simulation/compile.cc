#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "farbell/hardware/fiber_kernels.hpp"
#include "farbell/hardware/link_model.hpp"
#include "farbell/hardware/memory_device.hpp"
#include "farbell/simulation/admission_plan.hpp"
#include "farbell/simulation/approximations.hpp"
#include "farbell/simulation/arrival_plan.hpp"
#include "farbell/simulation/booking.hpp"
#include "farbell/simulation/communication_plan.hpp"
#include "farbell/simulation/control_plan.hpp"
#include "farbell/simulation/failure_plan.hpp"
#include "farbell/simulation/ghz_plan.hpp"
#include "farbell/simulation/hardware_key.hpp"
#include "farbell/simulation/late_messages.hpp"
#include "farbell/simulation/light_plan.hpp"
#include "farbell/simulation/model.hpp"
#include "farbell/simulation/names.hpp"
#include "farbell/simulation/places.hpp"
#include "farbell/simulation/policies.hpp"
#include "farbell/simulation/purification_plan.hpp"
#include "farbell/simulation/reachable.hpp"
#include "farbell/simulation/retrieval_check.hpp"
#include "farbell/simulation/rounds_plan.hpp"
#include "farbell/simulation/route_query.hpp"
#include "farbell/simulation/switch_plan.hpp"
#include "farbell/state/correlations.hpp"

namespace farbell {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

class Compiler {
 public:
  explicit Compiler(const ScenarioSpec& scenario) : s_(scenario) {
    m_.scenario = scenario;
    m_.store = store_of(scenario.state);
  }

  Model compile() {
    times();
    check_booking(s_);
    check_rounds(s_);
    memories();
    nodes();
    messages();
    links();
    changes();
    drifts();
    failures();
    bell_diagonal_parts();
    programs();
    demands();
    ghz_demands();
    m_.control = control_plan(m_, node_names_);
    waits_suffice();
    check_retrieval(m_);
    m_.switches = switch_plan(m_, link_names_);
    for (std::size_t i = 0; i < s_.demands.size(); ++i) m_.rules.push_back(rules(m_, i));
    check_communication(m_);
    if (s_.rounds) m_.rounds = round_plan(m_, [this](const std::string& name, const std::string& path) { return stream(name, path); });
    note_approximations(m_);
    return std::move(m_);
  }

 private:
  // ---- time ----
  Tick ticks(double seconds, const std::string& path) const { return ticks_of(m_, seconds, path); }
  Tick positive_ticks(double seconds, const std::string& path) const {
    const Tick t = ticks(seconds, path);
    if (t == tick_zero) throw SpecError(path, number_text(seconds) + " s", "at least one tick (1 " + tick_name() + ")");
    return t;
  }
  std::string tick_name() const { return std::string(choice_name(s_.tick)); }

  void times() {
    m_.clock.ticks_per_s = s_.tick == TickSize::ps ? 1e12 : 1e9;
    m_.horizon = positive_ticks(s_.duration_s, "/duration_s");
    m_.warm_up = ticks(s_.warm_up_s, "/warm_up_s");
    if (m_.warm_up >= m_.horizon)
      throw SpecError("/warm_up_s", number_text(s_.warm_up_s) + " s", "less than duration_s (" + number_text(s_.duration_s) + " s)");
    const bool slotted = s_.timing == TimingModel::slotted;
    if (slotted && !s_.slot_s) throw SpecError("/slot_s", "nothing", "the length of a slot, since timing is \"slotted\"");
    if (!slotted && s_.slot_s) throw SpecError("/slot_s", number_text(*s_.slot_s) + " s", "null unless timing is \"slotted\"");
    if (slotted) {
      m_.slot = positive_ticks(*s_.slot_s, "/slot_s");
      if (m_.slot < Tick{2}) throw SpecError("/slot_s", number_text(*s_.slot_s) + " s", "at least two ticks (1 " + tick_name() + ")");
    }
  }

  // ---- states ----
  // With `auto` the cheapest exact store, until something is found that it cannot hold.
  static StoreKind store_of(StateModel state) {
    switch (state) {
      case StateModel::pair_density: return StoreKind::pair_density;
      case StateModel::stabilizer: return StoreKind::stabilizer;
      case StateModel::density: return StoreKind::density;
      case StateModel::ket: return StoreKind::ket;
      case StateModel::bell_diagonal:
      case StateModel::automatic: break;
    }
    return StoreKind::bell_diagonal;
  }
  // True where the store cannot hold something, and no other may be taken, which holds all.
  bool refuses(bool held) {
    if (!held && s_.state == StateModel::automatic) m_.store = StoreKind::pair_density;
    return !held && s_.state != StateModel::automatic;
  }
  // What a store of Bell-diagonal states takes of the pairs of links, once it is known to be one.
  void bell_diagonal_parts() {
    if (capabilities(m_.store).any_pair_state) return;
    for (LinkProgram& program : m_.programs)
      for (Correlations& state : program.states) state = twirled(state);
  }
  std::string store_name() const { return capabilities(m_.store).store; }
  [[noreturn]] void refuse_noise(const std::string& path, const std::string& found, const std::string& what) const {
    throw SpecError(path, found, what + " \"state\": \"" + store_name() +
                                     "\" can hold; or \"state\": \"pair_density\", or \"approximate\": \"pauli_twirl\"");
  }

  // A fidelity of a trajectory is not for decisions.
  void sampled_fidelities(std::size_t i) const {
    if (!is_sampled(m_.store)) return;
    const DemandSpec& demand = s_.demands[i];
    const std::string instead = " with \"state\": \"" + store_name() + "\", which samples fidelities; or \"state\": \"pair_density\"";
    if (demand.min_fidelity > 0)
      throw SpecError(item("demands", i, "min_fidelity"), number_text(demand.min_fidelity), "0" + instead);
    if (demand.cutoff && demand.cutoff->estimated_fidelity)
      throw SpecError(item("demands", i, "cutoff") + "/estimated_fidelity", number_text(*demand.cutoff->estimated_fidelity), "null" + instead);
  }

  // ---- nodes ----
  void memories() {
    m_.pauli_twirl = s_.approximate == Approximation::pauli_twirl;
    for (std::size_t i = 0; i < s_.memories.size(); ++i) {
      const MemorySpec& memory = s_.memories[i];
      memory_names_.add(memory.name);
      m_.devices.push_back(held(device_of(memory, item("memories", i)), item("memories", i)));
      OperationTimes times;
      if (m_.slot == tick_zero) {
        times.initialisation = ticks(memory.initialisation_s, item("memories", i, "initialisation_s"));
        times.single_qubit_gate = ticks(memory.single_qubit_gate_s, item("memories", i, "single_qubit_gate_s"));
        times.two_qubit_gate = ticks(memory.two_qubit_gate_s, item("memories", i, "two_qubit_gate_s"));
        times.measurement = ticks(memory.measurement_s, item("memories", i, "measurement_s"));
      }
      m_.operation_times.push_back(times);
    }
    for (std::size_t i = 0; i < s_.memories.size(); ++i) {
      communication_.emplace_back();
      if (!s_.memories[i].communication) continue;
      const std::string path = item("memories", i, "communication");
      communication_.back() = std::make_shared<const CommunicationRow>(communication_row(m_, i, DeviceId{static_cast<std::uint32_t>(m_.devices.size())}));
      m_.devices.push_back(held(communication_device_of(s_.memories[i], path), path));
    }
    for (const StationSpec& station : s_.stations) station_names_.add(station.name);
    for (const InterfaceSpec& interface : s_.interfaces) interface_names_.add(name_of(interface));
  }
  Device held(Device device, const std::string& path) {
    if (std::string why = cannot_hold(m_.store, device, m_.pauli_twirl); refuses(why.empty())) refuse_noise(path, why, "what");
    return device;
  }

  void nodes() {
    for (std::size_t i = 0; i < s_.nodes.size(); ++i) {
      const NodeSpec& node = s_.nodes[i];
      node_names_.add(node.name);
      for (auto [one, two, a, b] : {std::tuple{&node.latitude_deg, &node.longitude_deg, "latitude_deg", "longitude_deg"},
                                    std::tuple{&node.x_m, &node.y_m, "x_m", "y_m"}})
        if (one->has_value() != two->has_value())
          throw SpecError(item("nodes", i, *one ? b : a), "nothing", "a number, since " + std::string(*one ? a : b) + " is given");
      NodeRow row;
      row.device = DeviceId{memory_names_.at(node.memory, item("nodes", i, "memory"))};
      row.communication = communication_[row.device.value];
      const MemorySpec& memory = s_.memories[row.device.value];
      row.slots = static_cast<std::uint32_t>(memory.slots);
      m_.induced_dephasing |= memory.dephasing_attempts.has_value();
      if (node.parallel_links) row.parallel_links = static_cast<std::uint32_t>(*node.parallel_links);
      row.swap_success = node.swap_success_probability;
      if (memory.retrieval) row.retrieval = std::make_shared<const RetrievalSpec>(*memory.retrieval);
      if (memory.retrieval && memory.retrieval->fixed_delay_s)
        row.fixed_delay = positive_ticks(*memory.retrieval->fixed_delay_s, item("memories", row.device.value, "retrieval/fixed_delay_s"));
      if (m_.slot == tick_zero) {
        const std::string path = item("memories", row.device.value, "measurement_s");
        row.swap_duration = ticks(memory.single_qubit_gate_s + memory.two_qubit_gate_s + memory.measurement_s, path);
        row.parity_duration = ticks(memory.two_qubit_gate_s + memory.measurement_s, path);
      }
      m_.nodes.push_back(row);
      m_.processing_delay.push_back(ticks(node.processing_delay_s, item("nodes", i, "processing_delay_s")));
      m_.swap_keys.push_back(stream("node:" + node.name + "/swap", item("nodes", i, "name")));
    }
    m_.node_names = node_names_.all();
  }

  // Two streams with one key would draw the same numbers.
  void claim(std::uint64_t key, const std::string& name, const std::string& path) {
    if (!keys_.insert(key).second)
      throw SpecError(path, in_quotes(shortened(name)), "names whose random streams differ; another name or another seed will do");
  }
  std::uint64_t stream(const std::string& name, const std::string& path) {
    const std::uint64_t key = stream_key(s_.seed, name);
    claim(key, name, path);
    return key;
  }

  void messages() {
    check_messages(s_);
    const auto timeout = s_.messages.retransmission_timeout_s;
    if (timeout) m_.retransmission_timeout = positive_ticks(*timeout, "/messages/retransmission_timeout_s");
    for (std::size_t i = 0; s_.messages.vary() && i < s_.nodes.size(); ++i)
      m_.message_keys.push_back(stream("node:" + s_.nodes[i].name + "/messages", item("nodes", i, "name")));
  }

  // ---- links ----
  // Links with equal hardware share a program, and the work of computing it.
  std::uint32_t program(const GenerationSpec& generation, std::size_t link, const std::array<NodeId, 2>& ends, const std::string& path,
                        Wear wear = {}) {
    const FiberSpec& fiber = s_.links[link].fiber;
    const LightPaths light = light_paths(s_.links[link], s_.interfaces, interface_names_, item("links", link));
    const DeviceId a = m_.nodes[ends[0].value].device, b = m_.nodes[ends[1].value].device;
    std::optional<std::uint32_t> station;
    if (const std::string* name = station_of(generation)) station = station_names_.at(*name, path + "/station");
    const std::string key = hardware_key(generation, fiber, a, b, station, wear, light);
    const MultiplexingSpec train = train_of(generation);
    const auto [known, fresh] = programs_.emplace(key, static_cast<std::uint32_t>(m_.programs.size()));
    if (!fresh) return known->second;

    const LinkModel model = herald_model(generation, link, a, b, station, path, wear, light);
    for (const ModelNote& note : model.approximations) note_approximation(m_, note.name, note.description);
    LinkProgram p;
    p.success = model.success_probability;
    p.lambda = -std::log1p(-p.success);
    p.modes = static_cast<std::uint32_t>(model.multiplexing.modes);
    p.log_mode_failure = std::log1p(-model.mode_success_probability);
    p.dephasing = model.dephasing_exponent;
    p.shared_train = train.modes > 1 && train.train == TrainUse::shared;
    if (m_.slot == tick_zero) {
      p.period = positive_ticks(model.period_s, path);
      p.emission = {ticks(model.emission_a_s, path), ticks(model.emission_b_s, path)};
      p.herald = {ticks(model.herald_a_s, path), ticks(model.herald_b_s, path)};
      if (train.mode_separation_s > 0) p.mode_separation = positive_ticks(train.mode_separation_s, path + "/multiplexing/mode_separation_s");
    } else {
      p.period = m_.slot;
      p.emission = p.herald = {m_.slot - Tick{1}, m_.slot - Tick{1}};
    }
    const bool phase_drawn = draws_phase(model, path);
    if (phase_drawn) {
      p.phase_sigma_rad = model.phase.sigma_rad;
      p.phase_correlation = model.phase.correlation_s * m_.clock.ticks_per_s;
      if (p.mode_separation > tick_zero) note_approximation(m_, "one_phase_a_train", "all modes of a train see the optical phase of its start");
    }
    const HeraldTable mean = model.mean_table();
    double sum = 0;
    for (const HeraldOutcome& outcome : phase_drawn ? model.table.outcomes : mean.outcomes) {
      if (std::string why = cannot_hold(m_.store, outcome.state); refuses(why.empty() || m_.pauli_twirl))
        refuse_noise(path, why, "a state that");
      sum += outcome.probability;
      p.cumulative.push_back(sum);
      p.frames.push_back(static_cast<std::uint8_t>(outcome.frame));
      p.states.push_back(outcome.state);
      p.empties.push_back(static_cast<std::uint8_t>((outcome.empty[0] ? 1 : 0) | (outcome.empty[1] ? 2 : 0)));
    }
    if (std::all_of(p.empties.begin(), p.empties.end(), [](std::uint8_t empty) { return empty == 0; })) p.empties.clear();
    m_.programs.push_back(std::move(p));
    facts_.push_back({fiber.length_m, model.success_probability, m_.slot == tick_zero ? model.period_s : *s_.slot_s, mean.fidelity()});
    return known->second;
  }

  LinkModel herald_model(const GenerationSpec& generation, std::size_t link, DeviceId a, DeviceId b,
                         std::optional<std::uint32_t> station, const std::string& path, Wear wear, const LightPaths& light) const {
    try {
      LinkModel model =
          link_model(generation, s_.links[link].fiber, s_.memories[a.value], s_.memories[b.value], station ? &s_.stations[*station] : nullptr,
                     wear, light);
      if (s_.slot_s) require_slots(model, *s_.slot_s);
      return model;
    } catch (const SpecError& error) {
      // What a station cannot do for this link.
      constexpr std::string_view at = "/station", of_link = "/link/";
      if (error.path.starts_with(of_link))
        throw SpecError(item("links", link) + error.path.substr(of_link.size() - 1), error.found, error.allowed);
      if (!error.path.starts_with(at)) throw SpecError(path + error.path, error.found, error.allowed);
      throw SpecError(item("stations", *station) + error.path.substr(at.size()), error.found, error.allowed + " (for " + path + ")");
    }
  }

  // True where pairs see the phase; where the store cannot hold it, it is averaged over.
  bool draws_phase(const LinkModel& model, const std::string& path) {
    if (model.phase.sigma_rad == 0) return false;
    if (capabilities(m_.store).any_pair_state) return true;
    if (refuses(m_.pauli_twirl))
      throw SpecError(path + "/phase_sigma_rad", number_text(model.phase.sigma_rad) + " rad",
                      "0 with \"state\": \"" + store_name() + "\"; or \"state\": \"pair_density\", or \"approximate\": \"pauli_twirl\"");
    if (!m_.pauli_twirl) return true;
    note_approximation(m_, "mean_optical_phase", "pairs carry the mean over the optical phase of their link, not the phase at their time");
    return false;
  }

  void links() {
    check_routing(s_.routing, "/routing");
    costs_.emplace(m_, s_.routing.kind);
    std::vector<std::array<NodeId, 2>> ends;
    for (std::size_t i = 0; i < s_.links.size(); ++i) {
      const LinkSpec& link = s_.links[i];
      const NodeId a{node_names_.at(link.node_a, item("links", i, "node_a"))};
      const NodeId b{node_names_.at(link.node_b, item("links", i, "node_b"))};
      if (a == b) throw SpecError(item("links", i, "node_b"), in_quotes(shortened(link.node_b)), "another node than node_a");
      link_names_.add(link.label());
      LinkRow row;
      row.node = {a, b};
      row.device = {emitting_device(m_.nodes[a.value]), emitting_device(m_.nodes[b.value])};
      row.phase_key = stream("link:" + link.label() + "/phase", item("links", i, "name"));
      row.program = program(link.generation, i, row.node, item("links", i, "generation"));
      row.fastest_period = m_.programs[row.program].period;
      if (link.distillation) row.distillation = plan(*link.distillation, item("links", i, "distillation"));
      ends.push_back(row.node);
      m_.links.push_back(row);
      m_.link_facts.push_back(facts_[row.program]);
      m_.link_cost.push_back((*costs_)(row, facts_[row.program]));
      m_.fibre_delay.push_back(ticks(fiber_delay_s(link.fiber.length_m, link.fiber.speed_m_per_s), item("links", i, "fiber")));
    }
    m_.link_names = link_names_.all();
    m_.graph = Graph(static_cast<std::uint32_t>(m_.nodes.size()), ends);
  }

  std::uint32_t plan(const DistillationSpec& spec, const std::string& path) {
    m_.plans.push_back(distillation_plan(m_, spec, path));
    return static_cast<std::uint32_t>(m_.plans.size() - 1);
  }

  void changes() {
    for (std::size_t i = 0; i < s_.changes.size(); ++i) {
      const ChangeSpec& change = s_.changes[i];
      ChangeRow row;
      row.at = ticks(change.at_s, item("changes", i, "at_s"));
      row.link = LinkId{link_names_.at(change.link, item("changes", i, "link"))};
      if (s_.links[row.link.value].drift)
        throw SpecError(item("changes", i, "link"), in_quotes(shortened(change.link)), "a link without drift: its drift changes it");
      row.cost = infinity;
      if (change.generation) {
        const LinkRow& link = m_.links[row.link.value];
        row.program = program(*change.generation, row.link.value, link.node, item("changes", i, "generation"));
        Tick& fastest = m_.links[row.link.value].fastest_period;
        fastest = earlier(fastest, m_.programs[*row.program].period);
        LinkRow after = link;
        after.program = *row.program;
        row.cost = (*costs_)(after, facts_[*row.program]);
      }
      m_.changes.push_back(row);
    }
  }

  // ---- drift: changes and pauses at known times ----
  void drifts() {
    for (std::size_t i = 0; i < s_.links.size(); ++i)
      if (s_.links[i].drift) drift(i);
  }

  void drift(std::size_t i) {
    const LinkSpec& link = s_.links[i];
    const std::string path = item("links", i, "drift");
    const LinkRow& row = m_.links[i];
    std::vector<std::uint32_t> programs;  // by steps since a recalibration
    const auto after_steps = [&](std::size_t k) -> const LinkFacts& {
      while (programs.size() <= k) {
        const Wear wear = link.drift->after(static_cast<double>(programs.size()) * link.drift->step_s);
        programs.push_back(program(link.generation, i, row.node, item("links", i, "generation"), wear));
      }
      return facts_[programs[k]];
    };
    const LinkId id{static_cast<std::uint32_t>(i)};
    DriftPlan plan = drift_plan(m_, *link.drift, path, [&](std::size_t k) { return after_steps(k).fidelity; });
    for (const auto& [at, k] : plan.changes) {
      LinkRow after = row;
      const LinkFacts& facts = after_steps(k);
      after.program = programs[k];
      const double cost = (*costs_)(after, facts);
      m_.changes.push_back({at, id, programs[k], cost});
    }
    if (!plan.recalibrations.empty()) recalibrations_.push_back({{}, {id}, std::move(plan.recalibrations)});
    note_approximation(m_, "stepped_drift", "links that drift change in steps");
  }

  // ---- failures ----
  void failures() {
    if (s_.heartbeat_period_s) m_.heartbeat = positive_ticks(*s_.heartbeat_period_s, "/heartbeat_period_s");
    Names names("failure", "/failures");
    for (std::size_t i = 0; i < s_.failures.size(); ++i) {
      const FailureSpec& failure = s_.failures[i];
      names.add(failure.label());
      FailureRow row = failure_row(m_, failure, node_names_, link_names_, item("failures", i));
      if (failure.mtbf_s) row.key = stream("failure:" + failure.label() + "/times", item("failures", i, "name"));
      m_.failures.push_back(std::move(row));
    }
    for (FailureRow& row : recalibrations_) {
      names.add("recalibration of " + m_.link_names[row.links[0].value]);
      m_.failures.push_back(std::move(row));
    }
    m_.failure_names = names.all();
    // Who decides on routes late may have attempts made on a link that has been closed.
    const bool heard_late = !std::holds_alternative<IdealControlSpec>(s_.control_plane) &&
                            std::any_of(s_.changes.begin(), s_.changes.end(), [](const ChangeSpec& change) { return !change.generation; });
    if (!m_.failures.empty() || heard_late) add_dead_programs(m_);
  }

  // ---- programs ----
  void programs() const {
    for (std::size_t i = 0; i < s_.programs.size(); ++i) node_names_.at(s_.programs[i].node, item("programs", i, "node"));
  }

  // ---- demands ----
  void demands() {
    if (s_.routing.kind == RoutingMetric::entanglement_rate) m_.swap_facts = swap_facts(m_, s_.routing);
    Router router(m_.graph, s_.routing.kind, m_.swap_facts);
    std::optional<DemandPurifier> purifier;
    if (purifies(s_.routing.kind)) purifier.emplace(m_);
    for (std::size_t i = 0; i < s_.demands.size(); ++i) {
      const DemandSpec& demand = s_.demands[i];
      const NodeId a{node_names_.at(demand.node_a, item("demands", i, "node_a"))};
      const NodeId b{node_names_.at(demand.node_b, item("demands", i, "node_b"))};
      if (a == b) throw SpecError(item("demands", i, "node_b"), in_quotes(shortened(demand.node_b)), "another node than node_a");
      const std::string name = demand.label();
      demand_names_.add(name);
      sampled_fidelities(i);
      DemandRow row;
      RoutePlan routes;
      routes.ends = {a, b};
      // Positions along a route mean something on that route only.
      const bool by_position =
          std::holds_alternative<TreeSpec>(demand.swapping) || std::holds_alternative<PolicyTableSpec>(demand.swapping);
      routes.alternatives = by_position ? 1 : static_cast<std::size_t>(s_.routing.alternatives);
      const bool stated = !demand.route.empty() || !demand.routes.empty();
      routes.fixed = by_position || stated;
      for (const WeightedRouteSpec& route : demand.routes) routes.weights.push_back(route.weight);
      Circuits::Terms terms;
      if (purifier) purifier->plan(i, routes, terms);
      else if (stated || states_routes(s_.routing.kind)) routes.routes = stated_routes(m_, node_names_, i, by_position);
      else routes.routes = router.find(a, b, routes.alternatives, m_.link_cost);
      if (routes.routes.empty() && s_.routing.coherence_s) coherence_suffices(i, a, b);
      if (routes.routes.empty())
        throw SpecError(item("demands", i), in_quotes(shortened(name)) + ", between nodes that no usable links join",
                        "two nodes with a route between them");
      row.arrivals = arrival_plan(m_, demand.traffic, item("demands", i, "traffic"));
      row.pairs_per_request = static_cast<std::uint64_t>(demand.pairs_per_request);
      row.min_fidelity = demand.min_fidelity;
      if (demand.deadline_s) row.deadline = positive_ticks(*demand.deadline_s, item("demands", i, "deadline_s"));
      row.max_queue = static_cast<std::uint64_t>(demand.max_queue.value_or(0));
      if (demand.max_wait_s) row.max_wait = ticks(*demand.max_wait_s, item("demands", i, "max_wait_s"));
      row.reserved = reserved_windows(m_, i);
      if (demand.admission) row.admission = admission_plan(m_, i);
      check_concurrent_requests(demand, i);
      if (row.arrivals.by_programs()) check_programs(demand, i);
      row.measure = demand.use == PairUse::measure;
      row.retrieves = m_.nodes[a.value].retrieval || m_.nodes[b.value].retrieval;
      row.generate_when_idle = demand.generate_when_idle;
      row.keeps_pairs = demand.buffer.has_value();
      check_buffer(demand, item("demands", i, "buffer"));
      row.z_basis_probability = demand.z_basis_probability;
      const std::string path = item("demands", i, "name");
      row.arrivals_key = stream("demand:" + name + "/arrivals", path);
      row.bases_key = stream("demand:" + name + "/bases", path);
      row.outcomes_key = stream("demand:" + name + "/outcomes", path);
      terms.circuits = static_cast<std::uint32_t>(demand.concurrent_requests);
      terms.width = static_cast<std::uint32_t>(demand.width);
      terms.end_slots = static_cast<std::uint32_t>(demand.buffer.value_or(demand.width));
      if (demand.reservation_s) terms.reservation = positive_ticks(*demand.reservation_s, item("demands", i, "reservation_s"));
      terms.notify_each_end = row.measure;
      terms.pipelined = demand.pipelined;
      terms.claim = {demand.priority, demand.weight};
      terms.up = address(HandlerIndex::requests, Requests::op_up);
      terms.gone = address(HandlerIndex::requests, Requests::op_gone);
      terms.ready = address(HandlerIndex::requests, Requests::op_ready_a);
      if (demand.distillation) {
        terms.distillation = plan(*demand.distillation, item("demands", i, "distillation"));
        terms.distillation_key = stream("demand:" + name + "/distillation", path);
      }
      if (demand.min_fidelity > 0 && !purifier) fidelity_is_reachable(i, routes, terms.distillation);
      const Route& preferred = routes.routes.front();
      lane_streams(name, preferred, terms, path);
      swap_when(m_, node_names_, i, preferred, terms);
      for (const Route& route : routes.taken()) slots_suffice(i, route);
      for (const Route& route : routes.routes) {
        if (demand.cutoff) terms.cutoff = cutoff(m_, i, route);
        rounds_fit(m_, item("demands", i, "width"), route, terms);
      }
      m_.demands.push_back(std::move(row));
      m_.route_plans.push_back(std::move(routes));
      m_.circuits += terms.circuits;
      m_.terms.push_back(std::move(terms));
    }
    m_.circuit_owners = m_.demand_names = demand_names_.all();
  }

  // Of the circuits over the route that is preferred at the start.
  void lane_streams(const std::string& name, const Route& preferred, Circuits::Terms& terms, const std::string& path) {
    for (std::uint32_t k = 0; k < terms.circuits; ++k) {
      const std::string owner = Circuits::owner_name(name, k);
      if (k > 0 && terms.distillation) claim(Circuits::distillation_key(s_.seed, owner), owner, path);
      for (std::size_t h = 0; h < preferred.links.size(); ++h) {
        const LinkId link = preferred.links[h];
        const bool distils = Circuits::distillation_of_hop(terms, m_.links[link.value], h).has_value();
        const Circuits::LaneKeys keys = Circuits::lane_keys(s_.seed, m_.link_names[link.value], owner, distils);
        claim(keys.attempts, owner, path);
        claim(keys.herald, owner, path);
        if (distils) claim(keys.distillation, owner, path);
        if (k == 0) terms.lane_keys.push_back(keys);
      }
    }
  }

  void ghz_demands() {
    Names names("GHZ demand", "/ghz_demands");
    for (std::size_t i = 0; i < s_.ghz_demands.size(); ++i) {
      const GhzDemandSpec& demand = s_.ghz_demands[i];
      const std::string path = item("ghz_demands", i, "name");
      names.add(demand.name);
      if (std::find(m_.demand_names.begin(), m_.demand_names.end(), demand.name) != m_.demand_names.end())
        throw SpecError(path, in_quotes(shortened(demand.name)), "a name that no demand in /demands has");
      GhzPlan plan = ghz_plan(m_, node_names_, i);
      GhzDemandRow row;
      row.arrivals = arrival_plan(m_, demand.traffic, item("ghz_demands", i, "traffic"));
      row.states_per_request = static_cast<std::uint64_t>(demand.states_per_request);
      if (demand.deadline_s) row.deadline = positive_ticks(*demand.deadline_s, item("ghz_demands", i, "deadline_s"));
      row.max_queue = static_cast<std::uint64_t>(demand.max_queue.value_or(0));
      row.first_arm = DemandId{static_cast<std::uint32_t>(m_.terms.size())};
      row.arms = static_cast<std::uint32_t>(plan.arms.size());
      row.users = static_cast<std::uint32_t>(demand.users.size());
      row.width = static_cast<std::uint32_t>(demand.width);
      row.number = static_cast<std::uint32_t>(m_.demands.size() + i);
      row.min_fidelity = demand.min_fidelity;
      row.bases = std::move(plan.bases);
      row.user_of = std::move(plan.user_of);
      row.arrivals_key = stream("ghz:" + demand.name + "/arrivals", path);
      row.bases_key = stream("ghz:" + demand.name + "/bases", path);
      row.outcomes_key = stream("ghz:" + demand.name + "/outcomes", path);
      Star star = std::move(plan.star);
      star.tells_each = !demand.bases.empty();
      star.outcomes_key = stream("ghz:" + demand.name + "/fusion", path);
      for (RoutePlan& arm : plan.arms) {
        Circuits::Terms terms;
        terms.width = terms.end_slots = static_cast<std::uint32_t>(demand.width);
        terms.up = address(HandlerIndex::ghz_requests, GhzRequests::op_up);
        terms.gone = address(HandlerIndex::ghz_requests, GhzRequests::op_gone);
        terms.ready = address(HandlerIndex::fusing, Fusing::op_ready);
        m_.circuit_owners.push_back(demand.name + "/arm:" + m_.node_names[arm.ends[1].value]);
        lane_streams(m_.circuit_owners.back(), arm.routes.front(), terms, path);
        rounds_fit(m_, item("ghz_demands", i, "width"), arm.routes.front(), terms);
        star.arms.push_back(ChainId{static_cast<std::uint32_t>(m_.circuits++)});
        m_.route_plans.push_back(std::move(arm));
        m_.terms.push_back(std::move(terms));
      }
      m_.ghz_demands.push_back(std::move(row));
      m_.stars.push_back(std::move(star));
    }
    m_.ghz_demand_names = names.all();
  }

  // Under `fidelity_constrained` the plan keeps only the routes that reach what the demand asks for.
  void fidelity_is_reachable(std::size_t i, RoutePlan& plan, std::optional<std::uint32_t> distillation) const {
    const double wanted = s_.demands[i].min_fidelity;
    double best = 0;
    const auto reaches = [&](const Route& route) {
      const double fidelity = best_reachable_fidelity(m_, route, distillation);
      best = std::max(best, fidelity);
      return wanted <= fidelity + fidelity_slack;
    };
    std::size_t hops = plan.routes.front().links.size();
    const std::size_t tried = plan.routes.size();
    bool reached = true;
    if (s_.routing.fidelity_constrained && !plan.fixed) {
      std::erase_if(plan.routes, [&](const Route& route) { return !reaches(route); });
      reached = !plan.routes.empty();
      plan.fixed = true;
    } else {
      for (const Route& route : plan.taken()) {
        best = 0;
        hops = route.links.size();
        reached = reaches(route);
        if (!reached) break;
      }
    }
    if (reached) return;
    const std::string routes = tried > 1 && s_.routing.fidelity_constrained ? "any of its " + std::to_string(tried) + " least-cost routes reaches"
                                                                            : "its route of " + std::to_string(hops) + " hops reaches";
    throw SpecError(item("demands", i, "min_fidelity"), number_text(wanted),
                    "at most " + number_text(std::round(best * 1e9) / 1e9) + ", the best that " + routes + " when nothing waits");
  }

  void coherence_suffices(std::size_t i, NodeId a, NodeId b) const {
    SwapFacts patient = m_.swap_facts;
    patient.longest_s = infinity;
    const auto found = Router(m_.graph, s_.routing.kind, patient).find(a, b, 1, m_.link_cost);
    if (!found.empty())
      throw SpecError("/routing/coherence_s", number_text(*s_.routing.coherence_s) + " s",
                      "at least " + number_text(seconds_per_entanglement(found[0], m_.link_cost, patient)) + " s, the least time of a pair of " +
                          item("demands", i));
  }

  static void check_buffer(const DemandSpec& demand, const std::string& path) {
    if (!demand.buffer) return;
    const std::string found = std::to_string(*demand.buffer);
    if (!demand.generate_when_idle) throw SpecError(path, found, "null unless generate_when_idle is true");
    if (demand.use == PairUse::measure) throw SpecError(path, found, "null when use is \"measure\": those pairs are measured as soon as they are known");
    if (*demand.buffer < demand.width)
      throw SpecError(path, found, "at least width (" + std::to_string(demand.width) + "): pairs wait in the slots in which they were made");
  }

  // What programs get they do with as they like.
  void check_programs(const DemandSpec& demand, std::size_t i) const {
    if (demand.use == PairUse::measure)
      throw SpecError(item("demands", i, "use"), "\"measure\"", "\"keep\" with \"by_programs\" traffic: programs measure their qubits themselves");
  }

  static void check_concurrent_requests(const DemandSpec& demand, std::size_t i) {
    const std::int64_t most = demand.concurrent_requests;
    if (most > 1 && std::holds_alternative<ContinuousSpec>(demand.traffic))
      throw SpecError(item("demands", i, "concurrent_requests"), std::to_string(most), "1 with \"continuous\" traffic, which is one request without end");
    if (demand.max_queue && *demand.max_queue < most)
      throw SpecError(item("demands", i, "max_queue"), std::to_string(*demand.max_queue),
                      "at least concurrent_requests (" + std::to_string(most) + "), since it counts the requests that are served, too");
  }

  // A request that finds no circuit must have the time to set one up.
  void waits_suffice() const {
    for (std::size_t i = 0; i < s_.demands.size(); ++i)
      if (s_.demands[i].max_wait_s)
        for (const Route& route : m_.route_plans[i].taken()) wait_suffices(i, route, m_.demands[i].max_wait);
  }
  void wait_suffices(std::size_t i, const Route& route, Tick max_wait) const {
    if (s_.control == ControlPlane::ideal || s_.demands[i].generate_when_idle) return;
    Tick one_way = tick_zero;
    for (LinkId link : route.links) one_way += m_.fibre_delay[link.value];
    for (std::size_t k = 1; k + 1 < route.nodes.size(); ++k) one_way += m_.processing_delay[route.nodes[k].value];
    Tick question = tick_zero;
    if (m_.control.local) question = one_way + one_way;
    else if (m_.control.reactive) question = m_.control.question(route.nodes.front());
    const Tick needed = question + one_way + one_way;
    if (max_wait < needed)
      throw SpecError(item("demands", i, "max_wait_s"), number_text(*s_.demands[i].max_wait_s) + " s",
                      "at least " + number_text(m_.clock.seconds(needed)) +
                          " s, the round trip over its route that sets up a circuit" +
                          (question > tick_zero ? ", and the question for routes before" : "") + "; or generate_when_idle, or \"control\": \"ideal\"");
  }

  void slots_suffice(std::size_t i, const Route& route) const {
    for (std::size_t k = 0; k < route.nodes.size(); ++k) {
      const bool end = k == 0 || k + 1 == route.nodes.size();
      const DemandSpec& demand = s_.demands[i];
      const std::int64_t need = end ? demand.buffer.value_or(demand.width) : 2 * demand.width;
      const std::uint32_t have = m_.nodes[route.nodes[k].value].slots;
      if (need > have && end && demand.buffer)
        throw SpecError(item("demands", i, "buffer"), std::to_string(need),
                        "at most " + std::to_string(have) + ", the slots of its end " + in_quotes(m_.node_names[route.nodes[k].value]));
      if (need > have)
        throw SpecError(item("demands", i, "width"), std::to_string(s_.demands[i].width),
                        "a width for which the nodes on its route have slots: " + in_quotes(m_.node_names[route.nodes[k].value]) + " has " +
                            std::to_string(have) + ", " + (end ? "and an end needs one for each" : "and a node on the way needs two for each"));
    }
  }

  const ScenarioSpec& s_;
  Model m_;
  Names memory_names_{"memory", "/memories"}, station_names_{"station", "/stations"}, interface_names_{"light interface", "/interfaces"}, node_names_{"node", "/nodes"},
      link_names_{"link", "/links"}, demand_names_{"demand", "/demands"};
  std::unordered_map<std::string, std::uint32_t> programs_;
  std::vector<LinkFacts> facts_;  // by program
  std::optional<LinkCosts> costs_;
  std::vector<FailureRow> recalibrations_;
  std::vector<std::shared_ptr<const CommunicationRow>> communication_;  // by memory
  std::unordered_set<std::uint64_t> keys_;
};

}  // namespace

Model compile(const ScenarioSpec& scenario) { return Compiler(scenario).compile(); }

}  // namespace farbell
