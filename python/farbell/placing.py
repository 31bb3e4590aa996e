"""Where on a fibre network repeaters have to stand, at least. See docs/guide/placement.md.

Nodes are ends or locations, where a repeater may stand. An elementary link joins two of them by the shortest way through the
fibres; what it passes on the way is only patched through.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, cast

from farbell._core import Demand, Memory, Routing, Scenario, SpecError, Station
from farbell._extras import require
from farbell.analysis.flows import Capacities, LinkCapacity
from farbell.bounds import forbidding_bound
from farbell.topology import chain, from_networkx
from farbell.topology.network import Demands, Generation, Place, Span, build, checked_count, nearest, parsed_length_m

__all__ = ["ElementaryLink", "Placement", "placement", "placement_limits"]

Pair: TypeAlias = tuple[str, str]
Path: TypeAlias = tuple[str, ...]
Method = Literal["exact", "greedy"]
# Lengths are sums of fibres: a span that is as long as allowed may come out a rounding error longer.
_SLACK = 1 + 1e-12


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
    >>> line = fb.chain(4, length_m="30 km")
    >>> fb.placement(line, ends=["n0", "n3"], max_span_m="60 km").links[0].way
    ('n0', 'n1')
    """

    node_a: str
    node_b: str
    length_m: float
    way: Path


@dataclass(frozen=True)
class Placement:
    """Chosen repeaters, and the paths that they serve.

    Attributes
    ----------
    network : Scenario
        The network on which they stand.
    repeaters : tuple of str
        Nodes with a repeater, in the network's order.
    paths : mapping
        Pair of ends -> its paths, the shortest first; no two of them share a repeater.
    links : tuple of ElementaryLink
        The links of all paths.
    least : int
        No placement has fewer repeaters: as far as was proven.
    method : str
        "exact" or "greedy".

    Examples
    --------
    >>> import farbell as fb
    >>> line = fb.chain(4, length_m="30 km")
    >>> found = fb.placement(line, ends=["n0", "n3"], max_span_m="60 km")
    >>> found.cost, found.optimal, found.paths
    (1, True, {('n0', 'n3'): (('n0', 'n1', 'n3'),)})
    """

    network: Scenario = field(repr=False)
    repeaters: tuple[str, ...]
    paths: Mapping[Pair, tuple[Path, ...]]
    links: tuple[ElementaryLink, ...]
    least: int
    method: str

    @property
    def cost(self) -> int:
        """Number of repeaters."""
        return len(self.repeaters)

    @property
    def optimal(self) -> bool:
        """Whether it is proven that fewer repeaters do not do."""
        return self.cost == self.least

    def scenario(
        self,
        *,
        memory: Memory | None = None,
        generation: Generation | None = None,
        demands: Demands | None = None,
        duration_s: float | str = 1.0,
        seed: int = 0,
        **options: Any,
    ) -> Scenario:
        """The network of ends, repeaters and elementary links, ready to run.

        Parameters
        ----------
        memory, generation, duration_s, seed, **options
            As for :func:`farbell.chain`. A repeater on ``n`` paths needs ``2 * n * width`` slots to serve all at once.
        demands : list of Demand or of pairs of node names, optional
            Who asks. Default: a demand for each pair of ends; over its path, or, if it has several, with as many alternatives.

        Returns
        -------
        Scenario
            The network; ``notes`` says what was chosen, and ``credits`` are those of the map.
        """
        nodes = {node.name: node for node in self.network.nodes}
        ends = dict.fromkeys(end for pair in self.paths for end in pair)
        places = [
            Place(name, nodes[name].latitude_deg, nodes[name].longitude_deg, nodes[name].x_m, nodes[name].y_m)
            for name in [*ends, *self.repeaters]
        ]
        most = max(map(len, self.paths.values()))
        if most > 1:
            options.setdefault("routing", Routing(alternatives=most))
        if demands is None:
            shared = {name: options.pop(name) for name in ("traffic", "width") if name in options}
            demands = [
                Demand(node_a=a, node_b=b, route=paths[0] if most == 1 else (), **shared)
                for (a, b), paths in self.paths.items()
            ]
        how = "the fewest that do" if self.optimal else f"{self.least} or more are needed"
        return build(
            title=f"{self.network.name}, {self.cost} repeaters",
            places=places,
            spans=[Span(link.node_a, link.node_b, link.length_m) for link in self.links],
            demands=demands,
            memory=memory,
            generation=generation,
            duration_s=duration_s,
            seed=seed,
            told=[f"Repeaters at {self.cost} nodes, {how}: {', '.join(self.repeaters) or 'none'}."],
            credits=[*options.pop("credits", ()), *self.network.credits],
            **options,
        )


