"""C01, C02, C19, B09: when the first pair of a one-off request is delivered, over independent chains.

Sample sizes are such that 6.5 standard errors are at most 2 % of the expectation (`agrees` insists): a wrong rate of 2 % is seen, and a false
alarm has a probability below 1e-10 a check. The mutation tests move one named parameter by 6 % and demand that the same check fails.
"""

import farbell as fb
import numpy as np
import pytest
from physics.cases import case
from physics.runs import agrees, chains, first_deliveries_s

SLOTTED = {"timing": "slotted", "slot_s": 1.0, "control": "ideal", "tick": "ns"}

# p -> (copies, replicas, duration in slots): 1.2e5 samples where the standard deviation is near the mean, fewer where it is small.
TWO_SEGMENTS = {0.001: (300, 400, 300_000), 0.01: (300, 400, 40_000), 0.1: (300, 400, 4_000), 0.5: (300, 400, 600), 0.9: (300, 400, 200)}


def slots_of_two_segments(p, q, **overrides):
    copies, replicas, slots = TWO_SEGMENTS[p]
    parameters = {"success_probability": p, "swap_success_probability": q, "period_s": 1.0} | overrides
    return first_deliveries_s(chains(copies=copies, segments=2, duration_s=slots, **parameters, **SLOTTED), replicas)


def c01(p, q):
    return case("C01").expected[f"p={p}"]["q1" if q == 1 else "q05"]


@pytest.mark.parametrize("q", [1.0, 0.5])
@pytest.mark.parametrize("p", list(TWO_SEGMENTS))
def test_c01_two_segments(p, q):
    assert agrees(slots_of_two_segments(p, q), c01(p, q), case("C01").tolerance)


@pytest.mark.parametrize("moved", [{"success_probability": 0.106}, {"swap_success_probability": 0.53}])
def test_c01_sees_a_moved_parameter(moved):
    assert not agrees(slots_of_two_segments(0.1, 0.5, **moved), c01(0.1, 0.5), case("C01").tolerance)


# The longer the chain, the less the maximum of its waiting times scatters: relative standard deviation from 0.86 down to 0.17.
SAMPLES = {2: 90_000, 3: 60_000, 4: 50_000, 8: 26_000, 16: 20_000, 64: 10_000, 256: 6_500, 1024: 4_500}


@pytest.mark.parametrize("key", list(case("C02").expected))
def test_c02_segments_in_parallel(key):
    segments, p = (cast(part.split("=")[1]) for cast, part in zip((int, float), key.split(","), strict=True))
    copies = max(1, 600 // segments)
    scenario = chains(copies=copies, segments=segments, success_probability=p, period_s=1.0, duration_s=4_000, **SLOTTED)
    assert agrees(first_deliveries_s(scenario, -(-SAMPLES[segments] // copies)), case("C02").expected[key], case("C02").tolerance)


def test_c02_sees_a_moved_parameter():
    scenario = chains(copies=60, segments=8, success_probability=0.053, period_s=1.0, duration_s=4_000, **SLOTTED)
    assert not agrees(first_deliveries_s(scenario, 400), case("C02").expected["n=8,p=0.05"])


def c19_scenario(p, length_m, back_to_back=False, **overrides):
    """Two links of half the length each; an attempt takes the photon a quarter of the length to the station and the herald the same way back."""
    parameters = {"success_probability": p, "period_s": length_m / 2 / 2e8, "length_m": length_m / 2} | overrides
    traffic = fb.BackToBack() if back_to_back else fb.OneOff()
    return chains(copies=300, segments=2, traffic=traffic, demand={"pipelined": False}, duration_s=2.0, **parameters)


C19 = {"p=0.01,L=100.0km": (0.01, 100e3), "p=0.1,L=40.0km": (0.1, 40e3)}


@pytest.mark.parametrize("key", list(C19))
def test_c19_delivery_in_real_time(key):
    times = first_deliveries_s(c19_scenario(*C19[key]), 300)
    assert agrees(times, case("C19").expected[key]["mean_delivery_s"], case("C19").tolerance)


@pytest.mark.parametrize("key", list(C19))
def test_c19_rate_back_to_back(key):
    results = fb.run(c19_scenario(*C19[key], back_to_back=True), replicas=10, progress=False)
    requests = results.requests
    done = np.asarray(requests["status"]) == "done"
    # From the first start on, each request starts as the one before ends: the mean time a request takes is the inverse rate.
    gaps = (np.asarray(requests["finished_s"]) - np.asarray(requests["started_s"]))[done]
    assert agrees(gaps, 1 / case("C19").expected[key]["rate_back_to_back_Hz"], case("C19").tolerance + 0.01)
    pairs = np.asarray(results.demands["pairs"], dtype=float)
    first = np.asarray(requests["started_s"])[np.asarray(requests["request"]) == 0]
    assert agrees(pairs / (2.0 - first.mean()), case("C19").expected[key]["rate_back_to_back_Hz"], 0.01)


def test_c19_sees_a_moved_parameter():
    times = first_deliveries_s(c19_scenario(0.01, 100e3, herald_delay_s=250e-6 * 12), 300)
    assert not agrees(times, case("C19").expected["p=0.01,L=100.0km"]["mean_delivery_s"])


def double_click_attempts(length_km, **station):
    """Attempts until success and the time they took, of a midpoint link between memories of efficiency 0.5."""
    overhead = {"local_overhead_s": 10e-6} | station
    memory = fb.Memory(name="m", slots=1, efficiency=0.5)
    copies = range(400)
    scenario = fb.Scenario(
        duration_s=12.0,
        memories=[memory],
        stations=[fb.Station(name="mid", **overhead)],
        nodes=[fb.Node(name=f"{end}{c}", memory="m") for c in copies for end in "ab"],
        links=[
            fb.Link(node_a=f"a{c}", node_b=f"b{c}", fiber=fb.Fiber(length_m=length_km * 1e3), generation=fb.DoubleClick(station="mid"))
            for c in copies
        ],
        demands=[fb.Demand(node_a=f"a{c}", node_b=f"b{c}", traffic=fb.OneOff(), pipelined=False) for c in copies],
    )
    return first_deliveries_s(scenario, 300)


@pytest.mark.parametrize("key", ["L=20", "L=100"])
def test_b09_attempt_clock(key):
    expected = case("B09").expected[key]
    times = double_click_attempts(int(key[2:]))
    assert agrees(times, expected["mean_time_s"], case("B09").tolerance)
    attempts = np.rint(times / expected["attempt_s"]).astype(int)
    assert np.allclose(attempts * expected["attempt_s"], times, atol=1e-9)  # whole attempts
    # The share of samples at or below a quantile, against its exact probability: n = 1.2e5, six standard deviations.
    for quantile, name in ((0.5, "median_attempts"), (0.99, "p99_attempts")):
        k = expected[name]
        exact = 1 - (1 - expected["p"]) ** k
        assert exact >= quantile > 1 - (1 - expected["p"]) ** (k - 1)
        assert abs((attempts <= k).mean() - exact) < 6 * np.sqrt(exact * (1 - exact) / len(attempts))


def test_b09_sees_a_moved_parameter():
    assert not agrees(double_click_attempts(20, local_overhead_s=20e-6), case("B09").expected["L=20"]["mean_time_s"])
