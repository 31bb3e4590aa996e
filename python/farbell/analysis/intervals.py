"""Confidence intervals for simulated time series, whose neighbouring values depend on each other.

The data are sums over *batches* (equal stretches of simulated time) of independent *replicas*: arrays ``[replica,
batch]``. With ten replicas or more each replica is one observation. With fewer, batches are: neighbours are merged
until they no longer correlate. Student's t then gives the interval. docs/physics/confidence_intervals.md says more.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from farbell.analysis.distributions import gamma_quantile, student_t_quantile

__all__ = [
    "Interval",
    "count_interval",
    "effective_count",
    "function_interval",
    "rate_interval",
    "ratio_interval",
    "score_interval",
]

Floats = npt.NDArray[np.float64]

# As many replicas are observations by themselves; fewer are cut into batches.
_REPLICAS_AS_UNITS = 10
_FEWEST_MERGED = 8
# Below so many events the distribution of a count is too skewed for Student's t.
_FEW_EVENTS = 64
# Fewer units with data in them say too little about their own scatter.
_FEWEST_UNITS = 4


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval.

    Attributes
    ----------
    value : float
        The estimate; nan without data.
    low, high : float
        Ends of the interval; nan where the data allow none.
    method : str
        ``replicas`` or ``batches`` (Student's t over these), ``correlated batches`` (the same, widened, because even
        merged batches correlate: run longer), ``poisson`` (few events), ``pairs`` (too few batches with data: widest
        scatter that values within these bounds can have) or ``none``.
    level : float
        Confidence level.

    Examples
    --------
    >>> import farbell as fb
    >>> interval = fb.analysis.rate_interval([[0, 0, 0, 0]], [[5, 5, 5, 5]])
    >>> interval.value, round(interval.high, 6), interval.method
    (0.0, 0.149787, 'poisson')
    """

    value: float
    low: float
    high: float
    method: str
    level: float = 0.95

    def clipped(self, low: float, high: float) -> Interval:
        """The part of the interval between two bounds.

        Parameters
        ----------
        low, high : float
            The bounds.

        Returns
        -------
        Interval
            The same estimate; it and both ends lie within the bounds.
        """
        value, start, end = (min(max(x, low), high) if x == x else x for x in (self.value, self.low, self.high))
        return Interval(value, start, end, self.method, self.level)

    def joined(self, other: Interval) -> Interval:
        """The shortest interval that holds both.

        Parameters
        ----------
        other : Interval
            Another interval for the same estimate.

        Returns
        -------
        Interval
            This estimate and method; ends that are nan do not count.
        """
        return replace(self, low=float(np.fmin(self.low, other.low)), high=float(np.fmax(self.high, other.high)))


def _nothing(level: float, value: float = math.nan) -> Interval:
    return Interval(value, math.nan, math.nan, "none", level)


