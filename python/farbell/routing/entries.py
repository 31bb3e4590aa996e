"""What is compared: a scenario under each router, with circuits or in rounds."""

from __future__ import annotations

import heapq
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from farbell._core import (
    GhzFusionRouter,
    GreedyRouter,
    MultipathGlobalRouter,
    MultipathLocalRouter,
    QCastRouter,
    QPassRouter,
    Rounds,
    Routing,
    Scenario,
    ShortestRouter,
    SpecError,
)
from farbell._nearest import nearest
from farbell.route_search import KINDS, PURIFYING, Metric
from farbell.running import compile

__all__ = ["Entry", "default_rounds", "default_routers", "entries"]

Router: TypeAlias = (
    ShortestRouter | GreedyRouter | QPassRouter | QCastRouter | MultipathLocalRouter | MultipathGlobalRouter | GhzFusionRouter
)
#: Other words for some.
_WORDS = {"shortest": "hops", "qcast": "q_cast", "qpass": "q_pass"}
#: Routers of rounds, by the word for each here: two have one that says so.
IN_ROUNDS: dict[str, type[Router]] = {
    "q_pass": QPassRouter,
    "q_cast": QCastRouter,
    "multipath_local": MultipathLocalRouter,
    "multipath_global": MultipathGlobalRouter,
    "ghz_fusion": GhzFusionRouter,
    "shortest_in_rounds": ShortestRouter,
    "greedy_in_rounds": GreedyRouter,
}
#: Kinds of routing whose costs routers of rounds can add up.
_ADDED_UP = ("hops", "length", "seconds_per_pair")
#: Paths that Q-PASS chooses from, where the scenario does not say.
Q_PASS_PATHS = 5


@dataclass(frozen=True)
class Entry:
    """A router, and the scenario that it runs; what it leaves out of it, in words."""

    router: str
    scenario: Scenario
    runs: Literal["circuits", "rounds"]
    notes: tuple[str, ...] = ()


def default_routers(scenario: Scenario, others: Iterable[str] = ()) -> list[str]:
    """All kinds of routing, those that purify only if all demands have a fidelity; in rounds, too, where there are rounds."""
    asked = all(demand.min_fidelity > 0 for demand in scenario.demands)
    left_out = {*(() if asked else PURIFYING), *others, *(() if scenario.state == "bell_diagonal" else ("ghz_fusion",))}
    in_rounds = IN_ROUNDS if scenario.rounds is not None else {}
    return [router for router in (*KINDS, *in_rounds) if router not in left_out]


def _with_circuits(scenario: Scenario, router: str) -> Entry:
    """Its routing with another kind, without what this kind does not have."""
    kind = cast(Metric, _WORDS.get(router, router))
    of_kind: dict[str, Any] = {"kind": kind}
    if kind != "entanglement_rate":
        of_kind["coherence_s"] = None
    if kind in PURIFYING:
        of_kind["fidelity_constrained"] = False
    else:
        of_kind["max_purification_rounds"] = None
    if kind == "multicommodity":
        of_kind["fidelity_constrained"] = False
    if kind in (*PURIFYING, "greedy_fidelity", "multicommodity"):
        of_kind["alternatives"] = 1
    try:
        routing = scenario.routing.replace(**of_kind)
    except SpecError as error:
        close = nearest(router, [*KINDS, *_WORDS, *IN_ROUNDS])
        allowed = f"{error.allowed}; in rounds: {', '.join(IN_ROUNDS)}"
        raise SpecError("routers", repr(router), allowed, close and f'"{close}"') from None
    return Entry(router, scenario.replace(routing=routing, rounds=None), "circuits")


def _in_rounds(scenario: Scenario, router: str, rounds: Rounds) -> Entry:
    kind, notes = IN_ROUNDS[_WORDS.get(router, router)], []
    spec = rounds.router if isinstance(rounds.router, kind) else kind()
    said = getattr(rounds.router, "link_state_hops", None)
    if said is not None and isinstance(spec, QPassRouter | QCastRouter):
        spec = spec.replace(link_state_hops=said)
    routing = Routing(kind=scenario.routing.kind if scenario.routing.kind in _ADDED_UP else "hops")
    if routing.kind != scenario.routing.kind:
        notes.append(f"in rounds routes are compared by hops, not by {scenario.routing.kind}")
    if kind is QPassRouter:
        paths = scenario.routing.alternatives
        routing = routing.replace(alternatives=paths if paths > 1 else Q_PASS_PATHS)
        if paths == 1:
            notes.append(f"q_pass chooses from {Q_PASS_PATHS} paths a demand, as routing.alternatives is 1")
    demands = list(scenario.demands)
    if kind not in (ShortestRouter, GreedyRouter) and any(demand.width > 1 for demand in demands):
        demands = [demand.replace(width=1) for demand in demands]
        notes.append(f"{router} chooses widths itself: those of demands do not count")
    entered = scenario.replace(routing=routing, demands=demands, rounds=rounds.replace(router=spec))
    return Entry(router, entered, "rounds", tuple(notes))


