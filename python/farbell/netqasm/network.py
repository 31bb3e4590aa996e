"""Networks of the NetQASM SDK as scenarios."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from farbell._core import BellWeights, Fiber, Given, Link, Memory, Node, Scenario, SpecError, Werner
from farbell.topology.network import nearest

__all__ = ["from_network_config", "fully_connected"]

#: Memory slots of nodes of which nothing is said.
_SLOTS = 32
#: An application that waits for longer has come to nothing.
_DURATION_S = 1000.0
#: Such a network says nothing of time: each pair takes this long, and messages none.
_PAIR_S = 1e-6
_NOISE = ("NoNoise", "Depolarise", "DiscreteDepolarise", "Bitflip")


def fully_connected(node_names: Sequence[str]) -> Scenario:
    """Nodes without noise, each joined to each by an ideal link.

    Parameters
    ----------
    node_names : sequence of str
        Of at least one node.

    Returns
    -------
    Scenario
        Pairs take 1 us, messages no time, and each node holds 32 qubits.

    Examples
    --------
    >>> import farbell.netqasm
    >>> [link.node_a + link.node_b for link in farbell.netqasm.fully_connected(["a", "b", "c"]).links]
    ['ab', 'ac', 'bc']
    """
    memory = Memory(name="ideal", slots=_SLOTS)
    links = [_link("", a, b, Werner()) for a, b in itertools.combinations(node_names, 2)]
    return _scenario([memory], [Node(name=name, memory="ideal") for name in node_names], links)


def from_network_config(config: Any) -> Scenario:
    """The contents of a ``network.yaml`` as a scenario.

    Parameters
    ----------
    config : dict
        ``nodes`` with qubits, their T1 and T2 (in ns; 0 = none) and the reliability of gates; ``links`` with the fidelity of
        their pairs and a kind of noise.

    Returns
    -------
    Scenario
        Pairs take 1 us, gates and messages no time.

    Raises
    ------
    SpecError
        If something is missing, not known or not to be simulated.

    Examples
    --------
    >>> import farbell.netqasm
    >>> node = {"gate_fidelity": 0.99, "qubits": [{"id": 0, "t1": 0, "t2": 1e9}]}
    >>> link = {"name": "ab", "node_name1": "a", "node_name2": "b", "noise_type": "Depolarise", "fidelity": 0.9}
    >>> nodes = [{"name": name, **node} for name in "ab"]
    >>> network = farbell.netqasm.from_network_config({"nodes": nodes, "links": [link]})
    >>> network.memories[0].t2_s, network.links[0].generation.state.fidelity
    (1.0, 0.9)
    """
    path = "network.yaml"
    _fields(path, config, {"nodes": list, "links": list})
    memories, nodes, links = [], [], []
    for i, node in enumerate(config["nodes"]):
        at = f"{path}/nodes/{i}"
        _fields(at, node, {"name": str, "qubits": list, "gate_fidelity": (int, float)}, {"hardware": str})
        if node.get("hardware", "Generic") != "Generic":
            raise SpecError(f"{at}/hardware", repr(node["hardware"]), '"Generic": other flavours of NetQASM are not executed')
        memories.append(_memory(at, node))
        nodes.append(Node(name=node["name"], memory=node["name"]))
    names = [node.name for node in nodes]
    joined: set[frozenset[str]] = set()
    for i, link in enumerate(config["links"]):
        at = f"{path}/links/{i}"
        _fields(at, link, {"name": str, "node_name1": str, "node_name2": str, "noise_type": str, "fidelity": (int, float)})
        ends = link["node_name1"], link["node_name2"]
        for field, end in zip(("node_name1", "node_name2"), ends, strict=True):
            if end not in names:
                raise SpecError(f"{at}/{field}", repr(end), "names of nodes", nearest(end, names))
        if frozenset(ends) in joined:
            raise SpecError(at, f"another link between {ends[0]!r} and {ends[1]!r}", "one link between two nodes")
        joined.add(frozenset(ends))
        links.append(_link(link["name"], *ends, _state(at, link)))
    return _scenario(memories, nodes, links)


def _scenario(memories: list[Memory], nodes: list[Node], links: list[Link]) -> Scenario:
    return Scenario(version=1, duration_s=_DURATION_S, state="density", memories=memories, nodes=nodes, links=links)


def _link(name: str, a: str, b: str, state: Werner | BellWeights) -> Link:
    made = Given(success_probability=1, attempt_period_s=_PAIR_S, herald_delay_s=_PAIR_S, state=state)
    return Link(name=name, node_a=a, node_b=b, fiber=Fiber(length_m=0), generation=made)


def _memory(at: str, node: dict[str, Any]) -> Memory:
    times = set()
    for i, qubit in enumerate(node["qubits"]):
        _fields(f"{at}/qubits/{i}", qubit, {"id": int, "t1": (int, float), "t2": (int, float)})
        times.add((qubit["t1"], qubit["t2"]))
    if len(times) != 1:
        raise SpecError(
            f"{at}/qubits", f"{len(times)} pairs of t1 and t2", "at least one qubit, and the same t1 and t2 for all"
        )
    ((t1_ns, t2_ns),) = times
    return Memory(
        name=node["name"],
        slots=len(node["qubits"]),
        t1_s=t1_ns * 1e-9 or None,
        t2_s=t2_ns * 1e-9 or None,
        single_qubit_gate_reliability=node["gate_fidelity"],
        two_qubit_gate_reliability=node["gate_fidelity"],
    )


def _state(at: str, link: dict[str, Any]) -> Werner | BellWeights:
    kind, fidelity = link["noise_type"], link["fidelity"]
    if kind not in _NOISE:
        raise SpecError(f"{at}/noise_type", repr(kind), ", ".join(map(repr, _NOISE)), nearest(kind, list(_NOISE)))
    if kind == "NoNoise":
        if fidelity != 1:
            raise SpecError(f"{at}/fidelity", f"{fidelity} without noise", "1, or another noise_type")
        return Werner()
    if kind == "Bitflip":
        return BellWeights(weights=[fidelity, 0, 1 - fidelity, 0])
    return Werner(fidelity=fidelity)


def _fields(at: str, found: Any, needed: dict[str, Any], optional: dict[str, Any] | None = None) -> None:
    if not isinstance(found, dict):
        raise SpecError(at, repr(found), "fields: " + ", ".join(needed))
    known = {**needed, **(optional or {})}
    for name, value in found.items():
        if name not in known:
            raise SpecError(f"{at}/{name}", repr(name), "fields: " + ", ".join(known), nearest(str(name), list(known)))
        if not isinstance(value, known[name]) or isinstance(value, bool):
            kinds = known[name] if isinstance(known[name], tuple) else (known[name],)
            raise SpecError(f"{at}/{name}", repr(value), " or ".join(each.__name__ for each in kinds))
    for name in needed:
        if name not in found:
            raise SpecError(at, f"no {name}", "fields: " + ", ".join(needed))
