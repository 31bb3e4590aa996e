// Who asks for pairs, when, and what becomes of each request: arrivals, deadlines, deliveries, refusals.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <unordered_map>
#include <variant>
#include <vector>

#include "farbell/apps/admission.hpp"
#include "farbell/apps/arrivals.hpp"
#include "farbell/apps/availability.hpp"
#include "farbell/apps/records.hpp"
#include "farbell/apps/time_accounts.hpp"
#include "farbell/network/circuits.hpp"
#include "farbell/network/news.hpp"
#include "farbell/network/outages.hpp"
#include "farbell/network/reservation.hpp"

namespace farbell {

// Fidelities closer than this are equal: arithmetic must not reject a pair that just reaches what is asked.
inline constexpr double fidelity_slack = 1e-9;

class Programs;

struct DemandRow {
  ArrivalPlan arrivals;
  std::uint64_t pairs_per_request = 1;
  double min_fidelity = 0;
  Tick deadline = never;
  std::uint64_t max_queue = 0;  // 0 = any number
  Tick max_wait = never;
  std::optional<AdmissionPlan> admission;
  std::vector<Tick> reserved;    // when windows begin and end, in turn
  bool measure = false, generate_when_idle = false, keeps_pairs = false;
  bool retrieves = false;  // an end's memory gives its qubits as photons
  double z_basis_probability = 0.5;
  std::uint64_t arrivals_key = 0, bases_key = 0, outcomes_key = 0;
};

struct ChangeRow {
  Tick at{};
  LinkId link;
  std::optional<std::uint32_t> program;  // none = down
  double cost = 0;                       // of the link from then on, for routing; infinity when down
};

class Requests {
 public:
  enum Op : std::uint16_t {
    op_arrive, op_deadline, op_overdue, op_waited, op_not_served, op_up, op_gone, op_change, op_check, op_given_up, op_ready_a, op_ready_b,
    op_news, op_no_route, op_retry, op_reserved, op_told
  };

  struct Setup {
    std::span<const DemandRow> demands;
    std::span<const ChangeRow> changes;
    Clock clock;
    Tick horizon{};
    std::uint64_t replica = 0;
    OnDeadlock on_deadlock = OnDeadlock::report;
    std::uint64_t max_open_requests = 0;  // of all demands; 0 = any number
    Scheduler scheduler = Scheduler::fifo;  // of the line for slots
    Address self;
    std::span<const Decisions> decisions{};  // by demand, as far as there are any
    bool tells_turns = false;             // optical switches go by requests

    bool tells() const { return by_requests(scheduler) || tells_turns; }
  };

  Requests(const Setup& setup, EventQueue& queue, States& states, Segments& segments, Lanes& lanes, Swapping& swapping,
           Routes& routes, Circuits& circuits, News& news, Outages& outages, Availability& availability, Recorder& recorder, Trace& trace);

  void start();  // posts what happens by itself
  // Whoever asks for pairs by programs is told of them.
  void serve(Programs& programs) { programs_ = &programs; }
  struct Wish {
    std::uint64_t pairs = 1;
    double min_fidelity = 0;
    Tick timeout = never;
  };
  // By a program, now. What becomes of the request is told later in this tick, at the earliest.
  std::uint64_t ask(DemandId demand, const Wish& wish);
  void withdraw(DemandId demand, std::uint64_t request);  // timed out before its time; nothing if it has ended
  // From outside, now: others than before are the demand's routes. Circuits that lead elsewhere are released, or may stay.
  void routes_replaced(DemandId demand, bool release_others);
  // By a program that decides on routes: end A of the demand is told that it has these from then on, or none if they are none.
  void send_routes(DemandId demand, std::vector<Route> routes, bool release_others);
  struct OpenRequest {
    DemandId demand;
    std::uint64_t id = 0, pairs = 0, delivered = 0;  // pairs: wanted; 0 = without end
    Tick asked{}, started = never, due = never;
    double min_fidelity = 0;
    std::int32_t circuit = -1;                       // that serves it; -1 = it waits
  };
  std::vector<OpenRequest> open_now() const;         // by demand, as they were asked
  std::size_t open(DemandId demand) const { return rows_[demand.value].open(); }
  bool routed(DemandId demand) const { return rows_[demand.value].routed; }
  void handle(const Event& event);
  void finish(Tick end); // writes down what is still open; called once, after the last event

