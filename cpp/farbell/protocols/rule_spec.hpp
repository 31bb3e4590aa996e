// What a scenario says of a researcher's own decisions: a condition, at one of the points of a run at which something is decided.
#pragma once
#include <array>
#include <string>

#include "farbell/base/fields.hpp"

namespace farbell {

enum class DecisionPoint : std::uint8_t { swap, discard, admit };
inline constexpr std::size_t decision_points = 3;

struct RuleSpec {
  DecisionPoint point = DecisionPoint::swap;
  std::string when;

  bool operator==(const RuleSpec&) const = default;
};

template <>
struct Describe<DecisionPoint> {
  static constexpr std::string_view name = "DecisionPoint";
  static constexpr auto values = std::array{
      Choice<DecisionPoint>{DecisionPoint::swap, "swap", "a node that could swap two pairs does so if the condition holds"},
      Choice<DecisionPoint>{DecisionPoint::discard, "discard", "a qubit that waits at a node between the ends is given up if it holds"},
      Choice<DecisionPoint>{DecisionPoint::admit, "admit", "a request that is asked is taken if it holds, else refused (`not_admitted`)"},
  };
};

template <>
struct Describe<RuleSpec> {
  static constexpr std::string_view name = "Rule";
  static constexpr std::string_view doc = "A decision of nodes, as a condition on what they know.";
  static constexpr auto fields = std::tuple{
      required(field("do", &RuleSpec::point, "What is decided.")),
      required(field("when", &RuleSpec::when, non_empty,
                     "The condition: named columns, numbers, + - * /, comparisons, and, or, not, min, max, abs, exp, log, sqrt.")),
  };
};

}  // namespace farbell
