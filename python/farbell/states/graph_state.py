"""Graph states as graphs: local complementation and Pauli measurements, with the gates that they leave behind.

See docs/physics/graph_states.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from farbell._core import SpecError
from farbell._nearest import nearest
from farbell.states import _local_gates as local
from farbell.states._arguments import index_of
from farbell.states._local_gates import Gate
from farbell.states.stabilizer import Stabilizer

__all__ = ["GraphState", "Vertex"]

Vertex = str | int
# Graphs whose orbits or minors are gone through.
_LARGEST_ORBIT = 10
MOST_MEASURED = 10
_PAULIS = ("X", "Y", "Z")


def complemented(rows: list[int], v: int) -> None:
    """Local complementation, of neighbourhoods as bits."""
    around = rows[v]
    for b in bits(around):
        rows[b] ^= around ^ (1 << b)


def cleared(rows: list[int], v: int) -> None:
    """All edges of a vertex are taken away."""
    for b in bits(rows[v]):
        rows[b] ^= 1 << v
    rows[v] = 0


def measured(rows: list[int], v: int, basis: int) -> None:
    """What a measurement in X, Y or Z leaves, up to local gates."""
    if basis == local.X and rows[v]:
        complemented(rows, (rows[v] & -rows[v]).bit_length() - 1)
    if basis != local.Z:
        complemented(rows, v)
    cleared(rows, v)


def bits(value: int) -> Iterator[int]:
    while value:
        least = value & -value
        yield least.bit_length() - 1
        value ^= least


class GraphState:
    """A graph state ``product of CZ over the edges |+...+>`` with a Clifford gate on each vertex. Values do not change.

    Every operation returns the new state. Measurements and local complementation follow rules of graphs, and their
    by-products stand in :attr:`gates`, so that the state is always exact, signs included: :meth:`to_stabilizer` is it on the
    stabilizer store.

    Parameters
    ----------
    edges : iterable of (vertex, vertex)
        Pairs of names or numbers; none twice, none from a vertex to itself.
    vertices : iterable, optional
        Vertices in the order that they are to have, and those without edges. Default: in the order of the edges.

    Raises
    ------
    SpecError
        An edge is there twice or joins a vertex to itself; a vertex that is not there, with the nearest name.

    References
    ----------
    M. Hein, J. Eisert and H. J. Briegel, Phys. Rev. A 69, 062311 (2004). M. Van den Nest, J. Dehaene and B. De Moor,
    Phys. Rev. A 69, 022316 (2004).

    Examples
    --------
    >>> import farbell as fb
    >>> line = fb.states.GraphState([("a", "b"), ("b", "c")])
    >>> line.measure("b", "Y")
    GraphState(a--c; a: s, c: s)
    >>> line.measure("b", "Z", outcome=1)
    GraphState(a, c; a: z, c: z)
    """

    __slots__ = ("_gates", "_index", "_names", "_rows")

    def __init__(self, edges: Iterable[tuple[Vertex, Vertex]], vertices: Iterable[Vertex] = ()) -> None:
        listed = [tuple(edge) for edge in edges]
        for k, edge in enumerate(listed):
            if len(edge) != 2:
                raise SpecError(f"edges/{k}", repr(edge), "two vertices")
        names = tuple(dict.fromkeys([*vertices, *(name for edge in listed for name in edge)]))
        index = {name: i for i, name in enumerate(names)}
        rows = [0] * len(names)
        for k, (a, b) in enumerate(listed):
            i, j = index[a], index[b]
            if i == j:
                raise SpecError(f"edges/{k}", f"an edge from {a!r} to itself", "two different vertices")
            if rows[i] >> j & 1:
                raise SpecError(f"edges/{k}", f"the edge {a!r}, {b!r} again", "each edge once: two CZ are none")
            rows[i] |= 1 << j
            rows[j] |= 1 << i
        self._set(names, rows, [local.IDENTITY] * len(names))

    def _set(self, names: tuple[Vertex, ...], rows: Sequence[int], gates: Sequence[Gate]) -> None:
        self._names, self._rows, self._gates = names, tuple(rows), tuple(gates)
        self._index = {name: i for i, name in enumerate(names)}

    @classmethod
    def _of(cls, names: tuple[Vertex, ...], rows: Sequence[int], gates: Sequence[Gate]) -> GraphState:
        state = object.__new__(cls)
        state._set(names, rows, gates)
        return state

    def _at(self, v: Vertex) -> int:
        if v not in self._index:
            text = [str(name) for name in self._names]
            raise SpecError("vertex", repr(v), "a vertex of the graph", nearest(str(v), text))
        return self._index[v]

    # ---- what it is ---------------------------------------------------------------------------------------------

    @property
    def vertices(self) -> list[Vertex]:
        """All vertices, in their order: qubits of :meth:`to_stabilizer`."""
        return list(self._names)

    @property
    def edges(self) -> list[tuple[Vertex, Vertex]]:
        """All edges, each with its ends in the order of the vertices."""
        return [(self._names[i], self._names[j]) for i, row in enumerate(self._rows) for j in bits(row) if i < j]

    @property
    def gates(self) -> dict[Vertex, list[str]]:
        """Gates that turn the bare graph state into this state, first to last, for each vertex that has any."""
        return {v: local.names_of(g) for v, g in zip(self._names, self._gates, strict=True) if g != local.IDENTITY}

    @property
    def corrections(self) -> dict[Vertex, list[str]]:
        """Gates that turn this state into the bare graph state, first to last, for each vertex that needs any."""
        undo = [local.inverse(g) for g in self._gates]
        return {v: local.names_of(g) for v, g in zip(self._names, undo, strict=True) if g != local.IDENTITY}

    def neighbours(self, v: Vertex) -> list[Vertex]:
        """Vertices that have an edge with this one, in their order."""
        return [self._names[b] for b in bits(self._rows[self._at(v)])]

    def cut_rank(self, part: Iterable[Vertex]) -> int:
        """Entanglement in Bell pairs of some vertices with the rest: the rank modulo 2 of the edges between them.

        Examples
        --------
        >>> ring = fb.states.GraphState([(0, 1), (1, 2), (2, 3), (3, 0)])
        >>> ring.cut_rank([0, 1]), ring.cut_rank([0, 2])
        (2, 1)
        """
        inside = {self._at(v) for v in part}
        outside = sum(1 << i for i in range(len(self._names)) if i not in inside)
        basis: dict[int, int] = {}
        for i in inside:
            row = self._rows[i] & outside
            while row:
                lead = row.bit_length()
                if lead not in basis:
                    basis[lead] = row
                    break
                row ^= basis[lead]
        return len(basis)

    def to_stabilizer(self, seed: int | None = None) -> Stabilizer:
        """The state on the stabilizer store; qubits are the vertices in their order."""
        state = Stabilizer(len(self._names), seed=seed)
        for q in range(len(self._names)):
            state.h(q)
        for i, row in enumerate(self._rows):
            for j in bits(row):
                if i < j:
                    state.cz(i, j)
        for v, names in self.gates.items():
            for name in names:
                state.apply(name, self._index[v])
        return state

    # ---- what is done to it -------------------------------------------------------------------------------------

    def corrected(self) -> GraphState:
        """With :attr:`corrections` applied: the bare graph state."""
        return self._of(self._names, self._rows, [local.IDENTITY] * len(self._names))

    def apply(self, gate: str, v: Vertex) -> GraphState:
        """With a Clifford gate of one qubit, by its name, on a vertex."""
        i, gates = self._at(v), list(self._gates)
        gates[i] = local.then(gates[i], local.of_names((gate,)))
        return self._of(self._names, self._rows, gates)

    def cz(self, a: Vertex, b: Vertex) -> GraphState:
        """With CZ between two vertices: the edge appears, or is gone.

        Raises
        ------
        SpecError
            A gate on one of them takes Z to another axis, so that CZ is no change of an edge: correct it first.

        Examples
        --------
        >>> fb.states.GraphState([("a", "b")]).apply("x", "a").cz("a", "b")
        GraphState(a, b; a: x, b: z)
        """
        i, j = self._at(a), self._at(b)
        if i == j:
            raise SpecError("vertex", f"{a!r} twice", "two different vertices")
        rows, gates = list(self._rows), list(self._gates)
        for here, v in ((i, a), (j, b)):
            if self._gates[here][local.Z][0] != local.Z:
                raise SpecError("vertex", f"{v!r} with the gates {self.gates[v]}", "gates that keep the axis Z, or corrected()")
        rows[i] ^= 1 << j
        rows[j] ^= 1 << i
        # X on one end of CZ is Z on the other.
        for here, there in ((i, j), (j, i)):
            if self._gates[here][local.Z][1] < 0:
                gates[there] = local.then(gates[there], local.of_names(("z",)))
        return self._of(self._names, rows, gates)

    def local_complement(self, v: Vertex) -> GraphState:
        """The same state by another graph: edges between neighbours of `v` appear where there are none, and go where there are.

        Examples
        --------
        >>> star = fb.states.GraphState([(0, 1), (0, 2), (0, 3)])
        >>> star.local_complement(0)
        GraphState(0--1, 0--2, 0--3, 1--2, 1--3, 2--3; 0: sqrt_x_dag, 1: s, 2: s, 3: s)
        """
        i, rows, gates = self._at(v), list(self._rows), list(self._gates)
        gates[i] = local.then(local.inverse(local.SQRT_X), gates[i])
        for b in bits(rows[i]):
            gates[b] = local.then(local.S, gates[b])
        complemented(rows, i)
        return self._of(self._names, rows, gates)

    def measure(self, v: Vertex, basis: str = "Z", outcome: int = 0) -> GraphState:
        """After a measurement of `v` in X, Y or Z, which is gone then.

        Parameters
        ----------
        v : vertex
            The vertex.
        basis : "X", "Y" or "Z"
            Of its qubit, gates included.
        outcome : int
            0 for the eigenvalue +1, 1 for -1.

        Raises
        ------
        SpecError
            The outcome cannot occur.

        Examples
        --------
        >>> fb.states.GraphState([(0, 1), (1, 2), (2, 3)]).measure(1, "X").edges
        [(0, 2), (0, 3)]
        """
        if outcome not in (0, 1):
            raise SpecError("outcome", repr(outcome), "0, 1")
        i = self._at(v)
        letter, sign = local.inverse(self._gates[i])[index_of(basis, "basis", _PAULIS)]
        if letter == local.X and self._rows[i]:
            return self.local_complement(self.neighbours(v)[0]).measure(v, basis, outcome)
        if letter == local.Y:
            return self.local_complement(v).measure(v, basis, outcome)
        flips = outcome ^ (sign < 0)
        if letter == local.X and flips:
            raise SpecError("outcome", f"{outcome} of {basis} on {v!r}", f"{1 - outcome}, the only one that can occur")
        rows, gates = list(self._rows), list(self._gates)
        for b in bits(rows[i]):
            if flips:
                gates[b] = local.then(local.of_names(("z",)), gates[b])
        cleared(rows, i)
        del gates[i], rows[i]
        low = (1 << i) - 1
        return self._of(self._names[:i] + self._names[i + 1 :], [row & low | row >> (i + 1) << i for row in rows], gates)

    def measure_bare(self, v: Vertex, letter: int) -> tuple[str, GraphState]:
        """The basis that X, Y or Z of the bare graph state is on this state, and what its measurement leaves for an outcome.

        Other outcomes change signs alone.
        """
        i = self._at(v)
        own, sign = self._gates[i][letter]
        forced = letter == local.X and not self._rows[i]
        return _PAULIS[own], self.measure(v, _PAULIS[own], int(forced and sign < 0))

    # ---- what it can become -------------------------------------------------------------------------------------

    def orbit(self) -> list[GraphState]:
        """All graphs that local complementation makes of this one: bare graph states that are equal up to local Clifford gates.

        At most 10 vertices.

        Examples
        --------
        >>> len(fb.states.GraphState([(0, 1), (0, 2), (0, 3)]).orbit())
        5
        """
        n = len(self._names)
        if n > _LARGEST_ORBIT:
            raise SpecError("vertices", f"{n} vertices", f"at most {_LARGEST_ORBIT}, whose orbit is gone through")
        found = {self._rows: None}
        waiting = [self._rows]
        for rows in waiting:
            for v in range(n):
                other = list(rows)
                complemented(other, v)
                if tuple(other) not in found:
                    found[tuple(other)] = None
                    waiting.append(tuple(other))
        return [self._of(self._names, rows, [local.IDENTITY] * n) for rows in found]

    def measurements_to(self, target: GraphState) -> dict[Vertex, str] | None:
        """How to get a graph state on some of the vertices: bases for all others, or None if no Pauli measurements give it.

        Up to local Clifford gates, whatever the outcomes; `target` is a vertex minor if there are any. Goes through all
        bases of at most 10 vertices, for targets of at most 10.

        Parameters
        ----------
        target : GraphState
            On some of the vertices of this graph; its gates do not matter.

        Raises
        ------
        SpecError
            A vertex of the target is not here, or there are too many.

        References
        ----------
        A. Dahlberg and S. Wehner, Phil. Trans. R. Soc. A 376, 20170325 (2018).

        Examples
        --------
        >>> ring = fb.states.GraphState([(0, 1), (1, 2), (2, 3), (3, 0)])
        >>> ring.measurements_to(fb.states.GraphState([(0, 1), (0, 2)]))
        {3: 'X'}
        >>> print(ring.measurements_to(fb.states.GraphState([(0, 1), (0, 2), (0, 3)])))
        None
        """
        kept = [self._at(v) for v in target.vertices]
        others = [i for i in range(len(self._names)) if i not in set(kept)]
        if len(others) > MOST_MEASURED:
            raise SpecError(
                "vertices", f"{len(others)} to be measured", f"at most {MOST_MEASURED}, whose bases are gone through"
            )
        wanted = {state._rows for state in target.orbit()}
        for bases in product(range(3), repeat=len(others)):
            rows = list(self._rows)
            for v, basis in zip(others, bases, strict=True):
                measured(rows, v, basis)
            if tuple(_induced(rows, kept)) in wanted:
                found, state = {}, self
                for v, basis in zip(others, bases, strict=True):
                    found[self._names[v]], state = state.measure_bare(self._names[v], basis)
                return found
        return None

    def __eq__(self, other: object) -> bool:
        """Same vertices in the same order, edges and gates. The same state may have other graphs."""
        if not isinstance(other, GraphState):
            return NotImplemented
        return (self._names, self._rows, self._gates) == (other._names, other._rows, other._gates)

    def __hash__(self) -> int:
        return hash((self._names, self._rows, self._gates))

    def __reduce__(self) -> tuple[object, ...]:
        return GraphState._of, (self._names, self._rows, self._gates)

    def __repr__(self) -> str:
        alone = [str(v) for v, row in zip(self._names, self._rows, strict=True) if not row]
        graph = ", ".join([*(f"{a}--{b}" for a, b in self.edges), *alone])
        gates = ", ".join(f"{v}: {' '.join(names)}" for v, names in self.gates.items())
        return f"GraphState({graph}{'; ' * bool(gates)}{gates})"


def _induced(rows: Sequence[int], kept: Sequence[int]) -> list[int]:
    """Neighbourhoods among those that are kept, numbered anew."""
    return [sum((rows[v] >> w & 1) << k for k, w in enumerate(kept)) for v in kept]
