#include "farbell/simulation/extensions.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

std::vector<LoadedProtocol> load_extension(const std::string& path) {
  const auto refuse = [&](const std::string& found, const std::string& allowed) { throw SpecError("path", in_quotes(path) + ", " + found, allowed); };
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* why = dlerror();
    refuse(std::string("which cannot be loaded (") + (why ? why : "for no known reason") + ")", "a shared library of this machine");
  }
  const auto symbol = reinterpret_cast<ExtensionSymbol>(dlsym(library, extension_symbol));
  if (!symbol) refuse("which has no function \"" + std::string(extension_symbol) + "\"", "a library with FARBELL_EXTENSION(...) in one of its sources");
  const ExtensionTable& table = *symbol();
  const auto fits = [&](const ExtensionProtocol& p) { return !p.programs || p.programs->stamp == programs_stamp(); };
  if (table.stamp != extension_stamp() || !std::all_of(table.protocols, table.protocols + table.protocol_count, fits))
    refuse("which was built with headers of another Farbell, that fit no longer", "one that is built anew with the headers of this one: farbell.include_dir()");
  std::vector<LoadedProtocol> out;
  for (const ExtensionProtocol& protocol : std::span(table.protocols, table.protocol_count)) {
    out.push_back({path, &protocol, {}});
    for (const ExtensionParameter& p : std::span(protocol.parameters, protocol.parameter_count)) out.back().parameters.push_back(p.value);
  }
  return out;
}

// A protocol in one replica. It is called by the core, and calls it, through tables of functions; what is thrown stays on its side.
class ProtocolsInReplica::Made {
 public:
  Made(const Model& model, const LoadedProtocol& protocol_, std::uint64_t replica, bool goes_on) : protocol(protocol_), model_(model), goes_on_(goes_on) {
    std::vector<const char*> nodes, demands;
    for (const std::string& name : model.node_names) nodes.push_back(name.c_str());
    for (const std::string& name : model.demand_names) demands.push_back(name.c_str());
    const auto size = [](const auto& names) { return static_cast<std::uint32_t>(names.size()); };
    const ExtensionRun run{model.scenario.seed, replica,     model.clock.ticks_per_s, nodes.data(),
                           demands.data(),      size(nodes), size(demands),           protocol.parameters.data()};
    if (const ExtensionProtocol& does = *protocol.table; does.find_routes || does.assign_lanes || does.join_pairs || does.fuse_pairs)
      for (const LinkRow& link : model.links) ends_.push_back(link.node);
    routes.demands = model.demands.size();
    self_ = protocol.table->make(&run, &failure_);
    if (!self_)
      throw RunError("protocol " + in_quotes(protocol.table->name) + " of " + in_quotes(protocol.path) + " could not be made: " + printable(failure_.text));
  }
  Made(const Made&) = delete;  // the tables point here
  ~Made() { protocol.table->unmake(self_); }

  const LoadedProtocol& protocol;
  const DecisionHook hook{this, [](void* self, const Question& question) { return made(self).decide(question); }};
  RoutesHook routes{this, [](void* self, const RoutesQuestion& question) { return made(self).find(question); },
                          [](void* self, const RoutesQuestion& question, const std::string& why, std::array<NodeId, 2> between) {
                            made(self).refuse(question, why + between_text(made(self).model_, between));
                          }};
  const RoundHook rounds{this, [](void* self, const RoundQuestion& question, const LaneBook& book) { return made(self).paths(RoundPart::assign, question, &book, nullptr); },
                         [](void* self, const RoundQuestion& question, const LaneStates& up) { return made(self).paths(RoundPart::join, question, nullptr, &up); },
                         [](void* self, const FusionQuestion& question) { return made(self).groups(question); },
                         [](void* self, const RoundFault& fault) { made(self).refuse(fault); }};
  const ProgramHost host{this, begin, pair, request_ended, message, done, lost, node_lost, end};
  ProtocolRecords records;
  HookErrors errors;

 private:
  static Made& made(void* self) { return *static_cast<Made*>(self); }
  const ExtensionPrograms& programs() const { return *protocol.table->programs; }

