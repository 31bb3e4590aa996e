"""Single-click heralding: cases B03 and B06 in runs, every photon followed, detectors, and the optical phase of a link."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

import farbell as fb
from oracle import fock, hardware
from physics.cases import assert_close, case
from physics.runs import chains, one_each
from physics.sampling import Change, assert_sampled, estimate, samples_to_detect, unchanged
from physics.test_link_runs import check_success, clicks, lasting, run, station

B03, B06 = case("B03"), case("B06")

#: Successes that detect 2 % of a small success probability, and some to spare; their mean fidelity is then known to 0.005.
SUCCESSES = samples_to_detect(0.02, 1)


def settings(text: str) -> list[float]:
    return [float(x) for x in re.fullmatch(r"alpha=(.*),eta=(.*),pd=(.*),V=(.*),sigma_rad=(.*)", text).groups()]


@pytest.mark.parametrize("setting", B03.expected)
def test_case_as_a_table(setting: str) -> None:
    alpha, eta, dark, visibility, sigma_rad = settings(setting)
    table = fb.hardware.single_click(
        efficiency_a=eta,
        efficiency_b=eta,
        bright_state=alpha,
        visibility=visibility,
        dark_count_probability=dark,
        phase_sigma_rad=sigma_rad,
    )
    assert_close(table.success_probability, B03.expected[setting]["p_success"], B03.tolerance)
    assert_close(table.fidelity, B03.expected[setting]["F"], B03.tolerance)
    assert table.truncation_error == 0


def single(scenario: fb.Scenario, **fields: Any) -> fb.Scenario:
    """The same links with one click instead of two."""
    generation = fb.SingleClick(station="station", **fields)
    return scenario.replace(links=[link.replace(generation=generation) for link in scenario.links])


def check_pairs(results: fb.Results, success: float, fidelity: float, tolerance: float) -> None:
    check_success(results, success, tolerance)
    assert_sampled(estimate(results.pairs["fidelity"]), fidelity, tolerance, detects=0.005)


def check_case(setting: str, change: Change = unchanged) -> None:
    expected = B03.expected[setting]
    alpha, eta, dark, visibility, sigma_rad = settings(setting)
    scenario = single(clicks(efficiency=eta, station=station(visibility, dark)), bright_state=alpha, phase_sigma_rad=sigma_rad)
    results = run(change(lasting(scenario, 1e-6, expected["p_success"], SUCCESSES)))
    check_pairs(results, expected["p_success"], expected["F"], B03.tolerance)


@pytest.mark.parametrize("setting", B03.expected)
def test_case(setting: str) -> None:
    check_case(setting)


SCHEMES = ["double", *next(iter(B06.expected.values()))["single"]]


def check_scheme(length: str, scheme: str, change: Change = unchanged) -> None:
    """Rate and fidelity of a link with the station in the middle, once for each scheme."""
    expected = B06.expected[length]
    scenario = clicks(
        efficiency=0.3, station=station(0.95, 1e-6, overhead_s=0), length_m=1e3 * float(re.fullmatch("L=(.*)km", length)[1])
    )
    if scheme == "double":
        expected = expected["double"]
    else:
        expected = expected["single"][scheme]
        scenario = single(scenario, bright_state=float(scheme), phase_sigma_rad=0.2)
    period_s = expected["p"] / expected["rate_Hz"]
    results = run(change(lasting(scenario, period_s, expected["p"], SUCCESSES)))
    check_pairs(results, expected["p"], expected["F"], B06.tolerance)
    gaps = np.diff(results.pairs["delivered_s"])
    assert_sampled(estimate(gaps), 1 / expected["rate_Hz"], B06.tolerance, detects=0.02 / expected["rate_Hz"])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("length", B06.expected)
def test_rate_against_fidelity(length: str, scheme: str) -> None:
    check_scheme(length, scheme)


@pytest.mark.parametrize("efficiency", [1e-3, 1e-6, 1e-9])
def test_rare_photons(efficiency: float) -> None:
    """P -> 2 alpha eta and F -> 1 - alpha (Humphreys et al. 2018), to first order in eta."""
    alpha = 0.1
    table = fb.hardware.single_click(efficiency_a=efficiency, efficiency_b=efficiency, bright_state=alpha)
    assert table.success_probability == pytest.approx(2 * alpha * efficiency, rel=2 * alpha * efficiency)
    assert table.fidelity == pytest.approx(1 - alpha, rel=2 * efficiency)


# ---- every photon followed -------------------------------------------------------------------------------------------------


def same_rows(table: fb.hardware.HeraldTable, success: float, rows: list[Any]) -> None:
    assert table.success_probability == pytest.approx(success, abs=1e-12)
    assert len(table.outcomes) == len(rows)
    for outcome, (*pattern, frame, probability, rho) in zip(table.outcomes, rows, strict=True):
        assert outcome.pattern == "".join(map(str, pattern))
        assert outcome.frame == frame
        assert outcome.probability == pytest.approx(probability, abs=1e-12)
        np.testing.assert_allclose(outcome.density_matrix, rho, rtol=0, atol=1e-12)


def random_optics(seed: int) -> tuple[np.random.Generator, tuple[float, ...]]:
    rng = np.random.default_rng(seed)
    # A third each: no dark counts, few, many.
    dark = [0.0, 10 ** rng.uniform(-8, -3), rng.uniform(0, 0.5)][seed % 3]
    return rng, (*rng.uniform(size=3), dark)


NAMES = ("efficiency_a", "efficiency_b", "visibility", "dark_count_probability")


@pytest.mark.parametrize("number_resolving", [False, True])
@pytest.mark.parametrize("seed", range(30))
def test_single_click_against_every_photon_followed(seed: int, number_resolving: bool) -> None:
    rng, optics = random_optics(seed)
    bright = rng.uniform(0.01, 0.99, size=2)
    table = fb.hardware.single_click(
        **dict(zip(NAMES, optics, strict=True)),
        bright_state=bright[0],
        bright_state_b=bright[1],
        number_resolving=number_resolving,
    )
    same_rows(table, *fock.single_click(*optics, *bright, number_resolving))


@pytest.mark.parametrize("late_bin_lost", [False, True])
@pytest.mark.parametrize("number_resolving", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_double_click_against_every_photon_followed(seed: int, number_resolving: bool, late_bin_lost: bool) -> None:
    _, optics = random_optics(seed)
    options = {"number_resolving": number_resolving, "late_bin_lost": late_bin_lost}
    table = fb.hardware.double_click(**dict(zip(NAMES, optics, strict=True)), **options)
    same_rows(table, *fock.double_click(*optics, **options))


def test_the_phase_of_an_arm_turns_its_memory() -> None:
    optics = (0.6, 0.3, 0.8, 0.01, 0.3, 0.2)
    _, still = fock.single_click(*optics)
    _, moved = fock.single_click(*optics, phase=0.7)
    for (*_, rho), (*_, with_phase) in zip(still, moved, strict=True):
        np.testing.assert_allclose(hardware.turned(rho, 0.7), with_phase, rtol=0, atol=1e-14)


def test_an_unknown_phase_is_averaged_over() -> None:
    optics, sigma_rad = (0.6, 0.3, 0.8, 0.01, 0.3, 0.2), 0.5
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    samples = [fock.single_click(*optics, phase=sigma_rad * x)[1] for x in nodes]
    table = fb.hardware.single_click(
        **dict(zip(NAMES, optics[:4], strict=True)), bright_state=0.3, bright_state_b=0.2, phase_sigma_rad=sigma_rad
    )
    for number, outcome in enumerate(table.outcomes):
        mean = np.average([rows[number][-1] for rows in samples], axis=0, weights=weights)
        np.testing.assert_allclose(outcome.density_matrix, mean, rtol=0, atol=1e-12)


# ---- detectors ------------------------------------------------------------------------------------------------------------


def with_detector(scenario: fb.Scenario, bin_separation_s: float | None = 5e-7, **detector: Any) -> fb.Scenario:
    hub = scenario.stations[0]
    hub = hub.replace(bin_separation_s=bin_separation_s, detector=hub.detector.replace(**detector))
    return scenario.replace(stations=[hub])


def check_detectors(number_resolving: bool, dead_time_s: float, change: Change = unchanged) -> None:
    """Success and states of a run with better and worse detectors against the brute-force calculation."""
    optics = (0.7, 0.7, 0.9, 0.02)
    lost = dead_time_s > 5e-7
    success, rows = fock.double_click(*optics, number_resolving, lost)
    psi = np.array([[0, 1, 1, 0], [0, 1, -1, 0]]) / math.sqrt(2)
    fidelity = sum(p * (psi[frame - 2] @ rho @ psi[frame - 2]).real for *_, frame, p, rho in rows)
    scenario = clicks(efficiency=0.7, station=station(0.9, 0.02, 2e-6))
    scenario = with_detector(scenario, number_resolving=number_resolving, dead_time_s=dead_time_s)
    results = run(change(lasting(scenario, 2e-6, success, SUCCESSES)))
    check_success(results, success, 1e-9)
    np.testing.assert_allclose(results.pairs["fidelity"].mean(), fidelity, rtol=0, atol=1e-9)


@pytest.mark.parametrize("number_resolving", [False, True])
@pytest.mark.parametrize("dead_time_s", [0.0, 4e-7, 8e-7])
def test_detectors(number_resolving: bool, dead_time_s: float) -> None:
    check_detectors(number_resolving, dead_time_s)


@pytest.mark.parametrize(
    ("dead_time_s", "bin_separation_s", "path", "allowed"),
    [
        (1e-8, None, "/stations/0/bin_separation_s", "dead_time_s"),
        (4.5e-7, 5e-7, "/stations/0/detector/dead_time_s", "at most bin_separation_s - window_s"),
        (1.5e-6, 5e-7, "/stations/0/detector/dead_time_s", "the period"),
    ],
)
def test_dead_times_out_of_the_model(dead_time_s: float, bin_separation_s: float | None, path: str, allowed: str) -> None:
    scenario = with_detector(clicks(station=station(overhead_s=2e-6)), bin_separation_s, dead_time_s=dead_time_s)
    with pytest.raises(fb.SpecError, match=re.escape(allowed)) as error:
        fb.compile(scenario)
    assert error.value.path == path


def test_a_dead_time_longer_than_a_slot() -> None:
    scenario = with_detector(clicks(station=station(overhead_s=2e-6)), dead_time_s=1e-6)
    fb.compile(scenario)
    with pytest.raises(fb.SpecError, match="the period"):
        fb.compile(scenario.replace(timing="slotted", slot_s=1.5e-6))


@pytest.mark.parametrize(("separation", "allowed"), [(5e-8, "window_s"), (2e-6, "local_overhead_s")])
def test_bins_that_do_not_fit(separation: float, allowed: str) -> None:
    with pytest.raises(fb.SpecError, match=allowed) as error:
        station(overhead_s=1e-6).replace(bin_separation_s=separation)
    assert error.value.path == "/bin_separation_s"


# ---- the optical phase -----------------------------------------------------------------------------------------------------

SIGMA_RAD, CORRELATION = 1.5, 5.0  # in periods


def check_phase(change: Change = unchanged, correlation: float | None = CORRELATION) -> None:
    """Coherences of the first two pairs of many links, over the time between them.

    With a Gaussian phase of variance s^2 and correlation r the mean of cos(phi) is exp(-s^2/2), that of
    cos(phi_1) cos(phi_2) is exp(-s^2) cosh(s^2 r). 100,000 links detect an error of 0.02 in each: of 6 % in s, of 20 %
    in the correlation time.
    """
    period_s, alpha, efficiency = 1e-6, 0.3, 0.5
    rho = fock.single_click(efficiency, efficiency, 1, 0, alpha, alpha)[1][0][-1]
    scenario = chains(
        [
            fb.SingleClick(
                station="station",
                bright_state=alpha,
                phase_sigma_rad=SIGMA_RAD,
                phase_correlation_s=correlation and correlation * period_s,
            )
        ],
        stations=[station()],
        memories=[fb.Memory(name="memory", efficiency=efficiency)],
        duration_s=150 * period_s,
        demand={"traffic": fb.OneOff(), "pairs_per_request": 2},
        copies=100,
    )
    cosines, lags = [], []
    for results in one_each(change(scenario), 100_000):
        pairs = results.pairs
        order = np.lexsort([pairs["delivered_s"], pairs.codes("demand"), pairs["replica"]])
        cosines.append(pairs["xx"][order].reshape(-1, 2) / (2 * rho[1, 2].real))
        lags.append(np.diff(pairs["delivered_s"][order].reshape(-1, 2))[:, 0] / period_s)
    cosine, lag = np.concatenate(cosines), np.concatenate(lags)
    for one in cosine.T:
        assert_sampled(estimate(one), math.exp(-(SIGMA_RAD**2) / 2), 1e-9, detects=0.02)
    shared = np.exp(-lag / correlation) if correlation else np.zeros(len(lag))
    expected = math.exp(-(SIGMA_RAD**2)) * np.cosh(SIGMA_RAD**2 * shared)
    assert_sampled(estimate(cosine.prod(axis=1) - expected), 0, 1e-9, detects=0.02)


def test_pairs_made_close_together_share_a_phase() -> None:
    check_phase()


def test_without_correlation_each_pair_has_its_own_phase() -> None:
    check_phase(correlation=None)


def test_lanes_of_a_cycle_share_the_phase() -> None:
    scenario = single(
        clicks(station=station(), memories=[fb.Memory(name="memory", slots=8)]), bright_state=0.4, phase_sigma_rad=1.0
    )
    results = run(scenario.replace(demands=[scenario.demands[0].replace(width=8)], duration_s=1e-4))
    cycles, of_cycle = np.unique(results.pairs["delivered_s"], return_inverse=True)
    assert len(cycles) < len(results.pairs)
    xx = results.pairs["xx"]
    first = xx[np.unique(of_cycle, return_index=True)[1]]
    np.testing.assert_allclose(xx, first[of_cycle], rtol=0, atol=1e-12)
    assert len(np.unique(first.round(9))) == len(cycles)


def test_stepping_makes_the_same_phases() -> None:
    scenario = single(
        clicks(station=station(), duration_s=1e-3), bright_state=0.1, phase_sigma_rad=0.5, phase_correlation_s=2e-5
    )
    skipped, stepped = (run(scenario.replace(detail=detail)).pairs["xx"] for detail in ("skip", "attempt"))
    assert np.array_equal(skipped, stepped)
    assert len(np.unique(skipped)) > 100


def names_of(scenario: fb.Scenario) -> set[str]:
    return {approximation["name"] for approximation in fb.run(scenario.replace(duration_s=1e-4)).approximations}


def test_bell_diagonal_states_hold_no_phase() -> None:
    scenario = single(clicks(station=station()), bright_state=0.1, phase_sigma_rad=0.5).replace(state="bell_diagonal")
    with pytest.raises(fb.SpecError) as error:
        fb.compile(scenario)
    assert error.value.path == "/links/0/generation/phase_sigma_rad"
    with pytest.raises(fb.SpecError, match="not a mixture of Bell states"):
        fb.compile(single(scenario, bright_state=0.1))

    twirled = scenario.replace(approximate="pauli_twirl", duration_s=1e-3)
    assert {"mean_optical_phase", "pauli_twirl"} <= names_of(twirled)
    model = fb.hardware.single_click(efficiency_a=1, efficiency_b=1, bright_state=0.1, phase_sigma_rad=0.5)
    np.testing.assert_allclose(run(twirled).pairs["fidelity"], model.fidelity, rtol=0, atol=1e-12)


def test_min_fidelity_owns_up_to_knowing_the_phase() -> None:
    scenario = single(clicks(station=station()), bright_state=0.1, phase_sigma_rad=0.5)
    choosy = scenario.replace(demands=[scenario.demands[0].replace(min_fidelity=0.6)])
    assert "known_optical_phase" not in names_of(scenario)
    assert "known_optical_phase" in names_of(choosy)


# ---- the trade-off -----------------------------------------------------------------------------------------------------------


def b06_link(length: str, **generation: Any) -> tuple[fb.Link, fb.Memory, fb.Memory, fb.Station]:
    fiber = fb.Fiber(length_m=1e3 * float(re.fullmatch("L=(.*)km", length)[1]))
    click = fb.SingleClick(station="station", bright_state=0.5, phase_sigma_rad=0.2, **generation)
    memory = fb.Memory(name="memory", efficiency=0.3)
    return fb.Link(node_a="a", node_b="b", fiber=fiber, generation=click), memory, memory, station(0.95, 1e-6, overhead_s=0)


@pytest.mark.parametrize("length", B06.expected)
def test_tradeoff(length: str) -> None:
    expected = B06.expected[length]["single"]
    points = fb.analysis.bright_state_tradeoff(*b06_link(length), [float(alpha) for alpha in expected])
    for point, row in zip(points, expected.values(), strict=True):
        assert_close(point.fidelity, row["F"], B06.tolerance)
        assert_close(point.rate_hz, row["rate_Hz"], B06.tolerance)
        assert point.fidelity == pytest.approx((1 + point.xx - point.yy + point.zz) / 4, abs=1e-12)
        best = fb.analysis.optimal_bright_state(*b06_link(length), fidelity=row["F"])
        assert best.bright_state == pytest.approx(point.bright_state, rel=1e-4)


def test_optimum_of_the_key_rate() -> None:
    link = b06_link("L=50km")
    best = fb.analysis.optimal_bright_state(*link, protocol="bbm92")
    around = np.geomspace(0.3, 3, 201) * best.bright_state
    others = fb.analysis.bright_state_tradeoff(*link, around.tolist())
    assert best.key_rate_hz("bbm92") >= max(point.key_rate_hz("bbm92") for point in others)


def test_no_optimum() -> None:
    with pytest.raises(ValueError, match=re.escape("at most 0.97")):
        fb.analysis.optimal_bright_state(*b06_link("L=10km"), fidelity=0.99)
    dark = fb.Station(name="station", detector=fb.Detector(dark_count_rate_hz=1e6))
    link, memory, *_ = b06_link("L=100km")
    with pytest.raises(ValueError, match="no bright state makes a key"):
        fb.analysis.optimal_bright_state(link, memory, memory, dark, protocol="bbm92")
    for wanted in ({}, {"fidelity": 0.9, "protocol": "bbm92"}):
        with pytest.raises(ValueError, match="either"):
            fb.analysis.optimal_bright_state(*b06_link("L=10km"), **wanted)
    other = link.replace(generation=fb.DoubleClick(station="station"))
    with pytest.raises(fb.SpecError, match="a SingleClick"):
        fb.analysis.bright_state_tradeoff(other, memory, memory, dark)


def test_unlike_arms_keep_the_ratio_of_their_bright_states() -> None:
    link, *rest = b06_link("L=50km", bright_state_b=0.25, station_position=0.4)
    (point,) = fb.analysis.bright_state_tradeoff(link, *rest, [0.1])
    generation = link.generation.replace(bright_state=0.1, bright_state_b=0.05)
    model = fb.hardware.link_model(link.replace(generation=generation), *rest)
    assert point.fidelity == model.table.fidelity
    assert point.rate_hz == model.success_probability / model.period_s