@dataclass(frozen=True)
class _Problem:
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
        out, back = _hops(a, near), _hops(b, [(v, u) for u, v in near])
        most = self.max_repeaters + 1
        return [(u, v) for u, v in near if u in out and v in back and out[u] + 1 + back[v] <= most]


def _hops(start: int, arcs: Iterable[tuple[int, int]]) -> dict[int, int]:
    after: dict[int, list[int]] = {}
    for u, v in arcs:
        after.setdefault(u, []).append(v)
    found, edge = {start: 0}, [start]
    while edge:
        edge = [v for v in dict.fromkeys(v for u in edge for v in after.get(u, ())) if v not in found]
        found.update(dict.fromkeys(edge, max(found.values()) + 1))
    return found


# The fibres.


def _fibers(scenario: Scenario) -> list[dict[int, float]]:
    place = {node.name: i for i, node in enumerate(scenario.nodes)}
    fibers: list[dict[int, float]] = [{} for _ in place]
    for link in scenario.links:
        a, b = place[link.node_a], place[link.node_b]
        fibers[a][b] = fibers[b][a] = min(link.fiber.length_m, fibers[a].get(b, math.inf))
    return fibers


def _distances(fibers: list[dict[int, float]], start: int, limit_m: float) -> tuple[dict[int, float], dict[int, int]]:
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


def _elementary(names: Sequence[str], fibers: list[dict[int, float]], a: int, b: int) -> ElementaryLink:
    distances, before = _distances(fibers, a, math.inf)
    way = [b]
    while way[-1] != a:
        way.append(before[way[-1]])
    return ElementaryLink(names[a], names[b], distances[b], tuple(names[i] for i in reversed(way)))


# The integer programme.


@dataclass(frozen=True)
class _Solved:
    chosen: list[int]
    paths: list[list[list[int]]]
    least: int