  bool decide(const Question& question) {
    const int taken = protocol.table->decide(self_, &question, &failure_);
    if (taken < 0) [[unlikely]] fail(choice_name(question.point), place_text(model_, question.node, question.demand, question.now));
    return taken != 0;
  }
  std::optional<std::vector<std::vector<NodeId>>> find(const RoutesQuestion& question) {
    std::vector<std::vector<NodeId>> found;
    const auto add = [](void* out, const NodeId* nodes, std::size_t count) {
      static_cast<std::vector<std::vector<NodeId>>*>(out)->emplace_back(nodes, nodes + count);
    };
    const ExtensionRoutes asked{question.demand, question.a, question.b, static_cast<std::uint32_t>(question.wanted), question.now,
                                static_cast<std::uint32_t>(model_.nodes.size()), static_cast<std::uint32_t>(ends_.size()),
                                ends_.data(), question.cost.data(), &found, add};
    if (protocol.table->find_routes(self_, &asked, &failure_) < 0) {
      went_wrong("find_routes", place_text(model_, {}, question.demand, question.now));
      return {};
    }
    for (const auto& nodes : found)
      for (NodeId node : nodes)
        if (node.value >= model_.nodes.size()) {
          refuse(question, "it gave a route with a node of number " + std::to_string(node.value) + ", which does not exist");
          return {};
        }
    return found;
  }
  void refuse(const RoutesQuestion& question, const std::string& why) {
    detail::failed(failure_, why.c_str());
    went_wrong("find_routes", place_text(model_, {}, question.demand, question.now));
  }

  // ---- rounds ----
  std::optional<RoundPaths> paths(RoundPart part, const RoundQuestion& question, const LaneBook* book, const LaneStates* up) {
    const auto size = [](const auto& list) { return static_cast<std::uint32_t>(list.size()); };
    const RoundNetwork& network = model_.rounds->network;
    std::vector<ExtensionWay> ways;
    std::vector<ExtensionWish> wishes;
    std::size_t route_count = 0;
    for (const RoundWish& wish : question.wishes) route_count += wish.routes.size();
    ways.reserve(route_count);  // wishes point there
    for (const RoundWish& wish : question.wishes) {
      wishes.push_back({wish.demand, wish.a, wish.b, wish.width, ways.data() + ways.size(), size(wish.routes)});
      for (const Route& route : wish.routes) ways.push_back({route.nodes.data(), size(route.nodes)});
    }
    std::vector<ExtensionLanes> given, detours;
    const auto lanes = [&](const LanePath& path, std::uint32_t number, std::uint32_t from, std::uint32_t to) {
      return ExtensionLanes{path.demand, number, from, to, path.route.nodes.data(), path.route.links.data(), path.first.data(), size(path.route.links), path.width};
    };
    for (std::uint32_t p = 0; p < question.paths.size(); ++p) given.push_back(lanes(question.paths[p], p, 0, size(question.paths[p].route.links)));
    for (std::uint32_t p = 0; p < question.detours.size(); ++p)
      for (const Detour& detour : question.detours[p]) detours.push_back(lanes(detour.lanes, p, detour.from, detour.to));
    std::vector<std::uint32_t> free_lanes, free_slots;
    for (std::uint32_t l = 0; book && l < ends_.size(); ++l) free_lanes.push_back(book->free(LinkId{l}));
    for (std::uint32_t n = 0; book && n < model_.nodes.size(); ++n) free_slots.push_back(book->free(NodeId{n}));
    RoundPaths found;
    const auto add = [](void* out, DemandId demand, const NodeId* nodes, std::uint32_t count, std::uint32_t width, const LinkLane* pairs, std::uint32_t pair_count) {
      static_cast<RoundPaths*>(out)->push_back({demand, {nodes, nodes + count}, width, {pairs, pairs + pair_count}});
    };
    const ExtensionRound asked{question.round, wishes.data(), size(wishes), size(model_.nodes), size(ends_), network.channels, ends_.data(),
                               network.lane_success.data(), network.swap_success.data(), free_lanes.data(), free_slots.data(), up ? up->all().data() : nullptr,
                               given.data(), detours.data(), size(given), size(detours), &found, add};
    const auto ask = part == RoundPart::assign ? protocol.table->assign_lanes : protocol.table->join_pairs;
    if (ask(self_, &asked, &failure_) >= 0) return found;
    went_wrong(hook_name(part), round_text(model_, {part, question.round, {}}));
    return {};
  }
  std::optional<FusedPairs> groups(const FusionQuestion& question) {
    FusedPairs found;
    const auto add = [](void* out, const LinkLane* pairs, std::uint32_t count) { static_cast<FusedPairs*>(out)->emplace_back(pairs, pairs + count); };
    const ExtensionFusion asked{question.round, question.wish.demand, question.wish.a, question.wish.b, question.node, static_cast<std::uint32_t>(model_.nodes.size()),
                                static_cast<std::uint32_t>(ends_.size()), ends_.data(), question.pairs.data(), question.hops.data(), static_cast<std::uint32_t>(question.pairs.size()),
                                question.most, &found, add};
    if (protocol.table->fuse_pairs(self_, &asked, &failure_) >= 0) return found;
    went_wrong("fuse_pairs", round_text(model_, {RoundPart::fuse, question.round, question.wish.demand, {}, question.node}));
    return {};
  }
  void refuse(const RoundFault& fault) {
    detail::failed(failure_, (fault.why + between_text(model_, fault.between)).c_str());
    went_wrong(hook_name(fault.part), round_text(model_, fault));
  }

