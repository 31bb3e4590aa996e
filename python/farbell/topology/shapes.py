"""Regular networks: chains, grids, tori, stars and rings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from farbell._core import Memory, Scenario, SpecError
from farbell.topology.network import Demands, Generation, Place, Span, build, checked_count, parsed_length_m

__all__ = ["chain", "grid", "ring", "star", "torus"]


def chain(
    nodes: int = 5,
    *,
    length_m: float | str | Sequence[float | str] = "20 km",
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = "ends",
    duration_s: float | str = 1.0,
    seed: int = 0,
    **options: Any,
) -> Scenario:
    """Repeaters in a row: nodes "n0", "n1", ..., each linked to the next.

    Parameters
    ----------
    nodes : int
        Number of nodes, both ends included; at least 2.
    length_m : float or str, or a sequence of them
        Length of every fibre in metres, or text with a unit ("20 km"); a sequence gives each fibre its own.
    memory : Memory, optional
        Memory of every node. Default: that of :func:`farbell.platform` ``projected_nv_10x``, whose values and assumptions are
        then listed in ``scenario.notes``.
    generation : Given, DoubleClick, SingleClick, MidpointSource, SenderReceiver or RepeaterGraph, optional
        How every link makes pairs. Default: double click at a station in the middle of the fibre.
    demands : "ends", or a list of Demand or of pairs of node names
        Who asks for pairs; "ends" is one continuous demand between both ends.
    duration_s : float or str
        Simulated time, in seconds or as text with a unit.
    seed : int
        Root of every random stream.
    **options
        ``platform``: a preset (:func:`farbell.platform`) or its name, from which all hardware comes that is not given;
        ``node_platforms``: node name -> preset or its name, whose memory that node has instead;
        ``station``, ``attenuation_db_per_km``, ``speed_m_per_s``; ``width`` and ``traffic`` of demands given as pairs
        or by name; ``span_limit_m``, which puts repeaters on longer fibres
        (:func:`farbell.topology.with_repeaters`); and every other field of :class:`farbell.Scenario` (``control``,
        ``warm_up_s``, ...).

    Returns
    -------
    Scenario
        The network, ready to run.

    Raises
    ------
    SpecError
        A value is out of range or a text has no known unit.

    Examples
    --------
    >>> import farbell as fb
    >>> scenario = fb.chain(nodes=4, length_m="15 km")
    >>> [link.fiber.length_m for link in scenario.links]
    [15000.0, 15000.0, 15000.0]
    """
    checked_count(nodes, 2, "nodes")
    if isinstance(length_m, (str, int, float)):
        lengths = [parsed_length_m(length_m)] * (nodes - 1)
    else:
        lengths = [parsed_length_m(length, f"length_m/{i}") for i, length in enumerate(length_m)]
        if len(lengths) != nodes - 1:
            raise SpecError("length_m", f"{len(lengths)} lengths", f"{nodes - 1}, one for each fibre")
    names = [f"n{i}" for i in range(nodes)]
    return build(
        title=f"chain of {nodes}",
        places=[Place(name, x_m=math.fsum(lengths[:i]), y_m=0.0) for i, name in enumerate(names)],
        spans=[Span(a, b, length) for a, b, length in zip(names, names[1:], lengths, strict=False)],
        demands=demands,
        choices={"ends": lambda: [(names[0], names[-1])]},
        memory=memory,
        generation=generation,
        duration_s=duration_s,
        seed=seed,
        **options,
    )


def ring(
    nodes: int = 6,
    *,
    length_m: float | str = "20 km",
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = "opposite",
    duration_s: float | str = 1.0,
    seed: int = 0,
    **options: Any,
) -> Scenario:
    """A closed chain: nodes "n0", "n1", ..., each linked to the next and the last to the first.

    Parameters
    ----------
    nodes : int
        Number of nodes; at least 3.
    length_m : float or str
        Length of every fibre in metres, or text with a unit ("20 km").
    memory, generation, duration_s, seed, **options
        As for :func:`chain`.
    demands : "opposite", or a list of Demand or of pairs of node names
        Who asks for pairs; "opposite" is one continuous demand half-way round, from "n0".

    Returns
    -------
    Scenario
        The network, ready to run.

    Raises
    ------
    SpecError
        A value is out of range or a text has no known unit.

    Examples
    --------
    >>> import farbell as fb
    >>> len(fb.ring(8).links)
    8
    """
    checked_count(nodes, 3, "nodes")
    length = parsed_length_m(length_m)
    names = [f"n{i}" for i in range(nodes)]
    radius_m, angle = length / (2 * math.sin(math.pi / nodes)), 2 * math.pi / nodes
    return build(
        title=f"ring of {nodes}",
        places=[
            Place(name, x_m=radius_m * math.cos(i * angle), y_m=radius_m * math.sin(i * angle)) for i, name in enumerate(names)
        ],
        spans=[Span(a, b, length) for a, b in zip(names, [*names[1:], names[0]], strict=True)],
        demands=demands,
        choices={"opposite": lambda: [(names[0], names[nodes // 2])]},
        memory=memory,
        generation=generation,
        duration_s=duration_s,
        seed=seed,
        **options,
    )


def star(
    leaves: int = 6,
    *,
    length_m: float | str = "20 km",
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = "neighbours",
    duration_s: float | str = 1.0,
    seed: int = 0,
    **options: Any,
) -> Scenario:
    """A hub "n0" with a link to each leaf "n1", "n2", ...

    Parameters
    ----------
    leaves : int
        Number of leaves; at least 2.
    length_m : float or str
        Length of every fibre in metres, or text with a unit ("20 km").
    memory, generation, duration_s, seed, **options
        As for :func:`chain`.
    demands : "neighbours", or a list of Demand or of pairs of node names
        Who asks for pairs; "neighbours" are continuous demands n1-n2, n3-n4, ...

    Returns
    -------
    Scenario
        The network, ready to run.

    Raises
    ------
    SpecError
        A value is out of range or a text has no known unit.

    Examples
    --------
    >>> import farbell as fb
    >>> [(demand.node_a, demand.node_b) for demand in fb.star(5).demands]
    [('n1', 'n2'), ('n3', 'n4')]
    """
    checked_count(leaves, 2, "leaves")
    length = parsed_length_m(length_m)
    outer = [f"n{i}" for i in range(1, leaves + 1)]
    angle = 2 * math.pi / leaves
    return build(
        title=f"star of {leaves}",
        places=[
            Place("n0", x_m=0.0, y_m=0.0),
            *(Place(n, x_m=length * math.cos(i * angle), y_m=length * math.sin(i * angle)) for i, n in enumerate(outer)),
        ],
        spans=[Span("n0", leaf, length) for leaf in outer],
        demands=demands,
        choices={"neighbours": lambda: list(zip(outer[::2], outer[1::2], strict=False))},
        memory=memory,
        generation=generation,
        duration_s=duration_s,
        seed=seed,
        **options,
    )


def grid(
    rows: int = 6,
    columns: int = 6,
    *,
    length_m: float | str = "20 km",
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = "corners",
    duration_s: float | str = 1.0,
    seed: int = 0,
    **options: Any,
) -> Scenario:
    """A square lattice: nodes "r0c0" (row, column), ..., each linked to its neighbours right and below.

    Parameters
    ----------
    rows, columns : int
        Number of nodes along each side; at least 1, and at least two nodes in all.
    length_m : float or str
        Length of every fibre in metres, or text with a unit ("20 km").
    memory, generation, duration_s, seed, **options
        As for :func:`chain`.
    demands : "corners", or a list of Demand or of pairs of node names
        Who asks for pairs; "corners" is one continuous demand from the first corner to the opposite one.

    Returns
    -------
    Scenario
        The network, ready to run.

    Raises
    ------
    SpecError
        A value is out of range or a text has no known unit.

    Examples
    --------
    >>> import farbell as fb
    >>> scenario = fb.grid(2, 3)
    >>> [node.name for node in scenario.nodes]
    ['r0c0', 'r0c1', 'r0c2', 'r1c0', 'r1c1', 'r1c2']
    """
    checked_count(rows, 1, "rows")
    checked_count(columns, 1 if rows > 1 else 2, "columns")
    length = parsed_length_m(length_m)
    cells = [(row, column) for row in range(rows) for column in range(columns)]
    spans = []
    for row, column in cells:
        if column + 1 < columns:
            spans.append(Span(f"r{row}c{column}", f"r{row}c{column + 1}", length))
        if row + 1 < rows:
            spans.append(Span(f"r{row}c{column}", f"r{row + 1}c{column}", length))
    return build(
        title=f"grid of {rows} x {columns}",
        places=[Place(f"r{row}c{column}", x_m=column * length, y_m=-row * length) for row, column in cells],
        spans=spans,
        demands=demands,
        choices={"corners": lambda: [("r0c0", f"r{rows - 1}c{columns - 1}")]},
        memory=memory,
        generation=generation,
        duration_s=duration_s,
        seed=seed,
        **options,
    )


def torus(
    rows: int = 6,
    columns: int = 6,
    *,
    length_m: float | str = "20 km",
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = "opposite",
    duration_s: float | str = 1.0,
    seed: int = 0,
    **options: Any,
) -> Scenario:
    """A square lattice without edges: nodes "r0c0" (row, column), ..., the last of each row and column linked to its first.

    Parameters
    ----------
    rows, columns : int
        Number of nodes along each side; at least 3. Every node has four links.
    length_m : float or str
        Length of every fibre in metres, or text with a unit ("20 km").
    memory, generation, duration_s, seed, **options
        As for :func:`chain`.
    demands : "opposite", or a list of Demand or of pairs of node names
        Who asks for pairs; "opposite" is one continuous demand from "r0c0" to the node half-way round both ways.

    Returns
    -------
    Scenario
        The network, ready to run. Positions are those of :func:`grid`, for drawings.

    Raises
    ------
    SpecError
        A value is out of range or a text has no known unit.

    Examples
    --------
    >>> import farbell as fb
    >>> len(fb.torus(3, 5).links)
    30
    """
    checked_count(rows, 3, "rows")
    checked_count(columns, 3, "columns")
    length = parsed_length_m(length_m)
    cells = [(row, column) for row in range(rows) for column in range(columns)]
    spans = []
    for row, column in cells:
        spans.append(Span(f"r{row}c{column}", f"r{row}c{(column + 1) % columns}", length))
        spans.append(Span(f"r{row}c{column}", f"r{(row + 1) % rows}c{column}", length))
    return build(
        title=f"torus of {rows} x {columns}",
        places=[Place(f"r{row}c{column}", x_m=column * length, y_m=-row * length) for row, column in cells],
        spans=spans,
        demands=demands,
        choices={"opposite": lambda: [("r0c0", f"r{rows // 2}c{columns // 2}")]},
        memory=memory,
        generation=generation,
        duration_s=duration_s,
        seed=seed,
        **options,
    )
