"""What demands can get at most with their own width over their own routes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from farbell._core import Model, Scenario, ShortestRouter
from farbell.analysis.flows import Capacities, LinkCapacity, WidestPath
from farbell.bounds.capacities import (
    compiled,
    lane_rates,
    lanes_of,
    pairs_needed,
    reads,
    reroutes,
    states_routes,
    swap_successes,
)

__all__ = ["RouteBound", "ghz_route_bounds", "lane_bounds", "route_bounds"]


@dataclass(frozen=True)
class RouteBound:
    """What one demand can get with its own width over its own routes.

    Attributes
    ----------
    rate_hz : float
        The bound, in delivered pairs per second.
    link : str
        The slowest link of the best of its routes; empty if there is no route.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.01, attempt_period_s="1 ms")
    >>> chain = fb.chain(3, memory=fb.Memory(name="m", slots=4), generation=link)
    >>> fb.bounds.route_bounds(chain)[0]  # its width is 1
    RouteBound(rate_hz=10.0, link='n0--n1')
    """

    rate_hz: float
    link: str


def route_bounds(network: Scenario | Model) -> list[RouteBound]:
    """For each demand what the slowest hop of its route allows: ``width`` lanes, and swaps and read-outs that fail.

    Parameters
    ----------
    network : Scenario or Model
        The network. Of several alternatives the best counts, for each of the requests served at a time; where links change
        or fail during the run, the best of all routes. In rounds routers other than ``shortest`` choose routes and widths:
        then nothing is known.

    Returns
    -------
    list of RouteBound
        One a demand; infinity where nothing is known.

    Raises
    ------
    SpecError
        The scenario is wrong.

    Examples
    --------
    >>> import farbell as fb
    >>> [round(bound.rate_hz, 3) for bound in fb.bounds.route_bounds(fb.chain(3, length_m="20 km"))]
    [610.964]
    """
    routes = _Routes(compiled(network))
    demands = routes.model.scenario.demands
    if (lanes := routes.lanes()) is None:
        return [RouteBound(math.inf, "")] * len(demands)
    return [
        routes.best((demand.node_a, demand.node_b), found, most, fixed=states_routes(demand))
        for demand, found, most in zip(demands, routes.model.alternatives, lanes, strict=True)
    ]


def lane_bounds(network: Scenario | Model) -> list[float]:
    """For each demand what its own lanes can make over the best route that there is, whatever router chooses it.

    Parameters
    ----------
    network : Scenario or Model
        The network.

    Returns
    -------
    list of float
        One a demand, in pairs per second; infinity in rounds with routers that choose widths.

    Raises
    ------
    SpecError
        The scenario is wrong.

    Examples
    --------
    >>> import farbell as fb
    >>> [round(bound, 3) for bound in fb.bounds.lane_bounds(fb.chain(3, length_m="20 km"))]
    [610.964]
    """
    routes = _Routes(compiled(network))
    demands = routes.model.scenario.demands
    if (lanes := routes.lanes()) is None:
        return [math.inf] * len(demands)
    return [routes.widest((demand.node_a, demand.node_b)).rate_hz * most for demand, most in zip(demands, lanes, strict=True)]


def ghz_route_bounds(network: Scenario | Model) -> list[RouteBound]:
    """For each GHZ demand what the slowest of its arms allows, since a state takes a pair of each.

    Parameters
    ----------
    network : Scenario or Model
        The network. Where links change or fail during the run, the best route of each arm counts.

    Returns
    -------
    list of RouteBound
        One a GHZ demand, in states per second.

    Raises
    ------
    SpecError
        The scenario is wrong.

    Examples
    --------
    >>> import farbell as fb
    >>> trio = fb.GhzDemand(name="trio", users=["n1", "n2", "n3"])
    >>> star = fb.star(leaves=3, length_m="20 km", demands=[]).replace(ghz_demands=[trio])
    >>> [round(bound.rate_hz, 3) for bound in fb.bounds.ghz_route_bounds(star)]
    [610.964]
    """
    routes = _Routes(compiled(network))
    demands = zip(routes.model.scenario.ghz_demands, routes.model.ghz_arms, strict=True)
    return [
        min(
            (routes.best((arm[0], arm[-1]), [arm], demand.width, fixed=False) for arm in arms),
            key=lambda bound: bound.rate_hz,
            default=RouteBound(0.0, ""),
        )
        for demand, arms in demands
    ]


class _Routes:
    """Rates of single lanes over routes of a network."""

    def __init__(self, model: Model) -> None:
        self.model = model
        scenario = model.scenario
        self._rates = lane_rates(model)
        self._swaps = swap_successes(scenario)
        self._fastest: dict[frozenset[str], tuple[float, str]] = {}
        for name, link in zip(model.link_names, scenario.links, strict=True):
            ends = frozenset((link.node_a, link.node_b))
            if ends not in self._fastest or self._rates[name] > self._fastest[ends][0]:
                self._fastest[ends] = self._rates[name], name
        self._reroutes = reroutes(scenario)

    @cached_property
    def _of_a_lane(self) -> Capacities:
        scenario = self.model.scenario
        links = (
            LinkCapacity(name, link.node_a, link.node_b, self._rates[name])
            for name, link in zip(self.model.link_names, scenario.links, strict=True)
        )
        return Capacities(tuple(links), swaps=self._swaps)

    def lanes(self) -> list[float] | None:
        """What counts of each demand's own lanes; None where a router of rounds chooses widths."""
        scenario = self.model.scenario
        if scenario.rounds is not None and not isinstance(scenario.rounds.router, ShortestRouter):
            return None
        return [
            lanes_of(demand) * read / pairs_needed(demand.distillation)
            for demand, read in zip(scenario.demands, reads(scenario), strict=True)
        ]

    def widest(self, ends: tuple[str, str]) -> WidestPath:
        """Of a lane."""
        return self._of_a_lane.widest_path(*ends)

    def best(self, ends: tuple[str, str], routes: Iterable[Sequence[str]], lanes: float, *, fixed: bool) -> RouteBound:
        """Of the routes, or, where these are not `fixed` and links come and go, of all that there are."""
        best = RouteBound(0.0, "")
        if self._reroutes and not fixed:
            widest = self.widest(ends)
            slowest = min(widest.links, key=lambda name: self._rates[name], default="")
            best = RouteBound(widest.rate_hz * lanes, slowest)
        for route in routes:
            least, name = min((self._fastest[frozenset(hop)] for hop in pairwise(route)), key=lambda found: found[0])
            rate = lanes * least * math.prod(self._swaps[node] for node in route[1:-1])
            if rate > best.rate_hz:
                best = RouteBound(rate, name)
        return best
