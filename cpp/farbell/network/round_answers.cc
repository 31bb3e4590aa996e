// What hooks answer to a router of rounds, checked: lanes and pairs that are not there are refused.
#include <algorithm>

#include "farbell/network/round_router.hpp"

namespace farbell {

const RoundWish* RoundRouter::wish_of(const RoundPath& path) const {
  const auto found = std::find_if(wishes_.begin(), wishes_.end(), [&](const RoundWish& wish) { return wish.demand == path.demand; });
  return found == wishes_.end() ? nullptr : &*found;
}

void RoundRouter::refuse(RoundPart part, const RoundPath& path, const std::string& why, std::array<NodeId, 2> between) const {
  const RoundHook& hook = part == RoundPart::assign ? *hooks_.assign : *hooks_.join;
  hook.refuse(hook.self, {part, round_, wish_of(path) ? path.demand : DemandId{}, why, {}, between});
}

// As far as it can be told without lanes.
bool RoundRouter::is_sound(RoundPart part, const RoundPath& path) const {
  const auto refused = [&](const std::string& why) {
    refuse(part, path, why);
    return false;
  };
  const RoundWish* wish = wish_of(path);
  if (!wish) return refused("it gave a path to a demand that does not take part in this round");
  if (path.width == 0) return refused("it gave a path of width 0, where a whole number of at least 1 is allowed");
  for (NodeId n : path.nodes)
    if (n.value >= graph_.nodes()) return refused("it gave a path over a node of number " + std::to_string(n.value) + ", which does not exist");
  if (const char* fault = fault_of(path.nodes, wish->a, wish->b)) return refused(std::string("it gave a path that ") + fault);
  if (path.lanes.empty()) return true;
  if (part == RoundPart::assign) return refused("it gave a path with lanes of its own, where none are allowed: they get their numbers as they are given away");
  if (path.width != 1) return refused("it gave lanes to a path of width " + std::to_string(path.width) + ", where they are those of one chain");
  if (path.lanes.size() + 1 != path.nodes.size())
    return refused("it gave " + std::to_string(path.lanes.size()) + " lanes to a path of " + std::to_string(path.nodes.size() - 1) + " hops");
  return true;
}

// Over the first of parallel links that has the lanes.
std::optional<Route> RoundRouter::route_of(const RoundPath& path, std::uint32_t width) const {
  Route route{path.nodes, {}};
  for (std::size_t hop = 0; hop + 1 < path.nodes.size(); ++hop) {
    const auto edges = graph_.edges(path.nodes[hop]);
    const auto first = std::find_if(edges.begin(), edges.end(), [&](const Edge& e) {
      return e.to == path.nodes[hop + 1] && can_pass(e.link) && book_.free(e.link) >= width;
    });
    if (first == edges.end()) {
      refuse(RoundPart::assign, path, "it gave a path for which there are too few of them (free lanes)", {path.nodes[hop], path.nodes[hop + 1]});
      return {};
    }
    route.links.push_back(first->link);
  }
  return route;
}

bool RoundRouter::assign_as_asked() {
  const auto given = hooks_.assign->assign(hooks_.assign->self, {round_, wishes_}, book_);
  if (!given) return false;
  for (const RoundPath& path : *given) {
    if (!is_sound(RoundPart::assign, path)) return false;
    const std::optional<Route> route = route_of(path, path.width);
    if (!route) return false;
    if (book_.width(*route) < path.width) {
      refuse(RoundPart::assign, path, "it gave a path for which its nodes have too few free slots");
      return false;
    }
    paths_.push_back(book_.take(path.demand, *route, path.width));
  }
  return true;
}

std::optional<LinkLane> RoundRouter::named_lane(const RoundPath& path, std::size_t hop, const LaneStates& up) const {
  const std::array between{path.nodes[hop], path.nodes[hop + 1]};
  const LinkLane lane = path.lanes[hop];
  const auto edges = graph_.edges(between[0]);
  const auto refused = [&](const std::string& why) {
    refuse(RoundPart::join, path, why, between);
    return std::nullopt;
  };
  if (std::none_of(edges.begin(), edges.end(), [&](const Edge& e) { return e.link == lane.link && e.to == between[1]; }))
    return refused("it gave a lane of a link that does not lead along the hop");
  if (lane.lane >= up.channels() || !up.up(lane.link, lane.lane))
    return refused("it gave lane " + std::to_string(lane.lane) + ", which has no pair, or one that is joined already,");
  return lane;
}

// Its pairs, or the first that there are, of the first of parallel links that has any.
std::optional<RoundChain> RoundRouter::chain_of(const RoundPath& path, const LaneStates& up) const {
  RoundChain chain{path.demand, {path.nodes, {}}, {}, true};
  for (std::size_t hop = 0; hop + 1 < path.nodes.size(); ++hop) {
    std::optional<LinkLane> lane;
    if (!path.lanes.empty()) {
      lane = named_lane(path, hop, up);
      if (!lane) return {};
    } else {
      for (const Edge& e : graph_.edges(path.nodes[hop]))
        if (!lane && e.to == path.nodes[hop + 1])
          if (const auto first = up.first_up(e.link)) lane = LinkLane{e.link, *first};
      if (!lane) {
        refuse(RoundPart::join, path, "it gave a path for which there are too few of them (free pairs)", {path.nodes[hop], path.nodes[hop + 1]});
        return {};
      }
    }
    chain.route.links.push_back(lane->link);
    chain.lanes.push_back(lane->lane);
  }
  return chain;
}

std::optional<std::vector<RoundChain>> RoundRouter::connect_as_asked(LaneStates& up) const {
  const auto given = hooks_.join->join(hooks_.join->self, {round_, wishes_, paths_, detours_}, up);
  if (!given) return {};
  LaneStates left = up;
  std::vector<RoundChain> out;
  for (const RoundPath& path : *given) {
    if (!is_sound(RoundPart::join, path)) return {};
    for (std::uint32_t k = 0; k < path.width; ++k) {
      std::optional<RoundChain> chain = chain_of(path, left);
      if (!chain) return {};
      for (std::size_t hop = 0; hop < chain->lanes.size(); ++hop) left.spend(chain->route.links[hop], chain->lanes[hop]);
      out.push_back(*std::move(chain));
    }
  }
  up = std::move(left);
  return out;
}

std::optional<FusedPairs> asked_groups(const RoundHook& hook, const FusionQuestion& question) {
  auto groups = hook.fuse(hook.self, question);
  if (!groups) return {};
  const auto refused = [&](const std::string& why) {
    hook.refuse(hook.self, {RoundPart::fuse, question.round, question.wish.demand, why, question.node});
    return std::nullopt;
  };
  std::vector<LinkLane> left(question.pairs.begin(), question.pairs.end());
  for (const std::vector<LinkLane>& group : *groups) {
    if (group.size() > question.most)
      return refused("it gave a group of " + std::to_string(group.size()) + " pairs, where at most " + std::to_string(question.most) + " are allowed");
    for (const LinkLane& pair : group) {
      const auto found = std::find(left.begin(), left.end(), pair);
      if (found == left.end()) return refused("it gave lane " + std::to_string(pair.lane) + " of a link, where the node has no such pair, or it is in a group already");
      left.erase(found);
    }
  }
  return groups;
}

}  // namespace farbell
