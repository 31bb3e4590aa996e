// From the pair state that a scenario declares to the one that a store holds.
#pragma once
#include "farbell/hardware/generation.hpp"
#include "farbell/state/bell.hpp"

namespace farbell {

Correlations correlations(PairStateSpec const& state);

}  // namespace farbell
