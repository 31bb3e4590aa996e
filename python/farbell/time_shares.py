"""Where the time of demands with requests went, as shares that add up to 1."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from farbell.record import Record
from farbell.table import ResultTable

__all__ = ["SHARES", "time_shares", "time_shares_lines"]

#: Share -> what it is.
SHARES = {
    "links": "attempts of the link that came last, heralds included",
    "memories": "free memory slots",
    "messages": "classical messages: set-up of circuits, results on their way",
    "operations": "gates and read-out, and swaps that the order puts off",
    "cut_offs": "lost: pairs given up at a cut-off",
    "failed_swaps": "lost: swaps that failed",
    "failed_distillation": "lost: rounds of distillation that failed",
    "stale_halves": "lost: swaps with a half whose partner was gone",
}


def time_shares(record: Record) -> ResultTable:
    """One row a demand; :meth:`farbell.Results.time_shares` describes it."""
    spent = record.tables["time_spent"]
    owner = spent.codes("demand")
    demands = len(record.network.demand_names)
    seconds = np.stack([np.bincount(owner, weights=spent[f"{name}_s"], minlength=demands) for name in SHARES])
    total = seconds.sum(axis=0)
    with np.errstate(invalid="ignore"):
        shares = seconds / total
    columns = {"demand": np.arange(demands), "seconds": total, **dict(zip(SHARES, shares, strict=True))}
    return ResultTable(columns, record.network.categories)


def time_shares_lines(record: Record) -> Iterator[str]:
    """For each demand that had requests, what took more than 1 % of their time, the most first."""
    for row in time_shares(record).rows():
        if row["seconds"] > 0:
            most = sorted(SHARES, key=lambda name: -row[name])
            parts = [f"{name.replace('_', ' ')} {row[name]:.0%}" for name in most if row[name] > 0.01]
            yield f"{row['demand']}: {', '.join(parts)}"
