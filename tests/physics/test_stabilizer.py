"""Stabilizer states against Stim: the same random circuits, with the same outcomes, signs included; and against numpy, and against exact probabilities."""

from __future__ import annotations

import doctest
import importlib
import itertools
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import stim

import farbell as fb
from farbell.states import Stabilizer, StabilizerMixture
from physics.cases import assert_close, case
from physics.sampling import SEED, assert_sampled, share

ONE = ["x", "y", "z", "h", "s", "s_dag", "sqrt_x", "sqrt_x_dag", "sqrt_y", "sqrt_y_dag"]
TWO = ["cx", "cy", "cz", "swap", "iswap", "iswap_dag"]
A17 = case("A17")


def stim_apply(simulator: stim.TableauSimulator, gate: str, *qubits: int) -> None:
    simulator.do(stim.Circuit(f"{gate.upper()} {' '.join(map(str, qubits))}"))


def random_circuit(state: Stabilizer, simulator: stim.TableauSimulator, steps: int, random: np.random.Generator) -> None:
    """Gates, and measurements of random products: what is open is drawn once, for both."""
    n = state.n
    for _ in range(steps):
        kind = random.integers(10)
        if kind < 4 or n == 1:
            gate, qubits = str(random.choice(ONE)), [int(random.integers(n))]
        elif kind < 8:
            gate, qubits = str(random.choice(TWO)), [int(q) for q in random.choice(n, 2, replace=False)]
        else:
            letters = "".join(random.choice(list("___XYZ"), n))
            if letters == "_" * n:
                continue
            expected = simulator.peek_observable_expectation(stim.PauliString(letters))
            assert state.expectation(letters) == expected
            bit = int(random.integers(2)) if expected == 0 else (1 - expected) // 2
            assert state.measure_pauli(letters, outcome=bit if expected == 0 else None) == bit
            simulator.postselect_observable(stim.PauliString(letters), desired_value=bool(bit))
            continue
        state.apply(gate, *qubits)
        stim_apply(simulator, gate, *qubits)


def assert_same(state: Stabilizer, simulator: stim.TableauSimulator) -> None:
    own = stim.Tableau.from_stabilizers([stim.PauliString(row) for row in state.stabilizers()])
    assert own.to_stabilizers(canonicalize=True) == simulator.canonical_stabilizers()


@pytest.mark.parametrize("n", [1, 2, 3, 7, 30, 63, 64, 65, 130, 200])
def test_random_circuits_are_those_of_stim(n: int) -> None:
    random = np.random.default_rng([SEED, n])
    for _ in range(3):
        state, simulator = Stabilizer(n, seed=1), stim.TableauSimulator()
        simulator.set_num_qubits(n)
        for _ in range(3):
            random_circuit(state, simulator, 8 * n + 20, random)
            assert_same(state, simulator)


def gate_rows() -> list[list[str]]:
    """Rows of the tables of Clifford gates in docs/physics/gates.md: name, matrix or action, images."""
    page = (Path(__file__).parents[2] / "docs/physics/gates.md").read_text(encoding="utf-8").partition("## Not Clifford")[0]
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in page.splitlines() if line.startswith("| `")
    ]
    assert [row[0].strip("`") for row in rows] == ["i", *ONE, *TWO]
    return rows


@pytest.mark.parametrize("row", gate_rows(), ids=lambda row: row[0])
def test_the_page_of_gates_is_right(row: list[str]) -> None:
    name, inputs = row[0].strip("`"), ["X", "Y", "Z"] if len(row) == 5 else ["XI", "IX", "ZI", "IZ"]
    width = len(inputs[0])
    tableau = stim.gate_data(name.upper()).tableau
    for paulis, image in zip(inputs, row[2:], strict=True):
        assert tableau(stim.PauliString(paulis)) == stim.PauliString(image)
        # And so does the state.
        state = Stabilizer(width)
        state.measure_pauli(paulis, outcome=0)
        state.apply(name, *range(width))
        assert state.expectation(image.lstrip("-")) == (-1 if image[0] == "-" else 1)
    if width == 1:
        text = row[1].split("`")[1].replace("sqrt(2)", "2**0.5")
        rows = text[: text.index("]]") + 2].replace("i", "1j").replace("11j", "1j")
        matrix = np.array(eval(rows)) / eval("1" + text[text.index("]]") + 2 :].replace("/", "*"))
        assert matrix == pytest.approx(stim.gate_data(name.upper()).unitary_matrix, abs=1e-6)


