// What the protocols know of a node: constants from compile(), and counters of one run.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/hardware/retrieval.hpp"
#include "farbell/state/device.hpp"

namespace farbell {

// The qubits through which a node's links attempt, and how a pair is moved from one of them into a memory qubit.
struct CommunicationRow {
  std::uint32_t qubits = 1;
  bool always_stores = false;  // false: when somebody else needs the communication qubit
  DeviceId device;             // of a communication qubit; that of the node is its memory qubits'
  Tick storage = tick_zero;
  BlochMap errors;             // of storing
};

struct NodeRow {
  DeviceId device;
  std::uint32_t slots = 1;
  std::optional<std::uint32_t> parallel_links;
  double swap_success = 1;
  Tick swap_duration = tick_zero;    // single-qubit gate, CNOT, read-out
  Tick fixed_delay = never;          // after which its qubits come out, wanted or not
  Tick parity_duration = tick_zero;  // CNOT, read-out
  // What few nodes have is held apart, so that a row is not much more than a cache line; null = nothing of it.
  std::shared_ptr<const RetrievalSpec> retrieval{};
  std::shared_ptr<const CommunicationRow> communication{};
};

struct NodeCounters {
  std::uint64_t swaps = 0;
  double slot_ticks = 0;  // ticks that slots were occupied by a qubit, summed over slots
  std::uint64_t failed_swaps = 0, stale_swaps = 0, lost_qubits = 0, cut_offs = 0;
};

}  // namespace farbell
