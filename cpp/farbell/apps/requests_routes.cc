// Requests, continued: what becomes of them when links change, and when nodes and links fail.
#include <algorithm>

#include "farbell/apps/requests.hpp"

namespace farbell {

// ---- routes and link changes --------------------------------------------------------------------------------------------------------------

void Requests::change(const ChangeRow& change) {
  const LinkId link = change.link;
  trace_.add(queue_.now(), queue_.phase(), TraceKind::link_changed, link.value, 0, change.program.has_value());
  const auto usable = [&] { return outages_.up(link) && routes_.can_succeed(link); };
  const bool before = usable();
  const LinkState known = routes_.state(link);
  if (change.program) {
    routes_.set_cost(link, change.cost);
    outages_.change(link, *change.program, queue_.now());
    lanes_.set_program(link, outages_.program(link));
    if (!news_.on() && outages_.any() && usable() && !before) links_back(all_);
    circuits_.routes_changed();
  } else {
    outages_.close(link, queue_.now());
    const auto affected = news_.on() ? std::vector<Concerned>() : circuits_over({&link, 1}, all_);
    routes_.set_cost(link, change.cost);
    if (news_.on()) {
      lanes_.set_program(link, outages_.program(link));  // who has not heard attempts in vain
      tell_ends({&link, 1});
    } else lose_routes(affected, {&link, 1}, Known::everywhere);
  }
  if (news_.on() && routes_.state(link) != known) news_.spread({link, routes_.state(link)});
  if (usable() != before) availability_.update(queue_.now());
  tell_all_due();
}

std::vector<Requests::Concerned> Requests::circuits_over(std::span<const LinkId> links, std::span<const DemandId> of) const {
  const auto leads_over = [links](const Route& route) {
    return std::find_first_of(route.links.begin(), route.links.end(), links.begin(), links.end()) != route.links.end();
  };
  std::vector<Concerned> out;
  for (DemandId d : of)
    if (Concerned concerned = circuits_over(d, leads_over); concerned) out.push_back(std::move(concerned));
  return out;
}

template <class LeadsOver>
Requests::Concerned Requests::circuits_over(DemandId d, LeadsOver&& leads_over) const {
  Concerned concerned{d, {}};
  const bool routed = rows_[d.value].routed;
  each_circuit(d, [&](ChainId c) {
    if ((!routed && !circuits_.booked(c)) || circuits_.unanswered(c)) return;
    if (leads_over(circuits_.route(c))) concerned.circuits.push_back(c);
    else if (routed && circuits_.state(c) == Circuits::State::releasing) concerned.next |= leads_over(routes_.of(d)[routes_.preferred(d)]);
  });
  return concerned;
}

// Links have gone down over which these circuits of each demand lead, or would.
void Requests::lose_routes(const std::vector<Concerned>& affected, std::span<const LinkId> links, Known known) {
  for (const auto& [d, circuits, next] : affected) {
    Row& row = rows_[d.value];
    std::vector<ChainId> asked;
    bool is_told = next;
    for (ChainId c : circuits) {
      const Circuits::State state = circuits_.state(c);
      if (state == Circuits::State::asking) asked.push_back(c);
      if (known != Known::everywhere && circuits_.complete(c)) {
        is_told = true;
        if (known == Known::to_deciders && state != Circuits::State::releasing) circuits_.release_from(c, 0);
        if (known == Known::to_ends) for (LinkId link : links) tell_from_ends(c, link);
      } else if (state != Circuits::State::idle) {
        circuits_.release_everywhere(c);
      }
    }
    row.routed = finds_routes(d);
    // A booked circuit tells when it is gone; one only asked for is gone at once.
    if (row.routed) for (ChainId c : asked) circuits_.ask(c);
    else if (!is_told && !waits_for_repair(d)) refuse_all(d);
  }
}

// Who decides does not know yet.
void Requests::tell_ends(std::span<const LinkId> links) {
  for (const auto& [d, circuits, next] : circuits_over(links, all_))
    for (ChainId c : circuits)
      if (circuits_.complete(c)) for (LinkId link : links) tell_from_ends(c, link);
}

// Others look for some when they are used next.
bool Requests::needs_routes(DemandId d) const { return rows_[d.value].open() > 0 || rows_[d.value].stays_up; }

// Whether it has routes now, or need not look for any: a controller will be asked.
bool Requests::finds_routes(DemandId d) {
  return news_.plan().reactive || routes_.any_usable(d) || (needs_routes(d) && routes_.find(d));
}

// Those ends of the link that are up tell the others along the circuit.
void Requests::tell_from_ends(ChainId c, LinkId link) {
  const Route& route = circuits_.route(c);
  const auto hop = static_cast<std::uint32_t>(std::find(route.links.begin(), route.links.end(), link) - route.links.begin());
  for (std::uint32_t end : {hop, hop + 1})
    if (!outages_.any() || !outages_.failed(route.nodes[end])) circuits_.release_from(c, end);
}

// It has come up over links that their ends know to be down, which nobody else will say.
void Requests::tell_of_lost_links(ChainId c) {
  for (LinkId link : circuits_.route(c).links)
    if (!routes_.state(link).usable()) tell_from_ends(c, link);
}

// No route is left. Requests of programs differ in whether they wait.
void Requests::refuse_all(DemandId d) {
  const Refusal reason = end_is_down(d) ? Refusal::node_down : Refusal::route_lost;
  for (std::uint64_t id : open_requests(d, queue_.now()))
    if (!waits_for_repair(d, due(d, id))) end_request(d, id, RequestStatus::refused, reason);
  each_circuit(d, [&](ChainId c) {
    if (circuits_.state(c) != Circuits::State::idle) circuits_.release_everywhere(c);
  });
}

// ---- routes from outside ------------------------------------------------------------------------------------------------------------------

void Requests::routes_replaced(DemandId d, bool release_others) {
  Row& row = rows_[d.value];
  row.routed = finds_routes(d);
  const auto list = routes_.of(d);
  bool booked = false;
  each_circuit(d, [&](ChainId c) {
    const auto& links = circuits_.route(c).links;
    const bool leads_elsewhere = std::none_of(list.begin(), list.end(), [&](const Route& route) { return route.links == links; });
    if (release_others && leads_elsewhere && circuits_.state(c) != Circuits::State::releasing) {
      if (circuits_.complete(c)) circuits_.release_from(c, 0);
      else circuits_.release_everywhere(c);
    }
    booked = booked || circuits_.booked(c);
  });
  availability_.update(queue_.now());
  if (row.routed) {
    ask_for_needed(d);
  } else if (!booked && !waits_for_repair(d)) {
    refuse_all(d);
  }
  circuits_.routes_changed();
  tell_due(d);
}

void Requests::send_routes(DemandId d, std::vector<Route> routes, bool release_others) {
  news_.told(news_.plan().view[d.value]);
  rows_[d.value].told.push_back({std::move(routes), release_others});
  const Tick delay = news_.plan().from_controller[routes_.plan(d).ends[0].value];
  queue_.post(queue_.now() + delay, Phase::arrivals, {setup_.self.handler, op_told, d.value}, 0);
}

void Requests::told_routes(DemandId d) {
  Row& row = rows_[d.value];
  Told told = std::move(row.told.front());
  row.told.pop_front();
  const auto leads_elsewhere = [&](const Route& route) {
    return told.release_others && std::none_of(told.routes.begin(), told.routes.end(), [&](const Route& other) { return route.links == other.links; });
  };
  const Concerned elsewhere = circuits_over(d, leads_elsewhere);
  const bool routed = row.routed;
  routes_.follow(d, std::move(told.routes));
  lose_routes({elsewhere}, {}, Known::to_deciders);
  if (row.routed && !routed) ask_for_needed(d);
  circuits_.routes_changed();
}

// ---- failures ---------------------------------------------------------------------------------------------------------------------------

bool Requests::end_is_down(DemandId d) const {
  const auto& ends = routes_.plan(d).ends;
  return outages_.any() && (outages_.failed(ends[0]) || outages_.failed(ends[1]));
}

// Failures end, slots come back, and a program says otherwise. Those who have set themselves no limit, and are not served one request after the other, do not wait for it.
bool Requests::waits_for_repair(DemandId d) {
  if (!may_change()) return false;
  const DemandRow& demand = setup_.demands[d.value];
  const bool patient = demand.deadline != never || demand.max_wait != never || demand.arrivals.endless() || demand.arrivals.back_to_back();
  return patient && routes_.usable_when_repaired(d);
}

bool Requests::waits_for_repair(DemandId d, Tick due) {
  return waits_for_repair(d) || (may_change() && due != never && routes_.usable_when_repaired(d));
}

// Of an open request.
Tick Requests::due(DemandId d, std::uint64_t id) {
  Row& row = rows_[d.value];
  if (const auto place = row.waiting(id); place != row.queue.end()) return place->due;
  ChainId c = circuits_.first(d);
  while (!services_[c.value].request || services_[c.value].request->id != id) ++c.value;
  return services_[c.value].request->due;
}

void Requests::interrupted(std::span<const LinkId> links) {
  for (std::uint32_t d = 0; d < rows_.size(); ++d) {
    if (rows_[d].open() == 0) continue;
    bool over = false;
    each_circuit(DemandId{d}, [&](ChainId c) {
      const auto& mine = circuits_.route(c).links;
      over = over || (circuits_.booked(c) && services_[c.value].engaged &&
                      std::find_first_of(mine.begin(), mine.end(), links.begin(), links.end()) != mine.end());
    });
    if (over) availability_.interrupt(DemandId{d}, queue_.now());
  }
}

void Requests::links_lost(std::span<const LinkId> links, Known known) {
  if (news_.on()) {
    for (LinkId link : links) routes_.set_failed(link, true);
    tell_ends(links);
    for (LinkId link : links) news_.spread({link, routes_.state(link)});
    return;
  }
  const auto affected = circuits_over(links, all_);
  for (LinkId link : links) routes_.set_failed(link, true);
  lose_routes(affected, links, known);
  tell_all_due();
}

void Requests::links_repaired(std::span<const LinkId> links) {
  for (LinkId link : links) routes_.set_failed(link, false);
  if (news_.on()) {
    for (LinkId link : links) news_.spread({link, routes_.state(link)});
    return;
  }
  links_back(all_);
  tell_all_due();
}

// Those who wait for a route ask anew; the others may have those of the start again, for their next circuits. Whether that concerns any.
bool Requests::links_back(std::span<const DemandId> demands) {
  const bool reactive = news_.plan().reactive;
  bool concerned = false;
  for (DemandId d : demands) {
    if (!reactive && !routes_.installed(d) && routes_.first_usable(d)) concerned |= routes_.restore(d);
    if (!rows_[d.value].routed) concerned |= routed_again(d);
  }
  circuits_.routes_changed();
  return concerned;
}

// Whether it has routes now; those who need circuits ask for them.
bool Requests::routed_again(DemandId d) {
  Row& row = rows_[d.value];
  row.routed = finds_routes(d);
  if (row.routed) ask_for_needed(d);
  return row.routed;
}

// Circuits on their way to requests first, in their order.
void Requests::ask_for_needed(DemandId d) {
  ask_for_coming(d);
  each_circuit(d, [&](ChainId c) {
    if (circuits_.state(c) == Circuits::State::idle && needed(c)) circuits_.ask(c);
  });
}

// News has come to who decides for some demands.
void Requests::hear(ViewId view, const News::Item& item) {
  const std::span<const DemandId> mine = with_view_[view.value];
  const bool before = routes_.state(view, item.link).usable(), now = item.state.usable();
  const auto affected = before && !now ? circuits_over({&item.link, 1}, mine) : std::vector<Concerned>();
  routes_.learn(view, item.link, item.state);
  bool concerned = !affected.empty();
  lose_routes(affected, {&item.link, 1}, Known::to_deciders);
  if (now && !before && outages_.any()) concerned = links_back(mine);
  if (concerned) news_.told(view);
  circuits_.routes_changed();
  for (DemandId d : mine) tell_due(d);
}

// So the controller has answered a circuit of the demand, or a search has come back in vain.
void Requests::no_route(DemandId d) {
  Row& row = rows_[d.value];
  row.routed = false;
  if (!waits_for_repair(d)) refuse_all(d);
  if (!news_.plan().local || row.retry_posted) return;
  row.retry_posted = true;
  queue_.post(queue_.now() + news_.plan().retry, Phase::arrivals, {setup_.self.handler, op_retry, d.value}, 0);
}

// Nobody tells it that a link is back.
void Requests::retry(DemandId d) {
  Row& row = rows_[d.value];
  row.retry_posted = false;
  if (!row.routed && needs_routes(d)) routed_again(d);
}

// Pairs that waited for requests at an end of their circuit are none any more.
void Requests::node_lost(NodeId node) {
  for (std::uint32_t c = 0; c < services_.size(); ++c) {
    if (services_[c].kept.empty()) continue;
    const std::vector<NodeId>& nodes = circuits_.route(ChainId{c}).nodes;
    if (nodes.front() == node || nodes.back() == node) services_[c].kept.clear();
  }
}

}  // namespace farbell
