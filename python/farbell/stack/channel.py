"""Classical messages that arrive once and in order, whatever becomes of those that carry them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from farbell.stack.node import StackNode

__all__ = ["Acknowledgement", "Channel", "Frame"]


#: Frames that are sent again at a time, the oldest.
_AT_ONCE = 32


@dataclass(frozen=True)
class Frame:
    """Carries a message of the stack. `epoch` counts how often its sender has given up."""

    epoch: int
    number: int
    message: Any


@dataclass(frozen=True)
class Acknowledgement:
    """All frames before this number have come."""

    epoch: int
    expected: int


class _Out:
    """Frames to another node."""

    def __init__(self) -> None:
        self.epoch = self.number = self.tries = 0
        self.waiting: deque[tuple[float, Frame]] = deque()  # when last sent
        self.timer = False


class _In:
    """Frames from another node."""

    def __init__(self) -> None:
        self.epoch = self.expected = 0
        self.early: dict[int, Any] = {}


class Channel:
    """A node's messages to and from the stacks of other nodes.

    Each is sent again after `retry_s` until it is acknowledged, twice as long later each time; after `tries` in vain the
    other node counts as unreachable.

    Parameters
    ----------
    node : StackNode
        Whose.
    retry_s : float, optional
        Default: two and a half times the delay there.
    tries : int
        How often the same message is sent.

    Examples
    --------
    A control plane that loses a third of what is sent; every message arrives:

    >>> import farbell as fb
    >>> class Lossy(fb.stack.Channel):
    ...     def transmit(self, peer, frame):
    ...         if self.node.random.random() > 0.3:
    ...             super().transmit(peer, frame)
    >>> def alice(node):
    ...     pairs = yield node.network.create("n2", number=20)
    ...     node.record(pairs=len(pairs))
    >>> scenario = fb.chain(3, demands=[], memory=fb.Memory(name="m", slots=40))
    >>> programs = fb.stack.on(scenario, {"n0": alice}, channel=Lossy)
    >>> fb.run(scenario, programs=programs).records["pairs"].tolist()
    [20]
    """

    def __init__(self, node: StackNode, *, retry_s: float | None = None, tries: int = 12) -> None:
        self.node = node
        self.retry_s = retry_s
        self.tries = tries
        self._out: dict[str, _Out] = {}
        self._in: dict[str, _In] = {}
        #: Called with the name of a node that has become unreachable.
        self.unreachable: list[Callable[[str], None]] = []

    def send(self, peer: str, message: Any) -> None:
        """To the stack of another node."""
        out = self._out.setdefault(peer, _Out())
        frame = Frame(out.epoch, out.number, message)
        out.number += 1
        out.waiting.append((self.node.now_s, frame))
        self.transmit(peer, frame)
        if not out.timer:
            self._watch(peer, out, self._patience_s(peer, out))

    def transmit(self, peer: str, frame: Frame | Acknowledgement) -> None:
        """Hands one frame to the control plane, which may lose it."""
        self.node.send(peer, frame)

    def came(self, peer: str, frame: Frame | Acknowledgement) -> None:
        """A frame from another node."""
        if isinstance(frame, Acknowledgement):
            out = self._out.get(peer)
            if out is None or frame.epoch != out.epoch:
                return
            while out.waiting and out.waiting[0][1].number < frame.expected:
                out.waiting.popleft()
                out.tries = 0
            return
        from_there = self._in.setdefault(peer, _In())
        if frame.epoch > from_there.epoch:  # what went before has been given up
            from_there.epoch, from_there.expected = frame.epoch, 0
            from_there.early.clear()
        if frame.epoch < from_there.epoch:
            return
        ready = []
        if frame.number >= from_there.expected:
            from_there.early[frame.number] = frame.message
        while from_there.expected in from_there.early:
            ready.append(from_there.early.pop(from_there.expected))
            from_there.expected += 1
        self.transmit(peer, Acknowledgement(from_there.epoch, from_there.expected))
        for message in ready:
            self.node.heard(peer, message)

    def _patience_s(self, peer: str, out: _Out) -> float:
        base = 2.5 * self.node.delay_s(peer) + 1e-6 if self.retry_s is None else self.retry_s
        return float(base * 2 ** min(out.tries, 6))

    def _watch(self, peer: str, out: _Out, after_s: float) -> None:
        out.timer = True
        self.node.wait(after_s)._waits = lambda _: self._look(peer, out)

    def _look(self, peer: str, out: _Out) -> None:
        out.timer = False
        if not out.waiting:
            return
        sent_s, frame = out.waiting[0]
        due_s = sent_s + self._patience_s(peer, out)
        left_s = due_s - self.node.now_s
        if left_s > 1e-9 * due_s:
            self._watch(peer, out, left_s)
            return
        out.tries += 1
        if out.tries >= self.tries:
            out.waiting.clear()
            out.epoch, out.number, out.tries = out.epoch + 1, 0, 0
            for told in self.unreachable:
                told(peer)
            return
        now_s = self.node.now_s
        for at in range(min(len(out.waiting), _AT_ONCE)):
            frame = out.waiting[at][1]
            out.waiting[at] = now_s, frame
            self.transmit(peer, frame)
        self._watch(peer, out, self._patience_s(peer, out))
