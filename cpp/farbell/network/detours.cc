#include "farbell/network/detours.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace farbell {

namespace {

// The lanes of each hop that have a pair, in the order of their numbers: the nodes at both ends join those of equal rank.
std::vector<std::vector<std::uint32_t>> ranked(const LanePath& path, const LaneStates& up) {
  std::vector<std::vector<std::uint32_t>> out(path.route.links.size());
  for (std::size_t h = 0; h < out.size(); ++h)
    for (std::uint32_t lane = path.first[h]; lane < path.first[h] + path.width; ++lane)
      if (up.up(path.route.links[h], lane)) out[h].push_back(lane);
  return out;
}

std::uint32_t lane_or_none(const std::vector<std::uint32_t>& lanes, std::uint32_t rank) {
  return rank < lanes.size() ? lanes[rank] : RoundChain::no_lane;
}

void add_hop(RoundChain& chain, NodeId to, LinkId link, std::uint32_t lane, LaneStates& up) {
  chain.route.nodes.push_back(to);
  chain.route.links.push_back(link);
  chain.lanes.push_back(lane);
  up.spend(link, lane);
}

bool contains(const std::vector<NodeId>& nodes, NodeId n) { return std::find(nodes.begin(), nodes.end(), n) != nodes.end(); }

}  // namespace

std::vector<Detour> reserve_detours(const LanePath& path, std::uint32_t most, HopSearch& search, LaneBook& book) {
  std::vector<Detour> out;
  const std::vector<NodeId>& nodes = path.route.nodes;
  const auto last = static_cast<std::uint32_t>(nodes.size() - 1);
  for (std::uint32_t apart = 1; apart <= std::min(most, last); ++apart)
    for (std::uint32_t from = 0; from + apart <= last; ++from) {
      const NodeId a = nodes[from], b = nodes[from + apart];
      if (book.free(a) == 0 || book.free(b) == 0) continue;
      const auto passes = [&](NodeId, const Edge& e) {
        if (book.free(e.link) == 0) return false;
        return e.to == b || (book.free(e.to) >= 2 && !contains(nodes, e.to));
      };
      const Route route = search.find(a, b, most, passes);
      if (route) out.push_back({from, from + apart, book.take(path.demand, route, std::min(path.width, book.width(route)))});
    }
  return out;
}

std::vector<RoundChain> join_hops(const LanePath& path, LaneStates& up) {
  const auto lanes = ranked(path, up);
  std::vector<RoundChain> out;
  for (std::uint32_t rank = 0; rank < path.width; ++rank) {
    RoundChain chain{path.demand, path.route, {}, true};
    bool any = false;
    for (std::size_t h = 0; h < lanes.size(); ++h) {
      const std::uint32_t lane = lane_or_none(lanes[h], rank);
      chain.lanes.push_back(lane);
      chain.whole &= lane != RoundChain::no_lane;
      any |= lane != RoundChain::no_lane;
      if (lane != RoundChain::no_lane) up.spend(path.route.links[h], lane);
    }
    if (any) out.push_back(std::move(chain));
  }
  return out;
}

namespace {

// One chain of a path as a sum of loops, each hop and each detour in or out.
class LoopSum {
 public:
  LoopSum(const LanePath& path, const std::vector<Detour>& detours, const LaneStates& up)
      : path_(path), detours_(detours), up_(up), hop_(path.route.links.size(), true), detour_(detours.size(), false) {}

  // Goes round failed hops, from A to B. `there(h)`: hop h has a pair for this chain.
  template <class There>
  bool mend(There&& there) {
    for (std::uint32_t h = 0; h < hop_.size(); ++h) {
      if (!hop_[h] || there(h)) continue;
      std::size_t best = detours_.size();
      for (std::size_t d = 0; d < detours_.size(); ++d)
        if (!detour_[d] && covers(detours_[d], h) && complete(detours_[d]) && adds_no_failed_hop(detours_[d], there) &&
            (best == detours_.size() || detours_[d].lanes.route.links.size() < detours_[best].lanes.route.links.size()))
          best = d;
      if (best == detours_.size()) return false;
      detour_[best] = true;
      for (std::uint32_t k = detours_[best].from; k < detours_[best].to; ++k) hop_[k] = !hop_[k];
    }
    return true;
  }

  // The shortest way through the sum, counted in hops and detours: a position and what leads to it.
  struct Step {
    std::uint32_t to = 0;
    bool detours = false;
    std::size_t number = 0;  // of the hop or the detour
  };
  std::vector<Step> way() const {
    std::vector<std::optional<std::pair<std::uint32_t, Step>>> from(hop_.size() + 1);
    std::vector<std::uint32_t> reached{0};
    const auto reach = [&](std::uint32_t at, const Step& step) {
      if (step.to == 0 || from[step.to]) return;
      from[step.to] = {at, step};
      reached.push_back(step.to);
    };
    for (std::size_t next = 0; next < reached.size(); ++next) {
      const std::uint32_t at = reached[next];
      if (at < hop_.size() && hop_[at]) reach(at, {at + 1, false, at});
      if (at > 0 && hop_[at - 1]) reach(at, {at - 1, false, at - 1});
      for (std::size_t d = 0; d < detours_.size(); ++d) {
        if (!detour_[d]) continue;
        if (detours_[d].from == at) reach(at, {detours_[d].to, true, d});
        if (detours_[d].to == at) reach(at, {detours_[d].from, true, d});
      }
    }
    std::vector<Step> steps;
    for (auto at = static_cast<std::uint32_t>(hop_.size()); at != 0; at = from[at]->first) steps.push_back(from[at]->second);
    std::reverse(steps.begin(), steps.end());
    return steps;
  }

