// Quantities written with a unit: "25 km", "0.2 dB/km", "10 ms". The only place where text becomes SI.
#pragma once
#include <string>
#include <string_view>

namespace farbell {

// The value of `text` in `unit`, which is one of "m", "s", "Hz", "m/s", "dB/km", "deg", "rad", "s/m2",
// "s/sqrt(m)". Powers of ten are shifted in the text,
// so "0.1 ms" is the same double as 1e-4. Throws a SpecError with an empty path.
double parse_quantity(std::string_view text, std::string_view unit);

// The units that may be written where `unit` is meant: "ps, ns, us, ms, s, min, h, d".
std::string units_text(std::string_view unit);

// The texts that parse_quantity reads, whatever their value, as a regular expression (ECMA 262).
std::string units_pattern(std::string_view unit);

}  // namespace farbell
