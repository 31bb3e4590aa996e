// What compile() refuses, and how it says so.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "farbell/simulation/model.hpp"
#include "farbell/simulation/spec_json.hpp"

namespace farbell {
namespace {

constexpr const char* good = R"({"version": 1, "duration_s": 1,
  "memories": [{"name": "ion", "slots": 4}], "stations": [{"name": "mid"}],
  "nodes": [{"name": "alice", "memory": "ion"}, {"name": "relay", "memory": "ion"}, {"name": "bob", "memory": "ion"}, {"name": "zoe", "memory": "ion"}],
  "links": [{"node_a": "alice", "node_b": "relay", "fiber": {"length_m": 1000}, "generation": {"kind": "double_click", "station": "mid"}},
            {"node_a": "relay", "node_b": "bob", "fiber": {"length_m": 1000},
             "generation": {"kind": "given", "success_probability": 0.1, "attempt_period_s": 1e-5, "state": {"kind": "werner", "fidelity": 0.95}}}],
  "demands": [{"node_a": "alice", "node_b": "bob"}]})";

struct Case {
  std::string path, nearest;
  std::function<void(ScenarioSpec&)> spoil;
};

TEST(Compile, AcceptsTheGoodScenario) {
  const Model m = compile(parse_scenario(good));
  EXPECT_EQ(m.route_plans[0].routes[0].nodes.size(), 3u);
  EXPECT_EQ(m.link_names[0], "alice--relay");
  EXPECT_EQ(m.demand_names[0], "alice->bob");
}

