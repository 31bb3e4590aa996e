// Links with equal hardware, told by equal keys.
#pragma once
#include <optional>
#include <string>

#include "farbell/base/ids.hpp"
#include "farbell/hardware/drift.hpp"
#include "farbell/hardware/fiber.hpp"
#include "farbell/hardware/generation.hpp"
#include "farbell/hardware/light_path.hpp"

namespace farbell {

const std::string* station_of(const GenerationSpec& generation);  // its name; null for kinds without one
MultiplexingSpec train_of(const GenerationSpec& generation);      // one mode, if it says nothing

// Bytes, not text. `a` and `b`: the memories; `station`: its number.
std::string hardware_key(const GenerationSpec& generation, const FiberSpec& fiber, DeviceId a, DeviceId b,
                         std::optional<std::uint32_t> station, Wear wear, const LightPaths& light = {});

}  // namespace farbell
