#include "farbell/network/round_router.hpp"

#include <algorithm>
#include <queue>

#include "farbell/network/distance_rule.hpp"

namespace farbell {

RoundRouter::RoundRouter(const Graph& graph, const RoundNetwork& network, const RouterSpec& spec)
    : graph_(graph), network_(network), spec_(spec), book_(graph, network), search_(graph) {
  if (std::holds_alternative<QPassRouterSpec>(spec) || std::holds_alternative<QCastRouterSpec>(spec)) throughput_.emplace(graph, network);
}

void RoundRouter::assign(std::uint64_t round, std::span<const RoundWish> wishes, std::span<const std::uint32_t> held) {
  round_ = round;
  wishes_.assign(wishes.begin(), wishes.end());
  paths_.clear();
  detours_.clear();
  book_.begin(held);
  if (!hooks_.assign || !assign_as_asked()) {
    paths_.clear();
    book_.begin(held);
    std::visit([&](const auto& spec) { assign(spec); }, spec_);
  }
  std::visit([&](const auto& spec) { take_rest(spec); }, spec_);
}

std::vector<RoundChain> RoundRouter::connect(LaneStates& up) {
  if (hooks_.join)
    if (auto chains = connect_as_asked(up)) return *std::move(chains);
  return std::visit([&](const auto& spec) { return connect(spec, up); }, spec_);
}

namespace {

void append(std::vector<RoundChain>& all, std::vector<RoundChain>&& more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

// ---- one route a demand ----------------------------------------------------------------------------------------------------------------

void RoundRouter::assign(const ShortestRouterSpec&) {
  for (const RoundWish& wish : wishes_)
    if (!wish.routes.empty() && book_.width(wish.routes.front()) >= wish.width) paths_.push_back(book_.take(wish.demand, wish.routes.front(), wish.width));
}

std::vector<RoundChain> RoundRouter::connect(const ShortestRouterSpec&, LaneStates& up) {
  std::vector<RoundChain> out;
  for (const LanePath& path : paths_) append(out, join_hops(path, up));
  return out;
}

// ---- greedy ----------------------------------------------------------------------------------------------------------------------------

// To the neighbour nearest to B that is nearer than here and has what is needed; empty where there is none.
Route RoundRouter::greedy_route(const RoundWish& wish) {
  Route route;
  search_.spread(wish.b, wish.a, HopSearch::far, [&](NodeId, const Edge& e) { return can_pass(e.link); });
  if (search_.hops(wish.a) == HopSearch::far || book_.free(wish.a) < wish.width || book_.free(wish.b) < wish.width) return route;
  route.nodes.push_back(wish.a);
  while (route.nodes.back() != wish.b) {
    const Edge* best = nullptr;
    std::uint32_t nearest = search_.hops(route.nodes.back());
    for (const Edge& e : graph_.edges(route.nodes.back()))
      if (search_.hops(e.to) < nearest && book_.free(e.link) >= wish.width && (e.to == wish.b || book_.free(e.to) >= 2 * wish.width)) {
        nearest = search_.hops(e.to);
        best = &e;
      }
    if (!best) return {};
    route.nodes.push_back(best->to);
    route.links.push_back(best->link);
  }
  return route;
}

void RoundRouter::assign(const GreedyRouterSpec&) {
  std::vector<bool> done(wishes_.size());
  for (std::size_t left = wishes_.size(); left > 0;)
    for (std::size_t w = 0; w < wishes_.size(); ++w) {
      if (done[w]) continue;
      const Route route = greedy_route(wishes_[w]);
      if (route) {
        paths_.push_back(book_.take(wishes_[w].demand, route, wishes_[w].width));
      } else {
        done[w] = true;
        --left;
      }
    }
}

std::vector<RoundChain> RoundRouter::connect(const GreedyRouterSpec&, LaneStates& up) { return connect(ShortestRouterSpec{}, up); }

// ---- Q-PASS and Q-CAST -----------------------------------------------------------------------------------------------------------------

namespace {

// The path that a demand would take next. What others take in the meantime can only make it worse.
struct Offer {
  ThroughputSearch::Found found;
  std::size_t wish = 0, alternative = 0;

  bool operator<(const Offer& other) const {  // a worse offer is less
    if (found.throughput != other.found.throughput) return found.throughput < other.found.throughput;
    return wish != other.wish ? wish > other.wish : alternative > other.alternative;
  }
};

// Takes the best offer as often as there is one. `renew(offer)` is what becomes of it with what is free now.
template <class Renew>
void take_best_first(std::priority_queue<Offer>& offers, LaneBook& book, std::span<const RoundWish> wishes, std::vector<LanePath>& paths, Renew&& renew) {
  const auto put = [&](Offer&& offer) {
    if (offer.found.route) offers.push(std::move(offer));
  };
  while (!offers.empty()) {
    Offer offer = offers.top();
    offers.pop();
    if (book.width(offer.found.route) >= offer.found.width)
      paths.push_back(book.take(wishes[offer.wish].demand, offer.found.route, offer.found.width));
    put(renew(offer));
  }
}

}  // namespace

void RoundRouter::assign(const QPassRouterSpec&) {
  std::priority_queue<Offer> offers;
  const auto now = [&](std::size_t wish, std::size_t alternative) {
    const Route& route = wishes_[wish].routes[alternative];
    const std::uint32_t width = book_.width(route);
    if (width == 0) return Offer{};
    return Offer{{route, width, lane_throughput(route, width, throughput_->tails(), network_)}, wish, alternative};
  };
  for (std::size_t w = 0; w < wishes_.size(); ++w)
    for (std::size_t k = 0; k < wishes_[w].routes.size(); ++k)
      if (Offer offer = now(w, k); offer.found.route) offers.push(std::move(offer));
  take_best_first(offers, book_, wishes_, paths_, [&](const Offer& offer) { return now(offer.wish, offer.alternative); });
}

void RoundRouter::take_rest(const QPassRouterSpec&) {
  first_spare_.resize(network_.lane_success.size());
  for (std::uint32_t l = 0; l < first_spare_.size(); ++l) first_spare_[l] = book_.taken(LinkId{l});
  // What is left on the way of alternatives that did not get all of their hops.
  for (const RoundWish& wish : wishes_)
    for (const Route& route : wish.routes)
      for (LinkId link : route.links)
        while (book_.take(link)) {}
}

std::vector<RoundChain> RoundRouter::connect(const QPassRouterSpec& spec, LaneStates& up) {
  std::vector<RoundChain> out;
  for (const LanePath& path : paths_)
    append(out, join_by_segments(path, static_cast<std::uint32_t>(spec.link_state_hops), first_spare_, search_, up));
  return out;
}

void RoundRouter::assign(const QCastRouterSpec&) {
  std::priority_queue<Offer> offers;
  const auto now = [&](std::size_t wish) { return Offer{throughput_->best(wishes_[wish].a, wishes_[wish].b, book_), wish, 0}; };
  for (std::size_t w = 0; w < wishes_.size(); ++w)
    if (Offer offer = now(w); offer.found.route) offers.push(std::move(offer));
  take_best_first(offers, book_, wishes_, paths_, [&](const Offer& offer) { return now(offer.wish); });
}

void RoundRouter::take_rest(const QCastRouterSpec& spec) {
  for (const LanePath& path : paths_)
    detours_.push_back(reserve_detours(path, static_cast<std::uint32_t>(spec.link_state_hops), search_, book_));
}

std::vector<RoundChain> RoundRouter::connect(const QCastRouterSpec&, LaneStates& up) {
  std::vector<RoundChain> out;
  for (std::size_t p = 0; p < paths_.size(); ++p) append(out, join_with_detours(paths_[p], detours_[p], up));
  return out;
}

// ---- all links attempt -----------------------------------------------------------------------------------------------------------------

void RoundRouter::take_all_lanes() {
  if (wishes_.empty()) return;
  for (std::uint32_t lane = 0; lane < network_.channels; ++lane)
    for (std::uint32_t l = 0; l < network_.lane_success.size(); ++l) book_.take(LinkId{l});
}

std::vector<RoundChain> RoundRouter::connect(const MultipathGlobalRouterSpec&, LaneStates& up) {
  std::vector<RoundChain> out;
  std::vector<bool> done(wishes_.size());
  for (std::size_t left = wishes_.size(); left > 0;)
    for (std::size_t w = 0; w < wishes_.size(); ++w) {
      if (done[w]) continue;
      RoundChain chain;
      chain.route = search_.find(wishes_[w].a, wishes_[w].b, HopSearch::far, [&](NodeId, const Edge& e) { return up.first_up(e.link).has_value(); });
      if (!chain.route) {
        done[w] = true;
        --left;
        continue;
      }
      chain.demand = wishes_[w].demand;
      chain.whole = true;
      for (LinkId link : chain.route.links) {
        chain.lanes.push_back(*up.first_up(link));
        up.spend(link, chain.lanes.back());
      }
      out.push_back(std::move(chain));
    }
  return out;
}

// One demand a round, in turn, as nodes that know of no other links serve it with all of theirs.
std::vector<RoundChain> RoundRouter::connect(const MultipathLocalRouterSpec&, LaneStates& up) {
  if (wishes_.empty()) return {};
  return join_by_distance(in_turn(), round_, graph_, network_, search_, up, hooks_.fuse);
}

}  // namespace farbell
