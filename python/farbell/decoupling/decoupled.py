"""What a qubit keeps of its coherence under noise and pulses, as the law of a memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from farbell._core import Memory, SpecError
from farbell._numbers import real, seconds, whole
from farbell.decoupling.sequences import PulseSequence
from farbell.decoupling.spectra import Noise, positive_seconds

__all__ = ["Decoupled", "StretchedFit", "by_points", "decouple", "taken_noise", "taken_reliability"]

Array = npt.NDArray[np.float64]

#: Times beyond which nobody looks for a 1/e time.
_SHORTEST_S, _LONGEST_S = 1e-18, 1e12
#: Coherence at which the table of a law ends.
_LAST_COHERENCE = 1e-3
#: By how much rounding may let -ln C fall.
_SLACK = 1e-9


@dataclass(frozen=True)
class StretchedFit:
    """The law ``exp(-(t/T2)^n)`` nearest to a coherence, and how far it is.

    Attributes
    ----------
    t2_s, exponent : float
        T2 in seconds, and n.
    largest_error : float
        The largest difference of the coherences, from 0 to where 0.1 % is left.

    Examples
    --------
    >>> import farbell as fb
    >>> slow = fb.decoupling.Lorentzian(rms_rad_per_s=2e3, correlation_s="1 s")
    >>> fit = fb.decoupling.decouple(fb.decoupling.hahn_echo(), slow).stretched()
    >>> round(fit.exponent, 1), fit.largest_error < 0.01
    (3.0, True)
    """

    t2_s: float
    exponent: float
    largest_error: float


@dataclass(frozen=True)
class Decoupled:
    """A qubit under noise and a sequence of pulses, as :func:`decouple` makes it.

    Examples
    --------
    >>> import farbell as fb
    >>> kept = fb.decoupling.decouple(fb.decoupling.hahn_echo(), fb.decoupling.White(2.0), pulse_reliability=0.99)
    >>> kept.coherence([0.5, 1]).round(4).tolist()
    [0.6005, 0.3642]
    """

    sequence: PulseSequence
    noise: Noise
    pulse_reliability: float = 1.0

    def loss(self, times_s: npt.ArrayLike | str) -> Array:
        """-ln of the coherence after each time, in seconds: chi, and what the pulses cost."""
        times = _times_given(times_s)
        if not np.all((times >= 0) & np.isfinite(times)):
            raise SpecError(
                "times_s", f"a time of {times.ravel()[~(times.ravel() >= 0) | np.isinf(times.ravel())][0]:g} s", "0 or more"
            )
        chi = [self.noise.chi(self.sequence, float(t)) if t > 0 else 0.0 for t in times.ravel()]
        return np.reshape(chi, times.shape) + self._pulse_loss

    def coherence(self, times_s: npt.ArrayLike | str) -> Array:
        """What is left of the coherence after each time, in seconds."""
        return np.asarray(np.exp(-self.loss(times_s)))

    @property
    def _pulse_loss(self) -> float:
        return -self.sequence.pulses * math.log(self.pulse_reliability)

    @cached_property
    def t2_s(self) -> float:
        """When the coherence is down to 1/e, in seconds; infinite if it never is.

        Raises
        ------
        SpecError
            If the errors of the pulses alone cost more.
        """
        return self._when(1.0)

    def _when(self, loss: float) -> float:
        wanted = loss - self._pulse_loss
        if wanted <= 0:
            raise SpecError(
                "pulse_reliability", f"{self.pulse_reliability:g}, to the power {self.sequence.pulses}",
                f"enough for a coherence of {math.exp(-loss):.2g} after all pulses",
            )  # fmt: skip

        def over(at: float) -> float:
            chi = self.noise.chi(self.sequence, math.exp(at))
            return math.log(chi / wanted) if chi > 0 else -700.0

        # ln chi is nearly straight over ln t: the step to its root is bracketed, then found by the Illinois method.
        left = right = 0.0
        f_left = f_right = over(0.0)
        while f_left > 0:
            right, f_right = left, f_left
            left -= 1.0
            f_left = over(left)
            if left < math.log(_SHORTEST_S):
                return 0.0
        while f_right < 0:
            left, f_left = right, f_right
            right += 1.0
            if right > math.log(_LONGEST_S):
                return math.inf
            f_right = over(right)
        for _ in range(100):
            if f_right == f_left or right - left < 1e-14:
                break
            middle = (left * f_right - right * f_left) / (f_right - f_left)
            f = over(middle)
            if abs(f) < 1e-12:
                return math.exp(middle)
            if f > 0:
                right, f_right, f_left = middle, f, f_left / 2
            else:
                left, f_left, f_right = middle, f, f_right / 2
        return math.exp(right if f_left else left)

    def _times(self, points: int, until_s: float | str | None) -> Array:
        if until_s is not None:
            until = positive_seconds(until_s, "until_s")
        else:
            until = self._when(-math.log(_LAST_COHERENCE))
            if math.isinf(until):
                raise SpecError("until_s", "None", f"a time, as the coherence never falls to {_LAST_COHERENCE:g}")
        return np.linspace(0, until, points + 1)[1:]

    def stretched(self, *, points: int = 100, until_s: float | str | None = None) -> StretchedFit:
        """The nearest law ``exp(-(t/T2)^n)``: least squares of ``ln(-ln C)``, weighted by how much of it shows in C.

        Parameters
        ----------
        points : int, default 100
            At so many times, evenly from 0.
        until_s : float or str, optional
            To this time; else to where a thousandth of the coherence is left.
        """
        times = self._times(_points(points), until_s)
        loss = self.loss(times)
        shown = loss * np.exp(-loss)
        used = shown > 0
        slope, start = np.polyfit(np.log(times[used]), np.log(loss[used]), 1, w=shown[used])
        t2_s, exponent = math.exp(-start / slope), float(slope)
        error = np.abs(np.exp(-((times / t2_s) ** exponent)) - np.exp(-loss))
        return StretchedFit(t2_s, exponent, float(error.max()))

    def memory(
        self,
        memory: Memory,
        *,
        law: Literal["tabulated", "stretched"] = "tabulated",
        points: int = 200,
        until_s: float | str | None = None,
        beyond: Literal["exponential", "nothing"] = "exponential",
        largest_error: float = 0.01,
    ) -> Memory:
        """A memory that loses coherence by this law; all else of it stays, T1 and further dephasing too.

        Parameters
        ----------
        memory : Memory
            Whose law is replaced.
        law : {"tabulated", "stretched"}
            The coherence at `points` times, or the nearest stretched law.
        points : int, default 200
        until_s : float or str, optional
            The last of the times; else where a thousandth of the coherence is left.
        beyond : {"exponential", "nothing"}
            What a tabulated law says beyond its last point.
        largest_error : float, default 0.01
            The most by which a stretched law may differ.

        Raises
        ------
        SpecError
            If the coherence comes back with time, which no law of a memory tells; or a stretched law is too far from it.

        Examples
        --------
        >>> import farbell as fb
        >>> slow = fb.decoupling.Lorentzian(rms_rad_per_s=2e3, correlation_s="1 s")
        >>> kept = fb.decoupling.decouple(fb.decoupling.hahn_echo(), slow)
        >>> memory = kept.memory(fb.Memory(name="nv", t1_s="1 h"), law="stretched")
        >>> memory.t2_law, round(memory.t2_s, 4), round(memory.t2_exponent, 1)
        ('stretched', 0.0145, 3.0)
        """
        if law == "stretched":
            fit = self.stretched(points=points, until_s=until_s)
            if fit.largest_error > largest_error:
                raise SpecError(
                    "law", f'"stretched", which is up to {fit.largest_error:.3g} away from the coherence',
                    f'at most largest_error = {largest_error:g} away; or "tabulated"',
                )  # fmt: skip
            return memory.replace(
                t2_law=law, t2_s=fit.t2_s, t2_exponent=fit.exponent, coherence_times_s=[], coherences=[], coherence_beyond=None
            )
        if law != "tabulated":
            raise SpecError("law", repr(law), '"tabulated" or "stretched"')
        times = self._times(_points(points), until_s)
        return by_points(memory, times, self.loss(times), beyond)


def _times_given(times_s: Any) -> Array:
    if isinstance(times_s, str):
        return np.asarray(seconds(times_s, "times_s"))
    try:
        return np.asarray(times_s, dtype=float)
    except (TypeError, ValueError):
        raise SpecError("times_s", repr(times_s), "a time, or an array of seconds") from None


def by_points(memory: Memory, times: Array, loss: Array, beyond: Literal["exponential", "nothing"]) -> Memory:
    """The memory with a tabulated law, from -ln of the coherence at times in seconds."""
    back = np.flatnonzero(np.diff(loss) < -_SLACK)
    if back.size:
        raise SpecError(
            "noise", f"coherence that comes back after {times[back[0]]:.4g} s", "coherence that only falls: shorten until_s"
        )
    return memory.replace(
        t2_law="tabulated", t2_s=None, t2_exponent=None, coherence_times_s=times.tolist(),
        coherences=np.exp(-np.maximum.accumulate(np.maximum(loss, 0))).tolist(), coherence_beyond=beyond,
    )  # fmt: skip


def taken_reliability(value: Any) -> float:
    reliability = real(value, "pulse_reliability")
    if not 0 < reliability <= 1:
        raise SpecError("pulse_reliability", repr(value), "above 0, at most 1")
    return reliability


def taken_noise(value: Any) -> Noise:
    if not isinstance(value, Noise):
        raise SpecError("noise", repr(value), "a Noise, such as fb.decoupling.White(2.0)")
    return value


def _points(value: Any) -> int:
    n = whole(value, "points")
    if n < 2:
        raise SpecError("points", repr(value), "two or more")
    return n


def decouple(sequence: PulseSequence, noise: Noise, *, pulse_reliability: float = 1.0) -> Decoupled:
    """What a qubit keeps of its coherence under noise and a sequence of pulses.

    Parameters
    ----------
    sequence : PulseSequence
        The pulses, spread over the whole time that the qubit waits.
    noise : Noise
        Of the qubit's frequency.
    pulse_reliability : float, default 1
        Each pulse leaves so much of the coherence, above 0: it depolarises the qubit with probability
        ``1 - pulse_reliability``, as a gate of a memory with that ``single_qubit_gate_reliability``, such as
        :meth:`farbell.pulses.Pulse.gate` gives.

    Examples
    --------
    >>> import farbell as fb
    >>> flicker = fb.decoupling.OneOverF(rms_rad_per_s=1e4, low_rad_per_s=1, high_rad_per_s=1e7)
    >>> few, many = (fb.decoupling.decouple(fb.decoupling.xy8(k), flicker, pulse_reliability=0.9995) for k in (1, 16))
    >>> many.t2_s > 3 * few.t2_s
    True
    """
    if not isinstance(sequence, PulseSequence):
        raise SpecError("sequence", repr(sequence), "a PulseSequence, such as fb.decoupling.cpmg(8)")
    return Decoupled(sequence, taken_noise(noise), taken_reliability(pulse_reliability))
