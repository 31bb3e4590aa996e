// Strong 32-bit names for the rows of the core's tables. Text names live in Model only.
#pragma once
#include <compare>
#include <cstdint>
#include <limits>

namespace farbell {

template <class Tag>
struct Id {
  static constexpr std::uint32_t none_value = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t value = none_value;

  constexpr Id() = default;
  explicit constexpr Id(std::uint32_t v) : value(v) {}
  explicit constexpr operator bool() const { return value != none_value; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

using NodeId = Id<struct NodeTag>;
using LinkId = Id<struct LinkTag>;
using DemandId = Id<struct DemandTag>;
using QubitId = Id<struct QubitTag>;
using DeviceId = Id<struct DeviceTag>;  // a memory model: its noise rates, read-out, gate errors

}  // namespace farbell
