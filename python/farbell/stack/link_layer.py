"""The link layer: pairs between neighbours, asked for by either, known by the same name at both ends.

After A. Dahlberg et al., A Link Layer Protocol for Quantum Networks, SIGCOMM 2019 (arXiv:1903.09778).
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict, deque
from collections.abc import Callable, Generator
from typing import Any, Protocol

from farbell import _core
from farbell._core import RunError
from farbell.programs import Cancelled, Operation, Pair
from farbell.stack.messages import (
    EntanglementId,
    Kind,
    LinkAccept,
    LinkCreate,
    LinkEnd,
    LinkError,
    LinkExpire,
    LinkHold,
    LinkPrepared,
)
from farbell.stack.node import Inbox, StackNode, then
from farbell.stack.requests import PairRequest, StackPair, checked_kind, prepared_gates

__all__ = ["LinkLayer", "LinkService"]


class LinkService(Protocol):
    """A layer above, whose requests have a purpose ``(name, ...)``; see :meth:`LinkLayer.serve`.

    Examples
    --------
    >>> import farbell as fb
    >>> class Counter:
    ...     def __init__(self, node):
    ...         self.node = node
    ...         node.link.serve("count", self)
    ...     def link_refuses(self, peer, create):
    ...         return ""
    ...     def link_pair(self, pair):
    ...         self.node.record(peer=pair.peer)
    ...         self.node.link.drop(pair)
    ...     def link_expired(self, peer, pair):
    ...         pass
    >>> def left(node):
    ...     Counter(node)
    ...     yield node.link.create("n1", number=3, purpose=("count",))
    >>> def right(node):
    ...     Counter(node)
    ...     yield node.wait(0)
    >>> scenario = fb.chain(2, demands=[])
    >>> records = fb.run(scenario, programs=fb.stack.on(scenario, {"n0": left, "n1": right})).records
    >>> sorted(records["peer"].tolist())
    ['n0', 'n0', 'n0', 'n1', 'n1', 'n1']
    """

    def link_refuses(self, peer: str, create: LinkCreate) -> str:
        """Why this end does not take part in a neighbour's request; "" if it does."""

    def link_pair(self, pair: StackPair) -> None:
        """A pair has come, asked for at this end or the other."""

    def link_expired(self, peer: str, pair: EntanglementId) -> None:
        """The neighbour has given a pair up."""


class _Served:
    """A request of this end."""

    def __init__(self, peer: str, create: LinkCreate, request: PairRequest) -> None:
        self.peer = peer
        self.create = create
        self.request = request
        self.accepted = False
        self.holds: set[str] = set()  # the ends that have as many as they can use
        self.asks: dict[Operation, None] = {}
        self.next = self.at_work = 0  # number of the next pair; pairs of the hardware that are worked on


class _Taken:
    """A request of the other end."""

    def __init__(self, create: LinkCreate) -> None:
        self.create = create
        self.made = 0


