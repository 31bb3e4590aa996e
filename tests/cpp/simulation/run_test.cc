// Runs from scenario text to tables.
#include "farbell/simulation/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <thread>

#include "farbell/simulation/replica.hpp"
#include "farbell/simulation/spec_json.hpp"

namespace farbell {
namespace {

// A row of nodes "n0", "n1", ... with a `given` link between neighbours.
struct Row {
  int nodes = 3;
  std::string memory = R"("slots": 4)", node, generation = R"("success_probability": 0.2, "attempt_period_s": "10 us", "herald_delay_s": "10 us")";
  std::string demands = R"({"node_a": "n0", "node_b": "n2", "width": 2})";
  std::string rest = R"("duration_s": 0.02)";

  std::string text() const {
    std::string out = R"({"version": 1, "memories": [{"name": "m", )" + memory + "}], \"nodes\": [";
    for (int i = 0; i < nodes; ++i)
      out += (i ? ", " : "") + std::string(R"({"name": "n)") + std::to_string(i) + R"(", "memory": "m")" + (node.empty() ? "" : ", " + node) + "}";
    out += "], \"links\": [";
    for (int i = 0; i + 1 < nodes; ++i)
      out += (i ? ", " : "") + std::string(R"({"node_a": "n)") + std::to_string(i) + R"(", "node_b": "n)" + std::to_string(i + 1) +
             R"(", "fiber": {"length_m": 2000}, "generation": {"kind": "given", )" + generation + "}}";
    return out + "], \"demands\": [" + demands + "], " + rest + "}";
  }
};

Model model_of(const Row& row) { return compile(parse_scenario(row.text())); }
RunOutput run_row(const Row& row, RunOptions options = {}) { return run(model_of(row), options, {}); }

const Table& table(const RunOutput& out, std::string_view name) {
  for (const Table& t : out.tables)
    if (t.name == name) return t;
  throw std::out_of_range(std::string(name));
}
std::vector<double> column(const RunOutput& out, std::string_view name, std::string_view column) {
  for (const Column& c : table(out, name).columns)
    if (c.name == column) return std::visit([](const auto& v) { return std::vector<double>(v.begin(), v.end()); }, c.values);
  throw std::out_of_range(std::string(column));
}
double total(const std::vector<double>& values) {
  double sum = 0;
  for (double v : values) sum += v;
  return sum;
}
std::map<std::string, std::vector<double>> everything(const RunOutput& out) {
  std::map<std::string, std::vector<double>> all;
  for (const Table& t : out.tables)
    for (const Column& c : t.columns) all[t.name + "." + c.name] = column(out, t.name, c.name);
  all["batches"] = {out.batches.begin(), out.batches.end()};
  all["moments"] = {out.moments.begin(), out.moments.end()};
  all["sketch"] = {out.latency_sketch.begin(), out.latency_sketch.end()};
  for (auto& [name, values] : all)
    for (double& v : values)
      if (v != v) v = -1e300;  // NaN, so that equal means equal
  return all;
}

TEST(Run, DeliversWhatLinksMake) {
  const RunOutput out = run_row({});
  const double pairs = total(column(out, "demands", "pairs")), swaps = total(column(out, "nodes", "swaps"));
  EXPECT_GT(pairs, 100);
  EXPECT_EQ(column(out, "pairs", "fidelity").size(), pairs);
  // Two links and one swap a pair, but for what is still under way.
  EXPECT_LE(pairs, swaps);
  EXPECT_LE(swaps, pairs + 8);
  for (double f : column(out, "pairs", "fidelity")) EXPECT_NEAR(f, 1, 1e-12);
}

TEST(Run, ThreadsDoNotChangeABit) {
  Row row;
  row.memory = R"("slots": 4, "t1_s": 0.01, "t2_s": 0.002, "two_qubit_gate_reliability": 0.98, "readout_fidelity_0": 0.99)";
  row.node = R"("swap_success_probability": 0.7)";
  row.demands = R"({"node_a": "n0", "node_b": "n2", "width": 2, "use": "measure", "traffic": {"kind": "poisson", "rate_hz": 5000}})";
  const auto with = [&](unsigned threads) {
    RunOptions options;
    options.replicas = 9;
    options.threads = threads;
    options.trace = true;
    return everything(run_row(row, options));
  };
  const auto one = with(1);
  EXPECT_EQ(one, with(2));
  EXPECT_EQ(one, with(4));
}

TEST(Run, SteppingEveryAttemptChangesNothing) {
  const std::uint64_t seed = std::random_device{}();
  Row row;
  row.nodes = 4;
  row.memory = R"("slots": 6, "t1_s": 0.01, "t2_s": 0.002)";
  row.node = R"("swap_success_probability": 0.6, "parallel_links": 1)";
  row.demands = R"({"node_a": "n0", "node_b": "n3", "width": 2}, {"node_a": "n3", "node_b": "n1", "width": 1, "pipelined": false})";
  const auto with = [&](const char* detail) {
    Row r = row;
    r.rest = R"("duration_s": 0.02, "seed": )" + std::to_string(seed) + R"(, "detail": ")" + detail +
             R"(", "changes": [{"at_s": 0.005, "link": "n1--n2", "generation": {"kind": "given", "success_probability": 0.05, "attempt_period_s": "7 us"}}])";
    RunOptions options;
    options.trace = true;
    auto all = everything(run_row(r, options));
    for (const char* differs : {"replicas.events", "replicas.stale_events"}) all.erase(differs);
    return all;
  };
  EXPECT_EQ(with("skip"), with("attempt")) << "seed " << seed;
}