@pytest.mark.parametrize("n", [5, 64, 90])
def test_reading_many_qubits_is_reading_one_after_the_other(n: int) -> None:
    random = np.random.default_rng([SEED, n, 1])
    state, simulator = Stabilizer(n, seed=1), stim.TableauSimulator()
    simulator.set_num_qubits(n)
    random_circuit(state, simulator, 10 * n, random)
    for q, bit in enumerate(state.measure_many()):
        simulator.postselect_z(q, desired_value=bool(bit))
    assert_same(state, simulator)


@pytest.mark.parametrize("n", [1, 4, 64, 70])
def test_to_stim_and_back(n: int) -> None:
    tableau = stim.Tableau.random(n)
    state = Stabilizer.from_stim(tableau)
    assert state.to_stim().to_stabilizers(canonicalize=True) == tableau.to_stabilizers(canonicalize=True)
    simulator = stim.TableauSimulator()
    simulator.set_state_from_stabilizers([stim.PauliString(row) for row in state.stabilizers()])
    assert Stabilizer.from_stim(simulator).fidelity(state) == 1


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_amplitudes_are_those_of_stim(n: int) -> None:
    for _ in range(20):
        tableau = stim.Tableau.random(n)
        state, ket = Stabilizer.from_stim(tableau), tableau.to_state_vector(endian="big")
        found = state.to_numpy()
        assert abs(np.vdot(found, ket)) == pytest.approx(1, abs=1e-6)
        again = Stabilizer.from_numpy(found)
        assert again.fidelity(state) == 1
        other = Stabilizer.from_stim(stim.Tableau.random(n))
        assert state.fidelity(other) == pytest.approx(abs(np.vdot(found, other.to_numpy())) ** 2, abs=1e-12)
        assert state.fidelity(other.to_numpy()) == pytest.approx(state.fidelity(other), abs=1e-12)
        rho = np.outer(other.to_numpy(), other.to_numpy().conj())
        assert state.fidelity(rho) == pytest.approx(state.fidelity(other), abs=1e-12)


def partial_trace(ket: np.ndarray[Any, Any], keep: list[int], n: int) -> np.ndarray[Any, Any]:
    rest = [q for q in range(n) if q not in keep]
    matrix = ket.reshape([2] * n).transpose([*keep, *rest]).reshape(2 ** len(keep), -1)
    return np.asarray(matrix @ matrix.conj().T)


def test_parts_of_a_state_are_those_of_its_density_matrix() -> None:
    random = np.random.default_rng([SEED, 2])
    n = 5
    for _ in range(30):
        state = Stabilizer.from_stim(stim.Tableau.random(n))
        ket = state.to_numpy()
        keep = [int(q) for q in random.permutation(n)[: random.integers(1, n)]]
        rho, part = partial_trace(ket, keep, n), state.partial_trace(keep)
        assert part.to_numpy() == pytest.approx(rho, abs=1e-12)
        eigenvalues = np.linalg.eigvalsh(rho)
        entropy = -sum(v * math.log2(v) for v in eigenvalues if v > 1e-12)
        assert state.entropy(keep) == part.entropy() == pytest.approx(entropy, abs=1e-9)
        # A pure state of Schmidt coefficients c: negativity ((sum c)^2 - 1) / 2.
        assert state.negativity(keep) == pytest.approx((np.sqrt(abs(eigenvalues)).sum() ** 2 - 1) / 2, abs=1e-6)
        assert state.log_negativity(keep) == state.entropy(keep)
        for letters in itertools.islice(itertools.product("IXYZ", repeat=len(keep)), 64):
            paulis = [
                {"I": np.eye(2), "X": [[0, 1], [1, 0]], "Y": [[0, -1j], [1j, 0]], "Z": np.diag([1, -1])}[c] for c in letters
            ]
            operator = paulis[0]
            for p in paulis[1:]:
                operator = np.kron(operator, p)
            expected = np.trace(rho @ operator).real
            assert part.expectation("".join(letters)) == pytest.approx(expected, abs=1e-12)
            assert state.expectation("".join(letters), *keep) == pytest.approx(expected, abs=1e-12)
        a, b = (int(q) for q in random.choice(n, 2, replace=False))
        pair = fb.states.PairDensity.from_matrix(partial_trace(ket, [a, b], n))
        assert state.concurrence(a, b) == pytest.approx(pair.concurrence(), abs=1e-6)


