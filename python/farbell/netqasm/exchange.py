"""What the nodes of an application agree on before a pair is made: who wants one, over which sockets, and what for."""

from __future__ import annotations

import itertools
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any, NamedTuple

from farbell.programs.operations import Operation

__all__ = ["Bases", "Exchange", "News", "SocketPair", "Tag"]


class SocketPair(NamedTuple):
    """Who creates and who receives, by node, and the numbers of their sockets."""

    creator: str
    receiver: str
    creator_socket: int
    receiver_socket: int


class Bases(NamedTuple):
    """How a pair's half is measured at once: rotations in units of pi/16 about the axes, or a basis drawn from a set."""

    rotations: tuple[int, int, int]
    axes: int
    random: int


@dataclass(frozen=True)
class Tag:
    """What the creator of a pair tells the receiver of it."""

    kind: int
    create_id: int
    sequence_number: int
    began_s: float
    bases: Bases


class News:
    """Wakes whoever waits for something to have changed."""

    def __init__(self) -> None:
        self._waiting: list[Operation] = []

    def wait(self, what: str) -> Operation:
        operation = Operation(what)
        self._waiting.append(operation)
        return operation

    def tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for operation in waiting:
            operation._succeed(None)


class Exchange:
    """Of one replica: a creator asks the network for a pair only when it has heard that a receiver is ready for it."""

    def __init__(self) -> None:
        self._ready: dict[SocketPair, deque[Operation]] = defaultdict(deque)
        self._creators: dict[SocketPair, deque[Operation]] = defaultdict(deque)
        self._made: dict[Any, tuple[Operation, Tag]] = {}
        self._sequence: dict[frozenset[str], itertools.count[int]] = defaultdict(itertools.count)

    def ready(self, sockets: SocketPair, ticket: Operation) -> None:
        """The creator has heard of a receiver, whose ticket is done with the pair."""
        if self._creators[sockets]:
            self._creators[sockets].popleft()._succeed(ticket)
        else:
            self._ready[sockets].append(ticket)

    def receiver(self, sockets: SocketPair) -> Operation:
        """Done when there is one, with its ticket."""
        operation = Operation(f"{sockets.receiver} to receive a pair")
        if self._ready[sockets]:
            operation._succeed(self._ready[sockets].popleft())
        else:
            self._creators[sockets].append(operation)
        return operation

    def number(self, sockets: SocketPair) -> int:
        """Of the next pair between two nodes."""
        return next(self._sequence[frozenset(sockets[:2])])

    def made(self, pair: Any, ticket: Operation, tag: Tag) -> None:
        self._made[pair] = ticket, tag

    def accepted(self, pair: Any) -> tuple[Operation, Tag]:
        return self._made.pop(pair)
