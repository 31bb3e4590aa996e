"""What is read off density matrices of any size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from farbell.states._arguments import Matrix


def entropy_of(rho: Matrix) -> float:
    """Von Neumann entropy in bits."""
    p = np.linalg.eigvalsh(rho)
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
    singular = np.linalg.svd(_square_root(a) @ _square_root(b), compute_uv=False)
    return float(singular.sum() ** 2)


def _square_root(rho: Matrix) -> Matrix:
    values, vectors = np.linalg.eigh(rho)
    root: Matrix = (vectors * np.sqrt(values.clip(0))) @ vectors.conj().T
    return root