def entries(scenario: Scenario, routers: Sequence[str], rounds: Rounds | None) -> list[Entry]:
    """One for each router, in their order.

    Raises
    ------
    SpecError
        A router is unknown.
    """
    found = []
    for router in routers:
        if _WORDS.get(router, router) in IN_ROUNDS:
            rounds = rounds or scenario.rounds or default_rounds(scenario)
            found.append(_in_rounds(scenario, router, rounds))
        else:
            found.append(_with_circuits(scenario, router))
    return found


def default_rounds(scenario: Scenario) -> Rounds:
    """Rounds for a scenario that states none.

    Parameters
    ----------
    scenario : Scenario
        The network.

    Returns
    -------
    Rounds
        Links attempt for the median of the mean times in which a lane of them makes a pair, but at least for one attempt of
        each with its heralds; the round leaves time for news to cross the network and for the longest swap. A link has as
        many lanes as the memories at its ends can give to each of their links, and at least as many as the widest demand.

    Raises
    ------
    SpecError
        The scenario is wrong, or no link can succeed.
    """
    model = compile(scenario.replace(rounds=None, demands=[], ghz_demands=[], routing=Routing()))
    table = model.link_table()
    means = [
        period / success
        for period, success in zip(table["attempt_period_s"].tolist(), table["success_probability"].tolist(), strict=True)
        if success > 0
    ]
    if not means:
        raise SpecError("scenario/links", "no link that can succeed", "one at least")
    longest = max(link.fiber.length_m / link.fiber.speed_m_per_s for link in scenario.links)
    herald = max(getattr(link.generation, "herald_delay_s", 0.0) for link in scenario.links)
    one_attempt = max(table["attempt_period_s"].tolist()) + 2 * longest + herald
    attempt_s = _rounded_up(max(statistics.median(means), one_attempt))
    memory = {memory.name: memory for memory in scenario.memories}
    used = [memory[node.memory] for node in scenario.nodes]
    swap_s = max(one.single_qubit_gate_s + one.two_qubit_gate_s + one.measurement_s for one in used)
    news_s = 0.0 if scenario.control == "ideal" else _across(scenario)
    degree = dict.fromkeys((node.name for node in scenario.nodes), 0)
    for link in scenario.links:
        degree[link.node_a] += 1
        degree[link.node_b] += 1
    lanes = min(memory[node.memory].slots // degree[node.name] for node in scenario.nodes if degree[node.name])
    widest = max((demand.width for demand in scenario.demands), default=1)
    round_s = _rounded_up(attempt_s + news_s + swap_s)
    return Rounds(router=QCastRouter(), round_s=round_s, attempt_s=attempt_s, channels=max(1, lanes, widest))


def _across(scenario: Scenario) -> float:
    """At least as long as news takes between any two nodes: by way of the first of those that are joined."""
    ways: dict[str, list[tuple[str, float]]] = {node.name: [] for node in scenario.nodes}
    for link in scenario.links:
        delay = link.fiber.length_m / link.fiber.speed_m_per_s
        ways[link.node_a].append((link.node_b, delay))
        ways[link.node_b].append((link.node_a, delay))
    processing = {node.name: node.processing_delay_s for node in scenario.nodes}
    reached: dict[str, float] = {}
    longest = 0.0
    for first in ways:
        if first in reached:
            continue
        heap = [(0.0, first)]
        while heap:
            at, node = heapq.heappop(heap)
            if node in reached:
                continue
            reached[node] = at
            # The first node is between the two halves as well.
            longest = max(longest, 2 * at + processing[first])
            for other, delay in ways[node]:
                heapq.heappush(heap, (at + delay + (processing[node] if node != first else 0.0), other))
    return longest


def _rounded_up(seconds: float) -> float:
    """To three digits."""
    step = 10.0 ** (math.floor(math.log10(seconds)) - 2)
    return float(f"{math.ceil(seconds / step) * step:.6g}")
