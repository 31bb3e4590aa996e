"""Repeaters on long fibres: each is divided into equal spans that are short enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

from farbell._core import (
    DoubleClick,
    Fiber,
    Given,
    Link,
    MidpointSource,
    Node,
    RepeaterGraph,
    Scenario,
    SenderReceiver,
    SingleClick,
    SpecError,
)
from farbell.topology.geo import between

__all__ = ["with_repeaters"]

Generation: TypeAlias = Given | DoubleClick | SingleClick | MidpointSource | SenderReceiver | RepeaterGraph
# What a repeater takes from the ends of its fibre, if nothing else is said.
HARDWARE = ("memory", "parallel_links", "swap_success_probability", "processing_delay_s")


def _model(a: Node, b: Node, repeater: Node | None, path: str) -> Node:
    if repeater is not None:
        return repeater
    if any(getattr(a, field) != getattr(b, field) for field in HARDWARE):
        found = f"a link to be divided between {a.name!r} and {b.name!r}, whose hardware differs"
        raise SpecError(path, found, "ends with the same hardware, which the repeaters get; or repeater= a Node with theirs")
    return a


def _placed(model: Node, name: str, a: Node, b: Node, share: float) -> Node:
    """A repeater at a share of the way from a to b, in the coordinates that both have."""
    x_m = y_m = latitude_deg = longitude_deg = None
    if a.x_m is not None and a.y_m is not None and b.x_m is not None and b.y_m is not None:
        x_m, y_m = a.x_m + (b.x_m - a.x_m) * share, a.y_m + (b.y_m - a.y_m) * share
    if (
        a.latitude_deg is not None
        and a.longitude_deg is not None
        and b.latitude_deg is not None
        and b.longitude_deg is not None
    ):
        ends = (a.latitude_deg, a.longitude_deg), (b.latitude_deg, b.longitude_deg)
        latitude_deg, longitude_deg = between(*ends, share)
    return model.replace(name=name, x_m=x_m, y_m=y_m, latitude_deg=latitude_deg, longitude_deg=longitude_deg)


def _through(route: Sequence[str], ways: dict[frozenset[str], list[str]]) -> list[str]:
    """A demand's own route with the repeaters on it; ``ways``: the nodes of each fibre that was divided."""
    out = list(route[:1])
    for a, b in zip(route, route[1:], strict=False):
        way = ways.get(frozenset((a, b)), [a, b])
        out += way[1:] if way[0] == a else way[-2::-1]
    return out


def link_name(link: Link) -> str:
    """By which changes, results and messages know it."""
    return link.name or f"{link.node_a}--{link.node_b}"


def with_repeaters(
    scenario: Scenario,
    *,
    span_limit_m: float | str,
    repeater: Node | None = None,
    generation: Generation | None = None,
) -> Scenario:
    """The same network with repeaters on every fibre that is longer than a span may be.

    A fibre of length L becomes ceil(L / span_limit_m) equal spans. Between "a" and "b" the repeaters are "a~b~1",
    "a~b~2", ... from a; on a link that has a name of its own, that name stands for "a~b". They come after the other nodes,
    at positions between those of the ends.

    Parameters
    ----------
    scenario : Scenario
        The network. Routes of demands are led through the repeaters.
    span_limit_m : float or str
        The longest span, above 0; in metres, or text with a unit ("50 km").
    repeater : Node, optional
        A node whose hardware the repeaters get; its name and position do not matter. Default: that of the fibre's ends.
    generation : Given, DoubleClick, SingleClick, MidpointSource, SenderReceiver or RepeaterGraph, optional
        How the spans make pairs. Default: as the whole link did, if by clicks; what a ``given`` link does holds for
        its whole length, so that its spans need this.

    Returns
    -------
    Scenario
        The network with its repeaters, and their number in ``notes``.

    Raises
    ------
    SpecError
        The limit is not above 0, the ends of a long fibre have different hardware and no ``repeater`` is given, a long
        link is ``given`` and no ``generation`` is, or the link changes during the run.

    Examples
    --------
    >>> import farbell as fb
    >>> long = fb.chain(2, length_m="100 km")
    >>> [node.name for node in fb.topology.with_repeaters(long, span_limit_m="40 km").nodes]
    ['n0', 'n1', 'n0~n1~1', 'n0~n1~2']
    """
    try:
        limit_m = Fiber(length_m=span_limit_m).length_m
    except SpecError as error:
        raise SpecError("span_limit_m", error.found, error.allowed, error.nearest) from None
    if not limit_m > 0:
        raise SpecError("span_limit_m", repr(span_limit_m), "a length above 0")
    node = {n.name: n for n in scenario.nodes}
    changing = {change.link for change in scenario.changes}
    added: list[Node] = []
    links: list[Link] = []
    ways: dict[frozenset[str], list[str]] = {}
    spans: dict[str, list[str]] = {}
    undivided: set[frozenset[str]] = set()
    for number, link in enumerate(scenario.links):
        path = f"links/{number}"
        count = math.ceil(link.fiber.length_m / limit_m)
        ends = frozenset((link.node_a, link.node_b))
        if count <= 1 or not ends <= node.keys():
            links.append(link)
            undivided.add(ends)
            continue
        label = link_name(link)
        if label in changing:
            raise SpecError(path, "a link to be divided that changes during the run", "changes of shorter links only")
        if generation is None and isinstance(link.generation, Given):
            found = "a link to be divided whose generation is given, for its whole length"
            raise SpecError(f"{path}/generation", found, "generation= how each span makes pairs")
        a, b = node[link.node_a], node[link.node_b]
        model = _model(a, b, repeater, path)
        stem = link.name or f"{a.name}~{b.name}"
        between_ends = [_placed(model, f"{stem}~{i}", a, b, i / count) for i in range(1, count)]
        way = [a.name, *(n.name for n in between_ends), b.name]
        fiber = link.fiber.replace(length_m=link.fiber.length_m / count)
        how = link.generation if generation is None else generation
        added += between_ends
        links += [
            link.replace(name="", node_a=x, node_b=y, fiber=fiber, generation=how) for x, y in zip(way, way[1:], strict=False)
        ]
        ways.setdefault(ends, way)
        spans[label] = [f"{x}--{y}" for x, y in zip(way, way[1:], strict=False)]
    if not added:
        return scenario
    led = {ends: way for ends, way in ways.items() if ends not in undivided}
    note = f"{len(added)} repeaters on fibres longer than {limit_m / 1e3:g} km, which are divided into equal spans."
    return scenario.replace(
        nodes=[*scenario.nodes, *added],
        links=links,
        demands=[
            demand.replace(
                route=_through(demand.route, led),
                routes=[one.replace(nodes=_through(one.nodes, led)) for one in demand.routes],
            )
            for demand in scenario.demands
        ],
        # A fibre that is cut is cut in one of its spans: all of them are down.
        failures=[
            failure.replace(links=[span for name in failure.links for span in spans.get(name, [name])])
            for failure in scenario.failures
        ],
        notes=[*scenario.notes, note],
    )
