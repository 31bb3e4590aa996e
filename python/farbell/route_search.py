"""Routes through a network: the best one by each kind of routing, or the k best, whether or not a demand asks for them.

See docs/physics/routing.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from farbell import _core
from farbell._core import Model, Routing, Scenario, SpecError

Metric: TypeAlias = Literal["hops", "length", "seconds_per_pair", "fidelity", "widest"]

#: All of them.
KINDS: tuple[Metric, ...] = get_args(Metric)

__all__ = ["KINDS", "Metric", "Route", "demand_routes", "k_shortest_paths", "shortest_path"]


@dataclass(frozen=True)
class Route:
    """A route that visits no node twice.

    Attributes
    ----------
    nodes : tuple of str
        Names of its nodes, both ends included.
    links : tuple of str
        Names of its links, one fewer; of parallel links the cheapest.
    cost : float
        What its kind of routing compares: a number of hops, metres or seconds per pair, summed over its links; for
        ``"fidelity"`` -ln of the Werner parameter of its pairs; for ``"widest"`` the seconds per pair of its slowest link.
    length_m : float
        Length of its fibres, in metres.
    fidelity : float
        Of the Werner state whose parameter is the product of those of its links and of the swaps between them: pairs that
        never wait.
    rate_hz : float
        Pairs per second that one lane gives at most: the rate of its slowest link, once its pairs are distilled as the link
        says, times the chance that all swaps succeed.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.routing.shortest_path(fb.chain(3), "n0", "n2").hops
    2
    """

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    cost: float
    length_m: float
    fidelity: float
    rate_hz: float

    @property
    def hops(self) -> int:
        """Number of its links."""
        return len(self.links)


def k_shortest_paths(network: Scenario | Model, a: str, b: str, k: int, *, metric: Metric | None = None) -> list[Route]:
    """The k best routes between two nodes, the best first: those of equal cost by hops, then by their nodes.

    Parameters
    ----------
    network : Scenario or Model
        A compiled model answers many questions faster; demands do not matter here, nor do changes of links.
    a, b : str
        Names of the ends.
    k : int
        How many routes, at least 1.
    metric : str, optional
        A kind of routing. ``"hops"``, ``"length"`` and ``"seconds_per_pair"``: the least sum over the links of 1, of their
        lengths, or of the mean seconds that one slot needs for a pair. ``"fidelity"``: the largest product of Werner
        parameters, of links and of swaps between them. ``"widest"``: the fastest slowest link; of equals the least sum of
        seconds. Default: ``routing.kind`` of the scenario.

    Returns
    -------
    list of Route
        Fewer than k, or none, if there are no more. Links that cannot succeed are left out.

    Raises
    ------
    SpecError
        A name is no node's, ``k`` is below 1, ``metric`` is unknown, or the scenario is wrong.

    References
    ----------
    J. Y. Yen, Management Science 17, 712 (1971); E. L. Lawler, Management Science 18, 401 (1972). Widest paths:
    M. Pollack, Operations Research 8, 733 (1960).

    Examples
    --------
    >>> import farbell as fb
    >>> ring = fb.ring(5, length_m="10 km")
    >>> for route in fb.routing.k_shortest_paths(ring, "n0", "n2", 2, metric="length"):
    ...     print(route.nodes, route.length_m)
    ('n0', 'n1', 'n2') 20000.0
    ('n0', 'n4', 'n3', 'n2') 30000.0
    """
    scenario = network if isinstance(network, Scenario) else network.scenario
    try:
        routing = Routing(kind=scenario.routing.kind if metric is None else metric, alternatives=k)
    except SpecError as error:
        name = {"/kind": "metric", "/alternatives": "k"}[error.path]
        raise SpecError(name, error.found, error.allowed, error.nearest) from None
    model = network if isinstance(network, Model) else _core.compile(network.replace(demands=[], changes=[]))
    return [Route(*found) for found in _core.best_routes(model, a, b, routing)]


def shortest_path(network: Scenario | Model, a: str, b: str, *, metric: Metric | None = None) -> Route:
    """The best route between two nodes: that of a demand between them, unless it has a ``route`` of its own.

    Parameters
    ----------
    network, a, b, metric
        As for :func:`farbell.routing.k_shortest_paths`.

    Returns
    -------
    Route
        Of equal routes the one with the fewest hops, then with the first nodes in the scenario's order.

    Raises
    ------
    SpecError
        As for :func:`farbell.routing.k_shortest_paths`, or no usable links join the nodes.

    References
    ----------
    E. W. Dijkstra, Numerische Mathematik 1, 269 (1959).

    Examples
    --------
    >>> import farbell as fb
    >>> fb.routing.shortest_path(fb.grid(3, 3), "r0c0", "r1c1", metric="hops").nodes
    ('r0c0', 'r0c1', 'r1c1')
    """
    routes = k_shortest_paths(network, a, b, 1, metric=metric)
    if not routes:
        raise SpecError("b", repr(b), f"a node that usable links join with {a!r}")
    return routes[0]


def demand_routes(network: Scenario | Model) -> list[Route]:
    """The route that each demand prefers at the start, and what is to be expected of it.

    Parameters
    ----------
    network : Scenario or Model
        The network.

    Returns
    -------
    list of Route
        One a demand, by the ``routing`` of the scenario.

    Raises
    ------
    SpecError
        The scenario is wrong.

    Examples
    --------
    >>> import farbell as fb
    >>> [route.nodes for route in fb.routing.demand_routes(fb.chain(3))]
    [('n0', 'n1', 'n2')]
    """
    model = network if isinstance(network, Model) else _core.compile(network)
    return [Route(*found) for found in _core.demand_routes(model)]
