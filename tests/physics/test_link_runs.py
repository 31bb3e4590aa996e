"""Links with a station in a run: how often they succeed, what they deliver and when (B01, B09, B11, B12).

Successes are counted against attempts, in samples that detect an error of 2 %. The state of a delivered pair follows from
its herald, so that fidelities are checked row by row.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

import farbell as fb
from oracle import fock, states
from oracle.scenario import MEMORY
from physics.cases import assert_close, case
from physics.runs import chains
from physics.sampling import Change, assert_sampled, estimate, samples_to_detect, share, unchanged

B01, B09, B11, B12 = (case(id) for id in ("B01", "B09", "B11", "B12"))

#: Successes that detect 2 % of a small success probability, and some to spare.
SUCCESSES = samples_to_detect(0.02, 1)
WINDOW_S = 1e-7


def station(visibility: float = 1.0, dark_count_probability: float = 0.0, overhead_s: float = 1e-6) -> fb.Station:
    rate_hz = -math.log1p(-dark_count_probability) / WINDOW_S
    detector = fb.Detector(dark_count_rate_hz=rate_hz, window_s=WINDOW_S)
    return fb.Station(name="station", visibility=visibility, local_overhead_s=overhead_s, detector=detector)


def clicks(*, station: fb.Station, efficiency: float = 1.0, position: float = 0.5, **rest: Any) -> fb.Scenario:
    return chains(
        [fb.DoubleClick(station="station", station_position=position)],
        stations=[station],
        **{"memories": [fb.Memory(name="memory", efficiency=efficiency)], "duration_s": 1.0, **rest},
    )


def run(scenario: fb.Scenario) -> fb.Results:
    return fb.run(scenario, threads=1, progress=False, memory_limit="1 GB")


def lasting(scenario: fb.Scenario, period_s: float, p: float, successes: int = SUCCESSES) -> fb.Scenario:
    return scenario.replace(duration_s=successes * period_s / p)


def check_success(results: fb.Results, expected: float, tolerance: float) -> None:
    attempts, successes = (int(results.links[name][0]) for name in ("attempts", "successes"))
    assert_sampled(share(successes, attempts, expected), expected, tolerance, detects=0.02 * expected)


def check_clicks(setting: str, change: Change = unchanged) -> None:
    """Success probability and fidelity of a link without length whose memories do not decay, and its rate."""
    expected = B01.expected[setting]
    efficiency, dark, visibility = (float(x) for x in re.fullmatch(r"eta=(.*),pd=(.*),V=(.*)", setting).groups())
    scenario = clicks(efficiency=efficiency, station=station(visibility, dark))
    results = run(change(lasting(scenario, 1e-6, expected["p_success"])))
    check_success(results, expected["p_success"], B01.tolerance)
    fidelity = results.pairs["fidelity"]
    assert_close(fidelity.min(), expected["F"], B01.tolerance)
    assert_close(fidelity.max(), expected["F"], B01.tolerance)
    gaps = np.diff(results.pairs["delivered_s"])
    expected_gap = 1e-6 / expected["p_success"]
    assert_sampled(estimate(gaps), expected_gap, B01.tolerance, detects=0.02 * expected_gap)


@pytest.mark.parametrize("setting", B01.expected)
def test_double_click(setting: str) -> None:
    check_clicks(setting)


@pytest.mark.parametrize("visibility", B11.expected)
def test_hong_ou_mandel(visibility: str) -> None:
    """Without dark counts a pair is lost to the coincidences that distinguishable photons make: F = 1 - (1 - V)/2."""
    results = run(clicks(station=station(float(visibility)), duration_s=1e-3))
    assert len(results.pairs) > 100
    for coherence, sign in (("xx", 1), ("yy", -1)):
        np.testing.assert_allclose((1 - sign * results.pairs[coherence]) / 2, B11.expected[visibility], rtol=0, atol=1e-9)
    np.testing.assert_allclose(1 - results.pairs["fidelity"], B11.expected[visibility], rtol=0, atol=1e-9)


def check_unlike_arms(change: Change = unchanged) -> None:
    """Unequal arms and memories that decay: success and states against the brute-force calculation.

    The station stands at a fifth of the length. The near memory emits later, so that the photons meet; the pair is
    delivered when the far end has its herald.
    """
    visibility, dark, overhead_s, arms_s = 0.85, 0.02, 5e-6, (10e-6, 40e-6)
    memories = [
        {"name": "near", "efficiency": 0.9, "t1_s": 2e-3, "t2_s": 1e-3},
        {"name": "far", "efficiency": 0.6, "t1_s": 5e-4, "t2_s": 4e-4},
    ]
    arrived = [memory["efficiency"] * 10 ** (-0.2 * arm * 2e8 / 1e4) for memory, arm in zip(memories, arms_s, strict=True)]
    success, rows = fock.double_click(*arrived, visibility, dark)
    period_s = 2 * arms_s[1] + overhead_s

    near, far = (states.Device(MEMORY | memory, 1e12, twirled=False) for memory in memories)
    for_each_herald = []
    for _, _, frame, _, rho in rows:
        pair = states.create_pair(rho, near, round((arms_s[1] - arms_s[0]) * 1e12), far, 0)
        read = states.correlators(*pair, round(period_s * 1e12), frame)
        for_each_herald.append((read.xx, read.yy, read.zz))
    # Heralds differ in the frame only.
    correlators = np.mean(for_each_herald, axis=0)
    np.testing.assert_allclose(for_each_herald, [correlators] * 4, rtol=0, atol=1e-12)

    scenario = clicks(
        station=station(visibility, dark, overhead_s),
        position=0.2,
        length_m=sum(arms_s) * 2e8,
        memories=[fb.Memory(**memory) for memory in memories],
    )
    results = run(change(lasting(scenario, period_s, success)))
    check_success(results, success, 1e-9)
    np.testing.assert_allclose(results.pairs["age_s"], period_s, rtol=0, atol=1e-15)
    for name, expected in zip(("xx", "yy", "zz"), correlators, strict=True):
        np.testing.assert_allclose(results.pairs[name], expected, rtol=0, atol=1e-9)


def test_unlike_arms() -> None:
    check_unlike_arms()


KILOMETRES = [label for label in B12.expected if float(label.removesuffix("km")) <= 100]
#: In dB/km: 0.2, and an attenuation length of 22 km.
ATTENUATION = {"eta": 0.2, "eta_Latt22": 10 / (22 * math.log(10))}


def fiber_link(label: str, column: str, **rest: Any) -> fb.Scenario:
    scenario = clicks(station=station(overhead_s=0), length_m=1e3 * float(label.removesuffix("km")), **rest)
    fiber = scenario.links[0].fiber.replace(attenuation_db_per_km=ATTENUATION[column])
    return scenario.replace(links=[scenario.links[0].replace(fiber=fiber)])


def check_transmission(label: str, column: str, change: Change = unchanged) -> None:
    """With perfect devices an attempt succeeds with half the product of both arms, which is the fibre's transmission."""
    expected = B12.expected[label]
    success = expected[column] / 2
    results = run(change(lasting(fiber_link(label, column), expected["delay_s"], success)))
    check_success(results, success, B12.tolerance)
    # A pair is heralded at the end of its attempt, there and back over half the length: the fibre's delay.
    attempts = results.pairs["delivered_s"] / expected["delay_s"]
    np.testing.assert_allclose(attempts, np.rint(attempts), rtol=1e-12, atol=0)


