// What the protocols know of a node: constants from compile(), and counters of one run.
#pragma once
#include <cstdint>
#include <optional>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/hardware/retrieval.hpp"

namespace farbell {

struct NodeRow {
  DeviceId device;
  std::uint32_t slots = 1;
  std::optional<std::uint32_t> parallel_links;
  double swap_success = 1;
  Tick swap_duration = tick_zero;    // single-qubit gate, CNOT, read-out
  std::optional<RetrievalSpec> retrieval;
  Tick fixed_delay = never;          // after which its qubits come out, wanted or not
  Tick parity_duration = tick_zero;  // CNOT, read-out
};

struct NodeCounters {
  std::uint64_t swaps = 0;
  double slot_ticks = 0;  // ticks that slots were occupied by a qubit, summed over slots
  std::uint64_t failed_swaps = 0, stale_swaps = 0, lost_qubits = 0, cut_offs = 0;
};

}  // namespace farbell
