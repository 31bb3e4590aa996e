"""Spectra of a qubit's angular frequency, and what a sequence of pulses lets through of them."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell._core import SpecError
from farbell._numbers import real, seconds
from farbell.decoupling.sequences import PulseSequence

__all__ = ["Lorentzian", "Noise", "OneOverF", "TabulatedNoise", "White", "positive_seconds"]

Array = npt.NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


def _positive(value: Any, what: str) -> float:
    number = real(value, what)
    if not (number > 0 and math.isfinite(number)):
        raise SpecError(what, repr(value), "a number above 0")
    return number


def positive_seconds(value: Any, what: str) -> float:
    number = seconds(value, what)
    if not number > 0:
        raise SpecError(what, repr(value), "a time above 0")
    return number


class Noise(ABC):
    """The spectrum of a qubit's angular frequency. Noises of independent sources are added with ``+``.

    Examples
    --------
    >>> import farbell as fb
    >>> noise = fb.decoupling.White(2.0) + fb.decoupling.Lorentzian(rms_rad_per_s=10, correlation_s=1)
    >>> noise.spectrum([0, 1]).tolist()
    [202.0, 102.0]
    """

    @abstractmethod
    def spectrum(self, omega_rad_per_s: npt.ArrayLike) -> Array:
        """S(w) in rad^2/s, at each angular frequency."""

    @property
    def band_rad_per_s(self) -> tuple[float, float]:
        """Angular frequencies between which there is noise."""
        return 0.0, math.inf

    @property
    def knees_rad_per_s(self) -> tuple[float, ...]:
        """Angular frequencies at which the spectrum changes its slope, rising."""
        return ()

    def chi(self, sequence: PulseSequence, time_s: float) -> float:
        """-ln of the coherence that is left after a time."""
        return _filtered(self, sequence, time_s)

    def __add__(self, other: Noise) -> Noise:
        if not isinstance(other, Noise):
            return NotImplemented
        return _Sum((*_parts(self), *_parts(other)))


@dataclass(frozen=True)
class White(Noise):
    """The same noise at all frequencies: coherence falls as ``exp(-density t / 2)``, whatever the pulses.

    Parameters
    ----------
    density : float
        S in rad^2/s. ``density = 2 / T2``.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.decoupling.decouple(fb.decoupling.cpmg(8), fb.decoupling.White(2.0)).t2_s
    1.0
    """

    density: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "density", _positive(self.density, "density"))

    def spectrum(self, omega_rad_per_s: npt.ArrayLike) -> Array:
        return np.full(np.shape(omega_rad_per_s), self.density)

    def chi(self, sequence: PulseSequence, time_s: float) -> float:
        return self.density * time_s / 2  # phases of times without memory: signs do not matter


@dataclass(frozen=True)
class Lorentzian(Noise):
    """Ornstein-Uhlenbeck noise: ``S(w) = 2 b^2 tau / (1 + (w tau)^2)``, correlation ``b^2 exp(-|t|/tau)``.

    Parameters
    ----------
    rms_rad_per_s : float
        Standard deviation b of the angular frequency.
    correlation_s : float or str
        Correlation time tau.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.decoupling.Lorentzian(rms_rad_per_s=10, correlation_s="1 s").spectrum(1.0)
    array(100.)
    """

    rms_rad_per_s: float
    correlation_s: float

    def __init__(self, *, rms_rad_per_s: float, correlation_s: float | str) -> None:
        object.__setattr__(self, "rms_rad_per_s", _positive(rms_rad_per_s, "rms_rad_per_s"))
        object.__setattr__(self, "correlation_s", positive_seconds(correlation_s, "correlation_s"))

    def spectrum(self, omega_rad_per_s: npt.ArrayLike) -> Array:
        turned = np.asarray(omega_rad_per_s, dtype=float) * self.correlation_s
        return np.asarray(2 * self.rms_rad_per_s**2 * self.correlation_s / (1 + turned**2))

    @property
    def knees_rad_per_s(self) -> tuple[float, ...]:
        return (1 / self.correlation_s,)


@dataclass(frozen=True)
class OneOverF(Noise):
    """``S(w)`` proportional to ``1/w^exponent`` between two angular frequencies, nothing outside.

    Parameters
    ----------
    rms_rad_per_s : float
        Standard deviation b of the angular frequency: ``b^2 = integral of S(w)/pi dw`` over the band.
    low_rad_per_s, high_rad_per_s : float
        The band. The low end is the inverse of the time since the frequency was last calibrated.
    exponent : float, default 1

    Examples
    --------
    >>> import farbell as fb
    >>> flicker = fb.decoupling.OneOverF(rms_rad_per_s=1e4, low_rad_per_s=1, high_rad_per_s=1e7)
    >>> bool(abs(flicker.spectrum(100) / flicker.spectrum(1000) - 10) < 1e-12)
    True
    """

    rms_rad_per_s: float
    low_rad_per_s: float
    high_rad_per_s: float
    exponent: float = 1.0

    def __init__(self, *, rms_rad_per_s: float, low_rad_per_s: float, high_rad_per_s: float, exponent: float = 1.0) -> None:
        object.__setattr__(self, "rms_rad_per_s", _positive(rms_rad_per_s, "rms_rad_per_s"))
        object.__setattr__(self, "low_rad_per_s", _positive(low_rad_per_s, "low_rad_per_s"))
        object.__setattr__(self, "high_rad_per_s", _positive(high_rad_per_s, "high_rad_per_s"))
        object.__setattr__(self, "exponent", _positive(exponent, "exponent"))
        if not self.high_rad_per_s > self.low_rad_per_s:
            raise SpecError("high_rad_per_s", repr(high_rad_per_s), f"above low_rad_per_s, {self.low_rad_per_s:g}")

    @cached_property
    def _at_low(self) -> float:
        """S at the low end."""
        ratio, power = self.high_rad_per_s / self.low_rad_per_s, 1 - self.exponent
        area = math.log(ratio) if power == 0 else math.expm1(power * math.log(ratio)) / power
        return math.pi * self.rms_rad_per_s**2 / (self.low_rad_per_s * area)

    def spectrum(self, omega_rad_per_s: npt.ArrayLike) -> Array:
        omega = np.asarray(omega_rad_per_s, dtype=float)
        inside = (omega >= self.low_rad_per_s) & (omega <= self.high_rad_per_s)
        power = np.where(inside, omega, self.low_rad_per_s) / self.low_rad_per_s
        return np.where(inside, self._at_low * power**-self.exponent, 0.0)

    @property
    def band_rad_per_s(self) -> tuple[float, float]:
        return self.low_rad_per_s, self.high_rad_per_s


@dataclass(frozen=True)
class TabulatedNoise(Noise):
    """A measured spectrum: a power law between each two points, nothing outside of them.

    Parameters
    ----------
    omega_rad_per_s : sequence of float
        Angular frequencies, rising, above 0; two or more.
    density : sequence of float
        S at each, in rad^2/s, above 0.

    Examples
    --------
    >>> import farbell as fb
    >>> measured = fb.decoupling.TabulatedNoise(omega_rad_per_s=[1, 100, 1e4], density=[50, 0.5, 0.5])
    >>> measured.spectrum([10, 1e3, 1e5]).round(9).tolist()
    [5.0, 0.5, 0.0]
    """

    omega_rad_per_s: tuple[float, ...]
    density: tuple[float, ...]

    def __init__(self, *, omega_rad_per_s: Sequence[float], density: Sequence[float]) -> None:
        omega = tuple(_positive(w, f"omega_rad_per_s/{i}") for i, w in enumerate(omega_rad_per_s))
        if len(omega) < 2:
            raise SpecError("omega_rad_per_s", f"{len(omega)} numbers", "two or more")
        for i in range(1, len(omega)):
            if not omega[i] > omega[i - 1]:
                raise SpecError(f"omega_rad_per_s/{i}", f"{omega[i]:g}", f"above the one before, {omega[i - 1]:g}")
        if len(density) != len(omega):
            raise SpecError("density", f"{len(density)} numbers", f"{len(omega)}, one for each of omega_rad_per_s")
        object.__setattr__(self, "omega_rad_per_s", omega)
        object.__setattr__(self, "density", tuple(_positive(s, f"density/{i}") for i, s in enumerate(density)))

    def spectrum(self, omega_rad_per_s: npt.ArrayLike) -> Array:
        omega = np.asarray(omega_rad_per_s, dtype=float)
        low, high = self.band_rad_per_s
        inside = (omega >= low) & (omega <= high)
        logs = np.interp(np.log(np.where(inside, omega, low)), np.log(self.omega_rad_per_s), np.log(self.density))
        return np.where(inside, np.exp(logs), 0.0)

    @property
    def band_rad_per_s(self) -> tuple[float, float]:
        return self.omega_rad_per_s[0], self.omega_rad_per_s[-1]

    @property
    def knees_rad_per_s(self) -> tuple[float, ...]:
        return self.omega_rad_per_s[1:-1]


@dataclass(frozen=True)
class _Sum(Noise):
    parts: tuple[Noise, ...]

    def spectrum(self, omega_rad_per_s: npt.ArrayLike) -> Array:
        return np.asarray(sum(part.spectrum(omega_rad_per_s) for part in self.parts))

    def chi(self, sequence: PulseSequence, time_s: float) -> float:
        return sum(part.chi(sequence, time_s) for part in self.parts)


def _parts(noise: Noise) -> tuple[Noise, ...]:
    return noise.parts if isinstance(noise, _Sum) else (noise,)


def _panels(edges: Array, of: Callable[[Array], Array]) -> float:
    """The integral over panels, by Gauss and Legendre on each."""
    half, middle = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    return float(np.sum(half * _WEIGHTS * of(middle + half * _NODES)))


def _edges(start: float, first: float, stop: float, knees: Sequence[float]) -> Array:
    """Of panels from `start` on, the first up to `first`, each then at most twice as far as the one before and 2 pi long."""
    doubled = [first]
    while doubled[-1] < min(2 * math.pi, stop):
        doubled.append(2 * doubled[-1])
    rest = np.arange(doubled[-1] + 2 * math.pi, stop, 2 * math.pi)
    inner = np.concatenate([doubled, rest, knees])
    return np.concatenate([[start], np.unique(inner[(inner > start) & (inner < stop)]), [stop]])


def _filtered(noise: Noise, sequence: PulseSequence, time_s: float) -> float:
    """The integral of chi over ``z = w t``: panels of a period of F, over many repetitions of its harmonics; from there on
    with the mean of F, 1 + 2 n."""
    low, high = (w * time_s for w in noise.band_rad_per_s)
    knees = [w * time_s for w in noise.knees_rad_per_s]
    n = max(sequence.pulses, 1)
    end = min(high, 4 * math.pi * n * max(5, min(25, 800 // n)))

    def resolved(z: Array) -> Array:
        return noise.spectrum(z / time_s) * sequence.filter(z) / z**2

    # From 0 on the integrand is smooth up to where the spectrum or the filter changes.
    first = 2 * low if low > 0 else min([1.0, *knees]) / 2
    total = _panels(_edges(low, first, end, knees), resolved) if low < end else 0.0
    start = max(low, end)
    if start < high:
        # In u = 1/z, in which the tail ends at 0.
        bends = [k for k in knees if k > start]
        last = high if math.isfinite(high) else 100 * max([start, *bends])
        count = max(2, math.ceil(math.log2(last / start)) + 1)
        ends = np.unique(np.concatenate([np.geomspace(start, last, count)[:-1], bends, [last]]))
        inverse = np.concatenate([[1 / high if math.isfinite(high) else 0.0], 1 / ends[::-1][0 if math.isinf(high) else 1 :]])
        mean = 1 + 2 * sequence.pulses
        total += mean * _panels(inverse, lambda u: noise.spectrum(1 / (u * time_s)))
    return total * time_s / math.pi
