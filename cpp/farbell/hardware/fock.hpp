// Two arms, one 50:50 beam splitter, two detectors: what a time bin's clicks say about the emitted photons.
// Equations and sources: docs/physics/heralded_links.md and detectors.md.
#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>

namespace farbell {

// What the station's two detectors report in a bin: nothing, one click in one of them, or more than that (a number-resolving
// detector reports several photons as such).
enum class Clicks : std::uint8_t { none, detector_1, detector_2, more };

struct BinOptics {
  double efficiency_a = 1, efficiency_b = 1;  // from emission to a count: memory, fibre and detector
  double visibility = 1;                      // V = |<phi_A|phi_B>|^2, overlap of the two photons' modes
  double dark_count_probability = 0;          // at least one, per detector and bin
  bool number_resolving = false;
  double photon_coherence = 1;                // probability that neither photon has lost its phase; else they are distinguishable
};

// What comes to a bin beside the photons of the two arms' modes, and interferes with nothing.
struct BinExtras {
  bool photon_a = false, photon_b = false;           // one more photon in the arm
  double afterpulse_1 = 0, afterpulse_2 = 0;         // probability of a count that an earlier click set off, by detector
};

// POVM of a bin on the photons as emitted, in the Fock basis |n_A n_B>, n <= max_photons: P(clicks) = Tr(rho E(clicks)).
// Real and symmetric: an optical phase of arm A multiplies rho's elements by exp(i phase (n_A - n_A')) before the trace.
struct BinResponse {
  int max_photons = 1;
  std::array<Eigen::MatrixXd, 4> povm;

  int index(int photons_a, int photons_b) const { return photons_a * (max_photons + 1) + photons_b; }
  Eigen::MatrixXd const& operator()(Clicks clicks) const { return povm[static_cast<std::size_t>(clicks)]; }
};

// Exact on the truncated space: linear optics never raises the photon number. Optics out of [0, 1] are a SpecError.
// `blind`: the detector that is still dead from a click before; photons that reach it are lost, and it has no afterpulses.
BinResponse bin_response(BinOptics const& optics, int max_photons = 1, Clicks blind = Clicks::none, BinExtras const& extras = {});

// Light of one mode an arm, of a phase that nobody knows: how its photon numbers are distributed, and their means as emitted.
enum class PhotonNumbers { thermal, poisson };
struct ModeLight {
  PhotonNumbers numbers = PhotonNumbers::thermal;
  double mean_a = 0, mean_b = 0;
};

// Probability of each report of a bin that such light comes to, any number of photons included: exact. The two arms' modes overlap by
// `visibility`; where photons lose their phase (`photon_coherence` below 1) it is refused.
std::array<double, 4> click_probabilities(BinOptics const& optics, ModeLight const& light, Clicks blind = Clicks::none, BinExtras const& extras = {});

// Throws a SpecError at `name` unless the value is one.
void require_probability(const char* name, double value);
void require_pulse(const char* name, double mean_photons);  // of a weak coherent pulse

// Photon coherence of two emitters with these rates of pure dephasing, times the lifetime of their excited state (Bylander et al. 2003).
double photon_coherence(double dephasing_a, double dephasing_b);

// Coincidence probability of one photon per port of a lossless station (Hong, Ou & Mandel 1987).
double hong_ou_mandel(double visibility, double coherence = 1);

}  // namespace farbell
