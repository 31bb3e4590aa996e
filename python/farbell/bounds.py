"""What a network could do at most, whatever its protocols: capacities of its links, and the bound that forbids a target.

See docs/physics/bounds.md. What follows from capacities (cuts, widest paths, throughputs) is in
:class:`farbell.analysis.Capacities`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from farbell import _core
from farbell._core import (
    BackToBack,
    Continuous,
    Demand,
    Distillation,
    DoubleClick,
    Given,
    Link,
    Model,
    OneOff,
    Scenario,
    SingleClick,
    SpecError,
)
from farbell.analysis.bounds import plob_bound
from farbell.analysis.flows import Capacities, FlowDemand, LinkCapacity

__all__ = ["ATTEMPT_MODES", "Forbidden", "RouteBound", "capacities", "forbidding_bound", "route_bounds"]

Kind = Literal["pairs", "plob"]
#: Modes of light that one attempt sends through the fibre: a double click uses two time bins.
ATTEMPT_MODES: dict[type, int] = {Given: 1, DoubleClick: 2, SingleClick: 1}
#: What a target may name.
TARGETS = ("rate_hz", "fidelity")


def _model(network: Scenario | Model) -> Model:
    return network if isinstance(network, Model) else _core.compile(network)


def _pairs_needed(distillation: Distillation | None) -> int:
    """Pairs that one distilled pair takes at least."""
    if distillation is None:
        return 1
    rounds = len(distillation.rounds)
    return int(2**rounds) if distillation.scheme == "recurrence" else rounds + 1


def _transmissivity(link: Link) -> float:
    """Share of the light that arrives over the longer arm: a station is a relay, to which light goes from both ends."""
    how, fiber = link.generation, link.fiber
    share = 1.0 if isinstance(how, Given) else max(how.station_position, 1 - how.station_position)
    return float(10 ** (-fiber.attenuation_db_per_km * fiber.length_m * share / 10_000))


@dataclass(frozen=True)
class _Clock:
    """How a link attempts: pairs or ebits an attempt, the period, and the pairs that one of the link's takes."""

    per_attempt: float
    period_s: float
    pairs_needed: int = 1

    @property
    def rate_hz(self) -> float:
        return self.per_attempt / self.period_s / self.pairs_needed

    def permit_s(self, lanes: int) -> float:
        """For how long a link keeps a permit per pair: until the first success of any lane, whose cycle may take no time."""
        return max(0.0, 1 / (lanes * self.rate_hz) - self.period_s * self.pairs_needed) if self.rate_hz > 0 else math.inf


def _clocks(model: Model, kind: Kind) -> list[list[_Clock]]:
    """Of each link, at the start and after each of its changes."""
    scenario, table = model.scenario, model.link_table()
    memories = {memory.name: memory for memory in scenario.memories}
    memory_of = {node.name: memories[node.memory] for node in scenario.nodes}
    stations = {station.name: station for station in scenario.stations}
    changed: dict[str, list[Link]] = {}
    by_name = dict(zip(model.link_names, scenario.links, strict=True))
    for change in scenario.changes:
        if change.generation is not None:
            changed.setdefault(change.link, []).append(by_name[change.link].replace(generation=change.generation))

    def clock(link: Link, success: float, period_s: float) -> _Clock:
        if kind == "pairs":
            return _Clock(success, period_s, _pairs_needed(link.distillation))
        return _Clock(plob_bound(_transmissivity(link)) * ATTEMPT_MODES[type(link.generation)], period_s)

    out = []
    for i, (name, link) in enumerate(by_name.items()):
        found = [clock(link, float(table["success_probability"][i]), float(table["attempt_period_s"][i]))]
        for other in changed.get(name, []):
            station = None if isinstance(other.generation, Given) else stations[other.generation.station]
            made = _core.link_model(other, memory_of[link.node_a], memory_of[link.node_b], station)
            period_s = scenario.slot_s if scenario.timing == "slotted" and scenario.slot_s else made.period_s
            found.append(clock(other, made.success_probability, period_s))
        out.append(found)
    return out


