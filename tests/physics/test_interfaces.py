"""Converters and transducers: wave packets, noise, pace, checks along the way, prices, and a hybrid chain."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

import farbell as fb
from oracle import light

SPEED = 299_792_458.0


# ---- wave packets ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_wave_packets_against_steps_in_time(seed: int) -> None:
    """Filters in a row, windows and detunings, equal poles among them."""
    rng = np.random.default_rng(seed)
    lifetimes = rng.uniform(5e-9, 2e-8, size=2).tolist()
    widths = [rng.uniform(1e7, 5e7, size=n).tolist() for n in (2, seed % 3)]
    if seed == 0:
        widths[0][1] = widths[0][0]
    if seed == 3:
        widths[0][0] = 1 / (2 * math.pi * lifetimes[0])
    detuning_hz, window_s = (0.0, math.inf) if seed % 2 else (rng.uniform(-3e7, 3e7), rng.uniform(1e-8, 5e-8))
    found = fb.hardware.photon_overlap(
        *lifetimes, bandwidths_a_hz=widths[0], bandwidths_b_hz=widths[1], detuning_hz=detuning_hz, window_s=window_s
    )
    assert found == pytest.approx(light.shaped(lifetimes, widths, detuning_hz, window_s), rel=1e-9)


def test_wave_packets_in_closed_form() -> None:
    tau_a, tau_b, width, detuning = 1e-8, 2.5e-8, 3e7, 1.1e7
    a, b, kappa = 1 / tau_a, 1 / tau_b, 2 * math.pi * width
    *_, overlap = fb.hardware.photon_overlap(tau_a, tau_b, detuning_hz=detuning)
    assert overlap == pytest.approx(4 * a * b / ((a + b) ** 2 + (4 * math.pi * detuning) ** 2), rel=1e-13)
    share, whole, overlap = fb.hardware.photon_overlap(tau_a, tau_a, bandwidths_a_hz=[width])
    assert (share, whole, overlap) == pytest.approx((kappa / (kappa + a), 1, kappa / (kappa + a)), rel=1e-13)
    share, _, overlap = fb.hardware.photon_overlap(tau_a, tau_a, detuning_hz=detuning, window_s=7e-9)
    turned = abs((1 - np.exp(-(a - 2j * math.pi * detuning) * 7e-9)) / (1 - 2j * math.pi * detuning * tau_a)) ** 2
    assert share == pytest.approx(1 - math.exp(-0.7), rel=1e-13)
    assert overlap == pytest.approx(turned / share**2, rel=1e-12)
    wide = fb.hardware.photon_overlap(tau_a, tau_b, bandwidths_a_hz=[1e15], window_s=4e-8)
    assert wide == pytest.approx(fb.hardware.photon_overlap(tau_a, tau_b, window_s=4e-8), rel=1e-6)


@pytest.mark.parametrize(
    "wrong", [{"lifetime_a_s": 0}, {"bandwidths_b_hz": [-1.0]}, {"window_s": 0}, {"lifetime_b_s": math.inf}]
)
def test_wave_packets_refuse(wrong: dict[str, Any]) -> None:
    with pytest.raises(fb.SpecError, match="above 0"):
        fb.hardware.photon_overlap(**{"lifetime_a_s": 1e-8, "lifetime_b_s": 1e-8} | wrong)


# ---- links that meet at a station --------------------------------------------------------------------------------------------

UP = fb.Transducer(
    name="up", from_wavelength_m=0.06, to_wavelength_m="1550 nm", efficiency=0.5, added_noise_photons=0.3, bandwidth_hz="1 MHz"
)
PULSED = UP.replace(name="pulsed", bandwidth_hz=None, duty_cycle=0.25, repetition_s="1 ms")
TO_1310 = fb.FrequencyConverter(
    name="to 1310",
    from_wavelength_m="1550 nm",
    to_wavelength_m="1310 nm",
    efficiency=0.6,
    noise_photons=0.01,
    noise_rate_hz="20 kHz",
)
FROM_637 = fb.FrequencyConverter(
    name="from 637", from_wavelength_m="637 nm", to_wavelength_m="1310 nm", efficiency=0.3, noise_photons=0.02
)
BINS = fb.EncodingConverter(name="bins", from_encoding="polarisation", to_encoding="time_bin", efficiency=0.8)
INTERFACES = [UP, PULSED, TO_1310, FROM_637, BINS]
TRANSMON = fb.Memory(name="transmon", efficiency=0.9, wavelength_m=0.06)
NV = fb.Memory(name="nv", efficiency=0.4, wavelength_m="637 nm", background_photons=0.05)
STATION = fb.Station(
    name="s",
    visibility=0.9,
    local_overhead_s="1 us",
    detector=fb.Detector(efficiency=0.8, dark_count_rate_hz=1e4, window_s="1 us"),
)


def link(generation: Any = None, **fields: Any) -> fb.Link:
    generation = generation or fb.DoubleClick(station="s", station_position=0.25)
    return fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m="20 km"), generation=generation, **fields)


def model_of(
    one: fb.Link, memory_a: fb.Memory = TRANSMON, memory_b: fb.Memory = NV, station: fb.Station | None = STATION
) -> Any:
    return fb.hardware.link_model(one, memory_a, memory_b, station, INTERFACES)


def double_click(eta_a: float, eta_b: float, visibility: float, mean_dark: float) -> tuple[float, float]:
    """Success and fidelity of docs/physics/heralded_links.md."""
    dark = -math.expm1(-mean_dark)
    a, b = ((1 - dark) * (eta + 2 * dark * (1 - eta)) for eta in (eta_a, eta_b))
    both = (
        eta_a * eta_b * (1 + visibility) / 2 + eta_a * (1 - eta_b) + eta_b * (1 - eta_a) + 2 * dark * (1 - eta_a) * (1 - eta_b)
    )
    both *= 2 * dark * (1 - dark) ** 2
    return (a * b + both) / 2, (a * b + visibility * eta_a * eta_b * (1 - dark) ** 2) / (2 * (a * b + both))


def test_noise_passes_what_stands_behind_its_source() -> None:
    model = model_of(link(interfaces_a=["up", "to 1310"], interfaces_b=["from 637"]))
    rest_a, rest_b = 10 ** (-0.1) * 0.8, 10 ** (-0.3) * 0.8
    eta_a, eta_b = 0.9 * 0.5 * 0.6 * rest_a, 0.4 * 0.3 * rest_b
    noise_a = (
        0.5 * 0.3 * math.pi / 2 * 1e6 * 1e-6 * 0.6 + 0.01 + 20e3 * 1e-6
    ) * rest_a  # one pole: pi/2 of its width, times the window
    noise_b = (0.02 + 0.05 * 0.4 * 0.3) * rest_b
    success, fidelity = double_click(eta_a, eta_b, 0.9, 1e4 * 1e-6 + (noise_a + noise_b) / 2)
    assert model.success_probability == pytest.approx(success, rel=1e-12)
    assert model.table.fidelity == pytest.approx(fidelity, rel=1e-12)
    assert model.approximations == {}


def test_noise_of_a_transducer_of_unknown_bandwidth_is_in_one_mode() -> None:
    model = model_of(
        link(interfaces_a=["pulsed", "to 1310"], interfaces_b=["from 637"]), memory_b=NV.replace(background_photons=0)
    )
    rest_a, rest_b = 10 ** (-0.1) * 0.8, 10 ** (-0.3) * 0.8
    noise = ((0.15 * 0.6 + 0.01 + 0.02) * rest_a + 0.02 * rest_b) / 2
    success, fidelity = double_click(0.27 * rest_a, 0.12 * rest_b, 0.9, 0.01 + noise)
    assert (model.success_probability, model.table.fidelity) == pytest.approx((success, fidelity), rel=1e-12)


def test_pace() -> None:
    """The longer of period and pulses, over the duty cycle; trains are longer."""
    assert model_of(link(interfaces_a=["up", "to 1310"], interfaces_b=["from 637"])).period_s == pytest.approx(
        151e-6, rel=1e-12
    )
    slow = model_of(link(interfaces_a=["pulsed", "to 1310"], interfaces_b=["from 637"]))
    assert slow.period_s == pytest.approx(1e-3 / 0.25, rel=1e-12)
    assert list(slow.approximations) == ["even_duty_cycle"]
    train = fb.DoubleClick(station="s", multiplexing=fb.Multiplexing(modes=3, mode_separation_s="2 ms"))
    slow = model_of(link(train, interfaces_a=["pulsed", "to 1310"], interfaces_b=["from 637"]))
    assert slow.period_s == pytest.approx((1e-3 + 4e-3) / 0.25, rel=1e-12)
    fast = fb.DoubleClick(station="s", multiplexing=fb.Multiplexing(modes=3, mode_separation_s="0.5 ms"))
    with pytest.raises(fb.SpecError, match="repetition_s") as error:
        model_of(link(fast, interfaces_a=["pulsed", "to 1310"], interfaces_b=["from 637"]))
    assert error.value.path == "/multiplexing/mode_separation_s"


def test_filters_take_their_share_and_bound_the_overlap() -> None:
    tau = 1e-6  # a line of 0.16 MHz behind 1 MHz
    a, b = (memory.replace(photon_lifetime_s=tau, background_photons=0) for memory in (TRANSMON, NV))
    station = STATION.replace(visibility=0.8, detector=fb.Detector(window_s="20 us"))
    one = link(interfaces_a=["up"], interfaces_b=["from 637"])
    share, _, whole = fb.hardware.photon_overlap(tau, tau, bandwidths_a_hz=[1e6])
    b = b.replace(wavelength_m=None)
    free = [UP.replace(added_noise_photons=0), FROM_637.replace(to_wavelength_m="1550 nm", noise_photons=0)]
    model = fb.hardware.link_model(one, a, b, station, free)
    eta_a, eta_b = 0.45 * share * 10 ** (-0.1), 0.12 * 10 ** (-0.3)
    success, fidelity = double_click(eta_a, eta_b, 0.8, 0)
    assert model.success_probability == pytest.approx(success, rel=1e-8)
    assert model.table.fidelity == pytest.approx(fidelity, rel=1e-8)
    with pytest.raises(fb.SpecError, match="overlap of photons") as error:
        fb.hardware.link_model(one, a, b, station.replace(visibility=0.9), free)
    assert error.value.path == "/station/visibility"
    priced = fb.hardware.link_model(one.replace(light_mismatch="price"), a, b, station.replace(visibility=0.9), free)
    assert priced.table.fidelity == pytest.approx((1 + 0.9 * whole) / 2, rel=1e-7)
    assert list(priced.approximations) == ["priced_light_mismatch"]


@pytest.mark.parametrize("scheme", ["one click", "two clicks"])
def test_a_price_for_unlike_wavelengths(scheme: str) -> None:
    """Lorentzian lines: 1/(1 + (2 pi detuning tau)^2) of whole photons."""
    tau, wavelength, detuning = 1.2e-8, 637e-9, 8e6
    other = SPEED / (SPEED / wavelength + detuning)
    a, b = (fb.Memory(name="m", efficiency=1e-4, photon_lifetime_s=tau, wavelength_m=x) for x in (wavelength, other))
    station = fb.Station(name="s", visibility=0.95, detector=fb.Detector(window_s="1 us"))
    generation = fb.SingleClick(station="s", bright_state=1e-6) if scheme == "one click" else fb.DoubleClick(station="s")
    one = link(generation, light_mismatch="price").replace(fiber=fb.Fiber(length_m=0))
    left = 0.95 / (1 + (2 * math.pi * detuning * tau) ** 2)
    fidelity = (1 + (math.sqrt(left) if scheme == "one click" else left)) / 2
    assert fb.hardware.link_model(one, a, b, station).table.fidelity == pytest.approx(fidelity, rel=1e-5)
    with pytest.raises(fb.SpecError, match="a frequency converter from 636") as error:
        fb.hardware.link_model(one.replace(light_mismatch="refuse"), a, b, station)
    assert error.value.path == "/link/interfaces_b"
    with pytest.raises(fb.SpecError, match="photon_lifetime_s of both") as error:
        fb.hardware.link_model(one, a, b.replace(photon_lifetime_s=None), station)
    assert error.value.path == "/link/light_mismatch"


def test_polarisers_have_detectors_of_their_own() -> None:
    """A click in one polarisation leaves the detectors of the other whole: no dead time, no afterpulses between the two."""
    detector = fb.Detector(efficiency=0.8, dead_time_s="20 us", afterpulse_probability=0.2)
    station = STATION.replace(detector=detector, bin_separation_s="0.5 us")
    memory = fb.Memory(name="m", efficiency=0.5)
    apart = fb.hardware.link_model(link(), memory.replace(encoding="polarisation"), memory, station)
    ideal = fb.hardware.link_model(link(), memory, memory, station.replace(detector=fb.Detector(efficiency=0.8)))
    shared = fb.hardware.link_model(link(), memory, memory, station)
    assert apart.success_probability == pytest.approx(ideal.success_probability, rel=1e-14)
    assert shared.success_probability < 0.6 * ideal.success_probability


# ---- memories that absorb ----------------------------------------------------------------------------------------------------


def absorbed(source: fb.MidpointSource, eta: list[float], noise: list[float]) -> tuple[float, float]:
    """Success and correlation, of every number of pairs and of noise photons; one spectral mode."""

    def poisson(mean: float) -> list[float]:
        return [math.exp(-mean) * mean**n / math.factorial(n) for n in range(12)]

    def reads(h: int, v: int, end: int) -> tuple[float, float]:
        """Probability of a photon, and mean of the result, with h and v photons on their way to a memory."""
        light, mean = 0.0, 0.0
        extra = poisson(noise[end] / 2)
        for i, j in product(range(h + 1), range(v + 1)):
            p = math.prod(math.comb(n, k) * eta[end] ** k * (1 - eta[end]) ** (n - k) for n, k in ((h, i), (v, j)))
            for m, n in product(range(12), repeat=2):
                weight, some_h, some_v = p * extra[m] * extra[n], i + m > 0, j + n > 0
                light += weight * (some_h or some_v)
                mean += weight * (int(some_h) - int(some_v))
        return light, mean

    if source.statistics == "deterministic":
        pairs = {(1, 0): source.mean_pairs / 2, (0, 1): source.mean_pairs / 2, (0, 0): 1 - source.mean_pairs}
    else:
        m = source.mean_pairs / 2
        thermal = [(m / (1 + m)) ** n / (1 + m) for n in range(7)]
        pairs = {(h, v): thermal[h] * thermal[v] for h, v in product(range(7), repeat=2)}
    falsely = source.false_herald_probability
    told = 1 - (1 - source.herald_efficiency) * (1 - falsely)
    success = correlation = 0.0
    for (h, v), p in pairs.items():
        (light_a, mean_a), (light_b, mean_b) = reads(h, v, 0), reads(h, v, 1)
        success += p * math.prod(told * x + falsely * (1 - x) for x in (light_a, light_b))
        correlation += p * told**2 * mean_a * mean_b
    return success, correlation


@pytest.mark.parametrize("statistics", ["deterministic", "down_conversion"])
def test_noise_that_memories_absorb(statistics: str) -> None:
    source = fb.MidpointSource(
        mean_pairs=0.05, statistics=statistics, pair_fidelity=0.95, herald_efficiency=0.9, false_herald_probability=0.01
    )
    eta, noise = [0.3, 0.6], [0.1, 0.02]
    table = fb.hardware.pair_source(source, *eta, *noise)
    success, correlation = absorbed(source, eta, noise)
    w = (4 * 0.95 - 1) / 3 * correlation / success
    assert table.success_probability == pytest.approx(success, rel=1e-8)
    assert table.fidelity == pytest.approx((1 + 3 * w) / 4, rel=1e-8)
    with pytest.raises(fb.SpecError, match="noise_b"):
        fb.hardware.pair_source(source, *eta, 0.1, -1)


def test_light_of_a_source_comes_to_the_interfaces_behind_the_fibre() -> None:
    down = fb.Transducer(
        name="down", from_wavelength_m="1310 nm", to_wavelength_m=0.06, efficiency=0.5, added_noise_photons=0.04
    )
    source = fb.MidpointSource(mean_pairs=0.1, wavelength_m="1550 nm", wavelength_b_m="637 nm", encoding="time_bin")
    one = link(source, interfaces_a=["to 1310", "down"])
    interfaces = [TO_1310.replace(noise_rate_hz=0), down]
    model = fb.hardware.link_model(one, TRANSMON, NV, None, interfaces)
    noise = 2 * 0.9 * (0.01 * 0.5 + 0.02)  # in two bins
    table = fb.hardware.pair_source(source, 0.9 * 0.3 * 10 ** (-0.2), 0.4 * 10 ** (-0.2), noise)
    assert model.success_probability == pytest.approx(table.success_probability, rel=1e-13)
    assert model.table.fidelity == pytest.approx(table.fidelity, rel=1e-13)
    with pytest.raises(fb.SpecError, match="have no window"):
        fb.hardware.link_model(one, TRANSMON, NV, None, [TO_1310, down])


# ---- what is refused ---------------------------------------------------------------------------------------------------------

LIT = STATION.replace(wavelength_m="1310 nm")
CROSSED = {"interfaces_a": ["up", "to 1310"], "interfaces_b": ["from 637"]}
REFUSED = {
    "no converter": ({"interfaces_a": ["up", "to 1310"]}, {}, "interfaces_b", "light of 637 nm from memory", '"from 637" of /interfaces'),
    "no converter at all": ({}, {"memory_a": TRANSMON.replace(wavelength_m="854 nm")}, "interfaces_a", "854 nm", "a frequency converter from 854 nm to 1310"),
    "no transducer": ({}, {"memory_a": TRANSMON.replace(wavelength_m=0.05)}, "interfaces_a", "50 mm", "a transducer from 50 mm to 1310 nm"),
    "wrong order": ({**CROSSED, "interfaces_a": ["to 1310", "up"]}, {}, "interfaces_a/0", "light of 60 mm", '"up" of /interfaces'),
    "wrong one": ({**CROSSED, "interfaces_b": ["to 1310"]}, {}, "interfaces_b/0", "637 nm", 'which "to 1310" takes: a frequency converter'),
    "unknown": ({**CROSSED, "interfaces_b": ["from 673"]}, {}, "interfaces_b/0", "from 673", "light interface"),
    "fibre": (CROSSED | {"fiber": fb.Fiber(length_m=10, wavelength_m="1550 nm")}, {}, "interfaces_a", "1310 nm", "within 2 %"),
    "unlike arms": (
        {"interfaces_a": ["up"], "interfaces_b": ["from 637"]}, {"station": STATION}, "interfaces_b", '1310 nm from "from 637"', "1550 nm, as from node_a",
    ),
    "priced, far from the station": (CROSSED | {"interfaces_a": ["up"], "light_mismatch": "price"}, {}, "interfaces_a", "1550 nm", "within 2 %, which station"),
    "encoding": (
        {**CROSSED, "interfaces_b": ["from 637", "bins"]}, {"memory_b": NV.replace(encoding="presence")}, "interfaces_b/1", "presence", "an encoding converter",
    ),
    "encoding of arms": (
        CROSSED, {"memory_a": TRANSMON.replace(encoding="time_bin"), "memory_b": NV.replace(encoding="polarisation")}, "interfaces_b", "polarisation", '"bins" of /interfaces',
    ),
    "encoding of a scheme": (CROSSED, {"memory_a": TRANSMON.replace(encoding="presence")}, "interfaces_a", "presence", "which a double click takes"),
    "narrow": (CROSSED, {"memory_a": TRANSMON.replace(photon_lifetime_s="10 ns")}, "interfaces_a/0", "1e+06 Hz", "1.59e+07 Hz"),
    "given": (CROSSED | {"generation": fb.Given(success_probability=0.1, attempt_period_s=1)}, {"station": None}, "interfaces_a", "interfaces", "given"),
    "priced given": (
        {"generation": fb.Given(success_probability=0.1, attempt_period_s=1), "light_mismatch": "price"}, {"station": None}, "light_mismatch", "price", "refuse",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    fields, others, path, found, allowed = REFUSED[name]
    with pytest.raises(fb.SpecError) as error:
        model_of(link().replace(**fields), **{"station": LIT} | others)
    assert error.value.path == f"/link/{path}"
    assert found in error.value.found
    assert allowed in error.value.allowed


def test_stations_take_what_their_scheme_can() -> None:
    memory = fb.Memory(name="m")
    one = link(fb.SingleClick(station="s", bright_state=0.1))
    with pytest.raises(fb.SpecError, match='"presence", for a single click') as error:
        fb.hardware.link_model(one, memory, memory, STATION.replace(encoding="time_bin"))
    assert error.value.path == "/station/encoding"
    with pytest.raises(fb.SpecError, match="entangled in what each of them is"):
        fb.hardware.link_model(link(fb.MidpointSource(mean_pairs=0.1, encoding="presence")), memory, memory)


def hybrid_with_a_station() -> fb.Scenario:
    """The transmon's photon meets one of the crystal at a station, of another shape."""
    scenario = fb.example("hybrid")
    transmon, crystal, ion = scenario.memories
    detector = fb.Detector(efficiency=0.9, window_s="400 ns")
    station = fb.Station(name="midpoint", visibility=0.95, local_overhead_s="1 us", detector=detector, wavelength_m="1532 nm")
    return scenario.replace(
        memories=[
            transmon.replace(photon_lifetime_s="100 ns"),
            crystal.replace(photon_lifetime_s="100 ns", retrieval=None),
            ion,
        ],
        stations=[station],
        links=[
            scenario.links[0].replace(generation=fb.DoubleClick(station="midpoint"), light_mismatch="price"),
            scenario.links[1],
        ],
    )


