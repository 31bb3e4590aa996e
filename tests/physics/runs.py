"""Scenarios with closed-form answers, and the judgement of samples drawn from their runs.

A sample mean may differ from its expectation by 6.5 standard errors plus the tolerance of its case: a false alarm below 1e-10 a check.
FARBELL_TEST_SEED shifts every seed; the tests hold for any.
"""

import os
from math import sqrt

import farbell as fb
import numpy as np

SEED = int(os.environ.get("FARBELL_TEST_SEED", "0"))


def chains(
    *,
    copies,
    segments,
    success_probability,
    period_s,
    swap_success_probability=1.0,
    length_m=1000.0,
    herald_delay_s=None,
    memory=None,
    state=None,
    traffic=None,
    demand=None,
    **scenario,
):
    """Disjoint chains, each with one demand from end to end: independent samples in one run."""
    memory = memory or fb.Memory(name="m", slots=2)
    generation = fb.Given(
        success_probability=success_probability,
        attempt_period_s=period_s,
        herald_delay_s=period_s if herald_delay_s is None else herald_delay_s,
        state=state or fb.Werner(fidelity=1.0),
    )
    nodes, links, demands = [], [], []
    for c in range(copies):
        names = [f"c{c}n{i}" for i in range(segments + 1)]
        nodes += [fb.Node(name=n, memory="m", swap_success_probability=swap_success_probability) for n in names]
        fiber = fb.Fiber(length_m=length_m)
        links += [fb.Link(node_a=a, node_b=b, fiber=fiber, generation=generation) for a, b in zip(names, names[1:], strict=False)]
        demands.append(fb.Demand(node_a=names[0], node_b=names[-1], traffic=traffic or fb.OneOff(), **(demand or {})))
    return fb.Scenario(memories=[memory], nodes=nodes, links=links, demands=demands, **({"seed": SEED} | scenario))


def first_deliveries_s(scenario, replicas):
    """Time from start to end of every request, which all must be done."""
    requests = fb.run(scenario, replicas=replicas, progress=False).requests
    assert np.all(np.asarray(requests["status"]) == "done"), "the scenario is too short for its requests"
    return np.asarray(requests["finished_s"]) - np.asarray(requests["started_s"])


def agrees(sample, expected, tolerance=0.0, detectable=0.02):
    """Whether the mean of independent samples is as expected; the sample must be large enough to see `detectable` (relative)."""
    sample = np.asarray(sample, dtype=float)
    error = sample.std(ddof=1) / sqrt(len(sample))
    assert 6.5 * error <= detectable * abs(expected), "the sample is too small for what it should detect"
    return abs(sample.mean() - expected) <= 6.5 * error + tolerance * abs(expected)
