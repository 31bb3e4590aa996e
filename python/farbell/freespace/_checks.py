"""Numbers of free-space links, taken as what they should be or refused by the name of their field."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell._core import SpecError
from farbell._numbers import real
from farbell._numbers import seconds as any_seconds
from farbell.topology.network import parsed_length_m

Array = npt.NDArray[np.float64]


def within(value: Any, what: str, low: float, high: float, allowed: str, *, open_low: bool = False) -> float:
    number = real(value, what)
    if not (low < number if open_low else low <= number) or not number <= high:
        raise SpecError(what, f"{number!r}", allowed)
    return number


def metres(value: Any, what: str, *, least: float = 0.0) -> float:
    """A length above `least`, from a number or a text with a unit."""
    return within(
        parsed_length_m(value, what) if isinstance(value, str) else value,
        what,
        least,
        _LARGEST,
        f"a length above {least:g} m",
        open_low=True,
    )


def seconds(value: Any, what: str) -> float:
    """A time above 0, from a number or a text with a unit."""
    return within(any_seconds(value, what), what, 0, _LARGEST, "a time above 0 s", open_low=True)


def probability(value: Any, what: str) -> float:
    return within(value, what, 0, 1, "from 0 to 1")


def not_negative(value: Any, what: str) -> float:
    return within(value, what, 0, _LARGEST, "at least 0")


def positive(value: Any, what: str) -> float:
    return within(value, what, 0, _LARGEST, "above 0", open_low=True)


def array(values: Any, what: str, low: float, high: float, allowed: str) -> Array:
    """Numbers of any shape, all from low to high."""
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise SpecError(what, f"a value of type {type(values).__name__}", "a number, or an array of them") from None
    outside = ~((low <= numbers) & (numbers <= high))
    if outside.any():
        raise SpecError(what, f"{float(numbers[outside].flat[0])!r}", allowed)
    return numbers


def elevations(values: Any, what: str = "elevation_deg") -> Array:
    """Above the horizon: what is below it is not seen."""
    return array(values, what, 0, 90, "elevations from 0 to 90 degrees above the horizon")


def distances(values: Any, what: str = "distance_m") -> Array:
    return array(values, what, _SMALLEST, _LARGEST, "distances above 0 m")


_LARGEST = 1e300
_SMALLEST = math.nextafter(0, 1)


def set_field(self: Any, name: str, value: object) -> None:
    """A field of a frozen value, as read from what was given."""
    object.__setattr__(self, name, value)
