"""Light that memories absorb: bandwidths, filtered noise, dispersion, light that classical light scatters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

import farbell as fb

SPEED, PLANCK_JS = 299_792_458.0, 6.62607015e-34
NARROW = fb.FrequencyConverter(
    name="narrow", from_wavelength_m="1550 nm", to_wavelength_m="980 nm", efficiency=0.5, bandwidth_hz="40 MHz"
)
NOISY = NARROW.replace(name="noisy", noise_photons=0.05, to_wavelength_m="1310 nm")
BACK = fb.FrequencyConverter(
    name="back",
    from_wavelength_m="1310 nm",
    to_wavelength_m="980 nm",
    efficiency=0.6,
    noise_photons=0.02,
    bandwidth_hz="25 MHz",
)
FIBER = fb.Fiber(length_m="10 km")
THROUGH = 10 ** (-0.2)
SENDER = fb.Memory(name="sender", efficiency=0.8, photon_lifetime_s="10 ns")  # a line of 15.9 MHz
RECEIVER = fb.Memory(name="receiver", efficiency=0.7)
INTERFACES = [NARROW, NOISY, BACK]


def sent(**fields: Any) -> fb.Link:
    return fb.Link(**{"node_a": "a", "node_b": "b", "fiber": FIBER, "generation": fb.SenderReceiver()} | fields)


def from_source(**fields: Any) -> fb.Link:
    source = fb.MidpointSource(mean_pairs=0.1, source_position=0.3, **fields)
    return sent(generation=source)


def let_through(width_hz: float, filters_hz: list[float]) -> float:
    """By frequency: a Lorentzian line, and Lorentzian powers that filters pass."""

    if not filters_hz:
        return 1.0

    def density(f: float) -> float:
        line = width_hz / (2 * math.pi) / (f**2 + width_hz**2 / 4)
        return line * math.prod((x / 2) ** 2 / (f**2 + (x / 2) ** 2) for x in filters_hz)

    return 2 * sum(quad(density, low * width_hz, high * width_hz)[0] for low, high in ((0, 1), (1, 30), (30, 1e4)))


def line_hz(lifetime_s: float) -> float:
    return 1 / (2 * math.pi * lifetime_s)


@pytest.mark.parametrize("band_hz", [None, 2e7, 5e8])
@pytest.mark.parametrize("names", [[], ["narrow"]])
def test_a_band_takes_its_share_of_what_is_sent(band_hz: float | None, names: list[str]) -> None:
    receiver = RECEIVER.replace(absorption_bandwidth_hz=band_hz)
    made = fb.hardware.link_model(sent(interfaces_b=names), SENDER, receiver, None, INTERFACES)
    filters = [4e7] * len(names) + ([band_hz] if band_hz else [])
    arrives = 0.8 * THROUGH * 0.5 ** len(names) * 0.7 * let_through(line_hz(1e-8), filters)
    assert made.success_probability == pytest.approx(arrives, rel=1e-7)
    assert made.table.fidelity == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("statistics", ["deterministic", "down_conversion"])
def test_bands_take_their_shares_of_a_source(statistics: Any) -> None:
    bands = [3e7, 8e7]
    memories = [RECEIVER.replace(absorption_bandwidth_hz=band) for band in bands]
    one = from_source(statistics=statistics, bandwidth_hz="20 MHz", bandwidth_b_hz="45 MHz")
    made = fb.hardware.link_model(one, *memories)
    shares = [let_through(width, [band]) for width, band in zip((2e7, 4.5e7), bands, strict=True)]
    ways = 10 ** (-0.06), 10 ** (-0.14)
    expected = fb.hardware.pair_source(one.generation, *(0.7 * way * share for way, share in zip(ways, shares, strict=True)))  # type: ignore[arg-type]
    assert made.success_probability == pytest.approx(expected.success_probability, rel=1e-7)
    assert made.table.fidelity == pytest.approx(expected.fidelity, rel=1e-9)
    both = fb.hardware.link_model(one.replace(generation=one.generation.replace(bandwidth_b_hz=None)), *memories)
    assert both.success_probability != pytest.approx(made.success_probability, rel=1e-3)


def test_noise_passes_bandwidths() -> None:
    """Noise of a converter, as wide as that converter, is filtered by the next one and by the band of the memory."""
    receiver = RECEIVER.replace(absorption_bandwidth_hz="30 MHz", wavelength_m="980 nm", encoding="time_bin")
    made = fb.hardware.link_model(sent(interfaces_a=["noisy"], interfaces_b=["back"]), SENDER, receiver, None, INTERFACES)
    arrives = 0.8 * 0.5 * THROUGH * 0.6 * 0.7 * let_through(line_hz(1e-8), [4e7, 2.5e7, 3e7])
    early = 0.05 * THROUGH * 0.6 * let_through(4e7, [2.5e7, 3e7])
    late = 0.02 * let_through(2.5e7, [3e7])
    nothing = (1 - arrives) * math.exp(-2 * 0.7 * (early + late) / 2)  # of no stated encoding: one bin
    assert made.success_probability == pytest.approx(1 - nothing, rel=1e-7)
    station = fb.Station(name="s", detector=fb.Detector(window_s="1 us"), wavelength_m="980 nm")
    click = sent(
        generation=fb.SingleClick(station="s", bright_state=0.5), interfaces_a=["noisy", "back"], fiber=fb.Fiber(length_m=0)
    )
    dark = fb.Memory(name="dark", efficiency=0)
    made = fb.hardware.link_model(click, dark, dark, station, INTERFACES)
    counts = (0.05 * 0.6 * let_through(4e7, [2.5e7]) + 0.02) / 2
    assert made.success_probability == pytest.approx(2 * (1 - math.exp(-counts)) * math.exp(-counts), rel=1e-7)


def overlap_of_modes(sent_s: float, taken_s: float, gdd_s2: float) -> float:
    """|<taken|sent>|^2 by frequency, over what it is without dispersion."""
    w = np.tan(np.linspace(-math.pi / 2, math.pi / 2, 4_000_001)[1:-1]) / sent_s
    product = (1 + (w * sent_s) ** 2) / ((0.5 / sent_s + 1j * w) * (0.5 / taken_s - 1j * w))  # with the weight of the grid
    return float(abs((product * np.exp(0.5j * gdd_s2 * w**2)).sum() / product.sum()) ** 2)


@pytest.mark.parametrize("taken_s", [5e-11, 9e-11])
def test_dispersion_lowers_what_a_mode_takes(taken_s: float) -> None:
    fiber = FIBER.replace(wavelength_m="1550 nm", dispersion_s_per_m2="17 ps/nm/km")
    gdd_per_m = -17e-6 * 1550e-9**2 / (2 * math.pi * SPEED)
    sender, receiver = SENDER.replace(photon_lifetime_s=5e-11), RECEIVER.replace(photon_lifetime_s=taken_s)
    made = fb.hardware.link_model(sent(fiber=fiber), sender, receiver)
    share = overlap_of_modes(5e-11, taken_s, gdd_per_m * 10e3)
    assert 0.3 < share < 0.95
    assert made.success_probability == pytest.approx(0.8 * 0.7 * THROUGH * share, rel=1e-4)
    assert list(made.approximations) == ["one_mode_a_bin"]
    one = from_source(statistics="deterministic").replace(fiber=fiber)
    made = fb.hardware.link_model(one, receiver, receiver)
    own = [overlap_of_modes(taken_s, taken_s, gdd_per_m * length) for length in (3e3, 7e3)]
    assert made.success_probability == pytest.approx(0.1 * 0.7**2 * THROUGH * own[0] * own[1], rel=1e-4)
    wide = one.replace(generation=one.generation.replace(bandwidth_hz=line_hz(3e-11)))
    made = fb.hardware.link_model(wide, receiver, receiver)
    own = [overlap_of_modes(3e-11, taken_s, gdd_per_m * length) for length in (3e3, 7e3)]
    assert made.success_probability == pytest.approx(0.1 * 0.7**2 * THROUGH * own[0] * own[1], rel=1e-4)


@pytest.mark.parametrize("powers_w", [(1e-5, 0.0), (0.0, 1e-5), (2e-6, 5e-6)])
@pytest.mark.parametrize("filter_m", ["0.8 nm", "0.1 nm"])
def test_scattered_light_is_absorbed_in_one_mode(powers_w: tuple[float, float], filter_m: str) -> None:
    """Metre by metre; what the filter lets through beside the mode does not matter."""
    light = fb.ClassicalLight(
        power_to_b_w=powers_w[0], power_to_a_w=powers_w[1], raman_per_km_nm=1e-5, filter_bandwidth_m=filter_m
    )
    fiber = FIBER.replace(wavelength_m="1550 nm", classical_light=light)
    z = np.arange(10_000) + 0.5
    there = powers_w[0] * 10 ** (-0.02 * z / 1e3) + powers_w[1] * 10 ** (-0.02 * (1e4 - z) / 1e3)
    width_hz = 1e-9 * SPEED / 1550e-9**2  # of one nm
    per_mode = 1e-5 / 1e3 * there * 1550e-9 / (PLANCK_JS * SPEED) / width_hz

    def coming(to_m: float, low: float, high: float) -> float:
        return float((per_mode * 10 ** (-0.02 * abs(to_m - z) / 1e3))[(z > low) & (z < high)].sum())

    for sender, end_m in (("node_a", 1e4), ("node_b", 0.0)):
        link = sent(generation=fb.SenderReceiver(sender=sender), fiber=fiber)  # type: ignore[arg-type]
        receiver = RECEIVER.replace(encoding="time_bin")
        mute = SENDER.replace(efficiency=0, encoding="time_bin")
        made = fb.hardware.link_model(link, *((mute, receiver) if end_m else (receiver, mute)))
        absorbed = 2 * 0.7 * coming(end_m, 0, 1e4)
        assert 1e-4 < absorbed < 1
        assert made.success_probability == pytest.approx(1 - math.exp(-absorbed), rel=1e-6)
    source = from_source(statistics="deterministic").replace(fiber=fiber)
    made = fb.hardware.link_model(source, RECEIVER, RECEIVER)
    noise = 0.7 * coming(0, 0, 3e3), 0.7 * coming(1e4, 3e3, 1e4)
    expected = fb.hardware.pair_source(source.generation, 0.7 * 10**-0.06, 0.7 * 10**-0.14, *noise)  # type: ignore[arg-type]
    assert made.success_probability == pytest.approx(expected.success_probability, rel=1e-5)
    assert made.table.fidelity == pytest.approx(expected.fidelity, rel=1e-5)
    assert {"one_mode_a_bin", "several_photons_a_memory"} <= set(made.approximations)
    # It passes the interfaces behind the fibre.
    behind = fb.hardware.link_model(
        sent(fiber=fiber, interfaces_b=["narrow"]), SENDER.replace(efficiency=0), RECEIVER, None, INTERFACES
    )
    assert behind.success_probability == pytest.approx(1 - math.exp(-0.5 * 0.7 * coming(1e4, 0, 1e4)), rel=1e-6)


WIDE = SENDER.replace(photon_lifetime_s="1 ns")  # 159 MHz
BANDED = RECEIVER.replace(absorption_bandwidth_hz="50 MHz")
SPREAD = FIBER.replace(wavelength_m="1550 nm", dispersion_s_per_m2="17 ps/nm/km")
LIVING = RECEIVER.replace(photon_lifetime_s="1 ns")
REFUSED: dict[str, tuple[fb.Link, fb.Memory, fb.Memory, str, str, str]] = {
    "wider than the band": (sent(), WIDE, BANDED, "/link/interfaces_b", "bandwidth of 1.59e+08 Hz", "at most 5e+07 Hz, the absorption_bandwidth_hz"),
    "wider than an interface of the sender": (sent(interfaces_a=["narrow"]), WIDE, RECEIVER, "/link/interfaces_a/0", "4e+07 Hz", "at least 1.59e+08 Hz"),
    "wider than one of the receiver": (sent(interfaces_b=["narrow"]), WIDE, RECEIVER, "/link/interfaces_b/0", "4e+07 Hz", "an interface as wide as that"),
    "source wider than the band": (from_source(bandwidth_hz="60 MHz", bandwidth_b_hz="10 MHz"), BANDED, BANDED, "/link/interfaces_a", "6e+07 Hz", "\"price\""),
    "source wider than an interface": (
        from_source(bandwidth_hz="60 MHz").replace(interfaces_b=["narrow"]), RECEIVER, RECEIVER, "/link/interfaces_b/0", "4e+07 Hz", "bandwidth of the source",
    ),
    "many modes in a band": (from_source(bandwidth_hz="6 MHz", spectral_purity=0.5), BANDED, BANDED, "/spectral_purity", "0.5", "1 with bandwidths"),
    "many modes, dispersed": (from_source(spectral_purity=0.5).replace(fiber=SPREAD), LIVING, LIVING, "/spectral_purity", "0.5", "dispersion"),
    "dispersion and a band": (sent(fiber=SPREAD), SENDER, BANDED.replace(photon_lifetime_s="1 ns"), "", "dispersion_s_per_m2", "one of them"),
    "dispersion of unknown light": (sent(fiber=SPREAD), SENDER.replace(photon_lifetime_s=None), LIVING, "", "without photon_lifetime_s", "of both"),
    "dispersion to an unknown mode": (sent(fiber=SPREAD), SENDER, RECEIVER, "", "without photon_lifetime_s", "of both"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    link, a, b, path, found, allowed = REFUSED[name]
    with pytest.raises(fb.SpecError) as error:
        fb.hardware.link_model(link, a, b, None, INTERFACES)
    assert error.value.path == path
    assert found in error.value.found
    assert allowed in error.value.allowed


def test_a_price_for_light_that_is_too_wide() -> None:
    made = fb.hardware.link_model(sent(light_mismatch="price"), WIDE, BANDED)
    assert made.success_probability == pytest.approx(0.8 * 0.7 * THROUGH * let_through(line_hz(1e-9), [5e7]), rel=1e-6)
    assert list(made.approximations) == ["priced_light_mismatch"]
    one = from_source(bandwidth_hz="60 MHz", statistics="deterministic").replace(light_mismatch="price")
    made = fb.hardware.link_model(one, BANDED, BANDED)
    assert made.success_probability == pytest.approx(0.1 * THROUGH * (0.7 * 5 / 11) ** 2, rel=1e-9)
