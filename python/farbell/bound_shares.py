"""Each demand's rate beside what no protocol could exceed."""

from __future__ import annotations

import math

import numpy as np

from farbell import _core
from farbell._core import BackToBack, Continuous
from farbell.bounds import capacities, route_bounds
from farbell.record import Record
from farbell.summary import summary
from farbell.table import ResultTable

__all__ = ["bound_shares"]


def bound_shares(record: Record, level: float = 0.95) -> ResultTable:
    """One row a demand; :meth:`farbell.Results.bounds` describes it."""
    scenario = record.scenario
    model = _core.compile(scenario)
    pairs, ebits = capacities(model), capacities(model, "plob")
    seconds = float(record.batch_seconds.sum())
    words: dict[str, int] = {}
    rows = []
    figures = summary(record, level).rows()
    for i, (row, spec, route) in enumerate(zip(figures, scenario.demands, route_bounds(model), strict=True)):
        flow = pairs.max_flow(spec.node_a, spec.node_b)
        flow_hz = flow.rate_hz / pairs.demands[i].pairs_needed
        capacity_hz = ebits.max_flow(spec.node_a, spec.node_b).rate_hz
        bound = min(route.rate_hz, flow_hz)
        limit = route.link if route.rate_hz <= flow_hz else ", ".join(flow.links + flow.nodes)

        def share(value: float, bound: float = bound) -> float:
            return value / bound if bound > 0 else math.nan

        endless = isinstance(spec.traffic, Continuous | BackToBack)
        asked_hz = math.inf if endless else row["asked"] * spec.pairs_per_request / max(seconds, 1e-300)
        ends = ("", "_low", "_high")
        rows.append(
            {
                "demand": i,
                **{f"rate{end}_hz": row[f"rate{end}_hz"] for end in ends},
                "asked_hz": asked_hz,
                "bound_hz": bound,
                **{f"share{end}": share(row[f"rate{end}_hz"]) for end in ends},
                "limited_by": words.setdefault(limit, len(words)),
                "route_hz": route.rate_hz,
                "flow_hz": flow_hz,
                "key_rate_hz": row["key_rate_hz"],
                "capacity_hz": capacity_hz,
            }
        )
    names = rows[0] if rows else {"demand": 0}
    table = {name: np.array([row[name] for row in rows]) for name in names}
    return ResultTable(table, {**record.network.categories, "limited_by": tuple(words)})
