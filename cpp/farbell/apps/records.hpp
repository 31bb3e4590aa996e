// What a run writes down about its demands: rows, and running statistics that never grow with the number of rows.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/protocols/chain.hpp"

namespace farbell {

enum class RequestStatus : std::uint8_t { open, done, timed_out, refused };
enum class Refusal : std::uint8_t { none, no_route, route_lost, queue_full, not_served, node_down, network_full, not_admitted, rate_exceeded, deadline_unreachable };
inline constexpr std::size_t refusal_kinds = 10;

struct PairRow {
  DemandId demand;
  std::uint32_t swaps = 0;
  std::uint64_t request = 0;
  Tick asked{}, born{}, delivered{};
  double fidelity = 0, xx = 0, yy = 0, zz = 0;
  std::array<std::int8_t, 2> basis{-1, -1}, outcome{-1, -1};  // 0 = Z, 1 = X
};

struct RequestRow {
  DemandId demand;
  RequestStatus status = RequestStatus::open;
  Refusal reason = Refusal::none;
  std::int32_t circuit = -1;  // that served it last, counted from the first of its demand; -1 = none did
  std::uint64_t request = 0, pairs_asked = 0, pairs_delivered = 0;
  Tick asked{}, started = never, finished = never;
};

// A GHZ state that users share and know. Its demand counts among the GHZ demands, as in the requests of these.
struct GhzRow {
  DemandId demand;
  std::uint32_t users = 0;
  std::uint64_t request = 0;
  Tick asked{}, born{}, delivered{};
  double fidelity = 0;
  std::int32_t bases = -1;     // which of its demand's; -1 = not measured
  std::uint64_t outcomes = 0;  // a bit for each user
};

// A circuit that waits for a node's slots in a deadlock, and one of those for which it waits.
struct DeadlockRow {
  Tick at{};
  std::uint64_t deadlock = 0;
  DemandId demand;
  ChainId circuit;
  std::uint32_t number = 0;   // of the circuit, counted from the first of its demand
  std::int64_t request = -1;  // for which its circuit waits; -1 = none
  NodeId node;
  std::uint32_t needed = 0, free = 0;
  DemandId other;             // none = the node has too few slots altogether
  std::int32_t other_number = -1;
  bool other_holds = false;   // else it stands before it in the node's line
  std::uint32_t other_slots = 0;
  bool released = false;      // to end the deadlock
};

inline constexpr std::size_t rows_per_block = 65'536;
// With record "summary" memory must not grow.
inline constexpr std::size_t deadlock_rows_in_summary = 1'000;

// Quantiles of positive times within 1 %: bucket k counts times in (g^(k-1), g^k] ns.
struct LatencySketch {
  static constexpr double growth = 1.02;
  static constexpr std::size_t buckets = 2048;
  std::vector<std::uint64_t> counts;  // grown on demand

  static std::size_t bucket(double seconds);
  void add(double seconds);
};

struct Moments {
  std::uint64_t n = 0;
  double mean = 0, m2 = 0;

  void add(double x) {
    ++n;
    const double d = x - mean;
    mean += d / static_cast<double>(n);
    m2 += d * (x - mean);
  }
};

inline constexpr std::size_t batch_count = 32;
// In which of the equal stretches from the warm-up to the horizon it is.
inline std::size_t batch_of(Tick at, Tick warm_up, Tick horizon) {
  const double along = static_cast<double>(count(at - warm_up)) / static_cast<double>(count(horizon - warm_up));
  const auto batch = static_cast<std::size_t>(along * batch_count);
  return batch < batch_count ? batch : batch_count - 1;
}
inline constexpr std::size_t batch_columns = 7;  // pairs, and sums of fidelity, xx, yy, zz; requests done, and the sum of their latency

// What a demand with requests waits for (docs/physics/where_the_time_goes.md); the last four are time that was in vain.
enum class Spent : std::uint8_t { links, memories, messages, operations, cut_offs, failed_swaps, failed_distillation, stale_halves };
inline constexpr std::size_t spent_kinds = 8;
using SpentTicks = std::array<double, spent_kinds>;

// Statistics of one demand after the warm-up: pairs delivered and requests asked from then on.
struct DemandSummary {
  std::uint64_t asked = 0, done = 0, timed_out = 0, refused = 0, pairs = 0, rejected = 0, surplus = 0;
  std::array<std::uint64_t, refusal_kinds> refused_because{};
  Moments fidelity, latency;  // latency: asked to done
  double min_fidelity = 2, max_fidelity = -1;
  std::array<std::array<double, batch_columns>, batch_count> batches{};  // equal stretches of simulated time
  std::array<std::uint32_t, 100> fidelity_histogram{};
  LatencySketch sketch;
  SpentTicks spent{};
};

// The same of one GHZ demand. A request row's pairs are states.
struct GhzSummary {
  std::uint64_t asked = 0, done = 0, timed_out = 0, refused = 0, states = 0, rejected = 0, surplus = 0, promoted = 0;
  Moments fidelity, latency;  // latency: asked to done
  std::array<std::array<double, 2>, batch_count> batches{};  // states, and the sum of their fidelity
};

class GhzRecorder {
 public:
  struct Setup {
    Clock clock;
    Tick warm_up{}, horizon{};
    bool keep_rows = true;
    // As in Recorder.
    std::function<void(std::vector<GhzRow>&&)> state_block;
    std::function<void(std::vector<RequestRow>&&)> request_block;
  };

