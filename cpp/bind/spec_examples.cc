#include "spec_examples.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace farbell {
namespace {

using Example = std::pair<std::string_view, std::string_view>;

constexpr auto examples = std::to_array<Example>({
    {"Memory", R"(
>>> memory = fb.Memory(name="ion", slots=4, t2_s="1 s", two_qubit_gate_reliability=0.99)
>>> memory.replace(t2_s="500 ms").t2_s
0.5)"},
    {"CommunicationQubits", R"(
>>> electron = fb.CommunicationQubits(t2_s="1.46 s", storage_s="1.3 ms", storage_reliability=0.96)
>>> fb.Memory(name="nv", slots=2, t2_s="1 s", dephasing_attempts=1400, communication=electron).communication.qubits
1)"},
    {"ChargeCheck", R"(
>>> check = fb.ChargeCheck(batch_attempts=250, check_s="50 us", success_probability=0.95)
>>> fb.Memory(name="nv", charge_check=check).charge_check.check_s
5e-05)"},
    {"EnsembleLight", R"(
>>> rubidium = fb.Memory(name="rubidium", light=fb.EnsembleLight(), efficiency=0.3)
>>> rubidium.light
EnsembleLight())"},
    {"WeakCoherentLight", R"(
>>> laser = fb.Memory(name="laser", light=fb.WeakCoherentLight(mean_photons=0.4))
>>> laser.light.mean_photons
0.4)"},
    {"Detector", R"(
>>> fb.Detector(efficiency=0.8, dark_count_rate_hz="10 Hz").window_s
1e-07)"},
    {"Station", R"(
>>> fb.Station(name="midpoint", visibility=0.95, detector=fb.Detector(efficiency=0.8)).detector.efficiency
0.8)"},
    {"Fiber", R"(
>>> fb.Fiber(length_m="25 km").length_m
25000.0)"},
    {"FiberSpan", R"(
>>> measured = [fb.FiberSpan(length_m="12 km", loss_db=2.9), fb.FiberSpan(length_m="8 km", loss_db=1.7)]
>>> fb.Fiber(length_m="20 km", spans=measured).spans[1].loss_db
1.7)"},
    {"ClassicalLight", R"(
>>> light = fb.ClassicalLight(power_to_b_w=1e-4, raman_per_km_nm=2e-9, filter_bandwidth_m="0.1 nm")
>>> fb.Fiber(length_m="20 km", wavelength_m="1550 nm", classical_light=light).classical_light.power_to_b_w
0.0001)"},
    {"Alignment", R"(
>>> alignment = fb.Alignment(arrival_jitter_s="100 ps", free_running_s="90 ms", stabilisation_s="10 ms")
>>> fb.DoubleClick(station="midpoint", alignment=alignment).alignment.arrival_jitter_s
1e-10)"},
    {"Werner", R"(
>>> fb.Werner(fidelity=0.97)
Werner(fidelity=0.97))"},
    {"BellWeights", R"(
>>> fb.BellWeights(weights=[0.9, 0.1, 0, 0]).weights
(0.9, 0.1, 0.0, 0.0))"},
    {"DensityMatrix", R"(
>>> bell = fb.DensityMatrix(real=[[0.5, 0, 0, 0.5], [0, 0, 0, 0], [0, 0, 0, 0], [0.5, 0, 0, 0.5]])
>>> bell.real[0]
(0.5, 0.0, 0.0, 0.5))"},
    {"Given", R"(
>>> fb.Given(success_probability=0.05, attempt_period_s="100 us", state=fb.Werner(fidelity=0.98)).attempt_period_s
0.0001)"},
    {"Multiplexing", R"(
>>> train = fb.Multiplexing(modes=100, mode_separation_s="100 ns")
>>> fb.Given(success_probability=1e-3, attempt_period_s="1 ms", multiplexing=train).multiplexing.modes
100)"},
    {"DoubleClick", R"(
>>> fb.DoubleClick(station="midpoint").station_position
0.5)"},
    {"Asap", R"(
>>> fb.Demand(node_a="alice", node_b="bob").swapping
Asap())"},
    {"Doubling", R"(
>>> fb.Demand(node_a="alice", node_b="bob", swapping=fb.Doubling()).swapping
Doubling())"},
    {"Sequential", R"(
>>> fb.Demand(node_a="alice", node_b="bob", swapping=fb.Sequential()).swapping
Sequential())"},
    {"Tree", R"(
>>> fb.Tree(order=["n1", "n3", "n2"]).order[-1]  # makes the end-to-end pair
'n2')"},
    {"PolicyEntry", R"(
>>> fb.PolicyEntry(links=[[0, 1], [1, 2], [2, 3]], swap=[1]).swap
(1,))"},
    {"PolicyTable", R"(
>>> wait = fb.PolicyEntry(links=[[0, 1], [1, 2]], swap=[])
>>> fb.PolicyTable(entries=[wait]).otherwise
'asap')"},
    {"Admission", R"(
>>> fb.Admission(rate_hz=20, burst=5).by_deadline
False)"},
    {"Cutoff", R"(
>>> fb.Cutoff(age_s="20 ms").age_s
0.02)"},
    {"Rule", R"(
>>> young = fb.Rule(do="swap", when="max(age_s_a, age_s_b) < 0.1 * t2_s")
>>> fb.Demand(node_a="alice", node_b="bob", rules=[young]).rules[0].do
'swap')"},
    {"Distillation", R"(
>>> fb.Distillation(rounds=["dejmps", "dejmps"]).scheme
'recurrence')"},
    {"MidpointSource", R"(
>>> fb.MidpointSource(mean_pairs=0.05, spectral_purity=0.9).statistics
'down_conversion')"},
    {"SenderReceiver", R"(
>>> fb.SenderReceiver(absorption_efficiency=0.3).sender
'node_a')"},
    {"RepeaterGraph", R"(
>>> graph = fb.RepeaterGraph(sources=9, arms=14, branching=[10, 5], repetition_s="1 us")
>>> graph.bell_success_probability
0.5)"},
    {"Retrieval", R"(
>>> comb = fb.Retrieval(efficiency=0.45, lifetime_s="1 ms", temporal_modes=20, spectral_modes=50)
>>> fb.Memory(name="crystal", retrieval=comb).retrieval.lifetime_s
0.001)"},
    {"SingleClick", R"(
>>> fb.SingleClick(station="midpoint", bright_state=0.05, phase_sigma_rad="10 deg").bright_state
0.05)"},
    {"Node", R"(
>>> fb.Node(name="alice", memory="ion", latitude_deg=52.01, longitude_deg=4.36).name
'alice')"},
    {"Link", R"(
>>> heralded = fb.DoubleClick(station="midpoint")
>>> link = fb.Link(node_a="alice", node_b="bob", fiber=fb.Fiber(length_m="20 km"), generation=heralded)
>>> link.fiber.length_m
20000.0)"},
    {"Change", R"(
>>> fb.Change(at_s="3 s", link="alice--bob").generation is None  # the link goes down
True)"},
    {"OpticalSwitch", R"(
>>> fb.OpticalSwitch(name="hub", links=["a--hub", "b--hub", "c--hub"], switching_time_s="1 ms", turn_s="10 ms").stations
1)"},
    {"Drift", R"(
>>> drift = fb.Drift(step_s="1 s", coherence_tau_s="1000 s", recalibrate_below=0.9, recalibration_s="20 s")
>>> drift.recalibrate_below
0.9)"},
    {"Failure", R"(
>>> fb.Failure(nodes=["Utrecht"], down=[("10 s", "20 s")]).down
((10.0, 20.0),)
>>> fb.Failure(links=["alice--bob", "alice--carol"], mtbf_s="100 h", mttr_s="2 h").mtbf_s
360000.0)"},
    {"WeightedRoute", R"(
>>> fb.WeightedRoute(nodes=["a", "b"], weight=2).weight
2.0)"},
    {"Routing", R"(
>>> fb.Routing(kind="hops").kind
'hops')"},
    {"ShortestRouter", R"(
>>> fb.Rounds(router=fb.ShortestRouter(), round_s="1 ms", attempt_s="0.5 ms").router == fb.ShortestRouter()
True)"},
    {"GreedyRouter", R"(
>>> fb.Rounds(router=fb.GreedyRouter(), round_s="1 ms", attempt_s="0.5 ms", channels=2).channels
2)"},
    {"QPassRouter", R"(
>>> fb.QPassRouter(link_state_hops=2).link_state_hops
2)"},
    {"QCastRouter", R"(
>>> fb.QCastRouter().link_state_hops
3)"},
    {"MultipathLocalRouter", R"(
>>> rounds = fb.Rounds(router=fb.MultipathLocalRouter(), round_s="1 ms", attempt_s="0.5 ms")
>>> fb.grid(3, 3, rounds=rounds).rounds.attempt_s
0.0005)"},
    {"MultipathGlobalRouter", R"(
>>> fb.Rounds(router=fb.MultipathGlobalRouter(), round_s="1 ms", attempt_s="0.5 ms").to_dict()["router"]["kind"]
'multipath_global')"},
    {"GhzFusionRouter", R"(
>>> fb.Rounds(router=fb.GhzFusionRouter(max_links=4), round_s="1 ms", attempt_s="0.5 ms").to_dict()["router"]["kind"]
'ghz_fusion')"},
    {"Rounds", R"(
>>> fb.Rounds(router=fb.QCastRouter(), round_s="2 ms", attempt_s="1 ms", channels=3).round_s
0.002)"},
    {"ClassicalMessages", R"(
>>> messages = fb.ClassicalMessages(jitter_s="10 us", loss_probability=0.01, retransmission_timeout_s="1 ms")
>>> fb.chain(nodes=3, messages=messages).messages.jitter_s
1e-05)"},
    {"OneOff", R"(
>>> fb.OneOff(requests=5, at_s="10 ms").requests
5)"},
    {"BackToBack", R"(
>>> fb.BackToBack().requests is None  # the next one is asked when one ends, as long as the run lasts
True)"},
    {"Continuous", R"(
>>> fb.Continuous(at_s="1 s").at_s
1.0)"},
    {"Poisson", R"(
>>> fb.Poisson(rate_hz="2 kHz").rate_hz
2000.0)"},
    {"Table", R"(
>>> fb.Table(at_s=[0.1, 0.2, 0.5]).at_s
(0.1, 0.2, 0.5))"},
    {"Demand", R"(
>>> demand = fb.Demand(node_a="alice", node_b="bob", traffic=fb.Poisson(rate_hz=10), deadline_s="50 ms")
>>> demand.deadline_s
0.05)"},
    {"GhzDemand", R"(
>>> fb.GhzDemand(name="trio", users=["alice", "bob", "carol"], traffic=fb.OneOff(requests=10)).users
('alice', 'bob', 'carol'))"},
    {"Limits", R"(
>>> fb.Limits(max_events=1_000_000, max_wall_s="1 min").max_wall_s
60.0)"},
    {"Scenario", R"(
>>> scenario = fb.chain(nodes=3, length_m="20 km")
>>> longer = scenario.replace(duration_s="5 s", seed=7)
>>> longer.duration_s, scenario.duration_s
(5.0, 1.0)
>>> fb.Scenario.from_json(longer.to_json()) == longer
True)"},
});

}  // namespace

std::string_view spec_example(std::string_view spec) {
  const auto found = std::ranges::find(examples, spec, &Example::first);
  return found == examples.end() ? std::string_view() : found->second.substr(1);
}

}  // namespace farbell
