"""fb.states as Python values: making, reading, errors, and what has to hold for any state."""

from __future__ import annotations

import copy
import doctest
import math
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import farbell as fb
from farbell.states import BELL_NAMES, BellDiagonal, PairDensity, pairs

KINDS = [BellDiagonal, PairDensity]
probabilities = st.floats(0, 1)
parts = st.lists(st.floats(-1, 1), min_size=32, max_size=32)


def random_matrix(numbers: list[float]) -> np.ndarray:
    """A density matrix from 32 numbers; the identity keeps it away from zero."""
    g = np.array(numbers[:16]).reshape(4, 4) + 1j * np.array(numbers[16:]).reshape(4, 4)
    rho = g @ g.conj().T + 0.01 * np.eye(4)
    return rho / np.trace(rho).real


def test_docstring_examples_run() -> None:
    results = doctest.testmod(pairs, extraglobs={"fb": fb}, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert results.attempted > 30
    assert results.failed == 0


@pytest.mark.parametrize("kind", KINDS)
def test_bell_states(kind: type) -> None:
    h = math.sqrt(0.5)
    vectors = [[h, 0, 0, h], [h, 0, 0, -h], [0, h, h, 0], [0, h, -h, 0]]
    for name, vector in zip(BELL_NAMES, vectors, strict=True):
        pair = kind.bell(name)
        assert np.allclose(pair.matrix, np.outer(vector, vector), atol=1e-15)
        assert np.allclose(pair.matrix, kind.from_matrix(vector).matrix, atol=1e-15)
        assert pair.frame == name
        assert pair.fidelity(name) == pytest.approx(1, abs=1e-15)
        assert pair.corrected(name).fidelity("Phi+") == pytest.approx(1, abs=1e-15)
        assert pair.concurrence() == pytest.approx(1, abs=1e-12)
        assert pair.negativity() == pytest.approx(0.5, abs=1e-12)
        for basis in "XYZ":
            assert pair.qber(basis, frame=name) == pytest.approx(0, abs=1e-15)


@given(parts)
def test_matrices_survive(numbers: list[float]) -> None:
    rho = random_matrix(numbers)
    pair = PairDensity.from_matrix(rho)
    assert np.abs(np.asarray(pair) - rho).max() < 1e-12
    assert abs(np.trace(pair.partial_trace("a")) - 1) < 1e-12
    reduced = np.einsum("abcb->ac", rho.reshape(2, 2, 2, 2))
    assert np.abs(pair.partial_trace("a") - reduced).max() < 1e-12
    reduced = np.einsum("abac->bc", rho.reshape(2, 2, 2, 2))
    assert np.abs(pair.partial_trace("b") - reduced).max() < 1e-12


@given(parts, st.floats(0, 1), st.floats(0, 1))
def test_entanglement_never_grows_while_qubits_wait(numbers: list[float], t: float, rate: float) -> None:
    pair = PairDensity.from_matrix(random_matrix(numbers))
    aged = pair.decay_to(t, t1_s=0.3, t2_s=0.2, pauli_x_rate_hz=rate)
    assert aged.concurrence() <= pair.concurrence() + 1e-7
    assert aged.negativity() <= pair.negativity() + 1e-7
    assert np.linalg.eigvalsh(aged.matrix).min() > -1e-12


@given(parts, parts, probabilities, probabilities, probabilities, probabilities)
def test_a_swap_sends_no_signal(left: list[float], right: list[float], two: float, one: float, f0: float, f1: float) -> None:
    a, b = PairDensity.from_matrix(random_matrix(left)), PairDensity.from_matrix(random_matrix(right))
    noise = {
        "two_qubit_gate_reliability": two,
        "single_qubit_gate_reliability": one,
        "readout_fidelity_0": f0,
        "readout_fidelity_1": f1,
    }
    outcomes = a.bell_measure(b, **noise)
    assert sum(o.probability for o in outcomes) == pytest.approx(1, abs=1e-11)
    mean = sum(o.probability * o.state.matrix for o in outcomes)
    assert np.abs(mean - np.kron(a.partial_trace("a"), b.partial_trace("b"))).max() < 1e-11
    for o in outcomes:
        (chosen,) = a.bell_measure(b, outcome=o.outcome, **noise)
        assert chosen == o


@given(parts, st.sampled_from("XYZ"), probabilities, probabilities)
def test_a_read_out_sends_no_signal(numbers: list[float], basis: str, f0: float, f1: float) -> None:
    pair = PairDensity.from_matrix(random_matrix(numbers))
    outcomes = pair.measure("b", basis, readout_fidelity_0=f0, readout_fidelity_1=f1)
    mean = sum(o.probability * o.state for o in outcomes)
    assert np.abs(mean - pair.partial_trace("a")).max() < 1e-11


@given(parts, st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0, 1), st.floats(0, 1))
def test_decay_composes(numbers: list[float], t1: float, t2: float, first: float, second: float) -> None:
    start = PairDensity.from_matrix(random_matrix(numbers))
    for law in ("exponential", "gaussian"):
        memory = fb.Memory(name="m", t1_s=t1, t2_s=min(t2, 2 * t1), t2_law=law, depolarising_s=0.7)
        once = start.decay_to(first + second, memory_a=memory)
        twice = start.decay_to(first, memory_a=memory).decay_to(first + second, memory_a=memory)
        assert np.abs(once.matrix - twice.matrix).max() < 1e-12


