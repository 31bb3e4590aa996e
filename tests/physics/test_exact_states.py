"""States of many qubits against the cases A15, A17, G01 and G06, which are brute force over whole protocols.

Density holds their means. Ket, Stabilizer and PauliFrames draw errors and outcomes, and what they find on average is judged by
`physics.sampling`; the game of G06 turns qubits by an eighth of a turn, which is no Clifford gate: Density and Ket play it. Runs:
A15, G06 in `test_states_in_runs.py` and A17 in `test_ghz_in_runs.py`; G01, a gate between distant qubits, is nothing that a run does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import farbell as fb
from farbell.states import BellDiagonal, Density, Ket, PairDensity, PauliFrames, Stabilizer, fuse_pairs, remote_cnot, teleport
from physics.cases import assert_close, case
from physics.sampling import SEED, assert_sampled, estimate, samples_to_detect, share

A15, A17, G01, G06 = (case(id) for id in ("A15", "A17", "G01", "G06"))


def numbers(label: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"(\w+)=([\d.]+)", label)}


def noise(values: dict[str, float]) -> dict[str, float]:
    eta = values.get("eta", 1.0)
    return {"two_qubit_gate_reliability": values.get("p2", 1.0), "readout_fidelity_0": eta, "readout_fidelity_1": eta}


def cardinal_states() -> list[Ket]:
    states = []
    for gates in ([], ["x"], ["h"], ["x", "h"], ["h", "s"], ["x", "h", "s"]):
        ket = Ket(1)
        for gate in gates:
            ket.apply(gate, 0)
        states.append(ket)
    return states


@pytest.mark.parametrize("kind", [PairDensity, BellDiagonal])
@pytest.mark.parametrize("label", A15.expected)
def test_teleportation(label: str, kind: Any) -> None:
    values = numbers(label)
    pair = kind.werner(values["F"])
    found = [teleport(ket, pair, **noise(values)).fidelity(ket) for ket in cardinal_states()]
    assert_close(float(np.mean(found)), A15.expected[label], A15.tolerance)


def test_teleportation_of_one_half_of_a_pair_is_a_swap() -> None:
    """The teleported qubit keeps its correlations with the others, and its place."""
    pair, other = PairDensity.werner(0.9), PairDensity.werner(0.8)
    for qubit in (0, 1):
        swapped = teleport(Density.from_pair(pair), other, qubit=qubit)
        expected = pair.bell_measure(other, outcome=0)[0].state.fidelity("Phi+")
        assert swapped.fidelity("Phi+") == pytest.approx(expected, abs=1e-12)


@pytest.mark.slow
def test_teleportation_by_trajectories() -> None:
    """Ket samples what Density knows: a |+i> through a pair with amplitude damping, error below 0.02 missed with 2 %."""
    damping = fb.channels.AmplitudeDamping(0.4)
    exact = Density.bell()
    exact.noise(damping, 1)
    sent = cardinal_states()[4]
    expected = teleport(sent, PairDensity.from_matrix(exact.to_numpy())).fidelity(sent)
    shots = samples_to_detect(0.02, 0.5)
    rng = np.random.default_rng(SEED)
    found = []
    for seed in rng.integers(2**62, size=shots):
        ket = sent.tensor(Ket.bell(), seed=int(seed))
        ket.noise(damping, 2)
        outcome = ket.bell_measure(0, 1)
        if outcome >> 1:
            ket.x(2)
        if outcome & 1:
            ket.z(2)
        found.append(ket.fidelity(sent))
    assert_sampled(estimate(found), expected, 0, detects=0.02)


@pytest.mark.parametrize("kind", [PairDensity, BellDiagonal])
@pytest.mark.parametrize("label", A17.expected)
def test_fusion(label: str, kind: Any) -> None:
    values = numbers(label)
    ghz = fuse_pairs(kind.werner(values["F1"]), kind.werner(values["F2"]), **noise(values))
    assert_close(ghz.fidelity("GHZ"), A17.expected[label], A17.tolerance)


def test_fusion_of_many_perfect_pairs() -> None:
    assert fuse_pairs(*[PairDensity.bell()] * 5).fidelity("GHZ") == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("kind", [PairDensity, BellDiagonal])
@pytest.mark.parametrize("label", G01.expected)
def test_remote_cnot(label: str, kind: Any) -> None:
    """Control and target are halves of perfect pairs, so that the fidelity of the four is the entanglement fidelity."""
    values, expected = numbers(label), G01.expected[label]
    state = Density.bell().tensor(Density.bell())
    ideal = state.copy()
    ideal.cx(1, 3)
    found = remote_cnot(state, 1, 3, kind.werner(values["F"]), **noise(values)).fidelity(ideal)
    assert_close(found, expected["entanglement_fidelity"], G01.tolerance)
    assert_close((4 * found + 1) / 5, expected["average_gate_fidelity"], G01.tolerance)


# ---- by trajectories -----------------------------------------------------------------------------------------------------


@cache
def white_noise(p: float, qubits: int) -> fb.channels.Depolarising:
    """Made once: a trajectory takes less time than a channel."""
    return fb.channels.Depolarising(p, qubits=qubits)


class Shots:
    """Gates, errors and read-outs of one memory on one trajectory, or on the shots of `PauliFrames`."""

    def __init__(self, state: Any, values: dict[str, float]) -> None:
        self.state, self.eta = state, values.get("eta", 1.0)
        self.gate_error = white_noise(1 - values.get("p2", 1.0), 2)

    def werner_pair(self, a: int, b: int, fidelity: float) -> None:
        self.state.h(a)
        self.state.cx(a, b)
        self.state.noise(white_noise(4 * (1 - fidelity) / 3, 1), a)

    def cx(self, control: int, target: int) -> None:
        self.state.cx(control, target)
        self.state.noise(self.gate_error, control, target)

    def read(self, q: int) -> Any:
        if isinstance(self.state, PauliFrames):
            return self.state.measure(q, flip_probability=1 - self.eta)
        return self.state.measure(q, readout=(self.eta, self.eta))

    def fix(self, pauli: str, q: int, where: Any) -> None:
        if isinstance(self.state, PauliFrames):
            self.state.pauli_where(pauli, q, where)
        elif where:
            self.state.apply(pauli.lower(), q)

    def all_zero(self, *qubits: int) -> Any:
        """Whether each of these is found in |0>."""
        return sum(np.asarray(self.state.measure(q), dtype=int) for q in qubits) == 0


def sent_and_found(shots: Shots, fidelity: float, gates: Sequence[str]) -> Any:
    """Teleportation of the state that these gates make of |0>; it is undone by their inverses, and read."""
    state = shots.state
    for gate in gates:
        state.apply(gate, 0)
    shots.werner_pair(1, 2, fidelity)
    shots.cx(0, 1)
    state.h(0)
    shots.fix("X", 2, shots.read(1))
    shots.fix("Z", 2, shots.read(0))
    for gate in reversed(gates):
        state.apply("s_dag" if gate == "s" else gate, 2)
    return shots.all_zero(2)


def remote_gate_undone(shots: Shots, fidelity: float) -> Any:
    """A remote CNOT between halves of perfect pairs (0, 1) and (2, 3) by way of (4, 5), then the gate and the pairs undone."""
    state = shots.state
    for a in (0, 2):
        state.h(a)
        state.cx(a, a + 1)
    shots.werner_pair(4, 5, fidelity)
    shots.cx(1, 4)
    shots.fix("X", 5, shots.read(4))
    shots.cx(5, 3)
    state.h(5)
    shots.fix("Z", 1, shots.read(5))
    state.cx(1, 3)
    for a in (0, 2):
        state.cx(a, a + 1)
        state.h(a)
    return shots.all_zero(0, 1, 2, 3)


def found_by(kind: Any, qubits: int, count: int, play: Callable[[Any, int], Any]) -> npt.NDArray[np.bool_]:
    """`play(state, k)` for k = 0, 1, ... with a state of one shot each; in six batches of shots where the state holds many."""
    if kind is PauliFrames:
        return np.concatenate([play(PauliFrames(qubits, count // 6 + 1, SEED + k), k) for k in range(6)])
    seeds = np.random.default_rng(SEED).integers(2**62, size=count)
    return np.array([play(kind(qubits, seed=int(seed)), k) for k, seed in enumerate(seeds)])


#: Trajectories, and the error that so many of them as the test draws see.
TRAJECTORIES = [
    (PauliFrames, 0.005),
    (Stabilizer, 0.02),
    pytest.param(Ket, 0.05, marks=pytest.mark.slow),
]
PREPARATIONS = ([], ["x"], ["h"], ["x", "h"], ["h", "s"], ["x", "h", "s"])


@pytest.mark.parametrize(("kind", "detects"), TRAJECTORIES)
@pytest.mark.parametrize("label", A15.expected)
def test_sampled_teleportation(label: str, kind: Any, detects: float) -> None:
    values, expected = numbers(label), A15.expected[label]
    found = found_by(
        kind,
        3,
        samples_to_detect(detects, 0.5),
        lambda s, k: sent_and_found(Shots(s, values), values["F"], PREPARATIONS[k % 6]),
    )
    assert_sampled(share(int(found.sum()), len(found), expected), expected, A15.tolerance, detects=detects)


@pytest.mark.parametrize(("kind", "detects"), TRAJECTORIES)
@pytest.mark.parametrize("label", G01.expected)
def test_sampled_remote_cnot(label: str, kind: Any, detects: float) -> None:
    values, expected = numbers(label), G01.expected[label]["entanglement_fidelity"]
    found = found_by(kind, 6, samples_to_detect(detects, 0.5), lambda s, _: remote_gate_undone(Shots(s, values), values["F"]))
    assert_sampled(share(int(found.sum()), len(found), expected), expected, G01.tolerance, detects=detects)


# ---- the CHSH game -------------------------------------------------------------------------------------------------------


def chsh_win_probability(pair: PairDensity | BellDiagonal) -> float:
    """Both rotate about Y and read Z; they win where their bits differ just if both were asked 1."""
    won = 0.0
    for asked_a, asked_b in ((0, 0), (0, 1), (1, 0), (1, 1)):
        state = Density.from_pair(pair)
        state.ry(0, -(math.pi / 2) * asked_a)
        state.ry(1, -(math.pi / 4) * (1 - 2 * asked_b))
        won += state.outcome_probability("ZZ", 0, 1, outcome=asked_a & asked_b) / 4
    return won


@pytest.mark.parametrize("kind", [PairDensity, BellDiagonal])
@pytest.mark.parametrize("label", G06.expected["win"])
def test_chsh_game(label: str, kind: Any) -> None:
    pair = kind.werner(numbers(label)["F"])
    assert_close(chsh_win_probability(pair), G06.expected["win"][label], G06.tolerance)
    assert_close(0.5 + fb.analysis.maximal_chsh(pair.correlations) / 8, G06.expected["win"][label], G06.tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("label", G06.expected["win"])
def test_chsh_game_by_trajectories(label: str) -> None:
    """Kets, each asked one of the four pairs of questions; an error of 0.05 is seen."""
    expected = G06.expected["win"][label]

    def play(state: Ket, k: int) -> bool:
        asked_a, asked_b = k & 1, k >> 1 & 1
        Shots(state, {}).werner_pair(0, 1, numbers(label)["F"])
        state.ry(0, -(math.pi / 2) * asked_a)
        state.ry(1, -(math.pi / 4) * (1 - 2 * asked_b))
        return (state.measure(0) ^ state.measure(1)) == (asked_a & asked_b)

    found = found_by(Ket, 2, samples_to_detect(0.05, 0.5), play)
    assert_sampled(share(int(found.sum()), len(found), expected), expected, G06.tolerance, detects=0.05)


def test_chsh_game_at_the_classical_bound() -> None:
    assert_close(chsh_win_probability(PairDensity.werner(G06.expected["F_at_classical"])), 0.75, G06.tolerance)


def test_unlike_memories_as_pairs_have_them() -> None:
    """Decay of two qubits by the kernel of density matrices and by that of pairs."""
    a = fb.Memory(name="a", t1_s=0.02, t2_s=0.01, pauli_x_rate_hz=3)
    b = fb.Memory(name="b", t1_s=0.05, t2_s=0.04, t2_law="gaussian", depolarising_s=0.3)
    pair = PairDensity.werner(0.95).decay_to(0.004, memory_a=a, memory_b=b)
    state = Density.from_pair(PairDensity.werner(0.95))
    state.decay(0, 0.004, memory=a)
    state.decay(1, 0.001, memory=b)
    state.decay(1, 0.003, memory=b, age_s=0.001)
    assert np.abs(state.to_numpy() - pair.matrix).max() < 1e-14
