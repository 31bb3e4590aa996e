// Reading scenario files: what is taken, and where, why and how everything else is refused.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <numbers>

#include "farbell/base/errors.hpp"
#include "farbell/simulation/spec_json.hpp"
#include "spec_documents.hpp"

namespace farbell {
namespace {

TEST(ReadScenario, Defaults) {
  const ScenarioSpec scenario = parse_scenario(smallest_document);
  EXPECT_EQ(scenario, ScenarioSpec());
}

TEST(ReadScenario, EveryField) {
  const ScenarioSpec s = parse_scenario(chain_document);
  EXPECT_EQ(s.description, "Three nodes \u2013 \"A\", R, B");
  EXPECT_EQ(s.seed, 9223372036854775807u);
  EXPECT_EQ(s.duration_s, 60);
  EXPECT_EQ(s.warm_up_s, 0.5);
  EXPECT_EQ(s.tick, TickSize::ns);
  EXPECT_EQ(s.slot_s, 1e-5);
  EXPECT_EQ(s.limits.max_events, 1'000'000);
  EXPECT_EQ(s.memories[1].t2_law, T2Law::gaussian);
  EXPECT_EQ(s.memories[1].depolarising_s, std::nullopt);
  EXPECT_EQ(s.memories[1].pauli_y_rate_hz, 1e-3);
  EXPECT_EQ(s.stations[0].detector.window_s, 1e-8);
  EXPECT_EQ(s.nodes[2].x_m, 25e3);
  EXPECT_EQ(s.links[0].label(), "A--R");
  EXPECT_EQ(std::get<DoubleClickSpec>(s.links[0].generation).station_position, 0.4);
  EXPECT_EQ(s.links[1].label(), "last");
  EXPECT_EQ(s.links[1].fiber.speed_m_per_s, 2.04e8);
  const auto& given = std::get<GivenSpec>(s.links[1].generation);
  EXPECT_EQ(std::get<BellWeightsSpec>(given.state).weights[3], 0.02);
  EXPECT_EQ(s.demands[0].label(), "A->B");
  EXPECT_EQ(s.demands[0].traffic, TrafficSpec(ContinuousSpec()));
  EXPECT_EQ(std::get<PoissonSpec>(s.demands[1].traffic).rate_hz, 2000);
  EXPECT_EQ(s.demands[1].route, (std::vector<std::string>{"A", "R", "B"}));
  EXPECT_EQ(s.changes[0].generation, std::nullopt);
  EXPECT_EQ(std::get<DensityMatrixSpec>(std::get<GivenSpec>(*s.changes[1].generation).state).imag[3][0], -0.1);
  const auto& single = std::get<SingleClickSpec>(*s.changes[2].generation);
  EXPECT_EQ(single.bright_state_b, 0.2);
  EXPECT_DOUBLE_EQ(single.phase_sigma_rad, std::numbers::pi / 18);
}

TEST(ReadScenario, WholeNumbersMayBeWrittenAsDoubles) {
  EXPECT_EQ(parse_scenario(R"({"version": 1.0, "duration_s": 1, "seed": 1e3})").seed, 1000u);
}

TEST(ReadScenario, NegativeZeroIsZero) {
  const ScenarioSpec s = parse_scenario(R"({"version": 1, "duration_s": 1, "nodes": [{"name": "a", "memory": "m", "x_m": -0.0}]})");
  EXPECT_FALSE(std::signbit(*s.nodes[0].x_m));
}

TEST(ReadScenario, AFileMaySayWhereItsSchemaIs) {
  const ScenarioSpec plain = parse_scenario(R"({"version": 1, "duration_s": 1})");
  EXPECT_EQ(parse_scenario(R"({"$schema": "./scenario.schema.json", "version": 1, "duration_s": 1})"), plain);
  EXPECT_EQ(write_scenario(plain).find("$schema"), std::string::npos);
}

struct Bad {
  std::string text;
  std::string path;
  std::string found;    // part of it
  std::string allowed;  // part of it
  std::string nearest = {};
};

std::string with(const std::string& members) { return R"({"version": 1, "duration_s": 1, )" + members + "}"; }
std::string with_node(const std::string& members) {
  return with(R"("nodes": [{"name": "a", "memory": "m"}, {"name": "b", "memory": "m", )" + members + "}]");
}
std::string with_state(const std::string& state) {
  return with(R"("links": [{"node_a": "a", "node_b": "b", "fiber": {"length_m": 1}, "generation": {"kind": "given",
    "success_probability": 1, "attempt_period_s": 1, "state": )" + state + "}}]");
}

