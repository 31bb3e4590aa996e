"""The fewest repeaters with which a network reaches a target: placed, simulated, and more of them tried.

docs/physics/placement.md
"""

from __future__ import annotations

import html
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from farbell._core import BackToBack, Continuous, Scenario, SpecError
from farbell.analysis.intervals import Interval
from farbell.bounds import forbidding_bound
from farbell.describe import counted
from farbell.design.scaling import Target, reached
from farbell.placing.limits import longest_span_m, most_repeaters
from farbell.placing.placed import Method, Placement, Posed, posed
from farbell.placing.problem import Solved
from farbell.results import Results
from farbell.running import run, with_progress
from farbell.table import ResultTable
from farbell.topology import chain
from farbell.topology.network import checked_count

__all__ = ["TargetPlacement", "placement_for_target"]


@dataclass(frozen=True, eq=False, repr=False)
class TargetPlacement:
    """Repeaters with which every demand reaches a target, as a simulation says.

    Attributes
    ----------
    placement : Placement
        Where they stand.
    scenario : Scenario
        The network that was simulated.
    results : Results
        What it gave.
    target : Target
        What was asked for, of each demand.
    least : int
        Repeaters that the target's bounds demand at least: fewer need no simulation.
    tried : ResultTable
        A row a number of ``repeaters``: ``longest_span_m``; of the slowest demand ``rate_hz``, of the worst ``fidelity``, with
        the ends of their intervals; ``replicas``; whether all demands ``reached`` the target: yes, no, or unsure; and
        ``why`` not. What a bound forbids is not simulated.

    Examples
    --------
    >>> import farbell as fb
    >>> line = fb.chain(9, length_m="20 km")
    >>> found = fb.placement_for_target(line, ends=["n0", "n8"], target={"rate": 20}, duration_s="2 s", progress=False)
    >>> found.placement.cost, found.tried["reached"].tolist()
    (2, ['yes'])
    """

    placement: Placement
    scenario: Scenario
    results: Results
    target: Target
    least: int
    tried: ResultTable

    @property
    def optimal(self) -> bool:
        """Whether bounds forbid fewer repeaters. If not, fewer at other nodes may do as well."""
        return self.placement.cost == self.least

    @property
    def sentence(self) -> str:
        """The answer in words."""
        count = self.placement.cost
        where = f", at {', '.join(self.placement.repeaters)}" if count else ""
        rest = "bounds forbid fewer" if self.optimal else f"bounds demand {self.least} at least"
        return f"For {self.target}: {counted(count, 'repeater')}{where} ({rest})."

    def __repr__(self) -> str:
        return f"{self.tried!r}\n{self.sentence}"

    def _repr_html_(self) -> str:
        return f"{self.tried._repr_html_()}<p>{html.escape(self.sentence)}</p>"