def _lane_rates(model: Model) -> dict[str, float]:
    """Pairs per second of one lane of each link, at its best."""
    clocks = zip(model.link_names, _clocks(model, "pairs"), strict=True)
    return {name: max(clock.rate_hz for clock in found) for name, found in clocks}


def _lanes(demand: Demand) -> int:
    return int(demand.width * demand.concurrent_requests)


def _lasts(demand: Demand) -> bool:
    """Whether its circuits are given up at most once, at the end."""
    kept = isinstance(demand.traffic, Continuous | BackToBack | OneOff) and demand.concurrent_requests == 1
    ends = (demand.reservation_s, demand.deadline_s, demand.max_wait_s)
    return (kept or demand.generate_when_idle) and all(end is None for end in ends)


def _all_last(scenario: Scenario) -> bool:
    """Whether no slot changes hands more often than once a circuit."""
    hows = [change.generation for change in scenario.changes]
    cut = any(how is None or (isinstance(how, Given) and how.success_probability == 0) for how in hows)
    return not scenario.ghz_demands and not cut and all(map(_lasts, scenario.demands))


def _handover_gap_s(scenario: Scenario, link: Link) -> float:
    """From when a slot is given back until another circuit uses it on this link: the messages of the set-up at least."""
    if _all_last(scenario):
        return math.inf
    if scenario.control == "ideal":
        return 0.0
    trips = 2 if scenario.reservation == "ledger" else 1
    return float(trips * link.fiber.length_m / link.fiber.speed_m_per_s)


