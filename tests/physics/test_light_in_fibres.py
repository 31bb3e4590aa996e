"""What fibres do to light beyond an even loss: spans, dispersion, polarisation-mode dispersion, Raman light."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import trapezoid
from scipy.stats import norm

import farbell as fb

LIGHT_M_PER_S, PLANCK_JS = 299_792_458, 6.62607015e-34
SPANS = [(12e3, 2.9), (5e3, 0.4), (8e3, None)]
FIBER = fb.Fiber(
    length_m=25e3,
    attenuation_db_per_km=0.25,
    spans=[fb.FiberSpan(length_m=length_m, loss_db=loss_db) for length_m, loss_db in SPANS],
)
Complex = npt.NDArray[np.complex128]


def model(fiber: fb.Fiber, lifetimes_s: tuple[float | None, ...] = (None, None), **options: Any) -> fb.LinkModel:
    """A double click; of a memory of lifetime tau, in a window of `window_s`."""
    position = options.pop("station_position", 0.5)
    visibility = options.pop("visibility", 1.0)
    a, b = (fb.Memory(name="m", photon_lifetime_s=lifetime_s) for lifetime_s in lifetimes_s)
    station = fb.Station(name="s", visibility=visibility, local_overhead_s=1e-3, detector=fb.Detector(**options))
    click = fb.DoubleClick(station="s", station_position=position)
    return fb.hardware.link_model(fb.Link(node_a="a", node_b="b", fiber=fiber, generation=click), a, b, station)


# ---- spans -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("position", [0.0, 0.1, 0.5, 0.7, 1.0])
def test_arms_lose_what_their_spans_lose(position: float) -> None:
    """Metre by metre of the fibre. A double click without dark counts succeeds with eta_A eta_B / 2, wherever the station is."""
    per_m = np.concatenate([np.full(int(m), (0.25 * m / 1e3 if db is None else db) / m) for m, db in SPANS])
    at = round(position * 25e3)
    losses = per_m[:at].sum(), per_m[at:].sum()
    made = model(FIBER, station_position=position)
    assert made.success_probability == pytest.approx(10 ** (-sum(losses) / 10) / 2, rel=1e-9)
    click = fb.SingleClick(station="s", bright_state=0.5, station_position=position)
    station, memory = fb.Station(name="s", detector=fb.Detector(efficiency=1e-6)), fb.Memory(name="m")
    link = fb.Link(node_a="a", node_b="b", fiber=FIBER, generation=click)
    one = fb.hardware.link_model(link, memory, memory, station)
    assert one.success_probability == pytest.approx(0.5e-6 * sum(10 ** (-loss / 10) for loss in losses), rel=1e-5)


def test_bounds_and_routes_know_the_spans() -> None:
    """As those of a fibre of even loss that loses as much."""
    chain = fb.chain(2, length_m=25e3, duration_s=0.01, generation=fb.Given(success_probability=1e-4, attempt_period_s=1e-3))
    bounds = []
    for fiber in (FIBER, fb.Fiber(length_m=25e3, attenuation_db_per_km=(2.9 + 0.4 + 2.0) / 25)):
        same = chain.replace(links=[chain.links[0].replace(fiber=fiber)])
        bounds.append((fb.bounds.capacities(same, "plob").links[0].rate_hz, fb.run(same).bounds()["capacity_hz"][0]))
    assert bounds[0] == pytest.approx(bounds[1], rel=1e-9)


def test_spans_are_the_fibre() -> None:
    with pytest.raises(fb.SpecError, match=r"/spans.*spans of 25000 m.*length_m = 24000 m"):
        FIBER.replace(length_m=24e3)


# ---- chromatic dispersion --------------------------------------------------------------------------------------------------


def packet(lifetime_s: float, gdd_s2: float, step_s: float, points: int) -> Complex:
    """An exponential wave packet at t = 0, step, ... after dispersion, from its spectrum; negative times at the end."""
    omega = 2 * np.pi * np.fft.fftfreq(points, step_s)
    spectrum = math.sqrt(1 / lifetime_s) / (0.5 / lifetime_s - 1j * omega)
    out: Complex = np.fft.fft(spectrum * np.exp(0.5j * gdd_s2 * omega**2)) / (points * step_s)
    return out


@pytest.mark.parametrize("jitter_s", [0.0, 40e-12])
@pytest.mark.parametrize(("lifetimes_s", "position"), [((100e-12, 100e-12), 0.2), ((60e-12, 110e-12), 0.9)])
def test_dispersed_photons(lifetimes_s: tuple[float, float], position: float, jitter_s: float) -> None:
    """Share of the window and overlap, against Fourier transforms of the spectra."""
    fiber = fb.Fiber(length_m=80e3, attenuation_db_per_km=0, wavelength_m="1550 nm", dispersion_s_per_m2="17 ps/nm/km")
    window_s, step_s, points = 300e-12, 5e-14, 2**19
    made = model(fiber, lifetimes_s, station_position=position, window_s=window_s, jitter_s=jitter_s, visibility=0.5)
    per_m = -17e-6 * 1550e-9**2 / (2 * np.pi * LIGHT_M_PER_S)
    lengths = position * 80e3, (1 - position) * 80e3
    waves = [packet(tau, per_m * length, step_s, points) for tau, length in zip(lifetimes_s, lengths, strict=True)]
    t = np.fft.fftfreq(points, 1 / points) * step_s
    seen = (t >= 0) & (t < window_s)
    if jitter_s:
        seen = norm.cdf((window_s - t) / jitter_s) - norm.cdf(-t / jitter_s)
    share = [float((abs(wave) ** 2 * seen).sum() * step_s) for wave in waves]
    assert made.success_probability == pytest.approx(share[0] * share[1] / 2, rel=1e-3)
    # The window's part of the overlap is that of undispersed photons: the same model without dispersion has it.
    whole = abs((waves[0].conj() * waves[1]).sum() * step_s) ** 2
    flat = [packet(tau, 0, step_s, points) for tau in lifetimes_s]
    undispersed = abs((flat[0].conj() * flat[1]).sum() * step_s) ** 2
    plain = model(
        fiber.replace(dispersion_s_per_m2=0),
        lifetimes_s,
        station_position=position,
        window_s=window_s,
        jitter_s=jitter_s,
        visibility=0.5,
    )
    assert 2 * made.table.fidelity - 1 == pytest.approx((2 * plain.table.fidelity - 1) * whole / undispersed, rel=1e-3)
    assert "overlap_of_whole_packets" in made.approximations
    assert whole / undispersed < 0.97


def test_dispersion_is_alike_in_like_arms_and_little_for_long_photons() -> None:
    fiber = fb.Fiber(length_m=80e3, wavelength_m="1550 nm", dispersion_s_per_m2="17 ps/nm/km")
    assert model(fiber, (1e-10, 1e-10), window_s=1e-8).table.fidelity == pytest.approx(1, abs=1e-12)
    long = model(fiber, (1e-8, 1e-8), window_s=1e-7, station_position=0.1)
    plain = model(fiber.replace(dispersion_s_per_m2=0), (1e-8, 1e-8), window_s=1e-7, station_position=0.1)
    assert 1e-9 < plain.table.fidelity - long.table.fidelity < 0.01
    assert long.success_probability < plain.success_probability


# ---- polarisation-mode dispersion ------------------------------------------------------------------------------------------


def delays(mean_s: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Nodes and weights of Maxwell's distribution."""
    x = np.linspace(0, 8, 40_001)
    weights = x**2 * np.exp(-(x**2) / 2)
    weights /= weights.sum()
    return x * mean_s / (x * weights).sum(), weights


