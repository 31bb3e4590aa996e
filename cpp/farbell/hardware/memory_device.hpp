// From a memory that a scenario declares to the row of noise that a state store works with.
#pragma once
#include <string>

#include "farbell/hardware/memory.hpp"
#include "farbell/state/device.hpp"

namespace farbell {

// Throws SpecError at `path`/t2_s where t2_s exceeds what t1_s leaves of the coherence, 2 t1_s, and at `path`/dephasing_attempts for fewer
// than attempts can be.
Device device_of(MemorySpec const& memory, std::string const& path);

// Of its communication qubits, which share its gates and read-out; `path` is theirs.
Device communication_device_of(MemorySpec const& memory, std::string const& path);

}  // namespace farbell
