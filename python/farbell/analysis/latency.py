"""Quantiles from the logarithmic histogram in which a run counts its latencies."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from farbell.analysis.distributions import binomial_ranks
from farbell.analysis.intervals import Interval

__all__ = ["LATENCY_RELATIVE_ERROR", "latency_distribution", "latency_interval", "latency_quantile"]

_GROWTH = 1.02
_UNIT_S = 1e-9

#: A quantile lies within this share of the exact one.
LATENCY_RELATIVE_ERROR = math.sqrt(_GROWTH) - 1


def latency_quantile(counts: npt.ArrayLike, probability: float) -> float:
    """Latency that a given share of the requests did not exceed.

    Parameters
    ----------
    counts : array_like
        Requests in each bucket; bucket k holds latencies above ``1.02**(k-1)`` and up to ``1.02**k`` nanoseconds.
    probability : float
        The share, above 0 and up to 1; 0.5 for the median.

    Returns
    -------
    float
        Seconds, within 1 % (``LATENCY_RELATIVE_ERROR``) of the exact sample quantile; nan without requests.

    Examples
    --------
    >>> import farbell as fb
    >>> counts = [0] * 600 + [70] + [0] * 20 + [30]
    >>> [float(f"{fb.analysis.latency_quantile(counts, p):.4g}") for p in (0.5, 0.95)]
    [0.0001432, 0.000217]
    """
    if not 0 < probability <= 1:
        raise ValueError(f"probability is {probability}; allowed: above 0 and up to 1")
    cumulated = np.cumsum(np.asarray(counts))
    if not cumulated.size or cumulated[-1] == 0:
        return math.nan
    # Just below the product, so that its rounding does not ask for one request too many.
    rank = max(1, math.ceil(probability * int(cumulated[-1]) * (1 - 1e-15)))
    bucket = int(np.searchsorted(cumulated, rank))
    return float(_UNIT_S * _GROWTH ** (bucket - 0.5))


def latency_interval(
    counts: npt.ArrayLike, probability: float, *, effective: float | None = None, level: float = 0.95
) -> Interval:
    """The same with its confidence interval: from one latency of the ordered sample to another.

    Parameters
    ----------
    counts : array_like
        As for :func:`latency_quantile`.
    probability : float
        The share, above 0 and below 1.
    effective : float, optional
        How many independent requests say as much (:func:`farbell.analysis.effective_count`); left out: all of them.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        The ends are those of their buckets. ``low`` is 0 and ``high`` infinite where so few requests allow no other.

    References
    ----------
    H. A. David, H. N. Nagaraja, Order Statistics, Wiley 2003, section 7.1.

    Examples
    --------
    >>> import farbell as fb
    >>> interval = fb.analysis.latency_interval([0] * 600 + [10] * 40, 0.5)
    >>> [float(f"{x * 1e6:.4g}") for x in (interval.low, interval.value, interval.high)]
    [198.5, 208.5, 223.5]
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; allowed: above 0 and below 1")
    cumulated = np.cumsum(np.asarray(counts))
    value = latency_quantile(counts, probability)
    if math.isnan(value):
        return Interval(value, math.nan, math.nan, "none", level)
    number = int(cumulated[-1])
    independent = max(1, math.floor(number if effective is None else min(effective, number)))
    first, last = binomial_ranks(independent, probability, (1 - level) / 2)

    def end(rank: float, edge: int) -> float:
        return float(_UNIT_S * _GROWTH ** (int(np.searchsorted(cumulated, rank)) - edge))

    scale = number / independent
    low = end(math.floor(first * scale), 1) if first >= 1 else 0.0
    high = end(math.ceil(last * scale), 0) if last <= independent else math.inf
    return Interval(value, low, high, "order statistics", level)


def latency_distribution(counts: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Share of requests that took at most so long.

    Parameters
    ----------
    counts : array_like
        As for :func:`latency_quantile`.

    Returns
    -------
    latency_s, share : numpy.ndarray
        Upper ends of the buckets from just below the shortest latency to the longest, and the share of requests up to
        each. Both are empty without requests.

    Examples
    --------
    >>> import farbell as fb
    >>> latency_s, share = fb.analysis.latency_distribution([0, 0, 3, 1])
    >>> (latency_s * 1e9).round(4).tolist(), share.tolist()
    ([1.02, 1.0404, 1.0612], [0.0, 0.75, 1.0])
    """
    numbers = np.asarray(counts, dtype=np.float64)
    filled = np.flatnonzero(numbers)
    if not filled.size:
        return np.empty(0), np.empty(0)
    buckets = np.arange(max(filled[0] - 1, 0), filled[-1] + 1)
    share = np.cumsum(numbers)[buckets] / numbers.sum()
    return _UNIT_S * _GROWTH**buckets, share
