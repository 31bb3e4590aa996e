"""Bell's inequality of Clauser, Horne, Shimony and Holt, from Pauli expectations."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["chsh", "maximal_chsh"]


def chsh(xx: float, zz: float) -> float:
    """CHSH value of a pair for settings in the Z-X plane: A at 0 and 90 degrees, B at +45 and -45 degrees.

    Parameters
    ----------
    xx, zz : float
        Expectation of ``X x X`` and of ``Z x Z``, corrected so that a perfect pair has ``xx = zz = 1``.

    Returns
    -------
    float
        ``S = sqrt(2) * (xx + zz)``; above 2 no local model explains it, and ``2 sqrt(2)`` is the most that quantum
        mechanics allows.

    References
    ----------
    J. F. Clauser, M. A. Horne, A. Shimony and R. A. Holt, Phys. Rev. Lett. 23, 880 (1969).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.chsh(xx=1, zz=1), 6)
    2.828427
    """
    return math.sqrt(2) * (xx + zz)


def maximal_chsh(correlations: npt.ArrayLike) -> float:
    """CHSH value of a pair of qubits at the best settings for its state.

    Parameters
    ----------
    correlations : array_like
        ``T[i, j] = Tr(rho sigma_i x sigma_j)`` for i, j = X, Y, Z (3 x 3), or with the identity first (4 x 4).

    Returns
    -------
    float
        ``2 sqrt(m1 + m2)`` with the two largest eigenvalues of ``T^t T``.

    References
    ----------
    R. Horodecki, P. Horodecki and M. Horodecki, Phys. Lett. A 200, 340 (1995).

    Examples
    --------
    A Werner state of visibility 0.9:

    >>> import farbell as fb
    >>> round(fb.analysis.maximal_chsh([[0.9, 0, 0], [0, -0.9, 0], [0, 0, 0.9]]), 6)
    2.545584
    """
    matrix = np.asarray(correlations, dtype=np.float64)
    if matrix.shape == (4, 4):
        matrix = matrix[1:, 1:]
    if matrix.shape != (3, 3):
        raise ValueError(f"correlations has shape {matrix.shape}; allowed: (3, 3) or (4, 4)")
    singular = np.linalg.svd(matrix, compute_uv=False)
    return float(2 * np.hypot(singular[0], singular[1]))