void expect_refused(const Bad& bad) {
  SCOPED_TRACE(bad.text.substr(0, 300));
  try {
    parse_scenario(bad.text);
    FAIL() << "accepted";
  } catch (const SpecError& error) {
    EXPECT_EQ(error.path, bad.path);
    EXPECT_NE(error.found.find(bad.found), std::string::npos) << error.found;
    EXPECT_NE(error.allowed.find(bad.allowed), std::string::npos) << error.allowed;
    EXPECT_EQ(error.nearest, bad.nearest);
    EXPECT_LT(error.found.size(), 130u);
  }
}

TEST(RefuseScenario, Names) {
  expect_refused({with(R"("sead": 1)"), "/sead", "\"sead\"", "seed", "seed"});
  expect_refused({with(R"("colour": 1)"), "/colour", "\"colour\"", "seed"});
  expect_refused({with_node(R"("memroy": "m")"), "/nodes/1/memroy", "\"memroy\"", "memory", "memory"});
  expect_refused({with_node(R"("x": 3)"), "/nodes/1/x", "\"x\"", "x_m"});
  expect_refused({with_node(R"("a/b~c": 3)"), "/nodes/1/a~1b~0c", "\"a/b~c\"", "x_m"});
  expect_refused({with(R"("$schema": 3)"), "/$schema", "3", "a text"});
  expect_refused({with(R"("schema": "x")"), "/schema", "\"schema\"", "$schema", "$schema"});
  expect_refused({with_node(R"("$schema": "x")"), "/nodes/1/$schema", "\"$schema\"", "memory"});
  expect_refused({with(R"("seed": 1, "seed": 1)"), "/seed", "\"seed\" twice", "once"});
  expect_refused({with(R"("seed": 1, "\u0073eed": 1)"), "/seed", "twice", "once"});
  expect_refused({with_node(R"("memory": "m")"), "/nodes/1/memory", "twice", "once"});
  expect_refused({with_node(R"("name": "b")"), "/nodes/1/name", "twice", "once"});
}

TEST(RefuseScenario, ADuplicateAmongMany) {
  std::string members;
  for (int i = 0; i < 100; ++i) members += "\"k" + std::to_string(i) + "\": 0, ";
  expect_refused({with(members + "\"k7\": 0"), "/k7", "twice", "once"});
}

TEST(RefuseScenario, Missing) {
  expect_refused({R"({"duration_s": 1})", "/version", "nothing", "required"});
  expect_refused({R"({"version": 1})", "/duration_s", "nothing", "required"});
  expect_refused({with(R"("nodes": [{"name": "a"}])"), "/nodes/0/memory", "nothing", "required"});
  expect_refused({with(R"("links": [{"node_a": "a", "node_b": "b", "fiber": {}, "generation": {}}])"), "/links/0/fiber/length_m",
                  "nothing", "required"});
  expect_refused({with(R"("links": [{"node_a": "a", "node_b": "b", "generation": {}}])"), "/links/0/generation/kind", "nothing",
                  "\"given\", \"double_click\", \"single_click\", \"midpoint_source\", \"sender_receiver\" or \"repeater_graph\""});
}

