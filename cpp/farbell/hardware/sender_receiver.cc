#include "farbell/hardware/sender_receiver.hpp"

#include <cmath>

namespace farbell {

namespace {

// What the receiver has absorbed of the sender's light: one photon, entangled with the sender; others that agree with it in Z alone;
// nothing.
struct Received {
  double coherent, classical, nothing;
};

Received received_photons(double double_excitation, double arrives) {
  const double lost = 1 - arrives;
  return {(1 - double_excitation) * arrives, double_excitation * arrives * (1 + lost), (1 - double_excitation) * lost + double_excitation * lost * lost};
}

// Poisson numbers, thinned by losses; a pulse of several photons tells its mode.
Received received_pulse(double mean_photons, double arrives) {
  const double coherent = mean_photons * std::exp(-mean_photons) * arrives, some = -std::expm1(-mean_photons * arrives);
  return {coherent, some - coherent, 1 - some};
}

}  // namespace

HeraldTable sender_receiver_table(SenderReceiverSpec const& spec, double arrives, SentLight const& light, double others, bool tells_empty) {
  require_probability("arrives", arrives);
  require_probability("double_excitation_probability", light.double_excitation);
  if (light.mean_photons) require_pulse("mean_photons", *light.mean_photons);
  // Beside them it has absorbed others, a Poisson number in each of two modes. Photons in both modes at once make its qubit a random one.
  const Received absorbed = light.mean_photons ? received_pulse(*light.mean_photons, arrives) : received_photons(light.double_excitation, arrives);
  const double one_mode = std::exp(-others);
  const double coherent = absorbed.coherent * one_mode, classical = absorbed.classical * one_mode;
  const double nothing = absorbed.nothing * one_mode * one_mode;
  const double falsely = spec.heralded ? spec.false_herald_probability : 1;
  const double told = spec.heralded ? 1 - (1 - spec.herald_efficiency) * (1 - falsely) : 1;
  HeraldTable table;
  const double full = told * (1 - nothing), empty = falsely * nothing;
  table.success_probability = full + empty;
  const double white = (4 * spec.pair_fidelity - 1) / 3;
  const auto add = [&](double probability, double correlated, bool without_photon) {
    if (probability <= 0) return;
    const double xx = white * correlated * coherent / probability, zz = white * correlated * (coherent + classical) / probability;
    Correlations state{};
    state[0] = 1;
    state[5] = xx;
    state[10] = -xx;
    state[15] = zz;
    table.outcomes.push_back({probability / table.success_probability, 0, state, tells_empty ? (without_photon ? "0" : "1") : ""});
    table.outcomes.back().empty[spec.sender == LinkEnd::node_a ? 1 : 0] = without_photon;
  };
  if (tells_empty) {
    add(full, told, false);
    add(empty, 0, true);
  } else {
    add(full + empty, told, false);
  }
  return table;
}

}  // namespace farbell
