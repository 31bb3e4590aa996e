// How far failures reach the demands: for how long there was a route, and how soon a demand that was interrupted got pairs again.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "farbell/apps/records.hpp"
#include "farbell/network/outages.hpp"
#include "farbell/network/routes.hpp"

namespace farbell {

struct DemandAvailability {
  double route_ticks = 0;  // with a route over links that are up, known or not
  std::uint64_t interruptions = 0;
  Moments recovery;        // ticks from an interruption to the next delivery
  double longest_recovery = 0;
};

class Availability {
 public:
  Availability(const Graph& graph, const Routes& routes, const Outages& outages, std::size_t demands);

  // Links have turned.
  void update(Tick now);
  // A circuit that serves the demand, or is on its way to do so, leads over what has just failed.
  void interrupt(DemandId demand, Tick now);
  // A pair whose oldest emission is `born`; what was under way before says nothing of a recovery.
  void delivered(DemandId demand, Tick born, Tick now) {
    if (!rows_.empty() && rows_[demand.value].interrupted <= born) [[unlikely]] recover(rows_[demand.value], now);
  }
  // Nobody waits for the recovery any more.
  void abandon(DemandId demand) {
    if (!rows_.empty()) rows_[demand.value].interrupted = never;
  }
  std::vector<DemandAvailability> finish(Tick end);

 private:
  struct Row {
    bool routed = true;
    Tick interrupted = never;
    DemandAvailability sums;
  };

  bool up(const Route& route) const;
  void recover(Row& row, Tick now);

  const Graph& graph_;
  const Routes& routes_;
  const Outages& outages_;
  std::vector<Row> rows_;                 // by demand; empty where no failures can come
  std::vector<std::uint32_t> component_;  // by node, of the graph of links that are up
  Tick since_ = tick_zero;
};

}  // namespace farbell
