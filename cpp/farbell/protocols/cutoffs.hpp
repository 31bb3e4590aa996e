// When a qubit that waits is given up.
#pragma once
#include <cstdint>

#include "farbell/base/tick.hpp"
#include "farbell/state/states.hpp"

namespace farbell {

struct Cutoff {
  Tick age = never;
  std::uint32_t attempts = 0;  // 0 = any number
  double fidelity = 0;

  bool on() const { return age != never || attempts > 0 || fidelity > 0; }
};

// The first tick at which a pair born at `born`, in the state that it has, is older or worse than the cut-off allows.
// The fidelity is taken to fall with time.
Tick expiry(const Cutoff& cutoff, const States& states, QubitId a, QubitId b, int frame, Tick born);

}  // namespace farbell
