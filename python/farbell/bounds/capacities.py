"""Capacities of the links of a network, from its hardware and timing. See docs/physics/bounds.md."""

from __future__ import annotations

import itertools
import math
import operator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from farbell import _core
from farbell._core import (
    BackToBack,
    Continuous,
    Demand,
    Distillation,
    DoubleClick,
    Given,
    Link,
    MidpointSource,
    Model,
    OneOff,
    RepeaterGraph,
    Scenario,
    SenderReceiver,
    SingleClick,
    SpecError,
)
from farbell.analysis.bounds import plob_bound
from farbell.analysis.flows import Capacities, FlowDemand, LinkCapacity

__all__ = [
    "ATTEMPT_MODES",
    "attempt_modes",
    "capacities",
    "compiled",
    "lane_rates",
    "lanes_of",
    "pairs_needed",
    "reads",
    "reroutes",
    "states_routes",
    "swap_successes",
]

Kind = Literal["pairs", "plob"]
#: Modes of light that one mode of an attempt sends through the fibre: a double click uses two time bins, a source of pairs two
#: polarisations of each spectral mode, a sender the two modes of a qubit, graph states those of each of their photons.
ATTEMPT_MODES: dict[type, int] = {
    Given: 1,
    DoubleClick: 2,
    SingleClick: 1,
    MidpointSource: 2,
    SenderReceiver: 2,
    RepeaterGraph: 2,
}
Generation: TypeAlias = Given | DoubleClick | SingleClick | MidpointSource | SenderReceiver | RepeaterGraph


def compiled(network: Scenario | Model) -> Model:
    """Where its routing shares links among all demands, their routes are stated first."""
    if isinstance(network, Model):
        return network
    if network.routing.kind == "multicommodity" and network.rounds is None:
        from farbell.bounds.multicommodity import multicommodity

        network = multicommodity(network)
    return _core.compile(network)


def attempt_modes(generation: Generation, lanes: int = 1) -> int:
    """Modes of light that so many lanes of a circuit send through the fibre in an attempt.

    Parameters
    ----------
    generation : Given, DoubleClick, SingleClick, MidpointSource, SenderReceiver or RepeaterGraph
        How the link makes pairs.
    lanes : int
        Lanes of the circuit. A ``shared`` train serves them all.

    Returns
    -------
    int
        Those of every mode of every train.

    Examples
    --------
    >>> import farbell as fb
    >>> train = fb.Multiplexing(modes=100, mode_separation_s="1 us")
    >>> fb.bounds.attempt_modes(fb.DoubleClick(station="midpoint", multiplexing=train), lanes=2)
    400
    """
    train = generation.multiplexing
    trains = 1 if train is not None and train.train == "shared" else lanes
    alike = 1
    if isinstance(generation, MidpointSource):
        alike = math.ceil(1 / generation.spectral_purity)
    elif isinstance(generation, RepeaterGraph):
        alike = generation.arms * (1 + sum(itertools.accumulate(generation.branching, operator.mul)))
    return ATTEMPT_MODES[type(generation)] * alike * trains * (1 if train is None else train.modes)


def pairs_needed(distillation: Distillation | None) -> int:
    """Pairs that one distilled pair takes at least."""
    if distillation is None:
        return 1
    rounds = len(distillation.rounds)
    return int(2**rounds) if distillation.scheme == "recurrence" else rounds + 1


def _come_out(scenario: Scenario) -> dict[str, float]:
    """Probability, at each node, that a qubit comes out of its memory: at its fixed delay, or at most, at once."""
    kinds = {
        memory.name: 1.0 if (one := memory.retrieval) is None else _core.retrieved(one, one.fixed_delay_s or 0.0)
        for memory in scenario.memories
    }
    return {node.name: kinds[node.memory] for node in scenario.nodes}


def swap_successes(scenario: Scenario) -> dict[str, float]:
    """Of each node: probability that a swap succeeds, at most, since both of its qubits have to come out."""
    come_out = _come_out(scenario)
    return {node.name: node.swap_success_probability * come_out[node.name] ** 2 for node in scenario.nodes}


def reads(scenario: Scenario) -> list[float]:
    """Of each demand: share of its pairs, at most, that both ends can read where they are measured."""
    come_out = _come_out(scenario)
    return [
        come_out[demand.node_a] * come_out[demand.node_b] if demand.use == "measure" else 1.0 for demand in scenario.demands
    ]


def _over(number: float, probability: float) -> float:
    return number / probability if probability > 0 else math.inf


