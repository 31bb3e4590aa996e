"""Equal traces where links attempt through communication qubits, on scenarios made for them and on random ones."""

import os

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from oracle import scenarios
from oracle.scenarios import BACK_TO_BACK, GATES, GAUSSIAN, MINDS, NOISY, PAULI, POISSON, chain, star
from oracle.test_random_traces import compiles, crowded, failing, many, messages_of, scenario_of, sometimes
from oracle.test_traces import assert_same_run

ELECTRON = {
    "storage_s": 1.3e-5, "storage_reliability": 0.97, "storage_dephasing_probability": 0.01, "t1_s": 3e-3, "t2_s": 4e-4, "t2_law": "gaussian",
}  # fmt: skip
ALWAYS = ELECTRON | {"store": "always"}


def through(electron, memory=NOISY):
    return memory | {"communication": electron}


SCENARIOS = {
    "one, stored when needed": chain(4, memory=through(ELECTRON, NOISY | GATES | MINDS), demand=BACK_TO_BACK),
    "one, always stored": chain(4, memory=through(ALWAYS, GAUSSIAN | GATES | MINDS), demand=BACK_TO_BACK | {"use": "measure"}),
    "two, three lanes": chain(4, memory=through(ELECTRON | {"qubits": 2}, NOISY | MINDS), demand={"width": 3}, link=scenarios.given(0.3)),
    "one link": chain(2, memory=through(ALWAYS), demand={"width": 2}),
    "an order, turns": chain(6, memory=through(ELECTRON, GATES), demand=POISSON | {"width": 2, "pipelined": False, "swapping": {"kind": "doubling"}}),
    "cut off by age and attempts": chain(5, memory=through(ELECTRON, MINDS), demand={"width": 2, "cutoff": {"age_s": 9e-5, "attempts": 6}}, link=scenarios.given(0.3)),
    "a star, some of its nodes": star(
        4, [("leaf0", "leaf1", POISSON), ("leaf2", "leaf3", BACK_TO_BACK), ("leaf0", "hub", {"traffic": {"kind": "one_off", "requests": 4}})],
        memory=through(ELECTRON, NOISY), slots=8,
    ),
    "links change": chain(
        4, memory=through(ALWAYS | {"qubits": 2, "t1_s": None, "t2_law": "exponential"}, PAULI), demand=POISSON | {"width": 2, "deadline_s": 3e-4}, state="bell_diagonal",
        changes=[{"at_s": 1e-3, "link": "n0--n1"}, {"at_s": 1.6e-3, "link": "n0--n1", "generation": scenarios.given(0.3, 7e-6)}],
    ),
    "clicks and charge checks": chain(
        3, memory=through(ELECTRON, MINDS | {"charge_check": {"batch_attempts": 50, "check_s": 2e-5, "success_probability": 0.7, "reset_s": 1e-5}}),
        link=scenarios.SINGLE, length_m=1e3, duration_s=3e-2, demand=BACK_TO_BACK,
    ),
    "a matrix a state": chain(4, memory=through(ELECTRON, NOISY | GATES | MINDS), demand={"width": 2}, state="density"),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_same_run(name):
    assert_same_run(SCENARIOS[name])


QUBITS = {
    "storage_s": [0.0, 2e-6, 1.3e-5],
    "storage_reliability": [1.0, 0.97],
    "storage_dephasing_probability": [0.0, 0.02],
    "t2_s": [None, 2e-4],
    "t2_law": ["exponential", "gaussian"],
    "store": ["when_needed", "when_needed", "always"],
    "qubits": [1, 1, 2, 3],
}


def communicating(data, scenario):
    """Through few qubits, at all or some nodes, without what these do not go with."""
    electron = {name: data.draw(st.sampled_from(values)) for name, values in QUBITS.items()}
    if electron["t2_s"] is None:
        del electron["t2_law"], electron["t2_s"]
    for name in ("ghz_demands", "switches", "timing", "slot_s"):
        scenario.pop(name, None)
    for link in scenario["links"]:
        link["distillation"] = None
    for node in scenario["nodes"]:
        node["parallel_links"] = None
    for demand in scenario["demands"]:
        demand.pop("distillation", None)
        demand.pop("buffer", None)
        if scenario.get("scheduler") != "weighted_fair":
            demand.pop("weight", None)
        demand["rules"] = [rule for rule in demand.get("rules", []) if "estimated" not in rule["when"]]
        if (demand.get("cutoff") or {}).get("estimated_fidelity"):
            del demand["cutoff"]
    (memory,) = scenario["memories"]
    plain = memory | {"name": "plain"}
    memory["communication"] = electron
    check = {"batch_attempts": 7, "check_s": 3e-6, "success_probability": 0.8, "reset_s": 1e-6}
    memory["charge_check"] = data.draw(sometimes(st.just(check)))
    if data.draw(st.booleans()):
        scenario["memories"].append(plain)
        for node in scenario["nodes"]:
            node["memory"] = data.draw(st.sampled_from([memory["name"], memory["name"], "plain"]))
    return scenario


@settings(many, max_examples=int(os.environ.get("ORACLE_EXAMPLES", "15")))
@given(st.data())
def test_same_run_on_random_scenarios(data):
    scenario = communicating(data, data.draw(st.one_of(scenario_of(), scenario_of(), crowded(), crowded("ledger"))))
    if data.draw(st.sampled_from([True, False, False])):
        scenario |= failing(data, scenario)
    if data.draw(st.sampled_from([True, False, False])):
        scenario |= {"control": "messages", "messages": data.draw(messages_of())}
    assume(compiles(scenario))
    assert_same_run(scenario)
