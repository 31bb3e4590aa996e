"""Hooks: functions that take decisions of a run in place of rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from farbell._core import ScheduleView
from farbell.routes_view import RoutesView

__all__ = [
    "Candidate",
    "Detour",
    "FusionView",
    "GivenPath",
    "LanePath",
    "RoundDemand",
    "RoundView",
    "RouteView",
    "RoutesView",
    "ScheduleView",
]


@dataclass(frozen=True)
class Candidate:
    """A route that a circuit may take, as the ledger of slots knows it when it is asked.

    Attributes
    ----------
    number : int
        Its place among the candidates.
    nodes, links : tuple of str
        Along the route, from ``node_a`` of the demand.
    length_m : float
        Fibre.
    is_up : bool
        Whether no link of it is known to be down.
    free_slots : tuple of int
        Of each node, those aside that are set aside for others before it in the line.
    slots_needed : tuple of int
        Of each node, by the circuit.

    Examples
    --------
    >>> import farbell as fb
    >>> seen = []
    >>> def first(view):
    ...     seen.append(view.routes[0])
    ...     return view.routes[0]
    >>> results = fb.run(fb.chain(3, length_m=20e3, duration_s=0.1), hooks={"route": first})
    >>> seen[0].nodes, seen[0].hops, seen[0].slots_needed, seen[0].has_slots
    (('n0', 'n1', 'n2'), 2, (1, 2, 1), True)
    """

    number: int
    nodes: tuple[str, ...]
    links: tuple[str, ...]
    length_m: float
    is_up: bool
    free_slots: tuple[int, ...]
    slots_needed: tuple[int, ...]

    @property
    def hops(self) -> int:
        """Links along it."""
        return len(self.links)

    @property
    def has_slots(self) -> bool:
        """Whether every node has the slots that the circuit needs."""
        return all(free >= needed for free, needed in zip(self.free_slots, self.slots_needed, strict=True))


@dataclass(frozen=True)
class RouteView:
    """What the hook ``"route"`` is asked: over which route a demand's circuit is to be booked.

    Attributes
    ----------
    demand : str
        Whose circuit it is.
    circuit : int
        Its number, among those of the demand.
    time_s : float
        Simulated time.
    routes : tuple of Candidate
        The demand's alternatives, the best first.

    Examples
    --------
    The route with most free slots at its fullest node, which waits while none is up:

    >>> import farbell as fb
    >>> def widest(view):
    ...     up = [route for route in view.routes if route.is_up]
    ...     return max(up, key=lambda route: min(route.free_slots), default=None)
    >>> ask = fb.Demand(node_a="n0", node_b="n2")
    >>> ring = fb.topology.ring(4).replace(demands=[ask], routing=fb.Routing(alternatives=2), duration_s="20 ms")
    >>> len(fb.run(ring, hooks={"route": widest}).pairs) > 0
    True
    """

    demand: str
    circuit: int
    time_s: float
    routes: tuple[Candidate, ...]

    @property
    def preferred(self) -> Candidate:
        """The first that is up, or the first of all if none is: what is waited for without a hook."""
        return next((route for route in self.routes if route.is_up), self.routes[0])


@dataclass(frozen=True)
class LanePath:
    """What the hooks of rounds give: lanes, or pairs, along a path.

    Attributes
    ----------
    demand : str
        For whom.
    nodes : sequence of str
        From its ``node_a`` to its ``node_b``.
    width : int
        So many lanes of every hop, or so many chains.
    lanes : sequence of (str, int), optional
        For ``"join_pairs"``: of each hop of a single chain the link and the lane whose pair it is made of. Left out: the first
        that there is.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.hooks.LanePath("D", ["n0", "n1"]).width
    1
    >>> fb.hooks.LanePath("D", ["n0", "n1"], lanes=[("n0--n1", 2)]).lanes
    [('n0--n1', 2)]
    """

    demand: str
    nodes: Sequence[str]
    width: int = 1
    lanes: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class Detour:
    """A recovery path: lanes that Q-CAST has reserved beside a path.

    Attributes
    ----------
    start, end : int
        Positions on the path that it joins, ``start < end``.
    nodes, links : tuple of str
        From ``nodes[start]`` of the path to ``nodes[end]``.
    lanes : tuple
        Of each hop, the numbers of its lanes.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.hooks.Detour(0, 1, ("a", "c", "b"), ("a--c", "b--c"), ((0,), (0,))).end
    1
    """

    start: int
    end: int
    nodes: tuple[str, ...]
    links: tuple[str, ...]
    lanes: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class GivenPath:
    """A path with the lanes that it was given in a round.

    Attributes
    ----------
    demand : str
        Whose it is.
    nodes, links : tuple of str
        From ``node_a`` of the demand.
    lanes : tuple
        Of each hop, the numbers of its lanes: as many as the path is wide.
    detours : tuple of Detour
        With Q-CAST its recovery paths, in the order in which they were reserved.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.hooks.GivenPath("D", ("a", "b"), ("a--b",), ((0, 1),), ()).width
    2
    """

    demand: str
    nodes: tuple[str, ...]
    links: tuple[str, ...]
    lanes: tuple[tuple[int, ...], ...]
    detours: tuple[Detour, ...]

    @property
    def width(self) -> int:
        """Lanes of each hop."""
        return len(self.lanes[0])


@dataclass(frozen=True)
class RoundDemand:
    """A demand that takes part in a round.

    Attributes
    ----------
    demand : str
        Its name.
    node_a, node_b : str
        Its ends.
    width : int
        Lanes that it wants of a hop.
    routes : tuple
        Its routes as ``routing`` finds them before the run, each a tuple of names of nodes.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.hooks.RoundDemand("D", "n0", "n2", 1, (("n0", "n1", "n2"),)).routes[0][1]
    'n1'
    """

    demand: str
    node_a: str
    node_b: str
    width: int
    routes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class RoundView:
    """What the hooks ``"assign_lanes"`` and ``"join_pairs"`` are asked, in each round that somebody takes part in.

    Attributes
    ----------
    round : int
        Its number.
    demands : tuple of RoundDemand
        Who takes part, those first that have waited longest.
    links : dict
        Of each link that can be used, how many lanes are free; for ``"join_pairs"`` how many pairs there are, where there are
        any.
    slots : dict
        Of each node, how many memory slots are free; empty for ``"join_pairs"``.
    success : dict
        Of each link that can be used, the probability that a lane has a pair when the attempts are over.
    swap_success : dict
        Of each node, the probability that a swap succeeds.
    ends : dict
        Of each link of the network, its two nodes.
    pairs : dict
        For ``"join_pairs"``: of each link with pairs the numbers of the lanes that have one.
    paths : tuple of GivenPath
        For ``"join_pairs"``: which lanes were given to whom, in that order. Lanes that attempt for no path (spare lanes of
        Q-PASS) are in none of them.

    Examples
    --------
    Who has waited longest takes its route, as wide as it can be:

    >>> import farbell as fb
    >>> def widest(view):
    ...     first = view.demands[0]
    ...     free = {frozenset(view.ends[link]): lanes for link, lanes in view.links.items()}
    ...     hops = zip(first.routes[0], first.routes[0][1:])
    ...     width = min(free.get(frozenset(hop), 0) for hop in hops)
    ...     return [fb.hooks.LanePath(first.demand, first.routes[0], width)] if width else []
    >>> rounds = fb.Rounds(router=fb.ShortestRouter(), round_s="20 ms", attempt_s="10 ms", channels=2)
    >>> link = fb.Given(success_probability=0.05, attempt_period_s="0.1 ms")
    >>> grid = fb.grid(2, 3, length_m="1 km", generation=link, rounds=rounds, routing=fb.Routing(kind="hops"), duration_s="1 s")
    >>> len(fb.run(grid, hooks={"assign_lanes": widest}).pairs) > 0
    True
    """

    round: int
    demands: tuple[RoundDemand, ...]
    links: dict[str, int]
    slots: dict[str, int]
    success: dict[str, float]
    swap_success: dict[str, float]
    ends: dict[str, tuple[str, str]]
    pairs: dict[str, tuple[int, ...]]
    paths: tuple[GivenPath, ...]


@dataclass(frozen=True)
class FusionView:
    """What the hook ``"fuse_pairs"`` is asked for each node with two pairs or more, but the ends: what it measures together.

    Attributes
    ----------
    round : int
        Number of the round.
    demand : str
        Which demand is served.
    node_a, node_b : str
        Its ends.
    node : str
        Who measures.
    pairs : tuple of (str, int)
        The link and lane of each of its pairs. With GHZ fusion in the order of their luck: a random one, in which the built-in
        router cuts them into groups; whether a group succeeds is drawn with the pair that is named first in it. Else by
        neighbours and lanes.
    neighbours : dict
        Of the links of these pairs, the node at the other end.
    hops : dict
        Of the same, how far that node is from ``node_a`` and from ``node_b``, in links that could be used.
    max_links : int
        Pairs of a group, at most; 2 with ``MultipathLocalRouter``, whose nodes swap.

    Examples
    --------
    Nobody measures a pair with another of the same neighbour:

    >>> import farbell as fb
    >>> def apart(view):
    ...     groups = []
    ...     for pair in view.pairs:
    ...         to = view.neighbours[pair[0]]
    ...         fits = (g for g in groups if len(g) < view.max_links and all(view.neighbours[link] != to for link, _ in g))
    ...         group = next(fits, None)
    ...         if group is None:
    ...             groups.append([pair])
    ...         else:
    ...             group.append(pair)
    ...     return groups
    >>> rounds = fb.Rounds(router=fb.GhzFusionRouter(), round_s="20 ms", attempt_s="10 ms", channels=2)
    >>> link = fb.Given(success_probability=0.05, attempt_period_s="0.1 ms")
    >>> memory = fb.Memory(name="spin", slots=8, t2_s="0.1 s")
    >>> hardware = {"length_m": "1 km", "generation": link, "memory": memory, "state": "bell_diagonal"}
    >>> grid = fb.grid(3, 3, **hardware, rounds=rounds, routing=fb.Routing(kind="hops"), duration_s="1 s")
    >>> len(fb.run(grid, hooks={"fuse_pairs": apart}).pairs) > 0
    True
    """

    round: int
    demand: str
    node_a: str
    node_b: str
    node: str
    pairs: tuple[tuple[str, int], ...]
    neighbours: dict[str, str]
    hops: dict[str, tuple[float, float]]
    max_links: int
