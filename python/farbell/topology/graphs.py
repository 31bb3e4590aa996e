"""Graphs from elsewhere: names made unique, lengths found, parallel links merged and loops dropped, all of it noted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from farbell._core import Memory, Scenario, SpecError
from farbell.topology.geo import checked_degrees, checked_detour_factor, great_circle_m, length_note
from farbell.topology.network import Demands, Generation, Pairs, Place, Span, build, nearest, parsed_length_m

__all__ = ["Edge", "Graph", "Vertex", "from_coordinates", "from_networkx"]

LATITUDE_NAMES = ("latitude_deg", "latitude", "lat")
LONGITUDE_NAMES = ("longitude_deg", "longitude", "lon", "lng", "long")
LENGTH_UNITS = ("km", "m", "cm", "mm")


@dataclass(frozen=True)
class Vertex:
    """A node as it was found: ``key`` is its identity, ``label`` its name, ``where`` the place for messages."""

    key: str
    label: str
    attributes: Mapping[str, object]
    where: str


@dataclass(frozen=True)
class Edge:
    """A link as it was found, between the keys of two vertices."""

    source: str
    target: str
    attributes: Mapping[str, object]
    where: str


@dataclass(frozen=True)
class Graph:
    """What was read, before anything is decided about it."""

    name: str
    where: str
    vertices: tuple[Vertex, ...]
    edges: tuple[Edge, ...]
    directed: bool = False


def unique_names(vertices: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Name of each (key, label), and which labels had to be told apart. Shared and empty labels get the key."""
    labels = {key: " ".join(label.split()) for key, label in vertices}
    uses = Counter(labels.values())
    names: dict[str, str] = {}
    taken = {label for label, count in uses.items() if count == 1 and label}
    for key, label in labels.items():
        name = label
        if not label or uses[label] > 1:
            name = f"{label} ({key})" if label else key
            while name in taken:
                name += "'"
            taken.add(name)
        names[key] = name
    return names, sorted(label for label, count in uses.items() if count > 1 or not label)


def _attribute(attributes: Mapping[str, object], names: tuple[str, ...]) -> object | None:
    lowered = {name.lower(): value for name, value in attributes.items()}
    return next((lowered[name] for name in names if lowered.get(name) not in (None, "")), None)


def _position(vertex: Vertex) -> tuple[float, float] | None:
    latitude = _attribute(vertex.attributes, LATITUDE_NAMES)
    longitude = _attribute(vertex.attributes, LONGITUDE_NAMES)
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None:
        missing = "latitude" if latitude is None else "longitude"
        raise SpecError(vertex.where, f"node {vertex.label!r} without a {missing}", "both coordinates or neither")
    return (
        checked_degrees(latitude, 90, vertex.where, "latitude"),
        checked_degrees(longitude, 180, vertex.where, "longitude"),
    )


def _stated_length_m(edge: Edge, attribute: str) -> float | None:
    """Length from the edge's attribute; a bare number takes its unit from the attribute's name."""
    value = edge.attributes.get(attribute)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    unit = attribute.rsplit("_", 1)[-1] if "_" in attribute else ""
    text = str(value).strip()
    try:
        float(text)
    except ValueError:
        pass  # Text with a unit of its own; the one parser of quantities judges it.
    else:
        if unit not in LENGTH_UNITS:
            raise SpecError(
                edge.where,
                f"{attribute} = {text[:60]!r}, a length without a unit",
                "a value such as '12 km', or an attribute whose name ends in its unit, such as length_km",
            )
        text = f"{text} {unit}"
    length_m = parsed_length_m(text, edge.where)
    if not 0 <= length_m < math.inf:
        raise SpecError(edge.where, f"{attribute} = {text[:60]!r}", "a length of at least 0")
    return length_m


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


@dataclass(frozen=True)
class Cleaned:
    """Places and spans that a scenario can take, and what was changed to get there."""

    places: list[Place]
    spans: list[Span]
    notes: list[str]


