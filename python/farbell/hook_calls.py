"""Hooks as a run calls them: whether they can be asked, names where the core has numbers, and what is wrong with answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from farbell._core import (
    GhzFusionRouter,
    GreedyRouter,
    LocalControl,
    Model,
    MultipathGlobalRouter,
    MultipathLocalRouter,
    PolicyTable,
    ProgramControl,
    Protocol,
    QCastRouter,
    QPassRouter,
    Scenario,
    ShortestRouter,
    SpecError,
    Tree,
    decision_columns,
)
from farbell._nearest import nearest
from farbell.bounds.capacities import states_routes
from farbell.hooks import Candidate, Detour, FusionView, GivenPath, LanePath, RoundDemand, RoundView, RouteView
from farbell.route_search import PURIFYING
from farbell.routes_view import RoutesView

__all__ = ["MAY_GO_ON", "checked"]

_NUMBERS = tuple[int, ...]

# Hooks about routes and rounds, and what they return. With on_error="go_on" what is built in takes the place of a wrong answer.
_LANE_PATHS = "a list of farbell.hooks.LanePath"
MAY_GO_ON = {
    "route": "one of its routes, or None",
    "find_routes": "a list of routes",
    "assign_lanes": _LANE_PATHS,
    "join_pairs": _LANE_PATHS,
    "fuse_pairs": "a list of groups, each a list of its pairs",
}


def checked(hooks: Mapping[str, Any], model: Model) -> tuple[dict[str, Callable[..., Any]], dict[str, Protocol]]:
    """The functions, as the core calls them, and the protocols among the hooks, if each can be asked. Raises SpecError."""
    if not isinstance(hooks, Mapping):
        raise SpecError("hooks", repr(hooks), "a dict of decision point -> function or Protocol")
    scenario = model.scenario
    points = [*decision_columns(), *MAY_GO_ON, "schedule"]
    for name, function in hooks.items():
        if name not in points:
            raise SpecError("hooks", repr(name), "decision points: " + ", ".join(points), nearest(str(name), points))
        if name == "schedule":
            if not callable(function) or isinstance(function, Protocol):
                raise SpecError("hooks/schedule", repr(function), "a function of a view that returns a number")
            for number, switch in enumerate(scenario.switches):
                if switch.scheduler == "time_division":
                    raise SpecError("hooks/schedule", "a hook", f"none, since /switches/{number} goes by time division")
            if not scenario.switches:
                raise SpecError("hooks/schedule", "a hook", "none in a scenario without switches")
            continue
        gives = MAY_GO_ON.get(name, "True or False")
        if isinstance(function, Protocol):
            if name not in function.decides:
                does = f"it does: {', '.join(function.decides)}" if function.decides else "it does not take decisions"
                raise SpecError(f"hooks/{name}", repr(function), f"a protocol that decides this; {does}")
        elif not callable(function):
            or_protocol = "" if name == "route" else ", or a Protocol"
            raise SpecError(f"hooks/{name}", repr(function), f"a function of a view that returns {gives}{or_protocol}")
        if name in _OF_ROUNDS:
            _check_router(name, scenario)
            continue
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


def _number_of(name: Any, number: Mapping[str, int], given: str, kind: str) -> int:
    """Of the node or link that a hook names in what it has given."""
    if not isinstance(name, str) or name not in number:
        close = nearest(str(name), number)
        hint = f"; did you mean {close!r}?" if close else ""
        raise ValueError(f"it gave {given} {name!r}, which is no {kind}{hint}")
    return number[name]


def _numbers_of(names: Sequence[str], number: Mapping[str, int]) -> list[int]:
    """Of the nodes along a route that a hook gives."""
    return [_number_of(name, number, "a route over", "node") for name in names]


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


# Routers of rounds whose part a hook can take: those who give lanes away by paths, those who are told of pairs elsewhere, and
# those whose nodes measure what they have.
_OF_ROUNDS: dict[str, tuple[type, ...]] = {
    "assign_lanes": (ShortestRouter, GreedyRouter, QPassRouter, QCastRouter),
    "join_pairs": (QPassRouter, QCastRouter, MultipathGlobalRouter),
    "fuse_pairs": (MultipathLocalRouter, GhzFusionRouter),
}


def _check_router(name: str, scenario: Scenario) -> None:
    """Whether the router of the rounds has a part that this hook can take."""
    allowed = _OF_ROUNDS[name]
    if scenario.rounds is not None and isinstance(scenario.rounds.router, allowed):
        return
    why = ""
    if name == "join_pairs" and scenario.rounds is not None:
        why = "; this router is told of no pairs, while the hook would see all"
        if isinstance(scenario.rounds.router, MultipathLocalRouter):
            why = "; nodes of MultipathLocalRouter know of their own pairs only, for which there is the hook fuse_pairs"
    kinds = " or ".join(kind.__name__ for kind in allowed)
    raise SpecError(f"hooks/{name}", "a hook", f"one beside rounds of {kinds}, whose part it takes{why}")


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _lane_numbers(lanes: Any, link_number: Mapping[str, int]) -> list[tuple[int, int]]:
    """Pairs of a link and a lane, as a hook gives them."""
    if isinstance(lanes, str) or not isinstance(lanes, Sequence):
        raise TypeError(f"it gave the lanes {lanes!r}, where a list of (link, lane) is allowed")
    found = []
    for lane in lanes:
        if not (isinstance(lane, tuple | list) and len(lane) == 2 and _is_count(lane[1], 0)):
            raise TypeError(f"it gave the lane {lane!r}, where (link, lane) is allowed: a name and a number from 0")
        found.append((_number_of(lane[0], link_number, "a lane of", "link"), min(lane[1], _MANY)))
    return found


# More than there ever are: refused with the same words as any other number that is too large.
_MANY = 2**31


def _in_rounds(hook: Callable[[RoundView], Any], model: Model, *, joins: bool) -> Callable[..., list[Any]]:
    """The hook as a function of numbers."""
    nodes, links = model.node_names, model.link_names
    number, ends = _numbers_and_ends(model)
    link_number = {link: place for place, link in enumerate(links)}
    success = {link: value for link, value in zip(links, model.round_success, strict=True) if value > 0}
    swap_success = dict(zip(nodes, model.round_swap_success, strict=True))

    def names(way: tuple[_NUMBERS, _NUMBERS, Any]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[int, ...], ...]]:
        over, along, lanes = way
        return tuple(nodes[n] for n in over), tuple(links[k] for k in along), lanes

    def ask(round: int, wishes: list[Any], facts: tuple[list[Any], list[Any]]) -> list[Any]:
        demands = tuple(
            RoundDemand(model.demand_names[d], nodes[a], nodes[b], width, tuple(tuple(nodes[n] for n in r) for r in routes))
            for d, a, b, width, routes in wishes
        )
        there = {link: what for link, what in zip(links, facts[0], strict=True) if what}
        if joins:
            paths = tuple(
                GivenPath(
                    model.demand_names[demand],
                    *names(way),
                    tuple(Detour(start, end, *names(other)) for start, end, other in detours),
                )
                for demand, way, detours in facts[1]
            )
            counts = {link: len(lanes) for link, lanes in there.items()}
            view = RoundView(round, demands, counts, {}, success, swap_success, ends, there, paths)
        else:
            slots = dict(zip(nodes, facts[1], strict=True))
            view = RoundView(round, demands, there, slots, success, swap_success, ends, {}, ())
        given = hook(view)
        place = {one.demand: wish[0] for one, wish in zip(demands, wishes, strict=True)}
        found = []
        for path in _listed(given, "a list of LanePath is allowed"):
            if not isinstance(path, LanePath):
                raise TypeError(f"it returned {path!r}, where a LanePath is allowed")
            if path.demand not in place:
                takes = ", ".join(place)
                raise ValueError(
                    f"it gave a path to {path.demand!r}, which does not take part in this round: allowed are {takes}"
                )
            if not _is_count(path.width, 1):
                raise ValueError(f"it gave a path of width {path.width!r}, where a whole number of at least 1 is allowed")
            lanes = _lane_numbers(path.lanes, link_number)
            found.append((place[path.demand], _numbers_of(path.nodes, number), min(path.width, _MANY), lanes))
        return found

    return ask


def _assigning(hook: Callable[[RoundView], Any], model: Model) -> Callable[..., list[Any]]:
    return _in_rounds(hook, model, joins=False)


def _joining(hook: Callable[[RoundView], Any], model: Model) -> Callable[..., list[Any]]:
    return _in_rounds(hook, model, joins=True)


def _fusing(hook: Callable[[FusionView], Any], model: Model) -> Callable[..., list[list[tuple[int, int]]]]:
    """The hook as a function of numbers."""
    nodes, links = model.node_names, model.link_names
    link_number = {link: place for place, link in enumerate(links)}
    ends = [(link.node_a, link.node_b) for link in model.scenario.links]
    of_demand = [(name, one.node_a, one.node_b) for name, one in zip(model.demand_names, model.scenario.demands, strict=True)]

    def ask(round: int, demand: int, node: int, most: int, pairs: list[Any]) -> list[list[tuple[int, int]]]:
        here = nodes[node]
        neighbours = {links[link]: ends[link][ends[link][0] == here] for link, *_ in pairs}
        hops = {links[link]: (from_a, from_b) for link, _, from_a, from_b in pairs}
        held = tuple((links[link], lane) for link, lane, *_ in pairs)
        given = hook(FusionView(round, *of_demand[demand], here, held, neighbours, hops, most))
        return [_lane_numbers(group, link_number) for group in _listed(given, "a list of groups of pairs is allowed")]

    return ask


# Hooks that speak of names, where the core speaks of numbers.
_ADAPTED: dict[str, Callable[[Any, Model], Callable[..., Any]]] = {
    "route": _choice,
    "find_routes": _search,
    "assign_lanes": _assigning,
    "join_pairs": _joining,
    "fuse_pairs": _fusing,
}
