// Swap, or wait? An agent says at the end of each slot what every repeater of a chain does (docs/physics/learning_to_swap.md).
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "farbell/simulation/episode.hpp"

namespace farbell {

enum class SwapReward : std::uint8_t { time, pairs };

class SwapGame {
 public:
  // Throws SpecError where the scenario is not one chain with a clock.
  SwapGame(const Model& model, SwapReward reward, bool discards);

  std::size_t observation = 0, mask = 0, action = 0, choices = 2;

  Episode::Options options() const { return {.swaps = true, .one_request = one_request_}; }
  void observe(const Episode& episode, std::span<float> out, std::span<std::int8_t> mask) const;
  void check(std::span<const std::int64_t> action, std::span<const std::int8_t> mask, const std::string& path) const;
  void act(const Episode& episode, std::span<const std::int64_t> action) const;
  double reward(const Tally& tally) const { return reward_ == SwapReward::time ? -1.0 : double(tally.pairs); }

  // Pairs that there are: positions that they join, and their ages in slots.
  std::vector<PolicyTable::Link> pairs(const Episode& episode) const;

 private:
  std::uint32_t last_ = 0;      // position
  std::int64_t oldest_ = -1;    // age in slots at which pairs are given up; -1 = at none
  bool one_request_ = false;
  SwapReward reward_;
};

}  // namespace farbell
