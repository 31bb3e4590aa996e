"""Scenarios of which closed forms are known, and samples from their runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

import farbell as fb
from physics.sampling import SEED

#: Short, as short latencies take little memory in a replica's results.
SLOT_S = 1e-9
SLOTTED = {"timing": "slotted", "slot_s": SLOT_S, "control": "ideal"}


def chains(
    generations: Sequence[fb.Given | fb.DoubleClick],
    *,
    copies: int = 1,
    length_m: float = 0.0,
    memories: Sequence[fb.Memory] = (fb.Memory(name="memory", slots=2),),
    swap_success_probability: float = 1.0,
    demand: Mapping[str, Any] | None = None,
    **scenario: Any,
) -> fb.Scenario:
    """Chains that share nothing, each with one demand from end to end: independent samples. Memories go round."""
    nodes, links, demands = [], [], []
    for copy in range(copies):
        names = [f"c{copy}n{k}" for k in range(len(generations) + 1)]
        nodes += [
            fb.Node(
                name=name,
                memory=memories[k % len(memories)].name,
                swap_success_probability=swap_success_probability,
            )
            for k, name in enumerate(names)
        ]
        links += [
            fb.Link(node_a=names[k], node_b=names[k + 1], fiber=fb.Fiber(length_m=length_m), generation=generation)
            for k, generation in enumerate(generations)
        ]
        demands.append(fb.Demand(node_a=names[0], node_b=names[-1], **(demand or {})))
    return fb.Scenario(memories=list(memories), nodes=nodes, links=links, demands=demands, **{"seed": SEED, **scenario})


def copies_for(segments: int) -> int:
    """So many that the cost of a replica as such does not matter."""
    return max(1, 100 // segments)


def results_of(scenario: fb.Scenario, replicas: int, at_once: int) -> Iterator[fb.Results]:
    """Results in parts that fit into memory."""
    for first in range(0, replicas, at_once):
        yield fb.run(
            scenario,
            replicas=min(at_once, replicas - first),
            threads=1,
            seed=scenario.seed + first,
            progress=False,
            memory_limit="1 GB",
        )


def one_each(scenario: fb.Scenario, samples: int) -> Iterator[fb.Results]:
    """Replicas with one sample a demand, until there are enough samples."""
    demands = len(scenario.demands)
    at_once = max(1, min(10_000 // demands, 100_000 // len(scenario.nodes)))
    yield from results_of(scenario, -(-samples // demands), at_once)


def slotted_link(success_probability: float) -> fb.Given:
    return fb.Given(success_probability=success_probability, attempt_period_s=SLOT_S)


def first_deliveries_s(scenario: fb.Scenario, samples: int) -> np.ndarray:
    """From the start of generation to the delivery, of one-off requests for one pair."""
    times = []
    for results in one_each(scenario, samples):
        requests = results.requests
        assert np.all(requests["pairs_delivered"] == 1), "the scenario is too short"
        times.append(requests["finished_s"] - requests["started_s"])
    return np.concatenate(times)
