"""A circuit as one of its nodes sees it: the head, whose programs ask; the tail; or a node between, which swaps."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from farbell.programs import Operation
from farbell.stack import estimates
from farbell.stack.estimates import Correlators
from farbell.stack.messages import (
    CircuitComplete,
    CircuitExpire,
    CircuitForward,
    CircuitSetup,
    CircuitTrack,
    EntanglementId,
)
from farbell.stack.node import after, then
from farbell.stack.requests import PairRequest, StackPair, flipped, frame_gates, prepared_gates

if TYPE_CHECKING:
    from farbell.stack.network_layer import NetworkLayer

__all__ = ["CircuitNode", "Head", "Middle", "Tail"]

_SLACK = 1e-9  # the two ends multiply what they know of a pair in different order


class CircuitNode:
    """What every node of a circuit does: it keeps the link towards the tail busy while the circuit is active."""

    def __init__(self, layer: NetworkLayer, setup: CircuitSetup) -> None:
        self.layer = layer
        self.node = layer.node
        self.setup = setup
        at = setup.nodes.index(self.node.name)
        self.up = setup.nodes[at - 1] if at else None
        self.down = setup.nodes[at + 1] if at + 1 < len(setup.nodes) else None
        self.active = False
        self._link_request: PairRequest | None = None

    @property
    def name(self) -> tuple[str, int]:
        return self.setup.circuit

    def say(self, peer: str | None, message: Any) -> None:
        if peer is not None:
            self.node.channel.send(peer, message)

    def forward(self) -> None:
        """There are requests."""
        self.say(self.down, CircuitForward(self.name))
        if not self.active:
            self.active = True
            if self.down is not None:
                self._link_request = self.node.link.create(
                    self.down, number=None, min_fidelity=self.setup.link_min_fidelity, purpose=("circuit", *self.name)
                )
                then(self._link_request, self._link_failed)

    def complete(self) -> None:
        """There are none any more: what has not become a pair is given up."""
        self.say(self.down, CircuitComplete(self.name))
        self.active = False
        if self._link_request is not None:
            self.node.link.end(self._link_request)
            self._link_request = None
        self.flush()

    def _link_failed(self, request: Operation) -> None:
        if request is self._link_request and request._error is not None:
            self.layer.tear_down(self, getattr(request._error, "code", "UNREACHABLE"))

    def outward(self, side: str | None, message: Any) -> None:
        """Passes a message on, in the direction in which it went."""
        self.say(self.down if side == self.up else self.up, message)

    def too_old(self, pair: StackPair) -> None:
        """At the cut-off of the circuit, counted from the emission of its oldest photon."""

    def watch(self, pair: StackPair) -> None:
        if self.setup.cutoff_s is not None:
            left_s = pair.born_s + self.setup.cutoff_s - self.node.now_s
            after(self.node, max(left_s, 0.0), lambda: self.too_old(pair))

    # What happens to them.

    def pair(self, pair: StackPair) -> None:
        """A pair with a neighbour on the circuit has come."""
        raise NotImplementedError

    def track(self, side: str, message: CircuitTrack) -> None:
        raise NotImplementedError

    def expire(self, side: str, message: CircuitExpire) -> None:
        raise NotImplementedError

    def flush(self) -> None:
        """Gives up all that has not been delivered."""
        raise NotImplementedError

    def broken(self) -> None:
        """The circuit is gone, and not on purpose."""


class _Swap:
    """Two pairs of neighbours that a Bell measurement joins, as seen from one of them."""

    def __init__(self, other: StackPair) -> None:
        self.other = other
        self.outcome: int | None = None  # until it is done
        self.factors: Correlators = (0.0, 0.0, 0.0)
        self.done_s = 0.0


class Middle(CircuitNode):
    """A node between: it swaps the oldest pairs to either side as soon as it has both, and remembers which."""

    def __init__(self, layer: NetworkLayer, setup: CircuitSetup) -> None:
        super().__init__(layer, setup)
        assert self.up is not None and self.down is not None
        self.held: dict[str, OrderedDict[EntanglementId, StackPair]] = {self.up: OrderedDict(), self.down: OrderedDict()}
        self.swaps: dict[EntanglementId, _Swap] = {}
        self.passed: set[EntanglementId] = set()  # whose TRACK has been here
        self.waiting: dict[EntanglementId, tuple[str, CircuitTrack]] = {}
        self.paused: set[str] = set()

    def pair(self, pair: StackPair) -> None:
        # A slot for the other side is worth more than another pair on this one.
        if not self.active or len(self.held[pair.peer]) >= self.layer.most():
            self._give_up(pair)
            return
        self.held[pair.peer][pair.id] = pair
        self.watch(pair)
        self._swap()
        self._press(pair)

    def _press(self, pair: StackPair) -> None:
        """Tells the link to wait while this side has its share of the memory and the other has nothing."""
        share = self.layer.share()
        side = pair.peer
        if side not in self.paused and len(self.held[side]) >= share:
            self.paused.add(side)
            self.node.link.hold(pair, True)
        elif side in self.paused and len(self.held[side]) < share:
            self.paused.discard(side)
            self.node.link.hold(pair, False)

    def _swap(self) -> None:
        one, other = self.held.values()
        while one and other:
            a, b = one.popitem(last=False)[1], other.popitem(last=False)[1]
            self.swaps[a.id], self.swaps[b.id] = _Swap(b), _Swap(a)
            then(self.node.bell_measure(a.qubit, b.qubit), lambda done, a=a, b=b: self._swapped(a, b, done))  # type: ignore[misc]
            self._press(a)
            self._press(b)

    def _swapped(self, a: StackPair, b: StackPair, done: Operation) -> None:
        a.qubit = b.qubit = None
        swaps = self.swaps.get(a.id), self.swaps.get(b.id)
        if done.value is None or None in swaps:  # failed; or one of them has been given up meanwhile
            for pair, swap in zip((a, b), swaps, strict=True):
                if swap is not None:
                    del self.swaps[pair.id]
                    self._dead(pair)
            return
        now_s, memory = self.node.now_s, self.node.map.memory(self.node.name)
        factors = estimates.swap(memory)
        for pair in (a, b):
            factors = estimates.product(factors, estimates.decay(memory, pair.born_s, pair.formed_s, now_s))
        for swap in swaps:
            assert swap is not None
            swap.outcome, swap.factors, swap.done_s = done.value.phase + 2 * done.value.parity, factors, now_s
        for pair in (a, b):
            if pair.id in self.waiting:
                self.track(*self.waiting.pop(pair.id))

    def track(self, side: str, message: CircuitTrack) -> None:
        swap = self.swaps.get(message.pair)
        if swap is None:
            if message.pair in self.held[side]:
                self.waiting[message.pair] = side, message
            else:  # it was given up here, or beyond
                self.say(side, CircuitExpire(self.name, message.origin, to_end=True))
            return
        if swap.outcome is None:
            self.waiting[message.pair] = side, message
            return
        joined = estimates.joined(message.correlators, swap.other.estimated_correlators)
        self.outward(
            side,
            replace(
                message,
                pair=swap.other.id,
                frame=message.frame ^ swap.outcome,
                correlators=estimates.product(joined, swap.factors),
                oldest_s=min(message.oldest_s, swap.other.born_s),
                formed_s=max(message.formed_s, swap.done_s),
            ),
        )
        if swap.other.id in self.passed:  # both ends know of each other
            self.passed.discard(swap.other.id)
            del self.swaps[message.pair], self.swaps[swap.other.id]
        else:
            self.passed.add(message.pair)

    def expire(self, side: str, message: CircuitExpire) -> None:
        if message.to_end:
            self.outward(side, message)
            return
        self.waiting.pop(message.pair, None)
        pair = self.held[side].pop(message.pair, None)
        if pair is not None:
            self.node.link.drop(pair)
            self._press(pair)
            return
        swap = self.swaps.pop(message.pair, None)
        if swap is not None and swap.outcome is not None:  # else it is told when the measurement is done
            del self.swaps[swap.other.id]
            self.passed.discard(message.pair)
            self._dead(swap.other)

    def too_old(self, pair: StackPair) -> None:
        if self.held[pair.peer].pop(pair.id, None) is not None:
            self._give_up(pair)
            self._press(pair)

    def _give_up(self, pair: StackPair) -> None:
        self.node.link.drop(pair)
        self._dead(pair)

    def _dead(self, pair: StackPair) -> None:
        """Tells whoever has the other half, and who waits to hear of it."""
        self.say(pair.peer, CircuitExpire(self.name, pair.id))
        if waiting := self.waiting.pop(pair.id, None):
            side, message = waiting
            self.say(side, CircuitExpire(self.name, message.origin, to_end=True))

    def flush(self) -> None:
        for side in self.held.values():
            while side:
                self.node.link.drop(side.popitem()[1])
        self.paused.clear()
        self.waiting.clear()
        self.passed.clear()
        self.swaps = {id: swap for id, swap in self.swaps.items() if swap.outcome is None}


class _Half:
    """An end's own half of a pair to be, and what it knows of it."""

    def __init__(self, pair: StackPair) -> None:
        self.pair = pair
        self.request: PairRequest | None = None  # of the head
        self.qubit = 0 if pair.qubit is None else pair.qubit._number
        self.until_s: float | None = None  # when it was read
        self.told = self.busy = False  # the other end; with a gate or a read-out
        self.joined = False  # to the other half: all that is left to do is this end's own
        self.news: CircuitTrack | None = None  # of the other end


