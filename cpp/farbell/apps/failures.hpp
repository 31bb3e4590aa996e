// Failures as events: elements go down and come back, neighbours notice, and those who are concerned are told
// (docs/physics/protocol.md, "Failures").
#pragma once
#include <span>

#include "farbell/apps/availability.hpp"
#include "farbell/apps/ghz_requests.hpp"
#include "farbell/apps/programs.hpp"
#include "farbell/apps/requests.hpp"

namespace farbell {

class Failures {
 public:
  enum Op : std::uint16_t { op_down, op_up, op_notice, op_hear };

  struct Setup {
    std::uint32_t failures = 0;
    Address self;
  };

  Failures(const Setup& setup, EventQueue& queue, Lanes& lanes, Circuits& circuits, Outages& outages,
           Availability& availability, Requests& requests, GhzRequests& ghz_requests, Programs& programs, Trace& trace);

  void start();
  void handle(const Event& event);
  // From outside, now.
  void fail_by_hand(const FailureRow& elements);
  void repair_by_hand(const FailureRow& elements);
  std::uint64_t stale_events() const { return stale_events_; }

 private:
  void schedule(std::uint32_t failure);
  void down(std::uint32_t failure);
  void went_down(const Outages::Turned& turned, std::uint32_t failure);
  void came_back(const Outages::Turned& turned);
  void up(std::uint32_t failure);
  void turn(std::span<const LinkId> links, bool up);
  void lost(std::span<const LinkId> links, Requests::Known known);
  void back(std::span<const LinkId> links);

  Setup setup_;
  EventQueue& queue_;
  Lanes& lanes_;
  Circuits& circuits_;
  Outages& outages_;
  Availability& availability_;
  Requests& requests_;
  GhzRequests& ghz_requests_;
  Programs& programs_;
  Trace& trace_;
  std::uint64_t stale_events_ = 0;
};

}  // namespace farbell
