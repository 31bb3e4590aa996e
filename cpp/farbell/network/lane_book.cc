#include "farbell/network/lane_book.hpp"

#include <algorithm>

namespace farbell {

LaneBook::LaneBook(const Graph& graph, const RoundNetwork& network) : network_(network), ends_(network.lane_success.size()) {
  for (std::uint32_t n = 0; n < graph.nodes(); ++n)
    for (const Edge& e : graph.edges(NodeId{n}))
      if (n < e.to.value) ends_[e.link.value] = {NodeId{n}, e.to};
  for (double success : network.lane_success) usable_.push_back(success > 0 ? network.channels : 0);
}

void LaneBook::begin(std::span<const std::uint32_t> held) {
  free_lanes_ = usable_;
  free_slots_ = network_.slots;
  for (std::size_t n = 0; n < held.size(); ++n) free_slots_[n] -= held[n];
}

std::uint32_t LaneBook::width(const Route& route) const {
  std::uint32_t width = std::min(free(route.nodes.front()), free(route.nodes.back()));
  for (std::size_t i = 1; i + 1 < route.nodes.size(); ++i) width = std::min(width, free(route.nodes[i]) / 2);
  for (LinkId link : route.links) width = std::min(width, free(link));
  return width;
}

LanePath LaneBook::take(DemandId demand, const Route& route, std::uint32_t width) {
  LanePath path{demand, route, {}, width};
  for (LinkId link : route.links) {
    path.first.push_back(taken(link));
    free_lanes_[link.value] -= width;
    for (NodeId n : ends_[link.value]) free_slots_[n.value] -= width;
  }
  return path;
}

bool LaneBook::take(LinkId link) {
  const auto [a, b] = ends_[link.value];
  if (free(link) == 0 || free(a) == 0 || free(b) == 0) return false;
  --free_lanes_[link.value];
  --free_slots_[a.value];
  --free_slots_[b.value];
  return true;
}

}  // namespace farbell
