"""Equal traces on scenarios that nobody chose: hypothesis builds small networks with every option in play.

A failure prints the scenario and a `reproduce_failure` line that replays it.
"""

import json
import os
from unittest.mock import patch

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from farbell import _core
from oracle import scenarios
from oracle.test_traces import assert_same_run
from oracle.traffic import Demand

MICROSECONDS = [0.0, 1e-6, 3e-6, 5e-6, 10e-6, 20e-6]


def sometimes(strategy):
    return st.none() | strategy


def state_of():
    weights = st.lists(st.integers(1, 9), min_size=4, max_size=4).map(
        lambda parts: {"kind": "bell_weights", "weights": [part / sum(parts) for part in parts]}
    )
    werner = st.sampled_from([1.0, 0.95, 0.8]).map(lambda fidelity: {"kind": "werner", "fidelity": fidelity})
    return st.one_of(werner, weights, st.just(scenarios.SKEWED))


def generation_of():
    given_link = st.builds(
        scenarios.given, st.sampled_from([0.05, 0.3, 0.5, 0.9, 1.0]), st.sampled_from([4e-6, 10e-6, 13.7e-6]),
        st.sampled_from(MICROSECONDS), state=state_of(),
    )  # fmt: skip
    click = st.sampled_from([0.0, 0.3, 0.5]).map(lambda position: scenarios.CLICK | {"station_position": position})
    single = st.builds(
        lambda position, alpha, sigma, tau: scenarios.SINGLE
        | {"station_position": position, "bright_state": alpha, "phase_sigma_rad": sigma, "phase_correlation_s": tau},
        st.sampled_from([0.0, 0.5]), st.sampled_from([0.05, 0.4]), st.sampled_from([0.0, 0.5]), sometimes(st.sampled_from([1e-5, 3e-4])),
    )  # fmt: skip
    source = st.builds(
        lambda position, statistics, heralds: scenarios.SOURCE | {"source_position": position, "statistics": statistics} | heralds,
        st.sampled_from([0.0, 0.3, 0.5]), st.sampled_from(["down_conversion", "deterministic"]),
        st.sampled_from([{}, {"heralded": False}, {"herald_efficiency": 0.8, "false_herald_probability": 0.02}]),
    )  # fmt: skip
    sent = st.builds(
        lambda sender, absorbs, heralds: scenarios.SENT | {"sender": sender, "absorption_efficiency": absorbs} | heralds,
        st.sampled_from(["node_a", "node_b"]), st.sampled_from([None, 0.4]),
        st.sampled_from([{}, {"heralded": False}, {"herald_efficiency": 0.8, "false_herald_probability": 0.1}]),
    )  # fmt: skip
    train = st.builds(
        lambda modes, apart_s, use: {"modes": modes, "mode_separation_s": apart_s, "train": use},
        st.sampled_from([1, 2, 5, 40]), st.sampled_from([0.0, 2e-7, 1e-6]), st.sampled_from(["own", "shared"]),
    )  # fmt: skip
    return st.builds(
        lambda how, many: how | {"multiplexing": many},
        st.one_of(given_link, given_link, click, single, source, sent),
        st.one_of(st.none(), st.none(), train),
    )


def traffic_of():
    at = st.sampled_from([0.0, 1e-4, 2.5e-4])
    return st.one_of(
        st.builds(lambda at_s, requests: {"kind": "one_off", "at_s": at_s, "requests": requests}, at, st.integers(1, 5)),
        st.builds(lambda at_s, requests: {"kind": "back_to_back", "at_s": at_s, "requests": requests}, at, sometimes(st.integers(1, 5))),
        st.builds(lambda at_s: {"kind": "continuous", "at_s": at_s}, at),
        st.builds(lambda rate_hz: {"kind": "poisson", "rate_hz": rate_hz}, st.sampled_from([2e3, 1e4, 5e4])),
        st.builds(lambda at_s: {"kind": "table", "at_s": at_s}, st.lists(st.sampled_from([0.0, 1e-4, 2e-4, 5e-4]), min_size=1, max_size=5)),
    )  # fmt: skip


