// What qubits in absorbing memories, which come out as photons, cannot do.
#pragma once
#include "farbell/simulation/model.hpp"

namespace farbell {

// Throws SpecError where a scenario wants gates between qubits of such a memory. The model's links, demands and programs are there.
// Notes what is taken to be known of memories that are empty.
void check_retrieval(Model& model);

}  // namespace farbell
