// Link generation on a bare chain: no circuits, no demands; slots are taken and freed by the test itself.
#include "farbell/protocols/lanes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>

namespace farbell {
namespace {

constexpr std::uint16_t lanes_handler = 0, herald_handler = 1, script_handler = 2;

struct Success {
  std::int64_t tick;
  std::size_t group;
  bool operator==(const Success&) const = default;
};

// `links` hops in a row over nodes with a common limit of links that attempt at once.
struct Bench {
  std::vector<LinkProgram> programs;
  std::vector<LinkRow> links;
  std::vector<NodeRow> nodes;
  EventQueue queue;
  std::vector<Device> devices = std::vector<Device>(1);
  States states{StoreKind::bell_diagonal, devices, Clock{}, false};
  std::vector<Chain> chains = std::vector<Chain>(1);
  Segments segments{states, chains};
  Trace trace;
  std::unique_ptr<Lanes> lanes;

  Bench(std::size_t hops, double p, bool step, std::uint32_t width, std::optional<std::uint32_t> limit = {}, std::uint64_t seed = 1) {
    for (double success : {p, p / 2}) {
      LinkProgram program;
      program.success = success;
      program.lambda = -std::log1p(-success);
      program.period = Tick{10};
      program.herald = {Tick{10}, Tick{10}};
      program.cumulative = {1};
      program.frames = {0};
      program.states = {{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1}};
      programs.push_back(program);
    }
    nodes.resize(hops + 1);
    for (NodeRow& n : nodes) n.parallel_links = limit;
    Chain& chain = chains[0];
    chain.width = chain.end_slots = width;
    chain.ready = {herald_handler, 0, 0};
    chain.positions.resize(hops + 1);
    for (std::uint32_t i = 0; i <= hops; ++i) chain.positions[i].node = NodeId{i};
    for (std::uint32_t h = 0; h < hops; ++h) {
      links.push_back({{NodeId{h}, NodeId{h + 1}}, {DeviceId{0}, DeviceId{0}}, 0, {}});
      chain.hops.push_back({LinkId{h}, h, true});
    }
    trace.on = true;
    Lanes::Setup setup;
    setup.programs = programs;
    setup.links = links;
    setup.nodes = nodes;
    setup.self = {lanes_handler, 0, 0};
    setup.herald = {herald_handler, 0, 0};
    setup.step_attempts = step;
    lanes = std::make_unique<Lanes>(setup, queue, states, segments, chains, trace);
    for (std::uint32_t h = 0; h < hops; ++h) lanes->add_group(LinkId{h}, stream_key(seed, std::to_string(h)), stream_key(seed, "h"));
  }

