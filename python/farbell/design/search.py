"""What must improve: the least improvement of hardware that reaches a target. docs/physics/requirements.md"""

from __future__ import annotations

import html
import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell._core import Demand, Poisson, Scenario, SpecError, Table
from farbell._extras import require as require_module
from farbell.bounds import capacities, forbidding_bound
from farbell.design.improvement import improved, improved_value, named
from farbell.design.kept import Kept
from farbell.design.scaling import Target
from farbell.design.scenario_parameters import Parameter
from farbell.running import run, with_progress
from farbell.table import ResultTable

__all__ = ["Requirements", "requirements"]

Floats = npt.NDArray[np.float64]

#: Added to the cost for each relative unit by which a target is missed: far more than any improvement costs.
_PENALTY = 1e6
# Bottlenecks that are named.
_SHOWN = 5
#: Of logarithms of factors: no search looks closer.
_CLOSE = 0.002


@dataclass(frozen=True, eq=False, repr=False)
class Requirements:
    """The least improvement of hardware that reaches a target.

    Attributes
    ----------
    scenario : Scenario
        With the improved hardware.
    target : Target
        What was asked for.
    factors : mapping
        Name -> by what factor its parameters get better.
    cost : float
        Sum of the factors; as many as there are names = nothing improved.
    rate_hz, fidelity : float
        What the improved network delivers, in the runs that the search looked at.
    table : ResultTable
        A row a parameter: ``parameter`` path, ``today``, ``required``, ``factor``.
    tried : ResultTable
        A row an evaluation: the factors, ``cost``, ``rate_hz``, ``fidelity``, ``reached``, and ``on_front``: 1 if nothing
        cheaper has both a higher rate and a higher fidelity.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.1, attempt_period_s="1 ms", state=fb.Werner(fidelity=0.9))
    >>> network = fb.chain(nodes=2, length_m="20 km", generation=link, duration_s=1)
    >>> answer = fb.requirements(network, target={"fidelity": 0.949}, improve=["fidelity"], replicas=1)
    >>> print(answer.sentence.split(" (")[0])
    For fidelity 0.949: fidelity 2.01 times better
    """

    scenario: Scenario
    target: Target
    factors: Mapping[str, float]
    cost: float
    rate_hz: float
    fidelity: float
    table: ResultTable
    tried: ResultTable

    @property
    def sentence(self) -> str:
        """The answer in words."""
        better = sorted(self.factors.items(), key=lambda item: -item[1])
        parts = [f"{name} {factor:.3g} times better" for name, factor in better if factor > 1.005]
        what = ", ".join(parts) if parts else "nothing: today's hardware does"
        return f"For {self.target}: {what} (cost {self.cost:.3g}; {self.rate_hz:.3g} pairs/s, fidelity {self.fidelity:.3f})."

    def __repr__(self) -> str:
        return f"{self.table!r}\n{self.sentence}"

    def _repr_html_(self) -> str:
        return f"{self.table._repr_html_()}<p>{html.escape(self.sentence)}</p>"

    def plot(self, ax: Any = None) -> Any:
        """Everything tried, rate and fidelity against cost, with the Pareto front; on `ax` the rate alone."""
        from farbell.design.plots import draw_requirements

        return draw_requirements(self, ax)


class _Search:
    """Evaluations of factors, each made once."""

    def __init__(self, scenario: Scenario, names: Sequence[str], target: Target, replicas: int, seed: int, kept: Kept) -> None:
        self.scenario, self.names, self.target = scenario, tuple(names), target
        self._replicas, self._seed, self._kept = replicas, seed, kept

    def factors(self, logs: Floats) -> dict[str, float]:
        return {name: float(np.exp(log)) for name, log in zip(self.names, logs, strict=True)}

    def figures(self, logs: Floats) -> tuple[float, float]:
        """Mean rate of a demand, and mean fidelity; nan where hardware like this cannot be."""
        factors = self.factors(logs)

        def simulated() -> tuple[float, float]:
            try:
                network = improved(self.scenario, factors)
            except SpecError:
                return math.nan, math.nan
            results = run(
                network,
                replicas=self._replicas,
                seed=self._seed,
                threads=1,
                record="summary",
                progress=False,
                time_shares=False,
            )
            pairs, fidelity = results.batches[..., 0].sum(), results.batches[..., 1].sum()
            seconds = results.batch_seconds.sum() * max(len(results.network.demand_names), 1)
            return float(pairs / seconds), float(fidelity / pairs) if pairs else 0.0

        return self._kept.get(factors, simulated)

    def shortfall(self, logs: Floats) -> float:
        """By how much the target is missed, relative; 0 = it is reached."""
        rate, fidelity = self.figures(logs)
        if math.isnan(rate):
            return 100.0
        short = 0.0
        if rate < self.target.rate_hz:
            short += math.log(self.target.rate_hz / rate) if rate > 0 else 50.0
        if fidelity < self.target.fidelity:
            short += math.log(self.target.fidelity / fidelity) if fidelity > 0 else 50.0
        return short

    def objective(self, logs: Floats) -> float:
        short = self.shortfall(logs)
        return float(np.exp(logs).sum() + (_PENALTY * (1 + short) if short > 0 else 0.0))

    def trimmed(self, logs: Floats, rounds: int = 2) -> Floats:
        """Each factor made as small as the target allows while the others stay, one after the other, the largest first."""
        logs = logs.copy()

        def reached(i: int, log: float) -> bool:
            trial = logs.copy()
            trial[i] = log
            return self.shortfall(trial) == 0

        for _ in range(rounds):
            for i in map(int, np.argsort(-logs)):
                low, high = 0.0, float(logs[i])
                if high > 0 and reached(i, low):
                    high = low
                while high - low > _CLOSE:
                    middle = (low + high) / 2
                    low, high = (low, middle) if reached(i, middle) else (middle, high)
                logs[i] = high
        return logs


