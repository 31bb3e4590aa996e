"""A pair as a table, for notebooks."""

from __future__ import annotations

from farbell.states._arguments import BELL_NAMES, Matrix, Real

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
