"""Density and Ket against the cases A15, A17, G01 and G06, which are brute force over whole protocols."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import farbell as fb
from farbell.states import Density, Ket, PairDensity, fuse_pairs, remote_cnot, teleport
from physics.cases import assert_close, case
from physics.sampling import SEED, assert_sampled, estimate, samples_to_detect

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


@pytest.mark.parametrize("label", A15.expected)
def test_teleportation(label: str) -> None:
    values = numbers(label)
    pair = PairDensity.werner(values["F"])
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


@pytest.mark.parametrize("label", A17.expected)
def test_fusion(label: str) -> None:
    values = numbers(label)
    ghz = fuse_pairs(PairDensity.werner(values["F1"]), PairDensity.werner(values["F2"]), **noise(values))
    assert_close(ghz.fidelity("GHZ"), A17.expected[label], A17.tolerance)


def test_fusion_of_many_perfect_pairs() -> None:
    assert fuse_pairs(*[PairDensity.bell()] * 5).fidelity("GHZ") == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("label", G01.expected)
def test_remote_cnot(label: str) -> None:
    """Control and target are halves of perfect pairs, so that the fidelity of the four is the entanglement fidelity."""
    values, expected = numbers(label), G01.expected[label]
    state = Density.bell().tensor(Density.bell())
    ideal = state.copy()
    ideal.cx(1, 3)
    found = remote_cnot(state, 1, 3, PairDensity.werner(values["F"]), **noise(values)).fidelity(ideal)
    assert_close(found, expected["entanglement_fidelity"], G01.tolerance)
    assert_close((4 * found + 1) / 5, expected["average_gate_fidelity"], G01.tolerance)


def chsh_win_probability(pair: PairDensity) -> float:
    """Both rotate about Y and read Z; they win where their bits differ just if both were asked 1."""
    won = 0.0
    for asked_a, asked_b in ((0, 0), (0, 1), (1, 0), (1, 1)):
        state = Density.from_pair(pair)
        state.ry(0, -(math.pi / 2) * asked_a)
        state.ry(1, -(math.pi / 4) * (1 - 2 * asked_b))
        won += state.outcome_probability("ZZ", 0, 1, outcome=asked_a & asked_b) / 4
    return won


@pytest.mark.parametrize("label", G06.expected["win"])
def test_chsh_game(label: str) -> None:
    pair = PairDensity.werner(numbers(label)["F"])
    assert_close(chsh_win_probability(pair), G06.expected["win"][label], G06.tolerance)


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
