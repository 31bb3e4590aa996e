"""Emitters and detectors that are not ideal: second photons, dephased photons, background, afterpulses, jitter, lifetimes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import farbell as fb
from oracle import fock, hardware
from physics.sampling import Change, assert_sampled, estimate, samples_to_detect, unchanged
from physics.test_link_runs import check_success, clicks, lasting, run, station
from physics.test_single_click import NAMES, random_optics, same_rows

SOURCE = {"coherence": "photon_coherence", "afterpulse": "afterpulse_probability"}


def source_of(rng: np.random.Generator, **fixed: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Random imperfections, as the tables and as the brute force name them."""
    first, second = rng.uniform(0, 0.6, size=2)
    theirs = {"coherence": rng.uniform(0.3, 1), "twice": (first, second)} | fixed
    ours = {SOURCE[name]: value for name, value in theirs.items() if name in SOURCE}
    return ours | {"double_excitation_probability": first, "double_excitation_probability_b": second}, theirs


# ---- every photon followed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number_resolving", [False, True])
@pytest.mark.parametrize("seed", range(15))
def test_single_click_against_every_photon_followed(seed: int, number_resolving: bool) -> None:
    rng, optics = random_optics(seed)
    bright = rng.uniform(0.01, 0.99, size=2)
    ours, theirs = source_of(rng)
    table = fb.hardware.single_click(
        **dict(zip(NAMES, optics, strict=True)),
        bright_state=bright[0],
        bright_state_b=bright[1],
        number_resolving=number_resolving,
        **ours,
    )
    same_rows(table, *fock.single_click(*optics, *bright, number_resolving, **theirs))
    assert table.truncation_error == 0


@pytest.mark.parametrize("late_bin_lost", [False, True])
@pytest.mark.parametrize("number_resolving", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_double_click_against_every_photon_followed(seed: int, number_resolving: bool, late_bin_lost: bool) -> None:
    rng, optics = random_optics(seed)
    ours, theirs = source_of(rng, afterpulse=rng.uniform(0, 0.3))
    options = {"number_resolving": number_resolving, "late_bin_lost": late_bin_lost}
    table = fb.hardware.double_click(**dict(zip(NAMES, optics, strict=True)), **options, **ours)
    same_rows(table, *fock.double_click(*optics, **options, **theirs))
    assert table.truncation_error == 0


# ---- limits that can be written down ---------------------------------------------------------------------------------------


def test_overlap_and_dephasing_spoil_one_and_two_photons_differently() -> None:
    """Coherence of one photon: sqrt(V) D; fidelity of two: (1 + V D^2)/2; bunching: V D."""
    overlap, dephased, alpha, eta = 0.81, 0.8, 1e-6, 1e-6
    optics = {"efficiency_a": eta, "efficiency_b": eta, "visibility": overlap, "photon_coherence": dephased}
    one = fb.hardware.single_click(**optics, bright_state=alpha)
    assert one.fidelity == pytest.approx((1 + 0.9 * 0.8) / 2, abs=1e-5)
    assert fb.hardware.double_click(**optics).fidelity == pytest.approx((1 + 0.81 * 0.64) / 2, abs=1e-12)
    assert fb.hardware.hong_ou_mandel(overlap, dephased) == pytest.approx((1 - 0.81 * 0.8) / 2, abs=1e-15)


@pytest.mark.parametrize("p", [0.01, 0.2, 1.0])
def test_second_photons_of_rare_clicks(p: float) -> None:
    """P = 2 alpha eta (1 + p), and only pairs without a second photon are coherent."""
    alpha, eta = 0.1, 1e-7
    table = fb.hardware.single_click(efficiency_a=eta, efficiency_b=eta, bright_state=alpha, double_excitation_probability=p)
    assert table.success_probability == pytest.approx(2 * alpha * eta * (1 + p), rel=1e-5)
    assert table.fidelity == pytest.approx((1 - alpha) * (1 + p + 1 - p) / (2 * (1 + p)), rel=1e-5)


def test_second_photons_of_a_lossless_double_click() -> None:
    """Threshold detectors: a second photon is unseen where it joins the first, and its bin tells the memory's state."""
    p = 0.3
    table = fb.hardware.double_click(efficiency_a=1, efficiency_b=1, double_excitation_probability=p)
    joins = (1 - p + p / 2) ** 2  # each memory's second photon, if any, clicks where the bin has clicked
    split, coherent, bunched = joins / 2, (1 - p) ** 2 / 2, 0.0
    assert table.success_probability == pytest.approx(split + bunched, abs=1e-14)
    assert table.fidelity == pytest.approx((split + coherent) / (2 * split), abs=1e-14)


@pytest.mark.parametrize("dephasing", [(0.1, 0.1), (0.4, 0.05)])
def test_photons_of_dephased_emitters(dephasing: tuple[float, float]) -> None:
    """Two wave packets exp(-t/2) with phases that wander: the mean of their overlap and of its square, both D.

    The phase of emitter X is a Wiener process of variance 2 d_X t, in lifetimes. 40,000 pairs detect an error of 0.02.
    """
    rng, pairs, steps, end = np.random.default_rng(8), 40_000, 600, 12.0
    h = end / steps
    times = (np.arange(steps) + 0.5) * h
    phase = np.zeros(pairs)
    overlap = np.zeros(pairs, dtype=complex)
    for t in times:
        phase += math.sqrt(2 * sum(dephasing) * h) * rng.standard_normal(pairs)
        overlap += h * math.exp(-t) * np.exp(1j * phase)
    coherence = fb.hardware.photon_coherence(*dephasing)
    assert_sampled(estimate(overlap.real), coherence, 0.01, detects=0.02)
    assert_sampled(estimate(abs(overlap) ** 2), coherence, 0.01, detects=0.02)


def test_g2_of_what_emitters_send() -> None:
    for p in (0.0, 0.01, 0.3, 1.0):
        assert fb.hardware.double_excitation_from_g2(2 * p / (1 + p) ** 2) == pytest.approx(p, abs=1e-12)
    for b in (0.0, 0.01, 0.5):
        numbers = np.arange(60)
        weights = np.array([math.exp(-b) * b**n / math.factorial(n) for n in numbers.tolist()])
        total = numbers + 1
        g2 = (weights * total * (total - 1)).sum() / (weights * total).sum() ** 2
        assert fb.hardware.background_from_g2(g2) == pytest.approx(b, abs=1e-12)


# ---- links -----------------------------------------------------------------------------------------------------------------


def link(memory_a: fb.Memory, memory_b: fb.Memory, generation: Any = None, visibility: float = 1.0, **detector: Any) -> Any:
    generation = generation or fb.DoubleClick(station="s")
    station = fb.Station(
        name="s", visibility=visibility, local_overhead_s=1e-6, detector=fb.Detector(window_s=4e-8, **detector)
    )
    one = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=0), generation=generation)
    return fb.hardware.link_model(one, memory_a, memory_b, station)


