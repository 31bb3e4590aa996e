"""Hooks: functions that take decisions of a run in place of rules."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from farbell import _extras
from farbell._core import LocalControl, Model, PolicyTable, Protocol, Scenario, ScheduleView, SpecError, Tree, decision_columns
from farbell.route_search import PURIFYING

__all__ = ["Candidate", "RouteView", "RoutesView", "ScheduleView"]

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
class RoutesView:
    """What the hook ``"find_routes"`` is asked: which routes a demand has.

    Attributes
    ----------
    demand : str
        Its name.
    node_a, node_b : str
        Its ends.
    alternatives : int
        So many routes are wanted at most, the best first.
    time_s : float
        Simulated time.
    costs : dict
        Of each link that can be used, as who decides for the demand knows it: what ``routing.kind`` compares, for ``"widest"``
        and ``"entanglement_rate"`` seconds per pair.
    ends : dict
        Of each link of the network, its two nodes.

    Examples
    --------
    The way over which the largest cost is least:

    >>> import networkx
    >>> import farbell as fb
    >>> def widest(view):
    ...     graph = view.graph()
    ...     tree = networkx.minimum_spanning_tree(graph, weight="cost")
    ...     return [networkx.shortest_path(tree, view.node_a, view.node_b)]
    >>> results = fb.run(fb.ring(5, length_m="10 km", duration_s=0.1), hooks={"find_routes": widest})
    >>> len(results.pairs) > 0
    True
    """

    demand: str
    node_a: str
    node_b: str
    alternatives: int
    time_s: float
    costs: dict[str, float]
    ends: dict[str, tuple[str, str]]

    def graph(self) -> Any:
        """The links that can be used as a :class:`networkx.Graph`, ``cost`` on its edges; of parallel ones the cheapest.

        Raises
        ------
        ModuleNotFoundError
            Without networkx: ``pip install 'farbell[graph]'``.
        """
        networkx = _extras.require("networkx", "view.graph()")
        graph = networkx.Graph()
        graph.add_nodes_from((self.node_a, self.node_b))
        for link, cost in self.costs.items():
            a, b = self.ends[link]
            if not graph.has_edge(a, b) or cost < graph.edges[a, b]["cost"]:
                graph.add_edge(a, b, cost=cost)
        return graph


def checked(hooks: Mapping[str, Any], model: Model) -> tuple[dict[str, Callable[..., Any]], dict[str, Protocol]]:
    """The functions, as the core calls them, and the protocols among the hooks, if each can be asked. Raises SpecError."""
    scenario = model.scenario
    points = [*decision_columns(), "route", "find_routes", "schedule"]
    for name, function in hooks.items():
        if name not in points:
            nearest = difflib.get_close_matches(str(name), points, 1)
            raise SpecError("hooks", repr(name), "decision points: " + ", ".join(points), *nearest)
        if name == "schedule":
            if not callable(function) or isinstance(function, Protocol):
                raise SpecError("hooks/schedule", repr(function), "a function of a view that returns a number")
            for number, switch in enumerate(scenario.switches):
                if switch.scheduler == "time_division":
                    raise SpecError("hooks/schedule", "a hook", f"none, since /switches/{number} goes by time division")
            if not scenario.switches:
                raise SpecError("hooks/schedule", "a hook", "none in a scenario without switches")
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
    if scenario.routing.fidelity_constrained:
        raise SpecError(place, found, "none with routing.fidelity_constrained, by which routes are chosen before the run")
    if isinstance(scenario.control_plane, LocalControl):
        raise SpecError(place, found, 'none with control_plane "local", where nobody finds whole routes')
    for number, switch in enumerate(scenario.switches):
        if switch.scheduler == "time_division":
            raise SpecError(
                place, found, f"none, since /switches/{number} divides time among the links of the routes before the run"
            )
    for number, demand in enumerate(scenario.demands):
        if demand.route or isinstance(demand.swapping, PolicyTable | Tree):
            raise SpecError(place, found, f"none, since /demands/{number} says its route, or an order of swaps by its nodes")


def _search(hook: Callable[[RoutesView], Any], model: Model) -> Callable[..., list[list[int]]]:
    """The hook as a function of numbers."""
    nodes, links = model.node_names, model.link_names
    number = {name: place for place, name in enumerate(nodes)}
    ends = {name: (link.node_a, link.node_b) for name, link in zip(links, model.scenario.links, strict=True)}

    def find(demand: str, a: int, b: int, alternatives: int, time_s: float, cost: Sequence[float]) -> list[list[int]]:
        costs = {link: value for link, value in zip(links, cost, strict=True) if value < math.inf}
        given = hook(RoutesView(demand, nodes[a], nodes[b], alternatives, time_s, costs, ends))
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise TypeError(f"it returned {given!r}, where a list of routes is allowed, each a list of names of nodes")
        found = []
        for route in given:
            names = getattr(route, "nodes", route)
            if isinstance(names, str) or not isinstance(names, Sequence):
                raise TypeError(f"it returned the route {route!r}, where a list of names of nodes is allowed")
            for name in names:
                if name not in number:
                    nearest = difflib.get_close_matches(str(name), nodes, 1)
                    raise ValueError(
                        f"it returned a route over {name!r}, which is no node"
                        + (f"; did you mean {nearest[0]!r}?" if nearest else "")
                    )
            found.append([number[name] for name in names])
        return found

    return find


# Hooks that speak of names, where the core speaks of numbers.
_ADAPTED: dict[str, Callable[[Any, Model], Callable[..., Any]]] = {"route": _choice, "find_routes": _search}