def test_swapped_qubits_keep_their_gaussian_clocks() -> None:
    memory = fb.Memory(name="m", t2_s=1.0, t2_law="gaussian")
    pair = PairDensity.bell().decay_to(0.5, memory_a=memory, memory_b=memory)
    swapped = pair.bell_measure(pair, outcome=0)[0].state.decay_to(1.0, memory_a=memory, memory_b=memory)
    assert swapped.expectation("XX") == pytest.approx(math.exp(-2 * 1.0**2 - 2 * 0.5**2), abs=1e-12)


def test_u_picks_outcomes_as_a_run_does() -> None:
    pair = BellDiagonal.werner(0.9)
    assert [pair.bell_measure(pair, u=u)[0].outcome for u in (0, 0.2499, 0.25, 0.6, 0.9999)] == [0, 0, 1, 2, 3]
    assert [pair.measure("a", u=u)[0].outcome for u in (0.49, 0.5)] == [0, 1]


def test_fidelity_targets() -> None:
    pair = PairDensity.werner(0.9)
    assert pair.fidelity("Psi-") == pytest.approx(0.1 / 3)
    assert pair.fidelity(pair) == pytest.approx(1)
    assert pair.fidelity(np.eye(4) / 4) == pytest.approx((math.sqrt(0.9) + 3 * math.sqrt(0.1 / 3)) ** 2 / 4)
    assert pair.fidelity(BellDiagonal.bell("Phi-")) == pytest.approx(0.1 / 3)


@pytest.mark.parametrize("kind", KINDS)
def test_values(kind: type) -> None:
    pair = kind.werner(0.9).decay_to("1 ms", t2_s="5 ms")
    assert pickle.loads(pickle.dumps(pair)) == pair
    assert copy.deepcopy(pair) == pair
    assert hash(pair) == hash(kind.werner(0.9).decay_to(1e-3, t2_s=5e-3))
    assert pair != kind.werner(0.9)
    assert pair != "pair"
    assert pair.time_s == 1e-3
    assert eval(repr(pair).split("(")[0]) is kind
    assert "|01⟩" in pair._repr_html_()
    with pytest.raises(AttributeError):
        pair.time_s = 0
    with pytest.raises(AttributeError):
        del pair._state
    with pytest.raises(TypeError):
        kind()


def test_arrays() -> None:
    pair = PairDensity.werner(0.9)
    assert np.asarray(pair).dtype == complex
    assert np.array(pair, dtype=np.complex64).dtype == np.complex64
    with pytest.raises(ValueError):
        np.asarray(pair, copy=False)


def test_bell_diagonal_refuses_what_it_cannot_hold() -> None:
    pair = BellDiagonal.werner(0.9)
    refused = [
        lambda how: pair.decay_to(1, memory_a=fb.Memory(name="m", t1_s=1), approximate=how),
        lambda how: pair.bell_measure(pair, readout_fidelity_0=0.9, approximate=how),
        lambda how: pair.measure("a", readout_fidelity_1=0.9, approximate=how),
        lambda how: BellDiagonal.from_matrix([1, 0, 0, 0], approximate=how),
    ]
    for call in refused:
        with pytest.raises(fb.SpecError, match=r"PairDensity.*pauli_twirl"):
            call("none")
        call("pauli_twirl")


