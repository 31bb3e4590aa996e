"""What every request has to pass: its token, and how much it may say."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]
#: Sends an answer: status, headers, and what is wrong.
Refuse: TypeAlias = Callable[[int, dict[str, str], str, str, str], App]

#: Bytes of a body that is read.
MOST_BYTES = 1 << 20
#: Bytes of a body that is too large which are taken off the line, so that the client hears why.
MOST_DROPPED = 1 << 24


class Gate:
    """An ASGI application in front of another one.

    Parameters
    ----------
    app : callable
        The other one.
    token : str
        Which ``Authorization: Bearer`` has to bring.
    refuse : callable
        Makes the answer to a request that does not pass.
    """

    def __init__(self, app: App, token: str, refuse: Refuse) -> None:
        self._app = app
        self._token = token.encode()
        self._refuse = refuse

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Lets a request through, or refuses it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        kind, _, token = given.partition(b" ")
        # In the same time for every token that is wrong.
        if not (hmac.compare_digest(token.strip(), self._token) and kind.lower() == b"bearer"):
            found = "no token" if not given else "a token that is not this server's"
            refusal = self._refuse(401, {"www-authenticate": "Bearer"}, "token", found, "Authorization: Bearer TOKEN")
            await refusal(scope, receive, send)
            return
        body = await _read(receive)
        if isinstance(body, _Gone):
            return  # what it began to say may be half of what it meant
        if body is None:
            allowed = f"a body of at most {MOST_BYTES:,} bytes"
            refusal = self._refuse(413, {"connection": "close"}, "too_large", "a larger one", allowed)
            await refusal(scope, receive, send)
            return
        told = False

        async def again() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, send)


class _Gone:
    """A client that hung up before it had said all."""


async def _read(receive: Receive) -> bytes | _Gone | None:
    """The body; None if it is too large."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return _Gone()
        part = message.get("body", b"")
        size += len(part)
        if size <= MOST_BYTES:
            parts.append(part)
        if not message.get("more_body", False) or size > MOST_DROPPED:
            return b"".join(parts) if size <= MOST_BYTES else None
