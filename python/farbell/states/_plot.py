"""Density matrices as figures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from farbell._core import SpecError
from farbell.states._arguments import Matrix


def basis_labels(levels: Sequence[int]) -> list[str]:
    """The basis states by their digits, in order."""
    return ["".join(map(str, digits)) for digits in product(*(range(k) for k in levels))]


def plot_density(pyplot: Any, rho: Matrix, levels: Sequence[int], qubits: Sequence[int], kind: str, ax: Any) -> Any:
    if kind not in ("hinton", "city"):
        raise SpecError("kind", repr(kind), "hinton, city")
    if ax is None:
        ax = pyplot.figure(layout="constrained").add_subplot(projection="3d" if kind == "city" else None)
    if kind == "city" and not hasattr(ax, "bar3d"):
        raise SpecError("ax", "axes of two dimensions", 'axes made with projection="3d"')
    d = len(rho)
    rows, columns = np.indices((d, d)).reshape(2, -1)
    values = rho.reshape(-1)
    colours = pyplot.get_cmap("twilight")((np.angle(values) / (2 * np.pi)) % 1)
    ticks = [f"|{label}⟩" for label in basis_labels(levels)]
    if kind == "city":
        ax.bar3d(columns - 0.3, rows - 0.3, 0, 0.6, 0.6, np.abs(values), color=colours)
        ax.set_zlabel("modulus")
    else:
        side = np.sqrt(np.abs(values) / max(np.abs(values).max(), 1e-300))
        for row, column, size, colour in zip(rows, columns, side, colours, strict=True):
            ax.add_patch(pyplot.Rectangle((column - size / 2, row - size / 2), size, size, facecolor=colour))
        ax.set_aspect("equal")
        ax.set_xlim(-0.6, d - 0.4)
        ax.set_ylim(d - 0.4, -0.6)
    if d <= 32:
        ax.set_xticks(range(d), ticks, rotation=90 if d > 8 else 0)
        ax.set_yticks(range(d), ticks)
    ax.set_xlabel(f"column (qubits {', '.join(map(str, qubits))})")
    ax.set_ylabel("row")
    return ax
