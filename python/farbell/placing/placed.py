"""Placements as users ask for them and get them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast

from farbell._core import Demand, DoubleClick, Given, Memory, Routing, Scenario, SingleClick, SpecError, Station
from farbell.bounds import Forbidden, forbidding_bound
from farbell.placing.exact import exact, infeasible
from farbell.placing.greedy import greedy
from farbell.placing.problem import ElementaryLink, Problem, distances, elementary_link, fibers_of, forbidden_pair
from farbell.topology import chain, from_networkx
from farbell.topology.network import (
    Demands,
    Generation,
    Place,
    Span,
    build,
    checked_count,
    checked_number,
    nearest,
    parsed_length_m,
)

__all__ = ["Placement", "placement", "placement_limits"]

Pair: TypeAlias = tuple[str, str]
Path: TypeAlias = tuple[str, ...]
Method = Literal["exact", "greedy"]
# Lengths are sums of fibres: a span that is as long as allowed may come out a rounding error longer.
_SLACK = 1 + 1e-12
# Half-way round the Earth.
_LONGEST_M = 2e7
# A path of more repeaters is not looked at for what its fidelity allows.
_MOST_REPEATERS = 1000


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
    fibers = fibers_of(scenario)
    chosen = sorted(place[name] for name in set(where))
    stand = {*chosen, *(place[end] for end in taken)}
    near: list[dict[int, float]] = [{} for _ in names]
    for u in stand:
        found = distances(fibers, u, span_m * _SLACK)[0]
        near[u] = {v: length for v, length in found.items() if v in stand and v != u}
    numbered = tuple((place[a], place[b]) for a, b in pairs)
    problem = Problem(names, tuple(near), numbered, tuple(chosen), max_repeaters, disjoint_paths, capacity)
    solved = exact(problem, time_limit_s) if method == "exact" else greedy(problem)
    if solved is None:
        why = forbidden_pair(problem, fibers, span_m)
        if why is None and method == "greedy":
            allowed = "'exact', which finds a placement if there is any and else says what forbids it"
            why = SpecError("method", "'greedy', which found none", allowed)
        raise why or infeasible(problem)

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
        links=tuple(elementary_link(names, fibers, u, v) for u, v in hops),
        least=solved.least,
        method=method,
    )


def placement_limits(
    *,
    rate_hz: float,
    fidelity: float | None = None,
    memory: Memory | None = None,
    station: Station | None = None,
    generation: DoubleClick | SingleClick | None = None,
    **options: Any,
) -> dict[str, float | int]:
    """What a target demands of a placement, for given hardware: the longest span, and the most repeaters on a path.

    Parameters
    ----------
    rate_hz : float
        Delivered pairs per second: no span may be longer than one that makes as many.
    fidelity : float, optional
        Fidelity of the delivered pairs: no span may make worse ones, nor may a path have so many repeaters that its pairs are
        worse even when nothing waits.
    memory, station, generation, **options
        The hardware, as for :func:`farbell.chain`; ``width`` among them.

    Returns
    -------
    dict
        ``max_span_m``, within a metre, and ``max_repeaters``, for spans of that length, if a fidelity is given: keywords of
        :func:`placement`. Both come from bounds: they are necessary, and whether they suffice a run says.

    Raises
    ------
    SpecError
        No span reaches the target, or the generation is ``given``, which is the same for any length.

    Examples
    --------
    >>> import farbell as fb
    >>> limits = fb.placement_limits(rate_hz=10, fidelity=0.9)
    >>> round(limits["max_span_m"] / 1e3), limits["max_repeaters"]
    (81, 8)
    """
    if isinstance(generation, Given):
        raise SpecError("generation", "given, which is the same for any length", "double_click or single_click")
    checked_number(rate_hz, "rate_hz", 0, math.inf)
    hardware = {"memory": memory, "station": station, "generation": generation, **options}
    target = {"rate_hz": rate_hz} if fidelity is None else {"rate_hz": rate_hz, "fidelity": fidelity}

    def forbidden(spans: int, length_m: float, target: Mapping[str, float]) -> Forbidden | None:
        return forbidding_bound(chain(spans + 1, length_m=length_m, **hardware), target)

    if (none := forbidden(1, 0.0, target)) is not None:
        raise SpecError(none.quantity, f"{none.target:g}", f"at most {none.bound:.6g}, which one span of no length reaches")
    low, high = 0.0, 1e3
    while high < _LONGEST_M and forbidden(1, high, target) is None:
        low, high = high, min(2 * high, _LONGEST_M)
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if forbidden(1, middle, target) else (middle, high)
    limits: dict[str, float | int] = {"max_span_m": low}
    if fidelity is not None:
        repeaters = 0
        while repeaters < _MOST_REPEATERS and forbidden(repeaters + 2, low, {"fidelity": fidelity}) is None:
            repeaters += 1
        limits["max_repeaters"] = repeaters
    return limits
