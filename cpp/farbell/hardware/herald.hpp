// Heralded entanglement as a table, computed once per link: which heralds occur, how often, and the state each one leaves behind.
// Equations and sources: docs/physics/heralded_links.md.
#pragma once
#include <string>
#include <vector>

#include "farbell/hardware/fock.hpp"
#include "farbell/state/bell.hpp"

namespace farbell {

struct HeraldOutcome {
  double probability = 0;  // given success
  int frame = 0;           // Bell state announced
  Correlations state{};    // of the two memories, just after emission
  std::string pattern;     // detectors that clicked, bin by bin: "12" = detector 1 early, detector 2 late

  // To the announced Bell state.
  double fidelity() const { return Correlators::corrected(state[5], state[10], state[15], frame).fidelity(); }
};

struct HeraldTable {
  double success_probability = 0;
  std::vector<HeraldOutcome> outcomes;  // empty if success is impossible
  double truncation_error = 0;          // probability of emissions beyond the photon numbers kept

  double fidelity() const;  // mean over the outcomes; NaN if there are none
};

// Both memories emit (|0>|early> + |1>|late>)/sqrt(2); success: exactly one detector clicks in each bin (Barrett & Kok 2005).
using DoubleClickOptics = BinOptics;
HeraldTable double_click_table(DoubleClickOptics const& optics);

}  // namespace farbell
