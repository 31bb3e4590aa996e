#include "farbell/network/circuits.hpp"

#include <algorithm>

namespace farbell {

namespace {
std::uint32_t slots_needed(std::size_t position, std::size_t positions, std::uint32_t width) {
  return position == 0 || position + 1 == positions ? width : 2 * width;
}
}  // namespace

Circuits::Circuits(const Setup& setup, std::span<const Terms> terms, const Routes& routes, EventQueue& queue, Lanes& lanes,
                   Swapping& swapping, std::vector<Chain>& chains)
    : setup_(setup), terms_(terms), routes_(routes), queue_(queue), lanes_(lanes), swapping_(swapping), chains_(chains),
      rows_(terms.size()), claimed_(setup.nodes.size(), 0) {
  for (const NodeRow& node : setup.nodes) free_.push_back(node.slots);
  std::size_t hops = 0;
  for (const Terms& t : terms) hops += t.lane_keys.size();
  lanes.expect_groups(hops);
}

bool Circuits::booked(DemandId demand) const {
  const State state = rows_[demand.value].state;
  return state != State::idle && state != State::asking;
}

const Route& Circuits::route(DemandId demand) const {
  return routes_.of(demand)[booked(demand) ? rows_[demand.value].chosen : routes_.preferred(demand)];
}

void Circuits::handle(const Event& event) {
  const DemandId demand{event.to.target};
  const auto generation = static_cast<std::uint32_t>(event.payload >> 32);
  if (event.to.op == op_grant) {
    grant_posted_ = false;
    grant_waiting();
    return;
  }
  const Row& row = rows_[demand.value];
  // A reservation expires however far a release has come.
  const bool current = event.to.op == op_expire ? booked(demand) && chains_[demand.value].generation == generation
                                                : row.generation == generation;
  if (!current) {
    ++stale_events_;
    return;
  }
  switch (event.to.op) {
    case op_ask:
      waiting_.push_back(demand);
      grant_waiting();
      break;
    case op_start: start(demand); break;
    case op_release: release_position(demand, static_cast<std::uint32_t>(event.payload)); break;
    default:  // op_expire
      release_everywhere(demand);
  }
}

// ---- booking --------------------------------------------------------------------------------------------------------------------------

void Circuits::ask(DemandId demand) {
  Row& row = rows_[demand.value];
  row.state = State::asking;
  queue_.post(queue_.now(), Phase::decisions, {setup_.self.handler, op_ask, demand.value}, std::uint64_t{row.generation} << 32);
}

// Whether every node has the slots, those aside that circuits asked for earlier wait for.
bool Circuits::fits(const Route& route, std::uint32_t width) const {
  for (std::uint32_t i = 0; i < route.nodes.size(); ++i) {
    const NodeId n = route.nodes[i];
    if (free_[n.value] < std::uint64_t{claimed_[n.value]} + slots_needed(i, route.nodes.size(), width)) return false;
  }
  return true;
}

// The first of the demand's routes that can be used and has the slots now.
std::optional<std::uint32_t> Circuits::bookable(DemandId demand) const {
  const auto list = routes_.of(demand);
  const std::size_t preferred = routes_.preferred(demand);
  for (std::size_t r = preferred; r < list.size(); ++r)
    if ((r == preferred || routes_.usable(list[r])) && fits(list[r], terms_[demand.value].width)) return static_cast<std::uint32_t>(r);
  return {};
}

void Circuits::grant_waiting() {
  std::vector<NodeId> touched;
  std::vector<DemandId> still;
  for (DemandId demand : waiting_) {
    if (const auto chosen = bookable(demand)) {
      grant(demand, *chosen);
    } else {
      const std::vector<NodeId>& nodes = route(demand).nodes;
      for (std::uint32_t i = 0; i < nodes.size(); ++i) {
        claimed_[nodes[i].value] += slots_needed(i, nodes.size(), terms_[demand.value].width);
        touched.push_back(nodes[i]);
      }
      still.push_back(demand);
    }
  }
  for (NodeId n : touched) claimed_[n.value] = 0;
  waiting_ = std::move(still);
}

void Circuits::grant(DemandId demand, std::uint32_t chosen) {
  Row& row = rows_[demand.value];
  const Terms& terms = terms_[demand.value];
  row.chosen = chosen;
  if (const Row::Built now{routes_.version(demand), chosen}; row.built != now) {
    build_chain(demand, routes_.of(demand)[chosen]);
    row.built = now;
  }
  Chain& chain = chains_[demand.value];
  ++chain.generation;
  ++row.generation;
  for (std::uint32_t i = 0; i < chain.positions.size(); ++i) {
    chain.positions[i].held = true;
    chain.positions[i].decision_posted = false;
    free_[chain.positions[i].node.value] -= slots_needed(i, chain.positions.size(), terms.width);
  }
  row.state = State::setting_up;
  row.positions_left = static_cast<std::uint32_t>(chain.positions.size());
  messages_ += 2 * chain.hops.size();
  const Tick one_way = chain.delay(0, chain.last());
  const std::uint64_t stamp = std::uint64_t{row.generation} << 32;
  queue_.post(queue_.now() + one_way + one_way, Phase::arrivals, {setup_.self.handler, op_start, demand.value}, stamp);
  if (terms.reservation != never)
    queue_.post(queue_.now() + terms.reservation, Phase::expiries, {setup_.self.handler, op_expire, demand.value},
                std::uint64_t{chain.generation} << 32);
}

// Among the first `known` groups of the demand, or a new one; `keys`: null if they are to be worked out.
std::uint32_t Circuits::group_for(DemandId demand, LinkId link, std::size_t known, const LaneKeys* keys) {
  std::vector<Row::Group>& groups = rows_[demand.value].groups;
  for (std::size_t g = 0; g < known; ++g)
    if (groups[g].link == link) return groups[g].group;
  const LaneKeys own = keys ? *keys : lane_keys(setup_.seed, setup_.link_names[link.value], setup_.demand_names[demand.value]);
  const std::uint32_t group = lanes_.add_group(link, own.attempts, own.herald);
  groups.push_back({link, group});
  return group;
}

Circuits::LaneKeys Circuits::lane_keys(std::uint64_t seed, const std::string& link, const std::string& demand) {
  const std::string entity = "link:" + link + "/demand:" + demand;
  return {stream_key(seed, entity + "/attempts"), stream_key(seed, entity + "/herald")};
}

void Circuits::build_chain(DemandId demand, const Route& route) {
  const Row& row = rows_[demand.value];
  Chain& chain = chains_[demand.value];
  const Terms& terms = terms_[demand.value];
  chain.positions.assign(route.nodes.size(), {});
  chain.hops.assign(route.links.size(), {});
  chain.width = terms.width;
  chain.ready = terms.ready;
  chain.notify_each_end = terms.notify_each_end;
  chain.pipelined = terms.pipelined;
  const bool at_start = routes_.version(demand) == 0 && row.chosen == 0;
  const std::size_t known = row.groups.size();
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
    const std::uint32_t group = group_for(demand, link, known, at_start ? &terms.lane_keys[h] : nullptr);
    chain.hops[h] = {link, group, setup_.links[link.value].node[0] == route.nodes[h]};
  }
}

