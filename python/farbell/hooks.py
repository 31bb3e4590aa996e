"""Hooks: functions that take decisions of a run in place of rules."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from farbell._core import Model, PolicyTable, Protocol, ScheduleView, SpecError, decision_columns

__all__ = ["Candidate", "RouteView", "ScheduleView"]

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


def checked(hooks: Mapping[str, Any], model: Model) -> tuple[dict[str, Callable[..., Any]], dict[str, Protocol]]:
    """The functions, as the core calls them, and the protocols among the hooks, if each can be asked. Raises SpecError."""
    scenario = model.scenario
    points = [*decision_columns(), "route", "schedule"]
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
        gives = "one of its routes, or None" if name == "route" else "True or False"
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
        for number, demand in enumerate(scenario.demands):
            if any(rule.do == name for rule in demand.rules):
                raise SpecError(f"hooks/{name}", "a hook", f"none, since /demands/{number} has a rule for this point")
            if name in ("swap", "discard") and isinstance(demand.swapping, PolicyTable):
                raise SpecError(f"hooks/{name}", "a hook", f"none, since the policy table of /demands/{number} decides")
    functions = {
        name: _choice(hook, model) if name == "route" else hook
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
