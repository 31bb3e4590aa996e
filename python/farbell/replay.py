"""A stretch of a run again, with the trace on: from the run's own trace, or by replaying the replica from its seed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from farbell import _core
from farbell._core import Limits, Protocol, RunError, SpecError
from farbell.bounds.capacities import compiled
from farbell.hook_calls import checked
from farbell.record import Code, Record, tables_of, ticks_per_s
from farbell.table import ResultTable
from farbell.trace import TRACE_ROWS, checked_window, trace_table

__all__ = ["RequestFacts", "find_demand", "find_replica", "find_request", "trace_of", "traced"]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RequestFacts:
    """A request and its pairs, or its GHZ states, as the tables of a run have them."""

    demand: str
    replica: int
    row: Row
    asked: int  # pairs or states
    delivered: int
    pairs: tuple[Row, ...]  # or states
    end_s: float  # when it ended, or else the run

    @property
    def begin_s(self) -> float:
        """When it was asked, or the oldest photon of its pairs set out, if that was earlier."""
        begins = [self.row["asked_s"], *(pair["delivered_s"] - pair["age_s"] for pair in self.pairs)]
        return float(min(begins))


def find_demand(record: Record, demand: str | None, ghz: bool = False) -> str:
    """The demand's own name. With `ghz` it may be a GHZ demand.

    Raises
    ------
    SpecError
        If there is no such demand, or none was named and there are several.
    """
    names = record.network.demand_names + (record.network.ghz_demand_names if ghz else ())
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "") or "none"
    if demand is None:
        if len(names) == 1:
            return names[0]
        raise SpecError("demand", "none named", f"one of {shown}")
    if demand in record.network.ghz_demand_names and not ghz:
        raise SpecError("demand", f"{demand!r}, which asks for GHZ states", f"a demand for pairs: {shown}")
    if demand not in names:
        raise SpecError("demand", repr(demand), shown, next(iter(get_close_matches(demand, names, 1)), ""))
    return demand


def find_replica(record: Record, replica: int) -> int:
    """The place of a replica in the table of replicas.

    Raises
    ------
    SpecError
        If there is none of that number.
    """
    known = record.tables["replicas"]["replica"].tolist()
    if replica not in known:
        raise SpecError("replica", repr(replica), f"{known[0]} to {known[-1]}" if known else "none was run")
    return int(known.index(replica))


def _simulated_s(record: Record, replica: int) -> float:
    if replica == record.provenance.get("failed_replica"):  # how far it came is not known
        return float(record.scenario.duration_s)
    return float(record.tables["replicas"]["simulated_s"][find_replica(record, replica)])


def _rows(table: ResultTable, **wanted: int) -> list[dict[str, Any]]:
    # Batch by batch: the rows of a run may be more than memory holds.
    found: list[dict[str, Any]] = []
    for batch in table.batches():
        chosen = np.ones(len(batch), dtype=bool)
        for name, value in wanted.items():
            chosen &= batch.codes(name) == value
        found.extend(batch[chosen].rows())
    return found


def find_request(record: Record, request: int, demand: str | None, replica: int, ghz: bool = False) -> RequestFacts:
    """A request, from the rows of the run, or of its replay where it kept none. With `ghz` it may be one for GHZ states.

    Raises
    ------
    SpecError
        If there is no such request, demand or replica.
    """
    name = find_demand(record, demand, ghz)
    end_s = _simulated_s(record, replica)
    number = record.network.categories["demand"].index(name)
    tables = record.tables if record.scenario.record == "rows" else _run(record, replica, end_s)
    of_states = name in record.network.ghz_demand_names
    requests, delivered, what = ("ghz_requests", "ghz_states", "states") if of_states else ("requests", "pairs", "pairs")
    rows = _rows(tables[requests], replica=replica, demand=number)
    found = next((row for row in rows if row["request"] == request), None)
    if found is None:
        numbers = [row["request"] for row in rows]
        allowed = f"{min(numbers)} to {max(numbers)}" if numbers else "no request was asked"
        raise SpecError("request", repr(request), f"{allowed} (demand {name}, replica {replica})")
    got = tuple(_rows(tables[delivered], replica=replica, demand=number, request=request))
    finished = found["finished_s"]
    ended_s = end_s if math.isnan(finished) else finished
    return RequestFacts(name, replica, found, found[f"{what}_asked"], found[f"{what}_delivered"], got, ended_s)


def _run(record: Record, replica: int, stop_s: float, trace: tuple[float, float] | None = None) -> Mapping[str, ResultTable]:
    """The replica again. Its own limits do not matter here: it goes as far as it went."""
    code = record.code or Code()
    for name, wanted in (("programs", "records" in record.profiles), ("hooks", "hooks" in record.provenance)):
        if wanted and getattr(code, name) is None:
            raise SpecError(
                name,
                f"a run with {name}, which no file keeps, so that it cannot be replayed",
                f"results.with_code({name}=...) with the same, or results of a run with trace=True",
            )
    if "steered" in record.provenance:
        raise SpecError("live", "a live run that was acted on, which cannot be replayed", "a run that went on by itself")
    model = compiled(record.scenario.replace(record="rows", limits=Limits()))
    in_cpp, of_nodes = (code.programs, None) if isinstance(code.programs, Protocol) else (None, code.programs)
    host = None
    if of_nodes is not None:
        from farbell.programs.host import Host

        host = Host(model, of_nodes)
    functions, protocols = checked(code.hooks, model) if code.hooks is not None else ({}, {})
    start_s, until_s = trace or (0.0, None)
    output = _core.run(
        model,
        first_replica=replica,
        stop_s=stop_s,
        trace=trace is not None,
        trace_from_s=start_s,
        trace_until_s=until_s,
        trace_rows=TRACE_ROWS,
        memory_limit_bytes=2**62,
        programs=host if in_cpp is None else in_cpp,
        decisions=functions or None,
        protocols=protocols,
        goes_on=record.provenance.get("on_error") == "go_on",
    )
    if output["failure"] is not None and replica != record.provenance.get("failed_replica"):
        raise output["failure"]
    tables = dict(tables_of(output["tables"], record.network))
    if in_cpp is not None:
        tables["records"] = ResultTable(output["tables"]["records"], record.network.categories)
    if host is not None:
        tables |= host.records.tables()
    if trace is not None:
        notes = None if host is None else host.notes.rows
        tables["trace"] = trace_table(output["tables"]["trace"], ticks_per_s(record.scenario), record.network.categories, notes)
    return tables


def trace_of(record: Record, replica: int | None, window_s: tuple[float, float] | None) -> ResultTable:
    """See :meth:`farbell.Results.trace`."""
    if replica is None:
        if "trace" in record.profiles and window_s is None:
            return record.profiles["trace"]
        known = record.tables["replicas"]["replica"].tolist()
        if "failed_replica" in record.provenance:
            known.append(record.provenance["failed_replica"])
        if len(known) != 1:
            raise SpecError("replica", "none named", f"one of {known[0]} to {known[-1]}" if known else "none was run")
        replica = known[0]
    end_s = _simulated_s(record, replica)
    window = (0.0, end_s) if window_s is None else checked_window("window_s", window_s)
    return traced(record, replica, window)[0]


def traced(record: Record, replica: int, window_s: tuple[float, float]) -> tuple[ResultTable, tuple[str, ...]]:
    """The trace of a replica within a window, and what a reader should be warned of.

    Raises
    ------
    RunError
        If the replay gives other rows than those that are stored, or there is more to tell than a trace may hold.
    """
    start_s, end_s = record.provenance.get("trace_s", (math.inf, 0))
    stop_s = min(window_s[1], _simulated_s(record, replica))
    if start_s <= window_s[0] and stop_s <= end_s:
        return _cut(record.profiles["trace"], replica, window_s), ()
    here = {"farbell": _core.__version__, "compiler": _core.compiler}
    others = [
        f"{name} {record.provenance[name]}, not {value}" for name, value in here.items() if record.provenance[name] != value
    ]
    warnings = [f"the run was made with {', '.join(others)}"] if others else []
    try:
        tables = _run(record, replica, stop_s, window_s)
    except RunError as error:
        raise RunError(f"{error}: give window_s, a part of {window_s[0]:.9g} to {window_s[1]:.9g} s") from None
    if replica == record.provenance.get("failed_replica"):
        warnings.append("the replica failed, and left no rows to compare the replay with")
    elif record.scenario.record == "rows":
        difference = _difference(record, tables, replica, stop_s)
        if difference:
            raise RunError("; ".join([f"the replay is not the run that is stored: {difference}", *warnings]))
    else:
        warnings.append("the run kept no rows to compare the replay with")
    return tables["trace"], tuple(warnings)


def _cut(trace: ResultTable, replica: int, window_s: tuple[float, float]) -> ResultTable:
    """A window of a longer trace, which begins with how things stood, as the core's own windows do."""
    time = trace["time_s"]
    ours = trace.codes("replica") == replica
    before: dict[tuple[int, ...], int] = {}
    kinds, places = trace["kind"], np.flatnonzero(ours & (time < window_s[0]))
    for place in places.tolist():
        if kinds[place] == "attempting" or kinds[place].startswith(("circuit_", "permit_")):
            before[trace.codes("link")[place], trace.codes("demand")[place]] = place
    inside = np.flatnonzero(ours & (time >= window_s[0]) & (time <= window_s[1]))
    return trace[np.concatenate([np.array(sorted(before.values()), dtype=np.int64), inside])]