void Circuits::start(DemandId demand) {
  rows_[demand.value].state = State::up;
  const Chain& chain = chains_[demand.value];
  for (std::uint32_t h = 0; h < chain.hops.size(); ++h) lanes_.open(chain.hops[h].group, ChainId{demand.value}, h);
  queue_.post(queue_.now(), Phase::arrivals, terms_[demand.value].up, 0);
}

// ---- release --------------------------------------------------------------------------------------------------------------------------

// False if nothing was booked yet.
bool Circuits::begin_release(DemandId demand) {
  Row& row = rows_[demand.value];
  ++row.generation;
  if (row.state == State::asking) {
    std::erase(waiting_, demand);
    row.state = State::idle;
    post_grant();
    return false;
  }
  row.state = State::releasing;
  return true;
}

void Circuits::release_from(DemandId demand, std::uint32_t origin) {
  if (!begin_release(demand)) return;
  const Chain& chain = chains_[demand.value];
  messages_ += chain.hops.size();
  const std::uint64_t stamp = std::uint64_t{rows_[demand.value].generation} << 32;
  for (std::uint32_t i = 0; i < chain.positions.size(); ++i)
    queue_.post(queue_.now() + chain.delay(origin, i), Phase::arrivals, {setup_.self.handler, op_release, demand.value}, stamp | i);
}

void Circuits::release_everywhere(DemandId demand) {
  // A release that is under way is overtaken where its news has not come yet.
  if (!begin_release(demand)) return;
  const Chain& chain = chains_[demand.value];
  for (std::uint32_t i = 0; i < chain.positions.size(); ++i)
    if (chain.positions[i].held) release_position(demand, i);
}

void Circuits::release_position(DemandId demand, std::uint32_t position) {
  Row& row = rows_[demand.value];
  Chain& chain = chains_[demand.value];
  Position& here = chain.positions[position];
  here.held = false;
  swapping_.drop_all(ChainId{demand.value}, position);
  if (position > 0) lanes_.close(chain.hops[position - 1].group, end_b);
  if (position < chain.last()) lanes_.close(chain.hops[position].group, end_a);
  free_[here.node.value] += slots_needed(position, chain.positions.size(), chain.width);
  post_grant();
  if (--row.positions_left > 0) return;
  row.state = State::idle;
  queue_.post(queue_.now(), Phase::arrivals, terms_[demand.value].gone, 0);
}

void Circuits::links_changed() {
  if (std::any_of(waiting_.begin(), waiting_.end(), [&](DemandId d) { return routes_.of(d).size() > 1; })) post_grant();
}

void Circuits::post_grant() {
  if (grant_posted_ || waiting_.empty()) return;
  grant_posted_ = true;
  queue_.post(queue_.now(), Phase::decisions, {setup_.self.handler, op_grant, 0}, 0);
}

}  // namespace farbell