def test_a_transducer_that_cannot_keep_pace_with_slots_is_refused() -> None:
    scenario = fb.example("hybrid").with_values({"demands/0/cutoff": None})
    for change, ok in (({}, False), ({"duty_cycle": 1.0}, True), ({"duty_cycle": 1.0, "repetition_s": 2e-3}, False)):
        up, *others = scenario.interfaces
        slotted = scenario.replace(timing="slotted", slot_s="1 ms", interfaces=[up.replace(**change), *others])
        if ok:
            fb.compile(slotted)
            continue
        with pytest.raises(fb.SpecError, match="where an attempt is made in each slot") as error:
            fb.compile(slotted)
        assert error.value.path == "/links/0/interfaces_a"


def test_a_scenario_says_where() -> None:
    scenario = hybrid_with_a_station()
    with pytest.raises(fb.SpecError) as error:
        fb.compile(scenario.with_values({"links/0/interfaces_a": []}))
    assert error.value.path == "/links/0/interfaces_a"
    assert '"upwards" of /interfaces' in error.value.allowed
    with pytest.raises(fb.SpecError) as error:
        fb.compile(scenario.replace(interfaces=[*scenario.interfaces, scenario.interfaces[0]]))
    assert error.value.path == "/interfaces/3/name"
    change = fb.Change(at_s=1, link="transmon--crystal", generation=fb.MidpointSource(mean_pairs=0.1, wavelength_m="780 nm"))
    with pytest.raises(fb.SpecError) as error:
        fb.compile(
            scenario.with_values({"links/0/light_mismatch": "refuse", "stations/0/visibility": 0.5}).replace(changes=[change])
        )
    assert error.value.path == "/links/0/fiber/wavelength_m"
    source = change.generation.replace(wavelength_m="1532 nm", encoding="time_bin")
    with pytest.raises(fb.SpecError, match=r'light of 1532 nm from the source.*which "upwards" takes: a transducer') as error:
        fb.compile(
            scenario.with_values({"links/0/light_mismatch": "refuse", "stations/0/visibility": 0.5}).replace(
                changes=[change.replace(generation=source)]
            )
        )
    assert error.value.path == "/links/0/interfaces_a/0"


