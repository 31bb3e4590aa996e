"""Fair shares of limited things: max-min and proportionally fair rates. See docs/physics/fair_rates.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from farbell.analysis.fair_programmes import ROUNDING, max_min, proportional

__all__ = ["FAIRNESS", "FairRates", "Fairness", "fair_rates"]

Fairness: TypeAlias = Literal["proportional", "max_min"]
#: All of them.
FAIRNESS: tuple[Fairness, ...] = get_args(Fairness)


@dataclass(frozen=True)
class FairRates:
    """Rates that are fair to all who ask.

    Attributes
    ----------
    rates : numpy.ndarray
        One for each who asks, in the unit of the limits over that of their use.
    full : numpy.ndarray
        Which of the limits are reached.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.analysis.fair_rates([[1, 1]], [6.0], kind="max_min", weights=[1, 2]).rates.round(9).tolist()
    [2.0, 4.0]
    """

    rates: npt.NDArray[np.float64]
    full: npt.NDArray[np.bool_]


def _checked(
    name: str, values: npt.ArrayLike, shape: tuple[int, ...], *, positive: bool = False, finite: bool = True
) -> npt.NDArray[np.float64]:
    array = np.asarray(values, dtype=float)
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}; allowed: {shape}")
    if not ((array > 0) if positive else (array >= 0)).all():
        raise ValueError(f"{name} has an entry that is not {'above 0' if positive else 'at least 0'}")
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{name} has an entry that is not finite")
    return array


def fair_rates(
    use: Sequence[Sequence[float]] | npt.NDArray[np.float64],
    limits: Sequence[float] | npt.NDArray[np.float64],
    *,
    kind: Fairness = "proportional",
    weights: Sequence[float] | None = None,
) -> FairRates:
    """The rates ``r`` with ``use @ r <= limits`` that are fair.

    Parameters
    ----------
    use : matrix
        A row a limit, a column for each who asks: how much of it a unit of rate takes, at least 0.
    limits : list of float
        How much there is of each, at least 0; infinity where it does not limit.
    kind : "proportional" or "max_min"
        Proportional: ``sum(weights * log(r))`` is as large as can be; no other rates are better for all together, each change
        counted relative to the rate that it changes. Max-min: the least of ``r / weights`` is as large as can be, then the
        least of the others, and so on.
    weights : list of float, optional
        Above 0. Default: 1 for all.

    Returns
    -------
    FairRates
        To a relative error below 1e-8. Who takes something of which there is nothing gets 0, and does not count.

    Raises
    ------
    ValueError
        A number or shape is out of range, the kind is unknown, or nothing limits somebody.

    References
    ----------
    F. P. Kelly, A. K. Maulloo and D. K. H. Tan, Journal of the Operational Research Society 49, 237 (1998): proportional
    fairness. D. Bertsekas and R. Gallager, Data Networks (Prentice Hall, 1992), section 6.5: max-min fairness by progressive
    filling. S. Boyd and L. Vandenberghe, Convex Optimization (Cambridge 2004), section 11.7: the primal-dual method.

    Examples
    --------
    >>> import farbell as fb
    >>> line = [[1, 1, 0], [1, 0, 1]]  # who asks first takes a share of both
    >>> fb.analysis.fair_rates(line, [1.0, 1.0]).rates.round(6).tolist()
    [0.333333, 0.666667, 0.666667]
    >>> fb.analysis.fair_rates(line, [1.0, 1.0], kind="max_min").rates.tolist()
    [0.5, 0.5, 0.5]
    """
    if kind not in FAIRNESS:
        raise ValueError(f"kind is {kind!r}; allowed: 'proportional' or 'max_min'")
    matrix = np.asarray(use, dtype=float)
    if matrix.ndim != 2:
        raise ValueError(f"use has {matrix.ndim} dimensions; allowed: 2")
    matrix = _checked("use", matrix, matrix.shape)
    most = _checked("limits", limits, (matrix.shape[0],), finite=False)
    weight = _checked("weights", np.ones(matrix.shape[1]) if weights is None else weights, (matrix.shape[1],), positive=True)
    finite = np.isfinite(most)
    if not (matrix[finite] > 0).any(axis=0).all():
        raise ValueError("limits leave somebody without any; allowed: a finite limit for each")
    served = ~(matrix[most == 0] > 0).any(axis=0)
    rows = finite & (most > 0)
    rates = np.zeros(matrix.shape[1])
    if served.any():
        # In shares of the limits, and of what each could have alone.
        shares = matrix[np.ix_(rows, served)] / most[rows, None]
        alone = 1 / shares.max(axis=0)
        solve = proportional if kind == "proportional" else max_min
        weight = weight[served] if kind == "proportional" else weight[served] / alone
        rates[served] = solve(shares * alone, weight) * alone
    used = matrix @ rates
    return FairRates(rates, finite & (used >= most * (1 - 1e3 * ROUNDING)) & (used > 0))
