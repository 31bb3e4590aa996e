"""Results of a run: tables, figures of merit, and the folder they are kept in."""

from __future__ import annotations

import csv
import html
import json
import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from farbell._core import Model, Protocol, SpecError
from farbell.analysis.key import KeyProtocol
from farbell.bound_shares import bound_shares, ghz_bound_shares
from farbell.bounds.capacities import compiled
from farbell.deadlocks import deadlock_count, deadlock_lines
from farbell.describe import counted
from farbell.expectations import check, expectations, read_expectations
from farbell.ghz import ghz_outcomes, ghz_summary
from farbell.record import (
    FAILURE_TABLES,
    GHZ_TABLES,
    PROGRAM_TABLES,
    Code,
    Record,
)
from farbell.saved import statistics_tables, write_network
from farbell.storage import write_table
from farbell.summary import correlators, summary
from farbell.table import ResultTable, cell_text
from farbell.time_shares import time_shares

if TYPE_CHECKING:
    from farbell.explanation import Explanation

__all__ = ["FORMAT", "Results"]

_PARTIAL = "PARTIAL"
#: Of a folder of results.
FORMAT = 2


class Results(Record):
    """What :func:`farbell.run` gives: fixed tidy tables, and what follows from them.

    Examples
    --------
    >>> import farbell as fb
    >>> results = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.5), seed=1)
    >>> results.demands["pairs"].tolist() == [len(results.pairs)]
    True
    >>> row = next(results.summary().rows())
    >>> row["rate_low_hz"] < row["rate_hz"] < row["rate_high_hz"]
    True
    """

    @property
    def pairs(self) -> ResultTable:
        """Delivered pairs, a row each; empty with ``record="summary"``.

        ``latency_s`` counts from when the request was asked, ``age_s`` from the oldest photon emission. ``fidelity``,
        ``xx``, ``yy``, ``zz`` are corrected by the Pauli frame, so that a perfect pair has 1, 1, -1, 1. ``basis_a``,
        ``outcome_a`` and their like are set for demands that measure.
        """
        return self.tables["pairs"]

    @property
    def requests(self) -> ResultTable:
        """Requests, a row each; empty with ``record="summary"``.

        Times that never came are nan; an endless request has ``pairs_asked`` 0. ``circuit`` is the number, among the
        circuits of its demand, of the one that served it last (-1: none did).
        """
        return self.tables["requests"]

    @property
    def links(self) -> ResultTable:
        """Attempts and successes of each link in each replica; ``lane_s`` is the time its slots spent attempting."""
        return self.tables["links"]

    @property
    def nodes(self) -> ResultTable:
        """Swaps of each node in each replica; ``slot_seconds`` is the time its memory slots held a qubit."""
        return self.tables["nodes"]

    @property
    def demands(self) -> ResultTable:
        """Requests and pairs of each demand in each replica, counted after the warm-up."""
        return self.tables["demands"]

    @property
    def replicas(self) -> ResultTable:
        """Events, messages, simulated time, deadlocks and the reason for the end of each replica."""
        return self.tables["replicas"]

    @property
    def deadlocks(self) -> ResultTable:
        """Demands that waited for each other's memory slots for ever; only with ``reservation="hop_by_hop"``.

        A row for each circuit that waits in a deadlock and each other for which it waits: at ``time_s``, when the
        deadlock was found, ``circuit`` (from 0) of ``demand``, on its way to the request number ``request`` (-1: none),
        waited for ``slots_needed`` slots of ``node``, where ``slots_free`` were free. ``other_circuit`` of ``other`` has
        ``other_slots`` of them (``other_is`` "holder") or stands before it in the node's line for so many ("ahead"); no
        ``other``: the node has too few altogether.
        ``deadlock`` numbers the deadlocks of a replica; ``released`` is 1 if the demand gave its slots back to end it.
        With ``record="summary"`` the first 1,000 rows of each replica are kept; ``replicas`` counts all.
        """
        return self.tables["deadlocks"]

    @property
    def records(self) -> ResultTable:
        """What programs wrote down with :meth:`Node.record`, a row each: time, replica, node, program, their columns.

        Raises
        ------
        SpecError
            If the run had no programs.
        """
        return self._of_programs("records")

    @property
    def processes(self) -> ResultTable:
        """Processes of programs that still waited when the run ended: for what and why, in which line, since when."""
        return self._of_programs("processes")

    def _of_programs(self, name: str) -> ResultTable:
        if name not in self.profiles:
            found = "a protocol in C++, which has none" if "records" in self.profiles else "a run without programs"
            raise SpecError(name, found, "runs with programs=...")
        return self.profiles[name]

    @property
    def ghz_states(self) -> ResultTable:
        """GHZ states that all their users know of, a row each; empty with ``record="summary"``.

        ``latency_s`` counts from when the request was asked, ``age_s`` from the oldest photon emission of the pairs that
        were fused. ``fidelity`` is to the GHZ state (or, with ``edges``, graph state) of the ``users``, their Pauli frame
        undone, when the last of them knows, or before the first of them measures; ``fidelity_kind`` is "sampled" where the
        states follow one trajectory of the noise, so that it is right on average only. ``bases`` says which of its demand's
        ``bases`` were measured (-1: none), and ``outcomes`` has a bit for each user, the first the lowest;
        :meth:`ghz_outcomes` sets them out.

        Raises
        ------
        SpecError
            If the scenario has no GHZ demands; so do the other tables of GHZ states.
        """
        return self._of_ghz("ghz_states")

    @property
    def ghz_requests(self) -> ResultTable:
        """Requests for GHZ states, a row each, as :attr:`requests` are; empty with ``record="summary"``."""
        return self._of_ghz("ghz_requests")

    @property
    def ghz_demands(self) -> ResultTable:
        """Requests and GHZ states of each GHZ demand in each replica, counted after the warm-up.

        ``rejected_states`` were below the least fidelity, ``surplus_states`` ready when no request was served.
        ``promoted_pairs`` left the store of pairs for one that holds their clusters, both being exact. ``latency_mean_s``
        is that of the requests done, from when they were asked.
        """
        return self._of_ghz("ghz_demands")

    def _of_ghz(self, name: str) -> ResultTable:
        return self._if_recorded(name, "ghz_demands")

    def _if_recorded(self, name: str, field: str) -> ResultTable:
        if name not in self.tables:
            raise SpecError(name, "nothing recorded", f"results of a scenario with {field}")
        return self.tables[name]

    @property
    def failures(self) -> ResultTable:
        """Nodes and links that went down, a row each time.

        ``failure`` took down ``node`` or ``link`` at ``down_s``; at ``noticed_s`` neighbours had noticed (at once without
        heartbeats), at ``up_s`` it was back. Times that never came are nan. A link that is down because its node is has
        no row. With ``record="summary"`` the first 1,000 rows of each replica are kept.

        Raises
        ------
        SpecError
            If the scenario has no failures; so do the other tables of failures.
        """
        return self._if_recorded("failures", "failures")

    @property
    def node_availability(self) -> ResultTable:
        """For how long each node was up in each replica; :attr:`links` has an ``up_s``, too."""
        return self._if_recorded("node_availability", "failures")

    @property
    def demand_availability(self) -> ResultTable:
        """How failures reached each demand in each replica.

        ``route_s``: time in which links that were up joined its ends (those of its own ``route``, if it has one), from the
        start of the run. ``interruptions``: failures of what a circuit that served it led over, or of what one that was on
        its way to do so did; ``recoveries`` are those that were followed by a pair made since, while requests were open,
        ``recovery_mean_s`` and ``recovery_max_s`` the time until then. ``refused_*`` are requests lost for that reason.
        """
        return self._if_recorded("demand_availability", "failures")

    @property
    def occupancy(self) -> ResultTable:
        """Memory in use over simulated time: mean ``occupied_slots`` of each node in each of up to 64 equal bins."""
        return self._profile("occupancy")

    @property
    def link_use(self) -> ResultTable:
        """Use of each link in the same bins.

        ``attempting_lanes`` and ``open_lanes`` are means: lanes that attempt, and lanes whose circuit is up. An attempt
        counts in full in the bin in which it starts.
        """
        return self._profile("link_use")

    def trace(self, replica: int | None = None, *, window_s: tuple[float, float] | None = None) -> ResultTable:
        """Everything that happened, a row each, in the order of time.

        Parameters
        ----------
        replica : int, optional
            Which replica. Left out: all of a run with ``trace=True``, else the only one.
        window_s : (float, float), optional
            This stretch of simulated time only. It begins with how links and circuits stood.

        Returns
        -------
        ResultTable
            docs/guide/why_is_my_network_slow.md says what the columns hold. Unless the run was traced the replica is
            replayed from its seed; of a run with programs or hooks that is loaded from a folder see :meth:`with_code`.

        Raises
        ------
        SpecError
            If there is no such replica, or programs or hooks are not at hand.
        RunError
            If the replay gives other rows than those that are stored, or the trace outgrows its limit.

        Examples
        --------
        >>> import farbell as fb
        >>> results = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.1), replicas=2)
        >>> trace = results.trace(replica=1, window_s=(0.05, 0.06))
        >>> set(trace["replica"].tolist()), bool(trace["time_s"].max() <= 0.06)
        ({1}, True)
        """
        from farbell.replay import trace_of

        return trace_of(self, replica, window_s)

    def with_code(
        self,
        *,
        programs: Mapping[str, Any] | Protocol | None = None,
        allow: Sequence[str] = (),
        hooks: Mapping[str, Callable[[Any], Any] | Protocol] | None = None,
    ) -> Results:
        """The same results with the programs and hooks of their run, which no file keeps, so that it can be replayed.

        Parameters
        ----------
        programs, allow, hooks
            As they were given to :func:`farbell.run`.

        Examples
        --------
        >>> import farbell as fb
        >>> def clock(node):
        ...     yield node.wait("1 ms")
        ...     node.record(done=True)
        >>> scenario = fb.chain(2, demands=[], duration_s="10 ms")
        >>> folder = fb.run(scenario, programs={"n0": clock}).save("results", report=False)
        >>> results = fb.load_results(folder).with_code(programs={"n0": clock})
        >>> results.trace()["kind"].tolist()
        ['program_began', 'operation_asked', 'operation_done', 'recorded', 'program_ended']
        """
        from farbell.programs.binding import with_programs

        if isinstance(programs, Protocol):
            return replace(self, code=Code(programs, hooks))
        of_nodes = None
        if programs is not None or self.scenario.programs:
            _, of_nodes = with_programs(self.scenario, programs or {}, allow)
        return replace(self, code=Code(of_nodes, hooks))

    def _profile(self, name: str) -> ResultTable:
        if name not in self.profiles:
            raise SpecError(name, "nothing recorded", "results of a version that records it")
        return self.profiles[name]

    def explain(
        self, *, request: int, demand: str | None = None, replica: int = 0, window_s: tuple[float, float] | None = None
    ) -> Explanation:
        """What happened to one request: what it waited for, which links and swaps made its pairs, what was lost, and why.

        Unless the run was traced the replica is replayed, from its seed, up to the end of the request.

        Parameters
        ----------
        request : int
            Number of the request, from 0 in each demand and replica.
        demand : str, optional
            Name of the demand; may be left out if there is only one.
        replica : int
            Number of the replica.
        window_s : (float, float), optional
            Tell of this stretch of simulated time only; needed where the request's own would fill the trace.

        Returns
        -------
        Explanation
            Prints itself, shows itself in notebooks; ``to_dict()`` is plain data.

        Raises
        ------
        SpecError
            If there is no such request, demand or replica.
        RunError
            If the replay gives other rows than those that are stored, or the trace outgrows its limit.
        """
        from farbell.explain import explain

        return explain(self, request=request, demand=demand, replica=replica, window_s=window_s)

    @cached_property
    def model(self) -> Model:
        """The compiled scenario."""
        return compiled(self.scenario)

    @property
    def approximations(self) -> tuple[Mapping[str, str], ...]:
        """Approximations in force: ``name`` and ``description`` of each."""
        return self.network.approximations

    def summary(self, level: float = 0.95, protocol: KeyProtocol = "bbm92") -> ResultTable:
        """The figures of merit of each demand.

        Parameters
        ----------
        level : float
            Confidence level of the intervals, whose ends are the columns ``..._low`` and ``..._high``.
        protocol : {"bbm92", "six_state", "device_independent"}
            What the secret key is made with.

        Returns
        -------
        ResultTable
            One row a demand: requests ``asked``, ``delivered``, ``timed_out``, ``refused`` and still ``open``;
            ``pairs`` delivered, their rate and mean fidelity; latency quantiles of the requests delivered (within 1 %;
            requests that timed out are not among them; an upper end is infinite where so few say nothing about it); the
            asymptotic secret-key fraction of the averaged error rates, and the secret-key rate. Everything counts from
            the end of the warm-up. How the intervals are made stands in docs/physics/confidence_intervals.md, and for
            each row in ``rate_method`` and ``fidelity_method``. With failures, from the start of the run: the
            ``availability`` of a route, ``interruptions``, the mean time to recover from them, and requests lost by reason,
            as in :attr:`demand_availability`.
        """
        return summary(self, level, protocol)

    def ghz_summary(self, level: float = 0.95) -> ResultTable:
        """The figures of merit of each GHZ demand.

        Parameters
        ----------
        level : float
            Confidence level of the intervals, whose ends are the columns ``..._low`` and ``..._high``.

        Returns
        -------
        ResultTable
            One row a GHZ demand: its ``users``; requests ``asked``, ``delivered``, ``timed_out``, ``refused`` and still
            ``open``; ``states`` delivered, ``rejected_states`` and ``surplus_states``; the rate of those delivered and
            their mean fidelity, which ``fidelity_kind`` calls exact or sampled; the mean latency of the requests delivered.
            Everything counts from the end of the warm-up. Intervals are made as those of :meth:`summary`.

        Examples
        --------
        >>> import farbell as fb
        >>> users = ["n1", "n2", "n3"]
        >>> star = fb.star(leaves=3, length_m=20e3, duration_s=2)
        >>> star = star.replace(demands=[], ghz_demands=[fb.GhzDemand(name="trio", users=users)])
        >>> row = next(fb.run(star, seed=1).ghz_summary().rows())
        >>> row["users"], row["fidelity_kind"], row["states"] > 0
        (3, 'exact', True)
        """
        return ghz_summary(self, level)

    def ghz_outcomes(self, demand: str | None = None) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.uint8]]:
        """What the users of a GHZ demand measured, a row a state in the order of :attr:`ghz_states`.

        Parameters
        ----------
        demand : str, optional
            Which GHZ demand; may be left out where there is one.

        Returns
        -------
        (bases, outcomes)
            ``bases[state]``, a letter for each user, and ``outcomes[state, user]``, 0 or 1, the Pauli frame undone.

        Raises
        ------
        SpecError
            If there is no such GHZ demand, or its states are kept.

        Examples
        --------
        >>> import farbell as fb
        >>> users = ["n1", "n2", "n3"]
        >>> trio = fb.GhzDemand(name="trio", users=users, bases=["XXX"], traffic=fb.OneOff(requests=4))
        >>> star = fb.star(leaves=3, length_m=1e3, duration_s=2).replace(demands=[], ghz_demands=[trio])
        >>> bases, outcomes = fb.run(star, seed=1).ghz_outcomes()
        >>> bases.tolist(), outcomes.shape
        (['XXX', 'XXX', 'XXX', 'XXX'], (4, 3))
        """
        return ghz_outcomes(self, demand)

    def time_shares(self) -> ResultTable:
        """Where the time went: for each demand, what its requests waited for, as shares that add up to 1.

        Returns
        -------
        ResultTable
            A row a demand: ``seconds`` with at least one request, summed over replicas and counted after the warm-up, and the
            shares ``links``, ``memories``, ``messages``, ``operations`` (what the delivered pairs waited for last, step by
            step backwards) and ``cut_offs``, ``failed_swaps``, ``failed_distillation``, ``stale_halves`` (spent on pairs
            that were lost); nan for a demand without requests, and after ``fb.run(time_shares=False)``.
            docs/physics/where_the_time_goes.md defines them.

        Examples
        --------
        >>> import farbell as fb
        >>> results = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.5))
        >>> shares = next(results.time_shares().rows())
        >>> shares["links"] > 0.5, shares["cut_offs"]
        (True, 0.0)
        """
        return time_shares(self)

    def bounds(self, level: float = 0.95) -> ResultTable:
        """Each demand's rate beside what no protocol could exceed on its links.

        Parameters
        ----------
        level : float
            Confidence level of the intervals.

        Returns
        -------
        ResultTable
            One row a demand: its rate, and ``asked_hz``, what it asked for (inf if there is no end to it); ``bound_hz``, the
            lower of ``route_hz`` (its own width over its own routes, :func:`farbell.bounds.route_bounds`) and ``flow_hz``
            (all routes and memory slots together, :meth:`farbell.analysis.Capacities.max_flow`); the ``share`` of it that was
            reached, and the links (or nodes) that it is ``limited_by``; its secret-key rate, and ``capacity_hz``, the secret
            bits per second that its fibres allow with ideal repeaters at the nodes. docs/physics/bounds.md has the equations.
            Bounds are of long runs: a rate that was sampled, or that used up what was stored before the warm-up ended, may
            lie a little above.

        Examples
        --------
        >>> import farbell as fb
        >>> row = next(fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.5), seed=1).bounds().rows())
        >>> row["limited_by"], 0.3 < row["share"] < 1
        ('n0--n1', True)
        """
        return bound_shares(self, level)

    def ghz_bounds(self, level: float = 0.95) -> ResultTable:
        """Each GHZ demand's rate beside what no protocol could exceed on its links.

        Parameters
        ----------
        level : float
            Confidence level of the intervals.

        Returns
        -------
        ResultTable
            One row a GHZ demand, as of :meth:`bounds`, in states per second: ``route_hz`` is of its slowest arm, ``flow_hz``
            of the smallest cut between any two of its users (:meth:`farbell.analysis.Capacities.multipartite_flow`), and
            ``capacity_hz`` the same cut of what the fibres allow. There is no bound for fidelities of GHZ states.

        Examples
        --------
        >>> import farbell as fb
        >>> trio = fb.GhzDemand(name="trio", users=["n1", "n2", "n3"])
        >>> star = fb.star(leaves=3, length_m=20e3, demands=[], duration_s=0.5).replace(ghz_demands=[trio])
        >>> row = next(fb.run(star, seed=1).ghz_bounds().rows())
        >>> 0.3 < row["share"] < 1
        True
        """
        return ghz_bound_shares(self, level)

    def correlators(self, level: float = 0.95) -> ResultTable:
        """Mean Pauli expectations, error rates and CHSH value of each demand's pairs.

        Parameters
        ----------
        level : float
            Confidence level of the intervals.

        Returns
        -------
        ResultTable
            One row a demand. The CHSH value is that of :func:`farbell.analysis.chsh`.
        """
        return correlators(self, level)

    def expectations(self) -> dict[str, Any]:
        """What this run found, as what :meth:`check` expects of the next.

        Returns
        -------
        dict
            Plain values that JSON can hold: the ``run`` (seed, replicas, version, level of the intervals) and for each
            of the ``demands`` the quantities of :meth:`summary`, with their intervals. The level is such that the
            check of another run of the same scenario finds a difference in at most one of 10,000 cases.

        Raises
        ------
        ValueError
            If the run ended early.
        """
        return expectations(self)

    def check(self, expected: Mapping[str, Any] | str | os.PathLike[str]) -> ResultTable:
        """Compares with what was expected.

        Parameters
        ----------
        expected : mapping, str or path
            What :meth:`expectations` gave, or one's own ``{"demands": {name: {quantity: ...}}}``; or a JSON file that
            holds either. docs/guide/regression_tests.md describes it.

        Returns
        -------
        ResultTable
            One row an expectation: ``verdict`` is ``agrees``, ``differs`` or ``not compared``; ``rule`` says how:
            ``value`` (the same within rounding), ``bounds`` (within them), ``intervals`` (both confidence intervals
            overlap) or ``none`` (another run, and no interval). Then what was found and expected, with the ends of
            intervals or bounds.

        Raises
        ------
        SpecError
            If `expected` is malformed, or names a demand or a quantity that is not known.

        Examples
        --------
        >>> import farbell as fb
        >>> results = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.5))
        >>> table = results.check({"demands": {"n0->n2": {"fidelity": {"min": 0.5}, "rate_hz": {"max": 0.1}}}})
        >>> table["quantity"].tolist(), table["verdict"].tolist()
        (['fidelity', 'rate_hz'], ['agrees', 'differs'])
        """
        return check(self, read_expectations(expected, self.network.demand_names, self.network.ghz_demand_names))

    def write_report(self, path: str | Path) -> Path:
        """Writes one HTML file that shows the run and loads nothing from any host.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        Path
            The same.

        Raises
        ------
        ImportError
            If plotly is missing; the message names the extra that brings it.
        """
        from farbell.report import write_report

        return write_report(self, Path(path))

    def save(self, folder: str | Path, *, report: bool | None = None) -> Path:
        """Writes everything into a folder: Parquet tables, scenario, provenance, summary and the HTML report.

        Parameters
        ----------
        folder : str or Path
            Made if it does not exist. Results that it holds are replaced.
        report : bool, optional
            Whether to write ``report.html``. Left out: if plotly is there; a warning says if it is not.

        Returns
        -------
        Path
            The folder. It holds a file named ``PARTIAL`` if the run ended early.
        """
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        (path / _PARTIAL).unlink(missing_ok=True)
        if self.partial:
            (path / _PARTIAL).write_text(
                "This run ended before the duration of its scenario was simulated.\n", encoding="utf-8"
            )
        (path / "scenario.json").write_text(self.scenario.to_json() + "\n", encoding="utf-8")
        provenance = {"format": FORMAT, **self.provenance}
        (path / "provenance.json").write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")
        write_network(self.network, path / "model.json")
        for name in ("trace", *GHZ_TABLES, *FAILURE_TABLES, *PROGRAM_TABLES):
            (path / f"{name}.parquet").unlink(missing_ok=True)
        for name, table in {**self.tables, **statistics_tables(self), **self.profiles}.items():
            write_table(table, path / f"{name}.parquet")
        table = self.summary()
        write_table(table, path / "summary.parquet")
        _write_csv(table, path / "summary.csv")
        if report is not False:
            (path / "report.html").unlink(missing_ok=True)
            try:
                self.write_report(path / "report.html")
            except ImportError as error:
                if report:
                    raise
                warnings.warn(f"no report.html: {error}", stacklevel=2)
        return path

    @property
    def _headline(self) -> str:
        replicas = len(self.replicas)
        text = f"{counted(replicas, 'replica')} of {self.scenario.duration_s:g} s"
        deadlocks = deadlock_count(self)
        stuck = f", {counted(deadlocks, 'deadlock')}" if deadlocks else ""
        return f"{self.scenario.name or 'unnamed'}: {text}{', partial' if self.partial else ''}{stuck}"

    def __repr__(self) -> str:
        states = f", {int(self.ghz_demands['states'].sum()):,} GHZ states" if self.scenario.ghz_demands else ""
        return f"<Results {self._headline}, {int(self.demands['pairs'].sum()):,} pairs{states} delivered>"

    def _repr_html_(self) -> str:
        rows = []
        for row in self.summary().rows():
            cells = [
                row["demand"],
                f"{row['pairs']:,}",
                _with_interval(row, "rate", "_hz"),
                _with_interval(row, "fidelity"),
                f"{cell_text(row['latency_p50_s'])} / {cell_text(row['latency_p95_s'])}",
                _with_interval(row, "key_fraction"),
            ]
            rows.append(cells)
        heads = ["demand", "pairs", "rate (1/s)", "fidelity", "latency p50 / p95 (s)", "secret-key fraction"]
        tables = _html_table(heads, rows) if rows or not self.scenario.ghz_demands else ""
        if self.scenario.ghz_demands:
            ghz_rows = [
                [
                    row["demand"],
                    f"{row['users']:,}",
                    f"{row['states']:,}",
                    _with_interval(row, "rate", "_hz"),
                    _with_interval(row, "fidelity"),
                    cell_text(row["latency_mean_s"]),
                ]
                for row in self.ghz_summary().rows()
            ]
            tables += _html_table(["GHZ demand", "users", "states", "rate (1/s)", "fidelity", "mean latency (s)"], ghz_rows)
        notes = "; ".join(entry["name"] for entry in self.approximations) or "none"
        stuck = "".join(f"<p>{html.escape(line)}</p>" for line in deadlock_lines(self))
        return (
            f"<p><b>{html.escape(self._headline)}</b></p>{tables}{stuck}"
            f"<p>95 % confidence intervals. Approximations in force: {html.escape(notes)}.</p>"
        )


def _html_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    header = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"


def _with_interval(row: Mapping[str, Any], name: str, unit: str = "") -> str:
    value, low, high = (cell_text(row[f"{name}{end}{unit}"]) for end in ("", "_low", "_high"))
    return value if "-" in (low, high) else f"{value} [{low}, {high}]"


def _write_csv(table: ResultTable, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, table.columns)
        writer.writeheader()
        writer.writerows(table.rows())
