"""Pairs against closed forms and brute-force numbers (A01-A06, A18, A19, A22, E03), through the kernels that a run calls."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np
import pytest

import farbell as fb
from farbell.states import BELL_NAMES, BellDiagonal, Density, PairDensity
from physics.cases import assert_close, case

A01, A02, A03, A04, A05, A06, A18, A19, A22, E03 = (
    case(id) for id in ("A01", "A02", "A03", "A04", "A05", "A06", "A18", "A19", "A22", "E03")
)


def seconds(label: str) -> float:
    return float(label.rpartition("t=")[2])


@pytest.mark.parametrize("label", A01.expected)
def test_relaxation_and_dephasing(label: str) -> None:
    bell = label.partition(",")[0]
    memory = fb.Memory(name="m", t1_s=A01.parameters["T1_s"], t2_s=A01.parameters["T2_s"])
    pair = PairDensity.bell(bell).decay_to(seconds(label), memory_a=memory, memory_b=memory)
    assert_close(pair.fidelity(bell), A01.expected[label], A01.tolerance)


@pytest.mark.parametrize("label", A02.expected)
def test_unlike_memories(label: str) -> None:
    """Concurrence and negativity are read off the whole state, which no run tells: here alone."""
    p, expected, t = A02.parameters, A02.expected[label], seconds(label)
    a = fb.Memory(name="a", t1_s=p["T1A"], t2_s=p["T2A"])
    b = fb.Memory(name="b", t1_s=p["T1B"], t2_s=p["T2B"])
    pair, state = PairDensity.bell("Phi+").decay_to(t, memory_a=a, memory_b=b), Density.bell("Phi+")
    for qubit, memory in enumerate((a, b)):
        state.decay(qubit, t, memory=memory)
    found = {
        "F": (pair.fidelity(), state.fidelity("Phi+")),
        "concurrence": (pair.concurrence(), state.concurrence(0, 1)),
        "negativity": (pair.negativity(), state.negativity(0)),
    }
    for name, values in found.items():
        for value in values:
            assert_close(value, expected[name], A02.tolerance)
    for matrix in (pair.matrix, state.to_numpy()):
        for population, value in zip(matrix.diagonal().real, expected["populations"], strict=True):
            assert_close(population, value, A02.tolerance)


@pytest.mark.parametrize("store", [PairDensity, BellDiagonal])
@pytest.mark.parametrize("label", A18.expected)
def test_entanglement_measures(label: str, store: type[PairDensity] | type[BellDiagonal]) -> None:
    pair = store.werner(float(label.removeprefix("Werner ")))
    found = {
        "concurrence": pair.concurrence(),
        "negativity": pair.negativity(),
        "log_negativity": pair.log_negativity(),
        "hashing_bound": pair.hashing_bound(),
        "CHSH_max": fb.analysis.maximal_chsh(pair.correlations),
    }
    for name, expected in A18.expected[label].items():
        assert_close(found[name], expected, A18.tolerance)


@pytest.mark.parametrize("label", A18.expected)
def test_entanglement_measures_of_a_density_matrix(label: str) -> None:
    """The hashing bound is that of two equal ends. Ket and Stabilizer hold pure states: no Werner state."""
    state = Density.from_pair(PairDensity.werner(float(label.removeprefix("Werner "))))
    found = {
        "concurrence": state.concurrence(0, 1),
        "negativity": state.negativity(0),
        "log_negativity": state.log_negativity(0),
        "hashing_bound": state.entropy(0) - state.entropy(),
        "CHSH_max": fb.analysis.maximal_chsh([[state.expectation(p + q) for q in "IXYZ"] for p in "IXYZ"]),
    }
    for name, expected in A18.expected[label].items():
        assert_close(found[name], expected, A18.tolerance)


def test_hashing_bound_of_a_product_is_not_positive() -> None:
    assert PairDensity.from_matrix(np.diag([1, 0, 0, 0])).hashing_bound() == pytest.approx(0, abs=1e-12)
    assert PairDensity.from_matrix(np.eye(4) / 4).hashing_bound() == pytest.approx(-1, abs=1e-12)
    assert PairDensity.bell("Psi-").hashing_bound() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("label", A03.expected)
def test_twirled_relaxation(label: str) -> None:
    expected, t = A03.expected[label], seconds(label)
    memory = fb.Memory(name="m", t1_s=A03.parameters["T1"], t2_s=A03.parameters["T2"])
    twirled = BellDiagonal.bell("Phi+")
    one = twirled.decay_to(t, memory_a=memory, approximate="pauli_twirl")
    both = twirled.decay_to(t, memory_a=memory, memory_b=memory, approximate="pauli_twirl")
    # Phi+ after one Pauli error I, Z, X, Y is Phi+, Phi-, Psi+, Psi-.
    for name, p in zip("IXYZ", expected["pauli_probs_IXYZ"], strict=True):
        assert_close(one.weights["IZXY".index(name)], p, A03.tolerance)
    assert_close(both.fidelity(), expected["F_twirled_both"], A03.tolerance)
    exact = PairDensity.bell("Phi+")
    assert_close(exact.decay_to(t, memory_a=memory, memory_b=memory).fidelity(), expected["F_exact_both"], A03.tolerance)
    for model in (one, exact.decay_to(t, memory_a=memory)):
        assert_close(model.fidelity(), expected["F_one_qubit_both_models"], A03.tolerance)


@pytest.mark.parametrize("kind", [BellDiagonal, PairDensity])
@pytest.mark.parametrize("label", A04.expected)
def test_swap_of_werner_pairs(label: str, kind: type[BellDiagonal] | type[PairDensity]) -> None:
    left, right = (kind.werner(float(f)) for f in label.split(","))
    for r, probability, pair in left.bell_measure(right):
        assert_close(probability, 0.25, A04.tolerance)
        assert_close(pair.fidelity(BELL_NAMES[r]), A04.expected[label], A04.tolerance)


@pytest.mark.parametrize("kind", [BellDiagonal, PairDensity])
@pytest.mark.parametrize("length", A05.expected)
def test_chain_of_werner_links(length: str, kind: type[BellDiagonal] | type[PairDensity]) -> None:
    link = kind.werner(A05.parameters["F"])
    u = np.random.default_rng().random(int(length) - 1)
    pair, frame = link, 0
    for draw in u:
        r, _, pair = pair.bell_measure(link, u=draw)[0]
        frame ^= r
    assert_close(pair.fidelity(BELL_NAMES[frame]), A05.expected[length], A05.tolerance)
    closed = 0.25 + 0.75 * ((4 * A05.parameters["F"] - 1) / 3) ** int(length)
    assert abs(pair.fidelity(BELL_NAMES[frame]) - closed) < 1e-12


@pytest.mark.parametrize("kind", [BellDiagonal, PairDensity])
def test_swap_of_bell_diagonal_pairs(kind: type[BellDiagonal] | type[PairDensity]) -> None:
    left, right = (kind.from_weights(A06.parameters[name]) for name in "ab")
    for r, _, pair in left.bell_measure(right):
        for weight, expected in zip(pair.corrected(BELL_NAMES[r]).weights, A06.expected, strict=True):
            assert_close(weight, expected, A06.tolerance)


@pytest.mark.parametrize("kind", [BellDiagonal, PairDensity])
@pytest.mark.parametrize("label", A19.expected)
def test_depolarising_memory(label: str, kind: type[BellDiagonal] | type[PairDensity]) -> None:
    pair = kind.bell("Phi+").decay_to(seconds(label), depolarising_s=A19.parameters["T"])
    assert_close(pair.fidelity(), A19.expected[label], A19.tolerance)


@pytest.mark.parametrize("kind", [BellDiagonal, PairDensity])
def test_error_rates(kind: type[BellDiagonal] | type[PairDensity]) -> None:
    pairs = {
        "Werner .92": kind.werner(0.92),
        "Phi+ aged 5 ms, T1=inf,T2=20 ms both": kind.bell("Phi+").decay_to("5 ms", t2_s="20 ms"),
    }
    for label, expected in A22.expected.items():
        assert_close(pairs[label].qber("Z"), expected["eZ"], A22.tolerance)
        assert_close(pairs[label].qber("X"), expected["eX"], A22.tolerance)


def chsh(pair: PairDensity) -> float:
    """A measures Z, X; B measures (Z + X)/sqrt(2), (Z - X)/sqrt(2)."""
    e = pair.expectation
    b = {0: (1, 1), 1: (1, -1)}
    total = sum((-1) ** (x * y) * (b[y][0] * e(a + "Z") + b[y][1] * e(a + "X")) for x, a in enumerate("ZX") for y in b)
    return total / math.sqrt(2)


def test_chsh() -> None:
    visible = PairDensity.werner((1 + 3 * 0.5**0.5) / 4)
    pairs = {
        "ideal": PairDensity.bell("Phi+"),
        "Werner F=.95": PairDensity.werner(0.95),
        "visibility .7071 gives": visible,
        "Phi+ aged 2 ms, T1=10,T2=5 ms both": PairDensity.bell("Phi+").decay_to("2 ms", t1_s="10 ms", t2_s="5 ms"),
    }
    for label, expected in E03.expected.items():
        assert_close(chsh(pairs[label]), expected, E03.tolerance)


# ---- every kind of noise at once, against density matrices and Kraus operators in numpy ------------------------------

PAULIS = [np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1.0, -1])]


def on(operator: np.ndarray, qubit: int, qubits: int) -> np.ndarray:
    return reduce(np.kron, [operator if q == qubit else np.eye(2) for q in range(qubits)])


def conjugated(rho: np.ndarray, operators: list[np.ndarray]) -> np.ndarray:
    return sum(k @ rho @ k.conj().T for k in operators)


def depolarised(rho: np.ndarray, qubits: list[int], reliability: float) -> np.ndarray:
    mixed = rho
    for q in qubits:
        mixed = conjugated(mixed, [on(p, q, 4) / 2 for p in PAULIS])
    return reliability * rho + (1 - reliability) * mixed


def aged(rho: np.ndarray, qubit: int, t: float, t1: float, t2: float) -> np.ndarray:
    g, f = 1 - math.exp(-t / t1), math.exp(-t / t2 + t / (2 * t1))
    damping = [np.array([[1, 0], [0, math.sqrt(1 - g)]]), np.array([[0, math.sqrt(g)], [0, 0]])]
    rho = conjugated(rho, [on(k, qubit, 4) for k in damping])
    return conjugated(rho, [math.sqrt((1 + f) / 2) * np.eye(16), math.sqrt((1 - f) / 2) * on(PAULIS[3], qubit, 4)])


def test_noisy_swap_of_unlike_memories() -> None:
    times = [(0.01, 0.008), (0.05, 0.001), (0.02, 0.03), (0.004, 0.006)]  # (T1, T2) of qubits a, b, c, d
    two, one, f0, f1, t = 0.97, 0.99, 0.95, 0.9, 0.0015
    memories = [fb.Memory(name=f"m{k}", t1_s=t1, t2_s=t2) for k, (t1, t2) in enumerate(times)]
    left = PairDensity.werner(0.95).decay_to(t, memory_a=memories[0], memory_b=memories[1])
    right = PairDensity.from_weights([0.1, 0, 0.8, 0.1]).decay_to(t, memory_a=memories[2], memory_b=memories[3])
    swaps = left.bell_measure(
        right,
        two_qubit_gate_reliability=two,
        single_qubit_gate_reliability=one,
        readout_fidelity_0=f0,
        readout_fidelity_1=f1,
    )

    rho = np.kron(PairDensity.werner(0.95).matrix, PairDensity.from_weights([0.1, 0, 0.8, 0.1]).matrix)
    for qubit, (t1, t2) in enumerate(times):
        rho = aged(rho, qubit, t, t1, t2)
    z0, z1 = np.diag([1, 0]), np.diag([0, 1])
    cnot = on(z0, 1, 4) + on(z1, 1, 4) @ on(PAULIS[1], 2, 4)
    rho = depolarised(conjugated(rho, [cnot]), [1, 2], two)
    rho = depolarised(conjugated(rho, [on((PAULIS[1] + PAULIS[3]) / math.sqrt(2), 1, 4)]), [1], one)
    roots = [np.diag([math.sqrt(f0), math.sqrt(1 - f1)]), np.diag([math.sqrt(1 - f0), math.sqrt(f1)])]
    total = 0.0
    for r, probability, pair in swaps:
        branch = conjugated(rho, [on(roots[r & 1], 1, 4) @ on(roots[r >> 1], 2, 4)])
        far = np.einsum("abcdebcf->adef", branch.reshape((2,) * 8)).reshape(4, 4)
        assert abs(probability - np.trace(far).real) < 1e-12
        assert np.abs(pair.matrix - far / np.trace(far)).max() < 1e-12
        total += probability
    assert abs(total - 1) < 1e-12