def placement_for_target(
    network: Scenario | Any,
    *,
    ends: Iterable[str] | Iterable[tuple[str, str]],
    target: Target | Mapping[str, float],
    max_repeaters: int | None = None,
    disjoint_paths: int = 1,
    capacity: int | None = None,
    locations: Iterable[str] | None = None,
    method: Method = "exact",
    time_limit_s: float | None = None,
    replicas: int = 4,
    max_replicas: int = 32,
    level: float = 0.95,
    progress: bool | None = None,
    **hardware: Any,
) -> TargetPlacement:
    """Places the fewest repeaters with which every demand reaches a target, and simulates them.

    Bounds say how long spans may be and how many repeaters the target takes at least (:func:`placement_limits`). So many are
    placed so that the longest span is as short as can be, and simulated; where the target is missed, or the intervals leave it
    open after `max_replicas`, the next larger number is tried that makes the longest span shorter.

    Parameters
    ----------
    network, ends, disjoint_paths, locations, method, time_limit_s
        As for :func:`placement`.
    target : Target or mapping
        Such as ``{"rate": 1, "fidelity": 0.8}``: pairs per second of each demand, and their mean fidelity.
    max_repeaters : int, optional
        Most repeaters on a path; left out: as many as the target's fidelity can bear.
    capacity : int, optional
        Most paths through one repeater; left out: as many as the slots of its memory serve at a time.
    replicas, max_replicas : int
        Independent repetitions of each run; doubled, up to the most, until intervals leave no doubt.
    level : float
        Confidence level of each interval.
    progress : bool, optional
        Whether to show a progress bar; left out: if standard error is a terminal.
    **hardware
        As for :meth:`Placement.scenario`: ``memory``, ``generation``, ``station``, ``width``, ``traffic``, ``duration_s``,
        ``seed``, ...

    Returns
    -------
    TargetPlacement
        The placement, the run that says that it does, and what was tried.

    Raises
    ------
    SpecError
        An argument is wrong, or the target cannot be met: then the error names the bound that forbids it, or, where none
        does, what the best of the placements reaches.
    ImportError
        If scipy is missing, with "exact": ``pip install 'farbell[optimize]'``.
    TimeoutError
        If "exact" found no placement in time.

    References
    ----------
    J. Rabbie, K. Chakraborty, G. Avis and S. Wehner, npj Quantum Information 8, 5 (2022).

    Examples
    --------
    >>> import farbell as fb
    >>> line = fb.chain(9, length_m="20 km")
    >>> found = fb.placement_for_target(line, ends=["n0", "n8"], target={"rate": 20}, duration_s="2 s", progress=False)
    >>> found.placement.cost, found.optimal, bool(found.results.summary()["rate_low_hz"].min() > 20)
    (2, True, True)
    """
    wanted = Target.of(target)
    if wanted == Target():
        raise SpecError("target", repr(target), "a rate or a fidelity above 0")
    if method not in ("exact", "greedy"):
        raise SpecError("method", repr(method), "'exact' or 'greedy'")
    checked_count(replicas, 1, "replicas")
    checked_count(max_replicas, replicas, "max_replicas")
    bounds = {"rate_hz": wanted.rate_hz, "fidelity": wanted.fidelity}
    device = {name: value for name, value in hardware.items() if name not in ("demands", "duration_s", "seed")}
    span_m = longest_span_m(bounds, device)
    whole = posed(
        network,
        ends=ends,
        max_span_m=math.inf,
        max_repeaters=None,
        disjoint_paths=disjoint_paths,
        capacity=None,
        locations=locations,
    )
    if max_repeaters is None and wanted.fidelity > 0:
        # Between spans of no length, which no placement has: necessary whatever the spans are.
        max_repeaters = most_repeaters(wanted.fidelity, 0.0, device, len(whole.problem.locations))
    served = _served_at_once(device, whole.pairs) if capacity is None else capacity
    task = whole.limited(max_repeaters, served).within(span_m)
    try:
        first = task.placed(method, time_limit_s)
    except SpecError as error:
        why = _forbidding(_Search(whole, method, time_limit_s), hardware, bounds) or str(error)
        needed = _conditions(span_m, max_repeaters)
        raise SpecError("target", str(wanted), f"less, as {needed} are needed, which cannot be had here: {why}") from None
    tries: list[_Try] = []
    for place in with_progress(_Search(task, method, time_limit_s).following(first), "placement", progress):
        tries.append(_tried(place, wanted, replicas, max_replicas, level, hardware))
        if tries[-1].reached == "yes":
            break
    best = tries[-1]
    if best.results is None or best.reached != "yes":
        raise SpecError("target", str(wanted), _best_of(tries, wanted, max_repeaters))
    return TargetPlacement(best.placement, best.scenario, best.results, wanted, first.least, _table(tries))


def _served_at_once(device: Mapping[str, Any], pairs: Sequence[tuple[str, str]]) -> int:
    """Paths through a repeater that its slots serve at a time."""
    span = chain(2, **device)
    slots, demand = span.memories[0].slots, span.demands[0]
    if isinstance(demand.traffic, Continuous | BackToBack):
        at = Counter(end for pair in pairs for end in pair)
        end, count = at.most_common(1)[0]
        if slots < count * demand.width:
            raise SpecError("memory/slots", f"{slots}", f"at least {count * demand.width}: {end} is an end of {count} pairs")
    if slots < 2 * demand.width:
        raise SpecError("memory/slots", f"{slots}", f"at least {2 * demand.width}, for a repeater on one path")
    return slots // (2 * demand.width)


class _Search:
    """Placements of growing numbers of repeaters, each with the shortest longest span that its number allows."""

    def __init__(self, task: Posed, method: Method, time_limit_s: float | None) -> None:
        self._task, self._method, self._limit = task, method, time_limit_s
        self._spans = sorted({length for of in task.problem.near for length in of.values()})
        self._found: dict[int, Solved | None] = {}

    def _cost(self, i: int) -> float:
        if i not in self._found:
            self._found[i] = self._task.within(self._spans[i]).solved(self._method, self._limit)
        found = self._found[i]
        return math.inf if found is None else len(found.chosen)

    def _shortest(self, most: float, top: int) -> int:
        """The first span, up to `top` which does, with which no more repeaters do."""
        low, high = -1, top
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._cost(middle) <= most else (middle, high)
        return high

    def _placed(self, i: int) -> Placement:
        return self._task.within(self._spans[i]).placed(self._method, self._limit)

    def shortest(self) -> Placement | None:
        """The one with the shortest longest span of all."""
        top = len(self._spans) - 1
        return self._placed(self._shortest(sys.maxsize, top)) if top >= 0 and self._cost(top) < math.inf else None

    def following(self, first: Placement) -> Iterator[Placement]:
        """From the number of `first` on, as long as more make spans shorter."""
        i, cost = len(self._spans) - 1, float(first.cost)
        while i >= 0 and cost < math.inf:
            i = self._shortest(cost, i)
            yield self._placed(i)
            i -= 1
            cost = self._cost(i) if i >= 0 else math.inf


