"""A link layer that makes one pair of two where links are not good enough."""

from __future__ import annotations

from collections.abc import Generator
from math import pi
from typing import Any

from farbell.programs import Operation
from farbell.stack import estimates
from farbell.stack.link_layer import LinkLayer
from farbell.stack.messages import EntanglementId, LinkBit, LinkCreate, LinkExpire, LinkHold
from farbell.stack.node import StackNode
from farbell.stack.requests import StackPair

__all__ = ["DistillingLinkLayer"]


class DistillingLinkLayer(LinkLayer):
    """Every pair is made of two of the hardware, by DEJMPS: both ends rotate them, use up the second, and
    compare what they read.

    D. Deutsch et al., Phys. Rev. Lett. 77, 2818 (1996). The estimate follows from the declared noise.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.1, attempt_period_s="10 us", state=fb.Werner(fidelity=0.8))
    >>> scenario = fb.chain(2, demands=[], generation=link, memory=fb.Memory(name="m", slots=4))
    >>> def alice(node):
    ...     pair = yield node.link.create("n1", min_fidelity=0.82)
    ...     node.record(estimated=pair.estimated_fidelity, fidelity=fb.truth.fidelity(pair))
    >>> programs = fb.stack.on(scenario, {"n0": alice}, link=fb.stack.DistillingLinkLayer)
    >>> records = fb.run(scenario, programs=programs, seed=1).records
    >>> records["estimated"].round(3).tolist(), records["fidelity"].round(3).tolist()
    ([0.838], [0.838])
    """

    uses = 2

    def __init__(self, node: StackNode) -> None:
        super().__init__(node)
        self._first: dict[tuple[str, int], StackPair] = {}
        self._bits: dict[EntanglementId, Operation] = {}
        node.hears((LinkBit,), self._bit_came)

    def attainable_fidelity(self, peer: str) -> float:
        best = super().attainable_fidelity(peer)
        w = (4 * best - 1) / 3
        here, there = (self.node.map.memory(name) for name in (self.node.name, peer))
        return estimates.fidelity(estimates.distilled((w, -w, w), (w, -w, w), here, there)[1])

    def hardware_fidelity(self, peer: str, min_fidelity: float) -> float:
        return 0.0

    def made(self, create: LinkCreate, pair: StackPair) -> None:
        asker, request, number = pair.id
        if number % 2 == 0:
            self._first[asker, request] = pair
            if pair.asked_here and self._served[request].holds:
                self._let_go(pair)
            return
        first = self._first.pop((asker, request), None)
        if first is not None and first.id[2] == number - 1:
            self.node.start(self._distilled(create, first, pair))
        else:
            self.drop(pair)
            self.failed(create, pair)

    def _distilled(self, create: LinkCreate, kept: StackPair, used: StackPair) -> Generator[Any, Any, None]:
        waits = self._bits.setdefault(kept.id, Operation(f"what {kept.peer} reads"))
        angle_rad = pi / 2 if kept.asked_here else -pi / 2
        for pair in (kept, used):
            yield self.node.gate("rx", pair.kept, angle_rad=angle_rad)
        yield self.node.gate("cx", kept.kept, used.kept)
        mine = yield self.node.measure(used.kept)
        used.qubit = None
        self.node.channel.send(kept.peer, LinkBit(kept.id, mine))
        theirs = yield waits
        del self._bits[kept.id]
        if mine == theirs and self._estimate(create, kept, used):
            super().made(create, kept)
        else:
            self.drop(kept)
            self.failed(create, kept)

    def _estimate(self, create: LinkCreate, kept: StackPair, used: StackPair) -> bool:
        """What both ends now expect of the pair; whether it is enough."""
        here, there = (self.node.map.memory(name) for name in (self.node.name, kept.peer))
        at_s = max(kept.formed_s, used.formed_s)
        aged = []
        for pair in (kept, used):
            known = pair.estimated_correlators
            for memory in (here, there):
                known = estimates.product(known, estimates.decay(memory, pair.born_s, pair.formed_s, at_s))
            aged.append(known)
        memories = (here, there) if kept.asked_here else (there, here)
        kept.estimated_correlators = estimates.distilled(aged[0], aged[1], *memories)[1]
        kept.estimated_fidelity = estimates.fidelity(kept.estimated_correlators)
        kept.formed_s, kept.born_s = at_s, min(kept.born_s, used.born_s)
        return kept.estimated_fidelity >= create.min_fidelity

    def _bit_came(self, peer: str, message: LinkBit) -> None:
        self._bits.setdefault(message.pair, Operation(f"what {peer} reads"))._succeed(message.bit)

    def _hold_came(self, peer: str, message: LinkHold) -> None:
        first = self._first.get((self.node.name, message.request))
        if message.held and first is not None:
            self._let_go(first)
        super()._hold_came(peer, message)

    def _let_go(self, first: StackPair) -> None:
        """A pair that waits for its second while no more are wanted holds a slot that others need."""
        self._forget(self.node.name, first.id[1])
        self.node.channel.send(first.peer, LinkExpire(first.id))

    def _expire_came(self, peer: str, message: LinkExpire) -> None:
        first = self._first.get(message.pair[:2])
        if first is not None and first.id == message.pair:
            self._forget(*message.pair[:2])
        if message.pair in self._bits:  # its second came here before the news
            self._bits[message.pair]._succeed(None)
        super()._expire_came(peer, message)

    def _end_came(self, peer: str, message: Any) -> None:
        self._forget(peer, message.request)
        super()._end_came(peer, message)

    def end(self, request: Any) -> None:
        self._forget(self.node.name, request.request)
        super().end(request)

    def _forget(self, asker: str, request: int) -> None:
        first = self._first.pop((asker, request), None)
        if first is not None:
            self.drop(first)
