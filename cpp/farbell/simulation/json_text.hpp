// JSON text to and from Value. Reading is strict: whatever RFC 8259 does not allow, and a name twice in an object, is a SpecError.
#pragma once
#include <limits>
#include <string>
#include <string_view>

#include "farbell/simulation/value.hpp"

namespace farbell {

Value parse_json(std::string_view text);

// On one line. Stops soon after `enough` bytes, for excerpts.
std::string compact_json(const Value& value, std::size_t enough = std::numeric_limits<std::size_t>::max());

// Indented; what fits on one line of 120 characters is left on it.
std::string pretty_json(const Value& value, std::size_t indent = 2);

}  // namespace farbell