  std::string failure_text(std::string_view what, const std::string& place) const {
    return "protocol " + in_quotes(protocol.table->name) + ", \"" + std::string(what) + "\"" + place + ": " + printable(failure_.text);
  }
  [[noreturn]] void fail(std::string_view what, const std::string& place) const { throw RunError(failure_text(what, place)); }
  // Ends the replica, or is kept to be told at the end of the run.
  void went_wrong(std::string_view what, const std::string& place) {
    if (!goes_on_) fail(what, place);
    errors.add(failure_text(what, place));
  }

  // ---- what the core tells ----
  template <class Function, class... About>
  void tell(const char* what, Function function, About... about) {
    failure_.node = NodeId{};
    if (function(self_, about..., &failure_) < 0) fail(what, node_text(failure_.node) + ", at " + number_text(run_->clock().seconds(run_->now())) + " s");
  }
  static void begin(void* self, Programs& run, std::uint64_t) {
    Made& m = made(self);
    m.run_ = &run;
    for (std::uint32_t d = 0; d < m.model_.demands.size(); ++d)
      if (m.model_.demands[d].arrivals.by_programs()) {
        const auto& ends = m.model_.route_plans[d].routes.front().nodes;
        m.demands_[key(ends.front(), ends.back())] = m.demands_[key(ends.back(), ends.front())] = DemandId{d};
      }
    m.tell("begin", m.programs().begin, &m.nodes_);
  }
  static void pair(void* self, const PairForPrograms& pair) {
    const auto& [one, other] = pair.halves;
    const PairOfNodes told{{pair.demand, pair.request}, {one.node, other.node}, {{one.qubit.number()}, {other.qubit.number()}}, pair.born, pair.correlators.fidelity()};
    made(self).tell("pair", made(self).programs().pair, &told);
  }
  static void request_ended(void* self, const RequestEnded& ended) {
    const EndOfRequest told{{ended.demand, ended.request}, static_cast<EndOfRequest::How>(ended.status)};
    made(self).tell("request_ended", made(self).programs().request_ended, &told);
  }
  static void message(void* self, std::uint64_t number) { made(self).tell("message", made(self).programs().message, number); }
  static void done(void* self, std::uint64_t operation, std::int64_t result) { made(self).tell("done", made(self).programs().done, operation, result); }
  static void lost(void* self, std::uint64_t operation, const NodeOutage&) { done(self, operation, Done::node_down); }
  static void node_lost(void*, const NodeOutage&, std::uint64_t) {}  // whoever uses a qubit that is gone is told then
  static void end(void* self) { made(self).tell("end", made(self).programs().end); }

