// Everything a run needs to know about a link, from the specs of its fibre, memories and station: compile() calls this once per
// distinct link. Equations: docs/physics/heralded_links.md.
#pragma once
#include <string>
#include <vector>

#include "farbell/hardware/fiber.hpp"
#include "farbell/hardware/generation.hpp"
#include "farbell/hardware/herald.hpp"
#include "farbell/hardware/link_timing.hpp"
#include "farbell/hardware/memory.hpp"
#include "farbell/hardware/station.hpp"

namespace farbell {

struct ModelNote {
  std::string name, description;
};

struct LinkModel : LinkTiming {
  double success_probability = 0;  // per attempt
  HeraldTable table;
  std::vector<ModelNote> approximations;
};

// `station` is the one that the generation names; null for kinds without a station.
LinkModel link_model(GenerationSpec const& generation, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b,
                     StationSpec const* station);

}  // namespace farbell