class _End(CircuitNode):
    """An end of the circuit: it tells the other of its halves, and hears of the other's."""

    reads: tuple[str, ...] = ()  # kinds of requests for which it reads its half at once

    def __init__(self, layer: NetworkLayer, setup: CircuitSetup) -> None:
        super().__init__(layer, setup)
        self.peer = setup.nodes[-1] if self.up is None else setup.nodes[0]
        self.neighbour = self.down if self.up is None else self.up
        self.halves: dict[EntanglementId, _Half] = {}

    # ---- the two ends differ in this ----

    def wanted(self, half: _Half) -> bool:
        """Whether the other end should hear of it."""
        return True

    def gates(self, half: _Half, news: CircuitTrack) -> Sequence[str]:
        """That this end makes on what it keeps."""
        return ()

    def given(self, half: _Half, news: CircuitTrack, pair: StackPair) -> None:
        """The pair is there."""
        raise NotImplementedError

    def lost(self, half: _Half) -> None:
        """It is not."""

    # ---- and not in this ----

    def pair(self, pair: StackPair) -> None:
        half = self.halves[pair.id] = _Half(pair)
        self.go_on(half)

    def go_on(self, half: _Half) -> None:
        if half.busy or self.halves.get(half.pair.id) is not half:
            return
        if self.setup.kind in self.reads and half.until_s is None:
            half.busy = True
            self.node.start(self._read(half))
            return
        if not self.wanted(half):
            return
        if not half.told:
            half.told = True
            self._tell(half)
        if half.news is not None:
            self._join(half, half.news)

    def track(self, side: str, message: CircuitTrack) -> None:
        half = self.halves.get(message.pair)
        if half is None:
            self.say(side, CircuitExpire(self.name, message.origin, to_end=True))
            return
        half.news = message
        self.go_on(half)

    def expire(self, side: str, message: CircuitExpire) -> None:
        half = self.halves.pop(message.pair, None)
        if half is None:
            self.layer.expired(self.name, message.pair)
            return
        self._drop(half)
        self.lost(half)

    def flush(self) -> None:
        halves, self.halves = self.halves, {id: half for id, half in self.halves.items() if half.joined}
        for half in halves.values():
            if not half.joined:
                self._drop(half)

    def give_up(self, half: _Half) -> None:
        """And tell the other end, if it may know of it."""
        if self.halves.pop(half.pair.id, None) is half:
            self._drop(half)
            if half.news is None:  # nodes between know it by this end's half, or this end hears of the other's later
                self.say(self.neighbour, CircuitExpire(self.name, half.pair.id))
            else:
                self.say(self.neighbour, CircuitExpire(self.name, half.news.origin, to_end=True))

    def broken(self) -> None:
        self.layer.expire_all(self.name)

    def _drop(self, half: _Half) -> None:
        if not half.busy:  # else whoever works on it does
            self.node.link.drop(half.pair)

    def _read(self, half: _Half) -> Generator[Any, Any, None]:
        pair = half.pair
        pair.basis = self.node.random.choice(self.setup.bases)
        if self.setup.kind == "prepare" and self.setup.angle_rad:
            yield self.node.gate("rz", pair.qubit, angle_rad=self.setup.angle_rad)
        pair.outcome = yield self.node.measure(pair.qubit, pair.basis)
        pair.qubit, half.until_s, half.busy = None, self.node.now_s, False
        self.go_on(half)

    def _tell(self, half: _Half) -> None:
        pair, request = half.pair, half.request
        self.say(
            self.neighbour,
            CircuitTrack(
                self.name,
                origin=pair.id,
                pair=pair.id,
                frame=0,
                correlators=pair.estimated_correlators,
                oldest_s=pair.born_s,
                formed_s=pair.formed_s,
                born_s=pair.born_s,
                since_s=pair.formed_s,
                until_s=half.until_s,
                request=None if request is None else request.request,
                purpose=None if request is None else request.purpose,
                outcome=pair.outcome if self.setup.kind == "prepare" else None,
                qubit=half.qubit,
            ),
        )

    def _expected(self, half: _Half, news: CircuitTrack, at_s: float) -> Correlators:
        """Of the pair at that time, or of what was read of it before."""
        mine, theirs = self.node.map.memory(self.node.name), self.node.map.memory(self.peer)
        pair, known = half.pair, news.correlators
        until_s = at_s if half.until_s is None else half.until_s
        known = estimates.product(known, estimates.decay(mine, pair.born_s, pair.formed_s, until_s))
        until_s = at_s if news.until_s is None else news.until_s
        known = estimates.product(known, estimates.decay(theirs, news.born_s, news.since_s, until_s))
        if self.setup.kind == "keep":
            for _ in frame_gates(news.frame):  # at the head
                known = estimates.product(known, estimates.gate(self.node.map.memory(self.setup.nodes[0])))
        return known

    def _join(self, half: _Half, news: CircuitTrack) -> None:
        formed_s = max(half.pair.formed_s, news.formed_s)
        known = self._expected(half, news, formed_s)
        if estimates.fidelity(known) < self.setup.min_fidelity - _SLACK:  # as the other end will find, too
            del self.halves[half.pair.id]
            self._drop(half)
            self.lost(half)
            return
        half.busy = half.joined = True
        gates = self.gates(half, news)
        if gates:
            self.node.start(self._correct(half, news, gates, known, formed_s))
        else:
            self._deliver(half, news, known, formed_s)

    def _correct(
        self, half: _Half, news: CircuitTrack, gates: Sequence[str], known: Correlators, formed_s: float
    ) -> Generator[Any, Any, None]:
        for name in gates:
            yield self.node.gate(name, half.pair.qubit)
        self._deliver(half, news, known, formed_s)

    def _deliver(self, half: _Half, news: CircuitTrack, known: Correlators, formed_s: float) -> None:
        half.busy = False
        if self.halves.pop(half.pair.id, None) is not half:  # given up meanwhile
            self.node.link.drop(half.pair)
            return
        mine, head = half.pair, self.up is None
        ids = (mine.id, news.origin) if head else (news.origin, mine.id)
        pair = StackPair(
            (self.name, *ids),
            self.peer,
            self.setup.kind,
            asked_here=head,
            qubit=mine.qubit,
            born_s=min(mine.born_s, news.oldest_s),
        )
        pair.formed_s, pair.delivered_s = formed_s, self.node.now_s
        pair.estimated_correlators = known
        pair.estimated_fidelity = estimates.fidelity(self._expected(half, news, pair.delivered_s))
        pair.basis = mine.basis
        if mine.outcome is not None:
            flip = flipped(mine.basis or "X", news.frame) if head and self.setup.kind == "measure" else 0
            pair.outcome = mine.outcome ^ flip
        pair._both = (half.qubit, news.qubit)
        self.layer.delivered(self.name, mine.id, pair)
        self.given(half, news, pair)