def clean(graph: Graph, *, length_attribute: str | None, detour_factor: float | None, drop_unplaced: bool) -> Cleaned:
    """Decide names and lengths. Whatever cannot be kept as it is stands in the notes, or is refused."""
    if detour_factor is not None:
        detour_factor = checked_detour_factor(detour_factor)
    names, told_apart = unique_names((vertex.key, vertex.label) for vertex in graph.vertices)
    positions = {vertex.key: _position(vertex) for vertex in graph.vertices}
    known_attributes = {name for edge in graph.edges for name in edge.attributes}
    if length_attribute is not None and length_attribute not in known_attributes and detour_factor is None:
        raise SpecError(
            graph.where,
            f"no link with an attribute {length_attribute!r}",
            _length_choices(known_attributes),
            nearest(length_attribute, known_attributes),
        )

    stated: dict[frozenset[str], float] = {}
    estimated: set[frozenset[str]] = set()
    order: dict[frozenset[str], tuple[str, str]] = {}
    copies: Counter[frozenset[str]] = Counter()
    loops: Counter[str] = Counter()
    unplaced: dict[str, None] = {}
    lost_spans = 0
    for edge in graph.edges:
        if edge.source == edge.target:
            loops[names[edge.source]] += 1
            continue
        pair = frozenset((edge.source, edge.target))
        length_m = None if length_attribute is None else _stated_length_m(edge, length_attribute)
        if length_m is None:
            if detour_factor is None:
                what = f"link {names[edge.source]!r} to {names[edge.target]!r} without a length"
                raise SpecError(edge.where, what, _length_choices(known_attributes))
            missing = [key for key in (edge.source, edge.target) if positions[key] is None]
            unplaced.update(dict.fromkeys(missing))
            if missing:
                lost_spans += 1
                continue
            estimated.add(pair)
        else:
            stated[pair] = min(length_m, stated.get(pair, math.inf))
        order.setdefault(pair, (edge.source, edge.target))
        copies[pair] += 1
    if unplaced and not drop_unplaced:
        raise SpecError(
            graph.where,
            f"no coordinates for {_listed(names[key] for key in unplaced)}",
            "coordinates for every node whose links have no length, or drop_unplaced=True, which leaves such nodes out",
        )

    spans = []
    for pair, (a, b) in order.items():
        position_a, position_b = positions[a], positions[b]
        lengths = [stated[pair]] if pair in stated else []
        if pair in estimated and detour_factor is not None and position_a is not None and position_b is not None:
            lengths.append(great_circle_m(position_a, position_b) * detour_factor)
        spans.append(Span(names[a], names[b], min(lengths)))
    kept = [vertex.key for vertex in graph.vertices if vertex.key not in unplaced]
    if not spans:
        raise SpecError(graph.where, f"{len(kept)} nodes and no link between two of them", "at least one link")

    notes = []
    if estimated and detour_factor is not None:
        notes.append(length_note(detour_factor))
        if stated:
            notes.append(f"That holds for {len(estimated)} of {len(spans)} links.")
    if stated:
        notes.append(f"Fibre lengths are the attribute {length_attribute} of {len(stated)} of {len(spans)} links.")
    merged = [f"{names[a]}--{names[b]} ({copies[pair]})" for pair, (a, b) in order.items() if copies[pair] > 1]
    if merged:
        notes.append(f"Merged parallel links, the shortest of each kept: {_listed(merged)}.")
    if loops:
        notes.append(f"Dropped loops: {_listed(f'{name} ({count})' for name, count in loops.items())}.")
    if unplaced:
        dropped = _listed(names[key] for key in unplaced)
        notes.append(f"Dropped nodes without coordinates: {dropped}, and their {lost_spans} links.")
    if told_apart:
        shared = _listed(repr(label) if label else "no name" for label in told_apart)
        notes.append(f"Names that several nodes share, or lack, got the node's id added: {shared}.")
    if graph.directed:
        notes.append("The graph is directed; its links are used both ways.")
    places = []
    for key in kept:
        latitude_deg, longitude_deg = positions[key] or (None, None)
        places.append(Place(names[key], latitude_deg=latitude_deg, longitude_deg=longitude_deg))
    return Cleaned(places, spans, notes)


