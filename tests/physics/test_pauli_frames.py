"""Pauli frames: every shot is a possible run of the circuit, and errors have their probabilities."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import stim

import farbell as fb
from farbell.states import PauliFrames, Stabilizer
from physics.sampling import SEED, assert_sampled, share
from physics.test_stabilizer import ONE, TWO, channel

PAIRS = [a + b for a, b in itertools.product("IXYZ", repeat=2)]


@pytest.mark.parametrize("n", [1, 2, 6, 70])
def test_every_shot_is_a_possible_run(n: int) -> None:
    random = np.random.default_rng([SEED, n, 3])
    shots = 30
    frames, states = PauliFrames(n, shots, SEED), [Stabilizer(n) for _ in range(shots)]
    both = [frames, *states]
    opened = 0
    for _ in range(12 * n + 20):
        kind = random.integers(4)
        if kind < 2 or n == 1:
            gate, q = str(random.choice(ONE)), int(random.integers(n))
            for state in both:
                state.apply(gate, q)
        elif kind == 2:
            gate, (a, b) = str(random.choice(TWO)), (int(q) for q in random.choice(n, 2, replace=False))
            for state in both:
                state.apply(gate, a, b)
        if random.integers(3) == 0:
            letters = "".join(random.choice(list("_XYZ"), n))
            if letters != "_" * n:
                opened += states[0].expectation(letters) == 0
                for state, bit in zip(states, frames.measure_pauli(letters), strict=True):
                    state.measure_pauli(letters, outcome=int(bit))  # refused if it cannot be
        if random.integers(8) == 0:
            where, pauli, q = random.random(shots) < 0.5, str(random.choice(list("XYZ"))), int(random.integers(n))
            frames.pauli_where(pauli, q, where)
            for state in itertools.compress(states, where):
                state.apply(pauli.lower(), q)
        if random.integers(12) == 0:
            q = int(random.integers(n))
            # A reset reads the qubit, which tells nobody: a shot that stays possible must do so for some outcome.
            if all(state.expectation("Z", q) != 0 for state in states):
                for state in both:
                    state.reset(q)
    assert opened > 0


@pytest.mark.parametrize("basis", ["X", "Y", "Z"])
def test_open_outcomes_are_even_and_independent(basis: str) -> None:
    """200,000 shots: the smallest error seen is 0.0095; false alarms 8e-11 a check."""
    shots = 200_000
    frames = PauliFrames(2, shots, SEED)
    for q in (0, 1):
        {"X": frames.i, "Y": frames.i, "Z": frames.h}[basis](q)
    a, b = frames.measure(0, basis), frames.measure(1, basis)
    for bits in (a, b, a ^ b):
        assert_sampled(share(int(bits.sum()), shots, 0.5), 0.5, 0, detects=0.0096)
    assert (frames.measure(0, basis) == a).all()


@pytest.mark.parametrize("p", [0.002, 0.05, 0.4, 1.0])
def test_errors_on_two_qubits_have_their_probabilities(p: float) -> None:
    """400,000 shots by rare events and by words; the smallest error seen is 8.5 standard errors, 0.0067 or less."""
    shots = 400_000
    weights = np.arange(1, 16) / 120 * p
    errors = dict(zip(PAIRS[1:], weights.tolist(), strict=True))
    frames = PauliFrames(4, shots, SEED)
    for q in (0, 2):
        frames.h(q)
        frames.cx(q, q + 1)
    frames.noise(channel(errors, 2), 0, 2)
    read = [frames.bell_measure(0, 1), frames.bell_measure(2, 3)]
    frame = [phase + 2 * parity.astype(int) for phase, parity in read]
    for text, expected in {**errors, "II": 1 - p}.items():
        found = int(((frame[0] == "IZXY".index(text[0])) & (frame[1] == "IZXY".index(text[1]))).sum())
        assert_sampled(share(found, shots, max(expected, 1e-9)), expected, 1e-9, detects=0.0068)


@pytest.mark.parametrize("p", [0.001, 0.01, 0.3, 0.5])
def test_single_qubit_errors_and_false_readings(p: float) -> None:
    """400,000 shots: the smallest error seen is 0.0067 or less."""
    shots = 400_000
    frames = PauliFrames(3, shots, SEED)
    frames.noise(channel({"X": p}, each=True), 0, 1)
    for q in (0, 1):
        assert_sampled(share(int(frames.measure(q).sum()), shots, p), p, 0, detects=0.0068)
    assert_sampled(share(int(frames.measure(2, flip_probability=p).sum()), shots, p), p, 0, detects=0.0068)
    assert not frames.measure(2).any()


def test_noisy_swaps_are_those_of_bell_diagonal_pairs() -> None:
    """400,000 swaps of Werner pairs with a noisy CNOT: fidelity after correction; the smallest error seen is 0.0067."""
    shots, f, p2 = 400_000, 0.9, 0.95
    circuit = stim.Circuit(f"""
        H 0 2
        CX 0 1 2 3
        DEPOLARIZE1({1 - f}) 0 2
        CX 1 2
        DEPOLARIZE2({15 / 16 * (1 - p2)}) 1 2
        H 1
        M 1 2
    """)
    frames = PauliFrames(circuit, shots, SEED)
    assert frames.outcomes.shape == (shots, 2)
    phase, parity = frames.outcomes.T
    frames.pauli_where("Z", 3, phase)
    frames.pauli_where("X", 3, parity)
    good = ~frames.measure_pauli("XX", 0, 3) & ~frames.measure_pauli("ZZ", 0, 3)
    pair = fb.states.BellDiagonal.werner(f)
    expected = pair.bell_measure(pair, outcome=0, two_qubit_gate_reliability=p2)[0].state.fidelity()
    assert_sampled(share(int(good.sum()), shots, expected), expected, 0, detects=0.0068)


def test_a_circuit_of_stim_gives_the_outcomes_of_stim() -> None:
    circuit = stim.Circuit("X 0\nREPEAT 3 {\n  M 0 !0\n  MR 0\n}\nH 1\nTICK\nMX 1 !1\nSQRT_X 0\nMY 0\nR 0 1\nM 0 1")
    frames = PauliFrames(circuit, 5, SEED)
    assert (frames.outcomes == circuit.reference_sample()).all()


def refused(call: Any, message: str) -> None:
    with pytest.raises(fb.SpecError, match=message):
        call()


def test_refused() -> None:
    refused(lambda: PauliFrames(0, 10), "n: found 0 qubits")
    refused(lambda: PauliFrames(2, 0), "shots: found 0")
    refused(lambda: PauliFrames(10_000, 10**8), "would take 250000 MB")
    frames = PauliFrames(2, 10, SEED)
    refused(lambda: frames.h(2), "qubit: found 2; allowed: 0 to 1")
    refused(lambda: frames.cx(1, 1), "qubit 1 twice")
    refused(lambda: frames.apply("t", 0), "not a Clifford gate")
    refused(lambda: frames.reset(2), "qubit: found 2")
    refused(lambda: frames.pauli_where("X", 0, [True]), "1 values; allowed: 10 booleans")
    refused(lambda: frames.pauli_where("W", 0, [True] * 10), "pauli")
    refused(lambda: frames.pauli_where("X", 7, [True] * 10), "qubit: found 7")
    refused(lambda: frames.measure(0, flip_probability=0.6), "flip_probability")
    refused(lambda: frames.noise(channel({"X": 0.7, "Z": 0.7}), 0), "sum to 1.4")
    refused(lambda: frames.noise(channel({"X": -0.1}), 0), "probability of -0.1")
    refused(lambda: frames.noise(fb.channels.AmplitudeDamping(0.1), 0), "AmplitudeDamping")
    refused(lambda: frames.noise(channel({"XX": 0.1}, 2), 0, 0), "qubit 0 twice")
    refused(lambda: frames.run(stim.Circuit("MXX 0 1")), 'gate: found "mxx"')
    refused(lambda: frames.run(stim.Circuit("M 0\nCX rec[-1] 1")), "targets that are qubits")
