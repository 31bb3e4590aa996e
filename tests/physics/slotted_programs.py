"""Slot-synchronous chains as programs: a controller follows a policy, and the nodes do what it says.

A slot is that of case C07: pairs that are too old are dropped; every neighbouring pair of nodes whose two facing memories are
free tries once; then the policy says which nodes swap. Messages take no time (ideal control).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import farbell as fb
from physics.runs import SLOT_S, SLOTTED, slotted_link
from physics.sampling import SEED

#: (from, to, age in slots) of each pair; which nodes swap then.
State = tuple[tuple[int, int, int], ...]
Policy = Callable[[State], tuple[int, ...]]


def swap_asap(state: State) -> tuple[int, ...]:
    return tuple(sorted({i for i, _, _ in state} & {j for _, j, _ in state}))


class Worker(fb.Program):
    """Asks the next node for a pair, swaps, or gives a qubit up, as it is told; has one memory to either side."""

    def __init__(self, k: int, last: int) -> None:
        self.k, self.before, self.next = k, f"n{k - 1}", f"n{k + 1}"
        self.peers = tuple(f"n{i}" for i in (k - 1, k + 1) if 0 <= i <= last)

    def run(self, node: Any) -> Iterator[Any]:
        held: dict[str, Any] = {}

        def accepts() -> Iterator[Any]:
            while True:
                held["towards first"] = (yield node.accept(self.before)).qubit

        def asks() -> Iterator[Any]:
            held["towards last"] = (yield node.entangle(self.next)).qubit
            yield node.send("center", self.k)

        def swaps(a: Any, b: Any) -> Iterator[Any]:
            outcome = yield node.bell_measure(a, b)
            yield node.send("center", (self.k, outcome is not None))

        if self.k:
            node.start(accepts())
        while True:
            order, side = yield node.receive("center")
            if order == "ask":
                node.start(asks())
            elif order == "swap":
                node.start(swaps(held.pop("towards first"), held.pop("towards last")))
            else:
                node.release(held.pop(side))


class Controller(fb.Program):
    """Knows which pairs there are, and tells the nodes what to do at the end of each slot; starts anew after each delivery."""

    peers = ()

    def __init__(self, last: int, policy: Policy, cutoff: int | None = None) -> None:
        self.last, self.policy, self.cutoff = last, policy, cutoff

    def run(self, node: Any) -> Iterator[Any]:
        pairs: dict[tuple[int, int], int] = {}  # (from, to) -> age in slots
        asked: set[int] = set()
        slots = 0

        def drop(i: int, j: int) -> None:
            node.send(f"n{i}", ("drop", "towards last"))
            node.send(f"n{j}", ("drop", "towards first"))

        while True:
            for i in range(self.last):
                if i not in asked and all(i != a and i + 1 != b for a, b in pairs):
                    node.send(f"n{i}", ("ask", None))
                    asked.add(i)
            yield node.wait(SLOT_S)
            slots += 1
            pairs = {ends: age + 1 for ends, age in pairs.items()}
            while (made := node.receive_any()).done:
                i = made.value.content
                asked.remove(i)
                pairs[i, i + 1] = 0
            made.cancel()
            swaps = self.policy(tuple(sorted((*ends, age) for ends, age in pairs.items())))
            if swaps:
                for k in swaps:
                    node.send(f"n{k}", ("swap", None))
                good = {}
                for _ in swaps:
                    k, succeeded = (yield node.receive_any()).content
                    good[k] = succeeded
                for group in groups(pairs, swaps):
                    ends, age = (group[0][0], group[-1][1]), max(pairs.pop(pair) for pair in group)
                    if all(good[k] for _, k in group[:-1]):
                        pairs[ends] = age
                    else:
                        drop(*ends)
            if done := (0, self.last) in pairs:
                node.record(slots=slots)
                slots = 0
            for ends in [ends for ends, age in pairs.items() if done or age == self.cutoff]:
                del pairs[ends]
                drop(*ends)


def groups(pairs: Any, swaps: tuple[int, ...]) -> list[list[tuple[int, int]]]:
    """Pairs in a row that are joined at once."""
    found: list[list[tuple[int, int]]] = []
    for pair in sorted(pairs):
        before = next((group for group in found if group[-1][1] == pair[0] and pair[0] in swaps), None)
        if before is None:
            found.append([pair])
        else:
            before.append(pair)
    return [group for group in found if len(group) > 1]


def slots_by_programs(
    nodes: int, p: float, swap: float, mean: float, deliveries: int, policy: Policy, cutoff: int | None = None
) -> Any:
    """Slots from each delivery to the next, of at least so many."""
    last = nodes - 1
    names = [*(f"n{k}" for k in range(nodes)), "center"]
    links = [*itertools.pairwise(names[:-1]), ("n0", "center")]
    scenario = fb.Scenario(
        memories=[fb.Memory(name="memory", slots=2)],
        nodes=[fb.Node(name=name, memory="memory", swap_success_probability=swap) for name in names],
        links=[fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=0.0), generation=slotted_link(p)) for a, b in links],
        demands=[],
        duration_s=1.1 * deliveries * mean * SLOT_S,
        seed=SEED,
        **SLOTTED,
    )
    programs: dict[str, Any] = {f"n{k}": Worker(k, last) for k in range(nodes)}
    programs["center"] = Controller(last, policy, cutoff)
    return fb.run(scenario, programs=programs, progress=False).records["slots"]