class Tail(_End):
    """The end that is asked."""

    reads = ("measure",)

    def gates(self, half: _Half, news: CircuitTrack) -> Sequence[str]:
        if self.setup.kind != "prepare":
            return ()
        assert news.outcome is not None
        return prepared_gates(self.setup.bases, news.outcome, news.frame)

    def given(self, half: _Half, news: CircuitTrack, pair: StackPair) -> None:
        if pair.kind == "prepare":
            pair.basis = self.setup.bases
        pair.request, pair.purpose = news.request, news.purpose
        self.layer.offer(self.peer, pair)


class Head(_End):
    """The end whose programs ask."""

    reads = ("measure", "prepare")

    def __init__(self, layer: NetworkLayer, setup: CircuitSetup) -> None:
        super().__init__(layer, setup)
        self.ready = False
        self.requests: list[PairRequest] = []
        self._held: StackPair | None = None  # with which the link was told to wait
        self._idle = 0

    def ask(self, request: PairRequest) -> None:
        self.requests.append(request)
        if self.ready:
            self.start()

    def start(self) -> None:
        """There are requests, and the circuit is set up."""
        if self.requests and not self.active:
            self.forward()
        self._assign()

    def withdraw(self, request: PairRequest) -> None:
        """It has ended; pairs on their way to it are given up, since the other end may have been told whose they are."""
        if request not in self.requests:
            return
        self.requests.remove(request)
        for half in [half for half in self.halves.values() if half.request is request]:
            self.give_up(half)
        self._rest()

    def complete(self) -> None:
        self._held = None
        super().complete()

    def wanted(self, half: _Half) -> bool:
        return half.request is not None

    def gates(self, half: _Half, news: CircuitTrack) -> Sequence[str]:
        return frame_gates(news.frame) if self.setup.kind == "keep" else ()

    def pair(self, pair: StackPair) -> None:
        if not self.active:
            self.node.link.drop(pair)
            self.say(self.neighbour, CircuitExpire(self.name, pair.id))
            return
        self.halves[pair.id] = _Half(pair)
        self.watch(pair)
        self._assign()
        half = self.halves.get(pair.id)
        if half is not None:
            if half.request is None:
                self.go_on(half)  # it may be read, but the other end need not hear of it
                if self._held is None:
                    self._held = pair
                    self.node.link.hold(pair, True)

    def given(self, half: _Half, news: CircuitTrack, pair: StackPair) -> None:
        request = half.request
        assert request is not None
        pair.request, pair.purpose = request.request, request.purpose
        if request.missing == 1:
            self.requests.remove(request)
            self._rest()
        request.give(pair)

    def lost(self, half: _Half) -> None:
        self._assign()

    def too_old(self, pair: StackPair) -> None:
        half = self.halves.get(pair.id)
        if half is not None and half.request is None and not half.busy:
            self.give_up(half)
            self._assign()

    def broken(self) -> None:
        super().broken()
        requests, self.requests = self.requests, []
        for request in requests:
            request.refuse("UNREACHABLE")

    def _assign(self) -> None:
        """Halves that have no request get one, the first that lacks pairs."""
        spare = [half for half in self.halves.values() if half.request is None]
        for request in self.requests:
            on_their_way = sum(half.request is request for half in self.halves.values())
            while spare and request.missing > on_their_way:
                half = spare.pop(0)
                half.request = request
                on_their_way += 1
                self.go_on(half)
            if not spare:
                break
        if not spare and self._held is not None and self.active:
            held, self._held = self._held, None
            self.node.link.hold(held, False)

    def _rest(self) -> None:
        """COMPLETE, if nobody asks again soon."""
        if self.requests:
            return
        self._idle += 1
        turn = self._idle

        def still() -> None:
            if self.active and not self.requests and self._idle == turn:
                self.complete()

        after(self.node, self.layer.linger_s(self.setup), still)