  // Failures. These links are down: demands that are served over them are interrupted, whether anybody knows yet or not.
  void interrupted(std::span<const LinkId> links);
  // They are known to be down: everywhere at once, by those of their ends that are up, or by who decides for these demands.
  enum class Known : std::uint8_t { everywhere, to_ends, to_deciders };
  void links_lost(std::span<const LinkId> links, Known known);
  void links_repaired(std::span<const LinkId> links);
  void node_lost(NodeId node);  // with all qubits there
  std::uint64_t deadlocks() const { return deadlocks_; }
  std::uint64_t deadlock_releases() const { return deadlock_releases_; }
  bool stopped() const { return stopped_; }  // by a deadlock
  std::uint64_t stale_events() const { return stale_events_; }

 private:
  struct Request {
    std::uint64_t id = 0, delivered = 0;
    Tick asked{}, started = never;
    std::uint64_t pairs = 0;          // wanted; 0 = without end
    double min_fidelity = 0;
    Tick due = never;                 // it is given up then
    std::int32_t circuit = -1;        // that served it last
  };
  // What a program says of routes.
  struct Told {
    std::vector<Route> routes;
    bool release_others = false;
  };
  struct Row {
    std::deque<Request> queue;        // those that wait, as they were asked
    std::deque<ChainId> coming;       // circuits on their way to a request, as many as wait for one if there are so many
    std::uint64_t next_id = 0;
    std::uint32_t served = 0;         // circuits that serve a request
    bool routed = true, stopped = false, timer_posted = false, retry_posted = false;
    bool stays_up = false;            // its circuits do, requests or not
    std::uint32_t boundaries = 0;     // of windows in which they do, so far
    std::deque<Told> told{};          // on their way to end A, as they were sent
    Arrivals arrivals;
    RateControl rate_control;
    Stream bases, outcomes;

    std::size_t open() const { return queue.size() + served; }
    std::deque<Request>::iterator waiting(std::uint64_t id);
  };
  // What a circuit does for requests.
  struct Service {
    std::optional<Request> request;   // served now
    bool engaged = false;             // it serves one, or is on its way to one
    bool serving_kept = false;
    std::deque<std::uint32_t> kept;   // segments that wait for a request, oldest first
  };
  struct Measurement {
    std::uint32_t generation = 0;
    std::array<std::int8_t, 2> basis{}, outcome{};
    Correlators correlators;
    bool unread = false;  // a photon did not come out of its memory
  };

