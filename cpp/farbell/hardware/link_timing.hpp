// When the two photons of an attempt leave and when each end learns the outcome. Equations: docs/physics/heralded_links.md.
#pragma once

namespace farbell {

// All from the start of the cycle.
struct LinkTiming {
  double period_s = 0;
  double emission_a_s = 0, emission_b_s = 0;
  double herald_a_s = 0, herald_b_s = 0;
};

// A station between two memories: the shorter arm's emission waits, so that both photons reach the station together.
LinkTiming midpoint_timing(double delay_a_s, double delay_b_s, double initialisation_s, double local_overhead_s);

// A source between two memories that absorb: light starts so that both memories are ready for it, and both qubits live from its arrival
// on. With heralds, each end waits for the other's word.
LinkTiming midpoint_source_timing(double delay_a_s, double delay_b_s, double initialisation_s, double local_overhead_s, bool heralded);

// One memory emits (a), the other absorbs (b): the photon leaves when both will be ready for it. The receiver knows first, and its word
// goes back.
LinkTiming sender_receiver_timing(double delay_s, double initialisation_sender_s, double initialisation_receiver_s, double local_overhead_s,
                                  bool heralded);

// Sources and stations along the whole fibre: all photons leave at once, and results of the stations go to both ends. Attempts come at the
// pace of the sources, whatever is still under way.
LinkTiming repeater_graph_timing(double delay_s, double initialisation_s, double repetition_s, double local_overhead_s);

}  // namespace farbell