def test_interfaces_have_parameters_that_get_better_and_wavelengths_do_not() -> None:
    found = {p.path: p.improvement for p in fb.design.parameters(fb.example("hybrid"))}
    assert {path: how for path, how in found.items() if path.startswith("interfaces/upwards")} == {
        "interfaces/upwards/efficiency": "probability",
        "interfaces/upwards/added_noise_photons": "rate",
        "interfaces/upwards/bandwidth_hz": "none",
        "interfaces/upwards/duty_cycle": "probability",
        "interfaces/upwards/repetition_s": "none",
    }
    assert not any("wavelength" in path for path in found)
    better = fb.design.improved(fb.example("hybrid"), {"interfaces/upwards/added_noise_photons": 2})
    assert better.interfaces[0].added_noise_photons == 0.001


# ---- a hybrid chain ----------------------------------------------------------------------------------------------------------


def test_hybrid_chain_against_a_calculation_of_its_own() -> None:
    """Both links of the example, photons counted."""
    model = fb.compile(fb.example("hybrid"))
    table = model.link_table()
    fibre = 10 ** (-0.04)
    arrives = 0.9 * 0.5 * fibre * 0.5
    noise = 0.5 * 0.002 * fibre * 0.5  # absorbed, in either bin
    nothing = (1 - arrives) * math.exp(-2 * noise)
    success = 1 - nothing * (1 - 1e-5)
    one = arrives * math.exp(-noise)  # and none in the other bin
    assert table["success_probability"][0] == pytest.approx(success, rel=1e-12)
    # Three parts of four of what is not the right pair are as far from it as white noise; an empty memory tells so at the swap.
    full = 1 - nothing
    outcomes = fb.hardware.link_model(
        model.scenario.links[0], *model.scenario.memories[:2], interfaces=model.scenario.interfaces
    ).table.outcomes
    assert [outcome.empty for outcome in outcomes] == [[False, False], [False, True]]
    assert outcomes[0].probability == pytest.approx(full / success, rel=1e-12)
    assert outcomes[0].fidelity == pytest.approx((1 + 3 * one / full) / 4, rel=1e-12)
    assert table["attempt_period_s"][0] == pytest.approx((2 * 2e3 / 2e8 + 1e-6) / 0.9, rel=1e-12)
    source = fb.MidpointSource(mean_pairs=0.05)
    fibre = 10 ** (-0.1)
    success, correlation = absorbed(source, [0.5 * fibre, 0.3 * 0.5 * 0.8 * fibre], [0, 0.3 * 1e-4 * 0.8])
    assert table["success_probability"][1] == pytest.approx(success, rel=1e-8)
    assert table["fidelity"][1] == pytest.approx((1 + 3 * correlation / success) / 4, rel=1e-8)
    assert "even_duty_cycle" in {note["name"] for note in model.approximations}
    results = fb.run(model, progress=False)
    assert len(results.pairs) > 0


