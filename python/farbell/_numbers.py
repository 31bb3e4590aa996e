"""Numbers and arrays that callers give, taken as what they should be or refused by the name of their argument."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell import _core
from farbell._core import SpecError


def whole(value: Any, what: str) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise SpecError(what, repr(value), "a whole number") from None


def flag(value: Any, what: str) -> bool:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise SpecError(what, repr(value), "True or False")


def real(value: Any, what: str) -> float:
    try:
        if not isinstance(value, (bool, np.bool_, str)):
            return float(value)
    except (TypeError, ValueError):
        pass
    raise SpecError(what, repr(value), "a number")


def seconds(value: Any, what: str) -> float:
    """Of a number or a text with a unit."""
    return _with_unit(_core.seconds, value, what)


def hertz(value: Any, what: str) -> float:
    """Of a number or a text with a unit."""
    return _with_unit(_core.hertz, value, what)


def _with_unit(parse: Callable[[float | str], float], value: Any, what: str) -> float:
    try:
        return parse(value if isinstance(value, str) else real(value, what))
    except SpecError as error:
        raise SpecError(what, error.found, error.allowed, error.nearest) from None


def complex_array(value: Any, what: str) -> npt.NDArray[np.complex128]:
    try:
        return np.array(value, dtype=np.complex128)
    except (TypeError, ValueError):
        raise SpecError(
            what, f"a value of type {type(value).__name__} that is no array of numbers", "numbers, in rows of one length"
        ) from None
