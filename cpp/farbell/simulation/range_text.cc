#include "farbell/simulation/range_text.hpp"

#include <cmath>

#include "farbell/base/text.hpp"
#include "farbell/base/units.hpp"

namespace farbell {

std::string range_text(const Range& range) {
  const bool low = std::isfinite(range.low);
  const bool high = std::isfinite(range.high);
  if (low && high)
    return (range.open_low ? "(" : "[") + number_text(range.low) + ", " + number_text(range.high) + (range.open_high ? ")" : "]");
  if (low) return (range.open_low ? "> " : ">= ") + number_text(range.low);
  if (high) return (range.open_high ? "< " : "<= ") + number_text(range.high);
  return {};
}

namespace {

std::string with_range(std::string text, const Range& range) {
  const std::string bounds = range_text(range);
  if (bounds.empty()) return text;
  return text + (std::isfinite(range.low) && std::isfinite(range.high) ? " in " : " ") + bounds;
}

}  // namespace

std::string number_allowed(const Range& range, std::string_view unit) {
  std::string text = range_text(range).empty() ? "a finite number" : with_range("a number", range);
  if (!unit.empty()) text += " in " + std::string(unit) + ", or text with a unit (" + units_text(unit) + ")";
  return text;
}

std::string integer_allowed(const Range& range) {
  if (!std::isfinite(range.high)) return with_range("a whole number", range) + " and below 2^63";
  return with_range("a whole number", range);
}

std::string text_allowed(const Range& length) { return length.low > 0 ? "a text that is not empty" : "a text"; }

}  // namespace farbell
