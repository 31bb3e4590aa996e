// The requests of demands that are served in rounds: asked by their traffic, counted, ended and written down.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "farbell/apps/arrivals.hpp"
#include "farbell/apps/records.hpp"
#include "farbell/apps/requests.hpp"
#include "farbell/engine/queue.hpp"
#include "farbell/engine/trace.hpp"

namespace farbell {

class RoundRequests {
 public:
  enum Op : std::uint16_t { op_arrive, op_overdue, ops };

  struct Setup {
    std::span<const DemandRow> demands;
    Clock clock;
    Tick horizon{};
    std::uint64_t replica = 0;
    std::uint64_t max_open = 0;  // of all demands; 0 = any number
    Address self;
  };

  RoundRequests(const Setup& setup, EventQueue& queue, Recorder& recorder, Trace& trace);

  void start();
  void handle(const Event& event);
  // A round begins: those with open requests, in the order in which the first of these were asked.
  std::vector<DemandId> take_part();
  // Of a demand whose ends measure their halves: in which bases, by end (0 = Z, 1 = X), and the draw of what one reads.
  bool measures(DemandId d) const { return setup_.demands[d.value].measure; }
  std::array<std::int8_t, 2> draw_bases(DemandId d);
  double draw_outcome(DemandId d) { return rows_[d.value].outcomes.next().u0; }
  // A pair is there, and goes to the first of its demand's requests that a round has begun for. `pair` has all but the request,
  // `number` is its own in the trace.
  void deliver(PairRow pair, std::int64_t number);
  void finish();

 private:
  struct Request {
    std::uint64_t id = 0, delivered = 0;
    Tick asked{}, started = never;
  };
  struct Row {
    Arrivals arrivals;
    Stream bases, outcomes;
    std::deque<Request> open;
    std::uint64_t next_id = 0;
    bool stopped = false;
  };

  void schedule(DemandId d);
  void arrive(DemandId d);
  void ask(DemandId d);
  void ask_again(DemandId d);
  void overdue(DemandId d);
  void write_down(DemandId d, const Request& request, RequestStatus status, Refusal reason, Tick finished);

  Setup setup_;
  EventQueue& queue_;
  Recorder& recorder_;
  Trace& trace_;
  std::vector<Row> rows_;
  std::uint64_t open_ = 0;
};

}  // namespace farbell