def capacities(network: Scenario | Model, kind: Kind = "pairs") -> Capacities:
    """What the links of a network can make at most, with all their memory slots.

    Parameters
    ----------
    network : Scenario or Model
        The network.
    kind : "pairs" or "plob"
        Heralded pairs per second (lanes times success probability over attempt period; distillation on the link taken into
        account), or ebits per second by any use of the same light: ``-log2(1 - eta)`` per mode, times modes per second.

    Returns
    -------
    Capacities
        ``links``, the ``slots`` and ``permits`` (``parallel_links``) that they share, success of swaps, and the demands of
        the scenario. Where slots may change hands within an attempt period nothing follows from their number: lanes are then
        counted by the widths of the demands, and the node has no ``slots``. Permits count where circuits last.

    Raises
    ------
    SpecError
        The scenario is wrong, or the kind unknown.

    References
    ----------
    S. Pirandola, Communications Physics 2, 51 (2019).

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.01, attempt_period_s="1 ms")
    >>> chain = fb.chain(3, memory=fb.Memory(name="m", slots=4), generation=link)
    >>> [round(link.rate_hz, 9) for link in fb.bounds.capacities(chain).links]
    [40.0, 40.0]
    >>> round(fb.bounds.capacities(chain).max_flow("n0", "n2").rate_hz, 9)  # the four slots of n1 serve both links
    20.0
    """
    if kind not in ("pairs", "plob"):
        raise SpecError("kind", repr(kind), "'pairs' or 'plob'")
    model = _model(network)
    scenario = model.scenario
    memories = {memory.name: memory.slots for memory in scenario.memories}
    slots = {node.name: memories[node.memory] for node in scenario.nodes}
    asked = sum(map(_lanes, scenario.demands)) + sum(d.width * len(d.users) for d in scenario.ghz_demands)
    turns = {node.name: float(node.parallel_links) for node in scenario.nodes if node.parallel_links is not None}
    permits = turns if kind == "pairs" and _all_last(scenario) else {}
    shared = dict.fromkeys(slots, True)
    links = []
    for name, link, clocks in zip(model.link_names, scenario.links, _clocks(model, kind), strict=True):
        lanes = min(slots[link.node_a], slots[link.node_b])
        if _handover_gap_s(scenario, link) < max(clock.period_s for clock in clocks):
            lanes = max(lanes, asked)
            shared[link.node_a] = shared[link.node_b] = False
        rate = max(clock.rate_hz for clock in clocks)
        slot_s = 1 / rate if rate > 0 else math.inf
        permit_s = min(clock.permit_s(min(lanes, asked or lanes)) for clock in clocks) if permits else 0.0
        links.append(LinkCapacity(name, link.node_a, link.node_b, lanes * rate, slot_s, permit_s))
    return Capacities(
        links=tuple(links),
        slots={node: float(slots[node]) for node, kept in shared.items() if kept},
        permits=permits,
        swaps={node.name: node.swap_success_probability for node in scenario.nodes} if kind == "pairs" else {},
        demands=tuple(
            FlowDemand(name, d.node_a, d.node_b, _pairs_needed(d.distillation) if kind == "pairs" else 1)
            for name, d in zip(model.demand_names, scenario.demands, strict=True)
        ),
    )


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
    """For each demand what the slowest hop of its route allows: ``width`` lanes, and swaps that fail.

    Parameters
    ----------
    network : Scenario or Model
        The network. Of several alternatives the best counts, for each of the requests served at a time; where links change
        during the run, the best of all routes.

    Returns
    -------
    list of RouteBound
        One a demand.

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
    model = _model(network)
    scenario = model.scenario
    rates = _lane_rates(model)
    swaps = {node.name: node.swap_success_probability for node in scenario.nodes}
    fastest: dict[frozenset[str], tuple[float, str]] = {}
    for name, link in zip(model.link_names, scenario.links, strict=True):
        ends = frozenset((link.node_a, link.node_b))
        if ends not in fastest or rates[name] > fastest[ends][0]:
            fastest[ends] = rates[name], name
    out = []
    for demand, routes in zip(scenario.demands, model.alternatives, strict=True):
        best = RouteBound(0.0, "")
        lanes = _lanes(demand) / _pairs_needed(demand.distillation)
        if scenario.changes and not demand.route:
            single = tuple(
                LinkCapacity(name, link.node_a, link.node_b, rates[name])
                for name, link in zip(model.link_names, scenario.links, strict=True)
            )
            widest = Capacities(single, swaps=swaps).widest_path(demand.node_a, demand.node_b)
            best = RouteBound(widest.rate_hz * lanes, min(widest.links, key=lambda name: rates[name], default=""))
        for route in routes:
            slowest, name = min((fastest[frozenset(hop)] for hop in pairwise(route)), key=lambda found: found[0])
            rate = lanes * slowest * math.prod(swaps[node] for node in route[1:-1])
            if rate > best.rate_hz:
                best = RouteBound(rate, name)
        out.append(best)
    return out


@dataclass(frozen=True)
class Forbidden:
    """A target that no run can meet, and why.

    Attributes
    ----------
    demand : str
        The demand that cannot meet it.
    quantity : str
        "rate_hz" or "fidelity".
    target, bound : float
        What is asked, and what is possible at most.
    reason : str
        The bound, in words.
    links : tuple of str
        Links that would have to be better.

    Examples
    --------
    >>> import farbell as fb
    >>> print(fb.bounds.forbidding_bound(fb.chain(3, length_m="20 km"), {"rate_hz": 1000}))
    n0->n2: 1000 pairs/s are asked; its route allows at most 611, the rate of its slowest link n0--n1
    """

    demand: str
    quantity: str
    target: float
    bound: float
    reason: str
    links: tuple[str, ...] = ()

    def __str__(self) -> str:
        asked = f"{self.target:.4g} pairs/s are" if self.quantity == "rate_hz" else f"a fidelity of {self.target:.4g} is"
        return f"{self.demand}: {asked} asked; {self.reason}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _forbidden_rate(model: Model, demand: int, target: float, all_slots: Capacities) -> Forbidden | None:
    name, spec = model.demand_names[demand], model.scenario.demands[demand]
    flow = all_slots.max_flow(spec.node_a, spec.node_b)
    most = flow.rate_hz / all_slots.demands[demand].pairs_needed
    if target > most:
        cut = f"the cut at {_listed(flow.links + flow.nodes)}" if flow.links or flow.nodes else "no usable link"
        swaps = f", with swaps that succeed with {flow.swap_probability:.4g}" if flow.swap_probability < 1 else ""
        reason = f"all routes and memory slots together allow at most {most:.4g}, by {cut}{swaps}"
        return Forbidden(name, "rate_hz", target, most, reason, flow.links)
    route = route_bounds(model)[demand]
    if target > route.rate_hz:
        width = f" at width {spec.width}" if spec.width > 1 else ""
        reason = f"its route{width} allows at most {route.rate_hz:.4g}, the rate of its slowest link {route.link}"
        return Forbidden(name, "rate_hz", target, route.rate_hz, reason, (route.link,))
    return None


def _forbidden_fidelity(model: Model, demand: int, target: float) -> Forbidden | None:
    """The core knows what a route can reach, and refuses a demand that asks for more."""
    demands = list(model.scenario.demands)

    def refusal(fidelity: float) -> SpecError | None:
        demands[demand] = demands[demand].replace(min_fidelity=fidelity)
        try:
            _core.compile(model.scenario.replace(demands=demands))
        except SpecError as error:
            if not error.path.endswith("/min_fidelity"):
                raise
            return error
        return None

    error = refusal(target)
    if error is None:
        return None
    low, high = 0.0, target
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (low, middle) if refusal(middle) else (middle, high)
    return Forbidden(model.demand_names[demand], "fidelity", target, low, f"allowed: {error.allowed}")


def forbidding_bound(network: Scenario | Model, target: Mapping[str, float], *, demand: str | None = None) -> Forbidden | None:
    """The bound that forbids a target, if there is one: whatever a run does, it stays below.

    Parameters
    ----------
    network : Scenario or Model
        The network.
    target : mapping
        ``rate_hz``, the rate of delivered pairs, ``fidelity``, their mean fidelity, or both.
    demand : str, optional
        The demand that is to meet it. Default: each of them.

    Returns
    -------
    Forbidden or None
        The first that is found: the largest flow between the ends over all routes and memory slots, with the cut's links;
        what the demand's own routes and width allow; the best fidelity that they can reach. None says only that these
        bounds do not forbid it.

    Raises
    ------
    SpecError
        The scenario is wrong, the target names something else or is out of range, or there is no such demand.

    Examples
    --------
    >>> import farbell as fb
    >>> chain = fb.chain(3, length_m="20 km")
    >>> fb.bounds.forbidding_bound(chain, {"rate_hz": 1, "fidelity": 0.6}) is None
    True
    >>> fb.bounds.forbidding_bound(chain, {"fidelity": 0.999}).quantity
    'fidelity'
    """
    model = _model(network)
    names = model.demand_names
    if demand is not None and demand not in names:
        raise SpecError("demand", repr(demand), f"a demand: {_listed(tuple(names))}")
    for quantity, value in target.items():
        if quantity not in TARGETS:
            raise SpecError(f"target/{quantity}", "an unknown quantity", ", ".join(TARGETS))
        if not 0 <= value <= (1 if quantity == "fidelity" else math.inf):
            raise SpecError(f"target/{quantity}", repr(value), "0 to 1" if quantity == "fidelity" else "at least 0")
    all_slots = capacities(model)
    for i, name in enumerate(names):
        if demand not in (None, name):
            continue
        if "rate_hz" in target and (found := _forbidden_rate(model, i, target["rate_hz"], all_slots)):
            return found
        if "fidelity" in target and (found := _forbidden_fidelity(model, i, target["fidelity"])):
            return found
    return None
