"""What is read off density matrices of any size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from farbell.states._arguments import Matrix

#: Matrices smaller than this are diagonalised whatever their rank.
_SMALL = 256
#: What a factor of low rank may leave out of the trace.
_LEFT_OUT = 1e-14


def _factor(rho: Matrix) -> Matrix | None:
    """A with ``rho = A A^+`` and few columns, by Cholesky elimination with pivots; None unless the rank is below an eighth."""
    d = len(rho)
    if d < _SMALL:
        return None
    columns = np.zeros((d // 8, d), dtype=np.complex128)
    left = rho.diagonal().real.copy()
    for k in range(d // 8):
        pivot = int(np.argmax(left))
        column = (rho[:, pivot] - columns[:k, pivot].conj() @ columns[:k]) / np.sqrt(left[pivot])
        columns[k] = column
        left -= abs(column) ** 2
        left[pivot] = 0
        if left.clip(0).sum() <= _LEFT_OUT:
            return np.asarray(columns[: k + 1].T)
    return None


def entropy_of(rho: Matrix) -> float:
    """Von Neumann entropy in bits."""
    a = _factor(rho)
    p = np.linalg.eigvalsh(rho if a is None else a.conj().T @ a)
    p = p[p > 0]
    return max(0.0, float(-np.sum(p * np.log2(p))))


def negativity_of(rho: Matrix, levels: Sequence[int], part: Sequence[int]) -> float:
    """Sum of the moduli of the negative eigenvalues once the factors at the positions `part` are transposed."""
    n = len(levels)
    axes = list(range(2 * n))
    for position in part:
        axes[position], axes[n + position] = n + position, position
    transposed = rho.reshape(*levels, *levels).transpose(axes).reshape(rho.shape)
    values = np.linalg.eigvalsh(transposed)
    return float(-values[values < 0].sum()) + 0.0


def fidelity_of(a: Matrix, b: Matrix) -> float:
    """Fidelity of two states, vectors or density matrices, in the squared convention."""
    if a.ndim == 1 and b.ndim == 1:
        return float(abs(np.vdot(a, b)) ** 2)
    if a.ndim == 1 or b.ndim == 1:
        psi, rho = (a, b) if a.ndim == 1 else (b, a)
        return float(np.vdot(psi, rho @ psi).real)
    # A pure state needs no square root, which would cost half of the digits.
    for rho in (a, b):
        if abs(np.vdot(rho, rho).real - 1) < 1e-12:
            return float(np.vdot(a, b).real)
    singular = np.linalg.svd(_root(a).conj().T @ _root(b), compute_uv=False)
    return float(singular.sum() ** 2)


def _root(rho: Matrix) -> Matrix:
    """A with ``rho = A A^+``."""
    a = _factor(rho)
    if a is not None:
        return a
    values, vectors = np.linalg.eigh(rho)
    root: Matrix = vectors * np.sqrt(values.clip(0))
    return root
