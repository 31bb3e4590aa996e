"""What is to be placed: ends, locations, and the elementary links that fibres allow between them.

An elementary link joins two nodes by the shortest way through the fibres; what it passes on the way is only patched through.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from farbell._core import Scenario, SpecError
from farbell.analysis.flows import Capacities, LinkCapacity

__all__ = ["ElementaryLink", "Problem", "Solved", "distances", "elementary_link", "fibers_of", "forbidden_pair"]


@dataclass(frozen=True)
class ElementaryLink:
    """A link between neighbours on a path.

    Attributes
    ----------
    node_a, node_b : str
        Its ends: end nodes or repeaters.
    length_m : float
        Length of the fibres between them.
    way : tuple of str
        The nodes that these fibres join, both ends included.

    Examples
    --------
    >>> import farbell as fb
    >>> line = fb.chain(5, length_m="30 km")
    >>> fb.placement(line, ends=["n0", "n4"], max_span_m="60 km").links[0].way
    ('n0', 'n1', 'n2')
    """

    node_a: str
    node_b: str
    length_m: float
    way: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """What is to be solved, with nodes as numbers; `near[u][v]`: length of the elementary link."""

    names: tuple[str, ...]
    near: tuple[Mapping[int, float], ...]
    pairs: tuple[tuple[int, int], ...]
    locations: tuple[int, ...]
    max_repeaters: int | None
    disjoint_paths: int
    capacity: int | None

    def arcs(self, pair: tuple[int, int], locations: Iterable[int]) -> list[tuple[int, int]]:
        """Elementary links, one way each, that can be on a path of the pair: not to its start, from its end, by other ends."""
        a, b = pair
        inner = set(locations)
        near = [(u, v) for u in (a, *sorted(inner)) for v in self.near[u] if v == b or v in inner]
        if self.max_repeaters is None:
            return near
        out, back = hops_from(a, near), hops_from(b, [(v, u) for u, v in near])
        most = self.max_repeaters + 1
        return [(u, v) for u, v in near if u in out and v in back and out[u] + 1 + back[v] <= most]


def hops_from(start: int, arcs: Iterable[tuple[int, int]]) -> dict[int, int]:
    after: dict[int, list[int]] = {}
    for u, v in arcs:
        after.setdefault(u, []).append(v)
    found, edge = {start: 0}, [start]
    while edge:
        edge = [v for v in dict.fromkeys(v for u in edge for v in after.get(u, ())) if v not in found]
        found.update(dict.fromkeys(edge, max(found.values()) + 1))
    return found


def fibers_of(scenario: Scenario) -> list[dict[int, float]]:
    place = {node.name: i for i, node in enumerate(scenario.nodes)}
    fibers: list[dict[int, float]] = [{} for _ in place]
    for link in scenario.links:
        a, b = place[link.node_a], place[link.node_b]
        fibers[a][b] = fibers[b][a] = min(link.fiber.length_m, fibers[a].get(b, math.inf))
    return fibers


def distances(fibers: list[dict[int, float]], start: int, limit_m: float) -> tuple[dict[int, float], dict[int, int]]:
    """Length of the shortest ways from a node, as far as the limit; and the node before each."""
    found: dict[int, float] = {}
    before: dict[int, int] = {}
    heap = [(0.0, start, start)]
    while heap:
        length, node, last = heapq.heappop(heap)
        if node in found or length > limit_m:
            continue
        found[node], before[node] = length, last
        for other, more in fibers[node].items():
            if other not in found:
                heapq.heappush(heap, (length + more, other, node))
    return found, before


def elementary_link(names: Sequence[str], fibers: list[dict[int, float]], a: int, b: int) -> ElementaryLink:
    lengths, before = distances(fibers, a, math.inf)
    way = [b]
    while way[-1] != a:
        way.append(before[way[-1]])
    return ElementaryLink(names[a], names[b], lengths[b], tuple(names[i] for i in reversed(way)))


@dataclass(frozen=True)
class Solved:
    """Chosen locations, paths of each pair, and a number of repeaters of which it is proven that fewer do not do."""

    chosen: list[int]
    paths: list[list[list[int]]]
    least: int


def forbidden_pair(problem: Problem, fibers: list[dict[int, float]], span_m: float) -> SpecError | None:
    """The first requirement that a pair by itself cannot meet: spans, then repeaters on a path, then disjoint paths."""
    names = problem.names
    spans = f"spans of at most {span_m / 1e3:g} km"
    for a, b in problem.pairs:
        both = f"{names[a]} and {names[b]}"
        arcs = replace(problem, max_repeaters=None).arcs((a, b), problem.locations)
        hops = hops_from(a, arcs)
        if b not in hops:
            return _too_short(names, fibers, (a, b), problem.locations, span_m)
        if problem.max_repeaters is not None and hops[b] - 1 > problem.max_repeaters:
            allowed = f"at least {hops[b] - 1}, the fewest between {both} with {spans}"
            return SpecError("max_repeaters", str(problem.max_repeaters), allowed)
        # Each link takes half of a location's time: it passes one path. So does the link without any; no other limits.
        links = tuple(
            LinkCapacity(f"{names[u]}--{names[v]}", names[u], names[v], 1.0 if (u, v) == (a, b) else 2.0, 0.5)
            for u, v in arcs
            if u == a or v == b or u < v
        )
        flow = Capacities(links, {names[u]: 1.0 for u in problem.locations}).max_flow(names[a], names[b])
        if flow.rate_hz < problem.disjoint_paths - 0.5:
            allowed = f"at most {round(flow.rate_hz)}: with {spans} only {', '.join(flow.nodes + flow.links)} join {both}"
            return SpecError("disjoint_paths", str(problem.disjoint_paths), allowed)
    return None


def _too_short(
    names: Sequence[str], fibers: list[dict[int, float]], pair: tuple[int, int], locations: Sequence[int], span_m: float
) -> SpecError:
    """The pair's widest path: the one whose longest span is shortest."""
    a, b = pair
    inner = {*locations}
    found: set[int] = set()
    heap: list[tuple[float, int, tuple[int, int]]] = [(0.0, a, (a, a))]
    while heap:
        longest, node, span = heapq.heappop(heap)
        if node == b:
            u, v = (names[i] for i in span)
            allowed = f"at least {longest / 1e3:.6g} km, which {names[a]} and {names[b]} need between {u} and {v}"
            return SpecError("max_span_m", f"{span_m / 1e3:g} km", allowed)
        if node in found:
            continue
        found.add(node)
        for other, length in distances(fibers, node, math.inf)[0].items():
            if other not in found and (other == b or other in inner):
                heapq.heappush(heap, (longest, other, span) if longest >= length else (length, other, (node, other)))
    return SpecError("ends", f"{names[a]!r} and {names[b]!r}", "ends that fibres join")
