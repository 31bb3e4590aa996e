"""What every node of a circuit does: it keeps the link towards the tail busy while the circuit is active."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from farbell.programs import Operation
from farbell.stack.messages import (
    CircuitComplete,
    CircuitExpire,
    CircuitForward,
    CircuitSetup,
    CircuitTrack,
)
from farbell.stack.node import after, then
from farbell.stack.requests import PairRequest, StackPair

if TYPE_CHECKING:
    from farbell.stack.network_layer import NetworkLayer

__all__ = ["CircuitNode"]


class CircuitNode:
    """A circuit as one of its nodes sees it."""

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

    def broken(self, code: str) -> None:
        """The circuit is gone, and not on purpose."""
