// Simulated time: a whole number of ticks (1 ps by default, 1 ns on request). Never a double inside the core.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

namespace farbell {

enum class Tick : std::int64_t {};

constexpr std::int64_t count(Tick t) { return static_cast<std::int64_t>(t); }

// Past every horizon. Sums saturate here instead of overflowing.
inline constexpr Tick never{std::numeric_limits<std::int64_t>::max()};
inline constexpr Tick tick_zero{0};

constexpr Tick operator+(Tick a, Tick b) {
  if (a == never || b == never) return never;
  std::int64_t sum = 0;
  return __builtin_add_overflow(count(a), count(b), &sum) ? never : Tick{sum};
}
constexpr Tick operator-(Tick a, Tick b) { return Tick{count(a) - count(b)}; }
constexpr Tick& operator+=(Tick& a, Tick b) { return a = a + b; }
constexpr Tick later(Tick a, Tick b) { return a < b ? b : a; }
constexpr Tick earlier(Tick a, Tick b) { return a < b ? a : b; }

// k periods after `start`, saturating.
constexpr Tick after(Tick start, Tick period, std::int64_t k) {
  std::int64_t span = 0;
  if (period == never || __builtin_mul_overflow(count(period), k, &span)) return never;
  return start + Tick{span};
}

// The scenario's choice of tick; the only place where seconds meet ticks.
struct Clock {
  double ticks_per_s = 1e12;

  // Nearest tick, halves up; `never` where it does not fit.
  Tick tick(double seconds) const {
    const double t = std::floor(seconds * ticks_per_s + 0.5);
    return t < 9.2e18 ? Tick{static_cast<std::int64_t>(t)} : never;
  }
  double seconds(Tick t) const { return static_cast<double>(count(t)) / ticks_per_s; }
};

}  // namespace farbell