def concurrency(draw, demand):
    most = draw(st.sampled_from([1, 1, 2, 3])) if demand["traffic"]["kind"] != "continuous" else 1
    if demand["max_queue"] is None or most <= demand["max_queue"]:
        demand["concurrent_requests"] = most
    demand["max_wait_s"] = draw(sometimes(st.sampled_from([0.0, 5e-5, 1.2e-4])))
    if not demand["generate_when_idle"]:
        demand["reserved"] = draw(st.sampled_from([[], [], [[0.0, 1e-4]], [[5e-5, 1.05e-4], [2e-4, 2.3e-4]]]))
    if demand["traffic"]["kind"] not in ("continuous", "back_to_back"):
        demand["admission"] = draw(sometimes(st.sampled_from([{"rate_hz": 3e3}, {"rate_hz": 8e3, "burst": 3}])))
        if demand["deadline_s"] and draw(st.booleans()):
            demand["admission"] = (demand["admission"] or {}) | {"by_deadline": True}


# No limit is a fidelity or time that a pair may have to the last digit.
CONDITIONS = {
    "swap": [
        "age_s_a < 5.01e-5 and age_s_b < 5.01e-5",
        "min(estimated_fidelity_a, estimated_fidelity_b) > 0.7123 or time_s > 2.003e-4",
        "pair_hops_a >= pair_hops_b or waited_s_b > 3.07e-5",
        "waiting_a + waiting_b > 2 or position != 1 or hops == 2",
        "1e9 * t1_s > 0 and 0.1 * t2_s > waited_s_a",
    ],
    "discard": [
        "age_s > 7.003e-5",
        "estimated_fidelity < 0.8123 and pair_hops == 1",
        "towards_a and waited_s > 2.007e-5 and waiting_b == 0",
        "not (waiting_a == 1 or age_s < 3.01e-5)",
    ],
    "admit": [
        "waiting_requests + served_requests < 2",
        "request != 1 and hops <= 2 or pairs > 2",
        "time_s > 1.01e-4 or min_fidelity > 0",
    ],
}


def rules_of():
    one = st.sampled_from(sorted(CONDITIONS)).flatmap(
        lambda do: st.sampled_from(CONDITIONS[do]).map(lambda when: {"do": do, "when": when})
    )
    return st.one_of(st.just([]), st.lists(one, max_size=3, unique_by=lambda rule: rule["do"]))


@st.composite
def demand_of(draw, nodes):
    a, b = draw(st.lists(st.sampled_from(nodes), min_size=2, max_size=2, unique=True))
    demand = {
        "node_a": a, "node_b": b, "traffic": draw(traffic_of()), "width": draw(st.integers(1, 3)),
        "pairs_per_request": draw(st.integers(1, 3)), "use": draw(st.sampled_from(["keep", "measure"])),
        "min_fidelity": draw(st.sampled_from([0.0, 0.0, 0.0, 0.6])), "z_basis_probability": draw(st.sampled_from([0.5, 0.0, 0.8])),
        "deadline_s": draw(sometimes(st.sampled_from([5e-5, 2e-4]))), "reservation_s": draw(sometimes(st.sampled_from([5e-5, 2e-4]))),
        "max_queue": draw(sometimes(st.integers(1, 3))), "generate_when_idle": draw(st.booleans()), "pipelined": draw(st.booleans()),
        "priority": draw(st.sampled_from([0, 0, 1, -2])),
    }  # fmt: skip
    concurrency(draw, demand)
    demand["swapping"] = {"kind": draw(st.sampled_from(["asap", "asap", "doubling", "sequential"]))}
    demand["cutoff"] = draw(
        sometimes(
            st.sampled_from([{"age_s": 6e-5}, {"estimated_fidelity": 0.7}, {"attempts": 2}, {"attempts": 5, "age_s": 9e-5}])
        )
    )
    demand["rules"] = draw(rules_of())
    if demand["width"] > 1:
        demand["distillation"] = draw(sometimes(st.sampled_from([scenarios.DEJMPS, scenarios.DEJMPS | {"scheme": "pumping"}])))
    if demand["generate_when_idle"] and demand["use"] == "keep":
        demand["buffer"] = draw(sometimes(st.integers(demand["width"], 4)))
    return {key: value for key, value in demand.items() if value is not None}


