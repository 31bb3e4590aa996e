"""Qubits carried to another node by teleportation over a pair of the network layer."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from farbell.programs import BellOutcome, Operation, Qubit, Refused, TimedOut
from farbell.stack.messages import RequestError, TransportOutcome
from farbell.stack.node import Inbox, StackNode
from farbell.stack.requests import StackPair

__all__ = ["Transport"]


class Transport:
    """Qubits to and from any node.

    Parameters
    ----------
    node : StackNode
        Whose.

    Examples
    --------
    >>> import farbell as fb
    >>> def alice(node):
    ...     qubit = yield node.create_qubit()
    ...     yield node.gate("x", qubit)
    ...     yield node.transport.send(qubit, "n2")
    >>> def bob(node):
    ...     qubit = yield node.transport.receive("n0")
    ...     node.record(read=(yield node.measure(qubit)))
    >>> scenario = fb.chain(3, demands=[])
    >>> fb.run(scenario, programs=fb.stack.on(scenario, {"n0": alice, "n2": bob})).records["read"].tolist()
    [1]
    """

    def __init__(self, node: StackNode) -> None:
        self.node = node
        self._sent = 0
        self._pairs: dict[Any, StackPair] = {}
        self._outcomes: dict[Any, tuple[int, int] | None] = {}
        self._qubits = Inbox(node)
        node.network.serve("transport", self._pair_came)
        node.hears((TransportOutcome,), self._outcome_came)

    def send(self, qubit: Qubit, peer: str, *, min_fidelity: float = 0.0, timeout_s: float | str | None = None) -> Operation:
        """Carries a qubit of this node to another; it is done when the qubit has left.

        Parameters
        ----------
        qubit : Qubit
            Gone afterwards. Still here if no pair came: with :class:`farbell.TimedOut`, or with :class:`RequestError` of
            another code than "LOST", which stands for a Bell measurement that has failed.
        peer : str
            The other node.
        min_fidelity, timeout_s
            Of the pair over which it goes, as of :meth:`NetworkLayer.create`.
        """
        done = Operation(f"transport.send({peer!r})")
        self.node.start(self._send(done, qubit, peer, min_fidelity, timeout_s))
        return done

    def receive(self, peer: str, *, timeout_s: float | str | None = None) -> Operation:
        """The next qubit that another node has sent: a :class:`farbell.programs.Qubit` of this node."""
        return self._qubits.take(f"transport.receive({peer!r})", peer, timeout_s)

    def _send(
        self, done: Operation, qubit: Qubit, peer: str, min_fidelity: float, timeout_s: float | str | None
    ) -> Generator[Any, Any, None]:
        self._sent += 1
        purpose = ("transport", self._sent)
        try:
            pair = yield self.node.network.create(peer, min_fidelity=min_fidelity, timeout_s=timeout_s, purpose=purpose)
        except (TimedOut, Refused) as error:
            done._fail(error)
            return
        outcome = yield self.node.bell_measure(qubit, pair.qubit)
        self.node.channel.send(peer, TransportOutcome(pair.id, outcome))
        if outcome is None:
            done._fail(RequestError("LOST", done.what))
        else:
            done._succeed(None)

    # ---- what comes: the other half of the pair, and what was read, in either order ----

    def _pair_came(self, pair: StackPair) -> None:
        self._pairs[pair.id] = pair
        self._both(pair.id)

    def _outcome_came(self, peer: str, message: TransportOutcome) -> None:
        self._outcomes[message.pair] = message.outcome
        self._both(message.pair)

    def _both(self, id: Any) -> None:
        if id not in self._pairs or id not in self._outcomes:
            return
        pair, outcome = self._pairs.pop(id), self._outcomes.pop(id)
        if outcome is None:
            self.node.link.drop(pair)
        else:
            self.node.start(self._corrected(pair, BellOutcome(*outcome)))

    def _corrected(self, pair: StackPair, outcome: BellOutcome) -> Generator[Any, Any, None]:
        for name in outcome.corrections:
            yield self.node.gate(name, pair.kept)
        self._qubits.put(pair.peer, pair.qubit)
