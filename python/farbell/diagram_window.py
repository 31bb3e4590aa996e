"""What a diagram shows: the rows of a stretch of a run, of one demand or of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from farbell._core import SpecError
from farbell.explain import request_window
from farbell.record import Record
from farbell.replay import find_demand, find_replica, find_request, traced
from farbell.round_story import with_owners
from farbell.trace import checked_window

__all__ = ["Window", "window_of"]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Window:
    """What is to be drawn."""

    demand: str | None
    routes: tuple[tuple[str, ...], ...]  # one; of a GHZ demand those of its arms, from its center to each user
    of_states: bool
    start_s: float
    end_s: float
    origin_s: float  # times are given from here on
    rows: Sequence[Row]
    title: str

    def circuit(self, row: Row) -> str:
        """What a row calls its circuit."""
        if self.of_states and row["circuit"] >= 0:
            return f"arm to {self.routes[row['circuit']][-1]}"
        return "circuit"


def _routes(record: Record, name: str) -> tuple[tuple[str, ...], ...]:
    network = record.network
    if name in network.ghz_demand_names:
        if network.along_tree(name):
            raise SpecError(
                "demand", f"{name!r}, which is served along a tree", "one with a center, or explain() for its story"
            )
        return network.ghz_arms[network.ghz_demand_names.index(name)]
    route = network.routes[network.demand_names.index(name)]
    return (route,) if route else ()


def _outcomes_told(record: Record, row: Row) -> list[dict[str, Any]]:
    """The messages of a fusion, from its center to each user: a trace has the last arrival only."""
    scenario = record.scenario
    delay: dict[frozenset[str], float] = {}
    for link in scenario.links:
        delay.setdefault(frozenset((link.node_a, link.node_b)), link.fiber.length_m / link.fiber.speed_m_per_s)
    passing = {node.name: node.processing_delay_s for node in scenario.nodes}
    told = []
    for arm, route in enumerate(_routes(record, row["demand"])):
        takes_s = sum(delay[frozenset(hop)] for hop in pairwise(route)) + sum(passing[node] for node in route[1:-1])
        until_s = row["time_s"] + (takes_s if scenario.control == "messages" else 0.0)
        message = {"kind": "message", "detail": "fusion_outcomes", "to_node": route[-1], "circuit": arm, "pair": -1}
        told.append({**row, **message, "until_s": min(until_s, row["until_s"])})
    return told


def window_of(
    record: Record, request: int | None, demand: str | None, replica: int, window_s: tuple[float, float] | None, every: bool
) -> Window:
    """A stretch of a run: that of a request, or a given one. With `every` it may be of all demands."""
    if request is None and window_s is None:
        raise SpecError("request", "neither request nor window_s", "one of them, or both")
    if window_s is not None:
        window_s = checked_window("window_s", window_s)
    if request is not None:
        facts = find_request(record, request, demand, replica, ghz=True)
        name: str | None = facts.demand
        origin, window = facts.row["asked_s"], window_s or request_window(record, facts)
        if window_s is None:
            # Room for what is on its way when the request ends.
            window = (window[0], window[1] + 0.02 * (window[1] - window[0]))
        title = f"Request {request} of {name}, replica {replica}"
    else:
        assert window_s is not None
        find_replica(record, replica)
        name = None if every and demand is None else find_demand(record, demand, ghz=True)
        origin, window, title = window_s[0], window_s, f"{name or 'All demands'}, replica {replica}"
    trace, _ = traced(record, replica, checked_window("window_s", window))
    rounds = record.scenario.rounds is not None
    rows: list[Row] = []
    for row in with_owners(trace.rows()) if rounds else trace.rows():
        # In rounds there are pairs that are made for nobody.
        if name is None or row["demand"] == name or (row["demand"] is None and not (rounds and row["pair"] >= 0)):
            rows.append(row)
            if row["kind"] == "fusion" and not rounds:
                rows += _outcomes_told(record, row)
    of_states = name in record.network.ghz_demand_names
    return Window(name, () if name is None else _routes(record, name), of_states, window[0], window[1], origin, rows, title)
