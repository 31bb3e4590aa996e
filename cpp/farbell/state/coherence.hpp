// How much of a qubit's coherence is left at an age, by a law that is neither exponential nor Gaussian. Equations: docs/physics/memories.md.
#pragma once
#include <cstddef>
#include <vector>

namespace farbell {

class CoherenceLaw {
 public:
  // C = exp(-(age / t2)^exponent).
  static CoherenceLaw stretched(double t2, double exponent);
  // C through points: 1 at age 0, then `coherences` (above 0, none above the one before) at `times` (rising). In between, and with
  // `continued` beyond the last, the coherence falls exponentially; else nothing is left of it beyond the last.
  static CoherenceLaw tabulated(std::vector<double> times, std::vector<double> const& coherences, bool continued);

  // -ln(C(age + t) / C(age)); infinite where nothing is left.
  double loss(double t, double age) const;
  // The age at which C = 1/e; infinite if it never gets there.
  double t2() const;
  // The same law with ages in units 1 / `factor` as long.
  CoherenceLaw scaled(double factor) const;

 private:
  double at(std::size_t segment, double age) const { return losses_[segment] + (age - times_[segment]) * rates_[segment]; }
  std::size_t segment(double age) const;

  double t2_ = 0, exponent_ = 0;                // stretched; exponent 0: by points
  std::vector<double> times_, losses_, rates_;  // where each segment starts, -ln C there, and its slope; the last has no end
};

}  // namespace farbell
