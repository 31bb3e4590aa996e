"""Every bound of every demand of a network, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from farbell._core import Model, Scenario
from farbell.analysis.flows import Capacities, MaxFlow
from farbell.bounds.capacities import capacities, compiled
from farbell.bounds.routes import RouteBound, ghz_route_bounds, route_bounds
from farbell.table import ResultTable

__all__ = ["RateBound", "demand_bounds", "ghz_demand_bounds", "ghz_rate_bounds", "listed", "rate_bounds"]


def listed(names: tuple[str, ...]) -> str:
    """At most eight names."""
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


@dataclass(frozen=True)
class RateBound:
    """What limits the rate of one demand: its route, and the smallest cut between its ends."""

    route: RouteBound
    flow: MaxFlow
    width: int
    pairs_needed: float = 1.0
    arms: bool = False

    @property
    def flow_hz(self) -> float:
        return self.flow.rate_hz / self.pairs_needed

    @property
    def bound_hz(self) -> float:
        return min(self.route.rate_hz, self.flow_hz)

    @property
    def limited_by(self) -> str:
        return self.route.link if self.route.rate_hz <= self.flow_hz else ", ".join(self.flow.links + self.flow.nodes)

    @property
    def flow_reason(self) -> str:
        cut = self.flow.links + self.flow.nodes
        by = f"the cut at {listed(cut)}" if cut else "no usable link"
        swaps = f", with swaps that succeed with {self.flow.swap_probability:.4g}" if self.flow.swap_probability < 1 else ""
        return f"all routes and memory slots together allow at most {self.flow_hz:.4g}, by {by}{swaps}"

    @property
    def route_reason(self) -> str:
        width = f" at width {self.width}" if self.width > 1 else ""
        what = f"its arms{width} allow" if self.arms else f"its route{width} allows"
        return f"{what} at most {self.route.rate_hz:.4g}, the rate of its slowest link {self.route.link}"


def rate_bounds(model: Model, demands: Sequence[int]) -> Iterator[RateBound]:
    """Of demands by number, each worked out when it is asked for."""
    if not demands:
        return
    routes, all_slots = route_bounds(model), capacities(model)
    for i in demands:
        spec = model.scenario.demands[i]
        flow = all_slots.max_flow(spec.node_a, spec.node_b)
        yield RateBound(routes[i], flow, spec.width, all_slots.demands[i].pairs_needed)


def ghz_rate_bounds(model: Model, demands: Sequence[int]) -> Iterator[RateBound]:
    """The same of GHZ demands, in states per second."""
    if not demands:
        return
    routes, all_slots = ghz_route_bounds(model), capacities(model)
    for i in demands:
        spec = model.scenario.ghz_demands[i]
        yield RateBound(routes[i], all_slots.multipartite_flow(spec.users), spec.width, arms=True)


def demand_bounds(network: Scenario | Model) -> ResultTable:
    """What each demand can get at most, before anything is run.

    Parameters
    ----------
    network : Scenario or Model
        The network.

    Returns
    -------
    ResultTable
        One row a demand: ``bound_hz``, the lower of ``route_hz`` (its own width over its own routes, :func:`route_bounds`) and
        ``flow_hz`` (all routes and memory slots together, :meth:`farbell.analysis.Capacities.max_flow`); the links (or nodes)
        that it is ``limited_by``; ``capacity_hz``, the secret bits per second that its fibres allow with ideal repeaters at
        the nodes. docs/physics/bounds.md has the equations.

    Raises
    ------
    SpecError
        The scenario is wrong.

    Examples
    --------
    >>> import farbell as fb
    >>> row = next(fb.bounds.demand_bounds(fb.chain(3, length_m="20 km")).rows())
    >>> row["demand"], round(row["bound_hz"], 3), row["limited_by"]
    ('n0->n2', 610.964, 'n0--n1')
    """
    model = compiled(network)
    specs = model.scenario.demands
    bounds = list(rate_bounds(model, range(len(specs))))
    ebits = capacities(model, "plob")
    light = [ebits.max_flow(spec.node_a, spec.node_b).rate_hz for spec in specs]
    return _table(list(model.demand_names), bounds, light)


def ghz_demand_bounds(network: Scenario | Model) -> ResultTable:
    """What each GHZ demand can get at most, before anything is run.

    Parameters
    ----------
    network : Scenario or Model
        The network.

    Returns
    -------
    ResultTable
        One row a GHZ demand, with the columns of :func:`demand_bounds`, in states per second; ``route_hz`` is of the slowest
        arm, ``flow_hz`` of the smallest cut between any two users, and ``capacity_hz`` the same cut of what the fibres allow:
        the rate of GHZ states, or of conference key.

    Raises
    ------
    SpecError
        The scenario is wrong.

    Examples
    --------
    >>> import farbell as fb
    >>> trio = fb.GhzDemand(name="trio", users=["n1", "n2", "n3"])
    >>> star = fb.star(leaves=3, length_m="20 km", demands=[]).replace(ghz_demands=[trio])
    >>> row = next(fb.bounds.ghz_demand_bounds(star).rows())
    >>> row["demand"], round(row["bound_hz"], 3)
    ('trio', 610.964)
    """
    model = compiled(network)
    specs = model.scenario.ghz_demands
    bounds = list(ghz_rate_bounds(model, range(len(specs))))
    ebits: Capacities | None = capacities(model, "plob") if specs else None
    light = [ebits.multipartite_flow(spec.users).rate_hz for spec in specs if ebits is not None]
    return _table(list(model.ghz_demand_names), bounds, light)


def _table(names: Sequence[str], bounds: Sequence[RateBound], light: Sequence[float]) -> ResultTable:
    return ResultTable(
        {
            "demand": np.array(names),
            "bound_hz": np.array([bound.bound_hz for bound in bounds]),
            "limited_by": np.array([bound.limited_by for bound in bounds]),
            "route_hz": np.array([bound.route.rate_hz for bound in bounds]),
            "flow_hz": np.array([bound.flow_hz for bound in bounds]),
            "capacity_hz": np.array(light, dtype=float),
        }
    )
