"""`fb.switching`: GHZ states, decisions by maximum weight, and purification before and after the swap.

Bipartite switches (D04) are in `test_quantum_switches.py`. Users' pairs come as good as Poisson, since attempts succeed once in a
thousand; what attempts in steps change is below 0.5 %, which is allowed for. Sampled means may be off by 6.5 standard
errors (a false alarm of 8e-11 each); each test states the error that it detects.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics import brute_force as bf
from physics.sampling import assert_sampled
from physics.test_quantum_switches import STEPS, batches, duration_for, hub, names, tripartite_capacity

Group = tuple[str, ...]
FIDELITY, GATE = 0.9, 0.97


def run(scenario: fb.Scenario, switch: fb.switching.EntanglementSwitch) -> Any:
    return fb.run(switch.on(scenario), programs=switch.programs(), progress=False).records


def states(records: Any, group: str | None = None) -> Any:
    chosen = records["what"] == "state"
    return records[chosen if group is None else chosen & (records["group"] == group)]


# ---- GHZ states -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("users", "size", "buffer", "capacity"),
    [
        (5, 4, 1, 1 / (1 / 5 + 1 / 4 + 1 / 3 + 1 / 2)),  # the missing ones come one after the other
        (5, 3, 2, tripartite_capacity(5, 2)),
        (6, 4, np.inf, 6 / 4),  # nothing is dropped (Nain, Vardoyan, Guha and Towsley 2020)
    ],
)
def test_rate_of_a_ghz_switch(users: int, size: int, buffer: float, capacity: float) -> None:
    """Errors of 10 % are detected."""
    duration_s = duration_for(capacity)
    switch = fb.switching.EntanglementSwitch(names(users), size=size, buffer=buffer, basis="X")
    made = states(run(hub(users, 1.0, duration_s), switch))
    assert set(np.bincount(made["number"].astype(int))[:-1]) == {size}
    assert_sampled(batches(duration_s, made["time_s"][::size]), capacity, STEPS, detects=0.1 * capacity)


def test_ghz_states_are_ghz_states() -> None:
    """Without noise the product of all X is 1, and all Z are equal."""
    for basis in ("X", "Z"):
        switch = fb.switching.EntanglementSwitch(names(5), size=4, basis=basis)
        made = states(run(hub(5, 1.0, 60.0), switch))
        outcomes = made["outcome"].reshape(-1, 4)
        assert len(outcomes) > 10
        assert (outcomes.sum(axis=1) % 2 == 0).all() if basis == "X" else (outcomes == outcomes[:, :1]).all()


# ---- decisions --------------------------------------------------------------------------------------------------------------


def stationary(rates: np.ndarray) -> np.ndarray:
    """Of a Markov chain with these rates, all of whose recurrent states reach each other."""
    generator = rates - np.diag(rates.sum(axis=1))
    return np.linalg.lstsq(np.vstack([generator.T, np.ones(len(rates))]), np.eye(len(rates) + 1)[-1], rcond=None)[0]


def throughput(
    groups: Mapping[Group, float], most: int, swap: float, prefers: Callable[[dict[Group, int]], Group]
) -> tuple[dict[Group, float], float]:
    """States a second by group and mean number of requests that wait, by the stationary state of the Markov chain.

    Links make a pair a second each, unless one is stored; up to `most` requests of a group wait; `prefers` one of the groups
    whose pairs are there, given how many requests each has.
    """
    users, order = sorted({user for group in groups for user in group}), list(groups)
    empty = frozenset[str](), (0,) * len(order)
    number, moves, served = {empty: 0}, list[tuple[int, int, float]](), list[tuple[int, Group, float]]()

    def settle(start: int, stored: frozenset[str], queue: tuple[int, ...], rate: float) -> None:
        ready = {g: n for g, n in zip(order, queue, strict=True) if n and stored.issuperset(g)}
        if not ready:
            if (stored, queue) not in number:
                reached.append((stored, queue))
            moves.append((start, number.setdefault((stored, queue), len(number)), rate))
            return
        group = prefers(ready)
        left = tuple(n - (g == group) for g, n in zip(order, queue, strict=True))
        served.append((start, group, rate * swap))
        settle(start, stored - set(group), left, rate * swap)
        if swap < 1:
            settle(start, stored - set(group), queue, rate * (1 - swap))

    reached = [empty]
    for stored, queue in reached:  # grows
        start = number[stored, queue]
        for user in users:
            if user not in stored:
                settle(start, stored | {user}, queue, 1.0)
        for i, group in enumerate(order):
            if queue[i] < most:
                settle(start, stored, tuple(n + (k == i) for k, n in enumerate(queue)), groups[group])
    rates = np.zeros((len(number),) * 2)
    for start, after, rate in moves:
        rates[start, after] += rate
    found = stationary(rates)
    by_group = {group: sum(found[start] * rate for start, of, rate in served if of == group) for group in order}
    return by_group, float(found @ [sum(queue) for _, queue in number])


def test_maximum_weight_and_its_chain() -> None:
    """A user that two others want: requests times success decide. Errors of 8 % are detected, less than another rule differs by."""
    asks = {("n1", "n2"): 0.6, ("n1", "n3"): 0.6}
    success = {("n1", "n2"): 0.3, ("n1", "n3"): 1.0}
    most, swap = 3, 0.8
    expected, waiting = throughput(asks, most, swap, lambda ready: max(ready, key=lambda g: ready[g] * success[g]))
    otherwise, _ = throughput(asks, most, swap, lambda ready: max(ready, key=lambda g: ready[g]))
    duration_s = duration_for(min(expected.values()), 0.08)
    switch = fb.switching.EntanglementSwitch(
        names(3), requests=asks, max_queue=most, decide="max_weight", success=success, basis="Z"
    )
    records = run(hub(3, 1.0, duration_s, swap), switch)
    for group, rate in expected.items():
        assert abs(rate - otherwise[group]) > 0.16 * rate
        made = states(records, "+".join(group))
        assert_sampled(batches(duration_s, made["time_s"][::2]), rate, STEPS, detects=0.08 * rate)
    stock = records[records["what"] == "stock"]
    assert_sampled(batches(duration_s, stock["time_s"], stock["waiting"]), waiting, STEPS, detects=0.08 * waiting)
    asked = sum(asks.values()) * duration_s
    refused = 1 - sum(expected.values()) / sum(asks.values())
    assert stock["refused"][-1] / asked == pytest.approx(refused, abs=6.5 * 2 / np.sqrt(asked))


def test_first_come_first_served() -> None:
    """Every group is served in the order in which its requests were asked, and requests of all in nearly that order."""
    asks = dict.fromkeys([("n1", "n2"), ("n1", "n3")], 0.3)
    switch = fb.switching.EntanglementSwitch(names(3), requests=asks, decide="fifo", basis="Z")
    made = states(run(hub(3, 1.0, 300.0), switch))
    for group in ("n1+n2", "n1+n3"):
        assert (np.diff(made["number"][made["group"] == group]) >= 0).all()
    assert len(made) > 100


# ---- purification -----------------------------------------------------------------------------------------------------------


def noisy(rho: bf.Matrix, gate: bf.Matrix, at: tuple[int, int], qubits: int) -> bf.Matrix:
    """The gate, and with probability 1 - GATE white noise in place of its two qubits."""
    levels = [2] * qubits
    after = bf.apply(rho, [gate], at, levels)
    pauli = [np.kron(a, b) / 4 for a in bf.PAULIS.values() for b in bf.PAULIS.values()]
    return GATE * after + (1 - GATE) * bf.apply(after, pauli, at, levels)


PHI = np.array([[1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 1]], dtype=complex) / 2


def distilled(pair: bf.Matrix) -> tuple[bf.Matrix, float]:
    """DEJMPS of two such pairs, qubits (a, b, a', b'): what is left, and how often."""
    rho, levels = np.kron(pair, pair), [2] * 4
    for qubit, angle in ((0, 1), (1, -1), (2, 1), (3, -1)):
        rho = bf.apply(rho, [bf.rotation("X", angle * np.pi / 2)], (qubit,), levels)
    for control, target in ((0, 2), (1, 3)):
        rho = noisy(rho, bf.GATES["cx"], (control, target), 4)
    equal = [np.kron(bf.ZERO, bf.ZERO), np.kron(bf.ONE, bf.ONE)]
    left = bf.trace_out(bf.apply(rho, equal, (2, 3), levels), (0, 1), levels)
    return left / np.trace(left).real, float(np.trace(left).real)


def swapped(pair: bf.Matrix) -> bf.Matrix:
    """Of two such pairs, qubits (a, hub, hub', b): CNOT, H, both are read, and b is corrected."""
    levels = [2] * 4
    rho = bf.apply(noisy(np.kron(pair, pair), bf.GATES["cx"], (1, 2), 4), [bf.H], (1,), levels)
    out = np.zeros((4, 4), dtype=complex)
    for phase, parity in itertools.product((0, 1), repeat=2):
        read = np.kron(bf.ONE if phase else bf.ZERO, bf.ONE if parity else bf.ZERO)
        part = bf.trace_out(bf.apply(rho, [read], (1, 2), levels), (0, 3), levels)
        gates = np.linalg.matrix_power(bf.Z, phase) @ np.linalg.matrix_power(bf.X, parity)
        out += bf.apply(part, [gates], (1,), [2, 2])
    return out


def rate_before(success: float) -> float:
    """Of two links with two lanes each, per pair and second of a lane: each link has no pair, one, or a distilled one."""
    steps = {0: [(1, 2.0)], 1: [(2, success), (0, 1 - success)], 2: []}
    states = [pair for pair in itertools.product(steps, repeat=2) if pair != (2, 2)]  # two distilled ones are joined at once
    rates, joins = np.zeros((8, 8)), np.zeros(8)
    for start, (one, other) in enumerate(states):
        for after, rate in [((to, other), r) for to, r in steps[one]] + [((one, to), r) for to, r in steps[other]]:
            joins[start] += rate * (after == (2, 2))
            rates[start, states.index((0, 0) if after == (2, 2) else after)] += rate
    return float(stationary(rates) @ joins)


@pytest.mark.parametrize("purify", ["none", "links", "pairs"])
def test_purification_before_and_after_the_swap(purify: Any) -> None:
    """Every pair is that of a calculation with density matrices, with noisy gates; rates (errors of 15 % are detected) are those
    of Markov chains: two links, two lanes each; or one lane each, whose second pair comes one mean time after the first of two.
    """
    link = PHI * (4 * FIDELITY - 1) / 3 + np.eye(4) * (1 - FIDELITY) / 3
    between_s = 1 / 2 + 1
    if purify == "links":
        pure, success = distilled(link)
        pair, rate = swapped(pure), rate_before(success)
    else:
        pair, rate = swapped(link), 1 / between_s
        if purify == "pairs":
            pair, success = distilled(pair)
            rate = success / (2 * between_s)
    fidelity = float(np.trace(pair @ PHI).real)
    duration_s = duration_for(rate, 0.15) / 2  # two users: what is delivered varies less than Poisson's
    scenario = hub(2, 1.0, duration_s, fidelity=FIDELITY)
    scenario = scenario.replace(memories=[scenario.memories[0].replace(two_qubit_gate_reliability=GATE)])
    switch = fb.switching.EntanglementSwitch(names(2), requests={("n1", "n2"): 20.0}, max_queue=4, purify=purify)
    made = states(run(scenario, switch))
    assert made["fidelity"] == pytest.approx(fidelity, abs=1e-9)
    assert_sampled(batches(duration_s, made["time_s"]), rate, STEPS, detects=0.15 * rate)
