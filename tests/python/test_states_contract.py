"""What Density, Ket, Stabilizer and PauliFrames mean by the same words: one signature, one semantics."""

from __future__ import annotations

import copy
import doctest
import inspect
import pickle
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import farbell as fb
from farbell import channels
from farbell.states import BELL_NAMES, Density, Ket, PauliFrames, Stabilizer, _register
from physics.sampling import SEED, assert_sampled, samples_to_detect, share

KINDS = [Density, Ket, Stabilizer]
SHARED = ["measure", "measure_pauli", "bell_measure", "fuse", "outcome_probability", "noise", "copy", "ghz", "graph"]


@pytest.mark.parametrize("name", SHARED)
def test_one_signature(name: str) -> None:
    def called(kind: Any) -> list[tuple[str, Any, Any]]:
        return [(p.name, p.kind, p.default) for p in inspect.signature(getattr(kind, name)).parameters.values()]

    assert called(Density) == called(Ket) == called(Stabilizer)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outcome", range(4))
@pytest.mark.parametrize("destructive", [False, True])
def test_a_bell_measurement_is_projective(kind: Any, outcome: int, destructive: bool) -> None:
    """On halves of two pairs: the outer qubits are left in the Bell state found, and so are the inner ones, if kept."""
    state = kind.graph([(0, 1), (2, 3)], seed=SEED)
    for q in (1, 3):
        state.h(q)
    assert state.bell_measure(1, 2, destructive, outcome=outcome) == outcome
    name = BELL_NAMES[outcome]
    if destructive:
        assert state.qubits == [0, 3]
    else:
        assert state.qubits == [0, 1, 2, 3]
        assert state.partial_trace([1, 2]).to_numpy() == pytest.approx(Density.bell(name).to_numpy(), abs=1e-12)
        assert state.bell_measure(1, 2, False) == outcome
        assert state.bell_measure(1, 2) == outcome
    assert state.fidelity(name) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("outcome", range(4))
def test_frames_are_left_in_the_bell_states_found(outcome: int) -> None:
    frames = PauliFrames(4, 1000, SEED)
    for q in (0, 2):
        frames.h(q)
        frames.cx(q, q + 1)
    phase, parity = frames.bell_measure(1, 2)
    assert len(set((phase + 2 * parity.astype(int)).tolist())) == 4
    for a, b in ((1, 2), (0, 3)):
        again = frames.bell_measure(a, b)
        assert (again[0] == phase).all() and (again[1] == parity).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_bell_outcome_that_cannot_be_is_refused_and_changes_nothing(kind: Any) -> None:
    state = kind.bell("Psi+")
    for outcome, message in ((1, "outcome 1, of probability 0"), (4, "0, 1, 2, 3")):
        with pytest.raises(fb.SpecError, match=message):
            state.bell_measure(0, 1, outcome=outcome)
    assert state.fidelity("Psi+") == pytest.approx(1, abs=1e-12)


READOUT = (0.9, 0.7)


