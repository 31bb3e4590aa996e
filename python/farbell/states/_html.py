"""States as tables, for notebooks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from farbell.states._arguments import BELL_NAMES, Matrix, Real
from farbell.states._plot import basis_labels

#: Rows of a table that one still reads.
_LARGEST_TABLE = 16

_KETS = ("|00⟩", "|01⟩", "|10⟩", "|11⟩")


def _cell(value: complex) -> str:
    text = f"{value.real:.4f}" if abs(value.imag) < 5e-5 else f"{value.real:.4f}{value.imag:+.4f}i"
    return f"<td style='text-align:right'>{text}</td>"


def pair_html(title: str, weights: Real, matrix: Matrix) -> str:
    bells = "".join(f"<th>{name}</th>" for name in BELL_NAMES)
    cells = "".join(_cell(complex(weight)) for weight in weights)
    rows = "".join(
        f"<tr><th>{ket}</th>{''.join(_cell(complex(value)) for value in row)}</tr>"
        for ket, row in zip(_KETS, matrix, strict=True)
    )
    return (
        f"<div><b>{title}</b><table><tr>{bells}</tr><tr>{cells}</tr></table>"
        f"<table><tr><th></th>{''.join(f'<th>{ket}</th>' for ket in _KETS)}</tr>{rows}</table></div>"
    )


def density_html(title: str, matrix: Callable[[], Matrix], levels: Sequence[int]) -> str:
    """A density matrix as a table; of a large one the title only."""
    if math.prod(levels) > _LARGEST_TABLE:
        return f"<div><b>{title}</b></div>"
    labels = [f"|{label}⟩" for label in basis_labels(levels)]
    head = "".join(f"<th>{label}</th>" for label in labels)
    rows = "".join(
        f"<tr><th>{label}</th>{''.join(_cell(complex(value)) for value in row)}</tr>"
        for label, row in zip(labels, matrix(), strict=True)
    )
    return f"<div><b>{title}</b><table><tr><th></th>{head}</tr>{rows}</table></div>"


def ket_html(title: str, amplitudes: Matrix, levels: Sequence[int]) -> str:
    """The largest amplitudes as a table."""
    order = np.argsort(-np.abs(amplitudes), kind="stable")[:_LARGEST_TABLE]
    digits = np.array(np.unravel_index(order, levels)).T
    labels = {i: "".join(map(str, row)) for i, row in zip(order.tolist(), digits.tolist(), strict=True)}
    rows = "".join(
        f"<tr><th>|{labels[i]}⟩</th>{_cell(complex(amplitudes[i]))}</tr>" for i in sorted(labels) if abs(amplitudes[i]) > 5e-5
    )
    return f"<div><b>{title}</b><table>{rows}</table></div>"
