"""What every state of many qubits has, however it is kept: the states it can be made in, and the circuit that it recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from farbell._core import SpecError
from farbell._numbers import whole
from farbell.channels import Channel
from farbell.states._arguments import BELL_NAMES, index_of
from farbell.states._circuit import Step, circuit_text

R = TypeVar("R", bound="Register")


class Register:
    """Qubits with the numbers 0, 1, ..., all |0> when they are made."""

    __slots__ = ()

    def __init__(self, n: int, *, seed: int | None = None, record: bool = False) -> None:
        raise NotImplementedError

    def _start_record(self, record: bool) -> None:
        """Keep what is done from now on, or nothing."""
        raise NotImplementedError

    def _recorded(self) -> list[Step] | None:
        raise NotImplementedError

    @classmethod
    def bell(cls: type[R], name: str = "Phi+", *, seed: int | None = None, record: bool = False) -> R:
        """One of the Bell states "Phi+", "Phi-", "Psi+", "Psi-", of qubits 0 and 1.

        Examples
        --------
        >>> fb.states.Stabilizer.bell("Psi-").expectation("XX")
        -1
        """
        return cls(2, seed=seed)._turned_to_bell(name, record)

    def _turned_to_bell(self: R, name: str, record: bool) -> R:
        index = index_of(name, "name", BELL_NAMES)
        state: Any = self
        for qubit, flipped in ((0, index & 1), (1, index >> 1)):
            if flipped:
                state.x(qubit)
        state.h(0)
        state.cx(0, 1)
        self._start_record(record)
        return self

    @classmethod
    def ghz(cls: type[R], n: int, *, seed: int | None = None, record: bool = False) -> R:
        """The state ``(|0...0> + |1...1>) / sqrt(2)`` of `n` qubits.

        Examples
        --------
        >>> round(fb.states.Ket.ghz(4).expectation("ZZ__"), 12)
        1.0
        """
        state: Any = cls(n, seed=seed)
        state.h(0)
        for qubit in range(1, n):
            state.cx(qubit - 1, qubit)
        state._start_record(record)
        made: R = state
        return made

    @classmethod
    def graph(cls: type[R], edges: Any, n: int | None = None, *, seed: int | None = None, record: bool = False) -> R:
        """A graph state: every qubit in |+>, a CZ gate for each edge.

        Parameters
        ----------
        edges : iterable of pairs of int, or networkx.Graph
            The nodes of a networkx graph are numbered in their order.
        n : int, optional
            Number of qubits; by default as many as the edges name.

        Examples
        --------
        >>> fb.states.Stabilizer.graph([(0, 1), (1, 2)]).stabilizers()
        ['+XZ_', '+ZXZ', '+_ZX']
        """
        if hasattr(edges, "edges") and hasattr(edges, "nodes"):
            number = {node: q for q, node in enumerate(edges.nodes)}
            n = len(number) if n is None else n
            edges = [(number[a], number[b]) for a, b in edges.edges]
        pairs = sorted({_edge(pair) for pair in edges})
        state: Any = cls(1 + max((b for _, b in pairs), default=0) if n is None else n, seed=seed)
        for qubit in range(state.n):
            state.h(qubit)
        for a, b in pairs:
            state.cz(a, b)
        state._start_record(record)
        made: R = state
        return made

    def circuit_text(self) -> str:
        """What was done to the qubits, a line each; for a state made with ``record=True``.

        Noise is drawn by the name of its channel, what was read with the bits that were read.

        Examples
        --------
        >>> state = fb.states.Ket(3, record=True)
        >>> state.h(0)
        >>> state.cx(0, 2)
        >>> print(state.circuit_text())
        0: -H--*--
        1: ----|--
        2: ----X--
        """
        steps = self._recorded()
        if steps is None:
            raise SpecError("record", "a state that records nothing", "a state made with record=True")
        return circuit_text(getattr(self, "n"), steps)  # noqa: B009  each class has its own


def _edge(pair: Any) -> tuple[int, int]:
    try:
        a, b = (whole(q, "edges") for q in pair)
    except (TypeError, ValueError) as error:
        if isinstance(error, SpecError):
            raise
        raise SpecError("edges", repr(pair), "pairs of qubits") from None
    return min(a, b), max(a, b)


def acted_on(channel: Any, qubits: Sequence[int]) -> list[tuple[int, ...]]:
    """The groups of qubits on each of which a channel acts by itself.

    One that is for k qubits acts on exactly k, together. One that acts on each (:attr:`Channel.each`) acts on any number, at
    least one, independently.
    """
    if not isinstance(channel, Channel):
        raise SpecError("channel", repr(channel), "a channel of farbell.channels")
    if channel.each:
        if not qubits:
            raise SpecError("qubits", f"0 qubits for {channel}", "at least 1")
        return [(qubit,) for qubit in qubits]
    if len(qubits) != channel.n_qubits:
        raise SpecError("qubits", f"{len(qubits)} qubits for {channel}", str(channel.n_qubits))
    return [tuple(qubits)]
