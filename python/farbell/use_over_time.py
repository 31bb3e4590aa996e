"""The use of nodes and links over simulated time: tables that are made when they are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

import numpy as np

from farbell.table import BATCH_ROWS, Column

__all__ = ["LinkUse", "NodeUse", "time_bins"]

#: Stretches of simulated time that use is recorded for, and rows that it may take.
MOST_BINS, MOST_ROWS = 64, 2**14


def time_bins(nodes: int, links: int, replicas: int) -> int:
    """How many bins of simulated time are recorded: a power of two, fewer for large networks and many replicas."""
    rows = max((nodes + links) * replicas, 1)
    return int(min(MOST_BINS, max(1, 2 ** int(np.log2(max(MOST_ROWS / rows, 1))))))


class _Use(ABC):
    """Rows by replica, then entity, then stretch of time, from sums since the start by replica, then stretch, then entity.

    Parameters
    ----------
    ends : mapping
        Columns ``replica`` and ``end`` (in ticks), a row a stretch of a replica.
    sums : mapping
        Columns of sums since the start of the run, by stretch and entity.
    ticks_per_s : float
        Resolution of simulated time.
    entities : int
        Nodes, or links.
    """

    names: tuple[str, ...]
    entity: str

    def __init__(self, ends: Mapping[str, Column], sums: Mapping[str, Column], ticks_per_s: float, entities: int) -> None:
        self._replica, self._end, self._sums = ends["replica"], ends["end"], sums
        self._ticks_per_s, self._entities = ticks_per_s, entities
        self.rows = len(self._end) * entities
        first = np.ones(len(self._end), dtype=bool)
        first[1:] = self._replica[1:] != self._replica[:-1]
        self._start = np.where(first, 0, np.roll(self._end, 1)) if len(first) else self._end
        self._first = first

    def _in_order(self, by_stretch: Column) -> Column:
        """Of ``[stretch, entity]``, in the order of the rows."""
        parts = np.split(by_stretch, np.flatnonzero(self._first)[1:])
        return np.concatenate([part.T.ravel() for part in parts])

    def _of_stretches(self, values: Column) -> Column:
        return self._in_order(np.broadcast_to(values[:, None], (len(values), self._entities)))

    def _in_stretch(self, name: str) -> Column:
        """What was added in each stretch, ``[stretch, entity]``."""
        sums = self._sums[name].reshape(-1, self._entities)
        before = np.concatenate([np.zeros_like(sums[:1]), sums[:-1]])
        before[self._first] = 0
        added: Column = sums - before
        return added

    def _mean(self, name: str) -> Column:
        return self._in_order(self._in_stretch(name) / (self._end - self._start).astype(float)[:, None])

    def column(self, name: str) -> Column:
        if name == "replica":
            return self._of_stretches(self._replica)
        if name == self.entity:
            numbers = np.arange(self._entities, dtype=np.uint32)
            return self._in_order(np.broadcast_to(numbers, (len(self._end), self._entities)))
        if name in ("start_s", "end_s"):
            return self._of_stretches((self._start if name == "start_s" else self._end) / self._ticks_per_s)
        return self._used(name)

    @abstractmethod
    def _used(self, name: str) -> Column:
        """A column that says what was used."""

    def batches(self) -> Iterator[Mapping[str, Column]]:
        columns = {name: self.column(name) for name in self.names}
        for start in range(0, self.rows, BATCH_ROWS):
            yield {name: values[start : start + BATCH_ROWS] for name, values in columns.items()}


class NodeUse(_Use):
    """Memory slots in use."""

    names: tuple[str, ...] = ("replica", "node", "start_s", "end_s", "occupied_slots", "slots")
    entity = "node"

    def __init__(self, ends: Mapping[str, Column], sums: Mapping[str, Column], ticks_per_s: float, slots: Column) -> None:
        super().__init__(ends, sums, ticks_per_s, len(slots))
        self._slots = slots

    def _used(self, name: str) -> Column:
        if name == "slots":
            return self._in_order(np.broadcast_to(self._slots, (len(self._end), self._entities)))
        return self._mean("slot_ticks")


class LinkUse(_Use):
    """Attempts, successes and lanes in use."""

    names: tuple[str, ...] = ("replica", "link", "start_s", "end_s", "attempts", "successes", "attempting_lanes", "open_lanes")
    entity = "link"

    def _used(self, name: str) -> Column:
        if name in ("attempts", "successes"):
            return self._in_order(self._in_stretch(name))
        return self._mean({"attempting_lanes": "lane_ticks", "open_lanes": "open_ticks"}[name])
