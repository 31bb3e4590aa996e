"""Pairs that are distilled although their nodes emit through one qubit: rates, states against gates on four qubits, and no circle."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics import brute_force as brute
from physics.runs import chains
from physics.sampling import ALLOWED_SIGMAS, assert_sampled, estimate

PERIOD_S, STORAGE_S, GATE_S = 1e-5, 4e-5, 3e-5
QUIET = fb.Memory(name="quiet", slots=8, two_qubit_gate_s=GATE_S)


def distilling(links: int, memory: fb.Memory, *, p: float = 0.1, pairs: int = 300, width: int = 2, **rest: Any) -> fb.Scenario:
    """A round on every link. News of an attempt comes when it is over, so that the next goes on where this one stops."""
    state = rest.pop("pair", fb.Werner(fidelity=1.0))
    link = fb.Given(success_probability=p, attempt_period_s=PERIOD_S, herald_delay_s=PERIOD_S, state=state)
    demand = {"traffic": fb.OneOff(requests=pairs), "width": width, **rest.pop("demand", {})}
    rounds = rest.pop("distillation", fb.Distillation())
    scenario = chains([link] * links, memories=[memory], demand=demand, **{"control": "ideal", "duration_s": 60.0, **rest})
    return scenario.replace(links=[link.replace(distillation=rounds) for link in scenario.links])


def delivered(scenario: fb.Scenario) -> fb.ResultTable:
    rows = fb.run(scenario, threads=1, progress=False).pairs
    assert len(rows) == scenario.demands[0].traffic.requests
    return rows


# ---- rates --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("store", "stored"), [("when_needed", 1), ("always", 2)])
def test_lanes_of_a_link_take_turns(store: str, stored: int) -> None:
    """Two pairs one after the other, the first stored (or both), and the round, which is sure."""
    qubit = fb.CommunicationQubits(store=store, storage_s=STORAGE_S)
    p = 0.2
    rows = delivered(distilling(1, QUIET.replace(communication=qubit), p=p, pairs=5000))
    np.testing.assert_allclose(rows["fidelity"], 1, rtol=0, atol=1e-12)
    expected = 2 * PERIOD_S / p + stored * STORAGE_S + GATE_S
    assert_sampled(estimate(np.diff(rows["delivered_s"], prepend=0)), expected, 0, detects=0.1 * expected)
    assert 0.1 * expected < STORAGE_S  # storing would be missed


def test_two_links_and_their_rounds_through_one_qubit() -> None:
    """Where nothing else takes time, the qubit in the middle never rests: four pairs for one between the ends."""
    qubit, p, pairs = fb.CommunicationQubits(), 0.1, 4000
    scenario = distilling(2, QUIET.replace(two_qubit_gate_s=0.0), p=p, pairs=pairs)
    middle = scenario.memories[0].replace(name="middle", communication=qubit)
    nodes = [node.replace(memory="middle") if node.name == "c0n1" else node for node in scenario.nodes]
    rows = delivered(scenario.replace(memories=[*scenario.memories, middle], nodes=nodes))
    total_s = float(rows["delivered_s"][-1])
    error_s = PERIOD_S * np.sqrt(4 * pairs * (1 - p)) / p
    # Pairs that are left over at the end: at most two of each link.
    assert abs(total_s - 4 * pairs * PERIOD_S / p) < ALLOWED_SIGMAS * error_s + 4 * PERIOD_S / p
    assert error_s < 0.01 * total_s


# ---- states -------------------------------------------------------------------------------------------------------------

RELIABILITY, Z_ERROR, T2_STAR_S, T2_S, ATTEMPTS = 0.96, 0.02, 3e-4, 4e-3, 30.0
GATES = {"two_qubit_gate_reliability": 0.95, "readout_fidelity_0": 0.97, "readout_fidelity_1": 0.97}
FRESH = 0.93
QUBITS = [2, 2, 2, 2]  # kept at A and B, used at A and B


def paulis(rho: brute.Matrix, qubit: int, x: float, y: float, z: float) -> brute.Matrix:
    kraus = [np.sqrt(w) * s for w, s in zip((1 - x - y - z, x, y, z), (brute.I, brute.X, brute.Y, brute.Z), strict=True)]
    return brute.apply(rho, kraus, [qubit], QUBITS)


def dephased(rho: brute.Matrix, qubit: int, left: float) -> brute.Matrix:
    return paulis(rho, qubit, 0, 0, (1 - left) / 2)


def moved(rho: brute.Matrix, qubit: int, in_qubit_s: float) -> brute.Matrix:
    rho = dephased(rho, qubit, np.exp(-((in_qubit_s / T2_STAR_S) ** 2)))
    return paulis(paulis(rho, qubit, 0, 0, Z_ERROR), qubit, *[(1 - RELIABILITY) / 4] * 3)


def round_of_dejmps(rho: brute.Matrix) -> brute.Matrix:
    """What is kept, the bits being equal: gates with errors, and read-out that errs."""
    p2, right = GATES["two_qubit_gate_reliability"], GATES["readout_fidelity_0"]
    for qubit in range(4):
        rho = brute.apply(rho, [brute.rotation("X", (np.pi / 2) * (-1) ** qubit)], [qubit], QUBITS)
    for kept, used in ((0, 2), (1, 3)):
        rho = brute.apply(rho, [brute.GATES["cx"]], [kept, used], QUBITS)
        errors = [np.kron(s, t) / 4 for s in brute.PAULIS.values() for t in brute.PAULIS.values()]
        rho = p2 * rho + (1 - p2) * brute.apply(rho, errors, [kept, used], QUBITS)
    reads = [right * one + (1 - right) * other for one, other in ((brute.ZERO, brute.ONE), (brute.ONE, brute.ZERO))]
    left = sum(brute.embed(np.kron(read, read), [2, 3], QUBITS) @ rho for read in reads)
    out = brute.trace_out(left, [0, 1], QUBITS)
    return out / np.trace(out)


@pytest.mark.parametrize("store", ["when_needed", "always"])
@pytest.mark.parametrize("state", ["pair_density", "bell_diagonal", "density"])
def test_what_is_kept_is_that_of_gates_on_four_qubits(state: str, store: str) -> None:
    """The first pair is stored at both ends and waits beside the attempts for the second, which may stay where it is."""
    qubit = fb.CommunicationQubits(
        store=store, storage_s=STORAGE_S, storage_reliability=RELIABILITY, storage_dephasing_probability=Z_ERROR,
        t2_s=T2_STAR_S, t2_law="gaussian",
    )  # fmt: skip
    memory = QUIET.replace(communication=qubit, t2_s=T2_S, dephasing_attempts=ATTEMPTS, **GATES)
    rows = delivered(distilling(1, memory, state=state, pair=fb.Werner(fidelity=FRESH)))
    in_qubit_s = PERIOD_S + STORAGE_S
    second_stored_s = STORAGE_S * (store == "always")
    waited_s = rows["age_s"] - in_qubit_s  # of the first pair, in its memory
    attempts = np.rint((waited_s - second_stored_s - GATE_S) / PERIOD_S)
    np.testing.assert_allclose(waited_s, attempts * PERIOD_S + second_stored_s + GATE_S, rtol=0, atol=1e-12)
    assert attempts.max() > 15 and attempts.min() <= 2
    phi = np.array([1, 0, 0, 1]) / np.sqrt(2)
    werner = np.outer(phi, phi) * (4 * FRESH - 1) / 3 + np.eye(4) * (1 - FRESH) / 3
    for row in itertools.islice(range(len(rows)), 0, None, 41):
        rho = np.kron(werner, werner).astype(complex)
        for half in (0, 1):
            rho = dephased(moved(rho, half, in_qubit_s), half, np.exp(-waited_s[row] / T2_S - attempts[row] / ATTEMPTS))
        for half in (2, 3):
            if second_stored_s:
                rho = dephased(moved(rho, half, in_qubit_s), half, np.exp(-GATE_S / T2_S))
            else:
                rho = dephased(rho, half, np.exp(-(((PERIOD_S + GATE_S) / T2_STAR_S) ** 2)))
        left = round_of_dejmps(rho)
        assert rows["fidelity"][row] == pytest.approx(float((phi @ left @ phi).real), abs=1e-12)
    assert np.ptp(rows["fidelity"]) > 0.02


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
def test_sampled_stores_agree_on_average(state: str) -> None:
    qubit = fb.CommunicationQubits(storage_s=STORAGE_S, storage_reliability=0.9, storage_dephasing_probability=0.05, t2_s=1e-4)
    memory = QUIET.replace(communication=qubit, t2_s=1e-3, dephasing_attempts=100)
    exact = estimate(delivered(distilling(2, memory, pairs=2000))["fidelity"])
    found = estimate(delivered(distilling(2, memory, pairs=2000, state=state))["fidelity"])
    assert_sampled(found, exact.mean, ALLOWED_SIGMAS * exact.stderr / exact.mean, detects=0.1)


# ---- no circle ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("store", ["when_needed", "always"])
@pytest.mark.parametrize("qubits", [1, 2])
@pytest.mark.parametrize(
    ("links", "rounds", "width", "demand"),
    [
        (1, fb.Distillation(rounds=["dejmps"] * 3), 4, {}),
        (3, fb.Distillation(rounds=["dejmps"] * 3, scheme="pumping"), 2, {}),
        (4, fb.Distillation(), 2, {"pipelined": False, "swapping": fb.Doubling()}),
        (3, None, 3, {"distillation": fb.Distillation(rounds=["dejmps"] * 2), "pipelined": False}),
        (3, fb.Distillation(), 4, {"distillation": fb.Distillation(), "use": "measure"}),
        (1, fb.Distillation(), 4, {"distillation": fb.Distillation()}),
    ],
)
@pytest.mark.parametrize("control", ["ideal", "messages"])
def test_every_pool_comes_to_its_result(
    control: str, links: int, rounds: Any, width: int, demand: dict[str, Any], qubits: int, store: str
) -> None:
    """As few slots as the rounds take, and as few qubits: all that is asked for is delivered."""
    qubit = fb.CommunicationQubits(qubits=qubits, store=store, storage_s=STORAGE_S)
    memory = QUIET.replace(communication=qubit, measurement_s=1e-5)
    rows = delivered(
        distilling(
            links, memory, distillation=rounds, width=width, demand=demand, pairs=40, p=0.5, length_m=1e3, control=control,
            pair=fb.Werner(fidelity=0.97),
        )
    )  # fmt: skip
    assert rows["fidelity"].min() > 0.5