@pytest.mark.parametrize("sender", ["node_a", "node_b"])
def test_light_that_is_sent_passes_the_interfaces_of_both_ends(sender: str) -> None:
    """Out through a transducer, in through a converter; noise of the first goes through the fibre and the second."""
    out = fb.Transducer(
        name="out", from_wavelength_m=0.06, to_wavelength_m="1550 nm", efficiency=0.5, added_noise_photons=0.3, duty_cycle=0.8
    )
    back = fb.FrequencyConverter(
        name="in", from_wavelength_m="1550 nm", to_wavelength_m="780 nm", efficiency=0.6, noise_photons=0.02
    )
    sending = fb.Memory(name="s", efficiency=0.7, wavelength_m=0.06, encoding="time_bin", background_photons=0.1)
    taking = fb.Memory(name="r", efficiency=0.4, wavelength_m="780 nm", encoding="time_bin")
    to_b = sender == "node_a"
    names = (["out"], ["in"])[:: 1 if to_b else -1]
    link = fb.Link(
        node_a="a",
        node_b="b",
        fiber=fb.Fiber(length_m="20 km", wavelength_m="1550 nm"),
        generation=fb.SenderReceiver(sender=sender),  # type: ignore[arg-type]
        interfaces_a=names[0],
        interfaces_b=names[1],
    )
    ends = (sending, taking) if to_b else (taking, sending)
    model = fb.hardware.link_model(link, *ends, interfaces=[out, back])
    fibre = 10**-0.4
    arrives = 0.7 * 0.5 * fibre * 0.6 * 0.4
    noise = 0.1 * arrives + (0.5 * 0.3 * fibre * 0.6 + 0.02) * 0.4
    assert model.success_probability == pytest.approx(1 - (1 - arrives) * math.exp(-2 * noise), rel=1e-12)
    assert model.table.fidelity == pytest.approx(
        (1 + 3 * arrives * math.exp(-noise) / model.success_probability) / 4, rel=1e-12
    )
    assert model.period_s == pytest.approx(2 * 20e3 / 2e8 / 0.8, rel=1e-12)
    assert {"even_duty_cycle", "several_photons_a_memory"} <= set(model.approximations)
    ports = ("/link/interfaces_a", "/link/interfaces_b")[:: 1 if to_b else -1]
    for change, where in (
        ({f"interfaces_{'a' if to_b else 'b'}": []}, ports[0]),
        ({f"interfaces_{'b' if to_b else 'a'}": []}, ports[1]),
    ):
        with pytest.raises(fb.SpecError) as error:
            fb.hardware.link_model(link.replace(**change), *ends, interfaces=[out, back])
        assert error.value.path == where
    presence = [memory.replace(encoding="presence") for memory in ends]
    with pytest.raises(fb.SpecError, match="no qubit where it may be lost"):
        fb.hardware.link_model(link, *presence, interfaces=[out, back])
    priced = fb.hardware.link_model(link.replace(light_mismatch="price"), *ends, interfaces=[out, back])
    assert priced.success_probability == model.success_probability


