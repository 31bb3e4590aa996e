#include "farbell/engine/trace.hpp"

#include "farbell/base/errors.hpp"

#include <gtest/gtest.h>

namespace farbell {
namespace {

void add(Trace& trace, std::int64_t tick, TraceKind kind = TraceKind::link_success, std::uint32_t entity = 0) {
  trace.add(Tick{tick}, Phase::arrivals, kind, entity, 0, 0);
}

std::vector<std::int64_t> ticks(const Trace& trace) {
  std::vector<std::int64_t> out;
  for (const TraceRow& row : trace.rows) out.push_back(count(row.tick));
  return out;
}

TEST(Trace, KeepsNothingWhileItIsOff) {
  Trace trace;
  add(trace, 1);
  EXPECT_TRUE(trace.rows.empty());
  EXPECT_EQ(trace.new_number(7), -1);
  EXPECT_EQ(trace.number(7), -1);
}

TEST(Trace, NumbersAreNeverUsedAgain) {
  Trace trace;
  trace.on = true;
  EXPECT_EQ(trace.new_number(3), 0);
  EXPECT_EQ(trace.new_number(0), 1);
  EXPECT_EQ(trace.new_number(3), 2);
  EXPECT_EQ(trace.number(3), 2);
  EXPECT_EQ(trace.number(0), 1);
}

TEST(Trace, AWindowBeginsWithHowThingsStood) {
  Trace trace;
  trace.on = true;
  trace.from = Tick{10};
  trace.until = Tick{20};
  add(trace, 1, TraceKind::attempting, 0);
  add(trace, 2, TraceKind::attempting, 1);
  add(trace, 3, TraceKind::attempting, 0);
  add(trace, 4, TraceKind::circuit_asked);
  add(trace, 5, TraceKind::circuit_up);
  add(trace, 6, TraceKind::slots_freed);
  add(trace, 9);
  EXPECT_TRUE(trace.rows.empty());
  for (std::int64_t tick : {10, 20, 21}) add(trace, tick);
  EXPECT_EQ(ticks(trace), (std::vector<std::int64_t>{3, 2, 5, 10, 20}));
}

TEST(Trace, EndsTheRunAtItsLimit) {
  Trace trace;
  trace.on = true;
  trace.limit = 3;
  for (int i = 0; i < 3; ++i) add(trace, i);
  EXPECT_THROW(add(trace, 3), RunError);
  EXPECT_EQ(trace.rows.size(), 3u);
}

}  // namespace
}  // namespace farbell
