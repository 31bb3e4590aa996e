"""A node with a stack on it, as its programs and its layers see it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from farbell.programs import Node, Operation, TimedOut
from farbell.stack.channel import Acknowledgement, Frame

if TYPE_CHECKING:
    from farbell.stack.channel import Channel
    from farbell.stack.link_layer import LinkLayer
    from farbell.stack.map import Map
    from farbell.stack.network_layer import NetworkLayer
    from farbell.stack.transport import Transport

__all__ = ["Inbox", "StackNode", "after", "then"]


def then(operation: Operation, do: Callable[[Operation], None]) -> None:
    """Calls back when an operation is done."""
    if operation.done:
        do(operation)
    else:
        operation._waits = do


def after(node: Node, duration_s: float, do: Callable[[], None]) -> None:
    """Calls back when a time has passed."""
    node.wait(duration_s)._waits = lambda _: do()


class Inbox:
    """What comes from other nodes and is taken in the order in which it came."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._came: deque[tuple[str, Any]] = deque()
        self._takers: deque[tuple[str | None, Operation, Callable[[Any], Any] | None]] = deque()

    def put(self, sender: str, content: Any) -> None:
        for taker in self._takers:
            wanted, operation, opened = taker
            if wanted in (None, sender):
                self._takers.remove(taker)
                operation._succeed(opened(content) if opened else content)
                return
        self._came.append((sender, content))

    def take(
        self, what: str, sender: str | None, timeout_s: float | str | None, opened: Callable[[Any], Any] | None = None
    ) -> Operation:
        """An operation whose value is the next thing from there, opened; None: from anybody."""
        operation = Operation(what)
        for each in self._came:
            if sender in (None, each[0]):
                self._came.remove(each)
                operation._succeed(opened(each[1]) if opened else each[1])
                return operation
        taker = sender, operation, opened
        self._takers.append(taker)
        operation._cancel = lambda: self._takers.remove(taker)
        if timeout_s is not None:

            def too_late(_: Operation) -> None:
                if not operation.done:
                    self._takers.remove(taker)
                    operation._fail(TimedOut(f"{what}: not in time"))

            self._node.wait(timeout_s)._waits = too_late
        return operation


class StackNode(Node):
    """A node whose pairs come from its stack. :meth:`entangle` and :meth:`accept` are those of the network layer.

    All else is as at any :class:`farbell.programs.Node`.

    Attributes
    ----------
    link : LinkLayer
        Pairs with neighbours.
    network : NetworkLayer
        Pairs with any node.
    transport : Transport
        Qubits to and from any node.
    channel : Channel
        What the layers say to those of other nodes.
    map : Map
        What is known of the network: nodes, links, routes.

    Examples
    --------
    A program that was written without a stack runs on one:

    >>> import farbell as fb
    >>> from farbell.programs.examples.teleportation import Receiver, Sender
    >>> scenario = fb.chain(3, length_m="10 km", demands=[])
    >>> programs = fb.stack.on(scenario, {"n0": Sender("n2", times=3), "n2": Receiver("n0")})
    >>> len(fb.run(scenario, programs=programs, seed=1).records)
    3
    """

    link: LinkLayer
    network: NetworkLayer
    transport: Transport
    channel: Channel

    def __init__(self, node: Node, known: Map) -> None:
        super().__init__(node._host, node._index, node.name, node.neighbours, node.random, node.replica)
        self._program = node._program
        self.map = known
        self._mail = Inbox(self)
        self._hears: dict[type, Callable[[str, Any], None]] = {}

    # ---- for the layers ----

    def hears(self, messages: tuple[type, ...], do: Callable[[str, Any], None]) -> None:
        """A layer is called back with the sender and the message for messages of these classes."""
        self._hears.update(dict.fromkeys(messages, do))

    def heard(self, peer: str, message: Any) -> None:
        """A message that the channel has received."""
        self._hears[type(message)](peer, message)

    def listen(self) -> Any:
        """The process that takes whatever comes to the node."""
        while True:
            message = yield super().receive_any()
            if isinstance(message.content, (Frame, Acknowledgement)):
                self.channel.came(message.sender, message.content)
            else:
                self._mail.put(message.sender, message)

    def ask(self, neighbour: str, *, min_fidelity: float = 0.0, tag: object = None) -> Operation:
        """Asks the hardware for a pair with a neighbour, whose stack gets its half by :meth:`take`."""
        return super().entangle(neighbour, min_fidelity=min_fidelity, tag=tag)

    def take(self, neighbour: str) -> Operation:
        """The next pair that the stack of a neighbour has asked for."""
        return super().accept(neighbour)

    # ---- what programs of any node do, from the stack ----

    def entangle(
        self,
        peer: str,
        *,
        pairs: int = 1,
        min_fidelity: float = 0.0,
        timeout_s: float | str | None = None,
        tag: object = None,
    ) -> Operation:
        """As of any node; of the network layer."""
        return self.network.create(peer, number=pairs, min_fidelity=min_fidelity, timeout_s=timeout_s, purpose=tag)

    def accept(self, peer: str, *, timeout_s: float | str | None = None) -> Operation:
        """As of any node; of the network layer."""
        return self.network.accept(peer, timeout_s=timeout_s)

    def receive(self, peer: str, *, timeout_s: float | str | None = None) -> Operation:
        """As of any node: what other programs have sent."""
        return self._mail.take(f"receive({peer!r})", peer, timeout_s, lambda message: message.content)

    def receive_any(self, *, timeout_s: float | str | None = None) -> Operation:
        """As of any node: what other programs have sent, as a :class:`farbell.programs.Message`."""
        return self._mail.take("receive_any()", None, timeout_s)