@pytest.mark.parametrize("kind", [Ket, Stabilizer])
@pytest.mark.parametrize("work", ["measure", "bell", "fuse"])
def test_noisy_readouts_are_those_of_the_density_matrix(kind: Any, work: str) -> None:
    """What is reported, and what is left given that: frequencies against the exact numbers, off by less than 0.05."""

    def read(state: Any, outcome: int | None = None) -> int:
        if work == "measure":
            return int(state.measure(0, destructive=True, outcome=outcome, readout=READOUT))
        if work == "bell":
            return int(state.bell_measure(0, 1, outcome=outcome, readout=READOUT))
        return int(state.fuse(0, 1, outcome=outcome, readout=READOUT))

    def made(which: Any, seed: int) -> Any:
        # 0 and 1 hold any Bell state as likely, and qubit 2 tells the parity.
        state = which(4, seed=seed)
        for q in (0, 1, 3):
            state.h(q)
        state.cz(0, 3)
        state.cx(0, 2)
        if work != "measure":
            state.cx(1, 2)
        return state

    # Every true outcome of the density matrix, which is reported with the errors of each bit.
    outcomes = range(4 if work == "bell" else 2)
    error = np.array([[READOUT[0], 1 - READOUT[1]], [1 - READOUT[0], READOUT[1]]])
    reports = np.kron(error, error) if work == "bell" else error
    truth = [1 / len(outcomes) for _ in outcomes]
    exact, left = reports @ truth, []
    for r in outcomes:
        state = made(Density, 0)
        read(state, r)
        left.append(state.outcome_probability("Z", 2, outcome=1))
    assert np.ptp(left) > 0.1
    shots = samples_to_detect(0.05, 0.5)
    counts = np.zeros((4, 2))
    for seed in np.random.default_rng(SEED).integers(2**62, size=shots):
        state = made(kind, int(seed))
        r = read(state)
        counts[r, state.measure(2)] += 1
    for r in outcomes:
        assert_sampled(share(int(counts[r].sum()), shots, exact[r]), exact[r], 0, detects=0.05)
        joint = exact[r] * left[r]
        assert_sampled(share(int(counts[r, 1]), shots, max(joint, 1e-3)), joint, 1e-9, detects=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_a_readout_is_checked(kind: Any) -> None:
    for call in (
        lambda s: s.measure(0, readout=(1.1, 1)),
        lambda s: s.measure_pauli("ZZ", readout=(1.1, 1)),
        lambda s: s.bell_measure(0, 1, readout=(1.1, 1)),
        lambda s: s.fuse(0, 1, readout=(1.1, 1)),
        lambda s: s.outcome_probability("ZZ", readout=(1.1, 1)),
    ):
        with pytest.raises(fb.SpecError) as caught:
            call(kind(2))
        assert (caught.value.path, caught.value.found) == ("readout/0", "1.1")


# ---- noise --------------------------------------------------------------------------------------------------------


def frames(n: int) -> PauliFrames:
    return PauliFrames(n, 16, SEED)


@pytest.mark.parametrize("kind", [*KINDS, frames])
@pytest.mark.parametrize(
    "channel, qubits, path, message",
    [
        (channels.DepolarisingEach(0.1), (), "qubits", "0 qubits for DepolarisingEach(p=0.1)"),
        (channels.Depolarising(0.1, qubits=2), (0,), "qubits", "1 qubits for Depolarising(p=0.1, qubits=2)"),
        (channels.Dephasing(0.1), (0, 1), "qubits", "2 qubits for Dephasing(p=0.1)"),
        ("dephasing", (0,), "channel", "'dephasing'"),
        (channels.DepolarisingEach(1.0), (0, 2, 0), "qubits", None),
        (channels.DepolarisingEach(1.0), (0, 3), "qubit", None),
    ],
)  # fmt: skip
def test_noise_is_refused_alike_and_changes_nothing(kind: Any, channel: Any, qubits: Any, path: str, message: Any) -> None:
    state = kind(3)
    with pytest.raises(fb.SpecError) as caught:
        state.noise(channel, *qubits)
    assert caught.value.path == path
    assert message is None or caught.value.found == message
    assert not np.any(state.measure_pauli("ZII"))


@pytest.mark.parametrize("kind", [Ket, Stabilizer])
def test_a_channel_for_each_acts_on_each(kind: Any) -> None:
    """Replaced by the mixed state, two qubits agree half of the time; 0 and 1 are flipped independently."""
    shots = samples_to_detect(0.1, 0.5)
    same = 0
    for seed in range(shots):
        state = kind(2, seed=seed)
        state.noise(channels.DepolarisingEach(1.0), 0, 1)
        same += state.measure_pauli("ZZ") == 0
    assert_sampled(share(same, shots, 0.5), 0.5, 0, detects=0.1)
    assert Density(2).outcome_probability("ZZ") == 1


# ---- circuits as text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_one_form_of_circuits(kind: Any) -> None:
    state = kind.bell(record=True, seed=1)
    assert state.circuit_text() == "0: -\n1: -"
    state = kind.ghz(5, record=True, seed=1)
    state.cx(0, 1)
    state.iswap(3, 2)
    state.measure_pauli("XY", 0, 1, outcome=0)
    state.noise(channels.Depolarising(0.0, qubits=2), 3, 1)
    state.bell_measure(3, 1, outcome=2)
    bit = state.fuse(4, 2, outcome=int(state.outcome_probability("ZZ", 4, 2) < 0.5))
    state.reset(0)
    state.release(0)
    lines = state.circuit_text().splitlines()
    assert [line.replace("-", " ").split() for line in lines] == [
        ["0:", "*", "MX=0", "|0>", "/"],
        ["1:", "X", "MY=0", "Depolarising", "BELL=2"],
        ["2:", "ISWAP", "|", "|", f"FUSE={bit}"],
        ["3:", "ISWAP", "Depolarising", "BELL=2", "|"],
        ["4:", f"FUSE={bit}"],
    ]
    assert len({len(line) for line in lines}) == 1
    with pytest.raises(fb.SpecError, match="record=True"):
        kind(1).circuit_text()


def test_docstring_examples_run() -> None:
    assert doctest.testmod(_register, extraglobs={"fb": fb}).failed == 0


# ---- copies -------------------------------------------------------------------------------------------------------

COPIES: list[Callable[[Any], Any]] = [copy.copy, copy.deepcopy, lambda state: pickle.loads(pickle.dumps(state))]


def worked(kind: Any, n: int) -> Any:
    """A state with all that a copy must keep: entanglement, gone qubits, a used random stream, a record."""
    state = kind.ghz(n, seed=SEED, record=True)
    state.noise(channels.DepolarisingEach(0.2), *range(n))
    state.h(1)
    state.measure(0, "X", destructive=True)
    state.release(2)
    return state


def story(state: Any) -> list[Any]:
    """What becomes of it from here on, outcomes included."""
    bits = []
    for _ in range(4):
        for q in state.qubits[:5]:
            state.h(q)
        bits += [state.measure(q, basis) for basis in "XZ" for q in state.qubits]
        state.noise(channels.DepolarisingEach(0.5), *state.qubits)
    return [bits, state.n, state.qubits, state.circuit_text()]


@pytest.mark.parametrize("kind, n", [(Density, 5), (Ket, 8), (Stabilizer, 8), (Stabilizer, 64), (Stabilizer, 90)])
@pytest.mark.parametrize("copied", COPIES)
def test_copies_go_on_alike_and_apart(kind: Any, n: int, copied: Any) -> None:
    state = worked(kind, n)
    before = repr(state), state.circuit_text()
    one, two = copied(state), copied(state)
    assert type(one) is kind
    assert story(one) == story(two)
    assert (repr(state), state.circuit_text()) == before
    with pytest.raises(fb.SpecError, match=r"qubit.*2, which was released"):
        copied(state).h(2)
    assert story(copied(worked(kind, n))) == story(worked(kind, n))


@pytest.mark.parametrize("copied", COPIES)
def test_frames_and_pairs_are_copied(copied: Any) -> None:
    def more(state: PauliFrames) -> Any:
        state.h(0)
        state.noise(channels.Depolarising(0.1), 1)
        return [state.measure(q).tolist() for q in (0, 1)]

    made = PauliFrames(3, 300, SEED)
    made.outcomes = made.measure(0)[:, None]
    made.h(0)
    one, two = copied(made), copied(made)
    assert (one.outcomes == made.outcomes).all()
    assert more(one) == more(two) == more(made)
    for pair in (
        fb.states.PairDensity.werner(0.9).decay_to(0.1, t1_s=1),
        fb.states.BellDiagonal.werner(0.9).decay_to(0.1, t2_s=1),
    ):
        assert copied(pair) == pair
    mixture = Stabilizer.ghz(3).partial_trace([0, 1])
    assert copied(mixture).stabilizers() == mixture.stabilizers()


def test_parts_of_another_state_are_refused() -> None:
    for state, other in ((Stabilizer(3), Stabilizer(70)), (Stabilizer(3), Stabilizer(4)), (frames(2), frames(3))):
        with pytest.raises(fb.SpecError, match="parts"):
            state._set_parts(other._parts())


# ---- other threads ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["density", "ket", "stabilizer"])
def test_other_threads_run_during_long_work(what: str) -> None:
    """A thread that wakes every millisecond does so in the middle half of a long operation."""
    work: Callable[[], Any]
    if what == "density":
        state = Density(11)
        depolarising = channels.Depolarising(0.1, qubits=4)
        work = lambda: state._kernel.channel(depolarising.kernel, [0, 3, 6, 10])  # noqa: E731
    elif what == "ket":
        ket = Ket(20)
        work = lambda: ket._kernel.kept(list(range(8)))  # noqa: E731
    else:
        wide = Stabilizer(6000, seed=1)
        for q in wide.qubits:
            wide.h(q)
        for q in range(5999):
            wide.cz(q, q + 1)
        for q in wide.qubits:
            wide.h(q)
        work = lambda: wide._measure_z(list(range(6000)))  # noqa: E731
    woken: list[float] = []
    stop = threading.Event()

    def wake() -> None:
        while not stop.wait(0.001):
            woken.append(time.perf_counter())

    thread = threading.Thread(target=wake)
    thread.start()
    start = time.perf_counter()
    work()
    end = time.perf_counter()
    stop.set()
    thread.join()
    assert end - start > 0.01  # else nothing is shown
    assert any(start + 0.25 * (end - start) < t < end - 0.25 * (end - start) for t in woken)