class _Programme:
    """Columns: a repeater or none at each location, then each arc used or not by each commodity.

    A commodity is one path of a pair; all paths of a pair together where nothing counts the repeaters of a single path.
    """

    def __init__(self, problem: _Problem, locations: Sequence[int]) -> None:
        self.problem, self.locations = problem, list(locations)
        copies, self.each = (1, problem.disjoint_paths) if problem.max_repeaters is None else (problem.disjoint_paths, 1)
        self.commodities: list[tuple[int, list[tuple[int, int]], int]] = []
        self.columns = len(self.locations)
        for pair in range(len(problem.pairs)):
            arcs = problem.arcs(problem.pairs[pair], self.locations)
            for _ in range(copies):
                self.commodities.append((pair, arcs, self.columns))
                self.columns += len(arcs)

    def _rows(self) -> tuple[list[dict[int, float]], list[float], list[float]]:
        """Coefficients, least and most of every row."""
        rows: list[dict[int, float]] = []
        lows: list[float] = []
        highs: list[float] = []

        def add(row: dict[int, float], low: float, high: float) -> None:
            rows.append(row)
            lows.append(low)
            highs.append(high)

        column = {u: i for i, u in enumerate(self.locations)}
        by_pair: dict[tuple[int, int], dict[int, float]] = {}
        by_location: dict[int, dict[int, float]] = {}
        direct: dict[int, dict[int, float]] = {}
        for pair, arcs, first in self.commodities:
            a, b = self.problem.pairs[pair]
            balance: dict[int, dict[int, float]] = {a: {}}
            for i, (u, v) in enumerate(arcs, first):
                balance.setdefault(u, {})[i] = 1.0
                balance.setdefault(v, {})[i] = -1.0
                if u in column:
                    by_pair.setdefault((pair, u), {})[i] = 1.0
                    by_location.setdefault(u, {})[i] = 1.0
                elif v == b:
                    direct.setdefault(pair, {})[i] = 1.0
            for node, row in balance.items():
                if node != b:
                    add(row, self.each * (node == a), self.each * (node == a))
            if self.problem.max_repeaters is not None:
                add(dict.fromkeys(range(first, first + len(arcs)), 1.0), 0, self.problem.max_repeaters + 1)
        for (_, u), row in by_pair.items():
            add({**row, column[u]: -1.0}, -math.inf, 0)
        for row in direct.values():
            add(row, 0, 1)
        if self.problem.capacity is not None:
            for u, row in by_location.items():
                add({**row, column[u]: -float(self.problem.capacity)}, -math.inf, 0)
        return rows, lows, highs

    def solve(self, *, shortest: bool = False, time_limit_s: float | None = None) -> _Solved | None:
        """The fewest repeaters, or, with all locations taken, the shortest paths; None if there are no such paths."""
        np = require("numpy", "fb.placement()")
        optimize = require("scipy.optimize", "fb.placement(method='exact')")
        sparse = require("scipy.sparse", "fb.placement(method='exact')")
        rows, lows, highs = self._rows()
        entries = [(r, c, value) for r, row in enumerate(rows) for c, value in row.items()]
        if any(low > 0 and not row for row, low in zip(rows, lows, strict=True)):
            return None
        where, columns, values = zip(*entries, strict=True)
        matrix = sparse.csr_matrix((values, (where, columns)), shape=(len(rows), self.columns))
        cost, least = np.zeros(self.columns), np.zeros(self.columns)
        if shortest:
            least[: len(self.locations)] = 1.0
            for _, arcs, first in self.commodities:
                cost[first : first + len(arcs)] = [self.problem.near[u][v] for u, v in arcs]
            cost /= max(cost.max(), 1e-300)
        else:
            cost[: len(self.locations)] = 1.0
        # With repeaters chosen, paths that share only these are a flow, whose corners are whole.
        whole = np.ones(self.columns)
        if self.problem.max_repeaters is None and self.problem.capacity is None:
            whole[len(self.locations) :] = 0.0
        found = optimize.milp(
            cost,
            integrality=whole,
            bounds=optimize.Bounds(least, np.ones(self.columns)),
            constraints=optimize.LinearConstraint(matrix, lows, highs),
            options={} if time_limit_s is None else {"time_limit": time_limit_s},
        )
        if found.status == 2:
            return None
        if found.x is None:
            raise TimeoutError(f"no placement was found in {time_limit_s:g} s; method='greedy' is quick")
        if not shortest:
            chosen = [u for i, u in enumerate(self.locations) if found.x[i] > 0.5]
            return _Solved(chosen, [], max(0, math.ceil(found.mip_dual_bound - 1e-6)))
        paths: list[list[list[int]]] = [[] for _ in self.problem.pairs]
        for pair, arcs, first in self.commodities:
            after: dict[int, list[int]] = {}
            for i, (u, v) in enumerate(arcs, first):
                if found.x[i] > 0.5:
                    after.setdefault(u, []).append(v)
            a, b = self.problem.pairs[pair]
            for _ in range(self.each):
                path = [a]
                while path[-1] != b:
                    path.append(after[path[-1]].pop())
                paths[pair].append(path)
        return _Solved(sorted({u for of in paths for path in of for u in path[1:-1]}), paths, 0)


