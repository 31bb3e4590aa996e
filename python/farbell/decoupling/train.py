"""Pulses at a fixed distance, for as long as a qubit waits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from farbell._core import Memory, SpecError
from farbell._numbers import whole
from farbell.decoupling.decoupled import by_points, taken_noise, taken_reliability
from farbell.decoupling.sequences import cpmg
from farbell.decoupling.spectra import Noise, positive_seconds

__all__ = ["PulseTrain", "decouple_every"]

Array = npt.NDArray[np.float64]

#: -ln of the coherence at which the table of a law ends.
_LAST_LOSS = math.log(1000)
#: Pulses at which it ends otherwise: the loss has long been steady, unless the noise remembers for longer than all of them.
_LAST_PULSES = 1024


@dataclass(frozen=True)
class PulseTrain:
    """A qubit with pulses at a fixed distance, as :func:`decouple_every` makes it.

    Examples
    --------
    >>> import farbell as fb
    >>> train = fb.decoupling.decouple_every("1 ms", fb.decoupling.White(2.0), pulse_reliability=0.99)
    >>> round(train.coherence_after(100), 4) == round(0.99**100 * 2.718281828**-0.1, 4)
    True
    """

    spacing_s: float
    noise: Noise
    pulse_reliability: float = 1.0

    def coherence_after(self, pulses: int) -> float:
        """What is left at the echo that follows so many pulses, 1 to 4096: after that many times the spacing."""
        return math.exp(-self._loss(whole(pulses, "pulses")))

    def _loss(self, pulses: int) -> float:
        return self.noise.chi(cpmg(pulses), pulses * self.spacing_s) - pulses * math.log(self.pulse_reliability)

    @cached_property
    def _table(self) -> tuple[Array, Array]:
        """Echoes, ever further apart, and -ln of the coherence at each, until a thousandth is left or 1024 pulses are over."""
        echoes: list[int] = []
        losses: list[float] = []
        while not losses or losses[-1] < _LAST_LOSS:
            pulses = max(echoes[-1] + 1, echoes[-1] * 4 // 3) if echoes else 1
            if pulses > _LAST_PULSES:
                break
            echoes.append(pulses)
            losses.append(self._loss(pulses))
        return np.array(echoes, dtype=float), np.array(losses)

    @cached_property
    def t2_s(self) -> float:
        """When the coherence is down to 1/e, in seconds: between echoes, and beyond 1024 pulses, at a steady rate of loss."""
        echoes, losses = (np.concatenate([[0.0], each]) for each in self._table)
        at = min(int(np.searchsorted(losses, 1.0)), len(losses) - 1)
        rate = (losses[at] - losses[at - 1]) / (echoes[at] - echoes[at - 1])
        if rate <= 0:
            return math.inf
        return float(echoes[at - 1] + (1 - losses[at - 1]) / rate) * self.spacing_s

    def memory(self, memory: Memory, *, beyond: Literal["exponential", "nothing"] = "exponential") -> Memory:
        """A memory that loses coherence as at the echoes; all else of it stays, T1 and further dephasing too.

        Parameters
        ----------
        memory : Memory
            Whose law is replaced, by a tabulated one.
        beyond : {"exponential", "nothing"}
            What it says beyond its last point, at 1024 pulses or where a thousandth is left.

        Examples
        --------
        >>> import farbell as fb
        >>> bath = fb.decoupling.Lorentzian(rms_rad_per_s=2e3, correlation_s="10 ms")
        >>> fb.decoupling.decouple_every("100 us", bath).memory(fb.Memory(name="nv")).t2_law
        'tabulated'
        """
        echoes, losses = self._table
        return by_points(memory, echoes * self.spacing_s, losses, beyond)


def decouple_every(spacing_s: float | str, noise: Noise, *, pulse_reliability: float = 1.0) -> PulseTrain:
    """What a qubit keeps of its coherence if a pulse comes at a fixed distance, for as long as it waits.

    The first comes after half the distance, and echoes stand midway between pulses: after k pulses that is ``cpmg(k)`` over k
    distances. It is what a memory does that does not know for how long it will wait; coherence between echoes is not told.

    Parameters
    ----------
    spacing_s : float or str
        Time from pulse to pulse.
    noise : Noise
        Of the qubit's frequency.
    pulse_reliability : float, default 1
        What each pulse leaves of the coherence, as of :func:`decouple`.

    Examples
    --------
    >>> import farbell as fb
    >>> bath = fb.decoupling.Lorentzian(rms_rad_per_s=2e3, correlation_s="10 ms")
    >>> [round(fb.decoupling.decouple_every(d, bath, pulse_reliability=0.999).t2_s, 3) for d in ("1 ms", "100 us", "10 us")]
    [0.029, 0.097, 0.01]
    """
    spacing = positive_seconds(spacing_s, "spacing_s")
    if math.isinf(spacing):
        raise SpecError("spacing_s", repr(spacing_s), "a finite time")
    return PulseTrain(spacing, taken_noise(noise), taken_reliability(pulse_reliability))