  template <class Script>
  std::vector<Success> run(std::int64_t horizon, Script&& script) {
    Event e;
    while (queue.pop(e, Tick{horizon})) {
      if (e.to.handler == lanes_handler) lanes->handle(e);
      if (e.to.handler == script_handler) script(e);
    }
    lanes->settle_all(Tick{horizon});
    std::vector<Success> out;
    for (const TraceRow& row : trace.rows)
      if (row.kind == TraceKind::link_success) out.push_back({count(row.tick), row.entity});
    return out;
  }
};

TEST(Lanes, SkippingMakesTheSameSuccessesAsStepping) {
  std::mt19937_64 engine{std::random_device{}()};
  for (int trial = 0; trial < 60; ++trial) {
    const std::uint64_t seed = engine();
    const auto run = [&](bool step) {
      Bench b(3, 0.07, step, 4, {}, seed);
      for (std::uint32_t h = 0; h < 3; ++h) b.lanes->open(h, ChainId{0}, h);
      // Slots come back, links change, at times that often fall on the start of a cycle, in every phase.
      std::mt19937_64 script(seed);
      for (int i = 0; i < 400; ++i) {
        const auto phase = static_cast<Phase>(std::array{0, 1, 3, 4}[script() % 4]);
        b.queue.post(Tick{static_cast<std::int64_t>(script() % 800) * (script() % 2 ? 10 : 1)}, phase,
                     {script_handler, static_cast<std::uint16_t>(script() % 8), static_cast<std::uint32_t>(script() % 3)}, 0);
      }
      const std::vector<Success> made = b.run(8000, [&](const Event& e) {
        if (e.to.op == 0) b.lanes->set_program(LinkId{e.to.target}, 1);
        else if (e.to.op == 1) b.lanes->set_program(LinkId{e.to.target}, 0);
        else b.lanes->free_slot(e.to.target, e.to.op % 2 ? end_a : end_b);
      });
      std::vector<std::uint64_t> attempts;
      for (const LinkCounters& c : b.lanes->counters()) attempts.push_back(c.attempts);
      return std::pair{made, attempts};
    };
    const auto skipped = run(false), stepped = run(true);
    ASSERT_EQ(skipped.first, stepped.first) << "seed " << seed;
    ASSERT_EQ(skipped.second, stepped.second) << "seed " << seed;
  }
}

TEST(Lanes, SuccessesAreAsLikelyAsStated) {
  // 4 lanes kept busy, 2e5 cycles, p = 0.03: 24,000 successes, standard deviation 153. A wrong p of 5 % would show; 6 sigma is a false
  // alarm in 5e8 runs.
  Bench b(1, 0.03, false, 4, {}, std::random_device{}());
  b.lanes->open(0, ChainId{0}, 0);
  std::size_t freed = 0;
  b.queue.post(Tick{5}, Phase::swaps, {script_handler, 0, 0}, 0);
  const auto made = b.run(2'000'000, [&](const Event& e) {
    for (; freed < b.trace.rows.size(); ++freed)
      if (b.trace.rows[freed].kind == TraceKind::link_success)
        for (End end : {end_a, end_b}) b.lanes->free_slot(0, end);
    b.queue.post(e.time + Tick{10}, Phase::swaps, e.to, 0);
  });
  const double n = static_cast<double>(b.lanes->counters()[0].attempts), p = 0.03;
  EXPECT_NEAR(n, 800'000, 10);
  EXPECT_NEAR(static_cast<double>(made.size()), n * p, 6 * std::sqrt(n * p * (1 - p)));
}

TEST(Lanes, AHopWithoutTurnsWaits) {
  Bench b(1, 1, false, 2);
  b.chains[0].pipelined = false;
  b.lanes->open(0, ChainId{0}, 0);
  b.queue.post(Tick{100}, Phase::arrivals, {script_handler, 0, 0}, 0);
  b.queue.post(Tick{203}, Phase::arrivals, {script_handler, 1, 0}, 0);
  const auto made = b.run(1000, [&](const Event& e) {
    if (e.to.op == 0)
      for (End end : {end_a, end_b}) b.lanes->free_slot(0, end);
    else b.lanes->give_turn(0);
  });
  EXPECT_EQ(made, (std::vector<Success>{{0, 0}, {0, 0}, {203, 0}}));
}

TEST(Lanes, NoMoreLinksOfANodeAttemptThanItAllows) {
  // Success at every attempt, slots freed at once: two hops share the middle node, which serves one at a time, in turns.
  Bench b(2, 1, false, 1, 1);
  for (std::uint32_t h : {0u, 1u}) b.lanes->open(h, ChainId{0}, h);
  std::size_t freed = 0;
  for (std::int64_t t = 0; t < 100; ++t) b.queue.post(Tick{t}, Phase::swaps, {script_handler, 0, 0}, 0);
  const auto made = b.run(99, [&](const Event&) {
    for (; freed < b.trace.rows.size(); ++freed)
      if (b.trace.rows[freed].kind == TraceKind::link_success)
        for (End end : {end_a, end_b}) b.lanes->free_slot(b.trace.rows[freed].entity, end);
  });
  ASSERT_GT(made.size(), 8u);
  for (std::size_t i = 1; i < made.size(); ++i) EXPECT_NE(made[i].group, made[i - 1].group) << i;
}

}  // namespace
}  // namespace farbell
