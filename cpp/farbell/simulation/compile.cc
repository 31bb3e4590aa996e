#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "farbell/hardware/fiber_kernels.hpp"
#include "farbell/hardware/link_model.hpp"
#include "farbell/hardware/memory_device.hpp"
#include "farbell/simulation/model.hpp"
#include "farbell/simulation/names.hpp"
#include "farbell/simulation/reachable.hpp"
#include "farbell/simulation/route_query.hpp"
#include "farbell/state/correlations.hpp"

namespace farbell {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string item(std::string_view list, std::size_t i, std::string_view field = {}) {
  std::string path = "/" + std::string(list) + "/" + std::to_string(i);
  return field.empty() ? path : path + "/" + std::string(field);
}

class Compiler {
 public:
  explicit Compiler(const ScenarioSpec& scenario) : s_(scenario) { m_.scenario = scenario; }

  Model compile() {
    times();
    reservation();
    memories();
    nodes();
    links();
    changes();
    demands();
    approximations();
    return std::move(m_);
  }

 private:
  // ---- time ----
  Tick ticks(double seconds, const std::string& path) const {
    const Tick t = m_.clock.tick(seconds);
    if (t == never) throw SpecError(path, number_text(seconds) + " s", fits());
    return t;
  }
  Tick positive_ticks(double seconds, const std::string& path) const {
    const Tick t = ticks(seconds, path);
    if (t == tick_zero) throw SpecError(path, number_text(seconds) + " s", "at least one tick (1 " + tick_name() + ")");
    return t;
  }
  std::string tick_name() const { return s_.tick == TickSize::ps ? "ps" : "ns"; }
  std::string fits() const {
    return "a time that fits into 63 bits of ticks of 1 " + tick_name() +
           (s_.tick == TickSize::ps ? " (106 days); \"tick\": \"ns\" reaches 292 years" : " (292 years)");
  }

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

  void reservation() const {
    if (s_.reservation == Reservation::ledger && s_.on_deadlock != OnDeadlock::report)
      throw SpecError("/on_deadlock", in_quotes(choice_name(s_.on_deadlock)),
                      "\"report\" unless reservation is \"hop_by_hop\": with \"ledger\" there are no deadlocks");
  }

