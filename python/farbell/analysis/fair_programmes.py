"""Who gets how much of shared limits, where everyone takes of few of them. See docs/physics/fair_rates.md.

In all that follows there is 1 of each limit, and everyone alone could have a rate of 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["ROUNDING", "max_min", "proportional"]

# Numbers; what numpy says of their precision is of no use here.
Vector = npt.NDArray[Any]

#: What is less than this share of a limit is rounding.
ROUNDING = 1e-9
_GAP = 1e-13
_MOST_STEPS = 200
# How much of the gap each step leaves, and how much of the way to where something would be negative it goes.
_LEFT, _WAY = 0.1, 0.99
# Loads from which a limit is looked at: those of a guess, and those of rates that are fair but for limits not looked at.
_GUESSED, _NEAR = 0.8, 0.9


class _Shares:
    """What a unit of each rate (columns) takes of each limit (rows), without the zeros."""

    def __init__(self, matrix: Vector) -> None:
        self.limits, self.rates = matrix.shape
        self.column, self.row = np.nonzero(matrix.T)
        self.value = matrix[self.row, self.column]

    def load(self, rates: Vector) -> Vector:
        return np.bincount(self.row, self.value * rates[self.column], minlength=self.limits)

    def cost(self, price: Vector) -> Vector:
        return np.bincount(self.column, self.value * price[self.row], minlength=self.rates)


class _Coupled:
    """``shares @ diag(d) @ shares.T``, by the pairs of limits of which one takes."""

    def __init__(self, shares: _Shares) -> None:
        each = np.bincount(shares.column, minlength=shares.rates)
        first = np.cumsum(each) - each
        others = each[shares.column]
        one = np.repeat(np.arange(len(shares.column)), others)
        other = first[shares.column[one]] + np.arange(len(one)) - np.repeat(np.cumsum(others) - others, others)
        self._limits = shares.limits
        self._where = shares.row[one] * shares.limits + shares.row[other]
        self._column = shares.column[one]
        self._value = shares.value[one] * shares.value[other]

    def __call__(self, d: Vector) -> Vector:
        flat = np.bincount(self._where, self._value * d[self._column], minlength=self._limits**2)
        return flat.reshape(self._limits, self._limits)


def max_min(matrix: Vector, weight: Vector) -> Vector:
    """All grow by their weights; whoever takes of what is full has its rate."""
    shares = _Shares(matrix)
    rates = np.zeros(len(weight))
    grows = np.ones(len(weight), dtype=bool)
    left = np.ones(shares.limits)
    while grows.any():
        taken = shares.load(weight * grows)
        times = np.divide(left, taken, out=np.full(shares.limits, np.inf), where=taken > 0)
        step = times.min()
        rates[grows] += weight[grows] * step
        left = np.maximum(left - taken * step, 0.0)
        full = times <= step * (1 + ROUNDING)
        grows[shares.column[full[shares.row]]] = False
    return rates


def proportional(matrix: Vector, weight: Vector) -> Vector:
    """Of the limits that some take of together only those count that can be reached, and of these few are: more are looked at
    until none of the others is exceeded."""
    weight = weight / weight.sum()
    together = matrix[((matrix > 0).sum(axis=1) > 1) & (matrix.sum(axis=1) > 1)]
    load = _Shares(together).load(_guess(_Shares(together), weight))
    counts = load > _GUESSED
    while True:
        rates = _fair_within(_Shares(together[counts]), weight) if counts.any() else np.ones(len(weight))
        load = _Shares(together).load(rates)
        if not (load[~counts] > 1 + _GAP).any():
            return rates
        counts |= load > _NEAR


def _guess(shares: _Shares, weight: Vector) -> Vector:
    """Rates within the limits: each gets its weight's share of the limit at which that is least."""
    level = np.full(shares.rates, np.inf)
    np.minimum.at(level, shares.column, 1 / shares.load(weight)[shares.row])
    guess: Vector = np.minimum(weight * level, 1.0)
    return guess


def _fair_within(shares: _Shares, weight: Vector) -> Vector:
    """Newton's method on ``weight / r = cost of what r takes`` and ``price * slack = mu``, for smaller and smaller mu.

    A rate of more than 1 nobody can have: that is a limit of each, with a price (`own`) and a slack (`room`). What is solved
    for in a step are the changes of the prices of the limits; all else follows one by one.
    """
    coupled = _Coupled(shares)
    diagonal = np.diag_indices(shares.limits)
    rates = 0.5 * _guess(shares, weight)
    slack, room = 1 - shares.load(rates), 1 - rates
    price = 1 / slack
    price *= 0.5 / (shares.cost(price) * rates / weight).max()
    own = weight / rates - shares.cost(price)
    for _ in range(_MOST_STEPS):
        gap = float(price @ slack + own @ room)
        unpriced = weight / rates - shares.cost(price) - own
        if gap < _GAP and (np.abs(unpriced) * rates).max() < _GAP**0.5 * weight.min():
            return rates
        mu = _LEFT * gap / (len(slack) + len(room))
        curvature = weight / rates**2 + own / room
        wanted = weight / rates - shares.cost(mu / slack) - mu / room
        system = coupled(1 / curvature)
        system[diagonal] += slack / price
        dearer = np.linalg.solve(system, shares.load(wanted / curvature))
        change = (wanted - shares.cost(dearer)) / curvature
        steps = (
            (rates, change),
            (slack, -shares.load(change)),
            (room, -change),
            (price, mu / slack - price + dearer),
            (own, mu / room - own + own / room * change),
        )
        step = 1.0
        for value, direction in steps:
            falls = direction < 0
            if falls.any():
                step = min(step, _WAY * float((-value[falls] / direction[falls]).min()))
        rates, slack, room, price, own = (value + step * direction for value, direction in steps)
    raise ArithmeticError(f"no fair rates after {_MOST_STEPS} steps; a gap of {gap:.2g} is left")
