"""Quantum switches as programs: D04 and Vardoyan et al. (bipartite), and GHZ states for three of k users.

Users' pairs come at a rate mu each, as good as a Poisson process: attempts succeed once in a thousand. Rates
detect an error of 10 %, those of bipartite switches with losses one of 5 %, and mean numbers of stored pairs one of 15 %; what attempts in
steps change is below 0.5 %, which is allowed for.
"""

from __future__ import annotations

import itertools
import math
from functools import partial

import numpy as np
import pytest

import farbell as fb
from farbell.programs.examples.ghz_switch import GhzSwitch
from farbell.programs.examples.quantum_switch import Switch, user
from physics.cases import case
from physics.sampling import SEED, Estimate, assert_sampled, estimate

D04 = case("D04")
SUCCESS = 1e-3
STEPS = 5e-3  # what is allowed for attempts in steps, relative
FIDELITY = 0.9
W = (4 * FIDELITY - 1) / 3


def hub(users: int, rate_hz: float, duration_s: float, success: float = 1.0, fidelity: float = 1.0) -> fb.Scenario:
    scenario = fb.star(
        users,
        length_m=0.0,
        memory=fb.Memory(name="memory", slots=400),
        generation=fb.Given(
            success_probability=SUCCESS, attempt_period_s=SUCCESS / rate_hz, state=fb.Werner(fidelity=fidelity)
        ),
        demands=[],
        duration_s=duration_s,
        control="ideal",
        seed=SEED,
    )
    return scenario.replace(nodes=[node.replace(swap_success_probability=success) for node in scenario.nodes])


def names(users: int) -> list[str]:
    return [f"n{k}" for k in range(1, users + 1)]


def numbers(label: str) -> dict[str, float]:
    parts = (part.split("=") for part in label.split(","))
    return {name: math.inf if value == "None" else float(value) for name, value in parts}


def batches(duration_s: float, counted_at_s: np.ndarray, values: np.ndarray | None = None) -> Estimate:
    """The mean rate of events, or the mean of what has these values from these times on: by 200 stretches of time."""
    edges = np.linspace(0, duration_s, 201)
    if values is None:
        whole = np.searchsorted(counted_at_s, edges)
    else:
        times = np.append(counted_at_s, duration_s)
        whole = np.interp(edges, times, np.concatenate([[0], np.cumsum(values * np.diff(times))]))
    return estimate(np.diff(whole) / np.diff(edges))


def duration_for(rate_hz: float, detects: float = 0.1) -> float:
    """Deliveries vary at most as twice Poisson's: one by one pairs come, are joined, or are lost."""
    return 2 * (8.5 / detects) ** 2 / rate_hz


@pytest.mark.parametrize("label", D04.expected)
def test_capacity_and_stored_pairs_of_a_bipartite_switch(label: str) -> None:
    given, expected = numbers(label), D04.expected[label]
    users, duration_s = names(int(given["k"])), duration_for(expected["capacity"], 0.05)
    loss_hz = given["alpha"]
    switch = fb.switching.EntanglementSwitch(
        users, buffer=given["B"], lifetime_s=(lambda dice: dice.expovariate(loss_hz)) if loss_hz else None, basis="Z"
    )
    scenario = switch.on(hub(len(users), given["mu"], duration_s, given["q"]))
    records = fb.run(scenario, programs=switch.programs(), progress=False).records
    made, stock = (records[records["what"] == what] for what in ("state", "stock"))
    rate = batches(duration_s, made["time_s"][::2])
    assert_sampled(rate, expected["capacity"], STEPS, detects=0.05 * expected["capacity"])
    stored = batches(duration_s, stock["time_s"], stock["stored"])
    assert_sampled(stored, expected["EQ"], STEPS, detects=0.15 * expected["EQ"])


