"""Requests that arrive at random and are served one after the other: the M/M/1 queue (H01).

A link with an attempt every microsecond, each of which succeeds with 1e-6, takes an exponential time of mean 1 s (to
1e-6) for a pair. The means are taken over 128 independent queues, after a warm-up of more than fifteen relaxation times;
each detects an error of 2 % in the rate of arrivals or of service.
"""

from __future__ import annotations

import numpy as np
import pytest

import farbell as fb
from physics.cases import case
from physics.runs import chains, results_of
from physics.sampling import Change, Estimate, assert_sampled, estimate, unchanged

H01 = case("H01")
#: Warm-up, time in which requests count, and time for the last of them to end, in seconds. Queues relax within
#: 1 / (1 - sqrt(load))^2 services.
TIMES = {0.5: (200, 20_000, 200), 0.9: (6_000, 30_000, 4_000)}
QUEUES = 128


def queue(arrivals_hz: float, services_hz: float) -> dict[str, float]:
    """Mean number of requests, sojourn, wait, and the share of time without requests."""
    load = arrivals_hz / services_hz
    return {
        "L": load / (1 - load),
        "W": 1 / (services_hz - arrivals_hz),
        "Wq": load / (services_hz - arrivals_hz),
        "P0": 1 - load,
    }


def ratio(sums: np.ndarray, counts: np.ndarray) -> Estimate:
    """The mean of all values, from their sums and counts in independent samples."""
    mean = sums.sum() / counts.sum()
    return Estimate(mean, estimate((sums - mean * counts) / counts.mean()).stderr)


def check_queue(label: str, change: Change = unchanged) -> None:
    arrivals_hz, services_hz = (float(part.partition("=")[2]) for part in label.split(","))
    assert services_hz == 1
    warm_up, counted, rest = TIMES[arrivals_hz]
    scenario = chains(
        [fb.Given(success_probability=1e-6, attempt_period_s=1e-6, herald_delay_s=1e-6)],
        control="ideal",
        demand={"traffic": fb.Poisson(rate_hz=arrivals_hz)},
        duration_s=warm_up + counted + rest,
    )
    start, end = warm_up, warm_up + counted
    present, busy, sojourns, waits, requests = [], [], [], [], []
    for results in results_of(change(scenario), QUEUES, at_once=16):
        for rows in split(results):
            asked, started, finished = (
                np.nan_to_num(rows[name], nan=np.inf) for name in ("asked_s", "started_s", "finished_s")
            )
            inside = (asked >= start) & (asked < end)
            assert np.isfinite(finished[inside]).all()
            present.append(np.clip(np.minimum(finished, end) - np.maximum(asked, start), 0, None).sum() / counted)
            busy.append(np.clip(np.minimum(finished, end) - np.maximum(started, start), 0, None).sum() / counted)
            sojourns.append((finished - asked)[inside].sum())
            waits.append((started - asked)[inside].sum())
            requests.append(np.count_nonzero(inside))
    found = {
        "L": estimate(present),
        "W": ratio(np.array(sojourns), np.array(requests)),
        "Wq": ratio(np.array(waits), np.array(requests)),
        "P0": estimate(1 - np.array(busy)),
    }
    faster = queue(arrivals_hz, 1.02 * services_hz)
    for name, expected in H01.expected[label].items():
        assert_sampled(found[name], expected, H01.tolerance, detects=abs(faster[name] - expected))


def split(results: fb.Results) -> list[fb.ResultTable]:
    """The requests of each replica."""
    replica = results.requests["replica"]
    return [results.requests[replica == number] for number in results.replicas["replica"]]


@pytest.mark.parametrize("label", H01.expected)
def test_queue_of_requests(label: str) -> None:
    check_queue(label)
