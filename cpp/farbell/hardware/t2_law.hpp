// How fast a qubit at rest relaxes, and by which law its coherence decays. See docs/physics/memories.md.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

// How coherence is lost with time under T2.
enum class T2Law { exponential, gaussian, stretched, tabulated };
// What is left of the coherence beyond the last point of a table.
enum class CoherenceBeyond { exponential, nothing };

// Of the qubits of a memory, and of the communication qubits before it.
struct CoherenceSpec {
  std::optional<double> t1_s;
  std::optional<double> t2_s;
  T2Law t2_law = T2Law::exponential;
  std::optional<double> t2_exponent;
  std::vector<double> coherence_times_s;
  std::vector<double> coherences;
  std::optional<CoherenceBeyond> coherence_beyond;

  bool operator==(const CoherenceSpec&) const = default;
};

template <>
struct Describe<T2Law> {
  static constexpr std::string_view name = "T2Law";
  static constexpr auto values = std::array{
      Choice<T2Law>{T2Law::exponential, "exponential", "exp(-t / T2); T2 includes what T1 does, so T2 <= 2 T1"},
      Choice<T2Law>{T2Law::gaussian, "gaussian", "exp(-(t / T2)^2), times what T1 does"},
      Choice<T2Law>{T2Law::stretched, "stretched", "exp(-(t / T2)^n) with n = t2_exponent, times what T1 does"},
      Choice<T2Law>{T2Law::tabulated, "tabulated", "through points, coherences at coherence_times_s, times what T1 does"},
  };
};

template <>
struct Describe<CoherenceBeyond> {
  static constexpr std::string_view name = "CoherenceBeyond";
  static constexpr auto values = std::array{
      Choice<CoherenceBeyond>{CoherenceBeyond::exponential, "exponential", "falls on as between the last two points"},
      Choice<CoherenceBeyond>{CoherenceBeyond::nothing, "nothing", "none is left"},
  };
};

// Rows of the field tables of what has such qubits, which say of T1 and T2 whose they are.
constexpr auto coherence_fields(std::string_view t1, std::string_view t2) {
  return std::tuple{
      field("t1_s", &CoherenceSpec::t1_s, "s", positive, t1).improves(Improvement::time_constant),
      field("t2_s", &CoherenceSpec::t2_s, "s", positive, t2).improves(Improvement::time_constant),
      field("t2_law", &CoherenceSpec::t2_law, "How coherence decays with T2."),
      field("t2_exponent", &CoherenceSpec::t2_exponent, positive, "Exponent n of the law stretched: 1 like exponential, 2 gaussian."),
      field("coherence_times_s", &CoherenceSpec::coherence_times_s, "s", positive,
            "Ages at which the law tabulated knows the coherence, rising; at age 0 it is 1."),
      field("coherences", &CoherenceSpec::coherences, Range{.low = 0, .high = 1, .open_low = true},
            "Coherence at each of coherence_times_s, never rising. In between it falls exponentially."),
      field("coherence_beyond", &CoherenceSpec::coherence_beyond, "Coherence beyond the last of coherence_times_s; stated with them."),
  };
}

}  // namespace farbell
