"""Density and Ket: random circuits against brute force and QuTiP, what has to hold for any state, and what is refused."""

from __future__ import annotations

import doctest
import math
from itertools import product
from typing import Any

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pytest
import qutip
import stim
from hypothesis import given, settings
from hypothesis import strategies as st

import farbell as fb
import farbell.states.density
import farbell.states.ket
import farbell.states.remote
from farbell import channels
from farbell.states import BELL_NAMES, Density, Ket, PairDensity, _exact, _gates, _measures
from physics import brute_force as brute
from physics.brute_force import PAULIS
from physics.sampling import SEED, assert_sampled, estimate, samples_to_detect

KINDS = [Density, Ket]
MODULES = [channels, _exact, _gates, farbell.states.density, farbell.states.ket, farbell.states.remote]
seeds = st.integers(0, 2**32)


def random_step(rng: np.random.Generator, n: int) -> tuple[str, list[int], float]:
    """A gate by name, its qubits, and its angle."""
    name = str(rng.choice([*brute.GATES, *brute.ROTATIONS]))
    two = name in ("cx", "cy", "cz", "swap", "iswap", "iswap_dag")
    return name, [int(q) for q in rng.permutation(n)[: 1 + two]], float(rng.uniform(-4, 4))


def matrix_of(name: str, angle: float) -> np.ndarray:
    return brute.ROTATIONS[name](angle) if name in brute.ROTATIONS else brute.GATES[name]


def apply(state: Any, name: str, qubits: list[int], angle: float) -> None:
    state.apply(name, *qubits, angle=angle if name in brute.ROTATIONS else None)


# ---- random circuits ----------------------------------------------------------------------------------------------


