"""What programs and layers ask of a layer, and the pairs that they get."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from farbell._core import RunError
from farbell.programs import Operation, Qubit, TimedOut
from farbell.stack.estimates import Correlators
from farbell.stack.messages import Kind, RequestError
from farbell.stack.node import Inbox, StackNode, after

__all__ = ["PairRequest", "StackPair", "checked_kind", "flipped", "frame_gates", "prepared_gates"]


class StackPair:
    """A node's half of a pair, or what was read of it.

    Attributes
    ----------
    id : tuple
        The same at both ends, and of no other pair of the run.
    peer : str
        The node that has, or had, the other half.
    kind : str
        "keep", "measure" or "prepare".
    asked_here : bool
        Whether this node's request made it.
    qubit : Qubit or None
        This node's half, if it is kept.
    outcome : int or None
        What was read, if it was; with the frame undone, so that of Phi+ both ends read the same in X and Z.
    basis : str or None
        In which.
    estimated_correlators : tuple of float
        What both ends can expect of the products of their read-outs in X, Y and Z, when the pair was formed: 1, -1, 1 at best.
    estimated_fidelity : float
        To Phi+, as far as both ends can tell, when the pair was delivered here.
    born_s, formed_s, delivered_s : float
        When the oldest photon of it was emitted, when it came to join its ends, and when this end was told of it.
    purpose : object
        What the request was given as purpose.
    expired : bool
        Whether the other end has given it up since.

    Examples
    --------
    >>> import farbell as fb
    >>> def alice(node):
    ...     pair = yield node.network.create("n2")
    ...     node.record(peer=pair.peer, read=(yield node.measure(pair.qubit)), estimated=pair.estimated_fidelity)
    >>> scenario = fb.chain(3, demands=[])
    >>> records = fb.run(scenario, programs=fb.stack.on(scenario, {"n0": alice}), seed=1).records
    >>> records["peer"].tolist(), records["estimated"].round(2).tolist()
    (['n2'], [0.98])
    """

    def __init__(self, id: Any, peer: str, kind: Kind, *, asked_here: bool, qubit: Qubit | None, born_s: float) -> None:
        self.id = id
        self.peer = peer
        self.kind = kind
        self.asked_here = asked_here
        self.qubit = qubit
        self.outcome: int | None = None
        self.basis: str | None = None
        self.estimated_correlators: Correlators = (0.0, 0.0, 0.0)
        self.estimated_fidelity = 0.25
        self.born_s = self.formed_s = self.delivered_s = born_s
        self.purpose: Any = None
        self.expired = False
        self.request: int | None = None
        self._both = (0, 0)  # both qubits' numbers, for fb.truth alone

    @property
    def kept(self) -> Qubit:
        """The qubit, where there must be one."""
        if self.qubit is None:
            raise RunError(f"{self!r} has no qubit any more")
        return self.qubit

    def __repr__(self) -> str:
        what = f"read {self.outcome} in {self.basis}" if self.qubit is None else f"{self.qubit}"
        return f"<pair {self.id} with {self.peer}: {what}, estimated fidelity {self.estimated_fidelity:.4f}>"


class PairRequest(Operation):
    """A request for pairs; its value is a :class:`StackPair`, or the list of them if they are several.

    Attributes
    ----------
    pairs : list of StackPair
        Those that have come, also while others are waited for. Of an endless request (``number=None``) they come by
        :meth:`next` instead.

    Examples
    --------
    >>> import farbell as fb
    >>> def alice(node):
    ...     stream = node.network.create("n2", number=None, kind="measure", bases="Z")
    ...     for _ in range(3):
    ...         pair = yield stream.next()
    ...         node.record(outcome=pair.outcome, pair=repr(pair.id))
    ...     stream.cancel()
    >>> def bob(node):
    ...     while True:
    ...         pair = yield node.network.accept("n0")
    ...         node.record(outcome=pair.outcome, pair=repr(pair.id))
    >>> scenario = fb.chain(3, demands=[])
    >>> records = fb.run(scenario, programs=fb.stack.on(scenario, {"n0": alice, "n2": bob})).records
    >>> len(set(zip(records["pair"].tolist(), records["outcome"].tolist())))
    3
    """

    __slots__ = ("_inbox", "number", "pairs", "purpose", "request")

    def __init__(
        self, node: StackNode, what: str, request: int, number: int | None, withdraw: Callable[[PairRequest], None]
    ) -> None:
        super().__init__(what, lambda: withdraw(self))
        self.request = request
        self.number = number
        self.purpose: Any = None
        self.pairs: list[StackPair] = []
        self._inbox = Inbox(node)

    @property
    def missing(self) -> float:
        """How many pairs are still to come."""
        if self.done:
            return 0
        return float("inf") if self.number is None else self.number - len(self.pairs)

    def next(self, *, timeout_s: float | str | None = None) -> Operation:
        """The next pair of an endless request."""
        return self._inbox.take(f"{self.what}.next()", None, timeout_s)

    def give(self, pair: StackPair) -> None:
        """For the layer: another pair has come."""
        if self.number is None:
            self._inbox.put("", pair)
            return
        self.pairs.append(pair)
        if len(self.pairs) == self.number:
            self._succeed(pair if self.number == 1 else self.pairs)

    def limit(self, node: StackNode, timeout_s: float | None, end: Callable[[PairRequest], None]) -> None:
        """For the layer: gives it up after a time."""
        if timeout_s is None:
            return

        def too_late() -> None:
            if not self.done:
                end(self)
                self._fail(TimedOut(f"{self.what}: not in time", self.pairs))

        after(node, timeout_s, too_late)

    def refuse(self, code: str) -> None:
        """For the layer: it cannot be served."""
        if not self.done:
            self._fail(RequestError(code, self.what))


def checked_kind(kind: str, number: int | None, min_fidelity: float, bases: str) -> Kind:
    """Raises ValueError for what no layer knows."""
    if not 0 <= min_fidelity <= 1:
        raise ValueError(f"min_fidelity={min_fidelity!r}: allowed are numbers from 0 to 1")
    if kind not in ("keep", "measure", "prepare"):
        raise ValueError(f'kind={kind!r}: there are "keep", "measure" and "prepare"')
    if number is not None and (not isinstance(number, int) or number < 1):
        raise ValueError(f"number={number!r}: allowed are whole numbers of at least 1, or None for no end")
    if not bases or set(bases) - set("XYZ") or (kind == "prepare" and len(bases) > 1):
        raise ValueError(f'bases={bases!r}: allowed are "X", "Y", "Z", and to measure in one of several "XZ", "XYZ", ...')
    return kind  # type: ignore[return-value]


def frame_gates(frame: int) -> Sequence[str]:
    """That make Phi+ of the Bell state of this number: its phase bit and twice its parity bit."""
    return ("x",) * (frame >> 1) + ("z",) * (frame & 1)


def flipped(basis: str, frame: int) -> int:
    """By which a frame changes what is read of one qubit in this basis."""
    phase, parity = frame & 1, frame >> 1
    return {"X": phase, "Y": phase ^ parity, "Z": parity}[basis]


def prepared_gates(basis: str, outcome: int, frame: int) -> Sequence[str]:
    """That make the state wanted, +1 in this basis, of what the other end's read-out of a Bell state has left."""
    minus = outcome ^ (basis == "Y")  # of Phi+ both ends read the same in X and Z, and not in Y
    if basis == "X":
        return ("x",) * (frame >> 1) + ("z",) * (minus ^ (frame & 1))
    return ("x",) * (minus ^ flipped(basis, frame))
