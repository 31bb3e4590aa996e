"""Smallest cuts of a network of links and nodes between many pairs of nodes, each found near its ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Cut", "Cuts"]

# Of a capacity: what rounding left.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Cut:
    """A flow and a smallest cut, as numbers of links and nodes."""

    flow: float
    links: tuple[int, ...]
    nodes: tuple[int, ...]


class Cuts:
    """The graph in which flows are found; what one flow took is forgotten before the next.

    Node `i` has vertices `2 i`, where flow enters, and `2 i + 1`, where it leaves. Arcs come in pairs, `k ^ 1` going back.

    Parameters
    ----------
    nodes : int
        Number of nodes.
    links : sequence of (int, int, float)
        Nodes and rate of each link.
    through : mapping
        Node -> what can pass it, where that is limited.
    """

    def __init__(self, nodes: int, links: Sequence[tuple[int, int, float]], through: Mapping[int, float]) -> None:
        self._first = 2 * nodes
        self._heads: list[int] = []
        self._sizes: list[float] = []
        self._arcs: list[list[int]] = [[] for _ in range(2 * nodes)]
        for i in range(nodes):
            self._arc(2 * i, 2 * i + 1, through.get(i, math.inf))
        for a, b, rate in links:
            self._arc(2 * a + 1, 2 * b, rate)
            self._arc(2 * b + 1, 2 * a, rate)
        self._left: dict[int, float] = {}

    def _arc(self, start: int, end: int, size: float) -> None:
        for tail, head, capacity in ((start, end, size), (end, start, 0.0)):
            self._arcs[tail].append(len(self._heads))
            self._heads.append(head)
            self._sizes.append(capacity)

    def smallest(self, a: int, b: int, at_a: float, at_b: float) -> Cut:
        """Between two nodes, of which so much can start or end there."""
        kept = self._sizes[2 * a], self._sizes[2 * b]
        self._sizes[2 * a], self._sizes[2 * b] = at_a, at_b
        self._left.clear()
        try:
            return self._found(2 * a, 2 * b + 1)
        finally:
            self._sizes[2 * a], self._sizes[2 * b] = kept

    def _found(self, start: int, end: int) -> Cut:
        """E. A. Dinic's: blocking flows over ever longer paths, until one of the ends is cut off."""
        flow = 0.0
        while True:
            level, cut = self._levels(start, end)
            if cut is not None:
                return Cut(flow, *cut)
            for path in self._paths(level, start, end):
                amount = min(self._rest(arc) for arc in path)
                if math.isinf(amount):
                    return Cut(math.inf, (), ())
                for arc in path:
                    self._left[arc] = self._rest(arc) - amount
                    self._left[arc ^ 1] = self._rest(arc ^ 1) + amount
                flow += amount

    def _rest(self, arc: int) -> float:
        return self._left.get(arc, self._sizes[arc])

    def _open(self, arc: int) -> bool:
        """What rounding left of a capacity is nothing."""
        rest = self._left.get(arc)
        if rest is None:
            return self._sizes[arc] > 0
        full = max(self._sizes[arc], self._sizes[arc ^ 1])
        return rest > (0 if math.isinf(full) else _ROUNDING * full)

    def _levels(self, start: int, end: int) -> tuple[dict[int, int], tuple[tuple[int, ...], tuple[int, ...]] | None]:
        """Distances from the start, as far as the end; or the cut, if there is no way.

        Both ends are searched from in turn, so that a cut is found near the one that it is near.
        """
        level, edge = {start: 0}, [start]
        back, back_edge = {end}, [end]
        while edge and back_edge:
            ahead = []
            for vertex in edge:
                for arc in self._arcs[vertex]:
                    head = self._heads[arc]
                    if head not in level and self._open(arc):
                        level[head] = level[vertex] + 1
                        ahead.append(head)
            if end in level:
                return level, None
            edge = ahead
            while back_edge and len(back) <= len(level):
                behind = []
                for vertex in back_edge:
                    for arc in self._arcs[vertex]:
                        tail = self._heads[arc]
                        if tail not in back and self._open(arc ^ 1):
                            back.add(tail)
                            behind.append(tail)
                back_edge = behind
        return level, self._across(level, 0) if not edge else self._across(back, 1)

    def _across(self, side: Mapping[int, int] | set[int], way: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Links and nodes whose arcs lead out of one side, or (`way` 1) into it."""
        links, nodes = set(), set()
        for vertex in side:
            for arc in self._arcs[vertex]:
                if self._heads[arc] not in side and self._sizes[arc ^ way] > 0:
                    if arc < self._first:
                        nodes.add(arc // 2)
                    else:
                        links.add((arc - self._first) // 4)
        return tuple(sorted(links)), tuple(sorted(nodes))

    def _paths(self, level: Mapping[int, int], start: int, end: int) -> Iterator[list[int]]:
        """Augmenting paths of one blocking flow, as arcs; each is to be used before the next is asked for."""
        turn = dict.fromkeys(level, 0)
        last = level[end]
        path: list[int] = []
        vertex = start
        while True:
            if vertex == end:
                yield path
                path, vertex = [], start
            arcs, above = self._arcs[vertex], level[vertex] + 1
            at = turn[vertex]
            while at < len(arcs):
                head = self._heads[arcs[at]]
                if level.get(head) == above and (above < last or head == end) and self._open(arcs[at]):
                    break
                at += 1
            turn[vertex] = at
            if at < len(arcs):
                path.append(arcs[at])
                vertex = self._heads[path[-1]]
            elif path:
                vertex = self._heads[path.pop() ^ 1]
                turn[vertex] += 1
            else:
                return