  GhzRecorder(const Setup& setup, std::size_t demands) : setup_(setup), summaries_(demands) {}

  void asked(DemandId demand, Tick at) { summaries_[demand.value].asked += at >= setup_.warm_up; }
  void state(const GhzRow& row, std::uint32_t promoted);
  void rejected(DemandId demand, Tick at, std::uint32_t promoted);
  void surplus(DemandId demand, Tick at, std::uint32_t promoted);
  void request(const RequestRow& row);

  std::vector<GhzSummary>& summaries() { return summaries_; }
  std::vector<GhzRow>& states() { return states_; }           // those not handed over yet
  std::vector<RequestRow>& requests() { return requests_; }

 private:
  // Of what is delivered, or would be.
  bool counts(Tick at) const { return at > setup_.warm_up || setup_.warm_up == tick_zero; }

  Setup setup_;
  std::vector<GhzSummary> summaries_;
  std::vector<GhzRow> states_;
  std::vector<RequestRow> requests_;
};

class Recorder {
 public:
  struct Setup {
    Clock clock;
    Tick warm_up{}, horizon{};
    bool keep_rows = true;
    // Takes full blocks of rows; unset = rows are kept here.
    std::function<void(std::vector<PairRow>&&)> pair_block;
    std::function<void(std::vector<RequestRow>&&)> request_block;
    // Told of every row, whether it is kept or not; unset = nobody follows the run.
    std::function<void(const PairRow&)> pair_told{};
    std::function<void(const RequestRow&)> request_told{};
  };

  Recorder(const Setup& setup, std::size_t demands) : setup_(setup), summaries_(demands) {}

  void asked(DemandId demand, Tick at) { summaries_[demand.value].asked += at >= setup_.warm_up; }
  void pair(const PairRow& row);
  void rejected(DemandId demand, Tick at) { summaries_[demand.value].rejected += at > setup_.warm_up; }
  void surplus(DemandId demand, Tick at) { summaries_[demand.value].surplus += at > setup_.warm_up; }
  void request(const RequestRow& row);
  // A stretch of time that ended at `to` counts whole, if that is after the warm-up.
  void spent(DemandId demand, Tick to, const SpentTicks& ticks) {
    if (to <= setup_.warm_up && setup_.warm_up > tick_zero) return;
    for (std::size_t k = 0; k < spent_kinds; ++k) summaries_[demand.value].spent[k] += ticks[k];
  }
  void deadlock(const DeadlockRow& row);

  const std::vector<DemandSummary>& summaries() const { return summaries_; }
  std::vector<DemandSummary> take_summaries() { return std::move(summaries_); }
  std::vector<PairRow>& pairs() { return pairs_; }           // those not handed over yet
  std::vector<RequestRow>& requests() { return requests_; }
  std::vector<DeadlockRow>& deadlocks() { return deadlocks_; }

 private:
  Setup setup_;
  std::vector<DemandSummary> summaries_;
  std::vector<PairRow> pairs_;
  std::vector<RequestRow> requests_;
  std::vector<DeadlockRow> deadlocks_;
};

}  // namespace farbell
