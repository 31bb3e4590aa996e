"""The server: where it listens, its token, and how it ends."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, cast

from farbell._core import SpecError
from farbell._extras import require
from farbell.live_run import LiveRun
from farbell.serve.session import Session
from farbell.serve.wire import TOKEN

__all__ = ["Server", "listening", "token_of"]


def token_of(given: str | None) -> tuple[str, bool]:
    """The token: as given, else that of the environment, else a new one; and whether it is new.

    Raises
    ------
    SpecError
        If it is too short, or no word of printable ASCII.
    """
    known = given if given is not None else os.environ.get(TOKEN)
    if known is None:
        return secrets.token_urlsafe(24), True
    if len(known) < 8 or not known.isascii() or not known.isprintable() or " " in known:
        where = "--token" if given is not None else TOKEN
        raise SpecError(where, f"a token of {len(known)} characters", "8 or more, printable ASCII without blanks")
    return known, False


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is any that is free.

    Raises
    ------
    OSError
        If the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


@dataclass
class Server:
    """A run behind the REST interface, until it is told to end.

    Attributes
    ----------
    run : LiveRun
        What is held. Whoever made the server takes its results.
    token : str
        Which every request has to bring.
    lease_s : float
        Seconds for which a controller may be silent before another can take over.
    pace : float, optional
        Simulated seconds that pass in a second of real time; None: they pass by request.
    """

    run: LiveRun
    token: str
    lease_s: float = 60.0
    pace: float | None = None

    def __post_init__(self) -> None:
        require("fastapi", "farbell serve")
        self._uvicorn = require("uvicorn", "farbell serve")
        self._session = Session(self.run, self.lease_s)
        self._session.paced = self.pace is not None
        self._server: Any = None

    def stop(self) -> None:
        """Ends the server soon; for another thread, or a request."""
        self._session.closing = True
        if self._server is not None:
            self._server.should_exit = True

    def serve(self, listener: socket.socket) -> bool:
        """Answers requests until it is told to end.

        Parameters
        ----------
        listener : socket
            As :func:`listening` makes it.

        Returns
        -------
        bool
            Whether Ctrl-C ended it.
        """
        from farbell.serve.app import application

        session = self._session

        class Stopping(self._uvicorn.Server):  # type: ignore[misc, name-defined]
            """What goes on stops with the first Ctrl-C, not when it has come to its end."""

            def handle_exit(self, sig: int, frame: Any) -> None:
                session.closing = True
                super().handle_exit(sig, frame)

        config = self._uvicorn.Config(
            application(session, self.token, self.stop, self.pace),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
        self._server = Stopping(config)
        if session.closing:
            return False
        try:
            self._server.run(sockets=[listener])
        except KeyboardInterrupt:
            # uvicorn raises again, at its end, what it was told by a signal.
            return True
        return False


def url_of(listener: socket.socket) -> str:
    """Where it listens."""
    host, port = cast("tuple[str, int]", listener.getsockname()[:2])
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def warn_of_others(host: str) -> None:
    """Says on standard error what it means to listen to other machines."""
    if not is_loopback(host):
        print(f"farbell: {host} can be reached from other machines, and the token goes over the line as it is", file=sys.stderr)
