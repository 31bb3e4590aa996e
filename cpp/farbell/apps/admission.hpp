// Which requests a demand takes, and when: a rate that it may have in the long run, and what can be done by a deadline.
#pragma once
#include <cstdint>
#include <optional>

#include "farbell/base/fields.hpp"
#include "farbell/base/tick.hpp"

namespace farbell {

struct AdmissionSpec {
  std::optional<double> rate_hz;
  std::int64_t burst = 1;
  bool by_deadline = false;

  bool operator==(const AdmissionSpec&) const = default;
};

// The same in ticks; what is off costs a test.
struct AdmissionPlan {
  Tick interval = tick_zero;   // between requests in the long run; 0 = any rate
  Tick tolerance = tick_zero;  // how much earlier than that one may come: a burst's others
  bool by_deadline = false;
};

// Counts requests by the tick from which the next would come at the rate of the plan (the virtual scheduling algorithm of ITU-T I.371).
class RateControl {
 public:
  bool admits(const AdmissionPlan& plan, Tick now) {
    if (now + plan.tolerance < expected_) return false;
    expected_ = later(expected_, now) + plan.interval;
    return true;
  }

 private:
  Tick expected_ = tick_zero;
};

template <>
struct Describe<AdmissionSpec> {
  static constexpr std::string_view name = "Admission";
  static constexpr std::string_view doc = "Which requests of a demand are taken when they are asked; the others are refused at once.";
  static constexpr auto fields = std::tuple{
      field("rate_hz", &AdmissionSpec::rate_hz, "Hz", positive,
            "Requests per second that are taken in the long run, by a token bucket; further ones are refused (`rate_exceeded`). null = any rate."),
      field("burst", &AdmissionSpec::burst, within(1, 1'000'000),
            "With rate_hz: tokens that the bucket holds, so many requests may come at once after a rest."),
      field("by_deadline", &AdmissionSpec::by_deadline,
            "Whether a request is refused (`deadline_unreachable`) that would miss its deadline if all went on at the expected rate of the route."),
  };
};

}  // namespace farbell
