"""Does it scale? A network at growing sizes: what it delivers and takes, where it breaks, and what limits it there."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell._core import Scenario, SpecError
from farbell.analysis.distributions import student_t_quantile
from farbell.analysis.intervals import Interval
from farbell.analysis.latency import latency_quantile
from farbell.design.scenario_parameters import changed, parameters
from farbell.design.sensitivity import Elasticities, elasticities
from farbell.results import Results
from farbell.running import run
from farbell.studies import sweep
from farbell.summary import rate_and_fidelity
from farbell.table import ResultTable
from farbell.topology.network import nearest

__all__ = ["Scaling", "ScalingFit", "Target", "scale"]

Floats = npt.NDArray[np.float64]

#: Figures that grow or fall with the size.
_FIGURES = (
    "rate_hz", "fidelity", "latency_p50_s", "latency_p95_s", "pair_age_p50_s", "pair_age_p95_s", "occupied_slots",
    "messages_per_pair", "events_per_pair", "memory_slots", "fiber_km", "cost",
)  # fmt: skip
#: What a network is made of and may cost.
_PRICED = ("nodes", "links", "memory_slots", "fiber_km", "cost")
#: Share of a run's time that pairs may be in the making without the rate being noticeably too low.
_SHORT = 0.05
#: Scatter about a law, in units of what intervals allow, beyond which it holds roughly only.
_ROUGH = 4.0


@dataclass(frozen=True)
class Target:
    """What a network should reach, of the pairs of all its demands.

    Attributes
    ----------
    rate_hz : float
        Pairs per second of each demand on average, at least.
    fidelity : float
        Their mean fidelity, at least.

    Examples
    --------
    >>> import farbell as fb
    >>> str(fb.design.Target(rate_hz=10, fidelity=0.9))
    '10 pairs/s at fidelity 0.9'
    """

    rate_hz: float = 0.0
    fidelity: float = 0.0

    @classmethod
    def of(cls, wanted: Target | Mapping[str, float] | None) -> Target:
        """A target as given, or from ``{"rate": 1, "fidelity": 0.8}``."""
        if wanted is None or isinstance(wanted, Target):
            return wanted or cls()
        known = {"rate": "rate_hz", "rate_hz": "rate_hz", "fidelity": "fidelity"}
        for name, value in wanted.items():
            if name not in known:
                raise SpecError(f"target/{name}", repr(value), f"one of {', '.join(known)}")
            top = 1.0 if name == "fidelity" else math.inf
            if not (isinstance(value, (int, float)) and 0 <= value <= top):
                raise SpecError(f"target/{name}", repr(value), "0 to 1" if top == 1 else "0 or more")
        return cls(**{known[name]: float(value) for name, value in wanted.items()})

    def __str__(self) -> str:
        wanted = [f"{self.rate_hz:g} pairs/s"] * (self.rate_hz > 0) + [f"fidelity {self.fidelity:g}"] * (self.fidelity > 0)
        return " at ".join(wanted) or "any pair at all"


def reached(rate: Interval, fidelity: Interval, target: Target) -> str:
    """``yes`` or ``no`` where the intervals leave no doubt, else ``unsure``."""
    if rate.value == 0:
        return "no" if not rate.high > target.rate_hz or target.rate_hz == 0 else "unsure"
    if rate.high < target.rate_hz or fidelity.high < target.fidelity:
        return "no"
    if rate.low >= target.rate_hz and (fidelity.low >= target.fidelity or target.fidelity == 0):
        return "yes"
    return "unsure"


@dataclass(frozen=True)
class ScalingFit:
    """A law fitted to rates at growing sizes, by least squares on logarithms with the weights of their intervals.

    Attributes
    ----------
    law : str
        ``power``: rate = c size^exponent; ``exponential``: rate = c exp(exponent size).
    exponent, low, high : float
        Estimate and ends of its interval; wider where the points scatter more than their intervals say.
    chi2 : float
        Weighted sum of squares per degree of freedom: about 1 for the true law; nan for figures without intervals.
    points : int
        Sizes that took part: those that delivered pairs.
    scatter : float
        Root mean square of the distances of the points from the law, relative: 0.05 = they lie 5 % off.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.design.ScalingFit("power", -0.5, -0.6, -0.4, 1.1, 6).exponent
    -0.5
    """

    law: str
    exponent: float
    low: float
    high: float
    chi2: float
    points: int
    scatter: float = math.nan

    @property
    def holds(self) -> bool:
        """Whether the points scatter about it by not much more than their intervals allow."""
        return not self.chi2 > _ROUGH


def fit(law: str, sizes: Floats, values: Floats, errors: Floats | None, level: float = 0.95) -> ScalingFit:
    """Fits a law to figures at growing sizes.

    Parameters
    ----------
    law : str
        ``power`` or ``exponential``.
    sizes, values : numpy.ndarray
        Sizes, and figures above 0.
    errors : numpy.ndarray, optional
        Standard errors of the logarithms of the figures; left out: unknown, so that only the scatter about the law tells.
    level : float
        Confidence level.
    """
    x, y = np.log(sizes) if law == "power" else sizes, np.log(values)
    weights = np.ones(len(x)) if errors is None else 1 / errors**2
    total = weights.sum()
    x_mean = (weights * x).sum() / total
    spread = (weights * (x - x_mean) ** 2).sum()
    slope = float((weights * (x - x_mean) * y).sum() / spread)
    rest = y - (weights * y).sum() / total - slope * (x - x_mean)
    freedom = len(x) - 2
    squares = float((weights * rest**2).sum() / freedom) if freedom > 0 else math.nan
    known = 0.0 if errors is None else 1.0
    error = math.sqrt(max(squares, known) / spread) if freedom > 0 else math.sqrt(1 / spread)
    width = student_t_quantile(0.5 + level / 2, max(freedom, 1)) * error
    scatter = float(np.sqrt(np.mean(rest**2)))
    chi2 = math.nan if errors is None else squares
    return ScalingFit(law, slope, slope - width, slope + width, chi2, len(x), scatter)


def _pair_ages(scenario: Scenario) -> dict[str, float]:
    """How long pairs were in the making: what latency is where demands are continuous. A study keeps no rows of pairs."""
    ages_s = run(scenario, record="rows", progress=False, time_shares=False).pairs["age_s"]
    p50, p95 = np.quantile(ages_s, (0.5, 0.95)) if len(ages_s) else (math.nan, math.nan)
    return {"pair_age_p50_s": float(p50), "pair_age_p95_s": float(p95)}


def _row(size: float, results: Results, target: Target, prices: Mapping[str, float], level: float) -> dict[str, Any]:
    demands = max(len(results.network.demand_names), 1)
    batches, seconds = results.batches.sum(axis=1), results.batch_seconds * demands
    rate, fidelity = rate_and_fidelity(batches, seconds, results.network.sampled, level)
    sketch = results.latency_sketch.sum(axis=0)
    scenario, simulated = results.scenario, float(results.replicas["simulated_s"].sum())
    events, messages = (float(results.replicas[name].sum()) for name in ("events", "messages"))
    delivered = float(batches[..., 0].sum())
    # Messages and events count from the start, pairs from the end of the warm-up.
    counted = float(results.batch_seconds.sum())
    made = delivered * simulated / counted if counted else 0.0
    built = {
        "nodes": len(scenario.nodes),
        "links": len(scenario.links),
        "memory_slots": float(results.nodes["slots"].sum()) / max(len(results.replicas), 1),
        "fiber_km": sum(link.fiber.length_m for link in scenario.links) / 1e3,
    }
    ages = _pair_ages(scenario)
    # Pairs that were under way when counting began make up for those that are under way at the end.
    lost = max(0.0, ages["pair_age_p95_s"] - scenario.warm_up_s) / (scenario.duration_s - scenario.warm_up_s)
    return {
        "size": size,
        **built,
        "cost": sum(price * built[name] for name, price in prices.items()) if prices else math.nan,
        "demands": len(results.network.demand_names),
        "rate_hz": rate.value,
        "rate_low_hz": rate.low,
        "rate_high_hz": rate.high,
        "fidelity": fidelity.value,
        "fidelity_low": fidelity.low,
        "fidelity_high": fidelity.high,
        "latency_p50_s": latency_quantile(sketch, 0.5),
        "latency_p95_s": latency_quantile(sketch, 0.95),
        **ages,
        "occupied_slots": float(results.nodes["slot_seconds"].sum()) / simulated if simulated else math.nan,
        "messages_per_pair": messages / made if made else math.nan,
        "events_per_pair": events / made if made else math.nan,
        "pairs_per_run": delivered / (max(len(results.replicas), 1) * demands),
        "reached": reached(rate, fidelity, target),
        "note": "short run" if lost > _SHORT else "",
    }


def _listed(rows: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{row['size']:g}" for row in rows)


@dataclass(frozen=True, eq=False, repr=False)
class Scaling:
    """A network at growing sizes.

    Attributes
    ----------
    table : ResultTable
        A row a size: nodes, links, memory slots, kilometres of fibre, and what they cost; demands; mean rate of a demand and
        fidelity with intervals; latency of requests done; age of pairs at their delivery, since their oldest emission;
        memory slots occupied on average; classical messages and events per delivered pair; pairs of a demand in a run;
        whether the target was ``reached``: yes, no, or unsure where an interval contains it; a ``note`` "short run" where
        pairs take so long that the run, from its warm-up on, counts over 5 % too few of them.
    vary : str
        What the sizes are of.
    target : Target
        What was asked for.
    fits : tuple of ScalingFit
        Laws for the rate, the better one first; empty with fewer than three sizes that deliver.
    exponents : ResultTable
        A row a figure of the table: the better of both laws, its exponent with the ends of its interval, ``chi2``, ``points``
        and ``scatter`` as :class:`ScalingFit` has them.
    limits : Elasticities or None
        What limits the network where it breaks, or else the largest that delivers.
    limits_at : float or None
        The size of that network.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.1, attempt_period_s="0.1 ms", state=fb.Werner(fidelity=0.98))
    >>> network = fb.chain(nodes=3, length_m="20 km", generation=link, duration_s=0.5)
    >>> answer = fb.scale(network, {"demands/*/width": [1, 2]}, replicas=4, limits=False)
    >>> answer.sentence
    'Reaches any pair at all at every size up to demands/*/width = 2.'
    """

    table: ResultTable
    vary: str
    target: Target
    fits: tuple[ScalingFit, ...]
    exponents: ResultTable
    limits: Elasticities | None
    limits_at: float | None

    @property
    def breaks_at(self) -> float | None:
        """The smallest size at which the target is missed without doubt; None if there is none."""
        missed = [row["size"] for row in self.table.rows() if row["reached"] == "no"]
        return min(missed, default=None)

    @property
    def sentence(self) -> str:
        """The answer in words."""
        text = self._verdict
        short = [row for row in self.table.rows() if row["note"]]
        if short:
            text += (
                f"; runs are short from {self.vary} = {short[0]['size']:g} on, where pairs take "
                f"{short[0]['pair_age_p95_s']:.2g} s (rates are too low; a longer duration_s or a warm_up_s mends that)"
            )
        if self.fits:
            best = self.fits[0]
            name = f"{self.vary}^{best.exponent:.2f}" if best.law == "power" else f"exp({best.exponent:.3g} {self.vary})"
            how = "like" if best.holds else "roughly like"
            changes = f"{'falls' if best.exponent < 0 else 'grows'} {how} {name}"
            # One rate that all intervals contain.
            level = self.table["rate_low_hz"].max() <= self.table["rate_high_hz"].min()
            text += f"; the rate {'neither grows nor falls by more than chance' if level else changes}"
        limits = "" if self.limits is None else f" At {self.vary} = {self.limits_at:g}: {self.limits.sentence}"
        return f"{text}.{limits}"

    @property
    def _verdict(self) -> str:
        rows = list(self.table.rows())
        yes, no, unsure = ([row for row in rows if row["reached"] == word] for word in ("yes", "no", "unsure"))
        if not no and not unsure:
            return f"Reaches {self.target} at every size up to {self.vary} = {yes[-1]['size']:g}"
        if not yes and not unsure:
            return f"Misses {self.target} at every size, from {self.vary} = {no[0]['size']:g} on{self._by(no[0])}"
        if yes and no and yes[-1]["size"] < no[0]["size"]:
            text = (
                f"Reaches {self.target} up to {self.vary} = {yes[-1]['size']:g}, "
                f"misses it at {no[0]['size']:g}{self._by(no[0])}"
            )
        elif yes and no and no[-1]["size"] < yes[0]["size"]:
            text = (
                f"Misses {self.target} up to {self.vary} = {no[-1]['size']:g}{self._by(no[-1])}, "
                f"reaches it from {yes[0]['size']:g} on"
            )
        elif yes and no:
            text = f"Reaches {self.target} at {self.vary} = {_listed(yes)}, misses it at {_listed(no)}"
        elif yes:
            text = f"Reaches {self.target} at {self.vary} = {_listed(yes)}"
        elif no:
            text = f"Misses {self.target} at {self.vary} = {_listed(no)}{self._by(no[0])}"
        else:
            text = f"Whether {self.target} is reached the intervals do not tell"
        return text + (f"; at {_listed(unsure)} the intervals leave it open" if unsure and (yes or no) else "")

    def _by(self, row: Mapping[str, Any]) -> str:
        """What misses the target: its rate or its fidelity."""
        short = []
        if row["rate_high_hz"] < self.target.rate_hz or row["rate_hz"] == 0:
            short.append(f"{row['rate_hz']:.3g} pairs/s")
        if row["fidelity_high"] < self.target.fidelity:
            short.append(f"fidelity {row['fidelity']:.3g}")
        return f" ({', '.join(short)})" if short else ""

    def __repr__(self) -> str:
        return f"{self.table!r}\n{self.sentence}"

    def _repr_html_(self) -> str:
        limits = self.limits._repr_html_() if self.limits is not None else ""
        return f"{self.table._repr_html_()}<p>{html.escape(self.sentence)}</p>{limits}"

    def plot(self, ax: Any = None) -> Any:
        """Rate and fidelity against size, with the target."""
        from farbell.design.plots import draw_scaling

        return draw_scaling(self, ax)

    def overview(self) -> Any:
        """A figure with rate and fidelity, latency, memory use, classical messages, and what it takes to build.

        Returns
        -------
        numpy.ndarray
            The four axes.
        """
        from farbell.design.plots import draw_scaling_overview

        return draw_scaling_overview(self)


def scale(
    network: Callable[..., Scenario] | Scenario,
    vary: Mapping[str, Sequence[Any]],
    *,
    target: Target | Mapping[str, float] | None = None,
    replicas: int = 16,
    limits: bool = True,
    prices: Mapping[str, float] | None = None,
    level: float = 0.95,
    store: str | Path | None = None,
    progress: bool | None = None,
    **fixed: Any,
) -> Scaling:
    """Runs a network at growing sizes, and says where it breaks and what limits it there.

    Parameters
    ----------
    network : callable or Scenario
        What makes a scenario of a size (`chain`, `grid`, a function of yours), or a scenario.
    vary : mapping
        The name of one argument, or one path -> its values, numbers in ascending order. Of a scenario also ``demands``, its
        first so many, or ``length_factor``, by which all its fibres are made longer.
    target : Target or mapping, optional
        Such as ``{"rate": 1, "fidelity": 0.8}``.
    replicas : int
        Independent repetitions of each size.
    limits : bool
        Whether to ask what limits the smallest network that misses the target, or, if there is none, the largest that delivers.
    prices : mapping, optional
        What a network costs: ``nodes``, ``links``, ``memory_slots`` or ``fiber_km`` -> the price of one, in any unit. Left out:
        the column ``cost`` is nan, and these four columns are the bill.
    level : float
        Confidence level.
    store : path, optional
        SQLite file in which finished runs are kept, so that the question can be asked again, or go on.
    progress : bool, optional
        Whether to show a progress bar; left out: if standard error is a terminal.
    **fixed
        Other arguments of the callable.

    Raises
    ------
    SpecError
        If a scenario, a price or the target is wrong, or more than one thing is varied.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.1, attempt_period_s="0.1 ms", state=fb.Werner(fidelity=0.98))
    >>> answer = fb.scale(fb.chain, {"nodes": [2, 4, 8]}, target={"fidelity": 0.9}, length_m="20 km", generation=link,
    ...                   duration_s=1, replicas=8, limits=False)
    >>> answer.table["reached"].tolist(), answer.breaks_at
    (['yes', 'yes', 'no'], 8.0)
    """
    if len(vary) != 1:
        raise SpecError("vary", ", ".join(vary) or "nothing", "one argument or path")
    (name, sizes), wanted = next(iter(vary.items())), Target.of(target)
    if not sizes or any(isinstance(size, bool) or not isinstance(size, (int, float)) for size in sizes):
        raise SpecError(f"vary/{name}", repr(list(sizes)), "at least one number")
    if list(sizes) != sorted(set(sizes)):
        raise SpecError(f"vary/{name}", repr(list(sizes)), "numbers in ascending order, each once")
    priced = _priced(prices)
    points = sweep(_summaries(_sized(network, name)), {name: list(sizes)}, **fixed)
    study = points.run(replicas=replicas, store=store, progress=progress)
    every = [study.results(i) for i in range(len(sizes))]
    rows = [_row(float(size), results, wanted, priced, level) for size, results in zip(sizes, every, strict=True)]
    table = ResultTable({column: np.array([row[column] for row in rows]) for column in rows[0]})
    delivering = [i for i, row in enumerate(rows) if row["rate_hz"] > 0]
    missing = [i for i in delivering if rows[i]["reached"] == "no"]
    asked, asked_at = None, None
    if limits and delivering:
        at = missing[0] if missing else delivering[-1]
        asked_at = float(sizes[at])
        asked = elasticities(every[at].scenario, replicas=max(replicas, 8), level=level, progress=progress)
    return Scaling(table, name, wanted, _fits(table, "rate_hz", level), _exponents(table, level), asked, asked_at)


def _sized(network: Callable[..., Scenario] | Scenario, name: str) -> Callable[..., Scenario] | Scenario:
    """A scenario as what makes one of a size, where the size is none of its fields."""
    if not isinstance(network, Scenario) or "/" in name:
        return network
    if name == "demands":
        return lambda demands: _with_demands(network, demands)
    if name == "length_factor":
        return lambda length_factor: changed(network, {"links/*/fiber/length_m": lambda length_m: length_factor * length_m})
    if not isinstance(getattr(network, name, None), (int, float)):
        sizes = "demands (the first so many), length_factor (fibres so much longer)"
        known = sorted({parameter.path for parameter in parameters(network)})
        allowed = f"of a scenario: {sizes}, or a path to a number, such as {', '.join(known[:3])}, demands/*/width"
        raise SpecError(f"vary/{name}", "no size of a scenario", allowed, nearest(name, ["demands", "length_factor"]))
    return network


def _with_demands(network: Scenario, count: int) -> Scenario:
    if isinstance(count, float) or not 1 <= count <= len(network.demands):
        raise SpecError("vary/demands", repr(count), f"1 to {len(network.demands)}, the demands that there are")
    return network.replace(demands=network.demands[:count])


def _priced(prices: Mapping[str, float] | None) -> dict[str, float]:
    for name, price in (prices or {}).items():
        if name not in _PRICED[:-1]:
            allowed = f"a price of one of {', '.join(_PRICED[:-1])}"
            raise SpecError(f"prices/{name}", repr(price), allowed, nearest(name, _PRICED[:-1]))
        if isinstance(price, bool) or not isinstance(price, (int, float)) or not 0 <= price < math.inf:
            raise SpecError(f"prices/{name}", repr(price), "0 or more, and finite")
    return {name: float(price) for name, price in (prices or {}).items()}


def _summaries(network: Callable[..., Scenario] | Scenario) -> Callable[..., Scenario] | Scenario:
    """The same network, of which no rows are kept: the largest would fill memory and store with them."""
    if isinstance(network, Scenario):
        return network.replace(record="summary")

    @wraps(network)
    def made(*args: Any, **named: Any) -> Scenario:
        return network(*args, **named).replace(record="summary")

    return made


def _fits(table: ResultTable, figure: str, level: float) -> tuple[ScalingFit, ...]:
    """Both laws for a figure, the better one first; none with fewer than three sizes that have it, or if it never changes."""
    values = np.asarray(table[figure], dtype=np.float64)
    good = np.isfinite(values) & (values > 0)
    if figure not in _PRICED:
        good &= table["note"] == ""
    if good.sum() < 3 or np.ptp(values[good]) <= 1e-12 * values[good].max():
        return ()
    sizes, values, errors = table["size"][good], values[good], None
    if figure == "rate_hz":
        ends = table["rate_high_hz"][good] - table["rate_low_hz"][good]
        errors = ends / (2 * NormalDist().inv_cdf(0.5 + level / 2)) / values
        # Replicas may all count the same; still each has the last pair or has it not.
        errors = np.hypot(errors, 1 / (math.sqrt(12) * table["pairs_per_run"][good]))
    shapes = ("power", "exponential") if (sizes > 0).all() else ("exponential",)
    laws = [fit(law, sizes, values, errors, level) for law in shapes]
    return tuple(sorted(laws, key=lambda law: law.scatter if errors is None else law.chi2))


def _exponents(table: ResultTable, level: float) -> ResultTable:
    best = {figure: laws[0] for figure in _FIGURES if (laws := _fits(table, figure, level))}
    columns = {name: np.array([getattr(law, name) for law in best.values()]) for name in ScalingFit.__dataclass_fields__}
    return ResultTable({"figure": np.array(list(best), dtype=np.str_), **columns})