TEST(Run, AnUnrelatedNodeChangesNobodysDraws) {
  Row row;
  row.memory = R"("slots": 4, "t2_s": 0.002)";
  Row larger = row;
  larger.nodes = 5;
  const RunOutput a = run_row(row), b = run_row(larger);
  EXPECT_EQ(column(a, "pairs", "delivered_s"), column(b, "pairs", "delivered_s"));
  EXPECT_EQ(column(a, "pairs", "fidelity"), column(b, "pairs", "fidelity"));
}

TEST(Run, SlotsComeBackFromEveryCircuit) {
  // Many short circuits, failing swaps, deadlines that strike in every state: in the end a circuit that needs every slot still works.
  Row row;
  row.nodes = 5;
  row.node = R"("swap_success_probability": 0.5)";
  row.demands = R"({"node_a": "n0", "node_b": "n4", "width": 1, "deadline_s": 0.0004, "traffic": {"kind": "poisson", "rate_hz": 3000}, "name": "a"},
                   {"node_a": "n1", "node_b": "n3", "width": 2, "pairs_per_request": 3, "use": "measure", "reservation_s": 0.0003,
                    "traffic": {"kind": "one_off", "requests": 40}, "name": "b"},
                   {"node_a": "n0", "node_b": "n4", "width": 2, "traffic": {"kind": "one_off", "at_s": 0.9}, "name": "c"})";
  row.rest = R"("duration_s": 1, "changes": [{"at_s": 0.8, "link": "n1--n2", "generation": null},
              {"at_s": 0.81, "link": "n1--n2", "generation": {"kind": "given", "success_probability": 0.2, "attempt_period_s": 1e-5}}])";
  for (int seed = 0; seed < 20; ++seed) {
    Row r = row;
    r.rest += R"(, "seed": )" + std::to_string(seed);
    // The Poisson demand must be over before demand c comes: stop it by an outage that it cannot route around, then repair.
    const RunOutput out = run_row(r);
    const auto done = column(out, "demands", "requests_done");
    EXPECT_EQ(done[2], 1) << seed;
    EXPECT_EQ(done[1], 40) << seed;
    EXPECT_GT(column(out, "demands", "requests_timed_out")[0], 0) << seed;
    EXPECT_GT(column(out, "demands", "requests_refused")[0], 0) << seed;
  }
}

TEST(Run, ServesFirstComeFirstServed) {
  // One slot per side at the middle: circuits in the order in which they were asked for, each for one pair.
  Row row;
  row.nodes = 3;
  row.memory = R"("slots": 2)";
  std::string demands;
  for (int i = 0; i < 5; ++i)
    demands += (i ? ", " : "") + std::string(R"({"name": "d)") + std::to_string(i) +
               R"(", "node_a": "n0", "node_b": "n2", "traffic": {"kind": "one_off", "at_s": )" + std::to_string((5 - i) * 1e-7) + "}}";
  row.demands = demands;
  const RunOutput out = run_row(row);
  const auto started = column(out, "requests", "started_s"), asked = column(out, "requests", "asked_s");
  ASSERT_EQ(started.size(), 5u);
  // Two at a time fit at the ends, so the order of starting is the order of asking.
  for (std::size_t i = 1; i < started.size(); ++i) EXPECT_LE(asked[i - 1], asked[i]);
  EXPECT_TRUE(std::is_sorted(started.begin(), started.end()));
}

TEST(Run, RefusesAndTellsWhy) {
  Row row;
  row.demands = R"({"node_a": "n0", "node_b": "n2", "max_queue": 1, "traffic": {"kind": "table", "at_s": [0, 0, 0.011, 0.012]}, "pairs_per_request": 1000000})";
  row.rest = R"("duration_s": 0.02, "changes": [{"at_s": 0.01, "link": "n0--n1", "generation": null}])";
  const RunOutput out = run_row(row);
  const auto reason = column(out, "requests", "reason");
  EXPECT_EQ(reason, (std::vector<double>{3, 2, 1, 1}));  // queue_full, route_lost, no_route twice
  EXPECT_EQ(column(out, "links", "up_s")[0], 0.01);
}

