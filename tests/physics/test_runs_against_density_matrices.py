"""Runs against density matrices of two and four qubits, written here with Kraus operators and gates.

What decays when: emissions at unlike times, Gaussian coherence through swaps, corrections and results of distillation that come
late, and the two read-outs of a swap that err unlike. A delivered pair's correlators must be those of one of the outcomes, to 1e-10.
How often each comes is sampled; an error of 0.01 is detected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import farbell as fb
from physics.runs import chains, results_of
from physics.sampling import SEED, assert_sampled, samples_to_detect, share

Matrix = npt.NDArray[np.complex128]

I = np.eye(2, dtype=complex)  # noqa: E741
X = np.array([[0, 1], [1, 0]], dtype=complex)
Z = np.diag([1, -1]).astype(complex)
Y = 1j * X @ Z
PAULIS = (I, X, Y, Z)
ZERO, ONE = np.diag([1, 0]).astype(complex), np.diag([0, 1]).astype(complex)
PHI_PLUS = np.outer([1, 0, 0, 1], [1, 0, 0, 1]).astype(complex) / 2
C_M_S = 2e8


def on(operators: dict[int, Matrix], qubits: int) -> Matrix:
    return reduce(np.kron, (operators.get(q, I) for q in range(qubits)))


def cnot(control: int, target: int, qubits: int) -> Matrix:
    return on({control: ZERO}, qubits) + on({control: ONE, target: X}, qubits)


def kraus(rho: Matrix, operators: Sequence[Matrix]) -> Matrix:
    return sum(k @ rho @ k.conj().T for k in operators)


def white(rho: Matrix, targets: Sequence[int], qubits: int, reliability: float) -> Matrix:
    """With probability 1 - reliability the targets are replaced by white noise, together."""
    errors = [on({}, qubits)]
    for q in targets:
        errors = [e @ on({q: p}, qubits) for e in errors for p in PAULIS]
    return reliability * rho + (1 - reliability) * kraus(rho, errors) / len(errors)


def decay(rho: Matrix, q: int, qubits: int, memory: fb.Memory, start_s: float, stop_s: float) -> Matrix:
    """Amplitude damping and dephasing of a qubit between two ages."""
    t = stop_s - start_s
    gamma = 1 - math.exp(-t / memory.t1_s) if memory.t1_s else 0.0
    kept = 1.0
    if memory.t2_s and memory.t2_law != "exponential":
        exponent = memory.t2_exponent or 2
        kept = math.exp((start_s / memory.t2_s) ** exponent - (stop_s / memory.t2_s) ** exponent)
    elif memory.t2_s:
        kept = math.exp(-t / memory.t2_s + (t / (2 * memory.t1_s) if memory.t1_s else 0.0))
    damping = [np.diag([1, math.sqrt(1 - gamma)]).astype(complex), math.sqrt(gamma) * np.array([[0, 1], [0, 0]], complex)]
    dephasing = [math.sqrt((1 + kept) / 2) * I, math.sqrt((1 - kept) / 2) * Z]
    for operators in (damping, dephasing):
        rho = kraus(rho, [on({q: k}, qubits) for k in operators])
    return rho


def read_out(memory: fb.Memory, bit: int) -> Matrix:
    f0, f1 = memory.readout_fidelity_0, memory.readout_fidelity_1
    return np.diag([f0, 1 - f1] if bit == 0 else [1 - f0, f1]).astype(complex)


def rest(rho: Matrix, gone: Sequence[int], qubits: int) -> Matrix:
    tensor = rho.reshape((2,) * (2 * qubits))
    for q in sorted(gone, reverse=True):
        tensor = np.trace(tensor, axis1=q, axis2=q + tensor.ndim // 2)
    side = 2 ** (qubits - len(gone))
    return tensor.reshape(side, side)


@dataclass
class Outcome:
    probability: float
    rho: Matrix  # uncorrected
    frame: int


def swap(rho: Matrix, memory: fb.Memory) -> list[Outcome]:
    """Bell measurement of the two middle qubits of four."""
    rho = kraus(rho, [cnot(1, 2, 4)])
    rho = white(rho, (1, 2), 4, memory.two_qubit_gate_reliability)
    rho = kraus(rho, [on({1: (X + Z) / math.sqrt(2)}, 4)])
    rho = white(rho, (1,), 4, memory.single_qubit_gate_reliability)
    found = []
    for outcome in range(4):
        left = rest(on({1: read_out(memory, outcome & 1), 2: read_out(memory, outcome >> 1)}, 4) @ rho, (1, 2), 4)
        p = np.trace(left).real
        found.append(Outcome(p, left / p, outcome))
    return found


def dejmps(kept: Matrix, used: Matrix, ends: Sequence[fb.Memory]) -> list[Outcome]:
    """Qubits 0, 1 of the pair that is kept, 2, 3 of the one used up, 0 and 2 at end A. Outcomes that are kept."""
    rho = np.kron(kept, used)
    for side, sign in ((0, -1), (1, 1)):
        turn = (I + sign * 1j * X) / math.sqrt(2)
        for q in (side, side + 2):
            rho = white(kraus(rho, [on({q: turn}, 4)]), (q,), 4, ends[side].single_qubit_gate_reliability)
    for side in (0, 1):
        rho = white(kraus(rho, [cnot(side, side + 2, 4)]), (side, side + 2), 4, ends[side].two_qubit_gate_reliability)
    found = []
    for bit in (0, 1):
        left = rest(on({2: read_out(ends[0], bit), 3: read_out(ends[1], bit)}, 4) @ rho, (2, 3), 4)
        p = np.trace(left).real
        found.append(Outcome(p, left / p, 0))
    return found


def correlators(outcome: Outcome) -> npt.NDArray[np.float64]:
    """XX, YY, ZZ, corrected by the frame."""
    fix = (Z if outcome.frame & 1 else I) @ (X if outcome.frame >> 1 else I)
    rho = kraus(outcome.rho, [np.kron(I, fix)])
    return np.array([np.trace(np.kron(p, p) @ rho).real for p in PAULIS[1:]])


def rows_of(results: fb.Results) -> npt.NDArray[np.float64]:
    return np.stack([results.pairs[name] for name in ("xx", "yy", "zz")], axis=1)


def counts_of(rows: npt.NDArray[np.float64], outcomes: Sequence[Outcome]) -> list[int]:
    """How many rows are those of each outcome; every row must be."""
    expected = np.array([correlators(outcome) for outcome in outcomes])
    gaps = np.abs(expected[:, None] - expected[None]).max(axis=2)
    assert gaps[~np.eye(len(outcomes), dtype=bool)].min() > 1e-6, "outcomes look alike"
    off = np.abs(rows[:, None] - expected[None]).max(axis=2)
    np.testing.assert_allclose(off.min(axis=1), 0, rtol=0, atol=1e-10)
    return np.bincount(off.argmin(axis=1), minlength=len(outcomes)).tolist()


def sampled_rows(scenario: fb.Scenario, samples: int) -> npt.NDArray[np.float64]:
    """One-off requests of 1,000 pairs each."""
    demands = len(scenario.demands)
    replicas = -(-samples // (1000 * demands))
    return np.concatenate([rows_of(results) for results in results_of(scenario, replicas, 100)])


def assert_shares(counts: Sequence[int], outcomes: Sequence[Outcome]) -> None:
    total = sum(outcome.probability for outcome in outcomes)
    for count, outcome in zip(counts, outcomes, strict=True):
        p = outcome.probability / total
        assert_sampled(share(count, sum(counts), p), p, 0, detects=0.01)


SAMPLES = samples_to_detect(0.01, 0.5)
REQUEST = {"traffic": fb.OneOff(), "pairs_per_request": 1000, "pipelined": False}


def random_state(rng: np.random.Generator) -> Matrix:
    """Mixed, with marginals, but well entangled."""
    a = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    noise = a @ a.conj().T
    return 0.7 * PHI_PLUS + 0.3 * noise / np.trace(noise).real


def given(rho: Matrix, herald_s: float = 0.0, period_s: float = 1e-3) -> fb.Given:
    state = fb.DensityMatrix(real=rho.real, imag=rho.imag)
    return fb.Given(success_probability=1, attempt_period_s=period_s, herald_delay_s=herald_s, state=state)


# ---- decay between emission and herald -----------------------------------------------------------------------------------

ENDS = (fb.Memory(name="a", t1_s=3e-3, t2_s=4e-3), fb.Memory(name="b", t1_s=8e-3, t2_s=1e-3))
ARMS = (0.2, 0.8)
FIBER_S, OVERHEAD_S = 100e3 / C_M_S, 50e-6


def unlike_arms(**demand: object) -> fb.Scenario:
    """A station off the middle; the nearer memory emits later, so that the photons meet."""
    return chains(
        [fb.DoubleClick(station="s", station_position=ARMS[0])],
        length_m=100e3,
        memories=ENDS,
        stations=[fb.Station(name="s", local_overhead_s=OVERHEAD_S)],
        demand=demand,
        duration_s=200.0,
    )


def halves_at(knows: Sequence[float]) -> Matrix:
    """Psi+ of which each half has lived from its own emission to these times after the longer arm's emission."""
    rho = kraus(PHI_PLUS, [np.kron(I, X)])
    for side in (0, 1):
        emission_s = (max(ARMS) - ARMS[side]) * FIBER_S
        rho = decay(rho, side, 2, ENDS[side], 0.0, knows[side] - emission_s)
    return rho