@pytest.mark.parametrize("column", ATTENUATION)
@pytest.mark.parametrize("label", KILOMETRES)
def test_transmission(label: str, column: str) -> None:
    check_transmission(label, column)


@pytest.mark.parametrize("column", ATTENUATION)
@pytest.mark.parametrize("label", B12.expected)
def test_compiled_transmission(label: str, column: str) -> None:
    table = fb.compile(fiber_link(label, column)).link_table()
    assert_close(2 * table["success_probability"][0], B12.expected[label][column], B12.tolerance)
    assert_close(table["attempt_period_s"][0], B12.expected[label]["delay_s"], B12.tolerance)


@pytest.mark.parametrize("label", B12.expected)
def test_delay_of_messages(label: str) -> None:
    """A circuit is set up in one round trip over the fibre."""
    scenario = fiber_link(label, "eta", demand={"traffic": fb.OneOff()}, duration_s=1.0)
    started = run(scenario).requests["started_s"][0]
    assert_close(started / 2, B12.expected[label]["delay_s"], B12.tolerance)


def check_attempts(label: str, change: Change = unchanged) -> None:
    """A million pairs, back to back: the median and the 99 % quantile of the attempts for one detect an error of 2 %."""
    expected = B09.expected[label]
    p, pairs = expected["p"], 1_000_000
    scenario = clicks(
        efficiency=0.5,
        station=station(overhead_s=10e-6),
        length_m=1e3 * float(label.removeprefix("L=")),
        demand={"traffic": fb.BackToBack(requests=pairs)},
        duration_s=1.1 * pairs * expected["mean_time_s"],
    )
    requests = run(change(scenario)).requests
    assert np.all(requests["pairs_delivered"] == 1)
    times = requests["finished_s"] - requests["started_s"]
    attempts = np.rint(times / expected["attempt_s"])
    np.testing.assert_allclose(attempts * expected["attempt_s"], times, rtol=0, atol=1e-6 * expected["attempt_s"])
    for name in ("median_attempts", "p99_attempts"):
        number = expected[name]
        within = -math.expm1(number * math.log1p(-p))
        moved = -math.expm1(number * math.log1p(-p * 0.98))  # quantiles are inverse to p
        found = share(np.count_nonzero(attempts <= number), pairs, within)
        assert_sampled(found, within, 0, detects=within - moved)
    assert_sampled(estimate(attempts), 1 / p, B09.tolerance, detects=0.02 / p)


@pytest.mark.parametrize("label", B09.expected)
def test_attempts(label: str) -> None:
    check_attempts(label)