TEST(RefuseScenario, Types) {
  expect_refused({"[]", "", "an empty list", "object"});
  for (const char* text : {"3", "null", "\"text\"", "true"}) expect_refused({text, "", text, "object"});
  expect_refused({with(R"("seed": "1")"), "/seed", "\"1\"", "whole number"});
  expect_refused({with(R"("seed": true)"), "/seed", "true", "whole number"});
  expect_refused({with(R"("seed": null)"), "/seed", "null", "whole number"});
  expect_refused({with(R"("seed": 1.5)"), "/seed", "1.5", "whole number"});
  expect_refused({with(R"("name": 1)"), "/name", "1", "text"});
  expect_refused({with(R"("name": null)"), "/name", "null", "text"});
  expect_refused({with(R"("nodes": {})"), "/nodes", "{}", "list"});
  expect_refused({with(R"("nodes": null)"), "/nodes", "null", "list"});
  expect_refused({with(R"("nodes": ["a"])"), "/nodes/0", "\"a\"", "object (Node)"});
  expect_refused({with(R"("notes": ["a", 3])"), "/notes/1", "3", "text"});
  expect_refused({with(R"("warm_up_s": [1])"), "/warm_up_s", "[1]", "number"});
  expect_refused({with(R"("warm_up_s": true)"), "/warm_up_s", "true", "number"});
  expect_refused({with(R"("tick": 1)"), "/tick", "1", "\"ps\" or \"ns\""});
  expect_refused({with_node(R"("parallel_links": [])"), "/nodes/1/parallel_links", "empty list", "whole number"});
  expect_refused({with_state("3"), "/links/0/generation/state", "3", "kind"});
  expect_refused({with_state(R"({"kind": 3})"), "/links/0/generation/state/kind", "3", "werner"});
  expect_refused({with_state(R"({"fidelity": 1})"), "/links/0/generation/state/kind", "nothing", "werner"});
}

TEST(RefuseScenario, Choices) {
  expect_refused({with(R"("tick": "fs")"), "/tick", "\"fs\"", "\"ps\" or \"ns\"", "\"ps\""});
  expect_refused({with(R"("state": "pair_densitiy")"), "/state", "densitiy", "pair_density", "\"pair_density\""});
  expect_refused({with_state(R"({"kind": "Werner"})"), "/links/0/generation/state/kind", "Werner", "werner", "\"werner\""});
  expect_refused({with_state(R"({"kind": "werner", "weights": [1, 0, 0, 0]})"), "/links/0/generation/state/weights", "weights",
                  "kind, fidelity"});
}

TEST(RefuseScenario, Ranges) {
  expect_refused({R"({"version": 2, "duration_s": 1})", "/version", "2", "[1, 1]"});
  expect_refused({R"({"version": 1, "duration_s": 0})", "/duration_s", "0", "> 0"});
  expect_refused({R"({"version": 1, "duration_s": -1})", "/duration_s", "-1", "> 0"});
  expect_refused({R"({"version": 1, "duration_s": "-1 s"})", "/duration_s", "\"-1 s\"", "> 0"});
  expect_refused({R"({"version": 1, "duration_s": "1e308 d"})", "/duration_s", "1e308 d", "> 0"});
  expect_refused({R"({"version": 1, "duration_s": 1e999})", "/duration_s", "no double", "1.8e308"});
  expect_refused({R"({"version": 1, "duration_s": -1e999})", "/duration_s", "no double", "1.8e308"});
  expect_refused({with(R"("seed": -1)"), "/seed", "-1", ">= 0"});
  expect_refused({with(R"("seed": 9223372036854775808)"), "/seed", "9223372036854775808", "2^63"});
  expect_refused({with(R"("seed": 18446744073709551616)"), "/seed", "18446744073709551616", "2^63"});
  expect_refused({with(R"("seed": 1e19)"), "/seed", "1e+19", "2^63"});
  expect_refused({with(R"("memories": [{"name": "m", "slots": 0}])"), "/memories/0/slots", "0", "[1, 1000000]"});
  expect_refused({with(R"("memories": [{"name": "m", "t1_s": 0}])"), "/memories/0/t1_s", "0", "> 0"});
  expect_refused({with(R"("memories": [{"name": "m", "efficiency": 1.0000000000000002}])"), "/memories/0/efficiency",
                  "1.0000000000000002", "[0, 1]"});
  expect_refused({with(R"("memories": [{"name": ""}])"), "/memories/0/name", "\"\"", "not empty"});
  expect_refused({with(R"("demands": [{"node_a": "a", "node_b": "b", "route": ["a", ""]}])"), "/demands/0/route/1", "\"\"",
                  "not empty"});
  expect_refused({with(R"("demands": [{"node_a": "a", "node_b": "b", "traffic": {"kind": "table", "at_s": [0, -1]}}])"),
                  "/demands/0/traffic/at_s/1", "-1", ">= 0"});
  expect_refused({with_node(R"("latitude_deg": 91)"), "/nodes/1/latitude_deg", "91", "[-90, 90]"});
}