def _forbidding(search: _Search, hardware: Mapping[str, Any], bounds: Mapping[str, float]) -> str | None:
    """The bound that the shortest spans that can be do not meet."""
    place = search.shortest()
    bound = None if place is None else forbidding_bound(place.scenario(**hardware), bounds)
    return None if bound is None else str(bound)


@dataclass(frozen=True)
class _Try:
    placement: Placement
    scenario: Scenario
    results: Results | None
    rate: Interval
    fidelity: Interval
    reached: str
    why: str


def _tried(
    place: Placement, wanted: Target, replicas: int, max_replicas: int, level: float, hardware: Mapping[str, Any]
) -> _Try:
    """Simulated until intervals leave no doubt, if no bound forbids it before."""
    scenario = place.scenario(**{"record": "summary", **hardware})
    if (bound := forbidding_bound(scenario, {"rate_hz": wanted.rate_hz, "fidelity": wanted.fidelity})) is not None:
        unknown = Interval(math.nan, math.nan, math.nan, "none", level)
        return _Try(place, scenario, None, unknown, unknown, "no", str(bound))
    while True:
        results = run(scenario, replicas=replicas, progress=False, time_shares=False)
        rows = list(results.summary(level).rows())
        rates = [_interval(row, "rate{}_hz", level) for row in rows]
        fidelities = [_interval(row, "fidelity{}", level) for row in rows]
        verdicts = [reached(rate, fidelity, wanted) for rate, fidelity in zip(rates, fidelities, strict=True)]
        verdict = next(word for word in ("no", "unsure", "yes") if word in verdicts)
        if verdict != "unsure" or replicas >= max_replicas:
            break
        replicas = min(2 * replicas, max_replicas)
    slowest = min(rates, key=lambda interval: interval.value)
    worst = min(fidelities, key=lambda interval: interval.value if interval.value == interval.value else -1.0)
    missing = [row for row, found in zip(rows, verdicts, strict=True) if found == verdict]
    missed = min(missing, key=lambda row: row["rate_hz"])
    why = f"{missed['demand']} gets {missed['rate_hz']:.4g} pairs/s at fidelity {missed['fidelity']:.4g}"
    return _Try(place, scenario, results, slowest, worst, verdict, "" if verdict == "yes" else why)


def _interval(row: Mapping[str, Any], name: str, level: float) -> Interval:
    value, low, high = (row[name.format(end)] for end in ("", "_low", "_high"))
    return Interval(value, low, high, "none", level)


def _conditions(span_m: float, max_repeaters: int | None) -> str:
    spans = f"spans of at most {span_m / 1e3:.4g} km"
    return spans if max_repeaters is None else f"{spans} and paths of at most {counted(max_repeaters, 'repeater')}"


def _best_of(tries: Sequence[_Try], wanted: Target, max_repeaters: int | None) -> str:
    """What comes closest, by the one of both that is further from its target."""

    def share(one: _Try) -> float:
        parts = [(one.rate.value, wanted.rate_hz), (one.fidelity.value, wanted.fidelity)]
        found = [value / goal for value, goal in parts if goal > 0]
        return -1.0 if any(math.isnan(value) for value in found) else min(found)

    best = max(tries, key=share)
    doubt = " (within the interval; more replicas may say)" if best.reached == "unsure" else ""
    counts = f"{tries[0].placement.cost} to {tries[-1].placement.cost}" if len(tries) > 1 else f"{tries[0].placement.cost}"
    limit = "" if max_repeaters is None else f" on paths of at most {counted(max_repeaters, 'repeater')}"
    return (
        f"less: of placements of {counts} repeaters the best has {best.placement.cost}, where {best.why}{doubt}; "
        f"more{limit} make no shorter spans"
    )


def _table(tries: Sequence[_Try]) -> ResultTable:
    rows = [
        {
            "repeaters": one.placement.cost,
            "longest_span_m": max(link.length_m for link in one.placement.links),
            "rate_hz": one.rate.value,
            "rate_low_hz": one.rate.low,
            "rate_high_hz": one.rate.high,
            "fidelity": one.fidelity.value,
            "fidelity_low": one.fidelity.low,
            "fidelity_high": one.fidelity.high,
            "replicas": 0 if one.results is None else len(one.results.replicas),
            "reached": one.reached,
            "why": one.why,
        }
        for one in tries
    ]
    return ResultTable({name: np.array([row[name] for row in rows]) for name in rows[0]})
