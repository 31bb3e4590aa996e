// By which law a qubit's coherence decays. See docs/physics/memories.md.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

// How coherence is lost with time under T2.
enum class T2Law { exponential, gaussian, stretched, tabulated };
// What is left of the coherence beyond the last point of a table.
enum class CoherenceBeyond { exponential, nothing };

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

}  // namespace farbell