TEST(Compile, RefusesWithPathAndNearestName) {
  const std::vector<Case> cases{
      {"/memories/0/t2_s", "", [](auto& s) { s.memories[0].t1_s = 1; s.memories[0].t2_s = 2.1; }},
      {"/memories/1/name", "", [](auto& s) { s.memories.push_back(s.memories[0]); }},
      {"/nodes/1/memory", "ion", [](auto& s) { s.nodes[1].memory = "iom"; }},
      {"/nodes/3/name", "", [](auto& s) { s.nodes[3].name = "bob"; }},
      {"/nodes/0/longitude_deg", "", [](auto& s) { s.nodes[0].latitude_deg = 1; }},
      {"/links/0/node_a", "alice", [](auto& s) { s.links[0].node_a = "alise"; }},
      {"/links/0/node_b", "", [](auto& s) { s.links[0].node_b = "alice"; }},
      {"/links/1/name", "", [](auto& s) { s.links[1].name = "alice--relay"; }},
      {"/links/0/generation/station", "mid", [](auto& s) { std::get<DoubleClickSpec>(s.links[0].generation).station = "Mid"; }},
      {"/links/1/generation", "", [](auto& s) { std::get<GivenSpec>(s.links[1].generation).attempt_period_s = 1e-14; }},
      {"/demands/0/node_b", "bob", [](auto& s) { s.demands[0].node_b = "bop"; }},
      {"/demands/0/node_b", "", [](auto& s) { s.demands[0].node_b = "alice"; }},
      {"/demands/0", "", [](auto& s) { s.demands[0].node_b = "zoe"; }},
      {"/demands/1/name", "", [](auto& s) { s.demands.push_back(s.demands[0]); }},
      {"/demands/0/width", "", [](auto& s) { s.demands[0].width = 3; }},
      {"/demands/0/min_fidelity", "", [](auto& s) { s.demands[0].min_fidelity = 0.96; }},
      {"/demands/0/deadline_s", "", [](auto& s) { s.demands[0].deadline_s = 1e-14; }},
      {"/demands/0/concurrent_requests", "", [](auto& s) { s.demands[0].concurrent_requests = 2; }},
      {"/demands/0/max_queue", "",
       [](auto& s) {
         s.demands[0].traffic = OneOffSpec{};
         s.demands[0].concurrent_requests = 3;
         s.demands[0].max_queue = 2;
       }},
      {"/demands/0/max_wait_s", "", [](auto& s) { s.demands[0].max_wait_s = 0; }},
      {"/demands/0/reserved/0/1", "", [](auto& s) { s.demands[0].reserved = {{2, 2}}; }},
      {"/demands/0/reserved/1/0", "", [](auto& s) { s.demands[0].reserved = {{1, 2}, {1.5, 3}}; }},
      {"/demands/0/reserved", "",
       [](auto& s) {
         s.demands[0].reserved = {{1, 2}};
         s.demands[0].generate_when_idle = true;
       }},
      {"/demands/0/admission", "", [](auto& s) { s.demands[0].traffic = PoissonSpec{1}; s.demands[0].admission = AdmissionSpec{}; }},
      {"/demands/0/admission", "", [](auto& s) { s.demands[0].admission = AdmissionSpec{1, 1, false}; }},
      {"/demands/0/admission/burst", "",
       [](auto& s) {
         s.demands[0].traffic = PoissonSpec{1};
         s.demands[0].deadline_s = 1;
         s.demands[0].admission = AdmissionSpec{{}, 2, true};
       }},
      {"/demands/0/admission/rate_hz", "", [](auto& s) { s.demands[0].traffic = PoissonSpec{1}; s.demands[0].admission = AdmissionSpec{1e14, 1, false}; }},
      {"/demands/0/admission/by_deadline", "", [](auto& s) { s.demands[0].traffic = PoissonSpec{1}; s.demands[0].admission = AdmissionSpec{1, 1, true}; }},
      {"/failures/0/nodes/1", "alice", [](auto& s) { s.failures = {{.nodes = {"bob", "alise"}, .down = {{1, 2}}}}; }},
      {"/failures/0/links/0", "alice--relay", [](auto& s) { s.failures = {{.links = {"alice-relay"}, .down = {{1, 2}}}}; }},
      {"/failures/0/nodes/1", "", [](auto& s) { s.failures = {{.nodes = {"bob", "bob"}, .down = {{1, 2}}}}; }},
      {"/failures/1/name", "", [](auto& s) { s.failures = {{.nodes = {"bob"}, .down = {{1, 2}}}, {.nodes = {"bob"}, .down = {{3, 4}}}}; }},
      {"/demands/0/priority", "", [](auto& s) { s.reservation = Reservation::hop_by_hop; s.demands[0].priority = 1; }},
      {"/heartbeat_period_s", "", [](auto& s) { s.heartbeat_period_s = 1e-14; }},
      {"/demands/0/route/1", "", [](auto& s) { s.demands[0].route = {"alice", "bob"}; }},
      {"/demands/0/route/2", "", [](auto& s) { s.demands[0].route = {"alice", "relay", "alice"}; }},
      {"/demands/0/route/0", "", [](auto& s) { s.demands[0].route = {"relay", "bob"}; }},
      {"/demands/0/route/1", "relay", [](auto& s) { s.demands[0].route = {"alice", "relai", "bob"}; }},
      {"/changes/0/link", "alice--relay", [](auto& s) { s.changes = {{0.5, "alice--relya", {}}}; }},
      {"/duration_s", "", [](auto& s) { s.duration_s = 1e8; }},
      {"/warm_up_s", "", [](auto& s) { s.warm_up_s = 1; }},
      {"/slot_s", "", [](auto& s) { s.timing = TimingModel::slotted; }},
      {"/slot_s", "", [](auto& s) { s.slot_s = 1; }},
      {"/memories/0", "", [](auto& s) { s.state = StateModel::bell_diagonal; s.memories[0].t1_s = 1; }},
      {"/memories/0", "", [](auto& s) { s.state = StateModel::bell_diagonal; s.memories[0].readout_fidelity_0 = 0.9; }},
      {"/demands/0/swapping/order/0", "relay", [](auto& s) { s.demands[0].swapping = TreeSpec{{"relai"}}; }},
      {"/demands/0/swapping/order", "", [](auto& s) { s.demands[0].swapping = TreeSpec{}; }},
      {"/demands/0/swapping", "", [](auto& s) { s.demands[0].swapping = PolicyTableSpec{}; }},
      {"/demands/0/cutoff", "", [](auto& s) { s.demands[0].cutoff = CutoffSpec{}; }},
      {"/demands/0/cutoff/age_s", "", [](auto& s) { s.demands[0].cutoff = CutoffSpec{1e-9, {}, {}}; }},
      {"/demands/0/width", "", [](auto& s) { s.demands[0].distillation = DistillationSpec{}; }},
      {"/links/1/distillation/rounds", "", [](auto& s) { s.links[1].distillation = DistillationSpec{.rounds = {}}; }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    ScenarioSpec s = parse_scenario(good);
    cases[i].spoil(s);
    try {
      compile(s);
      ADD_FAILURE() << "case " << i << " (" << cases[i].path << ") was accepted";
    } catch (const SpecError& e) {
      EXPECT_EQ(e.path, cases[i].path) << e.what();
      EXPECT_EQ(e.nearest, cases[i].nearest) << e.what();
    }
  }
}

TEST(Compile, SaysTheBestReachableFidelity) {
  ScenarioSpec s = parse_scenario(good);
  s.demands[0].min_fidelity = 0.95;  // the given link's own, through a perfect swap
  EXPECT_NO_THROW(compile(s));
  s.demands[0].min_fidelity = 0.9501;
  try {
    compile(s);
    FAIL();
  } catch (const SpecError& e) {
    EXPECT_NE(e.allowed.find("0.95"), std::string::npos) << e.allowed;
  }
}

TEST(Compile, TheTwirlIsAcceptedByNameAndOwnedUpTo) {
  ScenarioSpec s = parse_scenario(good);
  s.state = StateModel::bell_diagonal;
  s.memories[0].t1_s = 1;
  s.approximate = Approximation::pauli_twirl;
  const Model m = compile(s);
  EXPECT_TRUE(std::any_of(m.approximations.begin(), m.approximations.end(), [](const auto& a) { return a.name == "pauli_twirl"; }));
}

TEST(Compile, LinksOfEqualHardwareShareAProgram) {
  ScenarioSpec s = parse_scenario(good);
  s.links[0].generation = s.links[1].generation;
  EXPECT_EQ(compile(s).programs.size(), 1u);
}

}  // namespace
}  // namespace farbell
