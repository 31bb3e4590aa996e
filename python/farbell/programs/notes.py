"""What the programs of a traced run did, in order: rows that :meth:`Results.trace` puts between those of the core."""

from __future__ import annotations

import reprlib
import sys
from os.path import dirname
from typing import TYPE_CHECKING, Any, NamedTuple

from farbell.programs.node import Pair
from farbell.programs.operations import Cancelled, Failed, Operation, Refused, TimedOut, call_and_peer
from farbell.trace import Note

if TYPE_CHECKING:
    from farbell.programs.host import Host
    from farbell.programs.node import Node

__all__ = ["Notes"]

_ENDS = {TimedOut: "operation_timed_out", Refused: "operation_refused", Cancelled: "operation_cancelled"}
_HERE = dirname(__file__)

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60
_short.maxdict = _short.maxlist = _short.maxtuple = 8


class _Asked(NamedTuple):
    number: int
    node: Node


class Notes:
    """The rows of a run, replica after replica."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.rows: list[Note] = []
        self.begin()

    def begin(self) -> None:
        """A replica begins."""
        self._asked: dict[Operation, _Asked] = {}
        self._number = 0

    def add(self, node: int, note: Note) -> None:
        if self._host._run.note(node, len(self.rows)):
            held_at = self._host._run.held_at
            held_there = held_at(note.to_node) if note.to_node >= 0 else -1
            self.rows.append(note._replace(held=held_at(node), held_there=held_there))

    # ---- operations ----

    def asked(self, node: Node, operation: Operation) -> None:
        of = _Asked(self._number, node)
        self._number += 1
        demand, request = operation._request or (-1, -1)
        call, peer = call_and_peer(operation.what)
        sent = call == "send"
        to = self._host._numbers[peer] if sent or call == "entangle" else -1
        kind = "message_sent" if sent else "operation_asked"
        self.add(node._index, Note(kind, node._program, operation.what, of.number, _user_line(), to, demand, request))
        if sent:
            return
        self._asked[operation] = of
        if operation.done:
            self.done(operation)

    def done(self, operation: Operation) -> None:
        number, node = self._asked.pop(operation)
        error, value, what = operation._error, operation.value, operation.what
        demand, request = operation._request or (-1, -1)
        if error is not None:
            kind = "operation_failed" if isinstance(error, Failed) else _ENDS.get(type(error), "operation_failed")
            what = str(error)
        elif what.startswith("receive"):
            kind = "message_received"
        elif what.startswith("accept"):
            kind, demand = "pair_given", value.id[0]
        else:
            kind = "operation_done"
        if error is None and value is not None:
            what += f": {_short.repr(value)}"
        self.add(node._index, Note(kind, node._program, what, number, "", -1, demand, request))

    def pair(self, operation: Operation, pair: Pair) -> None:
        """To who asked for it; the other end gets its half by ``accept``."""
        number, node = self._asked[operation]
        demand, request = operation._request or (-1, -1)
        what = f"{operation.what}: {_short.repr(pair)}"
        self.add(node._index, Note("pair_given", node._program, what, number, "", -1, demand, request))

    # ---- the rest ----

    def message(self, sender: int, receiver: int, content: Any) -> None:
        """It has come to the node, and waits there until it is received."""
        what = f"from {self._host._names[sender]}: {_short.repr(content)}"
        self.add(receiver, Note("message_arrived", "", what))

    def news(self, place: str, news: Any) -> None:
        """Of a link, to who decides on routes."""
        if self._host._run.traced:
            state = f"can be used, cost {news.cost:.6g}" if news.is_up else "cannot be used"
            self.add(self._host._numbers[place], Note("message_arrived", "", f"with news of {news.link}: it {state}"))

    def routes(self, node: Node, what: str, end: str, demand: int) -> None:
        """To end A of a demand."""
        if self._host._run.traced:
            to = self._host._numbers[end]
            self.add(node._index, Note("message_sent", node._program, what, self._number, _user_line(), to, demand, -1))
            self._number += 1

    def released(self, node: Node, qubit: Any) -> None:
        self.add(node._index, Note("qubit_given_up", node._program, repr(qubit), line=_user_line()))

    def recorded(self, node: Node, values: Any) -> None:
        what = ", ".join(f"{name}={_short.repr(value)}" for name, value in values.items())
        self.add(node._index, Note("recorded", node._program, what, line=_user_line()))

    def process(self, node: Node, kind: str, name: str) -> None:
        self.add(node._index, Note(kind, node._program, name))

    def failed(self, node: Node, what: str, line: str) -> None:
        self.add(node._index, Note("program_failed", node._program, what, line=line))

    def lost(self, node: int, count: int, failure: str) -> None:
        """The node has failed."""
        self.add(node, Note("qubits_lost", "", f"{count} that programs held, by failure {failure!r}"))


def _user_line() -> str:
    """Where in the user's program this is."""
    frame = sys._getframe(1)
    while frame is not None and dirname(frame.f_code.co_filename) == _HERE:
        frame = frame.f_back  # type: ignore[assignment]
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""
