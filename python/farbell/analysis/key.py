"""Secret-key fractions: bits of key per delivered pair, asymptotically and with one-way post-processing."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from farbell.analysis.chsh import chsh

__all__ = [
    "bbm92_key_fraction",
    "binary_entropy",
    "device_independent_key_fraction",
    "error_threshold",
    "key_fraction",
    "key_fraction_gradient",
    "six_state_key_fraction",
]

KeyProtocol = Literal["bbm92", "six_state", "device_independent"]

# Signs of (xx, yy, zz) in the Bell states Phi+, Phi-, Psi+, Psi-.
_BELL_SIGNS = np.array([[1, -1, 1], [-1, 1, 1], [1, 1, -1], [-1, -1, -1]], dtype=np.float64)


def binary_entropy(probability: float) -> float:
    """Entropy of a coin, in bits.

    Parameters
    ----------
    probability : float
        Probability of one of the two sides, from 0 to 1.

    Returns
    -------
    float
        ``-p log2(p) - (1 - p) log2(1 - p)``.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.analysis.binary_entropy(0.5)
    1.0
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"probability is {probability}; allowed: 0 to 1")
    return math.fsum(-p * math.log2(p) for p in (probability, 1 - probability) if p > 0)


def bbm92_key_fraction(error_z: float, error_x: float | None = None) -> float:
    """Secret-key fraction of BBM92, the entanglement version of BB84.

    Parameters
    ----------
    error_z : float
        Share of unequal outcomes when both ends measure Z.
    error_x : float, optional
        The same for X; left out: equal to `error_z`.

    Returns
    -------
    float
        ``1 - h(error_z) - h(error_x)``; negative where no key can be made.

    References
    ----------
    C. H. Bennett, G. Brassard and N. D. Mermin, Phys. Rev. Lett. 68, 557 (1992).
    P. W. Shor and J. Preskill, Phys. Rev. Lett. 85, 441 (2000).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.bbm92_key_fraction(0.05), 9)
    0.427206086
    """
    return 1 - binary_entropy(error_z) - binary_entropy(error_z if error_x is None else error_x)


def _six_state(xx: float, yy: float, zz: float) -> float:
    weights = (1 + _BELL_SIGNS @ (xx, yy, zz)) / 4
    if weights.min() < -1e-9:
        raise ValueError(f"error rates that no state of two qubits has: Bell weights {weights.tolist()}")
    return 1 + math.fsum(w * math.log2(w) for w in weights if w > 0)


def six_state_key_fraction(error_x: float, error_y: float | None = None, error_z: float | None = None) -> float:
    """Secret-key fraction of the six-state protocol.

    Parameters
    ----------
    error_x, error_y, error_z : float
        Share of wrong outcomes when both ends measure X, Y, Z; `error_y` and `error_z` left out: equal to `error_x`.

    Returns
    -------
    float
        ``1 - H(weights)``, the weights being those of the four Bell states; negative where no key can be made.

    References
    ----------
    D. Bruss, Phys. Rev. Lett. 81, 3018 (1998). H.-K. Lo, Quantum Inf. Comput. 1, 81 (2001).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.six_state_key_fraction(0.05), 9)
    0.496816268
    """
    error_y = error_x if error_y is None else error_y
    error_z = error_x if error_z is None else error_z
    return _six_state(1 - 2 * error_x, 2 * error_y - 1, 1 - 2 * error_z)


def _holevo_error(chsh_value: float) -> float:
    """The error rate whose entropy bounds what an eavesdropper learns, given a CHSH value; 1/2 without violation."""
    return (1 - math.sqrt(min(max(chsh_value**2 / 4 - 1, 0), 1))) / 2


