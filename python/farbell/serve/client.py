"""A client of the REST interface, with the methods of a live run; Python's standard library is all it needs."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable, Sequence
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlsplit

from farbell._core import RunError, SpecError
from farbell._numbers import seconds
from farbell.in_force import Circuit, RouteInForce, listed, node_names, row_number
from farbell.serve.wire import CONTROLLER, CONTROLLER_NAME, PREFIX, TOKEN, table_of
from farbell.table import ResultTable

__all__ = ["Client", "ControllerTaken", "Unauthorised"]


class ControllerTaken(RunError):
    """Another controller steers the run.

    Examples
    --------
    >>> import farbell as fb
    >>> issubclass(fb.serve.ControllerTaken, fb.RunError)
    True
    """


class Unauthorised(RunError):
    """The token is missing, or not that of the server.

    Examples
    --------
    >>> import farbell as fb
    >>> issubclass(fb.serve.Unauthorised, fb.RunError)
    True
    """


class Client:
    """Steers a run that ``farbell serve`` holds, as one holds it in the same process: see :class:`farbell.LiveRun`.

    Parameters
    ----------
    url : str
        Of the server, ``"http://127.0.0.1:8765"`` say.
    token : str, optional
        Which the server printed; left out, that of the environment variable ``FARBELL_TOKEN``.
    controller : str, optional
        Name under which it steers: up to 64 letters, digits and ``._-``; left out, one that nobody else has.
    timeout_s : float, optional
        Seconds of real time after which an answer that has not come is given up; left out, it waits.

    Raises
    ------
    SpecError
        If the address, the token or the name is none; later, for what the run refuses.
    RunError
        If the run is over, or goes on at the moment for somebody else; its kinds :class:`ControllerTaken` and
        :class:`Unauthorised`.
    ConnectionError
        If there is no server.

    Examples
    --------
    >>> import farbell as fb
    >>> client = fb.serve.Client("http://127.0.0.1:8765", token="what-the-server-printed")
    >>> client.url
    'http://127.0.0.1:8765'
    """

    def __init__(
        self, url: str, *, token: str | None = None, controller: str | None = None, timeout_s: float | None = None
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or parts.query:
            raise SpecError("url", repr(url), 'the address of a server, such as "http://127.0.0.1:8765"')
        given = os.environ.get(TOKEN, "") if token is None else token
        if not given or not given.isascii() or not given.isprintable():
            raise SpecError("token", repr(given), f"the token that the server printed, or that of {TOKEN}")
        self.controller = f"farbell-{uuid.uuid4().hex[:16]}" if controller is None else controller
        if not CONTROLLER_NAME.fullmatch(self.controller):
            raise SpecError("controller", repr(controller), "1 to 64 letters, digits, dots, underscores and hyphens")
        self.url = url.rstrip("/")
        self._token = given
        self._host, self._port, self._timeout_s = parts.hostname, parts.port or 80, timeout_s

    def __repr__(self) -> str:
        return f"<Client {self.controller} of {self.url}>"

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", CONTROLLER: self.controller}
        text = None
        if body is not None:
            text = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        status, answer = self._exchange(method, PREFIX + path, text, headers)
        if status < 400:
            return answer
        error = answer["error"]
        if error["kind"] in ("spec", "http", "too_large"):
            raise SpecError(error["path"], error["found"], error["allowed"], error["nearest"])
        raise {"controller": ControllerTaken, "token": Unauthorised}.get(error["kind"], RunError)(error["message"])

    def _exchange(self, method: str, path: str, text: bytes | None, headers: dict[str, str]) -> tuple[int, Any]:
        # Not by way of a proxy: the server is on this machine, or on one that was named.
        connection = HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        try:
            connection.request(method, path, text, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except ConnectionRefusedError as error:
            raise ConnectionError(f"there is no server at {self.url}") from error
        except (HTTPException, ValueError) as error:
            raise ConnectionError(f"{self.url} did not answer as a farbell server does") from error
        finally:
            connection.close()

    def _table(self, path: str, name: str) -> ResultTable:
        return table_of(self._call("GET", path)[name], name)

    # ---- going on ----

    @property
    def state(self) -> dict[str, Any]:
        """How far the run is, and who steers: the answer to ``GET /v1``."""
        answer: dict[str, Any] = self._call("GET", "")
        return answer

    @property
    def time_s(self) -> float:
        """How far the run has been simulated, in seconds."""
        return float(self.state["time_s"])

    @property
    def duration_s(self) -> float:
        """The scenario's duration, at which the run is over."""
        return float(self.state["duration_s"])

    @property
    def left_s(self) -> float:
        """Simulated seconds from now to the scenario's duration."""
        state = self.state
        return float(state["duration_s"] - state["time_s"])

    @property
    def ended(self) -> str | None:
        """Why nothing happens any more; None while it can go on."""
        ended: str | None = self.state["ended"]
        return ended

    @property
    def over(self) -> bool:
        """Whether nothing happens any more."""
        return bool(self.state["over"])

    @property
    def events(self) -> int:
        """Events simulated so far."""
        return int(self.state["events"])

    def advance(self, *, until_s: float | str | None = None, by_s: float | str | None = None) -> bool:
        """As :meth:`LiveRun.advance`; if this process goes away meanwhile, the run stops on the way.

        Parameters
        ----------
        until_s, by_s : float or str
            One of them.

        Returns
        -------
        bool
            Whether the time was reached; if not, the run is over before its time, or the server is about to stop.
        """
        until = None if until_s is None else seconds(until_s, "/until_s")
        by = None if by_s is None else seconds(by_s, "/by_s")
        given = {name: value for name, value in (("until_s", until), ("by_s", by)) if value is not None}
        answer = self._call("POST", "/advance", given)
        return bool(answer["reached"])

    # ---- looking at it ----

    @property
    def nodes(self) -> ResultTable:
        """As :attr:`LiveRun.nodes`."""
        return self._table("/nodes", "nodes")

    @property
    def links(self) -> ResultTable:
        """As :attr:`LiveRun.links`."""
        return self._table("/links", "links")

    @property
    def demands(self) -> ResultTable:
        """As :attr:`LiveRun.demands`."""
        return self._table("/demands", "demands")

    @property
    def requests(self) -> ResultTable:
        """As :attr:`LiveRun.requests`."""
        return self._table("/requests", "requests")

    def ended_requests(self, first: int = 0) -> ResultTable:
        """As :meth:`LiveRun.ended_requests`."""
        return self._table(f"/requests/ended?first={row_number(first)}", "ended_requests")

    def pairs(self, first: int = 0) -> ResultTable:
        """As :meth:`LiveRun.pairs`."""
        return self._table(f"/pairs?first={row_number(first)}", "pairs")

    @property
    def routes(self) -> dict[str, tuple[RouteInForce, ...]]:
        """As :attr:`LiveRun.routes`."""
        return {entry["demand"]: _routes(entry) for entry in self._call("GET", "/routes")["routes"]}

    def routes_of(self, demand: str) -> tuple[RouteInForce, ...]:
        """The same of one demand."""
        return _routes(self._call("GET", f"/routes/{_part(demand)}"))

    def installed(self, demand: str) -> bool:
        """Whether the demand's routes were installed."""
        return bool(self._call("GET", f"/routes/{_part(demand)}")["installed"])

    @property
    def circuits(self) -> tuple[Circuit, ...]:
        """As :attr:`LiveRun.circuits`."""
        found = self._call("GET", "/circuits")["circuits"]
        return tuple(Circuit(**{**circuit, "route": tuple(circuit["route"])}) for circuit in found)

    # ---- acting on it ----

    def install_routes(
        self, demand: str, routes: Iterable[Sequence[str]], *, release_others: bool = True
    ) -> tuple[RouteInForce, ...]:
        """As :meth:`LiveRun.install_routes`."""
        named = [node_names(route, f"/routes/{i}") for i, route in enumerate(listed(routes, "/routes"))]
        body = {"routes": named, "release_others": release_others}
        return _routes(self._call("PUT", f"/routes/{_part(demand)}", body))

    def remove_routes(self, demand: str, *, release_others: bool = True) -> tuple[RouteInForce, ...]:
        """As :meth:`LiveRun.remove_routes`."""
        return _routes(self._call("DELETE", f"/routes/{_part(demand)}?release_others={str(release_others).lower()}"))

    def fail(self, *names: str) -> None:
        """As :meth:`LiveRun.fail`."""
        self._call("POST", "/fail", {"names": names})

    def restore(self, *names: str) -> None:
        """As :meth:`LiveRun.restore`."""
        self._call("POST", "/restore", {"names": names})

    def ask(
        self, demand: str, *, pairs: int | None = None, min_fidelity: float = 0.0, timeout_s: float | str | None = None
    ) -> int:
        """As :meth:`LiveRun.ask`."""
        timeout = None if timeout_s is None else seconds(timeout_s, "/timeout_s")
        body = {"demand": demand, "pairs": pairs, "min_fidelity": min_fidelity, "timeout_s": timeout}
        return int(self._call("POST", "/requests", body)["request"])

    # ---- the end ----

    def give_up(self) -> None:
        """Lets another controller steer at once."""
        self._call("DELETE", "/controller")

    def shutdown(self) -> None:
        """Ends the server, which saves the results if it was told to (``--out``)."""
        self._call("POST", "/shutdown")


def _part(name: str) -> str:
    """A name as a part of a path."""
    return quote(name, safe="")


def _routes(entry: dict[str, Any]) -> tuple[RouteInForce, ...]:
    return tuple(RouteInForce(tuple(route["nodes"]), route["usable"]) for route in entry["routes"])
