"""Hierarchical networks: a backbone of hubs, and a metro network at each."""

from __future__ import annotations

import itertools
import math
from typing import Any, Literal, get_args

from farbell._core import Memory, Scenario, SpecError
from farbell.topology.network import Demands, Generation, Place, Span, build, checked_count, nearest, parsed_length_m

__all__ = ["metro_backbone"]

Backbone = Literal["ring", "mesh"]
Metro = Literal["star", "ring"]


def _checked_choice(value: str, choices: tuple[str, ...], path: str) -> None:
    if value not in choices:
        raise SpecError(path, repr(value), " or ".join(map(repr, choices)), nearest(str(value), choices))


def metro_backbone(
    hubs: int = 4,
    metro_nodes: int = 4,
    *,
    backbone: Backbone = "ring",
    metro: Metro = "star",
    backbone_length_m: float | str = "100 km",
    metro_length_m: float | str = "10 km",
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = "across",
    duration_s: float | str = 1.0,
    seed: int = 0,
    **options: Any,
) -> Scenario:
    """A backbone of hubs "h0", "h1", ... on a circle, and at each a metro network of nodes "h0m1", "h0m2", ...

    Parameters
    ----------
    hubs : int
        Number of hubs; at least 3.
    metro_nodes : int
        Number of nodes at each hub; at least 1 in a star, 2 in a ring.
    backbone : "ring" or "mesh"
        Whether each hub is linked to its two neighbours, or to all others.
    metro : "star" or "ring"
        Whether each metro node is linked to its hub, or all of them and the hub form a ring.
    backbone_length_m : float or str
        Fibre between neighbouring hubs, in metres or as text with a unit; in a mesh the others are the chords of the
        circle, as much longer as they are.
    metro_length_m : float or str
        Length of every metro fibre, likewise.
    memory, generation, duration_s, seed, **options
        As for :func:`farbell.chain`. ``span_limit_m`` puts repeaters on the backbone.
    demands : "across", or a list of Demand or of pairs of node names
        Who asks for pairs; "across" is one continuous demand from "h0m1" to the first metro node of the hub opposite.

    Returns
    -------
    Scenario
        The network, with positions at its nodes.

    Raises
    ------
    SpecError
        A value is out of range, a word is none of those above, or a text has no known unit.

    Examples
    --------
    >>> import farbell as fb
    >>> network = fb.metro_backbone(3, 2, span_limit_m="50 km")
    >>> [node.name for node in network.nodes]
    ['h0', 'h0m1', 'h0m2', 'h1', 'h1m1', 'h1m2', 'h2', 'h2m1', 'h2m2', 'h0~h1~1', 'h0~h2~1', 'h1~h2~1']
    """
    checked_count(hubs, 3, "hubs")
    _checked_choice(backbone, get_args(Backbone), "backbone")
    _checked_choice(metro, get_args(Metro), "metro")
    checked_count(metro_nodes, 2 if metro == "ring" else 1, "metro_nodes")
    long_m = parsed_length_m(backbone_length_m, "backbone_length_m")
    short_m = parsed_length_m(metro_length_m, "metro_length_m")

    names = [f"h{i}" for i in range(hubs)]
    turn = 2 * math.pi / hubs
    radius_m = long_m / (2 * math.sin(turn / 2))
    spans = []
    for i, j in itertools.combinations(range(hubs), 2):
        steps = min(j - i, hubs - (j - i))
        if steps == 1:
            spans.append(Span(names[i], names[j], long_m))
        elif backbone == "mesh":
            spans.append(Span(names[i], names[j], 2 * radius_m * math.sin(steps * turn / 2)))
    places = []
    for i, hub in enumerate(names):
        members = [f"{hub}m{k}" for k in range(1, metro_nodes + 1)]
        if metro == "star":
            spots = [(short_m, 2 * math.pi * k / metro_nodes) for k in range(metro_nodes)]
            spans += [Span(hub, member, short_m) for member in members]
        else:
            # The hub is one corner of a regular polygon that lies outside the backbone.
            half = math.pi / (metro_nodes + 1)
            spots = [(short_m * math.sin(k * half) / math.sin(half), k * half - math.pi / 2) for k in range(1, metro_nodes + 1)]
            spans += [Span(a, b, short_m) for a, b in zip([hub, *members], [*members, hub], strict=True)]
        x_m, y_m = radius_m * math.cos(i * turn), radius_m * math.sin(i * turn)
        places.append(Place(hub, x_m=x_m, y_m=y_m))
        for member, (distance_m, angle) in zip(members, spots, strict=True):
            across, up = distance_m * math.cos(i * turn + angle), distance_m * math.sin(i * turn + angle)
            places.append(Place(member, x_m=x_m + across, y_m=y_m + up))
    return build(
        title=f"metro backbone of {hubs} x {metro_nodes}",
        places=places,
        spans=spans,
        demands=demands,
        choices={"across": lambda: [("h0m1", f"h{hubs // 2}m1")]},
        memory=memory,
        generation=generation,
        duration_s=duration_s,
        seed=seed,
        **options,
    )
