// From a memory that a scenario declares to the row of noise that a state store works with.
#pragma once
#include "farbell/hardware/memory.hpp"
#include "farbell/state/device.hpp"

namespace farbell {

Device device_of(MemorySpec const& memory);

}  // namespace farbell
