// Messages that search a way for circuits, by what each node knows: the map of the start, and its own links (docs/physics/control_plane.md).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "farbell/engine/queue.hpp"
#include "farbell/network/paths.hpp"

namespace farbell {

class LocalSearch {
 public:
  struct Setup {
    const Graph& graph;
    std::span<const double> start_cost;      // by link, as on the map; infinity = down or hopeless
    std::span<const Tick> fibre_delay;       // by link
    std::span<const Tick> processing_delay;  // by node
  };

  LocalSearch(const Setup& setup, std::size_t circuits) : setup_(setup), walks_(circuits), to_go_(setup.graph.nodes()) {}

  void begin(std::uint32_t circuit, NodeId from, NodeId to);
  // The way is kept, and the next search takes none of its links.
  void begin_another(std::uint32_t circuit);
  // The message is sent on to a neighbour, or back: how long that takes. None: it is where it set out, and there is no way left.
  // `cost` by link, as its ends know it; infinity = not usable. `passes`: the node where it is lets it through.
  std::optional<Tick> send_on(std::uint32_t circuit, std::span<const double> cost, bool passes);
  bool has_arrived(std::uint32_t circuit) const { return walks_[circuit].way.nodes.back() == walks_[circuit].to; }
  const Route& way(std::uint32_t circuit) const { return walks_[circuit].way; }
  const std::vector<Route>& kept(std::uint32_t circuit) const { return walks_[circuit].kept; }
  // From where the message is to where it set out, along its way.
  Tick back(std::uint32_t circuit) const;

 private:
  struct Walk {
    NodeId to;
    Route way;                  // to where the message is
    std::vector<bool> visited;  // by node
    std::vector<Route> kept{};  // ways that searches before it found
  };

  PathTree& to_go(NodeId to);
  static bool taken(const Walk& walk, LinkId link);

  Setup setup_;
  std::vector<Walk> walks_;                     // by circuit
  std::vector<std::optional<PathTree>> to_go_;  // by end: the least ways there on the map, once they are needed
};

}  // namespace farbell