  // ---- what it is asked for ----
  template <class Work>
  static int attempt(void* self, ExtensionFailure* failure, Work work) {
    int status = 0;
    const bool well = detail::attempt(*failure, [&] { status = work(made(self), *made(self).run_); });
    return well ? status : -1;
  }
  static std::uint64_t key(NodeId a, NodeId b) { return std::uint64_t{a.value} << 32 | b.value; }
  NodeId known(NodeId node) const {
    if (node.value >= model_.nodes.size()) throw RunError("there is no node of number " + std::to_string(node.value));
    return node;
  }
  std::string node_text(NodeId node) const { return node ? " at node " + in_quotes(name(node)) : ""; }
  const std::string& name(NodeId node) const { return model_.node_names[known(node).value]; }

  static int ask(void* self, NodeId a, NodeId b, std::uint64_t pairs, double min_fidelity, Tick timeout, Request* request, ExtensionFailure* failure) {
    return attempt(self, failure, [&](Made& m, Programs& run) {
      const std::string what = "entangle(" + in_quotes(m.name(a)) + ", " + in_quotes(m.name(b)) + ")";
      const auto demand = m.demands_.find(key(a, b));
      if (demand == m.demands_.end()) throw RunError(what + ": no demand by programs joins them");
      if (pairs < 1) throw RunError(what + " for no pairs: allowed are whole numbers of at least 1");
      if (!(min_fidelity >= 0 && min_fidelity <= 1))
        throw RunError(what + " with a fidelity of at least " + number_text(min_fidelity) + ": allowed are numbers from 0 to 1");
      *request = {demand->second, run.ask(demand->second, {pairs, min_fidelity, timeout})};
      return 0;
    });
  }
  static int send(void* self, NodeId from, NodeId to, std::uint64_t message, ExtensionFailure* failure) {
    return attempt(self, failure, [&](Made& m, Programs& run) {
      if (run.delay(m.known(from), m.known(to)) == never) throw RunError("send() from " + in_quotes(m.name(from)) + " to " + in_quotes(m.name(to)) + ": no links lead there");
      run.send(from, to, message);
      return 0;
    });
  }
  static int gate(void* self, NodeId node, Gate gate, double angle, const HeldQubit* qubits, int count, std::uint64_t operation, ExtensionFailure* failure) {
    return attempt(self, failure, [&](Made& m, Programs& run) {
      if (static_cast<std::size_t>(gate) >= std::size(gate_table)) throw RunError("there is no gate of number " + std::to_string(static_cast<int>(gate)));
      const std::string what = "gate " + in_quotes(info(gate).name);
      if (count != info(gate).qubits) throw RunError(what + " on " + std::to_string(count) + " qubits: it acts on " + std::to_string(info(gate).qubits));
      if (angle != 0 && !(info(gate).angles && std::isfinite(angle))) throw RunError(what + " with the angle " + number_text(angle));
      run.gate(m.known(node), gate, angle, qubit(qubits[0]), count == 2 ? std::optional(qubit(qubits[1])) : std::nullopt, operation);
      return 0;
    });
  }
  static int create_qubit(void* self, NodeId node, std::uint64_t operation, HeldQubit* q, ExtensionFailure* failure) {
    return attempt(self, failure, [&](Made& m, Programs& run) {
      const auto made = run.create_qubit(m.known(node), operation);
      if (made) q->number = made->number();
      return made ? 0 : 1;
    });
  }
  static int record(void* self, NodeId node, const double* values, std::uint32_t count, ExtensionFailure* failure) {
    return attempt(self, failure, [&](Made& m, Programs& run) {
      if (count != m.programs().column_count)
        throw RunError("a record of " + std::to_string(count) + " values: the protocol has " + std::to_string(m.programs().column_count) + " columns");
      m.records.rows.push_back({run.now(), m.known(node)});
      m.records.values.insert(m.records.values.end(), values, values + count);
      return 0;
    });
  }
  static ProgramQubit qubit(HeldQubit q) { return ProgramQubit::of(q.number); }

