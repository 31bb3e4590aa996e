"""Arms that are not matched at their station: in time, polarisation and phase, and the time that it takes to match them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import trapezoid

import farbell as fb
from oracle import fock

TAU_S = 10e-9


def model(
    alignment: fb.Alignment, *, one_photon: bool = False, lifetimes_s: Any = (TAU_S, TAU_S), **options: Any
) -> fb.LinkModel:
    a, b = (fb.Memory(name="m", photon_lifetime_s=tau, efficiency=0.01) for tau in lifetimes_s)
    click = fb.SingleClick(station="s", bright_state=1e-5) if one_photon else fb.DoubleClick(station="s")
    station = fb.Station(name="s", local_overhead_s=1e-5, detector=fb.Detector(window_s=1e-6), **options)
    link = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=1e3), generation=click.replace(alignment=alignment))
    return fb.hardware.link_model(link, a, b, station)


def coherence(made: fb.LinkModel) -> float:
    return 2 * made.table.fidelity - 1


def moments(lifetimes_s: tuple[float, float], offset_s: float, jitter_s: float) -> tuple[float, float]:
    """Means of c and c^2: wave packets on a grid, arrival times by Gauss and Hermite, piecewise about the kink at 0."""
    steps = np.linspace(0, 60 * max(lifetimes_s), 6_001)

    def overlap(late_s: float) -> float:
        t = steps + max(late_s, 0)  # both are there
        a = np.exp(-t / (2 * lifetimes_s[0])) / math.sqrt(lifetimes_s[0])
        b = np.exp(-(t - late_s) / (2 * lifetimes_s[1])) / math.sqrt(lifetimes_s[1])
        return float(trapezoid(a * b, t))

    if not jitter_s:
        return overlap(offset_s), overlap(offset_s) ** 2
    late = np.linspace(offset_s - 7 * jitter_s, offset_s + 7 * jitter_s, 281)
    c = np.array([overlap(each) for each in late])
    weight = np.exp(-(((late - offset_s) / jitter_s) ** 2) / 2)
    return float((weight * c).sum() / weight.sum()), float((weight * c * c).sum() / weight.sum())


@pytest.mark.parametrize(
    ("lifetimes_s", "offset_s", "jitter_s"),
    [((10e-9, 10e-9), 3e-9, 0), ((10e-9, 10e-9), 0, 6e-9), ((8e-9, 14e-9), -2e-9, 5e-9), ((8e-9, 14e-9), 4e-9, 0)],
)
def test_photons_that_come_at_other_times(lifetimes_s: tuple[float, float], offset_s: float, jitter_s: float) -> None:
    """One photon that interferes sees the mean of c, in one bin, or in two with fresh jitter its square."""
    mean, square = moments(lifetimes_s, offset_s, jitter_s)
    undelayed = 2 * math.sqrt(lifetimes_s[0] * lifetimes_s[1]) / sum(lifetimes_s)
    alignment = fb.Alignment(arrival_offset_s=offset_s, arrival_jitter_s=jitter_s)
    two = model(alignment, lifetimes_s=lifetimes_s, visibility=undelayed**2)
    one = model(alignment, lifetimes_s=lifetimes_s, visibility=undelayed**2, one_photon=True)
    assert coherence(two) == pytest.approx(mean**2, abs=2e-4)
    assert coherence(one) == pytest.approx(mean, abs=2e-4)
    assert square >= mean**2 - 1e-9


def test_two_photons_bunch_by_the_mean_square() -> None:
    """Bright memories, no losses, threshold detectors: the chance of one click from two photons is (1 + <c^2>)/2."""
    alignment = fb.Alignment(arrival_jitter_s=8e-9)
    _, square = moments((TAU_S, TAU_S), 0, 8e-9)
    memory = fb.Memory(name="m", photon_lifetime_s=TAU_S)
    click = fb.SingleClick(station="s", bright_state=1 - 1e-9, alignment=alignment)
    link = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=0), generation=click)
    station = fb.Station(name="s", local_overhead_s=1e-5, detector=fb.Detector(window_s=1e-6))
    made = fb.hardware.link_model(link, memory, memory, station)
    assert made.success_probability == pytest.approx((1 + square) / 2, abs=2e-4)


@pytest.mark.parametrize(("angle", "sigma"), [(0.3, 0.0), (0.0, 0.4), (0.2, 0.5)])
def test_turned_polarisations(angle: float, sigma: float) -> None:
    """Overlap cos^2 of the angle, which is alike in both bins; against Gauss and Hermite."""
    x, weights = np.polynomial.hermite_e.hermegauss(60)
    angles, weights = angle + sigma * x, weights / weights.sum()
    alignment = fb.Alignment(polarisation_angle_rad=angle, polarisation_sigma_rad=sigma)
    assert coherence(model(alignment)) == pytest.approx((weights * np.cos(angles) ** 2).sum(), abs=1e-9)
    assert coherence(model(alignment, one_photon=True)) == pytest.approx((weights * np.cos(angles)).sum(), abs=2e-5)


def test_turned_polarisations_photon_by_photon() -> None:
    angle = 0.35
    _, rows = fock.double_click(0.3, 0.3, math.cos(angle) ** 2, 0.0)
    made = model(fb.Alignment(polarisation_angle_rad=angle))
    theirs = {(early, late): rho for early, late, _, _, rho in rows}
    for outcome in made.table.outcomes:
        early, late = (int(digit) for digit in outcome.pattern)
        assert np.allclose(outcome.density_matrix, theirs[early, late], atol=1e-12)


def test_phase_that_walks_between_stabilisations() -> None:
    """Walks of 20,000 steps' worth of time, averaged in closed form at each moment; added to the phase that is there."""
    drift, free_s = 12.0, 20e-3
    alignment = fb.Alignment(phase_drift_rad_per_sqrt_s=drift, free_running_s=free_s, stabilisation_s="5 ms")
    t = (np.arange(20_000) + 0.5) * free_s / 20_000
    left = np.exp(-(drift**2) * t / 2).mean()
    made = model(alignment, one_photon=True)
    assert coherence(made) == pytest.approx(left, abs=2e-5)
    assert "stationary_phase" in made.approximations
    assert made.period_s == pytest.approx(model(fb.Alignment(), one_photon=True).period_s * 25 / 20, rel=1e-12)
    slow = model(alignment.replace(phase_drift_rad_per_sqrt_s=1e-3), one_photon=True)
    assert slow.phase_sigma_rad == pytest.approx(1e-3 * math.sqrt(free_s / 2), rel=1e-6)