def _exact(problem: _Problem, time_limit_s: float | None) -> _Solved | None:
    """First how few repeaters do, then the shortest paths over them."""
    fewest = _Programme(problem, problem.locations).solve(time_limit_s=time_limit_s)
    if fewest is None:
        return None
    paths = _Programme(problem, fewest.chosen).solve(shortest=True)
    if paths is None:
        raise ArithmeticError("the integer programme gave repeaters that join nothing")
    return _Solved(paths.chosen, paths.paths, fewest.least)


# The heuristic.


def _routed(problem: _Problem, pairs: Iterable[int], allowed: set[int], free: set[int]) -> list[list[list[int]]] | None:
    """Pair by pair, path by path the cheapest: a repeater costs 1 unless it is `free` or used already; then length counts."""
    used = dict.fromkeys(allowed, 0)
    free = set(free)
    paths: list[list[list[int]]] = [[] for _ in problem.pairs]
    longest = sum(max(near.values(), default=0.0) for near in problem.near) + 1
    for pair in pairs:
        a, b = problem.pairs[pair]
        most = problem.capacity if problem.capacity is not None else math.inf
        open_ = {u for u in allowed if used[u] < most}
        for _ in range(problem.disjoint_paths):
            path = _cheapest(problem, (a, b), open_, free, longest, no_direct=any(len(p) == 2 for p in paths[pair]))
            if path is None:
                return None
            for u in path[1:-1]:
                used[u] += 1
                open_.discard(u)
                free.add(u)
            paths[pair].append(path)
    return paths


def _cheapest(
    problem: _Problem, pair: tuple[int, int], allowed: set[int], free: set[int], longest: float, *, no_direct: bool
) -> list[int] | None:
    """By cost, with at most so many repeaters: labels (cost, repeaters) that no other beats in both."""
    a, b = pair
    most = len(allowed) if problem.max_repeaters is None else problem.max_repeaters
    heap: list[tuple[float, int, int, tuple[int, ...]]] = [(0.0, 0, a, (a,))]
    fewest: dict[int, int] = {}
    while heap:
        cost, hops, node, path = heapq.heappop(heap)
        if node == b:
            return list(path)
        # Labels come by cost: a later one is of use only if it has fewer repeaters.
        if fewest.get(node, most + 2) <= hops:
            continue
        fewest[node] = hops
        for other, length in problem.near[node].items():
            if (
                other in path
                or (other != b and (other not in allowed or hops == most))
                or (no_direct and (node, other) == pair)
            ):
                continue
            more = length / longest + (other != b and other not in free)
            heapq.heappush(heap, (cost + more, hops + 1, other, (*path, other)))
    return None


def _greedy(problem: _Problem) -> _Solved | None:
    """Routes all pairs so that they share repeaters, then takes away repeaters, one by one, that the others can replace."""
    best: set[int] | None = None
    paths: list[list[list[int]]] = []

    def length(pair: int) -> float:
        a, b = problem.pairs[pair]
        return problem.near[a].get(b, math.inf)

    orders = [list(range(len(problem.pairs))), list(range(len(problem.pairs)))[::-1]]
    orders += [sorted(orders[0], key=length), sorted(orders[0], key=length, reverse=True)]
    for order in orders:
        found = _routed(problem, order, set(problem.locations), set())
        if found is None:
            continue
        chosen = {u for of in found for path in of for u in path[1:-1]}
        shrinking = True
        while shrinking:
            shrinking = False
            uses = {u: sum(u in path for of in found for path in of) for u in chosen}
            for u in sorted(chosen, key=lambda u: (uses[u], u)):
                fewer = _routed(problem, order, chosen - {u}, chosen)
                if fewer is not None:
                    found, shrinking = fewer, True
                    chosen = {v for of in found for path in of for v in path[1:-1]}
                    break
        if best is None or len(chosen) < len(best):
            best, paths = chosen, found
    return None if best is None else _Solved(sorted(best), paths, 0)


