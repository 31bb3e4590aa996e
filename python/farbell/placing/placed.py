"""Placements as users ask for them and get them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, cast

from farbell._core import Demand, Memory, Routing, Scenario, SpecError
from farbell.placing.exact import exact, infeasible
from farbell.placing.greedy import greedy
from farbell.placing.problem import ElementaryLink, Problem, Solved, distances, elementary_link, fibers_of, forbidden_pair
from farbell.topology import from_networkx
from farbell.topology.network import (
    Demands,
    Generation,
    Place,
    Span,
    build,
    checked_count,
    nearest,
    parsed_length_m,
)

__all__ = ["Method", "Placement", "Posed", "placement", "posed"]

Pair: TypeAlias = tuple[str, str]
Path: TypeAlias = tuple[str, ...]
Method = Literal["exact", "greedy"]
# Lengths are sums of fibres: a span that is as long as allowed may come out a rounding error longer.
_SLACK = 1 + 1e-12


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
    >>> line = fb.chain(5, length_m="30 km")
    >>> found = fb.placement(line, ends=["n0", "n4"], max_span_m="60 km")
    >>> found.cost, found.optimal, found.paths
    (1, True, {('n0', 'n4'): (('n0', 'n2', 'n4'),)})
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
    if method not in ("exact", "greedy"):
        raise SpecError("method", repr(method), "'exact' or 'greedy'")
    task = posed(
        network,
        ends=ends,
        max_span_m=parsed_length_m(max_span_m, "max_span_m"),
        max_repeaters=max_repeaters,
        disjoint_paths=disjoint_paths,
        capacity=capacity,
        locations=locations,
    )
    return task.placed(method, time_limit_s)


@dataclass(frozen=True)
class Posed:
    """A problem with the network that it is of."""

    scenario: Scenario
    fibers: list[dict[int, float]]
    pairs: tuple[Pair, ...]
    span_m: float
    problem: Problem

    def within(self, span_m: float) -> Posed:
        """With shorter spans."""
        near = tuple({v: length for v, length in of.items() if length <= span_m * _SLACK} for of in self.problem.near)
        return replace(self, span_m=span_m, problem=replace(self.problem, near=near))

    def limited(self, max_repeaters: int | None, capacity: int | None) -> Posed:
        """With fewer repeaters on a path, and fewer paths through a repeater."""
        return replace(self, problem=replace(self.problem, max_repeaters=max_repeaters, capacity=capacity))

    def solved(self, method: Method, time_limit_s: float | None) -> Solved | None:
        """What either way finds."""
        return exact(self.problem, time_limit_s) if method == "exact" else greedy(self.problem)

    def placed(self, method: Method, time_limit_s: float | None) -> Placement:
        """The placement, or the requirement that forbids it."""
        problem, names = self.problem, self.problem.names
        solved = self.solved(method, time_limit_s)
        if solved is None:
            why = forbidden_pair(problem, self.fibers, self.span_m)
            if why is None and method == "greedy":
                allowed = "'exact', which finds a placement if there is any and else says what forbids it"
                why = SpecError("method", "'greedy', which found none", allowed)
            raise why or infeasible(problem)

        def length(path: Sequence[int]) -> float:
            return math.fsum(problem.near[u][v] for u, v in itertools.pairwise(path))

        paths = {
            pair: tuple(tuple(names[u] for u in path) for path in sorted(of, key=lambda p: (length(p), p)))
            for pair, of in zip(self.pairs, solved.paths, strict=True)
        }
        hops = dict.fromkeys((min(hop), max(hop)) for of in solved.paths for path in of for hop in itertools.pairwise(path))
        return Placement(
            network=self.scenario,
            repeaters=tuple(names[u] for u in solved.chosen),
            paths=paths,
            links=tuple(elementary_link(names, self.fibers, u, v) for u, v in hops),
            least=solved.least,
            method=method,
        )


def posed(
    network: Scenario | Any,
    *,
    ends: Iterable[str] | Iterable[tuple[str, str]],
    max_span_m: float,
    max_repeaters: int | None,
    disjoint_paths: int,
    capacity: int | None,
    locations: Iterable[str] | None,
) -> Posed:
    """The problem, checked; arguments as of :func:`placement`."""
    scenario = network if isinstance(network, Scenario) else from_networkx(network)
    names = tuple(node.name for node in scenario.nodes)
    place = {name: i for i, name in enumerate(names)}
    checked_count(disjoint_paths, 1, "disjoint_paths")
    if max_repeaters is not None:
        checked_count(max_repeaters, 0, "max_repeaters")
    if capacity is not None:
        checked_count(capacity, 1, "capacity")
    pairs = _pairs_of(ends, names)
    taken = {end for pair in pairs for end in pair}
    where = [name for name in names if name not in taken] if locations is None else list(locations)
    for name in where:
        if name not in place or name in taken:
            raise SpecError(
                "locations", repr(name), "a node that is no end", nearest(name, [n for n in names if n not in taken])
            )
    fibers = fibers_of(scenario)
    chosen = sorted(place[name] for name in set(where))
    stand = {*chosen, *(place[end] for end in taken)}
    near: list[dict[int, float]] = [{} for _ in names]
    for u in stand:
        found = distances(fibers, u, max_span_m * _SLACK)[0]
        near[u] = {v: length for v, length in found.items() if v in stand and v != u}
    numbered = tuple((place[a], place[b]) for a, b in pairs)
    problem = Problem(names, tuple(near), numbered, tuple(chosen), max_repeaters, disjoint_paths, capacity)
    return Posed(scenario, fibers, tuple(pairs), max_span_m, problem)
