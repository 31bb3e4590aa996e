// Which route? An agent chooses one of its demand's for each circuit that is about to be booked (docs/guide/learning_to_route.md).
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "farbell/simulation/episode.hpp"

namespace farbell {

enum class RoutingReward : std::uint8_t { requests, pairs };

class RoutingGame {
 public:
  static constexpr std::size_t route_features = 7, most_routes = 64;

  // Throws SpecError where there is nothing to choose among.
  RoutingGame(const Model& model, RoutingReward reward);

  std::size_t observation = 0, mask = 0, action = 1;

  Episode::Options options() const { return {.routes = true}; }
  void observe(const Episode& episode, std::span<float> out, std::span<std::int8_t> mask) const;
  void check(std::span<const std::int64_t> action, std::span<const std::int8_t> mask, const std::string& path) const;
  void act(const Episode& episode, std::span<const std::int64_t> action) const { episode.parts().circuits.decide(static_cast<std::uint32_t>(action[0])); }
  double reward(const Tally& tally) const { return reward_ == RoutingReward::requests ? tally.done : tally.pairs; }

  // Names of the nodes of the routes that may be chosen now, and of the demand that asks; empty where nothing is asked.
  struct Question {
    std::string demand;
    std::vector<std::vector<std::string>> routes;
  };
  Question question(const Episode& episode) const;

 private:
  std::uint32_t slots_needed(const Model& model, DemandId demand, const Route& route, std::size_t position) const;
  std::vector<std::uint32_t> wanted(const Model& model, const Circuits& circuits) const;

  RoutingReward reward_;
  std::size_t demands_ = 0, routes_ = 0;
  // As the links and nodes are at the start.
  std::vector<double> link_seconds_, link_werner_;  // by link: of a pair by one lane
  std::vector<double> swap_werner_, swap_success_;  // by node
};

}  // namespace farbell