def _length_choices(known_attributes: Iterable[str]) -> str:
    known = _listed(sorted(known_attributes)) or "none"
    return f"length_attribute= one of the links' attributes ({known}), or coordinates with an explicit detour_factor="


def shortest_link(spans: Iterable[Span]) -> Pairs:
    """The ends of the shortest link that has a length: the pair that any hardware serves first."""
    span = min(spans, key=lambda span: (span.length_m <= 0, span.length_m))
    return [(span.node_a, span.node_b)]


def from_graph(
    graph: Graph, *, length_attribute: str | None, detour_factor: float | None, drop_unplaced: bool, **options: Any
) -> Scenario:
    """A scenario from any graph; ``options`` are those of ``network.build``."""
    cleaned = clean(graph, length_attribute=length_attribute, detour_factor=detour_factor, drop_unplaced=drop_unplaced)
    return build(
        title=graph.name,
        places=cleaned.places,
        spans=cleaned.spans,
        choices={"shortest_link": lambda: shortest_link(cleaned.spans)},
        told=cleaned.notes,
        **options,
    )


def from_coordinates(
    nodes: Mapping[str, tuple[float, float]],
    links: Iterable[tuple[str, str]],
    *,
    detour_factor: float,
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = (),
    duration_s: float | str = 1.0,
    seed: int = 0,
    **options: Any,
) -> Scenario:
    """A network on a map: fibre lengths are great circles times a detour factor.

    Parameters
    ----------
    nodes : mapping of str to (latitude, longitude)
        Name and coordinates of each node, in degrees.
    links : iterable of pairs of names
        Which nodes a fibre joins.
    detour_factor : float
        Fibre length over great-circle distance, at least 1. It has no default since no value suits every country: see
        docs/physics/fiber_lengths.md.
    memory, generation, duration_s, seed, **options
        As for :func:`farbell.chain`.
    demands : list of Demand or of pairs of node names, or "shortest_link"
        Who asks for pairs; "shortest_link" is one continuous demand between the ends of the shortest link. Default:
        nobody.

    Returns
    -------
    Scenario
        The network, with coordinates at its nodes and the rule for lengths in ``notes``.

    Raises
    ------
    SpecError
        A coordinate or the factor is out of range, a link names an unknown node, joins a node with itself or is given
        twice.

    Examples
    --------
    >>> import farbell as fb
    >>> cities = {"Delft": (52.0067, 4.3556), "Den Haag": (52.0767, 4.2986), "Leiden": (52.1583, 4.4931)}
    >>> scenario = fb.from_coordinates(cities, [("Delft", "Den Haag"), ("Den Haag", "Leiden")], detour_factor=1.5)
    >>> [round(link.fiber.length_m) for link in scenario.links]
    [13058, 24126]
    """
    factor = checked_detour_factor(detour_factor)
    places = [
        Place(
            name,
            latitude_deg=checked_degrees(latitude, 90, f"nodes/{name}", "latitude"),
            longitude_deg=checked_degrees(longitude, 180, f"nodes/{name}", "longitude"),
        )
        for name, (latitude, longitude) in nodes.items()
    ]
    spans: dict[frozenset[str], Span] = {}
    for position, (a, b) in enumerate(links):
        for name in (a, b):
            if name not in nodes:
                raise SpecError(f"links/{position}", repr(name), "the name of a node", nearest(name, nodes))
        if a == b or frozenset((a, b)) in spans:
            raise SpecError(f"links/{position}", f"{a!r} to {b!r}", "two different nodes that no earlier link joins")
        spans[frozenset((a, b))] = Span(a, b, great_circle_m(nodes[a], nodes[b]) * factor)
    return build(
        title="map",
        places=places,
        spans=spans.values(),
        demands=demands,
        choices={"shortest_link": lambda: shortest_link(spans.values())},
        memory=memory,
        generation=generation,
        duration_s=duration_s,
        seed=seed,
        told=[length_note(factor)],
        **options,
    )