@pytest.mark.parametrize("n", [1, 3, 6, 40])
def test_graph_form_is_the_state(n: int) -> None:
    for _ in range(10):
        state = Stabilizer.from_stim(stim.Tableau.random(n))
        edges, gates = state.graph_form()
        graph = Stabilizer.graph(edges, n)
        for q, names in enumerate(gates):
            for name in names:
                graph.apply(name, q)
        assert graph.fidelity(state) == 1


@pytest.mark.parametrize("frame", range(4))
def test_bell_measurement_names_the_bell_state(frame: int) -> None:
    state = Stabilizer.bell(fb.states.BELL_NAMES[frame])
    assert state.fidelity(fb.states.BELL_NAMES[frame]) == 1
    assert state.to_numpy() == pytest.approx(
        fb.states.PairDensity.bell(fb.states.BELL_NAMES[frame]).matrix[:, np.argmax(state.to_numpy() != 0)] * math.sqrt(2),
        abs=1e-12,
    )
    assert state.bell_measure(0, 1) == frame
    assert state.qubits == []


@pytest.mark.parametrize("outcome", range(4))
def test_teleportation(outcome: int) -> None:
    for prepare in ([], ["x"], ["h"], ["h", "z"], ["h", "s"], ["h", "s_dag"]):
        state, expected = Stabilizer(3), Stabilizer(1)
        for gate in prepare:
            state.apply(gate, 0)
            expected.apply(gate, 0)
        state.h(1)
        state.cx(1, 2)
        assert state.bell_measure(0, 1, outcome=outcome) == outcome
        state.apply("izxy"[outcome], 2)
        assert state.fidelity(expected) == 1


def test_tracing_out_changes_no_marginal_on_average() -> None:
    """Every outcome of the hidden measurement, weighted by its probability, makes up the partial trace."""
    for _ in range(20):
        state = Stabilizer.from_stim(stim.Tableau.random(4))
        before = state.partial_trace([0, 1, 3]).to_numpy()
        mean = np.zeros((8, 8), dtype=complex)
        for bit in (0, 1):
            p = state.outcome_probability("Z", 2, outcome=bit)
            if p:
                branch = state.copy()
                branch.measure(2, destructive=True, outcome=bit)
                mean += p * np.outer(branch.to_numpy(), branch.to_numpy().conj())
        assert mean == pytest.approx(before, abs=1e-12)


# ---- noise ---------------------------------------------------------------------------------------------------------


class Drawn(fb.channels.Channel):
    """A channel with these probabilities, right or wrong."""

    def __init__(self, probabilities: dict[str, float] | None, n_qubits: int, each: bool) -> None:
        self.each = each
        self._probabilities, self._width = probabilities, n_qubits

    @property
    def n_qubits(self) -> int:
        return self._width

    def pauli_probabilities(self) -> dict[str, float] | None:
        return self._probabilities


def channel(probabilities: dict[str, float], n_qubits: int = 1, each: bool = False) -> fb.channels.Channel:
    return Drawn(probabilities, n_qubits, each)


def test_pauli_noise_has_its_probabilities() -> None:
    """40,000 draws a channel: the smallest error seen is 0.0213 (8.5 standard errors of 0.0025); false alarms 8e-11 a check."""
    shots = 40_000
    joint = {"XI": 0.1, "IZ": 0.05, "YY": 0.2, "ZX": 0.15}
    counts = dict.fromkeys([*joint, "II"], 0)
    state = Stabilizer(4, seed=SEED)
    for _ in range(shots):
        # Two Bell pairs: the error on qubits 0 and 2 is read off their frames.
        for q in range(4):
            state.reset(q)
        for q in (0, 2):
            state.h(q)
            state.cx(q, q + 1)
        state.noise(channel(joint, 2), 0, 2)
        frames = [state.bell_measure(0, 1, destructive=False), state.bell_measure(2, 3, destructive=False)]
        counts["".join("IZXY"[f] for f in frames)] += 1
    expected = {**joint, "II": 0.5}
    for paulis, p in expected.items():
        assert_sampled(share(counts[paulis], shots, p), p, 0, detects=0.0215)


