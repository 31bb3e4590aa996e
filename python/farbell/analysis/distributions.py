"""Quantiles of the few distributions that confidence intervals need."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np


def _student_t_cdf(t: float, degrees_of_freedom: int) -> float:
    """Closed form for integer degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(degrees_of_freedom))
    cosine = math.cos(angle)
    odd = degrees_of_freedom % 2
    term = cosine if odd else 1.0
    total = term if degrees_of_freedom > 1 else 0.0
    for k in range(3 if odd else 2, degrees_of_freedom - 1, 2):
        term *= (k - 1) / k * cosine**2
        total += term
    within = 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
    return (1 + within) / 2


def _solve(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function is zero."""
    while rising(high) < 0:
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


@lru_cache(maxsize=1024)
def student_t_quantile(probability: float, degrees_of_freedom: int) -> float:
    """Quantile above the median of Student's t."""
    if degrees_of_freedom > 1000:
        from statistics import NormalDist

        z = NormalDist().inv_cdf(probability)
        return z + (z**3 + z) / (4 * degrees_of_freedom)
    return _solve(lambda t: _student_t_cdf(t, degrees_of_freedom) - probability, 0.0, 2.0)


def _gamma_cdf(x: float, shape: float) -> float:
    """Regularised lower incomplete gamma function by its power series."""
    if x <= 0:
        return 0.0
    term = math.exp(shape * math.log(x) - x - math.lgamma(shape + 1))
    total, k = term, shape
    while term > 1e-17 * total:
        k += 1
        term *= x / k
        total += term
    return total


@lru_cache(maxsize=1024)
def gamma_quantile(probability: float, shape: float) -> float:
    """Quantile of the gamma distribution of unit scale, for a shape of at most a few hundred."""
    return _solve(lambda x: _gamma_cdf(x, shape) - probability, 0.0, max(1.0, 2 * shape))


def binomial_ranks(number: int, probability: float, tail: float) -> tuple[int, int]:
    """The largest r and the smallest s for which a binomial count is below r, and at least s, with a probability of at
    most `tail` each."""
    mode = int((number + 1) * probability)
    reach = 12 + int(12 * math.sqrt(number * probability * (1 - probability)))
    low, high = max(0, mode - reach), min(number, mode + reach)
    odds = probability / (1 - probability)
    above, below = np.arange(mode, high), np.arange(mode, low, -1)
    up = np.cumprod((number - above) / (above + 1) * odds)
    down = np.cumprod(below / (number - below + 1) / odds)
    weights = np.concatenate([down[::-1], [1.0], up])
    most = np.cumsum(weights) / weights.sum()
    return low + int(np.searchsorted(most, tail, "right")), low + int(np.searchsorted(most, 1 - tail, "left")) + 1
