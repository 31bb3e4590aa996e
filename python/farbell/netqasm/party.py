"""One role of an application in one replica: its thread, its messages and its node's controller."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Generator
from typing import Any

from farbell._core import RunError
from farbell.netqasm.application import Application
from farbell.netqasm.controller import Controller
from farbell.netqasm.exchange import Exchange
from farbell.netqasm.lockstep import Lockstep
from farbell.programs import Message, Node, Operation, TimedOut
from farbell.topology.network import nearest

__all__ = ["Party"]

_Steps = Generator[Operation, Any, Any]
#: Simulated time that an application spends on looking for a message that has not come: one that looks in a loop waits.
_LOOK_S = 1e-6


class Party:
    """What the SDK's classes in an application's thread use."""

    def __init__(self, application: Application, role: str, node: Node, exchange: Exchange, max_wall_s: float | None) -> None:
        self.application = application
        self.role = role
        self.node = node
        self.controller = Controller(node, exchange, application.node_names)
        self.lockstep = Lockstep(self._body, self, str(application.folder), max_wall_s)
        self.what = ""
        self.since_s = 0.0
        self._mail: dict[tuple[str, str], deque[tuple[str, Any]]] = defaultdict(deque)

    @classmethod
    def mine(cls, role: str | None = None) -> Party:
        """Of the thread that asks."""
        party = Lockstep.owner()
        if not isinstance(party, cls):
            raise RunError(
                "the SDK runs here only in the threads that `farbell netqasm run` gives to the roles of an application"
            )
        if role is not None and role != party.role:
            raise ValueError(f"{role!r} in the program of the role {party.role!r}")
        return party

    def _body(self) -> Any:
        return self.application.main(self.role)()

    def ask(self, what: str, work: _Steps) -> Any:
        """From the application's thread, which itself never touches the simulation: it may have ended."""

        def noted() -> _Steps:
            self.what, self.since_s = what, self.node.now_s
            return (yield from work)

        return self.lockstep.ask(noted())

    @property
    def waits_for(self) -> str:
        return ", to ".join([self.what, *self.controller.open_requests])

    # ---- messages ----

    def node_of(self, role: str) -> str:
        roles = self.application.roles
        if role not in roles:
            alike = nearest(role, roles)
            raise ValueError(f"there is no role {role!r}" + (f"; did you mean {alike!r}?" if alike else ""))
        node = roles[role]
        if node not in (self.node.name, *self.application.reachable(self.node.name)):
            raise ValueError(f"no links lead from node {self.node.name} to node {node}, which has the role {role!r}")
        return node

    def send(self, role: str, channel: str, content: Any) -> None:
        def work() -> _Steps:
            yield self.node.send(self.node_of(role), (self.role, channel, json.dumps(content)))

        self.ask(f"a message to {role}", work())

    def receive(self, role: str, channel: str, block: bool = True, timeout_s: float | None = None) -> tuple[str, Any]:
        """The next message of a role, or of any with "", and whose it is."""
        what = f"a message from {role or 'anybody'}"
        work = (
            self._receive(self._mail[role, channel], what, timeout_s) if block else self._look(self._mail[role, channel], what)
        )
        sender, content = self.ask(what, work)
        return sender, json.loads(content)

    def _receive(self, mail: deque[tuple[str, Any]], what: str, timeout_s: float | None) -> _Steps:
        until_s = None if timeout_s is None else self.node.now_s + timeout_s
        while not mail:
            try:
                news = yield self.node.receive_any(timeout_s=None if until_s is None else max(until_s - self.node.now_s, 0.0))
            except TimedOut:
                raise TimeoutError(f"{what}: nothing came within {timeout_s:g} s") from None
            self._file(news)
        return mail.popleft()

    def _look(self, mail: deque[tuple[str, Any]], what: str) -> _Steps:
        while (news := self.node.receive_any()).done:
            self._file(news.value)
        news.cancel()
        if not mail:
            yield self.node.wait(_LOOK_S)
            raise RuntimeError(f"{what}: there is none")
        return mail.popleft()

    def _file(self, message: Message) -> None:
        sender, channel, content = message.content
        self._mail["" if channel == "broadcast" else sender, channel].append((sender, content))