def test_halves_decay_from_their_own_emissions() -> None:
    results = fb.run(unlike_arms(), threads=1, progress=False)
    later = (2 * max(ARMS)) * FIBER_S + OVERHEAD_S
    expected = correlators(Outcome(1.0, halves_at([later, later]), 2))
    assert len(results.pairs) > 0
    np.testing.assert_allclose(rows_of(results), np.tile(expected, (len(results.pairs), 1)), rtol=0, atol=1e-9)
    # In closed form the coherence is that of A after L/c and the overhead, and of B after 1.6 L/c and the overhead.
    a, b = later - 0.6 * FIBER_S, later
    assert expected[0] == pytest.approx(math.exp(-a / ENDS[0].t2_s - b / ENDS[1].t2_s), abs=1e-12)


def test_each_end_measures_at_its_own_herald() -> None:
    """The nearer end hears first, and measures then; the other half goes on decaying until its own herald."""
    heralds = [(max(ARMS) + arm) * FIBER_S + OVERHEAD_S for arm in ARMS]
    rho = halves_at(heralds)
    scenario = unlike_arms(use="measure", z_basis_probability=1.0)
    pairs, counts = 0, np.zeros(4, dtype=int)
    for results in results_of(scenario, 1000, 20):
        rows = results.pairs
        pairs += len(rows)
        # End A's outcome is corrected by the frame, X: what was read there is the other bit.
        counts += np.bincount(2 * (1 - rows["outcome_a"]) + rows["outcome_b"], minlength=4)
        # Fidelity and correlators are those just before the first measurement.
        expected = correlators(Outcome(1.0, halves_at([heralds[0]] * 2), 2))
        np.testing.assert_allclose(rows_of(results), np.tile(expected, (len(rows), 1)), rtol=0, atol=1e-9)
        if pairs > SAMPLES:
            break
    for count, population in zip(counts, np.diag(rho).real, strict=True):
        assert_sampled(share(int(count), pairs, population), population, 0, detects=0.01)