def _difference(record: Record, tables: Mapping[str, ResultTable], replica: int, stop_s: float) -> str:
    """The first place where the replay's rows, up to its end, are not the stored ones."""
    for name, time, columns in (
        ("pairs", "delivered_s", ("demand", "request", "delivered_s", "fidelity", "age_s")),
        ("requests", "finished_s", ("demand", "request", "asked_s", "finished_s", "pairs_delivered", "status")),
        ("ghz_states", "delivered_s", ("demand", "request", "delivered_s", "fidelity", "age_s", "outcomes")),
        ("ghz_requests", "finished_s", ("demand", "request", "asked_s", "finished_s", "states_delivered", "status")),
        ("records", "time_s", ("time_s",)),
    ):
        if name not in tables:
            continue
        # What happened at the last tick may be cut in two by the end.
        again = tables[name][tables[name][time] < stop_s]
        compared = 0
        kept = record.profiles[name] if name == "records" else record.tables[name]
        for batch in kept.batches():
            stored = batch[(batch.codes("replica") == replica) & (batch[time] < stop_s)]
            for column in columns:
                x, y = stored.codes(column), again.codes(column)[compared : compared + len(stored)]
                differ = np.flatnonzero(x[: len(y)] != y)
                if len(differ):
                    place = int(differ[0])
                    return f"{name}, row {compared + place}, {column}: {y[place]}, stored is {x[place]}"
            compared += len(stored)
        if compared != len(again):
            return f"{len(again)} {name} before {stop_s:.9g} s, stored are {compared}"
    return ""
