"""Every channel of fb.channels against its equation in numpy, QuTiP's master equation and Stim's conventions."""

from __future__ import annotations

import math
import pickle
from itertools import product

import numpy as np
import pytest
import qutip
from hypothesis import given, settings
from hypothesis import strategies as st

import farbell as fb
from farbell import channels
from physics.brute_force import PAULIS, I, X, Y, Z, apply, random_density, random_kraus, rotation

probability = st.floats(0, 1)
angle = st.floats(-10, 10)

ANY_CHANNEL = st.one_of(
    st.builds(channels.AmplitudeDamping, probability),
    st.builds(channels.GeneralisedAmplitudeDamping, probability, probability),
    st.builds(channels.PhaseDamping, probability),
    st.builds(channels.Dephasing, probability),
    st.builds(channels.BitFlip, probability),
    st.builds(channels.Depolarising, probability, st.integers(1, 3)),
    st.builds(channels.DepolarisingEach, probability),
    st.builds(channels.CoherentRotation, st.sampled_from("XYZ"), angle),
    st.builds(lambda t1, share, t, e: channels.ThermalRelaxation(t1, 2 * share * t1, t, e), st.floats(1e-3, 10), st.floats(0.01, 1), st.floats(0, 10), probability),
    st.builds(channels.Leakage, probability, probability),
    st.builds(channels.Loss, probability),
    st.builds(channels.Erasure, probability),
    st.builds(channels.CollectiveDephasing, st.floats(0, 10), st.integers(1, 4)),
    st.builds(lambda w: channels.Pauli(dict(zip("XYZ", np.array(w) / max(1.0, sum(w)), strict=True))), st.lists(probability, min_size=3, max_size=3)),
    st.builds(lambda seed, d, m: channels.Kraus(random_kraus(np.random.default_rng(seed), d, m)), st.integers(0, 2**32), st.sampled_from([2, 3, 4]), st.integers(1, 5)),
)  # fmt: skip


def through(channel: channels.Channel, rho: np.ndarray) -> np.ndarray:
    return sum(k @ rho @ k.conj().T for k in channel.kraus())


@given(ANY_CHANNEL)
@settings(deadline=None)
def test_completely_positive_and_trace_preserving(channel: channels.Channel) -> None:
    d = channel.dimension
    choi = channel.choi()
    assert np.abs(sum(k.conj().T @ k for k in channel.kraus()) - np.eye(d)).max() < 1e-12
    assert np.abs(choi - choi.conj().T).max() < 1e-12
    assert np.linalg.eigvalsh(choi).min() > -1e-12
    # The partial trace over outputs of the Choi matrix is the identity.
    assert np.abs(np.einsum("iaja->ij", choi.reshape(d, d, d, d)) - np.eye(d)).max() < 1e-12


@given(ANY_CHANNEL, st.integers(0, 2**32))
@settings(deadline=None)
def test_a_state_goes_through_as_by_kraus_operators(channel: channels.Channel, seed: int) -> None:
    """On some qubits of four, in any order, among them others; embedded by brute force."""
    rng = np.random.default_rng(seed)
    k = channel.n_qubits
    levels = [channel.levels] * k + [2] * (2 if channel.levels == 3 else max(0, 4 - k))
    rho = random_density(rng, int(np.prod(levels)))
    at = [int(q) for q in rng.permutation(k if channel.levels == 3 else len(levels))[:k]]
    state = fb.states.Density.from_numpy(rho, levels=levels)
    state.noise(channel, *at)
    assert np.abs(state.to_numpy() - apply(rho, channel.kraus(), at, levels)).max() < 1e-12


@given(ANY_CHANNEL)
@settings(deadline=None)
def test_choi_and_back(channel: channels.Channel) -> None:
    again = channels.from_choi(channel.choi())
    assert np.abs(again.choi() - channel.choi()).max() < 1e-12
    assert len(again.kraus()) <= channel.dimension**2
    assert again.entanglement_fidelity() == pytest.approx(channel.entanglement_fidelity(), abs=1e-12)


@given(ANY_CHANNEL)
@settings(deadline=None)
def test_values(channel: channels.Channel) -> None:
    again = pickle.loads(pickle.dumps(channel))
    assert again == channel
    assert hash(again) == hash(channel)


