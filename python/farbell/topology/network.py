"""From places and the fibres between them to a scenario: what every builder fills in is filled in here."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from farbell._core import (
    BackToBack,
    Continuous,
    Demand,
    DoubleClick,
    Fiber,
    Link,
    Memory,
    Node,
    OneOff,
    Poisson,
    Scenario,
    SingleClick,
    SpecError,
    Station,
    Table,
)
from farbell._nearest import nearest
from farbell.presets.platform import Platform, default_platform, platform_of
from farbell.topology.repeaters import Generation, with_repeaters

__all__ = ["Demands", "Generation", "Place", "Span", "build", "nearest"]

Traffic: TypeAlias = Continuous | OneOff | BackToBack | Poisson | Table
Pairs: TypeAlias = list[tuple[str, str]]
Demands: TypeAlias = str | Iterable[Demand | tuple[str, str]]
"""Demands, pairs of node names, or the name of a choice that the builder knows."""


@dataclass(frozen=True)
class Place:
    """A node before it has hardware."""

    name: str
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    x_m: float | None = None
    y_m: float | None = None


@dataclass(frozen=True)
class Span:
    """A fibre before it has hardware."""

    node_a: str
    node_b: str
    length_m: float


def parsed_length_m(length: float | str, path: str = "length_m") -> float:
    """Metres, from a number or from text with a unit."""
    try:
        return Fiber(length_m=length).length_m
    except SpecError as error:
        raise SpecError(path, error.found, error.allowed, error.nearest) from None


def checked_count(value: int, least: int, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SpecError(path, repr(value), f"a whole number of at least {least}")
    return value


def checked_number(value: float, path: str, above: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not above < value <= most or math.isinf(value):
        limit = "" if math.isinf(most) else f" and at most {most:g}"
        raise SpecError(path, repr(value), f"a number above {above:g}{limit}")
    return float(value)


def _demands(
    demands: Demands,
    choices: Mapping[str, Callable[[], Pairs]],
    width: int,
    traffic: Traffic | None,
    names: Collection[str],
) -> list[Demand]:
    if isinstance(demands, str):
        if demands not in choices:
            allowed = ", ".join([*map(repr, choices), "a list of Demand or of pairs of node names"])
            raise SpecError("demands", repr(demands), allowed, nearest(demands, choices))
        demands = choices[demands]()
    filled = []
    for position, demand in enumerate(demands):
        if isinstance(demand, Demand):
            filled.append(demand)
        elif not isinstance(demand, (list, tuple)) or len(demand) != 2:
            raise SpecError(f"demands/{position}", repr(demand), "a Demand or a pair of node names")
        else:
            for name in demand:
                if name not in names:
                    raise SpecError(f"demands/{position}", repr(name), "the name of a node", nearest(str(name), names))
            node_a, node_b = demand
            fields: dict[str, Any] = {"width": width} if traffic is None else {"width": width, "traffic": traffic}
            filled.append(Demand(node_a=node_a, node_b=node_b, **fields))
    return filled


def build(
    *,
    title: str,
    places: Iterable[Place],
    spans: Iterable[Span],
    demands: Demands,
    choices: Mapping[str, Callable[[], Pairs]] | None = None,
    platform: Platform | str | None = None,
    node_platforms: Mapping[str, Platform | str] | None = None,
    memory: Memory | None = None,
    generation: Generation | None = None,
    station: Station | None = None,
    attenuation_db_per_km: float | str | None = None,
    speed_m_per_s: float | str | None = None,
    width: int = 1,
    traffic: Traffic | None = None,
    span_limit_m: float | str | None = None,
    duration_s: float | str = 1.0,
    seed: int = 0,
    notes: Iterable[str] = (),
    credits: Iterable[str] = (),
    told: Iterable[str] = (),
    **fields: Any,
) -> Scenario:
    """A scenario with the same hardware everywhere, but for nodes that are named. ``title`` and ``told`` are the builder's own
    name and notes; ``fields``, among them ``name``, are the caller's. With a ``span_limit_m`` longer fibres get repeaters, and
    ``generation`` is how each span makes pairs.

    What is not given comes from the ``platform``, and its notes are then added. Without one, memory and station are those of
    ``projected_nv_10x``, and the fibre is that of :class:`farbell.Fiber`. Nodes in ``node_platforms`` have their memory.
    """
    preset = default_platform() if platform is None else platform_of(platform)
    preset_notes: list[str] = []
    if memory is None:
        memory = preset.memory
        preset_notes += preset.memory_notes
    if generation is None:
        generation = preset.generation.replace(station=(station or preset.station).name)
        preset_notes += preset.generation_notes
    stations = [station] if station else []
    if not stations and isinstance(generation, DoubleClick | SingleClick) and generation.station == preset.station.name:
        stations = [preset.station]
        preset_notes += preset.station_notes
    fiber: dict[str, Any] = {} if platform is None else preset.fiber_values
    if platform is not None:
        preset_notes += preset.fiber_notes
    if attenuation_db_per_km is not None:
        fiber["attenuation_db_per_km"] = attenuation_db_per_km
    if speed_m_per_s is not None:
        fiber["speed_m_per_s"] = speed_m_per_s
    places = list(places)
    if node_platforms is not None and not isinstance(node_platforms, Mapping):
        raise SpecError(
            "node_platforms", repr(node_platforms), "node names and their platforms, such as {'n0': 'nv_delft_2019_lab'}"
        )
    others = {name: platform_of(each) for name, each in (node_platforms or {}).items()}
    for name in others:
        if name not in (names := [place.name for place in places]):
            raise SpecError("node_platforms", repr(name), "the name of a node", nearest(str(name), names))
    unlike = list({each.name: each for each in others.values() if each.memory != memory}.values())
    for each in unlike:
        if each.memory.name == memory.name:
            raise SpecError(
                "node_platforms", repr(each.name), f"a platform with a name of its own: all other nodes have {memory.name!r}"
            )
        preset_notes += each.memory_notes
    nodes = [
        Node(
            name=place.name,
            memory=others[place.name].memory.name if place.name in others else memory.name,
            latitude_deg=place.latitude_deg,
            longitude_deg=place.longitude_deg,
            x_m=place.x_m,
            y_m=place.y_m,
        )
        for place in places
    ]
    links = [
        Link(node_a=s.node_a, node_b=s.node_b, fiber=Fiber(length_m=s.length_m, **fiber), generation=generation) for s in spans
    ]
    scenario = Scenario(
        memories=[memory, *(each.memory for each in unlike)],
        stations=stations,
        nodes=nodes,
        links=links,
        demands=_demands(demands, choices or {}, width, traffic, [node.name for node in nodes]),
        duration_s=duration_s,
        seed=seed,
        notes=[*told, *preset_notes, *notes],
        credits=list(
            dict.fromkeys([*credits, *(preset.credits if preset_notes else ()), *(c for each in unlike for c in each.credits)])
        ),
        **{"name": title, **fields},
    )
    return scenario if span_limit_m is None else with_repeaters(scenario, span_limit_m=span_limit_m, generation=generation)
