"""Equal traces where links attempt through communication qubits, on scenarios made for them and on random ones."""

import os

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from oracle.communication_scenarios import COMMUNICATING
from oracle.scenarios import DEJMPS, PUMP
from oracle.test_random_traces import compiles, crowded, failing, many, messages_of, scenario_of, sometimes
from oracle.test_traces import assert_same_run


@pytest.mark.parametrize("name", COMMUNICATING)
def test_same_run(name):
    assert_same_run(COMMUNICATING[name])


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
    for node in scenario["nodes"]:
        node["parallel_links"] = None
    if data.draw(st.booleans()):
        for demand in scenario["demands"]:
            demand["width"] = data.draw(st.integers(2, 3))
            demand["distillation"] = data.draw(sometimes(st.sampled_from([DEJMPS, PUMP])))
        for link in scenario["links"]:
            link["distillation"] = data.draw(sometimes(st.sampled_from([DEJMPS, DEJMPS, PUMP])))
    for demand in scenario["demands"]:
        demand.pop("buffer", None)
        if scenario.get("scheduler") != "weighted_fair":
            demand.pop("weight", None)
        if scenario["control"] == "messages":
            demand["rules"] = [rule for rule in demand.get("rules", []) if "estimated" not in rule["when"]]
        if (demand.get("cutoff") or {}).get("estimated_fidelity"):
            del demand["cutoff"]
    (memory,) = scenario["memories"]
    memory["slots"] = max(memory["slots"], 8)
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
    scenario = data.draw(st.one_of(scenario_of(), scenario_of(), crowded(), crowded("ledger")))
    if data.draw(st.sampled_from([True, False, False])):
        scenario |= {"control": "messages", "messages": data.draw(messages_of())}
    scenario = communicating(data, scenario)
    if data.draw(st.sampled_from([True, False, False])):
        scenario |= failing(data, scenario)
    assume(compiles(scenario))
    assert_same_run(scenario)