def _level(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; allowed: above 0 and below 1")
    return level


def _array(values: npt.ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2:
        raise ValueError(f"values have {array.ndim} dimensions; allowed: 2, [replica, batch]")
    return array


def _lag_one(deviations: Floats) -> float:
    """Autocorrelation of neighbouring batches, without its bias of -1/n."""
    total = float(np.sum(deviations**2))
    if total == 0:
        return 0.0
    return float(np.sum(deviations[:, 1:] * deviations[:, :-1])) / total + 1 / deviations.size


def _units(deviations: Floats, weights: Floats) -> tuple[Floats, Floats, float]:
    """Deviations and weights summed to units that can count as independent, and the correlation left between them."""
    replicas, batches = deviations.shape
    if replicas >= _REPLICAS_AS_UNITS:
        return deviations.sum(axis=1), weights.sum(axis=1), 0.0
    while True:
        # A threshold of one standard deviation: merging for nothing costs little, correlation overlooked costs
        # coverage.
        correlation = _lag_one(deviations)
        correlated = correlation > 1 / math.sqrt(deviations.size)
        if not correlated or batches == 1 or replicas * (batches // 2) < _FEWEST_MERGED:
            return deviations.ravel(), weights.ravel(), correlation if correlated else 0.0
        batches //= 2
        deviations = deviations[:, : 2 * batches].reshape(replicas, batches, 2).sum(axis=2)
        weights = weights[:, : 2 * batches].reshape(replicas, batches, 2).sum(axis=2)


def _variance(deviations: Floats, weights: Floats) -> tuple[float, int, float] | None:
    """Variance of a ratio from each batch's part in its deviation, the number of units that have any weight, and the
    correlation left between them; None if they are too few."""
    unit_deviations, unit_weights, correlation = _units(deviations, weights)
    count = int(np.count_nonzero(unit_weights))
    if count < max(2, min(_FEWEST_UNITS, deviations.size)):
        return None
    variance = float(np.sum(unit_deviations**2)) * count / (count - 1) / float(np.sum(unit_weights)) ** 2
    # What a first-order autoregression with this correlation adds.
    return variance * (1 + correlation) / max(1 - correlation, 0.1), count, correlation


def effective_count(sums: npt.ArrayLike, counts: npt.ArrayLike, variance: float, *, level: float = 0.95) -> float:
    """How many independent values would tell the mean of these as well, for intervals of a given level.

    Parameters
    ----------
    sums : array_like
        Sum of the values over each batch's events, ``[replica, batch]``.
    counts : array_like
        Number of events of each batch.
    variance : float
        Of single values.
    level : float
        Confidence level. The fewer units there are, the less sure is their scatter: that counts as fewer values.

    Returns
    -------
    float
        At most the number of values; that number where too few batches hold events to tell.

    Examples
    --------
    Values that come in equal pairs, 100 in each of 1,000 replicas:

    >>> import farbell as fb, numpy as np
    >>> values = np.random.default_rng(1).normal(size=(1000, 1, 50)).repeat(2, axis=2)
    >>> 45 < fb.analysis.effective_count(values.sum(axis=2), np.full((1000, 1), 100), 1.0) / 1000 < 55
    True
    """
    _level(level)
    totals, events = _array(sums), _array(counts)
    number = float(events.sum())
    if number == 0 or variance <= 0:
        return number
    found = _variance(totals - events * (totals.sum() / number), events)
    if found is None:
        return number
    scatter, units, _ = found
    wider = student_t_quantile((1 + level) / 2, units - 1) / NormalDist().inv_cdf((1 + level) / 2)
    scatter *= wider**2
    return min(number, variance / scatter) if scatter > 0 else number


def _student(value: float, deviations: Floats, weights: Floats, level: float) -> Interval | None:
    """Interval of a ratio from each batch's part in its deviation; None if too few units have any weight."""
    found = _variance(deviations, weights)
    if found is None:
        return None
    variance, count, correlation = found
    half = student_t_quantile((1 + level) / 2, count - 1) * math.sqrt(variance)
    method = "replicas" if deviations.shape[0] >= _REPLICAS_AS_UNITS else "batches"
    return Interval(value, value - half, value + half, f"correlated {method}" if correlation else method, level)


def count_interval(count: float, exposure: float, *, dispersion: float = 1.0, level: float = 0.95) -> Interval:
    """Rate of rare events: exact for Poisson counts, scaled for counts that scatter more.

    Parameters
    ----------
    count : float
        Number of events.
    exposure : float
        Time, or whatever the rate is per.
    dispersion : float
        Variance of the count over its mean, 1 for a Poisson law.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        Garwood's central interval; without events the upper limit that `level` of all such experiments stay below.

    References
    ----------
    F. Garwood, Biometrika 28, 437 (1936).

    Examples
    --------
    >>> import farbell as fb
    >>> interval = fb.analysis.count_interval(10, 100.0)
    >>> interval.value, round(interval.low, 6), round(interval.high, 6)
    (0.1, 0.047954, 0.183904)
    """
    _level(level)
    if not exposure > 0:
        return _nothing(level)
    if count == 0:
        return Interval(0.0, 0.0, -math.log(1 - level) * dispersion / exposure, "poisson", level)
    events = count / dispersion
    low, high = gamma_quantile((1 - level) / 2, events), gamma_quantile((1 + level) / 2, events + 1)
    return Interval(count / exposure, low * dispersion / exposure, high * dispersion / exposure, "poisson", level)


def score_interval(total: float, number: float, *, level: float = 0.95) -> Interval:
    """Mean of independent values between 0 and 1, from their sum: Wilson's score interval.

    Exact in the limit for values that are 0 or 1; wider than needed for others, since no values between 0 and 1 with this
    mean scatter more.

    Parameters
    ----------
    total : float
        Sum of the values.
    number : float
        How many there are.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        It has a width even if all values agree.

    References
    ----------
    E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927).

    Examples
    --------
    >>> import farbell as fb
    >>> interval = fb.analysis.score_interval(100, 100)
    >>> interval.value, round(interval.low, 4), round(interval.high, 4)
    (1.0, 0.963, 1.0)
    """
    _level(level)
    if not number > 0:
        return _nothing(level)
    z, p = NormalDist().inv_cdf((1 + level) / 2), total / number
    share = z * z / number
    centre, half = (p + share / 2) / (1 + share), z / (1 + share) * math.sqrt(p * (1 - p) / number + share / (4 * number))
    return Interval(p, max(0.0, centre - half), min(1.0, centre + half), "score", level)


def rate_interval(counts: npt.ArrayLike, exposures: npt.ArrayLike, *, level: float = 0.95) -> Interval:
    """Events per second.

    Parameters
    ----------
    counts : array_like
        Events in each batch, ``[replica, batch]``.
    exposures : array_like
        Simulated seconds of each batch; 0 for one that a run did not reach.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        All events over all seconds. Fewer than 64 events: :func:`count_interval` with the dispersion that the batches
        show, at least 1.

    Examples
    --------
    >>> import farbell as fb
    >>> interval = fb.analysis.rate_interval([[100, 104, 96, 100, 102, 98, 99, 101]], [[2] * 8])
    >>> interval.value, round(interval.low, 3), round(interval.high, 3), interval.method
    (50.0, 48.976, 51.024, 'batches')
    """
    _level(level)
    events, seconds = _array(counts), _array(exposures)
    total, exposure = float(events.sum()), float(seconds.sum())
    if exposure <= 0:
        return _nothing(level)
    rate = total / exposure
    if total < _FEW_EVENTS:
        expected = rate * seconds[seconds > 0]
        chi_square = float(np.sum((events[seconds > 0] - expected) ** 2 / expected)) if total else 0.0
        return count_interval(total, exposure, dispersion=max(1.0, chi_square / max(expected.size - 1, 1)), level=level)
    interval = _student(rate, events - rate * seconds, seconds, level)
    return interval.clipped(0, math.inf) if interval else _nothing(level, rate)


def function_interval(
    sums: npt.ArrayLike,
    counts: npt.ArrayLike,
    function: Callable[[Floats], float],
    gradient: Callable[[Floats], npt.ArrayLike],
    *,
    bound: float = 1.0,
    level: float = 0.95,
) -> Interval:
    """A function of several mean values, its error propagated from theirs.

    Parameters
    ----------
    sums : array_like
        Sums of the quantities over each batch's events, ``[replica, batch, quantity]``.
    counts : array_like
        Number of events of each batch, ``[replica, batch]``.
    function, gradient : callable
        Take the mean values; return the function's value and its derivatives.
    bound : float
        The quantities lie within -bound and bound.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        Correlations between quantities and between neighbouring batches are taken into account. Where fewer than four
        units hold events the widest scatter that bounded quantities can have stands in for the one they show.

    Examples
    --------
    The product of two means:

    >>> import farbell as fb
    >>> sums = [[[9, 4], [8, 5], [9, 5], [10, 6], [9, 5], [9, 4], [8, 5], [10, 6]]]
    >>> interval = fb.analysis.function_interval(sums, [[10] * 8], lambda m: m[0] * m[1], lambda m: [m[1], m[0]])
    >>> round(interval.value, 4), round(interval.low, 3), round(interval.high, 3)
    (0.45, 0.372, 0.528)
    """
    _level(level)
    totals, events = np.asarray(sums, dtype=np.float64), _array(counts)
    number = float(events.sum())
    if number == 0:
        return _nothing(level)
    means = totals.sum(axis=(0, 1)) / number
    value, slopes = float(function(means)), np.asarray(gradient(means), dtype=np.float64)
    deviations = (totals - events[:, :, None] * means) @ slopes
    interval = _student(value, deviations, events, level)
    if interval is None:
        scatter = np.sqrt(np.maximum(bound**2 - means**2, 0) / number)
        half = student_t_quantile((1 + level) / 2, 1001) * float(np.abs(slopes) @ scatter)
        interval = Interval(value, value - half, value + half, "pairs", level)
    return interval


def ratio_interval(sums: npt.ArrayLike, counts: npt.ArrayLike, *, bound: float = 1.0, level: float = 0.95) -> Interval:
    """Mean over events, from sums and counts by batch.

    Parameters
    ----------
    sums : array_like
        Sum of the quantity over the events of each batch, ``[replica, batch]``.
    counts : array_like
        Number of events of each batch.
    bound : float
        The quantity lies within -bound and bound.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        All sums over all counts (a ratio estimator: busy batches weigh more).

    Examples
    --------
    >>> import farbell as fb
    >>> sums, counts = [[9.0, 18.2, 9.1, 0.0, 27.0, 9.2, 8.9, 9.0]], [[10, 20, 10, 0, 30, 10, 10, 10]]
    >>> interval = fb.analysis.ratio_interval(sums, counts)
    >>> round(interval.value, 4), round(interval.low, 4), round(interval.high, 4)
    (0.904, 0.8965, 0.9115)
    """
    return function_interval(
        np.asarray(sums, dtype=np.float64)[..., None],
        counts,
        lambda means: float(means[0]),
        lambda means: [1.0],
        bound=bound,
        level=level,
    )
