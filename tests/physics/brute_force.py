"""Density matrices in plain numpy, by full matrices and Kraus sums: the reference for the exact states."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.complex128]

I, X, Y, Z = (  # noqa: E741
    np.array(m, dtype=complex) for m in ([[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]])
)
PAULIS = {"I": I, "X": X, "Y": Y, "Z": Z}
H = (X + Z) / math.sqrt(2)
ZERO, ONE = (I + Z) / 2, (I - Z) / 2


def controlled(u: Matrix) -> Matrix:
    return np.kron(ZERO, I) + np.kron(ONE, u)


def rotation(axis: str, angle: float) -> Matrix:
    return math.cos(angle / 2) * I - 1j * math.sin(angle / 2) * PAULIS[axis]


_EXCHANGE = (np.eye(4) + sum(np.kron(p, p) for p in (X, Y, Z))) / 2

GATES = {
    "i": I, "x": X, "y": Y, "z": Z, "h": H,
    "s": np.diag([1, 1j]), "s_dag": np.diag([1, -1j]), "t": np.diag([1, np.exp(0.25j * math.pi)]), "t_dag": np.diag([1, np.exp(-0.25j * math.pi)]),
    "sqrt_x": np.exp(0.25j * math.pi) * rotation("X", math.pi / 2), "sqrt_x_dag": np.exp(-0.25j * math.pi) * rotation("X", -math.pi / 2),
    "sqrt_y": np.exp(0.25j * math.pi) * rotation("Y", math.pi / 2), "sqrt_y_dag": np.exp(-0.25j * math.pi) * rotation("Y", -math.pi / 2),
    "cx": controlled(X), "cy": controlled(Y), "cz": controlled(Z), "swap": _EXCHANGE,
    "iswap": _EXCHANGE @ np.diag([1, 1j, 1j, 1]), "iswap_dag": _EXCHANGE @ np.diag([1, -1j, -1j, 1]),
}  # fmt: skip
ROTATIONS = {
    "rx": lambda a: rotation("X", a),
    "ry": lambda a: rotation("Y", a),
    "rz": lambda a: rotation("Z", a),
    "phase": lambda a: np.diag([1, np.exp(1j * a)]),
}


def embed(op: Matrix, at: Sequence[int], levels: Sequence[int]) -> Matrix:
    """The operator on the factors `at`, as a matrix of the whole space."""
    n, rest = len(levels), [k for k in range(len(levels)) if k not in at]
    order = [*at, *rest]
    full = np.kron(op, np.eye(int(np.prod([levels[k] for k in rest], initial=1))))
    dims = [levels[k] for k in order]
    axes = [order.index(k) for k in range(n)]
    whole = int(np.prod(levels))
    return full.reshape(dims + dims).transpose(axes + [n + a for a in axes]).reshape(whole, whole)


def apply(rho: Matrix, kraus: Sequence[Matrix], at: Sequence[int], levels: Sequence[int]) -> Matrix:
    full = [embed(k, at, levels) for k in kraus]
    return sum(k @ rho @ k.conj().T for k in full)


def trace_out(rho: Matrix, keep: Sequence[int], levels: Sequence[int]) -> Matrix:
    n = len(levels)
    gone = [k for k in range(n) if k not in keep]
    kept, lost = (int(np.prod([levels[k] for k in part], initial=1)) for part in (keep, gone))
    axes = [*keep, *gone]
    grouped = rho.reshape([*levels, *levels]).transpose(axes + [n + a for a in axes]).reshape(kept, lost, kept, lost)
    return np.einsum("iaja->ij", grouped)


def random_density(rng: np.random.Generator, dimension: int, rank: int = 3) -> Matrix:
    g = rng.normal(size=(dimension, rank)) + 1j * rng.normal(size=(dimension, rank))
    rho = g @ g.conj().T
    return rho / np.trace(rho).real


def random_unitary(rng: np.random.Generator, dimension: int) -> Matrix:
    q, r = np.linalg.qr(rng.normal(size=(dimension, dimension)) + 1j * rng.normal(size=(dimension, dimension)))
    return q * (np.diag(r) / abs(np.diag(r)))


def random_kraus(rng: np.random.Generator, dimension: int, count: int) -> list[Matrix]:
    """Slices of an isometry."""
    u = random_unitary(rng, dimension * count)[:, :dimension]
    return list(u.reshape(count, dimension, dimension))