@given(st.integers(0, 2**32), st.sampled_from([2, 3, 4]))
@settings(deadline=None)
def test_composition_and_mean_fidelity(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = (channels.Kraus(random_kraus(rng, d, m)) for m in (2, 3))
    rho = random_density(rng, d)
    assert np.abs(through(first.then(second), rho) - through(second, through(first, rho))).max() < 1e-12
    maximally = np.eye(d).reshape(-1) / math.sqrt(d)
    half_sent = apply(np.outer(maximally, maximally), first.kraus(), [1], [d, d])
    assert first.entanglement_fidelity() == pytest.approx((maximally @ half_sent @ maximally).real, abs=1e-12)


def test_mean_fidelity_is_that_of_a_2_design() -> None:
    """The six cardinal states average as all pure states do."""
    channel = channels.AmplitudeDamping(0.3).then(channels.CoherentRotation("Y", 0.4))
    vectors = [v for p in (X, Y, Z) for v in np.linalg.eigh(p)[1].T]
    mean = np.mean([(v.conj() @ through(channel, np.outer(v, v.conj())) @ v).real for v in vectors])
    assert channel.average_fidelity() == pytest.approx(mean, abs=1e-12)


# ---- each by its equation, on a random matrix ---------------------------------------------------------------------

RHO = random_density(np.random.default_rng(5), 2)
PAIR = random_density(np.random.default_rng(6), 4)


def test_amplitude_damping_is_relaxation() -> None:
    """QuTiP's master equation with one collapse operator."""
    gamma, t1 = 0.35, 2.0
    time = -t1 * math.log(1 - gamma)
    lowering = qutip.basis(2, 0) * qutip.basis(2, 1).dag() / math.sqrt(t1)
    solved = (qutip.liouvillian(0 * qutip.sigmaz(), [lowering]) * time).expm()
    expected = qutip.vector_to_operator(solved * qutip.operator_to_vector(qutip.Qobj(RHO))).full()
    assert np.abs(through(channels.AmplitudeDamping(gamma), RHO) - expected).max() < 1e-12


@pytest.mark.parametrize("excited", [0.0, 0.2])
def test_thermal_relaxation_is_the_master_equation(excited: float) -> None:
    t1, t2, time = 2.0, 1.5, 0.7
    lowering = qutip.basis(2, 0) * qutip.basis(2, 1).dag()
    jumps = [
        math.sqrt((1 - excited) / t1) * lowering,
        math.sqrt(excited / t1) * lowering.dag(),
        math.sqrt((1 / t2 - 1 / (2 * t1)) / 2) * qutip.sigmaz(),
    ]
    solved = (qutip.liouvillian(0 * qutip.sigmaz(), jumps) * time).expm()
    expected = qutip.vector_to_operator(solved * qutip.operator_to_vector(qutip.Qobj(RHO))).full()
    assert np.abs(through(channels.ThermalRelaxation(t1, t2, time, excited), RHO) - expected).max() < 1e-12


def test_generalised_amplitude_damping() -> None:
    gamma, excited = 0.3, 0.15
    through_it = through(channels.GeneralisedAmplitudeDamping(gamma, excited), RHO)
    assert through_it[1, 1].real == pytest.approx((1 - gamma) * RHO[1, 1].real + gamma * excited, abs=1e-14)
    assert through_it[0, 1] == pytest.approx(math.sqrt(1 - gamma) * RHO[0, 1], abs=1e-14)


def test_dephasing_by_its_two_parameters() -> None:
    assert np.abs(through(channels.Dephasing(0.2), RHO) - (0.8 * RHO + 0.2 * Z @ RHO @ Z)).max() < 1e-14
    damped = through(channels.PhaseDamping(0.19), RHO)
    assert damped[0, 1] == pytest.approx(0.9 * RHO[0, 1], abs=1e-14)
    assert damped[0, 0] == pytest.approx(RHO[0, 0], abs=1e-14)
    assert channels.PhaseDamping(0.19).pauli_probabilities()["Z"] == pytest.approx(0.05, abs=1e-14)


def test_depolarising_jointly_and_each() -> None:
    p = 0.3
    assert np.abs(through(channels.Depolarising(p), RHO) - ((1 - p) * RHO + p * I / 2)).max() < 1e-14
    assert np.abs(through(channels.Depolarising(p, 2), PAIR) - ((1 - p) * PAIR + p * np.eye(4) / 4)).max() < 1e-14
    state = fb.states.Density.from_numpy(PAIR)
    state.noise(channels.DepolarisingEach(p), 0, 1)
    a, b = (np.einsum(f, PAIR.reshape(2, 2, 2, 2)) for f in ("abcb->ac", "abac->bc"))
    parts = (1 - p) ** 2 * PAIR + p * (1 - p) * (np.kron(a, I) + np.kron(I, b)) / 2 + p**2 * np.eye(4) / 4
    assert np.abs(state.to_numpy() - parts).max() < 1e-14


def test_depolarising_counts_as_stim_and_qiskit_say() -> None:
    """Stim's argument is the probability of an error, Qiskit's that of a replacement, which is ours."""
    one, two = channels.Depolarising(0.4 * 4 / 3), channels.Depolarising(0.4 * 16 / 15, 2)
    assert 1 - one.pauli_probabilities()["I"] == pytest.approx(0.4, abs=1e-12)
    assert 1 - two.pauli_probabilities()["II"] == pytest.approx(0.4, abs=1e-12)
    assert {round(p, 12) for name, p in two.pauli_probabilities().items() if name != "II"} == {round(0.4 / 15, 12)}


def test_pauli_of_two_qubits() -> None:
    given_ = {"XI": 0.1, "ZY": 0.2, "IZ": 0.05}
    channel = channels.Pauli(given_)
    expected = 0.65 * PAIR
    for name, p in given_.items():
        operator = np.kron(PAULIS[name[0]], PAULIS[name[1]])
        expected = expected + p * operator @ PAIR @ operator
    assert np.abs(through(channel, PAIR) - expected).max() < 1e-14
    names = ["".join(letters) for letters in product("IXYZ", repeat=2)]
    assert channel.pauli_probabilities() == pytest.approx(
        {name: given_.get(name, 0.65 if name == "II" else 0.0) for name in names}, abs=1e-15
    )
    assert channels.Kraus(channel.kraus()).pauli_probabilities() == pytest.approx(channel.pauli_probabilities(), abs=1e-14)


def test_coherent_rotation() -> None:
    u = rotation("Y", 0.7)
    assert np.abs(through(channels.CoherentRotation("Y", 0.7), RHO) - u @ RHO @ u.conj().T).max() < 1e-14
    axis = (0.6, 0.0, 0.8)
    n = 0.6 * X + 0.8 * Z
    u = math.cos(0.35) * I - 1j * math.sin(0.35) * n
    assert np.abs(through(channels.CoherentRotation(axis, 0.7), RHO) - u @ RHO @ u.conj().T).max() < 1e-14


def test_collective_dephasing_is_the_mean_over_a_common_phase() -> None:
    """Gauss-Hermite quadrature over the phase."""
    sigma, n = 0.6, 3
    rho = random_density(np.random.default_rng(7), 2**n)
    x, weights = np.polynomial.hermite.hermgauss(60)
    expected = np.zeros_like(rho)
    for phase, weight in zip(math.sqrt(2) * sigma * x, weights / math.sqrt(math.pi), strict=True):
        u = np.eye(1)
        for _ in range(n):
            u = np.kron(u, rotation("Z", phase))
        expected += weight * u @ rho @ u.conj().T
    assert np.abs(through(channels.CollectiveDephasing(sigma, n), rho) - expected).max() < 1e-12


@pytest.mark.parametrize("outcome", range(4))
@pytest.mark.parametrize("own, shared", [((0.0, 0.0), 0.6), ((0.3, 0.5), 0.4), ((0.3, 0.5), 0.0)])
def test_a_swap_reads_the_noise_that_its_qubits_share(own: tuple[float, float], shared: float, outcome: int) -> None:
    """docs/physics/channels/collective.md: coherence exp(-(var b + var c)/2 -+ cov) after a swap with outcome Phi, Psi."""
    pairs = fb.states.Density.bell().tensor(fb.states.Density.bell())
    pairs.noise(channels.CollectiveDephasing(shared, qubits=2), 1, 2)
    for qubit, sigma in zip((1, 2), own, strict=True):
        pairs.noise(channels.CollectiveDephasing(sigma, qubits=1), qubit)
    pairs.bell_measure(1, 2, outcome=outcome)
    variance, covariance = own[0] ** 2 + own[1] ** 2 + 2 * shared**2, shared**2
    coherence = math.exp(-variance / 2 - (covariance if outcome < 2 else -covariance))
    assert pairs.fidelity(fb.states.BELL_NAMES[outcome]) == pytest.approx((1 + coherence) / 2, abs=1e-12)
    # Each pair by itself does not tell: before the swap either is that of dephasing by its own.
    alone = fb.states.Density.bell()
    alone.noise(channels.CollectiveDephasing(shared, qubits=1), 1)
    both = fb.states.Density.bell().tensor(fb.states.Density.bell())
    both.noise(channels.CollectiveDephasing(shared, qubits=2), 1, 2)
    assert np.abs(both.partial_trace([0, 1]).to_numpy() - alone.to_numpy()).max() < 1e-15


def test_leakage_populations() -> None:
    """Leakage and seepage rates of Wood and Gambetta; the lost are not mixed with the others' coherence."""
    rho = random_density(np.random.default_rng(8), 3)
    out = through(channels.Leakage(0.2, 0.3), rho)
    assert out[2, 2].real == pytest.approx(0.7 * rho[2, 2].real + 0.2 * (1 - rho[2, 2].real), abs=1e-14)
    assert out[0, 1] == pytest.approx(0.8 * rho[0, 1], abs=1e-14)
    assert np.abs(out[:2, 2]).max() == 0
    assert np.abs(through(channels.Loss(0.2), rho) - through(channels.Leakage(0.2), rho)).max() == 0


def test_twirl_keeps_what_it_should() -> None:
    """The twirl of relaxation by Geller and Zhou, and the fidelities, which no twirl changes."""
    gamma = 0.3
    channel = channels.AmplitudeDamping(gamma)
    twirled = channel.pauli_twirled().pauli_probabilities()
    assert twirled["X"] == pytest.approx(gamma / 4, abs=1e-12)
    assert twirled["Y"] == pytest.approx(gamma / 4, abs=1e-12)
    assert twirled["Z"] == pytest.approx((1 - math.sqrt(1 - gamma)) ** 2 / 4, abs=1e-12)
    assert channel.pauli_twirled().average_fidelity() == pytest.approx(channel.average_fidelity(), abs=1e-12)


@pytest.mark.parametrize(
    "channel",
    [
        channels.AmplitudeDamping(0.1),
        channels.GeneralisedAmplitudeDamping(0.1, 0.5),
        channels.CoherentRotation("X", 0.1),
        channels.CollectiveDephasing(0.3),
        channels.Loss(0.1),
    ],
)
def test_others_are_no_pauli_channels(channel: channels.Channel) -> None:
    """Generalised damping to the fully mixed state is one: relaxation without a pull."""
    if channel == channels.GeneralisedAmplitudeDamping(0.1, 0.5):
        assert channel.pauli_probabilities() is not None
    else:
        assert channel.pauli_probabilities() is None


def test_choi_is_qutips() -> None:
    channel = channels.AmplitudeDamping(0.3).then(channels.CoherentRotation("X", 0.4))
    theirs = qutip.to_choi(qutip.kraus_to_super([qutip.Qobj(k) for k in channel.kraus()]))
    assert np.abs(channel.choi() - theirs.full()).max() < 1e-12


@pytest.mark.parametrize(
    "make, path",
    [
        (lambda: channels.AmplitudeDamping(1.1), "gamma"),
        (lambda: channels.AmplitudeDamping(math.nan), "gamma"),
        (lambda: channels.AmplitudeDamping("0.1"), "gamma"),
        (lambda: channels.GeneralisedAmplitudeDamping(0.1, -0.1), "excited"),
        (lambda: channels.PhaseDamping(2), "lambda_"),
        (lambda: channels.Dephasing(-0.1), "p"),
        (lambda: channels.Depolarising(0.1, 0), "qubits"),
        (lambda: channels.Depolarising(0.1, 20), "qubits"),
        (lambda: channels.Pauli({"X": 0.6, "Z": 0.6}), "probabilities"),
        (lambda: channels.Pauli({"Q": 0.1}), "probabilities"),
        (lambda: channels.Pauli({"X": 0.1, "XX": 0.1}), "probabilities"),
        (lambda: channels.Pauli({}), "probabilities"),
        (lambda: channels.CoherentRotation("A", 0.1), "axis"),
        (lambda: channels.CoherentRotation((1, 1, 0), 0.1), "axis"),
        (lambda: channels.CoherentRotation("X", math.inf), "angle_rad"),
        (lambda: channels.ThermalRelaxation(1, 3, 1), "t2_s"),
        (lambda: channels.ThermalRelaxation(0, 1, 1), "t1_s"),
        (lambda: channels.ThermalRelaxation(1, 1, -1), "duration_s"),
        (lambda: channels.Leakage(0.1, 1.5), "seepage"),
        (lambda: channels.CollectiveDephasing(-1), "sigma_rad"),
        (lambda: channels.Kraus([]), "kraus"),
        (lambda: channels.Kraus([np.eye(2), np.eye(3)]), "kraus"),
        (lambda: channels.Kraus([0.9 * np.eye(2)]), "kraus"),
        (lambda: channels.Kraus([np.eye(5)]), "kraus"),
        (lambda: channels.from_choi(np.eye(3)), "choi"),
        (lambda: channels.from_choi(np.diag([1, 1, 1, -1])), "choi"),
        (lambda: channels.AmplitudeDamping(0.1).then(channels.Depolarising(0.1, 2)), "later"),
        (lambda: channels.Loss(0.1).pauli_twirled(), "channel"),
    ],
)  # fmt: skip
def test_wrong_channels_are_refused(make: object, path: str) -> None:
    with pytest.raises(fb.SpecError) as caught:
        make()
    assert caught.value.path == path


def test_the_deviation_of_the_trace_is_named() -> None:
    with pytest.raises(fb.SpecError, match=r"differs from 1 by 0\.19"):
        channels.Kraus([np.diag([1, 0.9])])
