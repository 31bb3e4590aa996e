"""Programs that decide on routes: what news has told the controller of links, and what it tells the ends of demands."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from farbell import _core
from farbell._core import Model, ProgramControl, RunError, SpecError
from farbell._nearest import did_you_mean
from farbell._numbers import flag
from farbell.in_force import listed, node_names
from farbell.programs.operations import Operation
from farbell.routes_view import RoutesView

if TYPE_CHECKING:
    from farbell.programs.host import Host
    from farbell.programs.node import Node

__all__ = ["Control", "LinkNews", "controls"]


@dataclass(frozen=True)
class LinkNews:
    """What has become of a link, as it is told to the program that decides on routes: :meth:`Node.link_news`.

    Attributes
    ----------
    link : str
        Its name.
    cost : float
        What ``routing.kind`` compares, as in :class:`farbell.hooks.RoutesView`; infinite if the link cannot be used.

    Examples
    --------
    >>> import farbell as fb
    >>> def watch(node):
    ...     while True:
    ...         news = yield node.link_news()
    ...         node.record(link=news.link, up=news.is_up)
    >>> cut = fb.Failure(links=["n0--n1"], down=[("10 ms", "20 ms")])
    >>> ring = fb.ring(4, length_m="10 km", duration_s="50 ms", failures=[cut]).replace(
    ...     control_plane=fb.ProgramControl(place="n2"), heartbeat_period_s="1 ms"
    ... )
    >>> results = fb.run(ring, programs={"n2": watch})
    >>> results.records["link"].tolist(), results.records["up"].tolist()
    (['n0--n1', 'n0--n1'], [False, True])
    """

    link: str
    cost: float

    @property
    def is_up(self) -> bool:
        """Whether it can be used."""
        return self.cost < math.inf


class Control:
    """The controller of a run: at its place, replica after replica."""

    def __init__(self, host: Host, model: Model, place: str) -> None:
        self._host, self._place = host, place
        self._sender = _core.RouteSender(model)
        self._links = model.link_names
        self._ends = {name: (link.node_a, link.node_b) for name, link in zip(self._links, model.scenario.links, strict=True)}
        self.demands = {
            name: (number, demand.node_a, demand.node_b)
            for number, (name, demand) in enumerate(zip(model.demand_names, model.scenario.demands, strict=True))
        }
        self._alternatives = model.scenario.routing.alternatives
        self.begin()

    def begin(self) -> None:
        """A replica begins: the map is that of the start."""
        self._costs: list[float] = list(self._sender.costs)
        self._news: deque[LinkNews] = deque()
        self._takers: deque[Operation] = deque()

    def comes(self, link: int, cost: float) -> None:
        """News comes to the place; who asked first gets it."""
        self._costs[link] = cost
        news = LinkNews(self._links[link], cost)
        self._host.notes.news(self._place, news)
        if self._takers:
            self._takers.popleft()._succeed(news)
        else:
            self._news.append(news)

    def news(self) -> Operation:
        operation = Operation("link_news()")
        if self._news:
            operation._succeed(self._news.popleft())
        else:
            self._takers.append(operation)
            operation._cancel = lambda: self._takers.remove(operation)
        return operation

    def view(self, demand: str) -> RoutesView:
        _, a, b = self._known(demand, "routes_view")
        costs = {link: cost for link, cost in zip(self._links, self._costs, strict=True) if cost < math.inf}
        return RoutesView(demand, a, b, self._alternatives, self._host.now_s, costs, self._ends)

    def install(self, node: Node, demand: str, routes: Iterable[Sequence[str]], release_others: bool) -> Operation:
        number = self._known(demand, "install_routes")[0]
        what = f"install_routes({demand!r})"
        try:
            given = [
                node_names(getattr(route, "nodes", route), f"/routes/{r}") for r, route in enumerate(listed(routes, "/routes"))
            ]
            self._sender.install(self._host._run, number, given, self._costs, flag(release_others, "/release_others"))
        except SpecError as error:
            raise RunError(f"{what}: {error}") from None
        return self._said(node, demand, f"install_routes({demand!r}, {given!r})")

    def remove(self, node: Node, demand: str, release_others: bool) -> Operation:
        number = self._known(demand, "remove_routes")[0]
        what = f"remove_routes({demand!r})"
        try:
            self._sender.remove(self._host._run, number, flag(release_others, "/release_others"))
        except SpecError as error:
            raise RunError(f"{what}: {error}") from None
        return self._said(node, demand, what)

    def _said(self, node: Node, demand: str, what: str) -> Operation:
        number, a, _ = self.demands[demand]
        operation = Operation(what)
        operation._succeed(None)
        self._host.notes.routes(node, what, a, number)
        return operation

    def _known(self, demand: str, call: str) -> tuple[int, str, str]:
        if isinstance(demand, str) and demand in self.demands:
            return self.demands[demand]
        raise RunError(f"{call}({demand!r}): there is no such demand for pairs{did_you_mean(demand, self.demands)}")


def controls(host: Host, model: Model, programs: Iterable[str]) -> Control | None:
    """If the scenario says that a program decides on routes."""
    plane = model.scenario.control_plane
    if not isinstance(plane, ProgramControl):
        return None
    if plane.place not in programs:
        raise SpecError(
            "/control_plane/place",
            repr(plane.place),
            "a node with a program, which decides on routes: fb.run(..., programs=...)",
        )
    return Control(host, model, plane.place)
