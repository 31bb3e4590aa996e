"""What the figures show, as plain numbers: `plot` and `report` draw the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from farbell import _core
from farbell.analysis.bounds import plob_bound
from farbell.analysis.latency import latency_distribution
from farbell.bounds import attempt_modes
from farbell.record import Record
from farbell.summary import summary

__all__ = [
    "COLORS",
    "SEPARATE_DEMANDS",
    "SHARE_COLORS",
    "UNUSED",
    "DirectChannel",
    "PlobCurve",
    "RatePoint",
    "TimeUse",
    "direct_channels",
    "fidelity_shares",
    "latency_shares",
    "link_time_use",
    "link_use",
    "node_time_use",
    "node_use",
    "pareto_front",
    "plob_curve",
    "rate_points",
    "route_links",
    "simulated_seconds",
]

Floats = npt.NDArray[np.float64]

#: Colours that are told apart with any kind of colour vision (M. Okabe and K. Ito, 2008).
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
UNUSED = "#BBBBBB"

#: Of the shares of `time_shares`: what was waited for in blues and greens, what was in vain in warm colours.
SHARE_COLORS = {
    "links": "#0072b2",
    "memories": "#56b4e9",
    "messages": "#009e73",
    "operations": "#999999",
    "cut_offs": "#e69f00",
    "failed_swaps": "#d55e00",
    "failed_distillation": "#cc79a7",
    "stale_halves": "#f0e442",
}
#: More demands than this are drawn as one.
SEPARATE_DEMANDS = 12


def _summed(record: Record, table: str, column: str, entity: str, count: int) -> Floats:
    rows = record.tables[table]
    return np.bincount(rows.codes(entity), weights=rows[column], minlength=count).astype(np.float64)


def pareto_front(rates: npt.ArrayLike, fidelities: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Which points no other beats: as good in both, and better in one."""
    rate, fidelity = np.asarray(rates, dtype=float), np.asarray(fidelities, dtype=float)
    as_good = (rate[:, None] >= rate) & (fidelity[:, None] >= fidelity)
    better = as_good & ((rate[:, None] > rate) | (fidelity[:, None] > fidelity))
    return np.asarray(~better.any(axis=0))


def simulated_seconds(record: Record) -> float:
    """Simulated time, summed over the replicas."""
    return float(record.tables["replicas"]["simulated_s"].sum())


def link_use(record: Record) -> Floats:
    """Pairs that each link made per simulated second."""
    successes = _summed(record, "links", "successes", "link", len(record.network.link_names))
    return successes / max(simulated_seconds(record), 1e-300)


def node_use(record: Record) -> Floats:
    """Share of the time, from 0 to 1, that the memory slots of each node held a qubit."""
    nodes = record.tables["nodes"]
    count = len(record.network.node_names)
    slots = np.zeros(count)
    slots[nodes.codes("node")] = nodes["slots"]
    held = _summed(record, "nodes", "slot_seconds", "node", count)
    return held / np.maximum(slots * simulated_seconds(record), 1e-300)


@dataclass(frozen=True)
class TimeUse:
    """Use of nodes or links over simulated time, mean over the replicas that came so far.

    Attributes
    ----------
    names : tuple of str
        The busiest ones, in the order of the scenario.
    edges_s : numpy.ndarray
        Edges of the bins.
    share : numpy.ndarray
        ``[name, bin]``; nan where there was nothing to use.
    total : int
        How many there are, shown or not.
    """

    names: tuple[str, ...]
    edges_s: Floats
    share: Floats
    total: int


def _time_use(record: Record, table: str, entity: str, used: str, available: str, most: int) -> TimeUse | None:
    rows = record.profiles.get(table)
    if rows is None or not len(rows):
        return None
    names = record.network.categories[entity]
    # A replica that ended early has bins of its own at its end: they count where they start.
    edges, place = np.unique(rows["start_s"], return_inverse=True)
    cell = rows.codes(entity).astype(np.int64) * len(edges) + place
    seconds = rows["end_s"] - rows["start_s"]
    held, there = (
        np.bincount(cell, weights=rows[column] * seconds, minlength=len(names) * len(edges)).reshape(len(names), -1)
        for column in (used, available)
    )
    # Those that were never used are left out.
    order = np.argsort(-held.sum(axis=1), kind="stable")[:most]
    busiest = np.sort(order[held[order].sum(axis=1) > 0])
    held, there = held[busiest], there[busiest]
    share = np.full(held.shape, np.nan)
    share[there > 0] = held[there > 0] / there[there > 0]
    return TimeUse(tuple(names[i] for i in busiest), np.append(edges, float(rows["end_s"].max())), share, len(names))


def node_time_use(record: Record, most: int = 40) -> TimeUse | None:
    """Share of each node's memory slots that held a qubit; None if it was not recorded."""
    return _time_use(record, "occupancy", "node", "occupied_slots", "slots", most)


