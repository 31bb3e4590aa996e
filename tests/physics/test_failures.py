"""Availability against renewal theory, and the time until neighbours notice.

Each share is a mean over independent replicas, judged as `sampling` says: a false alarm of 8e-11 a check, 1e-9 for all of
this file; the smallest error seen is stated with each.
"""

from __future__ import annotations

import math

import numpy as np

import farbell as fb
from physics.sampling import SEED, assert_sampled, estimate

MTBF_S, MTTR_S, DURATION_S = 1.0, 0.25, 5.0
REPLICAS = 20_000


def mean_availability(mtbf_s: float = MTBF_S, mttr_s: float = MTTR_S, duration_s: float = DURATION_S) -> float:
    """Mean share of the run in which a two-state Markov process that starts up is up."""
    long_run = mtbf_s / (mtbf_s + mttr_s)
    tau = 1 / (1 / mtbf_s + 1 / mttr_s)
    return long_run + (1 - long_run) * tau / duration_s * -math.expm1(-duration_s / tau)


def long_run(mtbf_s: float = MTBF_S, mttr_s: float = MTTR_S) -> float:
    return mtbf_s / (mtbf_s + mttr_s)


def network(failures: list[fb.Failure]) -> fb.Scenario:
    """Two ways from a to d, over b and over c; nobody asks for anything: only failures happen."""
    link = fb.Given(success_probability=0.5, attempt_period_s="1 ms")
    fiber = fb.Fiber(length_m="1 km")
    idle = fb.Table(at_s=[])
    return fb.Scenario(
        seed=SEED,
        duration_s=DURATION_S,
        record="summary",
        memories=[fb.Memory(name="memory", slots=4)],
        nodes=[fb.Node(name=name, memory="memory") for name in "abcd"],
        links=[fb.Link(node_a=x, node_b=y, fiber=fiber, generation=link) for x, y in ("ab", "bd", "ac", "cd")],
        demands=[
            fb.Demand(name="any way", node_a="a", node_b="d", traffic=idle),
            fb.Demand(name="over b", node_a="a", node_b="d", traffic=idle, route=["a", "b", "d"]),
        ],
        failures=failures,
    )


def random(**elements: list[str]) -> fb.Failure:
    return fb.Failure(mtbf_s=MTBF_S, mttr_s=MTTR_S, **elements)


def integral_of_product(factors: int) -> float:
    """Mean over the run of the chance that so many independent elements are all up."""
    t = np.linspace(0, DURATION_S, 200_001)
    tau = 1 / (1 / MTBF_S + 1 / MTTR_S)
    up = long_run() + (1 - long_run()) * np.exp(-t / tau)
    return (
        float(np.trapezoid(up**factors, t) / DURATION_S)
        if hasattr(np, "trapezoid")
        else float(np.trapz(up**factors, t) / DURATION_S)
    )


def test_one_element() -> None:
    """Sees an error of 0.8 % of a link's availability and of a node's."""
    results = fb.run(network([random(links=["a--b"]), random(nodes=["c"])]), replicas=REPLICAS, threads=1)
    link = results.links["up_s"][results.links["link"] == "a--b"] / DURATION_S
    assert_sampled(estimate(link), mean_availability(), 0, detects=0.008)
    node = results.node_availability
    assert_sampled(estimate(node["up_s"][node["node"] == "c"] / DURATION_S), mean_availability(), 0, detects=0.008)
    # A node takes its links down with it, and no others.
    for name, expected in (("a--c", "c"), ("c--d", "c"), ("b--d", "b")):
        up_s = results.links["up_s"][results.links["link"] == name]
        assert np.allclose(up_s, node["up_s"][node["node"] == expected])


def test_series_and_parallel() -> None:
    """Four links that fail independently: the route over b, and either of two routes. Sees errors of 0.01."""
    results = fb.run(network([random(links=[name]) for name in ("a--b", "b--d", "a--c", "c--d")]), replicas=REPLICAS, threads=1)
    share = results.demand_availability["route_s"].reshape(REPLICAS, 2) / DURATION_S
    series = integral_of_product(2)
    assert_sampled(estimate(share[:, 1]), series, 0, detects=0.01)
    # Two ways, each of two: 2 p^2 - p^4.
    assert_sampled(estimate(share[:, 0]), 2 * series - integral_of_product(4), 0, detects=0.01)


def test_common_cause() -> None:
    """Four links in one duct are as available as one. Sees an error of 0.008."""
    results = fb.run(network([random(links=["a--b", "b--d", "a--c", "c--d"])]), replicas=REPLICAS, threads=1)
    share = results.demand_availability["route_s"].reshape(REPLICAS, 2) / DURATION_S
    assert np.array_equal(share[:, 0], share[:, 1])
    assert_sampled(estimate(share[:, 0]), mean_availability(), 0, detects=0.008)


def test_time_to_notice() -> None:
    """Uniform between (m - 1) P and m P after the failure, here of 1 ms and 3: 2.5 ms on average. Sees an error of 0.05 ms."""
    scenario = network([random(links=["a--b"])]).replace(heartbeat_period_s="1 ms", missed_heartbeats=3, record="rows")
    rows = fb.run(scenario, replicas=2_000, threads=1).failures
    wait = rows["noticed_s"] - rows["down_s"]
    # A link that fails again before it is heard is known to be down already.
    rows, wait = rows[wait != 0], wait[wait != 0]
    noticed = np.isfinite(wait)
    # What is over before is not noticed; that the others last longer does not bias when they begin within a period.
    lasted = rows["up_s"] - rows["down_s"]
    long = noticed & ~(lasted < 3e-3)
    assert np.all((wait[noticed] > 2e-3 - 1e-9) & (wait[noticed] < 3e-3 + 1e-9))
    assert_sampled(estimate(wait[long]), 2.5e-3, 0, detects=5e-5)
    assert np.all(lasted[~noticed & np.isfinite(lasted)] <= 3e-3)
