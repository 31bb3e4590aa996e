"""Ready-made scenarios: from a single link to a country."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from farbell import topology
from farbell._core import Change, Demand, Poisson, Scenario, SpecError
from farbell.presets.platform import default_platform
from farbell.topology.network import nearest

__all__ = ["example", "examples", "write"]

# See docs/physics/fiber_lengths.md.
ROUTE_FACTOR = 1.5


def _two_nodes() -> Scenario:
    return topology.chain(2, description="One heralded link of 20 km.")


def _chain() -> Scenario:
    return topology.chain(5, description="Three repeaters between two ends, 20 km apart each.")


def _with_slots(slots: int) -> dict[str, Any]:
    hardware = default_platform().replace(slots=slots)
    return {"memory": hardware.memory, "notes": hardware.memory_notes, "credits": hardware.credits}


def _star() -> Scenario:
    return topology.star(
        6,
        length_m="15 km",
        traffic=Poisson(rate_hz=200),
        duration_s="5 s",
        description="Three pairs of leaves share a hub whose four qubits serve two of them at a time.",
        **_with_slots(4),
    )


def _grid() -> Scenario:
    rows = [(f"r{i}c0", f"r{i}c5") for i in (0, 2, 4)]
    columns = [(f"r0c{i}", f"r5c{i}") for i in (1, 3, 5)]
    return topology.grid(
        6,
        6,
        length_m="15 km",
        demands=[*rows, *columns],
        traffic=Poisson(rate_hz=60),
        duration_s="5 s",
        description="Six demands cross each other on a lattice whose nodes have qubits for one of them at a time.",
        **_with_slots(2),
    )


def _ring() -> Scenario:
    scenario = topology.ring(
        8,
        length_m="15 km",
        demands=[Demand(node_a="n0", node_b="n3", traffic=Poisson(rate_hz=20), deadline_s="0.2 s")],
        duration_s="10 s",
        description="A fibre is cut after 3 s and mended after 5 s; one on the other side is cut after 7 s.",
    )
    return scenario.replace(
        changes=[
            Change(at_s="3 s", link="n1--n2"),
            Change(at_s="5 s", link="n1--n2", generation=scenario.links[1].generation),
            Change(at_s="7 s", link="n5--n6"),
        ]
    )


SURFNET_PAIRS = (
    ("Delft", "Den Haag"),
    ("Amsterdam", "Leiden"),
    ("Amsterdam", "Utrecht"),
    ("Rotterdam", "Breda"),
    ("Utrecht", "Arnhem"),
    ("Groningen", "Zwolle"),
    ("Delft", "Eindhoven"),
    ("Amsterdam", "Maastricht"),
    ("Utrecht", "Enschede"),
    ("Leeuwarden", "Den Haag"),
)


def _surfnet() -> Scenario:
    hardware = default_platform()
    return topology.from_map(
        "surfnet",
        detour_factor=ROUTE_FACTOR,
        **hardware.fiber_values,
        demands=[
            Demand(node_a=a, node_b=b, traffic=Poisson(rate_hz=1), pairs_per_request=10, deadline_s="2 s")
            for a, b in SURFNET_PAIRS
        ],
        duration_s="60 s",
        description="Ten user pairs on the fibre map of SURFnet, with repeaters of one projected kind at every node.",
        notes=[
            *hardware.fiber_notes,
            f"Assumed: a detour factor of {ROUTE_FACTOR:g} for every fibre, the routing factor that the planning rules "
            "of ITU-T G.826 and Y.1541 use below 1000 km.",
            "Optimistic where it could be checked: from Delft to Eindhoven these fibres have 163 km and 33 dB; "
            "the installed ones have 226.5 km and 57.2 dB.",
            "Assumed: repeaters at every node, a station in the middle of every fibre, users and their traffic.",
        ],
    )


@dataclass(frozen=True)
class _Example:
    about: str
    make: Callable[[], Scenario]


_EXAMPLES = {
    "two_nodes": _Example("one heralded link of 20 km", _two_nodes),
    "chain": _Example("five nodes in a row: end-to-end pairs by swapping", _chain),
    "ring": _Example("fibres are cut and mended while requests run", _ring),
    "star": _Example("three demands contend for the few qubits of a hub", _star),
    "grid": _Example("a 6 x 6 lattice with six crossing demands", _grid),
    "surfnet": _Example("the SURFnet map: 50 nodes, 68 fibres, ten user pairs, 60 s", _surfnet),
}


def examples() -> dict[str, str]:
    """Names of the examples, each with a line about it.

    Returns
    -------
    dict
        Name, as :func:`farbell.example` takes it, and description.

    Examples
    --------
    >>> import farbell as fb
    >>> for name, about in fb.examples().items():
    ...     print(f"{name}: {about}")
    two_nodes: one heralded link of 20 km
    chain: five nodes in a row: end-to-end pairs by swapping
    ring: fibres are cut and mended while requests run
    star: three demands contend for the few qubits of a hub
    grid: a 6 x 6 lattice with six crossing demands
    surfnet: the SURFnet map: 50 nodes, 68 fibres, ten user pairs, 60 s
    """
    return {name: entry.about for name, entry in _EXAMPLES.items()}


def example(name: str) -> Scenario:
    """A ready-made scenario.

    Parameters
    ----------
    name : str
        One of :func:`farbell.examples`.

    Returns
    -------
    Scenario
        Ready to run; ``notes`` and ``credits`` say where its numbers are from.

    Raises
    ------
    SpecError
        There is no such example.

    Examples
    --------
    >>> import farbell as fb
    >>> scenario = fb.example("surfnet")
    >>> len(scenario.nodes), len(scenario.links), len(scenario.demands)
    (50, 68, 10)
    """
    if name not in _EXAMPLES:
        raise SpecError("name", repr(name), f"an example: {', '.join(_EXAMPLES)}", nearest(name, _EXAMPLES))
    entry = _EXAMPLES[name]
    return entry.make().replace(name=name)


def write(name: str, path: str | os.PathLike[str]) -> Path:
    """Write an example as a scenario file, to be changed and run.

    Parameters
    ----------
    name : str
        One of :func:`farbell.examples`.
    path : str or path
        Where to write it; a file that exists is replaced.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    SpecError
        There is no such example.
    OSError
        The file cannot be written.

    Examples
    --------
    >>> import farbell as fb
    >>> from farbell.examples import write
    >>> path = write("chain", "chain.json")
    >>> fb.Scenario.from_json(path.read_text(encoding="utf-8")) == fb.example("chain")
    True
    """
    path = Path(path)
    path.write_text(example(name).to_json(indent=2) + "\n", encoding="utf-8")
    return path