@pytest.mark.parametrize("lifetimes_s", [(5e-12, 5e-12), (4e-12, 9e-12)])
def test_pmd_turns_polarisations(lifetimes_s: tuple[float, float]) -> None:
    """Overlap of two wave packets of which a principal state of polarisation is early and one late, in any direction."""
    fiber = fb.Fiber(length_m=100e3, attenuation_db_per_km=0, pmd_s_per_sqrt_m="0.2 ps/sqrt(km)")
    mean_s = 0.2e-12 * math.sqrt(100)
    delay, weights = delays(mean_s)
    cosines = np.linspace(-1, 1, 401)
    overlap = 4 * lifetimes_s[0] * lifetimes_s[1] / sum(lifetimes_s) ** 2
    early, late = (np.exp(-delay / (4 * tau)) for tau in lifetimes_s)  # packets half the delay apart, either way
    c = [early * (1 + x) / 2 + late * (1 - x) / 2 for x in cosines]
    square = trapezoid([(weights * each**2).sum() for each in c], cosines) / 2
    made = model(fiber, lifetimes_s, visibility=overlap * 0.9)
    assert 2 * made.table.fidelity - 1 == pytest.approx(0.9 * overlap * square, rel=1e-4)
    mean = trapezoid([(weights * each).sum() for each in c], cosines) / 2
    click = fb.SingleClick(station="s", bright_state=1e-7)
    link = fb.Link(node_a="a", node_b="b", fiber=fiber, generation=click)
    a, b = (fb.Memory(name="m", photon_lifetime_s=tau, efficiency=1e-3) for tau in lifetimes_s)
    one = fb.hardware.link_model(link, a, b, fb.Station(name="s", visibility=overlap))
    assert 2 * one.table.fidelity - 1 == pytest.approx(math.sqrt(overlap) * mean, rel=1e-4)


