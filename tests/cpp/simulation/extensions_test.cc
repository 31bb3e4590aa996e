// Protocols of libraries in runs on several threads: what the sanitizers see of them. tests/python has the rest.
#include "farbell/simulation/extensions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "farbell/base/errors.hpp"
#include "farbell/simulation/run.hpp"
#include "farbell/simulation/spec_json.hpp"

namespace farbell::extensions_test {
namespace {

std::atomic<int> alive = 0;

// Every other time that a node is asked. The replica `fails`, if it is none of them, throws after some decisions.
struct Alternating {
  static constexpr ExtensionParameter parameters[] = {{"fails", 100, "The replica that does."}};

  explicit Alternating(const RunFacts& run) : fails(run["fails"] == static_cast<double>(run.replica())), asked(run.nodes()) { ++alive; }
  Alternating(const Alternating&) = delete;
  ~Alternating() { --alive; }
  bool swap(const SwapView& view) {
    const std::uint64_t n = asked[view.node().value]++;
    if (fails && n == 20) throw std::runtime_error("asked too often");
    return n % 2 == 1 || view[RuleColumn::waited_s_a] > 1;
  }
  bool discard(const DiscardView& view) { return view[RuleColumn::age_s] > 1e-3; }

  bool fails;
  std::vector<std::uint64_t> asked;
};

// Both ends read each pair, and the second is told of what the first has read.
struct Reading {
  static constexpr const char* columns[] = {"read", "told"};

  explicit Reading(const RunFacts&) {}
  void begin(Nodes& nodes) { nodes.entangle(NodeId{0}, NodeId{1}); }
  void pair(Nodes& nodes, const PairOfNodes& pair) {
    for (NodeId n : pair.node) nodes.measure(n, pair.at(n), Basis::z, n.value);
    EXPECT_THROW(nodes.measure(pair.node[0], pair.at(pair.node[1]), Basis::z), std::runtime_error);
    begin(nodes);
  }
  void done(Nodes& nodes, const Done& done) {
    if (done.tag == 0) nodes.send(NodeId{0}, NodeId{1}, static_cast<std::uint64_t>(done.result));
    else read = static_cast<double>(done.result);
  }
  void message(Nodes& nodes, const Message& message) { nodes.record(message.to, {read, static_cast<double>(message.what)}); }

  double read = 0;
};

constexpr ExtensionProtocol alternating = protocol<Alternating>("alternating");
constexpr ExtensionProtocol reading = node_protocol<Reading>("reading");

Model chain(const std::string& demand) {
  const std::string link = R"("fiber": {"length_m": 2000}, "generation": {"kind": "given", "success_probability": 0.2, "attempt_period_s": 1e-5})";
  return compile(parse_scenario(R"({"version": 1, "memories": [{"name": "m", "slots": 6}], "duration_s": 0.02,
    "nodes": [{"name": "n0", "memory": "m"}, {"name": "n1", "memory": "m"}, {"name": "n2", "memory": "m"}],
    "links": [{"node_a": "n0", "node_b": "n1", )" + link + R"(}, {"node_a": "n1", "node_b": "n2", )" + link + "}], \"demands\": [" + demand + "]}"));
}

std::vector<double> column(const RunOutput& out, std::string_view table, std::string_view name) {
  for (const Table& t : out.tables)
    for (const Column& c : t.columns)
      if (t.name == table && c.name == name)
        return std::visit([](const auto& v) { return std::vector<double>(v.begin(), v.end()); }, c.values);
  throw std::out_of_range(std::string(name));
}

RunOutput run_with(const Model& model, const ProtocolsInUse& used, unsigned threads) {
  RunOptions options;
  options.replicas = 8;
  options.threads = threads;
  options.protocols = used;
  RunOutput out = run(model, options, {});
  EXPECT_EQ(alive, 0);
  return out;
}

ProtocolsInUse deciding(const LoadedProtocol& protocol) {
  ProtocolsInUse used;
  used.deciders = {&protocol, &protocol, nullptr};
  return used;
}

TEST(Extensions, DecisionsDoNotDependOnThreads) {
  const Model model = chain(R"({"node_a": "n0", "node_b": "n2", "width": 2})");
  const LoadedProtocol loaded{"here", &alternating, {100}};
  const RunOutput one = run_with(model, deciding(loaded), 1), three = run_with(model, deciding(loaded), 3);
  EXPECT_FALSE(one.failure || three.failure);
  for (const char* name : {"delivered_s", "fidelity", "replica"}) EXPECT_EQ(column(one, "pairs", name), column(three, "pairs", name));
  EXPECT_GT(column(one, "pairs", "fidelity").size(), 100u);
}

TEST(Extensions, WhatThrowsEndsItsReplica) {
  const Model model = chain(R"({"node_a": "n0", "node_b": "n2", "width": 2})");
  const LoadedProtocol loaded{"here", &alternating, {3}};
  for (unsigned threads : {1u, 3u}) {
    const RunOutput out = run_with(model, deciding(loaded), threads);
    ASSERT_TRUE(out.failure);
    try {
      std::rethrow_exception(out.failure);
    } catch (const RunError& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with(R"(protocol "alternating", "swap" at node "n1", demand "n0->n2", at 0.)")) << error.what();
      EXPECT_TRUE(std::string(error.what()).ends_with("s: asked too often")) << error.what();
    }
    const std::vector<double> kept = column(out, "replicas", "replica");
    ASSERT_GE(kept.size(), 3u);
    for (double k : {0, 1, 2}) EXPECT_EQ(kept[static_cast<std::size_t>(k)], k);
    EXPECT_EQ(std::count(kept.begin(), kept.end(), 3), 0);
  }
}

TEST(Extensions, NodesRunOnThreads) {
  const Model model = chain(R"({"node_a": "n0", "node_b": "n1", "traffic": {"kind": "by_programs"}})");
  const LoadedProtocol loaded{"here", &reading, {}};
  ProtocolsInUse used;
  used.programs = &loaded;
  const RunOutput one = run_with(model, used, 1), three = run_with(model, used, 3);
  EXPECT_FALSE(one.failure || three.failure);
  EXPECT_EQ(column(one, "records", "time_s"), column(three, "records", "time_s"));
  const std::vector<double> read = column(one, "records", "read");
  EXPECT_GT(read.size(), 100u);
  EXPECT_EQ(read, column(one, "records", "told"));
  EXPECT_EQ(read, column(three, "records", "told"));
}

}  // namespace
}  // namespace farbell::extensions_test
