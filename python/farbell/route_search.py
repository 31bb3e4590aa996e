"""Routes through a network: the best one by each kind of routing, or the k best, whether or not a demand asks for them.

See docs/physics/routing.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from farbell import _core
from farbell._core import Model, Routing, Scenario, SpecError
from farbell.bounds.capacities import compiled

Metric: TypeAlias = Literal[
    "hops",
    "length",
    "seconds_per_pair",
    "fidelity",
    "widest",
    "entanglement_rate",
    "greedy_fidelity",
    "q_path",
    "q_leap",
    "multicommodity",
]

#: All of them. Routes of the last belong to all demands together.
KINDS: tuple[Metric, ...] = get_args(Metric)
#: Those that find routes for the fidelity that a demand asks for.
PURIFYING = ("q_path", "q_leap")

__all__ = ["KINDS", "PURIFYING", "Metric", "Route", "demand_routes", "k_shortest_paths", "route", "shortest_path"]


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
        ``"fidelity"`` -ln of the Werner parameter of its pairs; for ``"widest"`` the seconds per pair of its slowest link,
        for ``"entanglement_rate"`` the expected seconds per end-to-end pair, for ``"q_path"`` and ``"q_leap"`` a number of
        pairs.
    length_m : float
        Length of its fibres, in metres.
    fidelity : float
        Of the Werner state whose parameter is the product of those of its links, as they are distilled, and of the swaps
        between them: pairs that never wait.
    rate_hz : float
        Pairs per second that one lane gives at most: the rate of its slowest link, once its pairs are distilled,
        times the chance that all swaps succeed.
    rounds : tuple of int
        With ``"q_path"`` and ``"q_leap"``: rounds of purification on each link; a result of r rounds takes r + 1 pairs.
        Empty with others: links distil as they say themselves.

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
    rounds: tuple[int, ...] = ()

    @property
    def hops(self) -> int:
        """Number of its links."""
        return len(self.links)


_ARGUMENTS = {"/kind": "metric", "/alternatives": "k", "/max_purification_rounds": "max_purification_rounds"}


def _found(network: Scenario | Model, a: str, b: str, metric: Metric | None, min_fidelity: float, **fields: Any) -> list[Route]:
    scenario = network if isinstance(network, Scenario) else network.scenario
    try:
        same = metric is None or metric == scenario.routing.kind
        given = {name: value for name, value in fields.items() if value is not None}
        routing = scenario.routing.replace(**given) if same else Routing(kind=metric, **given)  # type: ignore[arg-type]
        if routing.kind in PURIFYING and not min_fidelity > 0:
            raise SpecError("min_fidelity", repr(min_fidelity), f'above 0 with "{routing.kind}", which finds routes for it')
        # Routing itself has nothing to say about the demands of others.
        model = network if isinstance(network, Model) else _core.compile(_without_demands(network))
        return [Route(*found) for found in _core.best_routes(model, a, b, routing, min_fidelity)]
    except SpecError as error:
        raise SpecError(_ARGUMENTS.get(error.path, error.path), error.found, error.allowed, error.nearest) from None


def _without_demands(scenario: Scenario) -> Scenario:
    return scenario.replace(demands=[], ghz_demands=[], changes=[])


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
        seconds. ``"entanglement_rate"``: the least expected time of an end-to-end pair. ``"greedy_fidelity"`` has one route,
        and ``"q_path"`` and ``"q_leap"`` belong to a fidelity: :func:`route`. Default: ``routing.kind`` of the scenario.

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
    return _found(network, a, b, metric, 0.0, alternatives=k)


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


def route(
    network: Scenario | Model,
    a: str,
    b: str,
    *,
    kind: Metric | None = None,
    min_fidelity: float = 0.0,
    max_purification_rounds: int | None = None,
) -> Route:
    """The best route between two nodes by any kind of routing, and what is to be expected of it.

    Parameters
    ----------
    network, a, b
        As for :func:`farbell.routing.k_shortest_paths`.
    kind : str, optional
        A kind of routing. Default: ``routing.kind`` of the scenario.
    min_fidelity : float
        What pairs are to reach, for ``"q_path"`` (the fewest pairs, exactly) and ``"q_leap"`` (the route of best fidelity,
        its links purified to equal shares), which need it. With other kinds a route of less fidelity is refused.
    max_purification_rounds : int, optional
        With ``"q_path"`` and ``"q_leap"``: most rounds on a link. Default: 3, or that of the scenario's own routing.

    Returns
    -------
    Route
        With ``cost``, ``fidelity``, ``rate_hz`` and the ``rounds`` of purification.

    Raises
    ------
    SpecError
        As for :func:`farbell.routing.k_shortest_paths`; no usable links join the nodes; or ``min_fidelity`` is not reached.

    References
    ----------
    J. Li et al., arXiv:2111.07764 (2021): Q-PATH and Q-LEAP. M. Caleffi, IEEE Access 5, 22299 (2017).

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.1, attempt_period_s="10 us", state=fb.Werner(fidelity=0.95))
    >>> chain = fb.chain(3, generation=link, demands=[])
    >>> found = fb.routing.route(chain, "n0", "n2", kind="q_path", min_fidelity=0.905)
    >>> found.rounds, found.cost, round(found.fidelity, 3)
    ((0, 1), 3.0, 0.908)
    """
    if isinstance(min_fidelity, bool) or not isinstance(min_fidelity, (int, float)) or not 0 <= min_fidelity <= 1:
        raise SpecError("min_fidelity", repr(min_fidelity), "a number from 0 to 1")
    fields = {"alternatives": 1, "max_purification_rounds": max_purification_rounds}
    try:
        routes = _found(network, a, b, kind, float(min_fidelity), **fields)
    except SpecError as error:
        raise SpecError("kind" if error.path == "metric" else error.path, error.found, error.allowed, error.nearest) from None
    if not routes:
        raise SpecError("b", repr(b), f"a node that usable links join with {a!r}")
    if routes[0].fidelity < min_fidelity - 1e-9:
        raise SpecError("min_fidelity", repr(min_fidelity), f"at most {routes[0].fidelity:.9g}, which its route reaches")
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
    return [Route(*found) for found in _core.demand_routes(compiled(network))]
