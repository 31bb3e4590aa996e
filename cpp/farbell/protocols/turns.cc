#include "farbell/protocols/turns.hpp"

#include <algorithm>

#include "farbell/protocols/lanes.hpp"

namespace farbell {

Turns::Turns(const Setup& setup, EventQueue& queue, Trace& trace, Lanes& lanes)
    : setup_(setup), queue_(queue), trace_(trace), lanes_(lanes), rows_(setup.links.size()), backlog_(setup.switches.empty() ? 0 : setup.chains) {
  for (const NodeRow& node : setup.nodes) {
    permits_left_.push_back(node.parallel_links.value_or(0));
    any_ = any_ || node.parallel_links;
  }
  any_ = any_ || !setup.switches.empty();
  for (const LinkRow& link : setup.links)
    limited_.push_back(setup.nodes[link.node[0].value].parallel_links || setup.nodes[link.node[1].value].parallel_links);
  for (std::uint32_t s = 0; s < setup.switches.size(); ++s) {
    const SwitchRow& row = setup.switches[s];
    Switch& at = switches_.emplace_back(Switch{std::vector<Station>(row.stations)});
    if (row.scheduler == SwitchScheduler::weighted_fair && !setup.hook) at.shares.emplace(std::vector<double>(row.links.size(), 1));
    for (std::uint32_t place = 0; place < row.links.size(); ++place) {
      const LinkId link = row.links[place];
      rows_[link.value].of_switch = s;
      rows_[link.value].place = place;
      limited_[link.value] = true;
    }
    if (row.frame.size() > 1) post(row.turn, Phase::decisions, op_slot, s);
  }
}

void Turns::post(Tick at, Phase phase, Op op, std::uint32_t target, std::uint64_t payload) {
  queue_.post(at, phase, {setup_.self.handler, static_cast<std::uint16_t>(setup_.self.op + op), target}, payload);
}

void Turns::handle(const Event& event) {
  switch (event.to.op - setup_.self.op) {
    case op_switched: switched(LinkId{event.to.target}, static_cast<std::uint32_t>(event.payload)); break;
    case op_over: over(LinkId{event.to.target}, static_cast<std::uint32_t>(event.payload)); break;
    case op_slot: next_slot(event.to.target); break;
    default: exchange();
  }
}

// ---- what lanes tell ---------------------------------------------------------------------------------------------------------------

void Turns::wants(LinkId link, std::uint32_t before, std::uint32_t lanes) {
  Row& row = rows_[link.value];
  if (before == 0 && lanes > 0) ++row.wanting;
  if (before > 0 && lanes == 0) --row.wanting;
  if (lanes == 0 || row.held || row.waits) return;
  if (row.of_switch == none) {
    take(link);
  } else {
    // Who asks at the same tick is there when the next is chosen.
    begin_fairly(link);
    begin_to_wait(link);
    wait(link);
    post_exchange();
  }
}

void Turns::rests(LinkId link) {
  const Row& row = rows_[link.value];
  if (row.held && row.wanting == 0 && !row.hand_over) give_back(link);
}

void Turns::succeeded(LinkId link, bool group_stops) {
  Row& row = rows_[link.value];
  if (group_stops) --row.wanting;
  if (row.hand_over) return;
  if (row.wanting == 0 || (by_success(row) && contended(link))) give_back(link);
}

bool Turns::by_success(const Row& row) const {
  return row.of_switch == none || spec(row).turn == never;
}

bool Turns::contended(LinkId link) const {
  const auto [x, y] = setup_.links[link.value].node;
  const std::uint32_t own = rows_[link.value].of_switch;
  return std::any_of(waiting_.begin(), waiting_.end(), [&](LinkId w) {
    const auto [u, v] = setup_.links[w.value].node;
    return u == x || u == y || v == x || v == y || (own != none && rows_[w.value].of_switch == own);
  });
}

// ---- turns ---------------------------------------------------------------------------------------------------------------------------

// That which was its own last, or the one that has been free longest.
std::uint32_t Turns::free_station(LinkId link) const {
  const Row& row = rows_[link.value];
  const Switch& at = switches_[row.of_switch];
  const SwitchRow& is = spec(row);
  if (is.scheduler == SwitchScheduler::time_division) {
    const std::vector<LinkId>& now = is.frame[at.slot];
    if (std::find(now.begin(), now.end(), link) == now.end()) return none;
  }
  std::uint32_t best = none;
  for (std::uint32_t s = 0; s < at.stations.size(); ++s) {
    if (at.stations[s].busy) continue;
    if (at.stations[s].last == link) return s;
    if (best == none || at.stations[s].free_since < at.stations[best].free_since) best = s;
  }
  return best;
}

FairShares* Turns::shares(const Row& row) {
  if (row.of_switch == none || !switches_[row.of_switch].shares) return nullptr;
  return &*switches_[row.of_switch].shares;
}

// Of the demands whose chains are open over it, each once, in their order.
double Turns::weight(LinkId link) {
  open_.clear();
  lanes_.each_open_chain(link, [&](ChainId chain) { open_.push_back(chain); });
  std::sort(open_.begin(), open_.end());
  double sum = 0;
  DemandId last;
  for (ChainId chain : open_) {
    const Claim& claim = setup_.claims[chain.value];
    if (claim.demand != last) sum += claim.weight;
    last = claim.demand;
  }
  return sum;
}

// A link that was away starts where the last of those is that wait or have stations.
void Turns::begin_fairly(LinkId link) {
  const Row& row = rows_[link.value];
  FairShares* const shares = this->shares(row);
  if (!shares) return;
  shares->comes(row.place, queue_.now());
  if (!shares->comes_anew(row.place)) return;
  std::optional<double> least;
  for (LinkId l : spec(row).links) {
    const Row& other = rows_[l.value];
    if (!other.held && !other.waits) continue;
    const double tag = shares->tag(other.place, queue_.now());
    least = std::min(tag, least.value_or(tag));
  }
  if (least) shares->raise(row.place, *least, queue_.now());
}

void Turns::begin_to_wait(LinkId link) {
  Row& row = rows_[link.value];
  row.asked = queue_.now();
  if (FairShares* shares = this->shares(row)) shares->set_weight(row.place, weight(link), queue_.now());
}

void Turns::take(LinkId link) {
  Row& row = rows_[link.value];
  const auto can = [&](NodeId n) { return !setup_.nodes[n.value].parallel_links || permits_left_[n.value] > 0; };
  const auto [a, b] = setup_.links[link.value].node;
  const std::uint32_t station = row.of_switch == none || !can(a) || !can(b) ? none : free_station(link);
  if (!can(a) || !can(b) || (row.of_switch != none && station == none)) {
    wait(link);
    return;
  }
  for (NodeId n : {a, b})
    if (setup_.nodes[n.value].parallel_links) --permits_left_[n.value];
  row.held = true;
  row.waits = false;
  if (row.of_switch == none) {
    trace_.add(queue_.now(), queue_.phase(), TraceKind::permit_held, link.value, 0, 0);
    return;
  }
  Station& at = switches_[row.of_switch].stations[station];
  const Tick ready = at.last == link ? queue_.now() : queue_.now() + spec(row).switching;
  trace_.add(queue_.now(), queue_.phase(), TraceKind::permit_held, link.value, 0, 0, 0, {.until = ready});
  at.busy = true;
  at.last = link;
  if (FairShares* shares = this->shares(row)) shares->book(row.place, 1, queue_.now());
  row.station = station;
  ++row.turn;
  row.pauses = ready > queue_.now();
  if (row.pauses) post(ready, Phase::arrivals, op_switched, link.value, row.turn);
  else begin(link);
}

void Turns::wait(LinkId link) {
  Row& row = rows_[link.value];
  if (row.waits) return;
  row.waits = true;
  trace_.add(queue_.now(), queue_.phase(), TraceKind::permit_waits, link.value, 0, 0);
  waiting_.push_back(link);
  if (row.of_switch == none) return;
  if (FairShares* shares = this->shares(row)) shares->set_busy(true, queue_.now());
  for (LinkId other : spec(row).links)
    if (rows_[other.value].overdue && !rows_[other.value].hand_over) give_back(other);
}

void Turns::begin(LinkId link) {
  const Row& row = rows_[link.value];
  if (!by_success(row) && spec(row).scheduler != SwitchScheduler::time_division)
    post(queue_.now() + spec(row).turn, Phase::decisions, op_over, link.value, row.turn);
}

void Turns::switched(LinkId link, std::uint32_t turn) {
  Row& row = rows_[link.value];
  if (!row.pauses || row.leaving || row.turn != turn) return;
  row.pauses = false;
  begin(link);
  lanes_.allow(link);
}

void Turns::over(LinkId link, std::uint32_t turn) {
  Row& row = rows_[link.value];
  if (!row.held || row.hand_over || row.turn != turn) return;
  row.overdue = true;
  if (contended(link)) give_back(link);
}

void Turns::next_slot(std::uint32_t number) {
  Switch& at = switches_[number];
  const SwitchRow& is = setup_.switches[number];
  at.slot = (at.slot + 1) % is.frame.size();
  const std::vector<LinkId>& now = is.frame[at.slot];
  for (LinkId link : is.links)
    if (rows_[link.value].held && !rows_[link.value].hand_over && std::find(now.begin(), now.end(), link) == now.end()) give_back(link);
  post_exchange();
  post(queue_.now() + is.turn, Phase::decisions, op_slot, number);
}

// ---- turns change hands in the decisions phase: the cycle of this tick is still made --------------------------------------------------

void Turns::give_back(LinkId link) {
  rows_[link.value].hand_over = true;
  post_exchange();
}

void Turns::post_exchange() {
  if (exchange_posted_) return;
  exchange_posted_ = true;
  post(queue_.now(), Phase::decisions, op_exchange, 0);
}

// A station is busy until the cycles that have begun are over.
bool Turns::still_runs(LinkId link) {
  Row& row = rows_[link.value];
  if (row.of_switch == none) return false;
  if (!row.leaving) {
    row.leaving = row.pauses = true;
    lanes_.allow(link);
    row.back_at = later(queue_.now(), lanes_.end_of_cycles(link));
    if (row.back_at > queue_.now()) post(row.back_at, Phase::decisions, op_exchange, 0);
  }
  return row.back_at > queue_.now();
}

void Turns::exchange() {
  exchange_posted_ = false;
  std::vector<LinkId> returned;
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    Row& row = rows_[i];
    if (!row.hand_over || still_runs(LinkId{i})) continue;
    row.hand_over = row.held = row.pauses = row.leaving = row.overdue = false;
    returned.emplace_back(i);
    for (NodeId n : setup_.links[i].node)
      if (setup_.nodes[n.value].parallel_links) ++permits_left_[n.value];
    if (row.of_switch == none) continue;
    Station& station = switches_[row.of_switch].stations[row.station];
    station.busy = false;
    station.free_since = queue_.now();
    if (FairShares* shares = this->shares(row)) shares->book(row.place, -1, queue_.now());
  }
  for (LinkId link : returned)
    if (rows_[link.value].wanting > 0) {
      rows_[link.value].waits = true;
      begin_to_wait(link);
      waiting_.push_back(link);
    } else if (FairShares* shares = this->shares(rows_[link.value])) {
      shares->goes(rows_[link.value].place, queue_.now());
    }
  std::vector<LinkId> candidates = waiting_;
  in_order(candidates);
  waiting_.clear();
  for (LinkId link : candidates) {
    rows_[link.value].waits = false;
    if (rows_[link.value].wanting > 0) take(link);
    else if (FairShares* shares = this->shares(rows_[link.value])) shares->goes(rows_[link.value].place, queue_.now());
  }
  for (std::uint32_t s = 0; s < switches_.size(); ++s) {
    const std::vector<LinkId>& links = setup_.switches[s].links;
    if (switches_[s].shares)
      switches_[s].shares->set_busy(std::any_of(links.begin(), links.end(), [&](LinkId l) { return rows_[l.value].waits; }), queue_.now());
  }
  for (LinkId link : returned) lanes_.allow(link);
  for (LinkId link : candidates) lanes_.allow(link);
}