TEST(RefuseScenario, Units) {
  expect_refused({with(R"("warm_up_s": "1")"), "/warm_up_s", "\"1\"", "ms, s"});
  expect_refused({with(R"("warm_up_s": "1 km")"), "/warm_up_s", "1 km", "ms, s"});
  expect_refused({with(R"("warm_up_s": "1 MS")"), "/warm_up_s", "1 MS", "ms, s", "ms"});
  expect_refused({with(R"("memories": [{"name": "m", "efficiency": "1"}])"), "/memories/0/efficiency", "\"1\"", "[0, 1]"});
}

TEST(RefuseScenario, States) {
  expect_refused({with_state(R"({"kind": "werner", "fidelity": 0.2})"), "/links/0/generation/state/fidelity", "0.2", "[0.25, 1]"});
  const std::string weights = "/links/0/generation/state/weights";
  expect_refused({with_state(R"({"kind": "bell_weights", "weights": [1, 0, 0]})"), weights, "a list of 3", "a list of 4"});
  expect_refused({with_state(R"({"kind": "bell_weights", "weights": [1, 0, 0, 0.1]})"), weights, "1.1", "sum of 1"});
  expect_refused({with_state(R"({"kind": "bell_weights", "weights": [1.1, 0, 0, -0.1]})"), weights + "/0", "1.1", "[0, 1]"});
  const std::string state = "/links/0/generation/state";
  const auto matrix = [](const std::string& real, const std::string& imag = "[[0,0,0,0],[0,0,0,0],[0,0,0,0],[0,0,0,0]]") {
    return with_state(R"({"kind": "density_matrix", "real": )" + real + R"(, "imag": )" + imag + "}");
  };
  expect_refused({matrix("[[1,0,0,0],[0,0,0,0],[0,0,0,0]]"), state + "/real", "a list of 3", "a list of 4"});
  expect_refused({matrix("[[1,0,0,0],[0,0,0,0],[0,0,0,0],[0,0,0]]"), state + "/real/3", "a list of 3", "a list of 4"});
  expect_refused({matrix("[[1,0,0,0.1],[0,0,0,0],[0,0,0,0],[0,0,0,0]]"), state + "/real/0/3", "0.1 opposite 0", "symmetric"});
  expect_refused({matrix("[[0.5,0,0,0],[0,0,0,0],[0,0,0,0],[0,0,0,0.5]]", "[[0,0,0,0.1],[0,0,0,0],[0,0,0,0],[0.1,0,0,0]]"),
                  state + "/imag/0/3", "0.1 opposite 0.1", "antisymmetric"});
  expect_refused({matrix("[[0.5,0,0,0],[0,0.4,0,0],[0,0,0,0],[0,0,0,0]]"), state + "/real", "trace 0.9", "trace 1"});
  expect_refused({matrix("[[0.5,0,0,0.6],[0,0,0,0],[0,0,0,0],[0.6,0,0,0.5]]"), state + "/real", "negative", "eigenvalue"});
  expect_refused({matrix("[[1.0,0,0,0],[0,0.5,0,0],[0,0,-0.5,0],[0,0,0,0]]"), state + "/real", "negative", "eigenvalue"});
}

