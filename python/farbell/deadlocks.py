"""Deadlocks of a run in words: which request waits for which memory, held by whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from farbell.describe import counted, quantity
from farbell.record import Record

__all__ = ["deadlock_count", "deadlock_lines", "waiting_lines"]


def deadlock_count(record: Record) -> int:
    """Deadlocks of all replicas; ``record.tables["deadlocks"]`` may hold only the first of them."""
    return int(record.tables["replicas"]["deadlocks"].sum())


def _found(row: Mapping[str, Any]) -> tuple[int, int, float]:
    return row["replica"], row["deadlock"], row["time_s"]


def _wait(rows: list[Mapping[str, Any]], several: Collection[str]) -> str:
    """One circuit that waits; a row for each of those it waits for. Those of demands in `several` are told apart."""

    def name(demand: str, circuit: int) -> str:
        return f"circuit {circuit} of {demand}" if demand in several else demand

    row = rows[0]
    who = f"request {row['request']} of {row['demand']}"
    if row["request"] < 0:
        who = f"{name(row['demand'], row['circuit'])}, without a request,"
    others = [(name(other["other"], other["other_circuit"]), other) for other in rows]
    holders = [f"{who_else} ({other['other_slots']})" for who_else, other in others if other["other_is"] == "holder"]
    ahead = [who_else for who_else, other in others if other["other_is"] == "ahead"]
    reasons = ([f"held by {', '.join(holders)}"] if holders else []) + ([f"behind {', '.join(ahead)}"] if ahead else [])
    why = f"; {' and '.join(reasons)}" if reasons else "; the node has no more"
    end = " (gave way)" if row["released"] else ""
    return (
        f"{who} waits for {counted(row['slots_needed'], 'slot')} at {row['node']}, where {row['slots_free']} are free{why}{end}"
    )


def waiting_lines(record: Record, most: int = 3) -> Iterator[str]:
    """Processes of programs that waited for others when the run ended, a line each, and how many if there were more."""
    table = record.profiles.get("processes")
    all_rows = [] if table is None else table.rows()
    rows = [row for row in all_rows if row["why"] and not row["waits_for"].startswith("wait(")]
    for row in rows[:most]:
        where = f"replica {row['replica']}, " if len(record.tables["replicas"]) > 1 else ""
        since = quantity(float(f"{row['since_s']:.4g}"), "s") if row["since_s"] else "the start"
        who = f"{row['program']} at {row['node']} ({where}{row['line']})"
        yield f"{who} waits for {row['waits_for']} since {since}: {row['why']}."
    if len(rows) > most:
        yield f"{len(rows):,} processes in all; they are in the table `processes`."


def deadlock_lines(record: Record, most: int = 3) -> Iterator[str]:
    """The first deadlocks in words, a line each, and how many there were if there were more.

    Demands that run into a deadlock later are left out.

    Parameters
    ----------
    record : Record
        The run.
    most : int
        How many to describe.
    """
    total = deadlock_count(record)
    several = {
        demand
        for demand, spec in zip(record.network.demand_names, record.scenario.demands, strict=True)
        if spec.concurrent_requests > 1
    }
    shown: set[tuple[int, int]] = set()
    for (replica, number, time_s), rows in groupby(record.tables["deadlocks"].rows(), key=_found):
        if (replica, number) in shown:
            continue
        if len(shown) == most:
            break
        shown.add((replica, number))
        waits = [_wait(list(waits), several) for _, waits in groupby(rows, key=itemgetter("demand", "circuit"))]
        where = f"replica {replica}, " if len(record.tables["replicas"]) > 1 else ""
        yield f"Deadlock {number} ({where}{quantity(float(f'{time_s:.4g}'), 's')}): {'; '.join(waits)}."
    if total > len(shown):
        yield f"{total:,} deadlocks in all; they are in the table `deadlocks`."
