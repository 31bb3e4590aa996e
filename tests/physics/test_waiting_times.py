"""When the first pair is delivered (B09, C01, C02, C19), and how often when the next round waits for it (C19).

One-off requests over independent chains and replicas. Every mean detects an error of 2 %, in a sample of the size that
its standard deviation asks for.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import farbell as fb
from physics.cases import case
from physics.runs import SLOT_S, SLOTTED, chains, copies_for, first_deliveries_s, one_each, slotted_link
from physics.sampling import Change, assert_sampled, estimate, samples_to_detect, unchanged

B09, C01, C02, C19 = (case(id) for id in ("B09", "C01", "C02", "C19"))


def check_mean(times: np.ndarray, expected: float, tolerance: float) -> None:
    assert_sampled(estimate(times), expected, tolerance, detects=0.02 * expected)


def check_two_segments(p: float, q: float, expected: float, change: Change = unchanged) -> None:
    """Slots until a chain of two links with success p, whose swap succeeds with q, delivers."""
    # A geometric number of rounds, each the longer of two waits; for small p its deviation is sqrt(5)/3 of its mean.
    relative_deviation = math.sqrt(5 / 9 * q + 1 - q)
    scenario = chains(
        [slotted_link(p)] * 2,
        copies=copies_for(2),
        swap_success_probability=q,
        demand={"traffic": fb.OneOff()},
        duration_s=100 * expected * SLOT_S,
        **SLOTTED,
    )
    slots = first_deliveries_s(change(scenario), samples_to_detect(0.02, relative_deviation)) / SLOT_S
    np.testing.assert_allclose(slots, np.rint(slots), rtol=0, atol=1e-6)
    check_mean(slots, expected, C01.tolerance)


@pytest.mark.parametrize("q", ["q1", "q05"])
@pytest.mark.parametrize("p", C01.expected)
def test_two_segments(p: str, q: str) -> None:
    check_two_segments(float(p.removeprefix("p=")), {"q1": 1, "q05": 0.5}[q], C01.expected[p][q])


def longest_of(n: int, p: float) -> tuple[float, float]:
    """Mean and standard deviation of the largest of n geometric numbers."""
    k = np.arange(math.ceil(40 / p))
    beyond = 1 - (1 - (1 - p) ** k) ** n  # P(largest > k)
    mean = beyond.sum()
    return mean, math.sqrt(((2 * k + 1) * beyond).sum() - mean**2)


def check_parallel_segments(n: int, p: float, expected: float, change: Change = unchanged) -> None:
    """Slots until a chain of n links with success p, whose swaps always succeed, delivers."""
    mean, deviation = longest_of(n, p)
    scenario = chains(
        [slotted_link(p)] * n,
        copies=copies_for(n),
        demand={"traffic": fb.OneOff()},
        duration_s=100 * expected * SLOT_S,
        **SLOTTED,
    )
    slots = first_deliveries_s(change(scenario), samples_to_detect(0.02 * mean, deviation)) / SLOT_S
    check_mean(slots, expected, C02.tolerance)


@pytest.mark.parametrize(
    "label", [pytest.param(label, marks=[pytest.mark.slow] * label.startswith("n=1024")) for label in C02.expected]
)
def test_parallel_segments(label: str) -> None:
    n, p = (float(part.partition("=")[2]) for part in label.split(","))
    check_parallel_segments(int(n), p, C02.expected[label])


def two_links(p: float, length_m: float, **rest: object) -> fb.Scenario:
    """Two links with a station in the middle of each; the memories' efficiency makes an attempt succeed with p."""
    arm_m = length_m / 4
    efficiency = math.sqrt(2 * p) / 10 ** (-0.2 * arm_m / 1e4)
    return chains(
        [fb.DoubleClick(station="midpoint")] * 2,
        copies=copies_for(2),
        length_m=2 * arm_m,
        memories=[fb.Memory(name="memory", slots=2, efficiency=efficiency)],
        stations=[fb.Station(name="midpoint")],
        **rest,
    )


def parameters(label: str) -> tuple[float, float]:
    p, length = label.removesuffix("km").split(",")
    return float(p.removeprefix("p=")), 1e3 * float(length.removeprefix("L="))


def check_delivery(label: str, change: Change = unchanged) -> None:
    """Two links with heralds and result messages: from the start to the delivery."""
    expected = C19.expected[label]["mean_delivery_s"]
    scenario = two_links(*parameters(label), demand={"traffic": fb.OneOff()}, duration_s=100 * expected)
    times = first_deliveries_s(change(scenario), samples_to_detect(0.02, math.sqrt(5 / 9)))
    check_mean(times, expected, C19.tolerance)


def check_rate(label: str, change: Change = unchanged) -> None:
    """The same, requests back to back, each round after the delivery of the one before: time between deliveries."""
    expected = 1 / C19.expected[label]["rate_back_to_back_Hz"]
    demand = {"traffic": fb.BackToBack(requests=50), "pipelined": False}
    scenario = change(two_links(*parameters(label), demand=demand, duration_s=500 * expected))
    gaps = []
    for results in one_each(scenario, samples_to_detect(0.02, math.sqrt(5 / 9)) // 50 + 1):
        requests = results.requests
        assert np.all(requests["pairs_delivered"] == 1)
        order = np.lexsort([requests.codes(name) for name in ("request", "demand", "replica")])
        started, finished = (requests[name][order].reshape(-1, 50) for name in ("started_s", "finished_s"))
        np.testing.assert_array_equal(started[:, 1:], finished[:, :-1])
        gaps.append((finished - started).ravel())
    check_mean(np.concatenate(gaps), expected, C19.tolerance)


@pytest.mark.parametrize("label", C19.expected)
def test_two_links_with_messages(label: str) -> None:
    check_delivery(label)


@pytest.mark.parametrize("label", C19.expected)
def test_two_links_back_to_back(label: str) -> None:
    check_rate(label)


def check_attempt_clock(label: str, change: Change = unchanged) -> None:
    """One link with a station in its middle: the mean wait."""
    expected = B09.expected[label]
    scenario = chains(
        [fb.DoubleClick(station="midpoint")],
        copies=copies_for(1),
        length_m=1e3 * float(label.removeprefix("L=")),
        memories=[fb.Memory(name="memory", efficiency=0.5)],
        stations=[fb.Station(name="midpoint", local_overhead_s=10e-6)],
        demand={"traffic": fb.OneOff()},
        duration_s=100 * expected["mean_time_s"],
    )
    times = first_deliveries_s(change(scenario), samples_to_detect(0.02, 1))
    check_mean(times, expected["mean_time_s"], B09.tolerance)


@pytest.mark.parametrize("label", B09.expected)
def test_attempt_clock(label: str) -> None:
    check_attempt_clock(label)
