"""Routes through a graph state that a network holds: what to measure so that some nodes are left with an entangled state.

See docs/physics/graph_states.md.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Literal

from farbell._core import SpecError
from farbell._nearest import nearest
from farbell.states import _local_gates as local
from farbell.states.graph_state import MOST_MEASURED, GraphState, Vertex, bits, measured

__all__ = ["Extraction", "extract_bell_pair", "extract_ghz", "fewest_measurements"]

# Shortest paths that are compared.
_MOST_PATHS = 200


@dataclass(frozen=True)
class Extraction:
    """Measurements on a graph state that leave some vertices with a Bell pair or GHZ state, whatever the outcomes.

    Attributes
    ----------
    graph : GraphState
        What the network held before.
    users : tuple of vertices
        Who get the state.
    measurements : tuple of (vertex, basis)
        Who measure what. All may do so at once.

    Examples
    --------
    >>> import farbell as fb
    >>> found = fb.states.extract_ghz(fb.states.GraphState([("hub", "a"), ("hub", "b"), ("hub", "c")]), ["a", "b", "c"])
    >>> found.measurements
    (('hub', 'Y'),)
    >>> found.corrections([1])
    {'a': ['h', 's_dag'], 'b': ['h'], 'c': ['h']}
    """

    graph: GraphState
    users: tuple[Vertex, ...]
    measurements: tuple[tuple[Vertex, str], ...]

    def after(self, outcomes: Sequence[int]) -> GraphState:
        """What is left after these outcomes, one for each measurement, of all vertices that were not measured."""
        if len(outcomes) != len(self.measurements):
            raise SpecError("outcomes", f"{len(outcomes)} outcomes", f"{len(self.measurements)}, one for each measurement")
        state = self.graph
        for (v, basis), outcome in zip(self.measurements, outcomes, strict=True):
            state = state.measure(v, basis, outcome)
        return state

    def corrections(self, outcomes: Sequence[int]) -> dict[Vertex, list[str]]:
        """Gates, first to last, by which each user makes (|0...0> + |1...1>)/sqrt 2 of what these outcomes leave.

        Users that are not named have nothing to do.
        """
        state = self.after(outcomes)
        degrees = [len(state.neighbours(u)) for u in self.users]
        if len(self.users) > 2 and min(degrees) > 1:  # a complete graph becomes a star
            state = state.local_complement(self.users[0])
        hub = max(self.users, key=lambda u: len(state.neighbours(u)))
        undo, gates = state.corrections, {}
        for u in self.users:
            graph_gate = local.of_names(tuple(undo.get(u, ())))
            gates[u] = local.names_of(graph_gate if u == hub else local.then(graph_gate, local.H))
        return {u: names for u, names in gates.items() if names}


class _Measuring:
    """Measurements that are decided on the graph as it is after those before, and the bases that they are on the state."""

    def __init__(self, graph: GraphState, seen: GraphState) -> None:
        """`seen`: the same state, by the graph that is looked at."""
        self.graph, self.state = graph, seen
        self.done: list[tuple[Vertex, str]] = []

    def measure(self, v: Vertex, letter: int, special: Vertex | None = None) -> None:
        """Z deletes, Y joins the neighbours first; in X, with a special neighbour, that takes the place of `v`."""
        if special is None:
            basis, self.state = self.state.measure_bare(v, letter)
        else:  # X of a vertex is Y where the edges between the neighbours of a neighbour are changed
            basis, after = self.state.local_complement(special).measure_bare(v, local.Y)
            self.state = after.local_complement(special)
        self.done.append((v, basis))

    def extraction(self, users: Sequence[Vertex]) -> Extraction:
        return Extraction(self.graph, tuple(users), tuple(self.done))


def _users(graph: GraphState, users: Sequence[Vertex], least: int) -> list[int]:
    if len(set(users)) < max(len(users), least):
        raise SpecError("users", repr(list(users)), f"at least {least} different vertices")
    return [graph._at(u) for u in users]


# ---- Bell pairs -------------------------------------------------------------------------------------------------


def _shortest_paths(rows: Sequence[int], a: int, b: int) -> Iterator[list[int]]:
    hops = {b: 0}
    line = deque([b])
    while line:
        v = line.popleft()
        for w in bits(rows[v]):
            if w not in hops:
                hops[w] = hops[v] + 1
                line.append(w)

    def onward(path: list[int]) -> Iterator[list[int]]:
        if path[-1] == b:
            yield path
            return
        for w in bits(rows[path[-1]]):
            if hops.get(w, -1) == hops[path[-1]] - 1:
                yield from onward([*path, w])

    if a in hops:
        yield from onward([a])


def extract_bell_pair(graph: GraphState, a: Vertex, b: Vertex, *, protocol: Literal["x", "repeater"] = "x") -> Extraction:
    """A Bell pair of two vertices, along a shortest path between them: that with fewest measurements.

    Parameters
    ----------
    graph : GraphState
        What is held.
    a, b : vertex
        Who get the pair.
    protocol : "x" or "repeater"
        ``"repeater"``: all neighbours of the path are cut off by Z, and the path is a chain of repeaters. ``"x"``: the vertices
        between are measured in X first, and what `a` and `b` are then joined to is cut off by Z: never more, and often
        fewer.

    Raises
    ------
    SpecError
        The two are the same or not connected, or the protocol is unknown.

    Notes
    -----
    Of very many equally short paths the first 200 are compared.

    References
    ----------
    F. Hahn, A. Pappa and J. Eisert, npj Quantum Information 5, 76 (2019).

    Examples
    --------
    >>> grid = fb.grid(4, 4, length_m="10 km")
    >>> held = fb.states.GraphState([(link.node_a, link.node_b) for link in grid.links])
    >>> [len(fb.states.extract_bell_pair(held, "r0c0", "r3c3", protocol=p).measurements) for p in ("x", "repeater")]
    [5, 10]
    """
    if protocol not in ("x", "repeater"):
        raise SpecError("protocol", repr(protocol), "'x', 'repeater'", nearest(str(protocol), ("x", "repeater")))
    ends = _users(graph, [a, b], 2)
    names, rows = graph.vertices, graph._rows
    best: Extraction | None = None
    for path in islice(_shortest_paths(rows, ends[0], ends[1]), _MOST_PATHS):
        way = _Measuring(graph, graph)
        if protocol == "repeater":
            beside = 0
            for v in path:
                beside |= rows[v]
            for v in bits(beside & ~sum(1 << v for v in path)):
                way.measure(names[v], local.Z)
        for v in path[1:-1]:
            way.measure(names[v], local.X, special=a)
        for other in dict.fromkeys([*way.state.neighbours(a), *way.state.neighbours(b)]):
            if other not in (a, b):
                way.measure(other, local.Z)
        if best is None or len(way.done) < len(best.measurements):
            best = way.extraction([a, b])
    if best is None:
        raise SpecError("b", f"{b!r}, which no path joins to {a!r}", "two vertices of one connected part")
    return best


# ---- GHZ states -------------------------------------------------------------------------------------------------


class _Tree:
    """A tree that is all of the graph on its vertices, and whose hubs (branching, or users in between) are no neighbours."""

    def __init__(self, rows: Sequence[int], users: set[int], root: int) -> None:
        self.rows, self.users = rows, users
        self.inside = 1 << root

    def degree(self, v: int) -> int:
        return (self.rows[v] & self.inside).bit_count()

    def is_hub(self, v: int) -> bool:
        return self.degree(v) >= (2 if v in self.users else 3)

    def may_attach(self, v: int) -> bool:
        """Whether it may have one more neighbour: it is a hub then, but a user that stands alone or at an end."""
        becomes = self.degree(v) + 1 >= (2 if v in self.users else 3)
        return not becomes or not any(self.is_hub(w) for w in bits(self.rows[v] & self.inside))

    def way_to(self, user: int) -> list[int] | None:
        """A shortest way from the tree to a user, of which only the vertex next to the tree has a neighbour in it."""
        before = {user: user}
        line = deque([user])
        while line:
            v = line.popleft()
            touching = self.rows[v] & self.inside
            if touching:
                if touching.bit_count() == 1 and self.may_attach(touching.bit_length() - 1):
                    way = [v]
                    while way[-1] != user:
                        way.append(before[way[-1]])
                    return way
                continue
            for w in bits(self.rows[v]):
                # Other users would be in between: they come by themselves.
                if w not in before and w not in self.users:
                    before[w] = v
                    line.append(w)
        return None

    def grow(self) -> bool:
        """To all users, those that are nearest first."""
        while left := [u for u in sorted(self.users) if not self.inside >> u & 1]:
            ways = [way for u in left if (way := self.way_to(u))]
            if not ways:
                return False
            for v in min(ways, key=len):
                self.inside |= 1 << v
        return True


def _along(way: _Measuring, tree: _Tree, names: Sequence[Vertex]) -> None:
    """Neighbours of the tree are cut off, what lies between its hubs and ends is made as short as can be, hubs are joined."""
    beside = 0
    for v in bits(tree.inside):
        beside |= tree.rows[v]
    for v in bits(beside & ~tree.inside):
        way.measure(names[v], local.Z)
    special = {v for v in bits(tree.inside) if v in tree.users or tree.is_hub(v)}
    hubs = {v for v in special if tree.is_hub(v)}
    middles: list[int] = []
    seen = set(special)
    for start in sorted(special):
        for first in bits(tree.rows[start] & tree.inside):
            inner, v = [], first
            while v not in seen:
                seen.add(v)
                inner.append(v)
                v = next((w for w in bits(tree.rows[v] & tree.inside) if w not in inner and w != start), v)
            if start in hubs and v in hubs and inner:
                middles.append(inner.pop())
            for w in inner:
                way.measure(names[w], local.Y)
    for v in middles:
        way.measure(names[v], local.X, special=way.state.neighbours(names[v])[0])
    # A star is left: hubs that are no users are its ends or its middle.
    degree = {v: len(way.state.neighbours(names[v])) for v in hubs if v not in tree.users}
    for v in sorted(degree, key=lambda hub: degree[hub]):
        way.measure(names[v], local.Z if len(way.state.neighbours(names[v])) == 1 and len(tree.users) > 1 else local.Y)


def extract_ghz(graph: GraphState, users: Sequence[Vertex]) -> Extraction:
    """A GHZ state of some vertices, along a tree between them: of those that are tried, that with fewest measurements.

    The tree must have all edges of the graph between its vertices, and its hubs (vertices that branch, and users that it goes
    through) must not be neighbours: all else is cut off by Z, paths are shortened by Y, hubs joined by X on a vertex between
    them. Trees are grown from each user to the nearest ones, in the graph and in those that one local complementation
    makes of it.

    Parameters
    ----------
    graph : GraphState
        What is held.
    users : sequence of vertices
        Who get the state, at least two.

    Raises
    ------
    SpecError
        A user is not there or named twice, or no such tree is found. That proves nothing: :func:`fewest_measurements` goes
        through all bases on small graphs.

    References
    ----------
    M. Hein, J. Eisert and H. J. Briegel, Phys. Rev. A 69, 062311 (2004): the rules. F. Hahn, A. Pappa and J. Eisert, npj
    Quantum Information 5, 76 (2019): three users of any connected graph.

    Examples
    --------
    >>> line = fb.states.GraphState([(i, i + 1) for i in range(6)])
    >>> fb.states.extract_ghz(line, [0, 3, 6]).measurements
    ((1, 'Y'), (2, 'X'), (4, 'Y'), (5, 'X'))
    """
    wanted = set(_users(graph, users, 2))
    names = graph.vertices
    best: Extraction | None = None
    for seen in (graph, *(graph.local_complement(v) for v in names)):
        for root in sorted(wanted):
            tree = _Tree(seen._rows, wanted, root)
            if not tree.grow():
                continue
            way = _Measuring(graph, seen)
            _along(way, tree, names)
            if best is None or len(way.done) < len(best.measurements):
                best = way.extraction(users)
    if best is None:
        raise SpecError(
            "users",
            f"{list(users)!r}, for which no tree with hubs apart was found",
            "users that such a tree joins; fewest_measurements() goes through all bases on small graphs",
        )
    return best


# ---- all ways ---------------------------------------------------------------------------------------------------


def _is_ghz(rows: Sequence[int], users: Sequence[int]) -> bool:
    """Whether the users are joined to each other alone, by a star or a complete graph."""
    inside = sum(1 << u for u in users)
    if any(rows[u] & ~inside for u in users):
        return False
    degrees = sorted(rows[u].bit_count() for u in users)
    n = len(users)
    return degrees == [*[1] * (n - 1), n - 1] or degrees == [n - 1] * n


def fewest_measurements(graph: GraphState, users: Sequence[Vertex]) -> Extraction | None:
    """The fewest Pauli measurements that leave some vertices with a Bell pair or GHZ state, by going through all bases.

    Parameters
    ----------
    graph : GraphState
        What is held; at most 10 vertices are no users.
    users : sequence of vertices
        Who get the state, at least two.

    Returns
    -------
    Extraction or None
        None if no Pauli measurements of the others and local Clifford gates give such a state.

    Raises
    ------
    SpecError
        A user is not there or named twice, or there are too many other vertices.

    Examples
    --------
    A line of four is no GHZ state, but holds one for three of them:

    >>> line = fb.states.GraphState([(0, 1), (1, 2), (2, 3)])
    >>> fb.states.fewest_measurements(line, [0, 1, 3]).measurements, fb.states.fewest_measurements(line, [0, 1, 2, 3])
    (((2, 'Y'),), None)
    """
    wanted = _users(graph, users, 2)
    names = graph.vertices
    others = [v for v in range(len(names)) if v not in set(wanted)]
    if len(others) > MOST_MEASURED:
        raise SpecError(
            "graph", f"{len(others)} vertices that are no users", f"at most {MOST_MEASURED}, whose bases are gone through"
        )

    def bases(rows: Sequence[int], left: Sequence[int]) -> list[int] | None:
        if not left:
            return [] if _is_ghz(rows, wanted) else None
        for basis in (local.Z, local.Y, local.X):
            after = list(rows)
            measured(after, left[0], basis)
            if (more := bases(after, left[1:])) is not None:
                return [basis, *more]
        return None

    for count in range(len(others) + 1):
        for chosen in combinations(others, count):
            if (found := bases(graph._rows, chosen)) is not None:
                way = _Measuring(graph, graph)
                for v, basis in zip(chosen, found, strict=True):
                    way.measure(names[v], basis)
                return way.extraction(users)
    return None
