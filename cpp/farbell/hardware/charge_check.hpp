// Batches of attempts, between which the emitter is checked. See docs/physics/communication_qubits.md.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

struct ChargeCheckSpec {
  std::int64_t batch_attempts = 1;
  double check_s = 0;
  double success_probability = 1;
  double reset_s = 0;

  bool operator==(const ChargeCheckSpec&) const = default;
};

template <>
struct Describe<ChargeCheckSpec> {
  static constexpr std::string_view name = "ChargeCheck";
  static constexpr std::string_view doc =
      "After each batch of attempts a check says whether the emitter is as it should be; one that fails is followed by a reset and another check.";
  static constexpr auto fields = std::tuple{
      required(field("batch_attempts", &ChargeCheckSpec::batch_attempts, within(1, 1'000'000'000), "Attempts between two checks.")),
      required(field("check_s", &ChargeCheckSpec::check_s, "s", non_negative, "Duration of a check.")),
      field("success_probability", &ChargeCheckSpec::success_probability, Range{.low = 0, .high = 1, .open_low = true},
            "Probability that a check passes.").improves(Improvement::probability),
      field("reset_s", &ChargeCheckSpec::reset_s, "s", non_negative, "Duration of the reset after a check that fails."),
  };
};

// By how much the checks of both ends of a link lengthen its attempt on average.
double mean_check_s(std::optional<ChargeCheckSpec> const& a, std::optional<ChargeCheckSpec> const& b);

}  // namespace farbell