  // ---- nodes ----
  void memories() {
    m_.store = s_.state == StateModel::bell_diagonal ? StoreKind::bell_diagonal : StoreKind::pair_density;
    m_.pauli_twirl = s_.approximate == Approximation::pauli_twirl;
    for (std::size_t i = 0; i < s_.memories.size(); ++i) {
      const MemorySpec& memory = s_.memories[i];
      memory_names_.add(memory.name);
      const Device device = device_of(memory, item("memories", i));
      if (std::string why = cannot_hold(m_.store, device, m_.pauli_twirl); !why.empty())
        throw SpecError(item("memories", i), why,
                        "what the state model \"bell_diagonal\" can hold; or \"state\": \"pair_density\", or \"approximate\": \"pauli_twirl\"");
      m_.devices.push_back(device);
    }
    for (const StationSpec& station : s_.stations) station_names_.add(station.name);
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
      const MemorySpec& memory = s_.memories[row.device.value];
      row.slots = static_cast<std::uint32_t>(memory.slots);
      if (node.parallel_links) row.parallel_links = static_cast<std::uint32_t>(*node.parallel_links);
      row.swap_success = node.swap_success_probability;
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

  // ---- links ----
  // Links with equal hardware share a program, and the work of computing it.
  std::uint32_t program(const GenerationSpec& generation, const FiberSpec& fiber, DeviceId a, DeviceId b, const std::string& path) {
    std::optional<std::uint32_t> station;
    std::string key;
    const auto put = [&key](const auto& value) { key.append(reinterpret_cast<const char*>(&value), sizeof value); };
    put(a.value);
    put(b.value);
    put(fiber.length_m);
    put(fiber.attenuation_db_per_km);
    put(fiber.speed_m_per_s);
    const auto put_station = [&](const auto& click) {
      station = station_names_.at(click.station, path + "/station");
      put(*station);
      put(click.station_position);
    };
    if (const auto* click = std::get_if<DoubleClickSpec>(&generation)) {
      put('d');
      put_station(*click);
    } else if (const auto* single = std::get_if<SingleClickSpec>(&generation)) {
      put('s');
      put_station(*single);
      put(single->bright_state);
      put(single->bright_state_b.value_or(single->bright_state));
      put(single->phase_sigma_rad);
      put(single->phase_correlation_s.value_or(0));
    } else {
      const auto& given = std::get<GivenSpec>(generation);
      put('g');
      put(given.success_probability);
      put(given.attempt_period_s);
      put(given.herald_delay_s);
      put(given.state.index());
      std::visit([&](const auto& state) { put(state); }, given.state);
    }
    const auto [known, fresh] = programs_.emplace(key, static_cast<std::uint32_t>(m_.programs.size()));
    if (!fresh) return known->second;

    const LinkModel model = herald_model(generation, fiber, a, b, station, path);
    for (const ModelNote& note : model.approximations) note_approximation(note.name, note.description);
    LinkProgram p;
    p.success = model.success_probability;
    p.lambda = -std::log1p(-p.success);
    if (m_.slot == tick_zero) {
      p.period = positive_ticks(model.period_s, path);
      p.emission = {ticks(model.emission_a_s, path), ticks(model.emission_b_s, path)};
      p.herald = {ticks(model.herald_a_s, path), ticks(model.herald_b_s, path)};
    } else {
      p.period = m_.slot;
      p.emission = p.herald = {m_.slot - Tick{1}, m_.slot - Tick{1}};
    }
    const bool phase_drawn = draws_phase(model, path);
    if (phase_drawn) {
      p.phase_sigma_rad = model.phase.sigma_rad;
      p.phase_correlation = model.phase.correlation_s * m_.clock.ticks_per_s;
    }
    const HeraldTable mean = model.mean_table();
    double sum = 0;
    for (const HeraldOutcome& outcome : phase_drawn ? model.table.outcomes : mean.outcomes) {
      if (std::string why = cannot_hold(m_.store, outcome.state); !why.empty() && !m_.pauli_twirl)
        throw SpecError(path, why, "a state that \"bell_diagonal\" can hold; or \"state\": \"pair_density\", or \"approximate\": \"pauli_twirl\"");
      sum += outcome.probability;
      p.cumulative.push_back(sum);
      p.frames.push_back(static_cast<std::uint8_t>(outcome.frame));
      p.states.push_back(m_.store == StoreKind::bell_diagonal ? twirled(outcome.state) : outcome.state);
    }
    m_.programs.push_back(std::move(p));
    facts_.push_back({fiber.length_m, model.success_probability, m_.slot == tick_zero ? model.period_s : *s_.slot_s, mean.fidelity()});
    return known->second;
  }

  LinkModel herald_model(const GenerationSpec& generation, const FiberSpec& fiber, DeviceId a, DeviceId b,
                         std::optional<std::uint32_t> station, const std::string& path) const {
    try {
      LinkModel model =
          link_model(generation, fiber, s_.memories[a.value], s_.memories[b.value], station ? &s_.stations[*station] : nullptr);
      if (s_.slot_s) require_recovery(model, *s_.slot_s);
      return model;
    } catch (const SpecError& error) {
      // What a station cannot do for this link.
      constexpr std::string_view at = "/station";
      throw SpecError(item("stations", *station) + error.path.substr(at.size()), error.found, error.allowed + " (for " + path + ")");
    }
  }

  // True where pairs see the phase; where the store cannot hold it, it is averaged over.
  bool draws_phase(const LinkModel& model, const std::string& path) {
    if (model.phase.sigma_rad == 0) return false;
    if (m_.store == StoreKind::pair_density) return true;
    if (!m_.pauli_twirl)
      throw SpecError(path + "/phase_sigma_rad", number_text(model.phase.sigma_rad) + " rad",
                      "0 with \"state\": \"bell_diagonal\"; or \"state\": \"pair_density\", or \"approximate\": \"pauli_twirl\"");
    note_approximation("mean_optical_phase", "pairs carry the mean over the optical phase of their link, not the phase at their time");
    return false;
  }

  void links() {
    std::vector<std::array<NodeId, 2>> ends;
    for (std::size_t i = 0; i < s_.links.size(); ++i) {
      const LinkSpec& link = s_.links[i];
      const NodeId a{node_names_.at(link.node_a, item("links", i, "node_a"))};
      const NodeId b{node_names_.at(link.node_b, item("links", i, "node_b"))};
      if (a == b) throw SpecError(item("links", i, "node_b"), in_quotes(shortened(link.node_b)), "another node than node_a");
      link_names_.add(link.label());
      LinkRow row;
      row.node = {a, b};
      row.device = {m_.nodes[a.value].device, m_.nodes[b.value].device};
      row.phase_key = stream("link:" + link.label() + "/phase", item("links", i, "name"));
      row.program = program(link.generation, link.fiber, row.device[0], row.device[1], item("links", i, "generation"));
      if (link.distillation) row.distillation = plan(*link.distillation, item("links", i, "distillation"));
      ends.push_back(row.node);
      m_.links.push_back(row);
      m_.link_facts.push_back(facts_[row.program]);
      m_.link_cost.push_back(routing_cost(s_.routing.kind, facts_[row.program]));
      m_.fibre_delay.push_back(ticks(fiber_delay_s(link.fiber.length_m, link.fiber.speed_m_per_s), item("links", i, "fiber")));
    }
    m_.link_names = link_names_.all();
    m_.graph = Graph(static_cast<std::uint32_t>(m_.nodes.size()), ends);
  }

  std::uint32_t plan(const DistillationSpec& spec, const std::string& path) {
    const bool twirled_states = m_.pauli_twirl && m_.store == StoreKind::bell_diagonal;
    bool twirled = twirled_states;
    for (std::size_t k = 0; k < spec.rounds.size(); ++k) {
      if (spec.rounds[k] == DistillationProtocol::epl && twirled)
        throw SpecError(path + "/rounds/" + std::to_string(k), in_quotes("epl"),
                        twirled_states ? "\"bbpssw\" or \"dejmps\", since \"approximate\": \"pauli_twirl\" leaves no coherence for it to use"
                                       : "no \"epl\" after a round of \"bbpssw\", whose twirl leaves nothing for it to gain");
      twirled = twirled || spec.rounds[k] == DistillationProtocol::bbpssw;
    }
    if (spec.rounds.empty()) throw SpecError(path + "/rounds", "an empty list", "the protocol of at least one round");
    m_.plans.push_back({spec.rounds, spec.scheme == DistillationScheme::pumping});
    return static_cast<std::uint32_t>(m_.plans.size() - 1);
  }

  void changes() {
    for (std::size_t i = 0; i < s_.changes.size(); ++i) {
      const ChangeSpec& change = s_.changes[i];
      ChangeRow row;
      row.at = ticks(change.at_s, item("changes", i, "at_s"));
      row.link = LinkId{link_names_.at(change.link, item("changes", i, "link"))};
      row.cost = infinity;
      if (change.generation) {
        const LinkRow& link = m_.links[row.link.value];
        row.program = program(*change.generation, s_.links[row.link.value].fiber, link.device[0], link.device[1],
                              item("changes", i, "generation"));
        row.cost = routing_cost(s_.routing.kind, facts_[*row.program]);
      }
      m_.changes.push_back(row);
    }
  }

  // ---- demands ----
  void demands() {
    PathFinder paths(m_.graph);
    for (std::size_t i = 0; i < s_.demands.size(); ++i) {
      const DemandSpec& demand = s_.demands[i];
      const NodeId a{node_names_.at(demand.node_a, item("demands", i, "node_a"))};
      const NodeId b{node_names_.at(demand.node_b, item("demands", i, "node_b"))};
      if (a == b) throw SpecError(item("demands", i, "node_b"), in_quotes(shortened(demand.node_b)), "another node than node_a");
      const std::string name = demand.label();
      demand_names_.add(name);
      DemandRow row;
      RoutePlan routes;
      routes.ends = {a, b};
      // Positions along a route mean something on that route only.
      const bool by_position =
          std::holds_alternative<TreeSpec>(demand.swapping) || std::holds_alternative<PolicyTableSpec>(demand.swapping);
      routes.alternatives = by_position ? 1 : static_cast<std::size_t>(s_.routing.alternatives);
      routes.fixed = by_position || !demand.route.empty();
      if (demand.route.empty()) routes.routes = paths.k_shortest(a, b, routes.alternatives, m_.link_cost);
      else routes.routes.push_back(given_route(i));
      if (routes.routes.empty())
        throw SpecError(item("demands", i), in_quotes(shortened(name)) + ", between nodes that no usable links join",
                        "two nodes with a route between them");
      row.arrivals = arrivals(demand.traffic, item("demands", i, "traffic"));
      row.pairs_per_request = static_cast<std::uint64_t>(demand.pairs_per_request);
      row.min_fidelity = demand.min_fidelity;
      if (demand.deadline_s) row.deadline = positive_ticks(*demand.deadline_s, item("demands", i, "deadline_s"));
      row.max_queue = static_cast<std::uint64_t>(demand.max_queue.value_or(0));
      row.measure = demand.use == PairUse::measure;
      row.generate_when_idle = demand.generate_when_idle;
      row.keeps_pairs = demand.buffer.has_value();
      check_buffer(demand, item("demands", i, "buffer"));
      row.z_basis_probability = demand.z_basis_probability;
      const std::string path = item("demands", i, "name");
      row.arrivals_key = stream("demand:" + name + "/arrivals", path);
      row.bases_key = stream("demand:" + name + "/bases", path);
      row.outcomes_key = stream("demand:" + name + "/outcomes", path);
      Circuits::Terms terms;
      terms.width = static_cast<std::uint32_t>(demand.width);
      terms.end_slots = static_cast<std::uint32_t>(demand.buffer.value_or(demand.width));
      if (demand.reservation_s) terms.reservation = positive_ticks(*demand.reservation_s, item("demands", i, "reservation_s"));
      terms.notify_each_end = row.measure;
      terms.pipelined = demand.pipelined;
      const auto target = static_cast<std::uint32_t>(i);
      terms.up = address(HandlerIndex::requests, Requests::op_up, target);
      terms.gone = address(HandlerIndex::requests, Requests::op_gone, target);
      terms.ready = address(HandlerIndex::requests, Requests::op_ready_a);
      if (demand.distillation) {
        terms.distillation = plan(*demand.distillation, item("demands", i, "distillation"));
        terms.distillation_key = stream("demand:" + name + "/distillation", path);
      }
      if (demand.min_fidelity > 0) fidelity_is_reachable(i, routes, terms.distillation);
      const Route& preferred = routes.routes.front();
      for (LinkId link : preferred.links) {
        const bool distils = m_.links[link.value].distillation.has_value();
        terms.lane_keys.push_back(Circuits::lane_keys(s_.seed, m_.link_names[link.value], name, distils));
        claim(terms.lane_keys.back().attempts, name, path);
        claim(terms.lane_keys.back().herald, name, path);
        if (distils) claim(terms.lane_keys.back().distillation, name, path);
      }
      swap_order(i, preferred, terms);
      slots_suffice(i, preferred);
      for (const Route& route : routes.routes) {
        if (demand.cutoff) terms.cutoff = cutoff(i, route);
        rounds_fit(i, route, terms);
      }
      m_.demands.push_back(std::move(row));
      m_.route_plans.push_back(std::move(routes));
      m_.terms.push_back(std::move(terms));
    }
    m_.demand_names = demand_names_.all();
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
    const std::size_t hops = plan.routes.front().links.size(), tried = plan.routes.size();
    bool reached = false;
    if (s_.routing.fidelity_constrained && !plan.fixed) {
      std::erase_if(plan.routes, [&](const Route& route) { return !reaches(route); });
      reached = !plan.routes.empty();
      plan.fixed = true;
    } else {
      reached = reaches(plan.routes.front());
    }
    if (reached) return;
    const std::string routes = tried > 1 && s_.routing.fidelity_constrained ? "any of its " + std::to_string(tried) + " least-cost routes reaches"
                                                                            : "its route of " + std::to_string(hops) + " hops reaches";
    throw SpecError(item("demands", i, "min_fidelity"), number_text(wanted),
                    "at most " + number_text(std::round(best * 1e9) / 1e9) + ", the best that " + routes + " when nothing waits");
  }

  static void check_buffer(const DemandSpec& demand, const std::string& path) {
    if (!demand.buffer) return;
    const std::string found = std::to_string(*demand.buffer);
    if (!demand.generate_when_idle) throw SpecError(path, found, "null unless generate_when_idle is true");
    if (demand.use == PairUse::measure) throw SpecError(path, found, "null when use is \"measure\": those pairs are measured as soon as they are known");
    if (*demand.buffer < demand.width)
      throw SpecError(path, found, "at least width (" + std::to_string(demand.width) + "): pairs wait in the slots in which they were made");
  }

  // ---- swaps, cut-offs, distillation ----
  void swap_order(std::size_t i, const Route& route, Circuits::Terms& terms) const {
    const SwappingSpec& swapping = s_.demands[i].swapping;
    const std::string path = item("demands", i, "swapping");
    if (std::holds_alternative<DoublingSpec>(swapping)) terms.order.kind = SwapOrder::Kind::doubling;
    if (std::holds_alternative<SequentialSpec>(swapping)) terms.order.kind = SwapOrder::Kind::sequential;
    if (const auto* tree = std::get_if<TreeSpec>(&swapping)) {
      terms.order.kind = SwapOrder::Kind::tree;
      terms.order.rank = ranks(*tree, route, path + "/order");
    }
    if (const auto* table = std::get_if<PolicyTableSpec>(&swapping)) terms.table = policy_table(i, *table, route, path);
  }

  std::vector<std::uint32_t> ranks(const TreeSpec& tree, const Route& route, const std::string& path) const {
    std::vector<std::uint32_t> rank(route.nodes.size(), 0);
    for (std::size_t k = 0; k < tree.order.size(); ++k) {
      const std::string at = path + "/" + std::to_string(k);
      const NodeId n{node_names_.at(tree.order[k], at)};
      const auto found = std::find(route.nodes.begin() + 1, route.nodes.end() - 1, n);
      if (found == route.nodes.end() - 1)
        throw SpecError(at, in_quotes(shortened(tree.order[k])), "a node between the ends of the route");
      std::uint32_t& r = rank[static_cast<std::size_t>(found - route.nodes.begin())];
      if (r > 0) throw SpecError(at, in_quotes(shortened(tree.order[k])) + ", which the order has already", "every node between the ends once");
      r = static_cast<std::uint32_t>(k + 1);
    }
    for (std::size_t p = 1; p + 1 < route.nodes.size(); ++p)
      if (rank[p] == 0)
        throw SpecError(path, "an order without " + in_quotes(m_.node_names[route.nodes[p].value]), "every node between the ends of the route once");
    return rank;
  }

  PolicyTable policy_table(std::size_t i, const PolicyTableSpec& spec, const Route& route, const std::string& path) const {
    const DemandSpec& demand = s_.demands[i];
    if (m_.slot == tick_zero || s_.control != ControlPlane::ideal)
      throw SpecError(path, "a policy table", "\"timing\": \"slotted\" and \"control\": \"ideal\", since it looks at the whole chain once a slot");
    if (demand.width != 1) throw SpecError(item("demands", i, "width"), std::to_string(demand.width), "1 with a policy table");
    const bool distils = demand.distillation || std::any_of(route.links.begin(), route.links.end(),
                                                            [&](LinkId l) { return m_.links[l.value].distillation.has_value(); });
    if (distils) throw SpecError(path, "a policy table on a route that distils", "no distillation, which its states do not know");
    const auto last = static_cast<std::int64_t>(route.links.size());
    PolicyTable table;
    table.otherwise_asap = spec.otherwise == PolicyOtherwise::asap;
    for (std::size_t e = 0; e < spec.entries.size(); ++e) {
      const std::string entry = path + "/entries/" + std::to_string(e);
      std::vector<PolicyTable::Link> links;
      bool aged = false;
      for (std::size_t k = 0; k < spec.entries[e].links.size(); ++k) {
        const PolicyLink& link = spec.entries[e].links[k];
        const std::string at = entry + "/links/" + std::to_string(k);
        if (link.size() < 2 || link.size() > 3) throw SpecError(at, "a list of " + std::to_string(link.size()), "[from, to] or [from, to, age]");
        if (link[0] < 0 || link[1] <= link[0] || link[1] > last)
          throw SpecError(at, "a pair between positions " + std::to_string(link[0]) + " and " + std::to_string(link[1]),
                          "two positions of the route, 0 to " + std::to_string(last) + ", in this order");
        if (k > 0 && (link.size() == 3) != aged) throw SpecError(at, aged ? "no age" : "an age", "ages for all pairs of a state, or for none");
        aged = link.size() == 3;
        if (aged && (link[2] < 0 || link[2] > 1'000'000'000)) throw SpecError(at, std::to_string(link[2]), "an age in slots, at least 0");
        links.push_back({static_cast<std::uint32_t>(link[0]), static_cast<std::uint32_t>(link[1]),
                         aged ? static_cast<std::uint32_t>(link[2]) : PolicyTable::any_age});
      }
      PolicyTable::Positions positions;
      for (std::size_t k = 0; k < spec.entries[e].swap.size(); ++k) {
        const std::int64_t position = spec.entries[e].swap[k];
        const auto ends_at = [&](int end) {
          return std::any_of(links.begin(), links.end(), [&](const PolicyTable::Link& link) { return link[end] == static_cast<std::uint64_t>(position); });
        };
        if (position <= 0 || position >= last || !ends_at(0) || !ends_at(1))
          throw SpecError(entry + "/swap/" + std::to_string(k), std::to_string(position), "a position between two pairs of the state");
        if (std::find(positions.begin(), positions.end(), position) != positions.end())
          throw SpecError(entry + "/swap/" + std::to_string(k), std::to_string(position) + ", which the entry has already", "each position once");
        positions.push_back(static_cast<std::uint32_t>(position));
      }
      std::sort(links.begin(), links.end());
      // In ascending order; a pair within another one comes of hops that a swap has set free.
      for (std::size_t k = 1; k < links.size(); ++k)
        for (std::size_t j = 0; j < k; ++j)
          if (links[k][0] < links[j][1] && (links[k][0] == links[j][0] || links[k][1] >= links[j][1]))
            throw SpecError(entry + "/links", "pairs " + pair_text(links[j]) + " and " + pair_text(links[k]) + ", which overlap",
                            "pairs side by side or one within the other, since a node of a chain of width 1 holds one qubit to either side");
      if (!table.swaps.emplace(std::move(links), std::move(positions)).second)
        throw SpecError(entry + "/links", "a state that the table has already", "each state once");
    }
    return table;
  }

  static std::string pair_text(const PolicyTable::Link& link) { return "[" + std::to_string(link[0]) + ", " + std::to_string(link[1]) + "]"; }

  // Ticks from the birth of a hop's pair until both its nodes can use it, distillation at its quickest included.
  Tick ready_age(LinkId id) const {
    const LinkRow& link = m_.links[id.value];
    const LinkProgram& p = m_.programs[link.program];
    Tick age = later(p.herald[0], p.herald[1]) - earlier(p.emission[0], p.emission[1]);
    if (link.distillation)
      for (DistillationProtocol protocol : m_.plans[*link.distillation].rounds) age += round_ticks(protocol, link.node[0], link.node[1]) + delay(id);
    return age;
  }
  Tick round_ticks(DistillationProtocol protocol, NodeId a, NodeId b) const {
    const auto duration = [&](const NodeRow& n) { return protocol == DistillationProtocol::epl ? n.parity_duration : n.swap_duration; };
    return later(duration(m_.nodes[a.value]), duration(m_.nodes[b.value]));
  }
  Tick delay(LinkId id) const { return s_.control == ControlPlane::ideal ? tick_zero : m_.fibre_delay[id.value]; }

  Cutoff cutoff(std::size_t i, const Route& route) const {
    const CutoffSpec& spec = *s_.demands[i].cutoff;
    const std::string path = item("demands", i, "cutoff");
    Cutoff cut;
    if (!spec.age_s && !spec.attempts && !spec.estimated_fidelity)
      throw SpecError(path, "a cut-off without a limit", "age_s, attempts or estimated_fidelity; or null");
    if (spec.age_s) {
      cut.age = ticks(*spec.age_s, path + "/age_s");
      for (LinkId link : route.links)
        if (cut.age < ready_age(link))
          throw SpecError(path + "/age_s", number_text(*spec.age_s) + " s",
                          "at least " + number_text(m_.clock.seconds(ready_age(link))) + " s, the age at which the pairs of " +
                              in_quotes(m_.link_names[link.value]) + " can first be used");
    }
    cut.attempts = static_cast<std::uint32_t>(spec.attempts.value_or(0));
    cut.fidelity = spec.estimated_fidelity.value_or(0);
    if (cut.fidelity > 0)
      for (std::size_t h = 0; h < route.links.size(); ++h) {
        Route hop{{route.nodes[h], route.nodes[h + 1]}, {route.links[h]}};
        const double best = best_reachable_fidelity(m_, hop, std::nullopt);
        if (cut.fidelity > best)
          throw SpecError(path + "/estimated_fidelity", number_text(cut.fidelity),
                          "at most " + number_text(std::floor(best * 1e9) / 1e9) + ", the best that the pairs of " +
                              in_quotes(m_.link_names[route.links[h].value]) + " have");
      }
    return cut;
  }

  void rounds_fit(std::size_t i, const Route& route, const Circuits::Terms& terms) const {
    const auto check = [&](std::uint32_t plan, const std::string& where) {
      const std::uint32_t need = m_.plans[plan].slots();
      if (terms.width < need)
        throw SpecError(item("demands", i, "width"), std::to_string(terms.width),
                        "at least " + std::to_string(need) + " for the distillation " + where + ": as many pairs wait or are used up at a time");
    };
    if (terms.distillation) check(*terms.distillation, "of the demand");
    for (LinkId link : route.links)
      if (m_.links[link.value].distillation) check(*m_.links[link.value].distillation, "of the link " + in_quotes(m_.link_names[link.value]));
  }

  Route given_route(std::size_t i) const {
    const DemandSpec& demand = s_.demands[i];
    const auto at = [&](std::size_t k) { return item("demands", i, "route") + "/" + std::to_string(k); };
    Route route;
    for (std::size_t k = 0; k < demand.route.size(); ++k) {
      const NodeId n{node_names_.at(demand.route[k], at(k))};
      if (std::find(route.nodes.begin(), route.nodes.end(), n) != route.nodes.end())
        throw SpecError(at(k), in_quotes(shortened(demand.route[k])), "a node that is not on the route already");
      if (k > 0) {
        LinkId best;
        for (const Edge& e : m_.graph.edges(route.nodes.back()))
          if (e.to == n && (!best || m_.link_cost[e.link.value] < m_.link_cost[best.value])) best = e.link;
        if (!best) throw SpecError(at(k), in_quotes(shortened(demand.route[k])), "a neighbour of " + in_quotes(demand.route[k - 1]));
        route.links.push_back(best);
      }
      route.nodes.push_back(n);
    }
    if (demand.route.front() != demand.node_a) throw SpecError(at(0), in_quotes(shortened(demand.route.front())), "node_a, " + in_quotes(demand.node_a));
    if (demand.route.back() != demand.node_b)
      throw SpecError(at(demand.route.size() - 1), in_quotes(shortened(demand.route.back())), "node_b, " + in_quotes(demand.node_b));
    return route;
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

  ArrivalPlan arrivals(const TrafficSpec& traffic, const std::string& path) const {
    ArrivalPlan plan;
    const auto at = [&](double seconds) {
      plan.at_s = seconds;
      plan.at = ticks(seconds, path + "/at_s");
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
    } else if (const auto* poisson = std::get_if<PoissonSpec>(&traffic)) {
      plan.kind = ArrivalPlan::Kind::poisson;
      plan.rate_hz = poisson->rate_hz;
      at(poisson->at_s);
    } else {
      plan.kind = ArrivalPlan::Kind::table;
      for (double seconds : std::get<TableSpec>(traffic).at_s) plan.table.push_back(ticks(seconds, path + "/at_s"));
      std::sort(plan.table.begin(), plan.table.end());
    }
    return plan;
  }

  // ---- what the results must own up to ----
  void note_approximation(const std::string& name, const std::string& description) {
    for (const NamedApproximation& known : m_.approximations)
      if (known.name == name) return;
    m_.approximations.push_back({name, description});
  }

  void approximations() {
    if (m_.pauli_twirl && m_.store == StoreKind::bell_diagonal)
      note_approximation("pauli_twirl", "relaxation, asymmetric read-out and initial states are twirled to Pauli noise");
    if (m_.pauli_twirl && m_.store == StoreKind::pair_density)
      note_approximation("pauli_twirl", "relaxation and asymmetric read-out are twirled to Pauli noise");
    if (s_.control == ControlPlane::ideal) note_approximation("ideal_control", "news travels without delay");
    if (s_.timing == TimingModel::slotted)
      note_approximation("slotted_timing", "all links attempt in common slots, pairs are fresh at the end of a slot, gates take no time");
    if (s_.reservation == Reservation::ledger)
      note_approximation("reservation_ledger", "the slots of a circuit are booked network-wide at one instant");
    if (s_.on_deadlock == OnDeadlock::release)
      note_approximation("instant_deadlock_release", "deadlocks are seen at once, and a circuit that gives way does so at every node at once");
    const auto turned = [](const LinkProgram& p) { return p.phase_sigma_rad > 0; };
    if (std::any_of(s_.demands.begin(), s_.demands.end(), [](const DemandSpec& d) { return d.min_fidelity > 0; }) &&
        std::any_of(m_.programs.begin(), m_.programs.end(), turned))
      note_approximation("known_optical_phase", "min_fidelity judges a pair by its state, as if its ends knew the optical phase");
    if (std::any_of(m_.changes.begin(), m_.changes.end(), [](const ChangeRow& c) { return !c.program; }))
      note_approximation("instant_failure_notice", "every node learns at once that a link went down");
  }

  const ScenarioSpec& s_;
  Model m_;
  Names memory_names_{"memory", "/memories"}, station_names_{"station", "/stations"}, node_names_{"node", "/nodes"},
      link_names_{"link", "/links"}, demand_names_{"demand", "/demands"};
  std::unordered_map<std::string, std::uint32_t> programs_;
  std::vector<LinkFacts> facts_;  // by program
  std::unordered_set<std::uint64_t> keys_;
};

}  // namespace

Model compile(const ScenarioSpec& scenario) { return Compiler(scenario).compile(); }

}  // namespace farbell
