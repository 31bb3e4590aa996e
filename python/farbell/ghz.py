"""The figures of merit of GHZ demands, with confidence intervals, and what is printed of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from farbell._core import SpecError
from farbell.analysis.intervals import Interval, rate_interval, ratio_interval, score_interval
from farbell.record import BATCHES, Record
from farbell.table import ResultTable
from farbell.topology.network import nearest

__all__ = ["GHZ_COUNTS", "ghz_outcomes", "ghz_summary"]

#: Columns of the summary -> columns of the table of GHZ demands whose sum they are.
GHZ_COUNTS = {
    "asked": "requests_asked",
    "delivered": "requests_done",
    "timed_out": "requests_timed_out",
    "refused": "requests_refused",
    "open": "requests_open",
    "states": "states",
    "rejected_states": "rejected_states",
    "surplus_states": "surplus_states",
}


def ghz_summary(record: Record, level: float = 0.95) -> ResultTable:
    """One row a GHZ demand; :meth:`farbell.Results.ghz_summary` describes it."""
    first = len(record.network.demand_names)
    count = len(record.network.ghz_demand_names)
    if count == 0:
        return ResultTable({"demand": np.array([], dtype=np.int64)}, record.network.categories)
    demands, batches = record.tables["ghz_demands"], record.tables["ghz_batches"]
    # [replica, demand, batch], as the core writes them.
    states, fidelities = (batches[name].reshape(-1, count, BATCHES) for name in ("states", "fidelity_sum"))
    rows: list[dict[str, Any]] = []
    for demand in range(count):
        mine = demands.codes("demand") == first + demand
        rate = rate_interval(states[:, demand], record.batch_seconds, level=level)
        fidelity = ratio_interval(fidelities[:, demand], states[:, demand], level=level).clipped(0, 1)
        if record.network.sampled:
            # As for pairs: trajectories that all agree say less than their spread does.
            fidelity = fidelity.joined(
                score_interval(float(fidelities[:, demand].sum()), float(states[:, demand].sum()), level=level)
            )
        done, latency = demands["requests_done"][mine], demands["latency_mean_s"][mine]
        rows.append(
            {
                "demand": first + demand,
                "users": int(demands["users"][mine][0]),
                **{name: int(demands[column][mine].sum()) for name, column in GHZ_COUNTS.items()},
                **_ends("rate", rate, "_hz"),
                **_ends("fidelity", fidelity),
                "fidelity_kind": int(record.network.sampled),
                "latency_mean_s": float(np.average(latency[done > 0], weights=done[done > 0])) if done.any() else np.nan,
            }
        )
    return ResultTable({name: np.array([row[name] for row in rows]) for name in rows[0]}, record.network.categories)


def ghz_outcomes(record: Record, demand: str | None) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.uint8]]:
    """What users measured; :meth:`farbell.Results.ghz_outcomes` describes it."""
    names = record.network.ghz_demand_names
    if demand is None and len(names) == 1:
        demand = names[0]
    if demand not in names:
        found = "none named" if demand is None else repr(demand)
        raise SpecError("demand", found, "one of " + ", ".join(names), nearest(demand or "", names))
    spec = record.scenario.ghz_demands[names.index(demand)]
    if not spec.bases:
        raise SpecError("demand", f"{demand!r}, whose states are kept", "a GHZ demand with bases")
    states = record.tables["ghz_states"]
    mine = states[states.codes("demand") == len(record.network.demand_names) + names.index(demand)]
    bits = np.asarray(mine["outcomes"], dtype=np.uint64)[:, None] >> np.arange(len(spec.users), dtype=np.uint64)
    return np.array(spec.bases)[mine["bases"]], (bits & np.uint64(1)).astype(np.uint8)


def _ends(name: str, interval: Interval, unit: str = "") -> dict[str, float]:
    return {
        f"{name}{unit}": interval.value,
        f"{name}_low{unit}": interval.low,
        f"{name}_high{unit}": interval.high,
    }
