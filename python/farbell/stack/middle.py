"""A node between the ends of a circuit: it swaps, remembers which pairs it has joined, and gives up what is too old."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from farbell.programs import Operation
from farbell.stack import estimates
from farbell.stack.circuit import CircuitNode
from farbell.stack.estimates import Correlators
from farbell.stack.messages import CircuitExpire, CircuitSetup, CircuitTrack, EntanglementId
from farbell.stack.node import then
from farbell.stack.requests import StackPair

if TYPE_CHECKING:
    from farbell.stack.network_layer import NetworkLayer

__all__ = ["Middle"]


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
            then(self.node.bell_measure(a.kept, b.kept), lambda done, a=a, b=b: self._swapped(a, b, done))  # type: ignore[misc]
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
                self.say(message.end, CircuitExpire(self.name, message.origin))
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
            self.say(waiting[1].end, CircuitExpire(self.name, waiting[1].origin))

    def flush(self) -> None:
        for side in self.held.values():
            while side:
                self.node.link.drop(side.popitem()[1])
        self.paused.clear()
        self.waiting.clear()
        self.passed.clear()
        self.swaps = {id: swap for id, swap in self.swaps.items() if swap.outcome is None}