def link_time_use(record: Record, most: int = 40) -> TimeUse | None:
    """Share of each link's lanes whose circuit was up that attempted; None if it was not recorded."""
    return _time_use(record, "link_use", "link", "attempting_lanes", "open_lanes", most)


@dataclass(frozen=True)
class DirectChannel:
    """A fibre without repeaters that replaces a demand's route: the same loss, the same clock.

    Attributes
    ----------
    length_m, loss_db : float
        Sum over the fibres of the route.
    modes_per_s : float
        Modes that the fastest link of the route sends: those of an attempt, with all lanes of the demand, over its period.
    bound_hz : float
        What the PLOB bound allows over it, in ebits per second.
    """

    length_m: float
    loss_db: float
    modes_per_s: float

    @property
    def bound_hz(self) -> float:
        return plob_bound(10 ** (-self.loss_db / 10)) * self.modes_per_s


def route_links(record: Record) -> list[list[int]]:
    """Numbers of the links along each demand's route; of parallel links the one that made most pairs."""
    use = link_use(record)
    between: dict[frozenset[str], int] = {}
    for i, link in enumerate(record.scenario.links):
        ends = frozenset((link.node_a, link.node_b))
        if ends not in between or use[i] > use[between[ends]]:
            between[ends] = i
    return [[between[frozenset(ends)] for ends in pairwise(route)] for route in record.network.routes]


def direct_channels(record: Record) -> list[DirectChannel | None]:
    """One channel a demand; None where it has no route."""
    links = record.scenario.links
    periods = record.network.link_models["attempt_period_s"]
    channels: list[DirectChannel | None] = []
    for demand, hops in zip(record.scenario.demands, route_links(record), strict=True):
        if not hops:
            channels.append(None)
            continue
        # fsum: sum() rounds differently from Python 3.12 on.
        length = math.fsum(links[i].fiber.length_m for i in hops)
        loss = math.fsum(_core.loss_db(links[i].fiber) for i in hops)
        modes = max(attempt_modes(links[i].generation, demand.width) / periods[i] for i in hops)
        channels.append(DirectChannel(length, loss, float(modes)))
    return channels


@dataclass(frozen=True)
class PlobCurve:
    """The bound against distance, for the least attenuation and the fastest clock of all routes: none is above it."""

    distance_m: Floats
    rate_hz: Floats
    attenuation_db_per_km: float
    modes_per_s: float


def plob_curve(channels: list[DirectChannel | None], points: int = 200) -> PlobCurve | None:
    """The curve over the distances of the channels; None if no channel has a length and a loss."""
    lossy = [channel for channel in channels if channel is not None and channel.length_m > 0 and channel.loss_db > 0]
    if not lossy:
        return None
    attenuation = min(channel.loss_db / channel.length_m for channel in lossy) * 1000
    modes = max(channel.modes_per_s for channel in lossy)
    lengths = [channel.length_m for channel in lossy]
    distance = np.linspace(0.5 * min(lengths), 1.1 * max(lengths), points)
    rates = np.array([plob_bound(10 ** (-attenuation * d / 10_000)) * modes for d in distance])
    return PlobCurve(distance, rates, attenuation, modes)


@dataclass(frozen=True)
class RatePoint:
    """A demand in the plot of rate against distance."""

    demand: str
    distance_m: float
    rate_hz: float
    low_hz: float
    high_hz: float
    bound_hz: float


def rate_points(record: Record) -> list[RatePoint]:
    """The demands that have a route, unless the run ended within its warm-up."""
    return [
        RatePoint(row["demand"], channel.length_m, row["rate_hz"], row["rate_low_hz"], row["rate_high_hz"], channel.bound_hz)
        for row, channel in zip(summary(record).rows(), direct_channels(record), strict=True)
        if channel is not None and math.isfinite(row["rate_hz"])
    ]


def _merged(record: Record, counts: npt.NDArray[np.uint64]) -> dict[str, npt.NDArray[np.uint64]]:
    """The rows of counts that hold something, by demand; all in one where there are too many to tell apart."""
    names = record.network.demand_names
    if len(names) > SEPARATE_DEMANDS:
        return {f"all {len(names)} demands": counts.sum(axis=0)} if counts.any() else {}
    return {name: row for name, row in zip(names, counts, strict=True) if row.any()}


def fidelity_shares(record: Record) -> tuple[Floats, dict[str, Floats]]:
    """Edges of the bins, and the share of each demand's pairs in each bin; demands without pairs are left out."""
    counts = record.fidelity_histogram
    shares = {name: row / row.sum() for name, row in _merged(record, counts).items()}
    return np.linspace(0, 1, counts.shape[1] + 1), shares


def latency_shares(record: Record) -> dict[str, tuple[Floats, Floats]]:
    """Latencies and the share of each demand's delivered requests that took at most so long."""
    return {name: latency_distribution(row) for name, row in _merged(record, record.latency_sketch).items()}