@pytest.mark.parametrize("jitter_s", [0.0, 1e-10, 5e-9, 3e-8, 2e-7])
@pytest.mark.parametrize("lifetimes_s", [(1e-8, 1e-8), (1.2e-8, 7e-9), (1e-10, 1e-10), (3e-7, 3e-7)])
def test_windows_hold_a_part_of_the_photon(lifetimes_s: tuple[float, float], jitter_s: float) -> None:
    a, b = (fb.Memory(name="m", photon_lifetime_s=lifetime_s, efficiency=0.5) for lifetime_s in lifetimes_s)
    sum_s = sum(lifetimes_s)
    overlap = 0.9 * 4 * lifetimes_s[0] * lifetimes_s[1] / sum_s**2
    model = link(a, b, visibility=overlap, jitter_s=jitter_s)
    detector = {"window_s": 4e-8, "jitter_s": jitter_s}
    efficiencies, visibility = hardware.cut_to_window([0.5, 0.5], overlap, list(lifetimes_s), detector)
    success, rows = fock.double_click(*efficiencies, visibility, 0.0)
    assert model.success_probability == pytest.approx(success, rel=1e-10)
    for outcome, (*_, rho) in zip(model.table.outcomes, rows, strict=True):
        np.testing.assert_allclose(outcome.density_matrix, rho, rtol=0, atol=1e-9)


def test_overlaps_that_lifetimes_cannot_give() -> None:
    slow, fast = fb.Memory(name="slow", photon_lifetime_s="12 ns"), fb.Memory(name="fast", photon_lifetime_s="2 ns")
    link(slow, fast, visibility=0.48)
    with pytest.raises(fb.SpecError, match=r"at most 0\.4897") as error:
        link(slow, fast, visibility=0.5)
    assert error.value.path == "/station/visibility"


def test_background_adds_to_dark_counts() -> None:
    a, b = (
        fb.Memory(name="a", efficiency=0.3, background_photons=0.02),
        fb.Memory(name="b", efficiency=0.6, background_photons=0.01),
    )
    mean = 0.9 * (0.3 * 0.02 + 0.6 * 0.01) / 2
    # Each of n photons misses a detector or not.
    quiet = sum(math.exp(-1) / math.factorial(n) * (1 - mean) ** n for n in range(40))
    success, rows = fock.double_click(0.27, 0.54, 1, 1 - quiet)
    model = link(a, b, efficiency=0.9)
    assert model.success_probability == pytest.approx(success, rel=1e-12)
    assert model.table.fidelity == pytest.approx(
        sum(p * (rho[1, 1] + rho[2, 2] + (1 if frame == 2 else -1) * 2 * rho[1, 2]).real / 2 for *_, frame, p, rho in rows),
        abs=1e-12,
    )