def _of_names(pair: Any, nodes: Mapping[Any, str], position: int) -> Any:
    """A pair of the graph's nodes as one of their names; names stay, and so does what is no pair."""
    if not isinstance(pair, (list, tuple)):
        return pair
    for node in pair:
        if node not in nodes and not isinstance(node, str):
            raise SpecError(f"demands/{position}", repr(node), "a node of the graph, or the name of one")
    return tuple(map(str, pair))


def from_networkx(
    graph: Any,
    *,
    length_attribute: str | None = "length_m",
    detour_factor: float | None = None,
    drop_unplaced: bool = False,
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = (),
    duration_s: float | str = 1.0,
    seed: int = 0,
    **options: Any,
) -> Scenario:
    """A network from a NetworkX graph, multigraph or directed graph.

    Parameters
    ----------
    graph : networkx.Graph
        Its nodes, as text, become the names. Node attributes ``latitude_deg`` and ``longitude_deg`` (or ``latitude``
        and ``longitude``, ``lat`` and ``lon``) are kept.
    length_attribute : str or None
        Edge attribute with the length. Numbers take their unit from the end of the attribute's name (``length_m``,
        ``length_km``); text has its own ("12 km").
    detour_factor : float, optional
        For edges without that attribute: fibre length over great-circle distance between the nodes' coordinates, at
        least 1.
    drop_unplaced : bool
        Leave out nodes that need coordinates and have none, instead of refusing the graph.
    demands : iterable of Demand or (node, node), optional
        Pairs of the graph's own nodes, or of names.
    memory, generation, duration_s, seed, **options
        As for :func:`farbell.from_coordinates`.

    Returns
    -------
    Scenario
        The network. ``notes`` lists merged parallel links, dropped loops and nodes, renamed nodes, and where lengths
        are from.

    Raises
    ------
    SpecError
        An edge has neither a length nor coordinates with a detour factor, or a value is out of range.

    Examples
    --------
    >>> import farbell as fb, networkx as nx
    >>> graph = nx.Graph()
    >>> graph.add_edge("alice", "bob", length_km=12)
    >>> fb.from_networkx(graph, length_attribute="length_km").links[0].fiber.length_m
    12000.0
    """
    for name in ("nodes", "edges", "is_directed"):
        if not hasattr(graph, name):
            raise TypeError(f"from_networkx() takes a networkx graph, not {type(graph).__name__}")
    keys = {node: str(position) for position, node in enumerate(graph.nodes)}
    if not isinstance(demands, str):
        # Whoever built the graph knows its nodes, not their names.
        demands = [_of_names(pair, keys, position) for position, pair in enumerate(demands)]
    return from_graph(
        Graph(
            name=str(getattr(graph, "name", "") or "graph"),
            where="graph",
            vertices=tuple(
                Vertex(keys[node], str(node), attributes, f"graph/nodes/{node}") for node, attributes in graph.nodes(data=True)
            ),
            edges=tuple(
                Edge(keys[a], keys[b], attributes, f"graph/edges/{a},{b}") for a, b, attributes in graph.edges(data=True)
            ),
            directed=bool(graph.is_directed()),
        ),
        length_attribute=length_attribute,
        detour_factor=detour_factor,
        drop_unplaced=drop_unplaced,
        memory=memory,
        generation=generation,
        demands=demands,
        duration_s=duration_s,
        seed=seed,
        **options,
    )
