#include "farbell/hardware/charge_check.hpp"

#include <algorithm>

namespace farbell {

// Both ends check in the same rounds, until both have passed; the first batch that is over calls for a round.
double mean_check_s(std::optional<ChargeCheckSpec> const& a, std::optional<ChargeCheckSpec> const& b) {
  if (!a && !b) return 0;
  ChargeCheckSpec const& one = a ? *a : *b;
  ChargeCheckSpec const& other = b ? *b : *a;
  const double p = one.success_probability, q = other.success_probability;
  // Mean of a geometric number of rounds, and of the larger of two.
  const double rounds = a && b ? 1 / p + 1 / q - 1 / (p + q - p * q) : 1 / p;
  const double round_s = rounds * std::max(one.check_s, other.check_s) + (rounds - 1) * std::max(one.reset_s, other.reset_s);
  return round_s / static_cast<double>(std::min(one.batch_attempts, other.batch_attempts));
}

}  // namespace farbell
