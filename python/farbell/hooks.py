"""Hooks: functions that take decisions of a run in place of rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from farbell._core import (
    GreedyRouter,
    LocalControl,
    Model,
    MultipathGlobalRouter,
    PolicyTable,
    ProgramControl,
    Protocol,
    Scenario,
    ScheduleView,
    ShortestRouter,
    SpecError,
    Tree,
    decision_columns,
)
from farbell._nearest import nearest
from farbell.bounds.capacities import states_routes
from farbell.route_search import PURIFYING
from farbell.routes_view import RoutesView

__all__ = ["Candidate", "LanePath", "RoundDemand", "RoundView", "RouteView", "RoutesView", "ScheduleView"]

_NUMBERS = tuple[int, ...]


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

    Examples
    --------
    >>> import farbell as fb
    >>> fb.hooks.LanePath("D", ["n0", "n1"]).width
    1
    """

    demand: str
    nodes: Sequence[str]
    width: int = 1


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
    ends : dict
        Of each link of the network, its two nodes.

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
    ends: dict[str, tuple[str, str]]


# Hooks that cannot be protocols, and what they return.
_LANE_PATHS = "a list of farbell.hooks.LanePath"
_FUNCTIONS_ONLY = {"schedule": "a number", "assign_lanes": _LANE_PATHS, "join_pairs": _LANE_PATHS}


def checked(hooks: Mapping[str, Any], model: Model) -> tuple[dict[str, Callable[..., Any]], dict[str, Protocol]]:
    """The functions, as the core calls them, and the protocols among the hooks, if each can be asked. Raises SpecError."""
    scenario = model.scenario
    points = [*decision_columns(), "route", "find_routes", "assign_lanes", "join_pairs", "schedule"]
    for name, function in hooks.items():
        if name not in points:
            raise SpecError("hooks", repr(name), "decision points: " + ", ".join(points), nearest(str(name), points))
        if name in _FUNCTIONS_ONLY and (not callable(function) or isinstance(function, Protocol)):
            raise SpecError(f"hooks/{name}", repr(function), f"a function of a view that returns {_FUNCTIONS_ONLY[name]}")
        if name == "schedule":
            for number, switch in enumerate(scenario.switches):
                if switch.scheduler == "time_division":
                    raise SpecError("hooks/schedule", "a hook", f"none, since /switches/{number} goes by time division")
            if not scenario.switches:
                raise SpecError("hooks/schedule", "a hook", "none in a scenario without switches")
            continue
        if name in _OF_ROUNDS:
            allowed = _OF_ROUNDS[name]
            if scenario.rounds is None or not isinstance(scenario.rounds.router, allowed):
                kinds = " or ".join(kind.__name__ for kind in allowed)
                raise SpecError(f"hooks/{name}", "a hook", f"one beside rounds of {kinds}, whose part it takes")
            continue
        gives = {"route": "one of its routes, or None", "find_routes": "a list of routes"}.get(name, "True or False")
        if isinstance(function, Protocol):
            if name not in function.decides:
                does = f"it does: {', '.join(function.decides)}" if function.decides else "it does not take decisions"
                raise SpecError(f"hooks/{name}", repr(function), f"a protocol that decides this; {does}")
        elif not callable(function):
            or_protocol = "" if name == "route" else ", or a Protocol"
            raise SpecError(f"hooks/{name}", repr(function), f"a function of a view that returns {gives}{or_protocol}")
        if name == "route" and scenario.reservation == "hop_by_hop":
            raise SpecError(
                "hooks/route",
                'a hook in a scenario with reservation "hop_by_hop"',
                'reservation "ledger", which knows all slots',
            )
        if name == "find_routes":
            _check_searches(scenario)
        for number, demand in enumerate(scenario.demands):
            if any(rule.do == name for rule in demand.rules):
                raise SpecError(f"hooks/{name}", "a hook", f"none, since /demands/{number} has a rule for this point")
            if name in ("swap", "discard") and isinstance(demand.swapping, PolicyTable):
                raise SpecError(f"hooks/{name}", "a hook", f"none, since the policy table of /demands/{number} decides")
    functions = {
        name: _ADAPTED[name](hook, model) if name in _ADAPTED else hook
        for name, hook in hooks.items()
        if not isinstance(hook, Protocol)
    }
    return functions, {name: hook for name, hook in hooks.items() if isinstance(hook, Protocol)}


def _choice(hook: Callable[[RouteView], Any], model: Model) -> Callable[..., int | None]:
    """The hook as a function of numbers, which returns a number or None."""
    nodes, links = model.node_names, model.link_names
    lengths: list[float] = model.link_table()["length_m"].tolist()
    known: dict[tuple[_NUMBERS, _NUMBERS], tuple[tuple[str, ...], tuple[str, ...], float]] = {}

    def choose(
        demand: str, circuit: int, time_s: float, routes: Sequence[tuple[_NUMBERS, _NUMBERS, bool, _NUMBERS, _NUMBERS]]
    ) -> int | None:
        candidates = []
        for number, (over, along, is_up, free, needed) in enumerate(routes):
            names = known.get((over, along))
            if names is None:
                length_m = sum(lengths[link] for link in along)
                names = known[over, along] = (tuple(nodes[n] for n in over), tuple(links[k] for k in along), length_m)
            candidates.append(Candidate(number, *names, is_up, free, needed))
        view = RouteView(demand, circuit, time_s, tuple(candidates))
        chosen = hook(view)
        if chosen is None:
            return None
        if any(chosen is candidate for candidate in candidates):
            return int(chosen.number)
        raise TypeError(f"it returned {chosen!r}, where one of view.routes, or None, is allowed")

    return choose


