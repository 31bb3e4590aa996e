"""The network layer: pairs between any two nodes, over circuits of links whose pairs are swapped.

After W. Kozlowski, A. Dahlberg and S. Wehner, Designing a Quantum Network Protocol, CoNEXT 2020 (arXiv:2010.02575).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from farbell import _core
from farbell.programs import Operation
from farbell.stack.circuit import CircuitNode
from farbell.stack.ends import Head, Tail
from farbell.stack.messages import (
    CircuitComplete,
    CircuitDown,
    CircuitExpire,
    CircuitForward,
    CircuitReady,
    CircuitRefused,
    CircuitSetup,
    CircuitTrack,
    EntanglementId,
    LinkCreate,
)
from farbell.stack.middle import Middle
from farbell.stack.node import Inbox, StackNode
from farbell.stack.requests import PairRequest, StackPair, checked_kind

__all__ = ["NetworkLayer"]


class NetworkLayer:
    """Pairs with any node.

    To write another one, derive from it and override :meth:`route`, :meth:`refuses`, :meth:`link_fidelity`, or the classes of
    which its circuits are made (`head`, `middle`, `tail`); or write any class with :meth:`create` and :meth:`accept`.

    Parameters
    ----------
    node : StackNode
        Whose.

    Examples
    --------
    >>> import farbell as fb
    >>> class Alice(fb.Program):
    ...     def run(self, node):
    ...         pair = yield node.network.create("n3", min_fidelity=0.8, timeout_s=1)
    ...         node.record(pair=repr(pair.id), good=pair.estimated_fidelity > 0.8)
    >>> class Bob(fb.Program):
    ...     def run(self, node):
    ...         pair = yield node.network.accept("n0")
    ...         node.record(pair=repr(pair.id), good=pair.estimated_fidelity > 0.8)
    >>> scenario = fb.chain(4, demands=[])
    >>> records = fb.run(scenario, programs=fb.stack.on(scenario, {"n0": Alice(), "n3": Bob()})).records
    >>> len(set(records["pair"].tolist())), records["good"].tolist()
    (1, [True, True])
    """

    head: type[Head] = Head
    middle: type[Middle] = Middle
    tail: type[Tail] = Tail
    #: Pairs that have been delivered and are known by their names until then.
    remembered = 4096

    def __init__(self, node: StackNode) -> None:
        self.node = node
        self._circuits: dict[tuple[str, int], CircuitNode] = {}
        self._heads: dict[tuple[Any, ...], Head] = {}
        self._delivered: OrderedDict[tuple[tuple[str, int], EntanglementId], StackPair] = OrderedDict()
        self._offers = Inbox(node)
        self._expiries = Inbox(node)
        self._services: dict[Any, Callable[[StackPair], None]] = {}
        self._numbers = self._requests = 0
        node.link.serve("circuit", self)
        node.hears((CircuitSetup,), self._setup_came)
        along = (CircuitReady, CircuitRefused, CircuitForward, CircuitComplete, CircuitDown, CircuitTrack, CircuitExpire)
        node.hears(along, self._came)
        node.channel.unreachable.append(self._unreachable)

    # ---- the interface ----

    def create(
        self,
        peer: str,
        *,
        kind: str = "keep",
        number: int | None = 1,
        min_fidelity: float = 0.0,
        timeout_s: float | str | None = None,
        purpose: Any = None,
        bases: str = "X",
        angle_rad: float = 0.0,
        cutoff_s: float | str | None = None,
        route: tuple[str, ...] | None = None,
    ) -> PairRequest:
        """Asks for pairs with another node, over a circuit that is set up if there is none like it.

        Parameters
        ----------
        peer : str
            The other node.
        kind, number, timeout_s, purpose, bases, angle_rad
            As of :meth:`LinkLayer.create`.
        min_fidelity : float
            Pairs whose estimated fidelity, when they are formed, is below it are not delivered; links are asked for what it
            takes.
        cutoff_s : float or str, optional
            Nodes between the ends give up a pair with a neighbour that is older and not swapped.
        route : tuple of str, optional
            The nodes of the circuit, both ends among them; default: the way of least cost.

        Returns
        -------
        PairRequest
            Its value: a :class:`StackPair`, or a list of them. It fails with :class:`RequestError` or
            :class:`farbell.TimedOut`.
        """
        known = checked_kind(kind, number, min_fidelity, bases)
        timeout = None if timeout_s is None else float(_core.seconds(timeout_s))
        cutoff = None if cutoff_s is None else float(_core.seconds(cutoff_s))
        nodes = self.route(peer) if route is None else self._checked_route(peer, tuple(route))
        request = PairRequest(self.node, f"network.create({peer!r})", self._requests, number, self.end)
        request.purpose = purpose
        self._requests += 1
        if nodes is None or len(nodes) < 2:
            request.refuse("NOROUTE")
            return request
        link_fidelity = self.link_fidelity(nodes, min_fidelity)
        if code := self._unserved(nodes, known, number, link_fidelity, timeout):
            request.refuse(code)
            return request
        key = nodes, known, bases, angle_rad, min_fidelity, cutoff
        head = self._heads.get(key)
        if head is None:
            name = self.node.name, self._numbers
            self._numbers += 1
            setup = CircuitSetup(name, nodes, known, bases, angle_rad, min_fidelity, link_fidelity, cutoff)
            head = self._heads[key] = self._circuits[name] = self.head(self, setup)
            self.node.channel.send(nodes[1], setup)
        head.ask(request)
        request.limit(self.node, timeout, self.end)
        return request

    def accept(self, peer: str, *, timeout_s: float | str | None = None) -> Operation:
        """The next pair that another node's program has asked for with this node."""
        return self._offers.take(f"network.accept({peer!r})", peer, timeout_s)

    def serve(self, name: str, give: Callable[[StackPair], None]) -> None:
        """Pairs that other nodes have asked for with a purpose ``(name, ...)`` go there, and to no :meth:`accept`."""
        self._services[name] = give

    def end(self, request: PairRequest) -> None:
        """No more pairs of a request of this node."""
        for head in list(self._heads.values()):
            head.withdraw(request)

    def close(self, peer: str) -> None:
        """Tears down the circuits to another node that this one has set up."""
        for head in [each for each in self._heads.values() if each.peer == peer]:
            for request in list(head.requests):
                request.cancel()
            self.tear_down(head, "")

    def expire(self, pair: StackPair) -> None:
        """Gives up a pair that has been delivered, and tells the other end."""
        self.node.link.drop(pair)
        name, at_head, at_tail = pair.id
        self.node.channel.send(pair.peer, CircuitExpire(name, at_tail if pair.asked_here else at_head))

    def expiry(self, *, timeout_s: float | str | None = None) -> Operation:
        """The next pair that was delivered here and that the other end has given up since."""
        return self._expiries.take("network.expiry()", None, timeout_s)

    # ---- what others may override ----

    def route(self, peer: str) -> tuple[str, ...] | None:
        """The nodes over which a circuit leads; None: there is no way."""
        return self.node.map.route(self.node.name, peer)

    def link_fidelity(self, nodes: tuple[str, ...], min_fidelity: float) -> float:
        """Which each link of a circuit must have: as if all were Werner states that are swapped at once."""
        return self.node.map.link_fidelity(nodes, min_fidelity) if min_fidelity > 0 else 0.0

    def refuses(self, setup: CircuitSetup) -> str:
        """Why this node takes no part in a circuit: an error code; "" if it does."""
        at = setup.nodes.index(self.node.name)
        if at + 1 == len(setup.nodes):
            return ""
        return "UNSUPP" if setup.link_min_fidelity > self.node.link.attainable_fidelity(setup.nodes[at + 1]) else ""

    def share(self) -> int:
        """Pairs that a circuit may hold to either side before its links are told to wait."""
        return max(1, self._slots() // (2 * self._uses() * self._swapped_circuits()))

    def most(self) -> int:
        """Pairs that a circuit may hold to either side before it gives others up, so that each other side has what it needs."""
        return max(1, self._slots() - self._uses() * (2 * self._swapped_circuits() - 1))

    def _slots(self) -> int:
        return self.node.map.memory(self.node.name).slots

    def _uses(self) -> int:
        """Slots that the link layer needs to make a pair."""
        return int(getattr(self.node.link, "uses", 1))

    def _swapped_circuits(self) -> int:
        return max(1, sum(isinstance(each, Middle) for each in self._circuits.values()))

    def linger_s(self, setup: CircuitSetup) -> float:
        """How long a circuit stays active without requests."""
        return 2 * self.node.delay_s(setup.nodes[-1])

    # ---- for circuits ----

    def delivered(self, circuit: tuple[str, int], own: EntanglementId, pair: StackPair) -> None:
        self._delivered[circuit, own] = pair
        if len(self._delivered) > self.remembered:
            self._delivered.popitem(last=False)

    def offer(self, peer: str, pair: StackPair) -> None:
        name = pair.purpose[0] if isinstance(pair.purpose, tuple) and pair.purpose else None
        if name in self._services:
            self._services[name](pair)
        else:
            self._offers.put(peer, pair)

    def expired(self, circuit: tuple[str, int], own: EntanglementId) -> None:
        """The other end has given up what was delivered here."""
        pair = self._delivered.get((circuit, own))
        if pair is not None and not pair.expired:
            pair.expired = True
            self._expiries.put(pair.peer, pair)

    def expire_all(self, circuit: tuple[str, int]) -> None:
        """Nobody can tell what the other end has."""
        for name, own in list(self._delivered):
            if name == circuit:
                self.expired(circuit, own)

    def tear_down(self, circuit: CircuitNode, code: str, not_to: str | None = None) -> None:
        """The circuit is gone here; the others hear of it."""
        if self._circuits.pop(circuit.name, None) is None:
            return
        for peer in (circuit.up, circuit.down):
            if peer not in (None, not_to):
                circuit.say(peer, CircuitDown(circuit.name, code))
        circuit.down = None  # what COMPLETE would say, CircuitDown has said
        circuit.complete()
        if code:
            circuit.broken(code)
        for key in [key for key, head in self._heads.items() if head is circuit]:
            del self._heads[key]

    # ---- what the link layer tells ----

    def link_refuses(self, peer: str, create: LinkCreate) -> str:
        return "" if create.purpose[1:] in self._circuits else "DENIED"

    def link_pair(self, pair: StackPair) -> None:
        circuit = self._circuits.get(pair.purpose[1:])
        if circuit is None:
            self.node.link.expire(pair)
        else:
            circuit.pair(pair)

    def link_expired(self, peer: str, pair: EntanglementId) -> None:
        for circuit in list(self._circuits.values()):
            if peer in (circuit.up, circuit.down):
                circuit.expire(peer, CircuitExpire(circuit.name, pair))

    # ---- messages ----

    def _checked_route(self, peer: str, nodes: tuple[str, ...]) -> tuple[str, ...]:
        hops = list(zip(nodes, nodes[1:], strict=False))
        if nodes[:1] != (self.node.name,) or nodes[-1:] != (peer,) or len(set(nodes)) < len(nodes):
            raise ValueError(f"route={nodes!r}: allowed are nodes from {self.node.name!r} to {peer!r}, each once")
        for a, b in hops:
            if not self.node.map.joined(a, b):
                raise ValueError(f"route={nodes!r}: no link joins {a!r} and {b!r}")
        return nodes

    def _unserved(
        self, nodes: tuple[str, ...], kind: str, number: int | None, link_fidelity: float, timeout_s: float | None
    ) -> str:
        if link_fidelity > self.node.link.attainable_fidelity(nodes[1]):
            return "UNSUPP"
        if kind == "keep" and number is not None and number > self.node.map.memory(self.node.name).slots:
            return "OUTOFMEM"
        if timeout_s is not None and timeout_s < 2 * self.node.delay_s(nodes[-1]):
            return "NOTIME"
        return ""

    def _setup_came(self, peer: str, setup: CircuitSetup) -> None:
        if code := self.refuses(setup):
            self.node.channel.send(peer, CircuitRefused(setup.circuit, code))
            return
        last = setup.nodes[-1] == self.node.name
        self._circuits[setup.circuit] = (self.tail if last else self.middle)(self, setup)
        if last:
            self.node.channel.send(peer, CircuitReady(setup.circuit))
        else:
            self.node.channel.send(setup.nodes[setup.nodes.index(self.node.name) + 1], setup)

    def _came(self, peer: str, message: Any) -> None:
        circuit = self._circuits.get(message.circuit)
        if circuit is None:
            if isinstance(message, CircuitExpire):  # pairs outlive their circuit
                self.expired(message.circuit, message.pair)
            elif isinstance(message, CircuitTrack):
                self.node.channel.send(message.end, CircuitExpire(message.circuit, message.origin))
        elif isinstance(message, CircuitTrack):
            circuit.track(peer, message)
        elif isinstance(message, CircuitExpire):
            circuit.expire(peer, message)
        elif isinstance(message, CircuitForward):
            circuit.forward()
        elif isinstance(message, CircuitComplete):
            circuit.complete()
        elif isinstance(message, CircuitDown):
            self.tear_down(circuit, message.code, not_to=peer)
        elif isinstance(circuit, Head):
            self._answered(circuit, message)
        else:
            circuit.outward(peer, message)
            if isinstance(message, CircuitRefused):
                del self._circuits[circuit.name]

    def _answered(self, head: Head, message: CircuitReady | CircuitRefused) -> None:
        if isinstance(message, CircuitReady):
            head.ready = True
            head.start()
            return
        del self._circuits[head.name]
        for key in [key for key, each in self._heads.items() if each is head]:
            del self._heads[key]
        requests, head.requests = head.requests, []
        for request in requests:
            request.refuse(message.code)

    def _unreachable(self, peer: str) -> None:
        for circuit in [each for each in self._circuits.values() if peer in (each.up, each.down)]:
            self.tear_down(circuit, "UNREACHABLE")  # it is told, too, should it be there again