TEST(RefuseScenario, NotJson) {
  expect_refused({"", "", "the end of the text at line 1", "JSON"});
  expect_refused({"nonsense", "", "at line 1, column 2", "JSON"});
  expect_refused({"{\n  \"version\": 1,\n  \"seed\": }", "", "at line 3, column 11", "JSON"});
  expect_refused({"{\"version\": 1,}", "", "at line 1, column 15", "JSON"});
  expect_refused({"{\"version\": 1} x", "", "at line 1, column 16", "JSON"});
  expect_refused({"{\"version\": 1}{}", "", "at line 1, column 15", "JSON"});
  expect_refused({"{'version': 1}", "", "at line 1, column 2", "JSON"});
  expect_refused({"{\"version\": 01}", "", "at line 1, column 14", "JSON"});
  expect_refused({"{\"version\": 1 // comment\n}", "", "at line 1, column 15", "JSON"});
  expect_refused({with("\"name\": \"tab\there\""), "", "\\t\" at line 1", "JSON"});
  expect_refused({with("\"name\": \"\\ud800\""), "", "at line 1", "JSON"});
  expect_refused({with("\"name\": \"\xff\""), "", "\\\\xff", "JSON"});
  expect_refused({with("\"name\": \"\xc0\xaf\""), "", "\\\\xc0", "JSON"});
  expect_refused({with("\"nodes\": [{\"name\": \"a\", \"memory\": x}]"), "/nodes/0", "x", "JSON"});
  for (const char* number : {"NaN", "Infinity"}) expect_refused({with("\"seed\": " + std::string(number)), "", "at line 1", "no NaN"});
  expect_refused({with("\"seed\": -Infinity"), "", "at line 1", "no NaN"});
  expect_refused({std::string("{\"version\": 1, \0", 16), "", "at line 1", "JSON"});
}

TEST(RefuseScenario, Nesting) {
  std::string deep;
  std::string path;
  for (int i = 0; i < 64; ++i) deep += "[";
  for (int i = 0; i < 63; ++i) path += "/0";
  expect_refused({deep + "[", path, "deeper than 64", "64"});
  expect_refused({deep + "{", path, "deeper than 64", "64"});
  expect_refused({deep + std::string(64, ']'), "", "[[[[", "object"});
}

// Ten megabytes of each kind of nonsense, refused within seconds even under sanitizers and on a busy machine.
TEST(RefuseScenario, MuchNonsense) {
  constexpr std::size_t size = 10'000'000;
  std::string noise(size, ' ');
  std::uint32_t state = 1;
  for (char& c : noise) c = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  std::string many = "{";
  for (int i = 0; many.size() < size; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  std::string list = "{\"version\":1,\"duration_s\":1,\"notes\":[";
  while (list.size() < size) list += "0,";
  const std::string texts[] = {noise,
                               std::string(size, '['),
                               std::string(size, '{'),
                               std::string(size, '"'),
                               std::string(size, '9'),
                               std::string(size, ' '),
                               std::string(size, '\0'),
                               "\"" + std::string(size, 'x'),
                               "{\"" + std::string(size, 'x') + "\":1}",
                               with("\"warm_up_s\": \"" + std::string(size, '1') + "\""),
                               with("\"tick\": \"" + std::string(size, 'p') + "\""),
                               many + "\"k0\":0}",
                               list + "0]}"};
  for (const std::string& text : texts) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_THROW(parse_scenario(text), SpecError);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60)) << text.substr(0, 40);
  }
}

TEST(RefuseScenario, MessagesAreShortAndWhole) {
  try {
    parse_scenario(with("\"tick\": \"" + std::string(59, 'x') + "\u00e9" + std::string(1000, 'x') + "\""));
    FAIL();
  } catch (const SpecError& error) {
    EXPECT_EQ(error.found, "\"" + std::string(59, 'x') + "...\"");
    EXPECT_EQ(std::string(error.what()), error.path + ": found " + error.found + "; allowed: " + error.allowed);
  }
}

}  // namespace
}  // namespace farbell
