"""What a sweep gave: a tidy table, and the results of each point."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from farbell._core import SpecError
from farbell.results import Results
from farbell.storage import write_table
from farbell.studies.blocks import Block, joined
from farbell.studies.plan import FAILED, STATES, UNFINISHED, Plan, Tally
from farbell.studies.points import Sweep
from farbell.studies.store import Store
from farbell.studies.varied import columns, short_names
from farbell.table import ResultTable

__all__ = ["Study", "load_study"]

# Columns that a table of a study has beside what is varied and those of a summary.
_OWN = ("point", "replicas", "state", "error")


class Study:
    """What a sweep gave, as far as it is finished; :meth:`farbell.Sweep.run` and :func:`farbell.load_study` make it.

    Attributes
    ----------
    sweep : Sweep
        Its points.

    Examples
    --------
    >>> import farbell as fb
    >>> network = fb.chain(nodes=3, length_m="20 km", duration_s="0.5 s")
    >>> study = fb.sweep(network, {"memories/*/t2_s": ["10 ms", "1 s"]}).run()
    >>> table = study.table()
    >>> bad, good = table["fidelity"]
    >>> table["t2_s"].tolist(), bool(bad < good)
    ([0.01, 1.0], True)
    >>> study.results(1)
    <Results chain of 3: 1 replica of 0.5 s, ... pairs delivered>
    """

    def __init__(
        self, sweep: Sweep, plan: Plan, store: Store, provenance: Mapping[str, Any], tallies: list[Tally] | None = None
    ) -> None:
        self.sweep = sweep
        self._plan, self._store, self._provenance = plan, store, provenance
        # Of the run that made it, if it is the one; else they follow from the store.
        self._given_tallies = tallies

    @cached_property
    def _tallies(self) -> list[Tally]:
        if self._given_tallies is not None:
            return self._given_tallies
        tallies = [Tally(self._plan, lambda point=point: self.sweep.scenario(point)) for point in range(len(self.sweep))]
        for point, first, count, block in self._store.blocks(data=self._plan.error is not None):
            number = self._plan.number(first, count)
            if number is not None and tallies[point].open:
                tallies[point].take(number, block)
        return tallies

    def _blocks(self, point: int) -> list[Block]:
        """Those that count, up to the decision."""
        wanted = [self._plan.block(number) for number in range(self._tallies[point].blocks)]
        found = {(first, count): block for _, first, count, block in self._store.blocks(point)}
        return [found[place] for place in wanted]

    def __len__(self) -> int:
        return len(self.sweep)

    @property
    def complete(self) -> bool:
        """Whether every point has all its replicas: none is missing, none failed."""
        return all(tally.state not in (UNFINISHED, FAILED) for tally in self._tallies)

    def results(self, point: int) -> Results:
        """All of what a point gave.

        Parameters
        ----------
        point : int
            Its number.

        Returns
        -------
        Results
            Those of ``farbell.run(scenario, replicas=n)`` with ``record="summary"``, to the last bit, but for tables over
            simulated time, which a study does not keep.

        Raises
        ------
        SpecError
            If there is no such point, or nothing of it is finished.
        """
        if isinstance(point, bool) or not isinstance(point, (int, np.integer)) or not 0 <= point < len(self):
            raise SpecError("point", repr(point), f"a number from 0 to {len(self) - 1}")
        blocks = self._blocks(int(point))
        if not blocks:
            error = self._tallies[point].error
            found = "of which nothing is finished" if error is None else f"which failed: {error}"
            raise SpecError("point", f"{point}, {found}", "another")
        return joined(self.sweep.scenario(int(point)), blocks, self._provenance)

    @property
    def errors(self) -> ResultTable:
        """Points that failed, a row each: their values, the first replica of the block that failed, the error."""
        failed = [point for point, tally in enumerate(self._tallies) if tally.state == FAILED]
        varied, words = self._varied(failed, ("point", "first_replica", "error"))
        tallies = [self._tallies[point] for point in failed]
        first = np.array([self._plan.block(tally.blocks)[0] for tally in tallies], dtype=np.int64)
        own = {"first_replica": first, "error": np.array([tally.error for tally in tallies], dtype=np.str_)}
        return ResultTable({"point": np.array(failed, dtype=np.int64), **varied, **own}, words)

    def table(self) -> ResultTable:
        """The figures of merit of each demand at each point.

        Returns
        -------
        ResultTable
            One row a point and demand: the number of the ``point``; a column for each path that is varied, named by its
            end ("t2_s"), or more of it where that would not tell; the ``demand``; ``replicas``, and the ``state`` of the
            point: "all replicas", "precise" (the intervals are as narrow as asked), "most replicas" (they are not) or
            "unfinished"; and the columns of :meth:`farbell.Results.summary`. Points that failed are in :attr:`errors`.
        """
        return self._table

    def ghz_table(self) -> ResultTable:
        """The same of each GHZ demand, with the columns of :meth:`farbell.Results.ghz_summary`."""
        return self._ghz_table

    def rows_of(self, points: Iterable[int]) -> ResultTable:
        """The rows that :meth:`table` has, or will have, for some of the points."""
        return self._stacked([(point, self.results(point).summary()) for point in points if self._counts_of(point)])

    def shown_rows(self, rows: ResultTable) -> ResultTable:
        """Of some rows of :meth:`table` the columns that fit on a screen."""
        if not len(rows):
            return rows
        names = [*rows.columns[: 4 + len(self.sweep.paths)], "rate_hz", "fidelity", "latency_p50_s", "key_fraction"]
        return rows[names]

    def _counts_of(self, point: int) -> bool:
        tally = self._tallies[point]
        return tally.blocks > 0 and tally.state != FAILED

    @cached_property
    def _summaries(self) -> list[tuple[int, ResultTable, ResultTable]]:
        each = ((point, self.results(point)) for point in filter(self._counts_of, range(len(self))))
        return [(point, results.summary(), results.ghz_summary()) for point, results in each]

    @cached_property
    def _table(self) -> ResultTable:
        return self._stacked([(point, table) for point, table, _ in self._summaries])

    @cached_property
    def _ghz_table(self) -> ResultTable:
        return self._stacked([(point, table) for point, _, table in self._summaries])

    def _stacked(self, tables: Sequence[tuple[int, ResultTable]]) -> ResultTable:
        tables = [(point, table) for point, table in tables if len(table)]
        names = [name for name in tables[0][1].columns if name != "demand"] if tables else []
        points = [point for point, table in tables for _ in range(len(table))]
        varied, words = self._varied(points, (*_OWN, "demand", *names))
        demands = list(dict.fromkeys(name for _, table in tables for name in table["demand"].tolist()))
        number = {name: i for i, name in enumerate(demands)}
        words["demand"], words["state"] = tuple(demands), STATES
        found: dict[str, Any] = {}
        for name in names:
            found[name] = np.concatenate([table.codes(name) for _, table in tables])
            if name in tables[0][1].categories:
                words[name] = tables[0][1].categories[name]
        own = {
            "demand": np.array([number[name] for _, table in tables for name in table["demand"].tolist()], dtype=np.int64),
            "replicas": np.array([self._replicas(point) for point in points], dtype=np.int64),
            "state": np.array([self._tallies[point].state for point in points], dtype=np.int64),
        }
        return ResultTable({"point": np.array(points, dtype=np.int64), **varied, **own, **found}, words)

    def _replicas(self, point: int) -> int:
        return min(self._tallies[point].blocks * self._plan.per_task, self._plan.most)

    def _varied(self, points: Sequence[int], taken: Sequence[str]) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
        """Columns of what is varied, a row for each of `points`, and their words."""
        names = short_names(self.sweep.paths, taken)
        whole = {path: self.sweep.column(path) for path in names}
        # What type a column has is up to all points, not to those that are there.
        arrays, words = columns((names[path], whole[path]) for path in names)
        return {name: values[np.array(points, dtype=np.int64)] for name, values in arrays.items()}, words

    def plot(self, x: str | None = None, y: str = "rate_hz", hue: str | None = None, ax: Any = None) -> Any:
        """A column of the table over another, with its intervals.

        Parameters
        ----------
        x : str, optional
            Column of the table; left out: the first that is varied.
        y : str
            Column of the table.
        hue : str, optional
            Column whose values have a line each; left out: the second that is varied, or else the demand if there are
            several.
        ax : matplotlib.axes.Axes, optional
            Where to draw.

        Returns
        -------
        matplotlib.axes.Axes
            The axes.

        Raises
        ------
        SpecError
            If there is no such column.
        """
        from farbell import plot

        table = self.table()
        varied = table.columns[1 : 1 + len(self.sweep.paths)]
        if hue is None and len(varied) > 1:
            hue = next((name for name in varied if name != x), None) if x is not None else varied[1]
        if hue is None and len(set(table["demand"].tolist())) > 1:
            hue = "demand"
        return plot.estimates(table, x or varied[0], y, hue, ax)

    def to_parquet(self, folder: str | Path) -> Path:
        """Writes the tables to a folder.

        Parameters
        ----------
        folder : str or Path
            Made if it does not exist.

        Returns
        -------
        Path
            The folder, with ``table.parquet``, ``ghz_table.parquet`` and ``errors.parquet`` (each only if it has rows), and
            ``sweep.json``: the base scenario and the values of each point.
        """
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        for name, table in (("table", self.table()), ("ghz_table", self.ghz_table()), ("errors", self.errors)):
            (path / f"{name}.parquet").unlink(missing_ok=True)
            if len(table):
                write_table(table, path / f"{name}.parquet")
        (path / "sweep.json").write_text(self.sweep.document + "\n", encoding="utf-8")
        return path

    @property
    def headline(self) -> str:
        """How many points are finished, how many failed, and how many replicas that took."""
        states = [tally.state for tally in self._tallies]
        finished = sum(state not in (UNFINISHED, FAILED) for state in states)
        failed = f", {states.count(FAILED):,} failed" if FAILED in states else ""
        replicas = sum(map(self._replicas, range(len(self))))
        return (
            f"{finished:,} of {len(states):,} point{'s' if len(states) != 1 else ''} finished{failed}, "
            f"{replicas:,} replica{'s' if replicas != 1 else ''}"
        )

    def __repr__(self) -> str:
        return f"<Study {self.headline}>"

    def _repr_html_(self) -> str:
        return f"<p><b>{html.escape(self.headline)}</b></p>{self.shown_rows(self.table())._repr_html_()}"


def load_study(path: str | Path) -> Study:
    """The study in a store, finished or not, also while another process works on it.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    Study
        What was finished by now; ``load_study(path).sweep.run(path)`` goes on with it.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    SpecError
        If it is no store of a study.

    Examples
    --------
    >>> import farbell as fb
    >>> network = fb.chain(nodes=3, length_m="20 km", duration_s="0.2 s")
    >>> study = fb.sweep(network, {"demands/*/width": [1, 2]}).run("study.db")
    >>> fb.load_study("study.db").table().equals(study.table())
    True
    """
    file = Path(path)
    if not file.is_file():
        raise FileNotFoundError(f"no study in {file}")
    store = Store(file)
    sweep, plan, provenance = store.study()
    return Study(sweep, plan, store, provenance)
