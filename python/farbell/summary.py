"""The figures of merit of each demand, with confidence intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell._core import Demand
from farbell.analysis.chsh import chsh
from farbell.analysis.intervals import (
    Interval,
    effective_count,
    function_interval,
    rate_interval,
    ratio_interval,
    score_interval,
)
from farbell.analysis.key import KeyProtocol, key_fraction, key_fraction_gradient
from farbell.analysis.latency import latency_interval
from farbell.availability import availability_columns
from farbell.record import MOMENTS, Record
from farbell.table import ResultTable

__all__ = ["COUNTS", "ESTIMATES", "correlators", "rate_and_fidelity", "summary"]

Floats = npt.NDArray[np.float64]

#: Columns of the summary -> columns of the table of demands whose sum they are.
COUNTS = {
    "asked": "requests_asked",
    "delivered": "requests_done",
    "timed_out": "requests_timed_out",
    "refused": "requests_refused",
    "open": "requests_open",
    "pairs": "pairs",
    "rejected_pairs": "rejected_pairs",
    "surplus_pairs": "surplus_pairs",
}

#: Columns with an interval -> the pattern of its ends' names.
ESTIMATES = {
    "rate_hz": "rate{}_hz",
    "fidelity": "fidelity{}",
    "key_fraction": "key_fraction{}",
    "key_rate_hz": "key_rate{}_hz",
    "latency_p50_s": "latency_p50{}_s",
    "latency_p95_s": "latency_p95{}_s",
}


def _ends(name: str, interval: Interval, unit: str = "") -> dict[str, float]:
    return {
        f"{name}{unit}": interval.value,
        f"{name}_low{unit}": interval.low,
        f"{name}_high{unit}": interval.high,
    }


def _by_demand(record: Record, columns: Callable[[int], Mapping[str, Any]]) -> ResultTable:
    rows = [{"demand": demand, **columns(demand)} for demand in range(len(record.network.demand_names))]
    names = rows[0] if rows else {"demand": 0}
    return ResultTable({name: np.array([row[name] for row in rows]) for name in names}, record.network.categories)


def _key(sums: Floats, pairs: Floats, protocol: KeyProtocol, level: float) -> Interval:
    interval = function_interval(
        sums,
        pairs,
        lambda means: key_fraction(protocol, *np.clip(means, -1, 1)),
        lambda means: key_fraction_gradient(protocol, *np.clip(means, -1, 1)),
        level=level,
    )
    return interval.clipped(0, 1)


def _sifted_share(spec: Demand) -> float:
    """Share of the pairs that both ends use in the same basis; 1 where pairs are kept: one basis can be preferred."""
    z = spec.z_basis_probability
    return float(z**2 + (1 - z) ** 2) if spec.use == "measure" else 1.0


def rate_and_fidelity(batches: Floats, seconds: Floats, sampled: bool, level: float) -> tuple[Interval, Interval]:
    """Of one demand.

    Parameters
    ----------
    batches : array
        ``[replica, batch, column]``: pairs (or GHZ states), sums of their fidelities, and whatever else.
    seconds : array
        Simulated seconds of each batch, ``[replica, batch]``.
    sampled : bool
        Whether states follow one trajectory of the noise.
    level : float
        Confidence level.
    """
    pairs, fidelities = batches[..., 0], batches[..., 1]
    fidelity = ratio_interval(fidelities, pairs, level=level).clipped(0, 1)
    if sampled:
        # Trajectories that all agree say less than their spread does: at least the interval of as many bits.
        fidelity = fidelity.joined(score_interval(float(fidelities.sum()), float(pairs.sum()), level=level))
    return rate_interval(pairs, seconds, level=level), fidelity


def _independent_requests(record: Record, demand: int, level: float) -> float:
    """How many independent ones say as much about their latency as those that are done."""
    columns = [MOMENTS.index(name) for name in ("requests_done", "latency_mean_s", "latency_m2_s2")]
    done, means, squares = np.nan_to_num(record.moments[:, demand, columns]).T
    number = done.sum()
    if number < 2:
        return float(number)
    spread = (squares.sum() + (done * (means - done @ means / number) ** 2).sum()) / (number - 1)
    batches = record.batches[:, demand]
    return effective_count(batches[..., 6], batches[..., 5], float(spread), level=level)


def summary(record: Record, level: float = 0.95, protocol: KeyProtocol = "bbm92") -> ResultTable:
    """One row a demand; :meth:`farbell.Results.summary` describes it."""
    demands = record.tables["demands"]
    owner = demands.codes("demand")
    seconds, specs = record.batch_seconds, record.scenario.demands
    # Each end of a product of two intervals holds at this level.
    both = 1 - (1 - level) / 2

    def columns(demand: int) -> dict[str, Any]:
        mine = owner == demand
        batches = record.batches[:, demand]
        pairs, sums = batches[..., 0], batches[..., 2:5]
        rate, fidelity = rate_and_fidelity(batches, seconds, record.network.sampled, level)
        key = _key(sums, pairs, protocol, level)
        share = _sifted_share(specs[demand])
        wide_rate, wide_key = rate_interval(pairs, seconds, level=both), _key(sums, pairs, protocol, both)
        key_rate = Interval(
            share * rate.value * key.value if rate.value else 0.0,
            share * wide_rate.low * wide_key.low if rate.value else 0.0,
            share * wide_rate.high * (wide_key.high if rate.value else 1.0),
            "product",
            level,
        )
        sketch = record.latency_sketch[demand]
        effective = _independent_requests(record, demand, level)
        p50, p95 = (latency_interval(sketch, share, effective=effective, level=level) for share in (0.50, 0.95))
        return {
            "hops": int(demands["hops"][mine][0]) if mine.any() else 0,
            "length_m": float(demands["length_m"][mine][0]) if mine.any() else np.nan,
            **{name: int(demands[column][mine].sum()) for name, column in COUNTS.items()},
            **_ends("rate", rate, "_hz"),
            "rate_method": rate.method,
            **_ends("fidelity", fidelity),
            "fidelity_method": fidelity.method,
            "fidelity_kind": int(record.network.sampled),
            **_ends("latency_p50", p50, "_s"),
            **_ends("latency_p95", p95, "_s"),
            **_ends("key_fraction", key),
            **_ends("key_rate", key_rate, "_hz"),
            **availability_columns(record, demand),
        }

    return _by_demand(record, columns)


def correlators(record: Record, level: float = 0.95) -> ResultTable:
    """One row a demand; :meth:`farbell.Results.correlators` describes it."""

    def columns(demand: int) -> dict[str, Any]:
        batches = record.batches[:, demand]
        pairs = batches[..., 0]
        xx, yy, zz = (ratio_interval(batches[..., 2 + i], pairs, level=level).clipped(-1, 1) for i in range(3))
        value = function_interval(
            batches[..., [2, 4]],
            pairs,
            lambda means: chsh(*means),
            lambda means: [chsh(1, 0), chsh(0, 1)],
            level=level,
        )
        return {
            "pairs": int(pairs.sum()),
            **_ends("xx", xx),
            **_ends("yy", yy),
            **_ends("zz", zz),
            "error_x": (1 - xx.value) / 2,
            "error_y": (1 + yy.value) / 2,
            "error_z": (1 - zz.value) / 2,
            **_ends("chsh", value),
        }

    return _by_demand(record, columns)
