"""Sequences of pi pulses, and the filter function of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell._core import SpecError
from farbell._numbers import real, whole

__all__ = ["PulseSequence", "cpmg", "free_induction", "hahn_echo", "uhrig", "xy8"]

Array = npt.NDArray[np.float64]

#: Most pulses of a sequence: evenly spaced, and placed freely (whose filter functions are sums over pulses).
MOST_PULSES, MOST_FREE_PULSES = 4096, 128


@dataclass(frozen=True)
class PulseSequence:
    """When pi pulses come, as shares of the time that they are spread over.

    Parameters
    ----------
    at : sequence of float
        Shares between 0 and 1, rising; empty for none.
    name : str

    Examples
    --------
    >>> import farbell as fb
    >>> echo = fb.decoupling.PulseSequence(at=[0.5], name="my echo")
    >>> round(float(echo.filter(2 * 3.141592653589793)), 6)
    8.0
    """

    at: tuple[float, ...]
    name: str = field(default="", compare=False)

    def __init__(self, at: Sequence[float], name: str = "") -> None:
        places = tuple(real(share, f"at/{i}") for i, share in enumerate(at))
        for i, share in enumerate(places):
            before = places[i - 1] if i else 0.0
            if not before < share < 1:
                raise SpecError(f"at/{i}", f"{share:g}", f"above {before:g} and below 1")
        object.__setattr__(self, "at", places)
        object.__setattr__(self, "name", name)
        most = MOST_PULSES if self._even else MOST_FREE_PULSES
        if self.pulses > most:
            raise SpecError("at", f"{self.pulses} pulses", f"at most {most}")

    @property
    def pulses(self) -> int:
        """Their number."""
        return len(self.at)

    @cached_property
    def _even(self) -> bool:
        n = len(self.at)
        return bool(np.allclose(self.at, (np.arange(n) + 0.5) / max(n, 1), rtol=0, atol=1e-14))

    def filter(self, turned: npt.ArrayLike) -> Array:
        """The filter function F at ``w t``: half the square of ``|1 + (-1)^(n+1) e^(iwt) + 2 sum_k (-1)^k e^(i w t at_k)|``."""
        z = np.asarray(turned, dtype=float)
        n = self.pulses
        if n == 0:
            return np.asarray(2 * np.sin(z / 2) ** 2)
        if self._even:
            # 8 sin^4(z/4n) times sin^2(z/2) or cos^2(z/2) over cos^2(z/2n), for even and odd n, is written with the angle from
            # the next pole, where the quotient is n^2.
            off = z / (2 * n) - math.pi / 2
            off -= math.pi * np.round(off / math.pi)
            return np.asarray(8 * np.sin(z / (4 * n)) ** 4 * (n * np.sinc(n * off / math.pi) / np.sinc(off / math.pi)) ** 2)
        signs = 2.0 * (-1) ** np.arange(1, n + 1)
        total = 1 + (-1) ** (n + 1) * np.exp(1j * z)
        for sign, share in zip(signs, self.at, strict=True):
            total = total + sign * np.exp(1j * z * share)
        return np.asarray(np.abs(total) ** 2 / 2)


def _pulses(value: Any, what: str, times: int = 1) -> int:
    n = whole(value, what)
    if not 1 <= n * times <= MOST_PULSES:
        raise SpecError(what, repr(value), f"1 to {MOST_PULSES // times}")
    return n * times


def free_induction() -> PulseSequence:
    """No pulses: what T2* is measured with.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.decoupling.free_induction().pulses
    0
    """
    return PulseSequence((), "free induction")


def hahn_echo() -> PulseSequence:
    """One pulse, in the middle.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.decoupling.hahn_echo().at
    (0.5,)
    """
    return PulseSequence((0.5,), "Hahn echo")


def _evenly(n: int, name: str) -> PulseSequence:
    return PulseSequence(tuple((np.arange(n) + 0.5) / n), name)


def cpmg(pulses: int) -> PulseSequence:
    """Carr-Purcell-Meiboom-Gill: pulses about one axis, evenly spaced, with half a space at either end.

    Parameters
    ----------
    pulses : int
        How many, 1 to 4096.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.decoupling.cpmg(2).at
    (0.25, 0.75)
    """
    return _evenly(_pulses(pulses, "pulses"), f"CPMG-{pulses}")


def xy8(repeats: int) -> PulseSequence:
    """XY8: pulses about x, y, x, y, y, x, y, x, repeated. Against dephasing it filters as CPMG does.

    Parameters
    ----------
    repeats : int
        How often the eight pulses, 1 to 512.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.decoupling.xy8(2) == fb.decoupling.cpmg(16)
    True
    """
    return _evenly(_pulses(repeats, "repeats", 8), f"XY8-{repeats}")


def uhrig(pulses: int) -> PulseSequence:
    """Uhrig's sequence: pulse k of n at ``sin^2(pi k / (2 n + 2))``, for noise with a sharp upper end.

    Parameters
    ----------
    pulses : int
        How many, 1 to 128.

    References
    ----------
    G. S. Uhrig, Phys. Rev. Lett. 98, 100504 (2007).

    Examples
    --------
    >>> import farbell as fb
    >>> [round(share, 4) for share in fb.decoupling.uhrig(3).at]
    [0.1464, 0.5, 0.8536]
    """
    n = _pulses(pulses, "pulses")
    return PulseSequence(tuple(np.sin(math.pi * np.arange(1, n + 1) / (2 * n + 2)) ** 2), f"UDD-{n}")
