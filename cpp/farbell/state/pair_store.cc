#include "farbell/state/pair_store.hpp"

#include <string>

#include "farbell/base/errors.hpp"

namespace farbell {

void throw_no_qubit(QubitId q) { throw InternalError("qubit " + std::to_string(q.value) + " does not exist"); }

void throw_no_pair(QubitId a, QubitId b) {
  throw InternalError("qubits " + std::to_string(a.value) + " and " + std::to_string(b.value) + " are no pair");
}

}  // namespace farbell
