"""Programs bound to nodes: whose they are, and who shares pairs with whom."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from farbell._core import ByPrograms, Demand, Scenario, SpecError
from farbell.topology.network import nearest

__all__ = ["bound", "groups", "joined", "with_demands", "with_programs"]

#: Demands that are made for programs that name no peers.
_MOST_DEMANDS = 5_000


def bound(scenario: Scenario, programs: Any) -> dict[str, list[tuple[str, Any]]]:
    """Node -> its programs with their titles, in the order of the nodes in the scenario.

    Raises
    ------
    SpecError
        If a node does not exist, or what is bound to it is no program.
    """
    if not isinstance(programs, Mapping):
        raise SpecError("programs", repr(programs), "a dict of node name -> program, or list of programs")
    names = [node.name for node in scenario.nodes]
    for name in programs:
        if name not in names:
            raise SpecError("programs", repr(name), "names of nodes", nearest(str(name), names))
    found: dict[str, list[tuple[str, Any]]] = {}
    for name in names:
        if name not in programs:
            continue
        given = programs[name]
        several = isinstance(given, Sequence) and not isinstance(given, str)
        found[name] = [(_title(name, each), each) for each in (given if several else [given])]
    return found


def groups(scenario: Scenario) -> dict[str, set[str]]:
    """Node -> the nodes to which links lead from it, itself among them."""
    found = {node.name: {node.name} for node in scenario.nodes}
    for link in scenario.links:
        one, other = found[link.node_a], found[link.node_b]
        if one is other:
            continue
        small, large = sorted((one, other), key=len)
        large |= small
        for name in small:
            found[name] = large
    return found


def _title(node: str, program: Any) -> str:
    if isinstance(program, type):
        raise SpecError(f"programs/{node}", f"the class {program.__name__}", f"an object: {program.__name__}()")
    if hasattr(program, "run"):
        return type(program).__name__
    if callable(program):
        return getattr(program, "__name__", type(program).__name__)
    raise SpecError(f"programs/{node}", repr(program), "a Program, or a function of a node that yields")


def with_demands(scenario: Scenario, programs: Mapping[str, Sequence[tuple[str, Any]]]) -> Scenario:
    """The scenario with a demand by programs for every two nodes whose programs may ask for pairs and that have none yet."""
    peers = {node: _peers(node, scenario, each) for node, each in programs.items()}
    known = {frozenset((d.node_a, d.node_b)) for d in scenario.demands if isinstance(d.traffic, ByPrograms)}
    reach = groups(scenario)
    pairs: list[tuple[str, str]] = []
    for a, b in itertools.combinations(programs, 2):
        # Who names no peers may run where no links lead to others.
        anybody = peers[a] is None and peers[b] is None and b in reach[a]
        named = b in (peers[a] or ()) or a in (peers[b] or ())
        if not (anybody or named) or frozenset((a, b)) in known:
            continue
        pairs.append((a, b))
        if len(pairs) > _MOST_DEMANDS:
            raise SpecError(
                "programs",
                f"{len(programs)} nodes with programs",
                f"at most {_MOST_DEMANDS:,} pairs of them that may share pairs: set `peers` of the programs to the nodes with "
                "which they do",
            )
    return joined(scenario, pairs)


def joined(scenario: Scenario, pairs: Sequence[tuple[str, str]], *, direct: bool = False, **fields: Any) -> Scenario:
    """The scenario with a demand by programs, of these fields, for each of these pairs of nodes; `direct`: by their link."""
    if not pairs:
        return scenario
    taken = {demand.name or f"{demand.node_a}->{demand.node_b}" for demand in scenario.demands}
    names = [f"{a}->{b}" for a, b in pairs]
    added = [
        Demand(
            node_a=a,
            node_b=b,
            traffic=ByPrograms(),
            name=name if name not in taken else f"{name} by programs",
            route=[a, b] if direct else [],
            **fields,
        )
        for (a, b), name in zip(pairs, names, strict=True)
    ]
    return scenario.replace(demands=[*scenario.demands, *added])


def _peers(node: str, scenario: Scenario, programs: Sequence[tuple[str, Any]]) -> set[str] | None:
    """None: any; of several programs at a node the union."""
    found: set[str] = set()
    names = {each.name for each in scenario.nodes}
    for title, program in programs:
        peers = getattr(program, "peers", None)
        if peers is None:
            return None
        if isinstance(peers, str) or not isinstance(peers, Iterable):
            raise SpecError(f"programs/{node}", f"peers of {title}: {peers!r}", "a tuple of names of nodes, or None")
        for peer in peers:
            if peer not in names:
                found_name = f"peers of {title}: {peer!r}"
                raise SpecError(f"programs/{node}", found_name, "names of nodes", nearest(str(peer), sorted(names)))
        found.update(peers)
    return found


def with_programs(
    scenario: Scenario, programs: Mapping[str, Any], allow: Sequence[str]
) -> tuple[Scenario, dict[str, list[tuple[str, Any]]]]:
    """The scenario with demands for its programs, and these by node."""
    from farbell.programs.imports import imported

    of_nodes = bound(scenario, programs)
    known = {node.name for node in scenario.nodes}  # compile() says what is wrong with the others
    named = {node: each for node, each in imported(scenario, allow).items() if node in known}
    for node, each in bound(scenario, named).items():
        of_nodes[node] = each + of_nodes.get(node, [])
    return with_demands(scenario, of_nodes), of_nodes