# Why there is none.


def _forbidden_pair(problem: _Problem, fibers: list[dict[int, float]], span_m: float) -> SpecError | None:
    """The first requirement that a pair by itself cannot meet: spans, then repeaters on a path, then disjoint paths."""
    names = problem.names
    spans = f"spans of at most {span_m / 1e3:g} km"
    for a, b in problem.pairs:
        both = f"{names[a]} and {names[b]}"
        arcs = replace(problem, max_repeaters=None).arcs((a, b), problem.locations)
        hops = _hops(a, arcs)
        if b not in hops:
            return _too_short(names, fibers, (a, b), problem.locations, span_m)
        if problem.max_repeaters is not None and hops[b] - 1 > problem.max_repeaters:
            allowed = f"at least {hops[b] - 1}, the fewest between {both} with {spans}"
            return SpecError("max_repeaters", str(problem.max_repeaters), allowed)
        # Each link takes half of a location's time: it passes one path.
        links = tuple(
            LinkCapacity(f"{names[u]}--{names[v]}", names[u], names[v], 1.0, 0.5) for u, v in arcs if u == a or v == b or u < v
        )
        flow = Capacities(links, {names[u]: 1.0 for u in problem.locations}).max_flow(names[a], names[b])
        if flow.rate_hz < problem.disjoint_paths - 0.5:
            allowed = f"at most {round(flow.rate_hz)}: with {spans} only {', '.join(flow.nodes + flow.links)} join {both}"
            return SpecError("disjoint_paths", str(problem.disjoint_paths), allowed)
    return None


def _infeasible(problem: _Problem) -> SpecError:
    """Why no pair by itself is the reason: disjoint paths that are too long, or the capacity of the repeaters."""
    for pair in problem.pairs:
        if _Programme(replace(problem, pairs=(pair,), capacity=None), problem.locations).solve() is None:
            a, b = (problem.names[end] for end in pair)
            allowed = f"more: {a} and {b} have no {problem.disjoint_paths} disjoint paths with so few repeaters each"
            return SpecError("max_repeaters", str(problem.max_repeaters), allowed)
    low, high = problem.capacity or 0, len(problem.pairs) * problem.disjoint_paths
    while high - low > 1:
        middle = (low + high) // 2
        found = _Programme(replace(problem, capacity=middle), problem.locations).solve()
        low, high = (low, middle) if found is not None else (middle, high)
    return SpecError("capacity", str(problem.capacity), f"at least {high} paths a repeater, for all pairs together")


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
        for other, length in _distances(fibers, node, math.inf)[0].items():
            if other not in found and (other == b or other in inner):
                heapq.heappush(heap, (longest, other, span) if longest >= length else (length, other, (node, other)))
    return SpecError("ends", f"{names[a]!r} and {names[b]!r}", "ends that fibres join")


# For users.


def _pairs_of(ends: Iterable[str] | Iterable[Pair], names: Sequence[str]) -> list[Pair]:
    listed = list(ends)
    if all(isinstance(end, str) for end in listed):
        pairs = list(itertools.combinations(cast(list[str], listed), 2))
    else:
        pairs = [tuple(pair) for pair in listed if not isinstance(pair, str)]  # type: ignore[misc]
        if len(pairs) != len(listed) or any(len(pair) != 2 for pair in pairs):
            raise SpecError("ends", repr(listed), "names of nodes, or pairs of names")
    for pair in pairs:
        for end in pair:
            if end not in names:
                raise SpecError("ends", repr(end), "the name of a node", nearest(str(end), names))
    seen = {frozenset(pair) for pair in pairs}
    if not pairs or len(seen) < len(pairs) or any(len(ends) < 2 for ends in seen):
        raise SpecError("ends", repr(listed), "two different nodes or more, and no pair twice")
    return pairs