 private:
  static bool covers(const Detour& detour, std::uint32_t hop) { return detour.from <= hop && hop < detour.to; }
  bool complete(const Detour& detour) const {
    const LanePath& lanes = detour.lanes;
    for (std::size_t k = 0; k < lanes.route.links.size(); ++k)
      if (!up_.first_up(lanes.route.links[k], lanes.first[k], lanes.first[k] + lanes.width)) return false;
    return true;
  }
  template <class There>
  bool adds_no_failed_hop(const Detour& detour, There&& there) const {
    for (std::uint32_t k = detour.from; k < detour.to; ++k)
      if (!hop_[k] && !there(k)) return false;
    return true;
  }

  const LanePath& path_;
  const std::vector<Detour>& detours_;
  const LaneStates& up_;
  std::vector<bool> hop_, detour_;
};

}  // namespace

std::vector<RoundChain> join_with_detours(const LanePath& path, const std::vector<Detour>& detours, LaneStates& up) {
  const auto lanes = ranked(path, up);
  std::vector<RoundChain> out;
  for (std::uint32_t rank = 0; rank < path.width; ++rank) {
    LoopSum sum(path, detours, up);
    if (!sum.mend([&](std::uint32_t h) { return rank < lanes[h].size(); })) continue;
    RoundChain& chain = out.emplace_back();
    chain.demand = path.demand;
    chain.whole = true;
    chain.route.nodes.push_back(path.route.nodes.front());
    for (const LoopSum::Step& step : sum.way()) {
      if (!step.detours) {
        add_hop(chain, path.route.nodes[step.to], path.route.links[step.number], lanes[step.number][rank], up);
        continue;
      }
      const LanePath& detour = detours[step.number].lanes;
      const bool forward = step.to == detours[step.number].to;
      const std::size_t hops = detour.route.links.size();
      for (std::size_t k = 0; k < hops; ++k) {
        const std::size_t h = forward ? k : hops - 1 - k;
        const LinkId link = detour.route.links[h];
        add_hop(chain, detour.route.nodes[forward ? h + 1 : h], link, *up.first_up(link, detour.first[h], detour.first[h] + detour.width), up);
      }
    }
  }
  return out;
}

std::vector<RoundChain> join_by_segments(const LanePath& path, std::uint32_t segment, const std::vector<std::uint32_t>& first_spare,
                                         HopSearch& search, LaneStates& up) {
  const auto lanes = ranked(path, up);
  const auto hops = static_cast<std::uint32_t>(lanes.size());
  std::vector<RoundChain> out;
  for (std::uint32_t rank = 0; rank < path.width; ++rank) {
    RoundChain chain;
    chain.demand = path.demand;
    chain.whole = true;
    chain.route.nodes.push_back(path.route.nodes.front());
    for (std::uint32_t from = 0; from < hops && chain.whole; from += segment) {
      const std::uint32_t to = std::min(from + segment, hops);
      // The lane of a link for this chain: its own on a hop of the segment, else a spare one.
      const auto lane = [&](LinkId link) -> std::optional<std::uint32_t> {
        for (std::uint32_t h = from; h < to; ++h)
          if (path.route.links[h] == link && rank < lanes[h].size()) return lanes[h][rank];
        return up.first_up(link, first_spare[link.value], up.channels());
      };
      bool there = true;
      for (std::uint32_t h = from; h < to; ++h) there &= rank < lanes[h].size();
      const NodeId end = path.route.nodes[to];
      Route way;
      if (there) {
        way.nodes.assign(path.route.nodes.begin() + from, path.route.nodes.begin() + to + 1);
        way.links.assign(path.route.links.begin() + from, path.route.links.begin() + to);
      } else {
        // No node twice: neither one that the chain has passed, nor one of the path that is still to come.
        const auto passes = [&](NodeId, const Edge& e) {
          if (!lane(e.link)) return false;
          if (e.to == end) return true;
          for (std::size_t k = 0; k < path.route.nodes.size(); ++k)
            if (path.route.nodes[k] == e.to) return from <= k && k <= to;
          return !contains(chain.route.nodes, e.to);
        };
        way = search.find(path.route.nodes[from], end, 2 * segment, passes);
      }
      chain.whole = static_cast<bool>(way);
      for (std::size_t k = 0; k < way.links.size(); ++k) {
        chain.route.nodes.push_back(way.nodes[k + 1]);
        chain.route.links.push_back(way.links[k]);
        chain.lanes.push_back(*lane(way.links[k]));
      }
    }
    if (!chain.whole) continue;
    for (std::size_t k = 0; k < chain.lanes.size(); ++k) up.spend(chain.route.links[k], chain.lanes[k]);
    out.push_back(std::move(chain));
  }
  return out;
}

}  // namespace farbell