  DemandId concerned(const Event& event) const;
  void tell_due(DemandId d);
  void tell_all_due();
  void arrive(DemandId d);
  void ask_now(DemandId d);
  std::uint64_t ask_now(DemandId d, std::uint64_t pairs, double min_fidelity, Tick due);
  bool admits(DemandId d, const Request& request) const;
  bool in_time(DemandId d, const Request& request) const;
  Refusal refused_by(const AdmissionPlan& plan, DemandId d, const Request& request);
  void schedule_window(DemandId d);
  void window(DemandId d);
  bool is_open(DemandId d, std::uint64_t id);
  void schedule_arrival(DemandId d);
  ChainId next_circuit(DemandId d) const;
  void engage(ChainId c);
  void ask_for_coming(DemandId d);
  void disengage_surplus(DemandId d);
  void serve_waiting(DemandId d);
  bool needed(ChainId c) const;
  void withdraw_surplus(DemandId d);
  void release_surplus(DemandId d);
  void up(ChainId c);
  void gone(ChainId c);
  Request take_open(DemandId d, std::uint64_t id);
  std::vector<std::uint64_t> open_requests(DemandId d, Tick asked_until) const;
  void write_down(DemandId d, const Request& request, RequestStatus status, Refusal reason);
  void end_request(DemandId d, std::uint64_t id, RequestStatus status, Refusal reason);
  void ask_again(DemandId d);
  void deadline(DemandId d);
  void post_deadline(DemandId d);
  void not_served(DemandId d, std::uint64_t id);
  const Request* awaited(ChainId c) const;
  bool needs_routes(DemandId d) const;
  bool finds_routes(DemandId d);
  void ready(std::uint32_t segment, std::uint32_t generation, End end);
  void keep(std::uint32_t segment);
  Correlators correlators(const Segment& segment) const;
  void hand_over(std::uint32_t segment);
  bool hand_to_programs(std::uint32_t segment, const Correlators& correlators);
  void serve_kept(ChainId c);
  void measure(std::uint32_t segment, End end);
  void deliver(ChainId c, std::uint32_t s, const Segment& segment, const Correlators& correlators, const Measurement* outcomes, End later_end);
  bool generates(ChainId c) const;
  void close(ChainId c, std::uint32_t segment);
  void change(const ChangeRow& change);
  // Circuits of a demand that lead over some links, or would; and whether the next would do so of one that is being released.
  struct Concerned {
    DemandId demand;
    std::vector<ChainId> circuits;
    bool next = false;

    explicit operator bool() const { return !circuits.empty() || next; }
  };
  template <class LeadsOver>
  Concerned circuits_over(DemandId d, LeadsOver&& leads_over) const;  // routes that this is true of
  std::vector<Concerned> circuits_over(std::span<const LinkId> links, std::span<const DemandId> of) const;
  void lose_routes(const std::vector<Concerned>& affected, std::span<const LinkId> links, Known known);
  void tell_ends(std::span<const LinkId> links);
  bool links_back(std::span<const DemandId> demands);
  bool routed_again(DemandId d);
  void ask_for_needed(DemandId d);
  void hear(ViewId view, const News::Item& item);
  void told_routes(DemandId d);
  bool may_change() const { return outages_.any() || news_.plan().free_slots || news_.plan().programmed; }
  void no_route(DemandId d);
  void retry(DemandId d);
  void tell_from_ends(ChainId c, LinkId link);
  void tell_of_lost_links(ChainId c);
  bool waits_for_repair(DemandId d);
  bool waits_for_repair(DemandId d, Tick due);
  Tick due(DemandId d, std::uint64_t id);
  bool end_is_down(DemandId d) const;
  void refuse_all(DemandId d);
  void look_for_deadlock();
  ChainId youngest(const std::vector<ChainId>& circuits) const;
  void write_down(ChainId c, std::vector<DeadlockRow>& rows) const;

  template <class Use>
  void each_circuit(DemandId d, Use&& use) const {
    const std::uint32_t first = circuits_.first(d).value;
    for (std::uint32_t k = 0; k < circuits_.count(d); ++k) use(ChainId{first + k});
  }

  Setup setup_;
  EventQueue& queue_;
  States& states_;
  Segments& segments_;
  Lanes& lanes_;
  Swapping& swapping_;
  Routes& routes_;
  Circuits& circuits_;
  News& news_;
  Outages& outages_;
  Availability& availability_;
  Recorder& recorder_;
  Trace& trace_;
  TimeAccounts accounts_;
  Programs* programs_ = nullptr;
  std::vector<Row> rows_;          // by demand
  std::vector<DemandId> all_;      // demands
  std::vector<std::vector<DemandId>> with_view_;  // the same by view
  std::vector<Service> services_;  // by circuit
  std::uint64_t open_ = 0;         // requests of all demands
  std::uint64_t stale_events_ = 0, deadlocks_ = 0, deadlock_releases_ = 0;
  bool stopped_ = false;
  std::unordered_map<std::uint32_t, Measurement> measured_;  // segments of which one end has measured
};

}  // namespace farbell