TEST(Run, ServesRequestsSideBySide) {
  // Certain pairs, 1 ms after the circuit is up; three requests at once over two circuits, of which the third starts when the first is done.
  Row row;
  row.demands = R"({"node_a": "n0", "node_b": "n2", "concurrent_requests": 2, "traffic": {"kind": "one_off", "requests": 3}})";
  row.generation = R"("success_probability": 1, "attempt_period_s": "1 ms", "herald_delay_s": "1 ms")";
  row.rest = R"("duration_s": 0.1, "control": "ideal")";
  EXPECT_EQ(column(run_row(row), "requests", "started_s"), (std::vector<double>{0, 0, 0.001}));
  row.demands.insert(1, R"("max_wait_s": 0.0005, )");
  EXPECT_EQ(column(run_row(row), "requests", "reason"), (std::vector<double>{4, 0, 0}));  // not_served, and two that are done later
}

TEST(Run, RoutesAroundALinkThatGoesDown) {
  ScenarioSpec s = parse_scenario(Row{}.text());
  // Close the triangle.
  LinkSpec side = s.links[0];
  side.node_b = "n2";
  s.links.push_back(side);
  ChangeSpec down;
  down.at_s = 0.01;
  down.link = "n0--n2";
  s.changes.push_back(down);
  const RunOutput out = run(compile(s), {}, {});
  const auto swaps = column(out, "pairs", "swaps");
  EXPECT_EQ(swaps.front(), 0);
  EXPECT_EQ(swaps.back(), 1);
  EXPECT_EQ(column(out, "demands", "hops")[0], 2);
}

TEST(Run, MinimumFidelityRejectsPairs) {
  Row row;
  row.memory = R"("slots": 4, "t2_s": 0.0005)";
  row.demands = R"({"node_a": "n0", "node_b": "n2", "width": 2, "min_fidelity": 0.9})";
  const RunOutput out = run_row(row);
  for (double f : column(out, "pairs", "fidelity")) EXPECT_GE(f, 0.9);
  EXPECT_GT(column(out, "demands", "rejected_pairs")[0], 0);
}

TEST(Run, MeasuredBitsAgreeWithTheCorrelators) {
  // Perfect pairs: equal bits in equal bases, whatever the frame; z_basis_probability 1/2.
  Row row;
  row.generation += R"(, "state": {"kind": "bell_weights", "weights": [0, 0, 1, 0]})";
  // A stated Psi+ has frame Phi+: both bits differ in Z and agree in X.
  row.demands = R"({"node_a": "n0", "node_b": "n1", "width": 2, "use": "measure"})";
  const RunOutput out = run_row(row);
  const auto basis_a = column(out, "pairs", "basis_a"), basis_b = column(out, "pairs", "basis_b");
  const auto a = column(out, "pairs", "outcome_a"), b = column(out, "pairs", "outcome_b");
  std::size_t same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (basis_a[i] != basis_b[i]) continue;
    ++same;
    EXPECT_EQ(a[i] == b[i], basis_a[i] == 1);
  }
  EXPECT_GT(same, a.size() / 4);
  // Swapped chains of perfect pairs agree in both bases.
  row.generation = Row{}.generation;
  row.demands = R"({"node_a": "n0", "node_b": "n2", "width": 2, "use": "measure"})";
  const RunOutput chain = run_row(row);
  const auto x = column(chain, "pairs", "outcome_a"), y = column(chain, "pairs", "outcome_b");
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (column(chain, "pairs", "basis_a")[i] != column(chain, "pairs", "basis_b")[i]) continue;
    EXPECT_EQ(x[i], y[i]);
  }
}

TEST(Run, StopsAtTheEventLimit) {
  Row row;
  RunOptions options;
  options.max_events = 1000;
  const RunOutput out = run_row(row, options);
  EXPECT_EQ(column(out, "replicas", "events")[0], 1000);
  EXPECT_EQ(column(out, "replicas", "ended")[0], 1);
  EXPECT_LT(column(out, "replicas", "simulated_s")[0], 0.02);
}

TEST(Run, AnInterruptLeavesWhatWasFinished) {
  Row row;
  row.rest = R"("duration_s": 1000000, "record": "summary")";
  RunOptions options;
  options.replicas = 3;
  options.threads = 2;
  RunHooks hooks;
  int polls = 0;
  hooks.poll = [&](double, std::uint64_t) { return ++polls < 3; };
  const RunOutput out = run(model_of(row), options, hooks);
  EXPECT_TRUE(out.interrupted);
  const auto ended = column(out, "replicas", "ended");
  ASSERT_EQ(ended.size(), 2u);  // the third never began
  EXPECT_EQ(ended[0], 3);
  EXPECT_GT(column(out, "demands", "pairs")[0], 0);
}