def _transmissivity(link: Link) -> float:
    """Share of the light that arrives over the arm that loses more: a station is a relay, to which light goes from both ends;
    a source, from which it comes, is one as well, and there may be many."""
    how, fiber = link.generation, link.fiber
    if isinstance(how, Given | SenderReceiver):
        return _core.transmission(fiber)
    if isinstance(how, RepeaterGraph):
        pieces = 2 * (how.sources + 1)
        return min(_core.transmission(fiber, k / pieces, (k + 1) / pieces) for k in range(pieces))
    position = how.source_position if isinstance(how, MidpointSource) else how.station_position
    return min(_core.transmission(fiber, 0, position), _core.transmission(fiber, position, 1))


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
        if kind == "pairs" and (rounds := scenario.rounds) is not None:
            # One pair a lane and round, of so many attempts at most.
            attempts = math.floor(rounds.attempt_s / period_s * (1 + 1e-12))
            return _Clock(1 - (1 - success) ** attempts, rounds.round_s)
        if kind == "pairs":
            return _Clock(success, period_s, pairs_needed(link.distillation))
        return _Clock(plob_bound(_transmissivity(link)) * attempt_modes(link.generation), period_s)

    out = []
    for i, (name, link) in enumerate(by_name.items()):
        found = [clock(link, float(table["success_probability"][i]), float(table["attempt_period_s"][i]))]
        for other in changed.get(name, []):
            station = stations.get(getattr(other.generation, "station", ""))
            made = _core.link_model(other, memory_of[link.node_a], memory_of[link.node_b], station, scenario.interfaces)
            period_s = scenario.slot_s if scenario.timing == "slotted" and scenario.slot_s else made.period_s
            found.append(clock(other, made.success_probability, period_s))
        out.append(found)
    return out


def lane_rates(model: Model) -> dict[str, float]:
    """Pairs per second of one lane of each link, at its best."""
    clocks = zip(model.link_names, _clocks(model, "pairs"), strict=True)
    return {name: max(clock.rate_hz for clock in found) for name, found in clocks}


def lanes_of(demand: Demand) -> int:
    return int(demand.width * demand.concurrent_requests)


def states_routes(demand: Demand) -> bool:
    """Whether it has routes of its own."""
    return bool(demand.route or demand.routes)


def _lasts(demand: Demand) -> bool:
    """Whether its circuits are given up at most once, at the end."""
    kept = isinstance(demand.traffic, Continuous | BackToBack | OneOff) and demand.concurrent_requests == 1
    ends = (demand.reservation_s, demand.deadline_s, demand.max_wait_s)
    return (kept or demand.generate_when_idle) and not demand.reserved and all(end is None for end in ends)


def reroutes(scenario: Scenario) -> bool:
    """Whether demands may come to other routes than those of the start."""
    return bool(scenario.changes or scenario.failures) or any(link.drift is not None for link in scenario.links)


def _all_last(scenario: Scenario) -> bool:
    """Whether no slot changes hands more often than once a circuit."""
    if scenario.failures or any(link.drift is not None for link in scenario.links):
        return False
    hows = [change.generation for change in scenario.changes]
    cut = any(how is None or (isinstance(how, Given) and how.success_probability == 0) for how in hows)
    states_last = all(
        isinstance(demand.traffic, Continuous | OneOff) and demand.deadline_s is None for demand in scenario.ghz_demands
    )
    return states_last and not cut and all(map(_lasts, scenario.demands))


def _handover_gap_s(scenario: Scenario, link: Link, all_last: bool) -> float:
    """From when a slot is given back until another circuit uses it on this link: the messages of the set-up at least."""
    if all_last:
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
    model = compiled(network)
    scenario = model.scenario
    memories = {memory.name: memory.slots for memory in scenario.memories}
    slots = {node.name: memories[node.memory] for node in scenario.nodes}
    asked = sum(map(lanes_of, scenario.demands)) + sum(d.width * len(d.users) for d in scenario.ghz_demands)
    turns = {node.name: float(node.parallel_links) for node in scenario.nodes if node.parallel_links is not None}
    all_last = _all_last(scenario)
    permits = turns if kind == "pairs" and all_last else {}
    shared = dict.fromkeys(slots, True)
    links = []
    for name, link, clocks in zip(model.link_names, scenario.links, _clocks(model, kind), strict=True):
        lanes = min(slots[link.node_a], slots[link.node_b])
        if scenario.rounds is not None:
            lanes = min(lanes, scenario.rounds.channels)
        elif _handover_gap_s(scenario, link, all_last) < max(clock.period_s for clock in clocks):
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
        swaps=swap_successes(scenario) if kind == "pairs" else {},
        demands=tuple(
            FlowDemand(name, d.node_a, d.node_b, _over(pairs_needed(d.distillation), read) if kind == "pairs" else 1)
            for name, d, read in zip(model.demand_names, scenario.demands, reads(scenario), strict=True)
        ),
    )