@pytest.mark.parametrize("label", A17.expected)
def test_fusion_of_two_werner_pairs(label: str) -> None:
    """A17 by exact enumeration of the Pauli errors, each run on a stabilizer state."""
    parameters = dict(part.split("=") for part in label.split(","))
    f1, f2, p2, eta = (float(parameters[name]) for name in ("F1", "F2", "p2", "eta"))

    def werner(f: float) -> dict[str, float]:
        return {"I": f, "X": (1 - f) / 3, "Y": (1 - f) / 3, "Z": (1 - f) / 3}

    gate_error = {a + b: (1 - p2) / 16 + (p2 if a + b == "II" else 0) for a in "IXYZ" for b in "IXYZ"}
    fidelity = 0.0
    for (e1, w1), (e2, w2), (g, wg), flip, bit in itertools.product(
        werner(f1).items(), werner(f2).items(), gate_error.items(), (0, 1), (0, 1)
    ):
        state = Stabilizer(4)
        for q in (0, 2):
            state.h(q)
            state.cx(q, q + 1)
        state.apply(e1.lower(), 0)
        state.apply(e2.lower(), 3)
        state.cx(1, 2)
        state.apply(g[0].lower(), 1)
        state.apply(g[1].lower(), 2)
        p = state.outcome_probability("Z", 2, outcome=bit)
        if p == 0:
            continue
        state.measure(2, destructive=True, outcome=bit)
        if bit ^ flip:
            state.x(3)
        weight = w1 * w2 * wg * (1 - eta if flip else eta) * p
        fidelity += weight * state.fidelity("GHZ")
    assert_close(fidelity, A17.expected[label], A17.tolerance)


# ---- what is refused -----------------------------------------------------------------------------------------------