def placement(
    network: Scenario | Any,
    *,
    ends: Iterable[str] | Iterable[tuple[str, str]],
    max_span_m: float | str,
    max_repeaters: int | None = None,
    disjoint_paths: int = 1,
    capacity: int | None = None,
    locations: Iterable[str] | None = None,
    method: Method = "exact",
    time_limit_s: float | None = None,
) -> Placement:
    """The fewest repeaters on a fibre network with which every pair of ends has the paths that it needs.

    Parameters
    ----------
    network : Scenario or networkx.Graph
        The fibres; of a scenario only nodes and lengths of links count, a graph is read by :func:`farbell.from_networkx`.
    ends : list of str, or of pairs of str
        End nodes, each two of which are to be joined; or the pairs that are.
    max_span_m : float or str
        Longest elementary link; in metres, or text with a unit ("80 km").
    max_repeaters : int, optional
        Most repeaters on a path.
    disjoint_paths : int
        Paths of each pair, of which no two share a repeater (and at most one has none).
    capacity : int, optional
        Most paths, of all pairs together, through one repeater.
    locations : list of str, optional
        Nodes where repeaters may stand. Default: all that are no ends.
    method : "exact" or "greedy"
        The integer programme of Rabbie et al., solved by HiGHS; or a heuristic for networks too large for it: pairs are
        routed one after the other, preferring repeaters that are there already, and repeaters that the others can replace are
        then taken away.
    time_limit_s : float, optional
        How long "exact" may search; the best that was found is returned, with ``optimal`` saying if it is the best there is.

    Returns
    -------
    Placement
        Repeaters, paths and elementary links; of the paths over the chosen repeaters "exact" takes the shortest in total.

    Raises
    ------
    SpecError
        A value is out of range, a name unknown, or there is no placement: then the error names the requirement that forbids
        it and what would do. "greedy" may also find none where there is one.
    ImportError
        If scipy is missing, with "exact": ``pip install 'farbell[optimize]'``.
    TimeoutError
        If "exact" found none in time.

    References
    ----------
    J. Rabbie, K. Chakraborty, G. Avis and S. Wehner, npj Quantum Information 8, 5 (2022): the problem and its link-based
    formulation.

    Examples
    --------
    >>> import farbell as fb
    >>> surfnet = fb.topology.from_map("surfnet", detour_factor=1.5)
    >>> found = fb.placement(surfnet, ends=["Delft", "Enschede"], max_span_m="100 km")
    >>> found.cost, found.optimal
    (3, True)
    """
    scenario = network if isinstance(network, Scenario) else from_networkx(network)
    names = tuple(node.name for node in scenario.nodes)
    place = {name: i for i, name in enumerate(names)}
    span_m = parsed_length_m(max_span_m, "max_span_m")
    checked_count(disjoint_paths, 1, "disjoint_paths")
    if max_repeaters is not None:
        checked_count(max_repeaters, 0, "max_repeaters")
    if capacity is not None:
        checked_count(capacity, 1, "capacity")
    if method not in ("exact", "greedy"):
        raise SpecError("method", repr(method), "'exact' or 'greedy'")
    pairs = _pairs_of(ends, names)
    taken = {end for pair in pairs for end in pair}
    where = [name for name in names if name not in taken] if locations is None else list(locations)
    for name in where:
        if name not in place or name in taken:
            raise SpecError(
                "locations", repr(name), "a node that is no end", nearest(name, [n for n in names if n not in taken])
            )
    fibers = _fibers(scenario)
    chosen = sorted(place[name] for name in set(where))
    stand = {*chosen, *(place[end] for end in taken)}
    near: list[dict[int, float]] = [{} for _ in names]
    for u in stand:
        found = _distances(fibers, u, span_m * _SLACK)[0]
        near[u] = {v: length for v, length in found.items() if v in stand and v != u}
    numbered = tuple((place[a], place[b]) for a, b in pairs)
    problem = _Problem(names, tuple(near), numbered, tuple(chosen), max_repeaters, disjoint_paths, capacity)
    solved = _exact(problem, time_limit_s) if method == "exact" else _greedy(problem)
    if solved is None:
        why = _forbidden_pair(problem, fibers, span_m)
        if why is None and method == "greedy":
            allowed = "'exact', which finds a placement if there is any and else says what forbids it"
            why = SpecError("method", "'greedy', which found none", allowed)
        raise why or _infeasible(problem)

    def length(path: Sequence[int]) -> float:
        return math.fsum(near[u][v] for u, v in itertools.pairwise(path))

    paths = {
        pair: tuple(tuple(names[u] for u in path) for path in sorted(of, key=lambda p: (length(p), p)))
        for pair, of in zip(pairs, solved.paths, strict=True)
    }
    hops = dict.fromkeys((min(hop), max(hop)) for of in solved.paths for path in of for hop in itertools.pairwise(path))
    return Placement(
        network=scenario,
        repeaters=tuple(names[u] for u in solved.chosen),
        paths=paths,
        links=tuple(_elementary(names, fibers, u, v) for u, v in hops),
        least=solved.least,
        method=method,
    )


