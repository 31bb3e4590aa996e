// Writing scenarios, and the documents made from the field tables.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <ctime>
#include <random>

#include "farbell/base/errors.hpp"
#include "farbell/simulation/json_text.hpp"
#include "farbell/simulation/spec_json.hpp"
#include "farbell/simulation/spec_value.hpp"
#include "farbell/simulation/with_values.hpp"
#include "spec_documents.hpp"

namespace farbell {
namespace {

NodeSpec named(const std::string& name) {
  NodeSpec node;
  node.name = name;
  node.memory = "m";
  return node;
}

TEST(WriteScenario, ReadsBackEqual) {
  for (const std::string_view document : documents) {
    const ScenarioSpec scenario = parse_scenario(document);
    const std::string text = write_scenario(scenario);
    EXPECT_EQ(parse_scenario(text), scenario);
    EXPECT_EQ(write_scenario(parse_scenario(text)), text);
  }
}

TEST(WriteScenario, DoublesReadBackExactly) {
  std::mt19937_64 bits(7);
  for (int i = 0; i < 2'000; ++i) {
    ScenarioSpec scenario;
    NodeSpec node = named("a");
    node.x_m = std::bit_cast<double>(bits());
    if (!std::isfinite(*node.x_m)) continue;
    scenario.duration_s = std::ldexp(1 + static_cast<double>(bits() % 1000) / 999, static_cast<int>(bits() % 2000) - 1000);
    scenario.seed = bits() >> 1;
    scenario.nodes.push_back(node);
    EXPECT_EQ(parse_scenario(write_scenario(scenario)), scenario) << write_scenario(scenario);
  }
}

TEST(WriteScenario, NamesReadBackExactly) {
  ScenarioSpec scenario;
  for (const char* name : {"\"quoted\"", "back\\slash", "line\nbreak", "\x01\x1f\x7f", "a/b~c", "\u00b5\u20ac\U0001f600", "</script>"})
    scenario.nodes.push_back(named(name));
  EXPECT_EQ(parse_scenario(write_scenario(scenario)), scenario);
}

TEST(WriteScenario, AnElementALine) {
  ScenarioSpec scenario;
  for (const char* name : {"a", "b"}) scenario.nodes.push_back(named(name));
  const std::string text = write_scenario(scenario);
  EXPECT_NE(text.find("\n  \"nodes\": [\n    {\"name\": \"a\", "), std::string::npos) << text;
  EXPECT_EQ(text.find("null"), std::string::npos) << text;
}

// 10,000 nodes and 19,800 links; the goal is 0.4 s for the release build, the bound leaves room for sanitizers.
TEST(WriteScenario, LargeOnesAreReadQuickly) {
  ScenarioSpec scenario;
  for (int i = 0; i < 10'000; ++i) scenario.nodes.push_back(named("node" + std::to_string(i)));
  for (int i = 0; i < 19'800; ++i)
    scenario.links.push_back({.name = {},
                              .node_a = "node" + std::to_string(i % 10'000),
                              .node_b = "node" + std::to_string((i + 1) % 10'000),
                              .fiber = {.length_m = 1000.0 + i},
                              .generation = GivenSpec(),
                              .distillation = {}});
  const std::string text = write_scenario(scenario);
  const std::clock_t start = std::clock();
  EXPECT_EQ(parse_scenario(text), scenario);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  RecordProperty("cpu_ms_per_MB", static_cast<int>(1e9 * seconds / static_cast<double>(text.size())));
  EXPECT_LT(seconds, 10);
}

TEST(WithValues, ByNumberNameAndStar) {
  const Value document = write_spec(parse_scenario(chain_document), Empties::keep);
  const auto scenario = read_spec<ScenarioSpec>(with_values(document, {{"seed", Value(std::int64_t{5})},
                                                                       {"/nodes/0/memory", Value("other")},
                                                                       {"nodes/R/processing_delay_s", Value("2 ms")},
                                                                       {"memories/*/t2_s", Value(0.25)},
                                                                       {"links/A--R/fiber/length_m", Value("5 km")},
                                                                       {"links/last/generation/state/weights/0", Value(0.8)},
                                                                       {"links/last/generation/state/weights/1", Value(0.15)},
                                                                       {"demands/A->B/deadline_s", Value(3.0)},
                                                                       {"changes/0/generation", Value()}}),
                                                Origin::call);
  EXPECT_EQ(scenario.seed, 5u);
  EXPECT_EQ(scenario.nodes[0].memory, "other");
  EXPECT_EQ(scenario.nodes[1].processing_delay_s, 2e-3);
  for (const MemorySpec& memory : scenario.memories) EXPECT_EQ(memory.t2_s, 0.25);
  EXPECT_EQ(scenario.links[0].fiber.length_m, 5000);
  EXPECT_EQ(std::get<BellWeightsSpec>(std::get<GivenSpec>(scenario.links[1].generation).state).weights[0], 0.8);
  EXPECT_EQ(scenario.demands[0].deadline_s, 3);
}

TEST(WithValues, NamesGoBeforeNumbersAndMayHoldSlashes) {
  ScenarioSpec scenario;
  for (const char* name : {"1", "0", "a/b"}) scenario.nodes.push_back(named(name));
  const auto changed = read_spec<ScenarioSpec>(
      with_values(write_spec(scenario, Empties::keep), {{"nodes/1/memory", Value("x")}, {"nodes/a~1b/memory", Value("y")}}),
      Origin::call);
  EXPECT_EQ(changed.nodes[0].memory, "x");
  EXPECT_EQ(changed.nodes[2].memory, "y");
}

TEST(WithValues, RefusesPathsThatLeadNowhere) {
  const Value document = write_spec(parse_scenario(chain_document), Empties::keep);
  const auto expect_refused = [&](const char* path, const char* at, const char* nearest) {
    try {
      with_values(document, {{path, Value(1.0)}});
      ADD_FAILURE() << path;
    } catch (const SpecError& error) {
      EXPECT_EQ(error.path, at);
      EXPECT_EQ(error.nearest, nearest) << path;
      EXPECT_FALSE(error.allowed.empty());
    }
  };
  expect_refused("", "/", "");
  expect_refused("sead", "/sead", "seed");
  expect_refused("nodes/AA/memory", "/nodes/AA", "A");
  expect_refused("nodes/3/memory", "/nodes/3", "");
  expect_refused("nodes/-1/memory", "/nodes/-1", "");
  expect_refused("nodes/*/memroy", "/nodes/*/memroy", "memory");
  expect_refused("nodes/", "/nodes/", "");
  expect_refused("seed/x", "/seed", "");
  expect_refused("nodes/0/parallel_links/x", "/nodes/0/parallel_links", "");
  expect_refused("demands/0/route/*", "/demands/0/route", "");
  expect_refused("links/*/generation/success_probability", "/links/*/generation/success_probability", "");
}

TEST(Documents, SchemaAndTablesNameEveryField) {
  const Value schema = parse_json(scenario_schema());
  const Value* properties = schema.find("properties");
  ASSERT_NE(properties, nullptr);
  const Value* definitions = schema.find("$defs");
  ASSERT_NE(definitions, nullptr);
  const std::string tables = parameter_tables();
  const auto expect_field = [&](const Value& of, std::string_view name) {
    EXPECT_NE(of.find(name), nullptr) << name;
    EXPECT_NE(tables.find("| `" + std::string(name) + "` |"), std::string::npos) << name;
  };
  each_field<ScenarioSpec>([&](const auto& f) { expect_field(*properties, f.name); });
  each_field<GivenSpec>([&](const auto& f) { expect_field(*definitions->find("Given")->find("properties"), f.name); });
  EXPECT_NE(definitions->find("Given")->find("properties")->find("kind"), nullptr);
}

}  // namespace
}  // namespace farbell
