"""H01: requests that arrive at random and are served one after the other, against the M/M/1 queue.

A link that succeeds with probability 1e-4 in attempts of 1e-4 s serves at exponential times of mean 1 s within 1e-4. The means are taken over
400 links of 5,000 s each after a warm-up of 500 s (rho = 0.5) and 600 links of 12,000 s after 4,000 s (rho = 0.9): `agrees` insists that 6.5
standard errors over the links, which are independent, are at most 2 % (4 % for rho = 0.9, whose queue is correlated over 400 s).
"""

import farbell as fb
import numpy as np
import pytest
from physics.cases import case
from physics.runs import agrees, chains

SIZES = {0.5: (400, 5_000.0, 500.0, 0.02), 0.9: (600, 12_000.0, 4_000.0, 0.04)}


def queue(load, **overrides):
    """Per link: mean number in the system, sojourn, waiting time and idle share of the time after the warm-up."""
    copies, duration, warm_up, _ = SIZES[load]
    parameters = {"success_probability": 1e-4, "period_s": 1e-4, "rate_hz": load} | overrides
    rate_hz = parameters.pop("rate_hz")
    scenario = chains(
        copies=copies, segments=1, traffic=fb.Poisson(rate_hz=rate_hz), control="ideal", tick="ns", duration_s=duration,
        herald_delay_s=0.0, memory=fb.Memory(name="m", slots=1), demand={"generate_when_idle": False}, **parameters,
    )  # fmt: skip
    requests = fb.run(scenario, progress=False, memory_limit="2 GB").requests
    demand = np.unique(np.asarray(requests["demand"]), return_inverse=True)[1]
    asked, started, finished = (np.asarray(requests[f"{name}_s"]) for name in ("asked", "started", "finished"))
    end = np.where(np.isnan(finished), duration, finished)
    start = np.where(np.isnan(started), duration, started)
    window = duration - warm_up

    def overlap(a, b):
        return np.bincount(demand, np.clip(np.minimum(b, duration) - np.maximum(a, warm_up), 0, None), copies) / window

    kept = (asked >= warm_up) & (asked < duration - 0.1 * window)  # those asked at the very end may not have ended
    count = np.bincount(demand[kept], minlength=copies)

    def mean(values):
        return np.bincount(demand[kept], values[kept], copies) / count

    return {"L": overlap(asked, end), "W": mean(end - asked), "Wq": mean(start - asked), "P0": 1 - overlap(start, end)}


@pytest.mark.parametrize("rate_hz", [0.5, 0.9])
def test_h01_mm1(rate_hz):
    measured = queue(rate_hz)
    expected = case("H01").expected[f"lambda={rate_hz},mu=1.0"]
    detectable = SIZES[rate_hz][3]
    for name, sample in measured.items():
        assert agrees(sample, expected[name], tolerance=1e-3, detectable=4 * detectable if name == "P0" else 2 * detectable), name


@pytest.mark.parametrize("moved", [{"success_probability": 1.06e-4}, {"rate_hz": 0.53}])
def test_h01_sees_a_moved_parameter(moved):
    measured = queue(0.5, **moved)
    expected = case("H01").expected["lambda=0.5,mu=1.0"]
    assert not agrees(measured["W"], expected["W"], tolerance=1e-3, detectable=0.04)