def test_imperfections_of_specs_reach_the_table() -> None:
    bad = fb.Memory(name="m", efficiency=0.5, double_excitation_probability=0.1, photon_dephasing=0.2)
    good = fb.Memory(name="m", efficiency=0.5)
    optics = {"efficiency_a": 0.5, "efficiency_b": 0.5}
    table = fb.hardware.single_click(
        **optics,
        bright_state=0.2,
        double_excitation_probability=0.1,
        double_excitation_probability_b=0,
        photon_coherence=1 / 1.2,
    )
    assert link(bad, good, fb.SingleClick(station="s", bright_state=0.2)).table.fidelity == table.fidelity
    table = fb.hardware.double_click(**optics, afterpulse_probability=0.05)
    model = link(good, good, afterpulse_probability=0.05)
    assert model.table.fidelity == table.fidelity
    assert "afterpulses_within_attempts" in model.approximations
    assert "jitter_within_window" in link(good, good, jitter_s=1e-9).approximations


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("double_excitation_probability", -0.1),
        ("double_excitation_probability", 1.1),
        ("background_photons", -1e-3),
        ("photon_dephasing", -0.1),
        ("photon_lifetime_s", 0.0),
    ],
)
def test_unphysical_emitters_are_refused(name: str, value: float) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.Memory(name="m", **{name: value})
    assert error.value.path == f"/{name}"


def test_unphysical_numbers_are_refused() -> None:
    with pytest.raises(fb.SpecError, match="afterpulse_probability"):
        fb.Detector(afterpulse_probability=1.2)
    with pytest.raises(fb.SpecError, match="jitter_s"):
        fb.Detector(jitter_s=-1e-9)
    for g2 in (-0.01, 0.6, math.nan):
        with pytest.raises(fb.SpecError, match="g2"):
            fb.hardware.double_excitation_from_g2(g2)
    for g2 in (-0.01, 1.0, math.nan):
        with pytest.raises(fb.SpecError, match="g2"):
            fb.hardware.background_from_g2(g2)
    with pytest.raises(fb.SpecError, match="hom_visibility"):
        fb.hardware.mode_overlap(0.9, fb.hardware.photon_coherence(0.125))
    with pytest.raises(fb.SpecError, match="photon_dephasing"):
        fb.hardware.photon_coherence(-0.1)
    for name in (
        "photon_coherence",
        "double_excitation_probability",
        "double_excitation_probability_b",
        "afterpulse_probability",
    ):
        with pytest.raises(fb.SpecError, match=name):
            fb.hardware.double_click(efficiency_a=0.5, efficiency_b=0.5, **{name: 1.5})


def test_second_photons_of_rare_double_clicks() -> None:
    p, eta = 0.2, 1e-7
    table = fb.hardware.double_click(efficiency_a=eta, efficiency_b=eta, double_excitation_probability=p)
    assert table.success_probability == pytest.approx(eta**2 * (1 + p) ** 2 / 2, rel=1e-5)
    assert table.fidelity == pytest.approx((1 + ((1 - p) / (1 + p)) ** 2) / 2, rel=1e-5)


#: Successes that detect 2 % of a small success probability, and some to spare.
SUCCESSES = samples_to_detect(0.02, 1)


def check_emitters(change: Change = unchanged) -> None:
    """Success and states of a run with everything that is not ideal, against the brute-force calculation."""
    lifetime_s, jitter_s, window_s = 5e-8, 1e-8, 1e-7
    detector = {"window_s": window_s, "jitter_s": jitter_s}
    efficiencies, visibility = hardware.cut_to_window([0.7, 0.7], 0.9, [lifetime_s, lifetime_s], detector)
    dark = 1 - (1 - 0.02) * math.exp(-0.05 * 0.7)
    success, rows = fock.double_click(*efficiencies, visibility, dark, coherence=1 / 1.2, twice=(0.1, 0.1), afterpulse=0.05)
    psi = np.array([[0, 1, 1, 0], [0, 1, -1, 0]]) / math.sqrt(2)
    fidelity = sum(p * (psi[frame - 2] @ rho @ psi[frame - 2]).real for *_, frame, p, rho in rows)
    hub = station(0.9, 0.02)
    hub = hub.replace(detector=hub.detector.replace(afterpulse_probability=0.05, jitter_s=jitter_s))
    memory = fb.Memory(
        name="memory",
        efficiency=0.7,
        double_excitation_probability=0.1,
        background_photons=0.05,
        photon_dephasing=0.1,
        photon_lifetime_s=lifetime_s,
    )
    results = run(change(lasting(clicks(station=hub, memories=[memory]), 1e-6, success, SUCCESSES)))
    check_success(results, success, 1e-9)
    # Each of the four heralds has its own fidelity: 100,000 pairs know their mean to 0.002.
    assert_sampled(estimate(results.pairs["fidelity"]), fidelity, 1e-9, detects=0.005)


def test_emitters_in_runs() -> None:
    check_emitters()