@st.composite
def ghz_demand_of(draw, nodes):
    demand = {
        "name": "G", "users": draw(st.lists(st.sampled_from(nodes), min_size=2, max_size=4, unique=True)), "traffic": draw(traffic_of()),
        "center": draw(st.sampled_from(["", *nodes])), "width": draw(st.integers(1, 2)), "states_per_request": draw(st.integers(1, 3)),
        "deadline_s": draw(sometimes(st.sampled_from([5e-5, 2e-4]))), "max_queue": draw(sometimes(st.integers(1, 3))),
    }  # fmt: skip
    letters = st.text("XYZ", min_size=len(demand["users"]), max_size=len(demand["users"]))
    demand["bases"] = draw(st.sampled_from([[], draw(st.lists(letters, min_size=1, max_size=3))]))
    demand["min_fidelity"] = draw(st.sampled_from([0.0, 0.0, 0.5]))
    tree = [(draw(st.sampled_from(demand["users"][:k])), demand["users"][k]) for k in range(1, len(demand["users"]))]
    more = draw(st.lists(st.sampled_from([(a, b) for a in demand["users"] for b in demand["users"] if a < b]), max_size=2))
    new = {frozenset(edge): edge for edge in more if frozenset(edge) not in set(map(frozenset, tree))}
    edges = draw(st.permutations([list(edge) for edge in (*tree, *new.values())]))
    # Four users may take clusters of eight qubits, which are slow here.
    demand["edges"] = draw(st.sampled_from([[], edges])) if len(demand["users"]) < 4 else []
    return {key: value for key, value in demand.items() if value is not None}


