// What a field may hold, in words: for "allowed" in messages and for the parameter tables.
#pragma once
#include <string>
#include <string_view>

#include "farbell/base/fields.hpp"

namespace farbell {

// "[0, 1]", "> 0", ">= 0"; empty where anything goes.
std::string range_text(const Range& range);

std::string number_allowed(const Range& range, std::string_view unit);
std::string integer_allowed(const Range& range);
std::string text_allowed(const Range& length);

}  // namespace farbell
