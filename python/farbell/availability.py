"""What failures did to each demand, in numbers for the summary and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from farbell.describe import quantity
from farbell.record import Record

__all__ = ["availability_columns", "failure_lines"]

_REFUSED = ("no_route", "route_lost", "node_down")


def availability_columns(record: Record, demand: int) -> dict[str, Any]:
    """Columns of the summary; none of a run without failures."""
    if "demand_availability" not in record.tables:
        return {}
    table = record.tables["demand_availability"]
    mine = table.codes("demand") == demand
    recoveries = table["recoveries"][mine]
    simulated_s = record.tables["replicas"]["simulated_s"].sum()
    spent = np.nansum(table["recovery_mean_s"][mine] * recoveries)
    return {
        "availability": float(table["route_s"][mine].sum() / simulated_s) if simulated_s else np.nan,
        "interruptions": int(table["interruptions"][mine].sum()),
        "recovery_mean_s": float(spent / recoveries.sum()) if recoveries.any() else np.nan,
        **{f"refused_{reason}": int(table[f"refused_{reason}"][mine].sum()) for reason in _REFUSED},
    }


def failure_lines(record: Record, most: int = 5) -> Iterator[str]:
    """The demands that failures reached, a line each, those with the least availability first."""
    if "failures" not in record.tables:
        return
    rows = [{"demand": name, **availability_columns(record, demand)} for demand, name in enumerate(record.network.demand_names)]
    lost = {row["demand"]: sum(row[f"refused_{reason}"] for reason in _REFUSED) for row in rows}
    reached = [row for row in rows if row["interruptions"] or row["availability"] < 1 or lost[row["demand"]]]
    count = len(record.tables["failures"])
    yield f"{count:,} time{'s' if count != 1 else ''} a node or link went down; {len(reached)} of {len(rows)} demands felt it"
    for row in sorted(reached, key=lambda row: row["availability"])[:most]:
        recovery = row["recovery_mean_s"]
        words = [f"a route {row['availability']:.2%} of the time"]
        words += (
            [f"{row['interruptions']:,} interruption{'s' if row['interruptions'] != 1 else ''}"] if row["interruptions"] else []
        )
        words += [f"pairs again after {quantity(float(f'{recovery:.3g}'), 's')} on average"] if np.isfinite(recovery) else []
        words += [f"{lost[row['demand']]:,} requests lost"] if lost[row["demand"]] else []
        yield f"{row['demand']}: {', '.join(words)}"
