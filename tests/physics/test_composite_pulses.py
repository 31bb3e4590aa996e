"""Composite pulses against propagators by brute force, and the orders of what errors cost."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import farbell as fb
from farbell import pulses

X = np.array([[0, 1], [1, 0]], dtype=complex)
Y = np.array([[0, -1j], [1j, 0]])
Z = np.diag([1.0 + 0j, -1.0])
KINDS = {"plain": pulses.plain, "bb1": pulses.bb1, "corpse": pulses.corpse}
angles = pytest.mark.parametrize("angle", [math.pi, math.pi / 2, 2.0, 0.3, 2 * math.pi])


def brute(kind: str, angle: float, eps: float, f: float) -> np.ndarray:
    """The propagator written anew: segments as published, each by 2^20 equal small steps."""
    phi = np.arccos(-angle / (4 * np.pi))
    k = np.arcsin(np.sin(angle / 2) / 2)
    segments = {
        "plain": [(angle, 0)],
        "bb1": [(angle / 2, 0), (np.pi, phi), (2 * np.pi, 3 * phi), (np.pi, phi), (angle / 2, 0)],
        "corpse": [(2 * np.pi + angle / 2 - k, 0), (2 * np.pi - 2 * k, np.pi), (angle / 2 - k, 0)],
    }[kind]
    total = np.eye(2, dtype=complex)
    for turn, axis in segments:
        h = ((1 + eps) * (np.cos(axis) * X + np.sin(axis) * Y) + f * Z) / 2
        step = -1j * h * turn / 2**20
        small = np.eye(2) + step + step @ step / 2 + step @ step @ step / 6
        for _ in range(20):
            small = small @ small
        total = small @ total
    return total


def infidelity(pulse: pulses.Pulse, **errors: float) -> float:
    return 1 - pulse.fidelity(**errors)


def turned_wrongly(pulse: pulses.Pulse, **errors: float) -> float:
    """The infidelity as the squares of what X, Y and Z have of the wrong turn: without cancellation."""
    wrong = pulse.ideal.conj().T @ pulse.unitary(**errors)
    return float(sum(abs(np.trace(sigma @ wrong) / 2) ** 2 for sigma in (X, Y, Z)))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(angle=st.floats(0.01, 2 * math.pi), eps=st.floats(-1, 1), f=st.floats(-2, 2))
def test_propagators_by_brute_force(kind: str, angle: float, eps: float, f: float) -> None:
    pulse = KINDS[kind](angle)
    expected = brute(kind, angle, eps, f)
    assert pulse.unitary(amplitude_error=eps, detuning=f) == pytest.approx(expected, abs=1e-8)
    target = np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * X
    fidelity = abs(np.trace(target.conj().T @ expected)) ** 2 / 4
    assert pulse.fidelity(amplitude_error=eps, detuning=f) == pytest.approx(fidelity, abs=1e-8)


@angles
@pytest.mark.parametrize("kind", KINDS)
def test_without_errors_they_are_the_rotation(kind: str, angle: float) -> None:
    assert infidelity(KINDS[kind](angle)) == pytest.approx(0, abs=1e-14)


def order(pulse: pulses.Pulse, name: str, sizes: tuple[float, float]) -> float:
    """The exponent with which the infidelity grows with a small error, between two sizes."""
    low, high = (turned_wrongly(pulse, **{name: size}) for size in sizes)
    return math.log(high / low) / math.log(sizes[1] / sizes[0])


@pytest.mark.parametrize("angle", [math.pi, math.pi / 2, 2.0])
@pytest.mark.parametrize(
    ("kind", "name", "sizes", "expected"),
    [
        ("plain", "amplitude_error", (1e-3, 2e-3), 2),
        ("plain", "detuning", (1e-3, 2e-3), 2),
        ("bb1", "amplitude_error", (0.02, 0.04), 6),
        ("bb1", "detuning", (1e-3, 2e-3), 2),
        ("corpse", "amplitude_error", (1e-3, 2e-3), 2),
        ("corpse", "detuning", (2e-4, 4e-4), 4),
    ],
)
def test_orders_of_what_errors_cost(kind: str, name: str, sizes: tuple[float, float], expected: int, angle: float) -> None:
    assert order(KINDS[kind](angle), name, sizes) == pytest.approx(expected, abs=0.05)


def test_corpse_soon_leaves_its_leading_order() -> None:
    """Of a pi pulse 0.0064 f^4 + 10.2 f^6: from f = 0.03 on the sixth order is the larger."""
    pulse = pulses.corpse(math.pi)
    f = np.array([5e-4, 1e-3, 5e-3, 1e-2, 2e-2])
    cost = np.array([turned_wrongly(pulse, detuning=x) for x in f])
    sixth, fourth = np.polyfit(f**2, cost / f**4, 1)
    assert (fourth, sixth) == (pytest.approx(0.0064, abs=2e-4), pytest.approx(10, abs=0.5))
    for x, c in zip(f, cost, strict=True):
        assert infidelity(pulse, detuning=x) == pytest.approx(c, abs=1e-14)


@angles
def test_leading_terms(angle: float) -> None:
    """Of a plain pulse: (eps angle)^2/4 and sin^2(angle/2) f^2; CORPSE is as sensitive to the amplitude as a plain pulse."""
    eps = 1e-4
    assert infidelity(pulses.plain(angle), amplitude_error=eps) == pytest.approx((eps * angle) ** 2 / 4, rel=1e-3)
    assert infidelity(pulses.plain(angle), detuning=eps) == pytest.approx((math.sin(angle / 2) * eps) ** 2, rel=1e-3, abs=1e-14)
    assert infidelity(pulses.corpse(angle), amplitude_error=eps) == pytest.approx((eps * angle) ** 2 / 4, rel=1e-2)


def test_durations() -> None:
    """In turns of the drive: of a pi pulse 1/2; 4 pi more for BB1; 13/6 for CORPSE, as its segments are 420, 300 and 60 degrees."""
    assert pulses.plain(math.pi).turns == pytest.approx(0.5)
    assert pulses.bb1(math.pi).turns == pytest.approx(2.5)
    assert [s.angle_rad for s in pulses.corpse(math.pi).segments] == pytest.approx(np.deg2rad([420, 300, 60]))
    assert pulses.corpse(math.pi).turns == pytest.approx(13 / 6)
    assert math.degrees(pulses.bb1(math.pi).segments[1].axis_rad) == pytest.approx(104.4775, abs=1e-4)
    assert pulses.bb1(math.pi / 2).gate(rabi_hz="10 MHz")["single_qubit_gate_s"] == pytest.approx(2.25e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_errors_that_differ_from_pulse_to_pulse(kind: str) -> None:
    """The mean over normal distributions, by 401 x 401 points out to six deviations."""
    pulse = KINDS[kind](math.pi / 2)
    grid = np.linspace(-6, 6, 401)
    weights = np.exp(-(grid**2) / 2)
    weights /= weights.sum()
    for sigma_eps, sigma_f in ((0.05, 0.0), (0.0, 0.1), (0.03, 0.05)):
        over = [(0.01 + sigma_eps * x, w) for x, w in zip(grid, weights, strict=True)] if sigma_eps else [(0.01, 1.0)]
        beside = (
            [(sigma_f * x, w) for x, w in zip(grid, weights, strict=True)][:: 8 if sigma_eps else 1]
            if sigma_f
            else [(0.0, 1.0)]
        )
        total = sum(v for _, v in beside)
        mean = sum(
            w * v / total * pulse.fidelity(amplitude_error=e, detuning=f)
            for e, w in over[:: 8 if sigma_f else 1]
            for f, v in beside
        )
        mean /= sum(w for _, w in over[:: 8 if sigma_f else 1])
        found = pulse.fidelity(amplitude_error=0.01, amplitude_sigma=sigma_eps, detuning_sigma=sigma_f)
        assert found == pytest.approx(mean, abs=1e-8)


def test_the_gate_of_a_memory_has_the_fidelity_of_the_pulse() -> None:
    """A gate of reliability p on one qubit of a Bell pair leaves it with the entanglement fidelity."""
    pulse = pulses.plain(math.pi)
    gate = pulse.gate(rabi_hz=1e6, amplitude_error=0.1)
    memory = fb.Memory(name="m").replace(**gate)
    pair = fb.states.PairDensity.bell().apply_pauli("I", single_qubit_gate_reliability=memory.single_qubit_gate_reliability)
    assert pair.fidelity() == pytest.approx(pulse.fidelity(amplitude_error=0.1))
    assert memory.single_qubit_gate_s == pytest.approx(5e-7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pulses.bb1(0), "angle_rad: found 0"),
        (lambda: pulses.corpse(7), "angle_rad: found 7"),
        (lambda: pulses.plain("pi"), "angle_rad: found 'pi'"),  # type: ignore[arg-type]
        (lambda: pulses.plain(1).fidelity(amplitude_error=math.nan), "amplitude_error: found nan"),
        (lambda: pulses.plain(1).fidelity(detuning_sigma=-1), "detuning_sigma: found -1"),
        (lambda: pulses.plain(1).gate(rabi_hz=0), "rabi_hz: found 0"),
        (lambda: pulses.plain(1).gate(rabi_hz="3 km"), "rabi_hz"),
        (lambda: pulses.plain(math.pi).gate(rabi_hz=1, amplitude_error=1), "fidelity: found"),
    ],
)
def test_what_is_refused(call: object, message: str) -> None:
    with pytest.raises(fb.SpecError) as refused:
        call()  # type: ignore[operator]
    assert message in str(refused.value)
