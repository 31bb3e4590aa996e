// A document with some of its values replaced: what a sweep does to a scenario.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "farbell/simulation/value.hpp"

namespace farbell {

using Replacement = std::pair<std::string, Value>;

// A path is a JSON pointer ("nodes/3/memory", the first "/" may be left out). In a list a step may also be the name of an
// element ("links/alice--bob/fiber/length_m"), which goes before its number, or "*" for all of them. A path that leads nowhere
// is a SpecError. The document has to hold all its fields (Empties::keep).
Value with_values(Value document, const std::vector<Replacement>& replacements);

}  // namespace farbell
