// When requests are asked: traffic in ticks, and how far a demand has come with it.
#pragma once
#include <cstdint>
#include <vector>

#include "farbell/base/tick.hpp"
#include "farbell/engine/philox.hpp"

namespace farbell {

// Poisson gaps stay in seconds: they are drawn.
struct ArrivalPlan {
  enum class Kind : std::uint8_t { one_off, back_to_back, continuous, poisson, table, programs } kind = Kind::continuous;
  Tick at{};
  std::uint64_t requests = 0;  // one_off, back_to_back; 0 = without end
  double at_s = 0, rate_hz = 0;
  std::vector<Tick> table;     // sorted

  bool endless() const { return kind == Kind::continuous; }
  bool back_to_back() const { return kind == Kind::back_to_back; }
  bool by_programs() const { return kind == Kind::programs; }
  // Whether arrivals follow each other by the clock.
  bool goes_on() const { return kind == Kind::poisson || kind == Kind::table; }
};

class Arrivals {
 public:
  Arrivals() = default;
  explicit Arrivals(Stream stream) : stream_(stream) {}

  // The next arrival by the clock; never = there is none.
  Tick next(const ArrivalPlan& plan, const Clock& clock);

 private:
  Stream stream_;
  double gaps_s_ = 0;  // Poisson: sum of the gaps so far
  std::size_t made_ = 0;
};

}  // namespace farbell
