// What the circuits of demands with requests wait for, written down from one delivery to the next
// (docs/physics/where_the_time_goes.md).
#pragma once
#include <vector>

#include "farbell/apps/records.hpp"
#include "farbell/network/circuits.hpp"

namespace farbell {

class TimeAccounts {
 public:
  TimeAccounts(EventQueue& queue, Segments& segments, Swapping& swapping, const Circuits& circuits, Recorder& recorder)
      : queue_(queue), segments_(segments), swapping_(swapping), circuits_(circuits), recorder_(recorder), until_(circuits.count(), tick_zero) {}

  void open(ChainId circuit);    // it is on its way to a request
  void set_up(ChainId circuit);  // it is up: a round trip was set-up, the rest waiting for slots
  // A pair is delivered: its path, as far as it reaches back; before that what was lost, and the rest was waiting for free memories.
  void pair(ChainId circuit, std::uint32_t s, const Segment& segment);
  // There was no pair, and the circuit is not needed any more or gone; `generates`: it was up.
  void in_vain(ChainId circuit, bool generates, Tick now);

 private:
  EventQueue& queue_;
  Segments& segments_;
  Swapping& swapping_;
  const Circuits& circuits_;
  Recorder& recorder_;
  std::vector<Tick> until_;  // by circuit: written down so far
};

}  // namespace farbell
