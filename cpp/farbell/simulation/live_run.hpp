// A run that is held: one replica that goes on when it is told, is looked at in between, and acted on (docs/decisions/0031-live-runs.md).
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "farbell/simulation/names.hpp"
#include "farbell/simulation/run_parts.hpp"

namespace farbell {

// The last rows of a kind, numbered from the first of the run: an observer asks for those it has not seen.
template <class Row>
class Latest {
 public:
  static constexpr std::size_t kept = 10'000;

  void add(const Row& row) {
    if (rows_.size() == kept) {
      rows_.pop_front();
      ++first_;
    }
    rows_.push_back(row);
  }
  std::uint64_t first() const { return first_; }
  std::uint64_t end() const { return first_ + rows_.size(); }
  std::vector<Row> from(std::uint64_t number) const {
    const std::uint64_t skipped = std::min(number > first_ ? number - first_ : 0, std::uint64_t{rows_.size()});
    return {rows_.begin() + static_cast<std::ptrdiff_t>(skipped), rows_.end()};
  }

 private:
  std::deque<Row> rows_;
  std::uint64_t first_ = 0;
};

class LiveRun {
 public:
  // False = stop here: the run stays where it is, and can go on.
  using Poll = std::function<bool()>;

  // Of one replica, without programs and hooks. Throws SpecError where the scenario cannot be held.
  LiveRun(std::shared_ptr<const Model> model, const RunOptions& options, std::function<void(Table&&)> spill);

  const Model& model() const { return model_; }
  double time_s() const { return model_.clock.seconds(time_); }
  std::uint64_t events() const { return parts_.queue.processed(); }
  // Why nothing happens any more; none = it goes on.
  std::optional<Ended> ended() const { return ended_; }

  enum class Halt : std::uint8_t { reached, over, interrupted, paused };
  // A time that is reached by going on; SpecError at /until_s or /by_s if it is over, or after the scenario's duration.
  Tick tick_at(double until_s) const;
  Tick tick_in(double by_s) const;
  // Simulates everything up to and with that tick; pauses on the way after so many seconds of real time, if they are given.
  Halt advance(Tick until, const Poll& poll, std::optional<double> pause_after_s);

  // What follows is done now, as events of this time. SpecErrors are about the arguments, and nothing is done then; RunError: the run is over.
  // The demand has these routes, the preferred one first, until they are removed. Circuits that lead elsewhere are released, or may stay.
  void install_routes(DemandId demand, const std::vector<std::vector<std::string>>& routes, bool release_others);
  void remove_routes(DemandId demand, bool release_others);
  // Elements that are not down by hand already; that are.
  void fail(std::span<const NodeId> nodes, std::span<const LinkId> links);
  void restore(std::span<const NodeId> nodes, std::span<const LinkId> links);
  // The number of the request among its demand's; `pairs`: none = as many as the demand's own. No less fidelity is given than the demand asks for.
  std::uint64_t ask(DemandId demand, std::optional<std::int64_t> pairs, double min_fidelity, std::optional<double> timeout_s);

  // A row a node, link or demand. Counters are those of the results, up to now.
  Table nodes() const;
  Table links() const;
  Table demands() const;
  // Requests that are open now, and the latest that have ended; the latest pairs. As in the results, with numbers in the order of the run.
  Table open_requests() const;
  Table ended_requests(std::uint64_t from) const;
  Table pairs(std::uint64_t from) const;
  struct RouteInForce {
    std::vector<std::string> nodes;
    bool usable = false;  // as far as is known
  };
  std::vector<RouteInForce> routes(DemandId demand) const;  // the preferred one first
  struct CircuitNow {
    DemandId demand;
    std::uint32_t number = 0;  // of the demand
    Circuits::State state = Circuits::State::idle;
    std::vector<std::string> route;  // empty before it has set out
  };
  std::vector<CircuitNow> circuits() const;  // by demand
  bool installed(DemandId demand) const { return parts_.routes.installed(demand); }
  bool failed_by_hand() const { return failed_by_hand_; }

  // What the run has recorded; the last call.
  RunOutput finish();

 private:
  RunLimits limits(StopSignal* stop) const;
  void act(std::function<void()> action);
  void require_going_on() const;
  std::vector<std::string> names(const Route& route) const;
  FailureRow elements(std::span<const NodeId> nodes, std::span<const LinkId> links, bool down) const;
  Table rows(RowBlock&& block, const char* table) const;

  std::shared_ptr<const Model> shared_;  // the caller's, or a copy in which links may fail
  const Model& model_ = *shared_;
  RunOptions options_;
  Names node_names_{"node", "/nodes"};
  RowStore rows_;
  Latest<PairRow> latest_pairs_;
  Latest<RequestRow> latest_requests_;
  SteppedReplica replica_;
  ReplicaParts parts_;
  Tick time_ = tick_zero;
  double wall_s_ = 0;  // spent on going on
  std::optional<Ended> ended_;
  bool failed_by_hand_ = false, finished_ = false;
};

}  // namespace farbell
