"""What photons are like: how well two overlap, their wavelength, and what published numbers of emitters mean for a memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

from farbell import _core
from farbell._core import EncodingConverter, FrequencyConverter, Poisson, SpecError, Transducer

__all__ = [
    "background_from_g2",
    "double_excitation_from_g2",
    "mode_overlap",
    "photon_coherence",
    "photon_overlap",
    "wavelength_m",
]

#: What light of a link may pass.
Interface: TypeAlias = FrequencyConverter | Transducer | EncodingConverter


def photon_coherence(photon_dephasing: float, photon_dephasing_b: float | None = None) -> float:
    """Probability that the photons of two emitters with pure dephasing still know each other's phase.

    It multiplies the coherence of a scheme with one photon, where the mode overlap V enters as ``sqrt(V)``, as it multiplies
    the bunching of two photons, where V enters as such.

    Parameters
    ----------
    photon_dephasing : float
        Rate of pure dephasing of an emitter times the lifetime of its excited state, at least 0.
    photon_dephasing_b : float, optional
        The same for the other emitter; left out: like the first.

    Returns
    -------
    float
        ``1 / (1 + photon_dephasing + photon_dephasing_b)``; for like emitters ``T2 / (2 T1)``.

    Raises
    ------
    SpecError
        A dephasing is below 0.

    References
    ----------
    J. Bylander, I. Robert-Philip and I. Abram, Eur. Phys. J. D 22, 295 (2003).

    Examples
    --------
    >>> import farbell as fb
    >>> fb.hardware.photon_coherence(0.125)
    0.8
    """
    both = photon_dephasing, photon_dephasing if photon_dephasing_b is None else photon_dephasing_b
    for dephasing in both:
        if not dephasing >= 0:
            raise SpecError("photon_dephasing", repr(dephasing), "a rate times a lifetime, at least 0")
    return _core.photon_coherence(*both)


def mode_overlap(hom_visibility: float, photon_coherence: float = 1.0) -> float:
    """Mode overlap of two photons, the `visibility` of a station, from the visibility of their Hong-Ou-Mandel interference.

    Parameters
    ----------
    hom_visibility : float
        ``1 - 2 p``, with the probability p of a coincidence of one photon per port.
    photon_coherence : float
        Photon coherence ``D`` of their emitters: see :func:`photon_coherence`.

    Returns
    -------
    float
        ``hom_visibility / D``.

    Raises
    ------
    SpecError
        Photons that have lost so much of their coherence do not interfere so well, whatever their overlap.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.hardware.mode_overlap(0.72, fb.hardware.photon_coherence(0.125)), 12)
    0.9
    """
    if not 0 < photon_coherence <= 1:
        raise SpecError("photon_coherence", repr(photon_coherence), "a probability, more than 0 and at most 1")
    if not 0 <= hom_visibility <= photon_coherence:
        raise SpecError("hom_visibility", repr(hom_visibility), f"0 to {photon_coherence}, the photon coherence")
    return hom_visibility / photon_coherence


def photon_overlap(
    lifetime_a_s: float,
    lifetime_b_s: float,
    *,
    bandwidths_a_hz: Sequence[float] = (),
    bandwidths_b_hz: Sequence[float] = (),
    detuning_hz: float = 0.0,
    window_s: float = math.inf,
) -> tuple[float, float, float]:
    """What filters and a window leave of two photons, and how well the rest of them overlaps.

    Parameters
    ----------
    lifetime_a_s, lifetime_b_s : float
        1/e times in which the photons are emitted, from one moment on.
    bandwidths_a_hz, bandwidths_b_hz : sequence of float
        Full widths at half maximum of the filters (converters, transducers) that each has passed, of one pole each.
    detuning_hz : float
        Difference of their frequencies.
    window_s : float
        Detection window, open from the moment of emission on.

    Returns
    -------
    tuple of float
        Shares of the two photons that come through and within the window, and ``|<phi_A|phi_B>|^2`` of what does. For whole
        photons without filters that is ``4 a b / ((a + b)^2 + (4 pi detuning)^2)`` with the decay rates ``a`` and ``b``.

    Raises
    ------
    SpecError
        A time or a bandwidth is not above 0, or none of a photon is left.

    References
    ----------
    docs/physics/interfaces.md

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.hardware.photon_overlap(1e-8, 2e-8)[2], 9)
    0.888888889
    >>> share, _, overlap = fb.hardware.photon_overlap(1e-8, 1e-8, bandwidths_a_hz=[5e7])
    >>> round(share, 4), round(overlap, 4)
    (0.7585, 0.7585)
    """
    times = {"lifetime_a_s": lifetime_a_s, "lifetime_b_s": lifetime_b_s, "window_s": window_s}
    widths = {"bandwidths_a_hz": bandwidths_a_hz, "bandwidths_b_hz": bandwidths_b_hz}
    for name, value in [*times.items(), *((name, width) for name, each in widths.items() for width in each)]:
        if not value > 0 or (math.isinf(value) and name != "window_s"):
            raise SpecError(name, repr(value), "a number above 0")
    share_a, share_b, overlap = _core.photon_overlap(
        lifetime_a_s, list(bandwidths_a_hz), lifetime_b_s, list(bandwidths_b_hz), detuning_hz, window_s
    )
    if not (share_a > 0 and share_b > 0):
        raise SpecError("window_s", repr(window_s), "a window that holds some of both photons")
    return share_a, share_b, overlap


def wavelength_m(frequency_hz: float | str) -> float:
    """Wavelength in vacuum of photons of a frequency: what memories and transducers of microwaves state.

    Parameters
    ----------
    frequency_hz : float or str
        In hertz, or text with a unit ("5 GHz").

    Returns
    -------
    float
        ``c / frequency`` in metres.

    Raises
    ------
    SpecError
        The frequency is not above 0.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.hardware.wavelength_m("5 GHz"), 6)
    0.059958
    """
    try:
        hertz = Poisson(rate_hz=frequency_hz).rate_hz
    except SpecError as error:
        raise SpecError("frequency_hz", error.found, error.allowed, error.nearest) from None
    return 299_792_458 / hertz


def double_excitation_from_g2(g2: float) -> float:
    """Probability of a second photon from the second-order correlation of an emitter's light at delay 0.

    Parameters
    ----------
    g2 : float
        ``g2(0)`` of the light of the memory in the state that emits, 0 to 1/2, without background.

    Returns
    -------
    float
        The probability p of a second photon, ``g2 = 2 p / (1 + p)^2``; losses do not change g2.

    Raises
    ------
    SpecError
        No probability of a second photon gives such a g2.

    References
    ----------
    R. J. Glauber, Phys. Rev. 130, 2529 (1963), for g2 as ``<n (n - 1)> / <n>^2``.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.hardware.double_excitation_from_g2(0.02), 6)
    0.010205
    """
    if not 0 <= g2 <= 0.5:
        raise SpecError("g2", repr(g2), "0 to 0.5, that of two photons each time")
    return g2 / (1 - g2 + math.sqrt(1 - 2 * g2))


def background_from_g2(g2: float) -> float:
    """Mean number of background photons beside the one of an emitter, from the second-order correlation at delay 0.

    Parameters
    ----------
    g2 : float
        ``g2(0)`` of the light of the memory in the state that emits, 0 to less than 1, without double excitation.

    Returns
    -------
    float
        The mean b of Poissonian light beside one photon, ``g2 = 1 - 1 / (1 + b)^2``.

    Raises
    ------
    SpecError
        No such light has this g2.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.hardware.background_from_g2(0.02), 6)
    0.010153
    """
    if not 0 <= g2 < 1:
        raise SpecError("g2", repr(g2), "at least 0 and less than 1, that of Poissonian light")
    return 1 / math.sqrt(1 - g2) - 1
