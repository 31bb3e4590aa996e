"""Small runs with programs, for the tests of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import farbell as fb

Body = Callable[[Any], Iterator[Any]]


def network(nodes: int = 2, slots: int = 4, *, demands: list[fb.Demand] | tuple[()] = (), **options: Any) -> fb.Scenario:
    """A chain whose links take 1 us an attempt and 10 us a message: everything else takes no time."""
    options = {"duration_s": 1e-2, "success_probability": 1.0, "memory": {}, **options}
    generation = fb.Given(
        success_probability=options.pop("success_probability"),
        attempt_period_s="1 us",
        state=fb.Werner(fidelity=options.pop("fidelity", 1.0)),
    )
    return fb.chain(
        nodes,
        length_m=2000.0,
        generation=generation,
        memory=fb.Memory(name="memory", slots=slots, **options.pop("memory")),
        demands=list(demands),
        **options,
    )


DELAY_S = 1e-5


def nap(node: Any) -> Iterator[Any]:
    yield node.wait(0)


def acceptor(node: Any) -> Iterator[Any]:
    while True:
        pair = yield node.accept("n0")
        node.release(pair.qubit)


def run(first: Any, second: Any = nap, scenario: fb.Scenario | None = None, **options: Any) -> fb.Results:
    return fb.run(network() if scenario is None else scenario, programs={"n0": first, "n1": second}, progress=False, **options)


def column(results: fb.Results, name: str) -> list[Any]:
    return list(results.records[name].tolist())


class Named(fb.Program):
    def __init__(self, peers: Any) -> None:
        self.peers = peers

    def run(self, node: Any) -> Iterator[Any]:
        yield node.wait(0)