class LinkLayer:
    """Pairs with neighbours.

    To write another one, derive from it and override :meth:`made` (what is done with the pairs of the hardware before they are
    handed on), :meth:`attainable_fidelity` or :meth:`refuses`; or write any class with :meth:`create`, :meth:`accept`,
    :meth:`serve`, :meth:`end`, :meth:`expire` and :meth:`hold`, and hand it to :func:`farbell.stack.on`.

    Parameters
    ----------
    node : StackNode
        Whose.

    Examples
    --------
    >>> import farbell as fb
    >>> def alice(node):
    ...     pair = yield node.link.create("n1", min_fidelity=0.9)
    ...     node.record(pair=repr(pair.id))
    >>> def bob(node):
    ...     pair = yield node.link.accept("n0")
    ...     node.record(pair=repr(pair.id))
    >>> scenario = fb.chain(2, demands=[])
    >>> records = fb.run(scenario, programs=fb.stack.on(scenario, {"n0": alice, "n1": bob})).records
    >>> records["pair"].tolist()
    ["('n0', 0, 0)", "('n0', 0, 0)"]
    """

    #: Requests that the hardware has at a time for each neighbour, so that it need not stop between two.
    ahead = 2
    #: Pairs of the hardware that make one of this layer's.
    uses = 1
    #: Pairs that have been delivered and are known by their names until then.
    remembered = 4096

    def __init__(self, node: StackNode) -> None:
        self.node = node
        self._served: dict[int, _Served] = {}
        self._taken: dict[tuple[str, int], _Taken] = {}
        self._turns: dict[str, deque[_Served]] = {peer: deque() for peer in node.neighbours}
        self._asked = dict.fromkeys(node.neighbours, 0)
        self._services: dict[str, LinkService] = {}
        self._delivered: OrderedDict[EntanglementId, StackPair] = OrderedDict()
        self._prepared: dict[EntanglementId, Any] = {}
        self._offers = Inbox(node)
        self._expiries = Inbox(node)
        self._requests = 0
        hears: dict[type, Callable[[str, Any], None]] = {
            LinkCreate: self._create_came,
            LinkAccept: self._accept_came,
            LinkError: self._error_came,
            LinkHold: self._hold_came,
            LinkPrepared: self._prepared_came,
            LinkExpire: self._expire_came,
            LinkEnd: self._end_came,
        }
        for message, do in hears.items():
            node.hears((message,), do)
        node.channel.unreachable.append(self._unreachable)
        for peer in node.neighbours:
            then(node.take(peer), self._came)

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
    ) -> PairRequest:
        """Asks for pairs with a neighbour.

        Parameters
        ----------
        peer : str
            The neighbour.
        kind : {"keep", "measure", "prepare"}
            "keep": both ends get their qubits. "measure": both ends read theirs at once, each in one of `bases` that it draws.
            "prepare": this end reads its own in `bases`, and the other's becomes the +1 eigenstate.
        number : int or None
            How many pairs; None: until the request is cancelled.
        min_fidelity : float
            Pairs whose estimated fidelity is below it are not delivered.
        timeout_s : float or str, optional
            After which the request is given up.
        purpose : object, optional
            Told to the other end; ``(name, ...)`` if pairs are for a layer that serves under that name.
        bases : str
            Of "X", "Y" and "Z": those among which each end draws; to prepare: one.
        angle_rad : float
            To prepare in "X": the state is turned about Z by it, to (|0> + exp(i angle) |1>)/sqrt(2).

        Returns
        -------
        PairRequest
            Its value: a :class:`StackPair`, or a list of them. It fails with :class:`RequestError` or
            :class:`farbell.TimedOut`.
        """
        known = checked_kind(kind, number, min_fidelity, bases)
        timeout = None if timeout_s is None else float(_core.seconds(timeout_s))
        request = PairRequest(self.node, f"link.create({peer!r})", self._requests, number, self.end)
        self._requests += 1
        if code := self._unserved(peer, known, number, min_fidelity, timeout):
            request.refuse(code)
            return request
        create = LinkCreate(request.request, known, number, min_fidelity, purpose, bases, angle_rad)
        self._served[request.request] = _Served(peer, create, request)
        self.node.channel.send(peer, create)
        request.limit(self.node, timeout, self.end)
        return request

    def accept(self, peer: str, *, timeout_s: float | str | None = None) -> Operation:
        """The next pair that a neighbour's program has asked for with this node."""
        return self._offers.take(f"link.accept({peer!r})", peer, timeout_s)

    def expiry(self, *, timeout_s: float | str | None = None) -> Operation:
        """The next pair that was delivered to this node's program and that the other end has given up since."""
        return self._expiries.take("link.expiry()", None, timeout_s)

    def serve(self, name: str, service: LinkService) -> None:
        """Pairs whose purpose begins with this name go to that layer."""
        self._services[name] = service

    def end(self, request: PairRequest) -> None:
        """No more pairs of a request of this end."""
        served = self._served.pop(request.request, None)
        if served is None:
            return
        for turn in self._turns.values():
            if served in turn:
                turn.remove(served)
        for ask in list(served.asks):
            ask.cancel()
        self.node.channel.send(served.peer, LinkEnd(request.request))
        self._fill(served.peer)

    def expire(self, pair: StackPair) -> None:
        """Gives a pair up, and tells the other end."""
        self.drop(pair)
        self.node.channel.send(pair.peer, LinkExpire(pair.id))

    def hold(self, pair: StackPair, held: bool) -> None:
        """No more pairs of the request that made this one, or more again: its users have as many as they can use."""
        asker, request, _ = pair.id
        if asker != self.node.name:
            self.node.channel.send(asker, LinkHold(request, held))
        else:
            self._hold_came(asker, LinkHold(request, held))

    # ---- what others may override ----

    def attainable_fidelity(self, peer: str) -> float:
        """The best that this layer can do with a neighbour."""
        return self.node.map.attainable_fidelity(self.node.name, peer)

    def hardware_fidelity(self, peer: str, min_fidelity: float) -> float:
        """Which pairs of the hardware must have."""
        return min_fidelity

    def refuses(self, peer: str, create: LinkCreate) -> str:
        """Why this end does not take part in a neighbour's request: an error code; "" if it does."""
        service = self._service(create.purpose)
        return service.link_refuses(peer, create) if service is not None else ""

    def made(self, create: LinkCreate, pair: StackPair) -> None:
        """The hardware has made a pair, and both ends know at this moment. It is handed on by :meth:`deliver`."""
        if create.kind == "keep":
            self.deliver(create, pair)
        else:
            self.node.start(self._measured(create, pair) if create.kind == "measure" else self._preparing(create, pair))

    # ---- for those who override ----

    def deliver(self, create: LinkCreate, pair: StackPair) -> None:
        """Hands a pair to whom it is for; one whose request is over is given up."""
        served: _Served | None = None
        if pair.asked_here:
            served = self._served.get(create.request)
            if served is None:
                self.expire(pair)
                return
            served.at_work -= self.uses
        else:
            taken = self._taken.get((pair.peer, create.request))
            if taken is None:
                self.expire(pair)
                return
            taken.made += 1
            if taken.made == create.number:
                del self._taken[pair.peer, create.request]
        pair.purpose = create.purpose
        pair.delivered_s = self.node.now_s
        service = self._service(create.purpose)
        if service is None:
            self._delivered[pair.id] = pair
            if len(self._delivered) > self.remembered:
                self._delivered.popitem(last=False)
        if served is not None and served.request.missing == 1:
            del self._served[create.request]
            self._turns[pair.peer].remove(served)
        if service is not None:
            service.link_pair(pair)
        elif served is None:
            self._offers.put(pair.peer, pair)
        if served is not None and (service is None or create.number is not None):
            served.request.give(pair)

    def failed(self, create: LinkCreate, pair: StackPair) -> None:
        """What was made of a pair is nothing: another is needed."""
        if pair.asked_here and create.request in self._served:
            self._served[create.request].at_work -= self.uses
            self._fill(pair.peer)

    def drop(self, pair: StackPair) -> None:
        """Releases the qubit of a pair, if it is still held."""
        if pair.qubit is not None:
            with contextlib.suppress(RunError):  # its owner has read or released it
                self.node.release(pair.qubit)
            pair.qubit = None

    # ---- asking the hardware ----

    def _unserved(self, peer: str, kind: Kind, number: int | None, min_fidelity: float, timeout_s: float | None) -> str:
        if peer not in self._turns:
            return "NOROUTE"
        if min_fidelity > self.attainable_fidelity(peer):
            return "UNSUPP"
        if kind == "keep" and number is not None and number > self.node.map.memory(self.node.name).slots:
            return "OUTOFMEM"
        if timeout_s is not None and timeout_s < 2 * self.node.delay_s(peer):
            return "NOTIME"
        return ""

    def _service(self, purpose: Any) -> LinkService | None:
        return self._services.get(purpose[0]) if isinstance(purpose, tuple) and purpose else None

    def _fill(self, peer: str) -> None:
        """Keeps the hardware busy: requests take turns, a pair each."""
        turns = self._turns[peer]
        while self._asked[peer] < self.ahead:
            for _ in range(len(turns)):
                served = turns[0]
                turns.rotate(-1)
                if not served.holds and served.request.missing * self.uses > len(served.asks) + served.at_work:
                    break
            else:
                return
            create = served.create
            ask = self.node.ask(
                peer, min_fidelity=self.hardware_fidelity(peer, create.min_fidelity), tag=(create.request, served.next)
            )
            served.next += 1
            served.asks[ask] = None
            self._asked[peer] += 1
            then(ask, lambda ask, served=served: self._answered(served, ask))  # type: ignore[misc]

    def _answered(self, served: _Served, ask: Operation) -> None:
        peer = served.peer
        self._asked[peer] -= 1
        served.asks.pop(ask, None)
        if ask._error is not None:
            if not isinstance(ask._error, Cancelled):
                self.end(served.request)
                served.request.refuse("UNREACHABLE")
            return
        served.at_work += 1
        self._fill(peer)
        self.made(served.create, self._pair(ask.value, peer, served.create, asked_here=True))

    def _came(self, take: Operation) -> None:
        """The other half of a pair that a neighbour has asked for."""
        pair: Pair = take.value
        peer = pair.peer
        then(self.node.take(peer), self._came)
        taken = self._taken.get((peer, pair.tag[0]))
        if taken is None:  # the news that the request is over travels
            self.node.release(pair.qubit)
            self.node.channel.send(peer, LinkExpire((peer, *pair.tag)))
            return
        self.made(taken.create, self._pair(pair, peer, taken.create, asked_here=False))

    def _pair(self, pair: Pair, peer: str, create: LinkCreate, *, asked_here: bool) -> StackPair:
        id = (self.node.name if asked_here else peer, *pair.tag)
        made = StackPair(id, peer, create.kind, asked_here=asked_here, qubit=pair.qubit, born_s=pair.born_s)
        made.request = create.request
        made.formed_s = self.node.now_s
        made.estimated_correlators = pair.estimated_correlators
        made.estimated_fidelity = pair.estimated_fidelity
        made._both = pair._both
        return made

    # ---- pairs that are not kept ----

    def _measured(self, create: LinkCreate, pair: StackPair) -> Generator[Any, Any, None]:
        pair.basis = self.node.random.choice(create.bases)
        pair.outcome = yield self.node.measure(pair.kept, pair.basis)
        pair.qubit = None
        self.deliver(create, pair)

    def _preparing(self, create: LinkCreate, pair: StackPair) -> Generator[Any, Any, None]:
        pair.basis = create.bases
        if pair.asked_here:
            if create.angle_rad:
                yield self.node.gate("rz", pair.kept, angle_rad=create.angle_rad)
            pair.outcome = yield self.node.measure(pair.kept, create.bases)
            pair.qubit = None
            self.node.channel.send(pair.peer, LinkPrepared(pair.id, pair.outcome))
        else:
            waits = self._prepared.setdefault(pair.id, Operation(f"what {pair.peer} reads"))
            outcome = yield waits
            del self._prepared[pair.id]
            for name in prepared_gates(create.bases, outcome, 0):
                yield self.node.gate(name, pair.kept)
        self.deliver(create, pair)

    # ---- messages ----

    def _create_came(self, peer: str, create: LinkCreate) -> None:
        if code := self.refuses(peer, create):
            self.node.channel.send(peer, LinkError(create.request, code))
            return
        self._taken[peer, create.request] = _Taken(create)
        self.node.channel.send(peer, LinkAccept(create.request))

    def _accept_came(self, peer: str, message: LinkAccept) -> None:
        served = self._served.get(message.request)
        if served is not None and not served.accepted:
            served.accepted = True
            self._turns[peer].append(served)
            self._fill(peer)

    def _error_came(self, peer: str, message: LinkError) -> None:
        served = self._served.get(message.request)
        if served is not None:
            self.end(served.request)
            served.request.refuse(message.code)

    def _hold_came(self, peer: str, message: LinkHold) -> None:
        served = self._served.get(message.request)
        if served is not None:
            (served.holds.add if message.held else served.holds.discard)(peer)
            self._fill(served.peer)

    def _prepared_came(self, peer: str, message: LinkPrepared) -> None:
        waits = self._prepared.setdefault(message.pair, Operation(f"what {peer} reads"))
        waits._succeed(message.outcome)

    def _expire_came(self, peer: str, message: LinkExpire) -> None:
        pair = self._delivered.get(message.pair)
        if pair is not None:
            pair.expired = True
            self._expiries.put(peer, pair)
        for service in self._services.values():
            service.link_expired(peer, message.pair)

    def _end_came(self, peer: str, message: LinkEnd) -> None:
        self._taken.pop((peer, message.request), None)

    def _unreachable(self, peer: str) -> None:
        for served in [each for each in self._served.values() if each.peer == peer]:
            self.end(served.request)
            served.request.refuse("UNREACHABLE")
        for key in [key for key in self._taken if key[0] == peer]:
            del self._taken[key]
            self.node.channel.send(peer, LinkError(key[1], "UNREACHABLE"))  # should it be there again
