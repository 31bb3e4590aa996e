"""The maps of real networks that are shipped with Farbell. Credits and licence: data/README.md."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from farbell._core import Memory, Scenario, SpecError
from farbell.topology.graphs import Edge, Graph, Vertex, from_graph
from farbell.topology.network import Demands, Generation, nearest

__all__ = ["from_map", "maps"]

FOLDER = Path(__file__).parent.parent / "data" / "maps"


def _content(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content


def maps() -> dict[str, str]:
    """Names of the shipped maps, each with a line about it.

    Returns
    -------
    dict
        Name, as :func:`farbell.topology.from_map` takes it, and network, area, date and size.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.topology.maps()["surfnet"]
    'SURFnet, Netherlands, 2010-10: 50 nodes, 68 links'
    """
    lines = {}
    for path in sorted(FOLDER.glob("*.json")):
        content = _content(path.stem)
        size = f"{len(content['nodes'])} nodes, {len(content['links'])} links"
        lines[path.stem] = f"{content['network']}, {content['area']}, {content['date']}: {size}"
    return lines


def from_map(
    name: str,
    *,
    detour_factor: float,
    drop_unplaced: bool = False,
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = (),
    duration_s: float | str = 1.0,
    seed: int = 0,
    credits: Iterable[str] = (),
    **options: Any,
) -> Scenario:
    """A network on one of the shipped maps of the Internet Topology Zoo.

    Parameters
    ----------
    name : str
        Name of the map, one of :func:`farbell.topology.maps`.
    detour_factor : float
        Fibre length over great-circle distance, at least 1: the maps state coordinates, not lengths.
    drop_unplaced : bool
        Leave out nodes without coordinates, instead of refusing the map.
    memory, generation, demands, duration_s, seed, **options
        As for :func:`farbell.from_coordinates`.
    credits : list of str
        Credits to add to that of the map.

    Returns
    -------
    Scenario
        The network, with the map's credit.

    Raises
    ------
    SpecError
        There is no such map, it has nodes without coordinates, or a value is out of range.

    References
    ----------
    S. Knight et al., "The Internet Topology Zoo", IEEE JSAC 29(9), 1765-1775 (2011), doi
    10.1109/JSAC.2011.111002. Licence: CC BY 4.0.

    Examples
    --------
    >>> import farbell as fb
    >>> scenario = fb.topology.from_map("abilene", detour_factor=1.25)
    >>> len(scenario.nodes), len(scenario.links)
    (11, 14)
    """
    known = sorted(path.stem for path in FOLDER.glob("*.json"))
    if name not in known:
        raise SpecError("name", repr(name), f"a map: {', '.join(known)}", nearest(name, known))
    content = _content(name)
    credit = (
        f"Map of {content['network']} ({content['date']}): {content['source']}. Licence: {content['licence']}. "
        f"Cite: {content['cite']}. Changes: {content['changes']}."
    )
    return from_graph(
        Graph(
            name=name,
            where=f"map {name}",
            vertices=tuple(
                Vertex(str(i), label, {"latitude": latitude, "longitude": longitude}, f"map {name}/nodes/{i}")
                for i, (label, latitude, longitude) in enumerate(content["nodes"])
            ),
            edges=tuple(Edge(str(a), str(b), {}, f"map {name}/links/{i}") for i, (a, b) in enumerate(content["links"])),
        ),
        length_attribute=None,
        detour_factor=detour_factor,
        drop_unplaced=drop_unplaced,
        memory=memory,
        generation=generation,
        demands=demands,
        duration_s=duration_s,
        seed=seed,
        credits=[credit, *credits],
        **options,
    )
