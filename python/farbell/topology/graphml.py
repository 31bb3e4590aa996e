"""GraphML files, read strictly: no document type, no entities, no nested graphs, every refusal with line and column."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

from farbell._core import Memory, Scenario, SpecError
from farbell.topology.graphs import Edge, Graph, Vertex, from_graph
from farbell.topology.network import Demands, Generation, nearest

__all__ = ["MAX_BYTES", "MAX_DEPTH", "from_graphml", "read_graphml"]

MAX_BYTES = 64 * 2**20
"""Larger files are refused, in bytes."""

MAX_DEPTH = 64
"""Deeper nesting inside data is refused."""

# Which elements may stand in which; the content of those that are not a key here is skipped.
CHILDREN: Mapping[str, tuple[str, ...]] = {
    "": ("graphml",),
    "graphml": ("desc", "key", "data", "graph"),
    "graph": ("desc", "data", "node", "edge"),
    "node": ("desc", "data", "port"),
    "edge": ("desc", "data"),
    "key": ("desc", "default"),
}


class _Reader:
    """Collects nodes and edges while expat walks through a file."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.names: dict[str, tuple[str, str]] = {}  # key id -> (domain, attribute name)
        self.defaults: dict[str, str] = {}  # key id -> text
        self.vertices: dict[str, tuple[dict[str, str], str]] = {}  # node id -> (attributes, where)
        self.edges: list[tuple[str, str, dict[str, str], str]] = []
        self.graphs = 0
        self.directed = False
        self._open: list[str] = []
        self._skipped = 0  # depth inside an element whose children do not matter
        self._key = ""
        self._text: list[str] = []
        self._attributes: dict[str, str] = {}

        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except expat.ExpatError as error:
            where = f"{self.file_name}:{error.lineno}:{error.offset + 1}"
            raise SpecError(where, expat.ErrorString(error.code) or "malformed XML", "well-formed GraphML") from None
        except LookupError as error:  # a name of an encoding that Python does not know
            raise self.fail(str(error), "UTF-8, UTF-16 or an encoding that Python knows") from None

    def where(self) -> str:
        return f"{self.file_name}:{self._parser.CurrentLineNumber}:{self._parser.CurrentColumnNumber + 1}"

    def fail(self, found: str, allowed: str, nearest_name: str = "") -> SpecError:
        return SpecError(self.where(), found, allowed, nearest_name)

    def _refuse_doctype(self, *_: object) -> None:
        raise self.fail("a document type declaration", "none: entities can grow without bound")

    def _required(self, element: str, attributes: Mapping[str, str], name: str) -> str:
        if name not in attributes:
            raise self.fail(f"<{element}> without {name}", f"<{element} {name}=...>", nearest(name, attributes))
        return attributes[name]

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        element = qualified.rsplit(" ", 1)[-1]
        parent = self._open[-1] if self._open else ""
        if parent not in CHILDREN:
            self._skipped += 1
            if self._skipped > MAX_DEPTH:
                raise self.fail(f"elements nested more than {MAX_DEPTH} deep in <{parent}>", f"at most {MAX_DEPTH}")
            return
        if element not in CHILDREN[parent]:
            allowed = ", ".join(f"<{name}>" for name in CHILDREN[parent])
            place = f"<{element[:60]}> in <{parent}>" if parent else f"<{element[:60]}>"
            raise self.fail(place, allowed, nearest(element, CHILDREN[parent]))
        self._open.append(element)
        self._text = []
        if element == "graph":
            self.graphs += 1
            if self.graphs > 1:
                raise self.fail("a second <graph>", "one graph a file")
            self.directed = attributes.get("edgedefault") == "directed"
        elif element == "key":
            self._key = self._required(element, attributes, "id")
            if self._key in self.names:
                raise self.fail(f"a second <key> {self._key!r}", "ids that differ")
            self.names[self._key] = attributes.get("for", "all"), attributes.get("attr.name", "")
        elif element == "data":
            self._key = self._required(element, attributes, "key")
            if self._key not in self.names:
                raise self.fail(f"key {self._key!r}", "the id of a <key>", nearest(self._key, self.names))
        elif element == "node":
            key = self._required(element, attributes, "id")
            if key in self.vertices:
                raise self.fail(f"a second <node> {key!r}", "ids that differ")
            self._attributes = {}
            self.vertices[key] = self._attributes, self.where()
        elif element == "edge":
            ends = self._required(element, attributes, "source"), self._required(element, attributes, "target")
            self._attributes = {}
            self.edges.append((*ends, self._attributes, self.where()))

    def _characters(self, text: str) -> None:
        if not self._skipped and self._open and self._open[-1] in ("data", "default"):
            self._text.append(text)

    def _end(self, _: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        element = self._open.pop()
        if element == "default":
            self.defaults[self._key] = "".join(self._text)
        elif element == "data" and self._open[-1] in ("node", "edge") and self.names[self._key][1]:
            self._attributes[self.names[self._key][1]] = "".join(self._text)

    def with_defaults(self, domain: str, attributes: Mapping[str, str]) -> dict[str, str]:
        named = {self.names[key]: text for key, text in self.defaults.items()}
        of_domain = {name: text for (kind, name), text in named.items() if name and kind in (domain, "all")}
        return of_domain | dict(attributes)


def read_graphml(path: str | os.PathLike[str], *, label_attribute: str = "label") -> Graph:
    """Nodes and edges of a GraphML file with all their attributes, as text."""
    path = Path(path)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise SpecError(path.name, f"a file of {size} bytes", f"at most {MAX_BYTES} bytes")
    reader = _Reader(path.name)
    reader.read(path.read_bytes())
    for source, target, _, where in reader.edges:
        for key in (source, target):
            if key not in reader.vertices:
                raise SpecError(where, f"an edge to {key!r}", "the id of a <node>", nearest(key, reader.vertices))
    if not reader.vertices:
        raise SpecError(path.name, "no <node>", "a graph with nodes and edges")
    nodes = [(key, reader.with_defaults("node", own), where) for key, (own, where) in reader.vertices.items()]
    return Graph(
        name=path.stem,
        where=path.name,
        vertices=tuple(Vertex(key, values.get(label_attribute, ""), values, where) for key, values, where in nodes),
        edges=tuple(
            Edge(source, target, reader.with_defaults("edge", attributes), where)
            for source, target, attributes, where in reader.edges
        ),
        directed=reader.directed,
    )


def from_graphml(
    path: str | os.PathLike[str],
    *,
    length_attribute: str | None = None,
    detour_factor: float | None = None,
    drop_unplaced: bool = False,
    label_attribute: str = "label",
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = (),
    duration_s: float | str = 1.0,
    seed: int = 0,
    **options: Any,
) -> Scenario:
    """A network from a GraphML file, such as the maps of the Internet Topology Zoo.

    Parameters
    ----------
    path : str or path
        The file; at most 64 MiB, one graph, no document type declaration.
    length_attribute : str, optional
        Edge attribute with the length. Numbers take their unit from the end of the attribute's name (``length_km``);
        text has its own ("12 km").
    detour_factor : float, optional
        For edges without that attribute: fibre length over great-circle distance, at least 1. Coordinates are the node
        attributes ``Latitude`` and ``Longitude`` (or ``lat`` and ``lon``), in degrees.
    drop_unplaced : bool
        Leave out nodes that need coordinates and have none, instead of refusing the file.
    label_attribute : str
        Node attribute with the name. A name that several nodes share, or lack, gets the node's id added.
    memory, generation, demands, duration_s, seed, **options
        As for :func:`farbell.from_coordinates`.

    Returns
    -------
    Scenario
        The network. ``notes`` lists merged parallel links, dropped loops and nodes, renamed nodes, and where lengths
        are from.

    Raises
    ------
    SpecError
        The file is not GraphML (with line and column), has a document type declaration, is too large, or gives a link
        neither a length nor coordinates with a detour factor.
    OSError
        The file cannot be read.

    References
    ----------
    U. Brandes et al., "GraphML Progress Report", Graph Drawing 2001, LNCS 2265, 501 (2002).

    Examples
    --------
    >>> import farbell as fb
    >>> text = '''<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
    ...   <key id="km" for="edge" attr.name="length_km" attr.type="double"/>
    ...   <graph edgedefault="undirected">
    ...     <node id="alice"/><node id="bob"/>
    ...     <edge source="alice" target="bob"><data key="km">12</data></edge>
    ...   </graph>
    ... </graphml>'''
    >>> with open("two.graphml", "w") as file:
    ...     _ = file.write(text)
    >>> fb.from_graphml("two.graphml", length_attribute="length_km").links[0].fiber.length_m
    12000.0
    """
    return from_graph(
        read_graphml(path, label_attribute=label_attribute),
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
