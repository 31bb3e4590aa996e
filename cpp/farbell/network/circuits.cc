#include "farbell/network/circuits.hpp"

#include <algorithm>
#include <utility>

namespace farbell {

namespace {
std::vector<WaitingLine::Claim> claims(std::span<const Circuits::Terms> terms) {
  std::vector<WaitingLine::Claim> out;
  for (const Circuits::Terms& t : terms) out.push_back(t.claim);
  return out;
}

const PolicyTable decided_outside;
}  // namespace

Circuits::Circuits(const Setup& setup, std::span<const Terms> terms, Routes& routes, EventQueue& queue, Lanes& lanes,
                   Swapping& swapping, Distilling& distilling, Messages& mail, std::vector<Chain>& chains, Trace& trace)
    : setup_(setup), terms_(terms), routes_(routes), queue_(queue), lanes_(lanes), swapping_(swapping), distilling_(distilling),
      mail_(mail), chains_(chains), trace_(trace), rows_(chains.size()), slots_(setup.nodes, chains.size()), claimed_(setup.nodes.size(), 0),
      line_(setup.scheduler, claims(terms), chains.size()), grant_posted_(setup.hop_by_hop ? setup.nodes.size() : 1) {
  std::size_t hops = 0;
  std::uint32_t next = 0;
  for (std::uint32_t d = 0; d < terms.size(); ++d) {
    hops += terms[d].lane_keys.size();
    first_.emplace_back(next);
    for (std::uint32_t k = 0; k < terms[d].circuits; ++k) rows_[next++].demand = DemandId{d};
  }
  if (setup.search) search_.emplace(*setup.search, chains.size());
  lanes.expect_groups(hops);
}

bool Circuits::booked(ChainId circuit) const {
  const State state = rows_[circuit.value].state;
  return state != State::idle && state != State::asking;
}

const Route& Circuits::route(ChainId circuit) const {
  const bool set_out = booked(circuit) || slots_.waits_at(circuit) || rows_[circuit.value].decided;
  return set_out ? rows_[circuit.value].route : routes(circuit)[preferred(circuit)];
}

void Circuits::handle(const Event& event) {
  const ChainId circuit{event.to.target};
  const auto generation = static_cast<std::uint32_t>(event.payload >> 32);
  if (event.to.op == op_grant) {
    grant_posted_[event.to.target] = false;
    if (setup_.hop_by_hop) {
      while (const auto next = slots_.serve_line(NodeId{event.to.target})) book(*next, rows_[next->value].reached);
    } else {
      grant_waiting();
    }
    return;
  }
  if (event.to.op == op_settle) {
    const bool arrivals = event.phase() == Phase::arrivals;
    queue_.post(queue_.now(), arrivals ? Phase::attempts : Phase::decisions,
                {setup_.self.handler, arrivals ? op_settle : op_grant, event.to.target}, 0);
    return;
  }
  const Row& row = rows_[circuit.value];
  // A reservation expires however far a release has come.
  const bool current = event.to.op == op_expire ? booked(circuit) && chains_[circuit.value].generation == generation
                                                : row.generation == generation;
  if (!current) {
    ++stale_events_;
    return;
  }
  switch (event.to.op) {
    case op_ask: begin(circuit); break;
    case op_search: search(circuit); break;
    case op_answer: answer(circuit); break;
    case op_reach: reach(circuit, static_cast<std::uint32_t>(event.payload)); break;
    case op_start: start(circuit); break;
    case op_release: release_position(circuit, static_cast<std::uint32_t>(event.payload)); break;
    default:  // op_expire
      release_everywhere(circuit);
  }
}

// ---- booking --------------------------------------------------------------------------------------------------------------------------

Slots::Share Circuits::share(ChainId circuit, std::size_t position, const Route& route) const {
  const Terms& terms = this->terms(circuit);
  const bool end = position == 0 || position + 1 == route.nodes.size();
  return {circuit, end ? terms.end_slots : 2 * terms.width};
}

void Circuits::ask(ChainId circuit) {
  Row& row = rows_[circuit.value];
  if (line_.is_fair() && is_absent(demand(circuit))) line_.shares().comes(demand(circuit).value, queue_.now());
  row.state = State::asking;
  trace_.add(queue_.now(), queue_.phase(), TraceKind::circuit_asked, circuit.value, 0, 0);
  row.question = tick_zero;
  const bool known = search_ && routes_.fixed(row.demand);  // installed: nothing is searched for
  if (setup_.controller && !known) return set_out(circuit);
  queue_.post(queue_.now(), Phase::decisions, {setup_.self.handler, op_ask, circuit.value}, std::uint64_t{row.generation} << 32);
}

// With a question for routes.
void Circuits::set_out(ChainId circuit) {
  Row& row = rows_[circuit.value];
  const std::array<NodeId, 2>& ends = routes_.plan(row.demand).ends;
  row.unanswered = true;
  row.asked = queue_.now();
  const std::uint64_t stamp = std::uint64_t{row.generation} << 32;
  if (search_) {
    search_->begin(circuit.value, ends[0], ends[1]);
    return queue_.post(queue_.now(), Phase::decisions, {setup_.self.handler, op_search, circuit.value}, stamp);
  }
  const NodeId end = ends[0];
  if (end != setup_.controller->controller) {
    messages_ += 2;
    questions_ += 2;
  }
  queue_.post(queue_.now() + setup_.controller->question(end), Phase::decisions, {setup_.self.handler, op_answer, circuit.value}, stamp);
}

// The message that searches has come to a node, which sends it on by what it knows of its own links.
void Circuits::search(ChainId circuit) {
  const bool found = search_->has_arrived(circuit.value);
  const auto delay = found ? search_->back(circuit.value) : search_->send_on(circuit.value, routes_.cost(), lets_through(circuit));
  if (!delay) return search_->kept(circuit.value).empty() ? find_none(circuit) : know_routes(circuit);
  const std::size_t sent = found ? search_->way(circuit.value).links.size() : 1;
  messages_ += sent;
  questions_ += sent;
  queue_.post(queue_.now() + *delay, Phase::decisions, {setup_.self.handler, found ? op_answer : op_search, circuit.value},
              std::uint64_t{rows_[circuit.value].generation} << 32);
}

// A node between the ends, as far as anybody asks for its slots.
bool Circuits::lets_through(ChainId circuit) const {
  const Route& way = search_->way(circuit.value);
  return !setup_.controller->free_slots || way.links.empty() || slots_.free(way.nodes.back()) >= 2 * terms(circuit).width;
}

void Circuits::find_none(ChainId circuit) {
  begin_release(circuit);
  tell(setup_.no_route, circuit);
}

// What the controller has told until now, the end knows when the answer comes: both take the same way.
void Circuits::answer(ChainId circuit) {
  if (!search_) return know_routes(circuit);
  search_->begin_another(circuit.value);
  if (search_->kept(circuit.value).size() < routes_.plan(demand(circuit)).alternatives) search(circuit);
  else know_routes(circuit);
}

void Circuits::know_routes(ChainId circuit) {
  Row& row = rows_[circuit.value];
  row.unanswered = false;
  row.question = queue_.now() - row.asked;
  if (search_) routes_.take(row.demand, search_->kept(circuit.value));
  else if (!routes_.find_anew(row.demand)) return find_none(circuit);
  begin(circuit);
}

// Who chooses outside has a choice among routes that are known to be usable.
void Circuits::begin(ChainId circuit) {
  if (demand(circuit).value < setup_.routed_outside && routes_.any_usable(demand(circuit))) [[unlikely]] undecided_ = circuit;
  else proceed(circuit);
}

void Circuits::decide(std::uint32_t route) {
  const ChainId circuit = std::exchange(undecided_, ChainId{});
  take_route(circuit, route);
  rows_[circuit.value].decided = true;
  proceed(circuit);
}

void Circuits::proceed(ChainId circuit) {
  if (setup_.hop_by_hop) reach(circuit, 0);
  else join_line(circuit);
}

bool Circuits::is_absent(DemandId demand) const {
  const auto first = rows_.begin() + this->first(demand).value;
  return std::all_of(first, first + terms_[demand.value].circuits, [](const Row& row) { return row.state == State::idle; });
}

// A demand that was away has no claim to what it might have had: it starts where the last of those is whom it meets at a node.
void Circuits::begin_fairly(ChainId circuit) {
  if (!line_.shares().comes_anew(demand(circuit).value) || !line_.shares().busy()) return;
  const std::vector<NodeId>& mine = route(circuit).nodes;
  std::optional<double> least;
  const auto consider = [&](ChainId other) {
    const std::vector<NodeId>& theirs = route(other).nodes;
    if (demand(other) == demand(circuit) || std::find_first_of(mine.begin(), mine.end(), theirs.begin(), theirs.end()) == mine.end()) return;
    const double tag = line_.shares().tag(demand(other).value, queue_.now());
    least = std::min(tag, least.value_or(tag));
  };
  for (ChainId other : line_.in_order(queue_.now())) consider(other);
  for (std::uint32_t c = 0; c < rows_.size(); ++c)
    if (booked(ChainId{c})) consider(ChainId{c});
  if (least) line_.shares().raise(demand(circuit).value, *least, queue_.now());
}

void Circuits::becomes_idle(ChainId circuit) {
  rows_[circuit.value].turn.reset();
  rows_[circuit.value].state = State::idle;
  rows_[circuit.value].decided = false;
  if (line_.is_fair()) line_.shares().goes(demand(circuit).value, queue_.now());
}

void Circuits::join_line(ChainId circuit) {
  settle_turn(circuit);
  if (line_.is_fair()) begin_fairly(circuit);
  line_.join(circuit, demand(circuit), queue_.now());
  grant_waiting();
}

// Where routes are taken in turn: the one for which it asks, as long as that can be used.
void Circuits::settle_turn(ChainId circuit) {
  Row& row = rows_[circuit.value];
  if (!routes_.shares(row.demand)) return;
  if (!row.turn || !routes_.usable(row.demand, routes(circuit)[*row.turn]))
    row.turn = static_cast<std::uint32_t>(routes_.next_turn(row.demand));
}

std::size_t Circuits::preferred(ChainId circuit) const {
  const Row& row = rows_[circuit.value];
  return row.turn && routes_.shares(row.demand) ? *row.turn : routes_.preferred(row.demand);
}

// The first node without the slots, those aside that circuits before it in line wait for. None = the route can be booked.
NodeId Circuits::full_node(ChainId circuit, const Route& route) const {
  for (std::uint32_t i = 0; i < route.nodes.size(); ++i) {
    const NodeId n = route.nodes[i];
    if (slots_.free(n) < std::uint64_t{claimed_[n.value]} + share(circuit, i, route).slots) return n;
  }
  return {};
}

// The first of the demand's routes that can be used and has the slots now; of those that are taken in turn none but its own.
std::optional<std::uint32_t> Circuits::bookable(ChainId circuit) const {
  if (const Row& row = rows_[circuit.value]; row.decided) [[unlikely]] {
    const bool can = routes_.usable(row.demand, row.route) && !full_node(circuit, row.route);
    return can ? std::optional(row.taken->chosen) : std::nullopt;
  }
  const std::size_t first = preferred(circuit), end = routes_.shares(demand(circuit)) ? first + 1 : routes(circuit).size();
  for (std::size_t r = first; r < end; ++r)
    if (can_book(circuit, r)) return static_cast<std::uint32_t>(r);
  return {};
}

// The preferred one is booked even if it is of no use now.
bool Circuits::can_book(ChainId circuit, std::size_t r) const {
  const Route& route = routes(circuit)[r];
  return (r == preferred(circuit) || routes_.usable(demand(circuit), route)) && !full_node(circuit, route);
}

// Which route somebody from outside wants for it now.
ChosenRoute Circuits::asked_route(ChainId circuit) const {
  std::vector<RouteCandidate> candidates;
  for (const Route& route : routes(circuit)) {
    RouteCandidate& candidate = candidates.emplace_back(RouteCandidate{&route, routes_.usable(demand(circuit), route), {}, {}});
    for (std::uint32_t i = 0; i < route.nodes.size(); ++i) {
      const NodeId n = route.nodes[i];
      candidate.free.push_back(slots_.free(n) - std::min(slots_.free(n), claimed_[n.value]));
      candidate.needed.push_back(share(circuit, i, route).slots);
    }
  }
  return setup_.route_hook->choose(setup_.route_hook->self, {demand(circuit), number(circuit), queue_.now(), candidates});
}

void Circuits::set_aside(ChainId circuit, const Route& wanted) {
  const NodeId full = full_node(circuit, wanted);
  for (std::uint32_t i = 0; i < wanted.nodes.size(); ++i) {
    claimed_[wanted.nodes[i].value] += share(circuit, i, wanted).slots;
    touched_.push_back(wanted.nodes[i]);
  }
  trace_.add(queue_.now(), queue_.phase(), TraceKind::circuit_waits, circuit.value, 0, 0, 0, {.to = full.value});
}

// By lanes that make their pairs hop after hop, as the links are now.
double Circuits::pair_rate(ChainId circuit) const {
  double ticks = 0;
  for (LinkId link : route(circuit).links) ticks += lanes_.ticks_per_pair(link);
  return terms(circuit).width / ticks;
}

double Circuits::delivery_rate(ChainId circuit) const {
  const std::vector<NodeId>& nodes = route(circuit).nodes;
  double rate = pair_rate(circuit);
  for (std::size_t i = 1; i + 1 < nodes.size(); ++i) rate *= setup_.nodes[nodes[i].value].swap_success;
  return rate;
}

void Circuits::grant_waiting() {
  if (line_.is_by_weight()) line_.each([&](ChainId circuit) { line_.set_rate(circuit, pair_rate(circuit)); });
  for (ChainId circuit : line_.in_order(queue_.now())) {
    settle_turn(circuit);
    const ChosenRoute asked = has_choice(circuit) ? asked_route(circuit) : ChosenRoute{.failed = true, .route = {}};
    const bool choice = !asked.failed;
    const auto chosen = choice ? asked.route : bookable(circuit);
    if (chosen && (!choice || can_book(circuit, *chosen))) {
      line_.leave(circuit, queue_.now());
      grant(circuit, *chosen);
    } else if (chosen || !choice) {
      set_aside(circuit, choice ? routes(circuit)[*chosen] : route(circuit));
    } else {
      trace_.add(queue_.now(), queue_.phase(), TraceKind::circuit_waits, circuit.value, 0, 0);
    }
  }
  for (NodeId n : touched_) claimed_[n.value] = 0;
  touched_.clear();
}

void Circuits::grant(ChainId circuit, std::uint32_t chosen) {
  Row& row = rows_[circuit.value];
  if (!row.decided) take_route(circuit, chosen);
  begin_circuit(circuit);
  Chain& chain = chains_[circuit.value];
  for (std::uint32_t i = 0; i < chain.positions.size(); ++i) {
    chain.positions[i].held = true;
    const Slots::Share booked = share(circuit, i, row.route);
    slots_.take(chain.positions[i].node, booked);
    if (line_.is_fair()) line_.shares().book(row.demand.value, booked.slots, queue_.now());
  }
  row.positions_held = static_cast<std::uint32_t>(chain.positions.size());
  messages_ += 2 * chain.hops.size();
  const Tick one_way = chain.delay(0, chain.last());
  const NodeId a = chain.at(end_a).node, b = chain.at(end_b).node;
  const Tick there = mail_.arrives(a, queue_.now(), one_way), back = mail_.arrives(b, there, one_way);
  row.set_up_messages = back - queue_.now();
  const std::uint64_t stamp = std::uint64_t{row.generation} << 32;
  queue_.post(back, Phase::arrivals, {setup_.self.handler, op_start, circuit.value}, stamp);
  trace_.add(queue_.now(), queue_.phase(), TraceKind::circuit_granted, circuit.value, 0, 0, 0, {.until = back});
  trace_.add(queue_.now(), queue_.phase(), TraceKind::message, a.value, circuit.value,
             static_cast<std::uint64_t>(TraceMessage::set_up), 0, {.to = b.value, .until = there});
  trace_.add(there, queue_.phase(), TraceKind::message, b.value, circuit.value, static_cast<std::uint64_t>(TraceMessage::confirm), 0,
             {.to = a.value, .until = back});
}

// For good, whatever the demand finds meanwhile.
void Circuits::take_route(ChainId circuit, std::uint32_t chosen) {
  Row& row = rows_[circuit.value];
  const Row::Taken now{routes_.version(demand(circuit)), chosen};
  if (row.taken == now) return;
  row.taken = now;
  row.route = routes(circuit)[chosen];
  row.chain_built = false;
}

// Its first slots are booked at this tick.
void Circuits::begin_circuit(ChainId circuit) {
  Row& row = rows_[circuit.value];
  if (!row.chain_built) build_chain(circuit);
  row.chain_built = true;
  Chain& chain = chains_[circuit.value];
  ++chain.generation;
  ++row.generation;
  swapping_.forget_policy(circuit);
  for (Position& position : chain.positions) position.decision_posted = false;
  row.state = State::setting_up;
  row.broken = false;
  const Tick reservation = terms(circuit).reservation;
  if (reservation != never)
    queue_.post(queue_.now() + reservation, Phase::expiries, {setup_.self.handler, op_expire, circuit.value},
                std::uint64_t{chain.generation} << 32);
}

// The set-up message has come to a node. Where it sets out it takes the route preferred then, for good.
void Circuits::reach(ChainId circuit, std::uint32_t position) {
  Row& row = rows_[circuit.value];
  if (position == 0 && !row.decided) {
    settle_turn(circuit);
    take_route(circuit, static_cast<std::uint32_t>(preferred(circuit)));
  }
  row.reached = position;
  const NodeId node = row.route.nodes[position];
  if (slots_.take_or_wait(node, share(circuit, position, row.route))) return book(circuit, position);
  trace_.add(queue_.now(), queue_.phase(), TraceKind::circuit_waits, circuit.value, 0, 0, 0, {.to = node.value});
  if (!slots_.surely_served(circuit)) post_check();
}

// The node has set its slots aside; the message goes on, or its answer goes back to end A.
void Circuits::book(ChainId circuit, std::uint32_t position) {
  if (position == 0) begin_circuit(circuit);
  Row& row = rows_[circuit.value];
  Chain& chain = chains_[circuit.value];
  chain.positions[position].held = true;
  ++row.positions_held;
  const std::uint64_t stamp = std::uint64_t{row.generation} << 32;
  const auto send = [&](Tick delay, Phase phase, Op op, std::uint32_t payload) {
    const Tick arrival = mail_.arrives(chain.positions[position].node, queue_.now(), delay);
    row.set_up_messages += arrival - queue_.now();
    queue_.post(arrival, phase, {setup_.self.handler, op, circuit.value}, stamp | payload);
    return arrival;
  };
  if (position == 0) row.set_up_messages = tick_zero;
  if (position < chain.last()) {
    ++messages_;
    send(chain.delay(0, position + 1) - chain.delay(0, position), Phase::decisions, op_reach, position + 1);
  } else {
    messages_ += chain.hops.size();
    const Tick back = send(chain.delay(0, position), Phase::arrivals, op_start, 0);
    trace_.add(queue_.now(), queue_.phase(), TraceKind::circuit_granted, circuit.value, 0, 0, 0, {.until = back});
  }
}

// One that joins those who stand still already is part of their deadlock.
std::vector<ChainId> Circuits::newly_deadlocked() {
  check_posted_ = false;
  std::vector<ChainId> before = slots_.deadlocked(), fresh;
  std::swap(before, deadlocked_);
  for (ChainId d : before)
    if (!std::binary_search(deadlocked_.begin(), deadlocked_.end(), d)) rows_[d.value].deadlock = 0;
  for (ChainId d : deadlocked_)
    if (rows_[d.value].deadlock == 0) fresh.push_back(d);
  std::uint64_t number = 0;
  for (ChainId d : fresh) {
    const auto consider = [&](ChainId other) {
      const std::uint64_t theirs = rows_[other.value].deadlock;
      if (theirs > 0 && (number == 0 || theirs < number)) number = theirs;
    };
    const NodeId n = slots_.waits_at(d);
    for (const Slots::Share& share : slots_.held(n)) consider(share.circuit);
    for (auto share = slots_.line(n).begin(); share->circuit != d; ++share) consider(share->circuit);
  }
  if (!fresh.empty() && number == 0) number = ++deadlocks_;
  for (ChainId d : fresh) rows_[d.value].deadlock = number;
  return fresh;
}

// Among the first `known` groups of the circuit, or a new one; `keys`: null if they are to be worked out.
Circuits::Row::Group Circuits::group_for(ChainId circuit, LinkId link, std::size_t known, std::optional<std::uint32_t> plan,
                                        const LaneKeys* keys) {
  std::vector<Row::Group>& groups = rows_[circuit.value].groups;
  for (std::size_t g = 0; g < known; ++g)
    if (groups[g].link == link) return groups[g];
  const LaneKeys own =
      keys ? *keys : lane_keys(setup_.seed, setup_.link_names[link.value], owner_name(circuit), plan.has_value());
  Row::Group group{link, lanes_.add_group(link, own.attempts, own.herald), no_pool};
  if (plan) group.pool = distilling_.add_pool(*plan, own.distillation);
  groups.push_back(group);
  return group;
}

Circuits::LaneKeys Circuits::lane_keys(std::uint64_t seed, const std::string& link, const std::string& owner, bool distils) {
  const std::string entity = "link:" + link + "/demand:" + owner;
  return {stream_key(seed, entity + "/attempts"), stream_key(seed, entity + "/herald"),
          distils ? stream_key(seed, entity + "/distillation") : 0};
}

DistillationCounters Circuits::distillation(DemandId demand) const {
  DistillationCounters sum;
  const auto add = [&](std::uint32_t pool) {
    if (pool == no_pool) return;
    const DistillationCounters& c = distilling_.counters(pool);
    sum.rounds += c.rounds;
    sum.failed += c.failed;
    sum.cut_offs += c.cut_offs;
  };
  for (std::uint32_t k = 0; k < terms_[demand.value].circuits; ++k) {
    const Row& row = rows_[first(demand).value + k];
    for (const Row::Group& g : row.groups) add(g.pool);
    add(row.pool);
  }
  return sum;
}

void Circuits::build_chain(ChainId circuit) {
  Row& row = rows_[circuit.value];
  const Route& route = row.route;
  Chain& chain = chains_[circuit.value];
  const Terms& terms = this->terms(circuit);
  chain.positions.assign(route.nodes.size(), {});
  chain.hops.assign(route.links.size(), {});
  chain.width = terms.width;
  chain.end_slots = terms.end_slots;
  chain.ready = terms.ready;
  chain.notify_each_end = terms.notify_each_end;
  chain.pipelined = terms.pipelined;
  const bool keys_known = number(circuit) == 0 && row.taken == Row::Taken{0, 0} && routes_.as_planned(row.demand);
  const std::size_t known = row.groups.size();
  chain.ideal = setup_.ideal_control;
  chain.asks = setup_.swapped_outside;
  chain.table = terms.table ? &*terms.table : chain.asks ? &decided_outside : nullptr;
  chain.cutoff = terms.cutoff;
  apply(terms.order, chain);
  if (const std::uint32_t d = demand(circuit).value; d < setup_.decisions.size() && setup_.decisions[d].of_nodes()) {
    chain.decisions = &setup_.decisions[d];
    chain.ordered = true;  // nodes know how far pairs reach, and look again when that changes
  }
  if (terms.distillation) {
    if (row.pool == no_pool) {
      const bool first_one = number(circuit) == 0;
      row.pool = distilling_.add_pool(*terms.distillation, first_one ? terms.distillation_key : distillation_key(setup_.seed, owner_name(circuit)));
    }
    chain.pool = row.pool;
    chain.distilled = terms.ready;
    chain.distilled_notify_each_end = terms.notify_each_end;
    chain.ready = setup_.distil;
    chain.notify_each_end = false;
  }
  Tick fibre = tick_zero, processing = tick_zero;
  for (std::uint32_t i = 0; i < chain.positions.size(); ++i) {
    const NodeId n = route.nodes[i];
    if (!setup_.ideal_control) {
      if (i > 0) fibre += setup_.fibre_delay[route.links[i - 1].value];
      processing += setup_.processing_delay[n.value];
    }
    chain.positions[i].node = n;
    chain.positions[i].fibre_from_a = fibre;
    chain.positions[i].processing_from_a = processing;
  }
  for (std::uint32_t h = 0; h < chain.hops.size(); ++h) {
    const LinkId link = route.links[h];
    const Row::Group group = group_for(circuit, link, known, distillation_of_hop(terms, setup_.links[link.value], h), keys_known ? &terms.lane_keys[h] : nullptr);
    chain.hops[h] = {link, group.group, setup_.links[link.value].node[0] == route.nodes[h], group.pool};
  }
  chain.complete();
}

void Circuits::start(ChainId circuit) {
  rows_[circuit.value].state = State::up;
  trace_.add(queue_.now(), queue_.phase(), TraceKind::circuit_up, circuit.value, 0, 0);
  const Chain& chain = chains_[circuit.value];
  for (std::uint32_t h = 0; h < chain.hops.size(); ++h) {
    lanes_.open(chain.hops[h].group, circuit, h);
    if (chain.hops[h].pool != no_pool) distilling_.open(chain.hops[h].pool, circuit, h, h + 1);
  }
  if (chain.pool != no_pool) distilling_.open(chain.pool, circuit, 0, chain.last());
  if (chain.asks) [[unlikely]] swapping_.begin_asking(circuit);
  tell(terms(circuit).up, circuit);
}

void Circuits::tell(Address about, ChainId circuit) {
  queue_.post(queue_.now(), Phase::arrivals, {about.handler, about.op, circuit.value}, 0);
}

// ---- release --------------------------------------------------------------------------------------------------------------------------

// False if nothing was booked yet.
bool Circuits::begin_release(ChainId circuit) {
  Row& row = rows_[circuit.value];
  ++row.generation;
  row.unanswered = false;
  row.deadlock = 0;
  if (const NodeId n = slots_.waits_at(circuit)) {
    slots_.leave_line(circuit);
    post_grant(n);
  }
  if (row.state == State::asking) {
    if (!setup_.hop_by_hop) {
      line_.leave(circuit, queue_.now());
      post_grant();
    }
    becomes_idle(circuit);
    return false;
  }
  row.state = State::releasing;
  return true;
}

void Circuits::release_from(ChainId circuit, std::uint32_t origin) {
  if (rows_[circuit.value].state != State::releasing && !begin_release(circuit)) return;
  const Chain& chain = chains_[circuit.value];
  const NodeId teller = chain.positions[origin].node;
  messages_ += chain.hops.size();
  trace_.add(queue_.now(), queue_.phase(), TraceKind::circuit_released, circuit.value, 0, 0, 0, {.to = teller.value});
  const std::uint64_t stamp = std::uint64_t{rows_[circuit.value].generation} << 32;
  for (std::uint32_t i = 0; i < chain.positions.size(); ++i) {
    if (!chain.positions[i].held) continue;
    const Tick arrival = i == origin ? queue_.now() : mail_.arrives(teller, queue_.now(), chain.delay(origin, i));
    trace_.add(queue_.now(), queue_.phase(), TraceKind::message, teller.value, circuit.value,
               static_cast<std::uint64_t>(TraceMessage::release), 0, {.to = chain.positions[i].node.value, .until = arrival});
    queue_.post(arrival, Phase::arrivals, {setup_.self.handler, op_release, circuit.value}, stamp | i);
  }
}

void Circuits::release_everywhere(ChainId circuit) {
  // A release that is under way is overtaken where its news has not come yet.
  if (!begin_release(circuit)) return;
  const Chain& chain = chains_[circuit.value];
  trace_.add(queue_.now(), queue_.phase(), TraceKind::circuit_released, circuit.value, 0, 0);
  for (std::uint32_t i = 0; i < chain.positions.size(); ++i)
    if (chain.positions[i].held) release_position(circuit, i);
}

void Circuits::release_position(ChainId circuit, std::uint32_t position) {
  Row& row = rows_[circuit.value];
  Chain& chain = chains_[circuit.value];
  Position& here = chain.positions[position];
  if (!here.held) return;  // told by another node already
  here.held = false;
  trace_.add(queue_.now(), queue_.phase(), TraceKind::slots_freed, here.node.value, circuit.value, 0);
  swapping_.drop_all(circuit, position);
  if (position > 0) lanes_.close(chain.hops[position - 1].group, end_b);
  if (position < chain.last()) lanes_.close(chain.hops[position].group, end_a);
  if (line_.is_fair()) line_.shares().book(row.demand.value, -std::int64_t{share(circuit, position, row.route).slots}, queue_.now());
  std::uint32_t kept = 0;
  if (position == 0) kept += std::exchange(row.lent[end_a], 0);
  if (position == chain.last()) kept += std::exchange(row.lent[end_b], 0);
  slots_.give_back(here.node, circuit, kept);
  post_grant(here.node);
  if (--row.positions_held > 0) return;
  becomes_idle(circuit);
  trace_.add(queue_.now(), queue_.phase(), TraceKind::circuit_gone, circuit.value, 0, 0);
  tell(terms(circuit).gone, circuit);
}

// ---- slots of programs ------------------------------------------------------------------------------------------------------------------

Circuits::Loan Circuits::lend(ChainId circuit, End end) {
  const Chain& chain = chains_[circuit.value];
  const Position& here = chain.at(end);
  if (take_slot(here.node)) {
    lanes_.free_slot(here.group[other(end)], end);
    return {};
  }
  ++rows_[circuit.value].lent[end];
  return {circuit, chain.generation, end};
}

void Circuits::take_back(NodeId node, const Loan& loan) {
  if (loan.circuit) {
    const Chain& chain = chains_[loan.circuit.value];
    const Position& here = chain.at(loan.end);
    if (chain.generation == loan.generation && here.held) {
      --rows_[loan.circuit.value].lent[loan.end];
      lanes_.free_slot(here.group[other(loan.end)], loan.end);
      return;
    }
  }
  slots_.give_back_by_program(node);
  post_grant(node);
}

void Circuits::routes_changed() {
  if (!setup_.hop_by_hop) post_grant();
}

// ---- nodes that fail ------------------------------------------------------------------------------------------------------------------

bool Circuits::complete(ChainId circuit) const {
  const Row& row = rows_[circuit.value];
  return row.state == State::releasing || (booked(circuit) && row.positions_held == row.route.nodes.size());
}

template <class Use>
void Circuits::each_held_at(NodeId node, Use&& use) {
  for (std::uint32_t c = 0; c < rows_.size(); ++c) {
    if (!booked(ChainId{c})) continue;
    const std::vector<NodeId>& nodes = rows_[c].route.nodes;
    const auto place = static_cast<std::uint32_t>(std::find(nodes.begin(), nodes.end(), node) - nodes.begin());
    if (place < nodes.size() && chains_[c].positions[place].held) use(ChainId{c}, place);
  }
}

void Circuits::lose_qubits(NodeId node) {
  each_held_at(node, [&](ChainId circuit, std::uint32_t position) {
    swapping_.drop_all(circuit, position);
    rows_[circuit.value].broken = true;
  });
}

bool Circuits::broken_at(ChainId circuit, NodeId node) const {
  if (!booked(circuit) || !rows_[circuit.value].broken) return false;
  const std::vector<NodeId>& nodes = rows_[circuit.value].route.nodes;
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

void Circuits::tell_of_losses(NodeId node) {
  each_held_at(node, [&](ChainId circuit, std::uint32_t position) {
    if (!rows_[circuit.value].broken) return;
    if (complete(circuit)) release_from(circuit, position);
    else release_everywhere(circuit);
  });
}

void Circuits::post_check() {
  if (check_posted_) return;
  check_posted_ = true;
  queue_.post(queue_.now(), Phase::swaps, setup_.check, 0);
}

// Slots of `n` or a place in its line are free: those who wait look again. The ledger has one line, whatever the node; unless it is first
// come, first served, whoever asks again for what it gives up at this tick joins it before.
void Circuits::post_grant(NodeId n) {
  if (!deadlocked_.empty()) post_check();
  const std::uint32_t line = setup_.hop_by_hop ? n.value : 0;
  if (grant_posted_[line] || (setup_.hop_by_hop ? slots_.line(n).empty() : line_.empty())) return;
  grant_posted_[line] = true;
  if (line_.is_fifo()) queue_.post(queue_.now(), Phase::decisions, {setup_.self.handler, op_grant, line}, 0);
  else queue_.post(queue_.now(), Phase::arrivals, {setup_.self.handler, op_settle, line}, 0);
}

}  // namespace farbell
