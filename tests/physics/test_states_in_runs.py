"""Delivered pairs whose age is known to the tick, against the cases for states (A01-A06, A15, A18, A19, A22, E03, G06).

Links succeed at once and tell their ends after a stated delay, so that a run has nothing to draw but the outcomes of
swaps and read-outs. What does not depend on these must meet its case within the case's tolerance in every row. Populations
and error rates counted by ends that measure are sampled.

Stores that sample errors go through `test_stores_in_runs.py` where a swap draws, A09 to A14 through `test_distillation.py`, A17
through `test_ghz_in_runs.py`. No run makes a remote gate: G01 goes through states alone (`test_exact_states.py`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics.cases import assert_close, case
from physics.runs import chains
from physics.sampling import assert_sampled, share

A01, A02, A03, A04, A05, A06, A15, A18, A19, A22, E03, G06 = (
    case(id) for id in ("A01", "A02", "A03", "A04", "A05", "A06", "A15", "A18", "A19", "A22", "E03", "G06")
)

STORES = ("pair_density", "bell_diagonal", "density", "auto")
# Those that hold amplitude damping; and all. Pairs that only wait are read with their decay, which is not drawn: trajectory
# stores are exact then.
DAMPED = ("pair_density", "density", "ket", "auto")
WAITING = (*STORES, "stabilizer", "ket")
PHI_PLUS, PSI_PLUS = fb.Werner(fidelity=1), fb.BellWeights(weights=[0, 0, 1, 0])


def chain(
    states: Sequence[fb.Werner | fb.BellWeights], *, age_s: float = 0.0, memories: Sequence[fb.Memory] = (), **rest: Any
) -> fb.Scenario:
    """Links in these states; each end learns of its pair when that is `age_s` old. Node k has memory k, in turn."""
    generations = [
        fb.Given(success_probability=1, attempt_period_s=max(age_s, 1e-6), herald_delay_s=age_s, state=state)
        for state in states
    ]
    if memories:
        rest["memories"] = memories
    return chains(generations, **{"demand": {"traffic": fb.OneOff(requests=20)}, "duration_s": 10.0, **rest})


def pairs(scenario: fb.Scenario, *, age_s: float | None = None) -> fb.ResultTable:
    rows = fb.run(scenario, threads=1, progress=False).pairs
    assert len(rows) >= 20
    if age_s is not None:
        np.testing.assert_allclose(rows["age_s"], age_s, rtol=0, atol=1e-15)
    return rows


def bell_weights(rows: fb.ResultTable) -> np.ndarray:
    """Weights of Phi+, Phi-, Psi+, Psi- of each pair."""
    xx, yy, zz = (rows[name] for name in ("xx", "yy", "zz"))
    return np.stack([1 + xx - yy + zz, 1 - xx + yy + zz, 1 + xx + yy - zz, 1 - xx - yy - zz]) / 4


def assert_all(values: np.ndarray, expected: float, tolerance: float) -> None:
    for extreme in (values.min(), values.max()):
        assert_close(extreme, expected, tolerance)


def seconds(label: str) -> float:
    return float(label.rpartition("t=")[2])


@pytest.mark.parametrize("store", DAMPED)
@pytest.mark.parametrize("label", A01.expected)
def test_relaxation_and_dephasing(label: str, store: str) -> None:
    state, weight = (PHI_PLUS, 0) if label.startswith("Phi+") else (PSI_PLUS, 2)
    memory = fb.Memory(name="memory", t1_s=A01.parameters["T1_s"], t2_s=A01.parameters["T2_s"])
    rows = pairs(chain([state], age_s=seconds(label), memories=[memory], state=store), age_s=seconds(label))
    assert_all(bell_weights(rows)[weight], A01.expected[label], A01.tolerance)
    assert_all(rows["fidelity"] - bell_weights(rows)[0], 0, A01.tolerance)


def unlike_memories(age_s: float, **demand: Any) -> fb.Scenario:
    p = A02.parameters
    memories = [
        fb.Memory(name="a", t1_s=p["T1A"], t2_s=p["T2A"]),
        fb.Memory(name="b", t1_s=p["T1B"], t2_s=p["T2B"]),
    ]
    return chain([PHI_PLUS], age_s=age_s, memories=memories, demand=demand, duration_s=1000 * age_s)


@pytest.mark.parametrize("store", DAMPED)
@pytest.mark.parametrize("label", A02.expected)
def test_unlike_memories(label: str, store: str) -> None:
    expected, t = A02.expected[label], seconds(label)
    rows = pairs(unlike_memories(t).replace(state=store), age_s=t)
    assert_all(rows["fidelity"], expected["F"], A02.tolerance)
    p00, p01, p10, p11 = expected["populations"]
    assert_all(rows["zz"], p00 - p01 - p10 + p11, 4 * A02.tolerance)


@pytest.mark.parametrize("label", A02.expected)
def test_measured_populations(label: str) -> None:
    """Counted by ends that measure 1e6 pairs in Z; an error of 0.005 in a population is found."""
    expected, t = A02.expected[label], seconds(label)
    scenario = unlike_memories(t, use="measure", z_basis_probability=1.0).replace(duration_s=1_000_000.5 * t, tick="ns")
    rows = fb.run(scenario, threads=1, progress=False, memory_limit="1 GB").pairs
    assert len(rows) == 1_000_000
    outcomes = 2 * rows["outcome_a"] + rows["outcome_b"]
    for bits, population in enumerate(expected["populations"]):
        found = share(np.count_nonzero(outcomes == bits), len(rows), population)
        assert_sampled(found, population, A02.tolerance, detects=0.005)


@pytest.mark.parametrize("label", A03.expected)
def test_twirled_relaxation(label: str) -> None:
    expected, t = A03.expected[label], seconds(label)
    memory = fb.Memory(name="memory", t1_s=A03.parameters["T1"], t2_s=A03.parameters["T2"])
    perfect = fb.Memory(name="perfect")
    both = chain([PHI_PLUS], age_s=t, memories=[memory])
    one = chain([PHI_PLUS], age_s=t, memories=[memory, perfect])
    for store in WAITING:
        twirled = pairs(one.replace(state=store, approximate="pauli_twirl"), age_s=t)
        # Phi+ after one Pauli error I, X, Y, Z is Phi+, Psi+, Psi-, Phi-.
        for weight, p in zip((0, 2, 3, 1), expected["pauli_probs_IXYZ"], strict=True):
            assert_all(bell_weights(twirled)[weight], p, A03.tolerance)
        twirled = pairs(both.replace(state=store, approximate="pauli_twirl"), age_s=t)
        assert_all(twirled["fidelity"], expected["F_twirled_both"], A03.tolerance)
    for store in DAMPED:
        assert_all(pairs(one.replace(state=store))["fidelity"], expected["F_one_qubit_both_models"], A03.tolerance)
        assert_all(pairs(both.replace(state=store))["fidelity"], expected["F_exact_both"], A03.tolerance)
    with pytest.raises(fb.SpecError, match="pauli_twirl"):
        fb.compile(both.replace(state="bell_diagonal"))


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("label", A04.expected)
def test_swap_of_werner_pairs(label: str, store: str) -> None:
    rows = pairs(chain([fb.Werner(fidelity=float(f)) for f in label.split(",")], state=store))
    assert_all(rows["fidelity"], A04.expected[label], A04.tolerance)
    assert set(rows["swaps"]) == {1}


def through_a_noisy_pair(label: str) -> tuple[fb.Scenario, float]:
    """Half of a perfect pair is teleported through a Werner pair, which is a swap. The mean fidelity that A15 asks for.

    The circuits are the same, and the fidelity of the pair that is left is the entanglement fidelity f of the teleportation: the
    mean over all states, and over the six cardinal ones, is (2 f + 1)/3 (M. Horodecki et al., Phys. Rev. A 60, 1888 (1999)).
    """
    values = {"p2": 1.0, "eta": 1.0} | {x: float(y) for x, y in re.findall(r"(\w+)=([\d.]+)", label)}
    memory = fb.Memory(
        name="memory",
        slots=2,
        two_qubit_gate_reliability=values["p2"],
        readout_fidelity_0=values["eta"],
        readout_fidelity_1=values["eta"],
    )
    return chain([PHI_PLUS, fb.Werner(fidelity=values["F"])], memories=[memory]), (3 * A15.expected[label] - 1) / 2


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("label", A15.expected)
def test_teleportation(label: str, store: str) -> None:
    scenario, fidelity = through_a_noisy_pair(label)
    assert_all(pairs(scenario.replace(state=store))["fidelity"], fidelity, 1.5 * A15.tolerance)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("label", A18.expected)
def test_entanglement_measures(label: str, store: str) -> None:
    """Of the mixture of Bell states that the correlators of a pair tell, which a Werner state is."""
    rows = pairs(chain([fb.Werner(fidelity=float(label.removeprefix("Werner ")))], state=store))
    for weights in bell_weights(rows).T:
        pair = fb.states.BellDiagonal.from_weights(weights)
        found = {
            "concurrence": pair.concurrence(),
            "negativity": pair.negativity(),
            "log_negativity": pair.log_negativity(),
            "hashing_bound": pair.hashing_bound(),
            "CHSH_max": fb.analysis.maximal_chsh(pair.correlations),
        }
        for name, expected in A18.expected[label].items():
            assert_close(found[name], expected, A18.tolerance)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("length", A05.expected)
def test_chain_of_werner_links(length: str, store: str) -> None:
    rows = pairs(chain([fb.Werner(fidelity=A05.parameters["F"])] * int(length), state=store, length_m=10e3))
    assert_all(rows["fidelity"], A05.expected[length], A05.tolerance)
    assert set(rows["swaps"]) == {int(length) - 1}


@pytest.mark.parametrize("store", STORES)
def test_swap_of_bell_diagonal_pairs(store: str) -> None:
    rows = pairs(chain([fb.BellWeights(weights=A06.parameters[name]) for name in "ab"], state=store))
    for weight, expected in zip(bell_weights(rows), A06.expected, strict=True):
        assert_all(weight, expected, A06.tolerance)


@pytest.mark.parametrize("store", WAITING)
@pytest.mark.parametrize("label", A19.expected)
def test_depolarising_memory(label: str, store: str) -> None:
    t, memory = seconds(label), fb.Memory(name="memory", depolarising_s=A19.parameters["T"])
    rows = pairs(chain([PHI_PLUS], age_s=t, memories=[memory], state=store, duration_s=100.0), age_s=t)
    assert_all(rows["fidelity"], A19.expected[label], A19.tolerance)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("control", ["messages", "ideal"])
def test_ages_in_a_swap(store: str, control: str) -> None:
    """Four links: the inner qubits wait for heralds and gates, the outer ones also for the results of the swaps.

    The three swaps happen at once, and the last result comes from the far end of the chain. Depolarisation and dephasing
    commute with everything, so that the correlators depend on the total time that the eight qubits have waited. All links
    start again at a delivery.
    """
    herald, gates, hop = 3e-3, 1e-3 + 2e-3 + 4e-3, 50e3 / 2e8
    memory = fb.Memory(
        name="memory",
        slots=2,
        depolarising_s=0.5,
        dephasing_s=0.2,
        pauli_x_rate_hz=0.3,
        single_qubit_gate_s=1e-3,
        two_qubit_gate_s=2e-3,
        measurement_s=4e-3,
    )
    scenario = chain([PHI_PLUS] * 4, age_s=herald, memories=[memory], length_m=50e3, demand={"pipelined": False})
    rows = pairs(scenario.replace(state=store, control=control))
    told = 3 * hop if control == "messages" else 0.0
    np.testing.assert_allclose(rows["age_s"], herald + gates + told, rtol=0, atol=1e-15)
    waited = 8 * (herald + gates) + 2 * told
    assert_all(rows["xx"], math.exp(-waited * (1 / 0.5 + 1 / 0.2)), 1e-12)
    assert_all(rows["yy"], -math.exp(-waited * (1 / 0.5 + 1 / 0.2 + 2 * 0.3)), 1e-12)
    assert_all(rows["zz"], math.exp(-waited * (1 / 0.5 + 2 * 0.3)), 1e-12)


def error_rate_scenario(label: str) -> tuple[fb.Scenario, float]:
    if label.startswith("Werner"):
        return chain([fb.Werner(fidelity=0.92)]), 1e-6
    return chain([PHI_PLUS], age_s=0.005, memories=[fb.Memory(name="memory", t2_s=0.02)]), 0.005


@pytest.mark.parametrize(
    "label, store", [(x, s) for x in A22.expected for s in (STORES if x.startswith("Werner") else WAITING)]
)
def test_error_rates(label: str, store: str) -> None:
    rows = pairs(error_rate_scenario(label)[0].replace(state=store))
    assert_all((1 - rows["zz"]) / 2, A22.expected[label]["eZ"], A22.tolerance)
    assert_all((1 - rows["xx"]) / 2, A22.expected[label]["eX"], A22.tolerance)


@pytest.mark.parametrize("basis", ["z", "x"])
@pytest.mark.parametrize("label", A22.expected)
def test_measured_error_rates(label: str, basis: str) -> None:
    """Counted by ends that measure 5e5 pairs in one basis; an error of 0.005 is found."""
    scenario, period_s = error_rate_scenario(label)
    measured = {"traffic": fb.Continuous(), "use": "measure", "z_basis_probability": float(basis == "z")}
    scenario = scenario.replace(demands=[scenario.demands[0].replace(**measured)], duration_s=500_000.5 * period_s)
    rows = fb.run(scenario, threads=1, progress=False, memory_limit="1 GB").pairs
    assert len(rows) >= 500_000
    assert set(rows["basis_a"]) == set(rows["basis_b"]) == {basis}
    expected = A22.expected[label]["e" + basis.upper()]
    found = share(np.count_nonzero(rows["outcome_a"] != rows["outcome_b"]), len(rows), expected)
    assert_sampled(found, expected, A22.tolerance, detects=0.005)


@pytest.mark.parametrize("label", E03.expected)
def test_chsh(label: str) -> None:
    visible = fb.Werner(fidelity=(1 + 3 * 0.5**0.5) / 4)
    memory = fb.Memory(name="memory", t1_s=0.010, t2_s=0.005)
    scenario = {
        "ideal": chain([PHI_PLUS]),
        "Werner F=.95": chain([fb.Werner(fidelity=0.95)]),
        "visibility .7071 gives": chain([visible]),
        "Phi+ aged 2 ms, T1=10,T2=5 ms both": chain([PHI_PLUS], age_s=0.002, memories=[memory]),
    }[label]
    results = fb.run(scenario, threads=1, progress=False)
    for xx, zz in zip(results.pairs["xx"], results.pairs["zz"], strict=True):
        assert_close(fb.analysis.chsh(xx, zz), E03.expected[label], E03.tolerance)
    assert_close(results.correlators()["chsh"][0], E03.expected[label], E03.tolerance)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("label", G06.expected["win"])
def test_chsh_game(label: str, store: str) -> None:
    """Won with probability 1/2 + S/8; S is that of the settings of the game, which the correlators tell."""
    results = fb.run(chain([fb.Werner(fidelity=float(label.removeprefix("F=")))], state=store), threads=1, progress=False)
    found = 0.5 + results.correlators()["chsh"] / 8
    assert_all(found, G06.expected["win"][label], G06.tolerance)


@pytest.mark.parametrize("store", STORES)
def test_chsh_game_at_the_classical_bound(store: str) -> None:
    bound = fb.Werner(fidelity=G06.expected["F_at_classical"])
    results = fb.run(chain([bound], state=store), threads=1, progress=False)
    assert_all(0.5 + results.correlators()["chsh"] / 8, 0.75, G06.tolerance)