# ---- the coherence clock -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("store", ["pair_density", "bell_diagonal", "density"])
@pytest.mark.parametrize("read", [False, True])
def test_gaussian_decay_does_not_depend_on_when_it_is_read(store: str, read: bool) -> None:
    """Heralds after 1, 3 and 4 ms: each of six qubits decays by its age when it is measured or delivered, whatever is done before."""
    memory = fb.Memory(name="m", slots=2, t2_s=10e-3, t2_law="gaussian")
    links = [given(PHI_PLUS, herald_s, 1.0) for herald_s in (1e-3, 3e-3, 4e-3)]
    # A cut-off by fidelity reads the pairs at many times; so does the judgement at the delivery.
    reading = {"cutoff": fb.Cutoff(estimated_fidelity=0.3, age_s=1.0), "min_fidelity": 0.3} if read else {}
    scenario = chains(links, memories=[memory], demand={"traffic": fb.OneOff(), **reading}, duration_s=0.9)
    rows = fb.run(scenario.replace(state=store, control="ideal"), threads=1, progress=False).pairs
    ages_ms = np.array([4, 3, 3, 4, 4, 4])
    assert rows["swaps"].tolist() == [2]
    assert rows["age_s"][0] == pytest.approx(4e-3, abs=1e-12)
    assert rows["xx"][0] == pytest.approx(math.exp(-np.sum(ages_ms**2) / 100), abs=1e-12)


