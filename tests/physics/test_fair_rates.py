"""Fair rates and admission: closed forms for rates, token buckets, deadlines, and slots that are reserved or shared.

Sampled means may be off by 6.5 standard errors (a false alarm of 8e-11 each); each test states the error that it detects.
What is admitted under overload is as regular as its tokens: there the rest of a run, at most a burst and the open
requests, is what 1 % is allowed for, and errors of 3 % are detected.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics.sampling import SEED, Estimate, assert_sampled, estimate

PERIOD_S, SUCCESS = 1e-3, 0.1
HOP_S = PERIOD_S / SUCCESS
LINK = fb.Given(success_probability=SUCCESS, attempt_period_s=PERIOD_S, herald_delay_s=PERIOD_S)


def rates(use: list[list[float]], limits: list[float], kind: str, weights: list[float] | None = None) -> Any:
    return fb.analysis.fair_rates(use, limits, kind=kind, weights=weights).rates  # type: ignore[arg-type]


# ---- allocations ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("links", [1, 2, 5, 40])
def test_a_line_of_links(links: int) -> None:
    """One over all of n links, one over each (Kelly, Maulloo and Tan 1998; Bertsekas and Gallager 1992)."""
    use = np.hstack([np.ones((links, 1)), np.eye(links)]).tolist()
    fair = rates(use, [1.0] * links, "proportional")
    assert fair == pytest.approx([1 / (links + 1)] + [links / (links + 1)] * links, rel=1e-8)
    assert rates(use, [1.0] * links, "max_min") == pytest.approx([0.5] * (links + 1), rel=1e-12)


def test_one_limit_is_shared_by_weight() -> None:
    """Proportional: time by weight; max-min: rates by weight."""
    seconds, weights = [1.0, 4.0, 2.0], [1.0, 2.0, 5.0]
    share = np.array(weights) / 8 * 6.0 / np.array(seconds)
    assert rates([seconds], [6.0], "proportional", weights) == pytest.approx(share, rel=1e-8)
    level = 6.0 / np.dot(seconds, weights)
    assert rates([seconds], [6.0], "max_min", weights) == pytest.approx(level * np.array(weights), rel=1e-12)


def test_two_limits_of_which_one_leaves_more() -> None:
    """Limits 1 and 2; the third has what the second limit leaves: max-min fills it, proportional solves a quadratic."""
    use, limits = [[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]], [1.0, 2.0]
    assert rates(use, limits, "max_min") == pytest.approx([0.5, 0.5, 1.5], rel=1e-12)
    # 1/x = 1/(1-x) + 1/(2-x) for whoever takes of both
    shared = (3 - math.sqrt(3)) / 3
    assert rates(use, limits, "proportional") == pytest.approx([1 - shared, shared, 2 - shared], rel=1e-8)


# ---- token buckets ----------------------------------------------------------------------------------------------------------


def counted(results: fb.Results, demand: str, reason: str) -> np.ndarray:
    """Requests by replica."""
    requests = results.requests
    chosen = (requests["demand"] == demand) & (requests["reason"] == reason)
    return np.bincount(requests["replica"][chosen], minlength=len(results.replicas["replica"]))


@pytest.mark.parametrize("asked_hz", [5.0, 20.0])
def test_a_bucket_of_one_token(asked_hz: float) -> None:
    """Whoever comes after a token is there is admitted: a renewal of mean 1/rate + 1/asked. Errors of 2 % are detected."""
    rate_hz, duration_s = 10.0, 400.0
    asks = fb.Demand(
        node_a="n0", node_b="n1", traffic=fb.Poisson(rate_hz=asked_hz), admission=fb.Admission(rate_hz=rate_hz), name="d"
    )
    scenario = fb.chain(2, length_m=0.0, control="ideal", generation=LINK, demands=[asks], duration_s=duration_s, seed=SEED)
    admitted = counted(fb.run(scenario, replicas=96, threads=1, progress=False), "d", "none") / duration_s
    expected = 1 / (1 / rate_hz + 1 / asked_hz)
    # A renewal process that begins with a token is half an event and a bit ahead.
    assert_sampled(estimate(admitted), expected, 1 / (expected * duration_s), detects=0.02 * expected)


# ---- overloaded networks ----------------------------------------------------------------------------------------------------


def line(hops: int, asked: float) -> fb.Scenario:
    """A demand over all hops, one over each; nodes have slots for one circuit, all ask for more than they could have alone."""
    names = [f"n{k}" for k in range(hops + 1)]
    ends = [("long", names[0], names[-1]), *((f"hop {k}", *pair) for k, pair in enumerate(zip(names, names[1:], strict=False)))]
    return fb.Scenario(
        seed=SEED,
        duration_s=500.0,
        control="ideal",
        memories=[fb.Memory(name="end", slots=1), fb.Memory(name="inner", slots=2)],
        nodes=[fb.Node(name=name, memory="end" if name in (names[0], names[-1]) else "inner") for name in names],
        links=[
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=0), generation=LINK)
            for a, b in zip(names, names[1:], strict=False)
        ],
        demands=[fb.Demand(name=name, node_a=a, node_b=b, traffic=fb.Poisson(rate_hz=asked)) for name, a, b in ends],
    )


def delivered(scenario: fb.Scenario) -> dict[str, Estimate]:
    results = fb.run(scenario, replicas=6, threads=1, progress=False)
    pairs, begin_s = results.pairs, 20.0  # by then the bucket that was full at the start is empty
    late = pairs["delivered_s"] > begin_s

    def rate(demand: str) -> Estimate:
        counts = np.bincount(pairs["replica"][late & (pairs["demand"] == demand)], minlength=6)
        return estimate(counts / (scenario.duration_s - begin_s))

    return {demand.name: rate(demand.name) for demand in scenario.demands}


@pytest.mark.parametrize("kind", ["proportional", "max_min"])
def test_an_overloaded_line_follows_the_fair_rates(kind: str) -> None:
    """Of the time of the slots a pair over n hops is expected to take n times that over one."""
    hops, load = 3, 0.4
    proportional = {"long": 1 / (hops + 1) / (hops * HOP_S), **{f"hop {k}": hops / (hops + 1) / HOP_S for k in range(hops)}}
    level = 1 / (HOP_S + hops * HOP_S)
    expected = proportional if kind == "proportional" else dict.fromkeys(proportional, level)
    scenario = line(hops, 3 / HOP_S)
    assert fb.routing.fair_rates(scenario, kind).rates_hz == pytest.approx(expected, rel=1e-8)  # type: ignore[arg-type]
    found = delivered(fb.routing.admit_fairly(scenario, kind, load=load))  # type: ignore[arg-type]
    for name, rate_hz in expected.items():
        assert_sampled(found[name], load * rate_hz, 0.01, detects=0.03 * load * rate_hz)


# ---- deadlines --------------------------------------------------------------------------------------------------------------


def full(load: float, places: int) -> float:
    """Share of requests that find the M/D/1/K queue full, by its chain at the ends of services (Takagi 1993, chapter 1)."""
    arrivals = [math.exp(-load) * load**k / math.factorial(k) for k in range(places + 1)]
    chain = np.zeros((places, places))
    for state in range(places):
        for k, probability in enumerate(arrivals):
            chain[state, min(max(state - 1, 0) + k, places - 1)] += probability
        chain[state, places - 1] += 1 - sum(arrivals)
    empty = np.linalg.lstsq(np.vstack([chain.T - np.eye(places), np.ones(places)]), np.eye(places + 1)[-1], rcond=None)[0][0]
    return float(1 - 1 / (empty + load))


@pytest.mark.parametrize(("load", "seconds"), [(0.8, 3), (1.5, 5)])
def test_whoever_would_come_too_late_is_refused(load: float, seconds: int) -> None:
    """A pair takes a second, no more, no less: K of them fit into the deadline, and no request that is admitted misses it.

    Errors of 3 % of the share that is refused are detected.
    """
    sure = fb.Given(success_probability=1.0, attempt_period_s=1.0, herald_delay_s=1.0)
    asks = fb.Demand(
        name="d",
        node_a="n0",
        node_b="n1",
        traffic=fb.Poisson(rate_hz=load),
        deadline_s=seconds,
        admission=fb.Admission(by_deadline=True),
    )
    scenario = fb.chain(2, length_m=0.0, control="ideal", generation=sure, demands=[asks], duration_s=20_000.0, seed=SEED)
    results = fb.run(scenario, replicas=80, threads=1, progress=False)
    assert "timed_out" not in set(results.requests["status"].tolist())
    refused, taken = counted(results, "d", "deadline_unreachable"), counted(results, "d", "none")
    expected = full(load, seconds)
    assert_sampled(estimate(refused / (refused + taken)), expected, 2e-3, detects=0.03 * expected)
    assert "deadlines_by_mean_rate" in {one["name"] for one in results.approximations}


# ---- slots that are reserved, or taken as they are needed -------------------------------------------------------------------


def lost_share(load: float, slots: int) -> float:
    """Erlang's formula B."""
    share = 1.0
    for number in range(1, slots + 1):
        share = load * share / (number + load * share)
    return share


