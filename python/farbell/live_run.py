"""Runs that are held: they go on when they are told, can be looked at in between, and be acted on."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

import numpy as np

from farbell import _core
from farbell._core import Model, RunError, Scenario, SpecError
from farbell._nearest import nearest
from farbell._numbers import flag, real, seconds, whole
from farbell.in_force import Circuit, RouteInForce, listed, node_names, row_number
from farbell.record import Network, profiles_of, tables_of, ticks_per_s
from farbell.results import Results
from farbell.running import at_least_one, compile, memory_bytes, provenance_of, seconds_above_0
from farbell.storage import Spill
from farbell.table import ResultTable
from farbell.use_over_time import time_bins

__all__ = ["LiveRun", "live"]

#: Under which name results list what was failed by hand.
BY_HAND = "by hand"
#: How many of the actions on a run its results list; they count all.
MOST_ACTIONS = 1_000
_FLAGS = ("up", "known_down", "routed", "installed")


def live(
    scenario: Scenario | Model,
    *,
    seed: int | None = None,
    record: str | None = None,
    memory_limit: int | str = "16 MB",
    max_events: int | None = None,
    max_wall_s: float | None = None,
) -> LiveRun:
    """A run that is held at time 0: it goes on by :meth:`LiveRun.advance`, and can be looked at and acted on in between.

    What nobody acts on is simulated as :func:`farbell.run` does it, to the last bit, in however many steps.

    Parameters
    ----------
    scenario : Scenario or Model
        What to simulate; one replica of it. Programs of nodes cannot be held.
    seed, record : optional
        In place of the scenario's own.
    memory_limit : int or str
        Rows of pairs and requests beyond so many bytes go to Parquet files in a temporary folder.
    max_events, max_wall_s : optional
        Limits, in place of the scenario's own, of events and of seconds of real time that are spent on going on.

    Returns
    -------
    LiveRun
        To be used in a ``with`` block, or closed.

    Raises
    ------
    SpecError
        If the scenario is wrong, or has programs.

    Examples
    --------
    >>> import farbell as fb
    >>> scenario = fb.chain(nodes=3, length_m="20 km", duration_s=0.5, seed=7)
    >>> with fb.live(scenario) as run:
    ...     while not run.over:
    ...         _ = run.advance(by_s=min(0.2, run.left_s))
    ...     results = run.results()
    >>> results.pairs["delivered_s"].tolist() == fb.run(scenario).pairs["delivered_s"].tolist()
    True
    """
    if not isinstance(scenario, (Scenario, Model)):
        raise TypeError(f"live() takes a Scenario or a Model, not {type(scenario).__name__}")
    given_changes: dict[str, Any] = {"seed": seed, "record": record}
    changes = {name: value for name, value in given_changes.items() if value is not None}
    if isinstance(scenario, Scenario) or changes:
        given = scenario if isinstance(scenario, Scenario) else scenario.scenario
        model = compile(given.replace(**changes) if changes else given)
    else:
        model = scenario
    return LiveRun(
        model,
        memory_limit=memory_bytes(memory_limit),
        max_events=None if max_events is None else at_least_one("max_events", max_events),
        max_wall_s=None if max_wall_s is None else seconds_above_0("max_wall_s", max_wall_s),
    )


class LiveRun:
    """A run that goes on when it is told. :func:`live` makes it.

    Whatever is done to it happens at the time that has been reached, after what happens by itself at that tick; what is
    done before the first :meth:`advance` happens along with the first requests. One thread may use it at a time.

    Examples
    --------
    A ring has two ways round. The demand is sent the other way, until a fibre there is cut:

    >>> import farbell as fb
    >>> with fb.live(fb.ring(6, length_m="10 km", duration_s=0.3)) as run:
    ...     _ = run.install_routes("n0->n3", [["n0", "n5", "n4", "n3"]])
    ...     _ = run.advance(until_s=0.1)
    ...     there = run.circuits[0].route
    ...     run.fail("n4--n5")
    ...     _ = run.remove_routes("n0->n3")
    ...     _ = run.advance(until_s=0.3)
    ...     back = run.circuits[0].route
    ...     results = run.results()
    >>> there, back
    (('n0', 'n5', 'n4', 'n3'), ('n0', 'n1', 'n2', 'n3'))
    >>> results.failures["link"].tolist(), results.provenance["steered"]["actions"]
    (['n4--n5'], 3)
    """

    def __init__(self, model: Model, *, memory_limit: int, max_events: int | None, max_wall_s: float | None) -> None:
        self._model = model
        self._network = Network.of(model)
        self._spill = Spill()
        self._core: _core.LiveRun | None = _core.LiveRun(
            model,
            bins=time_bins(len(self._network.node_names), len(self._network.link_names), 1),
            memory_limit_bytes=memory_limit,
            max_events=max_events,
            max_wall_s=max_wall_s,
            on_block=self._spill.take,
        )
        self._nodes = {name: i for i, name in enumerate(self._network.node_names)}
        self._links = {name: i for i, name in enumerate(self._network.link_names)}
        self._demands = {name: i for i, name in enumerate(self._network.demand_names)}
        self._words = {
            **self._network.categories,
            "node_a": self._network.node_names,
            "node_b": self._network.node_names,
        }
        self._started = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self._wall_s = self._cpu_s = 0.0
        self._actions = 0
        self._log: list[dict[str, Any]] = []
        self._results: Results | None = None
        self._end: tuple[float, str | None] | None = None

    def __enter__(self) -> LiveRun:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        name = self._model.scenario.name or "unnamed"
        return f"<LiveRun {name}, at {self.time_s:g} of {self.duration_s:g} s{', over' if self.over else ''}>"

    def _held(self) -> _core.LiveRun:
        if self._core is None:
            what = "its results have been taken" if self._results is not None else "it has been closed"
            raise RunError(f"the run is over: {what}")
        return self._core

    # ---- going on ----

    @property
    def scenario(self) -> Scenario:
        """What is simulated."""
        return self._model.scenario

    @property
    def demand_names(self) -> tuple[str, ...]:
        """Names of the demands for pairs."""
        return self._network.demand_names

    @property
    def duration_s(self) -> float:
        """The scenario's duration, at which the run is over."""
        return self._model.scenario.duration_s

    @property
    def time_s(self) -> float:
        """How far it has been simulated, in seconds."""
        return self._end[0] if self._end is not None else self._held().time_s

    @property
    def left_s(self) -> float:
        """Simulated seconds from now to the scenario's duration."""
        return self.duration_s - self.time_s

    @property
    def ended(self) -> str | None:
        """Why nothing happens any more: "horizon", "event_limit", "wall_limit" or "deadlock"; None while it can go on."""
        return self._end[1] if self._end is not None else self._held().ended

    @property
    def over(self) -> bool:
        """Whether nothing happens any more."""
        return self._core is None or self.ended is not None

    @property
    def events(self) -> int:
        """Events simulated so far."""
        return self._held().events

    def advance(
        self, *, until_s: float | str | None = None, by_s: float | str | None = None, pause_after_s: float | None = None
    ) -> bool:
        """Simulates what happens up to a time, with all of that tick; other threads may run meanwhile.

        Parameters
        ----------
        until_s, by_s : float or str
            One of them: the time to be reached, or how far from now it is; seconds, or text such as ``"10 ms"``.
        pause_after_s : float, optional
            Seconds of real time after which to stop on the way.

        Returns
        -------
        bool
            Whether the time was reached. If it was not, the run was paused, or is :attr:`over` before its time.

        Raises
        ------
        SpecError
            If the time is over already, or after the scenario's duration.
        RunError
            If the run is over.
        KeyboardInterrupt
            On Ctrl-C; the run stays where it is, and can go on.

        Examples
        --------
        >>> import farbell as fb
        >>> run = fb.live(fb.chain(nodes=3, length_m="20 km", duration_s=0.1))
        >>> run.advance(by_s="20 ms"), run.advance(until_s=0.1), run.time_s, run.over
        (True, True, 0.1, True)
        """
        until = None if until_s is None else seconds(until_s, "/until_s")
        by = None if by_s is None else seconds(by_s, "/by_s")
        pause = None if pause_after_s is None else seconds_above_0("/pause_after_s", pause_after_s)
        held = self._held()
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            halt = held.advance(until_s=until, by_s=by, pause_after_s=pause)
        finally:
            self._wall_s += time.perf_counter() - wall
            self._cpu_s += time.process_time() - cpu
        return halt == "reached" or (halt == "over" and held.ended == "horizon")

    def time_to_reach(self, *, until_s: float | str | None = None, by_s: float | str | None = None) -> float:
        """The time in seconds to which :meth:`advance` would go; the same errors."""
        until = None if until_s is None else seconds(until_s, "/until_s")
        by = None if by_s is None else seconds(by_s, "/by_s")
        return self._held().time_to_reach(until_s=until, by_s=by)

    # ---- looking at it ----

    def _table(self, columns: Mapping[str, Any], without: Sequence[str] = ()) -> ResultTable:
        shown = {name: values for name, values in columns.items() if name not in without}
        flags = {name: shown[name].astype(np.bool_) for name in _FLAGS if name in shown}
        return ResultTable({**shown, **flags}, self._words)

    @property
    def nodes(self) -> ResultTable:
        """A row a node: whether it is up, its memory slots and how many of them no circuit has booked, and what it has done.

        Examples
        --------
        >>> import farbell as fb
        >>> run = fb.live(fb.chain(nodes=3, length_m="20 km", duration_s=0.1))
        >>> _ = run.advance(by_s=0.05)
        >>> (run.nodes["slots"] - run.nodes["free_slots"]).tolist()
        [1, 2, 1]
        """
        return self._table(self._held().nodes())

    @property
    def links(self) -> ResultTable:
        """A row a link: its ends, whether it is ``up``, whether routing knows it as of no use (``known_down``), its attempts
        and successes, and the probability with which an attempt succeeds now."""
        return self._table(self._held().links())

    @property
    def demands(self) -> ResultTable:
        """A row a demand for pairs: its requests and pairs after the warm-up, as in the results; how many requests are open;
        whether it has a route as far as is known (``routed``), and whether its routes were ``installed``."""
        return self._table(self._held().demands())

    @property
    def requests(self) -> ResultTable:
        """The requests for pairs that are open, a row each as in the results: ``circuit`` -1 for one that waits; ``due_s``, nan
        for one without a deadline, is when it is given up."""
        return self._table(self._held().open_requests(), ("replica", "finished_s", "reason"))

    def ended_requests(self, first: int = 0) -> ResultTable:
        """The latest requests for pairs that have ended, as in the results.

        Parameters
        ----------
        first : int
            ``number`` of the first that is wanted: they are numbered as they end, from 0. The last 10,000 are kept.

        Examples
        --------
        >>> import farbell as fb
        >>> demand = fb.Demand(node_a="n0", node_b="n2", traffic=fb.BackToBack(requests=3))
        >>> scenario = fb.chain(nodes=3, length_m="20 km", duration_s=1, seed=1).replace(demands=[demand])
        >>> run = fb.live(scenario)
        >>> _ = run.advance(until_s=1)
        >>> run.ended_requests(first=1)["status"].tolist()
        ['done', 'done']
        """
        return self._table(self._held().ended_requests(row_number(first)), ("replica",))

    def pairs(self, first: int = 0) -> ResultTable:
        """The latest pairs that were delivered, as in the results.

        Parameters
        ----------
        first : int
            ``number`` of the first that is wanted: they are numbered as they are delivered, from 0. The last 10,000 are kept.

        Examples
        --------
        >>> import farbell as fb
        >>> run = fb.live(fb.chain(nodes=3, length_m="20 km", duration_s=1, seed=1))
        >>> _ = run.advance(until_s=0.5)
        >>> seen = len(run.pairs())
        >>> _ = run.advance(until_s=1)
        >>> set(run.pairs(first=seen)["delivered_s"] > 0.5)
        {np.True_}
        """
        return self._table(self._held().pairs(row_number(first)), ("replica",))

    @property
    def routes(self) -> dict[str, tuple[RouteInForce, ...]]:
        """Demand for pairs -> the routes it may take now, the preferred one first."""
        return {name: self.routes_of(name) for name in self._demands}

    def routes_of(self, demand: str) -> tuple[RouteInForce, ...]:
        """The same of one demand."""
        return tuple(RouteInForce(nodes, usable) for nodes, usable in self._held().routes(self._demand(demand)))

    def installed(self, demand: str) -> bool:
        """Whether the demand's routes were installed."""
        return self._held().installed(self._demand(demand))

    @property
    def circuits(self) -> tuple[Circuit, ...]:
        """The circuits of all demands for pairs."""
        names = self._network.demand_names
        return tuple(Circuit(names[demand], number, state, route) for demand, number, state, route in self._held().circuits())

    # ---- acting on it ----

    def _note(self, action: str, **what: Any) -> None:
        self._actions += 1
        if len(self._log) < MOST_ACTIONS:
            self._log.append({"time_s": self.time_s, "action": action, **what})

    def _demand(self, name: str) -> int:
        if isinstance(name, str) and name in self._demands:
            return self._demands[name]
        of_states = "; those for GHZ states cannot be steered" if str(name) in self._network.ghz_demand_names else ""
        raise SpecError("/demand", repr(name), f"the name of a demand for pairs{of_states}", nearest(str(name), self._demands))

    def install_routes(
        self, demand: str, routes: Iterable[Sequence[str]], *, release_others: bool = True
    ) -> tuple[RouteInForce, ...]:
        """Gives a demand its routes, in place of those that routing finds, until they are removed.

        Parameters
        ----------
        demand : str
            Name of a demand for pairs.
        routes : iterable of sequences of str
            Names of the nodes of each, from ``node_a`` to ``node_b``, the preferred one first: where one has not the slots
            now, or is known to be down, the next is tried. Of parallel links the cheapest is taken.
        release_others : bool
            Whether circuits that lead elsewhere are released now, with the pairs on them, and set up anew for the requests
            that they served; else they stay until they end by themselves.

        Returns
        -------
        tuple of RouteInForce
            The routes as they are in force.

        Raises
        ------
        SpecError
            If the demand or a node is unknown, nodes that follow one another are not joined by a link, a node has too few
            slots, or the route cannot reach the fidelity that the demand asks for. Nothing has changed then.
        RunError
            If the run is over.

        Examples
        --------
        >>> import farbell as fb
        >>> run = fb.live(fb.ring(4, length_m="10 km", duration_s=0.1))
        >>> run.install_routes("n0->n2", [["n0", "n3", "n2"]])
        (RouteInForce(nodes=('n0', 'n3', 'n2'), usable=True),)
        >>> try:
        ...     _ = run.install_routes("n0->n2", [["n0", "n2"]])
        ... except fb.SpecError as error:
        ...     print(error.path, error.allowed)
        /routes/0/1 a neighbour of "n0"
        """
        number = self._demand(demand)
        wanted = [node_names(route, f"/routes/{i}") for i, route in enumerate(listed(routes, "/routes"))]
        releases = flag(release_others, "/release_others")
        self._held().install_routes(number, wanted, release_others=releases)
        self._note("install_routes", demand=demand, routes=wanted, release_others=releases)
        return self.routes_of(demand)

    def remove_routes(self, demand: str, *, release_others: bool = True) -> tuple[RouteInForce, ...]:
        """Leaves a demand whose routes were installed to routing again.

        Parameters
        ----------
        demand : str
            Its name.
        release_others : bool
            As in :meth:`install_routes`.

        Returns
        -------
        tuple of RouteInForce
            The routes as they are in force.

        Raises
        ------
        SpecError
            If no routes of such a demand were installed.
        RunError
            If the run is over.

        Examples
        --------
        >>> import farbell as fb
        >>> run = fb.live(fb.ring(4, length_m="10 km", duration_s=0.1))
        >>> way_round = run.install_routes("n0->n2", [["n0", "n3", "n2"]])
        >>> run.remove_routes("n0->n2")
        (RouteInForce(nodes=('n0', 'n1', 'n2'), usable=True),)
        """
        releases = flag(release_others, "/release_others")
        self._held().remove_routes(self._demand(demand), release_others=releases)
        self._note("remove_routes", demand=demand, release_others=releases)
        return self.routes_of(demand)

    def _elements(self, names: Sequence[str]) -> tuple[list[str], list[str]]:
        nodes, links = [], []
        for i, name in enumerate(names):
            if isinstance(name, str) and name in self._nodes:
                nodes.append(name)
            elif isinstance(name, str) and name in self._links:
                links.append(name)
            else:
                known = [*self._nodes, *self._links]
                raise SpecError(f"/names/{i}", repr(name), "the name of a node or link", nearest(str(name), known))
        if not names:
            raise SpecError("/names", "nothing", "at least one name of a node or link")
        if len(set(names)) < len(names):
            raise SpecError("/names", repr(list(names)), "names that differ")
        return nodes, links

    def fail(self, *names: str) -> None:
        """Takes nodes and links down, together, until they are restored.

        It is a failure like those of a scenario: the qubits of a node are lost, neighbours notice when its heartbeats fail,
        those who are concerned are told, and who has no route left looks for another. From the first failure by hand on, the
        run is one with failures: requests that set themselves a limit wait for the repair.

        Parameters
        ----------
        *names : str
            Nodes, or links by their names; of those that share a name the node is meant.

        Raises
        ------
        SpecError
            If a name is unknown, or that of an element which was failed by hand already.
        RunError
            If the run is over.

        Examples
        --------
        >>> import farbell as fb
        >>> run = fb.live(fb.chain(nodes=3, length_m="20 km", duration_s=0.1))
        >>> run.fail("n1")
        >>> run.links["up"].tolist()
        [False, False]
        >>> run.restore("n1")
        >>> run.links["up"].tolist()
        [True, True]
        """
        nodes, links = self._elements(names)
        self._held().fail([self._nodes[n] for n in nodes], [self._links[n] for n in links])
        self._note("fail", nodes=nodes, links=links)

    def restore(self, *names: str) -> None:
        """Puts back nodes and links that were failed by hand; what else keeps them down goes on to do so.

        Parameters
        ----------
        *names : str
            As in :meth:`fail`.

        Raises
        ------
        SpecError
            If a name is unknown, or that of an element which was not failed by hand.
        RunError
            If the run is over.

        Examples
        --------
        >>> import farbell as fb
        >>> run = fb.live(fb.chain(nodes=3, length_m="20 km", duration_s=0.1))
        >>> try:
        ...     run.restore("n1")
        ... except fb.SpecError as error:
        ...     print(error.allowed)
        an element that was failed by hand
        """
        nodes, links = self._elements(names)
        self._held().restore([self._nodes[n] for n in nodes], [self._links[n] for n in links])
        self._note("restore", nodes=nodes, links=links)

    def ask(
        self, demand: str, *, pairs: int | None = None, min_fidelity: float = 0.0, timeout_s: float | str | None = None
    ) -> int:
        """Asks for pairs now, as another request of a demand.

        Parameters
        ----------
        demand : str
            Name of a demand for pairs, with traffic at given or random times: ``Table([])`` has none of its own.
        pairs : int, optional
            How many; left out, the demand's ``pairs_per_request``.
        min_fidelity : float
            Pairs with less are rejected; those with less than the demand's own are, too.
        timeout_s : float or str, optional
            Seconds after which the request is given up; the demand's ``deadline_s`` holds, too.

        Returns
        -------
        int
            Number of the request among those of its demand. It may have been refused at once: :meth:`ended_requests` tells.

        Raises
        ------
        SpecError
            If an argument is wrong, or the demand's traffic is one request without end, back to back, or that of programs.
        RunError
            If the run is over.

        Examples
        --------
        >>> import farbell as fb
        >>> demand = fb.Demand(node_a="n0", node_b="n2", name="mine", traffic=fb.Table(at_s=[]))
        >>> run = fb.live(fb.chain(nodes=3, length_m="20 km", duration_s=1, seed=1).replace(demands=[demand]))
        >>> run.ask("mine", pairs=2)
        0
        >>> _ = run.advance(until_s=1)
        >>> run.ended_requests()["pairs_delivered"].tolist()
        [2]
        """
        number = self._demand(demand)
        wanted = None if pairs is None else whole(pairs, "/pairs")
        if wanted is not None and not 1 <= wanted <= 2**53:
            raise SpecError("/pairs", repr(pairs), "a whole number of at least 1")
        at_least = real(min_fidelity, "/min_fidelity")
        timeout = None if timeout_s is None else seconds(timeout_s, "/timeout_s")
        request = self._held().ask(number, wanted, at_least, timeout)
        self._note("ask", demand=demand, request=request, pairs=wanted, min_fidelity=at_least, timeout_s=timeout)
        return request

    # ---- the end ----

    def results(self) -> Results:
        """Ends the run where it is, and gives what it has recorded.

        Returns
        -------
        Results
            As of :func:`farbell.run`: the same, to the last bit, if nobody acted on the run and it came to its end.
            ``partial`` if it did not. ``provenance["steered"]`` counts what was done to it, and lists the first 1,000 actions.

        Examples
        --------
        >>> import farbell as fb
        >>> run = fb.live(fb.chain(nodes=3, length_m="20 km", duration_s=1))
        >>> _ = run.advance(by_s=0.5)
        >>> results = run.results()
        >>> results.partial, results.replicas["simulated_s"].tolist()
        (True, [0.5])
        """
        if self._results is None:
            self._results = self._taken(self._held())
        return self._results

    def _taken(self, held: _core.LiveRun) -> Results:
        self._end = (held.time_s, held.ended)
        by_hand = held.failed_by_hand
        output = held.finish()
        spilled = self._spill.close()
        self._core = None
        network = self._network
        if by_hand:
            network = replace(network, failure_names=(*network.failure_names, BY_HAND))
        provenance = provenance_of(self.scenario.seed, 1, 1)
        provenance["started"] = self._started
        provenance["wall_s"], provenance["cpu_s"] = round(self._wall_s, 3), round(self._cpu_s, 3)
        if self._actions:
            provenance["steered"] = {"actions": self._actions, "first": self._log}
        columns = {**output["tables"], **spilled}
        return Results(
            scenario=self.scenario,
            network=network,
            tables=tables_of(columns, network),
            batches=output["batches"],
            moments=output["moments"],
            latency_sketch=output["latency_sketch"],
            fidelity_histogram=output["fidelity_histogram"],
            provenance=provenance,
            profiles=profiles_of(output["tables"], network, ticks_per_s(self.scenario)),
        )

    def close(self) -> None:
        """Lets go of the run; its results, unless they were taken before, are lost. Does nothing the second time."""
        if self._core is not None:
            self._end = (self._core.time_s, self._core.ended)
            self._spill.close()
            self._core = None
