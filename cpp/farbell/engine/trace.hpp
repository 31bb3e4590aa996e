// Happenings of one run, in order, for `trace=True`, for explaining a request, and for comparison with the plain-Python oracle.
//
// Costs nothing but a test of `on` while it is off, and changes nothing in a run while it is on.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "farbell/base/tick.hpp"
#include "farbell/engine/event.hpp"

namespace farbell {

// The kinds up to `storing` are what the oracle records, too. `entity` is a link (L), node (N) or demand (D); `a` is the demand
// for the kinds of a link or node, the request for those of a demand; `b` and the rest as said. Where a demand is named by the chain
// that it concerns (all but requests asked and ended), the trace finds out which it is.
enum class TraceKind : std::uint8_t {
  link_success,     // L, b = the group's number of successes before; pair
  swap,             // N, b = outcome, 255 = failed, + 256 = stale; left and right went in, pair came out
  delivery,         // D, b = swaps, x = fidelity; pair
  request_ended,    // D, b = status + 256 reason
  qubit_lost,       // N: dropped on a notice; pair
  request_started,  // D
  cut_off,          // N: gives up a qubit that waited for a swap (b = 0) or, with the other end, a pair that waited in a pool (1); pair
  distillation,     // N nearer to end A, b = bits + 4 kept + 8 round; left was kept or not, right was used up, pair = left
  storing,          // N: begins to move its half of pair into a memory qubit, which is over at `until`
  request_asked,    // D, b = requests before it in the queue
  circuit_asked,    // D
  circuit_waits,    // D: nothing granted, `to` has too few free slots
  circuit_granted,  // D, up at `until`
  circuit_up,       // D
  circuit_released, // D, by the node `to`; none = every node knows
  slots_freed,      // N: the release has come to the node
  circuit_gone,     // D
  attempting,       // L, b = lanes, from the cycle that starts at `until` on
  herald,           // N: learns at `until` of pair
  swap_started,     // N: left and right are locked; measured at `until`
  message,          // N -> `to`, arrives at `until`, b = TraceMessage; pair
  notice_held,      // N: news of a loss finds pair's half in a swap
  qubit_released,   // N: dropped because the circuit is released; pair
  qubit_measured,   // N, b = basis; pair
  pair_rejected,    // D, x = fidelity; pair
  pair_surplus,     // D; pair
  permit_waits,     // L: too many links of a node attempt
  permit_held,      // L
  link_changed,     // L, b = up
  qubit_discarded,  // N: its pair was not kept in a round of distillation; pair
  fusion,           // N, b = pairs that became one GHZ state, known to all users at `until`
  ghz_delivery,     // D, b = users, x = fidelity
  ghz_surplus,      // D
  ghz_rejected,     // D, b = users, x = fidelity
  fusion_started,   // N, pair: locked, with one of each other arm, for a fusion that ends at `until`
  round_begun,      // D takes part, b = number of the round
  lanes_given,      // L, b = lanes, which attempt until `until`; of rounds, a = nobody where they may serve any demand
  chain_joined,     // D, b = hops; left and right are its first and last pair
  chain_broken,     // D: the same, with a hop that has no pair, so that it comes to nothing
  qubit_dropped,    // N, b = TraceDrop; pair
  fusion_failed,    // N, b = pairs that it would have joined
  state_joined,     // L, b = on the path from A to B; pair becomes part of the state whose pair between A and B is right
  program,          // N, a = number of what the host of programs has to say
};

enum class TraceMessage : std::uint8_t { swap_result, loss_notice, set_up, confirm, release, distillation_bit };
// Why a qubit is dropped in a round: its pair is joined to none, or has no other to be joined to there, or what it was joined to has failed.
enum class TraceDrop : std::uint8_t { unused, alone, broken };
inline constexpr std::uint64_t trace_failed = 255, trace_in_vain = 254;  // outcomes of swaps: none; nobody's, as the chain had failed
inline constexpr std::uint64_t trace_nobody = ~std::uint64_t{0};         // `a` of what concerns no demand

struct TraceRow {
  static constexpr std::uint32_t no_node = 0xffffffff, no_circuit = 0xffffffff;

  Tick tick{};
  Phase phase{};
  TraceKind kind{};
  std::uint32_t entity = 0;
  std::uint64_t a = 0, b = 0;
  double x = 0;
  std::int64_t left = -1, right = -1, pair = -1;  // numbers of pairs, unique in the run
  std::uint32_t to = no_node;
  std::uint32_t circuit = 0;  // of the demand
  Tick until = never;
};

class Trace {
 public:
  struct More {
    std::int64_t left = -1, right = -1, pair = -1;
    std::uint32_t to = TraceRow::no_node;
    Tick until = never;
  };

  // The window that is kept, with the last earlier record of each circuit and of each link's lanes; and how many records, before the
  // run ends with an error.
  Tick from = tick_zero, until = never;
  std::size_t limit = std::size_t{1} << 20;
  bool on = false;
  struct Owner {
    std::uint32_t demand = 0, circuit = 0;
  };
  std::vector<Owner> owners;  // by chain; one that is not listed is its demand's only one
  std::vector<TraceRow> rows;

  void add(Tick tick, Phase phase, TraceKind kind, std::uint32_t entity, std::uint64_t a, std::uint64_t b, double x = 0) {
    if (on) [[unlikely]] keep({tick, phase, kind, entity, a, b, x, -1, -1, -1, TraceRow::no_node, 0, never});
  }
  void add(Tick tick, Phase phase, TraceKind kind, std::uint32_t entity, std::uint64_t a, std::uint64_t b, double x, const More& more) {
    if (on) [[unlikely]] keep({tick, phase, kind, entity, a, b, x, more.left, more.right, more.pair, more.to, 0, more.until});
  }

  // A segment's row is used again and again; its pair's number never is.
  std::int64_t number(std::uint32_t segment) const { return on ? numbers_[segment] : -1; }
  std::int64_t new_number(std::uint32_t segment) { return on ? next_number(segment) : -1; }

 private:
  [[gnu::cold]] void keep(const TraceRow& given);
  void name_owner(TraceRow& row) const;
  [[gnu::cold]] std::int64_t next_number(std::uint32_t segment);

  std::map<std::tuple<int, std::uint32_t, std::uint64_t, std::uint32_t>, TraceRow> before_;  // what is left of the time before the window
  std::vector<std::int64_t> numbers_;  // by segment
  std::int64_t next_ = 0;
};

}  // namespace farbell