TEST(Run, BinsAddUpToTheWholeRun) {
  Row row;
  row.nodes = 4;
  row.node = R"("swap_success_probability": 0.6)";
  row.memory = R"("slots": 6, "measurement_s": 1e-6)";
  row.demands = R"({"node_a": "n0", "node_b": "n3", "width": 2, "traffic": {"kind": "poisson", "rate_hz": 5000}},
                   {"node_a": "n3", "node_b": "n1", "width": 1, "pipelined": false})";
  for (const char* detail : {"skip", "attempt"}) {
    Row r = row;
    r.rest = std::string(R"("duration_s": 0.02, "detail": ")") + detail + "\"";
    const RunOutput whole = run_row(r);
    for (std::uint32_t bins : {1u, 8u, 256u}) {
      RunOptions options;
      options.bins = bins;
      RunOutput out = run_row(r, options);
      // What stands at the end of the last stretch.
      const auto at_end = [&](const char* table, const char* of, std::size_t entities, double unit) {
        std::vector<double> values = column(out, table, of);
        EXPECT_EQ(values.size(), entities * bins);
        values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(entities));
        for (double& value : values) value /= unit;
        return values;
      };
      EXPECT_EQ(column(out, "use_ends", "end").size(), bins);
      EXPECT_EQ(column(out, "use_ends", "end").back(), 0.02 * 1e12);
      EXPECT_EQ(at_end("link_use", "attempts", 3, 1), column(whole, "links", "attempts"));
      EXPECT_EQ(at_end("link_use", "successes", 3, 1), column(whole, "links", "successes"));
      EXPECT_EQ(at_end("link_use", "lane_ticks", 3, 1e12), column(whole, "links", "lane_s"));
      const auto held = at_end("occupancy", "slot_ticks", 4, 1e12);
      for (std::size_t n = 0; n < held.size(); ++n) EXPECT_NEAR(held[n], column(whole, "nodes", "slot_seconds")[n], 1e-12);
      // Looking changes nothing.
      out.tables.erase(std::remove_if(out.tables.begin(), out.tables.end(), [](const Table& t) { return t.name == "occupancy" || t.name == "link_use" || t.name == "use_ends"; }),
                       out.tables.end());
      EXPECT_EQ(everything(out), everything(whole));
    }
  }
}

TEST(Run, TracingChangesNothing) {
  Row row;
  row.node = R"("swap_success_probability": 0.6)";
  row.demands = R"({"node_a": "n0", "node_b": "n2", "width": 2, "traffic": {"kind": "poisson", "rate_hz": 5000}, "use": "measure"})";
  RunOptions options;
  options.trace = true;
  auto traced = everything(run_row(row, options));
  std::erase_if(traced, [](const auto& entry) { return entry.first.starts_with("trace."); });
  EXPECT_EQ(traced, everything(run_row(row)));
}

TEST(Run, StopsWhereItIsTold) {
  Row row;
  RunOptions options;
  options.stop_s = 0.005;
  const RunOutput out = run_row(row, options), whole = run_row(row);
  EXPECT_EQ(column(out, "replicas", "simulated_s")[0], 0.005);
  auto expected = column(whole, "pairs", "delivered_s");
  std::erase_if(expected, [](double t) { return t > 0.005; });
  EXPECT_EQ(column(out, "pairs", "delivered_s"), expected);
}

TEST(Run, RowsBeyondTheMemoryLimitAreSpilledInOrder) {
  Row row;
  // About 1.8e5 pairs: three blocks.
  row.demands = R"({"node_a": "n0", "node_b": "n1", "width": 4})";
  row.rest = R"("duration_s": 0.5)";
  row.generation = R"("success_probability": 0.9, "attempt_period_s": "10 us")";
  RunOptions options;
  options.memory_limit_bytes = 1 << 20;
  std::vector<double> delivered;
  RunHooks hooks;
  hooks.spill = [&](Table&& t) {
    if (t.name != "pairs") return;
    const auto& values = std::get<std::vector<double>>(t.columns[3].values);
    delivered.insert(delivered.end(), values.begin(), values.end());
  };
  const Model model = model_of(row);
  const RunOutput spilled = run(model, options, hooks), held = run(model, {}, {});
  EXPECT_TRUE(spilled.spilled);
  EXPECT_FALSE(held.spilled);
  EXPECT_GT(delivered.size(), 2 * rows_per_block);
  EXPECT_EQ(delivered, column(held, "pairs", "delivered_s"));
}

}  // namespace
}  // namespace farbell