def placement_limits(
    *,
    rate_hz: float | None = None,
    fidelity: float | None = None,
    memory: Memory | None = None,
    station: Station | None = None,
    generation: Generation | None = None,
    **options: Any,
) -> dict[str, float | int]:
    """What a target demands of a placement, for given hardware: the longest span, and the most repeaters on a path.

    Parameters
    ----------
    rate_hz : float, optional
        Delivered pairs per second: no span may be longer than one that makes as many.
    fidelity : float, optional
        Fidelity of the delivered pairs: no path may have more repeaters than allow it when nothing waits.
    memory, station, generation, **options
        The hardware, as for :func:`farbell.chain`; `width` among them. A `given` link does not depend on its length.

    Returns
    -------
    dict
        ``max_span_m``, and ``max_repeaters`` if a fidelity is given: keywords of :func:`placement`. Both come from bounds:
        they are necessary, and whether they suffice a run says.

    Raises
    ------
    SpecError
        No span, or no chain, reaches the target, or neither is given.

    Examples
    --------
    >>> import farbell as fb
    >>> limits = fb.placement_limits(rate_hz=10, fidelity=0.9)
    >>> round(limits["max_span_m"] / 1e3), limits["max_repeaters"]
    (81, 8)
    """
    if rate_hz is None and fidelity is None:
        raise SpecError("rate_hz", "no target", "rate_hz=, fidelity= or both")
    hardware = {"memory": memory, "station": station, "generation": generation, **options}
    goal = {} if rate_hz is None else {"rate_hz": rate_hz}

    def forbidden(spans: int, length_m: float, target: Mapping[str, float]) -> Any:
        return forbidding_bound(chain(spans + 1, length_m=length_m, **hardware), target)

    if (none := forbidden(1, 0.0, {**goal, **({} if fidelity is None else {"fidelity": fidelity})})) is not None:
        raise SpecError(none.quantity, f"{none.target:g}", f"at most {none.bound:.6g}, which one span of no length reaches")
    low, high = 0.0, 1e3
    while high < 1e7 and forbidden(1, high, goal) is None:
        low, high = high, 2 * high
    if high < 1e7:
        while high - low > 0.5:
            middle = (low + high) / 2
            low, high = (low, middle) if forbidden(1, middle, goal) else (middle, high)
    limits: dict[str, float | int] = {"max_span_m": low}
    if fidelity is not None:
        # A longer span makes worse pairs where detectors click in the dark.
        spans = 1
        while spans < 1000 and forbidden(spans + 1, low, {"fidelity": fidelity}) is None:
            spans += 1
        limits["max_repeaters"] = spans - 1
    return limits
