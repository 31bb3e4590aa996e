#include "farbell/simulation/reachable.hpp"

#include <algorithm>

namespace farbell {

double best_reachable_fidelity(const Model& model, const Route& route) {
  States states(model.store, model.devices, model.clock, model.pauli_twirl);
  double best = 0;
  // With asymmetric read-out the outcomes differ in quality: try each one throughout.
  for (double u : {0.0, 0.375, 0.625, 1 - 0x1p-53}) {
    QubitId first, last;
    int frame = 0;
    for (std::size_t h = 0; h < route.links.size(); ++h) {
      const LinkRow& link = model.links[route.links[h].value];
      const LinkProgram& program = model.programs[link.program];
      std::size_t chosen = 0;
      double chosen_fidelity = -1;
      for (std::size_t k = 0; k < program.states.size(); ++k) {
        const Correlations& r = program.states[k];
        const double f = Correlators::corrected(r[5], r[10], r[15], program.frames[k]).fidelity();
        if (f > chosen_fidelity) {
          chosen = k;
          chosen_fidelity = f;
        }
      }
      const States::Pair made = states.create_pair(program.states[chosen], link.device[0], tick_zero, link.device[1], tick_zero);
      const bool forward = link.node[0] == route.nodes[h];
      const QubitId near = forward ? made.a : made.b, far = forward ? made.b : made.a;
      frame ^= program.frames[chosen];
      if (h == 0) first = near;
      else frame ^= states.bell_measure(last, near, tick_zero, u);
      last = far;
    }
    best = std::max(best, states.correlators(first, last, tick_zero, frame).fidelity());
    states.release(first);
    states.release(last);
  }
  return best;
}

}  // namespace farbell
