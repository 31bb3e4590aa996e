// Heralded entanglement as a table, computed once per link: which heralds occur, how often, and the state each one leaves behind.
// Equations and sources: docs/physics/heralded_links.md.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "farbell/hardware/fock.hpp"
#include "farbell/state/bell.hpp"

namespace farbell {

struct HeraldOutcome {
  double probability = 0;  // given success
  int frame = 0;           // Bell state announced
  Correlations state{};    // of the two memories, just after emission
  std::string pattern;     // detectors that clicked, bin by bin: "12" = detector 1 early, detector 2 late; "1" where there is one bin
  std::array<bool, 2> empty{};  // memories that hold no photon, of those from which qubits are retrieved

  // To the announced Bell state; 0 where there is no qubit.
  double fidelity() const {
    return empty[0] || empty[1] ? 0 : Correlators::corrected(state[5], state[10], state[15], frame).fidelity();
  }
};

struct HeraldTable {
  double success_probability = 0;
  std::vector<HeraldOutcome> outcomes;  // empty if success is impossible
  double truncation_error = 0;          // probability of emissions beyond the photon numbers kept
  double silence = 0;                   // probability that no detector clicks in the attempt; of tables of clicks

  double fidelity() const;  // mean over the outcomes; NaN if there are none
};

// What else the memories of sides A and B may do when they emit: a second photon, in a mode of its own, with this probability.
struct Emitters {
  double double_excitation_a = 0, double_excitation_b = 0;
};

// Both memories emit (|0>|early> + |1>|late>)/sqrt(2); success: exactly one detector clicks in each bin (Barrett & Kok 2005).
// `late_bin_lost`: a detector that clicked early is still dead in the late bin; if not, it clicks there again, without a photon,
// with `afterpulse_probability`.
HeraldTable double_click_table(BinOptics const& optics, bool late_bin_lost = false, Emitters const& emitters = {},
                               double afterpulse_probability = 0);

// Memory X emits sqrt(1 - bright_x) |0>|no photon> + sqrt(bright_x) |1>|photon>; success: exactly one detector clicks (Cabrillo et
// al. 1999). The states are those at equal optical phases of the arms.
HeraldTable single_click_table(BinOptics const& optics, double bright_a, double bright_b, Emitters const& emitters = {});

// Memory X is an ensemble, in sqrt(1 - p) sum over n of p^(n/2) |n excitations>|n photons> with p = excitation_x, the probability of one or more
// (Duan et al. 2001); success: exactly one detector clicks. |0> of its qubit is no excitation, |1> one or more, which nobody tells apart.
HeraldTable ensemble_click_table(BinOptics const& optics, double excitation_a, double excitation_b);

// Both memories stand for a choice, early or late, of a weak coherent pulse of random phase; success as of a double click. A pulse without
// a photon says nothing of the choice, one with several tells it to the line: only single photons have a coherence.
HeraldTable pulse_click_table(BinOptics const& optics, double mean_photons_a, double mean_photons_b, bool late_bin_lost = false,
                              double afterpulse_probability = 0);

// The same heralds when nobody knows the optical phase: Gaussian, with this standard deviation.
HeraldTable phase_averaged(HeraldTable table, double phase_sigma_rad);

}  // namespace farbell