def requirements(
    scenario: Scenario,
    *,
    target: Target | Mapping[str, float],
    improve: Sequence[str],
    most: float = 1000.0,
    replicas: int = 8,
    seed: int | None = None,
    generations: int = 40,
    workers: int | None = None,
    store: str | Path | None = None,
    progress: bool | None = None,
) -> Requirements:
    """Finds the least improvement of hardware that reaches a target.

    The cost of hardware is the sum of the factors by which its parameters get better, by the convention that each declares
    (:func:`farbell.design.improved_value`). Differential evolution over the logarithms of the factors, with the same random
    numbers for every candidate, finds its minimum; each factor is then made as small as the target allows.

    Parameters
    ----------
    scenario : Scenario
        The network with today's hardware.
    target : Target or mapping
        Such as ``{"rate": 1, "fidelity": 0.8}``: pairs per second of a demand on average, and their mean fidelity.
    improve : sequence of str
        What may get better: names of fields (``t2_s``: everywhere) or paths, each with a factor of its own.
    most : float
        The largest factor that is tried.
    replicas : int
        Independent repetitions of each candidate.
    seed : int, optional
        Of the runs and of the search; left out: the scenario's.
    generations : int
        Of the search, at most.
    workers : int, optional
        Candidates evaluated at a time, on threads; left out: one for each processor. The answer does not depend on it.
    store : path, optional
        SQLite file in which evaluations are kept, so that an interrupted search goes on where it was.
    progress : bool, optional
        Whether to show a progress bar; left out: if standard error is a terminal.

    Raises
    ------
    SpecError
        If a name means nothing that can get better, if not even hardware `most` times better reaches the target, or if `store`
        is of another search or version.
    OSError
        If `store` cannot be written, or another run uses it; what was evaluated stays in it.
    ImportError
        Without scipy: ``pip install 'farbell[optimize]'``.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.01, attempt_period_s="1 ms", state=fb.Werner(fidelity=0.9))
    >>> network = fb.chain(nodes=2, length_m="20 km", generation=link, duration_s=100)
    >>> answer = fb.requirements(network, target={"rate": 100}, improve=["success_probability"], workers=1)
    >>> 0.097 < answer.scenario.links[0].generation.success_probability < 0.103
    True
    """
    if not isinstance(scenario, Scenario):
        raise TypeError(f"requirements() takes a Scenario, not {type(scenario).__name__}")
    optimize = require_module("scipy.optimize", "requirements()")
    wanted, found = Target.of(target), named(scenario, improve)
    if len(set(improve)) != len(improve) or not improve:
        raise SpecError("improve", repr(list(improve)), "at least one name, each once")
    if wanted == Target():
        raise SpecError("target", repr(target), "a rate or a fidelity above 0")
    if not 1 < most < math.inf:
        raise SpecError("most", repr(most), "a factor above 1, and finite")
    start = scenario.seed if seed is None else seed
    with ExitStack() as stack:
        kept = stack.enter_context(Kept(store, scenario, start, replicas))
        search = _Search(scenario, improve, wanted, replicas, start, kept)
        best = np.zeros(len(improve))
        if search.shortfall(best) > 0:
            top = np.full(len(improve), math.log(most))
            if search.shortfall(top) > 0:
                raise SpecError("target", str(wanted), _at_most(search, top, most))
            pool = ThreadPoolExecutor(workers or os.cpu_count() or 1)
            stack.callback(pool.shutdown, cancel_futures=True)  # Ctrl-C does not wait for a whole generation
            best = search.trimmed(_evolved(optimize, search, top, pool, start, generations, progress))
        rate, fidelity = search.figures(best)
        factors = search.factors(best)
        better = improved(scenario, factors)
        tried = _tried(search, kept)
    return Requirements(better, wanted, factors, sum(factors.values()), rate, fidelity, _table(found, factors), tried)


