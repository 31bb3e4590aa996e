#include "farbell/state/pair_store.hpp"

#include <string>

#include "farbell/base/errors.hpp"

namespace farbell {

void throw_no_qubit(QubitId q) { throw InternalError("qubit " + std::to_string(q.value) + " does not exist"); }

void throw_no_pair(QubitId a, QubitId b) {
  throw InternalError("qubits " + std::to_string(a.value) + " and " + std::to_string(b.value) + " are no pair");
}

void require_room(std::size_t qubits, Capabilities const& store) {
  if (qubits > static_cast<std::size_t>(store.largest_cluster)) [[unlikely]]
    throw RunError("a cluster of " + std::to_string(qubits) + " qubits; the store " + store.store + " holds at most " +
                   std::to_string(store.largest_cluster));
}

}  // namespace farbell
