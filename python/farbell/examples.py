"""Ready-made scenarios: from a single link to a country."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from farbell import topology
from farbell._core import (
    Change,
    Cutoff,
    Demand,
    EncodingConverter,
    Fiber,
    FrequencyConverter,
    Link,
    Memory,
    MidpointSource,
    Node,
    Poisson,
    RepeaterGraph,
    Retrieval,
    Scenario,
    SenderReceiver,
    SpecError,
    Transducer,
)
from farbell.hardware import wavelength_m
from farbell.presets.platform import default_platform, platform
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


def _hybrid() -> Scenario:
    transmons, ions = platform("transmon_transducer_projected"), platform("ion_ca_krutyanskiy2023_repeater")
    published = [(transmons.parameter(name), "Transmon") for name in ("t1_s", "t2_s", "two_qubit_gate_reliability")]
    published += [(ions.parameter(name), "Ion") for name in ("t2_s", "two_qubit_gate_reliability")]
    microwave = wavelength_m("5 GHz")
    memories = [
        Memory(
            name="transmon",
            slots=8,
            t1_s=transmons.memory.t1_s,
            t2_s=transmons.memory.t2_s,
            two_qubit_gate_reliability=transmons.memory.two_qubit_gate_reliability,
            efficiency=0.9,
            wavelength_m=microwave,
            encoding="time_bin",
        ),
        Memory(
            name="crystal",
            slots=16,
            t2_s="10 ms",
            efficiency=0.5,
            wavelength_m="1532 nm",
            encoding="time_bin",
            retrieval=Retrieval(efficiency=0.6, lifetime_s="1 ms", temporal_modes=20),
        ),
        Memory(
            name="ion",
            slots=8,
            t2_s=ions.memory.t2_s,
            two_qubit_gate_reliability=ions.memory.two_qubit_gate_reliability,
            efficiency=0.3,
            wavelength_m="854 nm",
            encoding="polarisation",
        ),
    ]
    interfaces: list[Transducer | FrequencyConverter | EncodingConverter] = [
        Transducer(
            name="upwards",
            from_wavelength_m=microwave,
            to_wavelength_m="1532 nm",
            efficiency=0.5,
            added_noise_photons=0.002,
            bandwidth_hz="20 MHz",
            duty_cycle=0.9,
        ),
        FrequencyConverter(
            name="to_the_ion", from_wavelength_m="1532 nm", to_wavelength_m="854 nm", efficiency=0.5, noise_photons=1e-4
        ),
        EncodingConverter(name="bins_to_polarisation", from_encoding="time_bin", to_encoding="polarisation", efficiency=0.8),
    ]
    links = [
        Link(
            node_a="transmon",
            node_b="crystal",
            fiber=Fiber(length_m="2 km", wavelength_m="1532 nm"),
            generation=SenderReceiver(false_herald_probability=1e-5, local_overhead_s="1 us"),
            interfaces_a=["upwards"],
        ),
        Link(
            node_a="crystal",
            node_b="ion",
            fiber=Fiber(length_m="10 km", wavelength_m="1532 nm"),
            generation=MidpointSource(mean_pairs=0.05, wavelength_m="1532 nm", encoding="time_bin"),
            interfaces_b=["to_the_ion", "bins_to_polarisation"],
        ),
    ]
    return Scenario(
        duration_s="6 s",
        description="A transmon, a crystal that absorbs photons and an ion, with all that their light needs to fit.",
        memories=memories,
        interfaces=interfaces,
        nodes=[
            Node(name="transmon", memory="transmon"),
            # Photons from both links meet on a beam splitter, which tells two of four Bell states.
            Node(name="crystal", memory="crystal", swap_success_probability=0.5),
            Node(name="ion", memory="ion"),
        ],
        links=links,
        demands=[Demand(node_a="transmon", node_b="ion", width=8, cutoff=Cutoff(age_s="150 us"))],
        credits=list(dict.fromkeys(f"Hardware parameters: {r.source}, {r.year}." for p, _ in published for r in p.rows)),
        notes=[
            "A projection: no such network exists.",
            *(p.note(device) for p, device in published),
            "Assumed: all other values.",
        ],
    )


def _photonic() -> Scenario:
    """Two ions, and photons alone between them."""
    graph = RepeaterGraph(
        sources=24,
        arms=14,
        branching=[10, 5],
        repetition_s="1 us",
        source_efficiency=0.99,
        photon_depolarising=1e-5,
        local_overhead_s="1 us",
    )
    return Scenario(
        duration_s="50 ms",
        description="All-photonic repeaters between two ions: their qubits wait for news alone, not for each other.",
        memories=[Memory(name="ion", slots=10, t2_s="100 ms", efficiency=0.9)],
        nodes=[Node(name=name, memory="ion") for name in ("alice", "bob")],
        links=[Link(node_a="alice", node_b="bob", fiber=Fiber(length_m="100 km"), generation=graph)],
        demands=[Demand(node_a="alice", node_b="bob", width=10)],
        notes=["A projection: no such network exists.", "Assumed: all values."],
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
    "hybrid": _Example("a transmon, a crystal and an ion, joined by a transducer and converters", _hybrid),
    "photonic": _Example("100 km of all-photonic repeaters between two ions", _photonic),
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
    hybrid: a transmon, a crystal and an ion, joined by a transducer and converters
    photonic: 100 km of all-photonic repeaters between two ions
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
