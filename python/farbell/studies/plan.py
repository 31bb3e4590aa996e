"""How often each point is repeated: the blocks of replicas, and the decision that there are enough."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell._core import Scenario, SpecError
from farbell.bounds.capacities import compiled
from farbell.record import Network, batch_seconds
from farbell.running import at_least_one
from farbell.studies.blocks import Block
from farbell.summary import rate_and_fidelity
from farbell.topology.network import nearest

__all__ = ["LEVEL", "STATES", "Plan", "Tally", "plan"]

#: Confidence level of the intervals that decide, which is that of the tables.
LEVEL = 0.95
#: What can be said of a point.
STATES = ("unfinished", "all replicas", "precise", "most replicas", "failed")
UNFINISHED, ALL, PRECISE, MOST, FAILED = range(5)

_QUANTITIES = ("rate_hz", "fidelity")
_FEWEST, _MOST = 10, 1000


@dataclass(frozen=True)
class Plan:
    """How often each point is repeated.

    Attributes
    ----------
    fewest, most : int
        Replicas before the first decision, and replicas at which a point ends whatever its intervals are.
    per_task : int
        Replicas of a block; blocks start at multiples of it.
    error : float, optional
        Largest half-width of intervals, relative to the value; None: no decision, `most` replicas.
    quantities : tuple of str
        Whose intervals count.
    demands : tuple of str, optional
        Of which demands; None: all.
    """

    fewest: int
    most: int
    per_task: int
    error: float | None = None
    quantities: tuple[str, ...] = ()
    demands: tuple[str, ...] | None = None

    @property
    def blocks(self) -> int:
        """Most blocks of a point."""
        return -(-self.most // self.per_task)

    def block(self, number: int) -> tuple[int, int]:
        """First replica of a block, and how many there are."""
        first = number * self.per_task
        return first, min(self.per_task, self.most - first)

    def number(self, first: int, count: int) -> int | None:
        """Which block these replicas are; None if they are none of this plan."""
        number, rest = divmod(first, self.per_task)
        return number if not rest and number < self.blocks and self.block(number) == (first, count) else None

    def to_json(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """The plan that a JSON text holds."""
        fields = json.loads(text)
        demands = None if fields["demands"] is None else tuple(fields["demands"])
        return cls(**{**fields, "quantities": tuple(fields["quantities"]), "demands": demands})


def plan(
    *,
    replicas: int | None,
    max_relative_error: float | None,
    min_replicas: int | None,
    max_replicas: int | None,
    stop_on: Sequence[str],
    stop_demands: Sequence[str] | None,
    replicas_per_task: int,
) -> Plan:
    """The plan that the arguments of :meth:`farbell.Sweep.run` describe.

    Raises
    ------
    SpecError
        If they contradict each other, or one is wrong.
    """
    per_task = at_least_one("replicas_per_task", replicas_per_task)
    if max_relative_error is None:
        for name, value in (("min_replicas", min_replicas), ("max_replicas", max_replicas), ("stop_demands", stop_demands)):
            if value is not None:
                raise SpecError(name, repr(value), "with max_relative_error only; a fixed number of repetitions is `replicas`")
        count = at_least_one("replicas", 1 if replicas is None else replicas)
        return Plan(count, count, per_task)
    if replicas is not None:
        raise SpecError("replicas", repr(replicas), "min_replicas and max_replicas where max_relative_error decides")
    if (
        isinstance(max_relative_error, bool)
        or not isinstance(max_relative_error, (int, float))
        or not 0 < max_relative_error < 1
    ):
        raise SpecError("max_relative_error", repr(max_relative_error), "a number above 0 and below 1")
    fewest = at_least_one("min_replicas", _FEWEST if min_replicas is None else min_replicas)
    most = at_least_one("max_replicas", max(_MOST, fewest) if max_replicas is None else max_replicas)
    if fewest > most:
        raise SpecError("min_replicas", str(fewest), f"at most max_replicas, which is {most}")
    if isinstance(stop_on, str) or not stop_on:
        raise SpecError("stop_on", repr(stop_on), f"a list of one or more of {', '.join(_QUANTITIES)}")
    for name in stop_on:
        if name not in _QUANTITIES:
            raise SpecError("stop_on", repr(name), ", ".join(_QUANTITIES), nearest(str(name), _QUANTITIES))
    if isinstance(stop_demands, str) or (stop_demands is not None and not stop_demands):
        raise SpecError("stop_demands", repr(stop_demands), "a list of names of demands, or None for all")
    demands = None if stop_demands is None else tuple(stop_demands)
    return Plan(fewest, most, per_task, float(max_relative_error), tuple(stop_on), demands)


class _Precision:
    """Whether the intervals of a point are as narrow as asked, block by block."""

    def __init__(self, plan: Plan, scenario: Scenario) -> None:
        self._plan, self._scenario = plan, scenario
        network = Network.of(compiled(scenario))
        names = network.demand_names + network.ghz_demand_names
        self._sampled = network.sampled
        self._demands = [i for i, name in enumerate(names) if plan.demands is None or name in plan.demands]
        self._batches: list[npt.NDArray[np.float64]] = []
        self._simulated_s: list[npt.NDArray[np.float64]] = []

    def reached_with(self, block: Block) -> bool:
        """Whether they are, with one more block."""
        batches, simulated_s = block.counted()
        self._batches.append(batches)
        self._simulated_s.append(simulated_s)
        if sum(map(len, self._simulated_s)) < self._plan.fewest or not self._demands:
            return False
        batches = np.concatenate(self._batches)
        seconds = batch_seconds(self._scenario, np.concatenate(self._simulated_s), batches.shape[2])
        return all(self._narrow(batches[:, demand], seconds) for demand in self._demands)

    def _narrow(self, batches: npt.NDArray[np.float64], seconds: npt.NDArray[np.float64]) -> bool:
        error = self._plan.error or 0.0
        intervals = dict(zip(_QUANTITIES, rate_and_fidelity(batches, seconds, self._sampled, LEVEL), strict=True))
        # Not so where there is no value, or no interval: comparisons with nan are false.
        return all(
            intervals[name].value > 0 and intervals[name].high - intervals[name].low <= 2 * error * intervals[name].value
            for name in self._plan.quantities
        )


class Tally:
    """What is known of a point: its blocks in the order of their numbers, whatever the order in which they come.

    Attributes
    ----------
    blocks : int
        Blocks that count: all up to the decision. Later ones are as if they had never been.
    state : int
        Which of :data:`STATES`.
    error : str, optional
        Of the first block after those that count, if the point failed.
    """

    def __init__(self, plan: Plan, scenario: Any) -> None:
        self._plan, self._scenario = plan, scenario
        self._precision: _Precision | None = None
        self._ahead: dict[int, Block] = {}
        self.blocks, self.state = 0, UNFINISHED
        self.error: str | None = None

    @property
    def open(self) -> bool:
        """Whether more blocks are needed."""
        return self.state == UNFINISHED

    def take(self, number: int, block: Block) -> bool:
        """A block is there; blocks after a gap wait for it. Whether more are needed."""
        self._ahead[number] = block
        while self.open and self.blocks in self._ahead:
            self._add(self._ahead.pop(self.blocks))
        if not self.open:
            self._ahead.clear()
            self._precision = None
        return self.open

    def _add(self, block: Block) -> None:
        if block.error is not None:
            self.state, self.error = FAILED, block.error
            return
        self.blocks += 1
        precise = self._plan.error is not None and self._reached(block)
        if precise:
            self.state = PRECISE
        elif self.blocks == self._plan.blocks:
            self.state = ALL if self._plan.error is None else MOST

    def _reached(self, block: Block) -> bool:
        if self._precision is None:
            self._precision = _Precision(self._plan, self._scenario())
        return self._precision.reached_with(block)