# ---- swaps ---------------------------------------------------------------------------------------------------------------


def test_unlike_read_outs_of_a_swap() -> None:
    rng = np.random.default_rng(SEED)
    states = [random_state(rng) for _ in range(2)]
    middle = fb.Memory(
        name="middle",
        slots=2,
        two_qubit_gate_reliability=0.97,
        single_qubit_gate_reliability=0.98,
        readout_fidelity_0=0.99,
        readout_fidelity_1=0.85,
    )
    outcomes = swap(np.kron(*states), middle)
    links = [given(rho) for rho in states]
    scenario = chains(links, memories=[fb.Memory(name="end"), middle], demand=REQUEST, duration_s=1.1, copies=10)
    assert_shares(counts_of(sampled_rows(scenario, SAMPLES), outcomes), outcomes)


def test_damping_before_a_late_correction() -> None:
    """The frame is corrected when the result has come, not before: until then relaxation works on the uncorrected pair."""
    end, middle = fb.Memory(name="end", t1_s=2e-3, t2_s=1.5e-3), fb.Memory(name="middle", slots=2, readout_fidelity_1=0.9)
    travels_s = 80e3 / C_M_S
    outcomes = swap(np.kron(PHI_PLUS, PHI_PLUS), middle)
    for outcome in outcomes:
        for side in (0, 1):
            outcome.rho = decay(outcome.rho, side, 2, end, 0.0, travels_s)
    # Psi, corrected to Phi+ at once, would have decayed as Phi+ does.
    at_once = decay(decay(PHI_PLUS, 0, 2, end, 0.0, travels_s), 1, 2, end, 0.0, travels_s)
    assert abs(correlators(outcomes[2])[2] - correlators(Outcome(1, at_once, 0))[2]) > 0.05
    links = [given(PHI_PLUS, period_s=1e-2)] * 2
    scenario = chains(links, length_m=80e3, memories=[end, middle], demand=REQUEST, duration_s=11.0, copies=10)
    assert_shares(counts_of(sampled_rows(scenario, SAMPLES), outcomes), outcomes)


# ---- distillation --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["link", "demand"])
@pytest.mark.parametrize(
    "law",
    [{}, {"t2_law": "gaussian"}, {"t2_law": "stretched", "t2_exponent": 1.6}],
    ids=["exponential", "gaussian", "stretched"],
)
def test_the_kept_pair_decays_while_the_bits_travel(where: str, law: dict[str, Any]) -> None:
    """Herald after 0.4 ms, gates of 0.1 ms, bits under way for 0.5 ms; then the pair is known to be good, and delivered."""
    rng = np.random.default_rng(SEED + 1)
    noise = {"two_qubit_gate_reliability": 0.98, "single_qubit_gate_reliability": 0.99, "two_qubit_gate_s": 6e-5}
    ends = [
        fb.Memory(name="a", slots=2, t1_s=4e-3, t2_s=5e-3, measurement_s=4e-5, readout_fidelity_0=0.97, **law, **noise),
        fb.Memory(name="b", slots=2, t1_s=9e-3, t2_s=2e-3, readout_fidelity_1=0.9, **law, **noise),
    ]
    herald_s, gates_s, bits_s = 4e-4, 1e-4, 100e3 / C_M_S
    rho = random_state(rng)
    worn = rho
    for side in (0, 1):
        worn = decay(worn, side, 2, ends[side], 0.0, herald_s + gates_s)
    outcomes = dejmps(worn, worn, ends)
    for outcome in outcomes:
        for side in (0, 1):
            outcome.rho = decay(outcome.rho, side, 2, ends[side], herald_s + gates_s, herald_s + gates_s + bits_s)
    # Both lanes attempt together: a pair that a failed round leaves alone is never distilled with a fresh one.
    distillation = fb.Distillation()
    demand = {**REQUEST, "width": 2, **({"distillation": distillation} if where == "demand" else {})}
    scenario = chains([given(rho, herald_s, 1e-2)], length_m=100e3, memories=ends, demand=demand, duration_s=100.0, copies=10)
    if where == "link":
        scenario = scenario.replace(links=[link.replace(distillation=distillation) for link in scenario.links])
    assert_shares(counts_of(sampled_rows(scenario, SAMPLES), outcomes), outcomes)