def test_phase_that_walks_between_the_bins() -> None:
    """Two bins 4 us apart: coherence exp(-D^2 t/2)."""
    made = model(fb.Alignment(phase_drift_rad_per_sqrt_s=200.0), bin_separation_s=4e-6)
    assert coherence(made) == pytest.approx(math.exp(-(200.0**2) * 4e-6 / 2), rel=1e-9)


def test_a_run_with_a_duty_cycle_makes_fewer_attempts() -> None:
    chain = fb.chain(2, length_m=1e3, duration_s=0.05, demands=[fb.Demand(node_a="n0", node_b="n1", traffic=fb.Continuous())])
    station = fb.Station(name="s", local_overhead_s=1e-5)
    generation = fb.DoubleClick(station="s")
    half = fb.Alignment(free_running_s="10 ms", stabilisation_s="10 ms")
    attempts = []
    for alignment in (None, half):
        link = chain.links[0].replace(generation=generation.replace(alignment=alignment))
        results = fb.run(chain.replace(links=[link], stations=[station]))
        attempts.append(results.links["attempts"].sum())
        names = {entry["name"] for entry in results.approximations}
        assert ("stabilisation_spread_out" in names) == (alignment is not None)
    assert attempts[1] == pytest.approx(attempts[0] / 2, rel=0.01)


def test_refusals() -> None:
    with pytest.raises(fb.SpecError, match=r"/alignment/arrival_jitter_s.*without photon_lifetime_s"):
        model(fb.Alignment(arrival_jitter_s=1e-9), lifetimes_s=(TAU_S, None))
    with pytest.raises(fb.SpecError, match=r"/alignment/arrival_offset_s.*without photon_lifetime_s"):
        model(fb.Alignment(arrival_offset_s=-1e-9), lifetimes_s=(None, TAU_S))
    with pytest.raises(fb.SpecError, match=r"/alignment/free_running_s"):
        model(fb.Alignment(phase_drift_rad_per_sqrt_s=1), one_photon=True)
    with pytest.raises(fb.SpecError, match=r"/station/bin_separation_s"):
        model(fb.Alignment(phase_drift_rad_per_sqrt_s=1))
    with pytest.raises(fb.SpecError, match=r"stabilisation_s.*free_running_s is given"):
        fb.Alignment(free_running_s=1)
    with pytest.raises(fb.SpecError, match=r"free_running_s.*stabilisation_s is given"):
        fb.Alignment(stabilisation_s=1)
    slotted = fb.chain(2, length_m=1e3, duration_s=0.05, timing="slotted", slot_s=1e-3)
    half = fb.Alignment(free_running_s="10 ms", stabilisation_s="10 ms")
    link = slotted.links[0].replace(generation=fb.DoubleClick(station="s", alignment=half))
    with pytest.raises(fb.SpecError, match=r"/links/0/generation/alignment/stabilisation_s.*slotted"):
        fb.compile(slotted.replace(links=[link], stations=[fb.Station(name="s")]))