@st.composite
def failures_of(draw, names, links):
    """Windows at round times, so that they meet what else happens then; some are too short to be noticed."""
    failures = []
    for i in range(draw(st.integers(1, 3))):
        failure = {
            "name": f"F{i}", "nodes": draw(st.lists(st.sampled_from(names), max_size=2, unique=True)),
            "links": draw(st.lists(st.sampled_from(links), max_size=2, unique=True)),
        }  # fmt: skip
        if not failure["nodes"]:
            failure["regions"] = draw(st.sampled_from([[], [], ["even"], ["odd"]])) if len(names) > 1 else []
        if not failure["nodes"] and not failure["links"] and not failure["regions"]:
            failure["links"] = [links[0]]
        if draw(st.booleans()):
            failure |= {"mtbf_s": draw(st.sampled_from([5e-5, 2e-4])), "mttr_s": draw(st.sampled_from([1e-5, 5e-5, 2e-4]))}
        else:
            times = draw(
                st.lists(
                    st.sampled_from([0.0, 5e-5, 6e-5, 1e-4, 2e-4, 2.1e-4, 3e-4, 5e-4]), min_size=2, max_size=6, unique=True
                )
            )
            times = sorted(times)[: len(times) // 2 * 2]
            failure["down"] = [list(window) for window in zip(times[::2], times[1::2], strict=True)]
        failures.append(failure)
    heartbeats = {"heartbeat_period_s": draw(st.sampled_from([1e-5, 2.5e-5])), "missed_heartbeats": draw(st.integers(1, 3))}
    return {"failures": failures} | draw(st.sampled_from([{}, heartbeats, heartbeats]))


def failing(data, scenario):
    for i, node in enumerate(scenario["nodes"]):
        node["region"] = ("even", "odd")[i % 2]
    links = [link["name"] for link in scenario["links"]]
    return data.draw(failures_of([node["name"] for node in scenario["nodes"]], links))


def drift_of():
    """Some tens of steps, with recalibrations by the clock, by fidelity, by both or not at all."""
    taus = st.sampled_from(
        [{"efficiency_tau_s": 3e-4}, {"coherence_tau_s": 1e-3}, {"efficiency_tau_s": 2e-4, "coherence_tau_s": 5e-4}]
    )
    whens = st.sampled_from(
        [{}]
        + [
            when | {"recalibration_s": 2e-5}
            for when in (
                {"recalibrate_every_s": 1e-4},
                {"recalibrate_below": 0.6},
                {"recalibrate_every_s": 1.5e-4, "recalibrate_below": 0.7},
            )
        ]
    )
    return st.builds(lambda step, tau, when: {"step_s": step} | tau | when, st.sampled_from([1e-5, 3.3e-5, 1e-4]), taus, whens)


def switch_of(draw, scenario, links):
    schedulers = ["fifo", "time_division", "weighted_fair", "weighted_fair"]
    if not scenario.get("ghz_demands"):
        schedulers += ["max_weight"] + ["earliest_deadline"] * any(demand.get("deadline_s") for demand in scenario["demands"])
    switch = {
        "name": "S", "links": links, "stations": draw(st.integers(1, len(links))), "switching_time_s": draw(st.sampled_from([0.0, 0.0, 1e-6])),
        "scheduler": draw(st.sampled_from(schedulers)), "turn_s": draw(st.sampled_from([1.7e-5, 4e-5])),
    }  # fmt: skip
    if switch["scheduler"] != "time_division" and draw(st.booleans()):
        switch["turn_s"] = None
    return switch


def scheduled(draw, scenario):
    """Another order of the line for slots, where it is allowed, and a bound on open requests."""
    if scenario.get("reservation") != "hop_by_hop" and not scenario.get("ghz_demands"):
        schedulers = ["fifo", "weighted_fair", "weighted_fair", "max_weight", "max_weight"]
        schedulers += ["earliest_deadline"] * 2 * any(demand.get("deadline_s") for demand in scenario["demands"])
        scenario["scheduler"] = draw(st.sampled_from(schedulers))
    names = [link["name"] for link in scenario["links"]]
    if draw(st.sampled_from([True, False, False])):
        scenario["switches"] = [switch_of(draw, scenario, draw(st.lists(st.sampled_from(names), min_size=1, unique=True)))]
    if "weighted_fair" in [scenario.get("scheduler"), *(switch["scheduler"] for switch in scenario.get("switches", []))]:
        for demand in scenario["demands"]:
            demand["weight"] = draw(st.sampled_from([1.0, 1.0, 3.0, 0.3]))
    return scenario | {"max_open_requests": draw(sometimes(st.integers(1, 6)))}


@st.composite
def scenario_of(draw):
    names = [f"v{i}" for i in range(draw(st.integers(2, 5)))]
    edges = [(draw(st.sampled_from(names[:i])), names[i]) for i in range(1, len(names))]
    edges += draw(st.lists(st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True), max_size=2))
    common = draw(generation_of())
    links = [
        {
            "name": f"L{i}", "node_a": a, "node_b": b, "fiber": {"length_m": draw(st.sampled_from([0.0, 1e3, 2e3, 3.3e3]))},
            "generation": draw(st.one_of(st.just(common), generation_of())),
            "distillation": draw(st.sampled_from([None, None, None, None, scenarios.DEJMPS])),
        }
        for i, (a, b) in enumerate(edges)
    ]  # fmt: skip
    laws = [{}, scenarios.NOISY, scenarios.GAUSSIAN, scenarios.STRETCHED, scenarios.TABULATED, scenarios.LOST, scenarios.PAULI]
    memory = draw(st.sampled_from(laws)) | draw(st.sampled_from([{}, {}, scenarios.EMITTER]))
    if draw(st.booleans()):
        memory = memory | scenarios.GATES
    memories = [
        {"name": "m", "slots": draw(st.sampled_from([6, 8, 12])), "initialisation_s": draw(st.sampled_from([0.0, 1e-6]))}
        | {"dephasing_attempts": draw(st.sampled_from([None, None, 2.5, 70.0]))}
        | memory
    ]
    nodes = [
        {
            "name": name, "memory": "m", "swap_success_probability": draw(st.sampled_from([1.0, 0.5, 0.8])),
            "processing_delay_s": draw(st.sampled_from([0.0, 2e-6])), "parallel_links": draw(sometimes(st.integers(1, 2))),
        }
        for name in names
    ]  # fmt: skip
    demands = [draw(demand_of(names)) | {"name": f"D{i}"} for i in range(draw(st.integers(1, 3)))]
    changes = [
        {"at_s": at_s, "link": draw(st.sampled_from(links))["name"], "generation": draw(sometimes(generation_of()))}
        for at_s in draw(st.lists(st.sampled_from([0.0, 1e-4, 3e-4, 3.5e-4]), max_size=3))
    ]
    hop_by_hop = {"reservation": "hop_by_hop", "on_deadlock": draw(st.sampled_from(["report", "release", "release", "stop"]))}
    slotted = {"timing": "slotted", "slot_s": draw(st.sampled_from([10e-6, 16.7e-6]))}
    ghz_demands = [draw(ghz_demand_of(names)) | {"name": f"G{i}"} for i in range(draw(st.sampled_from([0, 0, 1, 2])))]
    booking = draw(st.sampled_from([{"ghz_demands": ghz_demands}, hop_by_hop]))
    if booking is hop_by_hop:
        demands = [demand | {"priority": 0} for demand in demands]
    return scheduled(draw, {
        "version": 1, "seed": draw(st.integers(0, 2**63 - 1)), "duration_s": 6e-4,
        "stations": [draw(st.sampled_from([scenarios.STATION, scenarios.STATION, scenarios.PULSING]))],
        "memories": memories, "nodes": nodes, "links": links, "demands": demands, "changes": changes,
        "control": draw(st.sampled_from(["messages", "ideal"])), "tick": draw(st.sampled_from(["ps", "ns"])),
        "routing": {
            "kind": draw(st.sampled_from(["hops", "length", "seconds_per_pair"])), "alternatives": draw(st.sampled_from([1, 1, 2, 3, 9])),
            "fidelity_constrained": draw(st.booleans()),
        },
        "state": draw(st.sampled_from(["pair_density", "bell_diagonal"])), "approximate": draw(st.sampled_from(["none", "pauli_twirl"])),
    } | draw(st.sampled_from([{}, slotted])) | booking)  # fmt: skip