def test_pmd_depolarises_absorbed_pairs() -> None:
    """A qubit of a photon loses its phase about the axis of the fibre, which has any direction."""
    fiber = fb.Fiber(length_m=100e3, attenuation_db_per_km=0, pmd_s_per_sqrt_m="0.2 ps/sqrt(km)")
    memory = fb.Memory(name="m", photon_lifetime_s=2e-12)
    source = fb.MidpointSource(statistics="deterministic", mean_pairs=0.5, source_position=0.3)
    link = fb.Link(node_a="a", node_b="b", fiber=fiber, generation=source)
    left = 1.0
    for length_km in (30, 70):
        delay, weights = delays(0.2e-12 * math.sqrt(length_km))
        left *= (1 + 2 * (weights * np.exp(-delay / 4e-12)).sum()) / 3
    assert fb.hardware.link_model(link, memory, memory).table.fidelity == pytest.approx((1 + 3 * left) / 4, rel=1e-6)


# ---- Raman light -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("position", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("powers_w", [(1e-3, 0.0), (0.0, 1e-3), (2e-4, 5e-4)])
def test_raman_light_slice_by_slice(position: float, powers_w: tuple[float, float]) -> None:
    """Every ten metres scatter their share, forward as backward, which is lost on its way like all light. Memories send nothing."""
    light = fb.ClassicalLight(
        power_to_b_w=powers_w[0], power_to_a_w=powers_w[1], raman_per_km_nm=2e-9, filter_bandwidth_m="0.8 nm"
    )
    fiber = FIBER.replace(wavelength_m="1550 nm", classical_light=light)
    slices, step_m = 2500, 10.0
    loss = np.concatenate([np.full(int(m / step_m), (0.25 * m / 1e3 if db is None else db) / m * step_m) for m, db in SPANS])
    before = np.concatenate([[0], np.cumsum(loss)])
    middle = (before[:-1] + before[1:]) / 2
    station_db = np.interp(position * slices, np.arange(slices + 1), before)
    there = powers_w[0] * 10 ** (-middle / 10) + powers_w[1] * 10 ** (-(before[-1] - middle) / 10)
    arriving_w = (there * 2e-9 * 0.8 * step_m / 1e3 * 10 ** (-abs(station_db - middle) / 10)).sum()
    rate_hz = arriving_w * 1550e-9 / (PLANCK_JS * LIGHT_M_PER_S)
    click = fb.SingleClick(station="s", bright_state=0.5, station_position=position)
    link = fb.Link(node_a="a", node_b="b", fiber=fiber, generation=click)
    dark_memory = fb.Memory(name="m", efficiency=0)
    station = fb.Station(name="s", detector=fb.Detector(efficiency=0.3, window_s=1e-9, dark_count_rate_hz=100))
    counts = 1e-9 * (100 + 0.3 * rate_hz / 2)
    made = fb.hardware.link_model(link, dark_memory, dark_memory, station)
    expected = 2 * (1 - math.exp(-counts)) * math.exp(-counts)
    assert made.success_probability == pytest.approx(expected, rel=1e-5)


# ---- refusals --------------------------------------------------------------------------------------------------------------

DISPERSIVE = fb.Fiber(length_m=1e3, wavelength_m="1550 nm", dispersion_s_per_m2="17 ps/nm/km")
LIT = fb.ClassicalLight(power_to_b_w=1e-3, raman_per_km_nm=2e-9, filter_bandwidth_m="0.8 nm")


def test_refusals() -> None:
    with pytest.raises(fb.SpecError, match=r"wavelength_m.*dispersion_s_per_m2"):
        fb.Fiber(length_m=1e3, dispersion_s_per_m2=1e-5)
    with pytest.raises(fb.SpecError, match=r"wavelength_m.*classical_light"):
        fb.Fiber(length_m=1e3, classical_light=LIT)
    with pytest.raises(fb.SpecError, match=r"dispersion_s_per_m2.*ps/nm/km"):
        fb.Fiber(length_m=1e3, wavelength_m="1550 nm", dispersion_s_per_m2="17 ps/(nm km)")
    for fiber in (DISPERSIVE, fb.Fiber(length_m=1e3, pmd_s_per_sqrt_m=1e-14)):
        with pytest.raises(fb.SpecError, match=r'memory "m" without photon_lifetime_s'):
            model(fiber, (1e-9, None))
