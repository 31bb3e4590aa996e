#include "farbell/hardware/link_timing.hpp"

#include <algorithm>

namespace farbell {

LinkTiming midpoint_timing(double delay_a_s, double delay_b_s, double initialisation_s, double local_overhead_s) {
  const double longer_s = std::max(delay_a_s, delay_b_s);
  const double announced_s = initialisation_s + longer_s + local_overhead_s;
  LinkTiming timing;
  timing.emission_a_s = initialisation_s + (longer_s - delay_a_s);
  timing.emission_b_s = initialisation_s + (longer_s - delay_b_s);
  timing.herald_a_s = announced_s + delay_a_s;
  timing.herald_b_s = announced_s + delay_b_s;
  timing.period_s = std::max(timing.herald_a_s, timing.herald_b_s);
  return timing;
}

LinkTiming midpoint_source_timing(double delay_a_s, double delay_b_s, double initialisation_s, double local_overhead_s, bool heralded) {
  const double launch_s = std::max(0.0, initialisation_s - std::min(delay_a_s, delay_b_s));
  LinkTiming timing;
  timing.emission_a_s = launch_s + delay_a_s;
  timing.emission_b_s = launch_s + delay_b_s;
  const double between_s = delay_a_s + delay_b_s;
  timing.herald_a_s = (heralded ? std::max(timing.emission_a_s, timing.emission_b_s + between_s) : timing.emission_a_s) + local_overhead_s;
  timing.herald_b_s = (heralded ? std::max(timing.emission_b_s, timing.emission_a_s + between_s) : timing.emission_b_s) + local_overhead_s;
  timing.period_s = std::max(timing.herald_a_s, timing.herald_b_s);
  return timing;
}

LinkTiming sender_receiver_timing(double delay_s, double initialisation_sender_s, double initialisation_receiver_s, double local_overhead_s,
                                  bool heralded) {
  LinkTiming timing;
  timing.emission_a_s = std::max(initialisation_sender_s, initialisation_receiver_s - delay_s);
  timing.emission_b_s = timing.emission_a_s + delay_s;
  timing.herald_b_s = timing.emission_b_s + local_overhead_s;
  timing.herald_a_s = heralded ? timing.herald_b_s + delay_s : timing.emission_a_s + local_overhead_s;
  timing.period_s = std::max(timing.herald_a_s, timing.herald_b_s);
  return timing;
}

LinkTiming repeater_graph_timing(double delay_s, double initialisation_s, double repetition_s, double local_overhead_s) {
  LinkTiming timing;
  timing.emission_a_s = timing.emission_b_s = initialisation_s;
  timing.herald_a_s = timing.herald_b_s = initialisation_s + delay_s + local_overhead_s;
  timing.period_s = std::max(repetition_s, initialisation_s);
  return timing;
}

}  // namespace farbell
