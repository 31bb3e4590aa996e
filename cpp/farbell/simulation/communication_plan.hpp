// What compile() makes of communication qubits, and what they do not go with.
#pragma once
#include "farbell/simulation/model.hpp"

namespace farbell {

// Of a node whose memory, of that number, has some; they are devices of their own.
CommunicationRow communication_row(const Model& model, std::size_t memory, DeviceId device);

// Where a node's pairs are made.
inline DeviceId emitting_device(const NodeRow& node) { return node.communication ? node.communication->device : node.device; }

// Throws a SpecError for what pairs in communication qubits cannot do.
void check_communication(const Model& model);

std::vector<NamedApproximation> approximations_of_communication(const Model& model);

}  // namespace farbell