def test_twirled_read_out_uses_the_mean() -> None:
    pair = BellDiagonal.bell()
    read = pair.measure("a", outcome=0, readout_fidelity_0=1.0, readout_fidelity_1=0.9, approximate="pauli_twirl")[0]
    assert read.probability == pytest.approx(0.5)
    assert read.state[0, 0] == pytest.approx(0.95)


NONSENSE = [
    lambda: PairDensity.werner(1.1),
    lambda: PairDensity.werner(0.2),
    lambda: PairDensity.werner(math.nan),
    lambda: PairDensity.bell("phi"),
    lambda: PairDensity.from_weights([0.5, 0.6, 0, 0]),
    lambda: PairDensity.from_weights([1, 0, 0]),
    lambda: PairDensity.from_weights([1.5, -0.5, 0, 0]),
    lambda: PairDensity.from_matrix(np.eye(4)),
    lambda: PairDensity.from_matrix(np.eye(3) / 3),
    lambda: PairDensity.from_matrix(np.diag([1.5, -0.5, 0, 0])),
    lambda: PairDensity.from_matrix(np.triu(np.full((4, 4), 0.25))),
    lambda: PairDensity.from_matrix(np.full((4, 4), np.nan)),
    lambda: PairDensity.bell().decay_to(-1),
    lambda: PairDensity.bell().decay_to(math.nan),
    lambda: PairDensity.bell().decay_to(math.inf),
    lambda: PairDensity.bell().decay_to("1 parsec"),
    lambda: PairDensity.bell().decay_to(1, t1_s=1, t2_s=3),
    lambda: PairDensity.bell().decay_to(1, memory_a=fb.Memory(name="m"), t2_s=1),
    lambda: PairDensity.bell().decay_to(1, approximate="twirl"),
    lambda: PairDensity.bell().decay_to(1).decay_to(0.5),
    lambda: PairDensity.bell().bell_measure(PairDensity.bell().decay_to(1)),
    lambda: PairDensity.bell().bell_measure(BellDiagonal.bell()),
    lambda: PairDensity.bell().bell_measure(PairDensity.bell(), outcome=4),
    lambda: PairDensity.bell().bell_measure(PairDensity.bell(), u=1),
    lambda: PairDensity.bell().bell_measure(PairDensity.bell(), u=0.5, outcome=1),
    lambda: PairDensity.bell().bell_measure(PairDensity.bell(), two_qubit_gate_reliability=2),
    lambda: PairDensity.from_matrix([1, 0, 0, 0]).measure("a", outcome=1),
    lambda: PairDensity.bell().measure("c"),
    lambda: PairDensity.bell().measure("a", "W"),
    lambda: PairDensity.bell().expectation("X"),
    lambda: PairDensity.bell().expectation("XW"),
    lambda: PairDensity.bell().apply_pauli("XX"),
    lambda: PairDensity.bell().fidelity("W"),
    lambda: PairDensity.bell().qber("W"),
]


@pytest.mark.parametrize("call", NONSENSE)
def test_nonsense_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(fb.SpecError):
        call()


def test_unknown_noise_is_refused() -> None:
    with pytest.raises((TypeError, fb.SpecError), match="t2"):
        PairDensity.bell().decay_to(1, t2=1)


def test_what_a_state_cannot_do_is_said_when_it_is_called() -> None:
    with pytest.raises(AttributeError, match="has no t, which is not a Clifford operation; Density and Ket have it"):
        fb.states.Stabilizer(1).t(0)
    assert not hasattr(fb.states.Stabilizer(1), "anything else")
    for state in (fb.states.Stabilizer(1), fb.states.Density(1), fb.states.Ket(1)):
        with pytest.raises(fb.SpecError, match=r"^gate: .* allowed: the name of a gate"):
            state.apply(np.eye(2), 0)  # type: ignore[arg-type]
        with pytest.raises(fb.SpecError, match=r"^channel: found 'dephasing'; allowed: a channel"):
            state.noise("dephasing", 0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^use BellDiagonal.bell, .werner, .from_weights or .from_matrix"):
        fb.states.BellDiagonal([1, 0, 0, 0])  # type: ignore[call-arg]
    with pytest.raises(fb.SpecError, match=r"^probabilities: .* by name"):
        fb.channels.Pauli([0.9, 0.1])  # type: ignore[list-item]
