"""What better hardware is: one factor for parameters of every kind. docs/physics/requirements.md"""

from __future__ import annotations

import math

from farbell._core import SpecError

#: The value that nothing can better, by convention; a time constant has none.
BEST = {"probability": 1.0, "rate": 0.0, "phase_deviation": 0.0}


def improved_value(value: float, improvement: str, factor: float) -> float:
    """A parameter that has become better by a factor.

    Parameters
    ----------
    value : float
        What it is.
    improvement : str
        ``probability`` (of no error): ``value ** (1 / factor)``; ``time_constant``: ``factor`` times as long; ``rate`` (of
        errors, dark counts): divided by ``factor``; ``phase_deviation``: divided by its square root.
    factor : float
        1 = as it is; 2 = twice as good; below 1: worse.

    Examples
    --------
    >>> from farbell.design import improved_value
    >>> improved_value(0.25, "probability", 2), improved_value(0.5, "time_constant", 4), improved_value(10.0, "rate", 5)
    (0.5, 2.0, 2.0)
    """
    if improvement == "probability":
        return float(value ** (1 / factor))
    if improvement == "time_constant":
        return value * factor
    if improvement == "rate":
        return value / factor
    if improvement == "phase_deviation":
        return value / math.sqrt(factor)
    raise SpecError("improvement", repr(improvement), "probability, time_constant, rate or phase_deviation")
