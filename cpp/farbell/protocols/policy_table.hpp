// A policy as data: what to swap in each state of a chain.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <vector>

namespace farbell {

struct PolicyTable {
  // A pair that exists at the end of a slot: positions that it joins, and its age in slots.
  using Link = std::array<std::uint32_t, 3>;
  using Positions = std::vector<std::uint32_t>;
  static constexpr std::uint32_t any_age = 0xffffffff;

  std::map<std::vector<Link>, Positions> swaps;  // links in ascending order
  bool otherwise_asap = true;

  // What to swap in this state; null = what `otherwise` says.
  const Positions* find(std::vector<Link> links) const {
    std::sort(links.begin(), links.end());
    if (const auto exact = swaps.find(links); exact != swaps.end()) return &exact->second;
    for (Link& link : links) link[2] = any_age;
    const auto loose = swaps.find(links);
    return loose == swaps.end() ? nullptr : &loose->second;
  }
};

}  // namespace farbell