def gone(how: Callable[[Stabilizer], object]) -> Stabilizer:
    state = Stabilizer.ghz(3, seed=1)
    how(state)
    return state


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: Stabilizer(0), "n: found 0 qubits"),
    (lambda: Stabilizer(20_000), r"20000 qubits, which would take 20\d MB; allowed: 1 to 10000"),
    (lambda: Stabilizer(2).h(2), "qubit: found 2; allowed: 0 to 1"),
    (lambda: Stabilizer(2).h(-1), "qubit: found -1"),
    (lambda: Stabilizer(2).cx(1, 1), "qubit 1 twice"),
    (lambda: Stabilizer(2).apply("hadamard", 0), 'gate: found "hadamard"'),
    (lambda: Stabilizer(2).apply("sqrt_xdag", 0), "did you mean sqrt_x_dag"),
    (lambda: Stabilizer(2).apply("t", 0), "not a Clifford gate"),
    (lambda: Stabilizer(2).apply("cx", 0), "found 1 qubits; allowed: 2"),
    (lambda: Stabilizer(2).measure(0, "W"), "paulis: found 'W'"),
    (lambda: Stabilizer(2).measure(0, outcome=1), "probability 0"),
    (lambda: Stabilizer(2).measure(0, outcome=2), "0, 1"),
    (lambda: Stabilizer(2).measure_pauli("XX", 0, 0), "qubit 0 twice"),
    (lambda: Stabilizer(2).measure_pauli("X" * 3), "2 letters"),
    (lambda: Stabilizer(2).measure_pauli("II"), "identity"),
    (lambda: Stabilizer.bell("Phi+").bell_measure(0, 1, outcome=1), "probability 0"),
    (lambda: Stabilizer.bell("Phi").n, "Phi+"),
    (lambda: gone(lambda s: s.measure(1, destructive=True)).h(1), "1, which was measured destructively"),
    (lambda: gone(lambda s: s.release(1)).cx(0, 1), "1, which was released"),
    (lambda: gone(lambda s: s.release(1)).measure_pauli("X" * 3), "1, which was released"),
    (lambda: gone(lambda s: s.fuse(0, 1)).partial_trace([0, 1]), "1, which was fused"),
    (lambda: Stabilizer(2).noise(fb.channels.AmplitudeDamping(0.1), 0), r"AmplitudeDamping.*pauli_twirled\(\)"),
    (lambda: Stabilizer(2).noise(channel({"XX": 1.0}, 2), 0), r"found 1 qubits for .*; allowed: 2"),
    (lambda: Stabilizer(2).noise(channel({"X": 1.0}), 0, 1), r"found 2 qubits for .*; allowed: 1"),
    (lambda: Stabilizer(3).fidelity("Phi+"), "2 qubits"),
    (lambda: Stabilizer(3).fidelity(Stabilizer(2)), "found 2 qubits; allowed: 3"),
    (lambda: Stabilizer(2).fidelity([1, 0]), "shape"),
    (lambda: Stabilizer.from_numpy([1, 0, 0]), "amplitudes"),
    (lambda: Stabilizer.from_numpy([1, 1]), "norm"),
    (lambda: Stabilizer.from_numpy([math.cos(0.1), math.sin(0.1)]), "no stabilizer state"),
    (lambda: Stabilizer.from_numpy([math.sqrt(0.5), math.sqrt(0.5) * np.exp(0.25j * math.pi)]), "no stabilizer state"),
    (lambda: Stabilizer.from_stabilizers(["+XX", "+XZ"]), "do not fix"),
    (lambda: Stabilizer.from_stabilizers(["+XX", "-XX"]), "do not fix"),
    (lambda: Stabilizer.from_stabilizers(["+XQ"]), "stabilizers"),
    (lambda: Stabilizer(30).to_numpy(), "at most 20"),
    (lambda: Stabilizer(2_001).stabilizers(), "at most 2000 for a list of generators"),
    (lambda: Stabilizer(2).circuit_text(), "record"),
    (lambda: Stabilizer(2, seed=-1), "seed"),
    (lambda: Stabilizer(2).entropy([0, 0]), "different"),
    (lambda: Stabilizer(2.5), "n: found 2.5; allowed: a whole number"),  # type: ignore[arg-type]
    (lambda: Stabilizer(2, seed="one"), "seed: found 'one'"),  # type: ignore[arg-type]
    (lambda: Stabilizer(2).h(0.0), "qubit: found 0.0; allowed: a whole number"),  # type: ignore[arg-type]
    (lambda: Stabilizer(2).cx(0, "1"), "qubit: found '1'"),  # type: ignore[arg-type]
    (lambda: Stabilizer(2).h(2**70), "qubit: found 118059"),
    (lambda: Stabilizer(2).apply("h", None), "qubit: found None"),  # type: ignore[arg-type]
    (lambda: Stabilizer(2).measure(0.5), "qubit: found 0.5"),  # type: ignore[arg-type]
    (lambda: Stabilizer(2).measure_many(2**32), "qubit: found 4294967296"),
    (lambda: Stabilizer(2).entropy([0.5]), "qubit: found 0.5"),  # type: ignore[list-item]
    (lambda: fb.states.PauliFrames(2.5, 10), "n: found 2.5"),
    (lambda: fb.states.PauliFrames(2, 10).h(0.5), "qubit: found 0.5"),  # type: ignore[arg-type]
    (lambda: Stabilizer(2).rx(0, 0.6), "angle: found 0.6 for rx, which is not a Clifford gate; allowed: multiples of pi/2"),
    (lambda: Stabilizer(2).rz(0, math.inf), "angle: found inf"),
    (lambda: Stabilizer(2).apply("ry", 0), "angle: found None; allowed: an angle for ry"),
    (lambda: Stabilizer(2).apply("h", 0, angle=1.0), "none, since h has no angle"),
    (lambda: Stabilizer(2).apply("rw", 0, angle=1.0), "gate"),
    (lambda: Stabilizer(2).tensor(fb.states.Ket(2)), "found Ket; allowed: a Stabilizer"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("name", ["rx", "ry", "rz", "phase"])
def test_whole_quarter_turns_are_those_of_kets(name: str) -> None:
    for turns in range(-5, 6):
        exact, state = fb.states.Ket(2), Stabilizer(2)
        for each in (exact, state):
            each.h(0)
            each.apply("sqrt_y", 1)
            each.cz(0, 1)
            each.apply(name, 1, angle=turns * math.pi / 2)
            getattr(each, name)(0, turns * math.pi / 2)
        assert exact.fidelity(state.to_numpy()) == pytest.approx(1, abs=1e-12)


def random_state(rng: np.random.Generator, n: int) -> Stabilizer:
    state = Stabilizer(n)
    for _ in range(6 * n):
        a, b = (int(q) for q in rng.choice(n, 2, replace=False))
        state.apply(str(rng.choice(ONE)), a)
        state.apply(str(rng.choice(TWO)), a, b)
    return state


@pytest.mark.parametrize(("n", "m"), [(2, 3), (30, 34), (30, 35), (80, 3)])
def test_a_product_has_the_generators_of_both(n: int, m: int) -> None:
    rng = np.random.default_rng([SEED, n, m])
    a, b = random_state(rng, n), random_state(rng, m)
    b.release(1)  # numbered anew
    product = a.tensor(b)
    assert product.n == n + m - 1
    for q, row in [(0, row) for row in a.stabilizers()] + [(n, row) for row in b.stabilizers()]:
        qubits = range(q, q + len(row) - 1)
        assert product.expectation(row[1:], *qubits) == (-1 if row[0] == "-" else 1)


@pytest.mark.parametrize("call, message", REFUSED, ids=[message for _, message in REFUSED])
def test_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(fb.SpecError, match=message):
        call()


def test_a_refused_operation_changes_nothing() -> None:
    state = Stabilizer.ghz(3, seed=1)
    state.release(2)
    before = state.stabilizers()
    for call in (
        lambda: state.cx(0, 2),
        lambda: state.bell_measure(0, 2),
        lambda: state.noise(channel({"X": 1.0}, each=True), 0, 2),
        lambda: state.fuse(0, 2),
    ):
        with pytest.raises(fb.SpecError):
            call()
    assert state.stabilizers() == before


def test_seeds_and_copies() -> None:
    def bits(seed: int | None) -> list[int]:
        state = Stabilizer(64, seed=seed)
        for q in range(64):
            state.h(q)
        return state.measure_many()

    assert bits(3) == bits(3)
    assert bits(3) != bits(4)
    assert bits(None) != bits(None)  # equal once in 2^64
    state = Stabilizer.ghz(70)
    other = state.copy()
    other.measure(0)
    assert state.expectation("Z", 0) == 0
    assert abs(other.expectation("Z", 0)) == 1


def test_what_is_shown() -> None:
    assert repr(Stabilizer.ghz(2)) == "Stabilizer(2 qubits: +XX, +ZZ)"
    assert repr(Stabilizer(9)) == "Stabilizer(9 qubits)"
    assert "<table>" in Stabilizer.ghz(3)._repr_html_()
    assert repr(StabilizerMixture(["+ZZ"])) == "StabilizerMixture(2 qubits: +ZZ)"
    state = Stabilizer(2, record=True, seed=1)
    state.h(0)
    state.measure_pauli("XZ", outcome=0)
    state.release(1)
    assert state.circuit_text() == "0: -H--MX=0-----\n1: ----MZ=0--/--"


def test_networkx_qutip_and_drawing() -> None:
    networkx = pytest.importorskip("networkx")
    pytest.importorskip("matplotlib").use("Agg")
    graph = networkx.cycle_graph(5)
    state = Stabilizer.graph(graph)
    assert sorted(state.graph_form()[0]) == sorted((min(e), max(e)) for e in graph.edges)
    assert len(state.plot().collections) == 1
    qutip = pytest.importorskip("qutip")
    ghz = Stabilizer.ghz(3)
    assert abs(ghz.to_qutip().overlap(qutip.ghz_state(3))) == pytest.approx(1)
    assert Stabilizer.from_qutip(qutip.ghz_state(3)).fidelity(ghz) == 1
    assert ghz.partial_trace([1]).to_qutip().tr() == pytest.approx(1)


@pytest.mark.parametrize("module", ["stabilizer", "pauli_frames"])
def test_examples_of_methods_run(module: str) -> None:
    names = {"fb": fb, "np": np}
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    found = doctest.testmod(importlib.import_module(f"farbell.states.{module}"), extraglobs=names, optionflags=options)
    assert found.attempted > 5
    assert found.failed == 0