def _check_searches(scenario: Scenario) -> None:
    """Whether routes are found, once they are, by a search that a hook can stand in for."""
    place, found = "hooks/find_routes", "a hook"
    if scenario.routing.kind in PURIFYING:
        raise SpecError(place, found, f'none with routing.kind "{scenario.routing.kind}", which decides on purification, too')
    if scenario.routing.kind == "multicommodity":
        raise SpecError(place, found, 'none with routing.kind "multicommodity", which states the routes of all demands')
    if scenario.routing.fidelity_constrained:
        raise SpecError(place, found, "none with routing.fidelity_constrained, by which routes are chosen before the run")
    if isinstance(scenario.control_plane, LocalControl):
        raise SpecError(place, found, 'none with control_plane "local", where nobody finds whole routes')
    if isinstance(scenario.control_plane, ProgramControl):
        raise SpecError(place, found, 'none with control_plane "program", where a program finds routes')
    for number, switch in enumerate(scenario.switches):
        if switch.scheduler == "time_division":
            raise SpecError(
                place, found, f"none, since /switches/{number} divides time among the links of the routes before the run"
            )
    for number, demand in enumerate(scenario.demands):
        if states_routes(demand) or isinstance(demand.swapping, PolicyTable | Tree):
            raise SpecError(place, found, f"none, since /demands/{number} says its routes, or an order of swaps by its nodes")


def _numbers_and_ends(model: Model) -> tuple[dict[str, int], dict[str, tuple[str, str]]]:
    """Of nodes by name, and of links."""
    links = zip(model.link_names, model.scenario.links, strict=True)
    return (
        {name: place for place, name in enumerate(model.node_names)},
        {name: (link.node_a, link.node_b) for name, link in links},
    )


def _listed(given: Any, allowed: str) -> Sequence[Any]:
    """What a hook returned, if it is a list."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise TypeError(f"it returned {given!r}, where {allowed}")
    return given


def _numbers_of(names: Sequence[str], number: Mapping[str, int]) -> list[int]:
    """Of the nodes along a route that a hook gives."""
    for name in names:
        if name not in number:
            close = nearest(str(name), number)
            raise ValueError(
                f"it gave a route over {name!r}, which is no node" + (f"; did you mean {close!r}?" if close else "")
            )
    return [number[name] for name in names]


def _search(hook: Callable[[RoutesView], Any], model: Model) -> Callable[..., list[list[int]]]:
    """The hook as a function of numbers."""
    nodes, links = model.node_names, model.link_names
    number, ends = _numbers_and_ends(model)

    def find(demand: str, a: int, b: int, alternatives: int, time_s: float, cost: Sequence[float]) -> list[list[int]]:
        costs = {link: value for link, value in zip(links, cost, strict=True) if value < math.inf}
        given = hook(RoutesView(demand, nodes[a], nodes[b], alternatives, time_s, costs, ends))
        found = []
        for route in _listed(given, "a list of routes is allowed, each a list of names of nodes"):
            names = getattr(route, "nodes", route)
            if isinstance(names, str) or not isinstance(names, Sequence):
                raise TypeError(f"it returned the route {route!r}, where a list of names of nodes is allowed")
            found.append(_numbers_of(names, number))
        return found

    return find


# Routers of rounds whose part a hook can take: those who give lanes away by paths, and those who are told of all pairs.
_OF_ROUNDS: dict[str, tuple[type, ...]] = {
    "assign_lanes": (ShortestRouter, GreedyRouter),
    "join_pairs": (MultipathGlobalRouter,),
}


def _in_rounds(hook: Callable[[RoundView], Any], model: Model) -> Callable[..., list[tuple[int, list[int], int]]]:
    """The hook as a function of numbers."""
    nodes, links = model.node_names, model.link_names
    number, ends = _numbers_and_ends(model)
    success = {link: value for link, value in zip(links, model.round_success, strict=True) if value > 0}

    def ask(round: int, wishes: list[Any], facts: tuple[list[int], list[int]]) -> list[tuple[int, list[int], int]]:
        demands = tuple(
            RoundDemand(demand, nodes[a], nodes[b], width, tuple(tuple(nodes[n] for n in route) for route in routes))
            for demand, a, b, width, routes in wishes
        )
        counts = {link: count for link, count in zip(links, facts[0], strict=True) if count and link in success}
        slots = dict(zip(nodes, facts[1], strict=True)) if facts[1] else {}
        given = hook(RoundView(round, demands, counts, slots, success, ends))
        place = {one.demand: k for k, one in enumerate(demands)}
        found = []
        for path in _listed(given, "a list of LanePath is allowed"):
            if not isinstance(path, LanePath):
                raise TypeError(f"it returned {path!r}, where a LanePath is allowed")
            if path.demand not in place:
                takes = ", ".join(place)
                raise ValueError(
                    f"it gave a path to {path.demand!r}, which does not take part in this round: allowed are {takes}"
                )
            if isinstance(path.width, bool) or not isinstance(path.width, int) or path.width < 1:
                raise ValueError(f"it gave a path of width {path.width!r}, where a whole number of at least 1 is allowed")
            found.append((place[path.demand], _numbers_of(path.nodes, number), path.width))
        return found

    return ask


# Hooks that speak of names, where the core speaks of numbers.
_ADAPTED: dict[str, Callable[[Any, Model], Callable[..., Any]]] = {
    "route": _choice,
    "find_routes": _search,
    "assign_lanes": _in_rounds,
    "join_pairs": _in_rounds,
}
