"""Memory is shared by weight where it is scarce: shares of time and of pairs against the weights of the demands.

Demands never rest and meet at one node with slots for one circuit, or for four. Start-time fair queueing keeps slots
times time over weight of all within a turn of each other at all times: that is checked for one run, without chance.
Pairs come at random while a circuit is held; their share is that of the time, up to the turns at the ends of a run, and
is sampled over independent replicas: a false alarm has a probability of 8e-11, and an error of 0.02 in the share is seen.
"""

from __future__ import annotations

import numpy as np
import pytest

import farbell as fb
from physics.sampling import SEED, assert_sampled, estimate

LINK = fb.Given(success_probability=0.2, attempt_period_s="20 us", herald_delay_s="20 us")
DURATION_S = 2.0
REPLICAS = 24


def crossing(weights: tuple[float, ...], turns_s: tuple[float, ...], circuits: int, **demand: object) -> fb.Scenario:
    """A hub for `circuits` circuits at a time; demand k joins two leaves of its own."""
    leaves = [f"n{i}" for i in range(2 * len(weights))]
    return fb.Scenario(
        seed=SEED,
        duration_s=DURATION_S,
        control="ideal",
        scheduler="weighted_fair",
        memories=[fb.Memory(name="hub", slots=2 * circuits), fb.Memory(name="leaf", slots=2 * circuits)],
        nodes=[fb.Node(name="hub", memory="hub"), *(fb.Node(name=name, memory="leaf") for name in leaves)],
        links=[fb.Link(node_a="hub", node_b=name, fiber=fb.Fiber(length_m=0), generation=LINK) for name in leaves],
        demands=[
            fb.Demand(
                name=f"D{k}",
                node_a=leaves[2 * k],
                node_b=leaves[2 * k + 1],
                traffic=fb.BackToBack(),
                concurrent_requests=2 * circuits,
                reservation_s=turn_s,
                weight=weight,
            ).replace(**demand)
            for k, (weight, turn_s) in enumerate(zip(weights, turns_s, strict=True))
        ],
    )


def shares(results: fb.Results, demands: int) -> np.ndarray:
    """Of all pairs, by replica and demand."""
    pairs = results.pairs
    counts = np.zeros((len(results.replicas["replica"]), demands))
    np.add.at(counts, (pairs["replica"], pairs.codes("demand")), 1)
    return counts / counts.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("circuits", [1, 4])
@pytest.mark.parametrize(
    ("weights", "turns_s"),
    [((1, 3), (2e-3, 2e-3)), ((1, 3), (5e-3, 2e-3)), ((2, 1, 1), (2e-3, 3e-3, 1e-3)), ((0.1, 0.7), (3e-3, 1e-3))],
)
def test_time_is_shared_within_a_turn(weights: tuple[float, ...], turns_s: tuple[float, ...], circuits: int) -> None:
    """At no time has one had more than another, for its weight, by more than a turn of each circuit: time counts, not turns."""
    scenario = crossing(weights, turns_s, circuits).replace(duration_s=0.3)
    trace = fb.run(scenario, trace=True).trace()
    granted = trace["kind"] == "circuit_granted"
    starts, demands = trace["time_s"][granted], np.array([int(name[1:]) for name in trace["demand"][granted]])
    assert len(starts) > 50 * circuits
    for now in starts:
        begun = starts <= now
        time = np.minimum(now - starts[begun], np.array(turns_s)[demands[begun]])
        had = np.bincount(demands[begun], weights=time, minlength=len(weights)) / np.array(weights)
        assert (
            had.max() - had.min() <= circuits * max(turn / weight for turn, weight in zip(turns_s, weights, strict=True)) + 1e-9
        )


@pytest.mark.parametrize("circuits", [1, 4])
@pytest.mark.parametrize("weights", [(1, 3), (2, 1, 1)])
def test_pairs_are_shared_by_weight(weights: tuple[float, ...], circuits: int) -> None:
    """Turns of equal length: what is under way at the end of a turn is lost, so that long turns get more pairs from their time."""
    turn_s = 2e-3
    scenario = crossing(weights, (turn_s,) * len(weights), circuits)
    found = shares(fb.run(scenario, replicas=REPLICAS, threads=1, progress=False), len(weights))
    # A turn of each circuit more or less, of a thousand.
    slack = 2 * turn_s / DURATION_S
    for k, weight in enumerate(weights):
        expected = weight / sum(weights)
        assert_sampled(estimate(found[:, k]), expected, slack / expected, detects=0.02)


def test_first_come_first_served_takes_no_notice_of_weights() -> None:
    """What the tests above would find if the scheduler did nothing: shares of time as the lengths of turns."""
    turns_s = (5e-3, 2e-3)
    scenario = crossing((1, 1), turns_s, 1, concurrent_requests=1).replace(scheduler="fifo")
    found = shares(fb.run(scenario, replicas=REPLICAS, threads=1, progress=False), 2)
    assert_sampled(estimate(found[:, 0]), 5 / 7, 0.01, detects=0.02)
