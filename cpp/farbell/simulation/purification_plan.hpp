// Routes that decide how often each of their links is purified, as a scenario's `routing` asks for.
// docs/physics/fidelity_guaranteed_routing.md
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "farbell/network/purified_paths.hpp"
#include "farbell/simulation/model.hpp"

namespace farbell {

class Purifier {
 public:
  // Of a model whose links are known, and outlive it.
  Purifier(const Model& model, const RoutingSpec& routing);

  // Throws SpecError at `path` where no route reaches it.
  PurifiedRoute find(NodeId a, NodeId b, double min_fidelity, const std::string& path) const;
  // -ln of the Werner parameter of a link's pairs after so many rounds.
  double loss(LinkId link, std::uint32_t rounds) const { return links_[link.value][rounds]; }

 private:
  const Model& model_;
  RoutingMetric kind_;
  std::vector<PurifiedLink> links_;
  std::vector<double> swap_loss_;  // by node
};

// The purification of demands, while they are compiled.
class DemandPurifier {
 public:
  // Throws SpecError for what the scenario has that cannot go with it.
  explicit DemandPurifier(Model& model);
  // Finds the one route of the demand, and plans for its hops.
  void plan(std::size_t demand, RoutePlan& routes, Circuits::Terms& terms);

 private:
  Model& model_;
  Purifier purifier_;
  std::vector<std::optional<std::uint32_t>> plans_;  // by number of rounds: in the model
};

}  // namespace farbell
