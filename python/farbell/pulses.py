"""Composite pulses: rotations of a qubit that a wrong amplitude or frequency of the drive spoils less.

A drive of Rabi frequency ``r`` (turns per second), at an angle phi in the plane, whose amplitude is wrong by the share eps
and whose frequency by the detuning, turns the qubit by ``H/h = r ((1 + eps)(cos(phi) X + sin(phi) Y) + f Z)/2``, with
``f = detuning / r``. See `docs/physics/composite_pulses.md`.

>>> import farbell as fb
>>> [round(1 - pulse(3.141592653589793).fidelity(amplitude_error=0.05), 6) for pulse in (fb.pulses.plain, fb.pulses.bb1)]
[0.004106, 0.0]
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from farbell import _core
from farbell._core import SpecError
from farbell._numbers import hertz, real

__all__ = ["Gate", "Pulse", "Segment", "bb1", "corpse", "plain"]

Matrix = npt.NDArray[np.complex128]

_I, _X, _Y, _Z = (_core.gate_matrix(p) for p in "ixyz")
#: Nodes for averages over normal distributions.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(31)


class Gate(TypedDict):
    """The fields of a memory that a pulse gives: ``memory.replace(**gate)``.

    Examples
    --------
    >>> import farbell as fb
    >>> gate: fb.pulses.Gate = fb.pulses.plain(3.141592653589793).gate(rabi_hz="1 MHz")
    >>> fb.Memory(name="ion").replace(**gate).single_qubit_gate_s
    5e-07
    """

    single_qubit_gate_reliability: float
    single_qubit_gate_s: float


@dataclass(frozen=True)
class Segment:
    """A part of a pulse: the angle that it turns by, and of its axis from x towards y; both in radians.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.pulses.corpse(3.141592653589793).segments[1].axis_rad == 3.141592653589793
    True
    """

    angle_rad: float
    axis_rad: float


def _finite(value: Any, what: str) -> float:
    number = real(value, what)
    if not math.isfinite(number):
        raise SpecError(what, repr(value), "a finite number")
    return number


def _spread(value: Any, what: str) -> float:
    number = _finite(value, what)
    if number < 0:
        raise SpecError(what, repr(value), "0 or more")
    return number


@dataclass(frozen=True)
class Pulse:
    """A rotation about x by some angle, made of segments that are driven one after another; from :func:`plain` and its like.

    Examples
    --------
    >>> import farbell as fb
    >>> pulse = fb.pulses.bb1(3.141592653589793)
    >>> pulse.name, len(pulse.segments), round(pulse.turns, 6)
    ('BB1', 5, 2.5)
    """

    name: str
    angle_rad: float
    segments: tuple[Segment, ...]

    @property
    def turns(self) -> float:
        """How many full turns of the drive it takes: its duration times the Rabi frequency."""
        return sum(s.angle_rad for s in self.segments) / (2 * math.pi)

    @property
    def ideal(self) -> Matrix:
        """The rotation that it stands for: ``exp(-i angle X / 2)``."""
        return np.asarray(math.cos(self.angle_rad / 2) * _I - 1j * math.sin(self.angle_rad / 2) * _X)

    def unitary(self, *, amplitude_error: float = 0.0, detuning: float = 0.0) -> Matrix:
        """What it does with a drive that is wrong.

        Parameters
        ----------
        amplitude_error : float, default 0
            The share eps by which the amplitude is too large.
        detuning : float, default 0
            Detuning over Rabi frequency.
        """
        eps, f = _finite(amplitude_error, "amplitude_error"), _finite(detuning, "detuning")
        total = _I
        for s in self.segments:
            axis = (1 + eps) * (math.cos(s.axis_rad) * _X + math.sin(s.axis_rad) * _Y) + f * _Z
            strength = math.hypot(1 + eps, f)
            half = s.angle_rad * strength / 2
            # sin(half) / strength, also where there is no drive at all.
            total = (math.cos(half) * _I - 1j * (s.angle_rad / 2) * np.sinc(half / math.pi) * axis) @ total
        return np.asarray(total)

    def fidelity(
        self, *, amplitude_error: float = 0.0, detuning: float = 0.0, amplitude_sigma: float = 0.0, detuning_sigma: float = 0.0
    ) -> float:
        """Entanglement fidelity ``|tr(U+ V)/2|^2`` with the rotation that was wanted; averaged over states ``(2 F + 1)/3``.

        Parameters
        ----------
        amplitude_error, detuning : float, default 0
            What is wrong, as of :meth:`unitary`.
        amplitude_sigma, detuning_sigma : float, default 0
            Their standard deviations, if they differ from one pulse to the next: the mean over normal distributions.

        Examples
        --------
        >>> import farbell as fb
        >>> pulse = fb.pulses.corpse(3.141592653589793)
        >>> round(pulse.fidelity(detuning=0.1), 6), round(pulse.fidelity(detuning_sigma=0.1), 6)
        (0.999622, 0.99889)
        """
        eps, f = _finite(amplitude_error, "amplitude_error"), _finite(detuning, "detuning")
        over_eps = _around(eps, _spread(amplitude_sigma, "amplitude_sigma"))
        over_f = _around(f, _spread(detuning_sigma, "detuning_sigma"))
        back = self.ideal.conj().T
        return math.fsum(
            w * v * abs(np.trace(back @ self.unitary(amplitude_error=e, detuning=d)) / 2) ** 2
            for e, w in over_eps
            for d, v in over_f
        )

    def gate(
        self,
        *,
        rabi_hz: float | str,
        amplitude_error: float = 0.0,
        detuning_hz: float | str = 0.0,
        amplitude_sigma: float = 0.0,
        detuning_sigma_hz: float | str = 0.0,
    ) -> Gate:
        """The duration, and the reliability of a depolarising gate of the same fidelity: ``p = (4 F - 1)/3``.

        Parameters
        ----------
        rabi_hz : float or str
            Rabi frequency: full turns per second.
        amplitude_error, amplitude_sigma : float, default 0
            The share by which the amplitude is wrong, and its standard deviation from pulse to pulse.
        detuning_hz, detuning_sigma_hz : float or str, default 0
            The same of the frequency of the drive.

        Raises
        ------
        SpecError
            If the fidelity is below 1/4, less than that of a qubit that is lost.

        Examples
        --------
        >>> import farbell as fb
        >>> gate = fb.pulses.corpse(3.141592653589793).gate(rabi_hz="10 MHz", detuning_sigma_hz="200 kHz")
        >>> memory = fb.Memory(name="nv", t2_s="1 s").replace(**gate)
        >>> round(memory.single_qubit_gate_reliability, 6), round(1e9 * memory.single_qubit_gate_s, 1)
        (0.999997, 216.7)
        """
        rabi = hertz(rabi_hz, "rabi_hz")
        if not (rabi > 0 and math.isfinite(rabi)):
            raise SpecError("rabi_hz", repr(rabi_hz), "a frequency above 0")
        fidelity = self.fidelity(
            amplitude_error=amplitude_error,
            detuning=hertz(detuning_hz, "detuning_hz") / rabi,
            amplitude_sigma=amplitude_sigma,
            detuning_sigma=hertz(detuning_sigma_hz, "detuning_sigma_hz") / rabi,
        )
        if fidelity < 0.25:
            raise SpecError("fidelity", f"{fidelity:.4g}", "at least 1/4, for a gate that depolarises")
        return {"single_qubit_gate_reliability": min(1.0, (4 * fidelity - 1) / 3), "single_qubit_gate_s": self.turns / rabi}


def _around(mean: float, sigma: float) -> list[tuple[float, float]]:
    """Values and weights of a normal distribution."""
    if sigma == 0:
        return [(mean, 1.0)]
    return [(mean + sigma * float(x), float(w) / math.sqrt(2 * math.pi)) for x, w in zip(_NODES, _WEIGHTS, strict=True)]


def _angle(value: Any) -> float:
    angle = real(value, "angle_rad")
    if not 0 < angle <= 2 * math.pi:
        raise SpecError("angle_rad", repr(value), "above 0, at most 2 pi")
    return angle


def plain(angle_rad: float) -> Pulse:
    """One segment: a rotation driven as it is.

    Parameters
    ----------
    angle_rad : float
        By how much it turns about x, above 0, at most 2 pi.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.pulses.plain(1.5707963267948966).turns
    0.25
    """
    angle = _angle(angle_rad)
    return Pulse("plain", angle, (Segment(angle, 0.0),))


def bb1(angle_rad: float) -> Pulse:
    """BB1: an error eps of the amplitude costs infidelity of the order eps^6 instead of eps^2.

    Half the rotation, then 180 degrees at phi, 360 at 3 phi, 180 at phi, with ``cos(phi) = -angle / (4 pi)``, and the other
    half.

    Parameters
    ----------
    angle_rad : float
        By how much it turns about x, above 0, at most 2 pi.

    References
    ----------
    S. Wimperis, J. Magn. Reson. A 109 (1994), doi:10.1006/jmra.1994.1159; H. K. Cummins, G. Llewellyn and J. A. Jones,
    Phys. Rev. A 67, 042308 (2003).

    Examples
    --------
    >>> import farbell as fb
    >>> 1 - fb.pulses.bb1(3.141592653589793).fidelity(amplitude_error=0.1) < 1e-5
    True
    """
    angle = _angle(angle_rad)
    phi = math.acos(-angle / (4 * math.pi))
    half = Segment(angle / 2, 0.0)
    middle = Segment(math.pi, phi), Segment(2 * math.pi, 3 * phi), Segment(math.pi, phi)
    return Pulse("BB1", angle, (half, *middle, half))


def corpse(angle_rad: float) -> Pulse:
    """CORPSE: a detuning of f Rabi frequencies costs infidelity of the order f^4 instead of f^2.

    Segments of ``2 pi + angle/2 - k`` about x, ``2 pi - 2 k`` about -x and ``angle/2 - k`` about x, with
    ``sin(k) = sin(angle/2)/2``.

    Parameters
    ----------
    angle_rad : float
        By how much it turns about x, above 0, at most 2 pi.

    References
    ----------
    H. K. Cummins and J. A. Jones, New J. Phys. 2, 6 (2000); H. K. Cummins, G. Llewellyn and J. A. Jones, Phys. Rev. A 67,
    042308 (2003).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.pulses.corpse(3.141592653589793).turns, 4)
    2.1667
    """
    angle = _angle(angle_rad)
    k = math.asin(math.sin(angle / 2) / 2)
    parts = (2 * math.pi + angle / 2 - k, 0.0), (2 * math.pi - 2 * k, math.pi), (angle / 2 - k, 0.0)
    return Pulse("CORPSE", angle, tuple(Segment(turn, axis) for turn, axis in parts))
