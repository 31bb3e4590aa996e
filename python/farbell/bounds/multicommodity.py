"""Routes of all demands together, by a linear programme over what links can make. See docs/physics/multicommodity.md."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import Any

from farbell import _core
from farbell._core import Asap, Demand, Model, Poisson, Routing, Scenario, SpecError, WeightedRoute
from farbell.analysis.flows import Objective, PathFlow
from farbell.bounds.capacities import capacities, states_routes
from farbell.bounds.routes import lane_bounds

__all__ = ["multicommodity", "offered_hz"]


def _planned(scenario: Scenario) -> Model:
    """The network as it is at the start and who asks, without what is done along routes; circuits last, so that slots count."""
    plain: dict[str, Any] = {"min_fidelity": 0.0, "swapping": Asap(), "cutoff": None, "rules": [], "buffer": None}
    lasting: dict[str, Any] = {"generate_when_idle": True, "reservation_s": None, "deadline_s": None, "max_wait_s": None}
    return _core.compile(
        scenario.replace(
            routing=Routing(kind="seconds_per_pair"),
            demands=[demand.replace(**plain, **lasting) for demand in scenario.demands if not states_routes(demand)],
            ghz_demands=[],
            changes=[],
            failures=[],
            links=[link.replace(drift=None) for link in scenario.links],
        )
    )


def offered_hz(demand: Demand) -> float:
    """Pairs that it asks for per second, where that is known."""
    traffic = demand.traffic
    return traffic.rate_hz * demand.pairs_per_request if isinstance(traffic, Poisson) else math.inf


def _too_small(scenario: Scenario, demand: Demand) -> frozenset[str]:
    """Nodes without the slots that a circuit takes on its way."""
    slots = {memory.name: memory.slots for memory in scenario.memories}
    return frozenset(node.name for node in scenario.nodes if slots[node.memory] < 2 * demand.width)


def _stated(flows: list[PathFlow]) -> list[WeightedRoute]:
    """Parallel links are one: circuits take the better."""
    rates: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for flow in flows:
        rates[flow.nodes] += flow.rate_hz
    order = sorted(rates, key=lambda nodes: (-rates[nodes], len(nodes)))
    return [WeightedRoute(nodes=nodes, weight=float(f"{rates[nodes]:.6g}")) for nodes in order]


def multicommodity(scenario: Scenario, *, objective: Objective = "fair") -> Scenario:
    """The scenario with the routes of all demands stated, as a multi-commodity flow shares the links among them.

    Parameters
    ----------
    scenario : Scenario
        The network and its demands, whatever its ``routing``. A demand that states a ``route`` or ``routes`` keeps them, and
        what it takes is not counted.
    objective : "fair" or "total"
        What is as large as can be: the rate of whoever gets least, then of whoever gets least of the others, and so on
        (max-min fair); or the sum of all rates, which may leave some demands with nothing: then it is refused.

    Returns
    -------
    Scenario
        With ``routing.kind`` ``"multicommodity"``, and ``routes`` of each demand with the pairs per second of its flow as
        weights. Of what links and slots can make (:func:`farbell.bounds.capacities`) a demand takes no more than it asks for
        (Poisson requests) and than its lanes can make over any one route. ``farbell.compile`` and ``farbell.run`` do this by
        themselves with ``routing.kind`` ``"multicommodity"``.

    Raises
    ------
    ImportError
        If scipy is missing: ``pip install 'farbell[optimize]'``.
    SpecError
        The scenario is wrong, has ``rounds``, or a demand gets nothing.

    References
    ----------
    K. Chakraborty, D. Elkouss, B. Rijsman and S. Wehner, IEEE Transactions on Quantum Engineering 1, 4101321 (2020).

    Examples
    --------
    >>> import farbell as fb
    >>> pairs = fb.Demand(node_a="n0", node_b="n2", concurrent_requests=2, traffic=fb.BackToBack())
    >>> ring = fb.ring(4, length_m="10 km", memory=fb.Memory(name="m", slots=2), demands=[pairs])
    >>> for route in fb.routing.multicommodity(ring).demands[0].routes:
    ...     print(" - ".join(route.nodes))
    n0 - n1 - n2
    n0 - n3 - n2
    """
    if scenario.rounds is not None:
        raise SpecError("/rounds", "rounds", 'null with routing kind "multicommodity": in rounds their router chooses')
    kept = scenario.routing.kind == "multicommodity"
    routing = scenario.routing if kept else Routing(kind="multicommodity")
    asked = [(i, demand) for i, demand in enumerate(scenario.demands) if not states_routes(demand)]
    if not asked:
        return scenario.replace(routing=routing)
    model = _planned(scenario)
    found = capacities(model)
    flow_demands = [
        replace(flow, most_hz=min(lanes_hz, offered_hz(demand)), avoids=_too_small(scenario, demand))
        for flow, lanes_hz, (_, demand) in zip(found.demands, lane_bounds(model), asked, strict=True)
    ]
    by_demand: dict[str, list[PathFlow]] = {flow.name: [] for flow in flow_demands}
    for path in found.path_flows(flow_demands, objective=objective):
        by_demand[path.demand].append(path)
    demands = list(scenario.demands)
    for (i, demand), flow in zip(asked, flow_demands, strict=True):
        routes = _stated(by_demand[flow.name])
        if not routes:
            better = 'objective "fair", by which' if objective == "total" else "a network in which"
            raise SpecError(
                f"/demands/{i}", f"{flow.name!r}, which gets no share of the links", f"{better} every demand gets one"
            )
        demands[i] = demand.replace(routes=routes)
    return scenario.replace(routing=routing, demands=demands)