@pytest.mark.parametrize("reserved", [True, False], ids=["reserved", "opportunistic"])
def test_reserved_slots_lose_more_requests_than_shared_ones(reserved: bool) -> None:
    """Two demands over one link with four slots, each with two of its own, or whoever comes first. Errors of 4 % are detected.

    Links that never rest make the next pair as soon as ones that begin when asked: their attempts have no memory.
    """
    load, slots, demands = 1.0, 4, 2
    link = fb.Given(success_probability=1e-4, attempt_period_s=1e-4, herald_delay_s=1e-4)
    asks = [
        fb.Demand(
            name=f"d{k}",
            node_a="n0",
            node_b="n1",
            traffic=fb.Poisson(rate_hz=load),
            max_wait_s=0.0,
            concurrent_requests=slots // demands if reserved else slots,
            generate_when_idle=reserved,
        )
        for k in range(demands)
    ]
    memory = fb.Memory(name="m", slots=slots)
    scenario = fb.chain(
        2,
        length_m=0.0,
        control="ideal",
        memory=memory,
        generation=link,
        demands=asks,
        duration_s=4_000.0,
        warm_up_s=20.0,
        seed=SEED,
    )
    results = fb.run(scenario.replace(record="summary"), replicas=160, threads=1, progress=False).demands
    refused = results["requests_refused"].reshape(-1, demands).sum(axis=1)
    lost = refused / results["requests_asked"].reshape(-1, demands).sum(axis=1)
    expected = lost_share(load, slots // demands) if reserved else lost_share(demands * load, slots)
    assert_sampled(estimate(lost), expected, 1e-3, detects=0.04 * expected)


def test_a_window_takes_the_slots_from_the_others() -> None:
    """One memory, in every other stretch of 100 s reserved for somebody else: then all of the others' requests are lost.

    Outside the memory is busy with `(1 - exp(-2 t)) / 2` at `t` after a window, of requests that come, and end, once a second
    in the mean: of 200 in two stretches 50.25 are served. Errors of 3 % of these are detected.
    """
    stretch_s, cycles = 100.0, 10
    windows = [((2 * k + 1) * stretch_s, (2 * k + 2) * stretch_s) for k in range(cycles)]
    link = fb.Given(success_probability=1e-4, attempt_period_s=1e-4, herald_delay_s=1e-4)
    asks = [
        fb.Demand(name="often", node_a="n0", node_b="n1", traffic=fb.Poisson(rate_hz=1.0), max_wait_s=0.0),
        fb.Demand(name="reserved", node_a="n0", node_b="n1", traffic=fb.OneOff(at_s=windows[-1][0] + 1), reserved=windows),
    ]
    scenario = fb.chain(
        2,
        length_m=0.0,
        control="ideal",
        memory=fb.Memory(name="m", slots=1),
        generation=link,
        demands=asks,
        duration_s=2 * cycles * stretch_s,
        seed=SEED,
    )
    results = fb.run(scenario, replicas=160, threads=1, progress=False)
    served = counted(results, "often", "none") / cycles
    assert_sampled(estimate(served), stretch_s / 2 + 1 / 4, 1e-3, detects=0.03 * stretch_s / 2)
    requests = results.requests
    inside = (requests["demand"] == "often") & (requests["asked_s"] // stretch_s % 2 == 1)
    assert set(requests["reason"][inside].tolist()) == {"not_served"}