@pytest.mark.parametrize("label", [label for label in D04.expected if label.endswith("alpha=0")])
def test_capacity_of_the_example(label: str) -> None:
    given, expected = numbers(label), D04.expected[label]["capacity"]
    users, duration_s = names(int(given["k"])), duration_for(expected)
    programs = {"n0": Switch(users, given["B"]), **dict.fromkeys(users, user)}
    records = fb.run(hub(len(users), given["mu"], duration_s, given["q"]), programs=programs, progress=False).records
    rate = batches(duration_s, records["time_s"][records["joined"]][::2])
    assert_sampled(rate, expected, STEPS, detects=0.1 * expected)


def tripartite_capacity(k: int, buffer: int) -> float:
    """Per unit of mu. The state: how many pairs the at most two users have that have any, the more the first."""
    states = [(i, j) for i in range(buffer + 1) for j in range(i + 1)]
    number = {state: index for index, state in enumerate(states)}
    rates, deliveries = np.zeros((len(states),) * 2), np.zeros(len(states))
    for (i, j), index in number.items():
        some = (i > 0) + (j > 0)
        moves = [((i + 1, j), 1)] * (0 < i < buffer) + [((i, j + 1), 1)] * (0 < j < buffer)
        if some < 2:
            moves.append(((i, 1) if i else (1, 0), k - some))
        else:
            moves.append(((i - 1, j - 1), k - 2))
            deliveries[index] = k - 2
        for state, rate in moves:
            rates[index, number[tuple(sorted(state, reverse=True))]] += rate
    generator = rates - np.diag(rates.sum(axis=1))
    stationary = np.linalg.lstsq(np.vstack([generator.T, np.ones(len(states))]), np.eye(len(states) + 1)[-1], rcond=None)[0]
    return float(stationary @ deliveries)


def test_the_chain_of_a_tripartite_switch() -> None:
    """One pair a user: three arrivals in a row. Ever larger buffers: all pairs are used (Vardoyan, Guha, Nain, Towsley 2020)."""
    assert tripartite_capacity(5, 1) == pytest.approx(1 / (1 / 5 + 1 / 4 + 1 / 3), abs=1e-12)
    assert tripartite_capacity(5, 40) == pytest.approx(5 / 3, rel=1e-6)


@pytest.mark.parametrize("k, buffer, capacity", [(5, 1, None), (5, 2, None), (4, 3, None), (5, math.inf, 5 / 3)])
def test_capacity_of_a_ghz_switch(k: int, buffer: float, capacity: float | None) -> None:
    expected = capacity or tripartite_capacity(k, int(buffer))
    users, duration_s = names(k), duration_for(expected)
    programs = {"n0": GhzSwitch(users, buffer), **dict.fromkeys(users, user)}
    records = fb.run(hub(k, 1.0, duration_s), programs=programs, progress=False).records
    assert_sampled(batches(duration_s, records["time_s"][::3]), expected, STEPS, detects=0.1 * expected)


def outcomes(switch: fb.Program, basis: str, at_once: int) -> np.ndarray:
    """Signs that users read, a row for each state."""
    users = names(4)
    programs = {"n0": switch, **dict.fromkeys(users, partial(user, basis=basis))}
    records = fb.run(hub(4, 1.0, 4000.0, fidelity=FIDELITY), programs=programs, progress=False).records
    assert (np.diff(records["time_s"].reshape(-1, at_once), axis=1) == 0).all()
    return 1 - 2 * records["outcome"].reshape(-1, at_once)


@pytest.mark.parametrize("basis", ["X", "Z"])
def test_pairs_of_a_switch_are_swapped_pairs(basis: str) -> None:
    assert_sampled(estimate(outcomes(Switch(names(4), 3), basis, 2).prod(axis=1)), W**2, 0, detects=0.1)


def test_states_of_a_ghz_switch_shrink_by_a_factor_for_each_pair_that_they_span() -> None:
    switch = GhzSwitch(names(4), 3)
    assert_sampled(estimate(outcomes(switch, "X", 3).prod(axis=1)), W**3, 0, detects=0.1)
    signs = outcomes(switch, "Z", 3)
    for i, j in itertools.combinations(range(3), 2):
        assert_sampled(estimate(signs[:, i] * signs[:, j]), W**2, 0, detects=0.1)
