"""One run through every store: the exact ones agree pair by pair, the sampled ones on average.

The outcomes of an exact store are those of every other one, since they are chosen by the same numbers from the same
probabilities. A trajectory store draws errors of its own: its means are compared with those of the exact run.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics.cases import case
from physics.runs import chains
from physics.sampling import SEED, Estimate, assert_sampled, estimate
from physics.test_states_in_runs import through_a_noisy_pair

A04, A05, A06, A15, A18, A22, G06 = (case(id) for id in ("A04", "A05", "A06", "A15", "A18", "A22", "G06"))

DAMPED = {"t1_s": 0.05, "t2_s": 0.04, "readout_fidelity_0": 0.99, "readout_fidelity_1": 0.96}
PAULI = {"t2_s": 0.04, "depolarising_s": 0.2, "pauli_x_rate_hz": 0.5, "readout_fidelity_0": 0.98, "readout_fidelity_1": 0.98}
GATES = {"two_qubit_gate_reliability": 0.98, "single_qubit_gate_reliability": 0.99}
MINDS = PAULI | {"dephasing_attempts": 40.0}
SKEWED = fb.BellWeights(weights=[0.85, 0.06, 0.05, 0.04])


def busy(noise: dict[str, Any], duration_s: float, **demand: Any) -> fb.Scenario:
    """Four links that swap, with every kind of noise that a memory has."""
    memory = fb.Memory(name="memory", slots=6, **noise, **GATES)
    link = fb.Given(success_probability=0.3, attempt_period_s=1e-3, herald_delay_s=1e-4, state=SKEWED)
    return chains([link] * 4, memories=[memory], demand={"width": 3, **demand}, duration_s=duration_s, seed=SEED)


PROGRAMS: dict[str, dict[str, Any]] = {
    "swaps": {},
    "measure": {"use": "measure"},
    "dejmps": {"distillation": fb.Distillation(rounds=["dejmps"])},
    "bbpssw": {"distillation": fb.Distillation(rounds=["bbpssw"])},
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_density_is_pair_density(program: str) -> None:
    scenario = busy(DAMPED, 0.5, **PROGRAMS[program])
    exact, other = (fb.run(scenario.replace(state=state)) for state in ("pair_density", "density"))
    assert len(exact.pairs) == len(other.pairs) > 50
    for name in exact.pairs:
        np.testing.assert_allclose(exact.pairs.codes(name), other.pairs.codes(name), rtol=0, atol=1e-9)
    assert set(exact.summary()["fidelity_kind"]) == {"exact"}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("state", "noise"),
    [
        ("stabilizer", PAULI),
        ("stabilizer", MINDS),
        *(pytest.param("ket", noise, marks=pytest.mark.slow) for noise in (PAULI, DAMPED, MINDS)),
    ],
)
def test_trajectories_have_the_exact_mean(state: str, noise: dict[str, Any], program: str) -> None:
    """An error of 0.03 in fidelity, or in the share of equal bits, is detected."""
    scenario = busy(noise, 150.0, **PROGRAMS[program])
    exact, sampled = (fb.run(scenario.replace(state=each)) for each in ("pair_density", state))
    # Rounds of distillation fail at other times, so that only means can be compared.
    one, other = (estimate(results.pairs["fidelity"]) for results in (exact, sampled))
    difference = Estimate(other.mean - one.mean, float(np.hypot(one.stderr, other.stderr)))
    assert_sampled(difference, 0, 0, detects=0.03)
    assert set(sampled.summary()["fidelity_kind"]) == {"sampled"}
    if program == "measure":
        agree = [estimate(r.pairs["outcome_a"] == r.pairs["outcome_b"]) for r in (exact, sampled)]
        assert_sampled(
            Estimate(agree[1].mean - agree[0].mean, float(np.hypot(agree[0].stderr, agree[1].stderr))), 0, 0, detects=0.03
        )


def of_age(states: list[Any], state: str, *, age_s: float = 0.0, requests: int = 40_000, **rest: Any) -> fb.ResultTable:
    links = [fb.Given(success_probability=1, attempt_period_s=max(age_s, 1e-6), herald_delay_s=age_s, state=s) for s in states]
    demand = {"traffic": fb.OneOff(requests=requests)}
    rows = fb.run(chains(links, demand=demand, duration_s=1e3, state=state, seed=SEED, **rest), threads=1).pairs
    assert len(rows) == requests
    return rows


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
@pytest.mark.parametrize("label", A04.expected)
def test_sampled_swap_of_werner_pairs(label: str, state: str) -> None:
    rows = of_age([fb.Werner(fidelity=float(f)) for f in label.split(",")], state)
    assert_sampled(estimate(rows["fidelity"]), A04.expected[label], A04.tolerance, detects=0.02)


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
@pytest.mark.parametrize("length", [pytest.param(x, marks=pytest.mark.slow) if x == "1000" else x for x in A05.expected])
def test_sampled_chain_of_werner_links(length: str, state: str) -> None:
    """An error of 0.02 is seen, of 0.05 in the longest chain."""
    requests, detects = (40_000, 0.02) if length != "1000" else (6000, 0.05)
    rows = of_age([fb.Werner(fidelity=A05.parameters["F"])] * int(length), state, requests=requests)
    assert_sampled(estimate(rows["fidelity"]), A05.expected[length], A05.tolerance, detects=detects)


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
def test_sampled_swap_of_bell_diagonal_pairs(state: str) -> None:
    rows = of_age([fb.BellWeights(weights=A06.parameters[name]) for name in "ab"], state)
    xx, yy, zz = (rows[name] for name in ("xx", "yy", "zz"))
    for weight, expected in zip(
        (1 + xx - yy + zz, 1 - xx + yy + zz, 1 + xx + yy - zz, 1 - xx - yy - zz), A06.expected, strict=True
    ):
        assert_sampled(estimate(weight / 4), expected, A06.tolerance, detects=0.02)


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
def test_sampled_error_rates(state: str) -> None:
    label = next(label for label in A22.expected if label.startswith("Werner"))
    rows = of_age([fb.Werner(fidelity=0.92)], state)
    for name, rate in (("zz", "eZ"), ("xx", "eX")):
        assert_sampled(estimate((1 - rows[name]) / 2), A22.expected[label][rate], A22.tolerance, detects=0.02)


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
@pytest.mark.parametrize("label", A15.expected)
def test_sampled_teleportation(label: str, state: str) -> None:
    scenario, fidelity = through_a_noisy_pair(label)
    many = scenario.demands[0].replace(traffic=fb.OneOff(requests=55_000))
    rows = fb.run(scenario.replace(state=state, demands=[many]), threads=1, progress=False).pairs
    assert_sampled(estimate(rows["fidelity"]), fidelity, A15.tolerance, detects=0.02)


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
@pytest.mark.parametrize("label", A18.expected)
def test_sampled_entanglement_measures(label: str, state: str) -> None:
    """Those that are linear in the correlators of a Werner state; errors of 0.045 are seen, of 0.095 in CHSH."""
    rows = of_age([fb.Werner(fidelity=float(label.removeprefix("Werner ")))], state)
    found = {
        "concurrence": 2 * rows["fidelity"] - 1,
        "negativity": rows["fidelity"] - 0.5,
        "CHSH_max": math.sqrt(2) * (rows["xx"] + rows["zz"]),
    }
    for name, values in found.items():
        detects = 0.095 if name == "CHSH_max" else 0.045
        assert_sampled(estimate(values), A18.expected[label][name], A18.tolerance, detects=detects)


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
@pytest.mark.parametrize("label", G06.expected["win"])
def test_sampled_chsh_game(label: str, state: str) -> None:
    rows = of_age([fb.Werner(fidelity=float(label.removeprefix("F=")))], state)
    won = 0.5 + math.sqrt(2) * (rows["xx"] + rows["zz"]) / 8
    assert_sampled(estimate(won), G06.expected["win"][label], G06.tolerance, detects=0.012)


def test_the_error_bar_of_trajectories_that_agree_is_no_zero() -> None:
    demand = {"traffic": fb.OneOff(requests=400)}
    link = fb.Given(success_probability=1, attempt_period_s=1e-6, herald_delay_s=0, state=fb.Werner(fidelity=1))
    results = fb.run(chains([link] * 2, demand=demand, duration_s=10.0, state="stabilizer"))
    row = next(results.summary().rows())
    assert row["fidelity"] == 1
    assert 0.98 < row["fidelity_low"] < 0.995


def test_auto_takes_the_cheapest_exact_store() -> None:
    assert fb.compile(busy(PAULI, 1.0).replace(state="auto")).state == "bell_diagonal"
    assert fb.compile(busy(DAMPED, 1.0).replace(state="auto")).state == "pair_density"
    pauli = fb.run(busy(PAULI, 0.5).replace(state="auto"))
    np.testing.assert_allclose(pauli.pairs["fidelity"], fb.run(busy(PAULI, 0.5)).pairs["fidelity"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
def test_no_decision_sees_a_sampled_fidelity(state: str) -> None:
    for demand in ({"min_fidelity": 0.5}, {"cutoff": fb.Cutoff(estimated_fidelity=0.6)}):
        with pytest.raises(fb.SpecError, match="samples fidelities"):
            fb.compile(busy(PAULI, 1.0, **demand).replace(state=state))
    with pytest.raises(fb.SpecError, match="amplitude damping"):
        fb.compile(busy(DAMPED, 1.0).replace(state="stabilizer"))


def test_threads_and_replicas_draw_the_same_errors() -> None:
    scenario = busy(PAULI, 0.3).replace(state="stabilizer")
    one, two = (fb.run(scenario, replicas=4, threads=threads) for threads in (1, 2))
    assert np.array_equal(one.pairs["fidelity"], two.pairs["fidelity"])
    by_replica = [one.pairs["fidelity"][one.pairs["replica"] == r] for r in range(2)]
    assert not np.array_equal(by_replica[0][:50], by_replica[1][:50])