@st.composite
def crowded(draw, reservation="hop_by_hop"):
    """Few slots, many demands whose set-ups start at the same times: circuits wait for each other, or in the ledger's line."""
    names = [f"v{i}" for i in range(draw(st.integers(3, 5)))]
    edges = [
        (names[i - 1] if draw(st.booleans()) else draw(st.sampled_from(names[:i])), names[i]) for i in range(1, len(names))
    ]
    edges += [(names[0], names[-1])] if draw(st.booleans()) else []
    slots = draw(st.integers(2, 5))
    at_s = st.sampled_from([0.0, 1e-5, 1e-4, 1.05e-4, 2e-4, 3e-4])
    demands = []
    for i in range(draw(st.integers(2, 5))):
        a, b = draw(st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True))
        traffic = draw(
            st.one_of(
                st.builds(lambda times: {"kind": "table", "at_s": times}, st.lists(at_s, min_size=1, max_size=5)), traffic_of()
            )
        )
        width = draw(st.integers(1, slots // 2))
        demand = {
            "name": f"D{i}", "node_a": a, "node_b": b, "traffic": traffic, "width": width,
            "deadline_s": draw(sometimes(st.sampled_from([5e-5, 2e-4]))), "reservation_s": draw(sometimes(st.sampled_from([5e-5, 2e-4]))),
            "generate_when_idle": draw(st.sampled_from([False, False, False, True])), "max_queue": draw(sometimes(st.integers(1, 3))),
        }  # fmt: skip
        concurrency(draw, demand)
        if demand["generate_when_idle"]:
            demand["buffer"] = draw(sometimes(st.integers(width, slots)))
        if reservation == "ledger":
            demand["priority"] = draw(st.sampled_from([0, 0, 0, 1]))
        demands.append({key: value for key, value in demand.items() if value is not None})
    return scheduled(draw, {
        "version": 1, "seed": draw(st.integers(0, 2**63 - 1)), "duration_s": 6e-4, "memories": [{"name": "m", "slots": slots}],
        "nodes": [{"name": name, "memory": "m", "processing_delay_s": draw(st.sampled_from([0.0, 2e-6]))} for name in names],
        "links": [
            {"name": f"L{i}", "node_a": a, "node_b": b, "fiber": {"length_m": draw(st.sampled_from([0.0, 1e3, 2e3]))}, "generation": scenarios.given(0.5)}
            for i, (a, b) in enumerate(edges)
        ],
        "demands": demands,
        "changes": [
            {"at_s": t, "link": f"L{draw(st.integers(0, len(edges) - 1))}", "generation": draw(sometimes(st.just(scenarios.given(0.3))))}
            for t in draw(st.lists(st.sampled_from([5e-5, 1e-4, 3e-4]), max_size=3))
        ],
        "control": draw(st.sampled_from(["messages", "messages", "ideal"])), "reservation": reservation,
        "routing": {"kind": "hops", "alternatives": draw(st.sampled_from([1, 1, 2, 3]))},
        "on_deadlock": draw(st.sampled_from(["report", "report", "release", "release", "stop"])) if reservation == "hop_by_hop" else "report",
    })  # fmt: skip


def compiles(scenario):
    """Refusals on the merits of the draw: a fidelity out of reach, a state that the store cannot hold, too few lanes for a round."""
    try:
        model = _core.compile(_core.Scenario.from_json(json.dumps(scenario)))
    except _core.SpecError as error:
        assert any(
            reason in str(error)
            for reason in (
                "min_fidelity",
                "bell_diagonal",
                "no usable links",
                "/cutoff/",
                "for the distillation of",
                "max_wait_s",
                "/admission/",
                "/ghz_demands/",
                "/recalibrate_below",
                "/control_plane/place",
            )
        ), error
        return False
    return not ties_by_rounding(scenario, model)


def ties_by_rounding(scenario, model):
    """Links that cost the same by different arithmetic of light: which of them is the cheaper only rounding says."""
    table = model.link_table()
    seconds = table["attempt_period_s"] / np.maximum(table["success_probability"], 1e-300)
    optics = [link["generation"] for link in scenario["links"]]
    return any(
        optics[i] != optics[j]
        and {optics[i]["kind"], optics[j]["kind"]} != {"given"}
        and abs(seconds[i] / seconds[j] - 1) < 1e-9
        for i in range(len(optics))
        for j in range(i)
    )


many = settings(
    max_examples=int(os.environ.get("ORACLE_EXAMPLES", "60")), deadline=None, print_blob=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example],
)  # fmt: skip


@many
@given(st.data())
def test_same_run_with_failures_and_drift(data):
    scenario = data.draw(st.one_of(scenario_of(), crowded(), crowded("ledger")))
    if data.draw(st.sampled_from([True, True, False])):
        scenario |= failing(data, scenario)
    if data.draw(st.booleans()):
        changed = {change["link"] for change in scenario["changes"]}
        scenario["links"] = [
            link if link["name"] in changed else link | {"drift": data.draw(sometimes(drift_of()))}
            for link in scenario["links"]
        ]
    assume(compiles(scenario))
    assert_same_run(scenario)


def looks_at_once(demand):
    demand.routed = bool(demand.usable_routes())
    if not demand.routed:
        demand.find_routes()


@many
@given(st.data())
def test_routes_looked_for_when_used_are_those_looked_for_at_the_failure(data):
    """Where links do not turn in between: the product looks on first use, this oracle at once."""
    scenario = data.draw(st.one_of(scenario_of(), crowded(), crowded("ledger")))
    at_s = data.draw(st.sampled_from([5e-5, 1e-4, 2e-4]))
    links = [link["name"] for link in scenario["links"]]
    lost = data.draw(st.lists(st.sampled_from(links), min_size=1, max_size=2, unique=True))
    scenario |= {"failures": [{"name": "F", "links": lost, "down": [[at_s, 1.0]]}], "changes": [], "ghz_demands": []}
    assume(compiles(scenario))
    with patch.object(Demand, "look_for_routes", looks_at_once):
        assert_same_run(scenario)


def messages_of():
    """Late by less and by more than what else happens, and than the time after which they are sent again."""
    return st.builds(
        lambda jitter_s, loss, timeout_s, lost: {"jitter_s": jitter_s, "loss_probability": loss, "lost": lost}
        | ({"retransmission_timeout_s": timeout_s or 3e-5} if timeout_s or loss or lost else {}),
        st.sampled_from([0.0, 3e-6, 2e-5]), st.sampled_from([0.0, 0.1, 0.6]), sometimes(st.sampled_from([7e-6, 3e-5])),
        st.lists(st.integers(0, 30), max_size=3),
    )  # fmt: skip


@many
@given(st.data())
def test_same_run_where_messages_are_late_lost_or_overtaken(data):
    scenario = data.draw(st.one_of(scenario_of(), crowded(), crowded("ledger")))
    scenario |= {"control": "messages", "messages": data.draw(messages_of())}
    if data.draw(st.sampled_from([True, False, False])):
        scenario |= failing(data, scenario)
    assume(compiles(scenario))
    assert_same_run(scenario)


def decided(data, scenario, kinds=("link_state", "proactive", "reactive", "local")):
    """Somebody decides on routes who learns of links late; failures are noticed by heartbeats."""
    names = [node["name"] for node in scenario["nodes"]]
    kind = data.draw(st.sampled_from(kinds))
    plane = {"kind": "link_state"}
    if kind == "local":
        free = data.draw(st.booleans())
        plane = {"kind": "local", "retry_s": data.draw(st.sampled_from([1e-6, 3e-5, 1e-3])), "needs_free_slots": free}
    elif kind != "link_state":
        plane = {"kind": "central", "place": data.draw(st.sampled_from(names)), "mode": kind}
    if kind != "local":
        plane["processing_s"] = data.draw(st.sampled_from([0.0, 4e-6, 6e-5]))
    failures = failing(data, scenario) if data.draw(st.sampled_from([True, True, True, False])) else {}
    heartbeats = {"heartbeat_period_s": 1e-5} if failures.get("heartbeat_period_s") is None else {}
    searched = searched_for(data, scenario) if kind == "local" else {}
    return {"control": "messages", "ghz_demands": [], "control_plane": plane} | searched | failures | heartbeats


def searched_for(data, scenario):
    """Routes by a sum, which nobody gives."""
    routing = {key: value for key, value in scenario.get("routing", {}).items() if key != "fidelity_constrained"} | {
        "alternatives": data.draw(st.sampled_from([1, 2, 3]))
    }
    if routing.get("kind") not in ("hops", "length", "fidelity"):
        routing["kind"] = "seconds_per_pair"

    def is_free(key, value):
        return key != "route" and not (key == "swapping" and value["kind"] in ("tree", "table"))

    return {
        "routing": routing,
        "demands": [{k: v for k, v in demand.items() if is_free(k, v)} for demand in scenario["demands"]],
    }


@many
@given(st.data())
def test_same_run_whoever_decides_on_routes(data):
    scenario = data.draw(st.one_of(scenario_of(), crowded(), crowded("ledger")))
    scenario |= decided(data, scenario)
    assume(compiles(scenario))
    assert_same_run(scenario)


def with_stated_routes(data, scenario):
    """Most demands have ways of their own through the graph, up to four, with weights; further links close loops."""
    links, names = list(scenario["links"]), [node["name"] for node in scenario["nodes"]]
    for i in range(data.draw(st.sampled_from([0, 1, 1, 2]))):
        a, b = data.draw(st.permutations(names))[:2]
        links.append(data.draw(st.sampled_from(links)) | {"name": f"more{i}", "node_a": a, "node_b": b})
    ends = [(link["node_a"], link["node_b"]) for link in links]

    def ways(a, b, before):
        if a == b:
            yield (*before, b)
            return
        for x, y in {*ends, *(pair[::-1] for pair in ends)}:
            if x == a and y not in before:
                yield from ways(y, b, (*before, a))

    demands = []
    for demand in scenario["demands"]:
        found = sorted(set(ways(demand["node_a"], demand["node_b"], ())))
        by_position = demand.get("swapping", {}).get("kind") in ("tree", "table")
        if by_position or data.draw(st.sampled_from([False, False, False, True])):
            demands.append(demand)
            continue
        chosen = data.draw(st.lists(st.sampled_from(found), min_size=min(2, len(found)), max_size=4, unique=True))
        routes = [{"nodes": list(way), "weight": data.draw(st.sampled_from([1, 1, 2, 0.5, 1 / 3]))} for way in chosen]
        demands.append(demand | {"route": [], "routes": routes})
    few = data.draw(st.booleans())
    memories = [memory if few else memory | {"slots": memory["slots"] + 6} for memory in scenario["memories"]]
    return {"demands": demands, "links": links, "memories": memories}


@many
@given(st.data())
def test_same_run_where_routes_are_stated(data):
    scenario = data.draw(st.one_of(scenario_of(), crowded(), crowded("ledger")))
    scenario |= with_stated_routes(data, scenario)
    if data.draw(st.booleans()):
        scenario |= decided(data, scenario, ("link_state", "proactive", "reactive"))  # with "local" routes are searched for
    assume(compiles(scenario))
    assert_same_run(scenario)


def ensembles(data, scenario):
    """Memories that qubits must come out of; no gates then, and room for all modes."""
    retrieval = {
        "efficiency": data.draw(st.sampled_from([1.0, 0.9, 0.6])), "lifetime_s": data.draw(sometimes(st.sampled_from([3e-5, 2e-4]))),
        "law": data.draw(st.sampled_from(["exponential", "gaussian"])), "spectral_modes": 40,
    }  # fmt: skip
    slotted = scenario.get("timing") == "slotted"
    comb = retrieval | {"fixed_delay_s": None if slotted else data.draw(st.sampled_from([1e-5, 3e-5, 8e-5]))}
    ends = {demand[end] for demand in scenario["demands"] for end in ("node_a", "node_b")}
    inner = ["m", "plain", "comb", "comb"]
    plain = [{"name": "plain"} | {key: value for key, value in scenario["memories"][0].items() if key != "name"}]
    return {
        "memories": [scenario["memories"][0] | {"retrieval": retrieval}, scenario["memories"][0] | {"name": "comb", "retrieval": comb}, *plain], "ghz_demands": [],
        "nodes": [node | {"memory": data.draw(st.sampled_from(["m", "m", "plain"] if node["name"] in ends else inner))} for node in scenario["nodes"]],
        "links": [link | {"distillation": None} for link in scenario["links"]],
        "demands": [demand | {"distillation": None} for demand in scenario["demands"]],
    }  # fmt: skip


@many
@given(st.data())
def test_same_run_with_memories_that_absorb(data):
    scenario = data.draw(scenario_of())
    scenario |= ensembles(data, scenario)
    assume(compiles(scenario))
    assert_same_run(scenario)


@many
@given(scenario_of())
def test_same_run_on_random_scenarios(scenario):
    assume(compiles(scenario))
    assert_same_run(scenario)


@many
@given(crowded())
def test_same_run_where_slots_are_scarce(scenario):
    assume(compiles(scenario))
    assert_same_run(scenario)


@many
@given(crowded("ledger"))
def test_same_run_where_the_ledger_has_a_line(scenario):
    assume(compiles(scenario))
    assert_same_run(scenario)
