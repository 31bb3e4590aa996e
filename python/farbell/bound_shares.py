"""Each demand's rate beside what no protocol could exceed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from farbell._core import BackToBack, Continuous
from farbell.bounds import demand_bounds, ghz_demand_bounds
from farbell.ghz import ghz_summary
from farbell.record import Record
from farbell.summary import summary
from farbell.table import ResultTable

__all__ = ["bound_shares", "ghz_bound_shares"]

_ENDS = ("", "_low", "_high")


def bound_shares(record: Record, level: float = 0.95) -> ResultTable:
    """One row a demand; :meth:`farbell.Results.bounds` describes it."""
    seconds = float(record.batch_seconds.sum())
    rows = [
        {
            **_shares(row, bound, spec.traffic, spec.pairs_per_request, seconds),
            "key_rate_hz": row["key_rate_hz"],
            "capacity_hz": bound["capacity_hz"],
        }
        for row, bound, spec in zip(
            summary(record, level).rows(),
            demand_bounds(record.scenario).rows(),
            record.scenario.demands,
            strict=True,
        )
    ]
    return _table(rows)


def ghz_bound_shares(record: Record, level: float = 0.95) -> ResultTable:
    """One row a GHZ demand; :meth:`farbell.Results.ghz_bounds` describes it."""
    seconds = float(record.batch_seconds.sum())
    rows = [
        {**_shares(row, bound, spec.traffic, spec.states_per_request, seconds), "capacity_hz": bound["capacity_hz"]}
        for row, bound, spec in zip(
            ghz_summary(record, level).rows(),
            ghz_demand_bounds(record.scenario).rows(),
            record.scenario.ghz_demands,
            strict=True,
        )
    ]
    return _table(rows)


def _shares(
    row: Mapping[str, Any], bound: Mapping[str, Any], traffic: object, each_request: int, seconds: float
) -> dict[str, Any]:
    def share(value: float) -> float:
        return float(value / bound["bound_hz"]) if bound["bound_hz"] > 0 else math.nan

    endless = isinstance(traffic, Continuous | BackToBack)
    return {
        "demand": row["demand"],
        **{f"rate{end}_hz": row[f"rate{end}_hz"] for end in _ENDS},
        "asked_hz": math.inf if endless else row["asked"] * each_request / max(seconds, 1e-300),
        "bound_hz": bound["bound_hz"],
        **{f"share{end}": share(row[f"rate{end}_hz"]) for end in _ENDS},
        **{name: bound[name] for name in ("limited_by", "route_hz", "flow_hz")},
    }


def _table(rows: list[dict[str, Any]]) -> ResultTable:
    names = rows[0] if rows else {"demand": ""}
    return ResultTable({name: np.array([row[name] for row in rows]) for name in names})
