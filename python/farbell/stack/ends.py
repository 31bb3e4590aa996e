"""The ends of a circuit: the head, whose programs ask, and the tail. Each tells the other of its halves."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from farbell.stack import estimates
from farbell.stack.circuit import CircuitNode
from farbell.stack.estimates import Correlators
from farbell.stack.messages import CircuitExpire, CircuitSetup, CircuitTrack, EntanglementId
from farbell.stack.node import after
from farbell.stack.requests import PairRequest, StackPair, flipped, frame_gates, prepared_gates

if TYPE_CHECKING:
    from farbell.stack.network_layer import NetworkLayer

__all__ = ["Head", "Tail"]

_SLACK = 1e-9  # the two ends multiply what they know of a pair in different order


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
    """What both ends do."""

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
            self.say(message.end, CircuitExpire(self.name, message.origin))
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
                self.say(self.peer, CircuitExpire(self.name, half.news.origin))

    def broken(self, code: str) -> None:
        if code == "UNREACHABLE":
            self.layer.expire_all(self.name)

    def _drop(self, half: _Half) -> None:
        if not half.busy:  # else whoever works on it does
            self.node.link.drop(half.pair)

    def _read(self, half: _Half) -> Generator[Any, Any, None]:
        pair = half.pair
        pair.basis = self.node.random.choice(self.setup.bases)
        if self.setup.kind == "prepare" and self.setup.angle_rad:
            yield self.node.gate("rz", pair.kept, angle_rad=self.setup.angle_rad)
        pair.outcome = yield self.node.measure(pair.kept, pair.basis)
        pair.qubit, half.until_s, half.busy = None, self.node.now_s, False
        self.go_on(half)

    def _tell(self, half: _Half) -> None:
        pair, request = half.pair, half.request
        self.say(
            self.neighbour,
            CircuitTrack(
                self.name,
                end=self.node.name,
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
            yield self.node.gate(name, half.pair.kept)
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

    def broken(self, code: str) -> None:
        super().broken(code)
        requests, self.requests = self.requests, []
        for request in requests:
            request.refuse(code)

    def _assign(self) -> None:
        """Halves that have no request get one, the first that lacks pairs."""
        spare = [half for half in self.halves.values() if half.request is None]
        for request in list(self.requests):
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
