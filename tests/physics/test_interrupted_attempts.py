"""Attempts that are under way when a circuit ends: made and counted, but nobody is there when the herald comes.

A link attempts at 0, 1, 2, ... ms and hears 0.9 ms later. What ends the circuit at 2.5 ms finds the third attempt in flight. The
link's clock runs on: attempts for a new circuit start at whole milliseconds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics.runs import chains, results_of
from physics.sampling import assert_sampled, samples_to_detect, share

PERIOD_S, HERALD_S = 1e-3, 0.9e-3
BY_DETAIL = pytest.mark.parametrize("detail", ["skip", "attempt"])


def one_link(success: float, demand: dict[str, Any], **rest: Any) -> fb.Scenario:
    link = fb.Given(success_probability=success, attempt_period_s=PERIOD_S, herald_delay_s=HERALD_S)
    return chains([link], memories=[fb.Memory(name="m", slots=1)], demand={"pairs_per_request": 1000, **demand}, **rest)


def assert_run(scenario: fb.Scenario, attempts: int, delivered_ms: list[float], slot_seconds: float) -> None:
    results = fb.run(scenario, threads=1, progress=False)
    assert results.links["attempts"].tolist() == results.links["successes"].tolist() == [attempts]
    np.testing.assert_allclose(results.pairs["delivered_s"], np.array(delivered_ms) / 1e3, rtol=0, atol=1e-12)
    np.testing.assert_allclose(results.nodes["slot_seconds"], slot_seconds, rtol=0, atol=1e-12)


@BY_DETAIL
def test_a_link_that_goes_down(detail: str) -> None:
    scenario = one_link(1.0, {"traffic": fb.Table(at_s=[0, 2.7e-3])}, detail=detail, duration_s=4.5e-3)
    link = scenario.links[0]
    name = f"{link.node_a}--{link.node_b}"
    changes = [fb.Change(at_s=2.5e-3, link=name), fb.Change(at_s=2.6e-3, link=name, generation=link.generation)]
    # Attempts at 0, 1, 2, then at 3 and 4: those at 2 and 4 ms are not heard of.
    assert_run(scenario.replace(changes=changes), 5, [0.9, 1.9, 3.9], 3 * 0.9e-3 + 0.5e-3 + 0.5e-3)
    # Down for good: the second request is refused.
    assert_run(scenario.replace(changes=changes[:1]), 3, [0.9, 1.9], 2 * 0.9e-3 + 0.5e-3)


@BY_DETAIL
def test_a_circuit_that_is_released(detail: str) -> None:
    demand = {"traffic": fb.Table(at_s=[0, 2.7e-3]), "deadline_s": 2.5e-3}
    assert_run(one_link(1.0, demand, detail=detail, duration_s=0.01), 6, [0.9, 1.9, 3.9, 4.9], 4 * 0.9e-3 + 0.5e-3 + 0.2e-3)


@BY_DETAIL
def test_interrupted_attempts_succeed_as_often(detail: str) -> None:
    """Three attempts a request, the last one in flight at its deadline: all count and succeed with p, two can deliver."""
    p, requests = 0.3, 200
    demand = {"traffic": fb.Table(at_s=[k * 1e-2 for k in range(requests)]), "deadline_s": 2.5e-3}
    scenario = one_link(p, demand, detail=detail, duration_s=requests * 1e-2, record="summary")
    replicas = samples_to_detect(0.02 * p, (p * (1 - p)) ** 0.5) // (2 * requests) + 1
    (results,) = results_of(scenario, replicas, replicas)
    attempts, successes, pairs = (
        int(table[name].sum())
        for table, name in ((results.links, "attempts"), (results.links, "successes"), (results.demands, "pairs"))
    )
    assert attempts == 3 * requests * replicas
    assert_sampled(share(successes, attempts, p), p, 0, detects=0.02 * p)
    assert_sampled(share(pairs, 2 * requests * replicas, p), p, 0, detects=0.02 * p)