def _at_most(search: _Search, top: Floats, most: float) -> str:
    rate, fidelity = search.figures(top)
    if math.isnan(rate):
        return f"reachable; hardware {most:g} times better is no valid scenario: let t1_s get better with t2_s, or lower `most`"
    reached = f"at most {rate:.4g} pairs/s at fidelity {fidelity:.4g}, which hardware {most:g} times better gives"
    why = _forbidden(improved(search.scenario, search.factors(top)), search.target)
    return reached if why is None else f"{reached}: {why}"


def _forbidden(scenario: Scenario, target: Target) -> str | None:
    """What forbids a target, if anything that is known does."""
    asked = [_asked_hz(demand, scenario.duration_s) for demand in scenario.demands]
    if asked and sum(asked) / len(asked) < target.rate_hz:
        return f"no more than {sum(asked) / len(asked):.4g} pairs/s are asked for, on average over demands"
    if len(scenario.demands) == 1:
        bound = forbidding_bound(scenario, {"rate_hz": target.rate_hz, "fidelity": target.fidelity})
        return None if bound is None else str(bound)
    # The target is of the mean over demands, and so is this bound.
    if target.rate_hz > 0 and scenario.demands:
        most = capacities(scenario).throughput()
        if most.total_hz / len(scenario.demands) < target.rate_hz:
            return (
                f"its links give all demands together at most {most.total_hz:.4g} pairs/s, a mean of "
                f"{most.total_hz / len(scenario.demands):.4g}, limited by {', '.join(most.bottlenecks[:_SHOWN])}"
            )
    return None


def _asked_hz(demand: Demand, duration_s: float) -> float:
    """Pairs per second that a demand asks for, in the mean; infinite without an end."""
    traffic, pairs = demand.traffic, demand.pairs_per_request
    if isinstance(traffic, Poisson):
        return traffic.rate_hz * pairs
    if isinstance(traffic, Table):
        return len(traffic.at_s) * pairs / duration_s
    requests = getattr(traffic, "requests", None)
    return math.inf if requests is None else requests * pairs / duration_s


def _evolved(
    optimize: Any, search: _Search, top: Floats, pool: ThreadPoolExecutor, seed: int, generations: int, progress: bool | None
) -> Floats:
    """Logarithms of factors that reach the target, near the least cost."""
    # The least factor that, for all parameters alike, does: a point to start from, and a bound of each factor's cost.
    low, high = 0.0, float(top[0])
    while high - low > _CLOSE:
        middle = (low + high) / 2
        low, high = (low, middle) if search.shortfall(np.full(len(top), middle)) == 0 else (middle, high)
    alike = np.full(len(top), high)
    if len(top) == 1:
        return alike
    dearest = min(float(top[0]), math.log(len(top) * math.exp(high)))
    bars = iter(with_progress(range(generations), "requirements", progress))
    found = optimize.differential_evolution(
        search.objective,
        [(0.0, dearest)] * len(top),
        rng=np.random.default_rng(seed),
        x0=alike,
        popsize=8,
        maxiter=generations,
        tol=1e-3,
        polish=False,
        updating="deferred",
        workers=pool.map,
        callback=lambda intermediate_result: next(bars, None) and None,
    )
    best: Floats = np.asarray(found.x)
    return best if search.objective(best) < search.objective(alike) else alike


def _table(found: Mapping[str, list[Parameter]], factors: Mapping[str, float]) -> ResultTable:
    rows = [
        (p.path, p.values[0], improved_value(p.values[0], p.improvement, factors[name]), factors[name])
        for name, mine in found.items()
        for p in mine
    ]
    names = ("parameter", "today", "required", "factor")
    return ResultTable({name: np.array([row[i] for row in rows]) for i, name in enumerate(names)})


def _tried(search: _Search, kept: Kept) -> ResultTable:
    rows = [(*factors.values(), sum(factors.values()), *figures) for factors, figures in kept.items()]
    values = np.array(rows, dtype=float)
    cost, rate, fidelity = values[:, -3:].T
    order = np.lexsort((-fidelity, -rate, cost))
    front = np.zeros(len(rows), dtype=np.uint8)
    best: list[tuple[float, float]] = []
    for i in order:
        if math.isnan(rate[i]) or any(r >= rate[i] and f >= fidelity[i] for r, f in best):
            continue
        front[i] = 1
        best.append((rate[i], fidelity[i]))
    columns = {name: values[:, i] for i, name in enumerate(search.names)}
    done = (rate >= search.target.rate_hz) & (fidelity >= search.target.fidelity)
    figures = {"cost": cost, "rate_hz": rate, "fidelity": fidelity, "reached": done.astype(np.uint8), "on_front": front}
    return ResultTable(columns | figures)