TurnQuestion Turns::question(LinkId link) {
  const Row& row = rows_[link.value];
  TurnQuestion q{link, row.of_switch, queue_.now(), row.asked, 0, never, lanes_.success_rate(link)};
  lanes_.each_open_chain(link, [&](ChainId chain) {
    q.requests += backlog_[chain.value].requests;
    q.due = earlier(q.due, backlog_[chain.value].due);
  });
  return q;
}

// Those of a switch take the places that they have in line by its scheduler.
void Turns::in_order(std::vector<LinkId>& line) {
  const TurnHook* const hook = setup_.hook;
  struct Waiting {
    TurnQuestion is;
    double rank = 0;  // the highest goes first
  };
  for (std::uint32_t s = 0; s < switches_.size(); ++s) {
    const SwitchScheduler by = setup_.switches[s].scheduler;
    const FairShares* const shares = switches_[s].shares ? &*switches_[s].shares : nullptr;
    if (!by_requests(by) && !shares && !hook) continue;
    std::vector<Waiting> those;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (rows_[line[i].value].of_switch != s || rows_[line[i].value].wanting == 0) continue;
      Waiting& w = those.emplace_back(Waiting{question(line[i])});
      if (hook) w.rank = hook->rank(hook->self, w.is);
      else if (shares) w.rank = -shares->tag(rows_[line[i].value].place, queue_.now());
      else w.rank = static_cast<double>(w.is.requests) * w.is.success_rate;
      places.push_back(i);
    }
    const bool by_due = !hook && by == SwitchScheduler::earliest_deadline;
    std::stable_sort(those.begin(), those.end(),
                     [&](const Waiting& x, const Waiting& y) { return by_due ? x.is.due < y.is.due : x.rank > y.rank; });
    for (std::size_t i = 0; i < places.size(); ++i) line[places[i]] = those[i].is.link;
  }
}

}  // namespace farbell