def test_a_station_between_unlike_photons_against_a_calculation_of_its_own() -> None:
    """Wave packets written down and integrated."""
    model = fb.compile(hybrid_with_a_station())
    table = model.link_table()
    t, step = np.linspace(0, 400e-9, 200_001, retstep=True)
    gamma, kappa = 1 / 100e-9, 2 * math.pi * 20e6
    plain = math.sqrt(gamma) * np.exp(-gamma * t / 2)
    filtered = math.sqrt(gamma) * kappa / (kappa - gamma) * (np.exp(-gamma * t / 2) - np.exp(-kappa * t / 2))
    inner = [float(np.trapezoid(x * y, dx=step)) for x, y in ((plain, plain), (filtered, filtered), (plain, filtered))]
    rest = 10 ** (-0.02) * 0.9
    noise = 0.5 * 0.002 * math.pi / 2 * 20e6 * 400e-9 * rest / 2
    success, fidelity = double_click(
        0.9 * 0.5 * inner[1] * rest, 0.5 * inner[0] * rest, 0.95 * inner[2] ** 2 / (inner[0] * inner[1]), noise
    )
    assert table["success_probability"][0] == pytest.approx(success, rel=1e-8)
    assert table["fidelity"][0] == pytest.approx(fidelity, rel=1e-8)
    assert table["attempt_period_s"][0] == pytest.approx((2e3 / 2e8 + 1e-6) / 0.9, rel=1e-12)
    assert {note["name"] for note in model.approximations} >= {"priced_light_mismatch", "even_duty_cycle"}
