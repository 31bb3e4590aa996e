// Why a run ends.
#include "farbell/engine/loop.hpp"

#include <gtest/gtest.h>

namespace farbell {
namespace {

// One event that posts itself again a tick later, for ever.
struct Ticking {
  EventQueue queue;
  std::uint64_t handled = 0;
  HandlerTable handlers;

  Ticking() {
    const std::uint16_t row = handlers.add([](void* context, Event const& event) {
      auto& self = *static_cast<Ticking*>(context);
      ++self.handled;
      self.queue.post(event.time + Tick{1}, Phase::arrivals, event.to, event.payload);
    });
    queue.post(tick_zero, Phase::arrivals, {row, 0, 0}, 0);
  }
  Ended run(Tick horizon, RunLimits const& limits) { return run_until(queue, horizon, limits, handlers, this); }
};

TEST(Loop, EndsAtTheHorizonInclusive) {
  Ticking run;
  EXPECT_EQ(run.run(Tick{9999}, {}), Ended::horizon);
  EXPECT_EQ(run.handled, 10'000u);
  EXPECT_EQ(run.run(Tick{10'000}, {}), Ended::horizon);  // and goes on from there
  EXPECT_EQ(run.handled, 10'001u);
}

TEST(Loop, EndsAtTheEventLimit) {
  for (const std::uint64_t limit : {1u, 4095u, 4096u, 4097u, 10'000u}) {
    Ticking run;
    RunLimits limits;
    limits.max_events = limit;
    EXPECT_EQ(run.run(Tick{1'000'000}, limits), Ended::event_limit);
    EXPECT_EQ(run.handled, limit);
  }
}

TEST(Loop, AnEventLimitNobodyFeelsIsTheHorizon) {
  Ticking run;
  RunLimits limits;
  limits.max_events = 5000;
  EXPECT_EQ(run.run(Tick{4999}, limits), Ended::horizon);
  EXPECT_EQ(run.handled, 5000u);
}

TEST(Loop, StopsSoonAfterTheSignal) {
  Ticking run;
  StopSignal stop;
  RunLimits limits;
  limits.stop = &stop;
  const Ended ended = run_until(run.queue, never, limits, [&](Event const& event) {
    if (event.time == Tick{10'000}) stop.raise();
    run.handlers.call(&run, event);
  });
  EXPECT_EQ(ended, Ended::interrupted);
  EXPECT_LE(run.handled, 10'000u + 128u);
}

TEST(Loop, StopsBehindAnEventWhoseDispatchSaysSoAndGoesOnFromThere) {
  Ticking run;
  const auto up_to = [&](Tick tick) {
    return run_until(run.queue, Tick{100}, {}, [&](Event const& event) {
      run.handlers.call(&run, event);
      return event.time != tick;
    });
  };
  EXPECT_EQ(up_to(Tick{10}), Ended::interrupted);
  EXPECT_EQ(run.queue.now(), Tick{10});
  EXPECT_EQ(run.handled, 11u);
  EXPECT_EQ(up_to(never), Ended::horizon);
  EXPECT_EQ(run.handled, 101u);
}

TEST(Loop, StopsAtTheWallDeadline) {
  Ticking run;
  RunLimits limits;
  limits.wall_deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  EXPECT_EQ(run.run(never, limits), Ended::wall_limit);
  EXPECT_LT(std::chrono::steady_clock::now() - *limits.wall_deadline, std::chrono::seconds(1));
}

}  // namespace
}  // namespace farbell
