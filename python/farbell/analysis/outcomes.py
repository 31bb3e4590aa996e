"""Error rates as the two ends see them: from measured outcomes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

__all__ = ["measured_error_rates"]


def measured_error_rates(
    basis_a: npt.ArrayLike, basis_b: npt.ArrayLike, outcome_a: npt.ArrayLike, outcome_b: npt.ArrayLike
) -> Mapping[str, tuple[int, int]]:
    """Unequal outcomes and all outcomes of pairs that both ends measured in the same basis.

    Parameters
    ----------
    basis_a, basis_b : array_like
        Basis at each end, ``"z"`` or ``"x"``; anything else is left out. Columns of ``results.pairs``.
    outcome_a, outcome_b : array_like
        Outcome at each end, 0 or 1.

    Returns
    -------
    mapping
        Basis -> (errors, pairs). Unlike the error rates behind ``results.summary()``, which are those of the delivered
        states, these contain the read-out errors of the ends.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.analysis.measured_error_rates(["z", "z", "x", "z"], ["z", "x", "x", "z"], [0, 0, 1, 1], [0, 1, 0, 1])
    {'z': (0, 2), 'x': (1, 1)}
    """
    a, b = np.asarray(basis_a, dtype=object), np.asarray(basis_b, dtype=object)
    unequal = np.asarray(outcome_a) != np.asarray(outcome_b)
    same = {basis: (a == basis) & (b == basis) for basis in ("z", "x")}
    return {basis: (int(np.sum(unequal[rows])), int(np.sum(rows))) for basis, rows in same.items()}
