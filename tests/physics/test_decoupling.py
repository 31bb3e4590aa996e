"""Dynamical decoupling against closed forms, another way to the same integral, and trajectories with pulses.

The spectra, filters and the integral over frequency of `farbell.decoupling` are checked against what needs none of them: closed forms in
time for Ornstein-Uhlenbeck noise, double integrals of correlations, and simulated trajectories.
"""

from __future__ import annotations

import math
import secrets

import numpy as np
import numpy.typing as npt
import pytest

import farbell as fb
from farbell import decoupling as dd

RMS, TAU = 2e3, 1e-2
OU = dd.Lorentzian(rms_rad_per_s=RMS, correlation_s=TAU)
SEQUENCES = [dd.free_induction(), dd.hahn_echo(), *map(dd.cpmg, (2, 3, 8, 33, 256)), dd.xy8(2), *map(dd.uhrig, (2, 5, 12))]
by_sequence = pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda sequence: sequence.name)


def free_chi_of_ou(t: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Closed form: ``b^2 tau^2 (t/tau - 1 + exp(-t/tau))``."""
    x = np.asarray(t) / TAU
    return np.asarray((RMS * TAU) ** 2 * (x + np.expm1(-x)))


def by_pairs(sequence: dd.PulseSequence, t: float, free: object = free_chi_of_ou) -> float:
    """chi of any stationary noise from that of free induction: ``-sum over pairs of pulses and ends of a_j a_k chi_free(|t_j - t_k|)/2``."""
    at = np.array([0.0, *sequence.at, 1.0]) * t
    n = sequence.pulses
    a = np.array([1.0, *[2.0 * (-1) ** k for k in range(1, n + 1)], (-1.0) ** (n + 1)])
    assert abs(a.sum()) < 1e-12
    return float(-a @ free(np.abs(at[:, None] - at)) @ a / 2)  # type: ignore[operator]


@pytest.mark.parametrize("t", [1e-4, 1e-3, 1e-2, 0.1, 1.0, 100.0])
def test_closed_forms_of_ou_noise(t: float) -> None:
    x = t / TAU
    hahn = (RMS * TAU) ** 2 * (x - 3 + 4 * math.exp(-x / 2) - math.exp(-x))
    assert OU.chi(dd.free_induction(), t) == pytest.approx(float(free_chi_of_ou(t)), rel=2e-6)
    assert OU.chi(dd.hahn_echo(), t) == pytest.approx(hahn, rel=2e-6)


@by_sequence
@pytest.mark.parametrize("t", [1e-3, 1e-2, 0.1, 1.0])
def test_ou_noise_by_pairs_of_pulses(sequence: dd.PulseSequence, t: float) -> None:
    # The sum over pairs cancels: what is left of it has an error of 1e-16 of what stood there.
    slack = 1e-14 * float(free_chi_of_ou(t)) * (1 + 2 * sequence.pulses)
    assert OU.chi(sequence, t) == pytest.approx(by_pairs(sequence, t), rel=3e-5, abs=slack)


@by_sequence
def test_filter_functions_are_transforms_of_the_signs(sequence: dd.PulseSequence) -> None:
    """F(z) = z^2/2 |integral over u from 0 to 1 of sign(u) exp(i z u)|^2, the sign turned by each pulse."""
    for z in (1e-2, 0.7, 3.0, 2 * math.pi * 5, 40.123, math.pi * max(sequence.pulses, 1)):
        ends = np.array([0.0, *sequence.at, 1.0])
        middle, half = (ends[1:] + ends[:-1]) / 2, np.diff(ends) / 2
        signs = (-1.0) ** np.arange(len(half))
        transform = np.sum(signs * np.exp(1j * z * middle) * 2 * half * np.sinc(z * half / np.pi))
        assert float(sequence.filter(z)) == pytest.approx(z**2 / 2 * abs(transform) ** 2, rel=1e-6, abs=1e-22)


def test_white_noise_is_exponential_under_any_sequence() -> None:
    for sequence in SEQUENCES:
        kept = dd.decouple(sequence, dd.White(3.0))
        assert kept.coherence([0.1, 2]) == pytest.approx(np.exp([-0.15, -3.0]))
        assert kept.t2_s == pytest.approx(2 / 3)


def test_the_integral_alone_makes_white_noise_exponential() -> None:
    """Noise that is white as far as the integral goes: a table that is flat."""
    flat = dd.TabulatedNoise(omega_rad_per_s=[1e-9, 1e12], density=[3.0, 3.0])
    for sequence in SEQUENCES:
        assert flat.chi(sequence, 2.0) == pytest.approx(3.0, rel=2e-4)


@pytest.mark.parametrize("sequence", [dd.free_induction(), dd.hahn_echo(), dd.cpmg(4)], ids=lambda s: s.name)
@pytest.mark.parametrize("exponent", [1.0, 0.8, 1.5])
def test_flicker_noise_against_a_plain_sum(sequence: dd.PulseSequence, exponent: float) -> None:
    """The integral by two million points evenly over the logarithm of frequency."""
    noise = dd.OneOverF(rms_rad_per_s=500.0, low_rad_per_s=1.0, high_rad_per_s=3e4, exponent=exponent)
    omega = np.geomspace(1.0, 3e4, 2_000_001)
    shape = omega**-exponent
    density = np.pi * 500.0**2 * shape / np.trapezoid(shape, omega)
    assert noise.spectrum(omega[1:-1:1000]) == pytest.approx(density[1:-1:1000], rel=1e-6)
    for t in (1e-3, 2e-2, 0.5):
        ends = np.array([0.0, *sequence.at, 1.0]) * t
        transform = sum(
            (-1) ** k * (np.exp(1j * omega * ends[k + 1]) - np.exp(1j * omega * ends[k])) for k in range(len(ends) - 1)
        )
        expected = np.trapezoid(density * np.abs(transform) ** 2 / 2 / (np.pi * omega**2), omega)
        assert noise.chi(sequence, t) == pytest.approx(float(expected), rel=1e-6)


def test_quasi_static_noise_is_gaussian() -> None:
    """Noise that does not change in time: exp(-(b t)^2/2), so T2* = sqrt(2)/b."""
    still = dd.Lorentzian(rms_rad_per_s=100.0, correlation_s=1e9)
    kept = dd.decouple(dd.free_induction(), still)
    assert kept.t2_s == pytest.approx(math.sqrt(2) / 100, rel=1e-6)
    fit = kept.stretched()
    assert (fit.exponent, fit.t2_s) == pytest.approx((2, kept.t2_s), rel=1e-5)
    assert fit.largest_error < 1e-5


def test_cpmg_prolongs_t2_by_two_thirds_of_the_number_of_pulses() -> None:
    """Slow OU noise: chi = b^2 t^3 / (12 tau n^2), so T2 grows as n^(2/3)."""
    for n in (1, 4, 16, 64):
        slow = dd.Lorentzian(rms_rad_per_s=100.0, correlation_s=1e6)
        expected = (12 * 1e6 * n**2 / 100.0**2) ** (1 / 3)
        assert dd.decouple(dd.cpmg(n), slow).t2_s == pytest.approx(expected, rel=1e-3)


def test_noises_of_independent_sources_add() -> None:
    both = OU + dd.White(2.0) + dd.OneOverF(rms_rad_per_s=10, low_rad_per_s=1, high_rad_per_s=1e4)
    echo = dd.hahn_echo()
    parts = OU.chi(echo, 1e-3) + 1e-3 + dd.OneOverF(rms_rad_per_s=10, low_rad_per_s=1, high_rad_per_s=1e4).chi(echo, 1e-3)
    assert both.chi(echo, 1e-3) == pytest.approx(parts)
    assert float(both.spectrum(100.0)) > float(OU.spectrum(100.0)) + 2


@pytest.mark.parametrize(
    ("sequence", "t"), [(dd.free_induction(), 8e-4), (dd.hahn_echo(), 3e-3), (dd.cpmg(4), 8e-3), (dd.uhrig(3), 6e-3)],
    ids=lambda value: getattr(value, "name", ""),
)  # fmt: skip
def test_trajectories_with_pulses(sequence: dd.PulseSequence, t: float) -> None:
    """200,000 trajectories of OU noise in exact steps of 1/256 of the time, the sign of the phase turned by each pulse. Of a mean of
    cosines, each in [-1, 1], Hoeffding's bound gives an error below 0.0127 but for a chance of 1e-6 / 4 a test, 1e-6 a run; the steps
    cost below 5e-4. The smallest error seen is 0.0132; without the pulses the coherence differs by 0.3 or more."""
    steps, count = 256, 200_000
    rng = np.random.default_rng(secrets.randbits(64))
    dt = t / steps
    keep = math.exp(-dt / TAU)
    kick = RMS * math.sqrt(-math.expm1(-2 * dt / TAU))
    ends = np.array([0.0, *sequence.at, 1.0]) * steps
    # How long the sign is + in each step, less how long it is -.
    shares = np.zeros(steps)
    for k in range(len(ends) - 1):
        inside = np.clip(ends[k + 1] - np.arange(steps), 0, 1) - np.clip(ends[k] - np.arange(steps), 0, 1)
        shares += (-1) ** k * inside
    beta = RMS * rng.standard_normal(count)
    phase = np.zeros(count)
    for share in shares:
        after = keep * beta + kick * rng.standard_normal(count)
        phase += share * dt * (beta + after) / 2
        beta = after
    bound = math.sqrt(2 * math.log(2 / 2.5e-7) / count)
    assert bound < 0.0127
    expected = float(dd.decouple(sequence, OU).coherence(t))
    assert 0.1 < expected < 0.9
    assert not sequence.pulses or abs(float(dd.decouple(dd.free_induction(), OU).coherence(t)) - expected) > 0.3
    assert abs(float(np.cos(phase).mean()) - expected) < bound + 5e-4


def test_errors_of_pulses() -> None:
    kept = dd.decouple(dd.cpmg(10), dd.White(2.0), pulse_reliability=0.99)
    assert kept.coherence([0, 1]) == pytest.approx([0.99**10, 0.99**10 / math.e])
    assert kept.coherence("500 ms") == pytest.approx(0.99**10 * math.exp(-0.5))
    assert kept.t2_s == pytest.approx(1 + 10 * math.log(0.99))


@pytest.mark.parametrize("noise", [OU, OU + dd.White(50.0)], ids=["ou", "ou and white"])
@pytest.mark.parametrize("sequence", [dd.free_induction(), dd.hahn_echo(), dd.xy8(1)], ids=lambda s: s.name)
def test_a_memory_keeps_what_the_sequence_keeps(sequence: dd.PulseSequence, noise: dd.Noise) -> None:
    kept = dd.decouple(sequence, noise, pulse_reliability=0.9999)
    memory = kept.memory(fb.Memory(name="m", t1_s=10.0))
    assert memory.t1_s == 10.0
    for share in (0.2, 0.5, 1.0, 1.4):
        t = share * kept.t2_s
        pair = fb.states.PairDensity.bell().decay_to(t, memory_a=memory)
        expected = float(kept.coherence(t)) * math.exp(-t / 20)
        assert float(pair.correlations[1, 1]) == pytest.approx(expected, abs=2e-4)


def test_pulses_at_a_fixed_distance() -> None:
    """Echoes are those of CPMG; over long times the loss is steady, at the rate S(pi/d) 4/pi^2 and its odd harmonics give."""
    d, reliability = 2e-4, 0.9995
    train = dd.decouple_every(d, OU, pulse_reliability=reliability)
    for k in (1, 2, 7, 100):
        assert train.coherence_after(k) == pytest.approx(
            float(dd.decouple(dd.cpmg(k), OU, pulse_reliability=reliability).coherence(k * d))
        )
        assert train.coherence_after(k) == pytest.approx(reliability**k * math.exp(-by_pairs(dd.cpmg(k), k * d)), rel=1e-5)
    odd = np.arange(1, 2001, 2)
    rate = float(np.sum(OU.spectrum(odd * np.pi / d) * 4 / (np.pi * odd) ** 2)) - math.log(reliability) / d
    assert math.log(train.coherence_after(2000) / train.coherence_after(4000)) == pytest.approx(2000 * d * rate, rel=1e-4)
    memory = train.memory(fb.Memory(name="m"))
    for k in (1, 10, 150, 300):
        pair = fb.states.PairDensity.bell().decay_to(k * d, memory_a=memory)
        assert float(pair.correlations[1, 1]) == pytest.approx(train.coherence_after(k), abs=1e-4)
    assert math.exp(-1) == pytest.approx(
        float(fb.states.PairDensity.bell().decay_to(train.t2_s, memory_a=memory).correlations[1, 1]), abs=1e-9
    )
    still = dd.decouple_every(1e-3, dd.Lorentzian(rms_rad_per_s=1e-3, correlation_s=1.0))
    assert still.t2_s > 4096 * 1e-3
    assert dd.decouple_every("1 ms", dd.White(2.0)).t2_s == pytest.approx(1.0)


def test_a_stretched_law_that_is_near() -> None:
    kept = dd.decouple(dd.hahn_echo(), dd.Lorentzian(rms_rad_per_s=2e3, correlation_s=1.0))
    memory = kept.memory(fb.Memory(name="m"), law="stretched")
    pair = fb.states.PairDensity.bell().decay_to(kept.t2_s, memory_a=memory)
    assert float(pair.correlations[1, 1]) == pytest.approx(math.exp(-1), abs=kept.stretched().largest_error + 1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dd.cpmg(0), "pulses: found 0"),
        (lambda: dd.cpmg(5000), "pulses: found 5000"),
        (lambda: dd.cpmg(1.5), "pulses: found 1.5"),  # type: ignore[arg-type]
        (lambda: dd.xy8(513), "repeats: found 513"),
        (lambda: dd.uhrig(200), "at: found 200 pulses"),
        (lambda: dd.PulseSequence([0.5, 0.5]), "at/1: found 0.5"),
        (lambda: dd.PulseSequence([1.0]), "at/0: found 1"),
        (lambda: dd.White(0), "density: found 0"),
        (lambda: dd.Lorentzian(rms_rad_per_s=-1, correlation_s=1), "rms_rad_per_s: found -1"),
        (lambda: dd.Lorentzian(rms_rad_per_s=1, correlation_s="1 km"), "correlation_s"),
        (lambda: dd.OneOverF(rms_rad_per_s=1, low_rad_per_s=2, high_rad_per_s=1), "high_rad_per_s: found 1"),
        (lambda: dd.TabulatedNoise(omega_rad_per_s=[1], density=[1]), "omega_rad_per_s: found 1 numbers"),
        (lambda: dd.TabulatedNoise(omega_rad_per_s=[2, 1], density=[1, 1]), "omega_rad_per_s/1: found 1"),
        (lambda: dd.TabulatedNoise(omega_rad_per_s=[1, 2], density=[1]), "density: found 1 numbers"),
        (lambda: dd.TabulatedNoise(omega_rad_per_s=[1, 2], density=[1, 0]), "density/1: found 0"),
        (lambda: dd.decouple_every(0, OU), "spacing_s: found 0"),
        (lambda: dd.decouple_every("1 ms", OU, pulse_reliability=1.2), "pulse_reliability: found 1.2"),
        (lambda: dd.decouple_every("1 ms", OU).coherence_after(0), "pulses: found 0"),
        (lambda: dd.decouple(dd.cpmg(1), 3.0), "noise: found 3.0"),  # type: ignore[arg-type]
        (lambda: dd.decouple("cpmg", OU), "sequence: found 'cpmg'"),  # type: ignore[arg-type]
        (lambda: dd.decouple(dd.cpmg(1), OU, pulse_reliability=0), "pulse_reliability: found 0"),
        (lambda: dd.decouple(dd.cpmg(1), OU).coherence([-1]), "times_s: found a time of -1 s"),
        (lambda: dd.decouple(dd.cpmg(1), OU).coherence("1 km"), "times_s"),
        (lambda: dd.decouple(dd.cpmg(1), OU).coherence(["a"]), "times_s: found ['a']"),
        (lambda: dd.decouple(dd.cpmg(20), OU, pulse_reliability=0.9).t2_s, "pulse_reliability: found 0.9, to the power 20"),
        (lambda: dd.decouple(dd.hahn_echo(), OU).memory(fb.Memory(name="m"), law="cubic"), "law: found 'cubic'"),  # type: ignore[arg-type]
        (lambda: dd.decouple(dd.hahn_echo(), OU).memory(fb.Memory(name="m"), law="stretched", largest_error=1e-9), "largest_error"),
    ],
)  # fmt: skip
def test_what_is_refused(call: object, message: str) -> None:
    with pytest.raises(fb.SpecError) as refused:
        call()  # type: ignore[operator]
    assert message in str(refused.value)


def test_coherence_that_comes_back_is_no_law_of_a_memory() -> None:
    """A narrow band: chi of free induction falls again after a full period."""
    narrow = dd.OneOverF(rms_rad_per_s=1.0, low_rad_per_s=1.0, high_rad_per_s=1.01)
    kept = dd.decouple(dd.free_induction(), narrow)
    with pytest.raises(fb.SpecError, match="comes back"):
        kept.memory(fb.Memory(name="m"), until_s=6.0)