@given(seeds, st.integers(2, 5))
@settings(deadline=None)
def test_random_circuits_with_noise_against_brute_force(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    state, rho, levels = Density(n), np.zeros((2**n, 2**n), dtype=complex), [2] * n
    rho[0, 0] = 1
    for _ in range(15):
        name, qubits, angle = random_step(rng, n)
        apply(state, name, qubits, angle)
        rho = brute.apply(rho, [matrix_of(name, angle)], qubits, levels)
        kraus = brute.random_kraus(rng, 2 ** len(qubits), 3)
        state.noise(channels.Kraus(kraus), *qubits)
        rho = brute.apply(rho, kraus, qubits, levels)
    found = state.to_numpy()
    assert np.abs(found - rho).max() < 1e-12
    assert np.trace(found) == pytest.approx(1, abs=1e-12)
    assert np.linalg.eigvalsh(found).min() > -1e-12
    letters = "".join(rng.choice(list("IXYZ"), size=n))
    whole = brute.embed(np.eye(1), [], [1])
    for letter in letters:
        whole = np.kron(whole, PAULIS[letter])
    assert state.expectation(letters) == pytest.approx(np.trace(whole @ rho).real, abs=1e-12)
    keep = [int(q) for q in rng.permutation(n)[: int(rng.integers(1, n))]]
    assert np.abs(state.partial_trace(keep).to_numpy() - brute.trace_out(rho, keep, levels)).max() < 1e-12


@given(seeds, st.integers(2, 7))
@settings(deadline=None)
def test_kets_against_density_matrices(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    ket, state = Ket(n), Density(n)
    for _ in range(20):
        step = random_step(rng, n)
        apply(ket, *step)
        apply(state, *step)
    u = brute.random_unitary(rng, 4)
    pair = [int(q) for q in rng.permutation(n)[:2]]
    ket.unitary(u, *pair)
    state.unitary(u, *pair)
    psi = ket.to_numpy()
    assert np.linalg.norm(psi) == pytest.approx(1, abs=1e-12)
    assert np.abs(np.outer(psi, psi.conj()) - state.to_numpy()).max() < 1e-12
    assert ket.fidelity(state) == pytest.approx(1, abs=1e-12)
    assert ket.entropy(pair) == pytest.approx(state.entropy(pair), abs=1e-9)
    assert ket.negativity(pair) == pytest.approx(state.negativity(pair), abs=1e-6)
    assert ket.expectation("XY", *pair) == pytest.approx(state.expectation("XY", *pair), abs=1e-12)
    assert np.abs(ket.partial_trace(pair).to_numpy() - state.partial_trace(pair).to_numpy()).max() < 1e-12


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_against_qutip(seed: int) -> None:
    rng, n = np.random.default_rng(seed), 3
    state = Density(n)
    theirs = state.to_qutip()
    for _ in range(10):
        name, qubits, angle = random_step(rng, n)
        apply(state, name, qubits, angle)
        gate = qutip.Qobj(matrix_of(name, angle), dims=[[2] * len(qubits)] * 2)
        full = qutip.expand_operator(gate, dims=[2] * n, targets=qubits)
        theirs = full * theirs * full.dag()
    assert np.abs(state.to_numpy() - theirs.full()).max() < 1e-12
    assert state.entropy([0]) == pytest.approx(qutip.entropy_vn(theirs.ptrace([0]), base=2), abs=1e-9)
    assert state.negativity([0]) == pytest.approx(qutip.negativity(theirs, 0, method="eigenvalues"), abs=1e-9)
    other = Density.from_numpy(brute.random_density(rng, 8))
    assert state.fidelity(other) == pytest.approx(qutip.fidelity(theirs, other.to_qutip()) ** 2, abs=1e-7)
    assert state.concurrence(0, 2) == pytest.approx(qutip.concurrence(theirs.ptrace([0, 2])), abs=1e-6)
    assert np.abs(Density.from_qutip(theirs).to_numpy() - theirs.full()).max() < 1e-14


@given(seeds, st.sampled_from(KINDS))
@settings(max_examples=30, deadline=None)
def test_clifford_circuits_with_measurements_against_stim(seed: int, kind: type[Density] | type[Ket]) -> None:
    """Stim draws the outcomes, the state is made to follow; at the end every stabilizer has its sign."""
    rng = np.random.default_rng(seed)
    state, theirs = kind(5), stim.TableauSimulator(seed=seed)
    theirs.set_num_qubits(5)
    for _ in range(40):
        name, qubits, _angle = random_step(rng, 5)
        if name in ("t", "t_dag") or name in brute.ROTATIONS:
            outcome = int(theirs.measure(qubits[0]))
            assert state.outcome_probability("Z", qubits[0], outcome=outcome) > 0.4
            state.measure(qubits[0], outcome=outcome)
        else:
            state.apply(name, *qubits)
            if name != "i":
                getattr(theirs, name)(*qubits)
    for stabilizer in theirs.canonical_stabilizers():
        sign, letters = str(stabilizer)[0], str(stabilizer)[1:]
        assert state.expectation(letters) == pytest.approx(1 if sign == "+" else -1, abs=1e-12)
    tableau = theirs.current_inverse_tableau().inverse()
    assert kind.from_stim(tableau).fidelity(state) == pytest.approx(1, abs=1e-9)
    assert kind.from_stim(theirs).fidelity(state) == pytest.approx(1, abs=1e-9)
    assert state.to_stim().to_stabilizers(canonicalize=True) == tableau.to_stabilizers(canonicalize=True)


def test_third_levels_against_brute_force() -> None:
    """Gates and channels of qubits leave the third level alone; the channels of three levels act on all of it."""
    rng = np.random.default_rng(11)
    levels = [3, 2, 3]
    rho = brute.random_density(rng, 18)
    state = Density.from_numpy(rho, levels=levels)
    inside = np.diag([1, 1, 0])
    cx = np.zeros((9, 9), dtype=complex)
    cx[np.ix_((0, 1, 3, 4), (0, 1, 3, 4))] = brute.GATES["cx"]
    for outside in (2, 5, 6, 7, 8):
        cx[outside, outside] = 1
    state.cx(0, 2)
    rho = brute.apply(rho, [cx], [0, 2], levels)
    state.noise(channels.Leakage(0.2, 0.1), 2)
    rho = brute.apply(rho, channels.Leakage(0.2, 0.1).kraus(), [2], levels)
    state.noise(channels.BitFlip(0.3), 0)
    flips = [np.pad(k, ((0, 1), (0, 1))) for k in channels.BitFlip(0.3).kraus()]
    rho = brute.apply(rho, [*flips, np.eye(3) - inside], [0], levels)
    assert np.abs(state.to_numpy() - rho).max() < 1e-12
    x = np.pad(PAULIS["X"], ((0, 1), (0, 1)))
    assert state.expectation("X_X") == pytest.approx(np.trace(brute.embed(np.kron(x, x), [0, 2], levels) @ rho).real, abs=1e-12)
    both = brute.embed(np.kron(inside, inside), [0, 2], levels)
    assert state.outcome_probability("XX", 0, 2, outcome=2) == pytest.approx(1 - np.trace(both @ rho).real, abs=1e-12)
    lost = state.copy()
    assert lost.measure_pauli("XX", 0, 2, outcome=2) == 2
    expected = (np.eye(18) - both) @ rho @ (np.eye(18) - both)
    assert np.abs(lost.to_numpy() - expected / np.trace(expected)).max() < 1e-12
    assert not lost.check(0, outcome=False)
    assert state.check(2, outcome=True)
    there = brute.embed(inside, [2], levels)
    expected = there @ rho @ there
    assert np.abs(state.to_numpy() - expected / np.trace(expected)).max() < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_to_stim_refuses_what_is_no_stabilizer_state(kind: type[Density] | type[Ket]) -> None:
    state = kind(1)
    state.h(0)
    state.t(0)
    with pytest.raises(fb.SpecError, match="which no Pauli products stabilize; allowed: a stabilizer state"):
        state.to_stim()
    with pytest.raises(fb.SpecError, match="qubit 1 of three levels"):
        kind(2, levels=[2, 3]).to_stim()
    mixed = Density.bell()
    mixed.release(0)
    with pytest.raises(fb.SpecError, match=r"a mixed state, of purity 0.5; allowed: a pure stabilizer state"):
        mixed.to_stim()


# ---- measurements -------------------------------------------------------------------------------------------------


@given(seeds, st.sampled_from([(1.0, 1.0), (0.9, 0.7)]))
@settings(deadline=None)
def test_measuring_never_changes_the_others_on_average(seed: int, readout: tuple[float, float]) -> None:
    rng = np.random.default_rng(seed)
    state = Density.from_numpy(brute.random_density(rng, 16))
    letters = "".join(rng.choice(list("XYZ"), size=2))
    mean = np.zeros((4, 4), dtype=complex)
    for outcome in (0, 1):
        p = state.outcome_probability(letters, 0, 2, outcome=outcome, readout=readout)
        measured = state.copy()
        assert measured.measure_pauli(letters, 0, 2, outcome=outcome, readout=readout) == outcome
        mean += p * measured.partial_trace([3, 1]).to_numpy()
    assert np.abs(mean - state.partial_trace([3, 1]).to_numpy()).max() < 1e-12


@given(seeds)
@settings(deadline=None)
def test_merging_never_changes_a_marginal(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (Density.from_numpy(brute.random_density(rng, 4)) for _ in range(2))
    joint = a.tensor(b)
    assert np.abs(joint.to_numpy() - np.kron(a.to_numpy(), b.to_numpy())).max() < 1e-15
    assert np.abs(joint.partial_trace([0, 1]).to_numpy() - a.to_numpy()).max() < 1e-12
    joint.unitary(brute.random_unitary(rng, 4), 1, 2)
    joint.release(1)
    assert joint.qubits == [0, 2, 3]
    assert np.abs(joint.partial_trace(0).to_numpy() - a.partial_trace(0).to_numpy()).max() < 1e-12


@given(seeds, st.sampled_from("XYZ"), st.sampled_from([None, (0.95, 0.8)]))
@settings(deadline=None)
def test_reading_a_qubit_as_pairs_do(seed: int, basis: str, readout: tuple[float, float] | None) -> None:
    rho = brute.random_density(np.random.default_rng(seed), 4)
    f0, f1 = readout or (1.0, 1.0)
    for bit, p, left in PairDensity.from_matrix(rho).measure("a", basis, readout_fidelity_0=f0, readout_fidelity_1=f1):
        state = Density.from_numpy(rho)
        assert state.outcome_probability(basis, 0, outcome=bit, readout=readout) == pytest.approx(p, abs=1e-12)
        state.measure(0, basis, destructive=True, outcome=bit, readout=readout)
        assert np.abs(state.to_numpy() - left).max() < 1e-10


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BELL_NAMES)
def test_bell_measurements(kind: type[Density] | type[Ket], name: str) -> None:
    state = kind.bell(name, seed=SEED)
    assert state.fidelity(name) == pytest.approx(1, abs=1e-12)
    assert state.bell_measure(0, 1, destructive=False) == BELL_NAMES.index(name)
    assert state.fidelity(name) == pytest.approx(1, abs=1e-12)
    before = state.to_numpy()
    with pytest.raises(fb.SpecError, match="probability 0"):
        state.bell_measure(0, 1, outcome=3 - BELL_NAMES.index(name))
    assert np.array_equal(state.to_numpy(), before)
    assert state.bell_measure(0, 1) == BELL_NAMES.index(name)
    assert state.qubits == []


@pytest.mark.parametrize("kind", KINDS)
def test_swap_and_fusion(kind: type[Density] | type[Ket]) -> None:
    for outcome in range(4):
        state = kind.bell().tensor(kind.bell(), seed=SEED)
        assert state.bell_measure(1, 2, outcome=outcome) == outcome
        assert state.fidelity(BELL_NAMES[outcome]) == pytest.approx(1, abs=1e-12)
    state = kind.bell().tensor(kind.bell(), seed=SEED)
    if state.fuse(1, 2):
        state.x(3)
    assert state.qubits == [0, 1, 3]
    assert state.fidelity("GHZ") == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_outcomes_repeat(kind: type[Density] | type[Ket]) -> None:
    state = kind.graph([(0, 1), (1, 2), (2, 3)], seed=SEED)
    for letters in ("XZ__", "Y_YX", "__ZZ"):
        found = state.measure_pauli(letters)
        assert state.measure_pauli(letters) == found
        assert state.expectation(letters) == pytest.approx(1 - 2 * found, abs=1e-12)
    assert state.measure(2, "Y") == state.measure(2, "Y")


def test_graph_states() -> None:
    ring = Ket.graph(nx.cycle_graph(5))
    for q in range(5):
        letters = ["_"] * 5
        letters[q], letters[(q + 1) % 5], letters[q - 1] = "X", "Z", "Z"
        assert ring.expectation("".join(letters)) == pytest.approx(1, abs=1e-12)
    assert Density.graph([(0, 1)], n=3).n == 3
    named = Ket.graph(nx.Graph([("here", "there"), ("there", "elsewhere")]))
    assert named.fidelity(Ket.graph([(0, 1), (1, 2), (1, 0)])) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_reset_and_release(kind: type[Density] | type[Ket]) -> None:
    state = kind.ghz(3, seed=SEED)
    state.reset(1)
    assert state.expectation("Z", 1) == pytest.approx(1, abs=1e-12)
    assert state.copy().measure(0) in (0, 1)
    state.release(0)
    assert (state.n, state.qubits, state.levels) == (3, [1, 2], (2, 2))
    same = kind.ghz(4, seed=3)
    results = [kind.ghz(4, seed=3).measure(0) for _ in range(5)]
    assert len(set(results)) == 1 and same.measure(0) == results[0]


def test_trajectories_average_to_the_density_matrix() -> None:
    """A circuit with every kind of sampling; the mean of one Pauli over many kets, off by less than 0.03."""
    noise = channels.AmplitudeDamping(0.3).then(channels.CoherentRotation("Y", 0.5))

    def circuit(state: Any) -> float:
        state.h(0)
        state.cx(0, 1)
        state.noise(noise, 1)
        state.cx(1, 2)
        state.noise(channels.Depolarising(0.2, qubits=2), 0, 2)
        state.release(0)
        state.reset(1)
        state.ry(1, 0.7)
        state.cx(1, 2)
        return float(state.expectation("_ZX"[1:], 1, 2) + state.expectation("XZ", 1, 2))

    exact = circuit(Density(3))
    shots = samples_to_detect(0.06, 1.0)
    found = [circuit(Ket(3, seed=int(seed))) for seed in np.random.default_rng(SEED).integers(2**62, size=shots)]
    assert_sampled(estimate(found), exact, 1e-9, detects=0.06)


def test_noisy_readout_of_a_ket_reports_with_its_errors() -> None:
    """|1> read with f1 = 0.8: the share of zeros is 0.2, and half of |+> is reported as f0 and f1 say."""
    shots = samples_to_detect(0.05, 0.5)
    seeds_ = np.random.default_rng(SEED).integers(2**62, size=shots)
    found = []
    for seed in seeds_:
        state = Ket(1, seed=int(seed))
        state.h(0)
        found.append(state.measure(0, readout=(0.9, 0.7)))
    assert_sampled(estimate(found), (0.1 + 0.7) / 2, 0, detects=0.05)


# ---- other forms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back(kind: type[Density] | type[Ket]) -> None:
    state = kind.graph([(0, 1), (1, 2)])
    state.t(1)
    assert np.abs(kind.from_numpy(np.asarray(state)).to_numpy() - state.to_numpy()).max() < 1e-15
    assert np.abs(kind.from_qutip(state.to_qutip()).to_numpy() - state.to_numpy()).max() < 1e-15
    assert state.to_qutip().dims[0] == [2, 2, 2]
    assert np.array_equal(state.copy().to_numpy(), state.to_numpy())


def test_pairs_become_density_matrices() -> None:
    pair = PairDensity.werner(0.8).decay_to(0.1, t1_s=0.3)
    state = Density.from_pair(pair)
    assert np.abs(state.to_numpy() - pair.matrix).max() < 1e-15
    assert state.concurrence(0, 1) == pytest.approx(pair.concurrence(), abs=1e-12)
    assert state.negativity(0) == pytest.approx(pair.negativity(), abs=1e-12)
    assert state.fidelity(pair.matrix) == pytest.approx(1, abs=1e-7)


def test_plots_and_tables() -> None:
    state = Density.bell("Psi-")
    axes = state.plot()
    assert len(axes.patches) == 16
    assert state.plot(ax=axes) is axes
    city = state.plot("city")
    assert city.name == "3d"
    with pytest.raises(fb.SpecError, match="two dimensions"):
        state.plot("city", ax=axes)
    with pytest.raises(fb.SpecError, match="hinton, city"):
        state.plot("bars")
    assert "|01⟩" in state._repr_html_()
    assert "|10⟩" in Ket.bell("Psi+")._repr_html_()
    assert "<table>" not in Density(6)._repr_html_()
    plt.close("all")


def test_circuits_are_drawn() -> None:
    state = Ket(3, record=True)
    state.h(0)
    state.cx(0, 2)
    state.rz(1, 0.5)
    assert state.circuit_text().splitlines() == ["0: -H--*-----------", "1: ----|--RZ(0.5)--", "2: ----X-----------"]
    with pytest.raises(fb.SpecError, match="record=True"):
        Ket(1).circuit_text()


@pytest.mark.parametrize("module", MODULES)
def test_docstring_examples_run(module: Any) -> None:
    results = doctest.testmod(module, extraglobs={"fb": fb}, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert results.attempted > 2
    assert results.failed == 0
    plt.close("all")


# ---- bad input ----------------------------------------------------------------------------------------------------


def released(kind: type[Density] | type[Ket]) -> Any:
    state = kind(3, seed=1)
    state.h(0)
    state.release(1)
    return state


@pytest.mark.parametrize(
    "act, path, found",
    [
        (lambda s: s.h(1), "qubit", "qubit 1, which was released"),
        (lambda s: s.cx(0, 1), "qubit", "qubit 1, which was released"),
        (lambda s: s.h(3), "qubit", "qubit 3 of 3"),
        (lambda s: s.h(-1), "qubit", "qubit -1 of 3"),
        (lambda s: s.h("0"), "qubit", "'0'"),
        (lambda s: s.cx(0, 0), "qubits", "[0, 0], one of them twice"),
        (lambda s: s.apply("hadamar", 0), "gate", '"hadamar"'),
        (lambda s: s.apply("cx", 0), "qubits", "1 qubits for cx"),
        (lambda s: s.apply("rx", 0), "angle", "None"),
        (lambda s: s.apply("h", 0, angle=1), "angle", "1"),
        (lambda s: s.rx(0, math.nan), "angle", "nan"),
        (lambda s: s.unitary(np.eye(2) * 1.1, 0), "matrix", "no unitary matrix: U^+ U differs from 1 by 0.21"),
        (lambda s: s.unitary(np.eye(4), 0), "matrix", "4 x 4"),
        (lambda s: s.unitary(np.ones(4), 0), "matrix", "shape (4,)"),
        (lambda s: s.noise("depolarising", 0), "channel", "'depolarising'"),
        (lambda s: s.noise(channels.Depolarising(0.1), 0, 2), "qubits", "2 qubits for Depolarising(p=0.1, qubits=1)"),
        (lambda s: s.noise(channels.Loss(0.1), 2), "qubits", "qubit 2 of two levels for Loss(p=0.1)"),
        (lambda s: s.measure(0, "A"), "basis", "'A'"),
        (lambda s: s.measure(2, outcome=1), "outcome", "outcome 1, of probability 0"),
        (lambda s: s.measure(0, outcome=2), "outcome", "2"),
        (lambda s: s.measure(0, readout=(1.1, 1)), "readout/0", "1.1"),
        (lambda s: s.measure_pauli("ZZ"), "paulis", "2 letters for 3 qubits"),
        (lambda s: s.measure_pauli("ZZZ"), "qubit", "qubit 1, which was released"),
        (lambda s: s.measure_pauli("___"), "paulis", "'___'"),
        (lambda s: s.measure_pauli("ZQ", 0, 2), "paulis", "'ZQ'"),
        (lambda s: s.bell_measure(0, 2, outcome=4), "outcome", "4"),
        (lambda s: s.expectation("_Z_"), "qubit", "qubit 1, which was released"),
        (lambda s: s.fidelity("Phi++"), "target", "'Phi++'"),
        (lambda s: s.fidelity(np.ones(4)), "target", "a vector of norm 2"),
        (lambda s: s.fidelity(np.eye(2)), "target", "shape (2, 2)"),
        (lambda s: s.partial_trace([0, 1]), "qubit", "qubit 1, which was released"),
        (lambda s: s.tensor(3), "other", "int"),
        (lambda s: Density.bell("Phi"), "name", "'Phi'"),
        (lambda s: Density(0), "n", "0"),
        (lambda s: Density(1.5), "n", "1.5"),
        (lambda s: Density(2, levels=[2, 4]), "levels", "4 levels of qubit 1"),
        (lambda s: Density(2, levels=[2]), "levels", "levels of 1 qubits"),
        (lambda s: Density.from_numpy(np.eye(2)), "matrix", "a trace that differs from 1 by 1"),
        (lambda s: Density.from_numpy([[1, 1], [0, 0]]), "matrix", "no Hermitian matrix: elements differ by 1"),
        (lambda s: Density.from_numpy(np.diag([1.5, -0.5])), "matrix", "an eigenvalue of -0.5"),
        (lambda s: Density.from_numpy(np.eye(3) / 3), "array", "dimension 3"),
        (lambda s: Ket.from_numpy([1, 1]), "amplitudes", "squares that sum to 2"),
        (lambda s: Ket.from_numpy(np.eye(2)), "array", "shape (2, 2)"),
        (lambda s: Density.from_pair(3), "pair", "3"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
def test_wrong_calls_are_refused_before_anything_changes(
    kind: type[Density] | type[Ket], act: Any, path: str, found: str
) -> None:
    state = released(kind)
    before = state.to_numpy()
    with pytest.raises(fb.SpecError) as caught:
        act(state)
    assert (caught.value.path, caught.value.found) == (path, found)
    assert np.array_equal(state.to_numpy(), before)
    assert state.qubits == [0, 2]


def test_wrong_times_are_refused() -> None:
    for name, times in (("duration_s", (-1.0, 0.0)), ("age_s", (1.0, math.inf))):
        with pytest.raises(fb.SpecError) as caught:
            Density(1).decay(0, times[0], age_s=times[1], t1_s=1)
        assert caught.value.path == name


def test_the_nearest_gate_is_named() -> None:
    with pytest.raises(fb.SpecError) as caught:
        Ket(1).apply("sqrtx", 0)
    assert caught.value.nearest == "sqrt_x"


@pytest.mark.parametrize(
    "make, found",
    [
        (lambda: Density(13), "13 qubits: a density matrix of dimension 8192, 1.07 GB"),
        (lambda: Density(8, levels=3), "8 qubits: a density matrix of dimension 6561, 0.689 GB"),
        (lambda: Density(12).tensor(Density(1)), "13 qubits: a density matrix of dimension 8192, 1.07 GB"),
        (lambda: Density(40), "40 qubits: a density matrix of dimension 1099511627776, 1.93e+16 GB"),
        (lambda: Ket(21), "21 qubits: dimension 2097152, 0.0336 GB"),
        (lambda: Ket(14, levels=3), "14 qubits: dimension 4782969, 0.0765 GB"),
    ],
)  # fmt: skip
def test_too_many_qubits_are_refused_with_the_memory_they_would_take(make: Any, found: str) -> None:
    with pytest.raises(fb.SpecError) as caught:
        make()
    assert caught.value.found == found


def test_twelve_and_twenty_qubits_are_held() -> None:
    """The largest states, with noise on qubits far apart; what is read of them is a closed form."""
    state = Density.ghz(12)
    state.noise(channels.Dephasing(0.1), 0)
    state.noise(channels.CollectiveDephasing(0.3, qubits=2), 4, 11)
    coherence = 0.8 * math.exp(-2 * 0.3**2)
    assert state.expectation("X" * 12) == pytest.approx(coherence, abs=1e-12)
    assert state.fidelity("GHZ") == pytest.approx((1 + coherence) / 2, abs=1e-12)
    assert state.purity() == pytest.approx((1 + coherence**2) / 2, abs=1e-12)
    weights = np.array([1 + coherence, 1 - coherence]) / 2
    assert state.entropy() == pytest.approx(-(weights * np.log2(weights)).sum(), abs=1e-12)
    ket = Ket.ghz(20, seed=SEED)
    assert ket.fidelity("GHZ") == pytest.approx(1, abs=1e-12)
    ket.noise(channels.Pauli({"ZZ": 1}), 3, 19)
    ket.noise(channels.BitFlip(1.0), 7)
    assert ket.expectation("X" * 20) == pytest.approx(1, abs=1e-12)
    assert ket.expectation("ZZ", 6, 7) == pytest.approx(-1, abs=1e-12)


@pytest.mark.parametrize("ranks", [(3, 5), (40, 3), (1, 4)])
def test_low_ranks_need_no_large_matrices_diagonalised(ranks: tuple[int, int]) -> None:
    """Fidelity and entropy of two mixtures against what the small spaces of their vectors give, by the usual formulas."""
    rng, d = np.random.default_rng(SEED), 512
    vectors = [np.linalg.qr(rng.normal(size=(d, r)) + 1j * rng.normal(size=(d, r)))[0] for r in ranks]
    a, b = (v * np.sqrt(rng.dirichlet(np.ones(v.shape[1]))) for v in vectors)
    basis = np.linalg.qr(np.hstack([a, b]))[0]
    small = [basis.conj().T @ x for x in (a, b)]
    rho, sigma = (x @ x.conj().T for x in small)
    assert _measures.entropy_of(a @ a.conj().T) == pytest.approx(_measures.entropy_of(rho), abs=1e-11)
    values, eigenvectors = np.linalg.eigh(rho)
    root = (eigenvectors * np.sqrt(values.clip(0))) @ eigenvectors.conj().T
    expected = np.sqrt(np.linalg.eigvalsh(root @ sigma @ root).clip(0)).sum() ** 2
    assert _measures.fidelity_of(a @ a.conj().T, b @ b.conj().T) == pytest.approx(expected, abs=1e-7)
    assert _measures._factor(np.eye(d) / d) is None


@pytest.mark.parametrize("letters", ["".join(p) for p in product("XYZ", repeat=2)])
def test_parity_by_gates(letters: str) -> None:
    """Measuring a product is the same as rotating to Z, collecting the parity by CNOTs, and reading one qubit."""
    rng = np.random.default_rng(3)
    rho = brute.random_density(rng, 8)
    turn = {"X": ("h",), "Y": ("s_dag", "h"), "Z": ()}
    for outcome in (0, 1):
        direct, by_gates = Density.from_numpy(rho), Density.from_numpy(rho)
        for q, letter in zip((0, 2), letters, strict=True):
            for gate in turn[letter]:
                by_gates.apply(gate, q)
        by_gates.cx(0, 2)
        expected = direct.outcome_probability(letters, 0, 2, outcome=outcome)
        assert by_gates.outcome_probability("Z", 2, outcome=outcome) == pytest.approx(expected, abs=1e-12)
        by_gates.measure(2, outcome=outcome)
        by_gates.cx(0, 2)
        for q, letter in zip((0, 2), letters, strict=True):
            for gate in reversed(turn[letter]):
                by_gates.apply({"s_dag": "s"}.get(gate, gate), q)
        direct.measure_pauli(letters, 0, 2, outcome=outcome)
        assert np.abs(direct.to_numpy() - by_gates.to_numpy()).max() < 1e-12
