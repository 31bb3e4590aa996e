"""Deadlocks of a run in words: which request waits for which memory, held by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from farbell.describe import quantity
from farbell.record import Record

__all__ = ["deadlock_count", "deadlock_lines"]


def deadlock_count(record: Record) -> int:
    """Deadlocks of all replicas; ``record.tables["deadlocks"]`` may hold only the first of them."""
    return int(record.tables["replicas"]["deadlocks"].sum())


def _found(row: Mapping[str, Any]) -> tuple[int, int, float]:
    return row["replica"], row["deadlock"], row["time_s"]


def _slots(count: int) -> str:
    return f"{count} slot{'s' if count != 1 else ''}"


def _wait(rows: list[Mapping[str, Any]]) -> str:
    """One demand that waits; a row for each of those it waits for."""
    row = rows[0]
    who = f"request {row['request']} of {row['demand']}" if row["request"] >= 0 else f"{row['demand']}, without a request,"
    holders = [f"{other['other']} ({other['other_slots']})" for other in rows if other["other_is"] == "holder"]
    ahead = [other["other"] for other in rows if other["other_is"] == "ahead"]
    reasons = ([f"held by {', '.join(holders)}"] if holders else []) + ([f"behind {', '.join(ahead)}"] if ahead else [])
    why = f"; {' and '.join(reasons)}" if reasons else "; the node has no more"
    end = " (gave way)" if row["released"] else ""
    return f"{who} waits for {_slots(row['slots_needed'])} at {row['node']}, where {row['slots_free']} are free{why}{end}"


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
    shown: set[tuple[int, int]] = set()
    for (replica, number, time_s), rows in groupby(record.tables["deadlocks"].rows(), key=_found):
        if (replica, number) in shown:
            continue
        if len(shown) == most:
            break
        shown.add((replica, number))
        waits = [_wait(list(waits)) for _, waits in groupby(rows, key=lambda row: (row["demand"], row["request"]))]
        where = f"replica {replica}, " if len(record.tables["replicas"]) > 1 else ""
        yield f"Deadlock {number} ({where}{quantity(float(f'{time_s:.4g}'), 's')}): {'; '.join(waits)}."
    if total > len(shown):
        yield f"{total:,} deadlocks in all; they are in the table `deadlocks`."
