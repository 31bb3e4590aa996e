"""What the laws of physics allow over a lossy channel, in bits (or ebits) per mode."""

from __future__ import annotations

import math

__all__ = ["crossing_distance_m", "fiber_transmissivity", "plob_bound", "repeater_bound", "tgw_bound"]


def _checked(transmissivity: float) -> float:
    if not 0 <= transmissivity <= 1:
        raise ValueError(f"transmissivity is {transmissivity}; allowed: 0 to 1")
    return transmissivity


def fiber_transmissivity(length_m: float, attenuation_db_per_km: float = 0.2) -> float:
    """Share of the light that a fibre lets through.

    Parameters
    ----------
    length_m : float
        Length of the fibre.
    attenuation_db_per_km : float
        Its attenuation.

    Returns
    -------
    float
        ``10 ** (-attenuation_db_per_km * length_m / 10_000)``.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.fiber_transmissivity(50_000), 12)
    0.1
    """
    return 10 ** (-attenuation_db_per_km * length_m / 10_000)


def plob_bound(transmissivity: float) -> float:
    """Most secret bits, or ebits, that one mode of a pure-loss channel can carry without a repeater.

    Parameters
    ----------
    transmissivity : float
        Share of the light that arrives, from 0 to 1.

    Returns
    -------
    float
        ``-log2(1 - transmissivity)``, in bits per mode.

    References
    ----------
    S. Pirandola, R. Laurenza, C. Ottaviani and L. Banchi, Nature Communications 8, 15043 (2017).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.plob_bound(fb.analysis.fiber_transmissivity(100_000)), 10)
    0.0144995697
    """
    return math.inf if _checked(transmissivity) == 1 else -math.log1p(-transmissivity) / math.log(2)


def tgw_bound(transmissivity: float) -> float:
    """The earlier, weaker upper bound of Takeoka, Guha and Wilde for the same task as :func:`plob_bound`.

    Parameters
    ----------
    transmissivity : float
        Share of the light that arrives, from 0 to 1.

    Returns
    -------
    float
        ``log2((1 + transmissivity) / (1 - transmissivity))``, in bits per mode.

    References
    ----------
    M. Takeoka, S. Guha and M. M. Wilde, Nature Communications 5, 5235 (2014).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.tgw_bound(fb.analysis.fiber_transmissivity(100_000)), 11)
    0.02885486267
    """
    return math.inf if _checked(transmissivity) == 1 else 2 * math.atanh(transmissivity) / math.log(2)


def repeater_bound(transmissivity: float, repeaters: int) -> float:
    """Capacity of a pure-loss line with ideal repeaters at equal distances.

    Parameters
    ----------
    transmissivity : float
        Share of the light that the whole line would let through, from 0 to 1.
    repeaters : int
        Number of repeaters; 0 gives :func:`plob_bound`.

    Returns
    -------
    float
        ``-log2(1 - transmissivity ** (1 / (repeaters + 1)))``, in bits per mode of each span.

    References
    ----------
    S. Pirandola, Communications Physics 2, 51 (2019).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.repeater_bound(fb.analysis.fiber_transmissivity(200_000), repeaters=1), 10)
    0.0144995697
    """
    if repeaters < 0:
        raise ValueError(f"repeaters is {repeaters}; allowed: 0 or more")
    return plob_bound(_checked(transmissivity) ** (1 / (repeaters + 1)))


def crossing_distance_m(coefficient: float, attenuation_db_per_km: float = 0.2) -> float:
    """Distance beyond which a rate of ``coefficient * sqrt(transmissivity)`` bits per mode exceeds the PLOB bound.

    Protocols that interfere light in the middle (twin-field key distribution, one repeater) scale that way.

    Parameters
    ----------
    coefficient : float
        Prefactor of the rate, above 0 and below 1.
    attenuation_db_per_km : float
        Attenuation of the fibre.

    Returns
    -------
    float
        Distance between the ends, in metres.

    References
    ----------
    M. Lucamarini, Z. L. Yuan, J. F. Dynes and A. J. Shields, Nature 557, 400 (2018).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.crossing_distance_m(0.01) / 1000, 4)
    215.9185
    """
    if not 0 < coefficient < 1:
        raise ValueError(f"coefficient is {coefficient}; allowed: above 0 and below 1")
    # log2 of sqrt(transmissivity): plob / sqrt(transmissivity) rises with it, from 0 to infinity.
    low, high = -600.0, 0.0
    while high - low > 1e-13 * -low:
        middle = (low + high) / 2
        root = 2.0**middle
        low, high = (middle, high) if plob_bound(root * root) < coefficient * root else (low, middle)
    transmissivity_db = 20 * high * math.log10(2)
    return -transmissivity_db / attenuation_db_per_km * 1000