  const Model& model_;
  bool goes_on_;
  void* self_ = nullptr;
  ExtensionFailure failure_{};
  Programs* run_ = nullptr;
  std::vector<std::array<NodeId, 2>> ends_;  // by link, for one that decides on routes or in rounds
  std::unordered_map<std::uint64_t, DemandId> demands_;  // by programs, by the nodes that they join
  const ExtensionNodes nodes_{
      this,
      [](void* self) { return made(self).run_->now(); },
      [](void* self, NodeId from, NodeId to) { return made(self).run_->delay(from, to); },
      ask,
      [](void* self, const Request* request) { made(self).run_->withdraw(request->demand, request->number); },
      send,
      [](void* self, Tick after, std::uint64_t operation, ExtensionFailure* failure) {
        return attempt(self, failure, [&](Made&, Programs& run) { return run.set_timer(after, operation), 0; });
      },
      gate,
      [](void* self, NodeId node, HeldQubit q, Basis basis, std::uint64_t operation, ExtensionFailure* failure) {
        return attempt(self, failure, [&](Made& m, Programs& run) { return run.measure(m.known(node), qubit(q), basis, operation), 0; });
      },
      [](void* self, NodeId node, HeldQubit a, HeldQubit b, std::uint64_t operation, ExtensionFailure* failure) {
        return attempt(self, failure, [&](Made& m, Programs& run) { return run.bell_measure(m.known(node), qubit(a), qubit(b), operation), 0; });
      },
      create_qubit,
      [](void* self, NodeId node, HeldQubit q, ExtensionFailure* failure) {
        return attempt(self, failure, [&](Made& m, Programs& run) { return run.release(m.known(node), qubit(q)), 0; });
      },
      [](void* self, HeldQubit a, HeldQubit b, double* fidelity, ExtensionFailure* failure) {
        return attempt(self, failure, [&](Made&, Programs& run) { return *fidelity = run.fidelity(qubit(a), qubit(b)), 0; });
      },
      record,
  };
};

// One that does several things is one.
ProtocolsInReplica::Made& ProtocolsInReplica::made(const Model& model, const LoadedProtocol& protocol, std::uint64_t replica, bool goes_on) {
  const auto found = std::find_if(made_.begin(), made_.end(), [&](const auto& m) { return &m->protocol == &protocol; });
  return found != made_.end() ? **found : *made_.emplace_back(std::make_unique<Made>(model, protocol, replica, goes_on));
}

ProtocolsInReplica::ProtocolsInReplica(const Model& model, const ProtocolsInUse& used, const Others& others, std::uint64_t replica) : in_use_(others) {
  const auto of = [&](const LoadedProtocol& protocol) -> Made& { return made(model, protocol, replica, used.goes_on); };
  if (used.routes) in_use_.routes = &of(*used.routes).routes;
  for (std::size_t p = 0; p < decision_points; ++p)
    if (used.deciders[p]) in_use_.hooks[p] = &of(*used.deciders[p]).hook;
  const std::array parts{&in_use_.rounds.assign, &in_use_.rounds.join, &in_use_.rounds.fuse};
  for (std::size_t p = 0; p < round_parts; ++p)
    if (used.rounds[p]) *parts[p] = &of(*used.rounds[p]).rounds;
  if (used.programs) {
    of_nodes_ = &of(*used.programs);
    in_use_.host = &of_nodes_->host;
  }
}
ProtocolsInReplica::~ProtocolsInReplica() = default;

ProtocolRecords ProtocolsInReplica::take_records() { return of_nodes_ ? std::move(of_nodes_->records) : ProtocolRecords{}; }

HookErrors ProtocolsInReplica::errors() const {
  HookErrors out;
  for (const auto& one : made_) out.add(one->errors);
  return out;
}

std::string between_text(const Model& model, std::array<NodeId, 2> nodes) {
  if (!nodes[0] || !nodes[1]) return "";
  return " between " + in_quotes(model.node_names[nodes[0].value]) + " and " + in_quotes(model.node_names[nodes[1].value]);
}

std::string place_text(const Model& model, NodeId node, DemandId demand, Tick now) {
  return (node ? " at node " + in_quotes(model.node_names[node.value]) : "") + ", demand " + in_quotes(model.demand_names[demand.value]) +
         ", at " + number_text(model.clock.seconds(now)) + " s";
}

std::string round_text(const Model& model, const RoundFault& fault) {
  return (fault.node ? " at node " + in_quotes(model.node_names[fault.node.value]) : "") +
         (fault.demand ? ", demand " + in_quotes(model.demand_names[fault.demand.value]) : "") + ", in round " + std::to_string(fault.round);
}

}  // namespace farbell
