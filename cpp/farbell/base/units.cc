#include "farbell/base/units.hpp"

#include <algorithm>
#include <charconv>
#include <numbers>
#include <span>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/base/text.hpp"

namespace farbell {
namespace {

struct Unit {
  std::string_view of;  // the unit it is converted to
  std::string_view name;
  int power_of_ten;
  double factor = 1;
  bool shown = true;  // second spellings are read, but not listed
};

constexpr Unit units[] = {
    {"m", "nm", -9},
    {"m", "um", -6},
    {"m", "\u00b5m", -6, 1, false},
    {"m", "\u03bcm", -6, 1, false},
    {"m", "mm", -3},
    {"m", "cm", -2},
    {"m", "m", 0},
    {"m", "km", 3},
    {"s", "ps", -12},
    {"s", "ns", -9},
    {"s", "us", -6},
    {"s", "\u00b5s", -6, 1, false},
    {"s", "\u03bcs", -6, 1, false},
    {"s", "ms", -3},
    {"s", "s", 0},
    {"s", "min", 0, 60},
    {"s", "h", 0, 3600},
    {"s", "d", 0, 86400},
    {"Hz", "mHz", -3},
    {"Hz", "Hz", 0},
    {"Hz", "kHz", 3},
    {"Hz", "MHz", 6},
    {"Hz", "GHz", 9},
    {"Hz", "THz", 12},
    {"m/s", "m/s", 0},
    {"m/s", "km/s", 3},
    {"dB/km", "dB/km", 0},
    {"dB/km", "dB/m", 3},
    {"s/m2", "ps/nm/km", -6},
    {"s/m2", "s/m2", 0},
    {"s/sqrt(m)", "ps/sqrt(km)", -12, 0.03162277660168379332},
    {"s/sqrt(m)", "s/sqrt(m)", 0},
    {"deg", "deg", 0},
    {"deg", "\u00b0", 0, 1, false},
    {"deg", "rad", 0, 180 / std::numbers::pi},
    {"rad", "mrad", -3},
    {"rad", "rad", 0},
    {"rad", "deg", 0, std::numbers::pi / 180},
    {"rad", "\u00b0", 0, std::numbers::pi / 180, false},
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// A decimal number at the start of a text, taken apart.
struct Decimal {
  std::string mantissa;  // sign, digits and point; empty = there is no number
  int exponent = 0;
  std::string_view rest;
};

// Nothing near these exponents fits a double, whatever the digits: long texts need not be read to the last digit.
constexpr int huge_exponent = 1'000'000;

Decimal read_decimal(std::string_view text) {
  Decimal result{.mantissa = {}, .exponent = 0, .rest = text};
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    if (text[at] == '-') result.mantissa += '-';
    ++at;
  }
  std::size_t digits = 0;
  bool point = false;
  for (; at < text.size(); ++at) {
    if (is_digit(text[at])) {
      ++digits;
    } else if (text[at] == '.' && !point) {
      point = true;
    } else {
      break;
    }
    result.mantissa += text[at];
  }
  if (digits == 0) return {.mantissa = {}, .exponent = 0, .rest = text};
  // "e" opens an exponent only where digits follow.
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t next = at + 1;
    const bool sign = next < text.size() && (text[next] == '+' || text[next] == '-');
    const bool negative = sign && text[next] == '-';
    if (sign) ++next;
    if (next < text.size() && is_digit(text[next])) {
      for (; next < text.size() && is_digit(text[next]); ++next)
        result.exponent = std::min(huge_exponent, result.exponent * 10 + (text[next] - '0'));
      if (negative) result.exponent = -result.exponent;
      at = next;
    }
  }
  result.rest = text.substr(at);
  return result;
}

}  // namespace

std::string units_text(std::string_view unit) {
  std::string text;
  for (const Unit& u : units)
    if (u.of == unit && u.shown) text += (text.empty() ? "" : ", ") + std::string(u.name);
  return text;
}

std::string units_pattern(std::string_view unit) {
  std::string names;
  for (const Unit& u : units) {
    if (u.of != unit) continue;
    if (!names.empty()) names += '|';
    for (const char c : u.name) {
      if (c == '(' || c == ')') names += '\\';
      names += c;
    }
  }
  return R"(^[ \t\n\r]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n\r]*()" + names + R"()[ \t\n\r]*$)";
}

double parse_quantity(std::string_view text, std::string_view unit) {
  const std::string allowed = "a number with one of the units " + units_text(unit);
  const auto fail = [&](const std::string& nearest = {}) {
    return SpecError("", in_quotes(shortened(text)), allowed, nearest);
  };
  const Decimal decimal = read_decimal(trimmed(text));
  const std::string_view name = trimmed(decimal.rest);
  if (decimal.mantissa.empty()) throw fail();
  const auto known = std::ranges::find_if(units, [&](const Unit& u) { return u.of == unit && u.name == name; });
  if (known == std::end(units)) {
    Nearest nearest(name);
    for (const Unit& u : units)
      if (u.of == unit) nearest.offer(u.name);
    throw fail(nearest.best());
  }
  const std::string shifted = decimal.mantissa + "e" + std::to_string(decimal.exponent + known->power_of_ten);
  double value = 0;
  const auto [end, error] = std::from_chars(shifted.data(), shifted.data() + shifted.size(), value);
  if (error != std::errc{} || end != shifted.data() + shifted.size())
    throw SpecError("", in_quotes(shortened(text)), "a number that a double can hold");
  return value * known->factor;
}

}  // namespace farbell