def device_independent_key_fraction(error: float, chsh_value: float | None = None) -> float:
    """Secret-key fraction of device-independent key distribution against collective attacks.

    Parameters
    ----------
    error : float
        Share of unequal outcomes in the basis of the key.
    chsh_value : float, optional
        Measured CHSH value; left out: that of a Werner state with this error rate, ``2 sqrt(2) (1 - 2 error)``.

    Returns
    -------
    float
        ``1 - h(error) - h((1 + sqrt((S/2)^2 - 1)) / 2)``; negative where no key can be made.

    References
    ----------
    A. Acin, N. Brunner, N. Gisin, S. Massar, S. Pironio and V. Scarani, Phys. Rev. Lett. 98, 230501 (2007).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.device_independent_key_fraction(0.02), 6)
    0.612291
    """
    value = chsh(1 - 2 * error, 1 - 2 * error) if chsh_value is None else chsh_value
    return 1 - binary_entropy(error) - binary_entropy(_holevo_error(value))


def key_fraction(protocol: KeyProtocol, xx: float, yy: float, zz: float) -> float:
    """Secret-key fraction of pairs from their averaged Pauli expectations.

    Parameters
    ----------
    protocol : {"bbm92", "six_state", "device_independent"}
        What the pairs are used for. The error rates are ``(1 - zz)/2``, ``(1 - xx)/2`` and ``(1 + yy)/2``.
    xx, yy, zz : float
        Expectations, corrected so that a perfect pair has 1, -1, 1.

    Returns
    -------
    float
        Bits per pair; negative where no key can be made.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.key_fraction("bbm92", xx=0.9, yy=-0.9, zz=0.9), 9)
    0.427206086
    """
    if protocol == "bbm92":
        return bbm92_key_fraction((1 - zz) / 2, (1 - xx) / 2)
    if protocol == "six_state":
        return _six_state(xx, yy, zz)
    if protocol == "device_independent":
        return device_independent_key_fraction((1 - zz) / 2, chsh(xx, zz))
    raise ValueError(f"protocol is {protocol!r}; allowed: 'bbm92', 'six_state', 'device_independent'")


def _entropy_slope(probability: float) -> float:
    # Bounded at the ends, where the slope is infinite.
    p = min(max(probability, 1e-15), 1 - 1e-15)
    return math.log2((1 - p) / p)


def key_fraction_gradient(protocol: KeyProtocol, xx: float, yy: float, zz: float) -> npt.NDArray[np.float64]:
    """Derivatives of :func:`key_fraction` with respect to xx, yy, zz, for the propagation of errors.

    Parameters
    ----------
    protocol : {"bbm92", "six_state", "device_independent"}
        As in :func:`key_fraction`.
    xx, yy, zz : float
        Where the derivatives are taken.

    Returns
    -------
    numpy.ndarray
        Three numbers.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.analysis.key_fraction_gradient("bbm92", xx=0.9, yy=-0.9, zz=0.9).round(6).tolist()
    [2.123964, 0.0, 2.123964]
    """
    if protocol == "six_state":
        weights = np.maximum((1 + _BELL_SIGNS @ (xx, yy, zz)) / 4, 1e-15)
        return np.log2(weights) @ _BELL_SIGNS / 4
    slope_z = _entropy_slope((1 - zz) / 2) / 2
    if protocol == "bbm92":
        return np.array([_entropy_slope((1 - xx) / 2) / 2, 0, slope_z])
    value = chsh(xx, zz)
    if value <= 2:
        return np.array([0, 0, slope_z])
    # d(error)/d(S) = -S / (8 sqrt(S^2/4 - 1)), and S = sqrt(2) (xx + zz).
    slope = _entropy_slope(_holevo_error(value)) * value / (8 * math.sqrt(value**2 / 4 - 1)) * math.sqrt(2)
    return np.array([slope, 0, slope_z + slope])


def error_threshold(protocol: KeyProtocol) -> float:
    """Error rate, equal in all bases, from which on a protocol makes no key.

    Parameters
    ----------
    protocol : {"bbm92", "six_state", "device_independent"}
        Which protocol.

    Returns
    -------
    float
        The zero of :func:`key_fraction` for Werner states.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.error_threshold("bbm92"), 7)
    0.1100279
    """
    low, high = 0.0, 0.25
    while high - low > 1e-15:
        middle = (low + high) / 2
        w = 1 - 2 * middle
        low, high = (middle, high) if key_fraction(protocol, w, -w, w) > 0 else (low, middle)
    return high
